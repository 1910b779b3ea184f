-- ivf for sparsevec: all four distances, by a sketch where there are many dimensions.

\getenv abs_srcdir PG_ABS_SRCDIR
\set ECHO none
\i :abs_srcdir/sql/lib/compare.sql
\set ECHO all

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

-- sparse vectors of many dimensions, which are indexed by a sketch, and of few, which are not
SET ivf.target_recall = 1;
CREATE TABLE many (id int, v sparsevec(50000));
INSERT INTO many SELECT i, ('{' || string_agg(place || ':' || value, ',') || '}/50000')::sparsevec FROM generate_series(1, 600) i,
	LATERAL (SELECT 1 + (i * j * 7919::bigint) % 50000 AS place, max(1 + (i + j) % 5) AS value FROM generate_series(1, 8) j
		GROUP BY 1) e GROUP BY i;
INSERT INTO many VALUES (601, NULL), (602, '{}/50000'), (603, '{50000:1e-20,1:1e-20}/50000'), (604, '{7:2e38,8:2e38}/50000'),
	(605, '{}/50000'), (606, '{1:-1,50000:1}/50000');
CREATE TABLE few (id int, v sparsevec(200));
INSERT INTO few SELECT i, ('{' || string_agg(place || ':' || value, ',') || '}/200')::sparsevec FROM generate_series(1, 600) i,
	LATERAL (SELECT 1 + (i * j * 7919::bigint) % 200 AS place, max(1 + (i + j) % 5) AS value FROM generate_series(1, 8) j
		GROUP BY 1) e GROUP BY i;
INSERT INTO few VALUES (601, NULL), (602, '{}/200'), (603, '{200:1e-20}/200'), (604, '{7:2e38,8:2e38}/200');
CREATE FUNCTION pg_temp.compare_class(items regclass, class text, op text, quantizer text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	EXECUTE format('CREATE INDEX t_ivf ON %s USING ivf (v %s) WITH (quantizer = %s)', items, class, quantizer);
	EXECUTE format('SELECT string_agg(DISTINCT n || '': '' || pg_temp.compare(format(''SELECT id, v %2$s %%1$L::sparsevec AS d
		FROM %1$s ORDER BY v %2$s %%1$L::sparsevec LIMIT %%2$s'', v, n)), ''; '')
		FROM %1$s, unnest(ARRAY[10, 10000]) n WHERE id IN (1, 77, 300, 603, 604)', items, op) INTO result;
	DROP INDEX t_ivf;
	RETURN result;
END
$$;
SELECT items, class, quantizer, pg_temp.compare_class(items, class, op, quantizer)
FROM (VALUES ('sparsevec_l2_ops', '<->'), ('sparsevec_ip_ops', '<#>'), ('sparsevec_cosine_ops', '<=>'),
		('sparsevec_l1_ops', '<+>')) c(class, op),
	(VALUES ('many'::regclass, 'rabitq'), ('few', 'rabitq'), ('few', 'sq8'), ('few', 'flat')) i(items, quantizer)
ORDER BY items, class, quantizer;

-- the default target: all rows once; zero vectors and NULL at the end under cosine
RESET ivf.target_recall;
SET enable_seqscan = off;
CREATE INDEX many_l2 ON many USING ivf (v sparsevec_l2_ops);
CREATE INDEX many_ip ON many USING ivf (v sparsevec_ip_ops);
CREATE INDEX many_cosine ON many USING ivf (v sparsevec_cosine_ops);
EXPLAIN (COSTS OFF) SELECT id FROM many ORDER BY v <=> '{1:1}/50000' LIMIT 5;
SELECT count(*), count(DISTINCT id) FROM (SELECT id FROM many ORDER BY v <-> '{1:1}/50000' LIMIT 10000) s;
SELECT count(*), count(DISTINCT id) FROM (SELECT id FROM many ORDER BY v <#> '{1:1}/50000' LIMIT 10000) s;
SELECT count(*), count(DISTINCT id) FROM (SELECT id FROM many ORDER BY v <=> '{1:1}/50000' LIMIT 10000) s;
SELECT count(*), count(DISTINCT id) FROM (SELECT id FROM many ORDER BY v <=> '{}/50000' LIMIT 10000) s;
SELECT count(*), count(DISTINCT id) FROM (SELECT id FROM many ORDER BY v <-> NULL LIMIT 10000) s;
SELECT id, v <=> '{7:1}/50000' AS d FROM (SELECT * FROM many ORDER BY v <=> '{7:1}/50000' LIMIT 10000) s
WHERE id IN (601, 602, 605) ORDER BY v <=> '{7:1}/50000', id;
SELECT q.id, (SELECT n.id FROM many n ORDER BY n.v <-> q.v LIMIT 1) AS l2, (SELECT n.id FROM many n ORDER BY n.v <=> q.v LIMIT 1) AS cosine
FROM many q WHERE q.id IN (1, 77, 300) ORDER BY q.id;

-- taxicab distance: estimated where the dimensions are few; beyond, every row is compared, and the planner takes the table
CREATE INDEX many_l1 ON many USING ivf (v sparsevec_l1_ops);
CREATE INDEX few_l1 ON few USING ivf (v sparsevec_l1_ops);
SELECT count(*), count(DISTINCT id) FROM (SELECT id FROM few ORDER BY v <+> '{1:1}/200' LIMIT 10000) s;
SELECT stopped_by FROM ivf_last_scans() LIMIT 1;
SELECT id FROM few ORDER BY v <+> '{1:1}/200' LIMIT 1;
SELECT stopped_by = 'every row' FROM ivf_last_scans() LIMIT 1;
SELECT pg_temp.compare(format('SELECT id, v <+> ''{1:1}/50000'' AS d FROM many ORDER BY v <+> ''{1:1}/50000'' LIMIT %s', n))
FROM unnest(ARRAY[5, 10000]) n;
SELECT index, stopped_by FROM ivf_last_scans() LIMIT 1;
RESET enable_seqscan;
ANALYZE many;
SELECT pg_temp.plan_of('SELECT id FROM many ORDER BY v <+> ''{1:1}/50000'' LIMIT 5') ~ 'many_l1';
SET enable_seqscan = off;

-- rows that come, go and change
SET ivf.target_recall = 1;
INSERT INTO many SELECT id + 1000, l2_normalize(v) FROM many WHERE id % 3 = 0;
DELETE FROM many WHERE id % 4 = 0;
UPDATE many SET v = '{5:1,6:1}/50000' WHERE id % 50 = 1;
VACUUM many;
SELECT op, pg_temp.compare(format('SELECT id, v %1$s ''{5:1}/50000'' AS d FROM many ORDER BY v %1$s ''{5:1}/50000'' LIMIT %2$s', op, n))
FROM unnest(ARRAY['<->', '<#>', '<=>', '<+>']) op, unnest(ARRAY[5, 10000]) n;
DROP TABLE many, few;

-- errors
CREATE TABLE t (id int, v sparsevec(50000), any_dim sparsevec);
CREATE INDEX t_l2 ON t USING ivf (v sparsevec_l2_ops);
INSERT INTO t VALUES (1, '{1:1}/50000', '{1:1}/2');
SELECT pg_temp.error_of(command) FROM unnest(ARRAY[
	'SELECT id FROM t ORDER BY v <-> ''{1:1}/3'' LIMIT 1',
	'CREATE INDEX ON t USING ivf (v)',
	'CREATE INDEX ON t USING ivf (any_dim sparsevec_l2_ops)',
	'CREATE INDEX ON t USING ivf (v sparsevec_l2_ops) WITH (quantizer = sq8)',
	'CREATE INDEX ON t USING ivf (v sparsevec_ip_ops) WITH (quantizer = flat)']) command;
DROP TABLE t;
