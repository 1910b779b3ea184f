-- Index scans in queries of all forms: cursors, LIMIT and OFFSET, filters, joins, parameters, partitions.
\getenv abs_srcdir PG_ABS_SRCDIR
\set ECHO none
\i :abs_srcdir/sql/lib/compare.sql
\set ECHO all

SET ivf.target_recall = 1;
CREATE TABLE t (id int, grp int, v vector(3));
INSERT INTO t SELECT i, i % 10, ARRAY[i % 31, i % 37, i % 41]::vector FROM generate_series(1, 3000) i;
CREATE INDEX t_v_idx ON t USING ivf (v);
VACUUM ANALYZE t;

-- the plan
EXPLAIN (COSTS OFF) SELECT id FROM t ORDER BY v <-> '[1,2,3]' LIMIT 5;
SELECT v <-> '[1,2,3]' AS d FROM t ORDER BY v <-> '[1,2,3]' LIMIT 3;
-- the operator's arguments may change places
EXPLAIN (COSTS OFF) SELECT id FROM t ORDER BY '[1,2,3]' <-> v LIMIT 5;
SELECT pg_temp.compare('SELECT id, ''[1,2,3]'' <-> v AS d FROM t ORDER BY ''[1,2,3]'' <-> v LIMIT 100');
-- other operators, other directions and NULLS FIRST are none of its business
EXPLAIN (COSTS OFF) SELECT id FROM t ORDER BY v <=> '[1,2,3]' LIMIT 5;
EXPLAIN (COSTS OFF) SELECT id FROM t ORDER BY v <-> '[1,2,3]' DESC LIMIT 5;
EXPLAIN (COSTS OFF) SELECT id FROM t ORDER BY v <-> '[1,2,3]' NULLS FIRST LIMIT 5;
EXPLAIN (COSTS OFF) SELECT id FROM t ORDER BY -(v <-> '[1,2,3]') LIMIT 5;
-- the query's value may be computed, but not differ from row to row
EXPLAIN (COSTS OFF) SELECT id FROM t ORDER BY v <-> l2_normalize('[3,4,0]'::vector) LIMIT 5;
SELECT pg_temp.plan_of('SELECT id FROM t ORDER BY v <-> (SELECT v FROM t x WHERE x.id = 3) LIMIT 5') AS plan;
EXPLAIN (COSTS OFF) SELECT id FROM t ORDER BY v <-> subvector(v, 1, 3) LIMIT 5;

-- LIMIT and OFFSET
SELECT l, o, pg_temp.compare(format('SELECT id, v <-> ''[9,9,9]'' AS d FROM t ORDER BY v <-> ''[9,9,9]'' LIMIT %s OFFSET %s', l, o))
FROM (VALUES (0, 0), (1, 0), (10, 0), (10, 10), (7, 500), (3000, 0), (3001, 0), (10, 2995), (10, 3000)) AS x(l, o);

-- filters: as many rows as asked for, if there are that many
SELECT f, pg_temp.compare(format('SELECT id, v <-> ''[9,9,9]'' AS d FROM t WHERE %s ORDER BY v <-> ''[9,9,9]'' LIMIT 10', f))
FROM unnest(ARRAY['grp = 7', 'id = 1234', 'grp = 7 AND id > 2980', 'id < 0', 'v <-> ''[9,9,9]'' > 20', 'v <-> ''[0,0,0]'' < 4']) f;
SET ivf.target_recall = 0.5;
SELECT count(*) FROM (SELECT id FROM t WHERE grp = 7 ORDER BY v <-> '[9,9,9]' LIMIT 10) x;
SELECT count(*) FROM (SELECT id FROM t WHERE grp = 7 ORDER BY v <-> '[9,9,9]' LIMIT 1000) x;
SET enable_seqscan = off;
SELECT pg_temp.uses_ivf('SELECT id FROM t WHERE grp = 7 ORDER BY v <-> ''[9,9,9]'' LIMIT 1000');
SELECT count(*) FROM (SELECT id FROM t WHERE grp = 7 ORDER BY v <-> '[9,9,9]' LIMIT 1000) x;
RESET enable_seqscan;
SET ivf.target_recall = 1;

-- a cursor goes on and on, and may be held
SET enable_seqscan = off;
BEGIN;
EXPLAIN (COSTS OFF) DECLARE c CURSOR FOR SELECT v <-> '[1,2,3]' AS d FROM t ORDER BY v <-> '[1,2,3]';
DECLARE c CURSOR FOR SELECT v <-> '[1,2,3]' AS d FROM t ORDER BY v <-> '[1,2,3]';
DECLARE h CURSOR WITH HOLD FOR SELECT v <-> '[1,2,3]' AS d FROM t ORDER BY v <-> '[1,2,3]';
DECLARE s SCROLL CURSOR FOR SELECT v <-> '[1,2,3]' AS d FROM t ORDER BY v <-> '[1,2,3]';
FETCH 3 FROM c;
MOVE 2000 IN c;
FETCH 1 FROM c;
MOVE 900 IN c;
FETCH 2 FROM c;
MOVE 1000 IN c;
FETCH 1 FROM c;
FETCH 3 FROM s;
FETCH BACKWARD 1 FROM s;
FETCH LAST FROM s;
FETCH FIRST FROM s;
FETCH 2 FROM h;
COMMIT;
FETCH 1 FROM h;
CLOSE h;
RESET enable_seqscan;
SELECT place, d FROM (SELECT v <-> '[1,2,3]' AS d, row_number() OVER (ORDER BY v <-> '[1,2,3]') AS place FROM t) x
WHERE place IN (1, 2, 3, 2004, 2905, 2906, 3000) ORDER BY place;

-- a cursor sees what was there when it was opened
BEGIN;
SET LOCAL enable_seqscan = off;
DECLARE c CURSOR FOR SELECT id FROM t ORDER BY v <-> '[1,2,3]';
DELETE FROM t WHERE id % 3 > 0;
UPDATE t SET v = '[1,2,3]' WHERE id % 2 > 0;
INSERT INTO t VALUES (-1, 0, '[1,2,3]');
CREATE FUNCTION pg_temp.rows_of(c refcursor, OUT rows int, OUT ids bigint) LANGUAGE plpgsql AS $$
DECLARE
	id int;
BEGIN
	rows := 0;
	ids := 0;
	LOOP
		FETCH c INTO id;
		EXIT WHEN NOT FOUND;
		rows := rows + 1;
		ids := ids + id;
	END LOOP;
END
$$;
SELECT *, 3000 * 3001 / 2 AS ids_then FROM pg_temp.rows_of('c');
SELECT pg_temp.compare('SELECT id, v <-> ''[1,2,3]'' AS d FROM t ORDER BY v <-> ''[1,2,3]'' LIMIT 3000');
ROLLBACK;

-- joins and LATERAL: one search a row of the outer table
CREATE TABLE queries (id int, q vector(3));
INSERT INTO queries VALUES (1, '[1,2,3]'), (2, '[30,0,12]'), (3, NULL), (4, '[-5,70,20]');
SET enable_seqscan = off;
SELECT pg_temp.plan_of('SELECT queries.id, n.* FROM queries, LATERAL
	(SELECT t.id, t.v <-> q AS d FROM t ORDER BY t.v <-> q LIMIT 2) n') AS plan;
SELECT queries.id, n.d FROM queries, LATERAL (SELECT t.v <-> q AS d FROM t ORDER BY t.v <-> q LIMIT 2) n;
SELECT queries.id, (SELECT t.v <-> q FROM t ORDER BY t.v <-> q LIMIT 1) FROM queries;
SELECT queries.id, ARRAY(SELECT t.v <-> q FROM t ORDER BY t.v <-> q LIMIT 2) FROM queries;
RESET enable_seqscan;
SELECT t.id, t.v <-> '[1,2,3]' AS d, queries.id FROM t JOIN queries ON queries.id = t.grp ORDER BY t.v <-> '[1,2,3]', t.id LIMIT 4;
-- many searches, one after the other
SELECT count(*), sum(n.d) = 0 AS each_finds_itself FROM (SELECT * FROM t LIMIT 500) o, LATERAL
	(SELECT t.v <-> o.v AS d FROM t ORDER BY t.v <-> o.v LIMIT 1) n;

-- prepared statements
SET plan_cache_mode = force_generic_plan;
PREPARE nearest (vector, int) AS SELECT v <-> $1 AS d FROM t ORDER BY v <-> $1 LIMIT $2;
EXPLAIN (COSTS OFF) EXECUTE nearest ('[1,2,3]', 2);
EXECUTE nearest ('[1,2,3]', 2);
EXECUTE nearest ('[-5,70,20]', 3);
EXECUTE nearest (NULL, 1);
EXECUTE nearest ('[1,2]', 1);
EXECUTE nearest ('[1,2,3]', 2);
SELECT count(*) FROM t;
DEALLOCATE nearest;
RESET plan_cache_mode;

-- UNION ALL, CTE, INSERT ... SELECT, SELECT INTO, row locks
(SELECT v <-> '[1,2,3]' AS d FROM t ORDER BY v <-> '[1,2,3]' LIMIT 2) UNION ALL
(SELECT v <-> '[-5,70,20]' FROM t ORDER BY v <-> '[-5,70,20]' LIMIT 2);
WITH n AS MATERIALIZED (SELECT id, v <-> '[1,2,3]' AS d FROM t ORDER BY v <-> '[1,2,3]' LIMIT 3) SELECT d FROM n;
CREATE TEMP TABLE found AS SELECT v <-> '[1,2,3]' AS d FROM t ORDER BY v <-> '[1,2,3]' LIMIT 3;
INSERT INTO found SELECT v <-> '[1,2,3]' FROM t ORDER BY v <-> '[1,2,3]' LIMIT 1;
SELECT * FROM found;
SELECT v <-> '[1,2,3]' AS d FROM t ORDER BY v <-> '[1,2,3]' LIMIT 2 FOR UPDATE;

-- statements that write what they read
BEGIN;
SET LOCAL enable_seqscan = off;
INSERT INTO t SELECT id + 10000, grp, v FROM t ORDER BY v <-> '[1,2,3]' LIMIT 2000;
UPDATE t SET v = v + '[1,0,0]' WHERE id IN (SELECT id FROM t ORDER BY v <-> '[5,5,5]' LIMIT 500);
DELETE FROM t USING (SELECT id FROM t ORDER BY v <-> '[1,2,3]' LIMIT 100) n WHERE n.id = t.id;
SELECT pg_temp.compare('SELECT id, v <-> ''[1,2,3]'' AS d FROM t ORDER BY v <-> ''[1,2,3]'' LIMIT 10000');
DECLARE c CURSOR FOR SELECT v FROM t ORDER BY v <-> '[30,30,30]' FOR UPDATE;
FETCH 2 FROM c;
DELETE FROM t WHERE CURRENT OF c;
FETCH 1 FROM c;
UPDATE t SET v = '[30,30,30]' WHERE CURRENT OF c;
FETCH 1 FROM c;
SELECT v FROM t ORDER BY v <-> '[30,30,30]' LIMIT 2;
ROLLBACK;

-- a partial index, an index on an expression
CREATE TABLE e (id int, grp int, v vector, r real[]);
INSERT INTO e SELECT id, grp, v, v::real[] FROM t;
CREATE INDEX ON e USING ivf ((v::vector(3))) WHERE grp < 5;
CREATE INDEX ON e USING ivf ((r::vector(3)) vector_cosine_ops) WITH (quantizer = flat);
ANALYZE e;
SELECT pg_temp.compare('SELECT id, v::vector(3) <-> ''[4,5,6]'' AS d FROM e WHERE grp < 5 ORDER BY v::vector(3) <-> ''[4,5,6]'' LIMIT ' || n)
FROM unnest(ARRAY[20, 5000]) n;
SELECT pg_temp.compare('SELECT id, v::vector(3) <-> ''[4,5,6]'' AS d FROM e WHERE grp = 2 ORDER BY v::vector(3) <-> ''[4,5,6]'' LIMIT ' || n)
FROM unnest(ARRAY[20, 5000]) n;
SELECT pg_temp.compare('SELECT id, r::vector(3) <=> ''[4,5,6]'' AS d FROM e ORDER BY r::vector(3) <=> ''[4,5,6]'' LIMIT ' || n)
FROM unnest(ARRAY[20, 5000]) n;
SELECT pg_temp.uses_ivf('SELECT id FROM e ORDER BY v::vector(3) <-> ''[4,5,6]'' LIMIT 5') AS without_the_predicate;
INSERT INTO e VALUES (-1, 1, '[4,5,6]', '{4,5,6}'), (-2, 9, '[4,5,6]', '{8,10,12}');
SELECT pg_temp.compare('SELECT id, v::vector(3) <-> ''[4,5,6]'' AS d FROM e WHERE grp < 5 ORDER BY v::vector(3) <-> ''[4,5,6]'' LIMIT 5000');
SELECT pg_temp.compare('SELECT id, r::vector(3) <=> ''[4,5,6]'' AS d FROM e ORDER BY r::vector(3) <=> ''[4,5,6]'' LIMIT 5000');
DROP TABLE e;

-- partitions are merged
CREATE TABLE p (id int, grp int, v vector(3)) PARTITION BY RANGE (grp);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (3);
CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (3) TO (7);
CREATE INDEX ON p USING ivf (v) WITH (quantizer = flat);
INSERT INTO p SELECT * FROM t WHERE grp < 7;
CREATE TABLE p3 PARTITION OF p FOR VALUES FROM (7) TO (10);
INSERT INTO p SELECT * FROM t WHERE grp >= 7;
ANALYZE p;
SET enable_seqscan = off;
EXPLAIN (COSTS OFF) SELECT id FROM p ORDER BY v <-> '[4,5,6]' LIMIT 10;
RESET enable_seqscan;
SELECT pg_temp.compare('SELECT id, v <-> ''[4,5,6]'' AS d FROM p ORDER BY v <-> ''[4,5,6]'' LIMIT ' || n) FROM unnest(ARRAY[20, 5000]) n;
SELECT pg_temp.compare('SELECT id, v <-> ''[4,5,6]'' AS d FROM p WHERE grp = 4 ORDER BY v <-> ''[4,5,6]'' LIMIT ' || n) FROM unnest(ARRAY[20, 5000]) n;
DROP TABLE p;

-- pg_stat_user_indexes counts scans, one a search
CREATE TABLE counted (v vector(1));
INSERT INTO counted SELECT ARRAY[i]::vector FROM generate_series(1, 500) i;
CREATE INDEX ON counted USING ivf (v);
SET enable_seqscan = off;
SELECT v FROM counted ORDER BY v <-> '[3]' LIMIT 2;
SELECT q.v, n.v FROM (VALUES ('[1]'::vector), ('[7]'), ('[9]')) q(v), LATERAL (SELECT v FROM counted c ORDER BY c.v <-> q.v LIMIT 1) n;
RESET enable_seqscan;
SELECT pg_stat_force_next_flush();
SELECT idx_scan, idx_tup_read, idx_tup_fetch FROM pg_stat_user_indexes WHERE relname = 'counted';
DROP TABLE counted;

DROP TABLE queries, t;
RESET ivf.target_recall;
