-- The contract of the schema: what the extension makes, and how every object of it is labelled and described.
--
-- The first half asks pg_depend for all objects, so that one without a comment, or with other labels than the house's,
-- fails without anybody having thought of it.  The second half lists what users rely on.
BEGIN;
SELECT no_plan();

-- The objects, and the functions among them.  Array types are made with their elements' type, and members from 17 on.
CREATE TEMPORARY VIEW members AS
SELECT classid, objid, pg_describe_object(classid, objid, 0) AS description
FROM pg_depend
WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'
	AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'vecsim')
	AND NOT EXISTS (SELECT FROM pg_type WHERE classid = 'pg_type'::regclass AND typarray = objid);

CREATE TEMPORARY VIEW functions AS
SELECT p.proname || '(' || oidvectortypes(p.proargtypes) || ')' AS signature, p.*
FROM members m JOIN pg_proc p ON m.classid = 'pg_proc'::regclass AND m.objid = p.oid;

-- The house's labels are IMMUTABLE STRICT PARALLEL SAFE; these functions have others, for a reason.
CREATE TEMPORARY TABLE exceptions (signature text, volatility "char", strict bool, parallel "char", reason text);
INSERT INTO exceptions VALUES
	('ivf_handler(internal)', 'v', true, 's', 'the handler of an access method, called by the server only'),
	('vecsim_simd()', 's', true, 's', 'it reads a setting'),
	('vecsim_adopt_pgvector()', 'v', true, 'u', 'it makes casts'),
	('ivf_last_scans()', 'v', true, 'r', 'it tells of this session, not of a worker'),
	('attention_accum(internal, vector, vector, vector)', 'i', false, 's', 'its state begins as null'),
	('attention_accum(internal, vector, vector, vector, double precision)', 'i', false, 's', 'its state begins as null'),
	('attention_combine(internal, internal)', 'i', false, 's', 'a worker may have met no row'),
	('attention_final(internal)', 'i', false, 's', 'there may have been no row'),
	('attention_weight(vector, vector)', 'i', false, 's', 'a window function looks at its arguments by itself'),
	('attention_weight(vector, vector, double precision)', 'i', false, 's',
		'a window function looks at its arguments by itself'),
	('rrf(bigint, double precision)', 'i', false, 's', 'a row that a list lacks has a null rank, and gets 0');

-- every object; a family is made with its class, which has the comment
SELECT ok(count(*) > 0, 'the extension has objects') FROM members;

SELECT ok(coalesce(obj_description(objid, classid::regclass::name), '') <> '', description || ' has a comment')
FROM members WHERE classid <> 'pg_opfamily'::regclass ORDER BY description;

SELECT ok(
	classid::regclass::name
		IN ('pg_am', 'pg_cast', 'pg_opclass', 'pg_operator', 'pg_opfamily', 'pg_proc', 'pg_type'),
	description || ' is of a kind that this contract looks at')
FROM members ORDER BY description;

SELECT is_empty($$
	SELECT m.description FROM members m, pg_identify_object(m.classid, m.objid, 0) i, pg_extension e
	WHERE e.extname = 'vecsim' AND i.schema <> (SELECT nspname FROM pg_namespace WHERE oid = e.extnamespace)$$,
	'every object that has a schema is in that of the extension');

-- every function
SELECT is(
	format('volatile %s, strict %s, parallel %s', f.provolatile, f.proisstrict, f.proparallel),
	format('volatile %s, strict %s, parallel %s', coalesce(x.volatility, 'i'), coalesce(x.strict, true),
		coalesce(x.parallel, 's')),
	f.signature || ' is labelled as it should be')
FROM functions f LEFT JOIN exceptions x USING (signature) WHERE f.prokind <> 'a' ORDER BY f.signature;

SELECT is_empty('SELECT signature FROM exceptions EXCEPT SELECT signature FROM functions', 'every exception is there');

SELECT is_empty('SELECT signature FROM functions WHERE prosecdef', 'no function runs with the rights of its owner');

SELECT is_empty($$SELECT signature FROM functions WHERE prolang = (SELECT oid FROM pg_language WHERE lanname = 'c')
	AND prosrc NOT LIKE 'vecsim\_%'$$, 'every C symbol begins with vecsim_');

SELECT is_empty($$SELECT signature FROM functions WHERE prokind NOT IN ('f', 'a', 'w')$$,
	'functions, window functions and aggregates only');

SELECT is(
	format('volatile %s, parallel %s, combines %s', f.provolatile, f.proparallel, a.aggcombinefn <> 0),
	'volatile i, parallel s, combines t', f.signature || ' can run in parallel')
FROM functions f JOIN pg_aggregate a ON a.aggfnoid = f.oid ORDER BY f.signature;

-- every operator: a function of the extension, and its relatives know it
SELECT is_empty($$
	SELECT m.description FROM members m JOIN pg_operator o ON m.classid = 'pg_operator'::regclass AND o.oid = m.objid
	WHERE o.oprcode NOT IN (SELECT oid FROM functions)$$, 'every operator calls a function of the extension');

SELECT is_empty($$
	SELECT m.description FROM members m JOIN pg_operator o ON m.classid = 'pg_operator'::regclass AND o.oid = m.objid
	LEFT JOIN pg_operator c ON c.oid = o.oprcom LEFT JOIN pg_operator n ON n.oid = o.oprnegate
	WHERE (o.oprcom <> 0 AND c.oprcom IS DISTINCT FROM o.oid)
		OR (o.oprnegate <> 0 AND n.oprnegate IS DISTINCT FROM o.oid)$$,
	'commutators and negators are mutual');

SELECT is_empty($$
	SELECT c.opcname FROM members m JOIN pg_opclass c ON m.classid = 'pg_opclass'::regclass AND c.oid = m.objid
	WHERE NOT amvalidate(c.oid)$$, 'every operator class is valid');

-- type
SELECT has_type('vector');
SELECT results_eq(
	$$SELECT format('length %s, by value %s, align %s, storage %s, category %s, %s', typlen, typbyval, typalign,
		typstorage, typcategory, typmodin) FROM pg_type WHERE oid = 'vector'::regtype$$,
	$$VALUES ('length -1, by value f, align i, storage e, category U, vector_typmod_in')$$,
	'vector is a varlena, aligned to 4, stored out of line uncompressed, with a modifier');

-- functions of the public surface
CREATE TEMPORARY TABLE surface (name name, arguments name[], result text);
INSERT INTO surface VALUES
	('l2_distance', '{vector,vector}', 'double precision'),
	('inner_product', '{vector,vector}', 'double precision'),
	('cosine_distance', '{vector,vector}', 'double precision'),
	('cosine_similarity', '{vector,vector}', 'double precision'),
	('l1_distance', '{vector,vector}', 'double precision'),
	('vector_dims', '{vector}', 'integer'),
	('vector_norm', '{vector}', 'double precision'),
	('l2_norm', '{vector}', 'double precision'),
	('l2_normalize', '{vector}', 'vector'),
	('is_normalized', '{vector,"double precision"}', 'boolean'),
	('binary_quantize', '{vector}', 'bit'),
	('subvector', '{vector,integer,integer}', 'vector'),
	('avg', '{vector}', 'vector'),
	('sum', '{vector}', 'vector'),
	('vecsim_simd', '{}', 'text'),
	('ivf_last_scans', '{}', 'setof record'),
	('softmax', '{vector,"double precision"}', 'vector'),
	('sigmoid', '{vector}', 'vector'),
	('relu', '{vector}', 'vector'),
	('linear', '{vector[],vector}', 'vector'),
	('linear', '{vector[],vector,vector}', 'vector'),
	('attention', '{vector,vector,vector}', 'vector'),
	('attention', '{vector,vector,vector,"double precision"}', 'vector'),
	('attention_weights', '{vector,vector[]}', 'vector'),
	('attention_weights', '{vector,vector[],"double precision"}', 'vector'),
	('attention_weight', '{vector,vector}', 'double precision'),
	('attention_weight', '{vector,vector,"double precision"}', 'double precision'),
	('rrf', '{bigint,"double precision"}', 'double precision');
SELECT has_function(name, arguments) FROM surface;
SELECT function_returns(name, arguments, result) FROM surface;
SELECT is_aggregate('avg', ARRAY['vector']::name[]);
SELECT is_aggregate('sum', ARRAY['vector']::name[]);
SELECT is_aggregate('attention', ARRAY['vector', 'vector', 'vector']::name[]);
SELECT is_aggregate('attention', ARRAY['vector', 'vector', 'vector', 'double precision']::name[]);
SELECT is_window('attention_weight', ARRAY['vector', 'vector']::name[]);

-- functions behind the type, its operators, casts and aggregates, under the names that pgvector gave them
TRUNCATE surface;
INSERT INTO surface VALUES
	('vector_in', '{cstring,oid,integer}', 'vector'),
	('vector_out', '{vector}', 'cstring'),
	('vector_typmod_in', '{cstring[]}', 'integer'),
	('vector_recv', '{internal,oid,integer}', 'vector'),
	('vector_send', '{vector}', 'bytea'),
	('vector_negative_inner_product', '{vector,vector}', 'double precision'),
	('vector_add', '{vector,vector}', 'vector'),
	('vector_sub', '{vector,vector}', 'vector'),
	('vector_mul', '{vector,vector}', 'vector'),
	('vector_concat', '{vector,vector}', 'vector'),
	('vector_lt', '{vector,vector}', 'boolean'),
	('vector_le', '{vector,vector}', 'boolean'),
	('vector_eq', '{vector,vector}', 'boolean'),
	('vector_ne', '{vector,vector}', 'boolean'),
	('vector_ge', '{vector,vector}', 'boolean'),
	('vector_gt', '{vector,vector}', 'boolean'),
	('vector_cmp', '{vector,vector}', 'integer'),
	('vector_accum', '{"double precision[]",vector}', 'double precision[]'),
	('vector_combine', '{"double precision[]","double precision[]"}', 'double precision[]'),
	('vector_avg', '{"double precision[]"}', 'vector'),
	('vector', '{vector,integer,boolean}', 'vector'),
	('array_to_vector', '{integer[],integer,boolean}', 'vector'),
	('array_to_vector', '{real[],integer,boolean}', 'vector'),
	('array_to_vector', '{"double precision[]",integer,boolean}', 'vector'),
	('array_to_vector', '{numeric[],integer,boolean}', 'vector'),
	('vector_to_float4', '{vector,integer,boolean}', 'real[]');
SELECT has_function(name, arguments) FROM surface;
SELECT function_returns(name, arguments, result) FROM surface;

-- a distance tells the planner that it costs more than an operator
SELECT cmp_ok(f.procost, '>', 1::real, f.signature || ' has a cost') FROM functions f
WHERE f.proname ~ '(_distance|_similarity|inner_product)$' ORDER BY f.signature;

-- operators
SELECT has_operator('vector', name, 'vector', 'double precision'::name) FROM unnest('{<->,<#>,<=>,<+>}'::name[]) name;
SELECT has_operator('vector', name, 'vector', 'vector'::name) FROM unnest('{+,-,*,||}'::name[]) name;
SELECT has_operator('vector', name, 'vector', 'boolean'::name) FROM unnest('{<,<=,=,<>,>=,>}'::name[]) name;
SELECT has_operator('vector', '*', 'double precision', 'vector'::name);
SELECT has_operator('double precision', '*', 'vector', 'vector'::name);
SELECT has_operator('vector', '/', 'double precision', 'vector'::name);
SELECT has_leftop('-', 'vector', 'vector'::name);
CREATE TEMPORARY TABLE comparisons (
	name name, commutator regoperator, negator regoperator, selectivity text, equality bool);
INSERT INTO comparisons VALUES
	('<', '>(vector,vector)', '>=(vector,vector)', 'scalarlt', false),
	('<=', '>=(vector,vector)', '>(vector,vector)', 'scalarle', false),
	('=', '=(vector,vector)', '<>(vector,vector)', 'eq', true),
	('<>', '<>(vector,vector)', '=(vector,vector)', 'neq', false),
	('>=', '<=(vector,vector)', '<(vector,vector)', 'scalarge', false),
	('>', '<(vector,vector)', '<=(vector,vector)', 'scalargt', false);
SELECT is(
	format('%s, not %s, %s, %s, hashes %s, merges %s', o.oprcom::regoperator, o.oprnegate::regoperator, o.oprrest,
		o.oprjoin, o.oprcanhash, o.oprcanmerge),
	format('%s, not %s, %ssel, %sjoinsel, hashes %s, merges %s', c.commutator, c.negator, c.selectivity, c.selectivity,
		c.equality, c.equality),
	c.name || ' knows its relatives and its selectivity')
FROM comparisons c LEFT JOIN pg_operator o
	ON o.oprname = c.name AND o.oprleft = 'vector'::regtype AND o.oprright = 'vector'::regtype;

-- casts
CREATE TEMPORARY TABLE casts (source name, target name, function name, context text);
INSERT INTO casts VALUES
	('vector', 'vector', 'vector', 'implicit'),
	('vector', 'real[]', 'vector_to_float4', 'implicit'),
	('integer[]', 'vector', 'array_to_vector', 'assignment'),
	('real[]', 'vector', 'array_to_vector', 'assignment'),
	('double precision[]', 'vector', 'array_to_vector', 'assignment'),
	('numeric[]', 'vector', 'array_to_vector', 'assignment');
SELECT has_cast(source, target, function) FROM casts;
SELECT cast_context_is(source, target, context) FROM casts;

-- operator classes
SELECT is(array_agg(format('%s %s default %s', a.amname, c.opcname, c.opcdefault) ORDER BY a.amname),
	ARRAY['btree vector_ops default t', 'hash vector_ops default t'],
	'vector has a default class for btree and for hash')
FROM pg_opclass c JOIN pg_am a ON a.oid = c.opcmethod
WHERE c.opcintype = 'vector'::regtype AND a.amname IN ('btree', 'hash');

-- halfvec: the type, its functions, operators, casts and classes
SELECT has_type('halfvec');
SELECT results_eq(
	$$SELECT format('length %s, by value %s, align %s, storage %s, category %s, %s', typlen, typbyval, typalign,
		typstorage, typcategory, typmodin) FROM pg_type WHERE oid = 'halfvec'::regtype$$,
	$$VALUES ('length -1, by value f, align i, storage e, category U, halfvec_typmod_in')$$,
	'halfvec is a varlena, aligned to 4, stored out of line uncompressed, with a modifier');
TRUNCATE surface;
INSERT INTO surface VALUES
	('l2_distance', '{halfvec,halfvec}', 'double precision'),
	('inner_product', '{halfvec,halfvec}', 'double precision'),
	('cosine_distance', '{halfvec,halfvec}', 'double precision'),
	('cosine_similarity', '{halfvec,halfvec}', 'double precision'),
	('l1_distance', '{halfvec,halfvec}', 'double precision'),
	('vector_dims', '{halfvec}', 'integer'),
	('l2_norm', '{halfvec}', 'double precision'),
	('l2_normalize', '{halfvec}', 'halfvec'),
	('is_normalized', '{halfvec,"double precision"}', 'boolean'),
	('binary_quantize', '{halfvec}', 'bit'),
	('subvector', '{halfvec,integer,integer}', 'halfvec'),
	('avg', '{halfvec}', 'halfvec'),
	('sum', '{halfvec}', 'halfvec'),
	('halfvec_in', '{cstring,oid,integer}', 'halfvec'),
	('halfvec_out', '{halfvec}', 'cstring'),
	('halfvec_typmod_in', '{cstring[]}', 'integer'),
	('halfvec_recv', '{internal,oid,integer}', 'halfvec'),
	('halfvec_send', '{halfvec}', 'bytea'),
	('halfvec_negative_inner_product', '{halfvec,halfvec}', 'double precision'),
	('halfvec_add', '{halfvec,halfvec}', 'halfvec'),
	('halfvec_sub', '{halfvec,halfvec}', 'halfvec'),
	('halfvec_mul', '{halfvec,halfvec}', 'halfvec'),
	('halfvec_concat', '{halfvec,halfvec}', 'halfvec'),
	('halfvec_lt', '{halfvec,halfvec}', 'boolean'),
	('halfvec_le', '{halfvec,halfvec}', 'boolean'),
	('halfvec_eq', '{halfvec,halfvec}', 'boolean'),
	('halfvec_ne', '{halfvec,halfvec}', 'boolean'),
	('halfvec_ge', '{halfvec,halfvec}', 'boolean'),
	('halfvec_gt', '{halfvec,halfvec}', 'boolean'),
	('halfvec_cmp', '{halfvec,halfvec}', 'integer'),
	('halfvec_accum', '{"double precision[]",halfvec}', 'double precision[]'),
	('halfvec_combine', '{"double precision[]","double precision[]"}', 'double precision[]'),
	('halfvec_avg', '{"double precision[]"}', 'halfvec'),
	('halfvec', '{halfvec,integer,boolean}', 'halfvec'),
	('array_to_halfvec', '{integer[],integer,boolean}', 'halfvec'),
	('array_to_halfvec', '{real[],integer,boolean}', 'halfvec'),
	('array_to_halfvec', '{"double precision[]",integer,boolean}', 'halfvec'),
	('array_to_halfvec', '{numeric[],integer,boolean}', 'halfvec'),
	('halfvec_to_float4', '{halfvec,integer,boolean}', 'real[]'),
	('vector_to_halfvec', '{vector,integer,boolean}', 'halfvec'),
	('halfvec_to_vector', '{halfvec,integer,boolean}', 'vector');
SELECT has_function(name, arguments) FROM surface;
SELECT function_returns(name, arguments, result) FROM surface;
SELECT is_aggregate('avg', ARRAY['halfvec']::name[]);
SELECT is_aggregate('sum', ARRAY['halfvec']::name[]);
SELECT has_operator('halfvec', name, 'halfvec', 'double precision'::name) FROM unnest('{<->,<#>,<=>,<+>}'::name[]) name;
SELECT has_operator('halfvec', name, 'halfvec', 'halfvec'::name) FROM unnest('{+,-,*,||}'::name[]) name;
SELECT has_operator('halfvec', name, 'halfvec', 'boolean'::name) FROM unnest('{<,<=,=,<>,>=,>}'::name[]) name;
SELECT has_operator('halfvec', '*', 'double precision', 'halfvec'::name);
SELECT has_operator('double precision', '*', 'halfvec', 'halfvec'::name);
SELECT has_operator('halfvec', '/', 'double precision', 'halfvec'::name);
SELECT has_leftop('-', 'halfvec', 'halfvec'::name);
SELECT is(
	(SELECT array_agg(format('%s %s %s %s %s', oprname, oprrest, oprjoin, oprcanhash, oprcanmerge) ORDER BY oprname)
		FROM pg_operator WHERE oprleft = 'halfvec'::regtype AND oprright = oprleft AND oprresult = 'bool'::regtype),
	(SELECT array_agg(format('%s %s %s %s %s', oprname, oprrest, oprjoin, oprcanhash, oprcanmerge) ORDER BY oprname)
		FROM pg_operator WHERE oprleft = 'vector'::regtype AND oprright = oprleft AND oprresult = 'bool'::regtype),
	'comparisons of halfvec tell the planner what those of vector do');
TRUNCATE casts;
INSERT INTO casts VALUES
	('halfvec', 'halfvec', 'halfvec', 'implicit'),
	('halfvec', 'real[]', 'halfvec_to_float4', 'assignment'),
	('vector', 'halfvec', 'vector_to_halfvec', 'implicit'),
	('halfvec', 'vector', 'halfvec_to_vector', 'assignment'),
	('integer[]', 'halfvec', 'array_to_halfvec', 'assignment'),
	('real[]', 'halfvec', 'array_to_halfvec', 'assignment'),
	('double precision[]', 'halfvec', 'array_to_halfvec', 'assignment'),
	('numeric[]', 'halfvec', 'array_to_halfvec', 'assignment');
SELECT has_cast(source, target, function) FROM casts;
SELECT cast_context_is(source, target, context) FROM casts;
SELECT is(array_agg(format('%s %s default %s', a.amname, c.opcname, c.opcdefault) ORDER BY a.amname),
	ARRAY['btree halfvec_ops default t', 'hash halfvec_ops default t'],
	'halfvec has a default class for btree and for hash')
FROM pg_opclass c JOIN pg_am a ON a.oid = c.opcmethod
WHERE c.opcintype = 'halfvec'::regtype AND a.amname IN ('btree', 'hash');

-- sparsevec
SELECT has_type('sparsevec');
SELECT results_eq(
	$$SELECT format('length %s, by value %s, align %s, storage %s, category %s, %s', typlen, typbyval, typalign,
		typstorage, typcategory, typmodin) FROM pg_type WHERE oid = 'sparsevec'::regtype$$,
	$$VALUES ('length -1, by value f, align i, storage e, category U, sparsevec_typmod_in')$$,
	'sparsevec is a varlena, aligned to 4, stored out of line uncompressed, with a modifier');
TRUNCATE surface;
INSERT INTO surface VALUES
	('l2_distance', '{sparsevec,sparsevec}', 'double precision'),
	('inner_product', '{sparsevec,sparsevec}', 'double precision'),
	('cosine_distance', '{sparsevec,sparsevec}', 'double precision'),
	('cosine_similarity', '{sparsevec,sparsevec}', 'double precision'),
	('l1_distance', '{sparsevec,sparsevec}', 'double precision'),
	('l2_norm', '{sparsevec}', 'double precision'),
	('l2_normalize', '{sparsevec}', 'sparsevec'),
	('is_normalized', '{sparsevec,"double precision"}', 'boolean'),
	('sparsevec_in', '{cstring,oid,integer}', 'sparsevec'),
	('sparsevec_out', '{sparsevec}', 'cstring'),
	('sparsevec_typmod_in', '{cstring[]}', 'integer'),
	('sparsevec_recv', '{internal,oid,integer}', 'sparsevec'),
	('sparsevec_send', '{sparsevec}', 'bytea'),
	('sparsevec_negative_inner_product', '{sparsevec,sparsevec}', 'double precision'),
	('sparsevec_lt', '{sparsevec,sparsevec}', 'boolean'),
	('sparsevec_le', '{sparsevec,sparsevec}', 'boolean'),
	('sparsevec_eq', '{sparsevec,sparsevec}', 'boolean'),
	('sparsevec_ne', '{sparsevec,sparsevec}', 'boolean'),
	('sparsevec_ge', '{sparsevec,sparsevec}', 'boolean'),
	('sparsevec_gt', '{sparsevec,sparsevec}', 'boolean'),
	('sparsevec_cmp', '{sparsevec,sparsevec}', 'integer'),
	('sparsevec', '{sparsevec,integer,boolean}', 'sparsevec'),
	('array_to_sparsevec', '{integer[],integer,boolean}', 'sparsevec'),
	('array_to_sparsevec', '{real[],integer,boolean}', 'sparsevec'),
	('array_to_sparsevec', '{"double precision[]",integer,boolean}', 'sparsevec'),
	('array_to_sparsevec', '{numeric[],integer,boolean}', 'sparsevec'),
	('vector_to_sparsevec', '{vector,integer,boolean}', 'sparsevec'),
	('sparsevec_to_vector', '{sparsevec,integer,boolean}', 'vector'),
	('halfvec_to_sparsevec', '{halfvec,integer,boolean}', 'sparsevec'),
	('sparsevec_to_halfvec', '{sparsevec,integer,boolean}', 'halfvec');
SELECT has_function(name, arguments) FROM surface;
SELECT function_returns(name, arguments, result) FROM surface;
SELECT has_operator('sparsevec', name, 'sparsevec', 'double precision'::name)
FROM unnest('{<->,<#>,<=>,<+>}'::name[]) name;
SELECT has_operator('sparsevec', name, 'sparsevec', 'boolean'::name) FROM unnest('{<,<=,=,<>,>=,>}'::name[]) name;
TRUNCATE casts;
INSERT INTO casts VALUES
	('sparsevec', 'sparsevec', 'sparsevec', 'implicit'),
	('vector', 'sparsevec', 'vector_to_sparsevec', 'implicit'),
	('sparsevec', 'vector', 'sparsevec_to_vector', 'assignment'),
	('halfvec', 'sparsevec', 'halfvec_to_sparsevec', 'implicit'),
	('sparsevec', 'halfvec', 'sparsevec_to_halfvec', 'assignment'),
	('integer[]', 'sparsevec', 'array_to_sparsevec', 'assignment'),
	('real[]', 'sparsevec', 'array_to_sparsevec', 'assignment'),
	('double precision[]', 'sparsevec', 'array_to_sparsevec', 'assignment'),
	('numeric[]', 'sparsevec', 'array_to_sparsevec', 'assignment');
SELECT has_cast(source, target, function) FROM casts;
SELECT cast_context_is(source, target, context) FROM casts;
SELECT is(array_agg(format('%s %s default %s', a.amname, c.opcname, c.opcdefault) ORDER BY a.amname),
	ARRAY['btree sparsevec_ops default t', 'hash sparsevec_ops default t'],
	'sparsevec has a default class for btree and for hash')
FROM pg_opclass c JOIN pg_am a ON a.oid = c.opcmethod
WHERE c.opcintype = 'sparsevec'::regtype AND a.amname IN ('btree', 'hash');

-- bit
SELECT has_function(name, '{bit,bit}'::name[]) FROM unnest('{hamming_distance,jaccard_distance}'::name[]) name;
SELECT function_returns(name, '{bit,bit}'::name[], 'double precision')
FROM unnest('{hamming_distance,jaccard_distance}'::name[]) name;
SELECT has_operator('bit', name, 'bit', 'double precision'::name) FROM unnest('{<~>,<%>}'::name[]) name;

-- ivf for other types than vector
SELECT is(array_agg(format('%s for %s default %s', c.opcname, c.opcintype::regtype, c.opcdefault) ORDER BY c.opcname),
	ARRAY['bit_hamming_ops for bit default f', 'bit_jaccard_ops for bit default f',
		'sparsevec_cosine_ops for sparsevec default f', 'sparsevec_ip_ops for sparsevec default f',
		'sparsevec_l1_ops for sparsevec default f', 'sparsevec_l2_ops for sparsevec default f'],
	'ivf has classes for bit and sparsevec')
FROM pg_opclass c JOIN pg_am a ON a.oid = c.opcmethod
WHERE a.amname = 'ivf' AND c.opcintype IN ('bit'::regtype, 'sparsevec'::regtype);

-- the extension; that it is trusted shows when somebody without privileges but CREATE makes it anew
SELECT is(extrelocatable, false, 'vecsim stays in its schema') FROM pg_extension WHERE extname = 'vecsim';

DROP EXTENSION vecsim;
CREATE ROLE vecsim_stranger;
SELECT lives_ok(format('GRANT CREATE ON DATABASE %I TO vecsim_stranger', current_database()), 'a role may create');
CREATE SCHEMA stranger AUTHORIZATION vecsim_stranger;
GRANT USAGE ON SCHEMA tap TO vecsim_stranger;
SET LOCAL ROLE vecsim_stranger;
SELECT lives_ok('CREATE EXTENSION vecsim SCHEMA stranger', 'vecsim is trusted');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
