-- Distances of sparsevec: functions, operators, ordering.

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
SELECT l2_distance('{}/2'::sparsevec, '{1:3,2:4}/2'), '{}/2'::sparsevec <-> '{1:3,2:4}/2' AS operator,
	'{1:1,3:2}/3'::sparsevec <-> '{1:1,3:2}/3' AS same, '{1:3}/9'::sparsevec <-> '{9:4}/9' AS apart;
SELECT round((l2_distance('{1:3e38}/1'::sparsevec, '{1:-3e38}/1') / 1e38)::numeric, 3) AS beyond_float4,
	round((l2_distance('{1:3e-30}/2'::sparsevec, '{2:4e-30}/2') * 1e30)::numeric, 3) AS squares_underflow;

-- inner product
SELECT inner_product('{1:1,2:2}/3'::sparsevec, '{2:4,3:5}/3'),
	'{1:1,2:2}/3'::sparsevec <#> '{2:4,3:5}/3' AS operator,
	sparsevec_negative_inner_product('{1:1,2:2}/3', '{2:4,3:5}/3');
SELECT inner_product('{1:1}/2'::sparsevec, '{2:1}/2') AS orthogonal,
	'{1:1,2:-1}/2'::sparsevec <#> '{1:3,2:4}/2' AS above_zero;
SELECT round((inner_product('{1:3e38}/1'::sparsevec, '{1:3e38}/1') / 1e76)::numeric, 3) AS beyond_float4,
	round((inner_product('{1:1e-30}/1'::sparsevec, '{1:1e-30}/1') * 1e60)::numeric, 3) AS underflow;

-- cosine
SELECT cosine_distance('{1:1,2:2}/2'::sparsevec, '{1:2,2:4}/2') AS parallel,
	cosine_distance('{1:1}/2'::sparsevec, '{2:2}/2') AS orthogonal,
	cosine_distance('{1:1,2:1}/2'::sparsevec, '{1:-1,2:-1}/2') AS opposite, '{1:1}/2'::sparsevec <=> '{2:2}/2' AS operator;
SELECT cosine_similarity('{1:1,2:2}/2'::sparsevec, '{1:2,2:4}/2') AS parallel,
	cosine_similarity('{1:1}/2'::sparsevec, '{2:2}/2') AS orthogonal,
	cosine_similarity('{1:1,2:1}/2'::sparsevec, '{1:-1,2:-1}/2') AS opposite;
SELECT cosine_distance('{1:1}/2'::sparsevec, '{}/2') AS with_zero,
	cosine_distance('{}/2'::sparsevec, '{}/2') AS both_zero,
	cosine_similarity('{}/2'::sparsevec, '{1:1}/2') AS similarity;
SELECT cosine_distance('{1:3e38}/1'::sparsevec, '{1:3e38}/1') AS huge,
	cosine_distance('{1:1e-40}/2'::sparsevec, '{2:1e-40}/2') AS tiny,
	cosine_similarity('{1:3e38,2:3e38}/2'::sparsevec, '{1:-3e38,2:-3e38}/2') AS huge_opposite,
	cosine_similarity('{1:1e-45}/1'::sparsevec, '{1:3e38}/1') AS both;

-- l1
SELECT l1_distance('{}/2'::sparsevec, '{1:3,2:4}/2'), '{}/2'::sparsevec <+> '{1:3,2:-4}/2' AS operator,
	'{1:1,2:2}/3'::sparsevec <+> '{1:1,2:2}/3' AS same, '{1:1}/3'::sparsevec <+> '{3:2}/3' AS apart;
SELECT round((l1_distance('{1:3e38}/1'::sparsevec, '{1:-3e38}/1') / 1e38)::numeric, 3) AS beyond_float4;

-- the same as in double, element by element, and nearly the same as of dense vectors
CREATE TABLE t (id int, a sparsevec, b sparsevec, x real[], y real[]);
INSERT INTO t SELECT id, x::sparsevec, y::sparsevec, x, y FROM generate_series(1, 300) id,
	LATERAL (SELECT array_agg(CASE WHEN (id * i) % 7 < id % 8 THEN sin(id + i * i) ELSE 0 END ORDER BY i)::real[] AS x,
		array_agg(CASE WHEN (id + i) % 11 < id % 12 THEN cos(id * i) ELSE 0 END ORDER BY i)::real[] AS y
		FROM generate_series(1, 1 + id % 97) i) v;
SELECT count(*) AS pairs,
	count(*) FILTER (WHERE abs((a <-> b) - sqrt(l2sq)) > 1e-13 * sqrt(l2sq)) AS l2,
	count(*) FILTER (WHERE abs((a <#> b) + dot) > 1e-13 * sqrt(aa * bb)) AS ip,
	count(*) FILTER (WHERE aa * bb > 0 AND abs((a <=> b) - (1 - dot / sqrt(aa * bb))) > 1e-13) AS cosine,
	count(*) FILTER (WHERE abs((a <+> b) - l1) > 1e-13 * l1) AS l1,
	count(*) FILTER (WHERE abs((a <-> b) - (x::vector <-> y::vector)) > 1e-5) AS dense_l2,
	count(*) FILTER (WHERE abs((a <#> b) - (x::vector <#> y::vector)) > 1e-5) AS dense_ip,
	count(*) FILTER (WHERE aa * bb > 0 AND abs((a <=> b) - (x::vector <=> y::vector)) > 1e-5) AS dense_cosine,
	count(*) FILTER (WHERE abs((a <+> b) - (x::vector <+> y::vector)) > 1e-4) AS dense_l1,
	count(*) FILTER (WHERE (a <=> b) NOT BETWEEN 0 AND 2 AND aa * bb > 0) AS out_of_range,
	count(*) FILTER (WHERE a <-> b <> b <-> a OR a <#> b <> b <#> a OR a <=> b <> b <=> a
		OR a <+> b <> b <+> a) AS asymmetric
FROM t, LATERAL (SELECT sum((x::float8 - y::float8) ^ 2) AS l2sq, sum(x::float8 * y::float8) AS dot,
	sum(x::float8 ^ 2) AS aa, sum(y::float8 ^ 2) AS bb, sum(abs(x::float8 - y::float8)) AS l1 FROM unnest(x, y) e(x, y)) s;
DROP TABLE t;

-- nearly equal values: nothing is lost to cancellation
SELECT '{1:1,2:16777216}/2'::sparsevec <-> '{1:1.0000001,2:16777216}/2' > 1e-7 AS l2;

-- different dimensions
SELECT name, pg_temp.error_of(format('SELECT %s(''{1:1}/2''::sparsevec, ''{1:1}/3''::sparsevec)', name)) AS error
FROM unnest(ARRAY['l2_distance', 'inner_product', 'sparsevec_negative_inner_product', 'cosine_distance',
	'cosine_similarity', 'l1_distance']) name;
SELECT '{1:1}/3'::sparsevec <-> '{1:1}/2';

-- two literals have no type, as with every function of several types
SELECT pg_temp.error_of($$SELECT l2_distance('{1:1}/3', '{1:1}/3')$$) LIKE '42725%not unique%' AS ambiguous;

-- null
SELECT '{1:1}/2'::sparsevec <-> NULL AS l2, NULL::sparsevec <=> '{1:1}/2' AS cosine,
	l1_distance(NULL::sparsevec, NULL) AS l1;

-- nearest neighbours, without an index
CREATE TABLE t (id int, v sparsevec(100));
INSERT INTO t VALUES (1, '{7:3}/100'), (2, '{3:1}/100'), (3, '{3:4,7:4}/100'), (4, NULL),
	(5, '{3:-2,7:1}/100'), (6, '{}/100');
SELECT id, v <-> '{3:1,7:1}/100' AS l2 FROM t ORDER BY v <-> '{3:1,7:1}/100', id LIMIT 3;
SELECT id, v <#> '{3:1,7:1}/100' AS ip FROM t ORDER BY v <#> '{3:1,7:1}/100', id;
SELECT id, v <+> '{3:1,7:1}/100' AS l1 FROM t ORDER BY v <+> '{3:1,7:1}/100', id;
SELECT id, round((v <=> '{3:1,7:1}/100')::numeric, 6) AS cosine FROM t ORDER BY v <=> '{3:1,7:1}/100', id;
DROP TABLE t;

-- what a distance costs the planner
SELECT proname, procost FROM pg_proc
WHERE oid IN (SELECT oprcode FROM pg_operator WHERE oprname IN ('<->', '<#>', '<=>', '<+>')
	AND oprleft = 'sparsevec'::regtype)
ORDER BY proname;

-- norm
SELECT l2_norm('{2:3,9:4}/9'::sparsevec), l2_norm('{}/9'::sparsevec) AS zero,
	l2_norm('{1:-2}/1'::sparsevec) AS negative;
SELECT l2_norm('{1:0.1}/1'::sparsevec) = 0.1::real::float8 AS exact;
SELECT l2_norm('{1:3e37,2:4e37}/2'::sparsevec)::real AS squares_overflow,
	l2_norm('{1:3e-30,2:4e-30}/2'::sparsevec)::real AS squares_underflow,
	l2_norm('{1:1e-45}/1'::sparsevec)::real AS smallest,
	(l2_norm('{1:3e38,2:3e38,3:3e38,4:3e38}/4'::sparsevec) / 1e38)::real AS beyond_float4;

-- normalize: an element that underflows is dropped
SELECT l2_normalize('{2:3,9:4}/9'::sparsevec), l2_normalize('{2:3}/9'::sparsevec) AS axis,
	l2_normalize('{}/9'::sparsevec) AS zero, l2_normalize('{1:1e-45}/2'::sparsevec) AS tiny,
	l2_normalize('{1:3e38,2:1e-45,3:-3e38}/3'::sparsevec) AS dropped;
SELECT count(*) AS vectors, count(*) FILTER (WHERE is_normalized(n, 1e-6)) AS normalized,
	count(*) FILTER (WHERE cosine_similarity(v, n) > 0.999999) AS same_direction
FROM generate_series(1, 500) i,
	LATERAL (SELECT ARRAY[sin(i), 0, i, cos(i), 0, 1e-3 * i * i]::sparsevec AS v) s,
	LATERAL (SELECT l2_normalize(v) AS n) normalized;

-- is_normalized
SELECT v, is_normalized(v)
FROM unnest(ARRAY['{1:1}/2', '{1:0.6,2:-0.8}/2', '{1:3,2:4}/2', '{}/2', '{1:3e38}/1', '{1:1.0009}/1', '{1:1.0011}/1',
	'{1:0.9991}/1', '{1:0.9989}/1']::sparsevec[]) v;
SELECT is_normalized('{1:1.25}/1'::sparsevec, tolerance => 0.25) AS named;
SELECT tolerance, pg_temp.error_of(format('SELECT is_normalized(''{1:1}/1''::sparsevec, %L)', tolerance)) AS error
FROM unnest(ARRAY['-0.5', 'NaN', '-Infinity']::float8[]) tolerance;
SELECT is_normalized(NULL::sparsevec) AS v, is_normalized('{1:1}/1'::sparsevec, NULL) AS tolerance;
