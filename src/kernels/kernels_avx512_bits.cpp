// kernels_avx512_bits.cpp - the kernels that count bits for x86-64 with AVX-512 and VPOPCNTDQ, which counts those of
// eight words at once: a table of what only some CPUs of the level have.
#if defined(__x86_64__)

#include "kernels/target_region.h"

VECSIM_QUIET_INTRINSICS

#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>

#include "kernels/kernels.h"
#include "kernels/kernels_tables.h"

VECSIM_TARGET_BEGIN("avx512f,avx512bw,avx512dq,avx512vl,avx512vpopcntdq")

namespace vecsim::kernels
{
namespace
{

constexpr size_t kBytes = 64;

// The first 1 to 63 bytes of a register, zeros behind them.
VECSIM_INLINE __m512i
load_part(const uint8_t *p, size_t bytes)
{
	return _mm512_maskz_loadu_epi8((uint64_t{1} << bytes) - 1, p);
}

VECSIM_INLINE void
add(__m512i *sum, __m512i bits)
{
	*sum = _mm512_add_epi64(*sum, _mm512_popcnt_epi64(bits));
}

VECSIM_INLINE uint64_t
total(__m512i sum)
{
	return static_cast<uint64_t>(_mm512_reduce_add_epi64(sum));
}

uint64_t
hamming(const uint8_t *a, const uint8_t *b, size_t bytes)
{
	__m512i sums[2] = {_mm512_setzero_si512(), _mm512_setzero_si512()};
	size_t i = 0;

	for (; i + 2 * kBytes <= bytes; i += 2 * kBytes)
	{
		add(&sums[0], _mm512_xor_si512(_mm512_loadu_si512(a + i), _mm512_loadu_si512(b + i)));
		add(&sums[1],
		    _mm512_xor_si512(_mm512_loadu_si512(a + i + kBytes), _mm512_loadu_si512(b + i + kBytes)));
	}
	if (i + kBytes <= bytes)
	{
		add(&sums[0], _mm512_xor_si512(_mm512_loadu_si512(a + i), _mm512_loadu_si512(b + i)));
		i += kBytes;
	}
	if (i < bytes)
	{
		add(&sums[1], _mm512_xor_si512(load_part(a + i, bytes - i), load_part(b + i, bytes - i)));
	}
	return total(_mm512_add_epi64(sums[0], sums[1]));
}

BitCounts
overlap(const uint8_t *a, const uint8_t *b, size_t bytes)
{
	__m512i both = _mm512_setzero_si512();
	__m512i either = _mm512_setzero_si512();
	size_t i = 0;

	for (; i + kBytes <= bytes; i += kBytes)
	{
		__m512i x = _mm512_loadu_si512(a + i);
		__m512i y = _mm512_loadu_si512(b + i);

		add(&both, _mm512_and_si512(x, y));
		add(&either, _mm512_or_si512(x, y));
	}
	if (i < bytes)
	{
		__m512i x = load_part(a + i, bytes - i);
		__m512i y = load_part(b + i, bytes - i);

		add(&both, _mm512_and_si512(x, y));
		add(&either, _mm512_or_si512(x, y));
	}
	return {total(both), total(either)};
}

} // namespace

const Kernels kAvx512PopcountTable = {
	.name = "avx512",
	.level = Level::Avx512,
	.hamming = hamming,
	.overlap = overlap,
};

} // namespace vecsim::kernels

VECSIM_TARGET_END

#endif
