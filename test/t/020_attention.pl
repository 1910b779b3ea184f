# 020_attention.pl - attention over a million rows of 64 dimensions: one pass, constant memory, any split among workers.
use strict;
use warnings FATAL => 'all';

use FindBin;
use lib $FindBin::RealBin;
use PostgreSQL::Test::Utils;
use Test::More;
use VecsimTest;

my $node = new_node('attention', conf => "jit = off\n");

# A million rows are a thousand keys by a thousand values.  A key's weight is then the same for all values, so that the
# attention is the mean of the values: a result that is known.
$node->safe_psql('postgres', <<'SQL');
CREATE TABLE pool AS SELECT i AS id, make_vector(i, 64) AS k, make_vector(i + 1000, 64) AS v
FROM generate_series(1, 1000) i;
ANALYZE pool;
CREATE FUNCTION difference(a vector, b vector) RETURNS float8 LANGUAGE sql AS
	'SELECT max(abs(x::float8 - y)) FROM unnest(a::real[], b::real[]) e(x, y)';
CREATE FUNCTION peak_kb() RETURNS int LANGUAGE sql AS
	$$SELECT substring(pg_read_file('/proc/self/status') FROM 'VmHWM:\s*(\d+) kB')::int$$;
SQL

# The most memory that a backend has had, before and after it ran a query over more rows than one before it.
sub growth
{
	my ($few, $many) = @_;

	return $node->safe_psql('postgres', <<SQL);
SET max_parallel_workers_per_gather = 0; SET work_mem = '64kB';
DO \$\$ BEGIN PERFORM $few; END \$\$;
SELECT peak_kb() AS before \\gset
DO \$\$ BEGIN PERFORM $many; END \$\$;
SELECT peak_kb() - :before;
SQL
}

sub rows_of
{
	my ($what, $keys) = @_;

	return "$what FROM pool a CROSS JOIN pool b WHERE a.id <= $keys";
}

SKIP:
{
	skip 'the peak of memory is read from /proc', 2 unless -r '/proc/self/status';
	my $attention = 'attention(a.k, a.k, b.v, 1e-3)';
	cmp_ok(growth(rows_of($attention, 10), rows_of($attention, 1000)),
		'<', 1024, 'a million rows take no more memory than ten thousand (kB)');

	my $window = 'sum(w) FROM (SELECT attention_weight(a.k, a.k, 1e-3) OVER () AS w';
	cmp_ok(growth(rows_of($window, 10) . ') x', rows_of($window, 200) . ') x'),
		'<', 2048, 'the weights of 200,000 rows take memory that does not grow with them (kB)');
}

my $all = rows_of('SELECT attention(a.k, a.k, b.v, 1e-3) AS v', 1000);
is($node->safe_psql('postgres', "SELECT difference(x.v, (SELECT avg(v) FROM pool)) < 1e-5 FROM ($all) x"),
	't', 'they give the mean that they should');

# Groups of rows, split among workers that meet different rows each time.
my $workers = <<'SQL';
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 3; SET parallel_leader_participation = off;
SQL
$node->safe_psql('postgres', <<'SQL');
CREATE TABLE many AS SELECT i % 10 AS id, make_vector(i, 64) / 4 AS k, make_vector(i + 7, 64) AS v
FROM generate_series(1, 20000) i;
ANALYZE many;
CREATE TABLE one AS SELECT id, attention(k, k, v) AS v FROM many GROUP BY id;
SQL
my $query = 'SELECT id, attention(k, k, v) AS v FROM many GROUP BY id';
like($node->safe_psql('postgres', "$workers EXPLAIN (COSTS OFF) $query"),
	qr/Finalize.*Gather.*Partial.*Parallel Seq Scan on many/s, 'workers make partial states');
for my $round (1 .. 5)
{
	is($node->safe_psql('postgres',
			"$workers SELECT count(*), max(difference(p.v, one.v)) < 1e-6 FROM ($query) p JOIN one USING (id)"),
		'10|t', "the same from three workers, round $round");
}

$node->stop;
done_testing();
