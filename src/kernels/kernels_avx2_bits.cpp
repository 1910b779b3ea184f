// kernels_avx2_bits.cpp - the kernels that count bits for x86-64 with POPCNT, which every CPU with AVX2 has.
//
// The instruction takes eight bytes, one to four times a cycle: bits come from memory no faster.  Four sums let the
// additions not wait for each other.
#if defined(__x86_64__)

#include "kernels/target_region.h"

#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>

#include "kernels/kernels.h"
#include "kernels/kernels_tables.h"

VECSIM_TARGET_BEGIN("avx2,popcnt")

namespace vecsim::kernels::avx2_level
{
namespace
{

constexpr size_t kWordBytes = sizeof(uint64_t);
constexpr size_t kSums = 4;
constexpr size_t kStep = kSums * kWordBytes;

VECSIM_INLINE uint64_t
load(const uint8_t *p)
{
	uint64_t word;

	__builtin_memcpy(&word, p, sizeof(word));
	return word;
}

// One to seven bytes, with zeros behind them.
VECSIM_INLINE uint64_t
load_part(const uint8_t *p, size_t bytes)
{
	uint64_t word = 0;

	for (size_t i = 0; i < bytes; i++)
	{
		word |= static_cast<uint64_t>(p[i]) << (8 * i);
	}
	return word;
}

VECSIM_INLINE uint64_t
count(uint64_t word)
{
	return static_cast<uint64_t>(_mm_popcnt_u64(word));
}

VECSIM_INLINE void
add(BitCounts *sums, uint64_t a, uint64_t b)
{
	sums->both += count(a & b);
	sums->either += count(a | b);
}

} // namespace

uint64_t
hamming(const uint8_t *a, const uint8_t *b, size_t bytes)
{
	uint64_t sums[kSums] = {0, 0, 0, 0};
	size_t i = 0;

	for (; i + kStep <= bytes; i += kStep)
	{
		for (size_t j = 0; j < kSums; j++)
		{
			sums[j] += count(load(a + i + j * kWordBytes) ^ load(b + i + j * kWordBytes));
		}
	}
	for (; i + kWordBytes <= bytes; i += kWordBytes)
	{
		sums[0] += count(load(a + i) ^ load(b + i));
	}
	if (i < bytes)
	{
		sums[1] += count(load_part(a + i, bytes - i) ^ load_part(b + i, bytes - i));
	}
	return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

BitCounts
overlap(const uint8_t *a, const uint8_t *b, size_t bytes)
{
	BitCounts sums[2] = {{0, 0}, {0, 0}};
	size_t i = 0;

	for (; i + 2 * kWordBytes <= bytes; i += 2 * kWordBytes)
	{
		add(&sums[0], load(a + i), load(b + i));
		add(&sums[1], load(a + i + kWordBytes), load(b + i + kWordBytes));
	}
	if (i + kWordBytes <= bytes)
	{
		add(&sums[0], load(a + i), load(b + i));
		i += kWordBytes;
	}
	if (i < bytes)
	{
		add(&sums[1], load_part(a + i, bytes - i), load_part(b + i, bytes - i));
	}
	return {sums[0].both + sums[1].both, sums[0].either + sums[1].either};
}

} // namespace vecsim::kernels::avx2_level

VECSIM_TARGET_END

#endif
