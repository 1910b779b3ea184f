// vector_compare.cpp - the order and the hash of `vector`: comparison operators, support of btree and hash.
#include "pg/pg.h"

#include "types/dense_compare.h"

namespace vecsim::types
{

extern "C"
{
PG_FUNCTION_INFO_V1(vecsim_vector_lt);
PG_FUNCTION_INFO_V1(vecsim_vector_le);
PG_FUNCTION_INFO_V1(vecsim_vector_eq);
PG_FUNCTION_INFO_V1(vecsim_vector_ne);
PG_FUNCTION_INFO_V1(vecsim_vector_ge);
PG_FUNCTION_INFO_V1(vecsim_vector_gt);
PG_FUNCTION_INFO_V1(vecsim_vector_cmp);
PG_FUNCTION_INFO_V1(vecsim_vector_hash);
PG_FUNCTION_INFO_V1(vecsim_vector_hash_extended);
}

// vector_{lt,le,eq,ne,ge,gt}(a, b) -> boolean: the operators < <= = <> >= >.
Datum
vecsim_vector_lt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(dense_compare<Vector>(fcinfo) < 0);
}

Datum
vecsim_vector_le(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(dense_compare<Vector>(fcinfo) <= 0);
}

Datum
vecsim_vector_eq(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(dense_compare<Vector>(fcinfo) == 0);
}

Datum
vecsim_vector_ne(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(dense_compare<Vector>(fcinfo) != 0);
}

Datum
vecsim_vector_ge(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(dense_compare<Vector>(fcinfo) >= 0);
}

Datum
vecsim_vector_gt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(dense_compare<Vector>(fcinfo) > 0);
}

// vector_cmp(a, b) -> integer: -1, 0 or 1.
Datum
vecsim_vector_cmp(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(dense_compare<Vector>(fcinfo));
}

// vector_hash(vector) -> integer.
Datum
vecsim_vector_hash(PG_FUNCTION_ARGS)
{
	return dense_hash<Vector>(fcinfo);
}

// vector_hash_extended(vector, seed bigint) -> bigint.
Datum
vecsim_vector_hash_extended(PG_FUNCTION_ARGS)
{
	return dense_hash_extended<Vector>(fcinfo);
}

} // namespace vecsim::types
