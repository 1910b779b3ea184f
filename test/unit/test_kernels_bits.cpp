// test_kernels_bits.cpp - the kernels that count bits: scalar against a count bit by bit, and every level against
// scalar.
#include <stddef.h>
#include <stdint.h>

#include <vector>

#include <gtest/gtest.h>

#include "kernels_fixture.h"

namespace
{

using namespace kernels_fixture;

using KernelsBits = KernelsLevel;

INSTANTIATE_TEST_SUITE_P(Levels, KernelsBits, testing::ValuesIn(kLevels), level_name);

TEST(KernelsScalarBits, CountsBitByBit)
{
	Random random = {18};

	for (size_t bytes : lengths())
	{
		for (Bytes kind : kAllBytes)
		{
			Array<uint8_t> a = make_bytes(random, kind, bytes, bytes % 3);
			Array<uint8_t> b = make_bytes(random, Bytes::Random, bytes, bytes % 5);
			uint64_t differ = 0;
			BitCounts wanted = {0, 0};

			for (size_t i = 0; i < 8 * bytes; i++)
			{
				bool x = (a.data()[i / 8] >> i % 8 & 1) != 0;
				bool y = (b.data()[i / 8] >> i % 8 & 1) != 0;

				differ += x != y;
				wanted.both += x && y;
				wanted.either += x || y;
			}

			BitCounts got = scalar().overlap(a.data(), b.data(), bytes);

			ASSERT_EQ(scalar().hamming(a.data(), b.data(), bytes), differ) << "bytes=" << bytes;
			ASSERT_EQ(got.both, wanted.both) << "bytes=" << bytes;
			ASSERT_EQ(got.either, wanted.either) << "bytes=" << bytes;
		}
	}
}

TEST_P(KernelsBits, EqualScalar)
{
	Random random = {19};

	for (size_t bytes : lengths())
	{
		for (Bytes kind : kAllBytes)
		{
			for (size_t offset : {0, 1, 2, 3, 4, 8, 12})
			{
				Array<uint8_t> a = make_bytes(random, kind, bytes, offset);
				Array<uint8_t> b = make_bytes(random, Bytes::Random, bytes, (5 * offset) % 16);
				BitCounts got = kernels().overlap(a.data(), b.data(), bytes);
				BitCounts wanted = scalar().overlap(a.data(), b.data(), bytes);

				ASSERT_EQ(kernels().hamming(a.data(), b.data(), bytes),
				          scalar().hamming(a.data(), b.data(), bytes))
					<< "bytes=" << bytes << " offset=" << offset;
				ASSERT_EQ(got.both, wanted.both) << "bytes=" << bytes << " offset=" << offset;
				ASSERT_EQ(got.either, wanted.either) << "bytes=" << bytes << " offset=" << offset;
			}
		}
	}
}

// As many bits as a value of PostgreSQL can have: no sum of a kernel overflows.
TEST_P(KernelsBits, LongStrings)
{
	constexpr size_t kBytes = 10 << 20;
	std::vector<uint8_t> ones(kBytes, 255);
	std::vector<uint8_t> zeros(kBytes, 0);
	BitCounts counts = kernels().overlap(ones.data(), zeros.data(), kBytes);
	BitCounts same = kernels().overlap(ones.data(), ones.data(), kBytes);

	EXPECT_EQ(kernels().hamming(ones.data(), zeros.data(), kBytes), 8 * kBytes);
	EXPECT_EQ(kernels().hamming(ones.data(), ones.data(), kBytes), 0u);
	EXPECT_EQ(counts.both, 0u);
	EXPECT_EQ(counts.either, 8 * kBytes);
	EXPECT_EQ(same.both, 8 * kBytes);
}

TEST_P(KernelsBits, ReadNothingOutside)
{
	Guarded first;
	Guarded second;

	for (bool at_end : {false, true})
	{
		for (size_t bytes : lengths())
		{
			const uint8_t *a = first.array<uint8_t>(bytes, at_end);
			const uint8_t *b = second.array<uint8_t>(bytes, at_end);

			EXPECT_EQ(kernels().hamming(a, b, bytes), 0u);
			EXPECT_EQ(kernels().overlap(a, b, bytes).either, 0u);
		}
	}
}

} // namespace
