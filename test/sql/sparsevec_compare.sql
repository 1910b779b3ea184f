-- Comparison, ordering and equality of sparsevec: operators, btree and hash operator classes.

-- operators: element by element of the dense vector, then by dimensions
SELECT a, b, a < b AS lt, a <= b AS le, a = b AS eq, a <> b AS ne, a >= b AS ge, a > b AS gt,
	sparsevec_cmp(a, b) AS cmp
FROM (VALUES ('{1:1,3:2}/3'::sparsevec, '{1:1,3:2}/3'::sparsevec), ('{1:1}/3', '{1:1}/4'), ('{1:1}/3', '{2:1}/3'),
	('{1:-1}/3', '{2:1}/3'), ('{2:-1}/3', '{1:1}/3'), ('{}/3', '{1:1}/3'), ('{}/3', '{1:-1}/3'), ('{}/4', '{3:-1}/3'),
	('{1:1}/4', '{1:1,3:-1}/3'), ('{1:1}/2', '{1:1,3:-1}/3'), ('{3:-1}/3', '{}/2'), ('{4:1}/9', '{3:-1}/3'),
	('{}/1', '{}/1000000000')) v(a, b);
SELECT '{1:1}/1'::sparsevec != '{1:2}/1' AS "!=", '{1:1}/1'::sparsevec = NULL AS "null";

-- the order is that of dense vectors
WITH v AS MATERIALIZED (
	SELECT v, v::sparsevec AS s FROM generate_series(1, 80) i,
		LATERAL (SELECT ARRAY(SELECT ((i * j) % 5 - 2) % 2 FROM generate_series(1, 1 + i % 5) j)::vector AS v) x)
SELECT count(*) AS pairs,
	count(*) FILTER (WHERE sparsevec_cmp(a.s, b.s) <> vector_cmp(a.v, b.v)) AS unlike_dense,
	count(*) FILTER (WHERE sparsevec_cmp(a.s, b.s) <> -sparsevec_cmp(b.s, a.s)) AS asymmetric
FROM v a, v b;

-- hash: equal values hash alike, others do not
SELECT sparsevec_hash('{1:0,2:1}/2') = sparsevec_hash('{2:1}/2') AS zero,
	sparsevec_hash_extended('{1:-0}/2', 7) = sparsevec_hash_extended('{}/2', 7) AS extended,
	sparsevec_hash('{1:1}/2') = sparsevec_hash('{1:1}/3') AS dimensions,
	sparsevec_hash('{1:1}/2') = sparsevec_hash('{2:1}/2') AS indices,
	sparsevec_hash_extended('{1:1}/1', 0) = sparsevec_hash_extended('{1:1}/1', 1) AS seed;
SELECT sparsevec_hash_extended('{1:1}/2', 0) & x'ffffffff'::bigint = sparsevec_hash('{1:1}/2') & x'ffffffff'::bigint
	AS low_bits_agree;
SELECT count(DISTINCT sparsevec_hash(ARRAY[0, i]::sparsevec)) > 990 AS spread FROM generate_series(1, 1000) i;

-- btree index
CREATE TABLE t (id int, v sparsevec(3));
INSERT INTO t VALUES (1, '{}/3'), (2, '{1:1,2:2,3:3}/3'), (3, '{1:1}/3'), (4, NULL), (5, '{1:1,2:2,3:3}/3'),
	(6, '{2:-1}/3');
CREATE INDEX t_btree ON t (v);
SET enable_seqscan = off;
SET enable_bitmapscan = off;
SET enable_sort = off;
EXPLAIN (COSTS OFF) SELECT id FROM t WHERE v = '{1:1,2:2,3:3}/3';
SELECT id FROM t WHERE v = '{1:1,2:2,3:3}/3' ORDER BY id;
SELECT id FROM t WHERE v = '{3:0}/3' ORDER BY id;
SELECT v FROM t WHERE v >= '{1:1}/3' ORDER BY v;
SELECT v FROM t ORDER BY v;
SELECT v FROM t ORDER BY v DESC;
DROP INDEX t_btree;

-- unique index
CREATE UNIQUE INDEX t_unique ON t (v);
DELETE FROM t WHERE id = 5;
CREATE UNIQUE INDEX t_unique ON t (v);
INSERT INTO t VALUES (7, '{1:0}/3');
INSERT INTO t VALUES (7, '{1:0}/3') ON CONFLICT (v) DO NOTHING;
DROP INDEX t_unique;

-- hash index
CREATE INDEX t_hash ON t USING hash (v);
EXPLAIN (COSTS OFF) SELECT id FROM t WHERE v = '{1:1}/3';
SELECT id FROM t WHERE v = '{1:1}/3';
SELECT id FROM t WHERE v = '{1:1}/4';
DROP TABLE t;
RESET enable_seqscan;
RESET enable_bitmapscan;
RESET enable_sort;

-- joins, DISTINCT and GROUP BY, hashed and sorted
CREATE TABLE t (id int, v sparsevec);
INSERT INTO t SELECT i, ARRAY[0, i % 4]::sparsevec FROM generate_series(1, 12) i;
INSERT INTO t VALUES (13, '{1:-0}/2'), (14, '{}/1'), (15, NULL);
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
SELECT v, count(*) FROM t GROUP BY v ORDER BY v;
RESET enable_sort;
RESET enable_hashagg;
SELECT count(DISTINCT v) FROM t;
SELECT v FROM t WHERE id < 3 UNION SELECT v FROM t WHERE id BETWEEN 5 AND 7 ORDER BY v;
DROP TABLE t;

-- hash partitions
CREATE TABLE t (v sparsevec(100)) PARTITION BY HASH (v);
CREATE TABLE t0 PARTITION OF t FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE t1 PARTITION OF t FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO t SELECT ('{' || i || ':1}/100')::sparsevec FROM generate_series(1, 100) i;
SELECT count(*) BETWEEN 20 AND 80 AS spread FROM t0;
SELECT count(*) FROM t WHERE v = '{7:1}/100';
DROP TABLE t;
