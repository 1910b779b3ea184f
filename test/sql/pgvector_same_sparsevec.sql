-- sparsevec as in pgvector.  Expected answers are pgvector's: test/README.
\getenv abs_srcdir PG_ABS_SRCDIR
\set ECHO none
\i :abs_srcdir/sql/lib/statements.sql

\echo -- text form
SELECT * FROM pg_temp.answers($$
SELECT '{1:1.5,3:2}/5'::sparsevec
SELECT '{1:-2,5:+3}/5'::sparsevec
SELECT '{}/3'::sparsevec
SELECT ' { 1 : 1.5 , 3 : 2 } / 5 '::sparsevec
SELECT E'\t{1:1\n,\r2:2\x0b}\x0c/\n5\t'::sparsevec
SELECT '{3:2,1:1}/5'::sparsevec
SELECT '{5:1,4:2,3:3,2:4,1:5}/5'::sparsevec
SELECT '{1:0,2:1}/2'::sparsevec
SELECT '{1:0}/1'::sparsevec
SELECT '{1:-0}/1'::sparsevec
SELECT '{1:1e3,2:1E-3}/2'::sparsevec
SELECT '{1:.5,2:1.}/2'::sparsevec
SELECT '{1:0.1}/1'::sparsevec
SELECT '{01:1}/02'::sparsevec
SELECT '{1000000000:1}/1000000000'::sparsevec
SELECT '{1:1,1:2}/3'::sparsevec
SELECT '{1:0,1:0}/3'::sparsevec
SELECT '{1:1,2:2,1:3}/3'::sparsevec
SELECT '{0:1}/3'::sparsevec
SELECT '{-1:1}/3'::sparsevec
SELECT '{4:1}/3'::sparsevec
SELECT '{1:1}/0'::sparsevec
SELECT '{}/0'::sparsevec
SELECT '{}/-1'::sparsevec
SELECT '{}/1000000001'::sparsevec
SELECT '{}/2147483648'::sparsevec
SELECT '{}/9999999999999999999'::sparsevec
SELECT '{2147483648:1}/3'::sparsevec
SELECT '{-2147483649:1}/3'::sparsevec
SELECT '{9999999999999999999:1}/3'::sparsevec
SELECT ''::sparsevec
SELECT ' '::sparsevec
SELECT '{'::sparsevec
SELECT '{ '::sparsevec
SELECT '{}'::sparsevec
SELECT '{}/'::sparsevec
SELECT '{}/ '::sparsevec
SELECT '{}/a'::sparsevec
SELECT '{}/1a'::sparsevec
SELECT '{}/1 a'::sparsevec
SELECT '{}/1.5'::sparsevec
SELECT '{} 5'::sparsevec
SELECT '{1:1'::sparsevec
SELECT '{1:1,'::sparsevec
SELECT '{1:1,}/2'::sparsevec
SELECT '{,}/2'::sparsevec
SELECT '{,1:1}/2'::sparsevec
SELECT '{1:1,,2:2}/2'::sparsevec
SELECT '{1}/2'::sparsevec
SELECT '{1:}/2'::sparsevec
SELECT '{:1}/2'::sparsevec
SELECT '{1:1:1}/2'::sparsevec
SELECT '{1:1 2:2}/2'::sparsevec
SELECT '{a:1}/2'::sparsevec
SELECT '{1:a}/2'::sparsevec
SELECT '{1.5:1}/2'::sparsevec
SELECT '{1:1}/2x'::sparsevec
SELECT '{1:1}}/2'::sparsevec
SELECT '{{1:1}}/2'::sparsevec
SELECT '[1,2]'::sparsevec
SELECT '[1:1]/2'::sparsevec
SELECT '1:1/2'::sparsevec
SELECT '{1:NaN}/2'::sparsevec
SELECT '{1:Infinity}/2'::sparsevec
SELECT '{1:-Infinity}/2'::sparsevec
SELECT '{1:inf}/2'::sparsevec
SELECT '{1:4e38}/2'::sparsevec
SELECT '{1:-4e38}/2'::sparsevec
SELECT '{1:1e-46}/2'::sparsevec
SELECT '{1:-1e-46}/2'::sparsevec
SELECT '{1:1e-45}/2'::sparsevec
SELECT ('{' || (SELECT string_agg(i || ':1', ',') FROM generate_series(1, 16001) i) || '}/20000')::sparsevec
SELECT l2_norm(('{' || (SELECT string_agg(i || ':1', ',') FROM generate_series(1, 10000) i) || '}/20000')::sparsevec)
SELECT '{1:1,2:1,3:1}/2'::sparsevec
SELECT NULL::sparsevec
$$);

\echo -- type modifier, binary form, storage
SELECT * FROM pg_temp.answers($$
SELECT '{1:1}/5'::sparsevec(5)
SELECT '{1:1}/5'::sparsevec(4)
SELECT '{1:1}/5'::sparsevec::sparsevec(6)
SELECT '{1:1}/5'::sparsevec(5)::sparsevec
SELECT '{}/5'::sparsevec(1000000000)
SELECT '{}/5'::sparsevec(0)
SELECT '{}/5'::sparsevec(-1)
SELECT '{}/5'::sparsevec(1000000001)
SELECT '{}/5'::sparsevec(2147483648)
SELECT '{}/5'::sparsevec(1,2)
SELECT '{}/5'::sparsevec('a')
SELECT '{"{1:1}/2","{2:2}/2"}'::sparsevec(2)[]
SELECT '{"{1:1}/2","{2:2}/2"}'::sparsevec(3)[]
SELECT sparsevec_send('{1:1.5,3:-2}/5'::sparsevec)
SELECT sparsevec_send('{}/7'::sparsevec)
SELECT typlen, typbyval, typalign, typstorage, typcategory, typdelim FROM pg_type WHERE oid = 'sparsevec'::regtype
SELECT pg_column_size('{1:1.5,3:-2}/5'::sparsevec) AS two, pg_column_size('{}/5'::sparsevec) AS none
SELECT format_type('sparsevec'::regtype, 5)
$$);

\echo -- distances
SELECT * FROM pg_temp.answers($$
SELECT l2_distance('{}/2'::sparsevec, '{1:3,2:4}/2')
SELECT l2_distance('{1:3}/2'::sparsevec, '{2:4}/2')
SELECT l2_distance('{1:3,2:4}/2'::sparsevec, '{}/2')
SELECT l2_distance('{1:3,2:4}/2'::sparsevec, '{1:3,2:4}/2')
SELECT l2_distance('{}/2'::sparsevec, '{}/2')
SELECT l2_distance('{1:1}/2'::sparsevec, '{1:1}/3')
SELECT '{}/2'::sparsevec <-> '{1:3,2:4}/2' AS d
SELECT '{1:1}/1000000000'::sparsevec <-> '{1000000000:1}/1000000000' AS d
SELECT inner_product('{1:1,2:2}/2'::sparsevec, '{1:2,2:4}/2')
SELECT inner_product('{1:1}/2'::sparsevec, '{2:4}/2')
SELECT inner_product('{1:1,3:2}/3'::sparsevec, '{2:4,3:5}/3')
SELECT inner_product('{}/2'::sparsevec, '{1:1}/2')
SELECT inner_product('{1:1}/2'::sparsevec, '{1:1}/3')
SELECT '{1:1,2:2}/2'::sparsevec <#> '{1:3,2:4}/2' AS d
SELECT '{}/2'::sparsevec <#> '{1:3}/2' AS d
SELECT cosine_distance('{1:1,2:2}/2'::sparsevec, '{1:2,2:4}/2')
SELECT cosine_distance('{1:1,2:2}/2'::sparsevec, '{}/2')
SELECT cosine_distance('{1:1,2:1}/2'::sparsevec, '{1:1,2:1}/2')
SELECT cosine_distance('{1:1}/2'::sparsevec, '{2:2}/2')
SELECT cosine_distance('{1:1,2:1}/2'::sparsevec, '{1:-1,2:-1}/2')
SELECT cosine_distance('{1:1}/2'::sparsevec, '{1:1}/3')
SELECT '{1:1,2:1}/2'::sparsevec <=> '{1:1,2:1}/2' AS d
SELECT l1_distance('{}/2'::sparsevec, '{1:3,2:4}/2')
SELECT l1_distance('{1:3,2:-4}/2'::sparsevec, '{1:-3}/2')
SELECT l1_distance('{1:1}/2'::sparsevec, '{1:1}/3')
SELECT '{1:3}/2'::sparsevec <+> '{2:4}/2' AS d
SELECT l2_norm('{1:3,2:4}/2'::sparsevec)
SELECT l2_norm('{2:1}/2'::sparsevec)
SELECT l2_norm('{}/2'::sparsevec)
SELECT l2_norm('{1:3e37,2:4e37}/9'::sparsevec)::real
SELECT l2_normalize('{1:3,2:4}/2'::sparsevec)
SELECT l2_normalize('{1:3}/2'::sparsevec)
SELECT l2_normalize('{2:0.1}/2'::sparsevec)
SELECT l2_normalize('{}/2'::sparsevec)
SELECT l2_normalize('{1:3e38}/1'::sparsevec)
SELECT l2_normalize('{1:3e38,2:1e-37}/2'::sparsevec)
SELECT l2_normalize('{2:3e37,4:3e-37,6:4e37,8:4e-37}/9'::sparsevec)
SELECT vector_dims('{1:1}/5'::sparsevec)
SELECT vector_norm('{1:1}/5'::sparsevec)
SELECT binary_quantize('{1:1}/5'::sparsevec)
SELECT subvector('{1:1}/5'::sparsevec, 1, 2)
SELECT '{1:1}/5'::sparsevec + '{1:1}/5' AS v
SELECT '{1:1}/5'::sparsevec || '{1:1}/5' AS v
SELECT avg(v) FROM unnest('{"{1:1}/5"}'::sparsevec[]) v
SELECT sum(v) FROM unnest('{"{1:1}/5"}'::sparsevec[]) v
$$);

\echo -- comparison
SELECT * FROM pg_temp.answers($$
SELECT '{1:1}/2'::sparsevec < '{1:1}/2' AS c
SELECT '{1:1}/2'::sparsevec < '{1:2}/2' AS c
SELECT '{1:1}/2'::sparsevec < '{2:1}/2' AS c
SELECT '{2:1}/2'::sparsevec < '{1:1}/2' AS c
SELECT '{}/2'::sparsevec < '{1:1}/2' AS c
SELECT '{}/2'::sparsevec < '{1:-1}/2' AS c
SELECT '{1:-1}/2'::sparsevec < '{}/2' AS c
SELECT '{2:-1}/2'::sparsevec < '{1:-1}/2' AS c
SELECT '{}/2'::sparsevec < '{}/3' AS c
SELECT '{1:1}/3'::sparsevec < '{1:1}/2' AS c
SELECT '{1:1}/2'::sparsevec <= '{1:1}/2' AS c
SELECT '{1:1}/2'::sparsevec = '{1:1}/2' AS c
SELECT '{1:1}/2'::sparsevec = '{1:1}/3' AS c
SELECT '{}/2'::sparsevec = '{}/2' AS c
SELECT '{1:1}/2'::sparsevec <> '{1:1,2:1}/2' AS c
SELECT '{1:1}/2'::sparsevec >= '{1:1,2:-1}/2' AS c
SELECT '{1:1}/2'::sparsevec > '{1:1}/2' AS c
SELECT '{1:1}/2'::sparsevec > '{}/5' AS c
SELECT sparsevec_cmp('{1:1,2:2,3:3}/3'::sparsevec, '{1:1,2:2,3:3}/3')
SELECT sparsevec_cmp('{1:1,2:2,3:3}/3'::sparsevec, '{}/3')
SELECT sparsevec_cmp('{}/3'::sparsevec, '{1:1,2:2,3:3}/3')
SELECT sparsevec_cmp('{1:1,2:2}/2'::sparsevec, '{1:1,2:2,3:3}/3')
SELECT sparsevec_cmp('{1:1,2:2,3:3}/3'::sparsevec, '{1:1,2:2}/2')
SELECT sparsevec_cmp('{1:2}/2'::sparsevec, '{1:1,2:2}/2')
SELECT sparsevec_cmp('{1:1,2:2}/2'::sparsevec, '{1:2}/2')
SELECT v FROM unnest('{"{1:1}/2","{2:1}/2","{}/2","{1:-1}/2","{2:-1}/2","{1:1,2:1}/2",NULL}'::sparsevec[]) v ORDER BY v
SELECT DISTINCT v FROM unnest('{"{1:1}/2","{1:1}/2","{}/2"}'::sparsevec[]) v ORDER BY v
SELECT v, count(*) FROM unnest('{"{1:1}/2","{1:1}/2","{}/2"}'::sparsevec[]) v GROUP BY v ORDER BY v
$$);

\echo -- columns
SELECT * FROM pg_temp.answers($$
CREATE TABLE t (id int, v sparsevec(4), w sparsevec)
INSERT INTO t VALUES (1, '{1:1}/4', '{1:1}/2'), (2, '{2:2}/4', '{}/9'), (3, NULL, NULL), (4, '{}/4', NULL)
INSERT INTO t VALUES (5, '{1:1}/5', NULL)
INSERT INTO t VALUES (5, '[1,2,3]', NULL)
INSERT INTO t VALUES (5, ARRAY[0,0,3,0], ARRAY[1.5])
INSERT INTO t VALUES (6, '[0,0,3,0]'::vector, '[1.5,0]'::halfvec)
SELECT * FROM t ORDER BY id
SELECT id, v <-> '{1:1}/4' AS d FROM t WHERE v IS NOT NULL ORDER BY d, id
SELECT id FROM t ORDER BY v <#> '{3:1}/4', id LIMIT 2
SELECT id FROM t WHERE id <> 4 AND v IS NOT NULL ORDER BY v <=> '{3:1,2:1}/4', id
SELECT id FROM t ORDER BY v <-> '{1:1}/5'
UPDATE t SET v = w WHERE id = 1
ALTER TABLE t ALTER w TYPE sparsevec(2)
ALTER TABLE t ALTER v TYPE vector(4)
SELECT id, v FROM t ORDER BY id
ALTER TABLE t ALTER v TYPE halfvec(4)
ALTER TABLE t ALTER v TYPE sparsevec(3)
ALTER TABLE t ALTER v TYPE sparsevec(4)
CREATE UNIQUE INDEX ON t (v)
DELETE FROM t WHERE id = 6
CREATE UNIQUE INDEX ON t (v)
SELECT id FROM t WHERE v = '{2:2}/4'
DROP TABLE t
$$);
