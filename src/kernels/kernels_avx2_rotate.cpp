// kernels_avx2_rotate.cpp - the steps of a random rotation for x86-64 with AVX2.
//
// Butterflies of different strides do not depend on the order in which the elements are visited, so the
// transform does several strides each time the elements pass through the registers.
#if defined(__x86_64__)

#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>

#include "kernels/kernels.h"
#include "kernels/kernels_tables.h"
#include "kernels/target_region.h"

VECSIM_TARGET_BEGIN("avx2")

namespace vecsim::kernels::avx2_level
{
namespace
{

constexpr size_t kWidth = 8;

typedef float UnalignedFloat __attribute__((aligned(1), may_alias));

// The butterflies of a register with itself: swapped is x with its pairs exchanged, negative has the sign bit
// set in the second of each pair.  a + (-b) has the bits of a - b.
VECSIM_INLINE __m256
butterfly(__m256 x, __m256 swapped, __m256 negative)
{
	return _mm256_add_ps(swapped, _mm256_xor_ps(x, negative));
}

// The strides 1, 2 and 4.
VECSIM_INLINE __m256
transform_eight(__m256 x)
{
	const __m256 by_one = _mm256_setr_ps(0.0f, -0.0f, 0.0f, -0.0f, 0.0f, -0.0f, 0.0f, -0.0f);
	const __m256 by_two = _mm256_setr_ps(0.0f, 0.0f, -0.0f, -0.0f, 0.0f, 0.0f, -0.0f, -0.0f);
	const __m256 by_four = _mm256_setr_ps(0.0f, 0.0f, 0.0f, 0.0f, -0.0f, -0.0f, -0.0f, -0.0f);

	x = butterfly(x, _mm256_permute_ps(x, 0xB1), by_one); // 1 0 3 2
	x = butterfly(x, _mm256_permute_ps(x, 0x4E), by_two); // 2 3 0 1
	return butterfly(x, _mm256_permute2f128_ps(x, x, 0x01), by_four);
}

// The strides 1, 2, ... R / 2 of R registers.
template <size_t R>
VECSIM_INLINE void
transform_registers(__m256 *x)
{
#pragma GCC unroll 3
	for (size_t apart = 1; apart < R; apart *= 2)
	{
#pragma GCC unroll 8
		for (size_t r = 0; r < R; r++)
		{
			if ((r & apart) == 0)
			{
				__m256 a = x[r];
				__m256 b = x[r + apart];

				x[r] = _mm256_add_ps(a, b);
				x[r + apart] = _mm256_sub_ps(a, b);
			}
		}
	}
}

// All strides of R registers in a row, from 1 to R * kWidth / 2.
template <size_t R>
VECSIM_INLINE void
transform_row(float *x)
{
	__m256 part[R];

	for (size_t r = 0; r < R; r++)
	{
		part[r] = transform_eight(_mm256_loadu_ps(x + r * kWidth));
	}
	transform_registers<R>(part);
	for (size_t r = 0; r < R; r++)
	{
		_mm256_storeu_ps(x + r * kWidth, part[r]);
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
			__m256 part[R];

			for (size_t r = 0; r < R; r++)
			{
				part[r] = _mm256_loadu_ps(x + i + r * apart);
			}
			transform_registers<R>(part);
			for (size_t r = 0; r < R; r++)
			{
				_mm256_storeu_ps(x + i + r * apart, part[r]);
			}
		}
	}
}

} // namespace

void
fht(float *x, size_t n)
{
	size_t apart = 8 * kWidth;

	if (n < apart)
	{
		apart = kWidth;
		for (size_t i = 0; i < n; i += kWidth)
		{
			transform_row<1>(x + i);
		}
	}
	for (size_t i = 0; i + 8 * kWidth <= n; i += 8 * kWidth)
	{
		transform_row<8>(x + i);
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
	const __m256i places = _mm256_setr_epi32(31, 30, 29, 28, 27, 26, 25, 24); // bit j to the sign bit
	const __m256i sign = _mm256_set1_epi32(INT32_MIN);

	for (size_t i = 0; i < n; i += kWidth)
	{
		__m256i spread = _mm256_sllv_epi32(_mm256_set1_epi32(bits[i / 8]), places);
		__m256 flips = _mm256_castsi256_ps(_mm256_and_si256(spread, sign));

		_mm256_storeu_ps(x + i, _mm256_xor_ps(_mm256_loadu_ps(x + i), flips));
	}
}

void
scale(float *values, float factor, size_t n)
{
	UnalignedFloat *x = values;
	size_t i = 0;

	for (; i + kWidth <= n; i += kWidth)
	{
		_mm256_storeu_ps(values + i, _mm256_mul_ps(_mm256_loadu_ps(values + i), _mm256_set1_ps(factor)));
	}
	for (; i < n; i++)
	{
		x[i] *= factor;
	}
}

void
kac(float *values, size_t half)
{
	const __m256 factor = _mm256_set1_ps(kSqrtHalf);
	UnalignedFloat *x = values;
	size_t i = 0;

	for (; i + kWidth <= half; i += kWidth)
	{
		__m256 a = _mm256_loadu_ps(values + i);
		__m256 b = _mm256_loadu_ps(values + i + half);

		_mm256_storeu_ps(values + i, _mm256_mul_ps(_mm256_add_ps(a, b), factor));
		_mm256_storeu_ps(values + i + half, _mm256_mul_ps(_mm256_sub_ps(a, b), factor));
	}
	for (; i < half; i++)
	{
		float a = x[i];
		float b = x[i + half];

		x[i] = (a + b) * kSqrtHalf;
		x[i + half] = (a - b) * kSqrtHalf;
	}
}

} // namespace vecsim::kernels::avx2_level

VECSIM_TARGET_END

#endif
