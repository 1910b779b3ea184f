// sparsevec_compare.cpp - the order and the hash of `sparsevec`: comparison operators, support of btree and hash.
//
// Values compare as the dense vectors that they stand for: element by element, then by dimensions.
#include "pg/pg.h"

#include "types/sparsevec_type.h"

namespace vecsim::types
{

namespace
{

int compare_arguments(FunctionCallInfo fcinfo);
int compare(const Sparsevec *a, const Sparsevec *b);
unsigned char *hashed_bytes(Sparsevec *vector, int *length);

} // namespace

extern "C"
{
PG_FUNCTION_INFO_V1(vecsim_sparsevec_lt);
PG_FUNCTION_INFO_V1(vecsim_sparsevec_le);
PG_FUNCTION_INFO_V1(vecsim_sparsevec_eq);
PG_FUNCTION_INFO_V1(vecsim_sparsevec_ne);
PG_FUNCTION_INFO_V1(vecsim_sparsevec_ge);
PG_FUNCTION_INFO_V1(vecsim_sparsevec_gt);
PG_FUNCTION_INFO_V1(vecsim_sparsevec_cmp);
PG_FUNCTION_INFO_V1(vecsim_sparsevec_hash);
PG_FUNCTION_INFO_V1(vecsim_sparsevec_hash_extended);
}

// sparsevec_{lt,le,eq,ne,ge,gt}(a, b) -> boolean: the operators < <= = <> >= >.
Datum
vecsim_sparsevec_lt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_arguments(fcinfo) < 0);
}

Datum
vecsim_sparsevec_le(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_arguments(fcinfo) <= 0);
}

Datum
vecsim_sparsevec_eq(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_arguments(fcinfo) == 0);
}

Datum
vecsim_sparsevec_ne(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_arguments(fcinfo) != 0);
}

Datum
vecsim_sparsevec_ge(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_arguments(fcinfo) >= 0);
}

Datum
vecsim_sparsevec_gt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_arguments(fcinfo) > 0);
}

// sparsevec_cmp(a, b) -> integer: -1, 0 or 1.
Datum
vecsim_sparsevec_cmp(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(compare_arguments(fcinfo));
}

// sparsevec_hash(sparsevec) -> integer: equal values have equal hashes.
Datum
vecsim_sparsevec_hash(PG_FUNCTION_ARGS)
{
	Sparsevec *vector = sparsevec_from_datum(PG_GETARG_DATUM(0));
	int length;
	const unsigned char *bytes = hashed_bytes(vector, &length);
	Datum hash = hash_any(bytes, length);

	PG_FREE_IF_COPY(vector, 0);
	return hash;
}

// sparsevec_hash_extended(sparsevec, seed bigint) -> bigint: the same in 64 bits, for partitions and large hash tables.
Datum
vecsim_sparsevec_hash_extended(PG_FUNCTION_ARGS)
{
	Sparsevec *vector = sparsevec_from_datum(PG_GETARG_DATUM(0));
	uint64 seed = static_cast<uint64>(PG_GETARG_INT64(1));
	int length;
	const unsigned char *bytes = hashed_bytes(vector, &length);
	Datum hash = hash_any_extended(bytes, length, seed);

	PG_FREE_IF_COPY(vector, 0);
	return hash;
}

namespace
{

// Compares the two arguments of a call.  An index build calls it without freeing memory in between, so copies go at
// once.
int
compare_arguments(FunctionCallInfo fcinfo)
{
	Sparsevec *a = sparsevec_from_datum(PG_GETARG_DATUM(0));
	Sparsevec *b = sparsevec_from_datum(PG_GETARG_DATUM(1));
	int order = compare(a, b);

	PG_FREE_IF_COPY(a, 0);
	PG_FREE_IF_COPY(b, 1);
	return order;
}

// The sign of a value that is not 0.
int
sign(float4 value)
{
	return value < 0 ? -1 : 1;
}

// -1, 0 or 1.  The first index at which the two differ decides, if both have it.  Where only one has an element there,
// the other has 0.
int
compare(const Sparsevec *a, const Sparsevec *b)
{
	const float4 *x = sparsevec_values(a);
	const float4 *y = sparsevec_values(b);
	int common = Min(a->dim, b->dim);
	int i = 0;

	while (i < a->count && i < b->count && a->indices[i] == b->indices[i] && x[i] == y[i])
	{
		i++;
	}

	int left = i < a->count && a->indices[i] < common ? a->indices[i] : common;
	int right = i < b->count && b->indices[i] < common ? b->indices[i] : common;

	if (left == common && right == common)
	{
		return (a->dim > b->dim) - (a->dim < b->dim);
	}
	if (left == right)
	{
		return x[i] < y[i] ? -1 : 1;
	}
	return left < right ? sign(x[i]) : -sign(y[i]);
}

// Behind the varlena header lie dimensions, count, 0, indices and values, and no value is 0, let alone -0: equal
// values have equal bytes.
unsigned char *
hashed_bytes(Sparsevec *vector, int *length)
{
	*length = static_cast<int>(VARSIZE(vector) - VARHDRSZ);
	return reinterpret_cast<unsigned char *>(VARDATA(vector));
}

} // namespace

} // namespace vecsim::types
