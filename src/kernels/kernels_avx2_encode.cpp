// kernels_avx2_encode.cpp - what is computed to code rows and queries, for x86-64 with AVX2.
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

// Byte b of step k of a group whose steps begin at byte `from`, or a byte that becomes 0.
constexpr char
pick(size_t from, size_t k, size_t byte, bool set)
{
	return static_cast<char>(set ? from + 2 * k + byte : 0x80);
}

// Selects step k for those of the 16 values of a group in which bit k is set.  Values 0-7 stand in the lower half of a
// register and 8-15 in the upper one.
VECSIM_INLINE __m256i
selector(size_t from, size_t k)
{
	alignas(32) char bytes[32];

	for (size_t v = 0; v < kGroupValues; v++)
	{
		bool set = (v >> k & 1) != 0;

		bytes[2 * v] = pick(from, k, 0, set);
		bytes[2 * v + 1] = pick(from, k, 1, set);
	}
	return _mm256_load_si256(reinterpret_cast<const __m256i *>(bytes));
}

// The values of the group whose steps begin at byte `from` of each half of `steps`, from the number in all lanes of
// `start`.
VECSIM_INLINE __m256i
group_values(__m256i steps, __m256i start, const __m256i *select)
{
	__m256i low =
		_mm256_add_epi16(_mm256_shuffle_epi8(steps, select[0]), _mm256_shuffle_epi8(steps, select[1]));
	__m256i high =
		_mm256_add_epi16(_mm256_shuffle_epi8(steps, select[2]), _mm256_shuffle_epi8(steps, select[3]));

	return _mm256_srli_epi16(_mm256_add_epi16(start, _mm256_add_epi16(low, high)), 7);
}

// Four floats as doubles.
VECSIM_INLINE __m256d
widen(__m128 x)
{
	return _mm256_cvtps_pd(x);
}

VECSIM_INLINE double
sum_lanes(__m256d lanes)
{
	__m128d two = _mm_add_pd(_mm256_castpd256_pd128(lanes), _mm256_extractf128_pd(lanes, 1));

	return _mm_cvtsd_f64(_mm_add_sd(two, _mm_unpackhi_pd(two, two)));
}

} // namespace

void
fastscan_table(const int16_t *steps, size_t d, uint8_t *table)
{
	static_assert(kTableSteps == 1 << 7 && kGroupDimensions == 4);
	const __m256i half = _mm256_set1_epi16(kTableSteps / 2);
	const __m256i first =
		_mm256_set1_epi16(0x0100); // of the two sums, the one of the first group to all lanes
	const __m256i second = _mm256_set1_epi16(0x0302); // and of the second
	const __m256i select[8] = {selector(0, 0), selector(0, 1), selector(0, 2), selector(0, 3),
	                           selector(8, 0), selector(8, 1), selector(8, 2), selector(8, 3)};

	for (size_t i = 0; i < d; i += 2 * kGroupDimensions)
	{
		__m256i both =
			_mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i *>(steps + i)));
		__m256i negative = _mm256_min_epi16(both, _mm256_setzero_si256());
		__m256i pairs = _mm256_hadd_epi16(negative, negative);
		__m256i start = _mm256_sub_epi16(half, _mm256_hadd_epi16(pairs, pairs));
		__m256i a = group_values(both, _mm256_shuffle_epi8(start, first), select);
		__m256i b = group_values(both, _mm256_shuffle_epi8(start, second), select + 4);
		__m256i packed = _mm256_permute4x64_epi64(_mm256_packus_epi16(a, b), 0xD8); // 0 2 1 3

		_mm256_storeu_si256(reinterpret_cast<__m256i *>(table + i * kGroupValues / kGroupDimensions), packed);
	}
}

ResidualSums
residual_sums(const float *x, const float *c, const float *at, size_t d)
{
	const __m256d sign = _mm256_set1_pd(-0.0);
	__m256d squares = _mm256_setzero_pd();
	__m256d sizes = squares;
	__m256d product = squares;
	__m256d c_signed = squares;
	__m256d at_signed = squares;

	for (size_t i = 0; i < d; i += 4)
	{
		__m128 narrow = _mm_loadu_ps(c + i);
		__m256d r = widen(_mm_sub_ps(_mm_loadu_ps(x + i), narrow));
		__m256d centre = widen(narrow);
		__m256d point = widen(_mm_loadu_ps(at + i));
		// The sign bit where r is not positive.
		__m256d flip = _mm256_and_pd(_mm256_cmp_pd(r, _mm256_setzero_pd(), _CMP_NGT_UQ), sign);

		squares = _mm256_add_pd(squares, _mm256_mul_pd(r, r));
		sizes = _mm256_add_pd(sizes, _mm256_andnot_pd(sign, r));
		product = _mm256_add_pd(product, _mm256_mul_pd(r, centre));
		c_signed = _mm256_add_pd(c_signed, _mm256_xor_pd(centre, flip));
		at_signed = _mm256_add_pd(at_signed, _mm256_xor_pd(point, flip));
	}
	return {sum_lanes(squares), sum_lanes(sizes), sum_lanes(product), sum_lanes(c_signed),
	        sum_lanes(at_signed)};
}

} // namespace vecsim::kernels::avx2_level

VECSIM_TARGET_END

#endif
