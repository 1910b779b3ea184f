// kernels_avx512.cpp - the kernels for x86-64 with AVX-512 (F, BW, DQ, VL): the 32 lanes are two registers of
// sixteen.
//
// Must be built with -ffp-contract=off: AVX-512 has fused multiply-adds of its own, and they would change the
// bits.
#if defined(__x86_64__)

#include "kernels/target_region.h"

VECSIM_QUIET_INTRINSICS

#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>

#include "kernels/kernels.h"
#include "kernels/kernels_tables.h"

VECSIM_TARGET_BEGIN("avx512f,avx512bw,avx512dq,avx512vl")

namespace vecsim::kernels
{
namespace
{

constexpr size_t kWidth = 16; // floats in a register

struct Dot
{
	static VECSIM_INLINE __m512
	term(__m512 a, __m512 b)
	{
		return _mm512_mul_ps(a, b);
	}
};

struct L2sq
{
	static VECSIM_INLINE __m512
	term(__m512 a, __m512 b)
	{
		__m512 difference = _mm512_sub_ps(a, b);

		return _mm512_mul_ps(difference, difference);
	}
};

struct L1
{
	static VECSIM_INLINE __m512
	term(__m512 a, __m512 b)
	{
		return _mm512_abs_ps(_mm512_sub_ps(a, b));
	}
};

// Of the row alone; the query is not looked at.
struct Norm2
{
	static VECSIM_INLINE __m512
	term(__m512, __m512 row)
	{
		return _mm512_mul_ps(row, row);
	}
};

// The 32 lanes.
struct Block
{
	__m512 low;
	__m512 high;
};

VECSIM_INLINE Block
load(const float *p)
{
	return {_mm512_loadu_ps(p), _mm512_loadu_ps(p + kWidth)};
}

// Loads the lanes whose bit is set, and zeros; nothing else is read.
VECSIM_INLINE Block
load_tail(const float *p, uint32_t lanes)
{
	return {_mm512_maskz_loadu_ps(static_cast<__mmask16>(lanes), p),
	        _mm512_maskz_loadu_ps(static_cast<__mmask16>(lanes >> kWidth), p + kWidth)};
}

VECSIM_INLINE Block
load(const Half *p)
{
	__m256i low = _mm256_loadu_si256(reinterpret_cast<const __m256i *>(p));
	__m256i high = _mm256_loadu_si256(reinterpret_cast<const __m256i *>(p + kWidth));

	return {_mm512_cvtph_ps(low), _mm512_cvtph_ps(high)};
}

VECSIM_INLINE Block
load_tail(const Half *p, uint32_t lanes)
{
	return {_mm512_cvtph_ps(_mm256_maskz_loadu_epi16(static_cast<__mmask16>(lanes), p)),
	        _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(static_cast<__mmask16>(lanes >> kWidth), p + kWidth))};
}

// The lanes below rest, rest < 32.
VECSIM_INLINE uint32_t
tail_lanes(size_t rest)
{
	return (uint32_t{1} << rest) - 1;
}

template <typename Term>
VECSIM_INLINE void
add_terms(Block *sum, const Block &a, const Block &b)
{
	sum->low = _mm512_add_ps(sum->low, Term::term(a.low, b.low));
	sum->high = _mm512_add_ps(sum->high, Term::term(a.high, b.high));
}

// The first three steps of the tree: 32 lanes to four.
VECSIM_INLINE __m128
add_lanes_to_four(const Block &sum)
{
	__m512 sixteen = _mm512_add_ps(sum.low, sum.high);
	__m256 eight = _mm256_add_ps(_mm512_castps512_ps256(sixteen), _mm512_extractf32x8_ps(sixteen, 1));

	return _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
}

// The sum of the 32 lanes, as a tree.
VECSIM_INLINE float
add_lanes(const Block &sum)
{
	__m128 four = add_lanes_to_four(sum);
	__m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));

	return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}

// The same of four sums at once: element i of the result is the sum of lanes of the i-th.
VECSIM_INLINE __m128
add_lanes(const Block &s0, const Block &s1, const Block &s2, const Block &s3)
{
	__m128 lane0 = add_lanes_to_four(s0);
	__m128 lane1 = add_lanes_to_four(s1);
	__m128 lane2 = add_lanes_to_four(s2);
	__m128 lane3 = add_lanes_to_four(s3);

	_MM_TRANSPOSE4_PS(lane0, lane1, lane2, lane3);
	return _mm_add_ps(_mm_add_ps(lane0, lane2), _mm_add_ps(lane1, lane3));
}

// The sums of Q queries by one row of d elements.
template <typename Term, size_t Q>
VECSIM_INLINE void
sum_lanes(Block *sums, const float *queries, size_t query_stride, const float *row, size_t d)
{
	size_t i = 0;

	for (size_t q = 0; q < Q; q++)
	{
		sums[q] = {_mm512_setzero_ps(), _mm512_setzero_ps()};
	}
	for (; i + kLanes <= d; i += kLanes)
	{
		Block elements = load(row + i);

		for (size_t q = 0; q < Q; q++)
		{
			add_terms<Term>(&sums[q], load(row_at(queries, query_stride, q) + i), elements);
		}
	}
	if (i < d)
	{
		uint32_t lanes = tail_lanes(d - i);
		Block elements = load_tail(row + i, lanes);

		for (size_t q = 0; q < Q; q++)
		{
			add_terms<Term>(&sums[q], load_tail(row_at(queries, query_stride, q) + i, lanes), elements);
		}
	}
}

template <typename Term>
float
pair(const float *a, const float *b, size_t d)
{
	Block sum;

	sum_lanes<Term, 1>(&sum, a, 0, b, d);
	return add_lanes(sum);
}

// One row after the other, so that memory is read in one stream (see the README); the lanes of four are added
// at once.
template <typename Term>
void
rows(const float *q, const float *row, size_t stride, size_t n, size_t d, float *out)
{
	size_t i = 0;

	for (; i + 4 <= n; i += 4)
	{
		Block sums[4];

		for (size_t r = 0; r < 4; r++)
		{
			sum_lanes<Term, 1>(&sums[r], q, 0, row_at(row, stride, i + r), d);
		}
		_mm_storeu_ps(out + i, add_lanes(sums[0], sums[1], sums[2], sums[3]));
	}
	for (; i < n; i++)
	{
		out[i] = pair<Term>(q, row_at(row, stride, i), d);
	}
}

float
norm2(const float *a, size_t d)
{
	return pair<Norm2>(a, a, d);
}

void
norm2_rows(const float *row, size_t stride, size_t n, size_t d, float *out)
{
	rows<Norm2>(row, row, stride, n, d, out);
}

template <typename Number>
DotNorms
dot_norms(const Number *a, const Number *b, size_t d)
{
	Block dot = {_mm512_setzero_ps(), _mm512_setzero_ps()};
	Block aa = dot;
	Block bb = dot;
	size_t i = 0;

	for (; i + kLanes <= d; i += kLanes)
	{
		Block x = load(a + i);
		Block y = load(b + i);

		add_terms<Dot>(&dot, x, y);
		add_terms<Dot>(&aa, x, x);
		add_terms<Dot>(&bb, y, y);
	}
	if (i < d)
	{
		uint32_t lanes = tail_lanes(d - i);
		Block x = load_tail(a + i, lanes);
		Block y = load_tail(b + i, lanes);

		add_terms<Dot>(&dot, x, y);
		add_terms<Dot>(&aa, x, x);
		add_terms<Dot>(&bb, y, y);
	}
	return {add_lanes(dot), add_lanes(aa), add_lanes(bb)};
}

void
dot_tile(const float *queries, size_t query_stride, const float *row, size_t stride, size_t n, size_t d,
         float *out)
{
	for (size_t i = 0; i < n; i++)
	{
		Block sums[kTileQueries];
		alignas(16) float totals[kTileQueries];

		sum_lanes<Dot, kTileQueries>(sums, queries, query_stride, row_at(row, stride, i), d);
		_mm_store_ps(totals, add_lanes(sums[0], sums[1], sums[2], sums[3]));
		for (size_t q = 0; q < kTileQueries; q++)
		{
			out[q * n + i] = totals[q];
		}
	}
}

void
widen_all(const Half *in, size_t n, float *out)
{
	for (size_t i = 0; i < n; i += kWidth)
	{
		__mmask16 lanes = static_cast<__mmask16>(n - i < kWidth ? tail_lanes(n - i) : UINT16_MAX);

		_mm512_mask_storeu_ps(out + i, lanes, _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(lanes, in + i)));
	}
}

void
narrow_all(const float *in, size_t n, Half *out)
{
	for (size_t i = 0; i < n; i += kWidth)
	{
		__mmask16 lanes = static_cast<__mmask16>(n - i < kWidth ? tail_lanes(n - i) : UINT16_MAX);
		__m512 floats = _mm512_maskz_loadu_ps(lanes, in + i);

		_mm256_mask_storeu_epi16(out + i, lanes,
		                         _mm512_cvtps_ph(floats, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
	}
}

// Adds to sum, in pairs of neighbours, the products of the 32 codes (or of those whose bit is set; nothing
// else is read) and their query values.
VECSIM_INLINE void
add_products(__m512i *sum, const int16_t *q, const int8_t *code, uint32_t lanes)
{
	__m512i query = _mm512_maskz_loadu_epi16(lanes, q);
	__m512i wide = _mm512_cvtepi8_epi16(_mm256_maskz_loadu_epi8(lanes, code));

	*sum = _mm512_add_epi32(*sum, _mm512_madd_epi16(query, wide));
}

int32_t
dot_i8(const int16_t *q, const int8_t *code, size_t d)
{
	constexpr size_t kSums = 4; // independent ones, and a loop so long
	constexpr uint32_t kAllLanes = UINT32_MAX;
	__m512i sums[kSums];
	size_t i = 0;

	for (size_t j = 0; j < kSums; j++)
	{
		sums[j] = _mm512_setzero_si512();
	}
	for (; i + kSums * kLanes <= d; i += kSums * kLanes)
	{
		for (size_t j = 0; j < kSums; j++)
		{
			add_products(&sums[j], q + i + j * kLanes, code + i + j * kLanes, kAllLanes);
		}
	}
	for (; i + kLanes <= d; i += kLanes)
	{
		add_products(&sums[0], q + i, code + i, kAllLanes);
	}
	if (i < d)
	{
		add_products(&sums[1], q + i, code + i, tail_lanes(d - i));
	}
	return _mm512_reduce_add_epi32(
		_mm512_add_epi32(_mm512_add_epi32(sums[0], sums[1]), _mm512_add_epi32(sums[2], sums[3])));
}

void
dot_i8_rows(const int16_t *q, const int8_t *codes, size_t stride, size_t n, size_t d, int32_t *out)
{
	for (size_t i = 0; i < n; i++)
	{
		out[i] = dot_i8(q, row_at(codes, stride, i), d);
	}
}

} // namespace

const Kernels kAvx512Table = {
	.name = "avx512",
	.level = Level::Avx512,
	.dot_f32 = pair<Dot>,
	.l2sq_f32 = pair<L2sq>,
	.l1_f32 = pair<L1>,
	.norm2_f32 = norm2,
	.dot_norms_f32 = dot_norms,
	.dot_f32_rows = rows<Dot>,
	.l2sq_f32_rows = rows<L2sq>,
	.l1_f32_rows = rows<L1>,
	.norm2_f32_rows = norm2_rows,
	.dot_f32_tile = dot_tile,
	.dot_norms_f16 = dot_norms,
	.f16_to_f32 = widen_all,
	.f32_to_f16 = narrow_all,
	.dot_i8 = dot_i8,
	.dot_i8_rows = dot_i8_rows,
	.sign_bits_f32 = avx512_level::sign_bits,
	.fht_f32 = avx512_level::fht,
	.flip_signs_f32 = avx512_level::flip_signs,
	.scale_f32 = avx512_level::scale,
	.kac_f32 = avx512_level::kac,
};

} // namespace vecsim::kernels

VECSIM_TARGET_END

#endif
