// kernels_avx512_vnni.cpp - the int8 kernels for x86-64 with AVX-512 and AVX512-VNNI (Ice Lake, Zen 4 and
// later).
//
// A file of its own, because a template keeps the target of the region it is written in.  The slots here
// stand above those of kernels_avx512.cpp, at the same level; an older CPU with AVX-512 takes AVX2's.
#if defined(__x86_64__)

#include "kernels/target_region.h"

VECSIM_QUIET_INTRINSICS

#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>

#include "kernels/kernels.h"
#include "kernels/kernels_tables.h"

VECSIM_TARGET_BEGIN("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")

namespace vecsim::kernels
{
namespace
{

constexpr size_t kCodes = 32; // codes that fill a register when widened to int16
constexpr uint32_t kAllCodes = UINT32_MAX;

// The query values, or the codes widened to int16, whose bit is set, and zeros; nothing else is read.
VECSIM_INLINE __m512i
load_query(const int16_t *q, uint32_t mask)
{
	return _mm512_maskz_loadu_epi16(mask, q);
}

VECSIM_INLINE __m512i
load_codes(const int8_t *code, uint32_t mask)
{
	return _mm512_cvtepi8_epi16(_mm256_maskz_loadu_epi8(mask, code));
}

// The sums of a query by R rows of d codes.
template <size_t R>
VECSIM_INLINE void
sum_codes(const int16_t *q, const int8_t *codes, size_t stride, size_t d, int32_t *out)
{
	__m512i sums[R];
	size_t i = 0;

	for (size_t r = 0; r < R; r++)
	{
		sums[r] = _mm512_setzero_si512();
	}
	for (; i + kCodes <= d; i += kCodes)
	{
		__m512i query = load_query(q + i, kAllCodes);

		for (size_t r = 0; r < R; r++)
		{
			sums[r] = _mm512_dpwssd_epi32(sums[r], query, load_codes(row_at(codes, stride, r) + i, kAllCodes));
		}
	}
	if (i < d)
	{
		uint32_t mask = (uint32_t{1} << (d - i)) - 1;
		__m512i query = load_query(q + i, mask);

		for (size_t r = 0; r < R; r++)
		{
			sums[r] = _mm512_dpwssd_epi32(sums[r], query, load_codes(row_at(codes, stride, r) + i, mask));
		}
	}
	for (size_t r = 0; r < R; r++)
	{
		out[r] = _mm512_reduce_add_epi32(sums[r]);
	}
}

int32_t
dot_i8(const int16_t *q, const int8_t *code, size_t d)
{
	int32_t sum;

	sum_codes<1>(q, code, 0, d, &sum);
	return sum;
}

void
dot_i8_rows(const int16_t *q, const int8_t *codes, size_t stride, size_t n, size_t d, int32_t *out)
{
	size_t i = 0;

	for (; i + 4 <= n; i += 4)
	{
		sum_codes<4>(q, row_at(codes, stride, i), stride, d, out + i);
	}
	for (; i < n; i++)
	{
		sum_codes<1>(q, row_at(codes, stride, i), stride, d, out + i);
	}
}

constexpr Kernels
int8_slots()
{
	Kernels kernels = {};

	kernels.name = "avx512";
	kernels.level = Level::Avx512;
	kernels.dot_i8 = dot_i8;
	kernels.dot_i8_rows = dot_i8_rows;
	return kernels;
}

} // namespace

const Kernels kAvx512VnniTable = int8_slots();

} // namespace vecsim::kernels

VECSIM_TARGET_END

#endif
