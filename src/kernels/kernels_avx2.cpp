// kernels_avx2.cpp - the kernels for x86-64 with AVX2: the 32 lanes are four registers of eight.
//
// The region asks for AVX2 alone, without FMA, so that no compiler flag can fuse a product with a sum.
#if defined(__x86_64__)

#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>

#include "kernels/kernels.h"
#include "kernels/kernels_tables.h"
#include "kernels/target_region.h"

VECSIM_TARGET_BEGIN("avx2")

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

template <typename Term, size_t W>
VECSIM_INLINE void
add_terms(Block<W> *sum, const Block<W> &a, const Block<W> &b)
{
	for (size_t w = 0; w < W; w++)
	{
		sum->part[w] = _mm256_add_ps(sum->part[w], Term::term(a.part[w], b.part[w]));
	}
}

// The sum of eight lanes, as a tree.
VECSIM_INLINE float
add_lanes(__m256 lanes)
{
	__m128 four = _mm_add_ps(_mm256_castps256_ps128(lanes), _mm256_extractf128_ps(lanes, 1));
	__m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));

	return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}

VECSIM_INLINE float
add_lanes(const Block<kHalfRegisters> &half)
{
	return add_lanes(_mm256_add_ps(half.part[0], half.part[1]));
}

VECSIM_INLINE float
add_lanes(const Block<kRegisters> &sum)
{
	return add_lanes(Block<kHalfRegisters>{
		{_mm256_add_ps(sum.part[0], sum.part[2]), _mm256_add_ps(sum.part[1], sum.part[3])}});
}

// The sums of Q queries by R rows of d elements, for the lanes first_lane .. first_lane + 8 * W - 1.
template <typename Term, size_t Q, size_t R, size_t W>
VECSIM_INLINE void
sum_lanes(Block<W> (&sums)[Q][R], const float *queries, size_t query_stride, const float *rows, size_t stride,
          size_t d, size_t first_lane)
{
	size_t i = 0;
	Block<W> row[R];

	for (size_t q = 0; q < Q; q++)
	{
		for (size_t r = 0; r < R; r++)
		{
			for (size_t w = 0; w < W; w++)
			{
				sums[q][r].part[w] = _mm256_setzero_ps();
			}
		}
	}
	for (; i + kLanes <= d; i += kLanes)
	{
		for (size_t r = 0; r < R; r++)
		{
			row[r] = load<W>(row_at(rows, stride, r) + i + first_lane);
		}
		for (size_t q = 0; q < Q; q++)
		{
			Block<W> query = load<W>(row_at(queries, query_stride, q) + i + first_lane);

			for (size_t r = 0; r < R; r++)
			{
				add_terms<Term>(&sums[q][r], query, row[r]);
			}
		}
	}
	if (i < d)
	{
		const int32_t *mask = kTailMask + kLanes - (d - i) + first_lane;

		for (size_t r = 0; r < R; r++)
		{
			row[r] = load_tail<W>(row_at(rows, stride, r) + i + first_lane, mask);
		}
		for (size_t q = 0; q < Q; q++)
		{
			Block<W> query = load_tail<W>(row_at(queries, query_stride, q) + i + first_lane, mask);

			for (size_t r = 0; r < R; r++)
			{
				add_terms<Term>(&sums[q][r], query, row[r]);
			}
		}
	}
}

template <typename Term>
float
pair(const float *a, const float *b, size_t d)
{
	Block<kRegisters> sums[1][1];

	sum_lanes<Term>(sums, a, 0, b, 0, d, 0);
	return add_lanes(sums[0][0]);
}

// Two rows at once share the loads of the query; more would not leave registers for it.
template <typename Term>
void
rows(const float *q, const float *row, size_t stride, size_t n, size_t d, float *out)
{
	size_t i = 0;

	for (; i + 2 <= n; i += 2)
	{
		Block<kRegisters> sums[1][2];

		sum_lanes<Term>(sums, q, 0, row_at(row, stride, i), stride, d, 0);
		out[i] = add_lanes(sums[0][0]);
		out[i + 1] = add_lanes(sums[0][1]);
	}
	if (i < n)
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

DotNorms
dot_norms(const float *a, const float *b, size_t d)
{
	Block<kRegisters> dot = {};
	Block<kRegisters> aa = {};
	Block<kRegisters> bb = {};
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
		const int32_t *mask = kTailMask + kLanes - (d - i);
		Block<kRegisters> x = load_tail<kRegisters>(a + i, mask);
		Block<kRegisters> y = load_tail<kRegisters>(b + i, mask);

		add_terms<Dot>(&dot, x, y);
		add_terms<Dot>(&aa, x, x);
		add_terms<Dot>(&bb, y, y);
	}
	return {add_lanes(dot), add_lanes(aa), add_lanes(bb)};
}

// Q queries by R rows, out[q * n + r].  Half of the lanes at a time, because the sums of all of them would
// not fit the sixteen registers; adding the two halves is the first step of the tree.
template <size_t Q, size_t R>
VECSIM_INLINE void
small_tile(const float *queries, size_t query_stride, const float *row, size_t stride, size_t n, size_t d,
           float *out)
{
	Block<kHalfRegisters> low[Q][R];
	Block<kHalfRegisters> high[Q][R];

	sum_lanes<Dot>(low, queries, query_stride, row, stride, d, 0);
	sum_lanes<Dot>(high, queries, query_stride, row, stride, d, kLanes / 2);
	for (size_t q = 0; q < Q; q++)
	{
		for (size_t r = 0; r < R; r++)
		{
			out[q * n + r] = add_lanes(Block<kRegisters>{
				{low[q][r].part[0], low[q][r].part[1], high[q][r].part[0], high[q][r].part[1]}});
		}
	}
}

void
dot_tile(const float *queries, size_t query_stride, const float *row, size_t stride, size_t n, size_t d,
         float *out)
{
	const float *other_queries = row_at(queries, query_stride, 2);
	size_t i = 0;

	for (; i + 2 <= n; i += 2)
	{
		const float *two = row_at(row, stride, i);

		small_tile<2, 2>(queries, query_stride, two, stride, n, d, out + i);
		small_tile<2, 2>(other_queries, query_stride, two, stride, n, d, out + 2 * n + i);
	}
	if (i < n)
	{
		small_tile<2, 1>(queries, query_stride, row_at(row, stride, i), stride, n, d, out + i);
		small_tile<2, 1>(other_queries, query_stride, row_at(row, stride, i), stride, n, d, out + 2 * n + i);
	}
}

// The sums of a query by R rows of d codes.
template <size_t R>
VECSIM_INLINE void
sum_codes(const int16_t *q, const int8_t *codes, size_t stride, size_t d, int32_t *out)
{
	constexpr size_t kStep = 16;
	__m256i sums[R];
	size_t i = 0;

	for (size_t r = 0; r < R; r++)
	{
		sums[r] = _mm256_setzero_si256();
	}
	for (; i + kStep <= d; i += kStep)
	{
		__m256i query = _mm256_loadu_si256(reinterpret_cast<const __m256i *>(q + i));

		for (size_t r = 0; r < R; r++)
		{
			const int8_t *code = row_at(codes, stride, r) + i;
			__m256i wide = _mm256_cvtepi8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i *>(code)));

			sums[r] = _mm256_add_epi32(sums[r], _mm256_madd_epi16(query, wide));
		}
	}
	for (size_t r = 0; r < R; r++)
	{
		__m128i four = _mm_add_epi32(_mm256_castsi256_si128(sums[r]), _mm256_extracti128_si256(sums[r], 1));
		__m128i two = _mm_add_epi32(four, _mm_shuffle_epi32(four, 0x4E));

		out[r] = _mm_cvtsi128_si32(_mm_add_epi32(two, _mm_shuffle_epi32(two, 0xB1)));
		for (size_t j = i; j < d; j++)
		{
			int16_t value;

			__builtin_memcpy(&value, q + j, sizeof(value));
			out[r] += static_cast<int32_t>(value) * row_at(codes, stride, r)[j];
		}
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
	.dot_i8 = dot_i8,
	.dot_i8_rows = dot_i8_rows,
};

} // namespace vecsim::kernels

VECSIM_TARGET_END

#endif
