// kernels_scalar_bits.cpp - the kernels that count bits, in plain C++.
//
// Eight bytes at a time are added up within a register: pairs of bits, nibbles, bytes.  A call of the compiler's
// library for each word, which __builtin_popcountll is where the CPU need not count bits, would take longer.
#include <stddef.h>
#include <stdint.h>

#include "kernels/kernels.h"
#include "kernels/kernels_tables.h"

namespace vecsim::kernels::scalar_level
{
namespace
{

constexpr size_t kWordBytes = sizeof(uint64_t);

inline uint64_t
load(const uint8_t *p)
{
	uint64_t word;

	__builtin_memcpy(&word, p, sizeof(word));
	return word;
}

// Fewer than eight bytes, with zeros around them.
inline uint64_t
load_part(const uint8_t *p, size_t bytes)
{
	uint64_t word = 0;

	for (size_t i = 0; i < bytes; i++)
	{
		word = word << 8 | p[i];
	}
	return word;
}

inline uint64_t
count(uint64_t word)
{
	word -= word >> 1 & 0x5555555555555555;
	word = (word & 0x3333333333333333) + (word >> 2 & 0x3333333333333333);
	word = (word + (word >> 4)) & 0x0F0F0F0F0F0F0F0F;
	return word * 0x0101010101010101 >> 56;
}

inline void
add(BitCounts *sums, uint64_t a, uint64_t b)
{
	sums->both += count(a & b);
	sums->either += count(a | b);
}

} // namespace

uint64_t
hamming(const uint8_t *a, const uint8_t *b, size_t bytes)
{
	uint64_t sum = 0;
	size_t i = 0;

	for (; i + kWordBytes <= bytes; i += kWordBytes)
	{
		sum += count(load(a + i) ^ load(b + i));
	}
	return sum + count(load_part(a + i, bytes - i) ^ load_part(b + i, bytes - i));
}

BitCounts
overlap(const uint8_t *a, const uint8_t *b, size_t bytes)
{
	BitCounts sums = {0, 0};
	size_t i = 0;

	for (; i + kWordBytes <= bytes; i += kWordBytes)
	{
		add(&sums, load(a + i), load(b + i));
	}
	add(&sums, load_part(a + i, bytes - i), load_part(b + i, bytes - i));
	return sums;
}

} // namespace vecsim::kernels::scalar_level
