# 010_numpy.pl - 100,000 x 128 normalised vectors: the five nearest are those of NumPy's corpus @ query, index or not.
use strict;
use warnings FATAL => 'all';

use FindBin;
use lib $FindBin::RealBin;
use PostgreSQL::Test::Utils;
use Test::More;
use VecsimTest;

my $node = new_node('numpy', conf => "shared_buffers = 256MB\nmaintenance_work_mem = 256MB\nmax_wal_size = 2GB\n");
my $folder = PostgreSQL::Test::Utils::tempdir();

command_ok([ '/usr/bin/python3', "$FindBin::RealBin/numpy_search.py", $folder ], 'NumPy searches');
$node->safe_psql('postgres', <<SQL);
CREATE TABLE corpus (id int, v vector(128));
COPY corpus FROM '$folder/corpus' (FORMAT binary);
CREATE TABLE queries (id int, v vector(128), ids int[], similarities real[]);
COPY queries FROM '$folder/queries';
ANALYZE;
SQL
is($node->safe_psql('postgres', 'SELECT count(*), count(*) FILTER (WHERE is_normalized(v, 1e-6)) FROM corpus'),
	'100000|100000', 'every vector has unit length');

# Tests that a distance finds NumPy's ids in NumPy's order, and its similarities, by a plan of this kind.
sub finds_the_same
{
	my ($name, $distance, $similarity, $plan) = @_;
	my $nearest = "SELECT c.id, $similarity AS s FROM corpus c ORDER BY c.v $distance q.v LIMIT 5";
	my $settings = "SET ivf.target_recall = 1; SET max_parallel_workers_per_gather = 0;";

	like($node->safe_psql('postgres', "$settings EXPLAIN SELECT n.* FROM queries q, LATERAL ($nearest) n"),
		$plan, "$name: the plan");
	is($node->safe_psql('postgres', <<SQL), '20|20|t', "$name: the same ids and similarities");
$settings
SELECT count(*), count(*) FILTER (WHERE found = ids), max(off) < 1e-6
FROM (SELECT q.ids, array_agg(n.id ORDER BY n.place) AS found, max(abs(n.s - q.similarities[n.place])) AS off
      FROM queries q, LATERAL (SELECT x.*, row_number() OVER () AS place FROM ($nearest) x) n
      GROUP BY q.id, q.ids) y
SQL
	return;
}

my @cases = (
	[ 'inner product', '<#>', '-(c.v <#> q.v)', 'ip' ],
	[ 'cosine', '<=>', '1 - (c.v <=> q.v)', 'cosine' ]);

foreach my $case (@cases)
{
	my ($name, $distance, $similarity, $opclass) = @$case;

	finds_the_same("$name, no index", $distance, $similarity, qr/Seq Scan on corpus/);
	foreach my $quantizer ('sq8', 'flat')
	{
		$node->safe_psql('postgres',
			"CREATE INDEX i ON corpus USING ivf (v vector_${opclass}_ops) WITH (quantizer = $quantizer)");
		finds_the_same("$name, $quantizer", $distance, $similarity, qr/Index Scan using i on corpus/);
		$node->safe_psql('postgres', 'DROP INDEX i');
	}
}

$node->stop;
done_testing();
