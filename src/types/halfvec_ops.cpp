// halfvec_ops.cpp - what `halfvec` computes: distances, norms, arithmetic, parts.
//
// dense_ops.h has the contracts and errors.
#include "pg/pg.h"

#include "types/dense_ops.h"

namespace vecsim::types
{

extern "C"
{
PG_FUNCTION_INFO_V1(vecsim_halfvec_l2_distance);
PG_FUNCTION_INFO_V1(vecsim_halfvec_inner_product);
PG_FUNCTION_INFO_V1(vecsim_halfvec_negative_inner_product);
PG_FUNCTION_INFO_V1(vecsim_halfvec_cosine_distance);
PG_FUNCTION_INFO_V1(vecsim_halfvec_cosine_similarity);
PG_FUNCTION_INFO_V1(vecsim_halfvec_l1_distance);
PG_FUNCTION_INFO_V1(vecsim_halfvec_dims);
PG_FUNCTION_INFO_V1(vecsim_halfvec_norm);
PG_FUNCTION_INFO_V1(vecsim_halfvec_l2_normalize);
PG_FUNCTION_INFO_V1(vecsim_halfvec_is_normalized);
PG_FUNCTION_INFO_V1(vecsim_halfvec_binary_quantize);
PG_FUNCTION_INFO_V1(vecsim_halfvec_subvector);
PG_FUNCTION_INFO_V1(vecsim_halfvec_add);
PG_FUNCTION_INFO_V1(vecsim_halfvec_sub);
PG_FUNCTION_INFO_V1(vecsim_halfvec_mul);
PG_FUNCTION_INFO_V1(vecsim_halfvec_scale);
PG_FUNCTION_INFO_V1(vecsim_scale_halfvec);
PG_FUNCTION_INFO_V1(vecsim_halfvec_div);
PG_FUNCTION_INFO_V1(vecsim_halfvec_neg);
PG_FUNCTION_INFO_V1(vecsim_halfvec_concat);
}

// The distances take two values of the same dimensions and return a float8.

// l2_distance(a, b) = sqrt(sum (a_i - b_i)^2), operator <->.
Datum
vecsim_halfvec_l2_distance(PG_FUNCTION_ARGS)
{
	return dense_distance<HalfVector, core::MetricId::L2>(fcinfo);
}

// inner_product(a, b) = sum a_i * b_i.
Datum
vecsim_halfvec_inner_product(PG_FUNCTION_ARGS)
{
	return dense_inner_product<HalfVector>(fcinfo);
}

// halfvec_negative_inner_product(a, b), operator <#>: negative because an index scan goes up.
Datum
vecsim_halfvec_negative_inner_product(PG_FUNCTION_ARGS)
{
	return dense_distance<HalfVector, core::MetricId::InnerProduct>(fcinfo);
}

// cosine_distance(a, b) = 1 - cosine_similarity(a, b), operator <=>; in [0, 2], NaN with a zero vector.
Datum
vecsim_halfvec_cosine_distance(PG_FUNCTION_ARGS)
{
	return dense_distance<HalfVector, core::MetricId::Cosine>(fcinfo);
}

// cosine_similarity(a, b) = sum a_i * b_i / (|a| |b|); in [-1, 1], NaN with a zero vector.
Datum
vecsim_halfvec_cosine_similarity(PG_FUNCTION_ARGS)
{
	return dense_cosine_similarity<HalfVector>(fcinfo);
}

// l1_distance(a, b) = sum |a_i - b_i|, operator <+>.
Datum
vecsim_halfvec_l1_distance(PG_FUNCTION_ARGS)
{
	return dense_distance<HalfVector, core::MetricId::L1>(fcinfo);
}

// vector_dims(halfvec) -> integer: the number of elements.
Datum
vecsim_halfvec_dims(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(dense_argument<HalfVector>(fcinfo, 0)->dim);
}

// l2_norm(halfvec) -> float8: the Euclidean length.
Datum
vecsim_halfvec_norm(PG_FUNCTION_ARGS)
{
	return dense_norm<HalfVector>(fcinfo);
}

// l2_normalize(halfvec) -> halfvec of length 1; a zero vector stays zero.
Datum
vecsim_halfvec_l2_normalize(PG_FUNCTION_ARGS)
{
	return dense_normalize<HalfVector>(fcinfo);
}

// is_normalized(halfvec, tolerance) -> boolean: whether the length is 1, give or take the tolerance.
Datum
vecsim_halfvec_is_normalized(PG_FUNCTION_ARGS)
{
	return dense_is_normalized<HalfVector>(fcinfo);
}

// binary_quantize(halfvec) -> bit: 1 where the element is above 0.
Datum
vecsim_halfvec_binary_quantize(PG_FUNCTION_ARGS)
{
	return dense_binary_quantize<HalfVector>(fcinfo);
}

// subvector(halfvec, start integer, count integer) -> halfvec: a part.
Datum
vecsim_halfvec_subvector(PG_FUNCTION_ARGS)
{
	return dense_subvector<HalfVector>(fcinfo);
}

// halfvec_add, halfvec_sub, halfvec_mul(a, b) -> halfvec: element by element.
Datum
vecsim_halfvec_add(PG_FUNCTION_ARGS)
{
	return dense_elementwise<HalfVector, DenseOperation::Add>(fcinfo);
}

Datum
vecsim_halfvec_sub(PG_FUNCTION_ARGS)
{
	return dense_elementwise<HalfVector, DenseOperation::Subtract>(fcinfo);
}

Datum
vecsim_halfvec_mul(PG_FUNCTION_ARGS)
{
	return dense_elementwise<HalfVector, DenseOperation::Multiply>(fcinfo);
}

// halfvec_scale(halfvec, float8), operator *: every element times a number.
Datum
vecsim_halfvec_scale(PG_FUNCTION_ARGS)
{
	return dense_scale(dense_argument<HalfVector>(fcinfo, 0), PG_GETARG_FLOAT8(1));
}

// scale_halfvec(float8, halfvec): its commutator.
Datum
vecsim_scale_halfvec(PG_FUNCTION_ARGS)
{
	return dense_scale(dense_argument<HalfVector>(fcinfo, 1), PG_GETARG_FLOAT8(0));
}

// halfvec_div(halfvec, float8), operator /: every element divided by a number.
Datum
vecsim_halfvec_div(PG_FUNCTION_ARGS)
{
	return dense_divide<HalfVector>(fcinfo);
}

// halfvec_neg(halfvec), operator unary -: every element with the other sign.
Datum
vecsim_halfvec_neg(PG_FUNCTION_ARGS)
{
	return dense_negate<HalfVector>(fcinfo);
}

// halfvec_concat(a, b), operator ||: the elements of a, then those of b.
Datum
vecsim_halfvec_concat(PG_FUNCTION_ARGS)
{
	return dense_concat<HalfVector>(fcinfo);
}

} // namespace vecsim::types
