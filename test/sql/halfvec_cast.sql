-- Casts between halfvec, vector and arrays, and the cast that applies a type modifier.

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

-- array to halfvec
SELECT ARRAY[1,2,-3]::halfvec AS int4, ARRAY[1,2.5]::real[]::halfvec AS float4,
	ARRAY[1,2.5]::float8[]::halfvec AS float8, ARRAY[1,2.5]::halfvec AS "numeric";
SELECT ARRAY[2049,-65519]::halfvec AS rounded, ARRAY[0.1]::float8[]::halfvec AS shortest,
	'{2e-8,-2e-8,1e-46}'::float8[]::halfvec AS tiny;
SELECT '[2:4]={1,2,3}'::int[]::halfvec AS other_lower_bound;
SELECT (ARRAY[1,2,3,NULL]::float8[])[1:3]::halfvec AS null_outside_of_slice;
SELECT '{1,2,3}'::real[]::halfvec(3);

-- array to halfvec: errors
SELECT type, value, pg_temp.error_of(format('SELECT %L::%s::halfvec', value, type)) AS error
FROM unnest(ARRAY['int[]', 'real[]', 'float8[]', 'numeric[]']) WITH ORDINALITY a(type, n),
	unnest(ARRAY['{}', '{NULL}', '{1,NULL,3}', '{{1,2},{3,4}}', '{{1}}']) value
ORDER BY n, value COLLATE "C";
SELECT type, value, pg_temp.error_of(format('SELECT %L::%s::halfvec', value, type)) AS error
FROM (VALUES ('int[]', '{65520}'), ('int[]', '{1,-2147483648}'), ('real[]', '{65520}'), ('real[]', '{1,-1e38}'),
	('float8[]', '{65520}'), ('float8[]', '{65519.99}'), ('numeric[]', '{-65520}'), ('real[]', '{NaN}'),
	('real[]', '{1,Infinity}'), ('real[]', '{-Infinity}'),
	('float8[]', '{NaN}'), ('float8[]', '{Infinity}'), ('float8[]', '{4e38}'), ('float8[]', '{1,-4e38}'),
	('float8[]', '{1e300}'), ('numeric[]', '{NaN}'), ('numeric[]', '{4e38}'), ('numeric[]', '{Infinity}'))
	a(type, value);
SELECT pg_temp.error_of(format('SELECT %L::real[]::halfvec(2)', '{1,2,3}'));
SELECT vector_dims(array_fill(1, ARRAY[16000])::halfvec);
SELECT pg_temp.error_of('SELECT array_fill(1, ARRAY[16001])::halfvec');
SELECT pg_temp.error_of('SELECT array_to_halfvec(array_fill(1, ARRAY[16001]), 16001, false)');
SELECT pg_temp.error_of('SELECT ARRAY[''a'']::halfvec');

-- halfvec to array
SELECT '[1,2.5,-0]'::halfvec::real[];
SELECT array_length('[1,2,3]'::halfvec::real[], 1), ('[1,2,3]'::halfvec::real[])[2];
SELECT array_ndims(v::real[]), array_lower(v::real[], 1), array_upper(v::real[], 1), pg_typeof(v::real[])
FROM (SELECT array_fill(1, ARRAY[16000])::halfvec AS v) s;
SELECT '[1,2]'::halfvec::float8[];

-- halfvec to halfvec
SELECT '[1,2,3]'::halfvec::halfvec(3);
SELECT pg_temp.error_of($$SELECT '[1,2,3]'::halfvec::halfvec(2)$$);

-- vector to halfvec: rounded to the nearest, the even one of two
SELECT '[1,2.5,-0]'::vector::halfvec, '[2049,2051,0.1,65519.99,2e-8]'::vector::halfvec AS rounded,
	'[1,2,3]'::vector::halfvec(3) AS modifier;
SELECT value, pg_temp.error_of(format('SELECT %L::vector::halfvec', value)) AS error
FROM unnest(ARRAY['[65520]', '[1,-65520]', '[1e30]', '[3.4e38]', '[0.1,65519]']) value;
SELECT pg_temp.error_of($$SELECT '[1,2,3]'::vector::halfvec(2)$$);
SELECT vector_dims(array_fill(0.5, ARRAY[16000])::vector::halfvec);

-- halfvec to vector: the same numbers
SELECT '[1,0.1,-0,65504,6e-8]'::halfvec::vector, '[1,2]'::halfvec::vector(2) AS modifier;
SELECT pg_temp.error_of($$SELECT '[1,2,3]'::halfvec::vector(2)$$);
SELECT count(*) AS halves, count(*) FILTER (WHERE h::vector::halfvec::text <> h::text) AS changed
FROM generate_series(-30000, 30000) i, LATERAL (SELECT ARRAY[i / 7.0, i * 1e-6, i * 2]::halfvec AS h) s;

-- context: a vector becomes a halfvec of its own accord, a halfvec a vector on assignment
SELECT '[1,2]'::vector <-> '[1,4]'::halfvec AS mixed, pg_typeof(coalesce('[1]'::vector, '[1]'::halfvec)) AS common;
CREATE TABLE t (h halfvec(2), v vector(2));
INSERT INTO t SELECT '[1,2]'::vector, '[3,4]'::halfvec;
INSERT INTO t (h) SELECT '[1,2,3]'::vector;
INSERT INTO t (v) SELECT '[1]'::halfvec;
ALTER TABLE t ALTER h TYPE vector(2), ALTER v TYPE halfvec(2);
SELECT h, v FROM t;
DROP TABLE t;

-- context: arrays convert on assignment, not of their own accord
CREATE TABLE t (a int[], v halfvec(2));
INSERT INTO t VALUES ('{1,2}', ARRAY[1,2]);
INSERT INTO t SELECT '{3,4}', '{3,4}'::float8[];
INSERT INTO t (v) VALUES (ARRAY[1,2,3]);
SELECT a = v::real[]::int[] AS same, v FROM t;
SELECT split_part(pg_temp.error_of('SELECT l2_distance(a, v) FROM t'), ' / No function', 1) AS error_of; -- 19 adds a detail
SELECT castsource::regtype, casttarget::regtype, castcontext, castmethod FROM pg_cast
WHERE 'halfvec'::regtype IN (castsource, casttarget)
	AND 'sparsevec' NOT IN (castsource::regtype::text, casttarget::regtype::text)
ORDER BY castsource::regtype::text COLLATE "C", casttarget::regtype::text COLLATE "C";
DROP TABLE t;

-- operators of arrays are not disturbed
SELECT ARRAY[1,2] = ARRAY[1,2] AS equal, ARRAY[1,2] || 3 AS appended, ARRAY[1.5] || ARRAY[2] AS joined;
