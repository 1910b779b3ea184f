// kernels_neon.cpp - the kernels for AArch64 with NEON, which every such CPU has: the 32 lanes are eight
// registers of four.
//
// Must be built with -ffp-contract=off: the baseline has fused multiply-adds, and they would change the bits.
#if defined(__aarch64__)

#include <arm_neon.h>
#include <stddef.h>
#include <stdint.h>

#include "kernels/kernels.h"
#include "kernels/kernels_tables.h"
#include "kernels/target_region.h"

namespace vecsim::kernels
{
namespace
{

constexpr size_t kWidth = 4;                      // floats in a register
constexpr size_t kRegisters = kLanes / kWidth;    // registers that hold all lanes
constexpr size_t kHalfRegisters = kRegisters / 2; // registers that hold half of them

struct Dot
{
	static VECSIM_INLINE float32x4_t
	term(float32x4_t a, float32x4_t b)
	{
		return vmulq_f32(a, b);
	}
};

struct L2sq
{
	static VECSIM_INLINE float32x4_t
	term(float32x4_t a, float32x4_t b)
	{
		float32x4_t difference = vsubq_f32(a, b);

		return vmulq_f32(difference, difference);
	}
};

struct L1
{
	static VECSIM_INLINE float32x4_t
	term(float32x4_t a, float32x4_t b)
	{
		return vabdq_f32(a, b);
	}
};

// Of the row alone; the query is not looked at.
struct Norm2
{
	static VECSIM_INLINE float32x4_t
	term(float32x4_t, float32x4_t row)
	{
		return vmulq_f32(row, row);
	}
};

// W registers of consecutive lanes.
template <size_t W>
struct Block
{
	float32x4_t part[W];
};

template <size_t W>
VECSIM_INLINE Block<W>
zero()
{
	Block<W> block;

	for (size_t w = 0; w < W; w++)
	{
		block.part[w] = vdupq_n_f32(0.0f);
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
		block.part[w] = vld1q_f32(p + w * kWidth);
	}
	return block;
}

// The lanes from first_lane on of a tail of rest < 32 elements, padded with zeros; nothing else is read.
template <size_t W>
VECSIM_INLINE Block<W>
load_tail(const float *tail, size_t rest, size_t first_lane)
{
	float padded[kLanes] = {};

	__builtin_memcpy(padded, tail, rest * sizeof(float));
	return load<W>(padded + first_lane);
}

template <size_t W>
VECSIM_INLINE Block<W>
load(const Half *p)
{
	Block<W> block;

	for (size_t w = 0; w < W; w++)
	{
		const uint16_t *bits = reinterpret_cast<const uint16_t *>(p + w * kWidth);

		block.part[w] = vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(bits)));
	}
	return block;
}

template <size_t W>
VECSIM_INLINE Block<W>
load_tail(const Half *tail, size_t rest, size_t first_lane)
{
	Half padded[kLanes] = {};

	__builtin_memcpy(padded, tail, rest * sizeof(Half));
	return load<W>(padded + first_lane);
}

template <typename Term, size_t W>
VECSIM_INLINE void
add_terms(Block<W> *sum, const Block<W> &a, const Block<W> &b)
{
	for (size_t w = 0; w < W; w++)
	{
		sum->part[w] = vaddq_f32(sum->part[w], Term::term(a.part[w], b.part[w]));
	}
}

// The sum of the 32 lanes, as a tree.
VECSIM_INLINE float
add_lanes(const Block<kRegisters> &sum)
{
	float32x4_t part[kRegisters];

	for (size_t w = 0; w < kRegisters; w++)
	{
		part[w] = sum.part[w];
	}
	for (size_t half = kRegisters / 2; half > 0; half /= 2)
	{
		for (size_t w = 0; w < half; w++)
		{
			part[w] = vaddq_f32(part[w], part[w + half]);
		}
	}

	float32x2_t two = vadd_f32(vget_low_f32(part[0]), vget_high_f32(part[0]));

	return vget_lane_f32(two, 0) + vget_lane_f32(two, 1);
}

// The sums of Q queries by one row of d elements, for the lanes first_lane .. first_lane + 4 * W - 1.
template <typename Term, size_t Q, size_t W, typename Number>
VECSIM_INLINE void
sum_lanes(Block<W> *sums, const Number *queries, size_t query_stride, const Number *row, size_t d,
          size_t first_lane)
{
	size_t i = 0;

	for (size_t q = 0; q < Q; q++)
	{
		sums[q] = zero<W>();
	}
	for (; i + kLanes <= d; i += kLanes)
	{
		Block<W> elements = load<W>(row + i + first_lane);

		for (size_t q = 0; q < Q; q++)
		{
			add_terms<Term>(&sums[q], load<W>(row_at(queries, query_stride, q) + i + first_lane), elements);
		}
	}
	if (i < d)
	{
		Block<W> elements = load_tail<W>(row + i, d - i, first_lane);

		for (size_t q = 0; q < Q; q++)
		{
			const Number *query = row_at(queries, query_stride, q);

			add_terms<Term>(&sums[q], load_tail<W>(query + i, d - i, first_lane), elements);
		}
	}
}

template <typename Term, typename Number>
float
pair(const Number *a, const Number *b, size_t d)
{
	Block<kRegisters> sum;

	sum_lanes<Term, 1>(&sum, a, 0, b, d, 0);
	return add_lanes(sum);
}

// One row after the other, so that memory is read in one stream.
template <typename Term>
void
rows(const float *q, const float *row, size_t stride, size_t n, size_t d, float *out)
{
	for (size_t i = 0; i < n; i++)
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

// 24 of the 32 registers hold the sums.
template <typename Number>
DotNorms
dot_norms(const Number *a, const Number *b, size_t d)
{
	Block<kRegisters> dot = zero<kRegisters>();
	Block<kRegisters> aa = dot;
	Block<kRegisters> bb = dot;

	for (size_t i = 0; i < d; i += kLanes)
	{
		bool whole = i + kLanes <= d;
		Block<kRegisters> x = whole ? load<kRegisters>(a + i) : load_tail<kRegisters>(a + i, d - i, 0);
		Block<kRegisters> y = whole ? load<kRegisters>(b + i) : load_tail<kRegisters>(b + i, d - i, 0);

		add_terms<Dot>(&dot, x, y);
		add_terms<Dot>(&aa, x, x);
		add_terms<Dot>(&bb, y, y);
	}
	return {add_lanes(dot), add_lanes(aa), add_lanes(bb)};
}

// Half of the lanes at a time, because the sums of all of them would fill the registers.
void
dot_tile(const float *queries, size_t query_stride, const float *row, size_t stride, size_t n, size_t d,
         float *out)
{
	for (size_t i = 0; i < n; i++)
	{
		const float *one = row_at(row, stride, i);
		Block<kHalfRegisters> low[kTileQueries];
		Block<kHalfRegisters> high[kTileQueries];

		sum_lanes<Dot, kTileQueries>(low, queries, query_stride, one, d, 0);
		sum_lanes<Dot, kTileQueries>(high, queries, query_stride, one, d, kLanes / 2);
		for (size_t q = 0; q < kTileQueries; q++)
		{
			Block<kRegisters> sum;

			for (size_t w = 0; w < kHalfRegisters; w++)
			{
				sum.part[w] = low[q].part[w];
				sum.part[w + kHalfRegisters] = high[q].part[w];
			}
			out[q * n + i] = add_lanes(sum);
		}
	}
}

void
widen_all(const Half *in, size_t n, float *out)
{
	size_t i = 0;

	for (; i + kWidth <= n; i += kWidth)
	{
		vst1q_f32(out + i, load<1>(in + i).part[0]);
	}
	for (; i < n; i++)
	{
		Half half;
		float widened;

		__builtin_memcpy(&half, in + i, sizeof(half));
		widened = float_from_half(half);
		__builtin_memcpy(out + i, &widened, sizeof(widened));
	}
}

void
narrow_all(const float *in, size_t n, Half *out)
{
	size_t i = 0;

	for (; i + kWidth <= n; i += kWidth)
	{
		uint16x4_t halves = vreinterpret_u16_f16(vcvt_f16_f32(vld1q_f32(in + i)));

		vst1_u16(reinterpret_cast<uint16_t *>(out + i), halves);
	}
	for (; i < n; i++)
	{
		float value;
		Half narrowed;

		__builtin_memcpy(&value, in + i, sizeof(value));
		narrowed = half_from_float(value);
		__builtin_memcpy(out + i, &narrowed, sizeof(narrowed));
	}
}

constexpr size_t kCodes = 16; // codes in a register

// Adds to the four sums the products of 16 codes and their query values.
VECSIM_INLINE void
add_products(int32x4_t *sums, const int16_t *q, const int8_t *code)
{
	int8x16_t codes = vld1q_s8(code);
	int16x8_t low = vmovl_s8(vget_low_s8(codes));
	int16x8_t high = vmovl_high_s8(codes);
	int16x8_t low_query = vld1q_s16(q);
	int16x8_t high_query = vld1q_s16(q + kCodes / 2);

	sums[0] = vmlal_s16(sums[0], vget_low_s16(low), vget_low_s16(low_query));
	sums[1] = vmlal_high_s16(sums[1], low, low_query);
	sums[2] = vmlal_s16(sums[2], vget_low_s16(high), vget_low_s16(high_query));
	sums[3] = vmlal_high_s16(sums[3], high, high_query);
}

int32_t
dot_i8(const int16_t *q, const int8_t *code, size_t d)
{
	int32x4_t none = vdupq_n_s32(0);
	int32x4_t sums[4] = {none, none, none, none};
	size_t i = 0;

	for (; i + kCodes <= d; i += kCodes)
	{
		add_products(sums, q + i, code + i);
	}
	if (i < d)
	{
		int16_t q_tail[kCodes] = {};
		int8_t code_tail[kCodes] = {};

		__builtin_memcpy(q_tail, q + i, (d - i) * sizeof(q_tail[0]));
		__builtin_memcpy(code_tail, code + i, d - i);
		add_products(sums, q_tail, code_tail);
	}
	return vaddvq_s32(vaddq_s32(vaddq_s32(sums[0], sums[1]), vaddq_s32(sums[2], sums[3])));
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

const Kernels kNeonTable = {
	.name = "neon",
	.level = Level::Neon,
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
	.dot_f16 = pair<Dot>,
	.l2sq_f16 = pair<L2sq>,
	.l1_f16 = pair<L1>,
	.dot_norms_f16 = dot_norms,
	.f16_to_f32 = widen_all,
	.f32_to_f16 = narrow_all,
	.dot_i8 = dot_i8,
	.dot_i8_rows = dot_i8_rows,
	.fastscan_bounds = neon_level::fastscan_bounds,
	.dot_u4 = neon_level::dot_u4,
	.hamming = neon_level::hamming,
	.overlap = neon_level::overlap,
	.sign_bits_f32 = neon_level::sign_bits,
	.fastscan_table = neon_level::fastscan_table,
	.residual_sums_f32 = neon_level::residual_sums,
	.fht_f32 = neon_level::fht,
	.flip_signs_f32 = neon_level::flip_signs,
	.scale_f32 = neon_level::scale,
	.kac_f32 = neon_level::kac,
};

} // namespace vecsim::kernels

#endif
