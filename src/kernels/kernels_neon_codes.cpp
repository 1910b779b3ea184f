// kernels_neon_codes.cpp - the kernels of one-bit and four-bit codes for AArch64 with NEON.
//
// FastScan is that of kernels_avx2_codes.cpp with one group in a register; bytes are added to 16-bit lanes as
// they are, so nothing has to be untangled.
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

constexpr size_t kGroupBytes = 16;
constexpr size_t kWidth = 4; // floats in a register

// The sums of a block: entries 0-3, 4-7, ... 28-31.
struct Sums
{
	uint32x4_t part[8];
};

// Sums of table values in 16 bits: entries 0-7, 8-15, 16-23 and 24-31.
struct Counts
{
	uint16x8_t part[4];
};

// What a scan looks up of one group: of entries 0-15 and of entries 16-31.
struct Values
{
	uint8x16_t half[2];
};

VECSIM_INLINE Values
look_up(const uint8_t *codes, const uint8_t *table)
{
	uint8x16_t both = vld1q_u8(codes);
	uint8x16_t values = vld1q_u8(table);

	return {{vqtbl1q_u8(values, vandq_u8(both, vdupq_n_u8(15))), vqtbl1q_u8(values, vshrq_n_u8(both, 4))}};
}

VECSIM_INLINE void
count(Counts *counts, const Values &values)
{
	for (size_t h = 0; h < 2; h++)
	{
		counts->part[2 * h] = vaddw_u8(counts->part[2 * h], vget_low_u8(values.half[h]));
		counts->part[2 * h + 1] = vaddw_high_u8(counts->part[2 * h + 1], values.half[h]);
	}
}

// The values of four groups of a small table, which add up in bytes.
VECSIM_INLINE Values
look_up_four(const uint8_t *codes, const uint8_t *table)
{
	Values sum = look_up(codes, table);

	for (size_t byte = kGroupBytes; byte < 4 * kGroupBytes; byte += kGroupBytes)
	{
		Values more = look_up(codes + byte, table + byte);

		sum.half[0] = vaddq_u8(sum.half[0], more.half[0]);
		sum.half[1] = vaddq_u8(sum.half[1], more.half[1]);
	}
	return sum;
}

// Adds up to kFlushGroups groups, whose sums fit 16 bits, to the sums.
template <bool Small>
VECSIM_INLINE void
add_groups(Sums *sums, const uint8_t *codes, const uint8_t *table, size_t groups)
{
	uint16x8_t zero = vdupq_n_u16(0);
	Counts counts = {{zero, zero, zero, zero}};
	size_t g = 0;

	for (; Small && g + 4 <= groups; g += 4)
	{
		count(&counts, look_up_four(codes + g * kGroupBytes, table + g * kGroupBytes));
	}
	for (; g < groups; g++)
	{
		count(&counts, look_up(codes + g * kGroupBytes, table + g * kGroupBytes));
	}
	for (size_t p = 0; p < 4; p++)
	{
		sums->part[2 * p] = vaddw_u16(sums->part[2 * p], vget_low_u16(counts.part[p]));
		sums->part[2 * p + 1] = vaddw_high_u16(sums->part[2 * p + 1], counts.part[p]);
	}
}

// The sums of a block.
template <bool Small>
VECSIM_INLINE Sums
add_up(const uint8_t *codes, const uint8_t *table, size_t groups)
{
	uint32x4_t zero = vdupq_n_u32(0);
	Sums sums = {{zero, zero, zero, zero, zero, zero, zero, zero}};

	while (groups > kFlushGroups)
	{
		add_groups<Small>(&sums, codes, table, kFlushGroups);
		codes += kFlushGroups * kGroupBytes;
		table += kFlushGroups * kGroupBytes;
		groups -= kFlushGroups;
	}
	add_groups<Small>(&sums, codes, table, groups);
	return sums;
}

// Four bfloat16 as floats.
VECSIM_INLINE float32x4_t
widen(const uint16_t *p)
{
	return vreinterpretq_f32_u32(vshll_n_u16(vld1_u16(p), 16));
}

} // namespace

uint32_t
fastscan_bounds(const FastscanBlock &block, const FastscanList &list, float limit, float *lower,
                float *estimate)
{
	const uint32x4_t places = {1, 2, 4, 8};
	Sums sums = list.small ? add_up<true>(block.codes, list.table, list.groups)
	                       : add_up<false>(block.codes, list.table, list.groups);
	uint32_t mask = 0;

	for (size_t p = 0; p < 8; p++)
	{
		size_t i = p * kWidth;
		float32x4_t product = vmulq_f32(vdupq_n_f32(list.delta), vcvtq_f32_u32(sums.part[p]));
		float32x4_t t = vaddq_f32(product, vdupq_n_f32(list.offset));
		float32x4_t added = vaddq_f32(vld1q_f32(block.add + i), vdupq_n_f32(list.add));
		float32x4_t value = vaddq_f32(added, vmulq_f32(widen(block.rescale + i), t));
		float32x4_t margin = vmulq_f32(widen(block.err + i), vdupq_n_f32(list.err));
		float32x4_t bound = vsubq_f32(value, margin);
		uint32x4_t near = vcleq_f32(bound, vdupq_n_f32(limit));

		vst1q_f32(estimate + i, value);
		vst1q_f32(lower + i, bound);
		mask |= vaddvq_u32(vandq_u32(near, places)) << i;
	}
	return mask;
}

int32_t
dot_u4(const uint8_t *code, const int8_t *q, size_t d)
{
	int32x4_t sum = vdupq_n_s32(0);

	for (size_t i = 0; i < d; i += kPieceDimensions)
	{
		// Each lane of a piece is the sum of four products, at most 7680 in size.
		int16x8_t low = vdupq_n_s16(0);
		int16x8_t high = low;

		for (size_t j = 0; j < kPieceDimensions / 2; j += 16)
		{
			uint8x16_t both = vld1q_u8(code + i / 2 + j);
			int8x16_t first = vreinterpretq_s8_u8(vandq_u8(both, vdupq_n_u8(15)));
			int8x16_t second = vreinterpretq_s8_u8(vshrq_n_u8(both, 4));
			int8x16_t first_query = vld1q_s8(q + i + j);
			int8x16_t second_query = vld1q_s8(q + i + j + kPieceDimensions / 2);

			low = vmlal_s8(low, vget_low_s8(first), vget_low_s8(first_query));
			high = vmlal_high_s8(high, first, first_query);
			low = vmlal_s8(low, vget_low_s8(second), vget_low_s8(second_query));
			high = vmlal_high_s8(high, second, second_query);
		}
		sum = vpadalq_s16(vpadalq_s16(sum, low), high);
	}
	return vaddvq_s32(sum);
}

void
sign_bits(const float *x, size_t n, uint8_t *bits)
{
	const uint32x4_t low_places = {1, 2, 4, 8};
	const uint32x4_t high_places = {16, 32, 64, 128};

	for (size_t i = 0; i < n; i += 8)
	{
		uint32x4_t low = vandq_u32(vcgtzq_f32(vld1q_f32(x + i)), low_places);
		uint32x4_t high = vandq_u32(vcgtzq_f32(vld1q_f32(x + i + kWidth)), high_places);

		bits[i / 8] = static_cast<uint8_t>(vaddvq_u32(vorrq_u32(low, high)));
	}
}

} // namespace vecsim::kernels::neon_level

#endif
