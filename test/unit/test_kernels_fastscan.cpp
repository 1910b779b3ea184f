// test_kernels_fastscan.cpp - FastScan and its bounds: scalar against their definition, and every level
// against scalar, bit for bit.
#include <math.h>
#include <stddef.h>
#include <stdint.h>

#include <algorithm>
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

TEST(KernelsScalarFastscan, FastscanAddsTheTableValuesOfTheBits)
{
	Random random = {11};

	for (size_t groups : {1, 2, 3, 96, 257})
	{
		std::vector<uint8_t> table(groups * kGroupBytes);
		std::vector<uint8_t> codes(groups * kGroupBytes);
		uint32_t wanted[kEntries] = {};
		uint32_t sums[kEntries] = {};

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
		scalar().fastscan(codes.data(), table.data(), groups, sums);
		EXPECT_TRUE(std::equal(sums, sums + kEntries, wanted)) << "groups=" << groups;
	}
}

// They are added to what is there.
TEST(KernelsScalarFastscan, SumsGoOn)
{
	const uint8_t codes[kGroupBytes] = {0x21};
	uint8_t table[kGroupBytes] = {0, 10, 20};
	uint32_t sums[kEntries] = {100};

	scalar().fastscan(codes, table, 1, sums);
	EXPECT_EQ(sums[0], 110u);
	EXPECT_EQ(sums[16], 20u);
	scalar().fastscan(codes, table, 1, sums);
	EXPECT_EQ(sums[0], 120u);
	EXPECT_EQ(sums[16], 40u);
	EXPECT_EQ(sums[1], 0u);
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

// FastScan of one block: a level's sums against scalar's, and nothing written beyond them.
void
expect_sums_equal_scalar(const Kernels &kernels, const uint8_t *codes, const uint8_t *table, size_t groups)
{
	std::vector<uint32_t> got(kEntries + 1, 12345);
	std::vector<uint32_t> wanted(kEntries + 1, 12345);

	kernels.fastscan(codes, table, groups, got.data());
	scalar().fastscan(codes, table, groups, wanted.data());
	ASSERT_EQ(got, wanted) << "groups=" << groups;
}

void
expect_all_sums_equal_scalar(const Kernels &kernels)
{
	Random random = {13};

	for (size_t groups : group_counts())
	{
		for (Bytes kind : kAllBytes)
		{
			size_t bytes = groups * kGroupBytes;
			Array<uint8_t> codes = make_bytes(random, kind, bytes, groups % 3);
			Array<uint8_t> table = make_bytes(random, kAllBytes[groups % 4], bytes, groups % 5);

			expect_sums_equal_scalar(kernels, codes.data(), table.data(), groups);
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
	std::vector<uint8_t> ones(kMaxFastscanGroups * kGroupBytes, 255);
	for (size_t groups : group_counts())
	{
		uint32_t sums[kEntries] = {};

		kernels.fastscan(ones.data(), ones.data(), groups, sums);
		for (uint32_t sum : sums)
		{
			ASSERT_EQ(sum, 255 * groups);
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

// The bounds of one block, likewise.
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

// Codes in two or three places: their sums go on, and the bounds are those of all at once.
void
expect_parts_equal_the_whole(const Kernels &kernels)
{
	Random random = {16};

	for (size_t groups : {size_t{2}, size_t{13}, size_t{96}, size_t{257}, size_t{768}, kMaxFastscanGroups})
	{
		Array<uint8_t> codes = make_bytes(random, Bytes::Random, groups * kGroupBytes, groups % 3);
		Array<uint8_t> table = make_bytes(random, Bytes::Random, groups * kGroupBytes, groups % 5);
		Factors factors(random, Values::Uniform, groups % 4);
		FastscanBlock block = {codes.data(), factors.add.data(), factors.rescale.data(), factors.err.data()};
		FastscanList list = {table.data(), groups, 0.001f, -0.5f, 1, 0.25f};
		float lower[2][kEntries];
		float estimate[2][kEntries];
		uint32_t mask = kernels.fastscan_bounds(block, list, 1, lower[0], estimate[0]);

		for (size_t first : {size_t{0}, size_t{1}, groups / 2, groups})
		{
			for (size_t second : {first, first + (groups - first) / 3, groups})
			{
				uint32_t sums[kEntries] = {};

				kernels.fastscan(codes.data(), table.data(), first, sums);
				kernels.fastscan(codes.data() + first * kGroupBytes, table.data() + first * kGroupBytes,
				                 second - first, sums);
				block.codes = codes.data() + second * kGroupBytes;
				list.table = table.data() + second * kGroupBytes;
				list.groups = groups - second;
				list.sums = sums;
				ASSERT_EQ(mask, kernels.fastscan_bounds(block, list, 1, lower[1], estimate[1]));
				for (size_t i = 0; i < kEntries; i++)
				{
					ASSERT_TRUE(same_bits(lower[0][i], lower[1][i])) << i << " groups=" << groups;
					ASSERT_TRUE(same_bits(estimate[0][i], estimate[1][i])) << i << " groups=" << groups;
				}
			}
		}
	}
}

TEST_P(KernelsFastscan, PartsEqualTheWhole)
{
	expect_parts_equal_the_whole(kernels());
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

void
expect_nothing_outside_is_read(const Kernels &kernels)
{
	Guarded first;
	Guarded second;
	Guarded third;

	for (bool at_end : {false, true})
	{
		for (size_t groups : group_counts())
		{
			size_t bytes = groups * kGroupBytes;
			const uint8_t *codes = first.array<uint8_t>(bytes, at_end);
			const uint8_t *table = second.array<uint8_t>(bytes, at_end);
			FastscanBlock block = {codes, third.array<float>(128, at_end), third.array<uint16_t>(64, at_end),
			                       third.array<uint16_t>(64, at_end)};

			uint32_t sums[kEntries] = {};

			kernels.fastscan(codes, table, groups, sums);
			EXPECT_EQ(std::count(sums, sums + kEntries, 0u), 32);
			EXPECT_EQ(kernels.fastscan_bounds(block, {table, groups, 1, 1, 1, 1}, 0,
			                                  third.array<float>(128, at_end),
			                                  second.array<float>(128, at_end)),
			          0u);
			std::fill_n(third.array<float>(128, at_end), kEntries, 0.0f);
			std::fill_n(second.array<float>(128, at_end), kEntries, 0.0f);
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
	expect_parts_equal_the_whole(kernels);
	expect_nothing_outside_is_read(kernels);
}

#endif

} // namespace
