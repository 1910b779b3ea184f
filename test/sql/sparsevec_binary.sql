-- Binary form of sparsevec: send, recv through COPY, messages that are wrong.

-- send: dimensions, elements, 0, indices from 0, values, most significant byte first
SELECT sparsevec_send('{1:1.5,3:-2}/5'), sparsevec_send('{}/3') AS zero;
SELECT octet_length(sparsevec_send(array_fill(1, ARRAY[16000])::sparsevec));

-- there and back
CREATE TABLE t (id int, v sparsevec);
INSERT INTO t VALUES (1, '{1:1.5,3:-2}/5'), (2, '{}/1000000000'), (3, NULL),
	(4, '{7:1e-45,1000000000:3.4028235e38}/1000000000');
INSERT INTO t SELECT 5, array_agg(i)::sparsevec FROM generate_series(1, 16000) i;
\copy t TO 'results/sparsevec_binary.data' WITH (FORMAT binary)
CREATE TABLE t2 (id int, v sparsevec);
\copy t2 FROM 'results/sparsevec_binary.data' WITH (FORMAT binary)
SELECT id, t.v IS NOT DISTINCT FROM t2.v AND t.v::text IS NOT DISTINCT FROM t2.v::text AS same
FROM t FULL JOIN t2 USING (id) ORDER BY id;
DROP TABLE t, t2;

-- A message of any bytes: a bytea column written in binary is read as a sparsevec column.
CREATE TABLE t (v sparsevec);
CREATE TABLE message (bytes bytea);
\set write '\\copy message TO ''results/sparsevec_binary.data'' WITH (FORMAT binary)'
\set read '\\copy t FROM ''results/sparsevec_binary.data'' WITH (FORMAT binary)'

-- recv: good ones
INSERT INTO message VALUES ('\x00000005 00000002 00000000 00000000 00000002 3fc00000 c0000000'),
	('\x3b9aca00 00000000 00000000');
:write
:read
SELECT v FROM t;

-- recv: other dimensions than the column has
TRUNCATE t;
ALTER TABLE t ALTER v TYPE sparsevec(3);
:read
ALTER TABLE t ALTER v TYPE sparsevec;

-- recv: no bytes, part of a header
TRUNCATE message; INSERT INTO message VALUES ('\x');
:write
:read
TRUNCATE message; INSERT INTO message VALUES ('\x0000');
:write
:read
TRUNCATE message; INSERT INTO message VALUES ('\x00000005 00000000');
:write
:read

-- recv: no dimensions, one too many, the most
TRUNCATE message; INSERT INTO message VALUES ('\x00000000 00000000 00000000');
:write
:read
TRUNCATE message; INSERT INTO message VALUES ('\xffffffff 00000000 00000000');
:write
:read
TRUNCATE message; INSERT INTO message VALUES ('\x3b9aca01 00000000 00000000');
:write
:read

-- recv: elements below 0, more than allowed, more than dimensions
TRUNCATE message; INSERT INTO message VALUES ('\x00000005 ffffffff 00000000');
:write
:read
TRUNCATE message; INSERT INTO message VALUES ('\x00010000 00003e81 00000000');
:write
:read
TRUNCATE message; INSERT INTO message VALUES ('\x00000005 00003e81 00000000');
:write
:read
TRUNCATE message; INSERT INTO message VALUES ('\x00000005 00000006 00000000');
:write
:read

-- recv: something in the unused bytes
TRUNCATE message; INSERT INTO message VALUES ('\x00000005 00000001 00000001 00000000 3f800000');
:write
:read

-- recv: indices out of bounds, out of order, twice
TRUNCATE message; INSERT INTO message VALUES ('\x00000005 00000001 00000000 00000005 3f800000');
:write
:read
TRUNCATE message; INSERT INTO message VALUES ('\x00000005 00000001 00000000 ffffffff 3f800000');
:write
:read
TRUNCATE message; INSERT INTO message VALUES ('\x00000005 00000002 00000000 00000002 00000000 3fc00000 c0000000');
:write
:read
TRUNCATE message; INSERT INTO message VALUES ('\x00000005 00000002 00000000 00000002 00000002 3fc00000 c0000000');
:write
:read

-- recv: values 0, -0, NaN, infinity
TRUNCATE message; INSERT INTO message VALUES ('\x00000005 00000001 00000000 00000001 00000000');
:write
:read
TRUNCATE message; INSERT INTO message VALUES ('\x00000005 00000001 00000000 00000001 80000000');
:write
:read
TRUNCATE message; INSERT INTO message VALUES ('\x00000005 00000001 00000000 00000001 7fc00000');
:write
:read
TRUNCATE message; INSERT INTO message VALUES ('\x00000005 00000001 00000000 00000001 ff800000');
:write
:read

-- recv: fewer bytes than elements, the most elements and nothing behind
TRUNCATE message; INSERT INTO message VALUES ('\x00000005 00000001 00000000');
:write
:read
TRUNCATE message; INSERT INTO message VALUES ('\x00000005 00000001 00000000 00000001');
:write
:read
TRUNCATE message; INSERT INTO message VALUES ('\x00000005 00000001 00000000 00000001 3f8000');
:write
:read
TRUNCATE message; INSERT INTO message VALUES ('\x00010000 00003e80 00000000');
:write
:read

-- recv: more bytes than elements
TRUNCATE message; INSERT INTO message VALUES ('\x00000005 00000001 00000000 00000001 3f800000 00');
:write
:read

-- recv: the same as SQLSTATE
\set VERBOSITY sqlstate
TRUNCATE message; INSERT INTO message VALUES ('\x');
:write
:read
TRUNCATE message; INSERT INTO message VALUES ('\x0000');
:write
:read
TRUNCATE message; INSERT INTO message VALUES ('\x00000005 00000000');
:write
:read
TRUNCATE message; INSERT INTO message VALUES ('\x00000000 00000000 00000000');
:write
:read
TRUNCATE message; INSERT INTO message VALUES ('\xffffffff 00000000 00000000');
:write
:read
TRUNCATE message; INSERT INTO message VALUES ('\x3b9aca01 00000000 00000000');
:write
:read
TRUNCATE message; INSERT INTO message VALUES ('\x00000005 ffffffff 00000000');
:write
:read
TRUNCATE message; INSERT INTO message VALUES ('\x00010000 00003e81 00000000');
:write
:read
TRUNCATE message; INSERT INTO message VALUES ('\x00000005 00003e81 00000000');
:write
:read
TRUNCATE message; INSERT INTO message VALUES ('\x00000005 00000006 00000000');
:write
:read
TRUNCATE message; INSERT INTO message VALUES ('\x00000005 00000001 00000001 00000000 3f800000');
:write
:read
TRUNCATE message; INSERT INTO message VALUES ('\x00000005 00000001 00000000 00000005 3f800000');
:write
:read
TRUNCATE message; INSERT INTO message VALUES ('\x00000005 00000001 00000000 ffffffff 3f800000');
:write
:read
TRUNCATE message; INSERT INTO message VALUES ('\x00000005 00000002 00000000 00000002 00000000 3fc00000 c0000000');
:write
:read
TRUNCATE message; INSERT INTO message VALUES ('\x00000005 00000002 00000000 00000002 00000002 3fc00000 c0000000');
:write
:read
TRUNCATE message; INSERT INTO message VALUES ('\x00000005 00000001 00000000 00000001 00000000');
:write
:read
TRUNCATE message; INSERT INTO message VALUES ('\x00000005 00000001 00000000 00000001 80000000');
:write
:read
TRUNCATE message; INSERT INTO message VALUES ('\x00000005 00000001 00000000 00000001 7fc00000');
:write
:read
TRUNCATE message; INSERT INTO message VALUES ('\x00000005 00000001 00000000 00000001 ff800000');
:write
:read
TRUNCATE message; INSERT INTO message VALUES ('\x00000005 00000001 00000000');
:write
:read
TRUNCATE message; INSERT INTO message VALUES ('\x00000005 00000001 00000000 00000001');
:write
:read
TRUNCATE message; INSERT INTO message VALUES ('\x00000005 00000001 00000000 00000001 3f8000');
:write
:read
TRUNCATE message; INSERT INTO message VALUES ('\x00010000 00003e80 00000000');
:write
:read
TRUNCATE message; INSERT INTO message VALUES ('\x00000005 00000001 00000000 00000001 3f800000 00');
:write
:read
\set VERBOSITY default

-- nothing of all that came in, and the backend lives
SELECT count(*) FROM t;
DROP TABLE t, message;
