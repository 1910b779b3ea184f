-- Dimensions to 16,000, of which codes of rabitq in the lists have bits of 896.
\getenv abs_srcdir PG_ABS_SRCDIR
\set ECHO none
\i :abs_srcdir/sql/lib/compare.sql
\set ECHO all

SET ivf.target_recall = 1;

-- The i-th of a series of vectors: sums of two out of a few.
CREATE TEMP TABLE parts (dim int, i int, v vector);
INSERT INTO parts SELECT dim, i, array_agg((i * j + j / 7) % (i % 5 + 13) - 6 ORDER BY j)::vector
	FROM unnest(ARRAY[897, 1000, 3072, 16000]) dim, generate_series(0, 16) i, generate_series(1, dim) j GROUP BY dim, i;
CREATE FUNCTION pg_temp.vectors(dim int, first int, last int) RETURNS TABLE (id int, v vector) LANGUAGE sql AS $$
	SELECT n, a.v + b.v FROM generate_series($2, $3) n JOIN parts a ON a.i = n % 17 JOIN parts b ON b.i = n / 17 % 17
	WHERE a.dim = $1 AND b.dim = $1
$$;
CREATE FUNCTION pg_temp.query(dim int, i int) RETURNS vector LANGUAGE sql AS 'SELECT v FROM parts WHERE parts.dim = $1 AND parts.i = $2';

-- The codes in the lists, which exact scans do not read: rows, of a share of them, that one list (or more) does not give for their own value.
CREATE FUNCTION pg_temp.lost(op text, probes int DEFAULT 1) RETURNS bigint LANGUAGE plpgsql SET enable_seqscan = off SET ivf.probes = 1 AS $$
DECLARE
	answer bigint;
BEGIN
	PERFORM set_config('ivf.probes', probes::text, true);
	EXECUTE format('SELECT count(*) FROM t CROSS JOIN LATERAL (SELECT x.v %1$s t.v AS d FROM t x ORDER BY x.v %1$s t.v LIMIT 1) nearest
		WHERE t.id %% 6 = 5 AND d > t.v %1$s t.v', op) INTO answer;
	RETURN answer;
END
$$;

-- every metric, built and filled row by row, little and far above the bits of codes
CREATE FUNCTION pg_temp.with_dim(dim int, op text, opclass text, built int, inserted int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
BEGIN
	EXECUTE format('CREATE TABLE t (id int, v vector(%s))', dim);
	INSERT INTO t SELECT * FROM pg_temp.vectors(dim, 1, built);
	EXECUTE format('CREATE INDEX ON t USING ivf (v %s) WITH (lists = %s)', opclass, least(built / 10, 3));
	INSERT INTO t SELECT * FROM pg_temp.vectors(dim, built + 1, built + inserted);
	SELECT string_agg(DISTINCT pg_temp.compare(op, pg_temp.query(dim, q), n), '; ') INTO answer
	FROM unnest(ARRAY[3, 11]) q, unnest(ARRAY[10, 1000]) n;
	answer := answer || CASE op WHEN '<#>' THEN '' ELSE format(', %s lost', pg_temp.lost(op)) END; -- the best product is seldom with itself
	DROP TABLE t;
	RETURN answer;
END
$$;
SELECT dim, op, pg_temp.with_dim(dim, op, opclass, 100, 40) AS built, pg_temp.with_dim(dim, op, opclass, 0, 70) AS empty
FROM (VALUES ('<->', 'vector_l2_ops'), ('<#>', 'vector_ip_ops'), ('<=>', 'vector_cosine_ops')) m(op, opclass),
	unnest(ARRAY[897, 1000, 3072]) dim ORDER BY 1, 2;
SELECT pg_temp.with_dim(16000, '<=>', 'vector_cosine_ops', 70, 40) AS built, pg_temp.with_dim(16000, '<->', 'vector_l2_ops', 0, 40) AS empty;

-- many lists, found by sketches, by queries and inserts; more than are scored again by their codes
CREATE FUNCTION pg_temp.with_lists(dim int, op text, opclass text, built int, inserted int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
BEGIN
	EXECUTE format('CREATE TABLE t (id int, v vector(%s))', dim);
	INSERT INTO t SELECT * FROM pg_temp.vectors(dim, 1, built);
	EXECUTE format('CREATE INDEX ON t USING ivf (v %s) WITH (lists = %s)', opclass, built * 4 / 5);
	answer := format('%s of %s lost, ', pg_temp.lost(op), built / 6);
	INSERT INTO t SELECT * FROM pg_temp.vectors(dim, built + 1, built + inserted);
	answer := answer || format('with inserts %s, ', pg_temp.lost(op, 8));
	answer := answer || pg_temp.compare(op, pg_temp.query(dim, 3), 1000);
	DROP TABLE t;
	RETURN answer;
END
$$;
SELECT dim, op, pg_temp.with_lists(dim, op, opclass, 180, 60)
FROM (VALUES ('<->', 'vector_l2_ops'), ('<=>', 'vector_cosine_ops')) m(op, opclass), unnest(ARRAY[897, 1000, 3072]) dim ORDER BY 1, 2;
SELECT pg_temp.with_lists(16000, '<=>', 'vector_cosine_ops', 100, 10);

-- rows without codes beside those with: NULL, zero vectors, norms that overflow
CREATE TABLE t (id int, v vector(3072));
ALTER TABLE t SET (autovacuum_enabled = off);
INSERT INTO t SELECT id, CASE id % 20 WHEN 0 THEN NULL WHEN 1 THEN v - v WHEN 2 THEN array_fill(id + 3e37, ARRAY[3072])::vector ELSE v END
	FROM pg_temp.vectors(3072, 1, 280);
CREATE INDEX t_cosine ON t USING ivf (v vector_cosine_ops) WITH (lists = 4);
CREATE INDEX t_l2 ON t USING ivf (v) WITH (lists = 4);
INSERT INTO t SELECT -id, CASE id % 20 WHEN 0 THEN NULL WHEN 1 THEN v - v WHEN 2 THEN array_fill(id + 3e37, ARRAY[3072])::vector ELSE v END
	FROM pg_temp.vectors(3072, 1, 280);
CREATE FUNCTION pg_temp.compare_all() RETURNS TABLE (op text, answers text) LANGUAGE sql AS $$
	SELECT op, string_agg(DISTINCT pg_temp.compare(op, pg_temp.query(3072, q), n), '; ')
	FROM unnest(ARRAY['<->', '<=>']) op, unnest(ARRAY[3, 11]) q, unnest(ARRAY[25, 1000]) n GROUP BY op ORDER BY op
$$;
SELECT * FROM pg_temp.compare_all();
SELECT pg_temp.compare('<->', array_fill(3e37, ARRAY[3072])::vector, 1000), pg_temp.compare('<=>', array_fill(0, ARRAY[3072])::vector, 1000);

SELECT op, pg_temp.lost(op) FROM unnest(ARRAY['<->', '<=>']) op;

-- few lists read, and then the others: each row once
CREATE FUNCTION pg_temp.probing(op text, n int, OUT rows int, OUT different int, OUT of_their_distance int, OUT ordered boolean)
LANGUAGE plpgsql SET enable_seqscan = off SET ivf.probes = 1 AS $$
DECLARE
	ids int[];
	distances float8[];
BEGIN
	EXECUTE format('SELECT array_agg(id), array_agg(d) FROM (SELECT id, v %s $1 AS d FROM t ORDER BY v %1$s $1 LIMIT %s) x', op, n)
	INTO ids, distances USING pg_temp.query(3072, 5);
	rows := cardinality(ids);
	EXECUTE format('SELECT count(DISTINCT x.id), count(*) FILTER (WHERE (v %s $1) IS NOT DISTINCT FROM d)
		FROM unnest($2, $3) x(id, d) JOIN t USING (id)', op) INTO different, of_their_distance USING pg_temp.query(3072, 5), ids, distances;
	ordered := NOT EXISTS (SELECT FROM generate_subscripts(distances, 1) k WHERE distances[k] > distances[k + 1]);
END
$$;
SELECT op, n, p.* FROM unnest(ARRAY['<->', '<=>']) op, unnest(ARRAY[10, 1000]) n, pg_temp.probing(op, n) p WHERE n = 10 OR p.rows <> 560 OR p.different <> 560;

-- VACUUM, and room used again
CREATE TEMP TABLE built AS SELECT pg_relation_size('t_cosine') AS cosine, pg_relation_size('t_l2') AS l2;
DELETE FROM t WHERE id % 3 = 0;
SELECT * FROM pg_temp.compare_all();
VACUUM t;
SELECT * FROM pg_temp.compare_all();
INSERT INTO t SELECT id, CASE id % 20 WHEN 0 THEN NULL WHEN 1 THEN v - v ELSE v END FROM pg_temp.vectors(3072, 1, 280) WHERE id % 3 = 0;
UPDATE t SET v = v + v WHERE id % 7 = 1 AND id % 20 <> 2;
SELECT * FROM pg_temp.compare_all();
SELECT op, pg_temp.lost(op) FROM unnest(ARRAY['<->', '<=>']) op;
DELETE FROM t;
VACUUM t;
SELECT * FROM pg_temp.compare_all();
INSERT INTO t SELECT id, CASE id % 20 WHEN 0 THEN NULL WHEN 1 THEN v - v ELSE v END FROM pg_temp.vectors(3072, 1, 280);
SELECT * FROM pg_temp.compare_all();
SELECT pg_relation_size('t_cosine') <= cosine * 1.3 AS cosine, pg_relation_size('t_l2') <= l2 * 1.3 AS l2 FROM built;
REINDEX TABLE t;
SELECT * FROM pg_temp.compare_all();
DROP TABLE t;

-- automatic is rabitq at any dimension; a quantiser with a limit says what has none
CREATE TABLE t (id int, v vector(2500));
INSERT INTO t SELECT n, ('[' || n || repeat(',' || n % 7, 2499) || ']')::vector FROM generate_series(1, 300) n;
CREATE INDEX t_auto ON t USING ivf (v);
CREATE INDEX t_rabitq ON t USING ivf (v) WITH (quantizer = rabitq);
CREATE INDEX t_sq8 ON t USING ivf (v) WITH (quantizer = sq8);
SELECT pg_relation_size('t_auto') = pg_relation_size('t_rabitq') AS auto_is_rabitq, pg_relation_size('t_auto') = pg_relation_size('t_sq8') AS auto_is_sq8;
CREATE INDEX t_flat ON t USING ivf (v) WITH (quantizer = flat);

-- unlogged, and a temporary table in one transaction with its index
DROP INDEX t_auto, t_sq8;
ALTER TABLE t SET UNLOGGED;
SELECT pg_temp.compare('<->', v, 1000) FROM t WHERE id = 7;
BEGIN;
CREATE TEMP TABLE u ON COMMIT DROP AS SELECT * FROM t;
ALTER TABLE u ALTER v TYPE vector(2500);
CREATE INDEX ON u USING ivf (v);
INSERT INTO u SELECT id + 1000, v + v FROM t;
SELECT pg_temp.compare('SELECT id, v <-> (SELECT v FROM t WHERE id = 7) AS d FROM u ORDER BY d LIMIT 50');
COMMIT;

DROP TABLE t, parts, built;
RESET ivf.target_recall;
