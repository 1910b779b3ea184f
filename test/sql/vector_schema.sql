-- The extension in a schema of its own: nothing of it depends on search_path, and a user need not be a superuser.

BEGIN;
DROP EXTENSION vecsim;
CREATE SCHEMA "Odd schema";

-- another vector type and its operators in the way of the script
CREATE DOMAIN public.vector AS text;
CREATE FUNCTION public.vector_add(text, text) RETURNS text LANGUAGE sql AS 'SELECT NULL::text';
CREATE OPERATOR public.+ (LEFTARG = text, RIGHTARG = text, FUNCTION = public.vector_add);

-- trusted: whoever may create in the database may create it
CREATE ROLE regress_vecsim_user;
DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO regress_vecsim_user', current_database()); END $$;
GRANT ALL ON SCHEMA "Odd schema" TO regress_vecsim_user;
SET ROLE regress_vecsim_user;
CREATE EXTENSION vecsim SCHEMA "Odd schema";
RESET ROLE;

SET search_path = '';
SELECT '[1,2]'::"Odd schema".vector(2) OPERATOR("Odd schema".<->) '[4,6]' AS l2,
	'[1,2]'::"Odd schema".vector OPERATOR("Odd schema".+) '[3,4]' AS add,
	"Odd schema".avg(v), "Odd schema".sum(v), ARRAY[1,2]::"Odd schema".vector AS "cast"
FROM (VALUES ('[1,2]'::"Odd schema".vector), ('[3,4]')) t(v);
SELECT v, pg_catalog.count(*) FROM (VALUES ('[0]'::"Odd schema".vector), ('[-0]'), ('[1]')) t(v) GROUP BY v ORDER BY v;
SELECT pg_catalog.count(*) AS elsewhere
FROM pg_catalog.pg_depend d, pg_catalog.pg_identify_object(d.classid, d.objid, 0) i
WHERE d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass AND d.deptype = 'e'
	AND d.refobjid = (SELECT oid FROM pg_catalog.pg_extension WHERE extname = 'vecsim') AND i.schema <> '"Odd schema"';

-- not relocatable: its functions know their schema
ALTER EXTENSION vecsim SET SCHEMA public;
ROLLBACK;

-- all of it is undone
SELECT '[1]'::vector;
