// sparsevec_ops.cpp - what `sparsevec` computes: distances and norms.
#include "pg/pg.h"

#include "types/known_distance.h"
#include "types/sparsevec_type.h"

#include <cmath>

namespace vecsim::types
{

namespace
{

struct Arguments
{
	core::SparseView a;
	core::SparseView b;
};

Arguments arguments_of(FunctionCallInfo fcinfo);
float8 distance_of_arguments(FunctionCallInfo fcinfo, core::MetricId metric);

} // namespace

extern "C"
{
PG_FUNCTION_INFO_V1(vecsim_sparsevec_l2_distance);
PG_FUNCTION_INFO_V1(vecsim_sparsevec_inner_product);
PG_FUNCTION_INFO_V1(vecsim_sparsevec_negative_inner_product);
PG_FUNCTION_INFO_V1(vecsim_sparsevec_cosine_distance);
PG_FUNCTION_INFO_V1(vecsim_sparsevec_cosine_similarity);
PG_FUNCTION_INFO_V1(vecsim_sparsevec_l1_distance);
PG_FUNCTION_INFO_V1(vecsim_sparsevec_l2_norm);
PG_FUNCTION_INFO_V1(vecsim_sparsevec_l2_normalize);
PG_FUNCTION_INFO_V1(vecsim_sparsevec_is_normalized);
}

// The distances take two vectors of the same dimensions and return a float8; error 22000 on different dimensions.

// l2_distance(a, b) = sqrt(sum (a_i - b_i)^2), operator <->.
Datum
vecsim_sparsevec_l2_distance(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(distance_of_arguments(fcinfo, core::MetricId::L2));
}

// inner_product(a, b) = sum a_i * b_i.
Datum
vecsim_sparsevec_inner_product(PG_FUNCTION_ARGS)
{
	Arguments arguments = arguments_of(fcinfo);

	PG_RETURN_FLOAT8(core::sparse_inner_product(arguments.a, arguments.b));
}

// sparsevec_negative_inner_product(a, b), operator <#>: negative because an index scan goes up.
Datum
vecsim_sparsevec_negative_inner_product(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(distance_of_arguments(fcinfo, core::MetricId::InnerProduct));
}

// cosine_distance(a, b) = 1 - cosine_similarity(a, b), operator <=>; in [0, 2], NaN with a zero vector.
Datum
vecsim_sparsevec_cosine_distance(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(distance_of_arguments(fcinfo, core::MetricId::Cosine));
}

// cosine_similarity(a, b) = sum a_i * b_i / (|a| |b|); in [-1, 1], NaN with a zero vector.
Datum
vecsim_sparsevec_cosine_similarity(PG_FUNCTION_ARGS)
{
	Arguments arguments = arguments_of(fcinfo);

	PG_RETURN_FLOAT8(core::sparse_cosine_similarity(arguments.a, arguments.b));
}

// l1_distance(a, b) = sum |a_i - b_i|, operator <+>.
Datum
vecsim_sparsevec_l1_distance(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(distance_of_arguments(fcinfo, core::MetricId::L1));
}

// l2_norm(sparsevec) -> float8: the Euclidean length.
Datum
vecsim_sparsevec_l2_norm(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(core::sparse_norm(sparsevec_view(sparsevec_from_datum(PG_GETARG_DATUM(0)))));
}

// l2_normalize(sparsevec) -> sparsevec of length 1; a zero vector stays zero, an element that underflows is dropped.
Datum
vecsim_sparsevec_l2_normalize(PG_FUNCTION_ARGS)
{
	const Sparsevec *vector = sparsevec_from_datum(PG_GETARG_DATUM(0));
	Sparsevec *scaled = sparsevec_new(vector->dim, vector->count);
	int count = static_cast<int>(
		core::sparse_normalize(sparsevec_view(vector), scaled->indices, sparsevec_values(scaled)));

	if (count == vector->count)
	{
		PG_RETURN_POINTER(scaled);
	}

	Sparsevec *result = sparsevec_new(vector->dim, count);

	memcpy(result->indices, scaled->indices, sizeof(int32) * static_cast<Size>(count));
	memcpy(sparsevec_values(result), sparsevec_values(scaled), sizeof(float4) * static_cast<Size>(count));
	PG_RETURN_POINTER(result);
}

// is_normalized(sparsevec, tolerance) -> boolean: whether the length is 1, give or take tolerance >= 0.
// Error 22023 on a tolerance below 0 or NaN.
Datum
vecsim_sparsevec_is_normalized(PG_FUNCTION_ARGS)
{
	const Sparsevec *vector = sparsevec_from_datum(PG_GETARG_DATUM(0));
	float8 tolerance = PG_GETARG_FLOAT8(1);

	if (!(tolerance >= 0))
	{
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("tolerance must be at least 0"),
		                errdetail("The tolerance is %g.", tolerance)));
	}
	PG_RETURN_BOOL(std::fabs(core::sparse_norm(sparsevec_view(vector)) - 1) <= tolerance);
}

namespace
{

// The two vectors of a call.  Error 22000 on different dimensions.
Arguments
arguments_of(FunctionCallInfo fcinfo)
{
	const Sparsevec *a = sparsevec_from_datum(PG_GETARG_DATUM(0));
	const Sparsevec *b = sparsevec_from_datum(PG_GETARG_DATUM(1));

	sparsevec_check_dims(a, b);
	return {sparsevec_view(a), sparsevec_view(b)};
}

// Their distance, by the function that index scans use too.
float8
distance_of_arguments(FunctionCallInfo fcinfo, core::MetricId metric)
{
	float8 known;

	if (known_distance_of(KnownType::Sparsevec, metric, PG_GETARG_DATUM(0), PG_GETARG_DATUM(1), &known))
	{
		return known;
	}

	Arguments arguments = arguments_of(fcinfo);

	return core::sparse_distance(metric, arguments.a, arguments.b);
}

} // namespace

} // namespace vecsim::types
