// softmax.cpp - exponentials summed without overflow, and the logistic curve.
#include "core/softmax.h"

#include "core/sums.h"

#include <algorithm>
#include <cmath>

namespace vecsim::core
{

static constexpr double kLog2E = 1.4426950408889634074;

double
softmax_exponent(double score)
{
	return score * kLog2E;
}

double
attention_exponent(const float *query, const float *key, size_t d, double scale)
{
	return softmax_exponent(dot_in_double(query, key, d) * scale);
}

// 2^steps for an integer of any size below 1, as a double.
static double
power_of_two(double steps)
{
	constexpr double kVanishes = -1100; // below the smallest double

	return steps < kVanishes ? 0 : std::ldexp(1.0, static_cast<int>(steps));
}

double
softmax_add(SoftmaxSum *total, double exponent, double *factor)
{
	double top = std::max(total->top, std::ceil(exponent));
	double weight = std::exp2(exponent - top);

	*factor = top > total->top ? power_of_two(total->top - top) : 1;
	total->sum = total->sum * *factor + weight;
	total->top = top;
	return weight;
}

double
softmax_share(const SoftmaxSum &total, double exponent)
{
	return std::exp2(exponent - total.top) / total.sum;
}

// See softmax.h.  Almost every row finds the top as it is.
void
softmax_accumulate(double *sums, const float *value, size_t d, double weight, double factor)
{
	if (factor != 1)
	{
		for (size_t i = 0; i < d; i++)
		{
			sums[i] *= factor;
		}
	}
	for (size_t i = 0; i < d; i++)
	{
		sums[i] += static_cast<double>(value[i]) * weight;
	}
}

void
softmax_merge(SoftmaxSum *total, double *sums, const SoftmaxSum &other, const double *other_sums, size_t d)
{
	double top = std::max(total->top, other.top);
	double factor = power_of_two(total->top - top);
	double other_factor = power_of_two(other.top - top);

	for (size_t i = 0; i < d; i++)
	{
		sums[i] = sums[i] * factor + other_sums[i] * other_factor;
	}
	total->sum = total->sum * factor + other.sum * other_factor;
	total->top = top;
}

// See softmax.h.  The largest element has the power 0, whatever the temperature: differences are exact in double.
void
softmax(const float *x, size_t d, double temperature, float *out)
{
	double top = static_cast<double>(*std::max_element(x, x + d));
	double sum =
		sum_in_double(d, [=](size_t i) { return std::exp((static_cast<double>(x[i]) - top) / temperature); });

	for (size_t i = 0; i < d; i++)
	{
		out[i] = static_cast<float>(std::exp((static_cast<double>(x[i]) - top) / temperature) / sum);
	}
}

// See softmax.h.  e^-x may be infinite: the quotient is then 0, as it should be.
void
sigmoid(const float *x, size_t d, float *out)
{
	for (size_t i = 0; i < d; i++)
	{
		out[i] = static_cast<float>(1 / (1 + std::exp(-static_cast<double>(x[i]))));
	}
}

} // namespace vecsim::core
