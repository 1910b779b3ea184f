# 013_copies.pl - a table and its index are dumped and restored, copied with their database, moved and rewritten.
use strict;
use warnings FATAL => 'all';

use FindBin;
use lib $FindBin::RealBin;
use PostgreSQL::Test::Utils;
use Test::More;
use VecsimTest;

my $node = new_node('copies', streaming => 1);
my $folder = PostgreSQL::Test::Utils::tempdir();

fill($node, rows => 3000, with => 'lists = 25, quantizer = flat');
fill($node, table => 'c', rows => 1000, opclass => 'vector_cosine_ops', with => 'storage = full');
$node->safe_psql('postgres', <<'SQL');
INSERT INTO c VALUES (5001, NULL), (5002, array_fill(0, ARRAY[16])::vector);
CREATE INDEX c_half_idx ON c USING ivf (((v + v)::vector(16)) vector_l2_ops) WHERE id % 2 = 0;
DELETE FROM t WHERE id % 4 = 0;
VACUUM t;
INSERT INTO t SELECT i, make_vector(i, 16) FROM generate_series(10000, 10500) i;
SQL

my $definitions = "SELECT string_agg(pg_get_indexdef(indexrelid), '; ' ORDER BY indexrelid::regclass::text)
	FROM pg_index WHERE indrelid IN ('t'::regclass, 'c'::regclass)";
my $expected = $node->safe_psql('postgres', $definitions);
like($expected, qr/USING ivf \(v\) WITH \(lists='25', quantizer=flat\)/, 'options are part of the definition');

# Both tables of another database answer as they should.
sub right
{
	my ($database, $name) = @_;

	is($node->safe_psql($database, $definitions), $expected, "$name: the same indexes");
	is($node->safe_psql($database, <<SQL), '|', "$name: which answer rightly");
SELECT string_agg(index_differs('t', '<->', make_vector(q, 16)), ''),
       string_agg(index_differs('c', '<=>', make_vector(q, 16)), '')
FROM (VALUES (3), (1000017)) x (q)
SQL
	my $vectors = 'SELECT array_agg(v::text ORDER BY id) FROM t';
	is($node->safe_psql($database, $vectors), $node->safe_psql('postgres', $vectors),
		"$name: bit for bit the same vectors");
	return;
}

right('postgres', 'original');

# ---- pg_dump ----

$node->command_ok([ 'pg_dump', '-f', "$folder/plain.sql", 'postgres' ], 'a plain dump');
$node->command_ok([ 'pg_dump', '-Fd', '-j', '2', '-f', "$folder/directory", 'postgres' ], 'a dump by two workers');
$node->safe_psql('postgres', 'CREATE DATABASE plain; CREATE DATABASE parallel');
$node->command_ok([ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-d', 'plain', '-f', "$folder/plain.sql" ],
	'... is restored');
$node->command_ok([ 'pg_restore', '-j', '2', '-d', 'parallel', "$folder/directory" ], '... is restored by two workers');
right('plain', 'plain dump');
right('parallel', 'parallel restore');

# ---- CREATE DATABASE from a template, both ways ----

foreach my $strategy ('wal_log', 'file_copy')
{
	$node->safe_psql('template1', "CREATE DATABASE copy_$strategy TEMPLATE postgres STRATEGY $strategy");
	right("copy_$strategy", "copy of the database by $strategy");
	$node->safe_psql("copy_$strategy", 'DELETE FROM t WHERE id % 4 = 1; VACUUM (INDEX_CLEANUP on) t');
	is($node->safe_psql("copy_$strategy", "SELECT index_differs('t', '<->', make_vector(8, 16))"),
		'', '... which lives on');
}

# ---- Moved and rewritten ----

mkdir "$folder/space";
$node->safe_psql('postgres', "CREATE TABLESPACE space LOCATION '$folder/space'");
foreach my $statement (
	'ALTER INDEX t_v_idx SET TABLESPACE space',
	'ALTER TABLE t SET TABLESPACE space',
	'VACUUM FULL t',
	'CLUSTER t USING t_pkey',
	'ALTER TABLE t SET UNLOGGED',
	'ALTER TABLE t SET LOGGED',
	'ALTER TABLE t ALTER v SET STORAGE external',
	'ALTER TABLE t ADD COLUMN filler text DEFAULT clock_timestamp()::text',
	'REINDEX TABLE CONCURRENTLY t',
	'ALTER INDEX t_v_idx SET TABLESPACE pg_default')
{
	is((sqlstate_of($node, $statement))[0], '', $statement);
	same_answers($node, '... and the index is right');
}

# What is made in a crash's sight is there after it.
$node->stop('immediate');
$node->start;
same_answers($node, 'after a crash');
same_answers($node, 'after a crash, cosine', table => 'c', op => '<=>');

done_testing();
