-- Building an index: on tables of any size and content, concurrently, again, within limits.
\getenv abs_srcdir PG_ABS_SRCDIR
\set ECHO none
\i :abs_srcdir/sql/lib/compare.sql
\set ECHO all

SET ivf.target_recall = 1;

-- A command's error as SQLSTATE, message, detail and hint; null where it succeeds.
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
	RETURN concat_ws(E'\n', SQLSTATE, message, nullif(detail, ''), nullif(hint, ''));
END
$$;

-- dimensions: they must be known, and an entry of flat and sq8 must fit on a page
CREATE TABLE t (id int, v vector);
SELECT pg_temp.error_of('CREATE INDEX ON t USING ivf (v)');
CREATE INDEX i ON t USING ivf ((v::vector(3)));
SELECT pg_temp.error_of('INSERT INTO t VALUES (1, ''[1,2]'')');
DROP INDEX i;
INSERT INTO t VALUES (1, '[1,2]');
SELECT pg_temp.error_of('CREATE INDEX ON t USING ivf ((v::vector(4)))');
DROP TABLE t;
CREATE FUNCTION pg_temp.with_dim(quantizer text, dim int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
BEGIN
	EXECUTE format('CREATE TABLE t (id int, v vector(%s))', dim);
	EXECUTE 'INSERT INTO t SELECT i, array_agg(i * j % 17 ORDER BY j)::vector FROM generate_series(1, 40) i,
		generate_series(1, $1) j GROUP BY i' USING dim;
	answer := pg_temp.error_of(format('CREATE INDEX ON t USING ivf (v) WITH (quantizer = %s, lists = 2)', quantizer));
	IF answer IS NULL THEN
		INSERT INTO t SELECT id + 40, v + v FROM t;
		answer := (SELECT string_agg(pg_temp.compare('<->', v, 1000), '; ') FROM t WHERE id IN (1, 60));
	END IF;
	DROP TABLE t;
	RETURN answer;
END
$$;
SELECT pg_temp.with_dim('flat', 1), pg_temp.with_dim('flat', 2023), pg_temp.with_dim('flat', 2024);
SELECT pg_temp.with_dim('sq8', 1), pg_temp.with_dim('sq8', 8084), pg_temp.with_dim('sq8', 8085), pg_temp.with_dim('sq8', 16000);
SELECT pg_temp.with_dim('rabitq', 1), pg_temp.with_dim('rabitq', 896), pg_temp.with_dim('rabitq', 897), pg_temp.with_dim('rabitq', 16000);
-- heights of blocks: entries from 8 to 8,000 bytes, and all that lies between
SELECT quantizer, dim, answer FROM unnest(ARRAY['flat', 'sq8', 'rabitq']) quantizer,
	unnest(ARRAY[2, 5, 16, 31, 64, 100, 255, 400, 768, 1000, 1023, 1536, 2000]) dim, pg_temp.with_dim(quantizer, dim) answer
WHERE answer <> 'same, 80 rows; same, 80 rows';

-- what ivf does not do
CREATE TABLE t (id int, w vector(3), v vector(3));
INSERT INTO t SELECT i, ARRAY[i, 1, 2]::vector, ARRAY[i % 7, i % 11, i % 13]::vector FROM generate_series(1, 900) i;
SELECT command, replace(pg_temp.error_of(command), 'public.', '') AS error_of FROM unnest(ARRAY[
	'CREATE UNIQUE INDEX ON t USING ivf (v)', 'CREATE INDEX ON t USING ivf (v, w)', 'CREATE INDEX ON t USING ivf (v) INCLUDE (id)',
	'CREATE INDEX ON t USING ivf (v DESC)', 'CREATE INDEX ON t USING ivf (v NULLS FIRST)', 'CREATE INDEX ON t USING ivf (id)',
	'CREATE INDEX ON t USING ivf (v bit_ops)', 'CREATE INDEX ON t USING ivf (v vector_ops)',
	'ALTER TABLE t ADD EXCLUDE USING ivf (v WITH =)']) command;

-- several indexes on a column, each for its distance
CREATE INDEX t_l2 ON t USING ivf (v);
CREATE INDEX t_ip ON t USING ivf (v vector_ip_ops);
CREATE INDEX t_cosine ON t USING ivf (v vector_cosine_ops) WITH (quantizer = sq8);
SELECT op, substring(pg_temp.plan_of(format('SELECT id FROM t ORDER BY v %s ''[1,2,3]'' LIMIT 5', op)), 'using (\S+)')
FROM unnest(ARRAY['<->', '<#>', '<=>', '<+>']) op;
SELECT op, pg_temp.compare(op, '[1,2,3]', 1000) FROM unnest(ARRAY['<->', '<#>', '<=>']) op;
SELECT pg_temp.error_of('CLUSTER t USING t_l2');
DROP INDEX t_ip, t_cosine;
SELECT indexrelid::regclass, pg_get_indexdef(indexrelid), indisvalid FROM pg_index WHERE indrelid = 't'::regclass;
SELECT amname, pg_indexam_has_property(oid, 'can_order') AS can_order, pg_indexam_has_property(oid, 'can_unique') AS can_unique,
	pg_indexam_has_property(oid, 'can_multi_col') AS can_multi_col, pg_indexam_has_property(oid, 'can_exclude') AS can_exclude,
	pg_indexam_has_property(oid, 'can_include') AS can_include
FROM pg_am WHERE amname = 'ivf';
SELECT p, pg_index_has_property('t_l2', p) FROM unnest(ARRAY['clusterable', 'index_scan', 'bitmap_scan', 'backward_scan']) p;
SELECT p, pg_index_column_has_property('t_l2', 1, p)
FROM unnest(ARRAY['orderable', 'returnable', 'search_array', 'search_nulls']) p;

-- the statistics of the table follow the build
SELECT relname, reltuples FROM pg_class WHERE relname IN ('t', 't_l2') ORDER BY 1;
-- the phases that pg_stat_progress_create_index names
SELECT i, pg_indexam_progress_phasename((SELECT oid FROM pg_am WHERE amname = 'ivf'), i) FROM generate_series(0, 9) i;

-- again, concurrently, and after TRUNCATE
REINDEX INDEX t_l2;
SELECT pg_temp.compare('<->', '[1,2,3]', 1000);
REINDEX INDEX CONCURRENTLY t_l2;
SELECT pg_temp.compare('<->', '[1,2,3]', 1000);
DROP INDEX CONCURRENTLY t_l2;
CREATE INDEX CONCURRENTLY t_l2 ON t USING ivf (v) WITH (quantizer = flat);
SELECT pg_temp.compare('<->', '[1,2,3]', 1000);
REINDEX TABLE CONCURRENTLY t;
SELECT pg_temp.compare('<->', '[1,2,3]', 1000);
VACUUM FULL t;
SELECT pg_temp.compare('<->', '[1,2,3]', 1000);
ALTER TABLE t ADD COLUMN n int DEFAULT 3, ALTER w TYPE real[];
SELECT pg_temp.compare('<->', '[1,2,3]', 1000);
TRUNCATE t;
SELECT pg_temp.compare('<->', '[1,2,3]', 1000);
INSERT INTO t SELECT i, NULL, ARRAY[i % 7, i % 11, i % 13]::vector FROM generate_series(1, 50) i;
SELECT pg_temp.compare('<->', '[1,2,3]', 1000);

-- the same table gives the same index: the order of ties and what a single probe finds
CREATE FUNCTION pg_temp.print_of(threads int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	print text;
BEGIN
	PERFORM set_config('vecsim.build_threads', threads::text, true), set_config('ivf.probes', '1', true),
		set_config('enable_seqscan', 'off', true);
	REINDEX INDEX t_l2;
	SELECT md5(string_agg(x.found::text, ',')) INTO print FROM generate_series(1, 50) i, LATERAL
		(SELECT ARRAY(SELECT t.id FROM t ORDER BY t.v <-> ARRAY[i % 8, i, 13 - i]::vector LIMIT 40) AS found) x;
	RETURN print;
END
$$;
INSERT INTO t SELECT i, NULL, ARRAY[i % 7, i % 11, i % 13]::vector FROM generate_series(51, 3000) i;
SELECT count(DISTINCT pg_temp.print_of(n)) AS different FROM unnest(ARRAY[1, 2, 3, 1, 0]) n;

-- a failed build leaves the table as it was; from 17 on it looks for names in pg_catalog alone
CREATE FUNCTION pg_temp.fails(v vector) RETURNS vector(3) IMMUTABLE LANGUAGE plpgsql AS $$
BEGIN
	IF v OPERATOR(public.=) '[6,10,12]'::public.vector THEN
		RAISE 'this row cannot be indexed';
	END IF;
	RETURN v;
END
$$;
\set SHOW_CONTEXT never
CREATE INDEX t_fails ON t USING ivf ((pg_temp.fails(v)::vector(3)));
CREATE INDEX CONCURRENTLY t_fails ON t USING ivf ((pg_temp.fails(v)::vector(3)));
SELECT indexrelid::regclass, indisvalid FROM pg_index WHERE indrelid = 't'::regclass ORDER BY 1;
\set SHOW_CONTEXT errors
DROP INDEX t_fails;
INSERT INTO t VALUES (9999, NULL, '[6,10,12]');
SELECT pg_temp.compare('<->', '[6,10,12]', 10000);

-- rows of a transaction that is still going on, and of one that was rolled back
BEGIN;
INSERT INTO t SELECT -i, NULL, ARRAY[i, i, i]::vector FROM generate_series(1, 100) i;
SAVEPOINT s;
INSERT INTO t SELECT -1000 - i, NULL, ARRAY[i, i, i]::vector FROM generate_series(1, 100) i;
ROLLBACK TO s;
DELETE FROM t WHERE id BETWEEN 1 AND 500;
UPDATE t SET n = 4 WHERE id BETWEEN 501 AND 700;
UPDATE t SET v = '[2,2,2]' WHERE id BETWEEN 701 AND 800;
DROP INDEX t_l2;
CREATE INDEX t_l2 ON t USING ivf (v);
SELECT pg_temp.compare('<->', '[6,10,12]', 10000);
COMMIT;
SELECT pg_temp.compare('<->', '[6,10,12]', 10000);

DROP TABLE t;
RESET ivf.target_recall;
