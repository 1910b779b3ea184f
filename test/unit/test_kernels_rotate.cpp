// test_kernels_rotate.cpp - the steps of a random rotation: scalar against their definition, and every level
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

using KernelsRotate = KernelsLevel;

INSTANTIATE_TEST_SUITE_P(Levels, KernelsRotate, testing::ValuesIn(kLevels), level_name);

constexpr size_t kMaxTransform = 16384;

// Whole numbers small enough for every sum to be exact.
std::vector<float>
make_whole_numbers(Random &random, size_t n)
{
	std::vector<float> x(n);

	for (float &value : x)
	{
		value = static_cast<float>(random_below(random, 201)) - 100.0f;
	}
	return x;
}

TEST(KernelsScalarRotate, TransformIsTheHadamardMatrix)
{
	Random random = {21};

	for (size_t n : {8, 16, 32, 64, 128, 512})
	{
		std::vector<float> x = make_whole_numbers(random, n);
		std::vector<float> wanted(n, 0.0f);

		for (size_t i = 0; i < n; i++)
		{
			for (size_t j = 0; j < n; j++)
			{
				wanted[i] += std::popcount(i & j) % 2 == 0 ? x[j] : -x[j];
			}
		}
		scalar().fht_f32(x.data(), n);
		EXPECT_EQ(x, wanted) << "n=" << n;
	}
}

TEST(KernelsScalarRotate, ButterfliesAreInOrderOfTheirStrides)
{
	float x[8] = {1, 0x1p-24f, 0, 0, 1, 0, 0, 0};

	// By strides 1, 2, 4 the tiny number meets the first 1 before the second: 1 + 2^-24 is rounded to 1.
	scalar().fht_f32(x, 8);
	EXPECT_EQ(x[0], 2.0f);
	EXPECT_EQ(x[1], 2.0f - 0x1p-24f);
	EXPECT_EQ(x[4], 0.0f);
	EXPECT_EQ(x[5], -0x1p-24f);
}

TEST(KernelsScalarRotate, StepsDoWhatTheySay)
{
	const uint8_t bits[] = {0x81, 0x02};
	std::vector<float> flipped = {1, 2, 3, 4, 5, 6, 7, 8, 0.0f, -0.0f, 11, 12, 13, 14, 15, 16};
	std::vector<float> scaled = {1, -2, 3};
	float rotated[] = {3, 5, 1, -5};

	scalar().flip_signs_f32(flipped.data(), bits, 16);
	EXPECT_EQ(flipped, (std::vector<float>{-1, 2, 3, 4, 5, 6, 7, -8, 0, 0, 11, 12, 13, 14, 15, 16}));
	EXPECT_FALSE(std::signbit(flipped[8]));
	EXPECT_FALSE(std::signbit(flipped[9])) << "-0 becomes +0";
	scalar().scale_f32(scaled.data(), -0.5f, 3);
	EXPECT_EQ(scaled, (std::vector<float>{-0.5f, 1, -1.5f}));
	scalar().kac_f32(rotated, 2);
	EXPECT_EQ(rotated[0], 4 * kSqrtHalf);
	EXPECT_EQ(rotated[1], 0.0f);
	EXPECT_EQ(rotated[2], 2 * kSqrtHalf);
	EXPECT_EQ(rotated[3], 10 * kSqrtHalf);
}

// Compares two arrays bit for bit.
void
expect_same_bits(const float *got, const float *wanted, size_t n)
{
	for (size_t i = 0; i < n; i++)
	{
		float one;
		float other;

		memcpy(&one, reinterpret_cast<const char *>(got) + i * sizeof(float), sizeof(float));
		memcpy(&other, reinterpret_cast<const char *>(wanted) + i * sizeof(float), sizeof(float));
		ASSERT_TRUE(same_bits(one, other)) << "element " << i << " of " << n;
	}
}

TEST_P(KernelsRotate, TransformEqualsScalar)
{
	Random random = {22};

	for (size_t n = 8; n <= kMaxTransform; n *= 2)
	{
		for (Values values : kAllValues)
		{
			for (size_t offset : {0, 1, 4})
			{
				Array<float> got = make_rows(random, values, 1, n, n * sizeof(float), offset);
				Array<float> wanted = got;

				got.set(n * sizeof(float), 12345);
				wanted.set(n * sizeof(float), 12345);
				kernels().fht_f32(got.data(), n);
				scalar().fht_f32(wanted.data(), n);
				expect_same_bits(got.data(), wanted.data(), n + 1);
				if (HasFatalFailure())
				{
					return;
				}
			}
		}
	}
}

TEST_P(KernelsRotate, TwoTransformsMultiplyByTheLength)
{
	Random random = {23};

	for (size_t n = 8; n <= 4096; n *= 2)
	{
		std::vector<float> x = make_whole_numbers(random, n);
		std::vector<float> twice = x;

		kernels().fht_f32(twice.data(), n);
		kernels().fht_f32(twice.data(), n);
		kernels().scale_f32(x.data(), static_cast<float>(n), n);
		EXPECT_EQ(twice, x) << "n=" << n;
	}
}

TEST_P(KernelsRotate, FlipsEqualScalar)
{
	Random random = {24};

	for (size_t n = 0; n <= 400; n += 8)
	{
		Array<float> got = make_rows(random, Values::Mixed, 1, n, n * sizeof(float), n % 5);
		Array<float> wanted = got;
		std::vector<uint8_t> bits(n / 8);

		for (uint8_t &byte : bits)
		{
			byte = static_cast<uint8_t>(random_next(random));
		}
		got.set(n * sizeof(float), 12345);
		wanted.set(n * sizeof(float), 12345);
		kernels().flip_signs_f32(got.data(), bits.data(), n);
		scalar().flip_signs_f32(wanted.data(), bits.data(), n);
		expect_same_bits(got.data(), wanted.data(), n + 1);
	}
}

TEST_P(KernelsRotate, ScaleAndKacEqualScalar)
{
	Random random = {25};

	for (Values values : kAllValues)
	{
		for (size_t n : lengths())
		{
			Array<float> got = make_rows(random, values, 1, 2 * n, 2 * n * sizeof(float), n % 5);
			Array<float> wanted = got;

			got.set(2 * n * sizeof(float), 12345);
			wanted.set(2 * n * sizeof(float), 12345);
			kernels().kac_f32(got.data(), n);
			scalar().kac_f32(wanted.data(), n);
			expect_same_bits(got.data(), wanted.data(), 2 * n + 1);
			kernels().scale_f32(got.data(), 0.3f, n);
			scalar().scale_f32(wanted.data(), 0.3f, n);
			expect_same_bits(got.data(), wanted.data(), 2 * n + 1);
		}
	}
}

TEST_P(KernelsRotate, TouchesNothingOutside)
{
	Guarded floats;
	Guarded bytes;

	for (bool at_end : {false, true})
	{
		for (size_t n = 8; n <= kMaxTransform; n *= 2)
		{
			float *x = floats.array<float>(n * sizeof(float), at_end);

			kernels().fht_f32(x, n);
			EXPECT_EQ(std::count(x, x + n, 0.0f), static_cast<ptrdiff_t>(n));
		}
		for (size_t n : lengths())
		{
			size_t eights = n - n % 8;
			float *x = floats.array<float>(2 * n * sizeof(float), at_end);

			kernels().kac_f32(x, n);
			kernels().scale_f32(floats.array<float>(n * sizeof(float), at_end), 2, n);
			kernels().flip_signs_f32(floats.array<float>(eights * sizeof(float), at_end),
			                         bytes.array<uint8_t>(eights / 8, at_end), eights);
			EXPECT_EQ(std::count(x, x + 2 * n, 0.0f), static_cast<ptrdiff_t>(2 * n));
		}
	}
}

} // namespace
