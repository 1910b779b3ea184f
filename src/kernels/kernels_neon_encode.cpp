// kernels_neon_encode.cpp - what is computed to code rows and queries, for AArch64 with NEON.
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

// A sum of doubles in four lanes: 0 and 1, 2 and 3.
struct Lanes
{
	float64x2_t part[2];
};

// Values 0-7 or 8-15 of a group.
VECSIM_INLINE int16x8_t
group_values(int16x8_t start, const int16_t *step, const uint16x8_t *bits)
{
	int16x8_t sum = start;

	for (size_t k = 0; k < kGroupDimensions; k++)
	{
		sum = vaddq_s16(sum, vandq_s16(vdupq_n_s16(step[k]), vreinterpretq_s16_u16(bits[k])));
	}
	return sum;
}

VECSIM_INLINE double
sum_lanes(const Lanes &lanes)
{
	return vaddvq_f64(vaddq_f64(lanes.part[0], lanes.part[1]));
}

// Adds x, or -x where the lanes of `positive` are zero.
VECSIM_INLINE float64x2_t
add_signed(float64x2_t sum, float64x2_t x, uint64x2_t positive)
{
	return vaddq_f64(sum, vbslq_f64(positive, x, vnegq_f64(x)));
}

} // namespace

void
fastscan_table(const int16_t *steps, size_t d, uint8_t *table)
{
	static_assert(kTableSteps == 1 << 7 && kGroupDimensions == 4);
	const uint16x8_t none = vdupq_n_u16(0);
	const uint16x8_t all = vdupq_n_u16(0xFFFF);
	const uint16x8_t low[4] = {{0, 0xFFFF, 0, 0xFFFF, 0, 0xFFFF, 0, 0xFFFF},
	                           {0, 0, 0xFFFF, 0xFFFF, 0, 0, 0xFFFF, 0xFFFF},
	                           {0, 0, 0, 0, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF},
	                           none};
	const uint16x8_t high[4] = {low[0], low[1], low[2], all};

	for (size_t i = 0; i < d; i += kGroupDimensions)
	{
		int16x4_t negative = vmin_s16(vld1_s16(steps + i), vdup_n_s16(0));
		int16x8_t start = vdupq_n_s16(static_cast<int16_t>(kTableSteps / 2 - vaddv_s16(negative)));
		uint16x8_t first = vreinterpretq_u16_s16(group_values(start, steps + i, low));
		uint16x8_t second = vreinterpretq_u16_s16(group_values(start, steps + i, high));

		vst1q_u8(table + i * kGroupValues / kGroupDimensions,
		         vcombine_u8(vshrn_n_u16(first, 7), vshrn_n_u16(second, 7)));
	}
}

ResidualSums
residual_sums(const float *x, const float *c, const float *at, size_t d)
{
	const float64x2_t zero = vdupq_n_f64(0);
	Lanes squares = {{zero, zero}};
	Lanes sizes = squares;
	Lanes product = squares;
	Lanes c_signed = squares;
	Lanes at_signed = squares;

	for (size_t i = 0; i < d; i += 4)
	{
		float32x4_t centres = vld1q_f32(c + i);
		float32x4_t points = vld1q_f32(at + i);
		float32x4_t residuals = vsubq_f32(vld1q_f32(x + i), centres);

		for (size_t p = 0; p < 2; p++)
		{
			float64x2_t r = p == 0 ? vcvt_f64_f32(vget_low_f32(residuals)) : vcvt_high_f64_f32(residuals);
			float64x2_t centre = p == 0 ? vcvt_f64_f32(vget_low_f32(centres)) : vcvt_high_f64_f32(centres);
			float64x2_t point = p == 0 ? vcvt_f64_f32(vget_low_f32(points)) : vcvt_high_f64_f32(points);
			uint64x2_t positive = vcgtzq_f64(r);

			squares.part[p] = vaddq_f64(squares.part[p], vmulq_f64(r, r));
			sizes.part[p] = vaddq_f64(sizes.part[p], vabsq_f64(r));
			product.part[p] = vaddq_f64(product.part[p], vmulq_f64(r, centre));
			c_signed.part[p] = add_signed(c_signed.part[p], centre, positive);
			at_signed.part[p] = add_signed(at_signed.part[p], point, positive);
		}
	}
	return {sum_lanes(squares), sum_lanes(sizes), sum_lanes(product), sum_lanes(c_signed),
	        sum_lanes(at_signed)};
}

} // namespace vecsim::kernels::neon_level

#endif
