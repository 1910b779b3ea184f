// quant_sq8.cpp - scalar quantiser: components rounded to 8 bits, scaled by the row's own largest one.
//
// It needs no training, so it works on an index created empty, and no constant of the data's size, so it
// works at any scale.  The coded value v is the unit-length vector under cosine, else the user's own; v^ =
// scale * codes is what the codes stand for, r = v - v^ what rounding lost.  README tells the bounds, their
// sources and their proof.
//
// An entry is the codes (dim rounded up to 4 bytes, zeros at the end) and three float32 factors.  A payload
// is `height` rows of codes, then `height` of each factor (struct of arrays), then padding to 32 bytes.
#include "core/quant_sq8.h"
#include "core/quant.h"
#include "core/rounding.h"
#include "core/sums.h"
#include "kernels/kernels.h"

#include <algorithm>
#include <bit>
#include <cfloat>
#include <cmath>
#include <limits>
#include <string.h>

namespace vecsim::core
{

namespace
{

constexpr double kMaxCode = 127;
constexpr double kMaxQueryCode = 32767;
// What the kernel demands of the query: 128 * sum |q_i| <= INT32_MAX.
constexpr double kMaxQuerySum = INT32_MAX / 128;
// Standard deviations of the rounding error that Bounds::Likely allows for.
constexpr double kLikelyDeviations = 4;
// Rows a kernel call; sums of that many live on the stack.
constexpr size_t kChunk = 32;

// The factors of an entry, in the order of the arrays of a payload.
struct Factors
{
	float scale; // v^ = scale * codes; 0 where v is too small for it to be a normal number
	float size;  // |v^| rounded up; under L2 the bits of an int32 instead: the sum of the squared codes
	float error; // |r| rounded up
};

constexpr size_t kQueryHeader = 128;

static_assert(sizeof(Sq8Query) <= kQueryHeader);
static_assert(sizeof(Factors) == 12);

} // namespace

static size_t sq8_entry_bytes(size_t dim);
static size_t sq8_payload_bytes(size_t dim, size_t height);
static bool sq8_encode(const Metric &metric, const float *v, size_t dim, void *entry);
static void sq8_store(const void *entry, size_t dim, size_t height, size_t slot, void *payload);
static size_t sq8_query_bytes(size_t dim);
static bool sq8_prepare(const Metric &metric, const float *q, size_t dim, Bounds bounds, void *query);
static void sq8_score(const void *query, size_t height, const void *payload, size_t stride, size_t nblocks,
                      double *lower, double *upper);
static size_t sq8_code_bytes(size_t dim);
static float code_row(const float *v, size_t dim, double unit, int8_t *codes, int32_t *codes2);
static double code_query(const float *q, size_t dim, double unit, Sq8Query &prepared, int16_t *codes);

extern const Quantizer kQuantizerSq8;

const Quantizer kQuantizerSq8 = {
	.id = QuantizerId::Sq8,
	.name = "sq8",
	.exact = false,
	.entry_bytes = sq8_entry_bytes,
	.payload_bytes = sq8_payload_bytes,
	.encode = sq8_encode,
	.store = sq8_store,
	.query_bytes = sq8_query_bytes,
	.prepare = sq8_prepare,
	.score = sq8_score,
};

// Bytes of a row of codes, so that the factors behind the rows are aligned.
static size_t
sq8_code_bytes(size_t dim)
{
	return (dim + 3) / 4 * 4;
}

static size_t
sq8_entry_bytes(size_t dim)
{
	return sq8_code_bytes(dim) + sizeof(Factors);
}

static size_t
sq8_payload_bytes(size_t dim, size_t height)
{
	return (height * sq8_entry_bytes(dim) + 31) / 32 * 32;
}

// See quant.h.
static bool
sq8_encode(const Metric &metric, const float *v, size_t dim, void *entry)
{
	int8_t *codes = static_cast<int8_t *>(entry);
	double norm = norm_in_double(v, dim);

	if (!can_rank(metric, norm * norm))
	{
		return false;
	}

	double unit = metric.unit_length ? 1 / norm : 1;
	int32_t codes2;
	float scale = code_row(v, dim, unit, codes, &codes2);
	double wide_scale = static_cast<double>(scale);
	double error2 = sum_in_double(dim,
	                              [=](size_t i)
	                              {
		double rest = static_cast<double>(v[i]) * unit - wide_scale * codes[i];

		return rest * rest;
	});

	memset(codes + dim, 0, sq8_code_bytes(dim) - dim);

	double size = wide_scale * std::sqrt(static_cast<double>(codes2));
	Factors factors = {scale, round_up(size), round_up(std::sqrt(error2))};

	if (metric.id == MetricId::L2)
	{
		memcpy(&factors.size, &codes2, sizeof(codes2));
	}
	memcpy(codes + sq8_code_bytes(dim), &factors, sizeof(factors));
	return true;
}

// Codes unit * v in steps of its largest component / 127; sets codes2 to the sum of the squared codes.
// Returns the scale that then leaves the smallest error, <v, codes> / |codes|^2: the error is at a right
// angle to v^, so that it hardly matters to a query that is like v.  A vector too small for a scale gets
// zeros and 0: all of it is error.
static float
code_row(const float *v, size_t dim, double unit, int8_t *codes, int32_t *codes2)
{
	double step = static_cast<double>(largest_component(v, dim)) * unit / kMaxCode;
	double inverse = step >= static_cast<double>(FLT_MIN) ? unit / step : 0;
	int32_t squares = 0;

	for (size_t i = 0; i < dim; i++)
	{
		codes[i] = static_cast<int8_t>(nearest_integer(static_cast<double>(v[i]) * inverse));
	}
	for (size_t i = 0; i < dim; i++)
	{
		squares += codes[i] * codes[i];
	}
	*codes2 = squares;
	if (squares == 0)
	{
		return 0;
	}

	double product = sum_in_double(dim, [=](size_t i) { return static_cast<double>(v[i]) * codes[i]; });

	return static_cast<float>(product * unit / squares);
}

static void
sq8_store(const void *entry, size_t dim, size_t height, size_t slot, void *payload)
{
	constexpr size_t kFactor = sizeof(float);
	size_t row = sq8_code_bytes(dim);
	const char *from = static_cast<const char *>(entry);
	char *to = static_cast<char *>(payload);

	memcpy(to + slot * row, from, row);
	from += row;
	to += height * row + slot * kFactor;
	memcpy(to, from, kFactor);
	memcpy(to + height * kFactor, from + kFactor, kFactor);
	memcpy(to + 2 * height * kFactor, from + 2 * kFactor, kFactor);
}

static size_t
sq8_query_bytes(size_t dim)
{
	return kQueryHeader + dim * sizeof(int16_t);
}

static bool
sq8_prepare(const Metric &metric, const float *q, size_t dim, Bounds bounds, void *query)
{
	constexpr double kInfinity = std::numeric_limits<double>::infinity();
	Sq8Query &prepared = *static_cast<Sq8Query *>(query);
	int16_t *codes = reinterpret_cast<int16_t *>(static_cast<char *>(query) + kQueryHeader);
	double norm = norm_in_double(q, dim);

	if (!can_rank(metric, norm * norm))
	{
		return false;
	}

	bool cosine = metric.id == MetricId::Cosine;
	double rounding = float_rounding(dim);
	double query_error = code_query(q, dim, metric.unit_length ? 1 / norm : 1, prepared, codes);
	double spread = kLikelyDeviations / std::sqrt(static_cast<double>(dim));

	prepared.dim = dim;
	prepared.l2 = metric.id == MetricId::L2;
	prepared.spread = bounds == Bounds::Certain || spread > 1 ? 1 : spread;
	prepared.relative = rounding;
	prepared.slack = query_error + rounding * norm;
	prepared.floor = metric.id == MetricId::InnerProduct ? -kInfinity : 0;
	prepared.ceiling = cosine ? 2 : kInfinity;
	prepared.offset = cosine ? 1 : 0;
	if (cosine)
	{
		// The rounding of the dot product and that of both norms.
		norm = 1;
		rounding *= 2;
	}
	prepared.per_error = norm * (prepared.spread + rounding);
	prepared.per_size = query_error + rounding * norm;
	return true;
}

// Codes unit * q at the finest step that the kernel's int32 sum allows.  Sets step and coded_norm2; returns
// |q - q^|.
static double
code_query(const float *q, size_t dim, double unit, Sq8Query &prepared, int16_t *codes)
{
	double largest = static_cast<double>(largest_component(q, dim)) * unit;
	double sum = unit * sum_in_double(dim, [=](size_t i) { return static_cast<double>(std::fabs(q[i])); });

	// Rounding may add a half to each value; one more step for this arithmetic's own rounding.
	double by_sum = sum / (kMaxQuerySum - 1 - static_cast<double>(dim) / 2);
	double step = largest / kMaxQueryCode > by_sum ? largest / kMaxQueryCode : by_sum;
	double inverse = step > 0 ? unit / step : 0;

	for (size_t i = 0; i < dim; i++)
	{
		codes[i] = static_cast<int16_t>(nearest_integer(static_cast<double>(q[i]) * inverse));
	}
	prepared.step = step;
	// A sum of integers, so exact.
	prepared.coded_norm2 =
		step * step * sum_in_double(dim, [=](size_t i) { return static_cast<double>(codes[i] * codes[i]); });
	return std::sqrt(sum_in_double(dim,
	                               [=](size_t i)
	                               {
		double rest = static_cast<double>(q[i]) * unit - step * codes[i];

		return rest * rest;
	}));
}

static void
sq8_score(const void *query, size_t height, const void *payload, size_t stride, size_t nblocks, double *lower,
          double *upper)
{
	const Sq8Query &prepared = *static_cast<const Sq8Query *>(query);
	const int16_t *q = reinterpret_cast<const int16_t *>(static_cast<const char *>(query) + kQueryHeader);
	auto dot_i8_rows = kernels::active().dot_i8_rows;
	size_t row = sq8_code_bytes(prepared.dim);
	int32_t dots[kChunk];

	for (size_t block = 0; block < nblocks; block++)
	{
		const int8_t *codes = static_cast<const int8_t *>(payload) + block * stride;
		const float *factors = reinterpret_cast<const float *>(codes + height * row);

		for (size_t first = 0; first < height; first += kChunk)
		{
			size_t n = height - first < kChunk ? height - first : kChunk;
			Sq8Factors arrays = {factors + first, factors + height + first, factors + 2 * height + first};

			dot_i8_rows(q, codes + first * row, row, n, prepared.dim, dots);
			sq8_bound(prepared, arrays, dots, n, lower + first, upper + first);
		}
		lower += height;
		upper += height;
	}
}

} // namespace vecsim::core
