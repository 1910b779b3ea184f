// vector_ops.cpp - what `vector` computes: distances, norms, arithmetic, parts.
//
// dense_ops.h has the contracts and errors.
#include "pg/pg.h"

#include "types/dense_ops.h"

namespace vecsim::types
{

extern "C"
{
PG_FUNCTION_INFO_V1(vecsim_l2_distance);
PG_FUNCTION_INFO_V1(vecsim_inner_product);
PG_FUNCTION_INFO_V1(vecsim_vector_negative_inner_product);
PG_FUNCTION_INFO_V1(vecsim_cosine_distance);
PG_FUNCTION_INFO_V1(vecsim_cosine_similarity);
PG_FUNCTION_INFO_V1(vecsim_l1_distance);
PG_FUNCTION_INFO_V1(vecsim_vector_dims);
PG_FUNCTION_INFO_V1(vecsim_vector_norm);
PG_FUNCTION_INFO_V1(vecsim_l2_normalize);
PG_FUNCTION_INFO_V1(vecsim_is_normalized);
PG_FUNCTION_INFO_V1(vecsim_binary_quantize);
PG_FUNCTION_INFO_V1(vecsim_subvector);
PG_FUNCTION_INFO_V1(vecsim_vector_add);
PG_FUNCTION_INFO_V1(vecsim_vector_sub);
PG_FUNCTION_INFO_V1(vecsim_vector_mul);
PG_FUNCTION_INFO_V1(vecsim_vector_scale);
PG_FUNCTION_INFO_V1(vecsim_scale_vector);
PG_FUNCTION_INFO_V1(vecsim_vector_div);
PG_FUNCTION_INFO_V1(vecsim_vector_neg);
PG_FUNCTION_INFO_V1(vecsim_vector_concat);
}

// The distances take two values of the same dimensions and return a float8.

// l2_distance(a, b) = sqrt(sum (a_i - b_i)^2), operator <->.
Datum
vecsim_l2_distance(PG_FUNCTION_ARGS)
{
	return dense_distance<Vector, core::MetricId::L2>(fcinfo);
}

// inner_product(a, b) = sum a_i * b_i.
Datum
vecsim_inner_product(PG_FUNCTION_ARGS)
{
	return dense_inner_product<Vector>(fcinfo);
}

// vector_negative_inner_product(a, b), operator <#>: negative because an index scan goes up.
Datum
vecsim_vector_negative_inner_product(PG_FUNCTION_ARGS)
{
	return dense_distance<Vector, core::MetricId::InnerProduct>(fcinfo);
}

// cosine_distance(a, b) = 1 - cosine_similarity(a, b), operator <=>; in [0, 2], NaN with a zero vector.
Datum
vecsim_cosine_distance(PG_FUNCTION_ARGS)
{
	return dense_distance<Vector, core::MetricId::Cosine>(fcinfo);
}

// cosine_similarity(a, b) = sum a_i * b_i / (|a| |b|); in [-1, 1], NaN with a zero vector.
Datum
vecsim_cosine_similarity(PG_FUNCTION_ARGS)
{
	return dense_cosine_similarity<Vector>(fcinfo);
}

// l1_distance(a, b) = sum |a_i - b_i|, operator <+>.
Datum
vecsim_l1_distance(PG_FUNCTION_ARGS)
{
	return dense_distance<Vector, core::MetricId::L1>(fcinfo);
}

// vector_dims(vector) -> integer: the number of elements.
Datum
vecsim_vector_dims(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(dense_argument<Vector>(fcinfo, 0)->dim);
}

// vector_norm(vector), l2_norm(vector) -> float8: the Euclidean length.
Datum
vecsim_vector_norm(PG_FUNCTION_ARGS)
{
	return dense_norm<Vector>(fcinfo);
}

// l2_normalize(vector) -> vector of length 1; a zero vector stays zero.
Datum
vecsim_l2_normalize(PG_FUNCTION_ARGS)
{
	return dense_normalize<Vector>(fcinfo);
}

// is_normalized(vector, tolerance) -> boolean: whether the length is 1, give or take the tolerance.
Datum
vecsim_is_normalized(PG_FUNCTION_ARGS)
{
	return dense_is_normalized<Vector>(fcinfo);
}

// binary_quantize(vector) -> bit: 1 where the element is above 0.
Datum
vecsim_binary_quantize(PG_FUNCTION_ARGS)
{
	return dense_binary_quantize<Vector>(fcinfo);
}

// subvector(vector, start integer, count integer) -> vector: a part.
Datum
vecsim_subvector(PG_FUNCTION_ARGS)
{
	return dense_subvector<Vector>(fcinfo);
}

// vector_add, vector_sub, vector_mul(a, b) -> vector: element by element.
Datum
vecsim_vector_add(PG_FUNCTION_ARGS)
{
	return dense_elementwise<Vector, DenseOperation::Add>(fcinfo);
}

Datum
vecsim_vector_sub(PG_FUNCTION_ARGS)
{
	return dense_elementwise<Vector, DenseOperation::Subtract>(fcinfo);
}

Datum
vecsim_vector_mul(PG_FUNCTION_ARGS)
{
	return dense_elementwise<Vector, DenseOperation::Multiply>(fcinfo);
}

// vector_scale(vector, float8), operator *: every element times a number.
Datum
vecsim_vector_scale(PG_FUNCTION_ARGS)
{
	return dense_scale(dense_argument<Vector>(fcinfo, 0), PG_GETARG_FLOAT8(1));
}

// scale_vector(float8, vector): its commutator.
Datum
vecsim_scale_vector(PG_FUNCTION_ARGS)
{
	return dense_scale(dense_argument<Vector>(fcinfo, 1), PG_GETARG_FLOAT8(0));
}

// vector_div(vector, float8), operator /: every element divided by a number.
Datum
vecsim_vector_div(PG_FUNCTION_ARGS)
{
	return dense_divide<Vector>(fcinfo);
}

// vector_neg(vector), operator unary -: every element with the other sign.
Datum
vecsim_vector_neg(PG_FUNCTION_ARGS)
{
	return dense_negate<Vector>(fcinfo);
}

// vector_concat(a, b), operator ||: the elements of a, then those of b.
Datum
vecsim_vector_concat(PG_FUNCTION_ARGS)
{
	return dense_concat<Vector>(fcinfo);
}

} // namespace vecsim::types
