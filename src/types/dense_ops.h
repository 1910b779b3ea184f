// dense_ops.h - what `vector` and `halfvec` compute: distances, norms, arithmetic, parts.
//
// Arithmetic is done in double and rounded to the element once or, for halves, by way of float, which rounds the sum
// and product of two halves the same (below).
#ifndef VECSIM_TYPES_DENSE_OPS_H
#define VECSIM_TYPES_DENSE_OPS_H

#include "pg/pg.h"

#include "core/metric.h"
#include "types/dense.h"

namespace vecsim::types
{

// Has the CPU fetch the values that a sequential scan is likely to ask for soon: 384 dimensions are 24 cache
// lines, too short for the CPU's own prefetching to get going.  `value` stands on a page of a table.  Rows fill
// a page from its end, so the next one lies before this one; and the pages of a table that was read in order
// stand in neighbouring buffers, so that a page of rows ahead is at the same place of the next one.  Pages that
// do not neighbour are noticed where the scan crosses them.  Prefetching any address is harmless.
template <typename Value>
void
dense_prefetch(const Value *value)
{
	static const char *last = nullptr;
	static bool pages_neighbour = false;
	constexpr Size kLine = 64;
	constexpr Size kRowHeader = 32;
	constexpr int kSecondLevel = 2; // more lines can be on their way there than to the first: 35 -> 26 ms
	const char *start = reinterpret_cast<const char *>(value);
	Size bytes = dense_bytes<Value>(value->dim);
	ptrdiff_t step = start - last;

	if (step == 0 || bytes > BLCKSZ)
	{
		return; // a constant, or a copy
	}
	if (step > 0 || step < -BLCKSZ)
	{
		pages_neighbour = step > 0 && step < 2 * BLCKSZ;
	}
	last = start;

	const char *end = start + bytes + (pages_neighbour ? BLCKSZ : 0);
	Size ahead = (pages_neighbour ? bytes : 2 * bytes + kRowHeader) + kRowHeader + kLine;

	for (Size at = kLine; at < ahead; at += kLine)
	{
		__builtin_prefetch(end - at, 0, kSecondLevel);
	}
}

inline float8
dense_metric(const core::Metric *metric, const Vector *a, const Vector *b)
{
	return metric->distance(a->x, b->x, a->dim);
}

inline float8
dense_metric(const core::Metric *metric, const HalfVector *a, const HalfVector *b)
{
	return metric->distance_f16(a->x, b->x, a->dim);
}

// The distance of the two arguments of a call, by the table row that index scans use too.  Error 22000 on different
// dimensions.
template <typename Value, core::MetricId id>
Datum
dense_distance(FunctionCallInfo fcinfo)
{
	static const core::Metric *const metric = core::metric_by_id(static_cast<uint8>(id));
	float8 known;

	if (known_distance_of(Dense<Value>::kKnownType, id, PG_GETARG_DATUM(0), PG_GETARG_DATUM(1), &known))
	{
		PG_RETURN_FLOAT8(known);
	}

	const Value *a = dense_argument<Value>(fcinfo, 0);
	const Value *b = dense_argument<Value>(fcinfo, 1);

	dense_check_dims(a, b);
	if (reinterpret_cast<const char *>(a) == DatumGetPointer(PG_GETARG_DATUM(0)))
	{
		dense_prefetch(a); // not a copy of what is stored out of line
	}
	PG_RETURN_FLOAT8(dense_metric(metric, a, b));
}

template <typename Value>
Datum
dense_inner_product(FunctionCallInfo fcinfo)
{
	const Value *a = dense_argument<Value>(fcinfo, 0);
	const Value *b = dense_argument<Value>(fcinfo, 1);

	dense_check_dims(a, b);
	PG_RETURN_FLOAT8(core::inner_product(a->x, b->x, a->dim));
}

template <typename Value>
Datum
dense_cosine_similarity(FunctionCallInfo fcinfo)
{
	const Value *a = dense_argument<Value>(fcinfo, 0);
	const Value *b = dense_argument<Value>(fcinfo, 1);

	dense_check_dims(a, b);
	PG_RETURN_FLOAT8(core::cosine_similarity(a->x, b->x, a->dim));
}

// The Euclidean length, from a sum in double, as normalize() has it.
template <typename Value>
Datum
dense_norm(FunctionCallInfo fcinfo)
{
	const Value *value = dense_argument<Value>(fcinfo, 0);

	PG_RETURN_FLOAT8(core::norm_in_double(value->x, value->dim));
}

template <typename Value>
Datum
dense_normalize(FunctionCallInfo fcinfo)
{
	const Value *value = dense_argument<Value>(fcinfo, 0);
	Value *result = dense_new<Value>(value->dim);

	core::normalize(value->x, value->dim, result->x);
	PG_RETURN_POINTER(result);
}

// Whether the length is 1, give or take tolerance >= 0.  Error 22023 on a tolerance below 0 or NaN.
template <typename Value>
Datum
dense_is_normalized(FunctionCallInfo fcinfo)
{
	const Value *value = dense_argument<Value>(fcinfo, 0);
	float8 tolerance = PG_GETARG_FLOAT8(1);

	if (!(tolerance >= 0))
	{
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("tolerance must be at least 0"),
		                errdetail("The tolerance is %g.", tolerance)));
	}
	PG_RETURN_BOOL(std::fabs(std::sqrt(core::squared_norm(value->x, value->dim)) - 1) <= tolerance);
}

// As many bits as dimensions: 1 where the element is above 0.
template <typename Value>
Datum
dense_binary_quantize(FunctionCallInfo fcinfo)
{
	const Value *value = dense_argument<Value>(fcinfo, 0);
	int bytes = VARBITTOTALLEN(value->dim);
	VarBit *result = static_cast<VarBit *>(palloc0(bytes));
	uint8 *bits = VARBITS(result);

	SET_VARSIZE(result, bytes);
	VARBITLEN(result) = value->dim;
	for (int i = 0; i < value->dim; i++)
	{
		bits[i / BITS_PER_BYTE] |= (dense_float(value, i) > 0) << (BITS_PER_BYTE - 1 - i % BITS_PER_BYTE);
	}
	PG_RETURN_VARBIT_P(result);
}

// Elements start .. start + count - 1, counted from 1 and clipped at both ends like substring.  Error 22000 where
// nothing is left.
template <typename Value>
Datum
dense_subvector(FunctionCallInfo fcinfo)
{
	const Value *value = dense_argument<Value>(fcinfo, 0);
	int64 start = PG_GETARG_INT32(1);
	int64 end = start + PG_GETARG_INT32(2); // the first one not taken; in 64 bits nothing overflows
	int64 first = Max(start, 1);
	int64 dim = Min(end, value->dim + 1) - first;

	dense_check_dim<Value>(static_cast<int>(Max(dim, 0)));

	Value *result = dense_new<Value>(static_cast<int>(dim));

	memcpy(result->x, value->x + first - 1, sizeof(value->x[0]) * static_cast<Size>(dim));
	PG_RETURN_POINTER(result);
}

// A result rounded to an element.  The sum and product of two elements of p bits round the same way by way of a number
// of 2 p + 2 bits or more (Figueroa: When is double rounding innocuous?, SIGNUM 1995): of float4 (24 bits) by float8
// (53), of half (11) by float4.
// Errors of core: overflow to infinity, underflow to a zero that is not exact.
template <typename Value>
inline typename Dense<Value>::Element
dense_checked(float8 result, bool zero_is_exact)
{
	using Type = Dense<Value>;

	typename Type::Element element = Type::from_float(static_cast<float4>(result));
	float4 rounded = Type::to_float(element);

	if (unlikely(std::isinf(rounded)))
	{
		float_overflow_error();
	}
	if (unlikely(rounded == 0 && !zero_is_exact))
	{
		float_underflow_error();
	}
	return element;
}

enum class DenseOperation
{
	Add,
	Subtract,
	Multiply,
};

// A new value, element by element.  A sum that is 0 is exact, since elements have subnormal numbers; a product may be 0
// by underflow.  Errors: 22000 on different dimensions, 22003 on overflow and, of a product, underflow.
template <typename Value, DenseOperation operation>
Datum
dense_elementwise(FunctionCallInfo fcinfo)
{
	const Value *a = dense_argument<Value>(fcinfo, 0);
	const Value *b = dense_argument<Value>(fcinfo, 1);

	dense_check_dims(a, b);

	Value *result = dense_new<Value>(a->dim);

	for (int i = 0; i < a->dim; i++)
	{
		float8 x = dense_float(a, i);
		float8 y = dense_float(b, i);

		switch (operation)
		{
			case DenseOperation::Add:
				result->x[i] = dense_checked<Value>(x + y, true);
				break;
			case DenseOperation::Subtract:
				result->x[i] = dense_checked<Value>(x - y, true);
				break;
			case DenseOperation::Multiply:
				result->x[i] = dense_checked<Value>(x * y, x == 0 || y == 0);
				break;
		}
	}
	PG_RETURN_POINTER(result);
}

// A number that vectors can be multiplied with is finite, else 22000.
template <typename Value>
inline void
dense_check_scalar(float8 scalar)
{
	if (unlikely(!std::isfinite(scalar)))
	{
		dense_check_element<Value>(static_cast<float4>(scalar));
	}
}

// A new value of value's elements times factor.  Errors: 22000 on NaN and infinity, 22003 on overflow and underflow.
template <typename Value>
Datum
dense_scale(const Value *value, float8 factor)
{
	dense_check_scalar<Value>(factor);

	Value *result = dense_new<Value>(value->dim);

	for (int i = 0; i < value->dim; i++)
	{
		float4 x = dense_float(value, i);

		result->x[i] = dense_checked<Value>(x * factor, factor == 0 || x == 0);
	}
	PG_RETURN_POINTER(result);
}

// A new value of the elements divided by a number.  Errors: 22012 on division by 0, else as dense_scale.
template <typename Value>
Datum
dense_divide(FunctionCallInfo fcinfo)
{
	const Value *value = dense_argument<Value>(fcinfo, 0);
	float8 divisor = PG_GETARG_FLOAT8(1);

	dense_check_scalar<Value>(divisor);
	if (divisor == 0)
	{
		float_zero_divide_error();
	}

	Value *result = dense_new<Value>(value->dim);

	for (int i = 0; i < value->dim; i++)
	{
		float4 x = dense_float(value, i);

		result->x[i] = dense_checked<Value>(x / divisor, x == 0);
	}
	PG_RETURN_POINTER(result);
}

// Every element with the other sign.
template <typename Value>
Datum
dense_negate(FunctionCallInfo fcinfo)
{
	const Value *value = dense_argument<Value>(fcinfo, 0);
	Value *result = dense_new<Value>(value->dim);

	for (int i = 0; i < value->dim; i++)
	{
		result->x[i] = Dense<Value>::from_float(-dense_float(value, i));
	}
	PG_RETURN_POINTER(result);
}

// The elements of a, then those of b.  Error 54000 on too many dimensions.
template <typename Value>
Datum
dense_concat(FunctionCallInfo fcinfo)
{
	const Value *a = dense_argument<Value>(fcinfo, 0);
	const Value *b = dense_argument<Value>(fcinfo, 1);
	int dim = a->dim + b->dim;

	dense_check_dim<Value>(dim);

	Value *result = dense_new<Value>(dim);

	memcpy(result->x, a->x, sizeof(a->x[0]) * static_cast<Size>(a->dim));
	memcpy(result->x + a->dim, b->x, sizeof(b->x[0]) * static_cast<Size>(b->dim));
	PG_RETURN_POINTER(result);
}

} // namespace vecsim::types

#endif
