-- Functions of bit as in pgvector.  Expected answers are pgvector's: test/README.
\getenv abs_srcdir PG_ABS_SRCDIR
\set ECHO none
\i :abs_srcdir/sql/lib/statements.sql

\echo -- distances
SELECT * FROM pg_temp.answers($$
SELECT hamming_distance('111', '111')
SELECT hamming_distance('111', '110')
SELECT hamming_distance('111', '100')
SELECT hamming_distance('111', '000')
SELECT hamming_distance('10101010101010101010', '01010101010101010101')
SELECT hamming_distance('', '')
SELECT hamming_distance('1', '11')
SELECT hamming_distance('111', '00')
SELECT hamming_distance(B'101', B'100')
SELECT hamming_distance(NULL, '1')
SELECT hamming_distance(repeat('1', 1000)::bit(1000), repeat('0', 1000)::bit(1000))
SELECT hamming_distance(repeat('1', 1025)::bit(1025), repeat('10', 512)::bit(1025))
SELECT hamming_distance(X'FF', X'0F')
SELECT hamming_distance('111'::varbit, '110'::varbit)
SELECT hamming_distance(B'101', '101'::bit(4))
SELECT B'101' <~> B'111' AS d
SELECT '101'::bit(3) <~> '010' AS d
SELECT B'101' <~> B'11' AS d
SELECT B'101' <~> NULL AS d
SELECT '101'::varbit <~> '010'::varbit AS d
SELECT jaccard_distance('1111', '1111')
SELECT jaccard_distance('1111', '1110')
SELECT jaccard_distance('1111', '1100')
SELECT jaccard_distance('1111', '1000')
SELECT jaccard_distance('1111', '0000')
SELECT jaccard_distance('0000', '0000')
SELECT jaccard_distance('1100', '1000')
SELECT jaccard_distance('1100', '0011')
SELECT jaccard_distance('', '')
SELECT jaccard_distance('1', '11')
SELECT jaccard_distance(repeat('10', 500)::bit(1000), repeat('01', 500)::bit(1000))
SELECT jaccard_distance(repeat('11', 500)::bit(1000), repeat('01', 500)::bit(1000))
SELECT jaccard_distance(repeat('1', 1025)::bit(1025), repeat('1', 1025)::bit(1025))
SELECT B'1100' <%> B'1000' AS d
SELECT B'1100' <%> B'0000' AS d
SELECT B'1100' <%> B'100' AS d
SELECT pg_typeof(B'1' <~> B'0') AS hamming, pg_typeof(B'1' <%> B'0') AS jaccard
SELECT B'1' <-> B'0' AS d
SELECT binary_quantize('[1,-1,0]'::vector) <~> '111' AS d
SELECT binary_quantize('[1,-1,0]'::halfvec) <%> '110' AS d
$$);

\echo -- columns
SELECT * FROM pg_temp.answers($$
CREATE TABLE t (id int, b bit(4), v varbit)
INSERT INTO t VALUES (1, '1111', '1'), (2, '1010', '10'), (3, '0000', ''), (4, NULL, NULL)
SELECT id, b <~> '1110' AS d FROM t WHERE b IS NOT NULL ORDER BY d, id
SELECT id, b <%> '1010' AS d FROM t WHERE b IS NOT NULL ORDER BY d, id
SELECT id FROM t ORDER BY b <~> '111'
SELECT id FROM t ORDER BY v <~> '1'
SELECT avg(b <~> '1111') FROM t
DROP TABLE t
$$);
