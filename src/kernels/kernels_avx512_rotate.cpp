// kernels_avx512_rotate.cpp - the steps of a random rotation for x86-64 with AVX-512 (F, BW, DQ, VL).
#if defined(__x86_64__)

#include "kernels/target_region.h"

VECSIM_QUIET_INTRINSICS

#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>

#include "kernels/kernels.h"
#include "kernels/kernels_tables.h"

VECSIM_TARGET_BEGIN("avx512f,avx512bw,avx512dq,avx512vl")

namespace vecsim::kernels::avx512_level
{
namespace
{

constexpr size_t kWidth = 16;

// The butterflies of a register with itself: swapped is x with its pairs exchanged, second
// marks the second of each pair.  a + (-b) has the bits of a - b.
VECSIM_INLINE __m512
butterfly(__m512 x, __m512 swapped, __mmask16 second)
{
	return _mm512_add_ps(swapped, _mm512_mask_xor_ps(x, second, x, _mm512_set1_ps(-0.0f)));
}

// The strides 1, 2, 4 and 8.
VECSIM_INLINE __m512
transform_sixteen(__m512 x)
{
	x = butterfly(x, _mm512_permute_ps(x, 0xB1), 0xAAAA);       // 1 0 3 2
	x = butterfly(x, _mm512_permute_ps(x, 0x4E), 0xCCCC);       // 2 3 0 1
	x = butterfly(x, _mm512_shuffle_f32x4(x, x, 0xB1), 0xF0F0); // the same with quarters
	return butterfly(x, _mm512_shuffle_f32x4(x, x, 0x4E), 0xFF00);
}

// The strides 1, 2, ... R / 2 of R registers.
template <size_t R>
VECSIM_INLINE void
transform_registers(__m512 *x)
{
#pragma GCC unroll 3
	for (size_t apart = 1; apart < R; apart *= 2)
	{
#pragma GCC unroll 8
		for (size_t r = 0; r < R; r++)
		{
			if ((r & apart) == 0)
			{
				__m512 a = x[r];
				__m512 b = x[r + apart];

				x[r] = _mm512_add_ps(a, b);
				x[r + apart] = _mm512_sub_ps(a, b);
			}
		}
	}
}

// All strides of eight registers in a row, from 1 to 64.
VECSIM_INLINE void
transform_row(float *x)
{
	__m512 part[8];

	for (size_t r = 0; r < 8; r++)
	{
		part[r] = transform_sixteen(_mm512_loadu_ps(x + r * kWidth));
	}
	transform_registers<8>(part);
	for (size_t r = 0; r < 8; r++)
	{
		_mm512_storeu_ps(x + r * kWidth, part[r]);
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
			__m512 part[R];

			for (size_t r = 0; r < R; r++)
			{
				part[r] = _mm512_loadu_ps(x + i + r * apart);
			}
			transform_registers<R>(part);
			for (size_t r = 0; r < R; r++)
			{
				_mm512_storeu_ps(x + i + r * apart, part[r]);
			}
		}
	}
}

// The lanes below rest, rest < 16.
VECSIM_INLINE __mmask16
tail_lanes(size_t rest)
{
	return static_cast<__mmask16>((1u << rest) - 1);
}

} // namespace

void
fht(float *x, size_t n)
{
	size_t apart = 8 * kWidth;

	if (n < apart)
	{
		avx2_level::fht(x, n);
		return;
	}
	for (size_t i = 0; i < n; i += apart)
	{
		transform_row(x + i);
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
	const __m512 sign = _mm512_set1_ps(-0.0f);
	size_t i = 0;

	for (; i + kWidth <= n; i += kWidth)
	{
		__m512 values = _mm512_loadu_ps(x + i);
		__mmask16 flips;

		__builtin_memcpy(&flips, bits + i / 8, sizeof(flips));
		_mm512_storeu_ps(x + i, _mm512_mask_xor_ps(values, flips, values, sign));
	}
	if (i < n)
	{
		__m256 values = _mm256_loadu_ps(x + i);

		_mm256_storeu_ps(x + i,
		                 _mm256_mask_xor_ps(values, bits[i / 8], values, _mm512_castps512_ps256(sign)));
	}
}

void
scale(float *x, float factor, size_t n)
{
	const __m512 factors = _mm512_set1_ps(factor);
	size_t i = 0;

	for (; i + kWidth <= n; i += kWidth)
	{
		_mm512_storeu_ps(x + i, _mm512_mul_ps(_mm512_loadu_ps(x + i), factors));
	}
	if (i < n)
	{
		__mmask16 rest = tail_lanes(n - i);

		_mm512_mask_storeu_ps(x + i, rest, _mm512_mul_ps(_mm512_maskz_loadu_ps(rest, x + i), factors));
	}
}

void
kac(float *x, size_t half)
{
	const __m512 factor = _mm512_set1_ps(kSqrtHalf);

	for (size_t i = 0; i < half; i += kWidth)
	{
		__mmask16 lanes = half - i < kWidth ? tail_lanes(half - i) : 0xFFFF;
		__m512 a = _mm512_maskz_loadu_ps(lanes, x + i);
		__m512 b = _mm512_maskz_loadu_ps(lanes, x + i + half);

		_mm512_mask_storeu_ps(x + i, lanes, _mm512_mul_ps(_mm512_add_ps(a, b), factor));
		_mm512_mask_storeu_ps(x + i + half, lanes, _mm512_mul_ps(_mm512_sub_ps(a, b), factor));
	}
}

} // namespace vecsim::kernels::avx512_level

VECSIM_TARGET_END

#endif
