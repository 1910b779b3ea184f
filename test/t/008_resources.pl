# 008_resources.pl - the disk is full, memory is short: a clear error, nothing left behind, and the next query is right.
use strict;
use warnings FATAL => 'all';

use FindBin;
use lib $FindBin::RealBin;
use PostgreSQL::Test::Utils;
use Test::More;
use VecsimTest;

my $node = new_node('resources', initdb => ['--wal-segsize=1'], conf => "max_parallel_maintenance_workers = 1\n");

fill($node, rows => 3000);
fill($node, table => 'b', rows => 5000, dim => 256, no_index => 1);
my $build = 'CREATE INDEX b_v_idx ON b USING ivf (v vector_l2_ops) WITH (quantizer = flat)';

# What is there before an accident.
my (%before, $since);
sub remember
{
	%before = file_bytes($node);
	$since = $node->safe_psql('postgres', 'SELECT pg_postmaster_start_time()');
	return;
}

# After it: no relation, no file, the other index is right and the server has not been restarted.
sub nothing_left
{
	my ($name) = @_;
	my %after = file_bytes($node);

	is($node->safe_psql('postgres', "SELECT count(*) FROM pg_class WHERE relname = 'b_v_idx'"),
		'0', "$name: no relation is left");
	is_deeply([ grep { !exists $before{$_} && m{/base/\d+/\d+$|/pgsql_tmp/} } keys %after ],
		[], "$name: no file is left");
	is($node->safe_psql('postgres', 'SELECT pg_postmaster_start_time()'), $since, "$name: no crash");
	same_answers($node, "$name: another index answers rightly");
	return;
}

# A build with 1 MB of maintenance_work_mem is made in small steps, and one that would not fit says what it needs.
remember();
is((sqlstate_of($node, "SET maintenance_work_mem = '1MB'; $build"))[0], '', 'a build in 1 MB');
same_answers($node, '... is right', table => 'b', dim => 256);
$node->safe_psql('postgres', 'DROP INDEX b_v_idx');
my ($state, $message) = sqlstate_of($node,
	"SET maintenance_work_mem = '1MB'; CREATE INDEX b_v_idx ON b USING ivf (v vector_l2_ops) WITH (lists = 2000)");
is($state, '54000', 'lists that do not fit in 1 MB are refused');
like($message, qr/HINT:.*maintenance_work_mem/s, '... with a hint');
nothing_left('1 MB');

# ---- temp_file_limit ----

($state, $message) = sqlstate_of($node, "SET maintenance_work_mem = '1MB'; SET temp_file_limit = '2MB'; $build");
is($state, '53400', 'a build that exceeds temp_file_limit');
nothing_left('temp_file_limit');
($state, $message) = sqlstate_of($node, "SET work_mem = '64kB'; SET temp_file_limit = '16kB'; SET enable_seqscan = off;
	SET enable_sort = off; SELECT count(*) FROM (SELECT id FROM t ORDER BY v <-> make_vector(1, 16) LIMIT 3000) x");
is($state, '53400', 'a scan that exceeds it');
nothing_left('temp_file_limit of a scan');

# ---- Files that may not grow: the heap is there, the index does not fit ----

my $limit = 3 * 1024 * 1024;

sub limit_of_files
{
	$node->stop('fast');
	start_by($node, 'ulimit -f ' . int($limit / 512) . ' && exec START'); # sh counts in half kilobytes
	remember();
	return;
}

limit_of_files();
($state, $message) = sqlstate_of($node, $build);
like($message, qr/ERROR:.*(File too large|could not (extend|write))/s, 'an index that outgrows the file size limit');
nothing_left('file size limit');

# An index that can grow no more refuses rows and goes on answering; when there is room it takes them.
$node->safe_psql('postgres', 'CREATE TABLE g (id bigint, v vector(256))');
$node->safe_psql('postgres', 'ALTER TABLE g ALTER v SET STORAGE plain');
$node->safe_psql('postgres', 'CREATE INDEX g_v_idx ON g USING ivf (v vector_l2_ops) WITH (quantizer = flat)');
my $rows = 0;
for ($state = ''; $state eq '' && $rows < 10000; $rows += 200)
{
	($state, $message) = sqlstate_of($node, sprintf(
		'INSERT INTO g SELECT i, make_vector(i, 256) FROM generate_series(%d, %d) i', $rows + 1, $rows + 200));
	# What was refused stays in the table as dead rows; VACUUM would make room in it.
}
like($message, qr/ERROR:.*(File too large|could not (extend|write))/s, "rows are refused after some $rows");
same_answers($node, '... and the index answers', table => 'g', dim => 256);
is((sqlstate_of($node, 'VACUUM g'))[0], '', '... VACUUM works');
same_answers($node, '... and it answers after it', table => 'g', dim => 256);
$node->stop('fast');
$node->start;
$node->safe_psql('postgres', 'INSERT INTO g SELECT i, make_vector(i, 256) FROM generate_series(20001, 23000) i');
same_answers($node, 'without the limit it takes rows again', table => 'g', dim => 256);

# ---- A file system that is full: a tmpfs of 4 MB, in a mount namespace of the server's own ----

SKIP:
{
	my $mount = "$PostgreSQL::Test::Utils::tmp_check/small";
	my $small = "mount -t tmpfs -o size=4m,mode=1777 tmpfs $mount";

	mkdir $mount;
	skip 'this system lets nobody mount a small tmpfs in a namespace', 12
	  if system("unshare -Urm sh -c '$small && unshare -U --map-user=1000 true' 2>/dev/null") != 0;
	$node->stop('fast');
	start_by($node, qq(unshare -Urm sh -c "$small && exec unshare -U --map-user=1000 START"));
	remember();
	$node->safe_psql('postgres', "CREATE TABLESPACE small LOCATION '$mount'");
	is((sqlstate_of($node, "$build TABLESPACE small"))[0], '53100', 'a build on a disk that is full');
	nothing_left('full disk');
	is((sqlstate_of($node, "SET temp_tablespaces = small; SET maintenance_work_mem = '1MB'; $build"))[0],
		'53100', 'a build whose temporary files fill the disk');
	nothing_left('full disk of temporary files');
	is($node->safe_psql('postgres', "SELECT pg_tablespace_size('small') < 100000"),
		't', 'the full disk is empty again');
	$node->safe_psql('postgres', 'CREATE INDEX s_idx ON t USING ivf (v vector_l2_ops) TABLESPACE small');
	$node->safe_psql('postgres', 'DROP INDEX s_idx');
	$node->safe_psql('postgres', 'DROP TABLESPACE small');
}

# ---- Memory that is refused ----

# Address space for the server, and so for each backend: from hardly more than it needs to start, upwards, until builds
# succeed.  Each attempt is an error or a success, never the end of a backend.  Threads need address space as well.
my ($refused, $succeeded, @deaths) = (0, 0);
my ($pid) = slurp_file($node->data_dir . '/postmaster.pid') =~ /^(\d+)/;
my ($own) = slurp_file("/proc/$pid/status") =~ /VmSize:\s+(\d+) kB/;
for (my $extra = 10; $extra <= 256 && $succeeded < 2; $extra += 5)
{
	$node->stop('fast');
	start_by($node, sprintf('ulimit -v %d && exec START', $own + $extra * 1024));
	remember();
	($state, $message) = sqlstate_of($node, "SET maintenance_work_mem = '256MB'; SET vecsim.build_threads = 4; $build");
	note("$extra MB more than the server: ", $state eq '' ? 'success' : $message);
	if ($state eq '')
	{
		$succeeded++;
		$node->safe_psql('postgres', 'DROP INDEX b_v_idx');
	}
	elsif ($state eq '53200')
	{
		$refused++;
	}
	else
	{
		push @deaths, "$extra MB: $message";
	}
	nothing_left("$extra MB of address space");
}
is_deeply(\@deaths, [], 'no build died of a lack of memory');
cmp_ok($refused, '>', 0, "$refused builds were refused memory");
cmp_ok($succeeded, '>', 0, '... and with more of it they succeed');

# ---- maintenance_work_mem: the most memory that a build has beside shared buffers, of which there are few here ----

SKIP:
{
	skip 'this system does not tell', 3 unless -e '/proc/self/status';
	$node->stop('fast');
	$node->append_conf('postgresql.conf', 'shared_buffers = 1MB');
	$node->start;
	fill($node, table => 'w', rows => 2300, dim => 1900, no_index => 1);
	my $status = "SELECT substring(pg_read_file('/proc/self/status') FROM 'VmHWM:\\s+(\\d+)')";

	# The centroids take 8 of the 16 MB, and are found in groups of unlike size.
	foreach my $with ('quantizer = flat, lists = 1150', 'quantizer = sq8, lists = 1150', 'lists = 500')
	{
		my ($before, $after) = split /\n/, $node->safe_psql('postgres', <<"SQL");
SET max_parallel_workers_per_gather = 0; SET maintenance_work_mem = '16MB';
DO 'BEGIN PERFORM sum(v <-> v) FROM w; END';
$status;
CREATE INDEX w_v_idx ON w USING ivf (v vector_l2_ops) WITH ($with);
$status;
DROP INDEX w_v_idx;
SQL
		my $peak = int(($after - $before) / 1024);

		cmp_ok($peak, '<', 22, "$with: $peak MB for a build in 16 MB, which an idle backend has not");
	}
}

done_testing();
