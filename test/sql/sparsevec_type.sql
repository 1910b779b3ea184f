-- The type sparsevec: text form, type modifier, storage.

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

-- text form: a value and how it comes back
SELECT literal, literal::sparsevec AS sparsevec
FROM unnest(ARRAY['{1:1.5,3:-2}/5', '{}/3', '{3:1,1:2}/3', '{1:0,2:1}/2', '{1:-0,2:0.0}/2', '{1:+1.,2:.5}/2',
	'{1:1e2,2:1E-2,3:0x10}/3', '{1:100000,2:1000000,3:1e-5}/3', '{1:3.4028235e38,2:1e-45}/2', '{+1:1,02:2}/+3',
	'{1000000000:1}/1000000000', '{}/1000000000', '{9:0}/3', '{0:0,-5:-0,99999999999:0}/3', '{1:0,1:1,1:0}/3',
	'{1:16777217}/1']) literal;

-- white space around every token, of every kind
SELECT replace('_{_1_:_-2_,_2_:_3_}_/_3_', '_', E' \t\n\r\x0b\f')::sparsevec;
SELECT '{ }/3'::sparsevec;

-- malformed text
SELECT literal, pg_temp.error_of(format('SELECT %L::sparsevec', literal)) AS error
FROM unnest(ARRAY['', ' ', '[1,2]', '[1:1]/3', '1:1', 'x{}/3', '{', '{ ', '{}', '{}/', '{}3', '{}/x', '{1', '{1}/3',
	'{1:', '{1:}/3', '{:1}/3', '{1 1}/3', '{1:1', '{1:1,', '{1:1,}/2', '{,}/2', '{,1:1}/2', '{1:1,,2:1}/2', '{1:1;2:1}/3',
	'{1:1 2:1}/3', '{1:1]/3', '{1:1}', '{1:1}/', '{1:1}3', '{1:1}}/3', '{1:1},/3', '{1:1}/3x', '{1:1}/3 x', '{1:1}/3/3',
	'{1:1}/3.5', '{1:1}/0x10', '{0x1:1}/3', '{1.5:1}/3', '{a:1}/3', '{1:a}/3', '{"1":1}/3', '{--1:1}/3', '{1:1e}/3',
	'{1:1.2.3}/3']) literal;

-- dimensions that are none
SELECT literal, pg_temp.error_of(format('SELECT %L::sparsevec', literal)) AS error
FROM unnest(ARRAY['{}/0', '{}/-1', '{1:1}/0', '{}/1000000001', '{}/2147483648', '{}/99999999999999999999',
	'{}/-99999999999999999999']) literal;

-- indices that are none
SELECT literal, pg_temp.error_of(format('SELECT %L::sparsevec', literal)) AS error
FROM unnest(ARRAY['{0:1}/3', '{4:1}/3', '{-1:1}/3', '{2147483647:1}/3', '{2147483648:1}/3', '{99999999999:1}/3',
	'{-2147483648:1}/3', '{-99999999999:1}/3', '{1:1,2:2,3:3}/2', '{1:1,1:2}/3', '{2:1,1:1,2:1}/3', '{1:1,1:1,9:1}/3',
	'{9:1,9:1}/3']) literal;

-- values that no element may have
SELECT literal, pg_temp.error_of(format('SELECT %L::sparsevec', literal)) AS error
FROM unnest(ARRAY['{1:NaN}/3', '{1:-nan}/3', '{1:Infinity}/3', '{1:-inf}/3', '{1:4e38}/3', '{1: -4e38 }/3',
	'{1:1e400}/3', '{1:3.4028236e38}/3', '{1:1e-46}/3', '{1:-1e-50}/3', '{9:NaN}/3']) literal;
SELECT '{1:NaN}/3'::sparsevec;
SELECT '{1:1'::sparsevec;

-- shortest digits: every float4 that is printed reads back as the same one
SELECT count(*) AS values, count(*) FILTER (WHERE v <> v::text::sparsevec) AS changed
FROM generate_series(1, 1000) i,
	LATERAL (SELECT ARRAY[i * 0.1, 0, -i / 3.0, i * 1e30, 0, i * 1e-30]::real[]::sparsevec AS v) s;

-- type modifier
SELECT '{1:1}/3'::sparsevec(3);
SELECT definition, pg_temp.error_of(format('SELECT NULL::%s', definition)) AS error
FROM unnest(ARRAY['sparsevec(1)', 'sparsevec(1000000000)', 'sparsevec(0)', 'sparsevec(-1)', 'sparsevec(1000000001)',
	'sparsevec(3, 2)', 'sparsevec(''a'')', 'sparsevec(2147483648)']) definition;
SELECT pg_temp.error_of($$SELECT '{}/3'::sparsevec(2)$$);
SELECT pg_temp.error_of($$SELECT '{1:1}/2'::sparsevec(3)$$);
SELECT pg_temp.error_of($$SELECT '{9:1}/3'::sparsevec(2)$$) AS index_comes_first;
SELECT pg_temp.error_of($$SELECT '{"{1:1}/3"}'::sparsevec(2)[]$$);
SELECT format_type('sparsevec'::regtype, 3);

-- most elements, counted as they are written
SELECT l2_norm(('{' || string_agg(i || ':1', ',') || '}/20000')::sparsevec)::real FROM generate_series(1, 16000) i;
SELECT pg_temp.error_of(format('SELECT %L::sparsevec', '{' || string_agg(i || ':1', ',') || '}/20000'))
FROM generate_series(1, 16001) i;
SELECT pg_temp.error_of(format('SELECT %L::sparsevec', '{' || string_agg(i || ':0', ',') || '}/20000'))
FROM generate_series(1, 16001) i;
SELECT pg_temp.error_of(format('SELECT %L::sparsevec', '{' || repeat(',', 16000) || '}/x')) AS limit_comes_first;

-- arrays of values
SELECT v, l2_norm(v) FROM unnest('{"{1:3,2:4}/3","{}/5",NULL}'::sparsevec[]) v;
SELECT array_agg(v) FROM (VALUES ('{1:1}/2'::sparsevec), ('{}/1')) t(v);

-- columns
CREATE TABLE t (id int, v sparsevec(3), any_dim sparsevec);
INSERT INTO t VALUES (1, '{1:1}/3', '{}/1'), (2, '{2:2,3:3}/3', '{4:1}/4'), (3, NULL, NULL);
INSERT INTO t (v) VALUES ('{1:1}/2');
INSERT INTO t (v) SELECT any_dim FROM t WHERE id = 2;
UPDATE t SET any_dim = v WHERE id = 1;
SELECT * FROM t ORDER BY id;
SELECT attname, format_type(atttypid, atttypmod), attstorage FROM pg_attribute
WHERE attrelid = 't'::regclass AND attnum > 0 ORDER BY attnum;
ALTER TABLE t ALTER any_dim TYPE sparsevec(3);
ALTER TABLE t ALTER v TYPE sparsevec(2);
ALTER TABLE t ALTER v TYPE sparsevec;
DROP TABLE t;

-- short values: up to 126 bytes in all the header takes one byte, which every function reads
CREATE TABLE t (n int, v sparsevec);
INSERT INTO t SELECT n, ('{' || coalesce(string_agg(7 * i || ':' || n, ','), '') || '}/1000')::sparsevec
FROM generate_series(0, 16) n LEFT JOIN LATERAL generate_series(1, n) i ON true GROUP BY n;
SELECT n, pg_column_size(v) AS bytes FROM t WHERE n IN (0, 1, 13, 14, 15, 16) ORDER BY n;
SELECT count(*) FROM t
WHERE l1_distance(v, '{}/1000') = n * n AND v <#> v = -(n ^ 3) AND v <-> v = 0 AND v = v AND v = v::text::sparsevec
	AND l2_norm(v) = sqrt(n ^ 3) AND vector_dims(v::vector) = 1000
	AND sparsevec_hash(v) = sparsevec_hash(v::vector::sparsevec);
DROP TABLE t;

-- large values: stored out of line, not compressed
CREATE TABLE t (id int, v sparsevec(20000));
INSERT INTO t SELECT i, (array_fill(i, ARRAY[16000]) || array_fill(0, ARRAY[4000]))::sparsevec
FROM generate_series(1, 3) i;
SELECT id, pg_column_size(v) AS bytes, v <+> '{}/20000'::sparsevec AS l1 FROM t ORDER BY id;
SELECT pg_relation_size(reltoastrelid) >= 3 * 128016 AS out_of_line FROM pg_class WHERE oid = 't'::regclass;
SELECT t.id FROM t, (SELECT v FROM t WHERE id = 2) q ORDER BY t.v <-> q.v, t.id;
DROP TABLE t;

-- compressed values, for a column that asks for it
CREATE TABLE t (v sparsevec(4000));
ALTER TABLE t ALTER v SET STORAGE extended;
INSERT INTO t VALUES (array_fill(1, ARRAY[4000])::sparsevec);
SELECT pg_column_size(v) < 30000 AS compressed, v <#> v AS negative_inner_product FROM t;
DROP TABLE t;

-- unlogged table, COPY in text
CREATE UNLOGGED TABLE t (id int, v sparsevec(5));
COPY t FROM stdin;
1	{1:1.5,3:2}/5
2	 { 5 : 3 , 2 : 4 } / 5
3	\N
\.
COPY t FROM stdin;
4	{1:1}/6
\.
COPY t FROM stdin;
4	{1:1
\.
COPY t TO stdout;
DROP TABLE t;
