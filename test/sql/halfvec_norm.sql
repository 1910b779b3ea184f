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
SELECT vector_dims('[1,2,3]'::halfvec), vector_dims(NULL::halfvec) AS "null";

-- norm
SELECT l2_norm('[3,4]'::halfvec), l2_norm('[0,0]'::halfvec) AS zero, l2_norm('[-2]'::halfvec) AS negative;
SELECT l2_norm('[0.1]'::halfvec) = 0.099975586::real::float8 AS exact;
SELECT l2_norm('[6e4,6e4]'::halfvec)::real AS beyond_half, l2_norm('[6e-8]'::halfvec) = 2::float8 ^ -24 AS smallest;

-- normalize
SELECT l2_normalize('[3,4]'::halfvec), l2_normalize('[3,0]'::halfvec) AS axis,
	l2_normalize('[0,0.1]'::halfvec) AS short, l2_normalize('[0,-0]'::halfvec) AS zero;
SELECT l2_normalize('[65504]'::halfvec) AS huge, l2_normalize('[65504,-65504,65504,65504]'::halfvec) AS beyond_half,
	l2_normalize('[6e-8,0]'::halfvec) AS tiny;
SELECT count(*) AS halfvecs, count(*) FILTER (WHERE is_normalized(n, 5e-4)) AS normalized,
	count(*) FILTER (WHERE cosine_similarity(v, n) > 0.999999) AS same_direction
FROM generate_series(1, 500) i,
	LATERAL (SELECT ARRAY[sin(i), i, cos(i), 1e-3 * i * i]::halfvec AS v) s,
	LATERAL (SELECT l2_normalize(v) AS n) normalized;

-- is_normalized: a literal says its type, because core has a function of this name for text
SELECT v, is_normalized(v)
FROM unnest(ARRAY['[1,0]', '[0.6,-0.8]', '[3,4]', '[0,0]', '[65504]', '[1.0009]', '[1.002]', '[0.9992]',
	'[0.9986]', '[-1]']::halfvec[]) v;
SELECT v, tolerance, is_normalized(v, tolerance)
FROM (VALUES ('[1.002]'::halfvec, 0.01), ('[1]', 0), ('[1.001]', 0), ('[1.25]', 0.25),
	('[5]', 'Infinity')) a(v, tolerance);
SELECT is_normalized('[1.25]'::halfvec, tolerance => 0.25) AS named;
SELECT tolerance, pg_temp.error_of(format('SELECT is_normalized(''[1]''::halfvec, %L)', tolerance)) AS error
FROM unnest(ARRAY['-0.5', 'NaN', '-Infinity']::float8[]) tolerance;
SELECT is_normalized(NULL::halfvec) AS v, is_normalized('[1]'::halfvec, NULL) AS tolerance;

-- is_normalized guards a table
CREATE TABLE t (v halfvec(2) CHECK (is_normalized(v)));
INSERT INTO t VALUES ('[0.6,0.8]'), (l2_normalize('[5,12]'::halfvec));
INSERT INTO t VALUES ('[5,12]');
SELECT count(*) FROM t;
DROP TABLE t;
