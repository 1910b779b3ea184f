-- ivf_last_scans(), and EXPLAIN from PostgreSQL 18 on: what scans did

CREATE TABLE t (id int, v vector(2), c vector(2));
INSERT INTO t SELECT i, ARRAY[i % 50, i / 50], ARRAY[i % 50, i / 50] FROM generate_series(1, 2000) i;
CREATE INDEX t_v ON t USING ivf (v vector_l2_ops) WITH (lists = 100);
CREATE INDEX t_c ON t USING ivf (c vector_l2_ops) WITH (lists = 100, quantizer = flat);
ANALYZE t;
SET enable_seqscan = off;
SET enable_sort = off;

-- nothing was scanned yet
SELECT count(*) FROM ivf_last_scans();

-- stopped by patience
SELECT count(*) FROM (SELECT id FROM t ORDER BY v <-> '[7,7]' LIMIT 5) x;
SELECT index, searches, lists_probed BETWEEN 2 AND 99 AS some_lists, codes_scored BETWEEN 10 AND 3999 AS some_codes,
	rows_refined BETWEEN 5 AND 1999 AS some_refined, rows_reranked BETWEEN 5 AND 100 AS few_reranked, recalls, stopped_by
FROM ivf_last_scans();

-- by ivf.probes
SET ivf.probes = 3;
SELECT count(*) FROM (SELECT id FROM t ORDER BY c <-> '[7,7]' LIMIT 5) x;
SELECT index, searches, lists_probed, codes_scored BETWEEN 5 AND 1999 AS some_codes, rows_refined, rows_reranked,
	late_rows, recalls, stopped_by
FROM ivf_last_scans() LIMIT 1;

-- rows that come late: all other lists are read once the first is used up
SET ivf.probes = 1;
SELECT count(*) FROM (SELECT id FROM t ORDER BY v <-> '[7,7]' LIMIT 2001) x;
SELECT index, lists_probed, codes_scored, rows_refined, rows_reranked, late_rows > 0 AS some_late, stopped_by
FROM ivf_last_scans() LIMIT 1;
RESET ivf.probes;

-- exact: through the cold codes of all rows, or list by list
SET ivf.target_recall = 1;
SELECT count(*) FROM (SELECT id FROM t ORDER BY v <-> '[7,7]' LIMIT 5) x;
SELECT count(*) FROM (SELECT id FROM t ORDER BY c <-> '[7,7]' LIMIT 5) x;
SELECT index, lists_probed, codes_scored, rows_refined, late_rows, stopped_by FROM ivf_last_scans() LIMIT 2;
RESET ivf.target_recall;

-- several searches of a scan are added up
SELECT q.n, count(x.id) FROM (VALUES (1, '[7,7]'::vector), (2, NULL), (3, '[7,7]')) q(n, v)
CROSS JOIN LATERAL (SELECT id FROM t ORDER BY v <-> q.v LIMIT 5) x GROUP BY q.n ORDER BY q.n;
SELECT b.index, b.searches, b.lists_probed = 2 * a.lists_probed AS lists, b.codes_scored = 2 * a.codes_scored AS codes,
	b.rows_refined = 2 * a.rows_refined AS refined, b.rows_reranked = 2 * a.rows_reranked AS reranked, b.stopped_by
FROM (SELECT * FROM ivf_last_scans() LIMIT 1) b, (SELECT * FROM ivf_last_scans() OFFSET 5 LIMIT 1) a;

-- a query without distances
SELECT count(*) FROM (SELECT id FROM t ORDER BY v <-> (SELECT NULL::vector) LIMIT 5) x;
SELECT searches, lists_probed, codes_scored, rows_refined, rows_reranked, stopped_by FROM ivf_last_scans() LIMIT 1;

-- rows that memory has no room for are looked for again
SET work_mem = '64kB';
SELECT count(*) FROM (SELECT id FROM t ORDER BY c <-> '[7,7]' LIMIT 2001) x;
SELECT recalls > 0 AS again, codes_scored > 2000 AS twice, stopped_by FROM ivf_last_scans() LIMIT 1;
RESET work_mem;

-- a scan that is not begun, and one that fails, leave nothing
SELECT count(*) AS before FROM ivf_last_scans() \gset
SELECT count(*) FROM (SELECT id FROM t ORDER BY v <-> '[7,7]' LIMIT 0) x;
SELECT id FROM t ORDER BY v <-> '[7,7,7]' LIMIT 1;
SELECT count(*) - :before AS new FROM ivf_last_scans();

-- sixteen are kept, the latest first; an index that is gone is a number
DO $$
BEGIN
	FOR i IN 1 .. 20 LOOP
		PERFORM id FROM t ORDER BY v <-> '[7,7]' LIMIT 1;
	END LOOP;
	PERFORM id FROM t ORDER BY c <-> '[7,7]' LIMIT 1;
END
$$;
SELECT count(*), count(*) FILTER (WHERE n = 1 AND index = 't_c'::regclass) AS latest,
	count(*) FILTER (WHERE n > 1 AND index = 't_v'::regclass) AS others
FROM ivf_last_scans() WITH ORDINALITY x(index, a, b, c, d, e, f, g, h, n);
DROP INDEX t_c;
SELECT index::text ~ '^\d+$' AS gone FROM ivf_last_scans() LIMIT 1;

-- EXPLAIN (ANALYZE) tells the same from PostgreSQL 18 on, and nothing before: the plan's nodes of a command that say
-- something beside what the function says
CREATE FUNCTION pg_temp.explained(command text) RETURNS TABLE (told boolean, same boolean) LANGUAGE plpgsql AS $$
DECLARE
	plan jsonb;
	told jsonb;
BEGIN
	EXECUTE 'EXPLAIN (ANALYZE, FORMAT JSON) ' || command INTO plan;
	FOR told IN SELECT jsonb_path_query(plan, 'strict $.** ? (@."Index Name" == "t_v")') LOOP
		told := told - array(SELECT k FROM jsonb_object_keys(told) k
			WHERE k !~ '^(Lists Probed|Codes Scored|Rows Re(fin|rank)ed|Late Rows|Recalls|Stopped By)$');
		RETURN QUERY SELECT (told <> '{}') = (current_setting('server_version_num')::int >= 180000),
			told = '{}' OR told = jsonb_build_object(
				'Lists Probed', s.lists_probed, 'Codes Scored', s.codes_scored, 'Rows Refined', s.rows_refined,
				'Rows Reranked', s.rows_reranked, 'Late Rows', s.late_rows, 'Recalls', s.recalls, 'Stopped By', s.stopped_by)
			FROM (SELECT * FROM ivf_last_scans() LIMIT 1) s;
	END LOOP;
END
$$;
SELECT * FROM pg_temp.explained('SELECT id FROM t ORDER BY v <-> ''[7,7]'' LIMIT 5');
SELECT * FROM pg_temp.explained('SELECT id FROM t WHERE id % 2 = 0 ORDER BY v <-> ''[7,7]'' LIMIT 500');
SELECT * FROM pg_temp.explained('SELECT count(*) FROM (VALUES (''[7,7]''::vector), (NULL), (''[1,2]'')) q(v)
	CROSS JOIN LATERAL (SELECT id FROM t ORDER BY v <-> q.v LIMIT 5) x');

-- as text without what is 0; nothing where nothing was done
CREATE FUNCTION pg_temp.lines(options text, command text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	line text;
BEGIN
	FOR line IN EXECUTE format('EXPLAIN (%s) %s', options, command) LOOP
		IF line ~ '(Lists Probed|Codes Scored|Rows Re(fin|rank)ed|Late Rows|Recalls|Stopped By): ' THEN
			RETURN NEXT regexp_replace(ltrim(line), '\d+', 'N');
		END IF;
	END LOOP;
END
$$;
SELECT array_agg(l) IS NOT DISTINCT FROM CASE WHEN current_setting('server_version_num')::int >= 180000 THEN
	'{Lists Probed: N,Codes Scored: N,Rows Refined: N,Rows Reranked: N,Stopped By: patience}'::text[] END AS lines
FROM pg_temp.lines('ANALYZE', 'SELECT id FROM t ORDER BY v <-> ''[7,7]'' LIMIT 5') l;
SELECT count(*) FROM pg_temp.lines('COSTS OFF', 'SELECT id FROM t ORDER BY v <-> ''[7,7]'' LIMIT 5');
SELECT count(*) FROM pg_temp.lines('ANALYZE', 'SELECT id FROM t ORDER BY v <-> ''[7,7]'' LIMIT 0');

-- only of roles whose privileges the caller has: not what a function did as its owner
CREATE ROLE vecsim_test_reader;
CREATE FUNCTION nearest() RETURNS SETOF int LANGUAGE sql SECURITY DEFINER AS
	'SELECT id FROM t ORDER BY v <-> ''[7,7]'' LIMIT 5';
SET ROLE vecsim_test_reader;
SELECT count(*) FROM nearest();
SELECT count(*) FROM ivf_last_scans();
RESET ROLE;
SELECT count(*) > 1 AS more, min(stopped_by) FROM (SELECT * FROM ivf_last_scans() LIMIT 2) s;
DROP FUNCTION nearest();
DROP ROLE vecsim_test_reader;

DROP TABLE t;
