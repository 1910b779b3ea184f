-- Where an ivf index is used, and where never: an answer without LIMIT is not approximate, nor is an aggregate.
\getenv abs_srcdir PG_ABS_SRCDIR
\set ECHO none
\i :abs_srcdir/sql/lib/compare.sql
\set ECHO all

CREATE TABLE t (id int, grp int, v vector(3));
INSERT INTO t SELECT i, i % 10, ARRAY[i % 31, i % 37, i % 41]::vector FROM generate_series(1, 3000) i;
CREATE INDEX ON t USING ivf (v);
CREATE TABLE p (id int, v vector(3)) PARTITION BY RANGE (id);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (1500);
CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (1500) TO (9999);
INSERT INTO p SELECT id, v FROM t;
CREATE INDEX ON p USING ivf (v);
ANALYZE t, p;

-- never, whatever other plans cost
SET enable_seqscan = off;
SET enable_sort = off;
SELECT query FROM (VALUES
	('SELECT id FROM t'),
	('SELECT id FROM t LIMIT 5'),
	('SELECT count(*) FROM t'),
	('SELECT id FROM t WHERE v = ''[1,2,3]'''),
	('SELECT id FROM t WHERE v <-> ''[1,2,3]'' < 5'),
	('SELECT id FROM t ORDER BY v <-> ''[1,2,3]'''),
	('SELECT id FROM t ORDER BY v <-> ''[1,2,3]'' LIMIT NULL'),
	('SELECT id FROM t ORDER BY v <-> ''[1,2,3]'' LIMIT ALL'),
	('SELECT id FROM t ORDER BY v <-> ''[1,2,3]'' OFFSET 5'),
	('SELECT id FROM t ORDER BY v LIMIT 5'),
	('SELECT grp, count(*) FROM t GROUP BY grp ORDER BY grp LIMIT 5'),
	('SELECT v <-> ''[1,2,3]'', count(*) FROM t GROUP BY v <-> ''[1,2,3]'' ORDER BY v <-> ''[1,2,3]'' LIMIT 5'),
	('SELECT v <-> ''[1,2,3]'', count(*) FROM t GROUP BY ROLLUP (v <-> ''[1,2,3]'') ORDER BY v <-> ''[1,2,3]'' LIMIT 5'),
	('SELECT DISTINCT v <-> ''[1,2,3]'' FROM t ORDER BY v <-> ''[1,2,3]'' LIMIT 5'),
	('SELECT DISTINCT ON (v <-> ''[1,2,3]'') id FROM t ORDER BY v <-> ''[1,2,3]'' LIMIT 5'),
	('SELECT min(v <-> ''[1,2,3]'') FROM t'),
	('SELECT max(v <-> ''[1,2,3]'') FROM t'),
	('SELECT min(v <-> ''[1,2,3]''), min(v <-> ''[3,2,1]'') FROM t'),
	('SELECT (SELECT min(v <-> q) FROM t) FROM (VALUES (''[1,2,3]''::vector)) x(q)'),
	('SELECT min(d) FROM (SELECT v <-> ''[1,2,3]'' AS d FROM t) x'),
	('SELECT min(v <-> ''[1,2,3]'') FROM t LIMIT 1'),
	('WITH n AS MATERIALIZED (SELECT id FROM t ORDER BY v <-> ''[1,2,3]'') SELECT * FROM n LIMIT 5'),
	('SELECT array_agg(id ORDER BY v <-> ''[1,2,3]'') FROM t'),
	('SELECT rank() OVER (ORDER BY v <-> ''[1,2,3]'') FROM t'),
	('SELECT id FROM t ORDER BY v <-> ''[1,2,3]'', v <-> ''[3,2,1]'' LIMIT 5'),
	('SELECT id FROM t ORDER BY v <=> ''[1,2,3]'' LIMIT 5'),
	('SELECT id FROM t ORDER BY v <-> ''[1,2,3]'' DESC LIMIT 5'),
	('SELECT min(v <-> ''[1,2,3]'') FROM p'),
	('SELECT id FROM t ORDER BY v <-> ''[1,2,3]'' FOR UPDATE'),
	('SELECT count(*) FROM (SELECT id FROM t ORDER BY v <-> ''[1,2,3]'' OFFSET 0) x LIMIT 1'),
	('(SELECT v <-> ''[1,2,3]'' AS d FROM t) UNION (SELECT 1) ORDER BY d LIMIT 5'),
	('(SELECT v <-> ''[1,2,3]'' AS d FROM t) UNION ALL (SELECT 1::float8) EXCEPT (SELECT 2::float8) ORDER BY d LIMIT 5'),
	('(SELECT v <-> ''[1,2,3]'' AS d FROM t) INTERSECT ALL (SELECT 1::float8) ORDER BY d LIMIT 5'),
	('SELECT string_agg(id::text, '','' ORDER BY v <-> ''[1,2,3]'') FROM t LIMIT 1'),
	('SELECT EXISTS (SELECT FROM t ORDER BY v <-> ''[1,2,3]'' LIMIT 1)'), -- its order is dropped
	('SELECT id FROM t ORDER BY v <-> NULL LIMIT 5')) AS q(query)
WHERE pg_temp.plan_of(query) ~ 'v_idx';
RESET enable_sort;

-- where a bound on the rows is known
SELECT query FROM (VALUES
	('SELECT id FROM t ORDER BY v <-> ''[1,2,3]'' LIMIT 5'),
	('SELECT id FROM t ORDER BY v <-> ''[1,2,3]'' FETCH FIRST 5 ROWS ONLY'),
	('SELECT id FROM t ORDER BY v <-> ''[1,2,3]'' LIMIT (SELECT 5)'),
	('SELECT id FROM t WHERE grp = 3 ORDER BY v <-> ''[1,2,3]'' LIMIT 5'),
	('SELECT id FROM (SELECT id, v <-> ''[1,2,3]'' AS d FROM t ORDER BY d LIMIT 5) x ORDER BY id'),
	('SELECT * FROM (SELECT id FROM t ORDER BY v <-> ''[1,2,3]'' OFFSET 0) x LIMIT 5'),
	('WITH n AS MATERIALIZED (SELECT id FROM t ORDER BY v <-> ''[1,2,3]'' LIMIT 5) SELECT * FROM n'),
	('SELECT rank() OVER (ORDER BY v <-> ''[1,2,3]'') FROM t ORDER BY v <-> ''[1,2,3]'' LIMIT 5'),
	('SELECT row_number() OVER (ORDER BY v <-> ''[1,2,3]'') FROM t LIMIT 5'),
	('SELECT ARRAY(SELECT id FROM t ORDER BY v <-> ''[1,2,3]'' LIMIT 5)'),
	('SELECT (SELECT id FROM t ORDER BY v <-> ''[1,2,3]'' LIMIT 1)'),
	('SELECT avg(d) FROM (SELECT v <-> ''[1,2,3]'' AS d FROM t ORDER BY d LIMIT 5) x'),
	('SELECT min(d) FROM (SELECT v <-> ''[1,2,3]'' AS d FROM t ORDER BY d LIMIT 5) x'),
	('(SELECT v <-> ''[1,2,3]'' AS d FROM t) UNION ALL (SELECT 1::float8) ORDER BY d LIMIT 5'),
	('(SELECT v <-> ''[1,2,3]'' AS d FROM t ORDER BY d LIMIT 5) UNION (SELECT 1)'),
	('SELECT n.id FROM generate_series(1, 3) i, LATERAL (SELECT id FROM t ORDER BY v <-> ARRAY[i, i, i]::vector LIMIT 5) n'),
	('DECLARE c CURSOR FOR SELECT id FROM t ORDER BY v <-> ''[1,2,3]''')) AS q(query)
WHERE pg_temp.plan_of(query) !~ 't_v_idx';
RESET enable_seqscan;

-- a parameter as the LIMIT of a generic plan
SET plan_cache_mode = force_generic_plan;
PREPARE nearest (bigint) AS SELECT id FROM t ORDER BY v <-> '[1,2,3]' LIMIT $1;
EXPLAIN (COSTS OFF) EXECUTE nearest (5);
DEALLOCATE nearest;
RESET plan_cache_mode;

-- min() is exact however few lists a scan would read
SET ivf.probes = 1;
SELECT count(*), count(*) FILTER (WHERE least <> (SELECT d FROM t, LATERAL (SELECT v <-> q) x(d) ORDER BY d + 0 LIMIT 1)) AS wrong
FROM (SELECT q, (SELECT min(v <-> q) FROM t) AS least
	FROM generate_series(1, 20) i, LATERAL (SELECT ARRAY[i * 2, i, 40 - i]::vector) x(q)) y;
RESET ivf.probes;

-- The index or not: it depends on how many rows are wanted, and how many pass a filter.
CREATE FUNCTION pg_temp.chosen(command text) RETURNS text LANGUAGE sql AS $$
	SELECT CASE WHEN pg_temp.uses_ivf(command) THEN 'index' ELSE 'sort' END $$;
TRUNCATE t;
INSERT INTO t SELECT i, i % 1000, ARRAY[i % 31, i % 37, i % 41]::vector FROM generate_series(1, 20000) i;
CREATE INDEX ON t (id);
ANALYZE t;
REINDEX INDEX t_v_idx;
SELECT 'few rows' AS wanted, pg_temp.chosen('SELECT id FROM t ORDER BY v <-> ''[1,2,3]'' LIMIT 10')
UNION ALL SELECT 'half of those that pass a filter', pg_temp.chosen('SELECT id FROM t WHERE grp < 500 ORDER BY v <-> ''[1,2,3]'' LIMIT 10')
UNION ALL SELECT 'of one row', pg_temp.chosen('SELECT id FROM t WHERE id = 7 ORDER BY v <-> ''[1,2,3]'' LIMIT 10')
UNION ALL SELECT 'of a hundred by another index', pg_temp.chosen('SELECT id FROM t WHERE id < 100 ORDER BY v <-> ''[1,2,3]'' LIMIT 10');

-- A scan costs less when fewer lists are read, and more when more rows are wanted.
CREATE FUNCTION pg_temp.cost_of(n int, probes int DEFAULT 0) RETURNS float8 LANGUAGE plpgsql AS $$
DECLARE
	plan json;
BEGIN
	PERFORM set_config('enable_seqscan', 'off', true), set_config('ivf.probes', probes::text, true);
	EXECUTE 'EXPLAIN (FORMAT json) SELECT id FROM t ORDER BY v <-> ''[1,2,3]'' LIMIT ' || n INTO plan;
	RETURN CASE WHEN plan::text ~ 't_v_idx' THEN plan -> 0 -> 'Plan' -> 'Total Cost' END;
END
$$;
SELECT pg_temp.cost_of(10, 1) < pg_temp.cost_of(10, 10) AS few_probes, pg_temp.cost_of(10, 10) < pg_temp.cost_of(10, 500) AS many,
	pg_temp.cost_of(10) < pg_temp.cost_of(1000) AS more_rows, pg_temp.cost_of(1000) < pg_temp.cost_of(20000) AS all_rows,
	pg_temp.cost_of(20000) < 1e9 AS finite;

DROP TABLE t, p;
