-- VACUUM takes dead rows out of an index, and their room is used again.
\getenv abs_srcdir PG_ABS_SRCDIR
\set ECHO none
\i :abs_srcdir/sql/lib/compare.sql
\set ECHO all

SET ivf.target_recall = 1;
CREATE TABLE t (id int, v vector(4));
ALTER TABLE t SET (autovacuum_enabled = off);
CREATE FUNCTION pg_temp.row_of(i int) RETURNS vector LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE WHEN i % 40 = 0 THEN NULL WHEN i % 40 = 1 THEN '[0,0,0,0]'
		WHEN i % 40 = 2 THEN ARRAY[3e38 * (-1) ^ i, i, 3e38, 1]::real[]::vector
		ELSE ARRAY[i % 7 - 3, i % 11 - 5, i % 13 - 6, i % 29 - 14]::vector END
$$;
INSERT INTO t SELECT i, pg_temp.row_of(i) FROM generate_series(1, 6000) i;
CREATE INDEX i_flat ON t USING ivf (v vector_cosine_ops) WITH (quantizer = flat, lists = 20);
CREATE INDEX i_sq8 ON t USING ivf (v) WITH (quantizer = sq8, lists = 20);
CREATE INDEX i_rabitq ON t USING ivf (v vector_ip_ops) WITH (quantizer = rabitq, lists = 20);
CREATE FUNCTION pg_temp.compare_all() RETURNS TABLE (op text, answers text) LANGUAGE sql AS $$
	SELECT op, string_agg(DISTINCT pg_temp.compare(op, q, n), '; ')
	FROM unnest(ARRAY['<->', '<=>', '<#>']) op, unnest('{"[1,2,3,4]","[-3,5,6,14]","[0,0,0,0]","[3e38,3e38,0,0]",NULL}'::vector[]) q,
		unnest(ARRAY[100, 10000]) n
	GROUP BY op ORDER BY op
$$;

-- dead rows are no answers, vacuumed or not
DELETE FROM t WHERE id % 3 = 0;
SELECT * FROM pg_temp.compare_all();
VACUUM t;
SELECT * FROM pg_temp.compare_all();
INSERT INTO t SELECT i, pg_temp.row_of(i) FROM generate_series(1, 6000) i WHERE i % 3 = 0;
SELECT * FROM pg_temp.compare_all();
VACUUM (INDEX_CLEANUP off) t;
VACUUM (PARALLEL 0) t;
SELECT * FROM pg_temp.compare_all();

-- everything deleted: an index without rows that is filled again
DELETE FROM t;
SELECT * FROM pg_temp.compare_all();
VACUUM t;
SELECT * FROM pg_temp.compare_all();
INSERT INTO t SELECT i, pg_temp.row_of(i) FROM generate_series(1, 6000) i;
SELECT * FROM pg_temp.compare_all();

-- a transaction that is rolled back leaves dead rows
BEGIN;
INSERT INTO t SELECT i, pg_temp.row_of(i) FROM generate_series(10001, 12000) i;
ROLLBACK;
SELECT * FROM pg_temp.compare_all();
VACUUM t;
SELECT * FROM pg_temp.compare_all();

-- more dead rows than maintenance_work_mem holds: two passes over the index
CREATE TEMP TABLE many (id int, v vector(1));
INSERT INTO many SELECT i, ARRAY[i]::vector FROM generate_series(1, 180000) i;
CREATE INDEX i_many ON many USING ivf (v) WITH (lists = 3);
DELETE FROM many WHERE id % 10000 > 0;
SET maintenance_work_mem = '1MB';
VACUUM many;
RESET maintenance_work_mem;
SELECT relname, reltuples FROM pg_class WHERE oid IN ('many'::regclass, 'i_many'::regclass) ORDER BY 1;
SELECT pg_temp.compare('SELECT id, v <-> ''[5]'' AS d FROM many ORDER BY v <-> ''[5]'' LIMIT 100');
DROP TABLE many;

-- Room is used again.  A temporary table, because there no other session's snapshot keeps a dead row.
DROP TABLE t;
CREATE TEMP TABLE t (id int, v vector(4));
INSERT INTO t SELECT i, pg_temp.row_of(i) FROM generate_series(1, 6000) i;
CREATE INDEX i_flat ON t USING ivf (v vector_cosine_ops) WITH (quantizer = flat, lists = 20);
CREATE INDEX i_sq8 ON t USING ivf (v) WITH (quantizer = sq8, lists = 20);
CREATE INDEX i_rabitq ON t USING ivf (v vector_ip_ops) WITH (quantizer = rabitq, lists = 20);
CREATE FUNCTION pg_temp.sizes(OUT flat float8, OUT sq8 float8, OUT rabitq float8) LANGUAGE sql AS $$
	SELECT pg_relation_size('i_flat'), pg_relation_size('i_sq8'), pg_relation_size('i_rabitq') $$;
CREATE TEMP TABLE built AS SELECT * FROM pg_temp.sizes();
-- inserts fill pages as well as the build does
INSERT INTO t SELECT i, pg_temp.row_of(i) FROM generate_series(6001, 8000) i;
SELECT now.flat / built.flat < 1.5 AS flat, now.sq8 / built.sq8 < 1.5 AS sq8,
	now.rabitq / built.rabitq < 1.5 AS rabitq FROM built, pg_temp.sizes() now;
CREATE TEMP TABLE grown AS SELECT * FROM pg_temp.sizes();
-- rows that are replaced do not make an index grow
DELETE FROM t WHERE id > 6000;
VACUUM t;
SELECT relname, reltuples FROM pg_class WHERE oid IN ('t'::regclass, 'i_flat'::regclass, 'i_sq8'::regclass, 'i_rabitq'::regclass) ORDER BY 1;
UPDATE t SET v = pg_temp.row_of(id) WHERE id % 3 = 0;
VACUUM t;
UPDATE t SET v = pg_temp.row_of(id) WHERE id % 3 = 1;
VACUUM t;
UPDATE t SET v = pg_temp.row_of(id) WHERE id % 3 = 2;
VACUUM t;
SELECT * FROM pg_temp.compare_all();
DELETE FROM t WHERE id % 2 = 0;
VACUUM t;
INSERT INTO t SELECT i, pg_temp.row_of(i) FROM generate_series(1, 6000) i WHERE i % 2 = 0;
SELECT * FROM pg_temp.compare_all();
SELECT now.flat - grown.flat AS flat_grew, now.sq8 - grown.sq8 AS sq8_grew,
	now.rabitq - grown.rabitq AS rabitq_grew FROM grown, pg_temp.sizes() now;
DELETE FROM t;
VACUUM t;
SELECT relname, reltuples FROM pg_class WHERE oid IN ('t'::regclass, 'i_flat'::regclass, 'i_sq8'::regclass, 'i_rabitq'::regclass) ORDER BY 1;
INSERT INTO t SELECT i, pg_temp.row_of(i) FROM generate_series(1, 6000) i;
SELECT now.flat - grown.flat AS flat_grew, now.sq8 - grown.sq8 AS sq8_grew,
	now.rabitq - grown.rabitq AS rabitq_grew FROM grown, pg_temp.sizes() now;
SELECT * FROM pg_temp.compare_all();

-- VACUUM and ANALYZE of tables that never had rows
CREATE TABLE empty (v vector(3));
CREATE INDEX ON empty USING ivf (v);
VACUUM ANALYZE empty;
SELECT relname, reltuples FROM pg_class WHERE relname IN ('empty', 'empty_v_idx') ORDER BY 1;
INSERT INTO empty VALUES ('[1,2,3]');
ANALYZE empty;
SELECT relname, reltuples FROM pg_class WHERE relname IN ('empty', 'empty_v_idx') ORDER BY 1;

DROP TABLE t, built, grown, empty;
RESET ivf.target_recall;
