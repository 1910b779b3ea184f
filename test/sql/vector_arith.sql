-- Arithmetic: element by element, by a number, concatenation, parts, bits.

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

-- element by element
SELECT '[1,2,3]'::vector + '[4,5,6]' AS add, '[1,2,3]'::vector - '[4,5,7]' AS subtract,
	'[1,2,3]'::vector * '[4,5,-6]' AS multiply;
SELECT '[0.1]'::vector + '[0.2]' AS rounded_as_float4, '[3e38]'::vector - '[3e38]' AS cancelled,
	'[1e-45]'::vector - '[1e-45]' AS zero;
SELECT '[0,1e-30]'::vector * '[1e-30,0]' AS zero_is_no_underflow;
SELECT count(*) AS wrong FROM generate_series(1, 1000) i,
	LATERAL (SELECT (sin(i) * 1e3)::real AS a, (cos(i) / 7)::real AS b) x,
	LATERAL (SELECT ARRAY[a]::vector AS va, ARRAY[b]::vector AS vb) y
WHERE (va + vb)::real[] <> ARRAY[a + b] OR (va - vb)::real[] <> ARRAY[a - b]
	OR (va * vb)::real[] <> ARRAY[a * b];

-- by a number
SELECT '[1,-2,3]'::vector * 2 AS int4, 0.5 * '[1,-2,3]'::vector AS "numeric",
	'[1,-2,3]'::vector * 2::float8 AS float8, '[1,-2,3]'::vector * 0 AS zero;
SELECT '[1,-2,3]'::vector / 2 AS half, '[1,2]'::vector / -0.5 AS negative, '[0,3e38]'::vector / 1e30 AS large;
SELECT '[1e-30]'::vector * 1e60::float8 AS factor_beyond_float4,
	'[1e30]'::vector / 1e60::float8 AS divisor_beyond_float4;
SELECT - '[1,-2,0]'::vector AS negative, -(- '[1,-2,0]'::vector) AS twice, 3 - 1 AS undisturbed;

-- concatenation
SELECT '[1,2,3]'::vector || '[4,5]' AS joined;
SELECT vector_dims(array_fill(0, ARRAY[15999])::vector || '[1]');

-- errors
SELECT expression, pg_temp.error_of('SELECT ' || expression) AS error
FROM unnest(ARRAY[
	'''[1,2]''::vector + ''[3]''', '''[1,2]''::vector - ''[3]''', '''[1,2]''::vector * ''[3]''',
	'''[3e38]''::vector + ''[3e38]''', '''[-3e38]''::vector - ''[3e38]''', '''[1e37]''::vector * ''[1e37]''',
	'''[1e-37]''::vector * ''[1e-37]''',
	'''[3e38]''::vector * 2', '''[1e-30]''::vector * 1e-30', '''[1]''::vector * ''NaN''::float8',
	'''[0]''::vector * ''Infinity''::float8', '''-Infinity''::float8 * ''[1]''::vector',
	'''[1,2]''::vector / 0', '''[0]''::vector / 0', '''[1]''::vector / ''NaN''::float8',
	'''[1]''::vector / ''-inf''::float8', '''[3e38]''::vector / 0.5', '''[1e-30]''::vector / 1e30',
	'array_fill(0, ARRAY[16000])::vector || ''[1]''']) expression;

-- subvector: counted from 1, clipped at both ends
SELECT start, count, subvector('[1,2,3,4,5]'::vector, start, count)
FROM (VALUES (1, 3), (3, 2), (5, 1), (0, 2), (-1, 3), (3, 9), (-100, 103), (3, 2147483647),
	(-2147483644, 2147483647)) a(start, count);
SELECT start, count, pg_temp.error_of(format('SELECT subvector(''[1,2,3,4,5]''::vector, %s, %s)', start, count))
	AS error
FROM (VALUES (1, 0), (3, -1), (-1, 2), (6, 1), (2147483647, 10), (2147483647, 2147483647),
	(-2147483648, 2147483647), (-2147483648, -2147483648), (1, -2147483648)) a(start, count);

-- binary_quantize: 1 where the element is above 0
SELECT binary_quantize('[1,0,-1]'::vector), binary_quantize('[-0,1e-45]'::vector) AS smallest;
SELECT binary_quantize('[1,-1,1,1,-1,-1,-1,1]'::vector) AS eight,
	binary_quantize('[1,-1,1,1,-1,-1,-1,1,1]'::vector) AS nine;
SELECT count(*) AS wrong FROM generate_series(1, 70) d,
	LATERAL (SELECT array_agg(i % 3 - 1)::vector AS v, string_agg((i % 3 = 2)::int::text, '' ORDER BY i) AS bits
		FROM generate_series(1, d) i) s
WHERE binary_quantize(v)::text <> bits OR length(binary_quantize(v)) <> d;
SELECT length(binary_quantize(array_fill(1, ARRAY[16000])::vector));

-- null
SELECT '[1]'::vector + NULL AS add, NULL * '[1]'::vector AS multiply, '[1]'::vector / NULL AS divide,
	subvector('[1]'::vector, NULL, 1) AS subvector;
