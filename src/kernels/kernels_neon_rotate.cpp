// kernels_neon_rotate.cpp - the steps of a random rotation for AArch64 with NEON.
#if defined(__aarch64__)

#include <arm_neon.h>
#include <stddef.h>
#include <stdint.h>

#include "kernels/kernels.h"
#include "kernels/kernels_tables.h"
#include "kernels/target_region.h"

namespace vecsim::kernels::neon_level
{
namespace
{

constexpr size_t kWidth = 4;

typedef float UnalignedFloat __attribute__((aligned(1), may_alias));

// x where flips has no sign bit, -x where it has.
VECSIM_INLINE float32x4_t
flip(float32x4_t x, uint32x4_t flips)
{
	return vreinterpretq_f32_u32(veorq_u32(vreinterpretq_u32_f32(x), flips));
}

// The strides 1 and 2.  swapped + flipped has the bits of a + b in the first of each pair, of a - b in the
// second.
VECSIM_INLINE float32x4_t
transform_four(float32x4_t x)
{
	const uint32x4_t by_one = {0, 0x80000000u, 0, 0x80000000u};
	const uint32x4_t by_two = {0, 0, 0x80000000u, 0x80000000u};

	x = vaddq_f32(vrev64q_f32(x), flip(x, by_one));
	return vaddq_f32(vextq_f32(x, x, 2), flip(x, by_two));
}

// The strides 1, 2, ... R / 2 of R registers.
template <size_t R>
VECSIM_INLINE void
transform_registers(float32x4_t *x)
{
#pragma GCC unroll 3
	for (size_t apart = 1; apart < R; apart *= 2)
	{
#pragma GCC unroll 8
		for (size_t r = 0; r < R; r++)
		{
			if ((r & apart) == 0)
			{
				float32x4_t a = x[r];
				float32x4_t b = x[r + apart];

				x[r] = vaddq_f32(a, b);
				x[r + apart] = vsubq_f32(a, b);
			}
		}
	}
}

// All strides of R registers in a row, from 1 to R * kWidth / 2, for all of n elements.
template <size_t R>
VECSIM_INLINE void
transform_rows(float *x, size_t n)
{
	for (size_t i = 0; i < n; i += R * kWidth)
	{
		float32x4_t part[R];

		for (size_t r = 0; r < R; r++)
		{
			part[r] = transform_four(vld1q_f32(x + i + r * kWidth));
		}
		transform_registers<R>(part);
		for (size_t r = 0; r < R; r++)
		{
			vst1q_f32(x + i + r * kWidth, part[r]);
		}
	}
}

// The strides apart, 2 * apart, ... R / 2 * apart of n elements; apart is a multiple of kWidth.
template <size_t R>
VECSIM_INLINE void
transform_far(float *x, size_t n, size_t apart)
{
	for (size_t start = 0; start < n; start += R * apart)
	{
		for (size_t i = start; i < start + apart; i += kWidth)
		{
			float32x4_t part[R];

			for (size_t r = 0; r < R; r++)
			{
				part[r] = vld1q_f32(x + i + r * apart);
			}
			transform_registers<R>(part);
			for (size_t r = 0; r < R; r++)
			{
				vst1q_f32(x + i + r * apart, part[r]);
			}
		}
	}
}

} // namespace

void
fht(float *x, size_t n)
{
	size_t apart = 8;

	if (n < 8 * kWidth)
	{
		transform_rows<2>(x, n);
	}
	else
	{
		apart = 8 * kWidth;
		transform_rows<8>(x, n);
	}
	for (; 8 * apart <= n; apart *= 8)
	{
		transform_far<8>(x, n, apart);
	}
	if (4 * apart <= n)
	{
		transform_far<4>(x, n, apart);
	}
	else if (2 * apart <= n)
	{
		transform_far<2>(x, n, apart);
	}
}

void
flip_signs(float *x, const uint8_t *bits, size_t n)
{
	const int32x4_t low_places = {31, 30, 29, 28}; // bit j to the sign bit
	const int32x4_t high_places = {27, 26, 25, 24};
	const uint32x4_t sign = vdupq_n_u32(0x80000000u);

	for (size_t i = 0; i < n; i += 8)
	{
		uint32x4_t byte = vdupq_n_u32(bits[i / 8]);
		uint32x4_t low = vandq_u32(vshlq_u32(byte, low_places), sign);
		uint32x4_t high = vandq_u32(vshlq_u32(byte, high_places), sign);

		vst1q_f32(x + i, flip(vld1q_f32(x + i), low));
		vst1q_f32(x + i + kWidth, flip(vld1q_f32(x + i + kWidth), high));
	}
}

void
scale(float *values, float factor, size_t n)
{
	UnalignedFloat *x = values;
	size_t i = 0;

	for (; i + kWidth <= n; i += kWidth)
	{
		vst1q_f32(values + i, vmulq_n_f32(vld1q_f32(values + i), factor));
	}
	for (; i < n; i++)
	{
		x[i] *= factor;
	}
}

void
kac(float *values, size_t half)
{
	UnalignedFloat *x = values;
	size_t i = 0;

	for (; i + kWidth <= half; i += kWidth)
	{
		float32x4_t a = vld1q_f32(values + i);
		float32x4_t b = vld1q_f32(values + i + half);

		vst1q_f32(values + i, vmulq_n_f32(vaddq_f32(a, b), kSqrtHalf));
		vst1q_f32(values + i + half, vmulq_n_f32(vsubq_f32(a, b), kSqrtHalf));
	}
	for (; i < half; i++)
	{
		float a = x[i];
		float b = x[i + half];

		x[i] = (a + b) * kSqrtHalf;
		x[i + half] = (a - b) * kSqrtHalf;
	}
}

} // namespace vecsim::kernels::neon_level

#endif
