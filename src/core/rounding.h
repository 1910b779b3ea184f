// rounding.h - numbers rounded to shorter ones, the nearest or in a known direction: core's own helper.
#ifndef VECSIM_CORE_ROUNDING_H
#define VECSIM_CORE_ROUNDING_H

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <stddef.h>
#include <stdint.h>

namespace vecsim::core
{

// How far a float32 kernel's sum of products may be from the real one, as a part of the sum of their sizes,
// with room for a room's own arithmetic in double (README, Bounds).
inline double
float_rounding(size_t dim)
{
	constexpr double kHalfUlp = 1.0 / (1 << 24);

	return (static_cast<double>(dim) / 32 + 10) * kHalfUlp;
}

// The smallest float that is not below x.
inline float
round_up(double x)
{
	float rounded = static_cast<float>(x);

	if (static_cast<double>(rounded) < x)
	{
		return std::nextafter(rounded, std::numeric_limits<float>::infinity());
	}
	return rounded;
}

// bfloat16 is the upper half of a float: its range, and 8 bits of precision.
inline float
from_bfloat16(uint16_t x)
{
	return std::bit_cast<float>(static_cast<uint32_t>(x) << 16);
}

// The nearest bfloat16, the even one of two.  x is finite and far below FLT_MAX.
inline uint16_t
to_bfloat16(double x)
{
	uint32_t bits = std::bit_cast<uint32_t>(static_cast<float>(x));

	return static_cast<uint16_t>((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
}

// The smallest bfloat16 that is not below x, 0 <= x, far below FLT_MAX.
inline uint16_t
to_bfloat16_up(double x)
{
	return static_cast<uint16_t>((std::bit_cast<uint32_t>(round_up(x)) + 0xFFFF) >> 16);
}

// The integer next to x, a half away from zero; unlike the library's, in a form that vectorises.
template <typename Float>
inline int
nearest_integer(Float x)
{
	return static_cast<int>(x + std::copysign(Float{0.5}, x));
}

// The largest |v_i|.  Sizes of floats compare as their bits do, and a maximum of integers vectorises.
inline float
largest_component(const float *v, size_t dim)
{
	int32_t largest = 0;

	for (size_t i = 0; i < dim; i++)
	{
		largest = std::max(largest, std::bit_cast<int32_t>(std::fabs(v[i])));
	}
	return std::bit_cast<float>(largest);
}

} // namespace vecsim::core

#endif
