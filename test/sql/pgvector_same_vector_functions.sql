-- vector as in pgvector: distances, functions, operators, aggregates.  Expected answers are pgvector's: test/README.
\getenv abs_srcdir PG_ABS_SRCDIR
\set ECHO none
\i :abs_srcdir/sql/lib/statements.sql

\echo -- distances
SELECT * FROM pg_temp.answers($$
SELECT l2_distance('[0,0]'::vector, '[3,4]')
SELECT l2_distance('[0,0]'::vector, '[0,1]')
SELECT l2_distance('[1,2,3]'::vector, '[1,2,3]')
SELECT l2_distance('[1,2]'::vector, '[3]')
SELECT l2_distance('[1]'::vector, '[2,3]')
SELECT l2_distance(NULL::vector, '[1]')
SELECT l2_distance('[1]'::vector, NULL)
SELECT '[0,0]'::vector <-> '[3,4]' AS d
SELECT '[0,0]' <-> '[3,4]'::vector AS d
SELECT '[1,2]'::vector <-> '[3]' AS d
SELECT '[3,4]'::vector <-> NULL AS d
SELECT '[-1,-1,-1,-1]'::vector <-> '[1,1,1,1]' AS d
SELECT '[1e10,0]'::vector <-> '[0,0]' AS d
SELECT inner_product('[1,2]'::vector, '[2,4]')
SELECT inner_product('[1,2]'::vector, '[3]')
SELECT inner_product('[1,1,1]'::vector, '[1,2,3]')
SELECT inner_product('[0,0]'::vector, '[1,2]')
SELECT inner_product('[-1,2]'::vector, '[3,-4]')
SELECT inner_product('[0]'::vector, '[-1]')
SELECT '[1,2]'::vector <#> '[3,4]' AS d
SELECT '[1,2]'::vector <#> '[3]' AS d
SELECT '[0]'::vector <#> '[5]' AS d
SELECT vector_negative_inner_product('[1,2]'::vector, '[3,4]')
SELECT cosine_distance('[1,0]'::vector, '[0,2]')
SELECT cosine_distance('[1,1]'::vector, '[1,1]')
SELECT cosine_distance('[1,1]'::vector, '[-1,-1]')
SELECT cosine_distance('[1,2]'::vector, '[2,4]')
SELECT cosine_distance('[1,2]'::vector, '[-2,-4]')
SELECT cosine_distance('[3,4]'::vector, '[4,3]')
SELECT cosine_distance('[1,2]'::vector, '[3]')
SELECT cosine_distance('[1,2]'::vector, '[0,0]')
SELECT cosine_distance('[0]'::vector, '[0]')
SELECT cosine_distance('[1e4,0]'::vector, '[1e-4,0]')
SELECT '[1,0]'::vector <=> '[0,1]' AS d
SELECT '[1,0]'::vector <=> '[0]' AS d
SELECT '[0,0]'::vector <=> '[0,0]' AS d
SELECT l1_distance('[0,0]'::vector, '[3,4]')
SELECT l1_distance('[0,0]'::vector, '[0,1]')
SELECT l1_distance('[1,2]'::vector, '[3]')
SELECT l1_distance('[-1,2]'::vector, '[3,-4]')
SELECT '[0,0]'::vector <+> '[3,4]' AS d
SELECT '[1,2]'::vector <+> '[3]' AS d
SELECT pg_typeof('[1]'::vector <-> '[2]') AS l2, pg_typeof('[1]'::vector <#> '[2]') AS ip
SELECT pg_typeof('[1]'::vector <=> '[2]') AS cosine, pg_typeof('[1]'::vector <+> '[2]') AS l1
SELECT array_fill(1, ARRAY[16000])::vector <+> array_fill(0, ARRAY[16000])::vector AS d
SELECT array_fill(1, ARRAY[10000])::vector <-> array_fill(0, ARRAY[10000])::vector AS d
SELECT array_fill(2, ARRAY[16000])::vector <#> array_fill(3, ARRAY[16000])::vector AS d
SELECT array_fill(2, ARRAY[1024])::vector <=> array_fill(3, ARRAY[1024])::vector AS d
SELECT '[1,2]'::vector <~> '[1,2]' AS d
SELECT '[1,2]'::vector <-> '{1,2}'::real[] AS d
SELECT '[1,2]'::vector <-> 'x' AS d
$$);

\echo -- functions
SELECT * FROM pg_temp.answers($$
SELECT vector_dims('[1,2,3]'::vector)
SELECT vector_dims('[1]'::vector)
SELECT vector_dims(NULL::vector)
SELECT pg_typeof(vector_dims('[1]'::vector))
SELECT vector_norm('[3,4]'::vector)
SELECT vector_norm('[0,1]'::vector)
SELECT vector_norm('[0,0]'::vector)
SELECT vector_norm('[2]'::vector)
SELECT vector_norm('[-3,-4]'::vector)
SELECT vector_norm('[1,1,1,1]'::vector)
SELECT vector_norm('[3e37,4e37]'::vector)::real
SELECT vector_norm('[3e-20,4e-20]'::vector)::real
SELECT vector_norm(NULL::vector)
SELECT vector_norm(array_fill(1, ARRAY[10000])::vector)
SELECT l2_normalize('[3,4]'::vector)
SELECT l2_normalize('[3,0]'::vector)
SELECT l2_normalize('[0,0.1]'::vector)
SELECT l2_normalize('[0,0]'::vector)
SELECT l2_normalize('[0]'::vector)
SELECT l2_normalize('[-5]'::vector)
SELECT l2_normalize('[3e38]'::vector)
SELECT l2_normalize('[1,1,1,1]'::vector)
SELECT l2_normalize('[0,0,0,-8]'::vector)
SELECT l2_normalize(NULL::vector)
SELECT vector_norm(l2_normalize('[3,4]'::vector))
SELECT binary_quantize('[1,0,-1]'::vector)
SELECT binary_quantize('[0,0.1,-0.2,-0.3,0.4,0.5,0.6,-0.7,0.8]'::vector)
SELECT binary_quantize('[-0]'::vector)
SELECT binary_quantize('[1e-45]'::vector)
SELECT binary_quantize('[1,1,1,1,1,1,1,1]'::vector)
SELECT binary_quantize('[1,1,1,1,1,1,1,1,-1]'::vector)
SELECT length(binary_quantize(array_fill(1, ARRAY[16000])::vector))
SELECT pg_typeof(binary_quantize('[1]'::vector))
SELECT binary_quantize(NULL::vector)
SELECT subvector('[1,2,3,4,5]'::vector, 1, 3)
SELECT subvector('[1,2,3,4,5]'::vector, 3, 2)
SELECT subvector('[1,2,3,4,5]'::vector, 5, 1)
SELECT subvector('[1,2,3,4,5]'::vector, 1, 5)
SELECT subvector('[1,2,3,4,5]'::vector, 4, 9)
SELECT subvector('[1,2,3,4,5]'::vector, -1, 3)
SELECT subvector('[1,2,3,4,5]'::vector, 0, 2)
SELECT subvector('[1,2,3,4,5]'::vector, -1, 2)
SELECT subvector('[1,2,3,4,5]'::vector, -5, 20)
SELECT subvector('[1,2,3,4,5]'::vector, 6, 1)
SELECT subvector('[1,2,3,4,5]'::vector, 100, 1)
SELECT subvector('[1,2,3,4,5]'::vector, 1, 0)
SELECT subvector('[1,2,3,4,5]'::vector, 1, -1)
SELECT subvector('[1,2,3,4,5]'::vector, 3, 2147483647)
SELECT subvector('[1,2,3,4,5]'::vector, -2147483644, 2147483647)
SELECT subvector('[1,2,3,4,5]'::vector, 2147483647, 2147483647)
SELECT subvector('[1,2,3,4,5]'::vector, -2147483648, -2147483648)
SELECT subvector('[1,2,3,4,5]'::vector, NULL, 1)
SELECT subvector(NULL::vector, 1, 1)
$$);

\echo -- arithmetic
SELECT * FROM pg_temp.answers($$
SELECT '[1,2,3]'::vector + '[4,5,6]' AS v
SELECT '[1,2,3]'::vector + '[-1,-2,-3]' AS v
SELECT '[3e38]'::vector + '[3e38]' AS v
SELECT '[-3e38,1]'::vector + '[-3e38,1]' AS v
SELECT '[1,2]'::vector + '[3]' AS v
SELECT '[1]'::vector + NULL AS v
SELECT '[1,2,3]'::vector - '[4,5,6]' AS v
SELECT '[1,2,3]'::vector - '[1,2,3]' AS v
SELECT '[-3e38]'::vector - '[3e38]' AS v
SELECT '[1,2]'::vector - '[3]' AS v
SELECT '[1,2,3]'::vector * '[4,5,6]' AS v
SELECT '[1,-1,0]'::vector * '[-0,0,-5]' AS v
SELECT '[1e37]'::vector * '[1e37]' AS v
SELECT '[1e-37]'::vector * '[1e-37]' AS v
SELECT '[1e-37,0]'::vector * '[0,1e-37]' AS v
SELECT '[1e-20]'::vector * '[1e-20]' AS v
SELECT '[1,2]'::vector * '[3]' AS v
SELECT '[1,2]'::vector || '[3]' AS v
SELECT '[1]'::vector || '[2,3]' AS v
SELECT '[1]'::vector || NULL AS v
SELECT vector_dims(array_fill(0, ARRAY[8000])::vector || array_fill(0, ARRAY[8000])::vector) AS n
SELECT array_fill(0, ARRAY[16000])::vector || '[1]'::vector AS v
SELECT array_fill(0, ARRAY[8001])::vector || array_fill(0, ARRAY[8000])::vector AS v
SELECT vector_add('[1]'::vector, '[2]') AS add, vector_sub('[1]'::vector, '[2]') AS sub
SELECT vector_mul('[1]'::vector, '[2]') AS mul, vector_concat('[1]'::vector, '[2]') AS concat
$$);

\echo -- comparison
SELECT * FROM pg_temp.answers($$
SELECT '[1,2,3]'::vector < '[1,2,3]' AS c
SELECT '[1,2,3]'::vector < '[1,2,4]' AS c
SELECT '[1,2,3]'::vector < '[1,2]' AS c
SELECT '[1,2]'::vector < '[1,2,3]' AS c
SELECT '[2]'::vector < '[1,2,3]' AS c
SELECT '[1,2,3]'::vector <= '[1,2,3]' AS c
SELECT '[1,2,4]'::vector <= '[1,2,3]' AS c
SELECT '[1,2,3]'::vector <= '[1,2]' AS c
SELECT '[1,2,3]'::vector = '[1,2,3]' AS c
SELECT '[1,2,3]'::vector = '[1,2]' AS c
SELECT '[0]'::vector = '[-0]' AS c
SELECT '[1,2,3]'::vector <> '[1,2,3]' AS c
SELECT '[1,2,3]'::vector != '[1,2]' AS c
SELECT '[1,2,3]'::vector >= '[1,2,3]' AS c
SELECT '[1,2,3]'::vector >= '[1,2]' AS c
SELECT '[1,2]'::vector >= '[1,2,3]' AS c
SELECT '[1,2,3]'::vector > '[1,2,3]' AS c
SELECT '[1,2,3]'::vector > '[1,2]' AS c
SELECT '[-1]'::vector > '[-2,9]' AS c
SELECT '[1]'::vector = NULL AS c
SELECT '[1]'::vector IS DISTINCT FROM NULL AS c
SELECT vector_cmp('[1,2,3]'::vector, '[1,2,3]')
SELECT vector_cmp('[1,2,3]'::vector, '[0,0,0]')
SELECT vector_cmp('[0,0,0]'::vector, '[1,2,3]')
SELECT vector_cmp('[1,2]'::vector, '[1,2,3]')
SELECT vector_cmp('[1,2,3]'::vector, '[1,2]')
SELECT vector_cmp('[2]'::vector, '[1,2]')
SELECT vector_lt('[1]'::vector, '[2]') AS lt, vector_le('[1]'::vector, '[2]') AS le
SELECT vector_gt('[1]'::vector, '[2]') AS gt, vector_ge('[1]'::vector, '[2]') AS ge
SELECT vector_eq('[1]'::vector, '[2]') AS eq, vector_ne('[1]'::vector, '[2]') AS ne
SELECT v FROM unnest('{"[2]","[1,5]","[-1]","[1]","[1,4]","[0,9,9]"}'::vector[]) v ORDER BY v
SELECT v FROM unnest('{"[2]",NULL,"[1,5]","[-1]"}'::vector[]) v ORDER BY v DESC
SELECT DISTINCT v FROM unnest('{"[2]","[2]","[1]",NULL,NULL}'::vector[]) v ORDER BY v
SELECT v, count(*) FROM unnest('{"[2]","[2]","[1]",NULL,NULL}'::vector[]) v GROUP BY v ORDER BY v
SELECT count(DISTINCT v) FROM unnest('{"[2]","[2]","[1]",NULL}'::vector[]) v
SELECT greatest('[1,2]'::vector, '[1,3]') AS greatest, least('[1,2]'::vector, '[1]') AS least
SELECT '[1]'::vector = ANY('{"[1]","[2]"}'::vector[]) AS c
SELECT '[3]'::vector IN ('[1]', '[2]') AS c
SELECT '[2]'::vector BETWEEN '[1]' AND '[3]' AS c
SELECT '{"[1]","[2]"}'::vector[] = '{"[1]","[2]"}' AS c
SELECT ROW('[1]'::vector, 2) < ROW('[1]'::vector, 3) AS c
SELECT max(v) FROM unnest('{"[1]","[2]"}'::vector[]) v
SELECT '[1]'::vector = '{1}'::real[] AS c
SELECT '[1]'::vector % '[1]'::vector AS c
$$);

\echo -- aggregates
SELECT * FROM pg_temp.answers($$
SELECT avg(v) FROM unnest('{"[1,2,3]","[3,5,7]"}'::vector[]) v
SELECT avg(v) FROM unnest('{"[1,2,3]","[3,5,7]",NULL}'::vector[]) v
SELECT avg(v) FROM unnest('{NULL}'::vector[]) v
SELECT avg(v) FROM unnest('{}'::vector[]) v
SELECT avg(v) FROM unnest('{"[1,2]","[3]"}'::vector[]) v
SELECT avg(v) FROM unnest('{"[3e38]","[3e38]"}'::vector[]) v
SELECT avg(v) FROM unnest('{"[1]","[2]","[4]","[5]"}'::vector[]) v
SELECT avg(v) FILTER (WHERE v > '[1]') FROM unnest('{"[1]","[2]","[4]"}'::vector[]) v
SELECT avg(v) OVER () FROM unnest('{"[1]","[3]"}'::vector[]) v
SELECT avg(array_fill(n, ARRAY[16000])::vector) <-> array_fill(2, ARRAY[16000])::vector FROM generate_series(1, 3) n
SELECT sum(v) FROM unnest('{"[1,2,3]","[3,5,7]"}'::vector[]) v
SELECT sum(v) FROM unnest('{"[1,2,3]","[3,5,7]",NULL}'::vector[]) v
SELECT sum(v) FROM unnest('{NULL}'::vector[]) v
SELECT sum(v) FROM unnest('{}'::vector[]) v
SELECT sum(v) FROM unnest('{"[1,2]","[3]"}'::vector[]) v
SELECT sum(v) FROM unnest('{"[3]","[1,2]"}'::vector[]) v
SELECT sum(v) OVER (ORDER BY v) FROM unnest('{"[1]","[3]"}'::vector[]) v
SELECT n % 3 AS g, sum(ARRAY[n,n]::vector), avg(ARRAY[n,1]::vector) FROM generate_series(1, 9) n GROUP BY 1 ORDER BY 1
SELECT vector_accum('{0}', '[1,2]')
SELECT vector_accum('{1,1,2}', '[3,4]')
SELECT vector_accum('{1,1}', '[3,4]')
SELECT vector_accum('{}', '[3,4]')
SELECT vector_accum('{{1}}', '[3]')
SELECT vector_combine('{0}', '{1,2,3}')
SELECT vector_combine('{1,2,3}', '{0}')
SELECT vector_combine('{1,2,3}', '{3,4,5}')
SELECT vector_combine('{1,2,3}', '{3,4}')
SELECT vector_avg('{0}')
SELECT vector_avg('{2,4,6}')
SELECT vector_avg('{1}')
SELECT vector_avg('{}')
SELECT min(v) FROM unnest('{"[1]"}'::vector[]) v
$$);
