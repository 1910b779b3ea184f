// random.h - a small, fast, reproducible random generator: the same seed gives the same numbers on every machine.
//
// SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, OOPSLA 2014).
#ifndef VECSIM_CORE_RANDOM_H
#define VECSIM_CORE_RANDOM_H

#include <stdint.h>

namespace vecsim::core
{

struct Random
{
	uint64_t state;
};

// The next 64 random bits.
inline uint64_t
random_next(Random &random)
{
	uint64_t z = (random.state += 0x9E3779B97F4A7C15u);

	z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
	z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
	return z ^ (z >> 31);
}

// A number in 0..n-1, n > 0 (Lemire's multiplication; the bias is below n / 2^64).
inline uint64_t
random_below(Random &random, uint64_t n)
{
	return static_cast<uint64_t>((static_cast<unsigned __int128>(random_next(random)) * n) >> 64);
}

} // namespace vecsim::core

#endif
