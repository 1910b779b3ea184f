// kernels_avx2_codes.cpp - the kernels of one-bit and four-bit codes for x86-64 with AVX2: a byte shuffle
// looks up sixteen nibbles a half register.
//
// Source of FastScan: Andre, Kermarrec and Le Scouarnec, Cache locality is not enough, VLDB 2015.
#if defined(__x86_64__)

#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>

#include "kernels/kernels.h"
#include "kernels/kernels_tables.h"
#include "kernels/target_region.h"

VECSIM_TARGET_BEGIN("avx2")

namespace vecsim::kernels::avx2_level
{
namespace
{

constexpr size_t kGroupBytes = 16;

// The sums of a block: entries 0-7, 8-15, 16-23 and 24-31.
struct Sums
{
	__m256i part[4];
};

// Sums of table values in 16 bits, of two groups in the two halves of a register.  A result of the shuffle
// holds the bytes of two entries in each 16 bits; it is added as it is (even entries, and 256 times the odd
// ones) and shifted (odd entries), and the former is mended at the end.
struct Counts
{
	__m256i both[2]; // of entries 0-15 and 16-31
	__m256i odd[2];
};

VECSIM_INLINE __m256i
load(const void *p)
{
	return _mm256_loadu_si256(static_cast<const __m256i *>(p));
}

VECSIM_INLINE __m128i
load_half(const void *p)
{
	return _mm_loadu_si128(static_cast<const __m128i *>(p));
}

// What a scan looks up of two groups: of entries 0-15 and of entries 16-31.
struct Values
{
	__m256i half[2];
};

VECSIM_INLINE Values
look_up(__m256i codes, __m256i table)
{
	const __m256i low = _mm256_set1_epi8(15);

	return {{_mm256_shuffle_epi8(table, _mm256_and_si256(codes, low)),
	         _mm256_shuffle_epi8(table, _mm256_and_si256(_mm256_srli_epi16(codes, 4), low))}};
}

// The shift of one half is a multiplication by 0 and 1, so that the two run on different ports of the CPU.
VECSIM_INLINE void
count(Counts *counts, const Values &values)
{
	const __m256i second = _mm256_set1_epi16(0x0100);

	counts->both[0] = _mm256_add_epi16(counts->both[0], values.half[0]);
	counts->both[1] = _mm256_add_epi16(counts->both[1], values.half[1]);
	counts->odd[0] = _mm256_add_epi16(counts->odd[0], _mm256_maddubs_epi16(values.half[0], second));
	counts->odd[1] = _mm256_add_epi16(counts->odd[1], _mm256_srli_epi16(values.half[1], 8));
}

// The values of eight groups of a small table, which add up in bytes.
VECSIM_INLINE Values
look_up_eight(const uint8_t *codes, const uint8_t *table)
{
	Values sum = look_up(load(codes), load(table));

	for (size_t byte = 2 * kGroupBytes; byte < 8 * kGroupBytes; byte += 2 * kGroupBytes)
	{
		Values more = look_up(load(codes + byte), load(table + byte));

		sum.half[0] = _mm256_add_epi8(sum.half[0], more.half[0]);
		sum.half[1] = _mm256_add_epi8(sum.half[1], more.half[1]);
	}
	return sum;
}

// Adds counts to the sums.
VECSIM_INLINE void
add_counts(Sums *sums, const Counts &counts)
{
	__m256i even[2];

	for (size_t h = 0; h < 2; h++)
	{
		even[h] = _mm256_sub_epi16(counts.both[h], _mm256_slli_epi16(counts.odd[h], 8));
	}

	// Fold the two halves: entries 0-15 below, 16-31 above.
	__m256i evens = _mm256_add_epi16(_mm256_permute2x128_si256(even[0], even[1], 0x20),
	                                 _mm256_permute2x128_si256(even[0], even[1], 0x31));
	__m256i odds = _mm256_add_epi16(_mm256_permute2x128_si256(counts.odd[0], counts.odd[1], 0x20),
	                                _mm256_permute2x128_si256(counts.odd[0], counts.odd[1], 0x31));
	__m256i outer = _mm256_unpacklo_epi16(evens, odds); // entries 0-7 and 16-23
	__m256i inner = _mm256_unpackhi_epi16(evens, odds); // entries 8-15 and 24-31
	__m128i eights[4] = {_mm256_castsi256_si128(outer), _mm256_castsi256_si128(inner),
	                     _mm256_extracti128_si256(outer, 1), _mm256_extracti128_si256(inner, 1)};

	for (size_t p = 0; p < 4; p++)
	{
		sums->part[p] = _mm256_add_epi32(sums->part[p], _mm256_cvtepu16_epi32(eights[p]));
	}
}

// Adds up to kFlushGroups groups, whose sums fit 16 bits, to the sums.
template <bool Small>
VECSIM_INLINE void
add_groups(Sums *sums, const uint8_t *codes, const uint8_t *table, size_t groups)
{
	__m256i zero = _mm256_setzero_si256();
	Counts counts = {{zero, zero}, {zero, zero}};
	size_t g = 0;

	for (; Small && g + 8 <= groups; g += 8)
	{
		count(&counts, look_up_eight(codes + g * kGroupBytes, table + g * kGroupBytes));
	}
	for (; g + 2 <= groups; g += 2)
	{
		count(&counts, look_up(load(codes + g * kGroupBytes), load(table + g * kGroupBytes)));
	}
	if (g < groups)
	{
		// The upper half looks up in a table of zeros.
		count(&counts, look_up(_mm256_zextsi128_si256(load_half(codes + g * kGroupBytes)),
		                       _mm256_zextsi128_si256(load_half(table + g * kGroupBytes))));
	}
	add_counts(sums, counts);
}

// The sums of a block.
template <bool Small>
VECSIM_INLINE Sums
add_up(const uint8_t *codes, const uint8_t *table, size_t groups)
{
	__m256i zero = _mm256_setzero_si256();
	Sums sums = {{zero, zero, zero, zero}};

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

// Eight bfloat16 as floats.
VECSIM_INLINE __m256
widen(const uint16_t *p)
{
	return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(load_half(p)), 16));
}

// The products of a piece of 64 dimensions, each 16 bits the sum of four of them: at most 7680 in size.
VECSIM_INLINE __m256i
products(const uint8_t *code, const int8_t *q)
{
	const __m256i low = _mm256_set1_epi8(15);
	__m256i both = load(code);

	return _mm256_add_epi16(
		_mm256_maddubs_epi16(_mm256_and_si256(both, low), load(q)),
		_mm256_maddubs_epi16(_mm256_and_si256(_mm256_srli_epi16(both, 4), low), load(q + 32)));
}

} // namespace

uint32_t
fastscan_bounds(const FastscanBlock &block, const FastscanList &list, float limit, float *lower,
                float *estimate)
{
	Sums sums = list.small ? add_up<true>(block.codes, list.table, list.groups)
	                       : add_up<false>(block.codes, list.table, list.groups);
	uint32_t mask = 0;

	for (size_t p = 0; p < 4; p++)
	{
		size_t i = 8 * p;
		__m256 sum = _mm256_cvtepi32_ps(sums.part[p]);
		__m256 t = _mm256_add_ps(_mm256_mul_ps(_mm256_set1_ps(list.delta), sum), _mm256_set1_ps(list.offset));
		__m256 added = _mm256_add_ps(_mm256_loadu_ps(block.add + i), _mm256_set1_ps(list.add));
		__m256 value = _mm256_add_ps(added, _mm256_mul_ps(widen(block.rescale + i), t));
		__m256 margin = _mm256_mul_ps(widen(block.err + i), _mm256_set1_ps(list.err));
		__m256 bound = _mm256_sub_ps(value, margin);
		__m256 near = _mm256_cmp_ps(bound, _mm256_set1_ps(limit), _CMP_LE_OQ);

		_mm256_storeu_ps(estimate + i, value);
		_mm256_storeu_ps(lower + i, bound);
		mask |= static_cast<uint32_t>(_mm256_movemask_ps(near)) << i;
	}
	return mask;
}

int32_t
dot_u4(const uint8_t *code, const int8_t *q, size_t d)
{
	constexpr size_t kPieces = 4; // as many as 16 bits hold: 4 * 7680 < 2^15
	const __m256i ones = _mm256_set1_epi16(1);
	__m256i sum = _mm256_setzero_si256();
	size_t i = 0;

	for (; i + kPieces * kPieceDimensions <= d; i += kPieces * kPieceDimensions)
	{
		__m256i some = products(code + i / 2, q + i);

		for (size_t piece = 1; piece < kPieces; piece++)
		{
			size_t at = i + piece * kPieceDimensions;

			some = _mm256_add_epi16(some, products(code + at / 2, q + at));
		}
		sum = _mm256_add_epi32(sum, _mm256_madd_epi16(some, ones));
	}
	for (; i < d; i += kPieceDimensions)
	{
		sum = _mm256_add_epi32(sum, _mm256_madd_epi16(products(code + i / 2, q + i), ones));
	}

	__m128i four = _mm_add_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
	__m128i two = _mm_add_epi32(four, _mm_shuffle_epi32(four, 0x4E)); // 2 3 0 1

	return _mm_cvtsi128_si32(_mm_add_epi32(two, _mm_shuffle_epi32(two, 0xB1))); // 1 0 3 2
}

void
sign_bits(const float *x, size_t n, uint8_t *bits)
{
	for (size_t i = 0; i < n; i += 8)
	{
		__m256 positive = _mm256_cmp_ps(_mm256_loadu_ps(x + i), _mm256_setzero_ps(), _CMP_GT_OQ);

		bits[i / 8] = static_cast<uint8_t>(_mm256_movemask_ps(positive));
	}
}

} // namespace vecsim::kernels::avx2_level

VECSIM_TARGET_END

#endif
