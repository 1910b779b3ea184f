// kernels_scalar_encode.cpp - what is computed to code rows and queries, in plain C++: the truth of the other levels.
#include <stddef.h>
#include <stdint.h>

#include "kernels/kernels.h"
#include "kernels/kernels_tables.h"

namespace vecsim::kernels::scalar_level
{
namespace
{

typedef float UnalignedFloat __attribute__((aligned(1), may_alias));
typedef int16_t UnalignedInt16 __attribute__((aligned(1), may_alias));

constexpr size_t kSumLanes = 4;

// A sum of doubles in its four lanes.
struct Lanes
{
	double lane[kSumLanes] = {};

	double
	sum() const
	{
		return (lane[0] + lane[2]) + (lane[1] + lane[3]);
	}
};

} // namespace

void
fastscan_table(const int16_t *values, size_t d, uint8_t *table)
{
	const UnalignedInt16 *steps = values;

	for (size_t g = 0; g < d / kGroupDimensions; g++)
	{
		const UnalignedInt16 *step = steps + g * kGroupDimensions;
		int least = 0;

		for (size_t k = 0; k < kGroupDimensions; k++)
		{
			least += step[k] < 0 ? step[k] : 0;
		}
		for (size_t v = 0; v < kGroupValues; v++)
		{
			int sum = kTableSteps / 2 - least;

			for (size_t k = 0; k < kGroupDimensions; k++)
			{
				sum += (v >> k & 1) != 0 ? step[k] : 0;
			}
			table[g * kGroupValues + v] = static_cast<uint8_t>(sum / kTableSteps);
		}
	}
}

ResidualSums
residual_sums(const float *x_values, const float *c_values, const float *at_values, size_t d)
{
	const UnalignedFloat *x = x_values;
	const UnalignedFloat *c = c_values;
	const UnalignedFloat *at = at_values;
	Lanes squares;
	Lanes sizes;
	Lanes product;
	Lanes c_signed;
	Lanes at_signed;

	for (size_t i = 0; i < d; i++)
	{
		size_t lane = i % kSumLanes;
		float residual = x[i] - c[i];
		double r = static_cast<double>(residual);
		double centre = static_cast<double>(c[i]);
		double point = static_cast<double>(at[i]);

		squares.lane[lane] += r * r;
		sizes.lane[lane] += __builtin_fabs(r);
		product.lane[lane] += r * centre;
		c_signed.lane[lane] += residual > 0.0f ? centre : -centre;
		at_signed.lane[lane] += residual > 0.0f ? point : -point;
	}
	return {squares.sum(), sizes.sum(), product.sum(), c_signed.sum(), at_signed.sum()};
}

} // namespace vecsim::kernels::scalar_level
