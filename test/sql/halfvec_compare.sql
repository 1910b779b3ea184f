-- Comparison, ordering and equality: operators, btree and hash operator classes.

-- operators: element by element, then by dimensions
SELECT a, b, a < b AS lt, a <= b AS le, a = b AS eq, a <> b AS ne, a >= b AS ge, a > b AS gt,
	halfvec_cmp(a, b) AS cmp
FROM (VALUES ('[1,2,3]'::halfvec, '[1,2,3]'::halfvec), ('[1,2,3]', '[1,2,4]'), ('[1,3,0]', '[1,2,9]'),
	('[1,2]', '[1,2,3]'), ('[1,2,3]', '[1,2]'), ('[1,2]', '[2,3,4]'), ('[2,3]', '[1,2,3]'), ('[-1]', '[0]'),
	('[0]', '[-0]'), ('[-0,1]', '[0,0]')) v(a, b);
SELECT '[1]'::halfvec != '[2]' AS "!=", '[1]'::halfvec = NULL AS "null";

-- order is total: as arrays compare
WITH v AS MATERIALIZED (
	SELECT ARRAY(SELECT (i * j) % 3 - 1 FROM generate_series(1, 1 + i % 4) j)::halfvec AS v
	FROM generate_series(1, 60) i)
SELECT count(*) AS pairs,
	count(*) FILTER (WHERE halfvec_cmp(a.v, b.v) <> btarraycmp(a.v::real[], b.v::real[])) AS unlike_arrays,
	count(*) FILTER (WHERE halfvec_cmp(a.v, b.v) <> -halfvec_cmp(b.v, a.v)) AS asymmetric
FROM v a, v b;

-- hash: equal halfvecs hash alike, others do not
SELECT halfvec_hash('[0,1]') = halfvec_hash('[-0,1]') AS zero,
	halfvec_hash_extended('[0]', 7) = halfvec_hash_extended('[-0]', 7) AS extended,
	halfvec_hash('[1]') = halfvec_hash('[1,0]') AS dimensions,
	halfvec_hash_extended('[1]', 0) = halfvec_hash_extended('[1]', 1) AS seed;
SELECT halfvec_hash_extended('[1,2]', 0) & x'ffffffff'::bigint = halfvec_hash('[1,2]') & x'ffffffff'::bigint
	AS low_bits_agree;
SELECT count(DISTINCT halfvec_hash(ARRAY[i]::halfvec)) > 990 AS spread FROM generate_series(1, 1000) i;

-- btree index
CREATE TABLE t (id int, v halfvec(3));
INSERT INTO t VALUES (1, '[0,0,0]'), (2, '[1,2,3]'), (3, '[1,1,1]'), (4, NULL), (5, '[1,2,3]'),
	(6, '[-0,0,0]');
CREATE INDEX t_btree ON t (v);
SET enable_seqscan = off;
SET enable_bitmapscan = off;
SET enable_sort = off;
EXPLAIN (COSTS OFF) SELECT id FROM t WHERE v = '[1,2,3]';
SELECT id FROM t WHERE v = '[1,2,3]' ORDER BY id;
SELECT id FROM t WHERE v = '[0,0,0]' ORDER BY id;
SELECT v FROM t WHERE v >= '[1,1,1]' ORDER BY v;
SELECT v FROM t ORDER BY v;
SELECT v FROM t ORDER BY v DESC;
DROP INDEX t_btree;

-- unique index
CREATE UNIQUE INDEX t_unique ON t (v);
DELETE FROM t WHERE id IN (5, 6);
CREATE UNIQUE INDEX t_unique ON t (v);
INSERT INTO t VALUES (7, '[0,-0,0]');
INSERT INTO t VALUES (7, '[0,-0,0]') ON CONFLICT (v) DO NOTHING;
DROP INDEX t_unique;

-- hash index
CREATE INDEX t_hash ON t USING hash (v);
EXPLAIN (COSTS OFF) SELECT id FROM t WHERE v = '[1,2,3]';
SELECT id FROM t WHERE v = '[1,2,3]';
SELECT id FROM t WHERE v = '[-0,-0,-0]';
SELECT id FROM t WHERE v = '[1,2,3,4]';
DROP TABLE t;
RESET enable_seqscan;
RESET enable_bitmapscan;
RESET enable_sort;

-- joins, DISTINCT and GROUP BY, hashed and sorted
CREATE TABLE t (id int, v halfvec);
INSERT INTO t SELECT i, ARRAY[i % 4, 0]::halfvec FROM generate_series(1, 12) i;
INSERT INTO t VALUES (13, '[-0,0]'), (14, '[0]'), (15, NULL);
SET enable_nestloop = off;
SET enable_mergejoin = off;
EXPLAIN (COSTS OFF) SELECT count(*) FROM t a JOIN t b USING (v);
SELECT count(*) FROM t a JOIN t b USING (v);
SET enable_hashjoin = off;
SET enable_mergejoin = on;
EXPLAIN (COSTS OFF) SELECT count(*) FROM t a JOIN t b USING (v);
SELECT count(*) FROM t a JOIN t b USING (v);
RESET enable_nestloop;
RESET enable_mergejoin;
RESET enable_hashjoin;
SET enable_sort = off;
EXPLAIN (COSTS OFF) SELECT v FROM t GROUP BY v;
SELECT count(*) AS rows, count(DISTINCT n) AS sizes FROM (SELECT v, count(*) AS n FROM t GROUP BY v) s;
SET enable_sort = on;
SET enable_hashagg = off;
EXPLAIN (COSTS OFF) SELECT v FROM t GROUP BY v;
SELECT v = '[0,0]' AS zero, count(*) FROM t GROUP BY v ORDER BY v;
RESET enable_sort;
RESET enable_hashagg;
SELECT count(DISTINCT v) FROM t;
SELECT id FROM t WHERE v IN ('[1,0]', '[0]') ORDER BY id;
SELECT v FROM t WHERE id < 3 UNION SELECT v FROM t WHERE id BETWEEN 5 AND 7 ORDER BY v;

-- statistics: the planner learns common values
ANALYZE t;
SELECT round(n_distinct::numeric, 2) AS n_distinct,
	most_common_vals::text::halfvec[] @> ARRAY['[1,0]'::halfvec] AS common FROM pg_stats
WHERE tablename = 't' AND attname = 'v';
DROP TABLE t;

-- hash partitions
CREATE TABLE t (v halfvec(2)) PARTITION BY HASH (v);
CREATE TABLE t0 PARTITION OF t FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE t1 PARTITION OF t FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO t SELECT ARRAY[i, -i]::halfvec FROM generate_series(1, 100) i;
INSERT INTO t VALUES ('[0,-0]'), ('[-0,0]');
SELECT count(*) > 20 AS spread FROM t0;
SELECT count(DISTINCT tableoid) AS partitions, count(*) FROM t WHERE v = '[0,0]';
DROP TABLE t;
