-- The type halfvec: text form, type modifier, storage.

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
SELECT literal, literal::halfvec AS halfvec
FROM unnest(ARRAY['[1,2,3]', '[-1,+2,-3.5]', '[1.,.5]', '[7]', '[0,-0,0.0]', '[1e2,1E-2,0x10]',
	'[60000,6000,1e-5]', '[0.1,0.2,0.3]', '[2049,2050,2051]', '[65504,-65504,65519,65519.99,6e-8]',
	'[2.9e-8,-2.9e-8,3e-8,1e-46]', '[1.00048828125,1.0004883,1.0014648]']) literal;

-- white space around every token, of every kind
SELECT E' \t\n\r\x0b\f[ \t\n\r\x0b\f1 \t\n\r\x0b\f, \t\n\r\x0b\f-2 \t\n\r\x0b\f] \t\n\r\x0b\f'::halfvec;

-- malformed text
SELECT literal, pg_temp.error_of(format('SELECT %L::halfvec', literal)) AS error
FROM unnest(ARRAY['', ' ', '1,2,3', '{1,2}', '(1)', '[', '[ ', '[1', '[1,', '[1,2,3', '[,', '[,]', '[1,]',
	'[1,,3]', '[1, ,3]', '[,1]', '[1 2]', '[1;2]', '[hello,1]', '[1a]', '[1,2,3]9', '[1,2] [3]', '[1]]', '[[1]]',
	'[--1]', '[1.2.3]', '[1e]', '[0x]', '[]', ' [ ] ']) literal;

-- values that no element may have
SELECT literal, pg_temp.error_of(format('SELECT %L::halfvec', literal)) AS error
FROM unnest(ARRAY['[NaN,1]', '[nan]', '[1,-NaN]', '[nan(1)]', '[Infinity,1]', '[-Infinity]', '[inf]',
	'[1,-INF]', '[65520,1]', '[1, -65520 ]', '[65536]', '[1e30]', '[4e38]', '[1e400]', '[0x1p16]']) literal;
SELECT '[NaN]'::halfvec;
SELECT '[1,2'::halfvec;

-- shortest digits of float4: every half that is printed reads back as the same one
SELECT count(*) AS values, count(*) FILTER (WHERE v <> v::text::halfvec) AS changed
FROM generate_series(1, 1000) i,
	LATERAL (SELECT ARRAY[i * 0.1, -i / 3.0, i * 60, i * 1e-6]::real[]::halfvec AS v) s;

-- type modifier
SELECT '[1,2,3]'::halfvec(3);
SELECT definition, pg_temp.error_of(format('SELECT NULL::%s', definition)) AS error
FROM unnest(ARRAY['halfvec(1)', 'halfvec(16000)', 'halfvec(0)', 'halfvec(-1)', 'halfvec(16001)',
	'halfvec(2147483647)', 'halfvec(3, 2)', 'halfvec(''a'')', 'halfvec(2147483648)']) definition;
SELECT pg_temp.error_of($$SELECT '[1,2,3]'::halfvec(2)$$);
SELECT pg_temp.error_of($$SELECT '{"[1,2,3]"}'::halfvec(2)[]$$);
SELECT format_type('halfvec'::regtype, 3);

-- most dimensions
SELECT vector_dims(('[' || repeat('1,', 15999) || '1]')::halfvec);
SELECT pg_temp.error_of(format('SELECT %L::halfvec', '[' || repeat('1,', 16000) || '1]'));
SELECT pg_temp.error_of(format('SELECT %L::halfvec', '[' || repeat('1,', 16000) || 'x')) AS limit_comes_first;
SELECT vector_dims(('[1]' || repeat(' ', 100000))::halfvec);

-- arrays of halfvecs
SELECT v, vector_dims(v) FROM unnest('{"[1,2,3]","[4,5]",NULL}'::halfvec[]) v;
SELECT array_agg(v) FROM (VALUES ('[1,2]'::halfvec), ('[3]')) t(v);

-- columns
CREATE TABLE t (id int, v halfvec(3), any_dim halfvec);
INSERT INTO t VALUES (1, '[1,2,3]', '[1]'), (2, '[4,5,6]', '[1,2,3,4]'), (3, NULL, NULL);
INSERT INTO t (v) VALUES ('[1,2]');
INSERT INTO t (v) SELECT any_dim FROM t WHERE id = 2;
UPDATE t SET any_dim = v WHERE id = 1;
SELECT * FROM t ORDER BY id;
SELECT attname, format_type(atttypid, atttypmod), attstorage FROM pg_attribute
WHERE attrelid = 't'::regclass AND attnum > 0 ORDER BY attnum;
ALTER TABLE t ALTER any_dim TYPE halfvec(3);
ALTER TABLE t ALTER v TYPE halfvec(2);
ALTER TABLE t ALTER v TYPE halfvec;
DROP TABLE t;

-- short values: up to 126 bytes in all the header takes one byte, which every function reads
CREATE TABLE t (dim int, v halfvec);
INSERT INTO t SELECT dim, array_fill(dim, ARRAY[dim])::halfvec FROM generate_series(1, 64) dim;
SELECT dim, pg_column_size(v) AS bytes FROM t WHERE dim IN (1, 58, 59, 60, 61) ORDER BY dim;
SELECT count(*) FROM t
WHERE vector_dims(v) = dim AND v::text = (array_fill(dim, ARRAY[dim])::halfvec)::text AND v <-> v = 0
	AND l1_distance(v, array_fill(0, ARRAY[dim])::halfvec) = dim * dim
	AND v::real[] = array_fill(dim, ARRAY[dim])::real[]
	AND v = v AND l2_norm(v + v) = l2_norm(v * 2::float8) AND halfvec_send(v) = halfvec_send(-(-v))
	AND vector_dims(v || v) = 2 * dim AND halfvec_hash(v) = halfvec_hash(array_fill(dim, ARRAY[dim])::halfvec);
DROP TABLE t;

-- large values: stored out of line, not compressed
CREATE TABLE t (id int, v halfvec(16000));
INSERT INTO t SELECT i, array_fill(i, ARRAY[16000])::halfvec FROM generate_series(1, 3) i;
SELECT id, pg_column_size(v) AS bytes, vector_dims(v), v <+> array_fill(0, ARRAY[16000])::halfvec AS l1
FROM t ORDER BY id;
SELECT pg_relation_size(reltoastrelid) >= 3 * 32008 AS out_of_line FROM pg_class WHERE oid = 't'::regclass;
SELECT id FROM t ORDER BY v <-> array_fill(2, ARRAY[16000])::halfvec, id;
SELECT subvector(sum(v), 15999, 2) FROM t;
DROP TABLE t;

-- compressed values, for a column that asks for it
CREATE TABLE t (v halfvec(8000));
ALTER TABLE t ALTER v SET STORAGE extended;
INSERT INTO t VALUES (array_fill(1, ARRAY[8000])::halfvec);
SELECT pg_column_size(v) < 4000 AS compressed, v <#> v AS negative_inner_product FROM t;
DROP TABLE t;

-- unlogged table, COPY in text
CREATE UNLOGGED TABLE t (id int, v halfvec(2));
COPY t FROM stdin;
1	[1,2]
2	 [ 3 , 4 ]
3	\N
\.
COPY t FROM stdin;
4	[1,2,3]
\.
COPY t FROM stdin;
4	[1,2
\.
COPY t TO stdout;
DROP TABLE t;
