-- Distances: functions, operators, ordering.

-- A command's error as SQLSTATE, message and detail; null where it succeeds.
CREATE FUNCTION pg_temp.error_of(command text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	message text;
	detail text;
BEGIN
	EXECUTE command;
	RETURN NULL;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
	RETURN concat_ws(' / ', SQLSTATE, message, nullif(detail, ''));
END
$$;

-- l2
SELECT l2_distance('[0,0]'::vector, '[3,4]'), '[0,0]'::vector <-> '[3,4]' AS operator,
	'[1,2]'::vector <-> '[1,2]' AS same;
SELECT l2_distance('[1,1,1,1,1,1,1,1,1]'::vector, '[1,1,1,1,1,1,1,4,5]');
SELECT round((l2_distance('[3e38]'::vector, '[-3e38]') / 1e38)::numeric, 3) AS beyond_float4,
	round((l2_distance('[3e-30,0]'::vector, '[0,4e-30]') * 1e30)::numeric, 3) AS squares_underflow;

-- inner product
SELECT inner_product('[1,2]'::vector, '[3,4]'), '[1,2]'::vector <#> '[3,4]' AS operator,
	vector_negative_inner_product('[1,2]', '[3,4]');
SELECT inner_product('[1,1,1,1,1,1,1,1,1]'::vector, '[1,2,3,4,5,6,7,8,9]');
SELECT inner_product('[1,0]'::vector, '[0,1]') AS orthogonal, '[1,-1]'::vector <#> '[3,4]' AS above_zero;
SELECT round((inner_product('[3e38]'::vector, '[3e38]') / 1e76)::numeric, 3) AS beyond_float4,
	round((inner_product('[1e-30]'::vector, '[1e-30]') * 1e60)::numeric, 3) AS underflow;

-- cosine
SELECT cosine_distance('[1,2]'::vector, '[2,4]') AS parallel, cosine_distance('[1,0]'::vector, '[0,2]') AS orthogonal,
	cosine_distance('[1,1]'::vector, '[-1,-1]') AS opposite, '[1,0]'::vector <=> '[0,2]' AS operator;
SELECT cosine_similarity('[1,2]'::vector, '[2,4]') AS parallel,
	cosine_similarity('[1,0]'::vector, '[0,2]') AS orthogonal,
	cosine_similarity('[1,1]'::vector, '[-1,-1]') AS opposite;
SELECT round(cosine_similarity('[1,1]'::vector, '[1,0]')::numeric, 5) AS half_a_right_angle;
SELECT cosine_distance('[1,2]'::vector, '[0,0]') AS with_zero, cosine_distance('[0,0]'::vector, '[0,0]') AS both_zero,
	cosine_similarity('[0,0]'::vector, '[1,2]') AS similarity;
SELECT cosine_distance('[3e38]'::vector, '[3e38]') AS huge, cosine_distance('[1e-40,0]'::vector, '[0,1e-40]') AS tiny,
	cosine_similarity('[3e38,3e38]'::vector, '[-3e38,-3e38]') AS huge_opposite,
	cosine_similarity('[1e-45]'::vector, '[3e38]') AS both;
SELECT count(*) AS pairs, count(*) FILTER (WHERE d NOT BETWEEN 0 AND 2) AS out_of_range,
	count(*) FILTER (WHERE d <> 1 - s) AS not_complementary
FROM (SELECT cosine_distance(a, b) AS d, cosine_similarity(a, b) AS s
	FROM (SELECT ARRAY[sin(i), cos(i * i), sin(3 * i)]::vector AS a FROM generate_series(1, 40) i) x,
		(SELECT ARRAY[sin(i), cos(i * i), sin(3 * i)]::vector AS b FROM generate_series(1, 40) i) y) pairs;

-- l1
SELECT l1_distance('[0,0]'::vector, '[3,4]'), '[0,0]'::vector <+> '[3,-4]' AS operator,
	'[1,2]'::vector <+> '[1,2]' AS same;
SELECT l1_distance('[1,2,3,4,5,6,7,8,9]'::vector, '[0,3,2,5,4,7,6,9,8]');
SELECT round((l1_distance('[3e38]'::vector, '[-3e38]') / 1e38)::numeric, 3) AS beyond_float4;

-- three small embeddings: fruit is nearer to fruit than to a computer
SELECT a.word, b.word, round((a.v <=> b.v)::numeric, 3) AS cosine_distance
FROM (VALUES ('apple', '[0.9,0.8,0.1]'::vector)) a(word, v),
	(VALUES ('orange', '[0.8,0.9,0.2]'::vector), ('computer', '[0.1,0.2,0.9]')) b(word, v)
ORDER BY a.v <=> b.v;

-- every length of a tail: small integers are exact
SELECT count(*) AS wrong FROM generate_series(1, 130) d,
	LATERAL (SELECT array_agg(i % 5)::vector AS a, array_agg(i % 3)::vector AS b, sum((i % 5) * (i % 3)) AS dot,
		sum((i % 5 - i % 3) ^ 2) AS l2sq, sum(abs(i % 5 - i % 3)) AS l1 FROM generate_series(1, d) i) v
WHERE inner_product(a, b) <> dot OR a <#> b <> -dot OR a <+> b <> l1 OR a <-> b <> sqrt(l2sq);

-- symmetry
SELECT count(*) AS asymmetric FROM generate_series(1, 50) i, generate_series(1, 50) j,
	LATERAL (SELECT ARRAY[sin(i), i, cos(i)]::vector AS a, ARRAY[sin(j), j, cos(j)]::vector AS b) v
WHERE a <-> b <> b <-> a OR a <#> b <> b <#> a OR a <=> b <> b <=> a OR a <+> b <> b <+> a;

-- different dimensions
SELECT name, pg_temp.error_of(format('SELECT %s(''[1,2]''::vector, ''[3]''::vector)', name)) AS error
FROM unnest(ARRAY['l2_distance', 'inner_product', 'vector_negative_inner_product', 'cosine_distance',
	'cosine_similarity', 'l1_distance']) name;
SELECT '[1,2,3]'::vector <-> '[1,2]';

-- null
SELECT '[1,2]'::vector <-> NULL AS l2, NULL::vector <=> '[1]' AS cosine, l1_distance(NULL::vector, NULL) AS l1;

-- nearest neighbours, without an index
CREATE TABLE t (id int, v vector(2));
INSERT INTO t VALUES (1, '[0,3]'), (2, '[1,0]'), (3, '[4,4]'), (4, NULL), (5, '[-2,1]');
SELECT id, v <-> '[1,1]' AS l2 FROM t ORDER BY v <-> '[1,1]', id LIMIT 2;
SELECT id, v <#> '[1,1]' AS ip FROM t ORDER BY v <#> '[1,1]', id;
SELECT id, v <+> '[1,1]' AS l1 FROM t ORDER BY v <+> '[1,1]', id;
SELECT id FROM t ORDER BY v <=> '[1,1]', id;
SELECT id FROM t WHERE v <-> '[0,0]' < 3 ORDER BY id;
DROP TABLE t;

-- what a distance costs the planner
SELECT proname, procost FROM pg_proc
WHERE oid IN (SELECT oprcode FROM pg_operator WHERE oprname IN ('<->', '<#>', '<=>', '<+>')
	AND oprleft = 'vector'::regtype)
ORDER BY proname;
