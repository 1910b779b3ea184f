// test_kernels_fastscan.cpp - FastScan and its bounds: scalar against their definition, and every level
// against scalar, bit for bit.
#include <math.h>
#include <stddef.h>
#include <stdint.h>

#include <algorithm>
#include <bit>
#include <vector>

#include <gtest/gtest.h>

#include "kernels/kernels_tables.h"
#include "kernels_fixture.h"

namespace
{

using namespace kernels_fixture;

using KernelsFastscan = KernelsLevel;

INSTANTIATE_TEST_SUITE_P(Levels, KernelsFastscan, testing::ValuesIn(kLevels), level_name);

constexpr size_t kEntries = 32;
constexpr size_t kGroupBytes = 16;

// Numbers of groups around every width and flush, odd and even.
std::vector<size_t>
group_counts()
{
	std::vector<size_t> result;

	for (size_t groups = 0; groups <= 40; groups++)
	{
		result.push_back(groups);
	}
	for (size_t flush = kFlushGroups; flush <= 4 * kFlushGroups; flush += kFlushGroups)
	{
		for (size_t groups = flush - 4; groups <= flush + 5; groups++)
		{
			result.push_back(groups);
		}
	}
	result.insert(result.end(), {96, 192, 384, 1999, 4093, 4095, kMaxFastscanGroups});
	return result;
}

constexpr uint16_t kOne = 0x3F80; // as a bfloat16

// Factors of a block with which, under sum_list(), each estimate and each bound is the sum itself: below 2^24, so it
// is exact as a float.
struct SumFactors
{
	float add[kEntries] = {};
	uint16_t rescale[kEntries];
	uint16_t err[kEntries] = {};

	SumFactors()
	{
		std::fill_n(rescale, kEntries, kOne);
	}

	FastscanBlock
	block(const uint8_t *codes) const
	{
		return {codes, add, rescale, err};
	}
};

FastscanList
sum_list(const uint8_t *table, size_t groups, bool small)
{
	return {table, groups, 1, 0, 0, 0, small};
}

TEST(KernelsScalarFastscan, SumsAreOfTheTableValuesOfTheBits)
{
	const SumFactors factors;
	Random random = {11};

	for (size_t groups : {1, 2, 3, 96, 257})
	{
		std::vector<uint8_t> table(groups * kGroupBytes);
		std::vector<uint8_t> codes(groups * kGroupBytes);
		uint32_t wanted[kEntries] = {};
		float lower[kEntries];
		float sums[kEntries];

		for (uint8_t &value : table)
		{
			value = static_cast<uint8_t>(random_next(random));
		}
		for (size_t i = 0; i < kEntries; i++)
		{
			for (size_t g = 0; g < groups; g++)
			{
				size_t place = 0;

				for (size_t dimension = 4 * g; dimension < 4 * g + 4; dimension++)
				{
					size_t bit = random_below(random, 2);

					place += bit << (dimension - 4 * g);
				}
				codes[g * kGroupBytes + i % 16] |= static_cast<uint8_t>(place << (i < 16 ? 0 : 4));
				wanted[i] += table[g * 16 + place];
			}
		}
		scalar().fastscan_bounds(factors.block(codes.data()), sum_list(table.data(), groups, false), 0, lower,
		                         sums);
		for (size_t i = 0; i < kEntries; i++)
		{
			ASSERT_EQ(sums[i], static_cast<float>(wanted[i])) << i << " groups=" << groups;
		}
	}
}

TEST(KernelsScalarFastscan, BoundsOfSmallNumbersAreExact)
{
	uint8_t codes[kGroupBytes];
	uint8_t table[kGroupBytes];
	float add[kEntries];
	uint16_t rescale[kEntries];
	uint16_t err[kEntries];
	float lower[kEntries];
	float estimate[kEntries];

	for (size_t i = 0; i < kEntries; i++)
	{
		codes[i % 16] = static_cast<uint8_t>(i % 16 * 17);
		table[i % 16] = static_cast<uint8_t>(2 * (i % 16));
		add[i] = static_cast<float>(i);
		rescale[i] = 0xC000; // -2
		err[i] = 0x3F00;     // 0.5
	}

	// t = 0.5 * 2 i + 3 for i < 16, so the estimate is i + 100 - 2 (i + 3), and 4 below it is the bound.
	uint32_t mask = scalar().fastscan_bounds({codes, add, rescale, err}, {table, 1, 0.5f, 3, 100, 8}, 85,
	                                         lower, estimate);

	for (size_t i = 0; i < kEntries; i++)
	{
		float wanted = static_cast<float>(i) + 100.0f - 2.0f * (static_cast<float>(i % 16) + 3.0f);

		EXPECT_EQ(estimate[i], wanted) << i;
		EXPECT_EQ(lower[i], wanted - 4.0f) << i;
		EXPECT_EQ(mask >> i & 1, static_cast<uint32_t>(wanted - 4.0f <= 85.0f)) << i;
	}
	EXPECT_EQ(mask, 0x0000FFE0u) << "entries 5 to 15; those from 16 on start 16 higher";
}

// Bounds of one block: a level's against scalar's, and nothing written beyond them.
void
expect_bounds_equal_scalar(const Kernels &kernels, const FastscanBlock &block, const FastscanList &list,
                           float limit)
{
	std::vector<float> got(2 * kEntries + 2, 12345);
	std::vector<float> wanted(2 * kEntries + 2, 12345);
	uint32_t mask = kernels.fastscan_bounds(block, list, limit, got.data(), got.data() + kEntries + 1);

	ASSERT_EQ(mask,
	          scalar().fastscan_bounds(block, list, limit, wanted.data(), wanted.data() + kEntries + 1));
	for (size_t i = 0; i < got.size(); i++)
	{
		ASSERT_TRUE(same_bits(got[i], wanted[i])) << "value " << i << " groups=" << list.groups;
	}
}

void
expect_all_sums_equal_scalar(const Kernels &kernels)
{
	const SumFactors factors;
	Random random = {13};

	for (size_t groups : group_counts())
	{
		for (Bytes codes_kind : kAllBytes)
		{
			size_t bytes = groups * kGroupBytes;
			Bytes table_kind = kAllBytes[groups % 4];
			Array<uint8_t> codes = make_bytes(random, codes_kind, bytes, groups % 3);
			Array<uint8_t> table = make_bytes(random, table_kind, bytes, groups % 5);
			Array<uint8_t> small_table = make_bytes(random, Bytes::Small, bytes, groups % 5);
			FastscanBlock block = factors.block(codes.data());

			expect_bounds_equal_scalar(kernels, block, sum_list(table.data(), groups, false), 12345);
			expect_bounds_equal_scalar(kernels, block, sum_list(small_table.data(), groups, true), 12345);
			if (testing::Test::HasFatalFailure())
			{
				return;
			}
		}
	}
}

TEST_P(KernelsFastscan, SumsEqualScalar)
{
	expect_all_sums_equal_scalar(kernels());
}

void
expect_largest_sums_are_exact(const Kernels &kernels)
{
	const SumFactors factors;
	std::vector<uint8_t> codes(kMaxFastscanGroups * kGroupBytes, 255);

	for (uint8_t largest : {kSmallTable, uint8_t{255}})
	{
		std::vector<uint8_t> table(kMaxFastscanGroups * kGroupBytes, largest);

		for (size_t groups : group_counts())
		{
			FastscanList list = sum_list(table.data(), groups, largest == kSmallTable);
			float lower[kEntries];
			float sums[kEntries];

			kernels.fastscan_bounds(factors.block(codes.data()), list, 0, lower, sums);
			for (float sum : sums)
			{
				ASSERT_EQ(sum, static_cast<float>(largest * groups));
			}
		}
	}
}

TEST_P(KernelsFastscan, LargestSumsAreExact)
{
	expect_largest_sums_are_exact(kernels());
}

// The factors of a block, at odd bytes, each of any size and sign or no number at all.
struct Factors
{
	Array<float> add;
	Array<uint16_t> rescale;
	Array<uint16_t> err;

	Factors(Random &random, Values values, size_t offset)
		: add(make_rows(random, values, 1, kEntries, kEntries * sizeof(float), offset)),
		  rescale(kEntries * sizeof(uint16_t), offset), err(kEntries * sizeof(uint16_t), offset)
	{
		for (size_t i = 0; i < kEntries; i++)
		{
			bool wild = values == Values::Mixed;
			uint32_t one = std::bit_cast<uint32_t>(make_value(random, values, i));
			uint32_t two = std::bit_cast<uint32_t>(make_value(random, values, i + 1));
			uint16_t any = static_cast<uint16_t>(random_next(random));

			rescale.set(i * sizeof(uint16_t), wild ? any : static_cast<uint16_t>(one >> 16));
			err.set(i * sizeof(uint16_t), static_cast<uint16_t>(two >> 16));
		}
	}
};

void
expect_all_bounds_equal_scalar(const Kernels &kernels)
{
	Random random = {14};

	for (size_t groups : group_counts())
	{
		Array<uint8_t> codes = make_bytes(random, Bytes::Random, groups * kGroupBytes, groups % 3);
		bool small = groups % 2 != 0 || groups % 256 < 8;
		Bytes kind = small ? Bytes::Small : Bytes::Random;
		Array<uint8_t> table = make_bytes(random, kind, groups * kGroupBytes, groups % 5);

		for (Values values : kAllValues)
		{
			Factors factors(random, values, groups % 4);
			FastscanBlock block = {codes.data(), factors.add.data(), factors.rescale.data(),
			                       factors.err.data()};
			FastscanList list = {table.data(),
			                     groups,
			                     make_value(random, values, 1),
			                     make_value(random, values, 2),
			                     make_value(random, values, 3),
			                     make_value(random, values, 4),
			                     small};

			for (float limit : {0.0f, make_value(random, values, 5), INFINITY, -INFINITY, NAN})
			{
				expect_bounds_equal_scalar(kernels, block, list, limit);
			}
			if (testing::Test::HasFatalFailure())
			{
				return;
			}
		}
	}
}

TEST_P(KernelsFastscan, BoundsEqualScalar)
{
	expect_all_bounds_equal_scalar(kernels());
}

// A limit that is the bound of some entry: the comparison takes it in.
TEST_P(KernelsFastscan, TheLimitItselfIsWithin)
{
	Random random = {15};
	Array<uint8_t> codes = make_bytes(random, Bytes::Random, 96 * kGroupBytes, 0);
	Array<uint8_t> table = make_bytes(random, Bytes::Random, 96 * kGroupBytes, 0);
	Factors factors(random, Values::Uniform, 0);
	FastscanBlock block = {codes.data(), factors.add.data(), factors.rescale.data(), factors.err.data()};
	FastscanList list = {table.data(), 96, 0.001f, -0.5f, 1, 0.25f};
	float lower[kEntries];
	float estimate[kEntries];

	EXPECT_EQ(kernels().fastscan_bounds(block, list, INFINITY, lower, estimate), UINT32_MAX);
	for (size_t i = 0; i < kEntries; i++)
	{
		float limit = lower[i];

		EXPECT_EQ(kernels().fastscan_bounds(block, list, limit, lower, estimate) >> i & 1, 1u);
		limit = nextafterf(limit, -INFINITY);
		EXPECT_EQ(kernels().fastscan_bounds(block, list, limit, lower, estimate) >> i & 1, 0u);
	}
}

// Codes and table are zeros, and so are the sums if nothing else is read.
void
expect_nothing_outside_is_read(const Kernels &kernels)
{
	Guarded guarded[7];

	for (bool at_end : {false, true})
	{
		for (size_t groups : group_counts())
		{
			size_t bytes = groups * kGroupBytes;
			uint16_t *rescale = guarded[3].array<uint16_t>(kEntries * sizeof(uint16_t), at_end);
			FastscanBlock block = {guarded[0].array<uint8_t>(bytes, at_end),
			                       guarded[2].array<float>(kEntries * sizeof(float), at_end), rescale,
			                       guarded[4].array<uint16_t>(kEntries * sizeof(uint16_t), at_end)};
			float *lower = guarded[5].array<float>(kEntries * sizeof(float), at_end);
			float *sums = guarded[6].array<float>(kEntries * sizeof(float), at_end);

			std::fill_n(rescale, kEntries, kOne);
			for (bool small : {false, true})
			{
				FastscanList list = sum_list(guarded[1].array<uint8_t>(bytes, at_end), groups, small);

				std::fill_n(sums, kEntries, 1.0f);
				EXPECT_EQ(kernels.fastscan_bounds(block, list, -1, lower, sums), 0u);
				EXPECT_EQ(std::count(sums, sums + kEntries, 0.0f), 32);
			}
		}
	}
}

TEST_P(KernelsFastscan, ReadNothingOutside)
{
	expect_nothing_outside_is_read(kernels());
}

#if defined(__x86_64__)

// AVX-512 has the wide scan on some CPUs only, but all of them can run it.
TEST(KernelsWideFastscan, EqualsScalar)
{
	const Kernels *avx512 = table(Level::Avx512);

	if (avx512 == nullptr)
	{
		GTEST_SKIP() << "this CPU lacks avx512";
	}

	Kernels kernels = kAvx512WideTable;

	fill_null_slots(&kernels, *avx512);
	expect_all_sums_equal_scalar(kernels);
	expect_largest_sums_are_exact(kernels);
	expect_all_bounds_equal_scalar(kernels);
	expect_nothing_outside_is_read(kernels);
}

#endif

} // namespace
