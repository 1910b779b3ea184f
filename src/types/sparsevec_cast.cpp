// sparsevec_cast.cpp - casts between `sparsevec`, `vector` and arrays, and the cast that applies a type modifier.
#include "pg/pg.h"

#include "pg/memory.h"
#include "types/array_elements.h"
#include "types/sparsevec_type.h"
#include "types/vector_type.h"

namespace vecsim::types
{

extern "C"
{
PG_FUNCTION_INFO_V1(vecsim_sparsevec);
PG_FUNCTION_INFO_V1(vecsim_array_to_sparsevec);
PG_FUNCTION_INFO_V1(vecsim_vector_to_sparsevec);
PG_FUNCTION_INFO_V1(vecsim_sparsevec_to_vector);
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
	const Vector *vector = vector_from_datum(PG_GETARG_DATUM(0));

	sparsevec_check_expected_dim(PG_GETARG_INT32(1), vector->dim, nullptr);
	PG_RETURN_POINTER(sparsevec_from_dense(vector->x, vector->dim));
}

// sparsevec_to_vector(sparsevec, integer, boolean) -> vector.  Errors: 54000 more dimensions than a vector can have,
// 22000 not typmod dimensions.
Datum
vecsim_sparsevec_to_vector(PG_FUNCTION_ARGS)
{
	const Sparsevec *sparse = sparsevec_from_datum(PG_GETARG_DATUM(0));
	const float4 *values = sparsevec_values(sparse);

	vector_check_dim(sparse->dim);
	vector_check_expected_dim(PG_GETARG_INT32(1), sparse->dim);

	Vector *result = vector_new(sparse->dim);

	for (int i = 0; i < sparse->count; i++)
	{
		result->x[sparse->indices[i]] = values[i];
	}
	PG_RETURN_POINTER(result);
}

} // namespace vecsim::types
