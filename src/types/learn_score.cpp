// learn_score.cpp - what the functions of neural layers share: arrays of vectors, and the score of a query and a key.
#include "pg/pg.h"

#include "core/softmax.h"
#include "types/learn.h"

#include <cfloat>
#include <cmath>

namespace vecsim::types
{

namespace
{

[[noreturn]] void score_overflow(const Vector *query, const Vector *key, float8 scale);

} // namespace

VectorArray
vector_array_from_datum(Datum datum, const char *name)
{
	ArrayType *array = DatumGetArrayTypeP(datum);
	bool *nulls;
	VectorArray result;

	if (ARR_NDIM(array) > 1)
	{
		ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("%s must be a one-dimensional array", name),
		                errdetail("The array has %d dimensions.", ARR_NDIM(array))));
	}
	deconstruct_array(array, ARR_ELEMTYPE(array), -1, false, TYPALIGN_INT, &result.elements, &nulls,
	                  &result.count);
	if (result.count == 0)
	{
		ereport(ERROR,
		        (errcode(ERRCODE_DATA_EXCEPTION), errmsg("%s must not be empty", name),
		         errdetail("The result has a dimension for each element, and a vector has at least 1.")));
	}
	if (result.count > kVectorMaxDim)
	{
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
		                errmsg("%s must have at most %d elements", name, kVectorMaxDim),
		                errdetail("The array has %d, and the result a dimension for each.", result.count)));
	}
	for (int i = 0; i < result.count; i++)
	{
		if (nulls[i])
		{
			ereport(ERROR,
			        (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("%s must not contain nulls", name),
			         errdetail("Element %d is null.", i + 1),
			         errhint("array_agg(...) FILTER (WHERE ... IS NOT NULL) leaves them out.")));
		}
	}
	return result;
}

float8
checked_scale(float8 scale)
{
	if (unlikely(!std::isfinite(scale)))
	{
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("scale must be finite"),
		                errdetail("The scale is %g.", scale),
		                errhint("Left out, it is 1 / sqrt(dimensions of the key).")));
	}
	return scale;
}

float8
default_scale(int dim)
{
	return 1 / std::sqrt(static_cast<float8>(dim));
}

float8
score_exponent(const Vector *query, const Vector *key, float8 scale)
{
	if (unlikely(query->dim != key->dim))
	{
		ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
		                errmsg("different vector dimensions %d and %d", query->dim, key->dim),
		                errdetail("The query has %d dimensions and the key %d.", query->dim, key->dim)));
	}

	float8 exponent = core::attention_exponent(query->x, key->x, static_cast<size_t>(key->dim), scale);

	if (unlikely(!std::isfinite(exponent)))
	{
		score_overflow(query, key, scale);
	}
	return exponent;
}

namespace
{

// A score counts in units of ln 2 here, so its limit is that part of float8's.  Scales above 1e227 only can reach it.
void
score_overflow(const Vector *query, const Vector *key, float8 scale)
{
	constexpr float8 kLimit = DBL_MAX * 0.69314718055994530942;
	float8 one = core::softmax_exponent(1);
	float8 product = core::attention_exponent(query->x, key->x, static_cast<size_t>(key->dim), 1) / one;

	ereport(ERROR,
	        (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE), errmsg("attention score is out of range"),
	         errdetail("The inner product of query and key is %g and the scale %g; their product must not "
	                   "exceed %g.",
	                   product, scale, kLimit),
	         errhint("Left out, the scale is 1 / sqrt(dimensions of the key).")));
}

} // namespace

} // namespace vecsim::types
