-- storage = full: an index that keeps the rows' own values, and takes exact distances from these.
\getenv abs_srcdir PG_ABS_SRCDIR
\set ECHO none
\i :abs_srcdir/sql/lib/compare.sql
\set ECHO all

SET ivf.target_recall = 1;

-- The i-th of a series of vectors: sums of two out of a few.  Values begin and end anywhere on a page, or take several.
CREATE TEMP TABLE parts (dim int, i int, v vector);
INSERT INTO parts SELECT dim, i, array_agg((i * j + j / 7) % (i % 5 + 13) - 6 ORDER BY j)::vector
	FROM unnest(ARRAY[2, 384, 2001, 3072, 5000, 16000]) dim, generate_series(0, 16) i, generate_series(1, dim) j GROUP BY dim, i;
CREATE FUNCTION pg_temp.vectors(dim int, first int, last int) RETURNS TABLE (id int, v vector) LANGUAGE sql AS $$
	SELECT n, a.v + b.v FROM generate_series($2, $3) n JOIN parts a ON a.i = n % 17 JOIN parts b ON b.i = n / 17 % 17
	WHERE a.dim = $1 AND b.dim = $1
$$;
CREATE FUNCTION pg_temp.query(dim int, i int) RETURNS vector LANGUAGE sql AS 'SELECT v FROM parts WHERE parts.dim = $1 AND parts.i = $2';

-- few lists read, and then the others: each row once, in order of the distances that the executor computes from the table
CREATE FUNCTION pg_temp.probing(op text, q text, OUT answer text) LANGUAGE plpgsql SET enable_seqscan = off SET ivf.probes = 1 AS $$
DECLARE
	distances float8[];
	ids int[];
	different int;
	n int;
BEGIN
	EXECUTE format('SELECT array_agg(d), array_agg(id) FROM (SELECT id, v %s %L AS d FROM t ORDER BY v %1$s %2$L LIMIT 100000) x', op, q)
	INTO distances, ids;
	SELECT count(DISTINCT id) INTO different FROM unnest(ids) id;
	SELECT count(*) INTO n FROM t;
	answer := CASE WHEN different = n AND (SELECT count(*) FROM generate_subscripts(distances, 1) k WHERE distances[k] > distances[k + 1]) <= 1
		THEN 'probing too' ELSE format('probing: %s rows of %s, or no order', different, n) END;
END
$$;

-- every metric, built and filled row by row
CREATE FUNCTION pg_temp.compare_some(op text, dim int, type text) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(DISTINCT pg_temp.compare(format(
		'SELECT id, v %1$s (SELECT %2$L::%3$s) AS d FROM t ORDER BY v %1$s (SELECT %2$L::%3$s) LIMIT %4$s', op, pg_temp.query(dim, q), type, n)), '; ')
	FROM unnest(ARRAY[3, 11]) q, unnest(ARRAY[10, 1000]) n
$$;
CREATE FUNCTION pg_temp.life(dim int, op text, opclass text, built int, inserted int, options text DEFAULT '') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
	type constant text := split_part(opclass, '_', 1);
BEGIN
	EXECUTE format('CREATE TABLE t (id int, v %s(%s))', type, dim);
	INSERT INTO t SELECT * FROM pg_temp.vectors(dim, 1, built);
	EXECUTE format('CREATE INDEX i ON t USING ivf (v %s) WITH (storage = full, lists = %s %s)', opclass, least(built / 10, 3), options);
	INSERT INTO t SELECT * FROM pg_temp.vectors(dim, built + 1, built + inserted);
	answer := concat_ws(', ', pg_temp.compare_some(op, dim, type), pg_temp.probing(op, pg_temp.query(dim, 5)::text));
	DROP TABLE t;
	RETURN answer;
END
$$;
SELECT dim, opclass, pg_temp.life(dim, op, opclass, 100, 40) AS built, pg_temp.life(dim, op, opclass, 0, 70) AS empty
FROM (VALUES ('<->', 'vector_l2_ops'), ('<#>', 'vector_ip_ops'), ('<=>', 'vector_cosine_ops'), ('<+>', 'vector_l1_ops'),
	('<->', 'halfvec_l2_ops'), ('<#>', 'halfvec_ip_ops'), ('<=>', 'halfvec_cosine_ops'), ('<+>', 'halfvec_l1_ops')) m(op, opclass),
	unnest(ARRAY[2, 384, 2001, 3072]) dim ORDER BY 1, 2;
SELECT pg_temp.life(5000, '<->', 'vector_l2_ops', 60, 30), pg_temp.life(16000, '<=>', 'vector_cosine_ops', 40, 20),
	pg_temp.life(16000, '<#>', 'halfvec_ip_ops', 40, 20), pg_temp.life(16000, '<+>', 'vector_l1_ops', 0, 30);
SELECT quantizer, dim, op, pg_temp.life(dim, op, opclass, 100, 40, ', quantizer = ' || quantizer)
FROM (VALUES ('<->', 'vector_l2_ops'), ('<+>', 'halfvec_l1_ops')) m(op, opclass), (VALUES ('sq8', 5000), ('flat', 384)) q(quantizer, dim)
ORDER BY 1, 2, 3;

-- rows without codes beside those with: NULL, zero vectors, norms that overflow
CREATE TEMP TABLE t (id int, v vector(384));
CREATE FUNCTION pg_temp.row_of(id int, v vector) RETURNS vector LANGUAGE sql AS $$
	SELECT CASE id % 20 WHEN 0 THEN NULL WHEN 1 THEN v - v WHEN 2 THEN array_fill(id + 1e38, ARRAY[384])::vector ELSE v END
$$;
INSERT INTO t SELECT id, pg_temp.row_of(id, v) FROM pg_temp.vectors(384, 1, 2000);
CREATE INDEX t_cosine ON t USING ivf (v vector_cosine_ops) WITH (lists = 8, storage = full);
CREATE INDEX t_l2 ON t USING ivf (v) WITH (lists = 8, storage = full);
INSERT INTO t SELECT -id, pg_temp.row_of(id, v) FROM pg_temp.vectors(384, 1, 700);
CREATE FUNCTION pg_temp.compare_all() RETURNS TABLE (op text, answers text) LANGUAGE sql AS $$
	SELECT op, string_agg(DISTINCT pg_temp.compare(op, pg_temp.query(384, q), n), '; ')
	FROM unnest(ARRAY['<->', '<=>']) op, unnest(ARRAY[3, 11]) q, unnest(ARRAY[25, 10000]) n GROUP BY op ORDER BY op
$$;
SELECT * FROM pg_temp.compare_all();
SELECT pg_temp.compare('<->', array_fill(1e38, ARRAY[384])::vector, 10000), pg_temp.compare('<=>', array_fill(0, ARRAY[384])::vector, 10000);

-- VACUUM, and room used again.  Row numbers of rows with and without codes change places.
CREATE TEMP TABLE sizes AS SELECT pg_relation_size('t_cosine') AS cosine, pg_relation_size('t_l2') AS l2;
DELETE FROM t WHERE id % 3 = 0;
SELECT * FROM pg_temp.compare_all();
VACUUM t;
SELECT * FROM pg_temp.compare_all();
INSERT INTO t SELECT id, pg_temp.row_of(id + 1, v + v) FROM pg_temp.vectors(384, 1, 2000) WHERE id % 3 = 0;
UPDATE t SET v = v + v WHERE id % 7 = 1 AND id % 20 <> 2;
SELECT * FROM pg_temp.compare_all();
DELETE FROM t;
VACUUM t;
SELECT * FROM pg_temp.compare_all();
INSERT INTO t SELECT id, pg_temp.row_of(id, v) FROM pg_temp.vectors(384, 1, 2700);
SELECT * FROM pg_temp.compare_all();
SELECT pg_relation_size('t_cosine') <= cosine * 1.3 AS cosine, pg_relation_size('t_l2') <= l2 * 1.3 AS l2 FROM sizes;
DROP TABLE t;

-- The table is not read but for rows handed out, and TOAST not even for these: the executor is told their distances.
CREATE TABLE t (id int, v vector(2001));
ALTER TABLE t SET (autovacuum_enabled = off);
INSERT INTO t SELECT * FROM pg_temp.vectors(2001, 1, 280);
CREATE INDEX t_v_idx ON t USING ivf (v) WITH (storage = full, lists = 4);
VACUUM ANALYZE t;
SET enable_seqscan = off;
CREATE VIEW pg_temp.blocks AS SELECT heap_blks_hit + heap_blks_read AS heap, toast_blks_hit + toast_blks_read AS toast, tidx_blks_hit + tidx_blks_read AS tidx
	FROM pg_statio_user_tables WHERE relid = 't'::regclass;
PREPARE nearest AS SELECT array_agg(ctid) AS tids, count(d) FROM
	(SELECT ctid, v <-> (SELECT pg_temp.query(2001, 3)) AS d FROM t ORDER BY v <-> (SELECT pg_temp.query(2001, 3)) LIMIT 10) x;
EXECUTE nearest \gset
SELECT pg_stat_force_next_flush() \gset
SELECT heap AS heap0, toast AS toast0, tidx AS tidx0 FROM pg_temp.blocks \gset
EXECUTE nearest \gset
SELECT pg_stat_force_next_flush() \gset
SELECT heap AS heap1, toast AS toast1, tidx AS tidx1 FROM pg_temp.blocks \gset
SELECT :heap1 - :heap0 <= 20 AS heap, :toast1 - :toast0 AS toast, :tidx1 - :tidx0 AS index_of_toast;
SET ivf.target_recall = 0.95;
EXECUTE nearest \gset
SELECT pg_stat_force_next_flush() \gset
SELECT heap AS heap2, toast AS toast2, tidx AS tidx2 FROM pg_temp.blocks \gset
SELECT :heap2 - :heap1 <= 20 AS heap, :toast2 - :toast1 AS toast, :tidx2 - :tidx1 AS index_of_toast;
-- with codes alone it is
ALTER INDEX t_v_idx SET (storage = codes);
REINDEX INDEX t_v_idx;
EXECUTE nearest \gset
SELECT pg_stat_force_next_flush() \gset
SELECT toast AS toast4 FROM pg_temp.blocks \gset
EXECUTE nearest \gset
SELECT pg_stat_force_next_flush() \gset
SELECT toast AS toast5 FROM pg_temp.blocks \gset
SELECT :toast5 - :toast4 >= 10 AS toast;
DEALLOCATE nearest;
DROP VIEW pg_temp.blocks;
RESET enable_seqscan;
SET ivf.target_recall = 1;

-- the option, of which a change takes effect at REINDEX
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
	RETURN concat_ws(' / ', SQLSTATE, message, nullif(detail, ''), nullif(hint, ''));
END
$$;
SELECT pg_relation_size('t_v_idx') AS codes \gset
ALTER INDEX t_v_idx SET (storage = full);
SELECT pg_relation_size('t_v_idx') = :codes AS as_it_was, pg_temp.compare('<->', pg_temp.query(2001, 3), 1000);
REINDEX INDEX t_v_idx;
SELECT (pg_relation_size('t_v_idx') - :codes) / (280 * 2001 * 4.0) BETWEEN 1 AND 1.05 AS and_values, pg_temp.compare('<->', pg_temp.query(2001, 3), 1000);
SELECT pg_get_indexdef('t_v_idx'::regclass);
ALTER INDEX t_v_idx RESET (storage);
SELECT pg_temp.compare('<->', pg_temp.query(2001, 3), 1000);
REINDEX INDEX t_v_idx;
SELECT pg_relation_size('t_v_idx') = :codes AS codes_alone;
SELECT pg_temp.error_of('ALTER INDEX t_v_idx SET (storage = heap)');
DROP TABLE t;

-- flat has the values already, but takes L1 distances from the rows; halves are kept as such
CREATE TABLE t (id int, v vector(384), h halfvec(384));
INSERT INTO t SELECT id, v, v FROM pg_temp.vectors(384, 1, 280);
CREATE INDEX t_flat ON t USING ivf (v) WITH (quantizer = flat, lists = 4);
CREATE INDEX t_flat_full ON t USING ivf (v) WITH (quantizer = flat, lists = 4, storage = full);
CREATE INDEX t_flat_l1 ON t USING ivf (v vector_l1_ops) WITH (quantizer = flat, lists = 4);
CREATE INDEX t_flat_l1_full ON t USING ivf (v vector_l1_ops) WITH (quantizer = flat, lists = 4, storage = full);
CREATE INDEX t_half ON t USING ivf (h halfvec_l2_ops) WITH (lists = 4);
CREATE INDEX t_half_full ON t USING ivf (h halfvec_l2_ops) WITH (lists = 4, storage = full);
SELECT pg_relation_size('t_flat') = pg_relation_size('t_flat_full') AS flat_has_them,
	(pg_relation_size('t_flat_l1_full') - pg_relation_size('t_flat_l1')) / (280 * 384 * 4.0) BETWEEN 1 AND 1.1 AS not_for_l1,
	(pg_relation_size('t_half_full') - pg_relation_size('t_half')) / (280 * 384 * 2.0) BETWEEN 1 AND 1.1 AS halves;
DROP TABLE t;

-- types of which it cannot
CREATE TABLE t (b bit(8), w bit(20000), s sparsevec(8), l sparsevec(100000));
SELECT command, pg_temp.error_of('CREATE INDEX ON t USING ivf (' || command || ') WITH (storage = full)')
FROM unnest(ARRAY['b bit_hamming_ops', 'b bit_jaccard_ops', 'w bit_hamming_ops', 's sparsevec_l2_ops', 'l sparsevec_cosine_ops']) command;
DROP TABLE t;

-- what a search reads first costs no more for the values behind it
CREATE TABLE t (id int, v vector(384));
INSERT INTO t SELECT id, v FROM pg_temp.vectors(384, 1, 280), generate_series(1, 10);
CREATE FUNCTION pg_temp.cost() RETURNS float8 LANGUAGE plpgsql AS $$
DECLARE
	plan json;
BEGIN
	EXECUTE 'EXPLAIN (FORMAT JSON) SELECT id FROM t ORDER BY v <-> pg_temp.query(384, 3) LIMIT 10' INTO plan;
	RETURN (plan -> 0 -> 'Plan' -> 'Plans' -> 0 -> 'Startup Cost')::text::float8;
END
$$;
SET enable_seqscan = off;
CREATE INDEX t_codes ON t USING ivf (v);
ANALYZE t;
SELECT pg_temp.cost() AS codes \gset
DROP INDEX t_codes;
CREATE INDEX t_full ON t USING ivf (v) WITH (storage = full);
ANALYZE t;
SELECT pg_temp.cost() / :codes BETWEEN 0.9 AND 1.1 AS alike;
RESET enable_seqscan;
DROP TABLE t, parts;
RESET ivf.target_recall;
