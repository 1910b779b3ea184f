// kernels_scalar_rotate.cpp - the steps of a random rotation in plain C++: the truth of the others.
#include <stddef.h>
#include <stdint.h>

#include "kernels/kernels.h"
#include "kernels/kernels_tables.h"

namespace vecsim::kernels::scalar_level
{
namespace
{

typedef float UnalignedFloat __attribute__((aligned(1), may_alias));

} // namespace

void
fht(float *values, size_t n)
{
	UnalignedFloat *x = values;

	for (size_t apart = 1; apart < n; apart *= 2)
	{
		for (size_t start = 0; start < n; start += 2 * apart)
		{
			for (size_t i = start; i < start + apart; i++)
			{
				float a = x[i];
				float b = x[i + apart];

				x[i] = a + b;
				x[i + apart] = a - b;
			}
		}
	}
}

void
flip_signs(float *values, const uint8_t *bits, size_t n)
{
	UnalignedFloat *x = values;

	for (size_t i = 0; i < n; i++)
	{
		x[i] = (bits[i / 8] >> (i % 8) & 1) != 0 ? -x[i] : x[i];
	}
}

void
scale(float *values, float factor, size_t n)
{
	UnalignedFloat *x = values;

	for (size_t i = 0; i < n; i++)
	{
		x[i] *= factor;
	}
}

void
kac(float *values, size_t half)
{
	UnalignedFloat *x = values;

	for (size_t i = 0; i < half; i++)
	{
		float a = x[i];
		float b = x[i + half];

		x[i] = (a + b) * kSqrtHalf;
		x[i + half] = (a - b) * kSqrtHalf;
	}
}

} // namespace vecsim::kernels::scalar_level
