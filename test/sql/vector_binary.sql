-- Binary form: vector_send, vector_recv through COPY, messages that are wrong.

-- send: dimensions, 0, elements, most significant byte first
SELECT vector_send('[1,-2,0.5]');
SELECT octet_length(vector_send(array_fill(1, ARRAY[16000])::vector));

-- there and back
CREATE TABLE t (id int, v vector);
INSERT INTO t VALUES (1, '[1,-2,0.5]'), (2, '[-0]'), (3, NULL), (4, '[1e-45,3.4028235e38]');
INSERT INTO t SELECT 5, array_agg(i)::vector FROM generate_series(1, 16000) i;
\copy t TO 'results/vector_binary.data' WITH (FORMAT binary)
CREATE TABLE t2 (id int, v vector);
\copy t2 FROM 'results/vector_binary.data' WITH (FORMAT binary)
SELECT id, t.v IS NOT DISTINCT FROM t2.v AND t.v::text IS NOT DISTINCT FROM t2.v::text AS same
FROM t FULL JOIN t2 USING (id) ORDER BY id;
DROP TABLE t, t2;

-- A message of any bytes: a bytea column written in binary is read as a vector column.
CREATE TABLE t (v vector);
CREATE TABLE message (bytes bytea);
\set write '\\copy message TO ''results/vector_binary.data'' WITH (FORMAT binary)'
\set read '\\copy t FROM ''results/vector_binary.data'' WITH (FORMAT binary)'

-- recv: a good one
INSERT INTO message VALUES ('\x00020000 3f800000 c0000000');
:write
:read
SELECT v FROM t;

-- recv: other dimensions than the column has
TRUNCATE t;
ALTER TABLE t ALTER v TYPE vector(3);
:read
ALTER TABLE t ALTER v TYPE vector;

-- recv: no bytes, half a header
TRUNCATE message; INSERT INTO message VALUES ('\x');
:write
:read
TRUNCATE message; INSERT INTO message VALUES ('\x000200');
:write
:read

-- recv: no dimensions
TRUNCATE message; INSERT INTO message VALUES ('\x00000000');
:write
:read

-- recv: one dimension too many, and one less than none
TRUNCATE message; INSERT INTO message VALUES ('\x3e810000 3f800000');
:write
:read
TRUNCATE message; INSERT INTO message VALUES ('\xffff0000 3f800000');
:write
:read

-- recv: fewer elements than dimensions, part of an element, most dimensions and nothing behind
TRUNCATE message; INSERT INTO message VALUES ('\x00020000 3f800000');
:write
:read
TRUNCATE message; INSERT INTO message VALUES ('\x00020000 3f800000 c00000');
:write
:read
TRUNCATE message; INSERT INTO message VALUES ('\x3e800000');
:write
:read

-- recv: more elements than dimensions
TRUNCATE message; INSERT INTO message VALUES ('\x00010000 3f800000 c0000000');
:write
:read

-- recv: something in the unused bytes
TRUNCATE message; INSERT INTO message VALUES ('\x00010001 3f800000');
:write
:read
TRUNCATE message; INSERT INTO message VALUES ('\x0001ffff 3f800000');
:write
:read

-- recv: NaN, infinity
TRUNCATE message; INSERT INTO message VALUES ('\x00020000 3f800000 7fc00000');
:write
:read
TRUNCATE message; INSERT INTO message VALUES ('\x00010000 ff800000');
:write
:read

-- recv: the same as SQLSTATE
\set VERBOSITY sqlstate
TRUNCATE message; INSERT INTO message VALUES ('\x000200');
:write
:read
TRUNCATE message; INSERT INTO message VALUES ('\x00000000');
:write
:read
TRUNCATE message; INSERT INTO message VALUES ('\x3e810000 3f800000');
:write
:read
TRUNCATE message; INSERT INTO message VALUES ('\x00020000 3f800000');
:write
:read
TRUNCATE message; INSERT INTO message VALUES ('\x00010000 3f800000 c0000000');
:write
:read
TRUNCATE message; INSERT INTO message VALUES ('\x00010001 3f800000');
:write
:read
TRUNCATE message; INSERT INTO message VALUES ('\x00020000 3f800000 7fc00000');
:write
:read
\set VERBOSITY default

-- nothing of all that came in, and the backend lives
SELECT count(*) FROM t;
DROP TABLE t, message;
