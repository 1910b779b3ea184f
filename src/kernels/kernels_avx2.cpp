// kernels_avx2.cpp - the kernels for x86-64 with AVX2 and F16C: the 32 lanes are four registers of eight.
//
// The region asks for these alone, without FMA, so that no compiler flag can fuse a product with a sum.
#if defined(__x86_64__)

#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>

#include "kernels/kernels.h"
#include "kernels/kernels_tables.h"
#include "kernels/target_region.h"

VECSIM_TARGET_BEGIN("avx2,f16c")

namespace vecsim::kernels
{
namespace
{

constexpr size_t kWidth = 8;                      // floats in a register
constexpr size_t kRegisters = kLanes / kWidth;    // registers that hold all lanes
constexpr size_t kHalfRegisters = kRegisters / 2; // registers that hold half of them

// kTailMask + 32 - rest, read from lane j on, is a mask of those lanes from j on that are below rest.
alignas(64) constexpr int32_t kTailMask[2 * kLanes] = {
	-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
	-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
};

struct Dot
{
	static VECSIM_INLINE __m256
	term(__m256 a, __m256 b)
	{
		return _mm256_mul_ps(a, b);
	}
};

struct L2sq
{
	static VECSIM_INLINE __m256
	term(__m256 a, __m256 b)
	{
		__m256 difference = _mm256_sub_ps(a, b);

		return _mm256_mul_ps(difference, difference);
	}
};

struct L1
{
	static VECSIM_INLINE __m256
	term(__m256 a, __m256 b)
	{
		return _mm256_andnot_ps(_mm256_set1_ps(-0.0f), _mm256_sub_ps(a, b));
	}
};

// Of the row alone; the query is not looked at.
struct Norm2
{
	static VECSIM_INLINE __m256
	term(__m256, __m256 row)
	{
		return _mm256_mul_ps(row, row);
	}
};

// W registers of consecutive lanes.
template <size_t W>
struct Block
{
	__m256 part[W];
};

template <size_t W>
VECSIM_INLINE Block<W>
zero()
{
	Block<W> block;

	for (size_t w = 0; w < W; w++)
	{
		block.part[w] = _mm256_setzero_ps();
	}
	return block;
}

template <size_t W>
VECSIM_INLINE Block<W>
load(const float *p)
{
	Block<W> block;

	for (size_t w = 0; w < W; w++)
	{
		block.part[w] = _mm256_loadu_ps(p + w * kWidth);
	}
	return block;
}

// Loads the lanes that mask (in kTailMask) lets through, and zeros; nothing else is read.
template <size_t W>
VECSIM_INLINE Block<W>
load_tail(const float *p, const int32_t *mask)
{
	Block<W> block;

	for (size_t w = 0; w < W; w++)
	{
		__m256i lanes = _mm256_loadu_si256(reinterpret_cast<const __m256i *>(mask + w * kWidth));

		block.part[w] = _mm256_maskload_ps(p + w * kWidth, lanes);
	}
	return block;
}

template <size_t W>
VECSIM_INLINE Block<W>
load(const Half *p)
{
	Block<W> block;

	for (size_t w = 0; w < W; w++)
	{
		block.part[w] = _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i *>(p + w * kWidth)));
	}
	return block;
}

// The lanes of a tail of rest < 32 halves, padded with zeros; there is no masked load of 16 bits.
VECSIM_INLINE Block<kRegisters>
load_tail(const Half *p, size_t rest)
{
	Half padded[kLanes] = {};

	__builtin_memcpy(padded, p, rest * sizeof(Half));
	return load<kRegisters>(padded);
}

VECSIM_INLINE Block<kRegisters>
load_tail(const float *p, size_t rest)
{
	return load_tail<kRegisters>(p, kTailMask + kLanes - rest);
}

template <typename Term, size_t W>
VECSIM_INLINE void
add_terms(Block<W> *sum, const Block<W> &a, const Block<W> &b)
{
	for (size_t w = 0; w < W; w++)
	{
		sum->part[w] = _mm256_add_ps(sum->part[w], Term::term(a.part[w], b.part[w]));
	}
}

// The first three steps of the tree: 32 lanes to four.
VECSIM_INLINE __m128
add_lanes_to_four(const Block<kRegisters> &sum)
{
	__m256 eight =
		_mm256_add_ps(_mm256_add_ps(sum.part[0], sum.part[2]), _mm256_add_ps(sum.part[1], sum.part[3]));

	return _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
}

// The last two steps.
VECSIM_INLINE float
add_lanes(__m128 four)
{
	__m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));

	return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}

// The last two steps of four sums at once: element i of the result is the sum of the i-th.
VECSIM_INLINE __m128
add_lanes(__m128 s0, __m128 s1, __m128 s2, __m128 s3)
{
	_MM_TRANSPOSE4_PS(s0, s1, s2, s3);
	return _mm_add_ps(_mm_add_ps(s0, s2), _mm_add_ps(s1, s3));
}

// The sums of Q queries by one row of d elements, for the lanes first_lane .. first_lane + 8 * W - 1.
template <typename Term, size_t Q, size_t W>
VECSIM_INLINE void
sum_lanes(Block<W> *sums, const float *queries, size_t query_stride, const float *row, size_t d,
          size_t first_lane)
{
	size_t i = first_lane;
	size_t whole = d - d % kLanes;

	for (size_t q = 0; q < Q; q++)
	{
		sums[q] = zero<W>();
	}
	for (; i < whole; i += kLanes)
	{
		Block<W> elements = load<W>(row + i);

		for (size_t q = 0; q < Q; q++)
		{
			add_terms<Term>(&sums[q], load<W>(row_at(queries, query_stride, q) + i), elements);
		}
	}
	if (whole < d)
	{
		const int32_t *mask = kTailMask + kLanes - (d - whole) + first_lane;
		Block<W> elements = load_tail<W>(row + i, mask);

		for (size_t q = 0; q < Q; q++)
		{
			add_terms<Term>(&sums[q], load_tail<W>(row_at(queries, query_stride, q) + i, mask), elements);
		}
	}
}

template <typename Term>
float
pair(const float *a, const float *b, size_t d)
{
	Block<kRegisters> sum;

	sum_lanes<Term, 1>(&sum, a, 0, b, d, 0);
	return add_lanes(add_lanes_to_four(sum));
}

template <typename Term>
float
half_pair(const Half *a, const Half *b, size_t d)
{
	Block<kRegisters> sum = zero<kRegisters>();
	size_t i = 0;

	for (; i + kLanes <= d; i += kLanes)
	{
		add_terms<Term>(&sum, load<kRegisters>(a + i), load<kRegisters>(b + i));
	}
	if (i < d)
	{
		add_terms<Term>(&sum, load_tail(a + i, d - i), load_tail(b + i, d - i));
	}
	return add_lanes(add_lanes_to_four(sum));
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
		__m128 fours[4];

		for (size_t r = 0; r < 4; r++)
		{
			Block<kRegisters> sum;

			sum_lanes<Term, 1>(&sum, q, 0, row_at(row, stride, i + r), d, 0);
			fours[r] = add_lanes_to_four(sum);
		}
		_mm_storeu_ps(out + i, add_lanes(fours[0], fours[1], fours[2], fours[3]));
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
	Block<kRegisters> dot = zero<kRegisters>();
	Block<kRegisters> aa = dot;
	Block<kRegisters> bb = dot;
	size_t i = 0;

	for (; i + kLanes <= d; i += kLanes)
	{
		Block<kRegisters> x = load<kRegisters>(a + i);
		Block<kRegisters> y = load<kRegisters>(b + i);

		add_terms<Dot>(&dot, x, y);
		add_terms<Dot>(&aa, x, x);
		add_terms<Dot>(&bb, y, y);
	}
	if (i < d)
	{
		Block<kRegisters> x = load_tail(a + i, d - i);
		Block<kRegisters> y = load_tail(b + i, d - i);

		add_terms<Dot>(&dot, x, y);
		add_terms<Dot>(&aa, x, x);
		add_terms<Dot>(&bb, y, y);
	}
	return {add_lanes(add_lanes_to_four(dot)), add_lanes(add_lanes_to_four(aa)),
	        add_lanes(add_lanes_to_four(bb))};
}

// Half of the lanes at a time, because the sums of all of them would not fit the sixteen registers.
void
dot_tile(const float *queries, size_t query_stride, const float *row, size_t stride, size_t n, size_t d,
         float *out)
{
	for (size_t i = 0; i < n; i++)
	{
		const float *one = row_at(row, stride, i);
		Block<kHalfRegisters> low[kTileQueries];
		Block<kHalfRegisters> high[kTileQueries];
		__m128 fours[kTileQueries];
		alignas(16) float totals[kTileQueries];

		sum_lanes<Dot, kTileQueries>(low, queries, query_stride, one, d, 0);
		sum_lanes<Dot, kTileQueries>(high, queries, query_stride, one, d, kLanes / 2);
		for (size_t q = 0; q < kTileQueries; q++)
		{
			fours[q] = add_lanes_to_four(
				Block<kRegisters>{{low[q].part[0], low[q].part[1], high[q].part[0], high[q].part[1]}});
		}
		_mm_store_ps(totals, add_lanes(fours[0], fours[1], fours[2], fours[3]));
		for (size_t q = 0; q < kTileQueries; q++)
		{
			out[q * n + i] = totals[q];
		}
	}
}

void
widen_all(const Half *in, size_t n, float *out)
{
	size_t i = 0;

	for (; i + kWidth <= n; i += kWidth)
	{
		_mm256_storeu_ps(out + i, load<1>(in + i).part[0]);
	}
	if (i < n)
	{
		Half tail[kWidth] = {};
		float widened[kWidth];

		__builtin_memcpy(tail, in + i, (n - i) * sizeof(Half));
		_mm256_storeu_ps(widened, load<1>(tail).part[0]);
		__builtin_memcpy(out + i, widened, (n - i) * sizeof(float));
	}
}

VECSIM_INLINE void
narrow(const float *in, Half *out)
{
	__m128i halves = _mm256_cvtps_ph(_mm256_loadu_ps(in), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);

	_mm_storeu_si128(reinterpret_cast<__m128i *>(out), halves);
}

void
narrow_all(const float *in, size_t n, Half *out)
{
	size_t i = 0;

	for (; i + kWidth <= n; i += kWidth)
	{
		narrow(in + i, out + i);
	}
	if (i < n)
	{
		float tail[kWidth] = {};
		Half narrowed[kWidth];

		__builtin_memcpy(tail, in + i, (n - i) * sizeof(float));
		narrow(tail, narrowed);
		__builtin_memcpy(out + i, narrowed, (n - i) * sizeof(Half));
	}
}

constexpr size_t kCodes = 16; // codes that fill a register when widened to int16

// Adds to sum, in pairs of neighbours, the products of 16 codes and their query values.
VECSIM_INLINE void
add_products(__m256i *sum, const int16_t *q, const int8_t *code)
{
	__m256i query = _mm256_loadu_si256(reinterpret_cast<const __m256i *>(q));
	__m256i wide = _mm256_cvtepi8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i *>(code)));

	*sum = _mm256_add_epi32(*sum, _mm256_madd_epi16(query, wide));
}

int32_t
dot_i8(const int16_t *q, const int8_t *code, size_t d)
{
	constexpr size_t kSums = 4; // independent ones, and a loop so long
	__m256i sums[kSums];
	size_t i = 0;

	for (size_t j = 0; j < kSums; j++)
	{
		sums[j] = _mm256_setzero_si256();
	}
	for (; i + kSums * kCodes <= d; i += kSums * kCodes)
	{
		for (size_t j = 0; j < kSums; j++)
		{
			add_products(&sums[j], q + i + j * kCodes, code + i + j * kCodes);
		}
	}
	for (; i + kCodes <= d; i += kCodes)
	{
		add_products(&sums[0], q + i, code + i);
	}
	if (i < d)
	{
		alignas(32) int16_t q_tail[kCodes] = {};
		alignas(16) int8_t code_tail[kCodes] = {};

		__builtin_memcpy(q_tail, q + i, (d - i) * sizeof(q_tail[0]));
		__builtin_memcpy(code_tail, code + i, d - i);
		add_products(&sums[1], q_tail, code_tail);
	}

	__m256i eight = _mm256_add_epi32(_mm256_add_epi32(sums[0], sums[1]), _mm256_add_epi32(sums[2], sums[3]));
	__m128i four = _mm_add_epi32(_mm256_castsi256_si128(eight), _mm256_extracti128_si256(eight, 1));
	__m128i two = _mm_add_epi32(four, _mm_shuffle_epi32(four, 0x4E)); // 2 3 0 1

	return _mm_cvtsi128_si32(_mm_add_epi32(two, _mm_shuffle_epi32(two, 0xB1))); // 1 0 3 2
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

const Kernels kAvx2Table = {
	.name = "avx2",
	.level = Level::Avx2,
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
	.dot_f16 = half_pair<Dot>,
	.l2sq_f16 = half_pair<L2sq>,
	.l1_f16 = half_pair<L1>,
	.dot_norms_f16 = dot_norms,
	.f16_to_f32 = widen_all,
	.f32_to_f16 = narrow_all,
	.dot_i8 = dot_i8,
	.dot_i8_rows = dot_i8_rows,
	.fastscan_bounds = avx2_level::fastscan_bounds,
	.dot_u4 = avx2_level::dot_u4,
	.hamming = avx2_level::hamming,
	.overlap = avx2_level::overlap,
	.sign_bits_f32 = avx2_level::sign_bits,
	.fastscan_table = avx2_level::fastscan_table,
	.residual_sums_f32 = avx2_level::residual_sums,
	.fht_f32 = avx2_level::fht,
	.flip_signs_f32 = avx2_level::flip_signs,
	.scale_f32 = avx2_level::scale,
	.kac_f32 = avx2_level::kac,
};

} // namespace vecsim::kernels

VECSIM_TARGET_END

#endif
