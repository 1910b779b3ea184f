-- vecsim.simd: which kernels run.  Results are the same bits at every level.

-- "auto" chooses a level; vecsim_simd() tells which
SET vecsim.simd = auto;
SELECT vecsim_simd() IN ('scalar', 'avx2', 'avx512', 'neon') AS known;
SET vecsim.simd = scalar;
SELECT vecsim_simd();
SET vecsim.simd = mmx;
SELECT vecsim_simd();

-- every level either runs and says so, or is refused
CREATE FUNCTION pg_temp.try(level text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	message text;
	detail text;
	hint text;
BEGIN
	PERFORM set_config('vecsim.simd', level, true);
	RETURN CASE vecsim_simd() WHEN level THEN 'runs' ELSE 'runs as ' || vecsim_simd() END;
EXCEPTION WHEN invalid_parameter_value THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN concat_ws(' / ', replace(message, level, 'LEVEL'), detail, hint);
END
$$;
SELECT DISTINCT pg_temp.try(level) FROM unnest(ARRAY['avx2', 'avx512', 'neon']) level WHERE pg_temp.try(level) <> 'runs';
SELECT pg_temp.try('scalar');

-- the same bits: distances, norms and an index's answers
CREATE TABLE t (id int, v vector(77));
INSERT INTO t SELECT i, array_agg(sin(i * j) ORDER BY j)::vector FROM generate_series(1, 400) i, generate_series(1, 77) j GROUP BY i;
CREATE FUNCTION pg_temp.print_of(level text, quantizer text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	print text;
BEGIN
	PERFORM set_config('vecsim.simd', level, true), set_config('enable_seqscan', 'off', true), set_config('ivf.probes', '2', true);
	EXECUTE format('CREATE INDEX i ON t USING ivf (v vector_cosine_ops) WITH (quantizer = %s)', quantizer);
	SELECT md5(string_agg(concat(a.v <-> b.v, a.v <#> b.v, a.v <=> b.v, a.v <+> b.v, vector_norm(a.v)), ',' ORDER BY a.id, b.id))
		INTO print FROM t a, t b WHERE b.id <= 10;
	print := print || (SELECT md5(string_agg(n.found::text, ',' ORDER BY q.id)) FROM (SELECT * FROM t WHERE id <= 40) q,
		LATERAL (SELECT ARRAY(SELECT t.id FROM t ORDER BY t.v <=> q.v LIMIT 10) AS found) n);
	DROP INDEX i;
	RETURN print;
EXCEPTION WHEN invalid_parameter_value THEN
	RETURN NULL; -- not on this CPU
END
$$;
SELECT quantizer, count(DISTINCT pg_temp.print_of(level, quantizer)) AS different
FROM unnest(ARRAY['flat', 'sq8', 'rabitq']) quantizer, unnest(ARRAY['scalar', 'avx2', 'avx512', 'neon', 'auto']) level GROUP BY quantizer ORDER BY 1;
DROP TABLE t;
RESET vecsim.simd;
