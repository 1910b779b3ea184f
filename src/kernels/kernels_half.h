// kernels_half.h - a half-precision number (IEEE 754 binary16) and its conversion from and to float, in plain C++.
//
// Every half is a float, so that widening is exact.  Narrowing rounds to the nearest half, the even one of two: from
// 65520 on to infinity, up to 2^-25 to zero.  This is what the instructions of every CPU do; the scalar kernels and
// whoever converts a single number use these.
#ifndef VECSIM_KERNELS_HALF_H
#define VECSIM_KERNELS_HALF_H

#include <stdint.h>

namespace vecsim::kernels
{

struct Half
{
	uint16_t bits; // 1 of sign, 5 of exponent, 10 of mantissa
};

// Moves exponent and mantissa to their places in a float; the product makes up for the other bias, and makes the
// subnormal halves normal floats.
inline __attribute__((always_inline)) float
float_from_half(Half half)
{
	constexpr uint32_t kInfinity = 0x7F800000;
	constexpr float kFirstNoNumber = 65536; // an exponent of 31: infinity and NaN
	float scaled = __builtin_bit_cast(float, static_cast<uint32_t>(half.bits & 0x7FFF) << 13) * 0x1p112f;
	uint32_t bits = __builtin_bit_cast(uint32_t, scaled);

	bits |= scaled >= kFirstNoNumber ? kInfinity : 0;
	return __builtin_bit_cast(float, bits | static_cast<uint32_t>(half.bits & 0x8000) << 16);
}

// A small number is rounded by an addition to a float whose last bit is the last bit of a subnormal half; another
// one by adding half of a last bit to its mantissa, less one where that is even, which may carry into the exponent.
inline __attribute__((always_inline)) Half
half_from_float(float value)
{
	constexpr uint32_t kInfinity = 0x7F800000;
	constexpr uint32_t kTooLarge = (127 + 16) << 23; // 65536, as the bits of a float
	constexpr uint32_t kNormal = (127 - 14) << 23;   // 2^-14, the smallest normal half
	constexpr float kLastBit = 0.5f;                 // of which 2^-24 is the last bit
	uint32_t bits = __builtin_bit_cast(uint32_t, value);
	uint32_t sign = bits >> 16 & 0x8000;
	uint32_t size = bits & 0x7FFFFFFF;
	uint32_t small = __builtin_bit_cast(uint32_t, __builtin_bit_cast(float, size) + kLastBit) -
	                 __builtin_bit_cast(uint32_t, kLastBit);
	uint32_t normal = (size - ((127 - 15) << 23) + 0xFFF + (size >> 13 & 1)) >> 13;
	uint32_t large = size > kInfinity ? 0x7E00 : 0x7C00;
	uint32_t half = size < kNormal ? small : size < kTooLarge ? normal : large;

	return {static_cast<uint16_t>(half | sign)};
}

} // namespace vecsim::kernels

#endif
