-- Norms, normalisation and the number of dimensions.

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

-- dims
SELECT vector_dims('[1,2,3]'::vector), vector_dims(NULL::vector) AS "null";

-- norm
SELECT vector_norm('[3,4]'), l2_norm('[3,4]'::vector), vector_norm('[0,0]') AS zero,
	vector_norm('[-2]') AS negative;
SELECT vector_norm('[0.1]') = 0.1::real::float8 AS exact;
SELECT vector_norm('[3e37,4e37]')::real AS squares_overflow,
	vector_norm('[3e-30,4e-30]')::real AS squares_underflow, vector_norm('[1e-45]')::real AS smallest,
	(vector_norm('[3e38,3e38,3e38,3e38]') / 1e38)::real AS beyond_float4;

-- normalize
SELECT l2_normalize('[3,4]'::vector), l2_normalize('[3,0]'::vector) AS axis, l2_normalize('[0,0.1]'::vector) AS short,
	l2_normalize('[0,-0]'::vector) AS zero;
SELECT l2_normalize('[3e38]'::vector) AS huge, l2_normalize('[3e38,-3e38,3e38,3e38]'::vector) AS overflow,
	l2_normalize('[1e-45,0]'::vector) AS tiny;
SELECT count(*) AS vectors, count(*) FILTER (WHERE is_normalized(n, 1e-6)) AS normalized,
	count(*) FILTER (WHERE cosine_similarity(v, n) > 0.999999) AS same_direction
FROM generate_series(1, 500) i,
	LATERAL (SELECT ARRAY[sin(i), i, cos(i), 1e-3 * i * i]::vector AS v) s,
	LATERAL (SELECT l2_normalize(v) AS n) normalized;

-- is_normalized: a literal says its type, because core has a function of this name for text
SELECT v, is_normalized(v)
FROM unnest(ARRAY['[1,0]', '[0.6,-0.8]', '[3,4]', '[0,0]', '[3e38]', '[1.0009]', '[1.0011]', '[0.9991]',
	'[0.9989]', '[-1]']::vector[]) v;
SELECT v, tolerance, is_normalized(v, tolerance)
FROM (VALUES ('[1.002]'::vector, 0.01), ('[1]', 0), ('[1.0000001]', 0), ('[1.25]', 0.25),
	('[5]', 'Infinity')) a(v, tolerance);
SELECT is_normalized('[1.25]'::vector, tolerance => 0.25) AS named;
SELECT tolerance, pg_temp.error_of(format('SELECT is_normalized(''[1]''::vector, %L)', tolerance)) AS error
FROM unnest(ARRAY['-0.5', 'NaN', '-Infinity']::float8[]) tolerance;
SELECT is_normalized(NULL::vector) AS v, is_normalized('[1]'::vector, NULL) AS tolerance;

-- is_normalized guards a table
CREATE TABLE t (v vector(2) CHECK (is_normalized(v)));
INSERT INTO t VALUES ('[0.6,0.8]'), (l2_normalize('[5,12]'::vector));
INSERT INTO t VALUES ('[5,12]');
SELECT count(*) FROM t;
DROP TABLE t;
