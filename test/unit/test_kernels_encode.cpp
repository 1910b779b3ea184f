// test_kernels_encode.cpp - what is computed to code rows and queries: scalar against its definition, and every level
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

using KernelsEncode = KernelsLevel;

INSTANTIATE_TEST_SUITE_P(Levels, KernelsEncode, testing::ValuesIn(kLevels), level_name);

// Steps of which no four add up to more than 255 of a table's values, in size.
Array<int16_t>
make_steps(Random &random, size_t d, size_t offset)
{
	constexpr int kMost = 255 * kTableSteps / 4;
	Array<int16_t> steps(d * sizeof(int16_t), offset);

	for (size_t i = 0; i < d; i++)
	{
		int size = random_below(random, 3) == 0 ? kMost : static_cast<int>(random_below(random, kMost + 1));

		steps.set(i * sizeof(int16_t), static_cast<int16_t>(random_below(random, 2) != 0 ? size : -size));
	}
	return steps;
}

std::vector<uint8_t>
table_of(const Kernels &kernels, Array<int16_t> &steps, size_t d)
{
	std::vector<uint8_t> table(d * 4 + 1, 99);

	kernels.fastscan_table(steps.data(), d, table.data());
	EXPECT_EQ(table.back(), 99);
	return table;
}

TEST(KernelsScalarEncode, TableValuesAreSumsOfSteps)
{
	int16_t steps[8] = {128, -256, 64, 63, 0, 0, -128 * 255, 0};
	uint8_t table[32];

	scalar().fastscan_table(steps, 8, table);
	EXPECT_EQ(table[0], 2) << "none is set: 256 more than the least";
	EXPECT_EQ(table[1], 3);
	EXPECT_EQ(table[2], 0) << "the least";
	EXPECT_EQ(table[3], 1);
	EXPECT_EQ(table[6], 1) << "one half is rounded up";
	EXPECT_EQ(table[10], 0) << "and less is rounded down";
	EXPECT_EQ(table[14], 1);
	EXPECT_EQ(table[13], 4);
	EXPECT_EQ(table[16], 255);
	EXPECT_EQ(table[16 + 4], 0);
	EXPECT_EQ(table[16 + 11], 255);
}

TEST(KernelsScalarEncode, ResidualSumsAreExactToRounding)
{
	Random random = {21};

	for (size_t d : {size_t{4}, size_t{64}, size_t{384}, size_t{1536}})
	{
		Array<float> x = make_rows(random, Values::Uniform, 1, d, d * sizeof(float), 0);
		Array<float> c = make_rows(random, Values::Uniform, 1, d, d * sizeof(float), 0);
		Array<float> at = make_rows(random, Values::Uniform, 1, d, d * sizeof(float), 0);
		ResidualSums sums = scalar().residual_sums_f32(x.data(), c.data(), at.data(), d);
		long double squares = 0, sizes = 0, product = 0, c_signed = 0, at_signed = 0;

		for (size_t i = 0; i < d; i++)
		{
			float rounded = x.data()[i] - c.data()[i];
			long double r = rounded, centre = c.data()[i], point = at.data()[i];

			squares += r * r;
			sizes += fabsl(r);
			product += r * centre;
			c_signed += r > 0 ? centre : -centre;
			at_signed += r > 0 ? point : -point;
		}

		// So many roundings of a sum whose terms are at most 4 in size.
		double tolerance = (static_cast<double>(d) / 4 + 2) * 0x1p-53 * 4 * static_cast<double>(d);

		EXPECT_NEAR(sums.squares, static_cast<double>(squares), tolerance);
		EXPECT_NEAR(sums.sizes, static_cast<double>(sizes), tolerance);
		EXPECT_NEAR(sums.product, static_cast<double>(product), tolerance);
		EXPECT_NEAR(sums.c_signed, static_cast<double>(c_signed), tolerance);
		EXPECT_NEAR(sums.at_signed, static_cast<double>(at_signed), tolerance);
	}
}

TEST(KernelsScalarEncode, ZeroResidualsCountAsNegative)
{
	float x[4] = {1, 1, 2, NAN};
	float c[4] = {1, 2, 1, 5};
	float at[4] = {10, 20, 40, 80};
	ResidualSums sums = scalar().residual_sums_f32(x, c, at, 4);

	EXPECT_EQ(sums.c_signed, -1 - 2 + 1 - 5);
	EXPECT_EQ(sums.at_signed, -10 - 20 + 40 - 80);
}

TEST_P(KernelsEncode, TableEqualsScalar)
{
	Random random = {22};

	for (size_t d = 0; d <= 1024; d += 8)
	{
		Array<int16_t> steps = make_steps(random, d, d / 8 % 4);

		ASSERT_EQ(table_of(kernels(), steps, d), table_of(scalar(), steps, d)) << "d=" << d;
	}
}

// Bits, except that one NaN is as good as another.
void
expect_same(double got, double wanted, size_t d)
{
	if (!(isnan(got) && isnan(wanted)))
	{
		ASSERT_EQ(std::bit_cast<uint64_t>(got), std::bit_cast<uint64_t>(wanted))
			<< got << " " << wanted << " d=" << d;
	}
}

TEST_P(KernelsEncode, ResidualSumsEqualScalar)
{
	Random random = {23};

	for (size_t d = 0; d <= 1024; d += d < 64 ? 4 : 64)
	{
		for (Values values : kAllValues)
		{
			Array<float> x = make_rows(random, values, 1, d, d * sizeof(float), d % 5);
			Array<float> c = make_rows(random, values, 1, d, d * sizeof(float), 1);
			Array<float> at = make_rows(random, values, 1, d, d * sizeof(float), 2);
			ResidualSums got = kernels().residual_sums_f32(x.data(), c.data(), at.data(), d);
			ResidualSums wanted = scalar().residual_sums_f32(x.data(), c.data(), at.data(), d);

			expect_same(got.squares, wanted.squares, d);
			expect_same(got.sizes, wanted.sizes, d);
			expect_same(got.product, wanted.product, d);
			expect_same(got.c_signed, wanted.c_signed, d);
			expect_same(got.at_signed, wanted.at_signed, d);
		}
	}
}

TEST_P(KernelsEncode, ReadNothingOutside)
{
	Guarded first;
	Guarded second;
	Guarded third;

	for (bool at_end : {false, true})
	{
		for (size_t d = 0; d <= 256; d += 4)
		{
			size_t bytes = d * sizeof(float);
			ResidualSums sums = kernels().residual_sums_f32(first.array<float>(bytes, at_end),
			                                                second.array<float>(bytes, at_end),
			                                                third.array<float>(bytes, at_end), d);

			EXPECT_EQ(sums.squares, 0);
		}
		for (size_t d = 0; d <= 256; d += 8)
		{
			uint8_t *table = second.array<uint8_t>(d * 4, at_end);

			kernels().fastscan_table(first.array<int16_t>(d * sizeof(int16_t), at_end), d, table);
			EXPECT_EQ(std::count(table, table + d * 4, 0), static_cast<ptrdiff_t>(d * 4));
		}
	}
}

} // namespace
