-- The settings: defaults, ranges, units, texts, who may set them.

-- They are known once the library is loaded, which any of its functions does.  What was set before is then looked at.
SET ivf.target_recall = 7;
SET ivf.probes = 3;
SET ivf.target = 1;
SELECT vecsim_simd() IS NOT NULL AS loaded;
SHOW ivf.target_recall;
SHOW ivf.probes;
RESET ivf.probes;

SELECT name, vartype, unit, context, min_val, max_val, enumvals, boot_val FROM pg_settings
WHERE name LIKE 'ivf.%' OR name LIKE 'vecsim.%' ORDER BY name;
SELECT name, short_desc, extra_desc FROM pg_settings WHERE name LIKE 'ivf.%' OR name LIKE 'vecsim.%' ORDER BY name;

-- A command's error as SQLSTATE, message, detail and hint; null where it succeeds.
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
	RETURN concat_ws(' / ', SQLSTATE, message, nullif(detail, ''), nullif(hint, ''));
END
$$;

-- both ends and one past
SELECT c, pg_temp.error_of('SET ' || c) FROM unnest(ARRAY[
	'ivf.target_recall = 0.1', 'ivf.target_recall = 1', 'ivf.target_recall = 0.0999', 'ivf.target_recall = 1.0001',
	'ivf.target_recall = ''NaN''', 'ivf.target_recall = high',
	'ivf.probes = 0', 'ivf.probes = 1048576', 'ivf.probes = -1', 'ivf.probes = 1048577', 'ivf.probes = many',
	'vecsim.build_threads = 0', 'vecsim.build_threads = 256', 'vecsim.build_threads = -1', 'vecsim.build_threads = 257']) c;
SHOW ivf.target_recall;
SHOW ivf.probes;
RESET ivf.target_recall;
RESET ivf.probes;
RESET vecsim.build_threads;
SHOW ivf.target_recall;
SHOW ivf.probes;
SHOW vecsim.build_threads;

-- the prefixes are reserved
SELECT c, pg_temp.error_of('SET ' || c) FROM unnest(ARRAY['ivf.target = 1', 'vecsim.device = off', 'ivfs.target = 1']) c;
RESET ivfs.target;

-- in a transaction, for a function, a role, a database
BEGIN;
SET LOCAL ivf.probes = 7;
SHOW ivf.probes;
COMMIT;
SHOW ivf.probes;
CREATE FUNCTION pg_temp.probes() RETURNS text LANGUAGE sql SET ivf.probes = 9 AS $$ SELECT current_setting('ivf.probes') $$;
SELECT pg_temp.probes(), current_setting('ivf.probes');
CREATE ROLE regress_vecsim_user;
ALTER ROLE regress_vecsim_user SET ivf.target_recall = 0.99;
SELECT rolconfig FROM pg_roles WHERE rolname = 'regress_vecsim_user';
SET ROLE regress_vecsim_user;
SET ivf.target_recall = 0.9;
SET vecsim.build_threads = 2;
SELECT vecsim_simd() IS NOT NULL;
RESET ROLE;
DROP ROLE regress_vecsim_user;
RESET ivf.target_recall;
RESET vecsim.build_threads;

-- they decide how many lists are read, never how many rows come
CREATE TABLE t (id int, v vector(2));
INSERT INTO t SELECT i, ARRAY[i % 50, i / 50]::vector FROM generate_series(0, 2499) i;
CREATE INDEX ON t USING ivf (v) WITH (lists = 50);
SET enable_seqscan = off;
CREATE FUNCTION pg_temp.found(setting text, value text) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config(setting, value, true);
	RETURN (SELECT count(*) FROM (SELECT id FROM t ORDER BY v <-> '[20,20]' LIMIT 300) x);
END
$$;
SELECT s, v, pg_temp.found(s, v) FROM (VALUES ('ivf.target_recall', '0.1'), ('ivf.target_recall', '0.95'), ('ivf.target_recall', '0.999999'),
	('ivf.target_recall', '1'), ('ivf.probes', '1'), ('ivf.probes', '50'), ('ivf.probes', '1048576')) x(s, v);
RESET enable_seqscan;
DROP TABLE t;
