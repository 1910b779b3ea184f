// halfvec_compare.cpp - the order and the hash of `halfvec`: comparison operators, support of btree and hash.
#include "pg/pg.h"

#include "types/dense_compare.h"

namespace vecsim::types
{

extern "C"
{
PG_FUNCTION_INFO_V1(vecsim_halfvec_lt);
PG_FUNCTION_INFO_V1(vecsim_halfvec_le);
PG_FUNCTION_INFO_V1(vecsim_halfvec_eq);
PG_FUNCTION_INFO_V1(vecsim_halfvec_ne);
PG_FUNCTION_INFO_V1(vecsim_halfvec_ge);
PG_FUNCTION_INFO_V1(vecsim_halfvec_gt);
PG_FUNCTION_INFO_V1(vecsim_halfvec_cmp);
PG_FUNCTION_INFO_V1(vecsim_halfvec_hash);
PG_FUNCTION_INFO_V1(vecsim_halfvec_hash_extended);
}

// halfvec_{lt,le,eq,ne,ge,gt}(a, b) -> boolean: the operators < <= = <> >= >.
Datum
vecsim_halfvec_lt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(dense_compare<HalfVector>(fcinfo) < 0);
}

Datum
vecsim_halfvec_le(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(dense_compare<HalfVector>(fcinfo) <= 0);
}

Datum
vecsim_halfvec_eq(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(dense_compare<HalfVector>(fcinfo) == 0);
}

Datum
vecsim_halfvec_ne(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(dense_compare<HalfVector>(fcinfo) != 0);
}

Datum
vecsim_halfvec_ge(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(dense_compare<HalfVector>(fcinfo) >= 0);
}

Datum
vecsim_halfvec_gt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(dense_compare<HalfVector>(fcinfo) > 0);
}

// halfvec_cmp(a, b) -> integer: -1, 0 or 1.
Datum
vecsim_halfvec_cmp(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(dense_compare<HalfVector>(fcinfo));
}

// halfvec_hash(halfvec) -> integer.
Datum
vecsim_halfvec_hash(PG_FUNCTION_ARGS)
{
	return dense_hash<HalfVector>(fcinfo);
}

// halfvec_hash_extended(halfvec, seed bigint) -> bigint.
Datum
vecsim_halfvec_hash_extended(PG_FUNCTION_ARGS)
{
	return dense_hash_extended<HalfVector>(fcinfo);
}

} // namespace vecsim::types
