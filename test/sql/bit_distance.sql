-- Distances of PostgreSQL's own type bit: functions, operators, ordering.

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

-- Hamming
SELECT hamming_distance('111', '110'), hamming_distance('0000', '1111') AS all_differ,
	hamming_distance('101', '101') AS same, B'10101' <~> B'00111' AS operator, hamming_distance('1', '0') AS one_bit;
SELECT hamming_distance(B'', B'') AS empty, hamming_distance('11'::varbit, '10'::varbit) AS varbit;

-- Jaccard: 1 where no bit is in both, even if none is set at all
SELECT jaccard_distance('1111', '1100'), jaccard_distance('1100', '0110') AS third,
	jaccard_distance('1011', '1011') AS same, B'10101' <%> B'00111' AS operator;
SELECT jaccard_distance('1000', '0100') AS apart, jaccard_distance('1000', '0000') AS with_zero,
	jaccard_distance('0000', '0000') AS both_zero, jaccard_distance(B'', B'') AS empty;

-- every length around bytes, words and registers, against counts of characters
CREATE TABLE t (length int, a bit varying, b bit varying, hamming int, in_both int, in_either int);
INSERT INTO t SELECT length,
	string_agg(x::int::text, '' ORDER BY i)::varbit, string_agg(y::int::text, '' ORDER BY i)::varbit,
	count(*) FILTER (WHERE x <> y), count(*) FILTER (WHERE x AND y), count(*) FILTER (WHERE x OR y)
FROM generate_series(1, 1100) length, generate_series(1, length) i,
	LATERAL (SELECT (length * i) % 7 < 3 AS x, (i * i + length) % 5 < 2 AS y) bits
WHERE length <= 140 OR length % 64 IN (0, 1, 7, 63) OR length > 1090 GROUP BY length;
SELECT count(*), count(*) FILTER (WHERE a <~> b <> hamming) AS hamming,
	count(*) FILTER (WHERE a <%> b <> CASE in_both WHEN 0 THEN 1 ELSE 1 - in_both::float8 / in_either END) AS jaccard,
	count(*) FILTER (WHERE a <~> b <> b <~> a OR a <%> b <> b <%> a) AS asymmetric,
	count(*) FILTER (WHERE a <~> a <> 0 OR a <~> ~a <> length) AS of_itself
FROM t;
DROP TABLE t;

-- the same at every level that this CPU has
CREATE FUNCTION pg_temp.print_of(level text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('vecsim.simd', level, true);
	RETURN (SELECT md5(string_agg(concat(a <~> b, a <%> b), ',' ORDER BY i)) FROM generate_series(1, 300) i,
		LATERAL (SELECT binary_quantize(array_agg(sin(i * j) ORDER BY j)::vector) AS a,
			binary_quantize(array_agg(cos(i + j * j) ORDER BY j)::vector) AS b FROM generate_series(1, 2 * i) j) v);
EXCEPTION WHEN invalid_parameter_value THEN
	RETURN NULL; -- not on this CPU
END
$$;
SELECT count(DISTINCT pg_temp.print_of(level)) AS different
FROM unnest(ARRAY['scalar', 'avx2', 'avx512', 'neon', 'auto']) level;
RESET vecsim.simd;

-- different lengths
SELECT pg_temp.error_of(format('SELECT %s(''111'', ''11'')', name)) AS error
FROM unnest(ARRAY['hamming_distance', 'jaccard_distance']) name;
SELECT B'1' <~> B'';
SELECT B'1' <%> B'';

-- null
SELECT B'1' <~> NULL AS hamming, NULL <%> B'1' AS jaccard, hamming_distance(NULL, NULL) AS both;

-- values with a short header, a long one, compressed ones and those out of line
SET default_toast_compression = pglz; -- 19 has another one
CREATE TABLE t (id int, v bit varying);
INSERT INTO t SELECT length, repeat('10', length)::varbit FROM unnest(ARRAY[1, 4, 480, 484, 485, 2000, 200000]) length;
ALTER TABLE t ALTER v SET STORAGE external;
INSERT INTO t SELECT -1, repeat('10', 200000)::varbit;
SELECT id, pg_column_size(v) AS bytes, v <~> ~v AS hamming, v <%> v AS jaccard FROM t ORDER BY id;
DROP TABLE t;

-- quantised vectors
SELECT binary_quantize('[1,-1,0,2]'::vector) <~> B'1100' AS hamming,
	binary_quantize('[1,-1,0,2]'::vector) <%> B'1100' AS jaccard;

-- nearest neighbours, without an index
CREATE TABLE t (id int, v bit(4));
INSERT INTO t VALUES (1, '0000'), (2, '1111'), (3, '1100'), (4, NULL), (5, '0001');
SELECT id, v <~> '1101' AS hamming FROM t ORDER BY v <~> '1101', id;
SELECT id, round((v <%> '1101')::numeric, 3) AS jaccard FROM t ORDER BY v <%> '1101', id;
SELECT id FROM t WHERE v <~> '1101' <= 1 ORDER BY id;
SELECT v <~> '110' FROM t;
DROP TABLE t;

-- what a distance costs the planner
SELECT proname, procost FROM pg_proc
WHERE oid IN (SELECT oprcode FROM pg_operator WHERE oprname IN ('<~>', '<%>') AND oprleft = 'bit'::regtype)
ORDER BY proname;
