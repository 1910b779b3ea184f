-- halfvec as in pgvector: in tables, queries, btree indexes.  Expected answers are pgvector's: test/README.
\getenv abs_srcdir PG_ABS_SRCDIR
\set ECHO none
\i :abs_srcdir/sql/lib/statements.sql

\echo -- columns
SELECT * FROM pg_temp.answers($$
CREATE TABLE t (id int PRIMARY KEY, v halfvec(3), w halfvec, a halfvec(2)[])
INSERT INTO t VALUES (1, '[1,2,3]', '[1]', '{"[1,2]"}'), (2, '[4,5,6]', '[1,2]', '{}'), (3, NULL, NULL, NULL)
INSERT INTO t (id, v) VALUES (4, '[1,2]')
INSERT INTO t (id, v) VALUES (4, '[1,2,3,4]')
INSERT INTO t (id, v) VALUES (4, '[1,2,x]')
INSERT INTO t (id, v) VALUES (4, ARRAY[7,8,9])
INSERT INTO t (id, v) VALUES (5, ARRAY[7,8])
INSERT INTO t (id, v) VALUES (5, ARRAY[0.5,1.5,2.5])
INSERT INTO t (id, v) VALUES (6, ARRAY[1,2,NULL])
INSERT INTO t (id, v) VALUES (6, '{1,2,3}')
INSERT INTO t (id, v) VALUES (6, '[1,2,3]'::text)
INSERT INTO t (id, v) VALUES (6, '[1,2]'::halfvec)
INSERT INTO t (id, w) VALUES (6, '[1,2,3,4]')
INSERT INTO t (id, a) VALUES (7, '{"[1,2]","[3]"}')
INSERT INTO t (id, a) VALUES (7, ARRAY['[1,2]','[3,4]']::halfvec[])
SELECT * FROM t ORDER BY id
UPDATE t SET v = v + '[1,1,1]' WHERE id = 1
UPDATE t SET v = v || '[1]' WHERE id = 1
UPDATE t SET v = w WHERE id = 2
UPDATE t SET v = subvector(w, 1, 3) WHERE id = 6
UPDATE t SET w = v::real[] WHERE id = 1
SELECT id, v, w FROM t ORDER BY id
SELECT format_type(atttypid, atttypmod), attstorage FROM pg_attribute WHERE attrelid = 't'::regclass AND attnum > 1
SELECT id, v <-> '[1,2,3]' AS d FROM t WHERE v IS NOT NULL ORDER BY d, id
SELECT id FROM t ORDER BY v <-> '[4,5,6]', id LIMIT 2
SELECT id FROM t ORDER BY v <#> '[1,0,0]', id LIMIT 2
SELECT id FROM t WHERE v IS NOT NULL ORDER BY v <=> '[9,8,7]', id
SELECT id FROM t ORDER BY v <+> '[0,0,0]' DESC NULLS LAST, id LIMIT 2
SELECT id FROM t WHERE v <-> '[1,2,3]' < 3 ORDER BY id
SELECT id FROM t ORDER BY v <-> '[1,2]'
SELECT id FROM t ORDER BY w <-> '[1,2]'
SELECT id FROM t WHERE v = '[7,8,9]'
SELECT id FROM t WHERE v = '[7,8]'
SELECT id FROM t WHERE v > '[4,5,6]' ORDER BY v
SELECT avg(v), sum(v) FROM t
SELECT avg(w) FROM t
SELECT a.id, b.id AS other FROM t a JOIN t b ON a.v = b.w ORDER BY 1, 2
SELECT count(*) FROM t a, t b WHERE a.v <-> b.v > 1
SELECT id, v::real[] FROM t WHERE id < 3 ORDER BY id
SELECT id, l2_normalize(v), l2_norm(v)::real FROM t WHERE id = 4
$$);

\echo -- a change of type
SELECT * FROM pg_temp.answers($$
ALTER TABLE t ALTER w TYPE halfvec(2)
DELETE FROM t WHERE vector_dims(w) <> 2
ALTER TABLE t ALTER w TYPE halfvec(2)
SELECT id, w FROM t WHERE w IS NOT NULL ORDER BY id
ALTER TABLE t ALTER w TYPE halfvec(3)
ALTER TABLE t ALTER w TYPE halfvec
ALTER TABLE t ALTER w TYPE real[]
SELECT id, w FROM t WHERE w IS NOT NULL ORDER BY id
ALTER TABLE t ALTER w TYPE halfvec(2)
ALTER TABLE t ALTER w TYPE text
ALTER TABLE t ALTER w TYPE halfvec(2)
ALTER TABLE t ALTER w TYPE halfvec(2) USING w::halfvec(2)
ALTER TABLE t ALTER w TYPE int
ALTER TABLE t ALTER v SET DEFAULT '[0,0,0]'
ALTER TABLE t ALTER v SET DEFAULT '[0,0]'
INSERT INTO t (id) VALUES (20)
ALTER TABLE t ADD CONSTRAINT length CHECK (l2_norm(v) < 100)
INSERT INTO t (id, v) VALUES (21, '[100,0,0]')
ALTER TABLE t ADD COLUMN g float8 GENERATED ALWAYS AS (l2_norm(v)) STORED
SELECT id, v, g::real FROM t WHERE id IN (2, 20) ORDER BY id
ALTER TABLE t DROP COLUMN g
$$);

\echo -- btree
SELECT * FROM pg_temp.answers($$
CREATE INDEX t_btree ON t (v)
CREATE UNIQUE INDEX t_unique ON t (v)
INSERT INTO t (id, v) VALUES (22, '[0,0,0]')
DROP INDEX t_btree
SET enable_seqscan = off
SELECT id FROM t WHERE v = '[7,8,9]'
SELECT v FROM t WHERE v BETWEEN '[0]' AND '[5,5,7]' ORDER BY v
SELECT v FROM t ORDER BY v DESC NULLS LAST LIMIT 2
RESET enable_seqscan
INSERT INTO t (id, v) VALUES (23, '[0,0,0]') ON CONFLICT (v) DO NOTHING
CREATE INDEX ON t USING gist (v)
CREATE INDEX ON t USING gin (v)
CREATE INDEX ON t USING brin (v)
CREATE INDEX ON t (v halfvec_ops)
CREATE INDEX ON t (v halfvec_l2_ops)
CREATE INDEX ON t (v text_ops)
CREATE TABLE big (v halfvec(2000) PRIMARY KEY)
INSERT INTO big SELECT array_agg(sin(i) ORDER BY i)::halfvec FROM generate_series(1, 2000) i
DROP TABLE big
ALTER TABLE t ADD PRIMARY KEY (v)
ALTER TABLE t CLUSTER ON t_unique
$$);

\echo -- views, domains, composite types, functions, partitions
SELECT * FROM pg_temp.answers($$
CREATE VIEW near AS SELECT id, v <-> '[1,1,1]' AS d FROM t ORDER BY v <-> '[1,1,1]'
SELECT id FROM near LIMIT 1
DROP VIEW near
CREATE DOMAIN unit AS halfvec(3) CHECK (l2_norm(VALUE) BETWEEN 0.99 AND 1.01)
SELECT '[1,0,0]'::unit
SELECT '[1,1,0]'::unit
SELECT '[1,0]'::unit
SELECT '[1,0,0]'::unit <-> '[0,0,0]' AS d
DROP DOMAIN unit
CREATE TYPE pair AS (a halfvec(2), b int)
SELECT '("[1,2]",3)'::pair
SELECT '("[1,2,3]",3)'::pair
SELECT (ROW('[1,2]'::halfvec, 3)::pair).a
DROP TYPE pair
CREATE FUNCTION f(halfvec) RETURNS float8 LANGUAGE sql AS 'SELECT $1 <-> ''[0,0]'''
SELECT f('[3,4]')
SELECT f('[3]')
SELECT f(ARRAY[3,4])
SELECT f(ARRAY[3,4]::halfvec)
DROP FUNCTION f(halfvec)
CREATE TABLE parted (v halfvec(1)) PARTITION BY RANGE (v)
CREATE TABLE parted_low PARTITION OF parted FOR VALUES FROM ('[0]') TO ('[5]')
CREATE TABLE parted_high PARTITION OF parted FOR VALUES FROM ('[5]') TO ('[9]')
INSERT INTO parted VALUES ('[1]'), ('[5]'), ('[8.5]')
INSERT INTO parted VALUES ('[9]')
SELECT tableoid::regclass, v FROM parted ORDER BY v
DROP TABLE parted
DROP TABLE t
$$);
