# 004_standby.pl - a streaming standby answers as its primary, page for page, and takes over.
use strict;
use warnings FATAL => 'all';

use FindBin;
use lib $FindBin::RealBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use VecsimTest;

# The standby compares each page it has replayed with the one the primary wrote, and dies where they differ.  On a slow
# machine it may fall behind by more than the primary would keep of itself.
my $primary = new_node('primary', streaming => 1, conf => "wal_consistency_checking = 'all'\nwal_keep_size = '4GB'\n");

$primary->backup('copy');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'copy', has_streaming => 1);
$standby->start;

# The pages of an index on a node, headers apart that depend on WAL, as one hash.
sub images
{
	my ($node, $index) = @_;

	return $node->safe_psql('postgres', <<SQL);
SELECT md5(string_agg(substr(get_raw_page('$index', page::int), 11), '' ORDER BY page))
FROM generate_series(0, pg_relation_size('$index') / 8192 - 1) page
SQL
}

# Both nodes answer rightly and alike.
sub alike
{
	my ($name, %option) = @_;
	my $table = $option{table} // 't';
	my $op = $option{op} // '<->';
	my $dim = $option{dim} // 16;
	my $sql = "SELECT ids, distances FROM by_index('$table', '$op', make_vector(12, $dim), 5000)"; # in order of pages

	$primary->wait_for_catchup($standby);
	same_answers($primary, "$name: the primary answers rightly", %option);
	same_answers($standby, "$name: the standby answers rightly", %option);
	is($standby->safe_psql('postgres', $sql), $primary->safe_psql('postgres', $sql), "$name: alike");
	return;
}

# flat under cosine, with zero vectors and NULLs, beside rabitq under L2 and sq8 under inner product.
fill($primary, rows => 3000, with => 'quantizer = rabitq');
$primary->safe_psql('postgres', 'CREATE INDEX t_ip_idx ON t USING ivf (v vector_ip_ops) WITH (quantizer = sq8)');
fill($primary, table => 'c', rows => 1500, opclass => 'vector_cosine_ops', with => 'quantizer = flat, lists = 20');
my %cosine = (table => 'c', op => '<=>');

# Rows' own values of three pages.
my %long = (table => 'long', dim => 4096);
my %full = (%long, op => '<#>');
my %many = (%long, op => '<=>'); # lists that inserts, too, find by sketches
fill($primary, %long, rows => 150, with => 'lists = 2');
$primary->safe_psql('postgres',
	'CREATE INDEX full_idx ON long USING ivf (v vector_ip_ops) WITH (lists = 2, storage = full)');
$primary->safe_psql('postgres', 'CREATE INDEX many_idx ON long USING ivf (v vector_cosine_ops) WITH (lists = 150)');

alike('build');
alike('build, flat', %cosine);
alike('build, long', %long);
alike('build, full', %full);
alike('build, many lists', %many);
alike('build, sq8', op => '<#>');

# Enough rows that blocks are linked to every list and the store of TIDs grows, also in lists without codes.
$primary->safe_psql('postgres', <<'SQL');
INSERT INTO t SELECT i, make_vector(i, 16) FROM generate_series(3001, 7000) i;
INSERT INTO c SELECT i, CASE i % 4 WHEN 0 THEN NULL WHEN 1 THEN array_fill(0, ARRAY[16])::vector
                                   ELSE make_vector(i, 16) END
              FROM generate_series(1501, 9500) i;
INSERT INTO long SELECT i, make_vector(i, 4096) FROM generate_series(151, 300) i;
SQL
alike('insert');
alike('insert, flat', %cosine);
alike('insert, long', %long);
alike('insert, full', %full);
alike('insert, many lists', %many);
alike('insert, sq8', op => '<#>');

my $size = $primary->safe_psql('postgres', "SELECT pg_relation_size('t_v_idx')");
my $full_size = $primary->safe_psql('postgres', "SELECT pg_relation_size('full_idx')");
my $long_size = $primary->safe_psql('postgres', "SELECT pg_relation_size('long_v_idx')");
$primary->safe_psql('postgres',
	'DELETE FROM t WHERE id % 3 = 1; DELETE FROM c WHERE id % 5 < 2; DELETE FROM long WHERE id % 3 = 1');
alike('delete');
$primary->safe_psql('postgres', $_) foreach ('VACUUM t', 'VACUUM c', 'VACUUM long');
alike('VACUUM');
alike('VACUUM, flat', %cosine);
alike('VACUUM, long', %long);
alike('VACUUM, full', %full);
alike('VACUUM, many lists', %many);
alike('VACUUM, sq8', op => '<#>');
$primary->safe_psql('postgres',
	'INSERT INTO t SELECT i + 100000, make_vector(i, 16) FROM generate_series(1, 7000, 3) i');
$primary->safe_psql('postgres',
	'INSERT INTO c SELECT i + 100000, make_vector(i, 16) FROM generate_series(1, 3000) i');
$primary->safe_psql('postgres',
	'INSERT INTO long SELECT i + 100000, make_vector(i, 4096) FROM generate_series(1, 300, 3) i');
alike('reuse');
alike('reuse, flat', %cosine);
alike('reuse, long', %long);
alike('reuse, full', %full);
alike('reuse, many lists', %many);
is($primary->safe_psql('postgres', "SELECT pg_relation_size('full_idx')"),
	$full_size, 'places of values are used again');
is($standby->safe_psql('postgres', found_themselves('long')), '', 'the standby has the right codes');
is($standby->safe_psql('postgres', found_themselves('long', op => '<=>', probes => 8)), '', 'and sketches');
is($primary->safe_psql('postgres', "SELECT pg_relation_size('long_v_idx')"),
	$long_size, 'blocks are used again with all their pages');
alike('reuse, sq8', op => '<#>');
is($primary->safe_psql('postgres', "SELECT pg_relation_size('t_v_idx')"), $size, 'the same rows need no more pages');
$primary->safe_psql('postgres', 'UPDATE t SET v = make_vector(id + 7, 16) WHERE id % 4 = 0');
alike('update');
SKIP:
{
	my $there = "SELECT count(*) FROM pg_available_extensions WHERE name = 'pageinspect'";

	skip 'pageinspect is not installed', 4 if $primary->safe_psql('postgres', $there) eq '0';
	$primary->safe_psql('postgres', 'CREATE EXTENSION pageinspect');
	$primary->wait_for_catchup($standby);
	is(images($standby, $_), images($primary, $_), "the pages of both are the same, $_")
	  foreach ('t_v_idx', 'long_v_idx', 'full_idx', 'many_idx');
}

# An old snapshot on the standby keeps its answers over changes that it does not see.
my $reader = $standby->background_psql('postgres');
my $question = "SELECT md5(distances::text) FROM by_index('t', '<->', make_vector(5, 16), 200)";
$reader->query_safe('BEGIN ISOLATION LEVEL REPEATABLE READ');
my $before = $reader->query_safe($question);
$primary->safe_psql('postgres',
	'INSERT INTO t SELECT i + 200000, make_vector(5 + i % 40, 16) FROM generate_series(1, 2000) i');
$primary->wait_for_catchup($standby);
isnt($standby->safe_psql('postgres', $question), $before, 'new rows are found on the standby');
is($reader->query_safe($question), $before, '... but not by a snapshot from before them');
$reader->query_safe('COMMIT');
$reader->quit;

$primary->safe_psql('postgres', 'REINDEX INDEX t_v_idx');
$primary->safe_psql('postgres', 'REINDEX INDEX CONCURRENTLY c_v_idx');
alike('REINDEX');
alike('REINDEX CONCURRENTLY', %cosine);
$primary->safe_psql('postgres',
	'INSERT INTO t SELECT i + 300000, make_vector(i, 16) FROM generate_series(1, 500) i');
alike('insert after REINDEX');

# ---- The standby crashes and replays again ----

$primary->safe_psql('postgres',
	'INSERT INTO t SELECT i + 400000, make_vector(i, 16) FROM generate_series(1, 500) i');
$primary->wait_for_catchup($standby);
$standby->stop('immediate');
$standby->start;
alike('restarted standby');

# ---- The standby takes over ----

$primary->stop('immediate');
$standby->promote;
same_answers($standby, 'promoted');
same_answers($standby, 'promoted, long', %long);
same_answers($standby, 'promoted, full', %full);
$standby->safe_psql('postgres', $_)
  foreach ('INSERT INTO t SELECT i + 500000, make_vector(i, 16) FROM generate_series(1, 2500) i',
	'DELETE FROM t WHERE id % 2 = 0', 'VACUUM t', 'VACUUM c',
	'INSERT INTO t SELECT i + 600000, make_vector(i, 16) FROM generate_series(1, 5000) i');
same_answers($standby, 'promoted, with inserts, deletions and VACUUM');
same_answers($standby, 'promoted, flat', %cosine);
$standby->stop('fast');
command_ok([ 'pg_checksums', '--check', '-D', $standby->data_dir ], 'every page has the right check sum');

done_testing();
