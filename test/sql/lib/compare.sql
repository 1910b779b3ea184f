-- compare.sql - helpers for tests of ivf, included by them: an index's answers beside those of a sequential scan.

-- Plans that are told not to scan sequentially look dear enough to compile.
SET jit = off;

-- The plan of a command as one text, as 15 prints it: later versions write (InitPlan 1).col1 for $0, 19 expr_1 for 1, and
-- what had been switched off is marked.
CREATE FUNCTION pg_temp.plan_of(command text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	line text;
	plan text;
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || command LOOP
		CONTINUE WHEN line ~ '^ *Disabled: true$';
		line := regexp_replace(line, 'InitPlan (1|expr_1)$', 'InitPlan 1 (returns $0)');
		line := regexp_replace(line, '\(InitPlan (1|expr_1)\)\.col1', '$0');
		plan := concat_ws(E'\n', plan, line);
	END LOOP;
	RETURN plan;
END
$$;

-- True when the plan of a command has an index scan in the order of a distance.
CREATE FUNCTION pg_temp.uses_ivf(command text) RETURNS boolean
LANGUAGE sql AS $$ SELECT pg_temp.plan_of(command) ~ 'Index Scan using .*\n.*Order By: ' $$;

-- Runs a command that gives (id int, d float8) once through an ivf index and once without, and says "same, N rows" when
-- both give the same distances bit for bit in the same order, and the same rows; where the command has a LIMIT that cuts,
-- rows at the last distance may be others, and where it has an OFFSET those at the first.  Otherwise it says what differs.
CREATE FUNCTION pg_temp.compare(command text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	collect text := format('SELECT coalesce(array_agg(r.id), ''{}''), coalesce(array_agg(r.d), ''{}'') FROM (%s) r', command);
	rows constant text := 'SELECT coalesce(array_agg(r.id ORDER BY r.id), ''{}'')
		FROM unnest($1, $2) WITH ORDINALITY r(id, d, place) WHERE ($3 OR r.d IS DISTINCT FROM $2[cardinality($2)]) AND ($4 OR r.d IS DISTINCT FROM $2[1])';
	other_ids int[];
	other_distances float8[];
	ids int[];
	distances float8[];
	inner_ids int[];
	other_inner_ids int[];
	complete boolean;
	from_first constant boolean := command !~* 'offset [1-9]';
BEGIN
	PERFORM set_config('enable_indexscan', 'off', true), set_config('enable_seqscan', 'on', true);
	EXECUTE collect INTO other_ids, other_distances;
	complete := cardinality(other_ids) < coalesce(substring(command FROM '(?i)limit (\d+)')::int, 2147483647);
	PERFORM set_config('enable_indexscan', 'on', true), set_config('enable_seqscan', 'off', true);
	IF NOT pg_temp.uses_ivf(command) THEN
		RETURN 'no index: ' || pg_temp.plan_of(command);
	END IF;
	EXECUTE collect INTO ids, distances;
	PERFORM set_config('enable_seqscan', 'on', true);
	IF cardinality(ids) <> cardinality(other_ids) THEN
		RETURN format('%s rows instead of %s', cardinality(ids), cardinality(other_ids));
	END IF;
	IF cardinality(ids) <> (SELECT count(DISTINCT id) FROM unnest(ids) id) THEN
		RETURN 'a row came twice';
	END IF;
	IF distances <> other_distances THEN
		RETURN format('other distances: %s instead of %s', distances[:20], other_distances[:20]);
	END IF;
	EXECUTE rows INTO inner_ids USING ids, distances, complete, from_first;
	EXECUTE rows INTO other_inner_ids USING other_ids, other_distances, complete, from_first;
	IF inner_ids <> other_inner_ids THEN
		RETURN 'other rows';
	END IF;
	RETURN format('same, %s rows', cardinality(ids));
END
$$;

-- The same for the n rows of table t that are nearest to q.
CREATE FUNCTION pg_temp.compare(op text, q vector, n int) RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.compare(format('SELECT id, v %1$s (SELECT %2$L::vector) AS d FROM t ORDER BY v %1$s (SELECT %2$L::vector) LIMIT %3$s',
		op, q, n))
$$;
