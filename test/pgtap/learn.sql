-- Layers and attention beside what PyTorch computes in double precision (test/data/learn.py, learn.tsv).
BEGIN;
SELECT plan(14);

-- The inputs, as learn.py makes them: 24 bits of a hash of series * 2^20 + i, in -1 .. 1.
CREATE FUNCTION numbers(series int, n int) RETURNS TABLE (i int, x real) LANGUAGE sql IMMUTABLE STRICT AS $$
	SELECT i, ((((c >> 16) # c) >> 8) / 8388608.0::float8 - 1)::real
	FROM generate_series(0, n - 1) i, LATERAL (SELECT (series::bigint << 20) + i AS a) p,
		LATERAL (SELECT ((a >> 16) # a) * 73244475 & 4294967295 AS b) q,
		LATERAL (SELECT ((b >> 16) # b) * 73244475 & 4294967295 AS c) r
$$;

-- n vectors of a width from a series, times a factor.
CREATE FUNCTION vectors(series int, n int, width int, factor float8)
RETURNS TABLE (place int, v vector) LANGUAGE sql IMMUTABLE STRICT AS $$
	SELECT i / width, factor * array_agg(x ORDER BY i)::vector FROM numbers(series, n * width) GROUP BY i / width
$$;

CREATE FUNCTION difference(a vector, b vector) RETURNS float8 LANGUAGE sql IMMUTABLE STRICT AS $$
	SELECT max(abs(x::float8 - y)) FROM unnest(a::real[], b::real[]) e(x, y)
$$;

CREATE AGGREGATE concatenation(vector) (SFUNC = vector_concat, STYPE = vector);

CREATE TEMPORARY TABLE expected (what text, batch int, head int, token int, v vector);
\copy expected FROM 'test/data/learn.tsv'
SELECT is(string_agg(format('%s %s', what, n), ', ' ORDER BY what), 'causal 12, mha 12, sdpa 12, weights 96',
	'the file is whole')
FROM (SELECT what, count(*) AS n FROM expected GROUP BY what) e;
SELECT is(vector_dims(v), 64, 'its vectors too') FROM expected WHERE what = 'sdpa' LIMIT 1;

-- one head
CREATE TEMPORARY TABLE token AS
SELECT place / 6 AS batch, place % 6 AS token, q.v AS q, k.v AS k, v.v AS v
FROM vectors(0, 12, 64, 4) q JOIN vectors(1, 12, 64, 4) k USING (place) JOIN vectors(2, 12, 64, 4) v USING (place);

CREATE TEMPORARY TABLE one_head AS
SELECT q.batch, q.token, attention(q.q, k.k, k.v) AS v, attention(q.q, k.k, k.v, 0.125) AS scaled,
	attention(q.q, k.k, k.v) FILTER (WHERE k.token <= q.token) AS causal,
	attention_weights(q.q, array_agg(k.k ORDER BY k.token)) AS weights,
	avg(k.v ORDER BY k.token) AS mean
FROM token q JOIN token k USING (batch) GROUP BY q.batch, q.token, q.q;

SELECT cmp_ok(max(difference(e.v, o.v)), '<', 1e-5::float8, 'scaled_dot_product_attention of torch')
FROM one_head o JOIN expected e USING (batch, token) WHERE what = 'sdpa';
SELECT cmp_ok(max(difference(e.v, o.v)), '<', 3e-7::float8, '... and no more off than float32 is')
FROM one_head o JOIN expected e USING (batch, token) WHERE what = 'sdpa';
SELECT cmp_ok(max(difference(e.v, o.causal)), '<', 1e-5::float8, 'the same with a causal mask, by FILTER')
FROM one_head o JOIN expected e USING (batch, token) WHERE what = 'causal';
SELECT is(count(*), 0::bigint, 'the scale left out is 1 / sqrt(64)') FROM one_head WHERE v <> scaled;
SELECT cmp_ok(max(difference(e.v, o.mean)), '>', 0.5::float8, 'a plain mean is something else')
FROM one_head o JOIN expected e USING (batch, token) WHERE what = 'sdpa';
-- the weights times the values, as a layer whose rows are the dimensions of the values
SELECT cmp_ok(max(difference(e.v, linear(columns, o.weights))), '<', 1e-5::float8,
	'weights times values are the attention')
FROM one_head o JOIN expected e USING (batch, token),
	LATERAL (SELECT array_agg(c.column ORDER BY d) AS columns FROM generate_series(1, 64) d,
		LATERAL (SELECT array_agg((t.v::real[])[d] ORDER BY t.token)::vector AS column FROM token t
			WHERE t.batch = o.batch) c) m
WHERE what = 'sdpa';

-- eight heads
CREATE TEMPORARY TABLE layer (name text, weights vector[], bias vector);
INSERT INTO layer
SELECT name, (SELECT array_agg(v ORDER BY place) FROM vectors(4, 1536, 512, 1 / 16.0) WHERE place / 512 = n),
	(SELECT subvector(v, n * 512 + 1, 512) FROM vectors(5, 1, 1536, 1 / 16.0))
FROM (VALUES (0, 'query'), (1, 'key'), (2, 'value')) l(n, name);
INSERT INTO layer SELECT 'out', array_agg(v ORDER BY place), (SELECT v FROM vectors(7, 1, 512, 1 / 16.0))
FROM vectors(6, 512, 512, 1 / 16.0);

CREATE TEMPORARY TABLE head AS
WITH projected AS MATERIALIZED (
	SELECT place / 6 AS batch, place % 6 AS token, linear(q.weights, x.v, q.bias) AS q,
		linear(k.weights, x.v, k.bias) AS k, linear(v.weights, x.v, v.bias) AS v
	FROM vectors(3, 12, 512, 4) x, layer q, layer k, layer v
	WHERE q.name = 'query' AND k.name = 'key' AND v.name = 'value'
)
SELECT batch, token, head, subvector(q, 64 * head + 1, 64) AS q, subvector(k, 64 * head + 1, 64) AS k,
	subvector(v, 64 * head + 1, 64) AS v
FROM projected, generate_series(0, 7) head;

CREATE TEMPORARY TABLE eight_heads AS
WITH attended AS (
	SELECT q.batch, q.token, head, attention(q.q, k.k, k.v) AS v
	FROM head q JOIN head k USING (batch, head) GROUP BY q.batch, q.token, head
)
SELECT batch, token, linear((SELECT weights FROM layer WHERE name = 'out'), concatenation(v ORDER BY head),
	(SELECT bias FROM layer WHERE name = 'out')) AS v
FROM attended GROUP BY batch, token;

SELECT cmp_ok(max(difference(e.v, o.v)), '<', 1e-5::float8, 'MultiheadAttention(512, 8) of torch')
FROM eight_heads o JOIN expected e USING (batch, token) WHERE what = 'mha';

CREATE TEMPORARY TABLE weights AS
SELECT q.batch, q.token, head, attention_weights(q.q, array_agg(k.k ORDER BY k.token)) AS v
FROM head q JOIN head k USING (batch, head) GROUP BY q.batch, q.token, head, q.q;
SELECT cmp_ok(max(difference(e.v, w.v)), '<', 1e-5::float8, 'its attention weights')
FROM weights w JOIN expected e USING (batch, head, token) WHERE what = 'weights';
SELECT cmp_ok(max(abs((SELECT sum(x::float8) FROM unnest(v::real[]) x) - 1)), '<', 1e-6::float8,
	'each row of them sums to 1')
FROM weights;

CREATE TEMPORARY TABLE of_window AS
SELECT q.batch, q.token, head, k.token AS place,
	attention_weight(q.q, k.k) OVER (PARTITION BY q.batch, q.token, head) AS w
FROM head q JOIN head k USING (batch, head);
SELECT cmp_ok(max(abs(o.w - (w.v::real[])[o.place + 1])), '<', 1e-7::float8, 'a window gives the same weights')
FROM weights w JOIN of_window o USING (batch, token, head);
SELECT cmp_ok(max(abs(s - 1)), '<', 1e-14::float8, 'each partition of them sums to 1')
FROM (SELECT sum(w) AS s FROM of_window GROUP BY batch, token, head) x;

-- the hash itself, so that a fault in it would not look like one in attention
SELECT is(array_agg(x ORDER BY series), ARRAY[-1, 0.886512041, 0.293468475, 0.602858067]::real[],
	'the numbers are those of learn.py')
FROM (VALUES (0, 0), (1, 1), (3, 12345), (6, 262143)) p(series, i),
	LATERAL (SELECT x FROM numbers(series, p.i + 1) n WHERE n.i = p.i) n;

SELECT * FROM finish();
ROLLBACK;
