-- ivf on halfvec: the classes, exact answers at ivf.target_recall = 1, changes, limits, errors.
\getenv abs_srcdir PG_ABS_SRCDIR
\set ECHO none
\i :abs_srcdir/sql/lib/compare.sql
\set ECHO all

-- As compare(op, q, n) of the helpers, for halves.
CREATE FUNCTION pg_temp.compare_half(op text, q halfvec, n int) RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.compare(format('SELECT id, v %1$s (SELECT %2$L::halfvec) AS d FROM t
		ORDER BY v %1$s (SELECT %2$L::halfvec) LIMIT %3$s', op, q, n))
$$;

-- a class must be named, as with pgvector; its operator alone is served
CREATE TABLE t (id int, v halfvec(3));
INSERT INTO t SELECT i, ARRAY[i % 9 - 4, i / 9 % 9 - 4, i / 81 - 4]::halfvec FROM generate_series(0, 728) i;
CREATE INDEX ON t USING ivf (v);
CREATE INDEX t_v_idx ON t USING ivf (v halfvec_l2_ops);
SET enable_seqscan = off;
SELECT pg_temp.plan_of('SELECT id FROM t ORDER BY v <-> ''[1,2,3]'' LIMIT 3');
SELECT pg_temp.uses_ivf('SELECT id FROM t ORDER BY v <=> ''[1,2,3]'' LIMIT 3') AS other_operator;
SELECT id, v FROM t ORDER BY v <-> '[1,2,3]', id LIMIT 3;
SELECT id, v FROM t ORDER BY v <-> '[1,2,3]'::vector LIMIT 1;
RESET enable_seqscan;

-- errors
SELECT id FROM t ORDER BY v <-> '[1,2]' LIMIT 1;
INSERT INTO t VALUES (1, '[1,2]');
CREATE TABLE t2 (v halfvec, v3 halfvec(2024), v8 halfvec(8085));
CREATE INDEX ON t2 USING ivf (v halfvec_l2_ops);
CREATE INDEX ON t2 USING ivf (v3 halfvec_l2_ops) WITH (quantizer = flat);
CREATE INDEX ON t2 USING ivf (v8 halfvec_l2_ops) WITH (quantizer = sq8);
CREATE INDEX ON t2 USING ivf (v3 vector_l2_ops);
DROP TABLE t, t2;

-- exact answers
SET ivf.target_recall = 1;
CREATE TABLE data (place int, name text, dim int, rows text);
INSERT INTO data VALUES
	(4, 'a grid', 3, 'SELECT i, ARRAY[i % 9 - 4, i / 9 % 9 - 4, i / 81 - 4]::halfvec FROM generate_series(0, 728) i'),
	(5, '33 dimensions', 33, 'SELECT i, array_agg(i * (j * j + 7) % 101 - 50 ORDER BY j)::halfvec
		FROM generate_series(1, 600) i, generate_series(1, 33) j GROUP BY i'),
	(6, 'all sizes', 3, 'SELECT i, ARRAY[(i % 7) * s, (i % 11) * s, (i % 3 - 1) * s]::real[]::halfvec
		FROM generate_series(0, 599) i, LATERAL (SELECT (ARRAY[6e3, 30, 1, 1e-3, 1e-7])[i % 5 + 1] AS s) x'),
	(7, 'a quarter NULLs', 3, 'SELECT i, CASE WHEN i % 4 > 0 THEN ARRAY[i % 5, i % 6, i % 7]::halfvec END
		FROM generate_series(0, 599) i');

CREATE FUNCTION pg_temp.queries(dim int) RETURNS SETOF halfvec LANGUAGE sql AS $$
	SELECT array_agg(factor * (CASE WHEN j > 1 AND one THEN 0 ELSE j % 4 + 1 END) ORDER BY j)::real[]::halfvec
	FROM (VALUES (1, false), (-1, true), (0, false), (1e4, false), (1e-6, true))
			AS v(factor, one),
		generate_series(1, dim) j
	GROUP BY factor, one
	UNION ALL SELECT NULL
$$;

CREATE FUNCTION pg_temp.compare_all(d data, metric text, op text, quantizer text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
	bad text;
	q halfvec;
	n int;
	same int := 0;
BEGIN
	SET LOCAL client_min_messages = warning;
	DROP TABLE IF EXISTS t;
	EXECUTE format('CREATE TABLE t (id int, v halfvec(%s))', d.dim);
	EXECUTE 'INSERT INTO t ' || d.rows;
	EXECUTE format('CREATE INDEX t_v_idx ON t USING ivf (v halfvec_%s_ops) WITH (quantizer = %s)', metric, quantizer);
	FOR q, n IN SELECT p, k FROM pg_temp.queries(d.dim) p, unnest(ARRAY[5, 100000]) k LOOP
		answer := pg_temp.compare_half(op, q, n);
		IF answer LIKE 'same%' THEN
			same := same + 1;
		ELSE
			bad := concat_ws('; ', bad, format('q = %s, n = %s: %s', q, n, answer));
		END IF;
	END LOOP;
	RETURN coalesce(bad, same || ' same');
END
$$;

SELECT d.name, metric, pg_temp.compare_all(d, metric, op, 'flat') AS flat,
	pg_temp.compare_all(d, metric, op, 'sq8') AS sq8, pg_temp.compare_all(d, metric, op, 'rabitq') AS rabitq
FROM data d, (VALUES (1, 'l2', '<->'), (2, 'ip', '<#>'), (3, 'cosine', '<=>'), (4, 'l1', '<+>')) AS m(place, metric, op)
ORDER BY d.place, m.place;

-- rows that come, go and change
DROP TABLE t;
CREATE TABLE t (id int PRIMARY KEY, v halfvec(33));
INSERT INTO t SELECT i, array_agg(i * (j * j + 7) % 101 - 50 ORDER BY j)::halfvec
	FROM generate_series(1, 600) i, generate_series(1, 33) j GROUP BY i;
CREATE INDEX t_v_idx ON t USING ivf (v halfvec_cosine_ops);
INSERT INTO t SELECT i + 600, array_agg(i * (j + 3) % 97 - 40 ORDER BY j)::halfvec
	FROM generate_series(1, 300) i, generate_series(1, 33) j GROUP BY i;
INSERT INTO t VALUES (1000, NULL), (1001, array_fill(0, ARRAY[33])::halfvec);
DELETE FROM t WHERE id % 3 = 0;
UPDATE t SET v = v * 0.5::float8 WHERE id % 5 = 0;
SELECT pg_temp.compare_half('<=>', (SELECT v FROM t WHERE id = 700), n) FROM unnest(ARRAY[10, 100000]) n;
VACUUM t;
INSERT INTO t SELECT i + 2000, array_agg(i * (j + 1) % 89 - 44 ORDER BY j)::halfvec
	FROM generate_series(1, 300) i, generate_series(1, 33) j GROUP BY i;
SELECT pg_temp.compare_half('<=>', (SELECT v FROM t WHERE id = 2100), n) FROM unnest(ARRAY[10, 100000]) n;
DROP TABLE t;

-- most dimensions
CREATE TABLE t (id int, v halfvec(16000));
INSERT INTO t SELECT i, array_agg(i * j % 251 - 125 ORDER BY j)::halfvec
	FROM generate_series(1, 40) i, generate_series(1, 16000) j GROUP BY i;
CREATE INDEX t_v_idx ON t USING ivf (v halfvec_l2_ops);
SELECT pg_temp.compare_half('<->', (SELECT v FROM t WHERE id = 7), n) FROM unnest(ARRAY[5, 100]) n;
DROP TABLE t;

-- a column of vectors, indexed as halves
CREATE TABLE t (id int, v vector(3));
INSERT INTO t SELECT i, ARRAY[i % 9 - 4, i / 9 % 9 - 4, i / 81 - 4]::vector FROM generate_series(0, 728) i;
CREATE INDEX t_v_idx ON t USING ivf ((v::halfvec(3)) halfvec_l2_ops);
SELECT pg_temp.compare('SELECT id, v::halfvec(3) <-> ''[1,2,3]'' AS d FROM t
	ORDER BY v::halfvec(3) <-> ''[1,2,3]'' LIMIT 20');
SET client_min_messages = warning;
DROP TABLE t, data CASCADE;
RESET client_min_messages;
RESET ivf.target_recall;
