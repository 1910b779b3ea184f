-- halfvec as in pgvector: distances, functions, operators, aggregates.  Expected answers are pgvector's: test/README.
\getenv abs_srcdir PG_ABS_SRCDIR
\set ECHO none
\i :abs_srcdir/sql/lib/statements.sql

\echo -- distances
SELECT * FROM pg_temp.answers($$
SELECT l2_distance('[0,0]'::halfvec, '[3,4]')
SELECT l2_distance('[0,0]'::halfvec, '[0,1]')
SELECT l2_distance('[1,2,3]'::halfvec, '[1,2,3]')
SELECT l2_distance('[1,2]'::halfvec, '[3]')
SELECT l2_distance('[1]'::halfvec, '[2,3]')
SELECT l2_distance(NULL::halfvec, '[1]')
SELECT l2_distance('[1]'::halfvec, NULL)
SELECT '[0,0]'::halfvec <-> '[3,4]' AS d
SELECT '[0,0]' <-> '[3,4]'::halfvec AS d
SELECT '[1,2]'::halfvec <-> '[3]' AS d
SELECT '[3,4]'::halfvec <-> NULL AS d
SELECT '[-1,-1,-1,-1]'::halfvec <-> '[1,1,1,1]' AS d
SELECT '[1e4,0]'::halfvec <-> '[0,0]' AS d
SELECT inner_product('[1,2]'::halfvec, '[2,4]')
SELECT inner_product('[1,2]'::halfvec, '[3]')
SELECT inner_product('[1,1,1]'::halfvec, '[1,2,3]')
SELECT inner_product('[0,0]'::halfvec, '[1,2]')
SELECT inner_product('[-1,2]'::halfvec, '[3,-4]')
SELECT inner_product('[0]'::halfvec, '[-1]')
SELECT '[1,2]'::halfvec <#> '[3,4]' AS d
SELECT '[1,2]'::halfvec <#> '[3]' AS d
SELECT '[0]'::halfvec <#> '[5]' AS d
SELECT halfvec_negative_inner_product('[1,2]'::halfvec, '[3,4]')
SELECT cosine_distance('[1,0]'::halfvec, '[0,2]')
SELECT cosine_distance('[1,1]'::halfvec, '[1,1]')
SELECT cosine_distance('[1,1]'::halfvec, '[-1,-1]')
SELECT cosine_distance('[1,2]'::halfvec, '[2,4]')
SELECT cosine_distance('[1,2]'::halfvec, '[-2,-4]')
SELECT cosine_distance('[3,4]'::halfvec, '[4,3]')
SELECT cosine_distance('[1,2]'::halfvec, '[3]')
SELECT cosine_distance('[1,2]'::halfvec, '[0,0]')
SELECT cosine_distance('[0]'::halfvec, '[0]')
SELECT cosine_distance('[1e4,0]'::halfvec, '[1e-4,0]')
SELECT '[1,0]'::halfvec <=> '[0,1]' AS d
SELECT '[1,0]'::halfvec <=> '[0]' AS d
SELECT '[0,0]'::halfvec <=> '[0,0]' AS d
SELECT l1_distance('[0,0]'::halfvec, '[3,4]')
SELECT l1_distance('[0,0]'::halfvec, '[0,1]')
SELECT l1_distance('[1,2]'::halfvec, '[3]')
SELECT l1_distance('[-1,2]'::halfvec, '[3,-4]')
SELECT '[0,0]'::halfvec <+> '[3,4]' AS d
SELECT '[1,2]'::halfvec <+> '[3]' AS d
SELECT pg_typeof('[1]'::halfvec <-> '[2]') AS l2, pg_typeof('[1]'::halfvec <#> '[2]') AS ip
SELECT pg_typeof('[1]'::halfvec <=> '[2]') AS cosine, pg_typeof('[1]'::halfvec <+> '[2]') AS l1
SELECT array_fill(1, ARRAY[16000])::halfvec <+> array_fill(0, ARRAY[16000])::halfvec AS d
SELECT array_fill(1, ARRAY[10000])::halfvec <-> array_fill(0, ARRAY[10000])::halfvec AS d
SELECT array_fill(2, ARRAY[16000])::halfvec <#> array_fill(3, ARRAY[16000])::halfvec AS d
SELECT array_fill(2, ARRAY[1024])::halfvec <=> array_fill(3, ARRAY[1024])::halfvec AS d
SELECT '[1,2]'::halfvec <~> '[1,2]' AS d
SELECT '[1,2]'::halfvec <-> '{1,2}'::real[] AS d
SELECT '[1,2]'::halfvec <-> 'x' AS d
$$);

\echo -- functions
SELECT * FROM pg_temp.answers($$
SELECT vector_dims('[1,2,3]'::halfvec)
SELECT vector_dims('[1]'::halfvec)
SELECT vector_dims(NULL::halfvec)
SELECT pg_typeof(vector_dims('[1]'::halfvec))
SELECT l2_norm('[3,4]'::halfvec)
SELECT l2_norm('[0,1]'::halfvec)
SELECT l2_norm('[0,0]'::halfvec)
SELECT l2_norm('[2]'::halfvec)
SELECT l2_norm('[-3,-4]'::halfvec)
SELECT l2_norm('[1,1,1,1]'::halfvec)
SELECT l2_norm('[3e4,4e4]'::halfvec)::real
SELECT l2_norm('[3e-5,4e-5]'::halfvec)::real
SELECT l2_norm(NULL::halfvec)
SELECT l2_norm(array_fill(1, ARRAY[10000])::halfvec)
SELECT l2_normalize('[3,4]'::halfvec)
SELECT l2_normalize('[3,0]'::halfvec)
SELECT l2_normalize('[0,0.1]'::halfvec)
SELECT l2_normalize('[0,0]'::halfvec)
SELECT l2_normalize('[0]'::halfvec)
SELECT l2_normalize('[-5]'::halfvec)
SELECT l2_normalize('[6e4]'::halfvec)
SELECT l2_normalize('[1,1,1,1]'::halfvec)
SELECT l2_normalize('[0,0,0,-8]'::halfvec)
SELECT l2_normalize(NULL::halfvec)
SELECT l2_norm(l2_normalize('[3,4]'::halfvec))
SELECT binary_quantize('[1,0,-1]'::halfvec)
SELECT binary_quantize('[0,0.1,-0.2,-0.3,0.4,0.5,0.6,-0.7,0.8]'::halfvec)
SELECT binary_quantize('[-0]'::halfvec)
SELECT binary_quantize('[6e-8]'::halfvec)
SELECT binary_quantize('[1,1,1,1,1,1,1,1]'::halfvec)
SELECT binary_quantize('[1,1,1,1,1,1,1,1,-1]'::halfvec)
SELECT length(binary_quantize(array_fill(1, ARRAY[16000])::halfvec))
SELECT pg_typeof(binary_quantize('[1]'::halfvec))
SELECT binary_quantize(NULL::halfvec)
SELECT subvector('[1,2,3,4,5]'::halfvec, 1, 3)
SELECT subvector('[1,2,3,4,5]'::halfvec, 3, 2)
SELECT subvector('[1,2,3,4,5]'::halfvec, 5, 1)
SELECT subvector('[1,2,3,4,5]'::halfvec, 1, 5)
SELECT subvector('[1,2,3,4,5]'::halfvec, 4, 9)
SELECT subvector('[1,2,3,4,5]'::halfvec, -1, 3)
SELECT subvector('[1,2,3,4,5]'::halfvec, 0, 2)
SELECT subvector('[1,2,3,4,5]'::halfvec, -1, 2)
SELECT subvector('[1,2,3,4,5]'::halfvec, -5, 20)
SELECT subvector('[1,2,3,4,5]'::halfvec, 6, 1)
SELECT subvector('[1,2,3,4,5]'::halfvec, 100, 1)
SELECT subvector('[1,2,3,4,5]'::halfvec, 1, 0)
SELECT subvector('[1,2,3,4,5]'::halfvec, 1, -1)
SELECT subvector('[1,2,3,4,5]'::halfvec, 3, 2147483647)
SELECT subvector('[1,2,3,4,5]'::halfvec, -2147483644, 2147483647)
SELECT subvector('[1,2,3,4,5]'::halfvec, 2147483647, 2147483647)
SELECT subvector('[1,2,3,4,5]'::halfvec, -2147483648, -2147483648)
SELECT subvector('[1,2,3,4,5]'::halfvec, NULL, 1)
SELECT subvector(NULL::halfvec, 1, 1)
$$);

\echo -- arithmetic
SELECT * FROM pg_temp.answers($$
SELECT '[1,2,3]'::halfvec + '[4,5,6]' AS v
SELECT '[1,2,3]'::halfvec + '[-1,-2,-3]' AS v
SELECT '[6e4]'::halfvec + '[6e4]' AS v
SELECT '[-6e4,1]'::halfvec + '[-6e4,1]' AS v
SELECT '[1,2]'::halfvec + '[3]' AS v
SELECT '[1]'::halfvec + NULL AS v
SELECT '[1,2,3]'::halfvec - '[4,5,6]' AS v
SELECT '[1,2,3]'::halfvec - '[1,2,3]' AS v
SELECT '[-6e4]'::halfvec - '[6e4]' AS v
SELECT '[1,2]'::halfvec - '[3]' AS v
SELECT '[1,2,3]'::halfvec * '[4,5,6]' AS v
SELECT '[1,-1,0]'::halfvec * '[-0,0,-5]' AS v
SELECT '[1e4]'::halfvec * '[1e4]' AS v
SELECT '[1e-4]'::halfvec * '[1e-4]' AS v
SELECT '[1e-4,0]'::halfvec * '[0,1e-4]' AS v
SELECT '[1e-7]'::halfvec * '[1e-7]' AS v
SELECT '[1,2]'::halfvec * '[3]' AS v
SELECT '[1,2]'::halfvec || '[3]' AS v
SELECT '[1]'::halfvec || '[2,3]' AS v
SELECT '[1]'::halfvec || NULL AS v
SELECT vector_dims(array_fill(0, ARRAY[8000])::halfvec || array_fill(0, ARRAY[8000])::halfvec) AS n
SELECT array_fill(0, ARRAY[16000])::halfvec || '[1]'::halfvec AS v
SELECT array_fill(0, ARRAY[8001])::halfvec || array_fill(0, ARRAY[8000])::halfvec AS v
SELECT halfvec_add('[1]'::halfvec, '[2]') AS add, halfvec_sub('[1]'::halfvec, '[2]') AS sub
SELECT halfvec_mul('[1]'::halfvec, '[2]') AS mul, halfvec_concat('[1]'::halfvec, '[2]') AS concat
$$);

\echo -- comparison
SELECT * FROM pg_temp.answers($$
SELECT '[1,2,3]'::halfvec < '[1,2,3]' AS c
SELECT '[1,2,3]'::halfvec < '[1,2,4]' AS c
SELECT '[1,2,3]'::halfvec < '[1,2]' AS c
SELECT '[1,2]'::halfvec < '[1,2,3]' AS c
SELECT '[2]'::halfvec < '[1,2,3]' AS c
SELECT '[1,2,3]'::halfvec <= '[1,2,3]' AS c
SELECT '[1,2,4]'::halfvec <= '[1,2,3]' AS c
SELECT '[1,2,3]'::halfvec <= '[1,2]' AS c
SELECT '[1,2,3]'::halfvec = '[1,2,3]' AS c
SELECT '[1,2,3]'::halfvec = '[1,2]' AS c
SELECT '[0]'::halfvec = '[-0]' AS c
SELECT '[1,2,3]'::halfvec <> '[1,2,3]' AS c
SELECT '[1,2,3]'::halfvec != '[1,2]' AS c
SELECT '[1,2,3]'::halfvec >= '[1,2,3]' AS c
SELECT '[1,2,3]'::halfvec >= '[1,2]' AS c
SELECT '[1,2]'::halfvec >= '[1,2,3]' AS c
SELECT '[1,2,3]'::halfvec > '[1,2,3]' AS c
SELECT '[1,2,3]'::halfvec > '[1,2]' AS c
SELECT '[-1]'::halfvec > '[-2,9]' AS c
SELECT '[1]'::halfvec = NULL AS c
SELECT '[1]'::halfvec IS DISTINCT FROM NULL AS c
SELECT halfvec_cmp('[1,2,3]'::halfvec, '[1,2,3]')
SELECT halfvec_cmp('[1,2,3]'::halfvec, '[0,0,0]')
SELECT halfvec_cmp('[0,0,0]'::halfvec, '[1,2,3]')
SELECT halfvec_cmp('[1,2]'::halfvec, '[1,2,3]')
SELECT halfvec_cmp('[1,2,3]'::halfvec, '[1,2]')
SELECT halfvec_cmp('[2]'::halfvec, '[1,2]')
SELECT halfvec_lt('[1]'::halfvec, '[2]') AS lt, halfvec_le('[1]'::halfvec, '[2]') AS le
SELECT halfvec_gt('[1]'::halfvec, '[2]') AS gt, halfvec_ge('[1]'::halfvec, '[2]') AS ge
SELECT halfvec_eq('[1]'::halfvec, '[2]') AS eq, halfvec_ne('[1]'::halfvec, '[2]') AS ne
SELECT v FROM unnest('{"[2]","[1,5]","[-1]","[1]","[1,4]","[0,9,9]"}'::halfvec[]) v ORDER BY v
SELECT v FROM unnest('{"[2]",NULL,"[1,5]","[-1]"}'::halfvec[]) v ORDER BY v DESC
SELECT DISTINCT v FROM unnest('{"[2]","[2]","[1]",NULL,NULL}'::halfvec[]) v ORDER BY v
SELECT v, count(*) FROM unnest('{"[2]","[2]","[1]",NULL,NULL}'::halfvec[]) v GROUP BY v ORDER BY v
SELECT count(DISTINCT v) FROM unnest('{"[2]","[2]","[1]",NULL}'::halfvec[]) v
SELECT greatest('[1,2]'::halfvec, '[1,3]') AS greatest, least('[1,2]'::halfvec, '[1]') AS least
SELECT '[1]'::halfvec = ANY('{"[1]","[2]"}'::halfvec[]) AS c
SELECT '[3]'::halfvec IN ('[1]', '[2]') AS c
SELECT '[2]'::halfvec BETWEEN '[1]' AND '[3]' AS c
SELECT '{"[1]","[2]"}'::halfvec[] = '{"[1]","[2]"}' AS c
SELECT ROW('[1]'::halfvec, 2) < ROW('[1]'::halfvec, 3) AS c
SELECT max(v) FROM unnest('{"[1]","[2]"}'::halfvec[]) v
SELECT '[1]'::halfvec = '{1}'::real[] AS c
SELECT '[1]'::halfvec % '[1]'::halfvec AS c
$$);

\echo -- aggregates
SELECT * FROM pg_temp.answers($$
SELECT avg(v) FROM unnest('{"[1,2,3]","[3,5,7]"}'::halfvec[]) v
SELECT avg(v) FROM unnest('{"[1,2,3]","[3,5,7]",NULL}'::halfvec[]) v
SELECT avg(v) FROM unnest('{NULL}'::halfvec[]) v
SELECT avg(v) FROM unnest('{}'::halfvec[]) v
SELECT avg(v) FROM unnest('{"[1,2]","[3]"}'::halfvec[]) v
SELECT avg(v) FROM unnest('{"[6e4]","[6e4]"}'::halfvec[]) v
SELECT avg(v) FROM unnest('{"[1]","[2]","[4]","[5]"}'::halfvec[]) v
SELECT avg(v) FILTER (WHERE v > '[1]') FROM unnest('{"[1]","[2]","[4]"}'::halfvec[]) v
SELECT avg(v) OVER () FROM unnest('{"[1]","[3]"}'::halfvec[]) v
SELECT avg(array_fill(n, ARRAY[16000])::halfvec) <-> array_fill(2, ARRAY[16000])::halfvec FROM generate_series(1, 3) n
SELECT sum(v) FROM unnest('{"[1,2,3]","[3,5,7]"}'::halfvec[]) v
SELECT sum(v) FROM unnest('{"[1,2,3]","[3,5,7]",NULL}'::halfvec[]) v
SELECT sum(v) FROM unnest('{NULL}'::halfvec[]) v
SELECT sum(v) FROM unnest('{}'::halfvec[]) v
SELECT sum(v) FROM unnest('{"[1,2]","[3]"}'::halfvec[]) v
SELECT sum(v) FROM unnest('{"[3]","[1,2]"}'::halfvec[]) v
SELECT sum(v) OVER (ORDER BY v) FROM unnest('{"[1]","[3]"}'::halfvec[]) v
SELECT n % 3 AS g, sum(ARRAY[n,n]::halfvec), avg(ARRAY[n,1]::halfvec) FROM generate_series(1, 9) n GROUP BY 1 ORDER BY 1
SELECT halfvec_accum('{0}', '[1,2]')
SELECT halfvec_accum('{1,1,2}', '[3,4]')
SELECT halfvec_accum('{1,1}', '[3,4]')
SELECT halfvec_accum('{}', '[3,4]')
SELECT halfvec_accum('{{1}}', '[3]')
SELECT halfvec_combine('{0}', '{1,2,3}')
SELECT halfvec_combine('{1,2,3}', '{0}')
SELECT halfvec_combine('{1,2,3}', '{3,4,5}')
SELECT halfvec_combine('{1,2,3}', '{3,4}')
SELECT halfvec_avg('{0}')
SELECT halfvec_avg('{2,4,6}')
SELECT halfvec_avg('{1}')
SELECT halfvec_avg('{}')
SELECT min(v) FROM unnest('{"[1]"}'::halfvec[]) v
$$);
