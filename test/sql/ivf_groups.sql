-- Lists so many (from 16,384 on) that a query reads sketches of groups of them first, then those of the nearest groups.
\getenv abs_srcdir PG_ABS_SRCDIR
\set ECHO none
\i :abs_srcdir/sql/lib/compare.sql
\set ECHO all

SET enable_seqscan = off;

CREATE TABLE t (id int, v vector(8));
INSERT INTO t
SELECT i, ARRAY[i * 7 % 101, i * 13 % 103, i * 29 % 107, i * 31 % 109, i % 11, i % 13, i % 17, i % 19 + 1]::vector
FROM generate_series(1, 18000) i;
CREATE TABLE q AS
SELECT ARRAY[i * 11 % 101, i * 17 % 103, i * 23 % 107, i * 37 % 109, i % 7, i % 5, i % 3, 9]::vector AS v
FROM generate_series(1, 40) i;

-- Scans of few lists for the queries, pulled to their ends: rows, and scans that lack some, give one twice, or whose
-- distance falls more than once, where late rows begin.
CREATE FUNCTION pg_temp.pulled(op text, OUT rows bigint, OUT wrong bigint) LANGUAGE plpgsql AS $$
DECLARE
	command text := format('SELECT id, v %s (SELECT v FROM q LIMIT 1) AS d FROM t ORDER BY d LIMIT 1000000', op);
	n bigint := (SELECT count(*) FROM t);
BEGIN
	PERFORM set_config('ivf.probes', '3', true);
	IF NOT pg_temp.uses_ivf(command) THEN
		RAISE EXCEPTION '%', pg_temp.plan_of(command);
	END IF;
	EXECUTE format('SELECT sum(x.n), count(*) FILTER (WHERE x.n <> $1 OR x.different <> $1 OR x.falls > 1)
		FROM (SELECT * FROM q LIMIT 4) q, LATERAL (
			SELECT count(*) AS n, count(DISTINCT id) AS different, count(*) FILTER (WHERE d < before) AS falls
			FROM (SELECT id, d, lag(d) OVER () AS before
				FROM (SELECT id, t.v %1$s q.v AS d FROM t ORDER BY t.v %1$s q.v LIMIT 1000000) y) z) x', op)
		INTO rows, wrong USING n;
	PERFORM set_config('ivf.probes', '0', true);
END
$$;

-- Recall of the ten nearest over the queries, beside a sequential scan; by distance, since rows may be equally far.
CREATE FUNCTION pg_temp.recall(op text, OUT recall float8) LANGUAGE plpgsql AS $$
DECLARE
	found text := format('SELECT array_agg(x.d)
		FROM (SELECT t.v %1$s q.v AS d FROM t ORDER BY t.v %1$s q.v LIMIT 10) x', op);
BEGIN
	EXECUTE format('CREATE TEMP TABLE by_index AS SELECT v, (%s) AS ds FROM q', found);
	PERFORM set_config('enable_indexscan', 'off', true), set_config('enable_seqscan', 'on', true);
	EXECUTE format('SELECT avg((SELECT count(*) FROM unnest(b.ds) d WHERE d <= e.last) / 10.0)
		FROM by_index b JOIN (SELECT v, %s[10] AS last FROM q) e USING (v)', '(' || found || ')') INTO recall;
	PERFORM set_config('enable_indexscan', 'on', true), set_config('enable_seqscan', 'off', true);
	DROP TABLE by_index;
END
$$;

-- Rows of a range whose own value a search of eight lists does not find: an insert chose another list than a query.
CREATE FUNCTION pg_temp.lost(op text, first int, last int, OUT lost bigint) LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('ivf.probes', '8', true);
	EXECUTE format('SELECT count(*) FROM t CROSS JOIN LATERAL
		(SELECT x.v <-> t.v AS d FROM t x ORDER BY x.v %s t.v LIMIT 1) nearest WHERE id BETWEEN $1 AND $2 AND d > 0', op)
		INTO lost USING first, last;
	PERFORM set_config('ivf.probes', '0', true);
END
$$;

-- l2
CREATE INDEX i ON t USING ivf (v vector_l2_ops) WITH (lists = 17000);
SELECT * FROM pg_temp.pulled('<->');
SELECT recall >= .95 AS enough FROM pg_temp.recall('<->');
INSERT INTO t
SELECT i, ARRAY[i * 5 % 101, i * 3 % 103, i * 19 % 107, i * 41 % 109, i % 5, i % 7, i % 23, i % 29 + 1]::vector
FROM generate_series(50001, 50500) i;
SELECT lost <= 10 AS found FROM pg_temp.lost('<->', 50001, 50500);
SELECT * FROM pg_temp.pulled('<->');
DELETE FROM t WHERE id % 3 = 0;
VACUUM (INDEX_CLEANUP on) t;
SELECT * FROM pg_temp.pulled('<->');
INSERT INTO t
SELECT i, ARRAY[i * 5 % 101, i * 3 % 103, i * 19 % 107, i * 43 % 109, i % 5, i % 7, i % 23, i % 29 + 1]::vector
FROM generate_series(60001, 60500) i;
SELECT * FROM pg_temp.pulled('<->');
SELECT lost <= 10 AS found FROM pg_temp.lost('<->', 60001, 60500);
SELECT recall >= .95 AS enough FROM pg_temp.recall('<->');
SET ivf.target_recall = 1;
SELECT pg_temp.compare('SELECT id, v <-> (SELECT v FROM q LIMIT 1) AS d FROM t ORDER BY d LIMIT 100');
RESET ivf.target_recall;
DROP INDEX i;

INSERT INTO t
SELECT i, ARRAY[i * 7 % 101, i * 13 % 103, i * 29 % 107, i * 31 % 109, i % 11, i % 13, i % 17, i % 19 + 1]::vector
FROM generate_series(70001, 76000) i;
-- Little memory: k-means in groups, then clusters of centroids in what these leave of it.
SET maintenance_work_mem = '11MB';
CREATE INDEX i ON t USING ivf (v vector_l2_ops) WITH (lists = 17000);
RESET maintenance_work_mem;
SELECT recall >= .95 AS enough FROM pg_temp.recall('<->');
DROP INDEX i;

-- cosine and inner product
CREATE INDEX i ON t USING ivf (v vector_cosine_ops) WITH (lists = 17000);
SELECT wrong FROM pg_temp.pulled('<=>');
SELECT recall >= .95 AS enough FROM pg_temp.recall('<=>');
DROP INDEX i;
CREATE INDEX i ON t USING ivf (v vector_ip_ops) WITH (lists = 17000);
SELECT wrong FROM pg_temp.pulled('<#>');
SELECT recall >= .95 AS enough FROM pg_temp.recall('<#>');
DROP TABLE t, q;
