-- Casts of sparsevec: from arrays, from and to vector, and the cast that applies a type modifier.

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

-- array to sparsevec
SELECT ARRAY[1,0,-3]::sparsevec AS int4, ARRAY[0,2.5]::real[]::sparsevec AS float4,
	ARRAY[1,0,2.5]::float8[]::sparsevec AS float8, ARRAY[1,2.5,0.0]::sparsevec AS "numeric";
SELECT ARRAY[2147483647]::sparsevec AS rounded, '{1e-46,-1e-46,-0,1}'::float8[]::sparsevec AS zeros,
	'[2:4]={1,0,3}'::int[]::sparsevec AS other_lower_bound;
SELECT '{1,2,3}'::real[]::sparsevec(3);
SELECT array_fill(0, ARRAY[100001])::sparsevec AS long, l2_norm(array_fill(1, ARRAY[16000])::sparsevec)::real AS full;

-- array to sparsevec: errors
SELECT type, value, pg_temp.error_of(format('SELECT %L::%s::sparsevec', value, type)) AS error
FROM unnest(ARRAY['int[]', 'real[]', 'float8[]', 'numeric[]']) WITH ORDINALITY a(type, n),
	unnest(ARRAY['{}', '{NULL}', '{1,NULL,3}', '{{1,2},{3,4}}', '{{1}}']) value
ORDER BY n, value COLLATE "C";
SELECT type, value, pg_temp.error_of(format('SELECT %L::%s::sparsevec', value, type)) AS error
FROM (VALUES ('real[]', '{NaN}'), ('real[]', '{1,Infinity}'), ('real[]', '{-Infinity}'), ('float8[]', '{NaN}'),
	('float8[]', '{Infinity}'), ('float8[]', '{4e38}'), ('float8[]', '{1,-4e38}'), ('numeric[]', '{NaN}'),
	('numeric[]', '{4e38}'), ('numeric[]', '{1e-46}'), ('numeric[]', '{Infinity}')) a(type, value);
SELECT pg_temp.error_of(format('SELECT %L::real[]::sparsevec(2)', '{1,2,3}'));
SELECT pg_temp.error_of('SELECT array_fill(1, ARRAY[16001])::sparsevec');
SELECT pg_temp.error_of('SELECT ARRAY[''a'']::sparsevec');

-- vector to sparsevec and back
SELECT '[0,1.5,0,-3]'::vector::sparsevec, '[0,0]'::vector::sparsevec AS zero,
	'[0,-0,1]'::vector::sparsevec AS negative_zero,
	'[0,1]'::vector::sparsevec(2) AS modifier;
SELECT '{2:1.5,4:-3}/4'::sparsevec::vector, '{}/3'::sparsevec::vector AS zero,
	'{1:1}/2'::sparsevec::vector(2) AS modifier;
SELECT count(*) AS vectors, count(*) FILTER (WHERE v::sparsevec::vector <> v) AS changed
FROM generate_series(1, 200) i, LATERAL (SELECT array_agg((i * j) % 5 - 2)::vector AS v FROM generate_series(1, i) j) s;
SELECT vector_dims('{16000:1}/16000'::sparsevec::vector);
SELECT pg_temp.error_of($$SELECT '{1:1}/16001'::sparsevec::vector$$);
SELECT pg_temp.error_of($$SELECT '{1:1}/3'::sparsevec::vector(2)$$);
SELECT pg_temp.error_of($$SELECT '[1,2,3]'::vector::sparsevec(2)$$);

-- halfvec to sparsevec and back
SELECT '[0,1.5,-0,6e-8]'::halfvec::sparsevec, '[0,0]'::halfvec::sparsevec AS zero,
	'[0,1]'::halfvec::sparsevec(2) AS modifier, '{1:1}/2'::sparsevec <-> '[1,3]'::halfvec AS l2;
SELECT '{1:1.5,3:-2}/5'::sparsevec::halfvec, '{1:65519,2:1e-9}/2'::sparsevec::halfvec AS rounded,
	'{}/2'::sparsevec::halfvec(2) AS modifier;
SELECT pg_temp.error_of(command) FROM unnest(ARRAY[$$SELECT '{1:65520}/2'::sparsevec::halfvec$$,
	$$SELECT '{1:1}/16001'::sparsevec::halfvec$$, $$SELECT '{1:1}/3'::sparsevec::halfvec(2)$$,
	$$SELECT '[0,1]'::halfvec::sparsevec(3)$$]) command;

-- sparsevec to sparsevec
SELECT '{1:1}/3'::sparsevec::sparsevec(3);
SELECT pg_temp.error_of($$SELECT '{1:1}/3'::sparsevec::sparsevec(2)$$);

-- context: a vector is a sparsevec where one is wanted, arrays and the way back on assignment
SELECT '{1:1}/2'::sparsevec = '[1,0]'::vector AS equal, '{1:1}/2'::sparsevec <-> '[1,2]'::vector AS l2;
CREATE TABLE t (v vector(2), s sparsevec(2));
INSERT INTO t VALUES ('{1:1}/2'::sparsevec, '[0,2]'::vector);
INSERT INTO t (s) VALUES (ARRAY[3,4]);
INSERT INTO t (s) VALUES ('[1,2,3]'::vector);
INSERT INTO t (v) VALUES ('{1:1}/3'::sparsevec);
SELECT * FROM t;
SELECT pg_temp.error_of($$SELECT vector_dims('{1:1}/2'::sparsevec)$$) IS NOT NULL AS not_implicit;
SELECT pg_temp.error_of($$SELECT '{1:1}/2'::sparsevec::real[]$$);
SELECT castsource::regtype, casttarget::regtype, castcontext, castmethod FROM pg_cast
WHERE 'sparsevec'::regtype IN (castsource, casttarget)
ORDER BY castsource::regtype::text COLLATE "C", casttarget::regtype::text COLLATE "C";
DROP TABLE t;
