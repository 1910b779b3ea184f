// sparsevec_cast.cpp - casts between `sparsevec`, the dense types and arrays, and the cast that applies a modifier.
#include "pg/pg.h"

#include "core/metric.h"
#include "pg/memory.h"
#include "types/array_elements.h"
#include "types/dense.h"
#include "types/sparsevec_type.h"

namespace vecsim::types
{

namespace
{

template <typename Value>
Datum to_dense(FunctionCallInfo fcinfo);

} // namespace

extern "C"
{
PG_FUNCTION_INFO_V1(vecsim_sparsevec);
PG_FUNCTION_INFO_V1(vecsim_array_to_sparsevec);
PG_FUNCTION_INFO_V1(vecsim_vector_to_sparsevec);
PG_FUNCTION_INFO_V1(vecsim_halfvec_to_sparsevec);
PG_FUNCTION_INFO_V1(vecsim_sparsevec_to_vector);
PG_FUNCTION_INFO_V1(vecsim_sparsevec_to_halfvec);
}

// sparsevec(sparsevec, integer, boolean) -> sparsevec: the value itself.  Error 22000 where it has not typmod
// dimensions.
Datum
vecsim_sparsevec(PG_FUNCTION_ARGS)
{
	Sparsevec *vector = sparsevec_from_datum(PG_GETARG_DATUM(0));

	sparsevec_check_expected_dim(PG_GETARG_INT32(1), vector->dim, nullptr);
	PG_RETURN_POINTER(vector);
}

// array_to_sparsevec(integer[] | real[] | float8[] | numeric[], integer, boolean) -> sparsevec of as many dimensions.
// Errors: those of array_elements.h; 22000 empty, NaN, out of the range of float4, not typmod dimensions; 54000 too
// many elements that are not 0.
Datum
vecsim_array_to_sparsevec(PG_FUNCTION_ARGS)
{
	ArrayType *array = PG_GETARG_ARRAYTYPE_P(0);
	int dim = array_length_checked(array);

	sparsevec_check_dim(dim, nullptr);
	sparsevec_check_expected_dim(PG_GETARG_INT32(1), dim, nullptr);

	float4 *dense =
		static_cast<float4 *>(palloc(pg::mul_size_checked(static_cast<Size>(dim), sizeof(float4))));

	array_copy_elements(array, dense, dim);

	Sparsevec *result = sparsevec_from_dense(dense, dim);

	pfree(dense);
	PG_RETURN_POINTER(result);
}

// vector_to_sparsevec(vector, integer, boolean) -> sparsevec: the elements that are not 0.  Error 22000 where it has
// not typmod dimensions.
Datum
vecsim_vector_to_sparsevec(PG_FUNCTION_ARGS)
{
	const Vector *value = vector_from_datum(PG_GETARG_DATUM(0));

	sparsevec_check_expected_dim(PG_GETARG_INT32(1), value->dim, nullptr);
	PG_RETURN_POINTER(sparsevec_from_dense(value->x, value->dim));
}

// halfvec_to_sparsevec(halfvec, integer, boolean) -> sparsevec: likewise.
Datum
vecsim_halfvec_to_sparsevec(PG_FUNCTION_ARGS)
{
	const HalfVector *value = halfvec_from_datum(PG_GETARG_DATUM(0));
	float4 *floats = static_cast<float4 *>(palloc(sizeof(float4) * static_cast<Size>(value->dim)));

	sparsevec_check_expected_dim(PG_GETARG_INT32(1), value->dim, nullptr);
	core::floats_from_halves(value->x, static_cast<size_t>(value->dim), floats);
	PG_RETURN_POINTER(sparsevec_from_dense(floats, value->dim));
}

// sparsevec_to_vector(sparsevec, integer, boolean) -> vector.  Errors: 54000 more dimensions than a vector can have,
// 22000 not typmod dimensions.
Datum
vecsim_sparsevec_to_vector(PG_FUNCTION_ARGS)
{
	return to_dense<Vector>(fcinfo);
}

// sparsevec_to_halfvec(sparsevec, integer, boolean) -> halfvec: every element rounded to the nearest half.  Errors:
// likewise, 22003 an element beyond the largest half.
Datum
vecsim_sparsevec_to_halfvec(PG_FUNCTION_ARGS)
{
	return to_dense<HalfVector>(fcinfo);
}

namespace
{

template <typename Value>
Datum
to_dense(FunctionCallInfo fcinfo)
{
	const Sparsevec *sparse = sparsevec_from_datum(PG_GETARG_DATUM(0));
	const float4 *values = sparsevec_values(sparse);

	dense_check_dim<Value>(sparse->dim);
	dense_check_expected_dim(PG_GETARG_INT32(1), sparse->dim);

	Value *result = dense_new<Value>(sparse->dim);

	for (int i = 0; i < sparse->count; i++)
	{
		result->x[sparse->indices[i]] = dense_element<Value>(values[i]);
	}
	PG_RETURN_POINTER(result);
}

} // namespace

} // namespace vecsim::types
