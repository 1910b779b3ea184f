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
SELECT '[1,2,3]'::halfvec + '[4,5,6]' AS add, '[1,2,3]'::halfvec - '[4,5,7]' AS subtract,
	'[1,2,3]'::halfvec * '[4,5,-6]' AS multiply;
SELECT '[0.1]'::halfvec + '[0.2]' AS rounded_to_half, '[65504]'::halfvec - '[65504]' AS cancelled,
	'[65504]'::halfvec + '[15]' AS rounded_down,
	'[6e-8]'::halfvec - '[6e-8]' AS zero;
SELECT '[0,1e-6]'::halfvec * '[1e-6,0]' AS zero_is_no_underflow;
SELECT count(*) AS wrong FROM generate_series(1, 1000) i,
	LATERAL (SELECT (sin(i) * 1e3)::real AS a, (cos(i) / 7)::real AS b) x,
	LATERAL (SELECT ARRAY[a]::halfvec AS va, ARRAY[b]::halfvec AS vb) y
WHERE va + vb <> (va::vector + vb::vector)::halfvec OR va - vb <> (va::vector - vb::vector)::halfvec
	OR va * vb <> (va::vector * vb::vector)::halfvec;

-- by a number
SELECT '[1,-2,3]'::halfvec * 2 AS int4, 0.5 * '[1,-2,3]'::halfvec AS "numeric",
	'[1,-2,3]'::halfvec * 2::float8 AS float8, '[1,-2,3]'::halfvec * 0 AS zero;
SELECT '[1,-2,3]'::halfvec / 2 AS half, '[1,2]'::halfvec / -0.5 AS negative, '[0,65504]'::halfvec / 1e3 AS large;
SELECT '[1e-6]'::halfvec * 1e10::float8 AS factor_beyond_half,
	'[6e4]'::halfvec / 1e10::float8 AS divisor_beyond_half;
SELECT - '[1,-2,0]'::halfvec AS negative, -(- '[1,-2,0]'::halfvec) AS twice, 3 - 1 AS undisturbed;

-- concatenation
SELECT '[1,2,3]'::halfvec || '[4,5]' AS joined;
SELECT vector_dims(array_fill(0, ARRAY[15999])::halfvec || '[1]');

-- errors
SELECT expression, pg_temp.error_of('SELECT ' || expression) AS error
FROM unnest(ARRAY[
	'''[1,2]''::halfvec + ''[3]''', '''[1,2]''::halfvec - ''[3]''', '''[1,2]''::halfvec * ''[3]''',
	'''[65504]''::halfvec + ''[16]''', '''[-65504]''::halfvec - ''[65504]''', '''[300]''::halfvec * ''[300]''',
	'''[1e-4]''::halfvec * ''[1e-4]''',
	'''[65504]''::halfvec * 2', '''[1e-6]''::halfvec * 1e-6', '''[1]''::halfvec * 1e300::float8',
	'''[1]''::halfvec * ''NaN''::float8',
	'''[0]''::halfvec * ''Infinity''::float8', '''-Infinity''::float8 * ''[1]''::halfvec',
	'''[1,2]''::halfvec / 0', '''[0]''::halfvec / 0', '''[1]''::halfvec / ''NaN''::float8',
	'''[1]''::halfvec / ''-inf''::float8', '''[65504]''::halfvec / 0.5', '''[1e-6]''::halfvec / 1e6',
	'array_fill(0, ARRAY[16000])::halfvec || ''[1]''']) expression;

-- subvector: counted from 1, clipped at both ends
SELECT start, count, subvector('[1,2,3,4,5]'::halfvec, start, count)
FROM (VALUES (1, 3), (3, 2), (5, 1), (0, 2), (-1, 3), (3, 9), (-100, 103), (3, 2147483647),
	(-2147483644, 2147483647)) a(start, count);
SELECT start, count, pg_temp.error_of(format('SELECT subvector(''[1,2,3,4,5]''::halfvec, %s, %s)', start, count))
	AS error
FROM (VALUES (1, 0), (3, -1), (-1, 2), (6, 1), (2147483647, 10), (2147483647, 2147483647),
	(-2147483648, 2147483647), (-2147483648, -2147483648), (1, -2147483648)) a(start, count);

-- binary_quantize: 1 where the element is above 0
SELECT binary_quantize('[1,0,-1]'::halfvec), binary_quantize('[-0,6e-8]'::halfvec) AS smallest;
SELECT binary_quantize('[1,-1,1,1,-1,-1,-1,1]'::halfvec) AS eight,
	binary_quantize('[1,-1,1,1,-1,-1,-1,1,1]'::halfvec) AS nine;
SELECT count(*) AS wrong FROM generate_series(1, 70) d,
	LATERAL (SELECT array_agg(i % 3 - 1)::halfvec AS v, string_agg((i % 3 = 2)::int::text, '' ORDER BY i) AS bits
		FROM generate_series(1, d) i) s
WHERE binary_quantize(v)::text <> bits OR length(binary_quantize(v)) <> d;
SELECT length(binary_quantize(array_fill(1, ARRAY[16000])::halfvec));

-- null
SELECT '[1]'::halfvec + NULL AS add, NULL * '[1]'::halfvec AS multiply, '[1]'::halfvec / NULL AS divide,
	subvector('[1]'::halfvec, NULL, 1) AS subvector;
