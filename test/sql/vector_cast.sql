-- Casts between vector and arrays, and the cast that applies a type modifier.

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

-- array to vector
SELECT ARRAY[1,2,-3]::vector AS int4, ARRAY[1,2.5]::real[]::vector AS float4,
	ARRAY[1,2.5]::float8[]::vector AS float8, ARRAY[1,2.5]::vector AS "numeric";
SELECT ARRAY[2147483647]::vector AS rounded, ARRAY[0.1]::float8[]::vector AS shortest,
	'{1e-46,-1e-46}'::float8[]::vector AS tiny;
SELECT '[2:4]={1,2,3}'::int[]::vector AS other_lower_bound;
SELECT (ARRAY[1,2,3,NULL]::float8[])[1:3]::vector AS null_outside_of_slice;
SELECT '{1,2,3}'::real[]::vector(3);

-- array to vector: errors
SELECT type, value, pg_temp.error_of(format('SELECT %L::%s::vector', value, type)) AS error
FROM unnest(ARRAY['int[]', 'real[]', 'float8[]', 'numeric[]']) WITH ORDINALITY a(type, n),
	unnest(ARRAY['{}', '{NULL}', '{1,NULL,3}', '{{1,2},{3,4}}', '{{1}}']) value
ORDER BY n, value COLLATE "C";
SELECT type, value, pg_temp.error_of(format('SELECT %L::%s::vector', value, type)) AS error
FROM (VALUES ('real[]', '{NaN}'), ('real[]', '{1,Infinity}'), ('real[]', '{-Infinity}'),
	('float8[]', '{NaN}'), ('float8[]', '{Infinity}'), ('float8[]', '{4e38}'), ('float8[]', '{1,-4e38}'),
	('float8[]', '{1e300}'), ('numeric[]', '{NaN}'), ('numeric[]', '{4e38}'), ('numeric[]', '{Infinity}'))
	a(type, value);
SELECT pg_temp.error_of(format('SELECT %L::real[]::vector(2)', '{1,2,3}'));
SELECT vector_dims(array_fill(1, ARRAY[16000])::vector);
SELECT pg_temp.error_of('SELECT array_fill(1, ARRAY[16001])::vector');
SELECT pg_temp.error_of('SELECT array_to_vector(array_fill(1, ARRAY[16001]), 16001, false)');
SELECT pg_temp.error_of('SELECT ARRAY[''a'']::vector');

-- vector to array
SELECT '[1,2.5,-0]'::vector::real[];
SELECT array_length('[1,2,3]'::vector::real[], 1), ('[1,2,3]'::vector::real[])[2];
SELECT array_ndims(v::real[]), array_lower(v::real[], 1), array_upper(v::real[], 1), pg_typeof(v::real[])
FROM (SELECT array_fill(1, ARRAY[16000])::vector AS v) s;
SELECT '[1,2]'::vector::float8[];

-- vector to vector
SELECT '[1,2,3]'::vector::vector(3);
SELECT pg_temp.error_of($$SELECT '[1,2,3]'::vector::vector(2)$$);

-- context: arrays convert on assignment, not of their own accord
CREATE TABLE t (a int[], v vector(2));
INSERT INTO t VALUES ('{1,2}', ARRAY[1,2]);
INSERT INTO t SELECT '{3,4}', '{3,4}'::float8[];
INSERT INTO t (v) VALUES (ARRAY[1,2,3]);
SELECT a = v::real[]::int[] AS same, v FROM t;
SELECT split_part(pg_temp.error_of('SELECT l2_distance(a, v) FROM t'), ' / No function', 1) AS error_of; -- 19 adds a detail
SELECT castsource::regtype, casttarget::regtype, castcontext, castmethod FROM pg_cast
WHERE 'vector'::regtype IN (castsource, casttarget)
ORDER BY castsource::regtype::text COLLATE "C", casttarget::regtype::text COLLATE "C";
DROP TABLE t;

-- operators of arrays are not disturbed
SELECT ARRAY[1,2] = ARRAY[1,2] AS equal, ARRAY[1,2] || 3 AS appended, ARRAY[1.5] || ARRAY[2] AS joined;
