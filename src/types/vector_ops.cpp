// vector_ops.cpp - what `vector` computes: distances, norms, arithmetic, parts.
#include "pg/pg.h"

#include "core/metric.h"
#include "pg/memory.h"
#include "types/vector_type.h"

#include <cmath>

namespace vecsim::types
{

namespace
{

template <core::MetricId id>
float8 distance_of_arguments(FunctionCallInfo fcinfo);
using Operation = float4 (*)(float4 a, float4 b);

float4 add(float4 a, float4 b);
float4 subtract(float4 a, float4 b);
float4 multiply(float4 a, float4 b);
template <Operation operation>
Datum elementwise(FunctionCallInfo fcinfo);
Datum scaled(const Vector *vector, float8 factor);
float4 checked_float4(float8 value, bool zero_is_exact);
void check_scalar(float8 scalar);

} // namespace

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

// The distances take two vectors of the same dimensions and return a float8; error 22000 on different
// dimensions.

// l2_distance(a, b) = sqrt(sum (a_i - b_i)^2), operator <->.
Datum
vecsim_l2_distance(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(distance_of_arguments<core::MetricId::L2>(fcinfo));
}

// inner_product(a, b) = sum a_i * b_i.
Datum
vecsim_inner_product(PG_FUNCTION_ARGS)
{
	const Vector *a = vector_from_datum(PG_GETARG_DATUM(0));
	const Vector *b = vector_from_datum(PG_GETARG_DATUM(1));

	vector_check_dims(a, b);
	PG_RETURN_FLOAT8(core::inner_product(a->x, b->x, a->dim));
}

// vector_negative_inner_product(a, b), operator <#>: negative because an index scan goes up.
Datum
vecsim_vector_negative_inner_product(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(distance_of_arguments<core::MetricId::InnerProduct>(fcinfo));
}

// cosine_distance(a, b) = 1 - cosine_similarity(a, b), operator <=>; in [0, 2], NaN with a zero vector.
Datum
vecsim_cosine_distance(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(distance_of_arguments<core::MetricId::Cosine>(fcinfo));
}

// cosine_similarity(a, b) = sum a_i * b_i / (|a| |b|); in [-1, 1], NaN with a zero vector.
Datum
vecsim_cosine_similarity(PG_FUNCTION_ARGS)
{
	const Vector *a = vector_from_datum(PG_GETARG_DATUM(0));
	const Vector *b = vector_from_datum(PG_GETARG_DATUM(1));

	vector_check_dims(a, b);
	PG_RETURN_FLOAT8(core::cosine_similarity(a->x, b->x, a->dim));
}

// l1_distance(a, b) = sum |a_i - b_i|, operator <+>.
Datum
vecsim_l1_distance(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(distance_of_arguments<core::MetricId::L1>(fcinfo));
}

// vector_dims(vector) -> integer: the number of elements.
Datum
vecsim_vector_dims(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(vector_from_datum(PG_GETARG_DATUM(0))->dim);
}

// vector_norm(vector) -> float8: the Euclidean length, from a sum in double, as normalize() has it.
Datum
vecsim_vector_norm(PG_FUNCTION_ARGS)
{
	const Vector *vector = vector_from_datum(PG_GETARG_DATUM(0));
	Vector *normalized = vector_new(vector->dim);

	PG_RETURN_FLOAT8(core::normalize(vector->x, vector->dim, normalized->x));
}

// l2_normalize(vector) -> vector of length 1; a zero vector stays zero.
Datum
vecsim_l2_normalize(PG_FUNCTION_ARGS)
{
	const Vector *vector = vector_from_datum(PG_GETARG_DATUM(0));
	Vector *result = vector_new(vector->dim);

	core::normalize(vector->x, vector->dim, result->x);
	PG_RETURN_POINTER(result);
}

// is_normalized(vector, tolerance) -> boolean: whether the length is 1, give or take tolerance >= 0.
// Error 22023 on a tolerance below 0 or NaN.
Datum
vecsim_is_normalized(PG_FUNCTION_ARGS)
{
	const Vector *vector = vector_from_datum(PG_GETARG_DATUM(0));
	float8 tolerance = PG_GETARG_FLOAT8(1);

	if (!(tolerance >= 0))
	{
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("tolerance must be at least 0"),
		                errdetail("The tolerance is %g.", tolerance)));
	}
	PG_RETURN_BOOL(std::fabs(std::sqrt(core::squared_norm(vector->x, vector->dim)) - 1) <= tolerance);
}

// binary_quantize(vector) -> bit of as many bits as dimensions: 1 where the element is above 0.
Datum
vecsim_binary_quantize(PG_FUNCTION_ARGS)
{
	const Vector *vector = vector_from_datum(PG_GETARG_DATUM(0));
	int bytes = VARBITTOTALLEN(vector->dim);
	VarBit *result = static_cast<VarBit *>(palloc0(bytes));
	uint8 *bits = VARBITS(result);

	SET_VARSIZE(result, bytes);
	VARBITLEN(result) = vector->dim;
	for (int i = 0; i < vector->dim; i++)
	{
		bits[i / BITS_PER_BYTE] |= (vector->x[i] > 0) << (BITS_PER_BYTE - 1 - i % BITS_PER_BYTE);
	}
	PG_RETURN_VARBIT_P(result);
}

// subvector(vector, start integer, count integer) -> vector: elements start .. start + count - 1, counted
// from 1 and clipped at both ends like substring.  Error 22000 where nothing is left.
Datum
vecsim_subvector(PG_FUNCTION_ARGS)
{
	const Vector *vector = vector_from_datum(PG_GETARG_DATUM(0));
	int64 start = PG_GETARG_INT32(1);
	int64 end = start + PG_GETARG_INT32(2); // the first one not taken; in 64 bits nothing overflows
	int64 first = Max(start, 1);
	int64 dim = Min(end, vector->dim + 1) - first;

	vector_check_dim(static_cast<int>(Max(dim, 0)));

	Vector *result = vector_new(static_cast<int>(dim));

	memcpy(result->x, vector->x + first - 1, sizeof(float4) * static_cast<Size>(dim));
	PG_RETURN_POINTER(result);
}

// vector_add, vector_sub, vector_mul(a, b) -> vector: element by element.
// Errors: 22000 on different dimensions, 22003 on overflow and, of a product, underflow.
Datum
vecsim_vector_add(PG_FUNCTION_ARGS)
{
	return elementwise<add>(fcinfo);
}

Datum
vecsim_vector_sub(PG_FUNCTION_ARGS)
{
	return elementwise<subtract>(fcinfo);
}

Datum
vecsim_vector_mul(PG_FUNCTION_ARGS)
{
	return elementwise<multiply>(fcinfo);
}

// vector_scale(vector, float8), operator *: every element times a number.
// Errors: 22000 on NaN and infinity, 22003 on overflow and underflow.
Datum
vecsim_vector_scale(PG_FUNCTION_ARGS)
{
	return scaled(vector_from_datum(PG_GETARG_DATUM(0)), PG_GETARG_FLOAT8(1));
}

// scale_vector(float8, vector): its commutator.
Datum
vecsim_scale_vector(PG_FUNCTION_ARGS)
{
	return scaled(vector_from_datum(PG_GETARG_DATUM(1)), PG_GETARG_FLOAT8(0));
}

// vector_div(vector, float8), operator /: every element divided by a number.
// Errors: 22012 on division by 0, else as vector_scale.
Datum
vecsim_vector_div(PG_FUNCTION_ARGS)
{
	const Vector *vector = vector_from_datum(PG_GETARG_DATUM(0));
	float8 divisor = PG_GETARG_FLOAT8(1);

	check_scalar(divisor);
	if (divisor == 0)
	{
		float_zero_divide_error();
	}

	Vector *result = vector_new(vector->dim);

	for (int i = 0; i < vector->dim; i++)
	{
		result->x[i] = checked_float4(vector->x[i] / divisor, vector->x[i] == 0);
	}
	PG_RETURN_POINTER(result);
}

// vector_neg(vector), operator unary -: every element with the other sign.
Datum
vecsim_vector_neg(PG_FUNCTION_ARGS)
{
	const Vector *vector = vector_from_datum(PG_GETARG_DATUM(0));
	Vector *result = vector_new(vector->dim);

	for (int i = 0; i < vector->dim; i++)
	{
		result->x[i] = -vector->x[i];
	}
	PG_RETURN_POINTER(result);
}

// vector_concat(a, b), operator ||: the elements of a, then those of b.  Error 54000 on too many dimensions.
Datum
vecsim_vector_concat(PG_FUNCTION_ARGS)
{
	const Vector *a = vector_from_datum(PG_GETARG_DATUM(0));
	const Vector *b = vector_from_datum(PG_GETARG_DATUM(1));
	int dim = a->dim + b->dim;

	vector_check_dim(dim);

	Vector *result = vector_new(dim);

	memcpy(result->x, a->x, sizeof(float4) * static_cast<Size>(a->dim));
	memcpy(result->x + a->dim, b->x, sizeof(float4) * static_cast<Size>(b->dim));
	PG_RETURN_POINTER(result);
}

namespace
{

// Has the CPU fetch the values that a sequential scan is likely to ask for soon: 384 dimensions are 24 cache
// lines, too short for the CPU's own prefetching to get going.  `value` stands on a page of a table.  Rows fill
// a page from its end, so the next one lies before this one; and the pages of a table that was read in order
// stand in neighbouring buffers, so that a page of rows ahead is at the same place of the next one.  Pages that
// do not neighbour are noticed where the scan crosses them.  Prefetching any address is harmless.
static void
prefetch_values(const Vector *value)
{
	static const char *last = nullptr;
	static bool pages_neighbour = false;
	constexpr Size kLine = 64;
	constexpr Size kRowHeader = 32;
	constexpr int kSecondLevel = 2; // more lines can be on their way there than to the first: 35 -> 26 ms
	const char *start = reinterpret_cast<const char *>(value);
	Size bytes = vector_bytes(value->dim);
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

// The distance of two arguments of a call, by the table row that index scans use too.
template <core::MetricId id>
float8
distance_of_arguments(FunctionCallInfo fcinfo)
{
	static const core::Metric *const metric = core::metric_by_id(static_cast<uint8>(id));
	const Vector *a = vector_from_datum(PG_GETARG_DATUM(0));
	const Vector *b = vector_from_datum(PG_GETARG_DATUM(1));

	vector_check_dims(a, b);
	if (reinterpret_cast<const char *>(a) == DatumGetPointer(PG_GETARG_DATUM(0)))
	{
		prefetch_values(a); // not a copy of what is stored out of line
	}
	return metric->distance(a->x, b->x, a->dim);
}

// The operations.  A sum that is 0 is exact, since float4 has subnormal numbers; a product may be 0 by
// underflow.
float4
add(float4 a, float4 b)
{
	return checked_float4(static_cast<float8>(a) + b, true);
}

float4
subtract(float4 a, float4 b)
{
	return checked_float4(static_cast<float8>(a) - b, true);
}

float4
multiply(float4 a, float4 b)
{
	return checked_float4(static_cast<float8>(a) * b, a == 0 || b == 0);
}

// A new vector of operation(a_i, b_i).
template <Operation operation>
Datum
elementwise(FunctionCallInfo fcinfo)
{
	const Vector *a = vector_from_datum(PG_GETARG_DATUM(0));
	const Vector *b = vector_from_datum(PG_GETARG_DATUM(1));

	vector_check_dims(a, b);

	Vector *result = vector_new(a->dim);

	for (int i = 0; i < a->dim; i++)
	{
		result->x[i] = operation(a->x[i], b->x[i]);
	}
	PG_RETURN_POINTER(result);
}

// A new vector of vector's elements times factor.
Datum
scaled(const Vector *vector, float8 factor)
{
	check_scalar(factor);

	Vector *result = vector_new(vector->dim);

	for (int i = 0; i < vector->dim; i++)
	{
		result->x[i] = checked_float4(vector->x[i] * factor, factor == 0 || vector->x[i] == 0);
	}
	PG_RETURN_POINTER(result);
}

// A result rounded to float4.  The sum and product of two float4 round the same way by way of float8, which
// holds 2 * 24 + 2 bits or more (Figueroa: When is double rounding innocuous?, SIGNUM 1995).
// Errors of core: overflow to infinity, underflow to a zero that is not exact.
float4
checked_float4(float8 value, bool zero_is_exact)
{
	float4 result = static_cast<float4>(value);

	if (unlikely(std::isinf(result)))
	{
		float_overflow_error();
	}
	if (unlikely(result == 0 && !zero_is_exact))
	{
		float_underflow_error();
	}
	return result;
}

// A number that vectors can be multiplied with is finite.
void
check_scalar(float8 scalar)
{
	if (unlikely(!std::isfinite(scalar)))
	{
		vector_check_element(static_cast<float4>(scalar));
	}
}

} // namespace

} // namespace vecsim::types
