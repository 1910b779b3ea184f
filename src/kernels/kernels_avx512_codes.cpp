// kernels_avx512_codes.cpp - the kernels of one-bit and four-bit codes for x86-64 with AVX-512 (F, BW, DQ,
// VL), in tables of what only some CPUs do better than the level below: wide FastScan, and VNNI.
//
// FastScan is that of kernels_avx2_codes.cpp with four groups in a register instead of two.
#if defined(__x86_64__)

#include "kernels/target_region.h"

VECSIM_QUIET_INTRINSICS

#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>

#include "kernels/kernels.h"
#include "kernels/kernels_tables.h"

VECSIM_TARGET_BEGIN("avx512f,avx512bw,avx512dq,avx512vl")

namespace vecsim::kernels::avx512_level
{
namespace
{

constexpr size_t kGroupBytes = 16;
constexpr size_t kGroups = 4; // in a register
constexpr size_t kBytes = kGroups * kGroupBytes;
constexpr size_t kWidth = 16; // floats in a register

// The sums of a block: entries 0-15 and 16-31.
struct Sums
{
	__m512i part[2];
};

// Sums of table values in 16 bits: as they are (even entries, and 256 times the odd ones) and shifted (odd
// entries).
struct Counts
{
	__m512i both[2]; // of entries 0-15 and 16-31
	__m512i odd[2];
};

// What a scan looks up of four groups: of entries 0-15 and of entries 16-31.
struct Values
{
	__m512i half[2];
};

VECSIM_INLINE Values
look_up(__m512i codes, __m512i table)
{
	const __m512i low = _mm512_set1_epi8(15);

	return {{_mm512_shuffle_epi8(table, _mm512_and_si512(codes, low)),
	         _mm512_shuffle_epi8(table, _mm512_and_si512(_mm512_srli_epi16(codes, 4), low))}};
}

VECSIM_INLINE void
count(Counts *counts, const Values &values)
{
	for (size_t h = 0; h < 2; h++)
	{
		counts->both[h] = _mm512_add_epi16(counts->both[h], values.half[h]);
		counts->odd[h] = _mm512_add_epi16(counts->odd[h], _mm512_srli_epi16(values.half[h], 8));
	}
}

// The values of sixteen groups of a small table, which add up in bytes.
VECSIM_INLINE Values
look_up_sixteen(const uint8_t *codes, const uint8_t *table)
{
	Values sum = look_up(_mm512_loadu_si512(codes), _mm512_loadu_si512(table));

	for (size_t byte = kBytes; byte < 4 * kBytes; byte += kBytes)
	{
		Values more = look_up(_mm512_loadu_si512(codes + byte), _mm512_loadu_si512(table + byte));

		sum.half[0] = _mm512_add_epi8(sum.half[0], more.half[0]);
		sum.half[1] = _mm512_add_epi8(sum.half[1], more.half[1]);
	}
	return sum;
}

// Adds the upper half of a register to the lower one.
VECSIM_INLINE __m256i
fold(__m512i counts)
{
	return _mm256_add_epi16(_mm512_castsi512_si256(counts), _mm512_extracti64x4_epi64(counts, 1));
}

// The same of two registers of half the size, side by side.
VECSIM_INLINE __m256i
fold(__m256i a, __m256i b)
{
	return _mm256_add_epi16(_mm256_permute2x128_si256(a, b, 0x20), _mm256_permute2x128_si256(a, b, 0x31));
}

// Adds counts to the sums.
VECSIM_INLINE void
add_counts(Sums *sums, const Counts &counts)
{
	__m256i even[2];
	__m256i odd[2];

	for (size_t h = 0; h < 2; h++)
	{
		odd[h] = fold(counts.odd[h]);
		even[h] = _mm256_sub_epi16(fold(counts.both[h]), _mm256_slli_epi16(odd[h], 8));
	}

	// Entries 0-15 are below, 16-31 above.
	__m256i evens = fold(even[0], even[1]);
	__m256i odds = fold(odd[0], odd[1]);
	__m256i outer = _mm256_unpacklo_epi16(evens, odds); // entries 0-7 and 16-23
	__m256i inner = _mm256_unpackhi_epi16(evens, odds); // entries 8-15 and 24-31
	__m256i low = _mm256_permute2x128_si256(outer, inner, 0x20);
	__m256i high = _mm256_permute2x128_si256(outer, inner, 0x31);

	sums->part[0] = _mm512_add_epi32(sums->part[0], _mm512_cvtepu16_epi32(low));
	sums->part[1] = _mm512_add_epi32(sums->part[1], _mm512_cvtepu16_epi32(high));
}

// Adds up to kFlushGroups groups, whose sums fit 16 bits, to the sums.
template <bool Small>
VECSIM_INLINE void
add_groups(Sums *sums, const uint8_t *codes, const uint8_t *table, size_t groups)
{
	__m512i zero = _mm512_setzero_si512();
	Counts counts = {{zero, zero}, {zero, zero}};
	size_t bytes = groups * kGroupBytes;
	size_t i = 0;

	for (; Small && i + 4 * kBytes <= bytes; i += 4 * kBytes)
	{
		count(&counts, look_up_sixteen(codes + i, table + i));
	}
	for (; i + kBytes <= bytes; i += kBytes)
	{
		count(&counts, look_up(_mm512_loadu_si512(codes + i), _mm512_loadu_si512(table + i)));
	}
	if (i < bytes)
	{
		// What is not loaded looks up in a table of zeros.
		__mmask64 rest = (uint64_t{1} << (bytes - i)) - 1;

		count(&counts,
		      look_up(_mm512_maskz_loadu_epi8(rest, codes + i), _mm512_maskz_loadu_epi8(rest, table + i)));
	}
	add_counts(sums, counts);
}

// The sums of a block.
template <bool Small>
VECSIM_INLINE Sums
add_up(const uint8_t *codes, const uint8_t *table, size_t groups)
{
	__m512i zero = _mm512_setzero_si512();
	Sums sums = {{zero, zero}};

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

// Sixteen bfloat16 as floats.
VECSIM_INLINE __m512
widen(const uint16_t *p)
{
	__m256i sixteen = _mm256_loadu_si256(reinterpret_cast<const __m256i *>(p));

	return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(sixteen), 16));
}

} // namespace

uint32_t
fastscan_bounds(const FastscanBlock &block, const FastscanList &list, float limit, float *lower,
                float *estimate)
{
	Sums sums = list.small ? add_up<true>(block.codes, list.table, list.groups)
	                       : add_up<false>(block.codes, list.table, list.groups);
	uint32_t mask = 0;

	for (size_t p = 0; p < 2; p++)
	{
		size_t i = p * kWidth;
		__m512 product = _mm512_mul_ps(_mm512_set1_ps(list.delta), _mm512_cvtepi32_ps(sums.part[p]));
		__m512 t = _mm512_add_ps(product, _mm512_set1_ps(list.offset));
		__m512 added = _mm512_add_ps(_mm512_loadu_ps(block.add + i), _mm512_set1_ps(list.add));
		__m512 value = _mm512_add_ps(added, _mm512_mul_ps(widen(block.rescale + i), t));
		__m512 margin = _mm512_mul_ps(widen(block.err + i), _mm512_set1_ps(list.err));
		__m512 bound = _mm512_sub_ps(value, margin);
		__mmask16 near = _mm512_cmp_ps_mask(bound, _mm512_set1_ps(limit), _CMP_LE_OQ);

		_mm512_storeu_ps(estimate + i, value);
		_mm512_storeu_ps(lower + i, bound);
		mask |= static_cast<uint32_t>(near) << i;
	}
	return mask;
}

void
sign_bits(const float *x, size_t n, uint8_t *bits)
{
	size_t i = 0;

	for (; i + kWidth <= n; i += kWidth)
	{
		__mmask16 positive = _mm512_cmp_ps_mask(_mm512_loadu_ps(x + i), _mm512_setzero_ps(), _CMP_GT_OQ);

		__builtin_memcpy(bits + i / 8, &positive, sizeof(positive));
	}
	if (i < n)
	{
		__mmask8 positive = _mm256_cmp_ps_mask(_mm256_loadu_ps(x + i), _mm256_setzero_ps(), _CMP_GT_OQ);

		bits[i / 8] = positive;
	}
}

} // namespace vecsim::kernels::avx512_level

const vecsim::kernels::Kernels vecsim::kernels::kAvx512WideTable = {
	.name = "avx512",
	.level = Level::Avx512,
	.fastscan_bounds = avx512_level::fastscan_bounds,
};

VECSIM_TARGET_END

VECSIM_TARGET_BEGIN("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")

namespace vecsim::kernels
{
namespace
{

// Adds to the two sums the products of a piece of 64 dimensions.
VECSIM_INLINE void
add_products(__m256i *sums, const uint8_t *code, const int8_t *q)
{
	const __m256i low = _mm256_set1_epi8(15);
	const __m256i *query = reinterpret_cast<const __m256i *>(q);
	__m256i both = _mm256_loadu_si256(reinterpret_cast<const __m256i *>(code));
	__m256i high = _mm256_and_si256(_mm256_srli_epi16(both, 4), low);

	sums[0] = _mm256_dpbusd_epi32(sums[0], _mm256_and_si256(both, low), _mm256_loadu_si256(query));
	sums[1] = _mm256_dpbusd_epi32(sums[1], high, _mm256_loadu_si256(query + 1));
}

int32_t
dot_u4(const uint8_t *code, const int8_t *q, size_t d)
{
	__m256i zero = _mm256_setzero_si256();
	__m256i sums[4] = {zero, zero, zero, zero};
	size_t i = 0;

	for (; i + 2 * kPieceDimensions <= d; i += 2 * kPieceDimensions)
	{
		add_products(sums, code + i / 2, q + i);
		add_products(sums + 2, code + (i + kPieceDimensions) / 2, q + i + kPieceDimensions);
	}
	if (i < d)
	{
		add_products(sums, code + i / 2, q + i);
	}

	__m256i eight = _mm256_add_epi32(_mm256_add_epi32(sums[0], sums[1]), _mm256_add_epi32(sums[2], sums[3]));
	__m128i four = _mm_add_epi32(_mm256_castsi256_si128(eight), _mm256_extracti128_si256(eight, 1));
	__m128i two = _mm_add_epi32(four, _mm_shuffle_epi32(four, 0x4E)); // 2 3 0 1

	return _mm_cvtsi128_si32(_mm_add_epi32(two, _mm_shuffle_epi32(two, 0xB1))); // 1 0 3 2
}

} // namespace

const Kernels kAvx512VnniTable = {
	.name = "avx512",
	.level = Level::Avx512,
	.dot_u4 = dot_u4,
};

} // namespace vecsim::kernels

VECSIM_TARGET_END

#endif
