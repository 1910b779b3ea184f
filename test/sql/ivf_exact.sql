-- At ivf.target_recall = 1 an index answers as a sequential scan does: the same distances in the same order.
\getenv abs_srcdir PG_ABS_SRCDIR
\set ECHO none
\i :abs_srcdir/sql/lib/compare.sql
\set ECHO all

SET ivf.target_recall = 1;

-- Tables of all kinds, every metric and quantiser; queries that are rows, lie between rows, far away, opposite, zero,
-- NULL, huge and tiny; the nearest 5 and all rows.
CREATE TABLE data (place int, name text, dim int, rows text);
INSERT INTO data VALUES
	(1, 'nothing', 3, 'SELECT 1, NULL::vector WHERE false'),
	(2, 'one row', 3, 'SELECT 1, ''[1,2,3]''::vector'),
	(3, 'one zero', 3, 'SELECT 1, ''[0,0,0]''::vector'),
	(4, 'only NULLs', 3, 'SELECT i, NULL::vector FROM generate_series(1, 600) i'),
	(5, 'only zeros', 3, 'SELECT i, ''[0,0,0]''::vector FROM generate_series(1, 600) i'),
	(6, 'only duplicates', 3, 'SELECT i, ''[3,1,2]''::vector FROM generate_series(1, 600) i'),
	(7, 'a grid', 3, 'SELECT i, ARRAY[i % 9 - 4, i / 9 % 9 - 4, i / 81 - 4]::vector
		FROM generate_series(0, 728) i'),
	(8, 'one dimension', 1, 'SELECT i, ARRAY[i * 7919 % 1009 - 500]::vector FROM generate_series(1, 600) i'),
	(9, '33 dimensions', 33, 'SELECT i, array_agg(i * (j * j + 7) % 101 - 50 ORDER BY j)::vector
		FROM generate_series(1, 600) i, generate_series(1, 33) j GROUP BY i'),
	(10, 'times 1e-6', 3, 'SELECT i, ARRAY[i % 13 * 1e-6, i % 17 * 1e-6, i % 19 * -1e-6]::real[]::vector
		FROM generate_series(0, 599) i'),
	(11, 'times 1e6', 3, 'SELECT i, ARRAY[i % 13 * 1e6, i % 17 * 1e6, i % 19 * -1e6]::real[]::vector
		FROM generate_series(0, 599) i'),
	(12, 'all sizes', 3, 'SELECT i, ARRAY[(i % 7) * s, (i % 11) * s, (i % 3 - 1) * s]::real[]::vector
		FROM generate_series(0, 599) i, LATERAL (SELECT (ARRAY[3e37, 1e19, 1, 1e-20, 1e-41])[i % 5 + 1] AS s) x'),
	(13, 'a quarter NULLs', 3, 'SELECT i, CASE WHEN i % 4 > 0 THEN ARRAY[i % 5, i % 6, i % 7]::vector END
		FROM generate_series(0, 599) i');

CREATE FUNCTION pg_temp.queries(dim int) RETURNS SETOF vector LANGUAGE sql AS $$
	SELECT array_agg(factor * (CASE WHEN j > 1 AND one THEN 0 ELSE j % 4 + 1 END) ORDER BY j)::real[]::vector
	FROM (VALUES (1, false), (-1, false), (0.25, false), (-1, true), (0, false), (1e6, false), (1e-6, true),
			(5e37, false), (1e19, true), (1e-21, false), (1e-42, false)) AS v(factor, one),
		generate_series(1, dim) j
	GROUP BY factor, one
	UNION ALL SELECT NULL
$$;

CREATE FUNCTION pg_temp.compare_all(d data, metric text, op text, quantizer text) RETURNS text LANGUAGE plpgsql AS $$
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
	EXECUTE format('CREATE INDEX t_v_idx ON t USING ivf (v vector_%s_ops) WITH (quantizer = %s)', metric, quantizer);
	FOR q, n IN SELECT p, k FROM pg_temp.queries(d.dim) p, unnest(ARRAY[5, 100000]) k LOOP
		answer := pg_temp.compare(op, q, n);
		IF answer LIKE 'same%' THEN
			same := same + 1;
		ELSE
			bad := concat_ws('; ', bad, format('q = %s, n = %s: %s', q, n, answer));
		END IF;
	END LOOP;
	RETURN coalesce(bad, same || ' same');
END
$$;

SELECT d.name, metric, pg_temp.compare_all(d, metric, op, 'flat') AS flat, pg_temp.compare_all(d, metric, op, 'sq8') AS sq8,
	pg_temp.compare_all(d, metric, op, 'rabitq') AS rabitq
FROM data d, (VALUES (1, 'l2', '<->'), (2, 'ip', '<#>'), (3, 'cosine', '<=>')) AS m(place, metric, op)
ORDER BY d.place, m.place;

SET client_min_messages = warning;
DROP TABLE t, data CASCADE;
RESET ivf.target_recall;
