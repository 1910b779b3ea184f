-- A scan that is pulled to its end has given every row once: by distance, then late rows, then NaN, then NULL.
\getenv abs_srcdir PG_ABS_SRCDIR
\set ECHO none
\i :abs_srcdir/sql/lib/compare.sql
\set ECHO all

SET enable_seqscan = off;

-- Clusters that lie in each other, with zeros (NaN under cosine) and NULLs.
CREATE TABLE t (id int, v vector(4));
INSERT INTO t SELECT i, CASE WHEN i % 50 = 0 THEN NULL WHEN i % 50 = 1 THEN '[0,0,0,0]'
	ELSE ARRAY[i % 7 - 3, i % 11 - 5, i % 13 - 6, i % 29 - 14]::vector END
FROM generate_series(1, 4000) i;

-- Pulls a scan to its end and tells: rows, different rows, rows of the table that are missing, wrong distances, how often
-- the distance falls, and whether NaN precedes NULL at the end.
CREATE FUNCTION pg_temp.pull(op text, q vector, OUT rows bigint, OUT different bigint, OUT missing bigint,
	OUT wrong bigint, OUT falls bigint, OUT ends_right boolean) LANGUAGE plpgsql AS $$
DECLARE
	command text := format('SELECT id, v %1$s (SELECT %2$L::vector) AS d FROM t
		ORDER BY v %1$s (SELECT %2$L::vector) LIMIT 1000000', op, q);
BEGIN
	IF NOT pg_temp.uses_ivf(command) THEN
		RAISE EXCEPTION '%', pg_temp.plan_of(command);
	END IF;
	EXECUTE format('CREATE TEMP TABLE pulled AS SELECT row_number() OVER () AS place, r.* FROM (%s) r', command);
	SELECT count(*), count(DISTINCT id) INTO rows, different FROM pulled;
	SELECT count(*) INTO missing FROM t WHERE id NOT IN (SELECT id FROM pulled);
	EXECUTE format('SELECT count(*) FROM pulled JOIN t USING (id) WHERE d IS DISTINCT FROM v %s $1', op)
		INTO wrong USING q;
	SELECT count(*) FILTER (WHERE d < before),
		coalesce(min(place) FILTER (WHERE d = 'NaN') > max(place) FILTER (WHERE d < 'NaN'), true)
			AND coalesce(min(place) FILTER (WHERE d IS NULL) > max(place) FILTER (WHERE d IS NOT NULL), true)
		INTO falls, ends_right
		FROM (SELECT place, d, lag(d) OVER (ORDER BY place) AS before FROM pulled) x;
	DROP TABLE pulled;
END
$$;

-- Pulled to the end, the rows are those of the table, each with the operator's own distance.  The distance falls once at
-- most, where the late rows begin, and never at ivf.target_recall = 1.
CREATE FUNCTION pg_temp.pull_all(OUT metric text, OUT quantizer text, OUT queries bigint, OUT complete boolean,
	OUT wrong bigint, OUT most_falls bigint, OUT ends_right boolean) RETURNS SETOF record LANGUAGE plpgsql AS $$
DECLARE
	op text;
BEGIN
	FOR op, metric, quantizer IN SELECT m.op, m.metric, z.quantizer
		FROM (VALUES ('<->', 'l2'), ('<#>', 'ip'), ('<=>', 'cosine')) m(op, metric), (VALUES ('flat'), ('sq8'), ('rabitq')) z(quantizer)
	LOOP
		EXECUTE format('CREATE INDEX i ON t USING ivf (v vector_%s_ops) WITH (quantizer = %s, lists = 40)', metric, quantizer);
		SELECT count(*), bool_and(p.rows = 4000 AND p.different = 4000 AND p.missing = 0), sum(p.wrong), max(p.falls),
			bool_and(p.ends_right) INTO queries, complete, wrong, most_falls, ends_right
			FROM unnest('{"[1,2,3,4]","[-3,5,6,14]","[0,0,0,1]","[0,0,0,0]","[3e38,3e38,0,0]",NULL}'::vector[]) q,
				LATERAL pg_temp.pull(op, q) p;
		DROP INDEX i;
		RETURN NEXT;
	END LOOP;
END
$$;

SET ivf.target_recall = 1;
SELECT * FROM pg_temp.pull_all();
RESET ivf.target_recall;
SELECT metric, quantizer, queries, complete, wrong, most_falls <= 1 AS falls_once, ends_right FROM pg_temp.pull_all();
SET ivf.probes = 1;
SELECT metric, quantizer, queries, complete, wrong, most_falls <= 1 AS falls_once, ends_right FROM pg_temp.pull_all();
SET ivf.probes = 7;
SELECT metric, quantizer, queries, complete, wrong, most_falls <= 1 AS falls_once, ends_right FROM pg_temp.pull_all();
RESET ivf.probes;


-- Late rows.  Of two clusters the query is nearer to the first; rows of the second that are nearer than the farthest row
-- of the first come after that one, when every list has been read, sorted.
TRUNCATE t;
INSERT INTO t SELECT i, ARRAY[i % 40, 0, 0, 0]::vector FROM generate_series(0, 399) i;
INSERT INTO t SELECT i, ARRAY[60 + i % 40, 0, 0, 0]::vector FROM generate_series(400, 799) i;
CREATE INDEX i ON t USING ivf (v) WITH (quantizer = flat, lists = 2);
SET ivf.probes = 1;
SELECT min(d) AS first_list_from, max(d) AS to FROM
	(SELECT v <-> '[45,0,0,0]' AS d FROM t ORDER BY v <-> '[45,0,0,0]' LIMIT 400) x;
SELECT rows, different, missing, wrong, falls, ends_right FROM pg_temp.pull('<->', '[45,0,0,0]');
WITH pulled AS (
	SELECT row_number() OVER () AS place, d
	FROM (SELECT v <-> '[45,0,0,0]' AS d FROM t ORDER BY v <-> '[45,0,0,0]' LIMIT 1000000) x)
SELECT a.place AS falls_at, b.d AS from, a.d AS to, (SELECT max(d) FROM pulled c WHERE c.place >= a.place) AS ends_at
FROM pulled a JOIN pulled b ON b.place = a.place - 1 WHERE a.d < b.d;
-- A scan that stops before its end never shows a late row.
SELECT count(*) FROM (SELECT d, lag(d) OVER () AS before
	FROM (SELECT v <-> '[45,0,0,0]' AS d FROM t ORDER BY v <-> '[45,0,0,0]' LIMIT 500) x) y WHERE d < before;
RESET ivf.probes;

DROP TABLE t;
