-- Bad queries through an index get the operator's own error, and the next query is right.
\getenv abs_srcdir PG_ABS_SRCDIR
\set ECHO none
\i :abs_srcdir/sql/lib/compare.sql
\set ECHO all

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
	RETURN concat_ws(' / ', SQLSTATE, message, nullif(detail, ''), nullif(hint, ''));
END
$$;

SET ivf.target_recall = 1;
CREATE TABLE t (id int, v vector(3));
INSERT INTO t SELECT i, ARRAY[i % 7, i % 11, i % 13]::vector FROM generate_series(1, 500) i;
CREATE INDEX t_l2 ON t USING ivf (v) WITH (quantizer = rabitq);
CREATE INDEX t_ip ON t USING ivf (v vector_ip_ops) WITH (quantizer = flat);
CREATE INDEX t_cosine ON t USING ivf (v vector_cosine_ops) WITH (quantizer = sq8);

-- a query of other dimensions: the same error with and without the index
CREATE FUNCTION pg_temp.both(op text, q text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	command text := format('SELECT id FROM t ORDER BY v %s %L LIMIT 3', op, q);
	sequential text;
	indexed text;
BEGIN
	PERFORM set_config('enable_indexscan', 'off', true), set_config('enable_seqscan', 'on', true);
	sequential := pg_temp.error_of(command);
	PERFORM set_config('enable_indexscan', 'on', true), set_config('enable_seqscan', 'off', true);
	indexed := pg_temp.error_of(command);
	RETURN CASE WHEN NOT pg_temp.uses_ivf(command) THEN 'no index' WHEN sequential = indexed THEN indexed
		ELSE concat(sequential, ' BUT ', indexed) END;
END
$$;
SELECT op, q, pg_temp.both(op, q) FROM unnest(ARRAY['<->', '<#>', '<=>']) op, unnest(ARRAY['[1,2]', '[1,2,3,4]', '[1]', '[0,0]']) q;
SELECT op, pg_temp.compare(op, '[1,2,3]', 1000) FROM unnest(ARRAY['<->', '<#>', '<=>']) op;
-- also on an empty table
CREATE TABLE empty (id int, v vector(3));
CREATE INDEX ON empty USING ivf (v);
SET enable_seqscan = off;
SELECT id FROM empty ORDER BY v <-> '[1,2]' LIMIT 3;
SELECT id FROM empty ORDER BY v <-> '[1,2,3]' LIMIT 3;
DROP TABLE empty;

-- in the middle of a join: earlier rows do not matter, later searches are not disturbed
SELECT q.q, n.d FROM (VALUES ('[1,2,3]'::vector), ('[1,2]')) q(q), LATERAL (SELECT v <-> q AS d FROM t ORDER BY v <-> q LIMIT 1) n;
SELECT q.q, n.d FROM (VALUES ('[1,2,3]'::vector), ('[1,2,4]')) q(q), LATERAL (SELECT v <-> q AS d FROM t ORDER BY v <-> q LIMIT 1) n;
-- inside a cursor, which is then lost with its transaction or subtransaction
BEGIN;
DECLARE c CURSOR FOR SELECT id FROM t ORDER BY v <-> '[1,2]';
SAVEPOINT s;
FETCH 1 FROM c;
ROLLBACK TO s;
DECLARE d CURSOR FOR SELECT v <-> '[1,2,3]' AS d FROM t ORDER BY v <-> '[1,2,3]';
FETCH 2 FROM d;
SAVEPOINT s;
SELECT 1 / 0;
ROLLBACK TO s;
FETCH 2 FROM d;
COMMIT;

-- an error in the filter of a scan, and in a filter that is a scan itself
SELECT id FROM t WHERE 1 / (id - 77) > -1 ORDER BY v <-> '[0,0,12]' LIMIT 500;
SELECT count(*) FROM (SELECT id FROM t WHERE id IN (SELECT x.id FROM t x ORDER BY x.v <-> '[1,1,1]' LIMIT 20) ORDER BY v <-> '[1,1,1]' LIMIT 100) y;
RESET enable_seqscan;

-- a row that cannot be indexed
SELECT pg_temp.error_of('INSERT INTO t VALUES (1, ''[1,2]'')');
SELECT pg_temp.error_of('INSERT INTO t VALUES (1, ''[1,2,NaN]'')');
SELECT pg_temp.error_of('UPDATE t SET v = ''[1,2,3,4]'' WHERE id = 1');
SELECT op, pg_temp.compare(op, '[1,2,3]', 1000) FROM unnest(ARRAY['<->', '<#>', '<=>']) op;

-- a time limit in the middle of a build
CREATE TABLE large (id int, v vector(64));
INSERT INTO large SELECT i, array_agg((i * j) % 97 ORDER BY j)::vector FROM generate_series(1, 4000) i, generate_series(1, 64) j GROUP BY i;
SET statement_timeout = '1ms';
CREATE INDEX ON large USING ivf (v) WITH (lists = 500);
SET statement_timeout = 0;
CREATE INDEX ON large USING ivf (v) WITH (lists = 10);
SELECT pg_temp.compare('SELECT id, v <-> (SELECT v FROM large WHERE id = 5) AS d FROM large ORDER BY v <-> (SELECT v FROM large WHERE id = 5) LIMIT 100');

DROP TABLE t, large;
RESET ivf.target_recall;
