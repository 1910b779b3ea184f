// rabitq_cold.cpp - four-bit codes of rows: coding them, scoring one row, and the bound that always holds.
//
// With r = x - mean and p = q - mean the value is
//
//   L2                |r|^2 + |p|^2 - 2 <r, p>
//   inner product     -<q, mean> - <r, mean> - <r, p>
//
// A code u of 0 .. 15 a dimension stands for y = u - 15/2, on the grid +-1/2, +-3/2 .. +-15/2: u_i =
// floor(t r_i + 8), cut to the range, with the scale t of five that brings y nearest to the direction of r.
// <r, p> is estimated by s <y, p>, s = |r|^2 / <r, y>, as for one-bit codes.  No list takes part, so a row
// may change lists with its code.
#include "core/rabitq.h"
#include "core/rounding.h"
#include "core/sums.h"
#include "kernels/kernels.h"

#include <algorithm>
#include <cmath>

namespace vecsim::core
{

namespace
{

constexpr size_t kChunk = 64; // dimensions that stand together in a code
constexpr int kMiddle = 8;    // the code of 0
constexpr int kTop = 15;
constexpr int kFar = 1024;      // above 3.45 sqrt(dim)
constexpr double kShift = 7.5;  // y = u - kShift, so |y_i| <= kShift
constexpr double kTiny = 1e-70; // a squared length; below it factors would not be normal floats
constexpr size_t kScales = 5;

// The scales t, in parts of sqrt(dim) / |r|.  For Gaussian residuals the best one is 3.0 on the average
// and, in 90 of 100, between 2.4 and 3.8 at 64 dimensions, 2.65 and 3.35 at 384, 2.8 and 3.2 at 1,536;
// these five bring the cosine of y and r within 0.00005 of the best (0.0002 at 64).
constexpr double kScale[kScales] = {2.60, 2.80, 3.00, 3.20, 3.45};

// How well a code fits its row.
struct Fit
{
	double along;  // <r, y>
	double point2; // |y|^2
};

// The same while scales are tried, in float32 and a sum for each place in a chunk: it only chooses.
struct Trial
{
	float along[kChunk];
	float point2[kChunk];
};

} // namespace

static float best_scale(const float *x, const float *mean, size_t dim, double norm);
static void residual_chunk(const float *x, const float *mean, float *residual);
static inline int code_of(float residual, float scale);
static void fit_chunk(const float *residual, float scale, Trial &trial);
static Fit write_code(const float *x, const float *mean, size_t dim, float scale, uint8_t *code);
static double largest_residual(const RabitqQuery &query, double add, double farthest);

void
rabitq_encode_cold(MetricId metric, const float *x, const float *mean, size_t dim, uint8_t *code,
                   ColdFactors *factors)
{
	auto residual = [=](size_t i) { return static_cast<double>(x[i] - mean[i]); };
	double freedom = static_cast<double>(dim - 1);
	double times = metric == MetricId::L2 ? 2 : 1;
	double norm2 = sum_in_double(dim, [=](size_t i) { return residual(i) * residual(i); });
	double plain = norm2;
	double scale = 0;
	double rest2 = norm2;

	if (metric != MetricId::L2)
	{
		plain = -sum_in_double(dim, [=](size_t i) { return residual(i) * static_cast<double>(mean[i]); });
	}
	if (norm2 < kTiny)
	{
		write_code(x, mean, dim, 0, code);
		factors->rescale = 0;
	}
	else
	{
		Fit fit = write_code(x, mean, dim, best_scale(x, mean, dim, std::sqrt(norm2)), code);

		factors->rescale = static_cast<float>(-times * norm2 / fit.along);
		scale = -static_cast<double>(factors->rescale) / times;
		rest2 = norm2 - 2 * scale * fit.along + scale * scale * fit.point2;
	}

	// |r - s y| is the error's length: of the whole scatter for the estimate, and for the certain bound,
	// which must hold whatever the rounding of these sums.
	constexpr double kRounding = 1e-12;

	factors->add = static_cast<float>(plain);
	factors->err = round_up(times * std::sqrt((std::max(rest2, 0.0) + kRounding * norm2) / freedom));
}

// The scale at which the code is nearest to the residual's direction; the smallest among equals.
static float
best_scale(const float *x, const float *mean, size_t dim, double norm)
{
	double unit = std::sqrt(static_cast<double>(dim)) / norm;
	Trial trials[kScales] = {};
	float residual[kChunk];
	float best = 0;
	double best_cosine = 0;

	for (size_t at = 0; at < dim; at += kChunk)
	{
		residual_chunk(x + at, mean + at, residual);
		for (size_t i = 0; i < kScales; i++)
		{
			fit_chunk(residual, static_cast<float>(kScale[i] * unit), trials[i]);
		}
	}
	for (size_t i = 0; i < kScales; i++)
	{
		const Trial &trial = trials[i];
		double along = sum_in_double(kChunk, [&](size_t k) { return static_cast<double>(trial.along[k]); });
		double point2 = sum_in_double(kChunk, [&](size_t k) { return static_cast<double>(trial.point2[k]); });
		double cosine = along / std::sqrt(point2);

		best = cosine > best_cosine ? static_cast<float>(kScale[i] * unit) : best;
		best_cosine = std::max(cosine, best_cosine);
	}
	return best;
}

static void
residual_chunk(const float *x, const float *mean, float *residual)
{
	for (size_t i = 0; i < kChunk; i++)
	{
		residual[i] = x[i] - mean[i];
	}
}

// The code of a component, in a form that vectorises: no residual is longer than kFar steps, so what is cut
// to a whole number is positive.
static inline int
code_of(float residual, float scale)
{
	int code = static_cast<int>(residual * scale + static_cast<float>(kFar + kMiddle)) - kFar;

	return std::min(std::max(code, 0), kTop);
}

// Adds a chunk's part of <r, y> and |y|^2.
static void
fit_chunk(const float *residual, float scale, Trial &trial)
{
	for (size_t i = 0; i < kChunk; i++)
	{
		float point = static_cast<float>(code_of(residual[i], scale)) - static_cast<float>(kShift);

		trial.along[i] += point * residual[i];
		trial.point2[i] += point * point;
	}
}

// Writes the code at a scale, in the layout of kernels' dot_u4: in each chunk byte j holds dimension j in
// its low half and dimension j + 32 in its high half.
static Fit
write_code(const float *x, const float *mean, size_t dim, float scale, uint8_t *code)
{
	Fit fit = {};
	float residual[kChunk];
	int whole[kChunk];

	for (size_t at = 0; at < dim; at += kChunk)
	{
		residual_chunk(x + at, mean + at, residual);
		for (size_t i = 0; i < kChunk; i++)
		{
			whole[i] = code_of(residual[i], scale);
		}
		for (size_t i = 0; i < kChunk / 2; i++)
		{
			code[at / 2 + i] = static_cast<uint8_t>(whole[i] | whole[i + kChunk / 2] << 4);
		}
		fit.along += sum_in_double(kChunk, [&](size_t i)
		                           { return (whole[i] - kShift) * static_cast<double>(residual[i]); });
		fit.point2 +=
			sum_in_double(kChunk, [&](size_t i) { return (whole[i] - kShift) * (whole[i] - kShift); });
	}
	return fit;
}

// See rabitq.h.  Factors that only damage can make give an estimate of 0 with an infinite error.
void
rabitq_score_cold(const RabitqQuery &query, const uint8_t *code, const ColdFactors &factors, float *estimate,
                  float *sigma)
{
	double dot = kernels::active().dot_u4(code, query.q8, query.dim) - kShift * query.q8_sum;
	double base = static_cast<double>(factors.add) + static_cast<double>(query.mean_add);
	float value = static_cast<float>(base + static_cast<double>(factors.rescale) * query.q8_scale * dot);
	float error = factors.err * query.mean_err;
	bool sound = std::fabs(value) <= FLT_MAX && error <= FLT_MAX;

	*estimate = sound ? value : 0;
	*sigma = sound ? error : std::numeric_limits<float>::infinity();
}

// See rabitq.h.  With p^ the query in 8 bits, <r, p> = <s y, p^> + <s y, p - p^> + <r - s y, p>: the
// estimate, and two products that Cauchy and Schwarz bound.  README has the margin for rounding.
float
rabitq_cold_certain(const RabitqQuery &query, const ColdFactors &factors)
{
	constexpr double kOwnRounding = 1e-6;
	double dim = static_cast<double>(query.dim);
	double times = query.metric == MetricId::L2 ? 2 : 1;
	double p = static_cast<double>(query.mean_err);
	double rest = static_cast<double>(factors.err) * std::sqrt(dim - 1) / times; // |r - s y|
	double point = std::fabs(static_cast<double>(factors.rescale)) / times * kShift * std::sqrt(dim);
	double r = largest_residual(query, static_cast<double>(factors.add), point + rest);
	double origin = query.norm + query.mean_norm;
	double span = query.metric == MetricId::L2 ? (r + p) * (r + origin) : (r + query.mean_norm) * origin;

	point = std::min(point, r + rest); // |s y|

	double half = times * (rest * p + point * query.q8_error) + 4 * query.rounding * span;
	double bound = half * (1 + kOwnRounding) + static_cast<double>(FLT_MIN) * dim;

	return bound <= static_cast<double>(FLT_MAX) ? round_up(bound) : std::numeric_limits<float>::infinity();
}

// Not less than |r|, given a limit that is not less either.
static double
largest_residual(const RabitqQuery &query, double add, double limit)
{
	constexpr double kRounding = 1e-6;
	double mean2 = query.mean_norm * query.mean_norm;

	switch (query.metric)
	{
		case MetricId::L2:
			// add is |r|^2.
			return std::sqrt(add) * (1 + kRounding);
		case MetricId::Cosine:
			// add is -<r, mean>, and 1 = |r + mean|^2.
			return std::min(limit, std::sqrt(std::max(0.0, 1 + 2 * add - mean2) + kRounding * (1 + mean2)));
		default:
			return limit;
	}
}

} // namespace vecsim::core
