// dense_compare.h - the order and the hash of `vector` and `halfvec`.
//
// Values compare element by element, then by dimensions, as arrays do; -0 equals 0.
#ifndef VECSIM_TYPES_DENSE_COMPARE_H
#define VECSIM_TYPES_DENSE_COMPARE_H

#include "pg/pg.h"

#include "types/dense.h"

namespace vecsim::types
{

// Compares the two arguments of a call: -1, 0 or 1, values before dimensions.  An index build calls it without freeing
// memory in between, so copies go at once.
template <typename Value>
int
dense_compare(FunctionCallInfo fcinfo)
{
	Value *a = dense_argument<Value>(fcinfo, 0);
	Value *b = dense_argument<Value>(fcinfo, 1);
	int common = Min(a->dim, b->dim);
	int order = (a->dim > b->dim) - (a->dim < b->dim);

	for (int i = 0; i < common; i++)
	{
		float4 x = dense_float(a, i);
		float4 y = dense_float(b, i);

		if (x != y)
		{
			order = x < y ? -1 : 1;
			break;
		}
	}
	PG_FREE_IF_COPY(a, 0);
	PG_FREE_IF_COPY(b, 1);
	return order;
}

// A copy in which equal values have equal bits: the sum of -0 and 0 is 0.
template <typename Value>
Value *
dense_without_negative_zero(const Value *value)
{
	Value *copy = dense_new<Value>(value->dim);

	for (int i = 0; i < value->dim; i++)
	{
		copy->x[i] = Dense<Value>::from_float(dense_float(value, i) + 0.0f);
	}
	return copy;
}

// Equal values have equal hashes.
template <typename Value>
Datum
dense_hash(FunctionCallInfo fcinfo)
{
	Value *value = dense_argument<Value>(fcinfo, 0);
	Value *copy = dense_without_negative_zero(value);
	int bytes = static_cast<int>(sizeof(copy->x[0])) * copy->dim;
	Datum hash = hash_any(reinterpret_cast<unsigned char *>(copy->x), bytes);

	pfree(copy);
	PG_FREE_IF_COPY(value, 0);
	return hash;
}

// The same in 64 bits with a seed, for partitions and large hash tables.
template <typename Value>
Datum
dense_hash_extended(FunctionCallInfo fcinfo)
{
	Value *value = dense_argument<Value>(fcinfo, 0);
	uint64 seed = static_cast<uint64>(PG_GETARG_INT64(1));
	Value *copy = dense_without_negative_zero(value);
	int bytes = static_cast<int>(sizeof(copy->x[0])) * copy->dim;
	Datum hash = hash_any_extended(reinterpret_cast<unsigned char *>(copy->x), bytes, seed);

	pfree(copy);
	PG_FREE_IF_COPY(value, 0);
	return hash;
}

} // namespace vecsim::types

#endif
