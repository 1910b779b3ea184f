# 005_load.pl - many sessions at once: inserts, updates, deletions, searches, VACUUM and concurrent builds.
use strict;
use warnings FATAL => 'all';

use FindBin;
use lib $FindBin::RealBin;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);
use VecsimTest;

my $node = new_node('load', conf => "max_connections = 30\n");

fill($node, rows => 3000, with => 'quantizer = rabitq');
fill($node, table => 'c', rows => 500, opclass => 'vector_cosine_ops', with => 'quantizer = flat');
$node->safe_psql('postgres', 'CREATE INDEX c_sq8 ON c USING ivf (v vector_l2_ops) WITH (quantizer = sq8)');
fill($node, table => 'long', dim => 4096, rows => 60, with => 'lists = 2'); # values of three pages
$node->safe_psql('postgres',
	'CREATE INDEX long_full ON long USING ivf (v vector_ip_ops) WITH (lists = 2, storage = full)');
$node->safe_psql('postgres', 'CREATE SEQUENCE ids START 1000000');

# Scripts for pgbench.  A search that does not get its ten different rows in order divides by zero.
my %scripts = (
	'insert@4' => <<'SQL',
\set n random(1, 100000)
INSERT INTO t VALUES (nextval('ids'), make_vector(:n, 16));
INSERT INTO c SELECT nextval('ids'), CASE WHEN :n % 10 = 0 THEN NULL ELSE make_vector(:n, 16) END;
SQL
	'batch@1' => <<'SQL',
\set n random(1, 100000)
BEGIN;
INSERT INTO t SELECT nextval('ids'), make_vector(i, 16) FROM generate_series(:n, :n + 40) i;
INSERT INTO c SELECT nextval('ids'), make_vector(i, 16) FROM generate_series(:n, :n + 10) i;
\if :n % 3 = 0
ROLLBACK;
\else
COMMIT;
\endif
SQL
	'delete@2' => <<'SQL',
\set n random(0, 999)
DELETE FROM t WHERE id IN (SELECT id FROM t WHERE id % 1000 = :n LIMIT 20 FOR UPDATE SKIP LOCKED);
DELETE FROM c WHERE id IN (SELECT id FROM c WHERE id % 1000 = :n LIMIT 5 FOR UPDATE SKIP LOCKED);
SQL
	'update@2' => <<'SQL',
\set n random(0, 999)
UPDATE t SET v = make_vector(id + :n, 16)
  WHERE id IN (SELECT id FROM t WHERE id % 1000 = :n LIMIT 5 FOR UPDATE SKIP LOCKED);
SQL
	'search@4' => <<'SQL',
\set n random(1, 100000)
SELECT 1 / (count(*) = 10 AND count(DISTINCT id) = 10 AND bool_and(ordered))::int
  FROM (SELECT id, d >= coalesce(lag(d) OVER (), 0) AS ordered
        FROM (SELECT id, v <-> make_vector(:n, 16) AS d FROM t ORDER BY v <-> make_vector(:n, 16) LIMIT 10) x) y;
SELECT 1 / (count(*) = 10 AND count(DISTINCT id) = 10)::int
  FROM (SELECT id FROM c ORDER BY v <=> make_vector(:n, 16) LIMIT 10) x;
SQL
	'long@4' => <<'SQL',
\set n random(1, 100000)
INSERT INTO long VALUES (nextval('ids'), make_vector(:n, 4096));
SELECT 1 / (count(*) = 10 AND count(DISTINCT id) = 10 AND bool_and(ordered))::int
  FROM (SELECT id, d >= coalesce(lag(d) OVER (), 0) AS ordered
        FROM (SELECT id, v <-> make_vector(:n, 4096) AS d FROM long ORDER BY v <-> make_vector(:n, 4096) LIMIT 10) x) y;
SELECT 1 / (count(*) = 10 AND count(DISTINCT id) = 10 AND bool_and(ordered))::int
  FROM (SELECT id, d >= coalesce(lag(d) OVER (), d) AS ordered
        FROM (SELECT id, v <#> make_vector(:n, 4096) AS d FROM long ORDER BY v <#> make_vector(:n, 4096) LIMIT 10) x) y;
DELETE FROM long WHERE id IN (SELECT id FROM long WHERE id % 10 = :n % 10 OFFSET 5 LIMIT 2 FOR UPDATE SKIP LOCKED);
SQL
	'exact@1' => <<'SQL',
\set n random(1, 100000)
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT 1 / (index_differs('t', '<->', make_vector(:n, 16), 200) = '')::int;
SELECT 1 / (index_differs('c', '<=>', make_vector(:n, 16)) = '')::int;
COMMIT;
SQL
);

my $folder = PostgreSQL::Test::Utils::tempdir();
my @files;
foreach my $name (sort keys %scripts)
{
	my ($base, $weight) = split /@/, $name;

	append_to_file("$folder/$base.sql", $scripts{$name});
	push @files, '-f', "$folder/$base.sql\@$weight";
}

# Runs the mix of scripts for some seconds, and meanwhile the statements one after the other, again and again.
sub under_load
{
	my ($name, $seconds, @statements) = @_;
	my $until = time + $seconds - 1;
	my ($out, $rounds, @errors) = ('', 0);
	my $bench = IPC::Run::start(
		[ 'pgbench', '-n', '-c', '6', '-j', '2', '-T', $seconds, @files, '-d', $node->connstr('postgres') ],
		'<', '/dev/null', '>', "$folder/$name.out", '2>', "$folder/$name.err");

	while (time < $until)
	{
		foreach my $statement (@statements)
		{
			my ($state, $message) = sqlstate_of($node, $statement);

			push @errors, "$statement: $message" if $state ne '';
		}
		$rounds++;
	}
	ok(IPC::Run::finish($bench), "$name: no session failed")
	  or diag(join '', grep { !/^$/ } slurp_file("$folder/$name.err"));
	is_deeply(\@errors, [], "$name: no statement beside them failed");
	note("$name: $rounds rounds beside the load, ", slurp_file("$folder/$name.out") =~ /(tps = [\d.]+)/);
	cmp_ok($rounds, '>', 1, "$name: they were repeated");
	same_answers($node, "$name: afterwards the index answers as the table does");
	same_answers($node, "$name: under cosine, flat, with NULLs", table => 'c', op => '<=>');
	same_answers($node, "$name: sq8, with NULLs", table => 'c');
	same_answers($node, "$name: codes of a part of the dimensions", table => 'long', dim => 4096);
	same_answers($node, "$name: rows' own values in the index", table => 'long', dim => 4096, op => '<#>');
	is($node->safe_psql('postgres', found_themselves('long')), '', "$name: and their codes are right");
	return;
}

under_load('vacuum', 8, map { "VACUUM (INDEX_CLEANUP on$_" } ') t', ', PARALLEL 2) c', ') long');
under_load(
	'build', 8,
	'CREATE INDEX CONCURRENTLY t_again ON t USING ivf (v vector_l2_ops) WITH (lists = 30)',
	'DROP INDEX CONCURRENTLY t_v_idx',
	'ALTER INDEX t_again RENAME TO t_v_idx',
	'REINDEX INDEX CONCURRENTLY c_v_idx',
	'VACUUM t');
under_load('plain', 4, 'REINDEX INDEX t_v_idx', 'CREATE INDEX c_more ON c USING ivf (v vector_l2_ops)',
	'DROP INDEX c_more', 'ANALYZE t');

is( $node->safe_psql('postgres', 'SELECT count(*) FROM pg_index WHERE NOT indisvalid'),
	'0', 'no concurrent build left an invalid index');

# What is deleted and vacuumed makes room: once each list has had room for what is replaced, nothing grows.  It takes a
# few rounds: a list's free slots before the one where its inserts begin to look stay unused until VACUUM finds them.
my @sizes;
for (1 .. 9)
{
	$node->safe_psql('postgres', 'UPDATE t SET v = make_vector(id + 40, 16) WHERE id % 4 = 1');
	$node->safe_psql('postgres', 'VACUUM (INDEX_CLEANUP on) t');
	push @sizes, $node->safe_psql('postgres', "SELECT pg_relation_size('t_v_idx')");
}
is($sizes[-1], $sizes[-5], "a quarter of the rows replaced again and again: the index stops growing (@sizes)");
same_answers($node, 'rows in reused places');

$node->stop('fast');
command_ok([ 'pg_checksums', '--check', '-D', $node->data_dir ], 'every page has the right check sum');

done_testing();
