// test_kernels_codes.cpp - the dot product of 4-bit codes and the taking of sign bits: scalar against their
// definition, and every level against scalar, bit for bit.
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

using KernelsCodes = KernelsLevel;

INSTANTIATE_TEST_SUITE_P(Levels, KernelsCodes, testing::ValuesIn(kLevels), level_name);

TEST(KernelsScalarCodes, DotU4IsExact)
{
	Random random = {12};

	for (size_t d : {size_t{64}, size_t{128}, size_t{192}, size_t{768}, size_t{1600}, kMaxU4Dimensions})
	{
		for (Bytes bytes : kAllBytes)
		{
			Array<uint8_t> code = make_bytes(random, bytes, d / 2, 0);
			Array<int8_t> q = make_codes(random, d, 0);
			int64_t exact = 0;

			for (size_t i = 0; i < d; i++)
			{
				uint8_t pair = code.data()[i / 64 * 32 + i % 32];

				exact += static_cast<int64_t>(q.data()[i]) * (i % 64 < 32 ? pair & 15 : pair >> 4);
			}
			EXPECT_EQ(scalar().dot_u4(code.data(), q.data(), d), exact) << "d=" << d;
		}
	}
}

TEST(KernelsScalarCodes, SignBitsAreOfPositiveValues)
{
	const float x[16] = {1, -1, 0.0f, -0.0f, NAN, INFINITY, -INFINITY, FLT_TRUE_MIN, -FLT_TRUE_MIN,
	                     2, 3,  0,    0,     0,   0,        4};
	uint8_t bits[2];

	scalar().sign_bits_f32(x, 16, bits);
	EXPECT_EQ(bits[0], 1 << 0 | 1 << 5 | 1 << 7);
	EXPECT_EQ(bits[1], 1 << 1 | 1 << 2 | 1 << 7);
}

TEST_P(KernelsCodes, DotU4EqualsScalar)
{
	Random random = {16};

	for (size_t d = 0; d <= 40 * 64; d += 64)
	{
		for (Bytes bytes : kAllBytes)
		{
			for (size_t offset : {0, 1, 2, 3})
			{
				Array<uint8_t> code = make_bytes(random, bytes, d / 2, offset);
				Array<int8_t> q = make_codes(random, d, 3 - offset);

				ASSERT_EQ(kernels().dot_u4(code.data(), q.data(), d),
				          scalar().dot_u4(code.data(), q.data(), d))
					<< "d=" << d << " offset=" << offset;
			}
		}
	}
}

TEST_P(KernelsCodes, LargestDotU4IsExact)
{
	std::vector<uint8_t> code(kMaxU4Dimensions / 2, 255);

	for (int value : {-128, 127})
	{
		std::vector<int8_t> q(kMaxU4Dimensions, static_cast<int8_t>(value));

		EXPECT_EQ(kernels().dot_u4(code.data(), q.data(), kMaxU4Dimensions),
		          15 * value * static_cast<int32_t>(kMaxU4Dimensions));
	}
}

TEST_P(KernelsCodes, SignBitsEqualScalar)
{
	Random random = {17};

	for (size_t n = 0; n <= 208; n += 8)
	{
		for (Values values : kAllValues)
		{
			Array<float> x = make_rows(random, values, 1, n, n * sizeof(float), n % 5);
			std::vector<uint8_t> got(n / 8 + 1, 99);
			std::vector<uint8_t> wanted(n / 8 + 1, 99);

			x.set(0, n % 16 == 0 ? NAN : 1.0f);
			kernels().sign_bits_f32(x.data(), n, got.data());
			scalar().sign_bits_f32(x.data(), n, wanted.data());
			ASSERT_EQ(got, wanted) << "n=" << n;
		}
	}
}

TEST_P(KernelsCodes, ReadNothingOutside)
{
	Guarded first;
	Guarded second;

	for (bool at_end : {false, true})
	{
		for (size_t d = 0; d <= 1024; d += 64)
		{
			EXPECT_EQ(
				kernels().dot_u4(first.array<uint8_t>(d / 2, at_end), second.array<int8_t>(d, at_end), d), 0);
		}
		for (size_t n = 0; n <= 200; n += 8)
		{
			uint8_t *bits = second.array<uint8_t>(n / 8, at_end);

			kernels().sign_bits_f32(first.array<float>(n * sizeof(float), at_end), n, bits);
			EXPECT_EQ(std::count(bits, bits + n / 8, 0), static_cast<ptrdiff_t>(n / 8));
		}
	}
}

} // namespace
