-- ivf under L1: lists and codes go by L2, and rows come out in the order of their taxicab distances all the same.
\getenv abs_srcdir PG_ABS_SRCDIR
\set ECHO none
\i :abs_srcdir/sql/lib/compare.sql
\set ECHO all

-- exact answers at ivf.target_recall = 1
SET ivf.target_recall = 1;
CREATE TABLE data (place int, name text, dim int, rows text);
INSERT INTO data VALUES
	(1, 'nothing', 3, 'SELECT 1, NULL::vector WHERE false'),
	(2, 'one zero', 3, 'SELECT 1, ''[0,0,0]''::vector'),
	(3, 'only duplicates', 3, 'SELECT i, ''[3,1,2]''::vector FROM generate_series(1, 600) i'),
	(4, 'a grid', 3, 'SELECT i, ARRAY[i % 9 - 4, i / 9 % 9 - 4, i / 81 - 4]::vector FROM generate_series(0, 728) i'),
	(5, 'one dimension', 1, 'SELECT i, ARRAY[i * 7919 % 1009 - 500]::vector FROM generate_series(1, 600) i'),
	(6, '33 dimensions', 33, 'SELECT i, array_agg(i * (j * j + 7) % 101 - 50 ORDER BY j)::vector
		FROM generate_series(1, 600) i, generate_series(1, 33) j GROUP BY i'),
	(7, 'all sizes', 3, 'SELECT i, ARRAY[(i % 7) * s, (i % 11) * s, (i % 3 - 1) * s]::real[]::vector
		FROM generate_series(0, 599) i, LATERAL (SELECT (ARRAY[3e37, 1e19, 1, 1e-20, 1e-41])[i % 5 + 1] AS s) x'),
	(8, 'a quarter NULLs', 3, 'SELECT i, CASE WHEN i % 4 > 0 THEN ARRAY[i % 5, i % 6, i % 7]::vector END
		FROM generate_series(0, 599) i');

CREATE FUNCTION pg_temp.queries(dim int) RETURNS SETOF vector LANGUAGE sql AS $$
	SELECT array_agg(factor * (CASE WHEN j > 1 AND one THEN 0 ELSE j % 4 + 1 END) ORDER BY j)::real[]::vector
	FROM (VALUES (1, false), (-1, true), (0, false), (1e6, false), (5e37, false), (1e-21, false)) AS v(factor, one),
		generate_series(1, dim) j
	GROUP BY factor, one
	UNION ALL SELECT NULL
$$;

CREATE FUNCTION pg_temp.compare_all(d data, quantizer text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
	bad text;
	q vector;
	n int;
	same int := 0;
BEGIN
	SET LOCAL client_min_messages = warning;
	DROP TABLE IF EXISTS t;
	EXECUTE format('CREATE TABLE t (id int, v vector(%s))', d.dim);
	EXECUTE 'INSERT INTO t ' || d.rows;
	EXECUTE format('CREATE INDEX t_v_idx ON t USING ivf (v vector_l1_ops) WITH (quantizer = %s)', quantizer);
	FOR q, n IN SELECT p, k FROM pg_temp.queries(d.dim) p, unnest(ARRAY[5, 100000]) k LOOP
		answer := pg_temp.compare('<+>', q, n);
		IF answer LIKE 'same%' THEN
			same := same + 1;
		ELSE
			bad := concat_ws('; ', bad, format('q = %s, n = %s: %s', q, n, answer));
		END IF;
	END LOOP;
	RETURN coalesce(bad, same || ' same');
END
$$;

SELECT d.name, pg_temp.compare_all(d, 'flat') AS flat, pg_temp.compare_all(d, 'sq8') AS sq8,
	pg_temp.compare_all(d, 'rabitq') AS rabitq
FROM data d ORDER BY d.place;
SET client_min_messages = warning;
DROP TABLE t, data CASCADE;
RESET client_min_messages;

-- an index made on an empty table cannot estimate L1, so that its answers are exact at any target
RESET ivf.target_recall;
CREATE TABLE t (id int, v vector(3));
CREATE INDEX t_v_idx ON t USING ivf (v vector_l1_ops);
INSERT INTO t SELECT i, ARRAY[i % 9 - 4, i / 9 % 9 - 4, i / 81 - 4]::vector FROM generate_series(0, 728) i;
SELECT pg_temp.compare('<+>', '[1,2,3]', n) FROM unnest(ARRAY[10, 100000]) n;

-- rebuilt it can; every row comes once, whatever the target
REINDEX INDEX t_v_idx;
SET enable_seqscan = off;
SELECT pg_temp.uses_ivf('SELECT id FROM t ORDER BY v <+> ''[1,2,3]'' LIMIT 100000');
SET ivf.target_recall = 0.5;
SELECT count(*), count(DISTINCT id) FROM (SELECT id FROM t ORDER BY v <+> '[1,2,3]' LIMIT 100000) s;
SET ivf.target_recall = 0.99;
SELECT count(*), count(DISTINCT id) FROM (SELECT id FROM t ORDER BY v <+> '[1,2,3]' LIMIT 100000) s;
RESET ivf.target_recall;
SELECT v, v <+> '[1,2,3]' AS d FROM t ORDER BY v <+> '[1,2,3]' LIMIT 1;
RESET enable_seqscan;
DROP TABLE t;

-- and the planner knows that before it cannot, and that an exact answer is dear: a sequential scan is cheaper
CREATE TABLE t (v vector(16));
CREATE INDEX t_v_idx ON t USING ivf (v vector_l1_ops);
SELECT setseed(0.25);
INSERT INTO t SELECT (SELECT array_agg(random()) FROM generate_series(i, i + 15))::vector FROM generate_series(1, 5000) i;
ANALYZE t;
CREATE FUNCTION pg_temp.uses_ivf_itself() RETURNS boolean LANGUAGE sql RETURN
	pg_temp.plan_of('SELECT v FROM t ORDER BY v <+> array_fill(.5::real, ARRAY[16])::vector LIMIT 5') ~ 't_v_idx';
SELECT pg_temp.uses_ivf_itself();
REINDEX INDEX t_v_idx;
SELECT pg_temp.uses_ivf_itself();
SET ivf.target_recall = 1;
SELECT pg_temp.uses_ivf_itself();
RESET ivf.target_recall;
DROP TABLE t;
