-- Rows that come after the index: into an empty one, by UPDATE, in subtransactions.
\getenv abs_srcdir PG_ABS_SRCDIR
\set ECHO none
\i :abs_srcdir/sql/lib/compare.sql
\set ECHO all

SET ivf.target_recall = 1;

-- an index made on an empty table, filled row by row, for each metric and quantiser
CREATE TABLE data AS SELECT i AS id, CASE WHEN i % 40 = 0 THEN NULL WHEN i % 40 = 1 THEN '[0,0,0,0]'
	WHEN i % 40 = 2 THEN ARRAY[3e38 * (-1) ^ i, i, 3e38, 1]::real[]::vector(4)
	ELSE ARRAY[i % 7 - 3, i % 11 - 5, i % 13 - 6, i % 29 - 14]::vector(4) END AS v FROM generate_series(1, 3000) i;
CREATE FUNCTION pg_temp.compare_all(op text) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(DISTINCT pg_temp.compare(op, q, n), '; ')
	FROM unnest('{"[1,2,3,4]","[-3,5,6,14]","[0,0,0,0]","[3e38,3e38,0,0]",NULL}'::vector[]) q, unnest(ARRAY[100, 10000]) n
$$;
CREATE FUNCTION pg_temp.grow(metric text, op text, quantizer text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answers text;
BEGIN
	CREATE TABLE t (id int, v vector(4));
	EXECUTE format('CREATE INDEX t_v_idx ON t USING ivf (v vector_%s_ops) WITH (quantizer = %s, lists = 5)', metric, quantizer);
	answers := pg_temp.compare(op, '[1,2,3,4]', 10);
	INSERT INTO t SELECT * FROM data WHERE id = 77;
	answers := answers || ', ' || pg_temp.compare(op, '[1,2,3,4]', 10);
	INSERT INTO t SELECT * FROM data WHERE id <> 77;
	answers := answers || ', ' || pg_temp.compare_all(op);
	REINDEX INDEX t_v_idx;
	INSERT INTO t SELECT id + 3000, v FROM data;
	answers := answers || ', ' || pg_temp.compare_all(op);
	DROP TABLE t;
	RETURN answers;
END
$$;
SELECT metric, quantizer, pg_temp.grow(metric, op, quantizer)
FROM (VALUES ('l2', '<->'), ('ip', '<#>'), ('cosine', '<=>')) m(metric, op), unnest(ARRAY['flat', 'sq8', 'rabitq']) quantizer;

-- one by one, in single statements
CREATE TABLE t (id int, note text, v vector(4)) WITH (fillfactor = 50);
CREATE INDEX t_v_idx ON t USING ivf (v) WITH (quantizer = flat);
INSERT INTO t VALUES (1, 'a', '[1,2,3,4]');
INSERT INTO t VALUES (2, 'b', '[1,2,3,5]'), (3, 'c', NULL);
SELECT id, v FROM t ORDER BY v <-> '[1,2,3,5]' LIMIT 1;
COPY t (id, v) FROM stdin;
4	[4,3,2,1]
5	\N
6	[0,0,0,0]
\.
SELECT pg_temp.compare('<->', '[1,2,3,5]', 10);
INSERT INTO t VALUES (7, 'd', '[1,2,3]');
COPY t (id, v) FROM stdin;
8	[4,3,2,1]
9	[4,3,2,1,0]
\.
SELECT pg_temp.compare('<->', '[1,2,3,5]', 10);

-- INSERT ... ON CONFLICT, MERGE, RETURNING, a trigger that changes the vector, a foreign key that deletes
ALTER TABLE t ADD PRIMARY KEY (id);
INSERT INTO t VALUES (1, 'again', '[9,9,9,9]') ON CONFLICT (id) DO UPDATE SET v = excluded.v, note = excluded.note RETURNING *;
INSERT INTO t VALUES (1, 'never', '[8,8,8,8]') ON CONFLICT DO NOTHING;
MERGE INTO t USING (VALUES (2, '[7,7,7,7]'::vector), (10, '[6,6,6,6]')) s(id, v) ON t.id = s.id
	WHEN MATCHED THEN UPDATE SET v = s.v WHEN NOT MATCHED THEN INSERT (id, v) VALUES (s.id, s.v);
CREATE FUNCTION pg_temp.doubled() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN new.v := new.v + new.v; RETURN new; END $$;
CREATE TRIGGER doubled BEFORE INSERT ON t FOR EACH ROW WHEN (new.id = 11) EXECUTE FUNCTION pg_temp.doubled();
INSERT INTO t VALUES (11, 'doubled', '[1,1,1,1]');
SELECT id, v <-> '[7,7,7,7]' AS d FROM t ORDER BY v <-> '[7,7,7,7]' LIMIT 4;
SELECT pg_temp.compare('<->', '[2,2,2,2]', 20);

-- UPDATE: of the vector, and of other columns (heap-only)
INSERT INTO t SELECT i, 'row', ARRAY[i % 7, i % 11, i % 13, i % 29]::vector FROM generate_series(100, 1099) i;
VACUUM t;
SELECT pg_stat_reset_single_table_counters('t'::regclass);
UPDATE t SET note = 'heap-only' WHERE id % 10 = 0;
UPDATE t SET v = v + '[1,0,0,0]' WHERE id % 10 = 1;
UPDATE t SET note = 'twice' WHERE id % 20 = 0;
UPDATE t SET v = NULL WHERE id % 50 = 2;
UPDATE t SET v = '[5,5,5,5]' WHERE id % 100 = 2;
SELECT pg_temp.compare('<->', '[2,2,2,2]', n) FROM unnest(ARRAY[10, 10000]) n;
SELECT id, note FROM t ORDER BY v <-> (SELECT v FROM t WHERE id = 120), id LIMIT 1;
VACUUM t;
SELECT pg_temp.compare('<->', '[2,2,2,2]', n) FROM unnest(ARRAY[10, 10000]) n;

-- subtransactions and rollback
BEGIN;
INSERT INTO t SELECT i, 'kept', ARRAY[3, 3, 3, i % 5]::vector FROM generate_series(2000, 2099) i;
SAVEPOINT a;
INSERT INTO t SELECT i, 'lost', ARRAY[3, 3, 3, i % 5]::vector FROM generate_series(2100, 2199) i;
UPDATE t SET v = '[3,3,3,3]' WHERE id BETWEEN 200 AND 299;
SELECT note, count(*) FROM (SELECT note FROM t ORDER BY v <-> '[3,3,3,3]' LIMIT 300) x GROUP BY note ORDER BY note;
ROLLBACK TO a;
SELECT note, count(*) FROM (SELECT note FROM t ORDER BY v <-> '[3,3,3,3]' LIMIT 100) x GROUP BY note ORDER BY note;
SELECT pg_temp.compare('<->', '[3,3,3,3]', n) FROM unnest(ARRAY[10, 10000]) n;
SAVEPOINT b;
DELETE FROM t WHERE note = 'kept';
SELECT pg_temp.compare('<->', '[3,3,3,3]', n) FROM unnest(ARRAY[10, 10000]) n;
RELEASE b;
ROLLBACK;
SELECT pg_temp.compare('<->', '[3,3,3,3]', n) FROM unnest(ARRAY[10, 10000]) n;
DO $$
BEGIN
	FOR i IN 1..50 LOOP
		BEGIN
			INSERT INTO t VALUES (3000 + i, 'loop', ARRAY[3, 3, 3, i]::vector);
			IF i % 2 = 0 THEN
				RAISE 'away with it';
			END IF;
		EXCEPTION WHEN raise_exception THEN
		END;
	END LOOP;
END
$$;
SELECT pg_temp.compare('<->', '[3,3,3,3]', n) FROM unnest(ARRAY[10, 10000]) n;

-- a vector that is stored out of line, and one with a short header
CREATE TABLE toasted (id int, v vector(1500));
ALTER TABLE toasted ALTER v SET STORAGE external;
CREATE INDEX ON toasted USING ivf (v);
INSERT INTO toasted SELECT i, array_agg(i * j % 23 ORDER BY j)::vector FROM generate_series(1, 60) i, generate_series(1, 1500) j GROUP BY i;
ALTER TABLE toasted ALTER v SET STORAGE extended;
INSERT INTO toasted SELECT id + 100, v + v FROM toasted;
SELECT pg_temp.compare(format('SELECT id, v <-> %1$L AS d FROM toasted ORDER BY v <-> %1$L LIMIT %2$s', v, n))
FROM (SELECT v FROM toasted WHERE id = 5) q, unnest(ARRAY[10, 10000]) n;
REINDEX TABLE toasted;
SELECT pg_temp.compare(format('SELECT id, v <-> %1$L AS d FROM toasted ORDER BY v <-> %1$L LIMIT %2$s', v, n))
FROM (SELECT v FROM toasted WHERE id = 5) q, unnest(ARRAY[10, 10000]) n;

DROP TABLE toasted, t, data;
RESET ivf.target_recall;
