# 006_recall.pl - the recall that is promised, on the bundled embeddings: by setting, quantiser and metric.
use strict;
use warnings FATAL => 'all';

use FindBin;
use lib $FindBin::RealBin;
use IvfPages;
use PostgreSQL::Test::Utils;
use Test::More;
use VecsimTest;

my $node = new_node('recall', conf => "shared_buffers = 128MB\n");
my $folder = PostgreSQL::Test::Utils::tempdir();

foreach my $name ('base', 'queries')
{
	run_log([ '/usr/bin/python3', "$FindBin::RealBin/../data/load.py", $name ], '>', "$folder/$name")
	  or die "no data: $name";
	$node->safe_psql('postgres', "CREATE TABLE $name (id bigint PRIMARY KEY, text text, v vector(384));
	                              COPY $name FROM '$folder/$name'");
}

# The same rows with lengths between 0.5 and 4, a few of them far longer than the rest: inner product must not care.
$node->safe_psql('postgres', <<'SQL');
CREATE TABLE raw AS SELECT id, v * array_fill(exp(2 * sin(id * 7.7)) / 2, ARRAY[384])::vector AS v FROM base;
ALTER TABLE raw ALTER v TYPE vector(384);
CREATE TABLE halves AS SELECT id, v::halfvec(384) AS v FROM base;
CREATE TABLE exact (q bigint, id bigint, rank bigint);

-- The hundred nearest of each query by sequential scan.
CREATE FUNCTION find_exact(items regclass, op text) RETURNS void LANGUAGE plpgsql SET enable_indexscan = off AS $$
BEGIN
	TRUNCATE exact;
	EXECUTE format('INSERT INTO exact SELECT q.id, x.id, x.rank FROM queries q CROSS JOIN LATERAL
		(SELECT id, row_number() OVER (ORDER BY v %s q.v) AS rank FROM %s ORDER BY v %1$s q.v LIMIT 100) x', op, items);
END $$;

-- The share of the k nearest that the index finds, over the queries of a kind.
CREATE FUNCTION recall(items regclass, op text, kind int, k int) RETURNS float8 LANGUAGE plpgsql
	SET enable_seqscan = off AS $$
DECLARE
	statement text := format('SELECT q.id AS q, x.id FROM queries q CROSS JOIN LATERAL
		(SELECT id FROM %s ORDER BY v %s q.v LIMIT %s) x WHERE q.id / 100 = %s', items, op, k, kind);
	result float8;
	plan text;
BEGIN
	EXECUTE 'EXPLAIN (FORMAT json) ' || statement INTO plan;
	ASSERT plan LIKE '%"Index Name": "' || items || '_v_idx"%', plan;
	EXECUTE format('SELECT count(*) / (100.0 * %s) FROM (%s) found JOIN exact USING (q, id) WHERE rank <= %1$s',
	               k, statement) INTO result;
	RETURN result;
END $$;
SQL

# Recall among the k nearest of both kinds of queries: held-out definitions, and example sentences.
sub recalls
{
	my ($items, $op, $settings, $k) = @_;
	my @recalls = split /\|/, $node->safe_psql('postgres', <<SQL);
$settings;
SELECT recall('$items', '$op', 0, $k), recall('$items', '$op', 1, $k);
SQL
	return @recalls;
}

foreach my $case (
	[ 'base', 'cosine', '<=>', 'vector' ],
	[ 'base', 'l2', '<->', 'vector' ],
	[ 'base', 'l1', '<+>', 'vector' ],
	[ 'halves', 'cosine', '<=>', 'halfvec' ],
	[ 'halves', 'l1', '<+>', 'halfvec' ],
	[ 'raw', 'ip', '<#>', 'vector' ])
{
	my ($items, $metric, $op, $type) = @$case;
	my %probed;

	$node->safe_psql('postgres', "SELECT find_exact('$items', '$op')");
	foreach my $quantizer ('rabitq', 'sq8', 'flat')
	{
		my $name = "$items, $metric, $quantizer";

		$node->safe_psql('postgres', "DROP INDEX IF EXISTS ${items}_v_idx; CREATE INDEX ${items}_v_idx ON $items
		                              USING ivf (v ${type}_${metric}_ops) WITH (quantizer = $quantizer)");
		foreach my $target (0.95, 0.99, 1)
		{
			# By default the target is 0.95.
			my $settings = $target == 0.95 ? 'RESET ivf.target_recall' : "SET ivf.target_recall = $target";
			my ($definitions, $sentences) = recalls($items, $op, $settings, 10);

			cmp_ok($definitions, '>=', $target, "$name: recall\@10 for target $target, definitions");
			cmp_ok($sentences, '>=', $target, "$name: recall\@10 for target $target, sentences");
			note("$name, target $target: $definitions $sentences");
		}
		my ($definitions, $sentences) = recalls($items, $op, 'RESET ivf.target_recall', 100);
		# The promise is one on average, and each kind of query depends a little on the sample that was drawn.
		cmp_ok(($definitions + $sentences) / 2, '>=', 0.95, "$name: recall\@100");
		cmp_ok($_, '>=', 0.94, "$name: recall\@100 of a kind of query") foreach $definitions, $sentences;
		note("$name, 100 rows: $definitions $sentences");
		my @probed = recalls($items, $op, 'SET ivf.probes = 10', 10);
		$probed{$quantizer} = ($probed[0] + $probed[1]) / 2;
	}
	cmp_ok($probed{sq8}, '>', $probed{flat} - 0.01, "$items, $metric: sq8 loses less than 1 % against flat");
	cmp_ok($probed{rabitq}, '>', $probed{flat}, "$items, $metric: a second list a row finds more by as many probes");
	cmp_ok($probed{flat}, '<', 1, '... at a number of probes that does lose something');
}

# ---- Little memory: lists are found group by group, as many as with plenty, and as good ----

foreach my $case (
	[ 'base', 'cosine', '<=>', 'rabitq' ],
	[ 'base', 'l2', '<->', 'flat' ],
	[ 'raw', 'ip', '<#>', 'rabitq' ])
{
	my ($items, $metric, $op, $quantizer) = @$case;
	my (%lists, %recall);

	$node->safe_psql('postgres', "SELECT find_exact('$items', '$op')");
	foreach my $memory ('1MB', '256MB')
	{
		$node->safe_psql('postgres', "SET maintenance_work_mem = '$memory'; DROP INDEX ${items}_v_idx;
			CREATE INDEX ${items}_v_idx ON $items USING ivf (v vector_${metric}_ops) WITH (quantizer = $quantizer);
			CHECKPOINT");
		$lists{$memory} = get(read_index(index_file($node, "${items}_v_idx")), 0, $META{lists});

		my @recalls = recalls($items, $op, 'RESET ivf.target_recall', 10);

		$recall{$memory} = ($recalls[0] + $recalls[1]) / 2;
		note("$items, $metric, $quantizer, $memory: $lists{$memory} lists, @recalls");
	}
	is($lists{'1MB'}, $lists{'256MB'}, "$items, $metric, $quantizer: as many lists in 1 MB as in 256 MB");
	cmp_ok($recall{'1MB'}, '>=', 0.95, "... and the recall that is promised");
	cmp_ok($recall{'1MB'}, '>=', $recall{'256MB'} - 0.02, "... about that of 256 MB");
}

# ---- Blocks that go on on other pages: each vector eight times over, which changes no order ----

$node->safe_psql('postgres', <<'SQL');
CREATE FUNCTION eightfold(v real[]) RETURNS vector LANGUAGE sql IMMUTABLE
	AS 'SELECT (v || v || v || v || v || v || v || v)::vector';
CREATE TABLE long (id bigint PRIMARY KEY, v vector(3072));
INSERT INTO long SELECT id, eightfold(v::real[]) FROM base WHERE id % 5 > 0;
CREATE INDEX long_v_idx ON long USING ivf (v vector_cosine_ops);
INSERT INTO long SELECT id, eightfold(v::real[]) FROM base WHERE id % 5 = 0;
DELETE FROM long WHERE id % 10 = 0;
SQL
$node->safe_psql('postgres', 'VACUUM long');
$node->safe_psql('postgres', <<'SQL');
INSERT INTO long SELECT id, eightfold(v::real[]) FROM base WHERE id % 10 = 0;
SELECT find_exact('base', '<=>');
ALTER TABLE queries ALTER v TYPE vector(3072) USING eightfold(v::real[]);
SQL
foreach my $target (0.95, 0.99)
{
	my ($definitions, $sentences) = recalls('long', '<=>', "SET ivf.target_recall = $target", 10);

	cmp_ok($definitions, '>=', $target, "3072 dimensions: recall\@10 for target $target, definitions");
	cmp_ok($sentences, '>=', $target, "3072 dimensions: recall\@10 for target $target, sentences");
	note("3072 dimensions, target $target: $definitions $sentences");
}

done_testing();
