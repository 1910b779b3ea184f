-- Quantisers: answers are those of the full values, whatever an index keeps; what differs is its size.
\getenv abs_srcdir PG_ABS_SRCDIR
\set ECHO none
\i :abs_srcdir/sql/lib/compare.sql
\set ECHO all

CREATE TABLE t (id int, v vector(256));
INSERT INTO t SELECT i, array_agg((i * j * 31) % 1009 - 504 ORDER BY j)::vector
FROM generate_series(1, 2000) i, generate_series(1, 256) j GROUP BY i;

CREATE INDEX i_flat ON t USING ivf (v) WITH (quantizer = flat);
CREATE INDEX i_sq8 ON t USING ivf (v vector_cosine_ops) WITH (quantizer = sq8);
CREATE INDEX i_default ON t USING ivf (v vector_cosine_ops);
CREATE INDEX i_rabitq ON t USING ivf (v vector_cosine_ops) WITH (quantizer = rabitq);
CREATE INDEX i_ip ON t USING ivf (v vector_ip_ops);
SELECT pg_relation_size('i_sq8') < pg_relation_size('i_flat') * 0.35 AS sq8_is_small,
	pg_relation_size('i_default') = pg_relation_size('i_rabitq') AS rabitq_is_the_default,
	pg_relation_size('i_flat') > 2000 * 256 * 4 AS flat_is_full;
DROP INDEX i_default, i_rabitq;

SET ivf.target_recall = 1;
SELECT op, n, count(*), count(*) FILTER (WHERE pg_temp.compare(op, q, n) = format('same, %s rows', n)) AS same
FROM unnest(ARRAY['<->', '<=>', '<#>']) op, unnest(ARRAY[10, 2000]) n, LATERAL
	(SELECT v + v + (SELECT v FROM t x WHERE x.id = t.id + 1) AS q FROM t WHERE id % 400 = 7) y
GROUP BY op, n ORDER BY op, n;

-- differences that 8 bits do not show: rows that have the same code are told apart by their full values
TRUNCATE t;
INSERT INTO t SELECT i, array_agg(CASE j WHEN 1 THEN 100000 WHEN 2 THEN i ELSE 1 END ORDER BY j)::vector
FROM generate_series(1, 300) i, generate_series(1, 256) j GROUP BY i;
REINDEX TABLE t;
SELECT op, pg_temp.compare(op, (SELECT v FROM t WHERE id = 150), n) FROM unnest(ARRAY['<->', '<=>', '<#>']) op, unnest(ARRAY[10, 300]) n
ORDER BY op, n;
RESET ivf.target_recall;
DROP INDEX i_flat;
CREATE INDEX i_l2 ON t USING ivf (v) WITH (quantizer = sq8);
SET enable_seqscan = off;
SELECT array_agg(id) FROM (SELECT id FROM t ORDER BY v <-> (SELECT v FROM t WHERE id = 1) LIMIT 10) x;

-- full values come from the heap row that is visible: also where another column was updated
ALTER TABLE t ADD note text;
UPDATE t SET note = 'x' WHERE id <= 5;
SELECT array_agg(id) FROM (SELECT id FROM t ORDER BY v <-> (SELECT v FROM t WHERE id = 1) LIMIT 10) x;
RESET enable_seqscan;

DROP TABLE t;
