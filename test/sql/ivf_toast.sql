-- Values stored out of line: how often they are read, and that a distance which an index scan has found out is right
-- wherever an operator takes it up.
\getenv abs_srcdir PG_ABS_SRCDIR
\set ECHO none
\i :abs_srcdir/sql/lib/compare.sql
\set ECHO all

CREATE TABLE t (id int, v vector(600)) WITH (autovacuum_enabled = off);
INSERT INTO t SELECT i, array_agg((i * 37 + j * (i % 13 + 3) * j) % 101 - 50 ORDER BY j)::vector
FROM generate_series(1, 700) i, generate_series(1, 600) j GROUP BY i;
CREATE TABLE q AS SELECT id, v FROM t WHERE id % 140 = 7;
CREATE INDEX t_v_idx ON t USING ivf (v vector_cosine_ops);
SELECT count(*) AS values_of_two_chunks FROM q WHERE pg_column_size(v) = 2404;
SELECT v AS q FROM q WHERE id = 147 \gset
SELECT v AS other FROM q WHERE id = 287 \gset
SET enable_seqscan = off;
SET enable_sort = off;

-- how many values a command reads from the TOAST tables of some tables
CREATE FUNCTION pg_temp.scans(tables regclass[]) RETURNS bigint LANGUAGE sql AS $$
	SELECT sum(pg_stat_get_xact_numscans(indexrelid)) FROM pg_index
	WHERE indrelid IN (SELECT reltoastrelid FROM pg_class WHERE oid = ANY (tables)) $$;
CREATE FUNCTION pg_temp.reads(command text, VARIADIC tables regclass[]) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	before bigint := pg_temp.scans(tables);
BEGIN
	EXECUTE command;
	RETURN pg_temp.scans(tables) - before;
END
$$;
CREATE FUNCTION pg_temp.nearest(what text, q text) RETURNS text LANGUAGE sql AS $$
	SELECT format('SELECT id, %s FROM t ORDER BY v <=> %L LIMIT 10', what, q) $$;
SELECT pg_temp.uses_ivf(pg_temp.nearest('1', :'q'));
SELECT pg_temp.reads(pg_temp.nearest('1', :'q'), 't') AS reads \gset
SELECT :reads BETWEEN 10 AND 60 AS "only rows that may be among the ten nearest";

-- the executor reads none of them again to compute the distance
SELECT what, pg_temp.reads(pg_temp.nearest(format(what, :'q', :'other'), :'q'), 't') - :reads AS "values read again"
FROM unnest(ARRAY['v <=> %1$L', '1 - (v <=> %1$L), v <=> %1$L', '%1$L <=> v', 'cosine_distance(v, %1$L)', 'v <-> %1$L',
	'v <=> %2$L', 'v <=> %2$L, v <=> %1$L', 'l2_norm(v)']) what;

-- queries stored out of line: read for the search, and once to see that they are the search's
SELECT pg_temp.reads('SELECT q.id, x.* FROM q CROSS JOIN LATERAL
	(SELECT id, v <=> q.v AS d FROM t ORDER BY v <=> q.v LIMIT 10) x', 'q') / (SELECT count(*) FROM q) AS "reads a query";

-- the same distances as without the index, bit for bit
SET enable_sort = on;
SET ivf.target_recall = 1;
CREATE FUNCTION pg_temp.compare_all(name text, op text, q text) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(DISTINCT pg_temp.compare(format('SELECT id, %s AS d FROM %I ORDER BY v %s %L %s',
		format(what, op, q), name, op, q, "limit")), '; ')
	FROM unnest(ARRAY['v %1$s %2$L', '%2$L %1$s v', '2 * (v %1$s %2$L)']) what, unnest(ARRAY['LIMIT 10', 'LIMIT 300']) "limit" $$;
SELECT pg_temp.compare_all('t', '<=>', :'q'), pg_temp.compare_all('t', '<=>', :'other');
DROP INDEX t_v_idx;
CREATE INDEX t_v_idx ON t USING ivf (v);
SELECT pg_temp.compare_all('t', '<->', :'q');
DROP INDEX t_v_idx;
CREATE INDEX t_v_idx ON t USING ivf (v vector_ip_ops);
SELECT pg_temp.compare_all('t', '<#>', :'q');
DROP INDEX t_v_idx;
CREATE INDEX t_v_idx ON t USING ivf (v vector_l1_ops);
SELECT pg_temp.compare_all('t', '<+>', :'q');
DROP INDEX t_v_idx;
CREATE INDEX t_v_idx ON t USING ivf (v) WITH (quantizer = sq8);
SELECT pg_temp.compare_all('t', '<->', :'q');

-- an index on an expression: its values are stored nowhere
CREATE INDEX t_expression ON t USING ivf (((v + v)::vector(600)) vector_l2_ops);
SELECT pg_temp.compare(format('SELECT id, (v + v)::vector(600) <-> %1$L AS d FROM t ORDER BY (v + v)::vector(600) <-> %1$L LIMIT 10', :'q'));
DROP INDEX t_expression;

-- other types, and values that are compressed as well
CREATE TABLE halves AS SELECT id, (v || v || v)::halfvec(1800) AS v FROM t;
CREATE INDEX ON halves USING ivf (v halfvec_cosine_ops);
SELECT pg_temp.compare_all('halves', '<=>', (SELECT v::text FROM halves WHERE id = 5));
CREATE TABLE sparse AS SELECT id, (v || v)::sparsevec(1200) AS v FROM t;
CREATE INDEX ON sparse USING ivf (v sparsevec_ip_ops);
SELECT pg_temp.compare_all('sparse', '<#>', (SELECT v::text FROM sparse WHERE id = 5));
SET default_toast_compression = pglz; -- 19 has another default
CREATE TABLE pressed (id int, v vector(3000));
ALTER TABLE pressed ALTER v SET STORAGE extended;
INSERT INTO pressed SELECT i, v || v || v || v || v
FROM (SELECT i, array_agg(((i * 7919 + j * j * 104729::bigint * i) % 99991)::int ORDER BY j)::vector(600) AS v
	FROM generate_series(1, 300) i, generate_series(1, 600) j GROUP BY i) x;
SELECT count(*) AS "compressed, and out of line still" FROM pressed WHERE pg_column_size(v) BETWEEN 2000 AND 11000;
CREATE INDEX ON pressed USING ivf (v);
SELECT pg_temp.compare_all('pressed', '<->', (SELECT v::text FROM pressed WHERE id = 5));

-- several scans at once, whose rows, errors, subtransactions and changes alternate
DROP INDEX t_v_idx;
CREATE INDEX t_v_idx ON t USING ivf (v);
CREATE TABLE truth AS SELECT t.id, q.id AS query, t.v <-> q.v AS d FROM t, q;
CREATE FUNCTION pg_temp.check(query int, id int, d float8, what text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	IF d IS DISTINCT FROM (SELECT s.d FROM truth s WHERE s.id = $2 AND s.query = $1) THEN
		RAISE EXCEPTION '%: a wrong distance of row % from query %', what, id, query;
	END IF;
END
$$;
DO $$
DECLARE
	queries int[] := ARRAY(SELECT id FROM q ORDER BY id);
	vectors vector[] := ARRAY(SELECT v FROM q ORDER BY id);
	first_cursor refcursor;
	second_cursor refcursor;
	a record;
	b record;
	rows int := 0;
	failed int := 0;
BEGIN
	OPEN first_cursor FOR EXECUTE 'SELECT id, v, v <-> $1 AS d FROM t ORDER BY v <-> $1 LIMIT 50' USING vectors[1];
	OPEN second_cursor FOR SELECT id, v, v <-> (SELECT v FROM q WHERE id = queries[2]) AS d FROM t
		ORDER BY v <-> (SELECT v FROM q WHERE id = queries[2]) LIMIT 50;
	FOR i IN 1 .. 50 LOOP
		FETCH first_cursor INTO a;
		PERFORM pg_temp.check(queries[1], a.id, a.d, 'the first cursor');
		FETCH second_cursor INTO b;
		PERFORM pg_temp.check(queries[2], b.id, b.d, 'the second cursor');
		PERFORM pg_temp.check(queries[1], b.id, b.v <-> vectors[1], 'the row of one from the query of the other');
		PERFORM pg_temp.check(queries[2], b.id, b.v <-> vectors[2], 'once more');
		BEGIN
			UPDATE t SET v = t.v + t.v WHERE t.id IN (a.id, b.id, b.id + 1);
			PERFORM pg_temp.check(queries[1], a.id, a.v <-> vectors[1], 'the old value');
			PERFORM 1 / (r.id - b.id) FROM (SELECT id, v <-> vectors[2] FROM t ORDER BY v <-> vectors[2] LIMIT 700) r;
		EXCEPTION WHEN division_by_zero THEN
			failed := failed + 1;
		END;
		PERFORM pg_temp.check(queries[3], r.id, r.d, 'a scan within')
		FROM (SELECT id, v <-> vectors[3] AS d FROM t ORDER BY v <-> vectors[3] LIMIT 5) r;
		rows := rows + 1;
	END LOOP;
	CLOSE first_cursor;
	PERFORM pg_temp.check(queries[2], b.id, b.v <-> vectors[2], 'after one is closed');
	CLOSE second_cursor;
	PERFORM pg_temp.check(queries[2], b.id, b.v <-> vectors[2], 'after both are');
	RAISE NOTICE '% rows, % errors', rows, failed;
END
$$;

-- scans in a scan, of the same table
CREATE TABLE found AS SELECT q.id AS query, o.id AS outer_id, i.id AS inner_id, o.d AS outer_d, i.d AS inner_d, o.v <-> q.v AS again
FROM q, LATERAL (SELECT id, v, v <-> q.v AS d FROM t ORDER BY v <-> q.v LIMIT 5) o,
	LATERAL (SELECT id, v <-> o.v AS d FROM t ORDER BY v <-> o.v LIMIT 5) i;
SELECT count(*) AS rows, count(*) FILTER (WHERE outer_d <> (a.v <-> q.v) OR again <> (a.v <-> q.v) OR inner_d <> (b.v <-> a.v)) AS wrong
FROM found JOIN q ON q.id = query JOIN t a ON a.id = outer_id JOIN t b ON b.id = inner_id;
DROP TABLE t, q, halves, sparse, pressed, truth, found;
