// vector_compare.cpp - the order and the hash of `vector`: comparison operators, support of btree and hash.
//
// Vectors compare element by element, then by dimensions, as arrays do; -0 equals 0.
#include "pg/pg.h"

#include "types/vector_type.h"

namespace vecsim::types
{

namespace
{

int compare_arguments(FunctionCallInfo fcinfo);
int compare(const Vector *a, const Vector *b);
Vector *copy_without_negative_zero(const Vector *vector);
int hashed_bytes(const Vector *vector);

} // namespace

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
	PG_RETURN_BOOL(compare_arguments(fcinfo) < 0);
}

Datum
vecsim_vector_le(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_arguments(fcinfo) <= 0);
}

Datum
vecsim_vector_eq(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_arguments(fcinfo) == 0);
}

Datum
vecsim_vector_ne(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_arguments(fcinfo) != 0);
}

Datum
vecsim_vector_ge(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_arguments(fcinfo) >= 0);
}

Datum
vecsim_vector_gt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_arguments(fcinfo) > 0);
}

// vector_cmp(a, b) -> integer: -1, 0 or 1.
Datum
vecsim_vector_cmp(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(compare_arguments(fcinfo));
}

// vector_hash(vector) -> integer: equal vectors have equal hashes.
Datum
vecsim_vector_hash(PG_FUNCTION_ARGS)
{
	Vector *vector = vector_from_datum(PG_GETARG_DATUM(0));
	Vector *copy = copy_without_negative_zero(vector);
	Datum hash = hash_any(reinterpret_cast<unsigned char *>(copy->x), hashed_bytes(copy));

	pfree(copy);
	PG_FREE_IF_COPY(vector, 0);
	return hash;
}

// vector_hash_extended(vector, seed bigint) -> bigint: the same in 64 bits, for partitions and large hash
// tables.
Datum
vecsim_vector_hash_extended(PG_FUNCTION_ARGS)
{
	Vector *vector = vector_from_datum(PG_GETARG_DATUM(0));
	uint64 seed = static_cast<uint64>(PG_GETARG_INT64(1));
	Vector *copy = copy_without_negative_zero(vector);
	Datum hash = hash_any_extended(reinterpret_cast<unsigned char *>(copy->x), hashed_bytes(copy), seed);

	pfree(copy);
	PG_FREE_IF_COPY(vector, 0);
	return hash;
}

namespace
{

// Compares the two arguments of a call.  An index build calls it without freeing memory in between, so copies
// go at once.
int
compare_arguments(FunctionCallInfo fcinfo)
{
	Vector *a = vector_from_datum(PG_GETARG_DATUM(0));
	Vector *b = vector_from_datum(PG_GETARG_DATUM(1));
	int order = compare(a, b);

	PG_FREE_IF_COPY(a, 0);
	PG_FREE_IF_COPY(b, 1);
	return order;
}

// -1, 0 or 1: values before dimensions.
int
compare(const Vector *a, const Vector *b)
{
	int common = Min(a->dim, b->dim);

	for (int i = 0; i < common; i++)
	{
		if (a->x[i] != b->x[i])
		{
			return a->x[i] < b->x[i] ? -1 : 1;
		}
	}
	return (a->dim > b->dim) - (a->dim < b->dim);
}

// A copy in which equal vectors have equal bits: the sum of -0 and 0 is 0.
Vector *
copy_without_negative_zero(const Vector *vector)
{
	Vector *copy = vector_new(vector->dim);

	for (int i = 0; i < vector->dim; i++)
	{
		copy->x[i] = vector->x[i] + 0.0f;
	}
	return copy;
}

int
hashed_bytes(const Vector *vector)
{
	return static_cast<int>(sizeof(float4)) * vector->dim;
}

} // namespace

} // namespace vecsim::types
