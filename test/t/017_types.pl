# 017_types.pl - the recall of indexes on bits and on sparse vectors, on the bundled texts and embeddings.
#
# Bits are those of the embeddings, sparse vectors the texts as bags of words, weighted by how rare a word is.  Of rows
# at the distance of the last one of the exact answer any will do: distances of bits have many ties.
use strict;
use warnings FATAL => 'all';

use FindBin;
use lib $FindBin::RealBin;
use PostgreSQL::Test::Utils;
use Test::More;
use VecsimTest;

my $node = new_node('types', conf => "shared_buffers = 256MB\njit = off\n");
my $folder = PostgreSQL::Test::Utils::tempdir();

foreach my $name ('base', 'queries')
{
	run_log([ '/usr/bin/python3', "$FindBin::RealBin/../data/load.py", $name ], '>', "$folder/$name")
	  or die "no data: $name";
	$node->safe_psql('postgres', "CREATE TABLE $name (id bigint PRIMARY KEY, text text, v vector(384));
	                              COPY $name FROM '$folder/$name'");
}

$node->safe_psql('postgres', <<'SQL');
CREATE FUNCTION words(text text) RETURNS SETOF text LANGUAGE sql IMMUTABLE
	AS $$ SELECT word FROM regexp_split_to_table(lower(text), '[^a-z]+') word WHERE word <> '' $$;
CREATE TABLE vocabulary AS SELECT word, row_number() OVER (ORDER BY word) AS place,
	ln(6001.0 / (1 + count(*))) + 1 AS weight
FROM (SELECT DISTINCT id, word FROM base, words(text) word) w GROUP BY word;
CREATE UNIQUE INDEX ON vocabulary (word);

-- A text as the count of each known word times its weight.
CREATE FUNCTION bag(text text) RETURNS sparsevec(30000) LANGUAGE sql STABLE AS $$
	SELECT ('{' || coalesce(string_agg(place || ':' || count * weight, ','), '') || '}/30000')::sparsevec(30000)
	FROM (SELECT word, count(*) FROM words(text) word GROUP BY word) w JOIN vocabulary USING (word) $$;
CREATE TABLE bits AS SELECT id, binary_quantize(v)::bit(384) AS v FROM base;
CREATE TABLE bits_queries AS SELECT id, binary_quantize(v)::bit(384) AS v FROM queries;
CREATE TABLE bags AS SELECT id, bag(text) AS v FROM base;
CREATE TABLE bags_queries AS SELECT id, bag(text) AS v FROM queries WHERE id % 2 = 0;
CREATE TABLE longer AS SELECT id, repeat(v::text, 43)::bit(16512) AS v FROM bits WHERE id % 2 = 0;
CREATE TABLE longer_queries AS SELECT id, repeat(v::text, 43)::bit(16512) AS v FROM bits_queries WHERE id % 4 = 0;
ALTER TABLE bits ALTER v TYPE bit(384);
ALTER TABLE bags ALTER v TYPE sparsevec(30000);
ALTER TABLE longer ALTER v TYPE bit(16512);

-- The distances of the ten nearest rows of every query, by a plan that is asked for.
CREATE FUNCTION nearest(items text, op text) RETURNS TABLE (q bigint, distances float8[]) LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY EXECUTE format('SELECT q.id, ARRAY(SELECT v %1$s q.v FROM %2$I ORDER BY v %1$s q.v LIMIT 10)
		FROM %3$I q', op, items, items || '_queries');
END $$;
CREATE FUNCTION find_exact(items text, op text) RETURNS void LANGUAGE plpgsql SET enable_indexscan = off AS $$
BEGIN
	DROP TABLE IF EXISTS exact;
	CREATE TABLE exact AS SELECT * FROM nearest(items, op);
END $$;

-- The share of the ten nearest that the index finds, and the number of answers that are not ten rows in order.
CREATE FUNCTION recall(items text, op text, OUT recall float8, OUT wrong bigint) LANGUAGE plpgsql
	SET enable_seqscan = off SET enable_sort = off AS $$
BEGIN
	SELECT sum((SELECT count(*) FROM unnest(n.distances) d WHERE d <= e.distances[10])) / (10.0 * count(*)),
		count(*) FILTER (WHERE cardinality(n.distances) <> 10
			OR n.distances <> ARRAY(SELECT d FROM unnest(n.distances) d ORDER BY d))
	INTO recall, wrong FROM nearest(items, op) n JOIN exact e USING (q);
END $$;
SQL

foreach my $case (
	[ 'bits', '<~>', 'bit_hamming_ops' ],
	[ 'bits', '<%>', 'bit_jaccard_ops' ],
	[ 'longer', '<~>', 'bit_hamming_ops' ],
	[ 'bags', '<=>', 'sparsevec_cosine_ops' ],
	[ 'bags', '<->', 'sparsevec_l2_ops' ],
	[ 'bags', '<#>', 'sparsevec_ip_ops' ])
{
	my ($items, $op, $class) = @$case;

	$node->safe_psql('postgres', "SELECT find_exact('$items', '$op'); DROP INDEX IF EXISTS ${items}_v_idx;
	                              CREATE INDEX ${items}_v_idx ON $items USING ivf (v $class)");
	like($node->safe_psql('postgres', "SET enable_seqscan = off; EXPLAIN SELECT id FROM $items
	                                   ORDER BY v $op (SELECT v FROM ${items}_queries LIMIT 1) LIMIT 10"),
	     qr/Index Scan using ${items}_v_idx/, "$items $op: the index is used");
	foreach my $target (0.95, 0.99, 1)
	{
		my $settings = $target == 0.95 ? 'RESET ivf.target_recall' : "SET ivf.target_recall = $target";
		my ($recall, $wrong) =
		  split /\|/, $node->safe_psql('postgres', "$settings; SELECT * FROM recall('$items', '$op')");

		cmp_ok($recall, '>=', $target, "$items $op: recall\@10 for target $target");
		is($wrong, 0, '... ten rows, in order');
		note("$items $op, target $target: $recall");
	}
}

done_testing();
