-- Unlogged and temporary tables, and changing between logged and unlogged.
\getenv abs_srcdir PG_ABS_SRCDIR
\set ECHO none
\i :abs_srcdir/sql/lib/compare.sql
\set ECHO all

SET ivf.target_recall = 1;
CREATE FUNCTION pg_temp.compare_all() RETURNS SETOF text LANGUAGE sql AS $$
	SELECT pg_temp.compare('<->', '[1,2,3]', n) FROM unnest(ARRAY[10, 10000]) n
$$;

-- unlogged: the index has an init fork, which is what a crash leaves of it
CREATE UNLOGGED TABLE t (id int, v vector(3));
INSERT INTO t SELECT i, ARRAY[i % 7, i % 11, i % 13]::vector FROM generate_series(1, 1000) i;
CREATE INDEX i ON t USING ivf (v);
SELECT relname, relpersistence, pg_relation_size(oid, 'init') > 0 AS init_fork FROM pg_class WHERE relname = 'i';
SELECT pg_temp.compare_all();
INSERT INTO t SELECT i, ARRAY[i % 7, i % 11, i % 13]::vector FROM generate_series(1001, 2000) i;
DELETE FROM t WHERE id % 4 = 0;
VACUUM t;
SELECT pg_temp.compare_all();
TRUNCATE t;
SELECT pg_temp.compare_all();
SELECT pg_relation_size('i', 'init') > 0 AS init_fork;
INSERT INTO t SELECT i, ARRAY[i % 7, i % 11, i % 13]::vector FROM generate_series(1, 1000) i;
SELECT pg_temp.compare_all();

-- logged and back
ALTER TABLE t SET LOGGED;
SELECT relname, relpersistence, pg_relation_size(oid, 'init') IS NULL OR pg_relation_size(oid, 'init') = 0 AS no_init_fork
FROM pg_class WHERE relname = 'i';
SELECT pg_temp.compare_all();
ALTER TABLE t SET UNLOGGED;
SELECT relname, relpersistence, pg_relation_size(oid, 'init') > 0 AS init_fork FROM pg_class WHERE relname = 'i';
SELECT pg_temp.compare_all();
DROP TABLE t;

-- the init fork of either quantiser and of every metric, with many dimensions
CREATE UNLOGGED TABLE t (v vector(2000));
CREATE INDEX t_flat ON t USING ivf (v vector_cosine_ops) WITH (quantizer = flat);
CREATE INDEX t_sq8 ON t USING ivf (v vector_ip_ops) WITH (lists = 1000);
SELECT relname, pg_relation_size(oid, 'init') > 0 AS init_fork FROM pg_class WHERE relname LIKE 't\_%' ORDER BY 1;
DROP TABLE t;

-- temporary
CREATE TEMP TABLE t (id int, v vector(3));
INSERT INTO t SELECT i, ARRAY[i % 7, i % 11, i % 13]::vector FROM generate_series(1, 1000) i;
CREATE INDEX i ON t USING ivf (v);
SELECT pg_temp.compare_all();
INSERT INTO t SELECT i, ARRAY[i % 7, i % 11, i % 13]::vector FROM generate_series(1001, 2000) i;
DELETE FROM t WHERE id % 4 = 0;
VACUUM t;
SELECT pg_temp.compare_all();
REINDEX TABLE t;
SELECT pg_temp.compare_all();
DROP TABLE t;
BEGIN;
CREATE TEMP TABLE t (id int, v vector(3)) ON COMMIT DELETE ROWS;
CREATE INDEX i ON t USING ivf (v);
INSERT INTO t SELECT i, ARRAY[i % 7, i % 11, i % 13]::vector FROM generate_series(1, 1000) i;
SELECT pg_temp.compare_all();
COMMIT;
SELECT pg_temp.compare_all();
INSERT INTO t VALUES (1, '[1,2,3]');
BEGIN;
INSERT INTO t VALUES (2, '[3,2,1]');
SELECT pg_temp.compare_all();
COMMIT;
DROP TABLE t;

-- made and filled in the transaction that rolls back, or rolls back a part
BEGIN;
CREATE TABLE t (id int, v vector(3));
CREATE INDEX i ON t USING ivf (v);
INSERT INTO t SELECT i, ARRAY[i % 7, i % 11, i % 13]::vector FROM generate_series(1, 1000) i;
SAVEPOINT s;
TRUNCATE t;
INSERT INTO t SELECT i, ARRAY[i % 7, i % 11, i % 13]::vector FROM generate_series(1, 500) i;
SELECT pg_temp.compare_all();
ROLLBACK TO s;
SELECT pg_temp.compare_all();
REINDEX INDEX i;
ROLLBACK TO s;
SELECT pg_temp.compare_all();
COMMIT;
SELECT pg_temp.compare_all();

-- a materialised view
CREATE MATERIALIZED VIEW m AS SELECT id, v + v AS v FROM t;
CREATE INDEX ON m USING ivf ((v::vector(3)) vector_cosine_ops);
SELECT pg_temp.compare('SELECT id, v::vector(3) <=> ''[1,2,3]'' AS d FROM m ORDER BY v::vector(3) <=> ''[1,2,3]'' LIMIT 10000');
DELETE FROM t WHERE id > 900;
REFRESH MATERIALIZED VIEW m;
SELECT pg_temp.compare('SELECT id, v::vector(3) <=> ''[1,2,3]'' AS d FROM m ORDER BY v::vector(3) <=> ''[1,2,3]'' LIMIT 10000');
DROP MATERIALIZED VIEW m;

DROP TABLE t;
RESET ivf.target_recall;
