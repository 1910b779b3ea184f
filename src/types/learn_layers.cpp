// learn_layers.cpp - the layers of a neural network as functions of vectors, and reciprocal ranks.
#include "pg/pg.h"

#include "core/metric.h"
#include "core/softmax.h"
#include "types/learn.h"

#include <cfloat>
#include <cmath>

namespace vecsim::types
{

namespace
{

float4 checked_output(float8 value, int row);

} // namespace

extern "C"
{
PG_FUNCTION_INFO_V1(vecsim_softmax);
PG_FUNCTION_INFO_V1(vecsim_sigmoid);
PG_FUNCTION_INFO_V1(vecsim_relu);
PG_FUNCTION_INFO_V1(vecsim_linear);
PG_FUNCTION_INFO_V1(vecsim_rrf);
}

// softmax(x vector, temperature float8) -> vector: e^(x_i / temperature), scaled to a sum of 1.  Computed in double
// and rounded once, so an element of less than 1e-45 becomes 0.
// Error 22023 on a temperature that is not above 0 and finite.
Datum
vecsim_softmax(PG_FUNCTION_ARGS)
{
	const Vector *vector = vector_from_datum(PG_GETARG_DATUM(0));
	float8 temperature = PG_GETARG_FLOAT8(1);

	if (!(temperature > 0 && std::isfinite(temperature)))
	{
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("temperature must be above 0 and finite"),
		         errdetail("The temperature is %g.", temperature),
		         errhint("A small temperature gives all to the largest element, a large one gives all "
		                 "elements the same.")));
	}

	Vector *result = vector_new(vector->dim);

	core::softmax(vector->x, static_cast<size_t>(vector->dim), temperature, result->x);
	PG_RETURN_POINTER(result);
}

// sigmoid(x vector) -> vector of 1 / (1 + e^-x_i), in [0, 1].
Datum
vecsim_sigmoid(PG_FUNCTION_ARGS)
{
	const Vector *vector = vector_from_datum(PG_GETARG_DATUM(0));
	Vector *result = vector_new(vector->dim);

	core::sigmoid(vector->x, static_cast<size_t>(vector->dim), result->x);
	PG_RETURN_POINTER(result);
}

// relu(x vector) -> vector of max(x_i, 0).
Datum
vecsim_relu(PG_FUNCTION_ARGS)
{
	const Vector *vector = vector_from_datum(PG_GETARG_DATUM(0));
	Vector *result = vector_new(vector->dim);

	for (int i = 0; i < vector->dim; i++)
	{
		result->x[i] = vector->x[i] > 0 ? vector->x[i] : 0;
	}
	PG_RETURN_POINTER(result);
}

// linear(weights vector[], x vector [, bias vector]) -> vector W x + b, a dimension a row of weights: element i is
// inner_product(weights[i], x) + bias[i], rounded once more.
// Errors: 22000 weights empty or not one-dimensional, or vectors whose lengths do not fit; 22004 nulls in weights;
// 22003 overflow; 54000 too many rows.
Datum
vecsim_linear(PG_FUNCTION_ARGS)
{
	VectorArray weights = vector_array_from_datum(PG_GETARG_DATUM(0), "weights");
	const Vector *x = vector_from_datum(PG_GETARG_DATUM(1));
	const Vector *bias = PG_NARGS() > 2 ? vector_from_datum(PG_GETARG_DATUM(2)) : nullptr;

	if (bias != nullptr && bias->dim != weights.count)
	{
		ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
		                errmsg("different vector dimensions %d and %d", bias->dim, weights.count),
		                errdetail("bias has %d dimensions, and weights %d rows.", bias->dim, weights.count)));
	}

	Vector *result = vector_new(weights.count);

	for (int i = 0; i < weights.count; i++)
	{
		const Vector *row = vector_from_datum(weights.elements[i]);

		if (row->dim != x->dim)
		{
			ereport(ERROR,
			        (errcode(ERRCODE_DATA_EXCEPTION),
			         errmsg("different vector dimensions %d and %d", row->dim, x->dim),
			         errdetail("Row %d of weights has %d dimensions, and x %d.", i + 1, row->dim, x->dim)));
		}

		float8 product = core::inner_product(row->x, x->x, static_cast<size_t>(x->dim));

		result->x[i] = checked_output(bias != nullptr ? product + bias->x[i] : product, i + 1);
	}
	PG_RETURN_POINTER(result);
}

// rrf(rank bigint, k float8) -> float8: 1 / (k + rank), what a place in one list adds to a row's score in reciprocal
// rank fusion (Cormack, Clarke, Buettcher, 2009).  A row that a list lacks has a null rank there, and gets 0; null k
// gives null.  Errors 22023: rank below 1, k below 0 or not finite.
Datum
vecsim_rrf(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(1))
	{
		PG_RETURN_NULL();
	}

	float8 k = PG_GETARG_FLOAT8(1);

	if (!(k >= 0 && std::isfinite(k)))
	{
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("k must be at least 0 and finite"),
		                errdetail("k is %g.", k), errhint("Left out, it is 60.")));
	}
	if (PG_ARGISNULL(0))
	{
		PG_RETURN_FLOAT8(0);
	}

	int64 rank = PG_GETARG_INT64(0);

	if (rank < 1)
	{
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("rank must be at least 1"),
		                errdetail("The rank is %lld.", static_cast<long long>(rank)),
		                errhint("Ranks count from 1, as row_number() and rank() do.")));
	}
	PG_RETURN_FLOAT8(1 / (k + static_cast<float8>(rank)));
}

namespace
{

// An element of linear's result as float4.
float4
checked_output(float8 value, int row)
{
	float4 result = static_cast<float4>(value);

	if (unlikely(std::isinf(result)))
	{
		ereport(ERROR,
		        (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE), errmsg("result of linear is out of range"),
		         errdetail("Element %d is %g, and elements of a vector are at most %g.", row, value,
		                   static_cast<double>(FLT_MAX))));
	}
	return result;
}

} // namespace

} // namespace vecsim::types
