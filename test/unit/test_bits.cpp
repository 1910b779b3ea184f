// test_bits.cpp - distances of strings of bits.
#include "core/bits.h"

#include <gtest/gtest.h>

using namespace vecsim::core;

namespace
{

TEST(Bits, Distances)
{
	const uint8_t a[] = {0xF0, 0x80, 0x00};
	const uint8_t b[] = {0xC0, 0x80, 0x01};

	EXPECT_EQ(hamming_distance(a, b, 3), 3);
	EXPECT_EQ(jaccard_distance(a, b, 3), 1 - 3.0 / 6);
	EXPECT_EQ(jaccard_distance(a, a, 3), 0);
	EXPECT_EQ(hamming_distance(a, a, 3), 0);
}

TEST(Bits, NothingInCommonIsFarthest)
{
	const uint8_t a[] = {0xF0};
	const uint8_t b[] = {0x0F};
	const uint8_t zero[] = {0};

	EXPECT_EQ(jaccard_distance(a, b, 1), 1);
	EXPECT_EQ(jaccard_distance(a, zero, 1), 1);
	EXPECT_EQ(jaccard_distance(zero, zero, 1), 1);
	EXPECT_EQ(jaccard_distance(zero, zero, 0), 1);
	EXPECT_EQ(hamming_distance(zero, zero, 0), 0);
}

} // namespace
