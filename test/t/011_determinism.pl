# 011_determinism.pl - the same table gives the same index whatever the threads; vecsim is loaded by the postmaster.
use strict;
use warnings FATAL => 'all';

use FindBin;
use lib $FindBin::RealBin;
use IvfPages;
use PostgreSQL::Test::Utils;
use Test::More;
use VecsimTest;

# A library that is not installed is found, from 18 on, by its bare name alone.
my $by_path = $ENV{TEMP_CONFIG} && slurp_file($ENV{TEMP_CONFIG}) =~ /dynamic_library_path/;
my $library = $by_path ? 'vecsim' : '$libdir/vecsim';

# Threads that were started in the postmaster would make the first build of each backend wait for ever.
my $node = new_node('determinism', conf => "shared_preload_libraries = '$library'\nstatement_timeout = '60s'\n");

is($node->safe_psql('postgres', 'SHOW shared_preload_libraries'), $library, 'the postmaster has loaded vecsim');
fill($node, rows => 8000, dim => 32, no_index => 1);
$node->safe_psql('postgres', 'INSERT INTO t VALUES (9000, NULL), (9001, array_fill(0, ARRAY[32])::vector)');

foreach my $case (
	[ 'vector_l2_ops', 'sq8' ],
	[ 'vector_cosine_ops', 'flat' ],
	[ 'vector_l2_ops', 'rabitq' ],
	[ 'vector_cosine_ops', 'rabitq' ],
	[ 'vector_ip_ops', 'rabitq' ])
{
	my ($opclass, $quantizer) = @$case;
	my $create = "ON t USING ivf (v $opclass) WITH (quantizer = $quantizer)";
	my $first;

	# The last two in one session, after one that was cancelled.
	$node->safe_psql('postgres', "SET vecsim.build_threads = $_; CREATE INDEX by_$_ $create") foreach 1, 2, 3, 4;
	$node->psql('postgres', <<SQL, on_error_stop => 0);
SET vecsim.build_threads = 2;
SET statement_timeout = 30;
CREATE INDEX too_late ON t USING ivf (v $opclass) WITH (quantizer = $quantizer, lists = 1000);
RESET statement_timeout;
CREATE INDEX by_5 $create;
SET vecsim.build_threads = 4;
SET maintenance_work_mem = '1GB';
CREATE INDEX by_6 $create;
SQL
	is($node->safe_psql('postgres', "SELECT count(*) FROM pg_class WHERE relname = 'too_late'"),
		'0', 'one was cancelled');
	$node->safe_psql('postgres', 'CHECKPOINT');
	foreach my $index (1 .. 6)
	{
		my $pages = join '', page_images(index_file($node, "by_$index"));

		$first //= $pages;
		cmp_ok(length $pages, '>', 100000, "$opclass, $quantizer, build $index: it has pages") if $index == 1;
		ok($pages eq $first, "$opclass, $quantizer, build $index: the same bytes as the first");
	}
	$node->safe_psql('postgres', "ALTER INDEX by_1 RENAME TO t_v_idx; DROP INDEX by_2, by_3, by_4, by_5, by_6");
	same_answers($node, "$opclass, $quantizer: and the answers are right",
		dim => 32, op => { vector_l2_ops => '<->', vector_cosine_ops => '<=>', vector_ip_ops => '<#>' }->{$opclass});

	# In little memory lists are found group by group, through a sort on disk.
	my $small;
	foreach my $threads (1, 2, 5)
	{
		$node->safe_psql('postgres', "SET vecsim.build_threads = $threads; SET maintenance_work_mem = '1MB';
			CREATE INDEX small ON t USING ivf (v $opclass) WITH (quantizer = $quantizer, lists = 1000); CHECKPOINT");
		my $index = read_index(index_file($node, 'small'));

		is(get($index, 0, $META{lists}), 1000, "$opclass, $quantizer: in 1 MB all lists that were asked for");
		my $pages = join '', page_images(index_file($node, 'small'));

		$small //= $pages;
		ok($pages eq $small, "$opclass, $quantizer: in 1 MB the same bytes, threads: $threads");
		same_answers($node, "$opclass, $quantizer: in 1 MB the right answers",
			dim => 32,
			op => { vector_l2_ops => '<->', vector_cosine_ops => '<=>', vector_ip_ops => '<#>' }->{$opclass});
		$node->safe_psql('postgres', 'DROP INDEX small');
	}

	# Other rows must give another index, or the comparison would see nothing.
	$node->safe_psql('postgres', 'UPDATE t SET v = v + v WHERE id = 77');
	$node->safe_psql('postgres', "REINDEX INDEX t_v_idx; CHECKPOINT");
	ok(join('', page_images(index_file($node, 't_v_idx'))) ne $first,
		"$opclass, $quantizer: another row, another index");
	$node->safe_psql('postgres', 'DROP INDEX t_v_idx');
}

done_testing();
