// kernels_neon_bits.cpp - the kernels that count bits for AArch64 with NEON, which counts those of sixteen bytes at
// once.
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

constexpr size_t kBytes = 16;

// The first bytes of a register, zeros behind them.
VECSIM_INLINE uint8x16_t
load_part(const uint8_t *p, size_t bytes)
{
	uint8_t padded[kBytes] = {0};

	for (size_t i = 0; i < bytes; i++)
	{
		padded[i] = p[i];
	}
	return vld1q_u8(padded);
}

// Widened at every step: no sum can overflow, however long the arrays are.
VECSIM_INLINE uint64x2_t
add(uint64x2_t sum, uint8x16_t bits)
{
	return vpadalq_u32(sum, vpaddlq_u16(vpaddlq_u8(vcntq_u8(bits))));
}

} // namespace

uint64_t
hamming(const uint8_t *a, const uint8_t *b, size_t bytes)
{
	uint64x2_t sums[2] = {vdupq_n_u64(0), vdupq_n_u64(0)};
	size_t i = 0;

	for (; i + 2 * kBytes <= bytes; i += 2 * kBytes)
	{
		sums[0] = add(sums[0], veorq_u8(vld1q_u8(a + i), vld1q_u8(b + i)));
		sums[1] = add(sums[1], veorq_u8(vld1q_u8(a + i + kBytes), vld1q_u8(b + i + kBytes)));
	}
	if (i + kBytes <= bytes)
	{
		sums[0] = add(sums[0], veorq_u8(vld1q_u8(a + i), vld1q_u8(b + i)));
		i += kBytes;
	}
	if (i < bytes)
	{
		sums[1] = add(sums[1], veorq_u8(load_part(a + i, bytes - i), load_part(b + i, bytes - i)));
	}
	return vaddvq_u64(vaddq_u64(sums[0], sums[1]));
}

BitCounts
overlap(const uint8_t *a, const uint8_t *b, size_t bytes)
{
	uint64x2_t both = vdupq_n_u64(0);
	uint64x2_t either = vdupq_n_u64(0);
	size_t i = 0;

	for (; i + kBytes <= bytes; i += kBytes)
	{
		uint8x16_t x = vld1q_u8(a + i);
		uint8x16_t y = vld1q_u8(b + i);

		both = add(both, vandq_u8(x, y));
		either = add(either, vorrq_u8(x, y));
	}
	if (i < bytes)
	{
		uint8x16_t x = load_part(a + i, bytes - i);
		uint8x16_t y = load_part(b + i, bytes - i);

		both = add(both, vandq_u8(x, y));
		either = add(either, vorrq_u8(x, y));
	}
	return {vaddvq_u64(both), vaddvq_u64(either)};
}

} // namespace vecsim::kernels::neon_level

#endif
