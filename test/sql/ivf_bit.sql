-- ivf for bit: Hamming and Jaccard distance.

\getenv abs_srcdir PG_ABS_SRCDIR
\set ECHO none
\i :abs_srcdir/sql/lib/compare.sql
\set ECHO all

-- A command's error as SQLSTATE, message and detail; null where it succeeds.
CREATE FUNCTION pg_temp.error_of(command text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	message text;
	detail text;
BEGIN
	EXECUTE command;
	RETURN NULL;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
	RETURN concat_ws(' / ', SQLSTATE, message, nullif(detail, ''));
END
$$;

-- Hamming and Jaccard distance, exact at target 1, with every quantiser that can
SET ivf.target_recall = 1;
CREATE TABLE t (id int, v bit(100));
INSERT INTO t SELECT i, string_agg(((i * j * j + i / 7) % 11 < 4)::int::text, '' ORDER BY j)::bit(100)
FROM generate_series(1, 600) i, generate_series(1, 100) j GROUP BY i;
INSERT INTO t VALUES (601, NULL), (602, repeat('0', 100)::bit(100)), (603, repeat('1', 100)::bit(100)), (604, NULL),
	(605, repeat('0', 100)::bit(100));
CREATE FUNCTION pg_temp.compare_bits(op text, q text, n int) RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.compare(format('SELECT id, v %1$s %2$L::bit(100) AS d FROM t ORDER BY v %1$s %2$L::bit(100) LIMIT %3$s',
		op, q, n))
$$;
CREATE FUNCTION pg_temp.compare_quantizer(class text, op text, quantizer text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	EXECUTE format('CREATE INDEX t_ivf ON t USING ivf (v %s) WITH (quantizer = %s)', class, quantizer);
	SELECT string_agg(DISTINCT n || ': ' || pg_temp.compare_bits(op, q, n), '; ') INTO result
	FROM (SELECT v::text AS q FROM t WHERE id % 60 = 1 AND v IS NOT NULL UNION SELECT repeat('1', 50) || repeat('0', 50)) q, unnest(ARRAY[10, 10000]) n;
	DROP INDEX t_ivf;
	RETURN result;
END
$$;
SELECT class, quantizer, pg_temp.compare_quantizer(class, op, quantizer)
FROM (VALUES ('bit_hamming_ops', '<~>'), ('bit_jaccard_ops', '<%>')) c(class, op), unnest(ARRAY['rabitq', 'sq8', 'flat']) quantizer;

-- the default target: all rows once, in order
CREATE INDEX t_ham ON t USING ivf (v bit_hamming_ops);
CREATE INDEX t_jac ON t USING ivf (v bit_jaccard_ops);
RESET ivf.target_recall;
SET enable_seqscan = off;
EXPLAIN (COSTS OFF) SELECT id FROM t ORDER BY v <~> repeat('10', 50)::bit(100) LIMIT 5;
EXPLAIN (COSTS OFF) SELECT id FROM t ORDER BY v <%> repeat('10', 50)::bit(100) LIMIT 5;
SELECT count(*), count(DISTINCT id) FROM (SELECT id FROM t ORDER BY v <~> repeat('10', 50)::bit(100) LIMIT 10000) s;
SELECT count(*), count(DISTINCT id) FROM (SELECT id FROM t ORDER BY v <%> repeat('10', 50)::bit(100) LIMIT 10000) s;
SELECT id, v <~> (SELECT v FROM t WHERE id = 7) AS d FROM t ORDER BY v <~> (SELECT v FROM t WHERE id = 7) LIMIT 1;
SELECT id, v <%> (SELECT v FROM t WHERE id = 603) AS d FROM t ORDER BY v <%> (SELECT v FROM t WHERE id = 603) LIMIT 1;

-- zeros have Jaccard distance 1 of everything, as has everything of zeros; a NULL query finds all rows
SELECT id FROM (SELECT id, row_number() OVER () AS n FROM (SELECT id FROM t ORDER BY v <%> repeat('1', 100)::bit(100) LIMIT 10000) s) s
WHERE n > 601 ORDER BY n > 603, id;
SELECT count(*), count(DISTINCT id) FROM (SELECT id FROM t ORDER BY v <%> repeat('0', 100)::bit(100) LIMIT 10000) s;
SELECT count(*), count(DISTINCT id) FROM (SELECT id FROM t ORDER BY v <~> NULL LIMIT 10000) s;

-- rows that come, go and change
SET ivf.target_recall = 1;
INSERT INTO t SELECT id + 1000, ~v FROM t WHERE id % 3 = 0;
DELETE FROM t WHERE id % 4 = 0;
UPDATE t SET v = v << 1 WHERE id % 5 = 0;
SELECT pg_temp.compare_bits('<~>', repeat('1100', 25), 20), pg_temp.compare_bits('<%>', repeat('1100', 25), 20);
VACUUM t;
SELECT pg_temp.compare_bits('<~>', repeat('1100', 25), 10000), pg_temp.compare_bits('<%>', repeat('1100', 25), 10000);
DROP TABLE t;

-- an index made empty; one bit
CREATE TABLE t (id int, v bit(1));
CREATE INDEX ON t USING ivf (v bit_hamming_ops);
SELECT count(*) FROM (SELECT id FROM t ORDER BY v <~> B'1' LIMIT 5) s;
INSERT INTO t VALUES (1, '0'), (2, '1'), (3, NULL), (4, '1');
SELECT id, v <~> B'1' AS d FROM (SELECT * FROM t ORDER BY v <~> B'1' LIMIT 5) s ORDER BY d, id;
DROP TABLE t;

-- quantised vectors: an index on an expression, and the nearest of its rows by the vectors themselves
CREATE TABLE t (id int, v vector(64));
INSERT INTO t SELECT i, array_agg(sin(i * j) ORDER BY j)::vector FROM generate_series(1, 300) i, generate_series(1, 64) j GROUP BY i;
CREATE INDEX ON t USING ivf ((binary_quantize(v)::bit(64)) bit_hamming_ops);
SELECT pg_temp.compare(format('SELECT id, binary_quantize(v)::bit(64) <~> %1$L::bit(64) AS d FROM t
	ORDER BY binary_quantize(v)::bit(64) <~> %1$L::bit(64) LIMIT 20', binary_quantize(v))) FROM t WHERE id = 5;
SELECT id FROM (SELECT * FROM t ORDER BY binary_quantize(v)::bit(64) <~> (SELECT binary_quantize(v)::bit(64) FROM t WHERE id = 5)
	LIMIT 20) s ORDER BY v <=> (SELECT v FROM t WHERE id = 5) LIMIT 1;
DROP TABLE t;

-- more bits than a vector has dimensions: by a sketch, and exact at target 1 all the same
CREATE TABLE t (id int, v bit(20000));
INSERT INTO t SELECT i, repeat(substr((i * 7919::bigint)::bit(40)::text, 1 + i % 20, 20), 1000)::bit(20000) FROM generate_series(1, 100) i;
INSERT INTO t VALUES (101, NULL), (102, repeat('0', 20000)::bit(20000));
CREATE INDEX t_ham ON t USING ivf (v bit_hamming_ops);
CREATE INDEX t_jac ON t USING ivf (v bit_jaccard_ops);
SELECT op, pg_temp.compare(format('SELECT id, v %1$s (SELECT v FROM t WHERE id = 7) AS d FROM t
	ORDER BY v %1$s (SELECT v FROM t WHERE id = 7) LIMIT %2$s', op, n)) FROM unnest(ARRAY['<~>', '<%>']) op, unnest(ARRAY[5, 1000]) n;
RESET ivf.target_recall;
SELECT id, v <~> (SELECT v FROM t WHERE id = 7) AS d FROM t ORDER BY v <~> (SELECT v FROM t WHERE id = 7) LIMIT 1;
SELECT count(*), count(DISTINCT id) FROM (SELECT id FROM t ORDER BY v <%> (SELECT v FROM t WHERE id = 7) LIMIT 1000) s;

-- errors
SELECT pg_temp.error_of(command) FROM unnest(ARRAY[
	'SELECT id FROM t ORDER BY v <~> B''101'' LIMIT 1',
	'CREATE INDEX ON t USING ivf (v)',
	'CREATE INDEX ON t USING ivf (v bit_hamming_ops) WITH (quantizer = sq8)',
	'CREATE INDEX ON t USING ivf (v bit_jaccard_ops) WITH (quantizer = flat)',
	'CREATE INDEX ON t USING ivf ((v::bit varying) bit_hamming_ops)',
	'CREATE INDEX ON t USING ivf ((v::bit varying(10)) bit_hamming_ops)']) command;
DROP TABLE t;
CREATE TABLE t (v bit(9000));
SELECT pg_temp.error_of('CREATE INDEX ON t USING ivf (v bit_hamming_ops) WITH (quantizer = flat)');
DROP TABLE t;
