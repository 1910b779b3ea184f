-- halfvec as in pgvector: text, type modifiers, casts.  Expected answers are pgvector's: test/README.
\getenv abs_srcdir PG_ABS_SRCDIR
\set ECHO none
\i :abs_srcdir/sql/lib/statements.sql

\echo -- text form
SELECT * FROM pg_temp.answers($$
SELECT '[1,2,3]'::halfvec
SELECT halfvec '[1,2,3]'
SELECT '[1]'::halfvec
SELECT '[-1,-2.5,+3]'::halfvec
SELECT '[ 1 , 2 , 3 ]'::halfvec
SELECT ' [1,2] '::halfvec
SELECT E'\t[\t1\n,\r2\x0b,\x0c3]\n'::halfvec
SELECT '[1.,.5,0.25]'::halfvec
SELECT '[00012,1.50]'::halfvec
SELECT '[1e3,1E3,1e+3,1e-3]'::halfvec
SELECT '[1.5e2,-1.5e-2]'::halfvec
SELECT '[0,-0,0.0,-0.0]'::halfvec
SELECT '[0x1p3,0xA]'::halfvec
SELECT '[1e-5,1e-4,1e-3]'::halfvec
SELECT '[1000,9999,10000,6e4]'::halfvec
SELECT '[12345,0.123456789]'::halfvec
SELECT '[0.1,0.2,0.3,0.7]'::halfvec
SELECT '[0.333333333333333333333333,0.66666666666666666]'::halfvec
SELECT '[2048,2049,2051]'::halfvec
SELECT '[65504,-65504]'::halfvec
SELECT '[65504.0]'::halfvec
SELECT '[6.1035e-5,6e-8,3e-8]'::halfvec
SELECT '[1e-8,-1e-8,1e-400]'::halfvec
SELECT '[6e-8,3e-8,2.9e-8]'::halfvec
SELECT '[2049]'::halfvec
SELECT '[1,2,3]'::halfvec::text
SELECT length(('[' || repeat('1,', 15999) || '1]')::halfvec::text) AS n
SELECT ''::halfvec
SELECT ' '::halfvec
SELECT '1'::halfvec
SELECT '1,2,3'::halfvec
SELECT '(1,2)'::halfvec
SELECT '{1,2}'::halfvec
SELECT '<1,2>'::halfvec
SELECT '['::halfvec
SELECT '[ '::halfvec
SELECT '[]'::halfvec
SELECT '[ ]'::halfvec
SELECT ' [] '::halfvec
SELECT '[]x'::halfvec
SELECT '[1'::halfvec
SELECT '[1 '::halfvec
SELECT '[1,'::halfvec
SELECT '[1,]'::halfvec
SELECT '[,1]'::halfvec
SELECT '[,]'::halfvec
SELECT '[1,,2]'::halfvec
SELECT '[1, ,2]'::halfvec
SELECT '[1 2]'::halfvec
SELECT '[1;2]'::halfvec
SELECT '[1,2}'::halfvec
SELECT '[1,2)'::halfvec
SELECT '[1,2]]'::halfvec
SELECT '[[1,2]]'::halfvec
SELECT '[1,2]3'::halfvec
SELECT '[1,2] 3'::halfvec
SELECT '[1,2],'::halfvec
SELECT '[1,2][3]'::halfvec
SELECT '[a]'::halfvec
SELECT '[1a]'::halfvec
SELECT '[1,b]'::halfvec
SELECT '[1.2.3]'::halfvec
SELECT '[1e]'::halfvec
SELECT '[e1]'::halfvec
SELECT '[--1]'::halfvec
SELECT '[+-1]'::halfvec
SELECT '[- 1]'::halfvec
SELECT '["1"]'::halfvec
SELECT '[null]'::halfvec
SELECT '[true]'::halfvec
SELECT '[NaN]'::halfvec
SELECT '[nan,1]'::halfvec
SELECT '[1,-NaN]'::halfvec
SELECT '[Infinity]'::halfvec
SELECT '[-Infinity]'::halfvec
SELECT '[inf,1]'::halfvec
SELECT '[1,-INF]'::halfvec
SELECT '[infinit]'::halfvec
SELECT '[65519]'::halfvec
SELECT '[-4e38,1]'::halfvec
SELECT '[7e4]'::halfvec
SELECT '[1,1e400]'::halfvec
SELECT '[65520]'::halfvec
SELECT ('[' || repeat('1,', 16000) || '1]')::halfvec
SELECT ('[' || repeat('1,', 16000) || 'x]')::halfvec
SELECT vector_dims(('[' || repeat('1,', 15999) || '1]')::halfvec)
SELECT NULL::halfvec
SELECT '[1]'::halfvec IS NULL AS isnull
$$);

\echo -- type modifier
SELECT * FROM pg_temp.answers($$
SELECT '[1,2,3]'::halfvec(3)
SELECT '[1,2,3]'::halfvec(2)
SELECT '[1,2,3]'::halfvec(4)
SELECT '[1,2,3]'::halfvec::halfvec(3)
SELECT '[1,2,3]'::halfvec::halfvec(2)
SELECT '[1,2,3]'::halfvec(3)::halfvec
SELECT '[1,2,3]'::halfvec(3)::halfvec(2)
SELECT NULL::halfvec(3)
SELECT NULL::halfvec(3)::halfvec(2)
SELECT '[1,2'::halfvec(2)
SELECT '[1,2,3]x'::halfvec(2)
SELECT '[1,NaN]'::halfvec(1)
SELECT '[1]'::halfvec(1)
SELECT '[1]'::halfvec(16000)
SELECT '[1]'::halfvec(0)
SELECT '[1]'::halfvec(-1)
SELECT '[1]'::halfvec(16001)
SELECT '[1]'::halfvec(100000)
SELECT '[1]'::halfvec(2147483647)
SELECT '[1]'::halfvec(2147483648)
SELECT '[1]'::halfvec(1,1)
SELECT '[1]'::halfvec()
SELECT '[1]'::halfvec('1')
SELECT '[1]'::halfvec('a')
SELECT '[1]'::halfvec(1.5)
SELECT '{"[1,2]","[3,4]"}'::halfvec(2)[]
SELECT '{"[1,2]","[3,4]"}'::halfvec(3)[]
SELECT '{"[1,2]",NULL}'::halfvec[]
SELECT ARRAY['[1,2]','[3]']::halfvec[]
SELECT ('{"[1,2]","[3,4]"}'::halfvec[])[2]
SELECT array_dims('{"[1,2]","[3,4]"}'::halfvec[])
SELECT unnest('{"[1,2]","[3]"}'::halfvec[])
SELECT format_type('halfvec'::regtype, -1) AS a, format_type('halfvec'::regtype, 5) AS b
SELECT pg_typeof('[1]'::halfvec(1))
SELECT typlen, typbyval, typalign, typstorage, typcategory, typdelim FROM pg_type WHERE oid = 'halfvec'::regtype
SELECT pg_column_size('[1,2,3]'::halfvec) AS three, pg_column_size('[1]'::halfvec) AS one
SELECT pg_column_size(array_fill(1::real, ARRAY[16000])::halfvec) AS n
$$);

\echo -- binary form
SELECT * FROM pg_temp.answers($$
SELECT halfvec_send('[1,2,3]'::halfvec)
SELECT halfvec_send('[-0,0.5,-1e-45]'::halfvec)
SELECT halfvec_send('[65504]'::halfvec)
SELECT length(halfvec_send(array_fill(1::real, ARRAY[16000])::halfvec)) AS n
SELECT halfvec_send(NULL::halfvec)
$$);

\echo -- arrays to halfvec
SELECT * FROM pg_temp.answers($$
SELECT ARRAY[1,2,3]::halfvec
SELECT ARRAY[1.5,2,3]::halfvec
SELECT ARRAY[1,2,3]::real[]::halfvec
SELECT ARRAY[1,2,3]::float8[]::halfvec
SELECT ARRAY[1,2,3]::numeric[]::halfvec
SELECT '{1,2,3}'::int[]::halfvec
SELECT '{1,2,3}'::real[]::halfvec(3)
SELECT '{1,2,3}'::real[]::halfvec(2)
SELECT '{1,2,3}'::float8[]::halfvec(4)
SELECT '{1,2,3}'::numeric[]::halfvec(2)
SELECT '{1,2,3}'::int[]::halfvec(2)
SELECT '{}'::int[]::halfvec
SELECT '{}'::real[]::halfvec
SELECT '{}'::float8[]::halfvec
SELECT '{}'::numeric[]::halfvec
SELECT '{}'::real[]::halfvec(1)
SELECT '{1,NULL}'::int[]::halfvec
SELECT '{NULL}'::real[]::halfvec
SELECT '{1,NULL,3}'::float8[]::halfvec
SELECT '{NULL,1}'::numeric[]::halfvec
SELECT '{{1,2},{3,4}}'::int[]::halfvec
SELECT '{{1}}'::real[]::halfvec
SELECT '{{1}}'::float8[]::halfvec(1)
SELECT '{{{1}}}'::numeric[]::halfvec
SELECT '{NaN}'::real[]::halfvec
SELECT '{1,NaN}'::float8[]::halfvec
SELECT '{NaN}'::numeric[]::halfvec
SELECT '{Infinity}'::real[]::halfvec
SELECT '{-Infinity,1}'::float8[]::halfvec
SELECT '{Infinity}'::numeric[]::halfvec
SELECT '{1e39}'::float8[]::halfvec
SELECT '{-1e300}'::float8[]::halfvec
SELECT '{1e39}'::numeric[]::halfvec
SELECT '{1e-50,-1e-50}'::float8[]::halfvec
SELECT '{1e-50}'::numeric[]::halfvec
SELECT '{0.1,2049}'::float8[]::halfvec
SELECT '{0.1,2049}'::numeric[]::halfvec
SELECT '{60000,-70000}'::int[]::halfvec
SELECT '[0:2]={1,2,3}'::int[]::halfvec
SELECT '[-5:-4]={1,2}'::real[]::halfvec
SELECT '{1,2}'::bigint[]::halfvec
SELECT '{1,2}'::smallint[]::halfvec
SELECT '{1,2}'::text[]::halfvec
SELECT '{t,f}'::bool[]::halfvec
SELECT array_fill(1, ARRAY[16001])::halfvec
SELECT array_fill(1::real, ARRAY[16001])::halfvec
SELECT array_fill(1::float8, ARRAY[16001])::halfvec
SELECT array_fill(1::numeric, ARRAY[16001])::halfvec
SELECT vector_dims(array_fill(1, ARRAY[16000])::halfvec)
SELECT 1::halfvec
SELECT '[1,2]'::text::halfvec
SELECT '[1,2]'::varchar::halfvec
SELECT to_jsonb('[1,2]'::text)::halfvec
SELECT NULL::real[]::halfvec
SELECT array_to_halfvec('{1,2}'::int[], 2, false)
SELECT array_to_halfvec('{1,2}'::real[], 3, false)
SELECT array_to_halfvec('{1,2}'::float8[], -1, true)
SELECT halfvec('[1,2]'::halfvec, 2, true)
SELECT halfvec('[1,2]'::halfvec, 3, true)
SELECT halfvec('[1,2]'::halfvec, -1, false)
$$);

\echo -- halfvec to arrays
SELECT * FROM pg_temp.answers($$
SELECT '[1,2,3]'::halfvec::real[]
SELECT '[1,2,3]'::halfvec::real[] = '{1,2,3}'::real[] AS same
SELECT array_dims('[1,2,3]'::halfvec::real[])
SELECT ('[1,2,3]'::halfvec::real[])[3]
SELECT ('[1,2,3]'::halfvec::real[])[2:]
SELECT cardinality('[1,2,3]'::halfvec::real[])
SELECT '[1,2,3]'::halfvec::float8[]
SELECT '[1,2,3]'::halfvec::int[]
SELECT '[1,2,3]'::halfvec::numeric[]
SELECT '[1,2,3]'::halfvec::text[]
SELECT array_length('[1,2,3]'::halfvec, 1)
SELECT unnest('[1,2,3]'::halfvec)
SELECT unnest('[1,2,3]'::halfvec::real[])
SELECT '[1,2,3]'::halfvec @> '{1}'
SELECT halfvec_to_float4('[1,2,3]'::halfvec, 3, false)
SELECT halfvec_to_float4('[1,2,3]'::halfvec, 2, false)
SELECT to_json('[1,2]'::halfvec) AS a, to_json('[1,2]'::halfvec::real[]) AS b
SELECT NULL::halfvec::real[]
$$);
