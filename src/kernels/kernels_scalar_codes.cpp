// kernels_scalar_codes.cpp - the kernels of one-bit and four-bit codes in plain C++: the truth of the others.
#include <stddef.h>
#include <stdint.h>

#include "kernels/kernels.h"
#include "kernels/kernels_tables.h"

namespace vecsim::kernels::scalar_level
{
namespace
{

typedef float UnalignedFloat __attribute__((aligned(1), may_alias));
typedef uint16_t UnalignedUint16 __attribute__((aligned(1), may_alias));

// The float of a bfloat16.
inline float
widen(uint16_t half)
{
	return __builtin_bit_cast(float, static_cast<uint32_t>(half) << 16);
}

// Adds to the sums of the 32 entries of a block.
inline void
add_up(const uint8_t *codes, const uint8_t *table, size_t groups, uint32_t *sums)
{
	constexpr size_t kHalf = kBlockEntries / 2;

	for (size_t g = 0; g < groups; g++)
	{
		const uint8_t *code = codes + g * kHalf;
		const uint8_t *values = table + g * 16;

		for (size_t j = 0; j < kHalf; j++)
		{
			sums[j] += values[code[j] & 15];
			sums[j + kHalf] += values[code[j] >> 4];
		}
	}
}

} // namespace

uint32_t
fastscan_bounds(const FastscanBlock &block, const FastscanList &list, float limit, float *lower_out,
                float *estimate_out)
{
	const UnalignedFloat *add = block.add;
	const UnalignedUint16 *rescale = block.rescale;
	const UnalignedUint16 *err = block.err;
	UnalignedFloat *lower = lower_out;
	UnalignedFloat *estimate = estimate_out;
	uint32_t sums[kBlockEntries] = {};
	uint32_t mask = 0;

	add_up(block.codes, list.table, list.groups, sums);
	for (size_t i = 0; i < kBlockEntries; i++)
	{
		float t = list.delta * static_cast<float>(sums[i]) + list.offset;
		float value = (add[i] + list.add) + widen(rescale[i]) * t;
		float bound = value - widen(err[i]) * list.err;

		estimate[i] = value;
		lower[i] = bound;
		mask |= static_cast<uint32_t>(bound <= limit) << i;
	}
	return mask;
}

int32_t
dot_u4(const uint8_t *code, const int8_t *q, size_t d)
{
	constexpr size_t kHalf = kPieceDimensions / 2;
	int32_t sum = 0;

	for (size_t i = 0; i < d; i += kPieceDimensions)
	{
		for (size_t j = 0; j < kHalf; j++)
		{
			sum += (code[i / 2 + j] & 15) * q[i + j] + (code[i / 2 + j] >> 4) * q[i + j + kHalf];
		}
	}
	return sum;
}

void
sign_bits(const float *values, size_t n, uint8_t *bits)
{
	const UnalignedFloat *x = values;

	for (size_t i = 0; i < n; i += 8)
	{
		unsigned byte = 0;

		for (size_t j = 0; j < 8; j++)
		{
			byte |= static_cast<unsigned>(x[i + j] > 0.0f) << j;
		}
		bits[i / 8] = static_cast<uint8_t>(byte);
	}
}

} // namespace vecsim::kernels::scalar_level
