-- vector as in pgvector: text, type modifiers, casts.  Expected answers are pgvector's: test/README.
\getenv abs_srcdir PG_ABS_SRCDIR
\set ECHO none
\i :abs_srcdir/sql/lib/statements.sql

\echo -- text form
SELECT * FROM pg_temp.answers($$
SELECT '[1,2,3]'::vector
SELECT vector '[1,2,3]'
SELECT '[1]'::vector
SELECT '[-1,-2.5,+3]'::vector
SELECT '[ 1 , 2 , 3 ]'::vector
SELECT ' [1,2] '::vector
SELECT E'\t[\t1\n,\r2\x0b,\x0c3]\n'::vector
SELECT '[1.,.5,0.25]'::vector
SELECT '[00012,1.50]'::vector
SELECT '[1e3,1E3,1e+3,1e-3]'::vector
SELECT '[1.5e2,-1.5e-2]'::vector
SELECT '[0,-0,0.0,-0.0]'::vector
SELECT '[0x1p3,0xA]'::vector
SELECT '[1e-5,1e-4,1e-3]'::vector
SELECT '[100000,999999,1000000,1e7]'::vector
SELECT '[123456789,0.123456789]'::vector
SELECT '[0.1,0.2,0.3,0.7]'::vector
SELECT '[0.333333333333333333333333,0.66666666666666666]'::vector
SELECT '[16777216,16777217,16777219]'::vector
SELECT '[3.4028235e38,-3.4028235e38]'::vector
SELECT '[3.4028234663852886e38]'::vector
SELECT '[1.17549435e-38,1e-40,1e-45]'::vector
SELECT '[1e-46,-1e-46,1e-400]'::vector
SELECT '[1.4e-45,7e-46,6e-46]'::vector
SELECT '[9007199254740993]'::vector
SELECT '[1,2,3]'::vector::text
SELECT length(('[' || repeat('1,', 15999) || '1]')::vector::text) AS n
SELECT ''::vector
SELECT ' '::vector
SELECT '1'::vector
SELECT '1,2,3'::vector
SELECT '(1,2)'::vector
SELECT '{1,2}'::vector
SELECT '<1,2>'::vector
SELECT '['::vector
SELECT '[ '::vector
SELECT '[]'::vector
SELECT '[ ]'::vector
SELECT ' [] '::vector
SELECT '[]x'::vector
SELECT '[1'::vector
SELECT '[1 '::vector
SELECT '[1,'::vector
SELECT '[1,]'::vector
SELECT '[,1]'::vector
SELECT '[,]'::vector
SELECT '[1,,2]'::vector
SELECT '[1, ,2]'::vector
SELECT '[1 2]'::vector
SELECT '[1;2]'::vector
SELECT '[1,2}'::vector
SELECT '[1,2)'::vector
SELECT '[1,2]]'::vector
SELECT '[[1,2]]'::vector
SELECT '[1,2]3'::vector
SELECT '[1,2] 3'::vector
SELECT '[1,2],'::vector
SELECT '[1,2][3]'::vector
SELECT '[a]'::vector
SELECT '[1a]'::vector
SELECT '[1,b]'::vector
SELECT '[1.2.3]'::vector
SELECT '[1e]'::vector
SELECT '[e1]'::vector
SELECT '[--1]'::vector
SELECT '[+-1]'::vector
SELECT '[- 1]'::vector
SELECT '["1"]'::vector
SELECT '[null]'::vector
SELECT '[true]'::vector
SELECT '[NaN]'::vector
SELECT '[nan,1]'::vector
SELECT '[1,-NaN]'::vector
SELECT '[Infinity]'::vector
SELECT '[-Infinity]'::vector
SELECT '[inf,1]'::vector
SELECT '[1,-INF]'::vector
SELECT '[infinit]'::vector
SELECT '[4e38]'::vector
SELECT '[-4e38,1]'::vector
SELECT '[1e39]'::vector
SELECT '[1,1e400]'::vector
SELECT '[3.4028236e38]'::vector
SELECT ('[' || repeat('1,', 16000) || '1]')::vector
SELECT ('[' || repeat('1,', 16000) || 'x]')::vector
SELECT vector_dims(('[' || repeat('1,', 15999) || '1]')::vector)
SELECT NULL::vector
SELECT '[1]'::vector IS NULL AS isnull
$$);

\echo -- type modifier
SELECT * FROM pg_temp.answers($$
SELECT '[1,2,3]'::vector(3)
SELECT '[1,2,3]'::vector(2)
SELECT '[1,2,3]'::vector(4)
SELECT '[1,2,3]'::vector::vector(3)
SELECT '[1,2,3]'::vector::vector(2)
SELECT '[1,2,3]'::vector(3)::vector
SELECT '[1,2,3]'::vector(3)::vector(2)
SELECT NULL::vector(3)
SELECT NULL::vector(3)::vector(2)
SELECT '[1,2'::vector(2)
SELECT '[1,2,3]x'::vector(2)
SELECT '[1,NaN]'::vector(1)
SELECT '[1]'::vector(1)
SELECT '[1]'::vector(16000)
SELECT '[1]'::vector(0)
SELECT '[1]'::vector(-1)
SELECT '[1]'::vector(16001)
SELECT '[1]'::vector(100000)
SELECT '[1]'::vector(2147483647)
SELECT '[1]'::vector(2147483648)
SELECT '[1]'::vector(1,1)
SELECT '[1]'::vector()
SELECT '[1]'::vector('1')
SELECT '[1]'::vector('a')
SELECT '[1]'::vector(1.5)
SELECT '{"[1,2]","[3,4]"}'::vector(2)[]
SELECT '{"[1,2]","[3,4]"}'::vector(3)[]
SELECT '{"[1,2]",NULL}'::vector[]
SELECT ARRAY['[1,2]','[3]']::vector[]
SELECT ('{"[1,2]","[3,4]"}'::vector[])[2]
SELECT array_dims('{"[1,2]","[3,4]"}'::vector[])
SELECT unnest('{"[1,2]","[3]"}'::vector[])
SELECT format_type('vector'::regtype, -1) AS a, format_type('vector'::regtype, 5) AS b
SELECT pg_typeof('[1]'::vector(1))
SELECT typlen, typbyval, typalign, typstorage, typcategory, typdelim FROM pg_type WHERE oid = 'vector'::regtype
SELECT pg_column_size('[1,2,3]'::vector) AS three, pg_column_size('[1]'::vector) AS one
SELECT pg_column_size(array_fill(1::real, ARRAY[16000])::vector) AS n
$$);

\echo -- binary form
SELECT * FROM pg_temp.answers($$
SELECT vector_send('[1,2,3]'::vector)
SELECT vector_send('[-0,0.5,-1e-45]'::vector)
SELECT vector_send('[3.4028235e38]'::vector)
SELECT length(vector_send(array_fill(1::real, ARRAY[16000])::vector)) AS n
SELECT vector_send(NULL::vector)
$$);

\echo -- arrays to vector
SELECT * FROM pg_temp.answers($$
SELECT ARRAY[1,2,3]::vector
SELECT ARRAY[1.5,2,3]::vector
SELECT ARRAY[1,2,3]::real[]::vector
SELECT ARRAY[1,2,3]::float8[]::vector
SELECT ARRAY[1,2,3]::numeric[]::vector
SELECT '{1,2,3}'::int[]::vector
SELECT '{1,2,3}'::real[]::vector(3)
SELECT '{1,2,3}'::real[]::vector(2)
SELECT '{1,2,3}'::float8[]::vector(4)
SELECT '{1,2,3}'::numeric[]::vector(2)
SELECT '{1,2,3}'::int[]::vector(2)
SELECT '{}'::int[]::vector
SELECT '{}'::real[]::vector
SELECT '{}'::float8[]::vector
SELECT '{}'::numeric[]::vector
SELECT '{}'::real[]::vector(1)
SELECT '{1,NULL}'::int[]::vector
SELECT '{NULL}'::real[]::vector
SELECT '{1,NULL,3}'::float8[]::vector
SELECT '{NULL,1}'::numeric[]::vector
SELECT '{{1,2},{3,4}}'::int[]::vector
SELECT '{{1}}'::real[]::vector
SELECT '{{1}}'::float8[]::vector(1)
SELECT '{{{1}}}'::numeric[]::vector
SELECT '{NaN}'::real[]::vector
SELECT '{1,NaN}'::float8[]::vector
SELECT '{NaN}'::numeric[]::vector
SELECT '{Infinity}'::real[]::vector
SELECT '{-Infinity,1}'::float8[]::vector
SELECT '{Infinity}'::numeric[]::vector
SELECT '{1e39}'::float8[]::vector
SELECT '{-1e300}'::float8[]::vector
SELECT '{1e39}'::numeric[]::vector
SELECT '{1e-50,-1e-50}'::float8[]::vector
SELECT '{1e-50}'::numeric[]::vector
SELECT '{0.1,16777217}'::float8[]::vector
SELECT '{0.1,16777217}'::numeric[]::vector
SELECT '{2147483647,-2147483648}'::int[]::vector
SELECT '[0:2]={1,2,3}'::int[]::vector
SELECT '[-5:-4]={1,2}'::real[]::vector
SELECT '{1,2}'::bigint[]::vector
SELECT '{1,2}'::smallint[]::vector
SELECT '{1,2}'::text[]::vector
SELECT '{t,f}'::bool[]::vector
SELECT array_fill(1, ARRAY[16001])::vector
SELECT array_fill(1::real, ARRAY[16001])::vector
SELECT array_fill(1::float8, ARRAY[16001])::vector
SELECT array_fill(1::numeric, ARRAY[16001])::vector
SELECT vector_dims(array_fill(1, ARRAY[16000])::vector)
SELECT 1::vector
SELECT '[1,2]'::text::vector
SELECT '[1,2]'::varchar::vector
SELECT to_jsonb('[1,2]'::text)::vector
SELECT NULL::real[]::vector
SELECT array_to_vector('{1,2}'::int[], 2, false)
SELECT array_to_vector('{1,2}'::real[], 3, false)
SELECT array_to_vector('{1,2}'::float8[], -1, true)
SELECT vector('[1,2]'::vector, 2, true)
SELECT vector('[1,2]'::vector, 3, true)
SELECT vector('[1,2]'::vector, -1, false)
$$);

\echo -- vector to arrays
SELECT * FROM pg_temp.answers($$
SELECT '[1,2,3]'::vector::real[]
SELECT '[1,2,3]'::vector::real[] = '{1,2,3}'::real[] AS same
SELECT array_dims('[1,2,3]'::vector::real[])
SELECT ('[1,2,3]'::vector::real[])[3]
SELECT ('[1,2,3]'::vector::real[])[2:]
SELECT cardinality('[1,2,3]'::vector::real[])
SELECT '[1,2,3]'::vector::float8[]
SELECT '[1,2,3]'::vector::int[]
SELECT '[1,2,3]'::vector::numeric[]
SELECT '[1,2,3]'::vector::text[]
SELECT array_length('[1,2,3]'::vector, 1)
SELECT unnest('[1,2,3]'::vector)
SELECT unnest('[1,2,3]'::vector::real[])
SELECT '[1,2,3]'::vector @> '{1}'
SELECT vector_to_float4('[1,2,3]'::vector, 3, false)
SELECT vector_to_float4('[1,2,3]'::vector, 2, false)
SELECT to_json('[1,2]'::vector) AS a, to_json('[1,2]'::vector::real[]) AS b
SELECT NULL::vector::real[]
$$);
