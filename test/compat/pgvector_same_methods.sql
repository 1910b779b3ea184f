-- ivfflat and hnsw as in pgvector: what they take and what they refuse.  Expected answers are pgvector's: test/README.
\getenv abs_srcdir PG_ABS_SRCDIR
\set ECHO none
\i :abs_srcdir/sql/lib/statements.sql
SET client_min_messages = warning;

\echo -- making an index
SELECT * FROM pg_temp.answers($$
CREATE TABLE t (id int, v vector(3), w vector)
INSERT INTO t VALUES (1, '[1,2,3]', '[1]'), (2, '[1,1,1]', '[1,2]'), (3, '[1,2,4]', '[1,2,3]'), (4, NULL, NULL)
CREATE INDEX ON t USING ivfflat (v)
CREATE INDEX ON t USING ivfflat (v vector_l2_ops) WITH (lists = 1)
CREATE INDEX ON t USING ivfflat (v vector_ip_ops) WITH (lists = 100)
CREATE INDEX ON t USING ivfflat (v vector_cosine_ops) WITH (lists = 50)
CREATE INDEX ON t USING ivfflat (v vector_l2_ops) WITH (lists = 0)
CREATE INDEX ON t USING ivfflat (v vector_l2_ops) WITH (lists = 32769)
CREATE INDEX ON t USING ivfflat (v vector_l2_ops) WITH (lists = 'many')
CREATE INDEX ON t USING ivfflat (v vector_l2_ops) WITH (m = 16)
CREATE INDEX ON t USING ivfflat (v vector_l1_ops)
CREATE INDEX ON t USING ivfflat (v vector_ops)
CREATE INDEX ON t USING ivfflat (v no_such_ops)
CREATE INDEX ON t USING ivfflat (id)
CREATE INDEX ON t USING ivfflat (id vector_l2_ops)
CREATE INDEX ON t USING ivfflat (v, w)
CREATE UNIQUE INDEX ON t USING ivfflat (v)
CREATE INDEX ON t USING ivfflat (v) INCLUDE (id)
CREATE INDEX ON t USING ivfflat (v DESC)
CREATE INDEX ON t USING ivfflat (v NULLS FIRST)
CREATE INDEX ON t USING hnsw (v)
CREATE INDEX ON t USING hnsw (v vector_l2_ops)
CREATE INDEX ON t USING hnsw (v vector_ip_ops) WITH (m = 2, ef_construction = 4)
CREATE INDEX ON t USING hnsw (v vector_cosine_ops) WITH (m = 100, ef_construction = 1000)
CREATE INDEX ON t USING hnsw (v vector_l2_ops) WITH (m = 1)
CREATE INDEX ON t USING hnsw (v vector_l2_ops) WITH (m = 101)
CREATE INDEX ON t USING hnsw (v vector_l2_ops) WITH (ef_construction = 3)
CREATE INDEX ON t USING hnsw (v vector_l2_ops) WITH (ef_construction = 1001)
CREATE INDEX ON t USING hnsw (v vector_l2_ops) WITH (m = 16, ef_construction = 31)
CREATE INDEX ON t USING hnsw (v vector_l2_ops) WITH (m = 33)
CREATE INDEX ON t USING hnsw (v vector_l2_ops) WITH (ef_construction = 31)
CREATE INDEX ON t USING hnsw (v vector_l2_ops) WITH (lists = 5)
CREATE INDEX ON t USING hnsw (v vector_ops)
CREATE INDEX ON t USING hnsw ((w::vector(3)) vector_l2_ops) WHERE id = 3
CREATE UNIQUE INDEX ON t USING hnsw (v vector_l2_ops)
CREATE INDEX ON t USING hnsw (v vector_l2_ops, v vector_ip_ops)
CREATE INDEX ON t USING hnsw (v vector_l2_ops ASC)
ALTER TABLE t ADD EXCLUDE USING hnsw (v WITH <->)
SELECT count(*) FROM pg_index WHERE indrelid = 't'::regclass
$$);

\echo -- using one
DROP TABLE t;
SELECT * FROM pg_temp.answers($$
CREATE TABLE t (id int, v vector(3))
INSERT INTO t VALUES (1, '[1,2,3]'), (2, '[1,1,1]'), (3, '[1,2,4]'), (4, '[5,5,6]')
CREATE INDEX i ON t USING ivfflat (v vector_l2_ops) WITH (lists = 1)
SET enable_seqscan = off
SELECT id FROM t ORDER BY v <-> '[3,3,3]' LIMIT 9
SELECT id, v <-> '[3,3,3]' AS d FROM t ORDER BY v <-> '[3,3,3]' LIMIT 2
SELECT id FROM t ORDER BY v <-> '[3,3]' LIMIT 1
INSERT INTO t VALUES (5, '[3,3,3]'), (6, '[9,9,9]')
SELECT id FROM t ORDER BY v <-> '[3,3,3]' LIMIT 9
DELETE FROM t WHERE id = 5
SELECT id FROM t ORDER BY v <-> '[3,3,3]' LIMIT 1
SELECT id FROM t WHERE id > 2 ORDER BY v <-> '[3,3,3]' LIMIT 2
SELECT count(*) FROM (SELECT v FROM t ORDER BY v <-> '[3,3,3]') x
UPDATE t SET v = '[0,0,1]' WHERE id = 6
SELECT id FROM t ORDER BY v <-> '[0,0,0]' LIMIT 1
ALTER INDEX i SET (lists = 2)
ALTER INDEX i SET (lists = 0)
ALTER INDEX i SET (lists = 1)
REINDEX INDEX i
SELECT id FROM t ORDER BY v <-> '[0,0,0]' LIMIT 1
ALTER TABLE t ALTER v TYPE vector(4)
TRUNCATE t
SELECT id FROM t ORDER BY v <-> '[3,3,3]' LIMIT 1
DROP INDEX i
INSERT INTO t VALUES (1, '[1,2,3]'), (2, '[1,1,1]'), (3, '[1,2,4]'), (4, '[5,5,6]')
CREATE INDEX i ON t USING hnsw (v vector_ip_ops)
SELECT id FROM t ORDER BY v <#> '[1,1,1]' LIMIT 9
DROP INDEX i
CREATE INDEX i ON t USING hnsw (v vector_cosine_ops)
SELECT id FROM t ORDER BY v <=> '[1,2,4]' LIMIT 3
SELECT id FROM t ORDER BY v <=> '[2,2,2]' LIMIT 1
RESET enable_seqscan
DROP TABLE t
$$);

\echo -- other types
SELECT * FROM pg_temp.answers($$
CREATE TABLE t (id int, h halfvec(3), s sparsevec(5), b bit(4), n varbit(4))
INSERT INTO t VALUES (1, '[1,2,3]', '{1:1}/5', '1111', '11'), (2, '[1,1,1]', '{2:5}/5', '1010', '1')
INSERT INTO t VALUES (3, '[9,9,8]', '{5:2}/5', '0001', '')
CREATE INDEX i ON t USING ivfflat (h halfvec_l2_ops) WITH (lists = 1)
SET enable_seqscan = off
SELECT id FROM t ORDER BY h <-> '[1,2,2]' LIMIT 3
DROP INDEX i
CREATE INDEX i ON t USING hnsw (h halfvec_l1_ops)
SELECT id FROM t ORDER BY h <+> '[8,8,8]' LIMIT 3
DROP INDEX i
CREATE INDEX i ON t USING hnsw (s sparsevec_ip_ops)
SELECT id FROM t ORDER BY s <#> '{1:1,2:2,5:3}/5' LIMIT 3
DROP INDEX i
CREATE INDEX i ON t USING ivfflat (b bit_hamming_ops) WITH (lists = 1)
SELECT id FROM t ORDER BY b <~> '1111' LIMIT 3
DROP INDEX i
CREATE INDEX i ON t USING hnsw (b bit_jaccard_ops)
SELECT id FROM t ORDER BY b <%> '1010' LIMIT 3
DROP INDEX i
CREATE INDEX i ON t USING ivfflat (h)
CREATE INDEX i ON t USING ivfflat (s sparsevec_l2_ops)
CREATE INDEX i ON t USING ivfflat (h vector_l2_ops)
CREATE INDEX i ON t USING hnsw (h sparsevec_l2_ops)
CREATE INDEX i ON t USING ivfflat (b bit_jaccard_ops)
RESET enable_seqscan
DROP TABLE t
$$);

\echo -- settings
SELECT * FROM pg_temp.answers($$
SET ivfflat.probes = 10
SELECT current_setting('ivfflat.probes')
SET ivfflat.probes = 0
SET ivfflat.probes = 32768
SET ivfflat.probes = 32769
SET ivfflat.probes = 'a'
SET ivfflat.iterative_scan = off
SET ivfflat.iterative_scan = relaxed_order
SET ivfflat.iterative_scan = strict_order
SET ivfflat.iterative_scan = on
SET ivfflat.max_probes = 1
SET ivfflat.max_probes = 0
SET ivfflat.max_probes = 32769
SET hnsw.ef_search = 1
SET hnsw.ef_search = 0
SET hnsw.ef_search = 1000
SET hnsw.ef_search = 1001
SET hnsw.iterative_scan = off
SET hnsw.iterative_scan = relaxed_order
SET hnsw.iterative_scan = strict_order
SET hnsw.iterative_scan = on
SET hnsw.max_scan_tuples = 1
SET hnsw.max_scan_tuples = 0
SET hnsw.max_scan_tuples = 2147483647
SET hnsw.scan_mem_multiplier = 1
SET hnsw.scan_mem_multiplier = 2.5
SET hnsw.scan_mem_multiplier = 0.5
SET hnsw.scan_mem_multiplier = 1001
SET ivfflat.no_such = 1
SET hnsw.no_such = 1
RESET ivfflat.probes
SELECT name, setting, min_val, max_val, enumvals, context FROM pg_settings WHERE name ~ '^ivfflat' ORDER BY name
SELECT name, boot_val, min_val, max_val, enumvals, context FROM pg_settings WHERE name ~ '^hnsw' ORDER BY name
$$);

\echo -- catalogs
SELECT * FROM pg_temp.answers($$
CREATE VIEW classes AS SELECT o.*, amname FROM pg_opclass o JOIN pg_am a ON a.oid = opcmethod
SELECT amname, amhandler FROM pg_am WHERE amname IN ('ivfflat', 'hnsw') ORDER BY 1
SELECT pg_indexam_has_property(oid, 'can_unique') AS u FROM pg_am WHERE amname = 'hnsw'
SELECT pg_indexam_has_property(oid, 'can_multi_col') AS m FROM pg_am WHERE amname = 'ivfflat'
SELECT opcname, opcdefault, amvalidate(oid) FROM classes WHERE amname = 'ivfflat' ORDER BY 1
SELECT opcname, opcdefault, amvalidate(oid) FROM classes WHERE amname = 'hnsw' AND opcname !~ 'sparsevec_l1' ORDER BY 1
DROP VIEW classes
$$);
