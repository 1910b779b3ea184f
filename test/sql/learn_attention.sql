-- attention and its weights: values, masks, nulls, far scores, windows, parallel workers, and the edges of what they
-- take.

-- A command's error as SQLSTATE, message, detail and hint, a line each; null where it succeeds.
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
	RETURN concat_ws(E'\n', SQLSTATE || ' ' || message, nullif(detail, ''), nullif(hint, ''));
END
$$;

-- Largest difference of two vectors' elements.
CREATE FUNCTION pg_temp.difference(a vector, b vector) RETURNS float8 LANGUAGE sql AS $$
	SELECT max(abs(x::float8 - y)) FROM unnest(a::real[], b::real[]) e(x, y)
$$;

-- values
CREATE TABLE t (id int, k vector(2), v vector(3));
INSERT INTO t VALUES (1, '[1,0]', '[1,10,100]'), (2, '[0,1]', '[2,20,200]'), (3, '[-1,0]', '[3,30,300]');
SELECT attention('[0,0]', k, v) AS mean, attention('[1e4,0]', k, v) AS first, attention('[-1e4,0]', k, v) AS last
FROM t;
SELECT attention('[1,2]', k, v) AS by_default, attention('[1,2]', k, v, 1 / sqrt(2)) AS the_same,
	attention('[1,2]', k, v, 1) AS unscaled, attention('[1,2]', k, v, 0) AS zero,
	attention('[1,2]', k, v, -1) AS negative FROM t;
SELECT round((v::real[])[1]::float8::numeric, 6) AS attention,
	round((e1 * 1 + e2 * 2 + e3 * 3) / (e1 + e2 + e3), 6) AS textbook
FROM (SELECT attention('[1,2]', k, v, 1) AS v FROM t) a,
	(SELECT exp(1::numeric) AS e1, exp(2::numeric) AS e2, exp(-1::numeric) AS e3) e;
SELECT attention('[1,2]', k, v) = attention('[1,2]', k, v) FILTER (WHERE id < 99) AS unmasked,
	attention('[1,2]', k, v) FILTER (WHERE id = 3) AS one_row,
	attention('[1,2]', k, v) FILTER (WHERE id > 3) AS no_row FROM t;
SELECT q.id, attention(q.k, t.k, t.v) FILTER (WHERE t.id <= q.id) AS causal FROM t q, t GROUP BY q.id ORDER BY q.id;

-- a row with a null argument is left out; of no rows the attention is null
SELECT attention('[1,0]', k, v), attention('[1,0]', k, v, s) AS scaled, attention(NULL, k, v) AS no_query
FROM (VALUES ('[1,0]'::vector, '[1]'::vector, 1::float8), (NULL, '[2]', 1), ('[1,0]', NULL, 1),
	('[1,0]', '[4]', NULL)) n(k, v, s);
SELECT attention('[1,0]', k, v), attention('[1,0]', k, v, 1) FROM t WHERE false;
SELECT attention(NULL, NULL, NULL), attention(NULL, NULL, NULL, NULL) FROM t;

-- scores of 1e4 and beyond
SELECT far, attention('[1]', k, v, far) AS attention, attention('[1]', k, v, -far) AS from_below
FROM unnest('{1e4,1e15,1e300}'::float8[]) far,
	(VALUES ('[1]'::vector, '[5,1]'::vector), ('[1]', '[7,1]'), ('[-1]', '[100,1]'), ('[-1]', '[200,1]')) r(k, v)
GROUP BY far ORDER BY far;
SELECT attention('[1]', k, v, 1) AS rising
FROM (SELECT ARRAY[i * 100]::vector AS k, ARRAY[i]::vector AS v FROM generate_series(1, 1000) i) r;
SELECT attention('[100,100]', k, v, 1) AS near_ties
FROM (VALUES ('[100,0]'::vector, '[0]'::vector), ('[0,100.01]', '[1]')) r(k, v);
SELECT attention('[3e38,3e38]', '[3e38,3e38]', '[1]') AS alone, attention('[1]', '[1]', '[3e38,-3e38]') AS large;

-- rows of two other dimensions, and of other scales
SELECT g, attention(k, k, v)
FROM (VALUES (1, '[1]'::vector, '[1]'::vector), (2, '[1,2]', '[1,2,3]'), (1, '[1]', '[3]')) r(g, k, v)
GROUP BY g ORDER BY g;
SELECT attention('[1]', '[1]', v, s) FROM (VALUES ('[0]'::vector, 0), ('[1]', ln(3::float8))) r(v, s);

-- windows and grouping sets
SELECT id, attention('[0,0]', k, v) OVER (ORDER BY id) AS running FROM t ORDER BY id;
SELECT id % 2 AS odd, attention('[0,0]', k, v) FROM t GROUP BY ROLLUP (id % 2) ORDER BY odd;

-- weights
SELECT pg_temp.difference(attention_weights('[1,2]', keys), softmax(scores, sqrt(2))) < 1e-7 AS weights,
	pg_temp.difference(attention_weights('[1,2]', keys, 1), softmax(scores)) < 1e-7 AS unscaled
FROM (SELECT array_agg(k ORDER BY id) AS keys, array_agg(inner_product('[1,2]', k) ORDER BY id)::vector AS scores
	FROM t) s;
SELECT attention_weights('[1]', '{"[1]"}'), attention_weights('[1]', '{"[1]","[1]"}', -1e300),
	attention_weights('[1]', '{"[1]","[-1]"}', 1e4),
	attention_weights(query => '[1]', keys => '{"[1]"}', scale => 0);
SELECT attention_weights(NULL, '{"[1]"}'), attention_weights('[1]', NULL), attention_weights('[1]', '{"[1]"}', NULL);
SELECT id, round(weight::numeric, 6) AS weight, weight = scaled AS scaled,
	abs(weight - (weights::real[])[id]) < 1e-7 AS same
FROM (SELECT id, attention_weight('[1,2]', k) OVER () AS weight,
		attention_weight('[1,2]', k, 1 / sqrt(2)) OVER (ORDER BY id) AS scaled,
		attention_weights('[1,2]', array_agg(k) OVER ()) AS weights FROM t) w
ORDER BY id;
SELECT g, k, attention_weight('[1e4]', k) OVER (PARTITION BY g) AS weight
FROM (VALUES (1, '[1]'::vector), (1, '[1]'), (1, '[-1]'), (1, NULL), (2, '[5]'), (3, NULL)) r(g, k) ORDER BY g, k;
SELECT count(*), abs(sum(w) - 1) < 1e-12 AS adds_up
FROM (SELECT attention_weight('[1,2]', ARRAY[sin(i), cos(i)]::vector) OVER () AS w FROM generate_series(1, 50000) i) r;

-- errors
SELECT command, pg_temp.error_of('SELECT ' || command) AS error FROM unnest(ARRAY[
	$$attention('[1,2]', '[1]', '[1]')$$,
	$$attention('[1]', '[1]', '[1]', 'NaN')$$,
	$$attention('[1]', '[1]', '[1]', 'Infinity')$$,
	$$attention('[1]', '[1]', '[1]', '-Infinity')$$,
	$$attention('[3e38]', '[3e38]', '[1]', 1e300)$$,
	$$attention('[1]', '[-1]', '[1]', 1.5e308)$$,
	$$attention('[1]', '[1]', v) FROM (VALUES ('[1]'::vector), ('[1,2]')) r(v)$$,
	$$attention(k, k, '[1]') FROM (VALUES ('[1]'::vector), ('[1,2]')) r(k)$$,
	$$attention_weights('[1,2]', '{"[1,2]","[1]"}')$$,
	$$attention_weights('[1]', '{}')$$,
	$$attention_weights('[1]', '{{"[1]"}}')$$,
	$$attention_weights('[1]', '{"[1]",NULL}')$$,
	$$attention_weights('[1]', array_fill('[1]'::vector, ARRAY[16001]))$$,
	$$attention_weights('[1]', '{"[1]"}', 'NaN')$$,
	$$attention_weights('[3e38]', '{"[3e38]"}', 1e300)$$,
	$$attention_weight('[1]', '[1]', 'NaN') OVER ()$$,
	$$attention_weight('[1]', '[1,2]') OVER ()$$,
	$$attention_weight('[1]', '[1]')$$]) command;

-- a state has no SQL type: nobody can hand one to the aggregate's functions (minor versions refuse in different words)
SELECT command, pg_temp.error_of('SELECT ' || command) ~ '^(0A000|42846|42883) ' AS refused FROM unnest(ARRAY[
	'attention_final(NULL::internal)', 'attention_combine(NULL, NULL)',
	$$attention_accum('\x00', '[1]', '[1]', '[1]')$$]) command;
DROP TABLE t;

-- parallel workers: the same, whoever reads which rows
CREATE TABLE t (id int, k vector(4), v vector(3));
INSERT INTO t SELECT i, 100 * ARRAY[sin(i), cos(i), sin(2 * i), cos(3 * i)]::vector,
	ARRAY[i % 7, i % 11, sin(i)]::vector
FROM generate_series(1, 20000) i;
INSERT INTO t VALUES (0, NULL, NULL);
ANALYZE t;
CREATE TEMPORARY TABLE alone AS SELECT attention('[1,-2,3,4]', k, v) AS v,
	attention('[1,-2,3,4]', k, v) FILTER (WHERE id % 3 = 0) AS masked,
	attention('[1,-2,3,4]', k, v, 0) AS mean, attention('[1,-2,3,4]', k, v) FILTER (WHERE id < 0) AS none FROM t;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
EXPLAIN (COSTS OFF) SELECT attention('[1,-2,3,4]', k, v) FROM t;
SELECT pg_temp.difference(a.v, p.v) < 1e-6 AS same, pg_temp.difference(a.masked, p.masked) < 1e-6 AS masked,
	pg_temp.difference(a.mean, p.mean) < 1e-6 AS mean, p.none IS NULL AS none
FROM alone a,
	(SELECT attention('[1,-2,3,4]', k, v) AS v, attention('[1,-2,3,4]', k, v) FILTER (WHERE id % 3 = 0) AS masked,
	attention('[1,-2,3,4]', k, v, 0) AS mean, attention('[1,-2,3,4]', k, v) FILTER (WHERE id < 0) AS none FROM t) p;
SET parallel_leader_participation = off;
SELECT attention('[1,-2,3,4]', k, v) FROM t WHERE id = 7;
SELECT attention('[1,-2,3,4]', k, v) FROM t WHERE id = 0;
SELECT pg_temp.error_of($$SELECT attention(k, k, subvector(v, 1, 1 + id % 2)) FROM t
	WHERE id > 0$$) ~ '^22000 different vector dimensions' AS differ;
RESET parallel_leader_participation;
RESET max_parallel_workers_per_gather;
RESET min_parallel_table_scan_size;
RESET parallel_tuple_cost;
RESET parallel_setup_cost;
DROP TABLE t;
