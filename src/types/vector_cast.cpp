// vector_cast.cpp - casts between `vector` and arrays, and the cast that applies a type modifier.
#include "pg/pg.h"

#include "types/array_elements.h"
#include "types/vector_type.h"

namespace vecsim::types
{

extern "C"
{
PG_FUNCTION_INFO_V1(vecsim_vector);
PG_FUNCTION_INFO_V1(vecsim_array_to_vector);
PG_FUNCTION_INFO_V1(vecsim_vector_to_float4);
}

// vector(vector, integer, boolean) -> vector: the value itself.  Error 22000 where it has not typmod
// dimensions.
Datum
vecsim_vector(PG_FUNCTION_ARGS)
{
	Vector *vector = vector_from_datum(PG_GETARG_DATUM(0));

	vector_check_expected_dim(PG_GETARG_INT32(1), vector->dim);
	PG_RETURN_POINTER(vector);
}

// array_to_vector(integer[] | real[] | float8[] | numeric[], integer, boolean) -> vector of as many
// dimensions. A float8 is rounded to float4; one too small for it becomes 0.
// Errors: 22000 not one-dimensional, empty, NaN, out of the range of float4, not typmod dimensions; 22004
// nulls; 54000 too many elements; a numeric out of range has core's 22003.
Datum
vecsim_array_to_vector(PG_FUNCTION_ARGS)
{
	ArrayType *array = PG_GETARG_ARRAYTYPE_P(0);
	int dim = array_length_checked(array);

	vector_check_dim(dim);
	vector_check_expected_dim(PG_GETARG_INT32(1), dim);

	Vector *result = vector_new(dim);

	array_copy_elements(array, result->x, dim);
	for (int i = 0; i < dim; i++)
	{
		vector_check_element(result->x[i]);
	}
	PG_RETURN_POINTER(result);
}

// vector_to_float4(vector, integer, boolean) -> real[]: the elements, subscripts from 1.
Datum
vecsim_vector_to_float4(PG_FUNCTION_ARGS)
{
	const Vector *vector = vector_from_datum(PG_GETARG_DATUM(0));
	Size payload = sizeof(float4) * static_cast<Size>(vector->dim);
	Size bytes = ARR_OVERHEAD_NONULLS(1) + payload;
	ArrayType *result = static_cast<ArrayType *>(palloc0(bytes));

	SET_VARSIZE(result, bytes);
	result->ndim = 1;
	result->elemtype = FLOAT4OID;
	ARR_DIMS(result)[0] = vector->dim;
	ARR_LBOUND(result)[0] = 1;
	memcpy(ARR_DATA_PTR(result), vector->x, payload);
	PG_RETURN_ARRAYTYPE_P(result);
}

} // namespace vecsim::types
