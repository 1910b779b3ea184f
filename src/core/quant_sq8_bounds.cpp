// quant_sq8_bounds.cpp - from products of codes to bounds on the operator's distance; README has the formulas.
//
// Every loop is plain enough for the compiler to vectorise: no square root that may set errno stands beside other
// arithmetic, and limits are local variables.
#include "core/quant_sq8.h"

#include <cmath>

namespace vecsim::core
{

static void bound_l2(const Sq8Query &query, const Sq8Factors &factors, const int32_t *dots, size_t n,
                     double *lower, double *upper);
static void bound_product(const Sq8Query &query, const Sq8Factors &factors, const int32_t *dots, size_t n,
                          double *lower, double *upper);
static void square_roots(double *values, size_t n);
static void clamp_bounds(const Sq8Query &query, size_t n, double *lower, double *upper);

void
sq8_bound(const Sq8Query &query, const Sq8Factors &factors, const int32_t *dots, size_t n, double *lower,
          double *upper)
{
	if (query.l2)
	{
		bound_l2(query, factors, dots, n, lower, upper);
	}
	else
	{
		bound_product(query, factors, dots, n, lower, upper);
	}
	clamp_bounds(query, n, lower, upper);
}

// L2.  First D = |q^ - v^|, which is |q - v^| to within the slack; then t = |q - v|, which with e = |r| solves
// |q - v^|^2 = t^2 + 2 t e x + e^2 for an unknown x of at most `spread` either way.
static void
bound_l2(const Sq8Query &query, const Sq8Factors &factors, const int32_t *dots, size_t n, double *lower,
         double *upper)
{
	const float *scales = factors.scale;
	const int32_t *codes2 = static_cast<const int32_t *>(factors.size);
	const float *errors = factors.error;
	double coded_norm2 = query.coded_norm2;
	double two_steps = 2 * query.step;
	double slack = query.slack;
	double spread = query.spread;
	double rest2 = 1 - spread * spread;
	double shrink = 1 - query.relative;
	double grow = 1 + query.relative;

	for (size_t i = 0; i < n; i++)
	{
		double scale = static_cast<double>(scales[i]);
		double square = coded_norm2 + scale * (scale * codes2[i] - two_steps * dots[i]);

		lower[i] = square < 0 ? 0 : square;
	}
	square_roots(lower, n);
	for (size_t i = 0; i < n; i++)
	{
		double rest = rest2 * static_cast<double>(errors[i]) * static_cast<double>(errors[i]);
		double least = lower[i] - slack;
		double most = lower[i] + slack;
		double least2 = (least < 0 ? 0 : least * least) - rest;
		double most2 = most * most - rest;

		lower[i] = least2 < 0 ? 0 : least2;
		upper[i] = most2 < 0 ? 0 : most2;
	}
	square_roots(lower, n);
	square_roots(upper, n);
	for (size_t i = 0; i < n; i++)
	{
		double reach = spread * static_cast<double>(errors[i]);

		lower[i] = (lower[i] - reach) * shrink;
		upper[i] = (upper[i] + reach) * grow;
	}
}

// Inner product and cosine.
static void
bound_product(const Sq8Query &query, const Sq8Factors &factors, const int32_t *dots, size_t n, double *lower,
              double *upper)
{
	const float *scales = factors.scale;
	const float *sizes = static_cast<const float *>(factors.size);
	const float *errors = factors.error;
	double offset = query.offset;
	double step = query.step;
	double per_error = query.per_error;
	double per_size = query.per_size;

	for (size_t i = 0; i < n; i++)
	{
		double middle = offset - step * static_cast<double>(scales[i]) * dots[i];
		double reach = per_error * static_cast<double>(errors[i]) + per_size * static_cast<double>(sizes[i]);

		lower[i] = middle - reach;
		upper[i] = middle + reach;
	}
}

// The square root of each value.
static void
square_roots(double *values, size_t n)
{
	for (size_t i = 0; i < n; i++)
	{
		values[i] = std::sqrt(values[i]);
	}
}

// Moves the bounds into the range of the operator's results.  So written that NaN gives the widest bounds.
static void
clamp_bounds(const Sq8Query &query, size_t n, double *lower, double *upper)
{
	double floor = query.floor;
	double ceiling = query.ceiling;

	for (size_t i = 0; i < n; i++)
	{
		double low = lower[i] >= floor ? lower[i] : floor;
		double high = upper[i] <= ceiling ? upper[i] : ceiling;

		lower[i] = low <= ceiling ? low : ceiling;
		upper[i] = high >= floor ? high : floor;
	}
}

} // namespace vecsim::core
