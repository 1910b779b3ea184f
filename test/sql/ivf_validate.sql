-- amvalidate(): the extension's operator classes are fit for ivf, and unfit ones are told what they lack.

SELECT opcname, opcintype::regtype, opcdefault, amvalidate(c.oid) FROM pg_opclass c JOIN pg_am a ON a.oid = opcmethod
WHERE opcintype = 'vector'::regtype ORDER BY amname, opcname;
SELECT amname, count(*) FROM pg_opclass c JOIN pg_am a ON a.oid = opcmethod WHERE opcintype = 'vector'::regtype GROUP BY amname ORDER BY 1;
SELECT opcname, amopopr::regoperator, amopstrategy, amoppurpose, amopsortfamily::regclass IS NOT NULL AS sorted,
	amproc::regprocedure, amprocnum
FROM pg_opclass c JOIN pg_am a ON a.oid = opcmethod JOIN pg_amop o ON amopfamily = opcfamily JOIN pg_amproc p ON amprocfamily = opcfamily
WHERE amname = 'ivf' ORDER BY opcname, amprocnum;
SELECT ivf_metric_l2(), ivf_metric_ip(), ivf_metric_cosine();

-- Validates an operator class of ivf.
CREATE FUNCTION pg_temp.fit(name text) RETURNS boolean LANGUAGE sql AS $$
	SELECT amvalidate(c.oid) FROM pg_opclass c JOIN pg_am a ON a.oid = opcmethod WHERE amname = 'ivf' AND opcname = name
$$;
\set SHOW_CONTEXT never

-- without support function
CREATE OPERATOR CLASS no_metric FOR TYPE vector USING ivf AS OPERATOR 1 <-> FOR ORDER BY float_ops;
SELECT pg_temp.fit('no_metric');
CREATE TABLE t (v vector(3));
CREATE INDEX ON t USING ivf (v no_metric);

-- without operator
CREATE OPERATOR CLASS no_operator FOR TYPE vector USING ivf AS FUNCTION 1 (vector, vector) ivf_metric_l2();
SELECT pg_temp.fit('no_operator');

-- an operator that is searched for, or of another strategy
CREATE OPERATOR CLASS search FOR TYPE vector USING ivf AS OPERATOR 1 =, FUNCTION 1 (vector, vector) ivf_metric_l2();
SELECT pg_temp.fit('search');
CREATE OPERATOR CLASS strategy_2 FOR TYPE vector USING ivf AS OPERATOR 2 <-> FOR ORDER BY float_ops, FUNCTION 1 (vector, vector) ivf_metric_l2();

-- sorted by another family than that of float8
CREATE OPERATOR FAMILY other_float_ops USING btree;
CREATE OPERATOR CLASS other_float_ops FOR TYPE float8 USING btree FAMILY other_float_ops AS
	OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 btfloat8cmp(float8, float8);
CREATE OPERATOR CLASS other_order FOR TYPE vector USING ivf AS
	OPERATOR 1 <-> FOR ORDER BY other_float_ops, FUNCTION 1 (vector, vector) ivf_metric_l2();
SELECT pg_temp.fit('other_order');

-- a support function of another form
CREATE FUNCTION takes_vector(vector) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 0';
CREATE OPERATOR CLASS form FOR TYPE vector USING ivf AS OPERATOR 1 <-> FOR ORDER BY float_ops, FUNCTION 1 (vector, vector) takes_vector(vector);
SELECT pg_temp.fit('form');
CREATE FUNCTION returns_text() RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT ''l2''';
CREATE OPERATOR CLASS result FOR TYPE vector USING ivf AS OPERATOR 1 <-> FOR ORDER BY float_ops, FUNCTION 1 (vector, vector) returns_text();
SELECT pg_temp.fit('result');

-- a metric that does not exist
CREATE FUNCTION metric_99() RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 99';
CREATE OPERATOR CLASS metric_99 FOR TYPE vector USING ivf AS OPERATOR 1 <-> FOR ORDER BY float_ops, FUNCTION 1 (vector, vector) metric_99();
SELECT pg_temp.fit('metric_99');
CREATE INDEX ON t USING ivf (v metric_99);
CREATE FUNCTION metric_minus_1() RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT -1';
CREATE OPERATOR CLASS metric_minus_1 FOR TYPE vector USING ivf AS OPERATOR 1 <-> FOR ORDER BY float_ops, FUNCTION 1 (vector, vector) metric_minus_1();
SELECT pg_temp.fit('metric_minus_1');
CREATE INDEX ON t USING ivf (v metric_minus_1);

-- a second class of the same form serves
CREATE OPERATOR CLASS mine FOR TYPE vector USING ivf AS OPERATOR 1 <=> FOR ORDER BY float_ops, FUNCTION 1 (vector, vector) ivf_metric_cosine();
SELECT pg_temp.fit('mine');
INSERT INTO t VALUES ('[1,2,3]'), ('[2,3,4]'), ('[9,-1,0]');
CREATE INDEX i ON t USING ivf (v mine);
SET enable_seqscan = off;
EXPLAIN (COSTS OFF) SELECT v FROM t ORDER BY v <=> '[2,3,4]' LIMIT 1;
SELECT v FROM t ORDER BY v <=> '[2,3,4]' LIMIT 1;
RESET enable_seqscan;

SET client_min_messages = warning;
DROP TABLE t;
DROP OPERATOR FAMILY no_metric USING ivf;
DROP OPERATOR FAMILY no_operator USING ivf;
DROP OPERATOR FAMILY search USING ivf;
DROP OPERATOR FAMILY other_order USING ivf;
DROP OPERATOR FAMILY form USING ivf;
DROP OPERATOR FAMILY result USING ivf;
DROP OPERATOR FAMILY metric_99 USING ivf;
DROP OPERATOR FAMILY metric_minus_1 USING ivf;
DROP OPERATOR FAMILY mine USING ivf;
DROP OPERATOR FAMILY other_float_ops USING btree;
DROP FUNCTION takes_vector, returns_text, metric_99, metric_minus_1;
