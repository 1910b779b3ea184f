-- Casts among types, and what a literal means, as in pgvector.  Expected answers are pgvector's: test/README.
\getenv abs_srcdir PG_ABS_SRCDIR
\set ECHO none
\i :abs_srcdir/sql/lib/statements.sql

\echo -- casts
SELECT * FROM pg_temp.answers($$
SELECT '[1,2.5,-3]'::vector::halfvec
SELECT '[1,2.5,-3]'::vector::halfvec(3)
SELECT '[1,2.5,-3]'::vector::halfvec(2)
SELECT '[65519]'::vector::halfvec
SELECT '[65520]'::vector::halfvec
SELECT '[-65520,1]'::vector::halfvec
SELECT '[1e-8,2049,0.1]'::vector::halfvec
SELECT '[1,2.5,-3]'::halfvec::vector
SELECT '[1,2.5,-3]'::halfvec::vector(3)
SELECT '[1,2.5,-3]'::halfvec::vector(2)
SELECT '[0.1,65504,6e-8]'::halfvec::vector
SELECT '[0,1.5,0,3.5]'::vector::sparsevec
SELECT '[0,1.5,0,3.5]'::vector::sparsevec(4)
SELECT '[0,1.5,0,3.5]'::vector::sparsevec(5)
SELECT '[0,0]'::vector::sparsevec
SELECT '[-0,1]'::vector::sparsevec
SELECT '[0,1.5,0,3.5]'::halfvec::sparsevec
SELECT '[0,1.5,0,3.5]'::halfvec::sparsevec(3)
SELECT '{2:1.5,4:3.5}/5'::sparsevec::vector
SELECT '{2:1.5,4:3.5}/5'::sparsevec::vector(5)
SELECT '{2:1.5,4:3.5}/5'::sparsevec::vector(4)
SELECT '{}/3'::sparsevec::vector
SELECT '{}/16001'::sparsevec::vector
SELECT '{}/1000000000'::sparsevec::vector
SELECT '{2:1.5,4:3.5}/5'::sparsevec::halfvec
SELECT '{2:1.5,4:3.5}/5'::sparsevec::halfvec(4)
SELECT '{1:65520}/1'::sparsevec::halfvec
SELECT '{}/16001'::sparsevec::halfvec
SELECT '{}/16001'::sparsevec::halfvec(16000)
SELECT array_fill(1, ARRAY[16000])::vector::sparsevec <-> array_fill(0, ARRAY[16000])::vector::sparsevec AS d
SELECT ARRAY[1,0,2]::sparsevec
SELECT ARRAY[1,0,2.5]::sparsevec(3)
SELECT ARRAY[1,0,2.5]::real[]::sparsevec(2)
SELECT ARRAY[0,0]::float8[]::sparsevec
SELECT '{NULL,1}'::real[]::sparsevec
SELECT '{{1}}'::real[]::sparsevec
SELECT '{}'::real[]::sparsevec
SELECT '{NaN}'::real[]::sparsevec
SELECT '{Infinity}'::float8[]::sparsevec
SELECT '{1e-50}'::float8[]::sparsevec
SELECT array_fill(1, ARRAY[16001])::sparsevec
SELECT array_fill(0, ARRAY[16001])::sparsevec
SELECT '{1:1}/2'::sparsevec::real[]
SELECT '[1,2]'::halfvec::real[]
SELECT '[1,2]'::halfvec::float8[]
SELECT B'101'::vector
SELECT '[1]'::vector::bit
SELECT castsource::regtype AS s, casttarget::regtype AS t, castcontext FROM pg_cast WHERE castsource::regtype::text ~ 'vec' ORDER BY 1, 2
$$);

\echo -- which one is meant
SELECT * FROM pg_temp.answers($$
SELECT l2_distance('[1,2]', '[3,4]')
SELECT '[1,2]' <-> '[3,4]' AS d
SELECT '[1,2]' + '[3,4]' AS v
SELECT '[1,2]'::vector <-> '[3,4]'::halfvec AS d
SELECT '[1,2]'::halfvec <-> '[3,4]'::vector AS d
SELECT '[1,2]'::vector <-> '{1:3}/2'::sparsevec AS d
SELECT '{1:3}/2'::sparsevec <-> '[1,2]'::halfvec AS d
SELECT '[1,2]'::vector + '[3,4]'::halfvec AS v
SELECT '[1,2]'::vector = '[1,2]'::halfvec AS c
SELECT '[1,2]'::vector = '{1:1,2:2}/2'::sparsevec AS c
SELECT '[1,2]'::vector < '[1,2]'::halfvec AS c
SELECT l2_distance('[1,2]'::vector, '[3,4]'::halfvec)
SELECT cosine_distance('[1,0]'::halfvec, '{1:2}/2'::sparsevec)
SELECT vector_dims('[1,2]')
SELECT l2_normalize('[3,4]')
SELECT subvector('[1,2,3]', 1, 2)
SELECT pg_typeof('[1]'::vector + '[1]'::halfvec)
SELECT pg_typeof(coalesce('[1]'::vector, '[1]'::halfvec))
SELECT '[1]'::vector UNION SELECT '[2]'::halfvec
SELECT ARRAY['[1]'::vector, '[2]'::halfvec]
SELECT avg(v) FROM (SELECT '[1]'::vector AS v) x
SELECT avg(v::halfvec) FROM (SELECT '[1]'::vector AS v) x
SELECT l1_distance('[1,2]'::vector, ARRAY[3,4]::vector)
SELECT vector_to_halfvec('[1,2]'::vector, 2, true)
SELECT vector_to_halfvec('[1,2]'::vector, 3, true)
SELECT halfvec_to_vector('[1,2]'::halfvec, -1, true)
SELECT vector_to_sparsevec('[0,2]'::vector, 2, true)
SELECT sparsevec_to_vector('{1:1}/2'::sparsevec, -1, true)
SELECT sparsevec_to_halfvec('{1:1}/2'::sparsevec, 1, true)
SELECT halfvec_to_sparsevec('[0,1]'::halfvec, 2, true)
$$);
