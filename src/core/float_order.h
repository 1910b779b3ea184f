// float_order.h - floats as integers of the same order: sorting those has no branches that a CPU predicts wrongly.
#ifndef VECSIM_CORE_FLOAT_ORDER_H
#define VECSIM_CORE_FLOAT_ORDER_H

#include <bit>
#include <stdint.h>

namespace vecsim::core
{

// The bits of a float, all turned where it is negative and the sign otherwise, compare as it does.  -0 counts as 0; not
// for NaN.
inline uint32_t
float_rank(float value)
{
	uint32_t bits = std::bit_cast<uint32_t>(value + 0.0f);

	return bits ^ ((bits >> 31) != 0 ? 0xFFFFFFFFu : 0x80000000u);
}

// The float of a rank.
inline float
rank_float(uint32_t rank)
{
	return std::bit_cast<float>(rank ^ ((rank >> 31) != 0 ? 0x80000000u : 0xFFFFFFFFu));
}

} // namespace vecsim::core

#endif
