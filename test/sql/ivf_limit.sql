-- A scan is told the LIMIT above it.  That is a hint: whatever it says, a query gets its rows, in order, each once.
\getenv abs_srcdir PG_ABS_SRCDIR
\set ECHO none
\i :abs_srcdir/sql/lib/compare.sql
\set ECHO all

CREATE TABLE t (id int, grp int, v vector(8));
INSERT INTO t SELECT i, i % 10, ARRAY[i % 31, i % 37, i % 41, i % 43, i % 47, i % 53, i % 59, i % 61]::vector
FROM generate_series(1, 12000) i;
CREATE INDEX t_v_idx ON t USING ivf (v) WITH (lists = 100);
CREATE TABLE p (id int, v vector(8)) PARTITION BY RANGE (id);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (700);
CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (700) TO (9999);
INSERT INTO p SELECT id, v FROM t WHERE id <= 2000;
CREATE INDEX ON p USING ivf (v);
VACUUM ANALYZE t, p;

-- exact, at any LIMIT and OFFSET: below and above the 10 that a scan takes it for, beyond what the hint can hold
SET ivf.target_recall = 1;
CREATE FUNCTION pg_temp.limited(clauses text, condition text DEFAULT 'true', items text DEFAULT 't') RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.compare(format('SELECT id, v <-> %1$L AS d FROM %3$s WHERE %4$s ORDER BY v <-> %1$L %2$s', '[9,8,7,6,5,4,3,2]',
		clauses, items, condition))
$$;
SELECT clauses, pg_temp.limited(clauses) FROM unnest(ARRAY['LIMIT 0', 'LIMIT 1', 'LIMIT 11', 'LIMIT 100', 'LIMIT 1000',
	'LIMIT 100 OFFSET 100', 'LIMIT 5 OFFSET 1000', 'LIMIT 1000 OFFSET 11500', 'LIMIT 10 OFFSET 40000', 'LIMIT 32768', 'LIMIT 40000',
	'LIMIT 65536', 'LIMIT 100000 OFFSET 11990']) clauses;
-- rows that a filter drops are not counted by the LIMIT
SELECT f, pg_temp.limited('LIMIT 300', f) FROM unnest(ARRAY['grp = 7', 'grp <> 7', 'id < 200', 'id < 0']) f;
-- partitions: the rows are merged from several scans
SELECT n, pg_temp.limited('LIMIT ' || n, items => 'p') FROM unnest(ARRAY[5, 100, 3000]) n;
-- a LIMIT above another one, above a sort and above locks
SELECT pg_temp.compare('SELECT id, d FROM (SELECT id, v <-> ''[1,2,3,4,5,6,7,8]'' AS d FROM t
	ORDER BY v <-> ''[1,2,3,4,5,6,7,8]'' FETCH FIRST 500 ROWS ONLY) x LIMIT 200');
SELECT pg_temp.compare('SELECT id, d FROM (SELECT id, v <-> ''[1,2,3,4,5,6,7,8]'' AS d FROM t
	ORDER BY v <-> ''[1,2,3,4,5,6,7,8]'' FETCH FIRST 50 ROWS ONLY) x ORDER BY d, id LIMIT 200');
SELECT pg_temp.limited('LIMIT 150 FOR UPDATE');
SET enable_seqscan = off;
SELECT count(*), count(DISTINCT id) FROM (SELECT id FROM t ORDER BY v <-> '[1,2,3,4,5,6,7,8]' FETCH FIRST 200 ROWS WITH TIES) x
HAVING count(*) >= 200;
SELECT count(*) FROM (SELECT id FROM t ORDER BY v <-> '[1,2,3,4,5,6,7,8]' LIMIT 9223372036854775807 OFFSET 9223372036854775807) x;
SELECT id FROM t ORDER BY v <-> '[1,2,3,4,5,6,7,8]' LIMIT -1;
SELECT id FROM t ORDER BY v <-> '[1,2,3,4,5,6,7,8]' LIMIT 5 OFFSET -1;
-- a LIMIT that is no constant
SELECT n, count(*) FROM (VALUES (20), (120)) AS x(n), LATERAL (SELECT id FROM t ORDER BY v <-> '[1,2,3,4,5,6,7,8]' LIMIT n) y
GROUP BY n ORDER BY n;
SELECT count(*) FROM (SELECT id FROM t ORDER BY v <-> '[1,2,3,4,5,6,7,8]' LIMIT (SELECT count(*) / 40 FROM t)) x;

-- prepared statements: the LIMIT is a constant of a custom plan, and a parameter of a generic one
CREATE FUNCTION pg_temp.execute_all(n int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	by_index float8[];
	by_scan float8[];
BEGIN
	EXECUTE format('CREATE TEMP TABLE got AS EXECUTE nearest (%s)', n);
	SELECT array_agg(d ORDER BY d) INTO by_index FROM got;
	IF by_index IS DISTINCT FROM (SELECT array_agg(d) FROM (SELECT d FROM got) x) THEN
		RETURN 'not in order';
	END IF;
	DROP TABLE got;
	SELECT array_agg(d) INTO by_scan FROM (SELECT v <-> '[1,2,3,4,5,6,7,8]' AS d FROM t ORDER BY 1 LIMIT n) x;
	RETURN CASE WHEN by_index = by_scan THEN 'same, ' || cardinality(by_scan) ELSE 'other rows' END;
END
$$;
PREPARE nearest (bigint) AS SELECT v <-> '[1,2,3,4,5,6,7,8]' AS d FROM t ORDER BY v <-> '[1,2,3,4,5,6,7,8]' LIMIT $1;
SET plan_cache_mode = force_custom_plan;
SELECT n, pg_temp.uses_ivf(format('EXECUTE nearest (%s)', n)) AS ivf, pg_temp.execute_all(n) FROM unnest(ARRAY[3, 100, 1000, 3, 20000]) n;
SET plan_cache_mode = force_generic_plan;
SELECT n, pg_temp.uses_ivf(format('EXECUTE nearest (%s)', n)) AS ivf, pg_temp.execute_all(n) FROM unnest(ARRAY[3, 100, 1000, 3, 20000]) n;
RESET plan_cache_mode;

-- one scan that is begun again and again, and a cursor that has no LIMIT or is not pulled to it
SELECT count(*), count(DISTINCT n.id) > 100 AS several, bool_and(ordered) FROM (SELECT v FROM t WHERE id <= 5) q, LATERAL
	(SELECT id, d >= coalesce(lag(d) OVER (), 0) AS ordered
		FROM (SELECT id, v <-> q.v AS d FROM t ORDER BY v <-> q.v LIMIT 100) x) n;
BEGIN;
DECLARE a NO SCROLL CURSOR FOR SELECT v <-> '[1,2,3,4,5,6,7,8]' AS d FROM t ORDER BY v <-> '[1,2,3,4,5,6,7,8]';
DECLARE b NO SCROLL CURSOR FOR SELECT v <-> '[1,2,3,4,5,6,7,8]' AS d FROM t ORDER BY v <-> '[1,2,3,4,5,6,7,8]' LIMIT 600;
FETCH 2 FROM a;
FETCH 2 FROM b;
MOVE 500 IN a;
MOVE 500 IN b;
FETCH 2 FROM a;
FETCH 2 FROM b;
MOVE 1000 IN b;
MOVE 20000 IN a;
COMMIT;

-- approximate: as many rows as asked for, in order, each once, for every quantiser and with little memory
CREATE FUNCTION pg_temp.orderly(n int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
BEGIN
	EXECUTE format('SELECT CASE WHEN count(*) <> %1$s THEN count(*) || '' rows'' WHEN count(DISTINCT id) <> %1$s THEN ''a row twice''
			WHEN bool_or(d < before) THEN ''not in order'' ELSE ''fine'' END
		FROM (SELECT id, d, lag(d) OVER (ORDER BY place) AS before FROM (SELECT id, d, row_number() OVER () AS place
			FROM (SELECT id, v <-> %2$L AS d FROM t ORDER BY v <-> %2$L LIMIT %1$s) x) y) z', n, '[1,2,3,4,5,6,7,8]') INTO answer;
	RETURN answer;
END
$$;
CREATE FUNCTION pg_temp.of_each(OUT quantizer text, OUT memory text, OUT n int, OUT exact text, OUT approximate text)
	RETURNS SETOF record LANGUAGE plpgsql AS $$
BEGIN
	FOREACH quantizer IN ARRAY ARRAY['rabitq', 'sq8', 'flat'] LOOP
		DROP INDEX t_v_idx;
		EXECUTE format('CREATE INDEX t_v_idx ON t USING ivf (v) WITH (quantizer = %s, lists = 60)', quantizer);
		FOR memory, n IN SELECT m, k FROM unnest(ARRAY['64kB', '4MB']) m, unnest(ARRAY[30, 300, 3000]) k LOOP
			PERFORM set_config('work_mem', memory, true), set_config('ivf.target_recall', '1', true);
			exact := pg_temp.limited('LIMIT ' || n);
			PERFORM set_config('ivf.target_recall', '0.9', true), set_config('enable_seqscan', 'off', true);
			approximate := pg_temp.orderly(n);
			RETURN NEXT;
		END LOOP;
	END LOOP;
END
$$;
SELECT * FROM pg_temp.of_each();

-- ivf.probes is what it says, however many rows are asked for and however little memory there is (reading all finds 1996)
DROP INDEX t_v_idx;
CREATE INDEX t_v_idx ON t USING ivf (v) WITH (lists = 60);
SET enable_seqscan = off;
SET work_mem = '64kB';
SET ivf.probes = 1;
SELECT count(*) BETWEEN 1 AND 1980 AS approximate
FROM (SELECT id FROM t ORDER BY v <-> '[1,2,3,4,5,6,7,8]' LIMIT 2000) a
JOIN (SELECT id FROM t ORDER BY (v <-> '[1,2,3,4,5,6,7,8]') + 0 LIMIT 2000) b USING (id);
RESET ivf.probes;
RESET work_mem;
RESET enable_seqscan;
DROP TABLE t, p;
RESET ivf.target_recall;
