-- vecsim--0.1.0.sql - the SQL face of vecsim: types, their functions, operators and operator classes.
--
-- Every name is schema-qualified, so that what else stands in the search path means nothing.

-- complain if the script is sourced in psql, rather than via CREATE EXTENSION
\echo Use "CREATE EXTENSION vecsim" to load this file. \quit

-- type vector

CREATE TYPE @extschema@.vector;

CREATE FUNCTION @extschema@.vector_in(pg_catalog.cstring, pg_catalog.oid, pg_catalog.int4)
	RETURNS @extschema@.vector
	AS 'MODULE_PATHNAME', 'vecsim_vector_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.vector_in(pg_catalog.cstring, pg_catalog.oid, pg_catalog.int4)
	IS 'text input of vector';

CREATE FUNCTION @extschema@.vector_out(@extschema@.vector) RETURNS pg_catalog.cstring
	AS 'MODULE_PATHNAME', 'vecsim_vector_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.vector_out(@extschema@.vector) IS 'text output of vector';

CREATE FUNCTION @extschema@.vector_typmod_in(pg_catalog.cstring[]) RETURNS pg_catalog.int4
	AS 'MODULE_PATHNAME', 'vecsim_vector_typmod_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.vector_typmod_in(pg_catalog.cstring[])
	IS 'type modifier of vector: the number of dimensions';

CREATE FUNCTION @extschema@.vector_recv(pg_catalog.internal, pg_catalog.oid, pg_catalog.int4)
	RETURNS @extschema@.vector
	AS 'MODULE_PATHNAME', 'vecsim_vector_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.vector_recv(pg_catalog.internal, pg_catalog.oid, pg_catalog.int4)
	IS 'binary input of vector';

CREATE FUNCTION @extschema@.vector_send(@extschema@.vector) RETURNS pg_catalog.bytea
	AS 'MODULE_PATHNAME', 'vecsim_vector_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.vector_send(@extschema@.vector) IS 'binary output of vector';

CREATE TYPE @extschema@.vector (
	INPUT     = @extschema@.vector_in,
	OUTPUT    = @extschema@.vector_out,
	TYPMOD_IN = @extschema@.vector_typmod_in,
	RECEIVE   = @extschema@.vector_recv,
	SEND      = @extschema@.vector_send,
	STORAGE   = external
);

COMMENT ON TYPE @extschema@.vector IS 'vector of single-precision numbers, 1 to 16000 dimensions';

-- functions
--
-- A distance costs the planner 20 operators: a cheap operator takes about 10 ns, and the distance of two vectors
-- of some hundred dimensions, fetched from the row, about 200 ns.  That is enough to run cheap conditions first
-- and to go parallel sooner, and little beside the pages that a scan reads.

CREATE FUNCTION @extschema@.l2_distance(@extschema@.vector, @extschema@.vector) RETURNS pg_catalog.float8
	AS 'MODULE_PATHNAME', 'vecsim_l2_distance' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;

COMMENT ON FUNCTION @extschema@.l2_distance(@extschema@.vector, @extschema@.vector) IS 'Euclidean distance';

CREATE FUNCTION @extschema@.inner_product(@extschema@.vector, @extschema@.vector) RETURNS pg_catalog.float8
	AS 'MODULE_PATHNAME', 'vecsim_inner_product' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;

COMMENT ON FUNCTION @extschema@.inner_product(@extschema@.vector, @extschema@.vector) IS 'inner product';

CREATE FUNCTION @extschema@.cosine_distance(@extschema@.vector, @extschema@.vector) RETURNS pg_catalog.float8
	AS 'MODULE_PATHNAME', 'vecsim_cosine_distance' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;

COMMENT ON FUNCTION @extschema@.cosine_distance(@extschema@.vector, @extschema@.vector)
	IS 'cosine distance: 1 - cosine similarity, NaN with a zero vector';

CREATE FUNCTION @extschema@.cosine_similarity(@extschema@.vector, @extschema@.vector)
	RETURNS pg_catalog.float8
	AS 'MODULE_PATHNAME', 'vecsim_cosine_similarity' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;

COMMENT ON FUNCTION @extschema@.cosine_similarity(@extschema@.vector, @extschema@.vector)
	IS 'cosine of the angle, NaN with a zero vector';

CREATE FUNCTION @extschema@.l1_distance(@extschema@.vector, @extschema@.vector) RETURNS pg_catalog.float8
	AS 'MODULE_PATHNAME', 'vecsim_l1_distance' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;

COMMENT ON FUNCTION @extschema@.l1_distance(@extschema@.vector, @extschema@.vector) IS 'taxicab distance';

CREATE FUNCTION @extschema@.vector_dims(@extschema@.vector) RETURNS pg_catalog.int4
	AS 'MODULE_PATHNAME', 'vecsim_vector_dims' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.vector_dims(@extschema@.vector) IS 'number of dimensions';

CREATE FUNCTION @extschema@.vector_norm(@extschema@.vector) RETURNS pg_catalog.float8
	AS 'MODULE_PATHNAME', 'vecsim_vector_norm' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.vector_norm(@extschema@.vector) IS 'Euclidean norm';

CREATE FUNCTION @extschema@.l2_norm(@extschema@.vector) RETURNS pg_catalog.float8
	AS 'MODULE_PATHNAME', 'vecsim_vector_norm' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.l2_norm(@extschema@.vector) IS 'Euclidean norm';

CREATE FUNCTION @extschema@.l2_normalize(@extschema@.vector) RETURNS @extschema@.vector
	AS 'MODULE_PATHNAME', 'vecsim_l2_normalize' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.l2_normalize(@extschema@.vector)
	IS 'vector scaled to Euclidean norm 1; a zero vector stays zero';

CREATE FUNCTION @extschema@.is_normalized(v @extschema@.vector, tolerance pg_catalog.float8 DEFAULT 1e-3)
	RETURNS pg_catalog.bool
	AS 'MODULE_PATHNAME', 'vecsim_is_normalized' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.is_normalized(@extschema@.vector, pg_catalog.float8)
	IS 'true if the Euclidean norm is 1, give or take the tolerance';

CREATE FUNCTION @extschema@.binary_quantize(@extschema@.vector) RETURNS pg_catalog.bit
	AS 'MODULE_PATHNAME', 'vecsim_binary_quantize' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.binary_quantize(@extschema@.vector)
	IS 'one bit per dimension: 1 where the element is above 0';

CREATE FUNCTION @extschema@.subvector(@extschema@.vector, pg_catalog.int4, pg_catalog.int4)
	RETURNS @extschema@.vector
	AS 'MODULE_PATHNAME', 'vecsim_subvector' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.subvector(@extschema@.vector, pg_catalog.int4, pg_catalog.int4)
	IS 'part of a vector from a position, counted from 1, of a number of dimensions';

-- functions behind operators

CREATE FUNCTION @extschema@.vector_negative_inner_product(@extschema@.vector, @extschema@.vector)
	RETURNS pg_catalog.float8
	AS 'MODULE_PATHNAME', 'vecsim_vector_negative_inner_product'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;

COMMENT ON FUNCTION @extschema@.vector_negative_inner_product(@extschema@.vector, @extschema@.vector)
	IS 'implementation of <#> operator';

CREATE FUNCTION @extschema@.vector_add(@extschema@.vector, @extschema@.vector) RETURNS @extschema@.vector
	AS 'MODULE_PATHNAME', 'vecsim_vector_add' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.vector_add(@extschema@.vector, @extschema@.vector)
	IS 'implementation of + operator';

CREATE FUNCTION @extschema@.vector_sub(@extschema@.vector, @extschema@.vector) RETURNS @extschema@.vector
	AS 'MODULE_PATHNAME', 'vecsim_vector_sub' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.vector_sub(@extschema@.vector, @extschema@.vector)
	IS 'implementation of - operator';

CREATE FUNCTION @extschema@.vector_mul(@extschema@.vector, @extschema@.vector) RETURNS @extschema@.vector
	AS 'MODULE_PATHNAME', 'vecsim_vector_mul' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.vector_mul(@extschema@.vector, @extschema@.vector)
	IS 'implementation of * operator';

CREATE FUNCTION @extschema@.vector_scale(@extschema@.vector, pg_catalog.float8) RETURNS @extschema@.vector
	AS 'MODULE_PATHNAME', 'vecsim_vector_scale' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.vector_scale(@extschema@.vector, pg_catalog.float8)
	IS 'implementation of * operator';

CREATE FUNCTION @extschema@.scale_vector(pg_catalog.float8, @extschema@.vector) RETURNS @extschema@.vector
	AS 'MODULE_PATHNAME', 'vecsim_scale_vector' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.scale_vector(pg_catalog.float8, @extschema@.vector)
	IS 'implementation of * operator';

CREATE FUNCTION @extschema@.vector_div(@extschema@.vector, pg_catalog.float8) RETURNS @extschema@.vector
	AS 'MODULE_PATHNAME', 'vecsim_vector_div' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.vector_div(@extschema@.vector, pg_catalog.float8)
	IS 'implementation of / operator';

CREATE FUNCTION @extschema@.vector_neg(@extschema@.vector) RETURNS @extschema@.vector
	AS 'MODULE_PATHNAME', 'vecsim_vector_neg' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.vector_neg(@extschema@.vector) IS 'implementation of unary - operator';

CREATE FUNCTION @extschema@.vector_concat(@extschema@.vector, @extschema@.vector) RETURNS @extschema@.vector
	AS 'MODULE_PATHNAME', 'vecsim_vector_concat' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.vector_concat(@extschema@.vector, @extschema@.vector)
	IS 'implementation of || operator';

CREATE FUNCTION @extschema@.vector_lt(@extschema@.vector, @extschema@.vector) RETURNS pg_catalog.bool
	AS 'MODULE_PATHNAME', 'vecsim_vector_lt' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.vector_lt(@extschema@.vector, @extschema@.vector)
	IS 'implementation of < operator';

CREATE FUNCTION @extschema@.vector_le(@extschema@.vector, @extschema@.vector) RETURNS pg_catalog.bool
	AS 'MODULE_PATHNAME', 'vecsim_vector_le' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.vector_le(@extschema@.vector, @extschema@.vector)
	IS 'implementation of <= operator';

CREATE FUNCTION @extschema@.vector_eq(@extschema@.vector, @extschema@.vector) RETURNS pg_catalog.bool
	AS 'MODULE_PATHNAME', 'vecsim_vector_eq' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.vector_eq(@extschema@.vector, @extschema@.vector)
	IS 'implementation of = operator';

CREATE FUNCTION @extschema@.vector_ne(@extschema@.vector, @extschema@.vector) RETURNS pg_catalog.bool
	AS 'MODULE_PATHNAME', 'vecsim_vector_ne' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.vector_ne(@extschema@.vector, @extschema@.vector)
	IS 'implementation of <> operator';

CREATE FUNCTION @extschema@.vector_ge(@extschema@.vector, @extschema@.vector) RETURNS pg_catalog.bool
	AS 'MODULE_PATHNAME', 'vecsim_vector_ge' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.vector_ge(@extschema@.vector, @extschema@.vector)
	IS 'implementation of >= operator';

CREATE FUNCTION @extschema@.vector_gt(@extschema@.vector, @extschema@.vector) RETURNS pg_catalog.bool
	AS 'MODULE_PATHNAME', 'vecsim_vector_gt' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.vector_gt(@extschema@.vector, @extschema@.vector)
	IS 'implementation of > operator';

CREATE FUNCTION @extschema@.vector_cmp(@extschema@.vector, @extschema@.vector) RETURNS pg_catalog.int4
	AS 'MODULE_PATHNAME', 'vecsim_vector_cmp' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.vector_cmp(@extschema@.vector, @extschema@.vector) IS 'less-equal-greater';

CREATE FUNCTION @extschema@.vector_hash(@extschema@.vector) RETURNS pg_catalog.int4
	AS 'MODULE_PATHNAME', 'vecsim_vector_hash' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.vector_hash(@extschema@.vector) IS 'hash';

CREATE FUNCTION @extschema@.vector_hash_extended(@extschema@.vector, pg_catalog.int8) RETURNS pg_catalog.int8
	AS 'MODULE_PATHNAME', 'vecsim_vector_hash_extended' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.vector_hash_extended(@extschema@.vector, pg_catalog.int8)
	IS 'hash of 64 bits with a seed';

-- operators

CREATE OPERATOR @extschema@.<-> (
	LEFTARG = @extschema@.vector, RIGHTARG = @extschema@.vector,
	FUNCTION = @extschema@.l2_distance,
	COMMUTATOR = OPERATOR(@extschema@.<->)
);

COMMENT ON OPERATOR @extschema@.<-> (@extschema@.vector, @extschema@.vector) IS 'Euclidean distance';

CREATE OPERATOR @extschema@.<#> (
	LEFTARG = @extschema@.vector, RIGHTARG = @extschema@.vector,
	FUNCTION = @extschema@.vector_negative_inner_product,
	COMMUTATOR = OPERATOR(@extschema@.<#>)
);

COMMENT ON OPERATOR @extschema@.<#> (@extschema@.vector, @extschema@.vector) IS 'negative inner product';

CREATE OPERATOR @extschema@.<=> (
	LEFTARG = @extschema@.vector, RIGHTARG = @extschema@.vector,
	FUNCTION = @extschema@.cosine_distance,
	COMMUTATOR = OPERATOR(@extschema@.<=>)
);

COMMENT ON OPERATOR @extschema@.<=> (@extschema@.vector, @extschema@.vector) IS 'cosine distance';

CREATE OPERATOR @extschema@.<+> (
	LEFTARG = @extschema@.vector, RIGHTARG = @extschema@.vector,
	FUNCTION = @extschema@.l1_distance,
	COMMUTATOR = OPERATOR(@extschema@.<+>)
);

COMMENT ON OPERATOR @extschema@.<+> (@extschema@.vector, @extschema@.vector) IS 'taxicab distance';

CREATE OPERATOR @extschema@.+ (
	LEFTARG = @extschema@.vector, RIGHTARG = @extschema@.vector,
	FUNCTION = @extschema@.vector_add,
	COMMUTATOR = OPERATOR(@extschema@.+)
);

COMMENT ON OPERATOR @extschema@.+ (@extschema@.vector, @extschema@.vector) IS 'add element by element';

CREATE OPERATOR @extschema@.- (
	LEFTARG = @extschema@.vector, RIGHTARG = @extschema@.vector,
	FUNCTION = @extschema@.vector_sub
);

COMMENT ON OPERATOR @extschema@.- (@extschema@.vector, @extschema@.vector) IS 'subtract element by element';

CREATE OPERATOR @extschema@.* (
	LEFTARG = @extschema@.vector, RIGHTARG = @extschema@.vector,
	FUNCTION = @extschema@.vector_mul,
	COMMUTATOR = OPERATOR(@extschema@.*)
);

COMMENT ON OPERATOR @extschema@.* (@extschema@.vector, @extschema@.vector) IS 'multiply element by element';

CREATE OPERATOR @extschema@.* (
	LEFTARG = @extschema@.vector, RIGHTARG = pg_catalog.float8,
	FUNCTION = @extschema@.vector_scale,
	COMMUTATOR = OPERATOR(@extschema@.*)
);

COMMENT ON OPERATOR @extschema@.* (@extschema@.vector, pg_catalog.float8) IS 'multiply by a number';

CREATE OPERATOR @extschema@.* (
	LEFTARG = pg_catalog.float8, RIGHTARG = @extschema@.vector,
	FUNCTION = @extschema@.scale_vector,
	COMMUTATOR = OPERATOR(@extschema@.*)
);

COMMENT ON OPERATOR @extschema@.* (pg_catalog.float8, @extschema@.vector) IS 'multiply by a number';

CREATE OPERATOR @extschema@./ (
	LEFTARG = @extschema@.vector, RIGHTARG = pg_catalog.float8,
	FUNCTION = @extschema@.vector_div
);

COMMENT ON OPERATOR @extschema@./ (@extschema@.vector, pg_catalog.float8) IS 'divide by a number';

CREATE OPERATOR @extschema@.- (
	RIGHTARG = @extschema@.vector,
	FUNCTION = @extschema@.vector_neg
);

COMMENT ON OPERATOR @extschema@.- (NONE, @extschema@.vector) IS 'negate';

CREATE OPERATOR @extschema@.|| (
	LEFTARG = @extschema@.vector, RIGHTARG = @extschema@.vector,
	FUNCTION = @extschema@.vector_concat
);

COMMENT ON OPERATOR @extschema@.|| (@extschema@.vector, @extschema@.vector) IS 'concatenate';

CREATE OPERATOR @extschema@.< (
	LEFTARG = @extschema@.vector, RIGHTARG = @extschema@.vector,
	FUNCTION = @extschema@.vector_lt,
	COMMUTATOR = OPERATOR(@extschema@.>), NEGATOR = OPERATOR(@extschema@.>=),
	RESTRICT = pg_catalog.scalarltsel, JOIN = pg_catalog.scalarltjoinsel
);

COMMENT ON OPERATOR @extschema@.< (@extschema@.vector, @extschema@.vector) IS 'less than';

CREATE OPERATOR @extschema@.<= (
	LEFTARG = @extschema@.vector, RIGHTARG = @extschema@.vector,
	FUNCTION = @extschema@.vector_le,
	COMMUTATOR = OPERATOR(@extschema@.>=), NEGATOR = OPERATOR(@extschema@.>),
	RESTRICT = pg_catalog.scalarlesel, JOIN = pg_catalog.scalarlejoinsel
);

COMMENT ON OPERATOR @extschema@.<= (@extschema@.vector, @extschema@.vector) IS 'less than or equal';

CREATE OPERATOR @extschema@.= (
	LEFTARG = @extschema@.vector, RIGHTARG = @extschema@.vector,
	FUNCTION = @extschema@.vector_eq,
	COMMUTATOR = OPERATOR(@extschema@.=), NEGATOR = OPERATOR(@extschema@.<>),
	RESTRICT = pg_catalog.eqsel, JOIN = pg_catalog.eqjoinsel,
	HASHES, MERGES
);

COMMENT ON OPERATOR @extschema@.= (@extschema@.vector, @extschema@.vector) IS 'equal';

CREATE OPERATOR @extschema@.<> (
	LEFTARG = @extschema@.vector, RIGHTARG = @extschema@.vector,
	FUNCTION = @extschema@.vector_ne,
	COMMUTATOR = OPERATOR(@extschema@.<>), NEGATOR = OPERATOR(@extschema@.=),
	RESTRICT = pg_catalog.neqsel, JOIN = pg_catalog.neqjoinsel
);

COMMENT ON OPERATOR @extschema@.<> (@extschema@.vector, @extschema@.vector) IS 'not equal';

CREATE OPERATOR @extschema@.>= (
	LEFTARG = @extschema@.vector, RIGHTARG = @extschema@.vector,
	FUNCTION = @extschema@.vector_ge,
	COMMUTATOR = OPERATOR(@extschema@.<=), NEGATOR = OPERATOR(@extschema@.<),
	RESTRICT = pg_catalog.scalargesel, JOIN = pg_catalog.scalargejoinsel
);

COMMENT ON OPERATOR @extschema@.>= (@extschema@.vector, @extschema@.vector) IS 'greater than or equal';

CREATE OPERATOR @extschema@.> (
	LEFTARG = @extschema@.vector, RIGHTARG = @extschema@.vector,
	FUNCTION = @extschema@.vector_gt,
	COMMUTATOR = OPERATOR(@extschema@.<), NEGATOR = OPERATOR(@extschema@.<=),
	RESTRICT = pg_catalog.scalargtsel, JOIN = pg_catalog.scalargtjoinsel
);

COMMENT ON OPERATOR @extschema@.> (@extschema@.vector, @extschema@.vector) IS 'greater than';

-- aggregates

CREATE FUNCTION @extschema@.vector_accum(pg_catalog.float8[], @extschema@.vector) RETURNS pg_catalog.float8[]
	AS 'MODULE_PATHNAME', 'vecsim_vector_accum' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.vector_accum(pg_catalog.float8[], @extschema@.vector)
	IS 'step of avg(vector)';

CREATE FUNCTION @extschema@.vector_sum_accum(pg_catalog.float8[], @extschema@.vector)
	RETURNS pg_catalog.float8[]
	AS 'MODULE_PATHNAME', 'vecsim_vector_sum_accum' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.vector_sum_accum(pg_catalog.float8[], @extschema@.vector)
	IS 'step of sum(vector)';

CREATE FUNCTION @extschema@.vector_combine(pg_catalog.float8[], pg_catalog.float8[])
	RETURNS pg_catalog.float8[]
	AS 'MODULE_PATHNAME', 'vecsim_vector_combine' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.vector_combine(pg_catalog.float8[], pg_catalog.float8[])
	IS 'combines two states of avg(vector) or sum(vector)';

CREATE FUNCTION @extschema@.vector_avg(pg_catalog.float8[]) RETURNS @extschema@.vector
	AS 'MODULE_PATHNAME', 'vecsim_vector_avg' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.vector_avg(pg_catalog.float8[]) IS 'last step of avg(vector)';

CREATE FUNCTION @extschema@.vector_sum(pg_catalog.float8[]) RETURNS @extschema@.vector
	AS 'MODULE_PATHNAME', 'vecsim_vector_sum' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.vector_sum(pg_catalog.float8[]) IS 'last step of sum(vector)';

CREATE AGGREGATE @extschema@.avg(@extschema@.vector) (
	SFUNC = @extschema@.vector_accum,
	STYPE = pg_catalog.float8[],
	FINALFUNC = @extschema@.vector_avg,
	COMBINEFUNC = @extschema@.vector_combine,
	INITCOND = '{0}',
	PARALLEL = SAFE
);

COMMENT ON AGGREGATE @extschema@.avg(@extschema@.vector)
	IS 'the average (arithmetic mean) as vector of all vector values';

CREATE AGGREGATE @extschema@.sum(@extschema@.vector) (
	SFUNC = @extschema@.vector_sum_accum,
	STYPE = pg_catalog.float8[],
	FINALFUNC = @extschema@.vector_sum,
	COMBINEFUNC = @extschema@.vector_combine,
	INITCOND = '{0}',
	PARALLEL = SAFE
);

COMMENT ON AGGREGATE @extschema@.sum(@extschema@.vector) IS 'sum as vector across all vector input values';

-- casts

CREATE FUNCTION @extschema@.vector(@extschema@.vector, pg_catalog.int4, pg_catalog.bool)
	RETURNS @extschema@.vector
	AS 'MODULE_PATHNAME', 'vecsim_vector' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.vector(@extschema@.vector, pg_catalog.int4, pg_catalog.bool)
	IS 'checks the dimensions of a vector against a type modifier';

CREATE FUNCTION @extschema@.array_to_vector(pg_catalog.int4[], pg_catalog.int4, pg_catalog.bool)
	RETURNS @extschema@.vector
	AS 'MODULE_PATHNAME', 'vecsim_array_to_vector' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.array_to_vector(pg_catalog.int4[], pg_catalog.int4, pg_catalog.bool)
	IS 'converts an array of integer to vector';

CREATE FUNCTION @extschema@.array_to_vector(pg_catalog.float4[], pg_catalog.int4, pg_catalog.bool)
	RETURNS @extschema@.vector
	AS 'MODULE_PATHNAME', 'vecsim_array_to_vector' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.array_to_vector(pg_catalog.float4[], pg_catalog.int4, pg_catalog.bool)
	IS 'converts an array of real to vector';

CREATE FUNCTION @extschema@.array_to_vector(pg_catalog.float8[], pg_catalog.int4, pg_catalog.bool)
	RETURNS @extschema@.vector
	AS 'MODULE_PATHNAME', 'vecsim_array_to_vector' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.array_to_vector(pg_catalog.float8[], pg_catalog.int4, pg_catalog.bool)
	IS 'converts an array of double precision to vector';

CREATE FUNCTION @extschema@.array_to_vector(pg_catalog.numeric[], pg_catalog.int4, pg_catalog.bool)
	RETURNS @extschema@.vector
	AS 'MODULE_PATHNAME', 'vecsim_array_to_vector' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.array_to_vector(pg_catalog.numeric[], pg_catalog.int4, pg_catalog.bool)
	IS 'converts an array of numeric to vector';

CREATE FUNCTION @extschema@.vector_to_float4(@extschema@.vector, pg_catalog.int4, pg_catalog.bool)
	RETURNS pg_catalog.float4[]
	AS 'MODULE_PATHNAME', 'vecsim_vector_to_float4' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.vector_to_float4(@extschema@.vector, pg_catalog.int4, pg_catalog.bool)
	IS 'converts a vector to an array of real';

CREATE CAST (@extschema@.vector AS @extschema@.vector)
	WITH FUNCTION @extschema@.vector(@extschema@.vector, pg_catalog.int4, pg_catalog.bool) AS IMPLICIT;

COMMENT ON CAST (@extschema@.vector AS @extschema@.vector) IS 'implicit: checks the number of dimensions';

CREATE CAST (@extschema@.vector AS pg_catalog.float4[])
	WITH FUNCTION @extschema@.vector_to_float4(@extschema@.vector, pg_catalog.int4, pg_catalog.bool) AS IMPLICIT;

COMMENT ON CAST (@extschema@.vector AS pg_catalog.float4[]) IS 'implicit: vector to array';

CREATE CAST (pg_catalog.int4[] AS @extschema@.vector)
	WITH FUNCTION @extschema@.array_to_vector(pg_catalog.int4[], pg_catalog.int4, pg_catalog.bool) AS ASSIGNMENT;

COMMENT ON CAST (pg_catalog.int4[] AS @extschema@.vector) IS 'assignment: array to vector';

CREATE CAST (pg_catalog.float4[] AS @extschema@.vector)
	WITH FUNCTION @extschema@.array_to_vector(pg_catalog.float4[], pg_catalog.int4, pg_catalog.bool) AS ASSIGNMENT;

COMMENT ON CAST (pg_catalog.float4[] AS @extschema@.vector) IS 'assignment: array to vector';

CREATE CAST (pg_catalog.float8[] AS @extschema@.vector)
	WITH FUNCTION @extschema@.array_to_vector(pg_catalog.float8[], pg_catalog.int4, pg_catalog.bool) AS ASSIGNMENT;

COMMENT ON CAST (pg_catalog.float8[] AS @extschema@.vector) IS 'assignment: array to vector';

CREATE CAST (pg_catalog.numeric[] AS @extschema@.vector)
	WITH FUNCTION @extschema@.array_to_vector(pg_catalog.numeric[], pg_catalog.int4, pg_catalog.bool) AS ASSIGNMENT;

COMMENT ON CAST (pg_catalog.numeric[] AS @extschema@.vector) IS 'assignment: array to vector';

-- operator classes for btree and hash

CREATE OPERATOR CLASS @extschema@.vector_ops
	DEFAULT FOR TYPE @extschema@.vector USING btree AS
	OPERATOR 1 @extschema@.<,
	OPERATOR 2 @extschema@.<=,
	OPERATOR 3 @extschema@.=,
	OPERATOR 4 @extschema@.>=,
	OPERATOR 5 @extschema@.>,
	FUNCTION 1 @extschema@.vector_cmp(@extschema@.vector, @extschema@.vector);

COMMENT ON OPERATOR CLASS @extschema@.vector_ops USING btree
	IS 'order of vectors: element by element, then by dimensions';

COMMENT ON OPERATOR FAMILY @extschema@.vector_ops USING btree IS 'order of vectors';

CREATE OPERATOR CLASS @extschema@.vector_ops
	DEFAULT FOR TYPE @extschema@.vector USING hash AS
	OPERATOR 1 @extschema@.=,
	FUNCTION 1 @extschema@.vector_hash(@extschema@.vector),
	FUNCTION 2 @extschema@.vector_hash_extended(@extschema@.vector, pg_catalog.int8);

COMMENT ON OPERATOR CLASS @extschema@.vector_ops USING hash IS 'equality of vectors';

COMMENT ON OPERATOR FAMILY @extschema@.vector_ops USING hash IS 'equality of vectors';

-- about the library

CREATE FUNCTION @extschema@.vecsim_simd() RETURNS pg_catalog.text
	AS 'MODULE_PATHNAME', 'vecsim_simd' LANGUAGE C STABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.vecsim_simd()
	IS 'instruction set that the kernels run on, one of the names of vecsim.simd';

-- access method ivf

CREATE FUNCTION @extschema@.ivf_handler(internal) RETURNS index_am_handler
	AS 'MODULE_PATHNAME', 'vecsim_ivf_handler' LANGUAGE C VOLATILE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.ivf_handler(internal) IS 'handler of the access method ivf';

CREATE ACCESS METHOD ivf TYPE INDEX HANDLER @extschema@.ivf_handler;

COMMENT ON ACCESS METHOD ivf
	IS 'inverted file of vectors: nearest rows by distance, in exact order, at a stated recall';

CREATE FUNCTION @extschema@.ivf_metric_l2() RETURNS int4
	AS 'MODULE_PATHNAME', 'vecsim_ivf_metric_l2' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.ivf_metric_l2() IS 'support function of vector_l2_ops: the id of Euclidean distance';

CREATE FUNCTION @extschema@.ivf_metric_ip() RETURNS int4
	AS 'MODULE_PATHNAME', 'vecsim_ivf_metric_ip' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.ivf_metric_ip() IS 'support function of vector_ip_ops: the id of negative inner product';

CREATE FUNCTION @extschema@.ivf_metric_cosine() RETURNS int4
	AS 'MODULE_PATHNAME', 'vecsim_ivf_metric_cosine' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.ivf_metric_cosine() IS 'support function of vector_cosine_ops: the id of cosine distance';

CREATE OPERATOR CLASS @extschema@.vector_l2_ops
	DEFAULT FOR TYPE @extschema@.vector USING ivf AS
	OPERATOR 1 @extschema@.<-> (@extschema@.vector, @extschema@.vector) FOR ORDER BY pg_catalog.float_ops,
	FUNCTION 1 (@extschema@.vector, @extschema@.vector) @extschema@.ivf_metric_l2();

COMMENT ON OPERATOR CLASS @extschema@.vector_l2_ops USING ivf IS 'nearest by Euclidean distance, ORDER BY v <-> q';

CREATE OPERATOR CLASS @extschema@.vector_ip_ops
	FOR TYPE @extschema@.vector USING ivf AS
	OPERATOR 1 @extschema@.<#> (@extschema@.vector, @extschema@.vector) FOR ORDER BY pg_catalog.float_ops,
	FUNCTION 1 (@extschema@.vector, @extschema@.vector) @extschema@.ivf_metric_ip();

COMMENT ON OPERATOR CLASS @extschema@.vector_ip_ops USING ivf IS 'largest inner product first, ORDER BY v <#> q';

CREATE OPERATOR CLASS @extschema@.vector_cosine_ops
	FOR TYPE @extschema@.vector USING ivf AS
	OPERATOR 1 @extschema@.<=> (@extschema@.vector, @extschema@.vector) FOR ORDER BY pg_catalog.float_ops,
	FUNCTION 1 (@extschema@.vector, @extschema@.vector) @extschema@.ivf_metric_cosine();

COMMENT ON OPERATOR CLASS @extschema@.vector_cosine_ops USING ivf IS 'nearest by cosine distance, ORDER BY v <=> q';

-- moving from pgvector

CREATE FUNCTION @extschema@.vecsim_typmod_support(internal) RETURNS internal
	AS 'MODULE_PATHNAME', 'vecsim_typmod_support' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.vecsim_typmod_support(internal)
	IS 'planner support: leaves out a check of dimensions that a column already has';

ALTER FUNCTION @extschema@.vector(@extschema@.vector, pg_catalog.int4, pg_catalog.bool)
	SUPPORT @extschema@.vecsim_typmod_support;

CREATE FUNCTION @extschema@.vecsim_adopt_pgvector() RETURNS pg_catalog.text[]
	AS 'MODULE_PATHNAME', 'vecsim_adopt_pgvector' LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;

COMMENT ON FUNCTION @extschema@.vecsim_adopt_pgvector()
	IS 'makes casts without a rewrite between pgvector''s types and these; returns the names of the types';

-- type halfvec

CREATE TYPE @extschema@.halfvec;

CREATE FUNCTION @extschema@.halfvec_in(pg_catalog.cstring, pg_catalog.oid, pg_catalog.int4)
	RETURNS @extschema@.halfvec
	AS 'MODULE_PATHNAME', 'vecsim_halfvec_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.halfvec_in(pg_catalog.cstring, pg_catalog.oid, pg_catalog.int4)
	IS 'text input of halfvec';

CREATE FUNCTION @extschema@.halfvec_out(@extschema@.halfvec) RETURNS pg_catalog.cstring
	AS 'MODULE_PATHNAME', 'vecsim_halfvec_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.halfvec_out(@extschema@.halfvec) IS 'text output of halfvec';

CREATE FUNCTION @extschema@.halfvec_typmod_in(pg_catalog.cstring[]) RETURNS pg_catalog.int4
	AS 'MODULE_PATHNAME', 'vecsim_halfvec_typmod_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.halfvec_typmod_in(pg_catalog.cstring[])
	IS 'type modifier of halfvec: the number of dimensions';

CREATE FUNCTION @extschema@.halfvec_recv(pg_catalog.internal, pg_catalog.oid, pg_catalog.int4)
	RETURNS @extschema@.halfvec
	AS 'MODULE_PATHNAME', 'vecsim_halfvec_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.halfvec_recv(pg_catalog.internal, pg_catalog.oid, pg_catalog.int4)
	IS 'binary input of halfvec';

CREATE FUNCTION @extschema@.halfvec_send(@extschema@.halfvec) RETURNS pg_catalog.bytea
	AS 'MODULE_PATHNAME', 'vecsim_halfvec_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.halfvec_send(@extschema@.halfvec) IS 'binary output of halfvec';

CREATE TYPE @extschema@.halfvec (
	INPUT     = @extschema@.halfvec_in,
	OUTPUT    = @extschema@.halfvec_out,
	TYPMOD_IN = @extschema@.halfvec_typmod_in,
	RECEIVE   = @extschema@.halfvec_recv,
	SEND      = @extschema@.halfvec_send,
	STORAGE   = external
);

COMMENT ON TYPE @extschema@.halfvec IS 'vector of half-precision numbers, 1 to 16000 dimensions';

-- functions of halfvec; distances cost the planner what those of vectors do

CREATE FUNCTION @extschema@.l2_distance(@extschema@.halfvec, @extschema@.halfvec) RETURNS pg_catalog.float8
	AS 'MODULE_PATHNAME', 'vecsim_halfvec_l2_distance' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;

COMMENT ON FUNCTION @extschema@.l2_distance(@extschema@.halfvec, @extschema@.halfvec) IS 'Euclidean distance';

CREATE FUNCTION @extschema@.inner_product(@extschema@.halfvec, @extschema@.halfvec) RETURNS pg_catalog.float8
	AS 'MODULE_PATHNAME', 'vecsim_halfvec_inner_product' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;

COMMENT ON FUNCTION @extschema@.inner_product(@extschema@.halfvec, @extschema@.halfvec) IS 'inner product';

CREATE FUNCTION @extschema@.cosine_distance(@extschema@.halfvec, @extschema@.halfvec) RETURNS pg_catalog.float8
	AS 'MODULE_PATHNAME', 'vecsim_halfvec_cosine_distance' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;

COMMENT ON FUNCTION @extschema@.cosine_distance(@extschema@.halfvec, @extschema@.halfvec)
	IS 'cosine distance: 1 - cosine similarity, NaN with a zero vector';

CREATE FUNCTION @extschema@.cosine_similarity(@extschema@.halfvec, @extschema@.halfvec)
	RETURNS pg_catalog.float8
	AS 'MODULE_PATHNAME', 'vecsim_halfvec_cosine_similarity' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;

COMMENT ON FUNCTION @extschema@.cosine_similarity(@extschema@.halfvec, @extschema@.halfvec)
	IS 'cosine of the angle, NaN with a zero vector';

CREATE FUNCTION @extschema@.l1_distance(@extschema@.halfvec, @extschema@.halfvec) RETURNS pg_catalog.float8
	AS 'MODULE_PATHNAME', 'vecsim_halfvec_l1_distance' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;

COMMENT ON FUNCTION @extschema@.l1_distance(@extschema@.halfvec, @extschema@.halfvec) IS 'taxicab distance';

CREATE FUNCTION @extschema@.vector_dims(@extschema@.halfvec) RETURNS pg_catalog.int4
	AS 'MODULE_PATHNAME', 'vecsim_halfvec_dims' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.vector_dims(@extschema@.halfvec) IS 'number of dimensions';

CREATE FUNCTION @extschema@.l2_norm(@extschema@.halfvec) RETURNS pg_catalog.float8
	AS 'MODULE_PATHNAME', 'vecsim_halfvec_norm' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.l2_norm(@extschema@.halfvec) IS 'Euclidean norm';

CREATE FUNCTION @extschema@.l2_normalize(@extschema@.halfvec) RETURNS @extschema@.halfvec
	AS 'MODULE_PATHNAME', 'vecsim_halfvec_l2_normalize' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.l2_normalize(@extschema@.halfvec)
	IS 'halfvec scaled to Euclidean norm 1; a zero vector stays zero';

CREATE FUNCTION @extschema@.is_normalized(v @extschema@.halfvec, tolerance pg_catalog.float8 DEFAULT 1e-3)
	RETURNS pg_catalog.bool
	AS 'MODULE_PATHNAME', 'vecsim_halfvec_is_normalized' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.is_normalized(@extschema@.halfvec, pg_catalog.float8)
	IS 'true if the Euclidean norm is 1, give or take the tolerance';

CREATE FUNCTION @extschema@.binary_quantize(@extschema@.halfvec) RETURNS pg_catalog.bit
	AS 'MODULE_PATHNAME', 'vecsim_halfvec_binary_quantize' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.binary_quantize(@extschema@.halfvec)
	IS 'one bit per dimension: 1 where the element is above 0';

CREATE FUNCTION @extschema@.subvector(@extschema@.halfvec, pg_catalog.int4, pg_catalog.int4)
	RETURNS @extschema@.halfvec
	AS 'MODULE_PATHNAME', 'vecsim_halfvec_subvector' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.subvector(@extschema@.halfvec, pg_catalog.int4, pg_catalog.int4)
	IS 'part of a halfvec from a position, counted from 1, of a number of dimensions';

-- functions behind operators of halfvec

CREATE FUNCTION @extschema@.halfvec_negative_inner_product(@extschema@.halfvec, @extschema@.halfvec)
	RETURNS pg_catalog.float8
	AS 'MODULE_PATHNAME', 'vecsim_halfvec_negative_inner_product'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;

COMMENT ON FUNCTION @extschema@.halfvec_negative_inner_product(@extschema@.halfvec, @extschema@.halfvec)
	IS 'implementation of <#> operator';

CREATE FUNCTION @extschema@.halfvec_add(@extschema@.halfvec, @extschema@.halfvec) RETURNS @extschema@.halfvec
	AS 'MODULE_PATHNAME', 'vecsim_halfvec_add' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.halfvec_add(@extschema@.halfvec, @extschema@.halfvec)
	IS 'implementation of + operator';

CREATE FUNCTION @extschema@.halfvec_sub(@extschema@.halfvec, @extschema@.halfvec) RETURNS @extschema@.halfvec
	AS 'MODULE_PATHNAME', 'vecsim_halfvec_sub' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.halfvec_sub(@extschema@.halfvec, @extschema@.halfvec)
	IS 'implementation of - operator';

CREATE FUNCTION @extschema@.halfvec_mul(@extschema@.halfvec, @extschema@.halfvec) RETURNS @extschema@.halfvec
	AS 'MODULE_PATHNAME', 'vecsim_halfvec_mul' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.halfvec_mul(@extschema@.halfvec, @extschema@.halfvec)
	IS 'implementation of * operator';

CREATE FUNCTION @extschema@.halfvec_scale(@extschema@.halfvec, pg_catalog.float8) RETURNS @extschema@.halfvec
	AS 'MODULE_PATHNAME', 'vecsim_halfvec_scale' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.halfvec_scale(@extschema@.halfvec, pg_catalog.float8)
	IS 'implementation of * operator';

CREATE FUNCTION @extschema@.scale_halfvec(pg_catalog.float8, @extschema@.halfvec) RETURNS @extschema@.halfvec
	AS 'MODULE_PATHNAME', 'vecsim_scale_halfvec' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.scale_halfvec(pg_catalog.float8, @extschema@.halfvec)
	IS 'implementation of * operator';

CREATE FUNCTION @extschema@.halfvec_div(@extschema@.halfvec, pg_catalog.float8) RETURNS @extschema@.halfvec
	AS 'MODULE_PATHNAME', 'vecsim_halfvec_div' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.halfvec_div(@extschema@.halfvec, pg_catalog.float8)
	IS 'implementation of / operator';

CREATE FUNCTION @extschema@.halfvec_neg(@extschema@.halfvec) RETURNS @extschema@.halfvec
	AS 'MODULE_PATHNAME', 'vecsim_halfvec_neg' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.halfvec_neg(@extschema@.halfvec) IS 'implementation of unary - operator';

CREATE FUNCTION @extschema@.halfvec_concat(@extschema@.halfvec, @extschema@.halfvec) RETURNS @extschema@.halfvec
	AS 'MODULE_PATHNAME', 'vecsim_halfvec_concat' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.halfvec_concat(@extschema@.halfvec, @extschema@.halfvec)
	IS 'implementation of || operator';

CREATE FUNCTION @extschema@.halfvec_lt(@extschema@.halfvec, @extschema@.halfvec) RETURNS pg_catalog.bool
	AS 'MODULE_PATHNAME', 'vecsim_halfvec_lt' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.halfvec_lt(@extschema@.halfvec, @extschema@.halfvec)
	IS 'implementation of < operator';

CREATE FUNCTION @extschema@.halfvec_le(@extschema@.halfvec, @extschema@.halfvec) RETURNS pg_catalog.bool
	AS 'MODULE_PATHNAME', 'vecsim_halfvec_le' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.halfvec_le(@extschema@.halfvec, @extschema@.halfvec)
	IS 'implementation of <= operator';

CREATE FUNCTION @extschema@.halfvec_eq(@extschema@.halfvec, @extschema@.halfvec) RETURNS pg_catalog.bool
	AS 'MODULE_PATHNAME', 'vecsim_halfvec_eq' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.halfvec_eq(@extschema@.halfvec, @extschema@.halfvec)
	IS 'implementation of = operator';

CREATE FUNCTION @extschema@.halfvec_ne(@extschema@.halfvec, @extschema@.halfvec) RETURNS pg_catalog.bool
	AS 'MODULE_PATHNAME', 'vecsim_halfvec_ne' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.halfvec_ne(@extschema@.halfvec, @extschema@.halfvec)
	IS 'implementation of <> operator';

CREATE FUNCTION @extschema@.halfvec_ge(@extschema@.halfvec, @extschema@.halfvec) RETURNS pg_catalog.bool
	AS 'MODULE_PATHNAME', 'vecsim_halfvec_ge' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.halfvec_ge(@extschema@.halfvec, @extschema@.halfvec)
	IS 'implementation of >= operator';

CREATE FUNCTION @extschema@.halfvec_gt(@extschema@.halfvec, @extschema@.halfvec) RETURNS pg_catalog.bool
	AS 'MODULE_PATHNAME', 'vecsim_halfvec_gt' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.halfvec_gt(@extschema@.halfvec, @extschema@.halfvec)
	IS 'implementation of > operator';

CREATE FUNCTION @extschema@.halfvec_cmp(@extschema@.halfvec, @extschema@.halfvec) RETURNS pg_catalog.int4
	AS 'MODULE_PATHNAME', 'vecsim_halfvec_cmp' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.halfvec_cmp(@extschema@.halfvec, @extschema@.halfvec) IS 'less-equal-greater';

CREATE FUNCTION @extschema@.halfvec_hash(@extschema@.halfvec) RETURNS pg_catalog.int4
	AS 'MODULE_PATHNAME', 'vecsim_halfvec_hash' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.halfvec_hash(@extschema@.halfvec) IS 'hash';

CREATE FUNCTION @extschema@.halfvec_hash_extended(@extschema@.halfvec, pg_catalog.int8) RETURNS pg_catalog.int8
	AS 'MODULE_PATHNAME', 'vecsim_halfvec_hash_extended' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.halfvec_hash_extended(@extschema@.halfvec, pg_catalog.int8)
	IS 'hash of 64 bits with a seed';

-- operators of halfvec

CREATE OPERATOR @extschema@.<-> (
	LEFTARG = @extschema@.halfvec, RIGHTARG = @extschema@.halfvec,
	FUNCTION = @extschema@.l2_distance,
	COMMUTATOR = OPERATOR(@extschema@.<->)
);

COMMENT ON OPERATOR @extschema@.<-> (@extschema@.halfvec, @extschema@.halfvec) IS 'Euclidean distance';

CREATE OPERATOR @extschema@.<#> (
	LEFTARG = @extschema@.halfvec, RIGHTARG = @extschema@.halfvec,
	FUNCTION = @extschema@.halfvec_negative_inner_product,
	COMMUTATOR = OPERATOR(@extschema@.<#>)
);

COMMENT ON OPERATOR @extschema@.<#> (@extschema@.halfvec, @extschema@.halfvec) IS 'negative inner product';

CREATE OPERATOR @extschema@.<=> (
	LEFTARG = @extschema@.halfvec, RIGHTARG = @extschema@.halfvec,
	FUNCTION = @extschema@.cosine_distance,
	COMMUTATOR = OPERATOR(@extschema@.<=>)
);

COMMENT ON OPERATOR @extschema@.<=> (@extschema@.halfvec, @extschema@.halfvec) IS 'cosine distance';

CREATE OPERATOR @extschema@.<+> (
	LEFTARG = @extschema@.halfvec, RIGHTARG = @extschema@.halfvec,
	FUNCTION = @extschema@.l1_distance,
	COMMUTATOR = OPERATOR(@extschema@.<+>)
);

COMMENT ON OPERATOR @extschema@.<+> (@extschema@.halfvec, @extschema@.halfvec) IS 'taxicab distance';

CREATE OPERATOR @extschema@.+ (
	LEFTARG = @extschema@.halfvec, RIGHTARG = @extschema@.halfvec,
	FUNCTION = @extschema@.halfvec_add,
	COMMUTATOR = OPERATOR(@extschema@.+)
);

COMMENT ON OPERATOR @extschema@.+ (@extschema@.halfvec, @extschema@.halfvec) IS 'add element by element';

CREATE OPERATOR @extschema@.- (
	LEFTARG = @extschema@.halfvec, RIGHTARG = @extschema@.halfvec,
	FUNCTION = @extschema@.halfvec_sub
);

COMMENT ON OPERATOR @extschema@.- (@extschema@.halfvec, @extschema@.halfvec) IS 'subtract element by element';

CREATE OPERATOR @extschema@.* (
	LEFTARG = @extschema@.halfvec, RIGHTARG = @extschema@.halfvec,
	FUNCTION = @extschema@.halfvec_mul,
	COMMUTATOR = OPERATOR(@extschema@.*)
);

COMMENT ON OPERATOR @extschema@.* (@extschema@.halfvec, @extschema@.halfvec) IS 'multiply element by element';

CREATE OPERATOR @extschema@.* (
	LEFTARG = @extschema@.halfvec, RIGHTARG = pg_catalog.float8,
	FUNCTION = @extschema@.halfvec_scale,
	COMMUTATOR = OPERATOR(@extschema@.*)
);

COMMENT ON OPERATOR @extschema@.* (@extschema@.halfvec, pg_catalog.float8) IS 'multiply by a number';

CREATE OPERATOR @extschema@.* (
	LEFTARG = pg_catalog.float8, RIGHTARG = @extschema@.halfvec,
	FUNCTION = @extschema@.scale_halfvec,
	COMMUTATOR = OPERATOR(@extschema@.*)
);

COMMENT ON OPERATOR @extschema@.* (pg_catalog.float8, @extschema@.halfvec) IS 'multiply by a number';

CREATE OPERATOR @extschema@./ (
	LEFTARG = @extschema@.halfvec, RIGHTARG = pg_catalog.float8,
	FUNCTION = @extschema@.halfvec_div
);

COMMENT ON OPERATOR @extschema@./ (@extschema@.halfvec, pg_catalog.float8) IS 'divide by a number';

CREATE OPERATOR @extschema@.- (
	RIGHTARG = @extschema@.halfvec,
	FUNCTION = @extschema@.halfvec_neg
);

COMMENT ON OPERATOR @extschema@.- (NONE, @extschema@.halfvec) IS 'negate';

CREATE OPERATOR @extschema@.|| (
	LEFTARG = @extschema@.halfvec, RIGHTARG = @extschema@.halfvec,
	FUNCTION = @extschema@.halfvec_concat
);

COMMENT ON OPERATOR @extschema@.|| (@extschema@.halfvec, @extschema@.halfvec) IS 'concatenate';

CREATE OPERATOR @extschema@.< (
	LEFTARG = @extschema@.halfvec, RIGHTARG = @extschema@.halfvec,
	FUNCTION = @extschema@.halfvec_lt,
	COMMUTATOR = OPERATOR(@extschema@.>), NEGATOR = OPERATOR(@extschema@.>=),
	RESTRICT = pg_catalog.scalarltsel, JOIN = pg_catalog.scalarltjoinsel
);

COMMENT ON OPERATOR @extschema@.< (@extschema@.halfvec, @extschema@.halfvec) IS 'less than';

CREATE OPERATOR @extschema@.<= (
	LEFTARG = @extschema@.halfvec, RIGHTARG = @extschema@.halfvec,
	FUNCTION = @extschema@.halfvec_le,
	COMMUTATOR = OPERATOR(@extschema@.>=), NEGATOR = OPERATOR(@extschema@.>),
	RESTRICT = pg_catalog.scalarlesel, JOIN = pg_catalog.scalarlejoinsel
);

COMMENT ON OPERATOR @extschema@.<= (@extschema@.halfvec, @extschema@.halfvec) IS 'less than or equal';

CREATE OPERATOR @extschema@.= (
	LEFTARG = @extschema@.halfvec, RIGHTARG = @extschema@.halfvec,
	FUNCTION = @extschema@.halfvec_eq,
	COMMUTATOR = OPERATOR(@extschema@.=), NEGATOR = OPERATOR(@extschema@.<>),
	RESTRICT = pg_catalog.eqsel, JOIN = pg_catalog.eqjoinsel,
	HASHES, MERGES
);

COMMENT ON OPERATOR @extschema@.= (@extschema@.halfvec, @extschema@.halfvec) IS 'equal';

CREATE OPERATOR @extschema@.<> (
	LEFTARG = @extschema@.halfvec, RIGHTARG = @extschema@.halfvec,
	FUNCTION = @extschema@.halfvec_ne,
	COMMUTATOR = OPERATOR(@extschema@.<>), NEGATOR = OPERATOR(@extschema@.=),
	RESTRICT = pg_catalog.neqsel, JOIN = pg_catalog.neqjoinsel
);

COMMENT ON OPERATOR @extschema@.<> (@extschema@.halfvec, @extschema@.halfvec) IS 'not equal';

CREATE OPERATOR @extschema@.>= (
	LEFTARG = @extschema@.halfvec, RIGHTARG = @extschema@.halfvec,
	FUNCTION = @extschema@.halfvec_ge,
	COMMUTATOR = OPERATOR(@extschema@.<=), NEGATOR = OPERATOR(@extschema@.<),
	RESTRICT = pg_catalog.scalargesel, JOIN = pg_catalog.scalargejoinsel
);

COMMENT ON OPERATOR @extschema@.>= (@extschema@.halfvec, @extschema@.halfvec) IS 'greater than or equal';

CREATE OPERATOR @extschema@.> (
	LEFTARG = @extschema@.halfvec, RIGHTARG = @extschema@.halfvec,
	FUNCTION = @extschema@.halfvec_gt,
	COMMUTATOR = OPERATOR(@extschema@.<), NEGATOR = OPERATOR(@extschema@.<=),
	RESTRICT = pg_catalog.scalargtsel, JOIN = pg_catalog.scalargtjoinsel
);

COMMENT ON OPERATOR @extschema@.> (@extschema@.halfvec, @extschema@.halfvec) IS 'greater than';

-- aggregates of halfvec

CREATE FUNCTION @extschema@.halfvec_accum(pg_catalog.float8[], @extschema@.halfvec) RETURNS pg_catalog.float8[]
	AS 'MODULE_PATHNAME', 'vecsim_halfvec_accum' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.halfvec_accum(pg_catalog.float8[], @extschema@.halfvec)
	IS 'step of avg(halfvec)';

CREATE FUNCTION @extschema@.halfvec_sum_accum(pg_catalog.float8[], @extschema@.halfvec)
	RETURNS pg_catalog.float8[]
	AS 'MODULE_PATHNAME', 'vecsim_halfvec_sum_accum' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.halfvec_sum_accum(pg_catalog.float8[], @extschema@.halfvec)
	IS 'step of sum(halfvec)';

CREATE FUNCTION @extschema@.halfvec_combine(pg_catalog.float8[], pg_catalog.float8[])
	RETURNS pg_catalog.float8[]
	AS 'MODULE_PATHNAME', 'vecsim_halfvec_combine' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.halfvec_combine(pg_catalog.float8[], pg_catalog.float8[])
	IS 'combines two states of avg(halfvec) or sum(halfvec)';

CREATE FUNCTION @extschema@.halfvec_avg(pg_catalog.float8[]) RETURNS @extschema@.halfvec
	AS 'MODULE_PATHNAME', 'vecsim_halfvec_avg' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.halfvec_avg(pg_catalog.float8[]) IS 'last step of avg(halfvec)';

CREATE FUNCTION @extschema@.halfvec_sum(pg_catalog.float8[]) RETURNS @extschema@.halfvec
	AS 'MODULE_PATHNAME', 'vecsim_halfvec_sum' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.halfvec_sum(pg_catalog.float8[]) IS 'last step of sum(halfvec)';

CREATE AGGREGATE @extschema@.avg(@extschema@.halfvec) (
	SFUNC = @extschema@.halfvec_accum,
	STYPE = pg_catalog.float8[],
	FINALFUNC = @extschema@.halfvec_avg,
	COMBINEFUNC = @extschema@.halfvec_combine,
	INITCOND = '{0}',
	PARALLEL = SAFE
);

COMMENT ON AGGREGATE @extschema@.avg(@extschema@.halfvec)
	IS 'the average (arithmetic mean) as halfvec of all halfvec values';

CREATE AGGREGATE @extschema@.sum(@extschema@.halfvec) (
	SFUNC = @extschema@.halfvec_sum_accum,
	STYPE = pg_catalog.float8[],
	FINALFUNC = @extschema@.halfvec_sum,
	COMBINEFUNC = @extschema@.halfvec_combine,
	INITCOND = '{0}',
	PARALLEL = SAFE
);

COMMENT ON AGGREGATE @extschema@.sum(@extschema@.halfvec) IS 'sum as halfvec across all halfvec input values';

-- casts of halfvec

CREATE FUNCTION @extschema@.halfvec(@extschema@.halfvec, pg_catalog.int4, pg_catalog.bool)
	RETURNS @extschema@.halfvec
	AS 'MODULE_PATHNAME', 'vecsim_halfvec' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.halfvec(@extschema@.halfvec, pg_catalog.int4, pg_catalog.bool)
	IS 'checks the dimensions of a halfvec against a type modifier';

CREATE FUNCTION @extschema@.array_to_halfvec(pg_catalog.int4[], pg_catalog.int4, pg_catalog.bool)
	RETURNS @extschema@.halfvec
	AS 'MODULE_PATHNAME', 'vecsim_array_to_halfvec' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.array_to_halfvec(pg_catalog.int4[], pg_catalog.int4, pg_catalog.bool)
	IS 'converts an array of integer to halfvec';

CREATE FUNCTION @extschema@.array_to_halfvec(pg_catalog.float4[], pg_catalog.int4, pg_catalog.bool)
	RETURNS @extschema@.halfvec
	AS 'MODULE_PATHNAME', 'vecsim_array_to_halfvec' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.array_to_halfvec(pg_catalog.float4[], pg_catalog.int4, pg_catalog.bool)
	IS 'converts an array of real to halfvec';

CREATE FUNCTION @extschema@.array_to_halfvec(pg_catalog.float8[], pg_catalog.int4, pg_catalog.bool)
	RETURNS @extschema@.halfvec
	AS 'MODULE_PATHNAME', 'vecsim_array_to_halfvec' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.array_to_halfvec(pg_catalog.float8[], pg_catalog.int4, pg_catalog.bool)
	IS 'converts an array of double precision to halfvec';

CREATE FUNCTION @extschema@.array_to_halfvec(pg_catalog.numeric[], pg_catalog.int4, pg_catalog.bool)
	RETURNS @extschema@.halfvec
	AS 'MODULE_PATHNAME', 'vecsim_array_to_halfvec' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.array_to_halfvec(pg_catalog.numeric[], pg_catalog.int4, pg_catalog.bool)
	IS 'converts an array of numeric to halfvec';

CREATE FUNCTION @extschema@.halfvec_to_float4(@extschema@.halfvec, pg_catalog.int4, pg_catalog.bool)
	RETURNS pg_catalog.float4[]
	AS 'MODULE_PATHNAME', 'vecsim_halfvec_to_float4' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.halfvec_to_float4(@extschema@.halfvec, pg_catalog.int4, pg_catalog.bool)
	IS 'converts a halfvec to an array of real';

CREATE FUNCTION @extschema@.vector_to_halfvec(@extschema@.vector, pg_catalog.int4, pg_catalog.bool)
	RETURNS @extschema@.halfvec
	AS 'MODULE_PATHNAME', 'vecsim_vector_to_halfvec' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.vector_to_halfvec(@extschema@.vector, pg_catalog.int4, pg_catalog.bool)
	IS 'converts a vector to halfvec';

CREATE FUNCTION @extschema@.halfvec_to_vector(@extschema@.halfvec, pg_catalog.int4, pg_catalog.bool)
	RETURNS @extschema@.vector
	AS 'MODULE_PATHNAME', 'vecsim_halfvec_to_vector' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.halfvec_to_vector(@extschema@.halfvec, pg_catalog.int4, pg_catalog.bool)
	IS 'converts a halfvec to vector';

CREATE CAST (@extschema@.halfvec AS @extschema@.halfvec)
	WITH FUNCTION @extschema@.halfvec(@extschema@.halfvec, pg_catalog.int4, pg_catalog.bool) AS IMPLICIT;

COMMENT ON CAST (@extschema@.halfvec AS @extschema@.halfvec) IS 'implicit: checks the number of dimensions';

CREATE CAST (@extschema@.halfvec AS pg_catalog.float4[])
	WITH FUNCTION @extschema@.halfvec_to_float4(@extschema@.halfvec, pg_catalog.int4, pg_catalog.bool) AS ASSIGNMENT;

COMMENT ON CAST (@extschema@.halfvec AS pg_catalog.float4[]) IS 'assignment: halfvec to array';

CREATE CAST (@extschema@.vector AS @extschema@.halfvec)
	WITH FUNCTION @extschema@.vector_to_halfvec(@extschema@.vector, pg_catalog.int4, pg_catalog.bool) AS IMPLICIT;

COMMENT ON CAST (@extschema@.vector AS @extschema@.halfvec) IS 'implicit: vector to halfvec';

CREATE CAST (@extschema@.halfvec AS @extschema@.vector)
	WITH FUNCTION @extschema@.halfvec_to_vector(@extschema@.halfvec, pg_catalog.int4, pg_catalog.bool) AS ASSIGNMENT;

COMMENT ON CAST (@extschema@.halfvec AS @extschema@.vector) IS 'assignment: halfvec to vector';

CREATE CAST (pg_catalog.int4[] AS @extschema@.halfvec)
	WITH FUNCTION @extschema@.array_to_halfvec(pg_catalog.int4[], pg_catalog.int4, pg_catalog.bool) AS ASSIGNMENT;

COMMENT ON CAST (pg_catalog.int4[] AS @extschema@.halfvec) IS 'assignment: array to halfvec';

CREATE CAST (pg_catalog.float4[] AS @extschema@.halfvec)
	WITH FUNCTION @extschema@.array_to_halfvec(pg_catalog.float4[], pg_catalog.int4, pg_catalog.bool) AS ASSIGNMENT;

COMMENT ON CAST (pg_catalog.float4[] AS @extschema@.halfvec) IS 'assignment: array to halfvec';

CREATE CAST (pg_catalog.float8[] AS @extschema@.halfvec)
	WITH FUNCTION @extschema@.array_to_halfvec(pg_catalog.float8[], pg_catalog.int4, pg_catalog.bool) AS ASSIGNMENT;

COMMENT ON CAST (pg_catalog.float8[] AS @extschema@.halfvec) IS 'assignment: array to halfvec';

CREATE CAST (pg_catalog.numeric[] AS @extschema@.halfvec)
	WITH FUNCTION @extschema@.array_to_halfvec(pg_catalog.numeric[], pg_catalog.int4, pg_catalog.bool) AS ASSIGNMENT;

COMMENT ON CAST (pg_catalog.numeric[] AS @extschema@.halfvec) IS 'assignment: array to halfvec';

-- operator classes of halfvec for btree and hash

CREATE OPERATOR CLASS @extschema@.halfvec_ops
	DEFAULT FOR TYPE @extschema@.halfvec USING btree AS
	OPERATOR 1 @extschema@.<,
	OPERATOR 2 @extschema@.<=,
	OPERATOR 3 @extschema@.=,
	OPERATOR 4 @extschema@.>=,
	OPERATOR 5 @extschema@.>,
	FUNCTION 1 @extschema@.halfvec_cmp(@extschema@.halfvec, @extschema@.halfvec);

COMMENT ON OPERATOR CLASS @extschema@.halfvec_ops USING btree
	IS 'order of halfvecs: element by element, then by dimensions';

COMMENT ON OPERATOR FAMILY @extschema@.halfvec_ops USING btree IS 'order of halfvecs';

CREATE OPERATOR CLASS @extschema@.halfvec_ops
	DEFAULT FOR TYPE @extschema@.halfvec USING hash AS
	OPERATOR 1 @extschema@.=,
	FUNCTION 1 @extschema@.halfvec_hash(@extschema@.halfvec),
	FUNCTION 2 @extschema@.halfvec_hash_extended(@extschema@.halfvec, pg_catalog.int8);

COMMENT ON OPERATOR CLASS @extschema@.halfvec_ops USING hash IS 'equality of halfvecs';

COMMENT ON OPERATOR FAMILY @extschema@.halfvec_ops USING hash IS 'equality of halfvecs';

-- type sparsevec

CREATE TYPE @extschema@.sparsevec;

CREATE FUNCTION @extschema@.sparsevec_in(pg_catalog.cstring, pg_catalog.oid, pg_catalog.int4)
	RETURNS @extschema@.sparsevec
	AS 'MODULE_PATHNAME', 'vecsim_sparsevec_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.sparsevec_in(pg_catalog.cstring, pg_catalog.oid, pg_catalog.int4)
	IS 'text input of sparsevec';

CREATE FUNCTION @extschema@.sparsevec_out(@extschema@.sparsevec) RETURNS pg_catalog.cstring
	AS 'MODULE_PATHNAME', 'vecsim_sparsevec_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.sparsevec_out(@extschema@.sparsevec) IS 'text output of sparsevec';

CREATE FUNCTION @extschema@.sparsevec_typmod_in(pg_catalog.cstring[]) RETURNS pg_catalog.int4
	AS 'MODULE_PATHNAME', 'vecsim_sparsevec_typmod_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.sparsevec_typmod_in(pg_catalog.cstring[])
	IS 'type modifier of sparsevec: the number of dimensions';

CREATE FUNCTION @extschema@.sparsevec_recv(pg_catalog.internal, pg_catalog.oid, pg_catalog.int4)
	RETURNS @extschema@.sparsevec
	AS 'MODULE_PATHNAME', 'vecsim_sparsevec_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.sparsevec_recv(pg_catalog.internal, pg_catalog.oid, pg_catalog.int4)
	IS 'binary input of sparsevec';

CREATE FUNCTION @extschema@.sparsevec_send(@extschema@.sparsevec) RETURNS pg_catalog.bytea
	AS 'MODULE_PATHNAME', 'vecsim_sparsevec_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.sparsevec_send(@extschema@.sparsevec) IS 'binary output of sparsevec';

CREATE TYPE @extschema@.sparsevec (
	INPUT     = @extschema@.sparsevec_in,
	OUTPUT    = @extschema@.sparsevec_out,
	TYPMOD_IN = @extschema@.sparsevec_typmod_in,
	RECEIVE   = @extschema@.sparsevec_recv,
	SEND      = @extschema@.sparsevec_send,
	STORAGE   = external
);

COMMENT ON TYPE @extschema@.sparsevec
	IS 'vector of which only the elements that are not 0 are kept, up to 16000, in 1 to 1000000000 dimensions';

-- functions of sparsevec

CREATE FUNCTION @extschema@.l2_distance(@extschema@.sparsevec, @extschema@.sparsevec) RETURNS pg_catalog.float8
	AS 'MODULE_PATHNAME', 'vecsim_sparsevec_l2_distance' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;

COMMENT ON FUNCTION @extschema@.l2_distance(@extschema@.sparsevec, @extschema@.sparsevec) IS 'Euclidean distance';

CREATE FUNCTION @extschema@.inner_product(@extschema@.sparsevec, @extschema@.sparsevec) RETURNS pg_catalog.float8
	AS 'MODULE_PATHNAME', 'vecsim_sparsevec_inner_product' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;

COMMENT ON FUNCTION @extschema@.inner_product(@extschema@.sparsevec, @extschema@.sparsevec) IS 'inner product';

CREATE FUNCTION @extschema@.cosine_distance(@extschema@.sparsevec, @extschema@.sparsevec) RETURNS pg_catalog.float8
	AS 'MODULE_PATHNAME', 'vecsim_sparsevec_cosine_distance' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;

COMMENT ON FUNCTION @extschema@.cosine_distance(@extschema@.sparsevec, @extschema@.sparsevec)
	IS 'cosine distance: 1 - cosine similarity, NaN with a zero vector';

CREATE FUNCTION @extschema@.cosine_similarity(@extschema@.sparsevec, @extschema@.sparsevec) RETURNS pg_catalog.float8
	AS 'MODULE_PATHNAME', 'vecsim_sparsevec_cosine_similarity' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;

COMMENT ON FUNCTION @extschema@.cosine_similarity(@extschema@.sparsevec, @extschema@.sparsevec)
	IS 'cosine of the angle, NaN with a zero vector';

CREATE FUNCTION @extschema@.l1_distance(@extschema@.sparsevec, @extschema@.sparsevec) RETURNS pg_catalog.float8
	AS 'MODULE_PATHNAME', 'vecsim_sparsevec_l1_distance' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;

COMMENT ON FUNCTION @extschema@.l1_distance(@extschema@.sparsevec, @extschema@.sparsevec) IS 'taxicab distance';

CREATE FUNCTION @extschema@.l2_norm(@extschema@.sparsevec) RETURNS pg_catalog.float8
	AS 'MODULE_PATHNAME', 'vecsim_sparsevec_l2_norm' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.l2_norm(@extschema@.sparsevec) IS 'Euclidean norm';

CREATE FUNCTION @extschema@.l2_normalize(@extschema@.sparsevec) RETURNS @extschema@.sparsevec
	AS 'MODULE_PATHNAME', 'vecsim_sparsevec_l2_normalize' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.l2_normalize(@extschema@.sparsevec)
	IS 'vector scaled to Euclidean norm 1; a zero vector stays zero';

CREATE FUNCTION @extschema@.is_normalized(v @extschema@.sparsevec, tolerance pg_catalog.float8 DEFAULT 1e-3)
	RETURNS pg_catalog.bool
	AS 'MODULE_PATHNAME', 'vecsim_sparsevec_is_normalized' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.is_normalized(@extschema@.sparsevec, pg_catalog.float8)
	IS 'true if the Euclidean norm is 1, give or take the tolerance';

-- functions behind operators of sparsevec

CREATE FUNCTION @extschema@.sparsevec_negative_inner_product(@extschema@.sparsevec, @extschema@.sparsevec)
	RETURNS pg_catalog.float8
	AS 'MODULE_PATHNAME', 'vecsim_sparsevec_negative_inner_product' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;

COMMENT ON FUNCTION @extschema@.sparsevec_negative_inner_product(@extschema@.sparsevec, @extschema@.sparsevec)
	IS 'implementation of <#> operator';

CREATE FUNCTION @extschema@.sparsevec_lt(@extschema@.sparsevec, @extschema@.sparsevec) RETURNS pg_catalog.bool
	AS 'MODULE_PATHNAME', 'vecsim_sparsevec_lt' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.sparsevec_lt(@extschema@.sparsevec, @extschema@.sparsevec)
	IS 'implementation of < operator';

CREATE FUNCTION @extschema@.sparsevec_le(@extschema@.sparsevec, @extschema@.sparsevec) RETURNS pg_catalog.bool
	AS 'MODULE_PATHNAME', 'vecsim_sparsevec_le' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.sparsevec_le(@extschema@.sparsevec, @extschema@.sparsevec)
	IS 'implementation of <= operator';

CREATE FUNCTION @extschema@.sparsevec_eq(@extschema@.sparsevec, @extschema@.sparsevec) RETURNS pg_catalog.bool
	AS 'MODULE_PATHNAME', 'vecsim_sparsevec_eq' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.sparsevec_eq(@extschema@.sparsevec, @extschema@.sparsevec)
	IS 'implementation of = operator';

CREATE FUNCTION @extschema@.sparsevec_ne(@extschema@.sparsevec, @extschema@.sparsevec) RETURNS pg_catalog.bool
	AS 'MODULE_PATHNAME', 'vecsim_sparsevec_ne' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.sparsevec_ne(@extschema@.sparsevec, @extschema@.sparsevec)
	IS 'implementation of <> operator';

CREATE FUNCTION @extschema@.sparsevec_ge(@extschema@.sparsevec, @extschema@.sparsevec) RETURNS pg_catalog.bool
	AS 'MODULE_PATHNAME', 'vecsim_sparsevec_ge' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.sparsevec_ge(@extschema@.sparsevec, @extschema@.sparsevec)
	IS 'implementation of >= operator';

CREATE FUNCTION @extschema@.sparsevec_gt(@extschema@.sparsevec, @extschema@.sparsevec) RETURNS pg_catalog.bool
	AS 'MODULE_PATHNAME', 'vecsim_sparsevec_gt' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.sparsevec_gt(@extschema@.sparsevec, @extschema@.sparsevec)
	IS 'implementation of > operator';

CREATE FUNCTION @extschema@.sparsevec_cmp(@extschema@.sparsevec, @extschema@.sparsevec) RETURNS pg_catalog.int4
	AS 'MODULE_PATHNAME', 'vecsim_sparsevec_cmp' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.sparsevec_cmp(@extschema@.sparsevec, @extschema@.sparsevec) IS 'less-equal-greater';

CREATE FUNCTION @extschema@.sparsevec_hash(@extschema@.sparsevec) RETURNS pg_catalog.int4
	AS 'MODULE_PATHNAME', 'vecsim_sparsevec_hash' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.sparsevec_hash(@extschema@.sparsevec) IS 'hash';

CREATE FUNCTION @extschema@.sparsevec_hash_extended(@extschema@.sparsevec, pg_catalog.int8) RETURNS pg_catalog.int8
	AS 'MODULE_PATHNAME', 'vecsim_sparsevec_hash_extended' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.sparsevec_hash_extended(@extschema@.sparsevec, pg_catalog.int8)
	IS 'hash of 64 bits with a seed';

-- operators of sparsevec

CREATE OPERATOR @extschema@.<-> (
	LEFTARG = @extschema@.sparsevec, RIGHTARG = @extschema@.sparsevec,
	FUNCTION = @extschema@.l2_distance,
	COMMUTATOR = OPERATOR(@extschema@.<->)
);

COMMENT ON OPERATOR @extschema@.<-> (@extschema@.sparsevec, @extschema@.sparsevec) IS 'Euclidean distance';

CREATE OPERATOR @extschema@.<#> (
	LEFTARG = @extschema@.sparsevec, RIGHTARG = @extschema@.sparsevec,
	FUNCTION = @extschema@.sparsevec_negative_inner_product,
	COMMUTATOR = OPERATOR(@extschema@.<#>)
);

COMMENT ON OPERATOR @extschema@.<#> (@extschema@.sparsevec, @extschema@.sparsevec) IS 'negative inner product';

CREATE OPERATOR @extschema@.<=> (
	LEFTARG = @extschema@.sparsevec, RIGHTARG = @extschema@.sparsevec,
	FUNCTION = @extschema@.cosine_distance,
	COMMUTATOR = OPERATOR(@extschema@.<=>)
);

COMMENT ON OPERATOR @extschema@.<=> (@extschema@.sparsevec, @extschema@.sparsevec) IS 'cosine distance';

CREATE OPERATOR @extschema@.<+> (
	LEFTARG = @extschema@.sparsevec, RIGHTARG = @extschema@.sparsevec,
	FUNCTION = @extschema@.l1_distance,
	COMMUTATOR = OPERATOR(@extschema@.<+>)
);

COMMENT ON OPERATOR @extschema@.<+> (@extschema@.sparsevec, @extschema@.sparsevec) IS 'taxicab distance';

CREATE OPERATOR @extschema@.< (
	LEFTARG = @extschema@.sparsevec, RIGHTARG = @extschema@.sparsevec,
	FUNCTION = @extschema@.sparsevec_lt,
	COMMUTATOR = OPERATOR(@extschema@.>), NEGATOR = OPERATOR(@extschema@.>=),
	RESTRICT = pg_catalog.scalarltsel, JOIN = pg_catalog.scalarltjoinsel
);

COMMENT ON OPERATOR @extschema@.< (@extschema@.sparsevec, @extschema@.sparsevec) IS 'less than';

CREATE OPERATOR @extschema@.<= (
	LEFTARG = @extschema@.sparsevec, RIGHTARG = @extschema@.sparsevec,
	FUNCTION = @extschema@.sparsevec_le,
	COMMUTATOR = OPERATOR(@extschema@.>=), NEGATOR = OPERATOR(@extschema@.>),
	RESTRICT = pg_catalog.scalarlesel, JOIN = pg_catalog.scalarlejoinsel
);

COMMENT ON OPERATOR @extschema@.<= (@extschema@.sparsevec, @extschema@.sparsevec) IS 'less than or equal';

CREATE OPERATOR @extschema@.= (
	LEFTARG = @extschema@.sparsevec, RIGHTARG = @extschema@.sparsevec,
	FUNCTION = @extschema@.sparsevec_eq,
	COMMUTATOR = OPERATOR(@extschema@.=), NEGATOR = OPERATOR(@extschema@.<>),
	RESTRICT = pg_catalog.eqsel, JOIN = pg_catalog.eqjoinsel,
	HASHES, MERGES
);

COMMENT ON OPERATOR @extschema@.= (@extschema@.sparsevec, @extschema@.sparsevec) IS 'equal';

CREATE OPERATOR @extschema@.<> (
	LEFTARG = @extschema@.sparsevec, RIGHTARG = @extschema@.sparsevec,
	FUNCTION = @extschema@.sparsevec_ne,
	COMMUTATOR = OPERATOR(@extschema@.<>), NEGATOR = OPERATOR(@extschema@.=),
	RESTRICT = pg_catalog.neqsel, JOIN = pg_catalog.neqjoinsel
);

COMMENT ON OPERATOR @extschema@.<> (@extschema@.sparsevec, @extschema@.sparsevec) IS 'not equal';

CREATE OPERATOR @extschema@.>= (
	LEFTARG = @extschema@.sparsevec, RIGHTARG = @extschema@.sparsevec,
	FUNCTION = @extschema@.sparsevec_ge,
	COMMUTATOR = OPERATOR(@extschema@.<=), NEGATOR = OPERATOR(@extschema@.<),
	RESTRICT = pg_catalog.scalargesel, JOIN = pg_catalog.scalargejoinsel
);

COMMENT ON OPERATOR @extschema@.>= (@extschema@.sparsevec, @extschema@.sparsevec) IS 'greater than or equal';

CREATE OPERATOR @extschema@.> (
	LEFTARG = @extschema@.sparsevec, RIGHTARG = @extschema@.sparsevec,
	FUNCTION = @extschema@.sparsevec_gt,
	COMMUTATOR = OPERATOR(@extschema@.<), NEGATOR = OPERATOR(@extschema@.<=),
	RESTRICT = pg_catalog.scalargtsel, JOIN = pg_catalog.scalargtjoinsel
);

COMMENT ON OPERATOR @extschema@.> (@extschema@.sparsevec, @extschema@.sparsevec) IS 'greater than';

-- casts of sparsevec

CREATE FUNCTION @extschema@.sparsevec(@extschema@.sparsevec, pg_catalog.int4, pg_catalog.bool)
	RETURNS @extschema@.sparsevec
	AS 'MODULE_PATHNAME', 'vecsim_sparsevec' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.sparsevec(@extschema@.sparsevec, pg_catalog.int4, pg_catalog.bool)
	IS 'checks the dimensions of a sparsevec against a type modifier';

CREATE FUNCTION @extschema@.array_to_sparsevec(pg_catalog.int4[], pg_catalog.int4, pg_catalog.bool)
	RETURNS @extschema@.sparsevec
	AS 'MODULE_PATHNAME', 'vecsim_array_to_sparsevec' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.array_to_sparsevec(pg_catalog.int4[], pg_catalog.int4, pg_catalog.bool)
	IS 'converts an array of integer to sparsevec';

CREATE FUNCTION @extschema@.array_to_sparsevec(pg_catalog.float4[], pg_catalog.int4, pg_catalog.bool)
	RETURNS @extschema@.sparsevec
	AS 'MODULE_PATHNAME', 'vecsim_array_to_sparsevec' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.array_to_sparsevec(pg_catalog.float4[], pg_catalog.int4, pg_catalog.bool)
	IS 'converts an array of real to sparsevec';

CREATE FUNCTION @extschema@.array_to_sparsevec(pg_catalog.float8[], pg_catalog.int4, pg_catalog.bool)
	RETURNS @extschema@.sparsevec
	AS 'MODULE_PATHNAME', 'vecsim_array_to_sparsevec' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.array_to_sparsevec(pg_catalog.float8[], pg_catalog.int4, pg_catalog.bool)
	IS 'converts an array of double precision to sparsevec';

CREATE FUNCTION @extschema@.array_to_sparsevec(pg_catalog.numeric[], pg_catalog.int4, pg_catalog.bool)
	RETURNS @extschema@.sparsevec
	AS 'MODULE_PATHNAME', 'vecsim_array_to_sparsevec' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.array_to_sparsevec(pg_catalog.numeric[], pg_catalog.int4, pg_catalog.bool)
	IS 'converts an array of numeric to sparsevec';

CREATE FUNCTION @extschema@.vector_to_sparsevec(@extschema@.vector, pg_catalog.int4, pg_catalog.bool)
	RETURNS @extschema@.sparsevec
	AS 'MODULE_PATHNAME', 'vecsim_vector_to_sparsevec' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.vector_to_sparsevec(@extschema@.vector, pg_catalog.int4, pg_catalog.bool)
	IS 'converts a vector to sparsevec';

CREATE FUNCTION @extschema@.sparsevec_to_vector(@extschema@.sparsevec, pg_catalog.int4, pg_catalog.bool)
	RETURNS @extschema@.vector
	AS 'MODULE_PATHNAME', 'vecsim_sparsevec_to_vector' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.sparsevec_to_vector(@extschema@.sparsevec, pg_catalog.int4, pg_catalog.bool)
	IS 'converts a sparsevec to vector';

CREATE FUNCTION @extschema@.halfvec_to_sparsevec(@extschema@.halfvec, pg_catalog.int4, pg_catalog.bool)
	RETURNS @extschema@.sparsevec
	AS 'MODULE_PATHNAME', 'vecsim_halfvec_to_sparsevec' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.halfvec_to_sparsevec(@extschema@.halfvec, pg_catalog.int4, pg_catalog.bool)
	IS 'converts a halfvec to sparsevec';

CREATE FUNCTION @extschema@.sparsevec_to_halfvec(@extschema@.sparsevec, pg_catalog.int4, pg_catalog.bool)
	RETURNS @extschema@.halfvec
	AS 'MODULE_PATHNAME', 'vecsim_sparsevec_to_halfvec' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.sparsevec_to_halfvec(@extschema@.sparsevec, pg_catalog.int4, pg_catalog.bool)
	IS 'converts a sparsevec to halfvec';

CREATE CAST (@extschema@.sparsevec AS @extschema@.sparsevec)
	WITH FUNCTION @extschema@.sparsevec(@extschema@.sparsevec, pg_catalog.int4, pg_catalog.bool) AS IMPLICIT;

COMMENT ON CAST (@extschema@.sparsevec AS @extschema@.sparsevec) IS 'implicit: checks the number of dimensions';

CREATE CAST (@extschema@.vector AS @extschema@.sparsevec)
	WITH FUNCTION @extschema@.vector_to_sparsevec(@extschema@.vector, pg_catalog.int4, pg_catalog.bool) AS IMPLICIT;

COMMENT ON CAST (@extschema@.vector AS @extschema@.sparsevec) IS 'implicit: vector to sparsevec';

CREATE CAST (@extschema@.sparsevec AS @extschema@.vector)
	WITH FUNCTION @extschema@.sparsevec_to_vector(@extschema@.sparsevec, pg_catalog.int4, pg_catalog.bool) AS ASSIGNMENT;

COMMENT ON CAST (@extschema@.sparsevec AS @extschema@.vector) IS 'assignment: sparsevec to vector';

CREATE CAST (@extschema@.halfvec AS @extschema@.sparsevec)
	WITH FUNCTION @extschema@.halfvec_to_sparsevec(@extschema@.halfvec, pg_catalog.int4, pg_catalog.bool) AS IMPLICIT;

COMMENT ON CAST (@extschema@.halfvec AS @extschema@.sparsevec) IS 'implicit: halfvec to sparsevec';

CREATE CAST (@extschema@.sparsevec AS @extschema@.halfvec)
	WITH FUNCTION @extschema@.sparsevec_to_halfvec(@extschema@.sparsevec, pg_catalog.int4, pg_catalog.bool) AS ASSIGNMENT;

COMMENT ON CAST (@extschema@.sparsevec AS @extschema@.halfvec) IS 'assignment: sparsevec to halfvec';

CREATE CAST (pg_catalog.int4[] AS @extschema@.sparsevec)
	WITH FUNCTION @extschema@.array_to_sparsevec(pg_catalog.int4[], pg_catalog.int4, pg_catalog.bool) AS ASSIGNMENT;

COMMENT ON CAST (pg_catalog.int4[] AS @extschema@.sparsevec) IS 'assignment: array to sparsevec';

CREATE CAST (pg_catalog.float4[] AS @extschema@.sparsevec)
	WITH FUNCTION @extschema@.array_to_sparsevec(pg_catalog.float4[], pg_catalog.int4, pg_catalog.bool) AS ASSIGNMENT;

COMMENT ON CAST (pg_catalog.float4[] AS @extschema@.sparsevec) IS 'assignment: array to sparsevec';

CREATE CAST (pg_catalog.float8[] AS @extschema@.sparsevec)
	WITH FUNCTION @extschema@.array_to_sparsevec(pg_catalog.float8[], pg_catalog.int4, pg_catalog.bool) AS ASSIGNMENT;

COMMENT ON CAST (pg_catalog.float8[] AS @extschema@.sparsevec) IS 'assignment: array to sparsevec';

CREATE CAST (pg_catalog.numeric[] AS @extschema@.sparsevec)
	WITH FUNCTION @extschema@.array_to_sparsevec(pg_catalog.numeric[], pg_catalog.int4, pg_catalog.bool) AS ASSIGNMENT;

COMMENT ON CAST (pg_catalog.numeric[] AS @extschema@.sparsevec) IS 'assignment: array to sparsevec';

-- operator classes of sparsevec for btree and hash

CREATE OPERATOR CLASS @extschema@.sparsevec_ops
	DEFAULT FOR TYPE @extschema@.sparsevec USING btree AS
	OPERATOR 1 @extschema@.<,
	OPERATOR 2 @extschema@.<=,
	OPERATOR 3 @extschema@.=,
	OPERATOR 4 @extschema@.>=,
	OPERATOR 5 @extschema@.>,
	FUNCTION 1 @extschema@.sparsevec_cmp(@extschema@.sparsevec, @extschema@.sparsevec);

COMMENT ON OPERATOR CLASS @extschema@.sparsevec_ops USING btree
	IS 'order of sparse vectors: element by element, then by dimensions';

COMMENT ON OPERATOR FAMILY @extschema@.sparsevec_ops USING btree IS 'order of sparse vectors';

CREATE OPERATOR CLASS @extschema@.sparsevec_ops
	DEFAULT FOR TYPE @extschema@.sparsevec USING hash AS
	OPERATOR 1 @extschema@.=,
	FUNCTION 1 @extschema@.sparsevec_hash(@extschema@.sparsevec),
	FUNCTION 2 @extschema@.sparsevec_hash_extended(@extschema@.sparsevec, pg_catalog.int8);

COMMENT ON OPERATOR CLASS @extschema@.sparsevec_ops USING hash IS 'equality of sparse vectors';

COMMENT ON OPERATOR FAMILY @extschema@.sparsevec_ops USING hash IS 'equality of sparse vectors';

-- bit: distances of PostgreSQL's own type

CREATE FUNCTION @extschema@.hamming_distance(pg_catalog.bit, pg_catalog.bit) RETURNS pg_catalog.float8
	AS 'MODULE_PATHNAME', 'vecsim_hamming_distance' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4;

COMMENT ON FUNCTION @extschema@.hamming_distance(pg_catalog.bit, pg_catalog.bit)
	IS 'Hamming distance: the number of bits that differ';

CREATE FUNCTION @extschema@.jaccard_distance(pg_catalog.bit, pg_catalog.bit) RETURNS pg_catalog.float8
	AS 'MODULE_PATHNAME', 'vecsim_jaccard_distance' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4;

COMMENT ON FUNCTION @extschema@.jaccard_distance(pg_catalog.bit, pg_catalog.bit)
	IS 'Jaccard distance: 1 - bits in both / bits in either, 1 where no bit is in both';

CREATE OPERATOR @extschema@.<~> (
	LEFTARG = pg_catalog.bit, RIGHTARG = pg_catalog.bit,
	FUNCTION = @extschema@.hamming_distance,
	COMMUTATOR = OPERATOR(@extschema@.<~>)
);

COMMENT ON OPERATOR @extschema@.<~> (pg_catalog.bit, pg_catalog.bit) IS 'Hamming distance';

CREATE OPERATOR @extschema@.<%> (
	LEFTARG = pg_catalog.bit, RIGHTARG = pg_catalog.bit,
	FUNCTION = @extschema@.jaccard_distance,
	COMMUTATOR = OPERATOR(@extschema@.<%>)
);

COMMENT ON OPERATOR @extschema@.<%> (pg_catalog.bit, pg_catalog.bit) IS 'Jaccard distance';

-- dot products beyond search: layers, attention, ranks

CREATE FUNCTION @extschema@.softmax(x @extschema@.vector, temperature pg_catalog.float8 DEFAULT 1)
	RETURNS @extschema@.vector
	AS 'MODULE_PATHNAME', 'vecsim_softmax' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;

COMMENT ON FUNCTION @extschema@.softmax(@extschema@.vector, pg_catalog.float8)
	IS 'exponentials of the elements over the temperature, scaled to a sum of 1';

CREATE FUNCTION @extschema@.sigmoid(x @extschema@.vector) RETURNS @extschema@.vector
	AS 'MODULE_PATHNAME', 'vecsim_sigmoid' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;

COMMENT ON FUNCTION @extschema@.sigmoid(@extschema@.vector) IS '1 / (1 + exp(-x)) of each element';

CREATE FUNCTION @extschema@.relu(x @extschema@.vector) RETURNS @extschema@.vector
	AS 'MODULE_PATHNAME', 'vecsim_relu' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.relu(@extschema@.vector) IS 'each element, or 0 where it is below 0';

CREATE FUNCTION @extschema@.linear(weights @extschema@.vector[], x @extschema@.vector)
	RETURNS @extschema@.vector
	AS 'MODULE_PATHNAME', 'vecsim_linear' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 200;

COMMENT ON FUNCTION @extschema@.linear(@extschema@.vector[], @extschema@.vector)
	IS 'weights times x: the inner product of each row of weights and x';

CREATE FUNCTION @extschema@.linear(weights @extschema@.vector[], x @extschema@.vector, bias @extschema@.vector)
	RETURNS @extschema@.vector
	AS 'MODULE_PATHNAME', 'vecsim_linear' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 200;

COMMENT ON FUNCTION @extschema@.linear(@extschema@.vector[], @extschema@.vector, @extschema@.vector)
	IS 'weights times x, plus bias';

CREATE FUNCTION @extschema@.attention_weights(query @extschema@.vector, keys @extschema@.vector[])
	RETURNS @extschema@.vector
	AS 'MODULE_PATHNAME', 'vecsim_attention_weights' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 200;

COMMENT ON FUNCTION @extschema@.attention_weights(@extschema@.vector, @extschema@.vector[])
	IS 'softmax of the inner products of a query and keys over the root of their dimensions';

CREATE FUNCTION @extschema@.attention_weights(
	query @extschema@.vector, keys @extschema@.vector[], scale pg_catalog.float8)
	RETURNS @extschema@.vector
	AS 'MODULE_PATHNAME', 'vecsim_attention_weights' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 200;

COMMENT ON FUNCTION @extschema@.attention_weights(@extschema@.vector, @extschema@.vector[], pg_catalog.float8)
	IS 'softmax of the inner products of a query and keys times a scale';

CREATE FUNCTION @extschema@.attention_weight(query @extschema@.vector, key @extschema@.vector)
	RETURNS pg_catalog.float8
	AS 'MODULE_PATHNAME', 'vecsim_attention_weight' LANGUAGE C WINDOW IMMUTABLE PARALLEL SAFE COST 40;

COMMENT ON FUNCTION @extschema@.attention_weight(@extschema@.vector, @extschema@.vector)
	IS 'weight of a row in the attention of its partition';

CREATE FUNCTION @extschema@.attention_weight(
	query @extschema@.vector, key @extschema@.vector, scale pg_catalog.float8)
	RETURNS pg_catalog.float8
	AS 'MODULE_PATHNAME', 'vecsim_attention_weight' LANGUAGE C WINDOW IMMUTABLE PARALLEL SAFE COST 40;

COMMENT ON FUNCTION @extschema@.attention_weight(@extschema@.vector, @extschema@.vector, pg_catalog.float8)
	IS 'weight of a row in the attention of its partition, scores times a scale';

CREATE FUNCTION @extschema@.attention_accum(
	pg_catalog.internal, @extschema@.vector, @extschema@.vector, @extschema@.vector)
	RETURNS pg_catalog.internal
	AS 'MODULE_PATHNAME', 'vecsim_attention_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 40;

COMMENT ON FUNCTION @extschema@.attention_accum(
	pg_catalog.internal, @extschema@.vector, @extschema@.vector, @extschema@.vector)
	IS 'step of attention(vector, vector, vector)';

CREATE FUNCTION @extschema@.attention_accum(
	pg_catalog.internal, @extschema@.vector, @extschema@.vector, @extschema@.vector, pg_catalog.float8)
	RETURNS pg_catalog.internal
	AS 'MODULE_PATHNAME', 'vecsim_attention_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 40;

COMMENT ON FUNCTION @extschema@.attention_accum(
	pg_catalog.internal, @extschema@.vector, @extschema@.vector, @extschema@.vector, pg_catalog.float8)
	IS 'step of attention(vector, vector, vector, double precision)';

CREATE FUNCTION @extschema@.attention_combine(pg_catalog.internal, pg_catalog.internal)
	RETURNS pg_catalog.internal
	AS 'MODULE_PATHNAME', 'vecsim_attention_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.attention_combine(pg_catalog.internal, pg_catalog.internal)
	IS 'combines two states of attention';

CREATE FUNCTION @extschema@.attention_serialize(pg_catalog.internal) RETURNS pg_catalog.bytea
	AS 'MODULE_PATHNAME', 'vecsim_attention_serialize' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.attention_serialize(pg_catalog.internal) IS 'state of attention as bytes';

CREATE FUNCTION @extschema@.attention_deserialize(pg_catalog.bytea, pg_catalog.internal)
	RETURNS pg_catalog.internal
	AS 'MODULE_PATHNAME', 'vecsim_attention_deserialize' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.attention_deserialize(pg_catalog.bytea, pg_catalog.internal)
	IS 'state of attention from bytes';

CREATE FUNCTION @extschema@.attention_final(pg_catalog.internal) RETURNS @extschema@.vector
	AS 'MODULE_PATHNAME', 'vecsim_attention_final' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.attention_final(pg_catalog.internal) IS 'last step of attention';

CREATE AGGREGATE @extschema@.attention(query @extschema@.vector, key @extschema@.vector, value @extschema@.vector) (
	SFUNC = @extschema@.attention_accum,
	STYPE = pg_catalog.internal,
	SSPACE = 2048,
	FINALFUNC = @extschema@.attention_final,
	COMBINEFUNC = @extschema@.attention_combine,
	SERIALFUNC = @extschema@.attention_serialize,
	DESERIALFUNC = @extschema@.attention_deserialize,
	PARALLEL = SAFE
);

COMMENT ON AGGREGATE @extschema@.attention(@extschema@.vector, @extschema@.vector, @extschema@.vector)
	IS 'mean of the values, weighted by the softmax of query . key / sqrt(dimensions)';

CREATE AGGREGATE @extschema@.attention(
	query @extschema@.vector, key @extschema@.vector, value @extschema@.vector, scale pg_catalog.float8) (
	SFUNC = @extschema@.attention_accum,
	STYPE = pg_catalog.internal,
	SSPACE = 2048,
	FINALFUNC = @extschema@.attention_final,
	COMBINEFUNC = @extschema@.attention_combine,
	SERIALFUNC = @extschema@.attention_serialize,
	DESERIALFUNC = @extschema@.attention_deserialize,
	PARALLEL = SAFE
);

COMMENT ON AGGREGATE @extschema@.attention(
	@extschema@.vector, @extschema@.vector, @extschema@.vector, pg_catalog.float8)
	IS 'mean of the values, weighted by the softmax of scale * query . key';

CREATE FUNCTION @extschema@.rrf(rank pg_catalog.int8, k pg_catalog.float8 DEFAULT 60)
	RETURNS pg_catalog.float8
	AS 'MODULE_PATHNAME', 'vecsim_rrf' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.rrf(pg_catalog.int8, pg_catalog.float8)
	IS 'reciprocal rank fusion: 1 / (k + rank), 0 for a null rank';

-- ivf for halfvec, sparsevec and bit: what is indexed

CREATE FUNCTION @extschema@.ivf_input_halfvec() RETURNS pg_catalog.int4
	AS 'MODULE_PATHNAME', 'vecsim_ivf_input_halfvec' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.ivf_input_halfvec()
	IS 'support function of operator classes of halfvec: the id of that type';

CREATE FUNCTION @extschema@.ivf_input_sparsevec() RETURNS pg_catalog.int4
	AS 'MODULE_PATHNAME', 'vecsim_ivf_input_sparsevec' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.ivf_input_sparsevec()
	IS 'support function of operator classes of sparsevec: the id of that type';

CREATE FUNCTION @extschema@.ivf_input_hamming() RETURNS pg_catalog.int4
	AS 'MODULE_PATHNAME', 'vecsim_ivf_input_hamming' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.ivf_input_hamming()
	IS 'support function of bit_hamming_ops: the id of bit with Hamming distance';

CREATE FUNCTION @extschema@.ivf_input_jaccard() RETURNS pg_catalog.int4
	AS 'MODULE_PATHNAME', 'vecsim_ivf_input_jaccard' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.ivf_input_jaccard()
	IS 'support function of bit_jaccard_ops: the id of bit with Jaccard distance';

CREATE OPERATOR CLASS @extschema@.bit_hamming_ops
	FOR TYPE pg_catalog.bit USING ivf AS
	OPERATOR 1 @extschema@.<~> (pg_catalog.bit, pg_catalog.bit) FOR ORDER BY pg_catalog.float_ops,
	FUNCTION 1 (pg_catalog.bit, pg_catalog.bit) @extschema@.ivf_metric_l2(),
	FUNCTION 2 (pg_catalog.bit, pg_catalog.bit) @extschema@.ivf_input_hamming();

COMMENT ON OPERATOR CLASS @extschema@.bit_hamming_ops USING ivf IS 'nearest by Hamming distance, ORDER BY v <~> q';

CREATE OPERATOR CLASS @extschema@.bit_jaccard_ops
	FOR TYPE pg_catalog.bit USING ivf AS
	OPERATOR 1 @extschema@.<%> (pg_catalog.bit, pg_catalog.bit) FOR ORDER BY pg_catalog.float_ops,
	FUNCTION 1 (pg_catalog.bit, pg_catalog.bit) @extschema@.ivf_metric_cosine(),
	FUNCTION 2 (pg_catalog.bit, pg_catalog.bit) @extschema@.ivf_input_jaccard();

COMMENT ON OPERATOR CLASS @extschema@.bit_jaccard_ops USING ivf IS 'nearest by Jaccard distance, ORDER BY v <%> q';

CREATE OPERATOR CLASS @extschema@.sparsevec_l2_ops
	FOR TYPE @extschema@.sparsevec USING ivf AS
	OPERATOR 1 @extschema@.<-> (@extschema@.sparsevec, @extschema@.sparsevec) FOR ORDER BY pg_catalog.float_ops,
	FUNCTION 1 (@extschema@.sparsevec, @extschema@.sparsevec) @extschema@.ivf_metric_l2(),
	FUNCTION 2 (@extschema@.sparsevec, @extschema@.sparsevec) @extschema@.ivf_input_sparsevec();

COMMENT ON OPERATOR CLASS @extschema@.sparsevec_l2_ops USING ivf IS 'nearest by Euclidean distance, ORDER BY v <-> q';

CREATE OPERATOR CLASS @extschema@.sparsevec_ip_ops
	FOR TYPE @extschema@.sparsevec USING ivf AS
	OPERATOR 1 @extschema@.<#> (@extschema@.sparsevec, @extschema@.sparsevec) FOR ORDER BY pg_catalog.float_ops,
	FUNCTION 1 (@extschema@.sparsevec, @extschema@.sparsevec) @extschema@.ivf_metric_ip(),
	FUNCTION 2 (@extschema@.sparsevec, @extschema@.sparsevec) @extschema@.ivf_input_sparsevec();

COMMENT ON OPERATOR CLASS @extschema@.sparsevec_ip_ops USING ivf IS 'largest inner product first, ORDER BY v <#> q';

CREATE OPERATOR CLASS @extschema@.sparsevec_cosine_ops
	FOR TYPE @extschema@.sparsevec USING ivf AS
	OPERATOR 1 @extschema@.<=> (@extschema@.sparsevec, @extschema@.sparsevec) FOR ORDER BY pg_catalog.float_ops,
	FUNCTION 1 (@extschema@.sparsevec, @extschema@.sparsevec) @extschema@.ivf_metric_cosine(),
	FUNCTION 2 (@extschema@.sparsevec, @extschema@.sparsevec) @extschema@.ivf_input_sparsevec();

COMMENT ON OPERATOR CLASS @extschema@.sparsevec_cosine_ops USING ivf
	IS 'nearest by cosine distance, ORDER BY v <=> q';

-- ivf: classes of halfvec, and of taxicab distance

CREATE FUNCTION @extschema@.ivf_metric_l1() RETURNS int4
	AS 'MODULE_PATHNAME', 'vecsim_ivf_metric_l1' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION @extschema@.ivf_metric_l1() IS 'support function of vector_l1_ops: the id of taxicab distance';

CREATE OPERATOR CLASS @extschema@.halfvec_l2_ops
	FOR TYPE @extschema@.halfvec USING ivf AS
	OPERATOR 1 @extschema@.<-> (@extschema@.halfvec, @extschema@.halfvec) FOR ORDER BY pg_catalog.float_ops,
	FUNCTION 1 (@extschema@.halfvec, @extschema@.halfvec) @extschema@.ivf_metric_l2(),
	FUNCTION 2 (@extschema@.halfvec, @extschema@.halfvec) @extschema@.ivf_input_halfvec();

COMMENT ON OPERATOR CLASS @extschema@.halfvec_l2_ops USING ivf IS 'nearest by Euclidean distance, ORDER BY v <-> q';

CREATE OPERATOR CLASS @extschema@.halfvec_ip_ops
	FOR TYPE @extschema@.halfvec USING ivf AS
	OPERATOR 1 @extschema@.<#> (@extschema@.halfvec, @extschema@.halfvec) FOR ORDER BY pg_catalog.float_ops,
	FUNCTION 1 (@extschema@.halfvec, @extschema@.halfvec) @extschema@.ivf_metric_ip(),
	FUNCTION 2 (@extschema@.halfvec, @extschema@.halfvec) @extschema@.ivf_input_halfvec();

COMMENT ON OPERATOR CLASS @extschema@.halfvec_ip_ops USING ivf IS 'largest inner product first, ORDER BY v <#> q';

CREATE OPERATOR CLASS @extschema@.halfvec_cosine_ops
	FOR TYPE @extschema@.halfvec USING ivf AS
	OPERATOR 1 @extschema@.<=> (@extschema@.halfvec, @extschema@.halfvec) FOR ORDER BY pg_catalog.float_ops,
	FUNCTION 1 (@extschema@.halfvec, @extschema@.halfvec) @extschema@.ivf_metric_cosine(),
	FUNCTION 2 (@extschema@.halfvec, @extschema@.halfvec) @extschema@.ivf_input_halfvec();

COMMENT ON OPERATOR CLASS @extschema@.halfvec_cosine_ops USING ivf IS 'nearest by cosine distance, ORDER BY v <=> q';

CREATE OPERATOR CLASS @extschema@.vector_l1_ops
	FOR TYPE @extschema@.vector USING ivf AS
	OPERATOR 1 @extschema@.<+> (@extschema@.vector, @extschema@.vector) FOR ORDER BY pg_catalog.float_ops,
	FUNCTION 1 (@extschema@.vector, @extschema@.vector) @extschema@.ivf_metric_l1();

COMMENT ON OPERATOR CLASS @extschema@.vector_l1_ops USING ivf IS 'nearest by taxicab distance, ORDER BY v <+> q';

CREATE OPERATOR CLASS @extschema@.halfvec_l1_ops
	FOR TYPE @extschema@.halfvec USING ivf AS
	OPERATOR 1 @extschema@.<+> (@extschema@.halfvec, @extschema@.halfvec) FOR ORDER BY pg_catalog.float_ops,
	FUNCTION 1 (@extschema@.halfvec, @extschema@.halfvec) @extschema@.ivf_metric_l1(),
	FUNCTION 2 (@extschema@.halfvec, @extschema@.halfvec) @extschema@.ivf_input_halfvec();

COMMENT ON OPERATOR CLASS @extschema@.halfvec_l1_ops USING ivf IS 'nearest by taxicab distance, ORDER BY v <+> q';

CREATE OPERATOR CLASS @extschema@.sparsevec_l1_ops
	FOR TYPE @extschema@.sparsevec USING ivf AS
	OPERATOR 1 @extschema@.<+> (@extschema@.sparsevec, @extschema@.sparsevec) FOR ORDER BY pg_catalog.float_ops,
	FUNCTION 1 (@extschema@.sparsevec, @extschema@.sparsevec) @extschema@.ivf_metric_l1(),
	FUNCTION 2 (@extschema@.sparsevec, @extschema@.sparsevec) @extschema@.ivf_input_sparsevec();

COMMENT ON OPERATOR CLASS @extschema@.sparsevec_l1_ops USING ivf
	IS 'nearest by taxicab distance, ORDER BY v <+> q; beyond 1,024 dimensions it compares every row';

-- moving from pgvector: the other types

ALTER FUNCTION @extschema@.halfvec(@extschema@.halfvec, pg_catalog.int4, pg_catalog.bool)
	SUPPORT @extschema@.vecsim_typmod_support;

ALTER FUNCTION @extschema@.sparsevec(@extschema@.sparsevec, pg_catalog.int4, pg_catalog.bool)
	SUPPORT @extschema@.vecsim_typmod_support;

-- what scans did

CREATE FUNCTION @extschema@.ivf_last_scans(
		OUT index pg_catalog.regclass, OUT searches pg_catalog.int8, OUT lists_probed pg_catalog.int8,
		OUT codes_scored pg_catalog.int8, OUT rows_refined pg_catalog.int8, OUT rows_reranked pg_catalog.int8,
		OUT late_rows pg_catalog.int8, OUT recalls pg_catalog.int8, OUT stopped_by pg_catalog.text)
	RETURNS SETOF pg_catalog.record
	AS 'MODULE_PATHNAME', 'vecsim_ivf_last_scans' LANGUAGE C VOLATILE STRICT PARALLEL RESTRICTED ROWS 16;

COMMENT ON FUNCTION @extschema@.ivf_last_scans()
	IS 'what the last scans of ivf indexes in this session did, the latest first; only those made by roles whose privileges the caller has';
