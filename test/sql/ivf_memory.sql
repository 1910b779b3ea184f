-- Little memory: a scan forgets rows that do not fit and reads them again, a build takes smaller samples.
\getenv abs_srcdir PG_ABS_SRCDIR
\set ECHO none
\i :abs_srcdir/sql/lib/compare.sql
\set ECHO all

CREATE TABLE t (id int, v vector(3));
INSERT INTO t SELECT i, ARRAY[i % 23 - 11, i % 41 - 20, i % 97 - 48]::vector FROM generate_series(1, 20000) i;

-- work_mem = 64kB.  At ivf.target_recall = 1 all rows come as from a sequential scan.
SET work_mem = '64kB';
SET ivf.target_recall = 1;
CREATE INDEX i ON t USING ivf (v) WITH (quantizer = flat, lists = 50);
SELECT q, pg_temp.compare('<->', q, n) FROM unnest('{"[1,2,3]","[40,-70,100]","[0,0,0]","[3e38,3e38,3e38]"}'::vector[]) q,
	unnest(ARRAY[3000, 100000]) n;
DROP INDEX i;
CREATE INDEX i ON t USING ivf (v) WITH (quantizer = sq8, lists = 50);
SELECT q, pg_temp.compare('<->', q, n) FROM unnest('{"[1,2,3]","[40,-70,100]","[0,0,0]","[3e38,3e38,3e38]"}'::vector[]) q,
	unnest(ARRAY[3000, 100000]) n;
DROP INDEX i;
CREATE INDEX i ON t USING ivf (v) WITH (quantizer = rabitq, lists = 50);
SELECT q, pg_temp.compare('<->', q, n) FROM unnest('{"[1,2,3]","[40,-70,100]","[0,0,0]","[3e38,3e38,3e38]"}'::vector[]) q,
	unnest(ARRAY[3000, 100000]) n;
RESET ivf.target_recall;

SET enable_seqscan = off;

-- Approximate: every row once, in order but for the late ones.
CREATE FUNCTION pg_temp.pull(q vector, OUT rows bigint, OUT different bigint, OUT wrong bigint, OUT falls_once boolean)
LANGUAGE sql AS $$
	SELECT count(*), count(DISTINCT id), count(*) FILTER (WHERE d <> exact), count(*) FILTER (WHERE d < before) <= 1
	FROM (SELECT *, lag(d) OVER (ORDER BY place) AS before
		FROM (SELECT id, v <-> q AS exact, d, row_number() OVER () AS place
			FROM (SELECT id, v, v <-> q AS d FROM t ORDER BY v <-> q LIMIT 1000000) a) b) c
$$;
SELECT pg_temp.uses_ivf('SELECT v FROM t ORDER BY v <-> ''[1,2,3]'' LIMIT 1000000');
CREATE FUNCTION pg_temp.pull_all(OUT lists int, OUT quantizer text, OUT probes int, OUT queries bigint,
	OUT complete boolean, OUT wrong bigint, OUT falls_once boolean) RETURNS SETOF record LANGUAGE plpgsql AS $$
BEGIN
	FOR lists, quantizer, probes IN SELECT l, z, p
		FROM unnest(ARRAY[1, 4, 50]) l, unnest(ARRAY['flat', 'sq8', 'rabitq']) z, unnest(ARRAY[0, 1, 20]) p ORDER BY l, z, p
	LOOP
		DROP INDEX IF EXISTS i;
		EXECUTE format('CREATE INDEX i ON t USING ivf (v) WITH (quantizer = %s, lists = %s)', quantizer, lists);
		PERFORM set_config('ivf.probes', probes::text, true);
		SELECT count(*), bool_and(p.rows = 20000 AND p.different = 20000), sum(p.wrong), bool_and(p.falls_once)
			INTO queries, complete, wrong, falls_once
			FROM unnest('{"[1,2,3]","[40,-70,100]"}'::vector[]) q, pg_temp.pull(q) p;
		RETURN NEXT;
	END LOOP;
END
$$;
SELECT * FROM pg_temp.pull_all();

-- Late rows do not stay in memory: here nearly all rows are late, which in memory would take 800 kB.
SET ivf.probes = 1;
BEGIN;
DECLARE c NO SCROLL CURSOR FOR SELECT id FROM t ORDER BY v <-> '[1,2,3]';
MOVE 15000 IN c;
SELECT bool_or(name = 'ivf scan') AS of_a_scan, sum(total_bytes) < 500000 AS bounded
FROM pg_backend_memory_contexts WHERE name ~ '^ivf' OR name ~ 'TupleSort' OR name = 'Caller tuples';
COMMIT;

-- A row that has been handed out is not read again with the forgotten ones, though they are nearer.
TRUNCATE t;
INSERT INTO t SELECT i, ARRAY[i % 41 - 34, 0, 0]::vector FROM generate_series(1, 1000) i;
INSERT INTO t SELECT i, ARRAY[i % 21 + 15, 0, 0]::vector FROM generate_series(1001, 6000) i;
DROP INDEX i;
CREATE INDEX i ON t USING ivf (v) WITH (quantizer = flat, lists = 2);
SELECT * FROM pg_temp.pull('[0,0,0]');
DROP INDEX i;
CREATE INDEX i ON t USING ivf (v) WITH (quantizer = sq8, lists = 2);
SELECT * FROM pg_temp.pull('[0,0,0]');
DROP INDEX i;
CREATE INDEX i ON t USING ivf (v) WITH (quantizer = rabitq, lists = 2);
SELECT * FROM pg_temp.pull('[0,0,0]');
RESET ivf.probes;

-- By a sketch a row's distance is known when it is met, and the forgotten rows are those beyond the tenth best: the tenth
-- is handed out without them, the next ones are not.
CREATE TABLE s (id int, v sparsevec(50000));
INSERT INTO s SELECT i, ('{' || string_agg(place || ':' || value, ',') || '}/50000')::sparsevec FROM generate_series(1, 8000) i,
	LATERAL (SELECT 1 + (i * j * 7919::bigint) % 50000 AS place, max(1 + (i + j) % 5) AS value FROM generate_series(1, 8) j
		GROUP BY 1) e GROUP BY i;
CREATE INDEX s_v_idx ON s USING ivf (v sparsevec_l2_ops) WITH (lists = 64);
CREATE FUNCTION pg_temp.nearest(memory text, wanted int, OUT distances float8[], OUT again bigint) LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('work_mem', memory, true);
	SELECT array_agg(n.d ORDER BY q.id, n.d) INTO distances FROM s q,
		LATERAL (SELECT v <-> q.v AS d FROM s ORDER BY v <-> q.v LIMIT wanted) n WHERE q.id IN (1, 77, 300, 4000);
	SELECT recalls INTO again FROM ivf_last_scans() WHERE index = 's_v_idx'::regclass LIMIT 1;
END
$$;
SET enable_seqscan = off;
SELECT wanted, little.again > 0 AS little_again, much.again > 0 AS much_again, little.distances = much.distances AS same
FROM unnest(ARRAY[10, 8000]) wanted, pg_temp.nearest('64kB', wanted) little, pg_temp.nearest('64MB', wanted) much;
RESET enable_seqscan;
DROP TABLE s;

-- maintenance_work_mem = 1MB: as many lists as fit, unless their number is asked for.
CREATE FUNCTION pg_temp.error_of(command text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	message text;
	detail text;
	hint text;
BEGIN
	EXECUTE command;
	RETURN NULL;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN concat_ws(E'\n', SQLSTATE, message, detail, hint);
END
$$;
RESET work_mem;
RESET enable_seqscan;
TRUNCATE t;
DROP INDEX i;
ALTER TABLE t ALTER v TYPE vector(200);
INSERT INTO t SELECT i, array_agg((i * j) % 31 ORDER BY j)::vector
FROM generate_series(1, 4000) i, generate_series(1, 200) j GROUP BY i;
SET vecsim.build_threads = 1; -- more take more memory
SET maintenance_work_mem = '1MB';
CREATE INDEX i ON t USING ivf (v);
SET ivf.target_recall = 1;
SELECT pg_temp.compare('<->', (SELECT v FROM t WHERE id = 77), n) FROM unnest(ARRAY[10, 100000]) n;
DROP INDEX i;
SELECT pg_temp.error_of('CREATE INDEX i ON t USING ivf (v) WITH (lists = 1000)');
SET maintenance_work_mem = '16MB';
CREATE INDEX i ON t USING ivf (v) WITH (lists = 1000);
SELECT pg_temp.compare('<->', (SELECT v FROM t WHERE id = 77), n) FROM unnest(ARRAY[10, 100000]) n;
RESET maintenance_work_mem;
RESET vecsim.build_threads;
RESET ivf.target_recall;

DROP TABLE t;
