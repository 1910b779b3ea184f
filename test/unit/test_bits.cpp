// test_bits.cpp - distances of strings of bits.
#include "core/bits.h"

#include <cmath>
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

// What an index orders rows by: it rises with the Jaccard distance and is no smaller than the cosine distance.
TEST(Bits, DiceRisesWithJaccard)
{
	const uint8_t query[] = {0xFF, 0x0F};
	double last_jaccard = -1;
	double last_dice = -1;

	for (uint8_t row : {0xFF, 0xFE, 0xFC, 0xF8, 0xF0, 0xE0, 0xC0, 0x80, 0x00})
	{
		const uint8_t bits[] = {row, 0};
		double jaccard = jaccard_distance(query, bits, 2);
		double dice = dice_distance(query, bits, 2);
		double set = 8.0 - __builtin_ctz(row | 0x100);

		EXPECT_GT(jaccard, last_jaccard);
		EXPECT_GT(dice, last_dice);
		EXPECT_TRUE(set == 0 || dice + 1e-15 >= 1 - set / std::sqrt(set * 12));
		last_jaccard = jaccard;
		last_dice = dice;
		EXPECT_EQ(bits_set(bits, 2), set);
	}
	EXPECT_EQ(last_dice, 1);
}

} // namespace
