// vector_cast.cpp - casts between `vector` and arrays, and the cast that applies a type modifier.
#include "pg/pg.h"

#include "types/vector_type.h"

namespace vecsim::types
{

namespace
{

void copy_elements(ArrayType *array, float4 *out, int dim);
void copy_numerics(ArrayType *array, float4 *out);

} // namespace

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

	if (ARR_NDIM(array) > 1)
	{
		ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("array must be 1-D")));
	}
	if (array_contains_nulls(array))
	{
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("array must not contain nulls")));
	}

	int dim = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));

	vector_check_dim(dim);
	vector_check_expected_dim(PG_GETARG_INT32(1), dim);

	Vector *result = vector_new(dim);

	copy_elements(array, result->x, dim);
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

namespace
{

// Elements without nulls lie one after the other, so those of a fixed size are read in place.
void
copy_elements(ArrayType *array, float4 *out, int dim)
{
	const void *data = ARR_DATA_PTR(array);

	switch (ARR_ELEMTYPE(array))
	{
		case INT4OID:
			for (int i = 0; i < dim; i++)
			{
				out[i] = static_cast<float4>(static_cast<const int32 *>(data)[i]);
			}
			break;
		case FLOAT4OID:
			memcpy(out, data, sizeof(float4) * static_cast<Size>(dim));
			break;
		case FLOAT8OID:
			for (int i = 0; i < dim; i++)
			{
				out[i] = static_cast<float4>(static_cast<const float8 *>(data)[i]);
			}
			break;
		case NUMERICOID:
			copy_numerics(array, out);
			break;
		default:
			ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("unsupported array type")));
	}
}

// numeric has no fixed size: its elements are taken apart by the server.
void
copy_numerics(ArrayType *array, float4 *out)
{
	Datum *elements;
	int count;

	deconstruct_array(array, NUMERICOID, -1, false, TYPALIGN_INT, &elements, nullptr, &count);
	for (int i = 0; i < count; i++)
	{
		out[i] = DatumGetFloat4(DirectFunctionCall1(numeric_float4, elements[i]));
	}
	pfree(elements);
}

} // namespace

} // namespace vecsim::types
