-- The options of an ivf index: ranges, defaults, changes.

CREATE TABLE t (id int, v vector(3));
INSERT INTO t SELECT i, ARRAY[i % 7, i % 11, i % 13]::vector FROM generate_series(1, 200) i;

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

-- both ends and one past
SELECT o, pg_temp.error_of('CREATE INDEX ON t USING ivf (v) WITH (' || o || ')')
FROM unnest(ARRAY['lists = 0', 'lists = 1', 'lists = 1048576', 'lists = -1', 'lists = 1048577', 'lists = 1.5', 'lists = many',
	'quantizer = flat', 'quantizer = sq8', 'quantizer = ''SQ8''', 'quantizer = pq', 'quantizer = ''''', 'quantizer',
	'fillfactor = 50', 'storage = full', 'storage = codes', 'storage = heap', 'lists = 3, lists = 4', 'ivf.lists = 3']) o;
SELECT indexrelid::regclass, reloptions FROM pg_index JOIN pg_class c ON c.oid = indexrelid WHERE indrelid = 't'::regclass ORDER BY 1;
DROP TABLE t;

-- more lists than rows
CREATE TABLE t (id int, v vector(3));
INSERT INTO t SELECT i, ARRAY[i, 2, 3]::vector FROM generate_series(1, 5) i;
CREATE INDEX i ON t USING ivf (v) WITH (lists = 1000, quantizer = flat);
SET enable_seqscan = off;
SELECT array_agg(d) FROM (SELECT v <-> '[4,2,3]' AS d FROM t ORDER BY v <-> '[4,2,3]' LIMIT 9) x;

-- ALTER INDEX takes effect with the next build
SELECT reloptions FROM pg_class WHERE relname = 'i';
ALTER INDEX i SET (lists = 2);
ALTER INDEX i RESET (quantizer);
SELECT reloptions FROM pg_class WHERE relname = 'i';
SELECT array_agg(d) FROM (SELECT v <-> '[4,2,3]' AS d FROM t ORDER BY v <-> '[4,2,3]' LIMIT 9) x;
REINDEX INDEX i;
SELECT array_agg(d) FROM (SELECT v <-> '[4,2,3]' AS d FROM t ORDER BY v <-> '[4,2,3]' LIMIT 9) x;
SELECT o, pg_temp.error_of('ALTER INDEX i SET (' || o || ')') FROM unnest(ARRAY['lists = -1', 'quantizer = pq', 'probes = 3']) o;
ALTER INDEX i RESET (lists);
SELECT reloptions FROM pg_class WHERE relname = 'i';
SELECT pg_get_indexdef('i'::regclass);
RESET enable_seqscan;
DROP TABLE t;
