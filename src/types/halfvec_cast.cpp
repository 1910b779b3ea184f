// halfvec_cast.cpp - casts between `halfvec`, `vector` and arrays, and the cast that applies a type modifier.
#include "pg/pg.h"

#include "types/array_elements.h"
#include "types/dense.h"

namespace vecsim::types
{

namespace
{

HalfVector *halfvec_from_floats(const float4 *values, int dim);

} // namespace

extern "C"
{
PG_FUNCTION_INFO_V1(vecsim_halfvec);
PG_FUNCTION_INFO_V1(vecsim_array_to_halfvec);
PG_FUNCTION_INFO_V1(vecsim_halfvec_to_float4);
PG_FUNCTION_INFO_V1(vecsim_vector_to_halfvec);
PG_FUNCTION_INFO_V1(vecsim_halfvec_to_vector);
}

// halfvec(halfvec, integer, boolean) -> halfvec: the value itself.  Error 22000 where it has not typmod dimensions.
Datum
vecsim_halfvec(PG_FUNCTION_ARGS)
{
	HalfVector *value = halfvec_from_datum(PG_GETARG_DATUM(0));

	halfvec_check_expected_dim(PG_GETARG_INT32(1), value->dim);
	PG_RETURN_POINTER(value);
}

// array_to_halfvec(integer[] | real[] | float8[] | numeric[], integer, boolean) -> halfvec of as many dimensions.  A
// number is rounded to float4 and then to half; one too small becomes 0.
// Errors: 22000 not one-dimensional, empty, NaN, infinity, out of the range of float4, not typmod dimensions; 22003
// out of the range of half; 22004 nulls; 54000 too many elements; a numeric out of the range of float4 has core's
// 22003.
Datum
vecsim_array_to_halfvec(PG_FUNCTION_ARGS)
{
	ArrayType *array = PG_GETARG_ARRAYTYPE_P(0);
	int dim = array_length_checked(array);

	halfvec_check_dim(dim);
	halfvec_check_expected_dim(PG_GETARG_INT32(1), dim);

	float4 *values = static_cast<float4 *>(palloc(sizeof(float4) * static_cast<Size>(dim)));

	array_copy_elements(array, values, dim);
	PG_RETURN_POINTER(halfvec_from_floats(values, dim));
}

// halfvec_to_float4(halfvec, integer, boolean) -> real[]: the elements, subscripts from 1.
Datum
vecsim_halfvec_to_float4(PG_FUNCTION_ARGS)
{
	const HalfVector *value = halfvec_from_datum(PG_GETARG_DATUM(0));
	Size bytes = ARR_OVERHEAD_NONULLS(1) + sizeof(float4) * static_cast<Size>(value->dim);
	ArrayType *result = static_cast<ArrayType *>(palloc0(bytes));

	SET_VARSIZE(result, bytes);
	result->ndim = 1;
	result->elemtype = FLOAT4OID;
	ARR_DIMS(result)[0] = value->dim;
	ARR_LBOUND(result)[0] = 1;
	core::floats_from_halves(value->x, value->dim, reinterpret_cast<float4 *>(ARR_DATA_PTR(result)));
	PG_RETURN_ARRAYTYPE_P(result);
}

// vector_to_halfvec(vector, integer, boolean) -> halfvec: every element rounded to the nearest half; one too small
// becomes 0.  Errors: 22003 out of range, 22000 not typmod dimensions.
Datum
vecsim_vector_to_halfvec(PG_FUNCTION_ARGS)
{
	const Vector *value = vector_from_datum(PG_GETARG_DATUM(0));

	halfvec_check_dim(value->dim);
	halfvec_check_expected_dim(PG_GETARG_INT32(1), value->dim);
	PG_RETURN_POINTER(halfvec_from_floats(value->x, value->dim));
}

// halfvec_to_vector(halfvec, integer, boolean) -> vector of the same elements.  Error 22000 not typmod dimensions.
Datum
vecsim_halfvec_to_vector(PG_FUNCTION_ARGS)
{
	const HalfVector *value = halfvec_from_datum(PG_GETARG_DATUM(0));

	vector_check_dim(value->dim);
	vector_check_expected_dim(PG_GETARG_INT32(1), value->dim);

	Vector *result = vector_new(value->dim);

	core::floats_from_halves(value->x, value->dim, result->x);
	PG_RETURN_POINTER(result);
}

namespace
{

// A halfvec of values rounded to half.  Errors: 22000 NaN and infinity, 22003 out of range.
HalfVector *
halfvec_from_floats(const float4 *values, int dim)
{
	HalfVector *result = halfvec_new(dim);

	for (int i = 0; i < dim; i++)
	{
		result->x[i] = dense_element<HalfVector>(values[i]);
	}
	return result;
}

} // namespace

} // namespace vecsim::types
