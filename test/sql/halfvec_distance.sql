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
SELECT l2_distance('[0,0]'::halfvec, '[3,4]'), '[0,0]'::halfvec <-> '[3,4]' AS operator,
	'[1,2]'::halfvec <-> '[1,2]' AS same;
SELECT l2_distance('[1,1,1,1,1,1,1,1,1]'::halfvec, '[1,1,1,1,1,1,1,4,5]');
SELECT l2_distance('[65504]'::halfvec, '[-65504]') AS beyond_half,
	l2_distance('[6e-8]'::halfvec, '[0]') = 2::float8 ^ -24 AS smallest;

-- inner product
SELECT inner_product('[1,2]'::halfvec, '[3,4]'), '[1,2]'::halfvec <#> '[3,4]' AS operator,
	halfvec_negative_inner_product('[1,2]', '[3,4]');
SELECT inner_product('[1,1,1,1,1,1,1,1,1]'::halfvec, '[1,2,3,4,5,6,7,8,9]');
SELECT inner_product('[1,0]'::halfvec, '[0,1]') AS orthogonal, '[1,-1]'::halfvec <#> '[3,4]' AS above_zero;
SELECT inner_product('[65504]'::halfvec, '[65504]') = 65504::float8 ^ 2 AS beyond_half,
	inner_product('[6e-8]'::halfvec, '[6e-8]') = 2.0::float8 ^ -48 AS smallest;

-- cosine
SELECT cosine_distance('[1,2]'::halfvec, '[2,4]') AS parallel, cosine_distance('[1,0]'::halfvec, '[0,2]') AS orthogonal,
	cosine_distance('[1,1]'::halfvec, '[-1,-1]') AS opposite, '[1,0]'::halfvec <=> '[0,2]' AS operator;
SELECT cosine_similarity('[1,2]'::halfvec, '[2,4]') AS parallel,
	cosine_similarity('[1,0]'::halfvec, '[0,2]') AS orthogonal,
	cosine_similarity('[1,1]'::halfvec, '[-1,-1]') AS opposite;
SELECT round(cosine_similarity('[1,1]'::halfvec, '[1,0]')::numeric, 5) AS half_a_right_angle;
SELECT cosine_distance('[1,2]'::halfvec, '[0,0]') AS with_zero, cosine_distance('[0,0]'::halfvec, '[0,0]') AS both_zero,
	cosine_similarity('[0,0]'::halfvec, '[1,2]') AS similarity;
SELECT cosine_distance('[65504]'::halfvec, '[65504]') AS huge, cosine_distance('[6e-8,0]'::halfvec, '[0,6e-8]') AS tiny,
	cosine_similarity('[65504,65504]'::halfvec, '[-65504,-65504]') AS huge_opposite,
	cosine_similarity('[6e-8]'::halfvec, '[65504]') AS both;
SELECT count(*) AS pairs, count(*) FILTER (WHERE d NOT BETWEEN 0 AND 2) AS out_of_range,
	count(*) FILTER (WHERE d <> 1 - s) AS not_complementary
FROM (SELECT cosine_distance(a, b) AS d, cosine_similarity(a, b) AS s
	FROM (SELECT ARRAY[sin(i), cos(i * i), sin(3 * i)]::halfvec AS a FROM generate_series(1, 40) i) x,
		(SELECT ARRAY[sin(i), cos(i * i), sin(3 * i)]::halfvec AS b FROM generate_series(1, 40) i) y) pairs;

-- l1
SELECT l1_distance('[0,0]'::halfvec, '[3,4]'), '[0,0]'::halfvec <+> '[3,-4]' AS operator,
	'[1,2]'::halfvec <+> '[1,2]' AS same;
SELECT l1_distance('[1,2,3,4,5,6,7,8,9]'::halfvec, '[0,3,2,5,4,7,6,9,8]');
SELECT l1_distance('[65504]'::halfvec, '[-65504]') AS beyond_half;

-- three small embeddings: fruit is nearer to fruit than to a computer
SELECT a.word, b.word, round((a.v <=> b.v)::numeric, 3) AS cosine_distance
FROM (VALUES ('apple', '[0.9,0.8,0.1]'::halfvec)) a(word, v),
	(VALUES ('orange', '[0.8,0.9,0.2]'::halfvec), ('computer', '[0.1,0.2,0.9]')) b(word, v)
ORDER BY a.v <=> b.v;

-- every length of a tail: small integers are exact
SELECT count(*) AS wrong FROM generate_series(1, 130) d,
	LATERAL (SELECT array_agg(i % 5)::halfvec AS a, array_agg(i % 3)::halfvec AS b, sum((i % 5) * (i % 3)) AS dot,
		sum((i % 5 - i % 3) ^ 2) AS l2sq, sum(abs(i % 5 - i % 3)) AS l1 FROM generate_series(1, d) i) v
WHERE inner_product(a, b) <> dot OR a <#> b <> -dot OR a <+> b <> l1 OR a <-> b <> sqrt(l2sq);

-- a distance of halves is that of the same numbers as vectors, bit for bit
SELECT count(*) AS pairs, count(*) FILTER (WHERE a <-> b <> a::vector <-> b::vector) AS l2,
	count(*) FILTER (WHERE a <#> b <> a::vector <#> b::vector) AS ip,
	count(*) FILTER (WHERE a <=> b <> a::vector <=> b::vector) AS cosine,
	count(*) FILTER (WHERE a <+> b <> a::vector <+> b::vector) AS l1,
	count(*) FILTER (WHERE l2_norm(a) <> l2_norm(a::vector)) AS norm
FROM generate_series(1, 100) d, generate_series(-12, 3) e,
	LATERAL (SELECT array_agg(sin(i * d) * 10.0 ^ e)::halfvec AS a, array_agg(cos(i + e) * 10.0 ^ e)::halfvec AS b
		FROM generate_series(1, d) i) v
WHERE l2_norm(a) > 0 AND l2_norm(b) > 0;

-- symmetry
SELECT count(*) AS asymmetric FROM generate_series(1, 50) i, generate_series(1, 50) j,
	LATERAL (SELECT ARRAY[sin(i), i, cos(i)]::halfvec AS a, ARRAY[sin(j), j, cos(j)]::halfvec AS b) v
WHERE a <-> b <> b <-> a OR a <#> b <> b <#> a OR a <=> b <> b <=> a OR a <+> b <> b <+> a;

-- different dimensions
SELECT name, pg_temp.error_of(format('SELECT %s(''[1,2]''::halfvec, ''[3]''::halfvec)', name)) AS error
FROM unnest(ARRAY['l2_distance', 'inner_product', 'halfvec_negative_inner_product', 'cosine_distance',
	'cosine_similarity', 'l1_distance']) name;
SELECT '[1,2,3]'::halfvec <-> '[1,2]';

-- null
SELECT '[1,2]'::halfvec <-> NULL AS l2, NULL::halfvec <=> '[1]' AS cosine, l1_distance(NULL::halfvec, NULL) AS l1;

-- nearest neighbours, without an index
CREATE TABLE t (id int, v halfvec(2));
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
	AND oprleft = 'halfvec'::regtype)
ORDER BY proname;
