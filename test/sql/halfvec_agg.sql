-- Aggregates avg and sum: values, states, parallel workers, windows.

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

-- values
SELECT avg(v), sum(v) FROM (VALUES ('[1,2,3]'::halfvec), ('[3,5,7]')) t(v);
SELECT avg(v), sum(v) FROM (VALUES ('[1,2,3]'::halfvec), (NULL), ('[3,5,7]')) t(v);
SELECT avg(v), sum(v) FROM (VALUES (NULL::halfvec)) t(v);
SELECT avg(v), sum(v) FROM (VALUES ('[1]'::halfvec)) t(v) WHERE false;
SELECT avg(v) AS mean_of_huge FROM (VALUES ('[65504]'::halfvec), ('[65504]')) t(v);
SELECT sum(v) AS huge_between FROM (VALUES ('[65504]'::halfvec), ('[65504]'), ('[-65504]')) t(v);
SELECT sum(v) AS rounded_once
FROM (SELECT '[2048,1]'::halfvec AS v UNION ALL SELECT '[1,1]' FROM generate_series(1, 16)) t;
SELECT sum(v) AS negative_zero, avg(v) FROM (VALUES ('[-0,-0]'::halfvec), ('[-0,0]')) t(v);
SELECT sum(v) FILTER (WHERE i > 1), avg(DISTINCT v)
FROM (VALUES (1, '[1]'::halfvec), (2, '[3]'), (3, '[3]')) t(i, v);

-- errors
SELECT pg_temp.error_of($$SELECT avg(v) FROM (VALUES ('[1,2]'::halfvec), ('[3]')) t(v)$$) AS avg,
	pg_temp.error_of($$SELECT sum(v) FROM (VALUES ('[1,2]'::halfvec), ('[3]')) t(v)$$) AS sum;
SELECT pg_temp.error_of($$SELECT sum(v) FROM (VALUES ('[65504]'::halfvec), ('[65504]')) t(v)$$) AS too_large;

-- groups and windows
CREATE TABLE t (id int, g int, v halfvec(2));
INSERT INTO t SELECT i, i % 3, ARRAY[i, 2 * i]::halfvec FROM generate_series(1, 9) i;
SELECT g, avg(v), sum(v) FROM t GROUP BY g ORDER BY g;
SELECT id, sum(v) OVER (ORDER BY id), avg(v) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)
FROM t WHERE id < 5 ORDER BY id;
SELECT g, sum(v) FROM t GROUP BY ROLLUP (g) ORDER BY g;
DROP TABLE t;

-- parallel workers
CREATE TABLE t (v halfvec(3), large halfvec(16000));
INSERT INTO t SELECT ARRAY[i, -i, 1]::halfvec FROM generate_series(1, 1000) i;
INSERT INTO t (large) SELECT array_fill(i, ARRAY[16000])::halfvec FROM generate_series(1, 5) i;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
EXPLAIN (COSTS OFF) SELECT avg(v), sum(v) FROM t;
SELECT avg(v), sum(v) FROM t;
SELECT avg(v), sum(v) FROM t WHERE v <+> '[1,-1,1]' < 0;
SELECT vector_dims(avg(large)), subvector(avg(large), 15999, 2) AS mean, subvector(sum(large), 1, 2) AS sum
FROM t;
SELECT avg(v) FROM t WHERE v <-> '[500,-500,1]' = 0;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
RESET max_parallel_workers_per_gather;
DROP TABLE t;

-- avg: last step
SELECT halfvec_avg('{2,2,4,6}'), halfvec_avg('{0}') AS "none", halfvec_avg('{0,0,0}') AS none_with_dimensions;
SELECT state, pg_temp.error_of(format('SELECT halfvec_avg(%L)', state)) AS error
FROM unnest(ARRAY['{}', '{{2,2,4,6}}', '{NULL,2}', '{2,NULL}', '{1}', '{1,NaN}', '{NaN,1}', '{1,Infinity}',
	'{1,1e300}', '{1,1e5}', '{1,65519}']) state;
SELECT pg_temp.error_of('SELECT halfvec_avg(array_fill(1::float8, ARRAY[16002]))');

-- sum: last step
SELECT halfvec_sum('{2,2,4,6}'), halfvec_sum('{0}') AS "none";
SELECT state, pg_temp.error_of(format('SELECT halfvec_sum(%L)', state)) AS error
FROM unnest(ARRAY['{}', '{{2,2,4,6}}', '{NULL,2}', '{1}', '{1,NaN}', '{1,Infinity}', '{1,1e300}', '{1,1e5}',
	'{1,65519}']) state;

-- step
SELECT halfvec_accum('{0}', '[1,2,3]'), halfvec_accum('{0,0,0,0}', '[1,2,3]') AS zeros,
	halfvec_accum('{1,1,2,3}', '[1,2,3]') AS second, halfvec_sum_accum('{1,1,2,3}', '[1,2,3]') AS sum;
SELECT state, pg_temp.error_of(format('SELECT halfvec_accum(%L, ''[1,2,3]'')', state)) AS avg,
	pg_temp.error_of(format('SELECT halfvec_sum_accum(%L, ''[1,2,3]'')', state)) AS sum
FROM unnest(ARRAY['{}', '{{0}}', '{NULL}', '{0,0}', '{1,2,3,4,5}', '{1,Infinity,0,0}']) state;
SELECT halfvec_accum('{1,1.7976931348623157e308}', '[65504]') AS far_from_overflow;

-- combine
SELECT halfvec_combine('{1,2}', '{3,4}'), halfvec_combine('{0}', '{0}') AS none,
	halfvec_combine('{0}', '{2,3,4}') AS "right", halfvec_combine('{2,3,4}', '{0}') AS "left";
SELECT a, b, pg_temp.error_of(format('SELECT halfvec_combine(%L, %L)', a, b)) AS error
FROM (VALUES ('{}', '{0}'), ('{0}', '{}'), ('{{1,2}}', '{3,4}'), ('{1,2}', '{{3,4}}'), ('{NULL,2}', '{3,4}'),
	('{1,2}', '{3,NULL}'), ('{1,2}', '{3,4,5}'), ('{1,1e308}', '{1,1e308}')) s(a, b);
SELECT pg_temp.error_of('SELECT halfvec_combine(''{0}'', array_fill(1::float8, ARRAY[16002]))') AS "right",
	pg_temp.error_of('SELECT halfvec_combine(array_fill(1::float8, ARRAY[16002]), ''{0}'')') AS "left";

-- a call by hand leaves its argument alone
WITH s AS MATERIALIZED (SELECT '{1,2,3}'::float8[] AS state)
SELECT halfvec_accum(state, '[1,1]'), halfvec_combine(state, state), state FROM s;

-- an aggregate of somebody's own on these functions, from a state that was never empty
CREATE AGGREGATE pg_temp.moved_sum(halfvec) (SFUNC = halfvec_accum, STYPE = float8[], INITCOND = '{1,10,20}');
SELECT pg_temp.moved_sum(v) FROM (VALUES ('[1,2]'::halfvec), ('[3,4]')) t(v);
SELECT g, pg_temp.moved_sum(v) FROM (VALUES (1, '[1,2]'::halfvec), (1, '[1,2]'), (2, '[3,4]')) t(g, v)
GROUP BY g ORDER BY g;
