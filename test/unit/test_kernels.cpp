// test_kernels.cpp - the scalar kernels keep the contract of kernels.h, and choosing a level does what it
// says.
#include <math.h>
#include <stddef.h>
#include <stdint.h>

#include <vector>

#include <gtest/gtest.h>

#include "kernels/kernels_tables.h"
#include "kernels_fixture.h"

namespace
{

using namespace kernels_fixture;

// The level in use before main(), so before any test can have chosen one.
const Level kLevelAtStart = active().level;

// The contract of kernels.h in its plainest form: one lane after the other, then the tree.
float
sum_in_order(const std::vector<float> &terms)
{
	std::vector<float> lanes(32, 0.0f);

	for (size_t j = 0; j < 32; j++)
	{
		for (size_t i = j; i < terms.size(); i += 32)
		{
			lanes[j] += terms[i];
		}
	}
	for (size_t half : {16, 8, 4, 2, 1})
	{
		for (size_t j = 0; j < half; j++)
		{
			lanes[j] += lanes[j + half];
		}
	}
	return lanes[0];
}

TEST(KernelsScalar, SumsInTheOrderOfTheContract)
{
	Random random = {1};

	for (Values values : {Values::Uniform, Values::Denormal, Values::Zeros, Values::Alternating})
	{
		for (size_t d : lengths())
		{
			Array<float> a = make_rows(random, values, 1, d, d * sizeof(float), 0);
			Array<float> b = make_rows(random, values, 1, d, d * sizeof(float), 0);

			for (const PairSlots &slots : kPairSlots)
			{
				std::vector<float> terms(d);

				for (size_t i = 0; i < d; i++)
				{
					terms[i] = slots.term(a.data()[i], b.data()[i]);
				}
				ASSERT_TRUE(same_bits((scalar().*slots.pair)(a.data(), b.data(), d), sum_in_order(terms)))
					<< slots.name << " d=" << d;
			}
		}
	}
}

// A sum of n terms in 32 lanes rounds each term at most ceil(n / 32) + 5 times (the tree), and making the
// term rounds at most 3 times (l2sq: a difference, which counts twice in its square, and the square).  So
// with u = 2^-24 the error is at most about (ceil(n / 32) + 8) * u * sum |term|  (Higham, Accuracy and
// Stability, section 3.1).
TEST(KernelsScalar, StaysWithinTheErrorBound)
{
	Random random = {2};

	for (size_t d : lengths())
	{
		Array<float> a = make_rows(random, Values::Uniform, 1, d, d * sizeof(float), 0);
		Array<float> b = make_rows(random, Values::Uniform, 1, d, d * sizeof(float), 0);
		double roundings = ceil(d / 32.0) + 8;

		for (const PairSlots &slots : kPairSlots)
		{
			double exact = 0;
			double size = 0;

			for (size_t i = 0; i < d; i++)
			{
				double term = slots.exact_term(a.data()[i], b.data()[i]);

				exact += term;
				size += fabs(term);
			}
			EXPECT_NEAR((scalar().*slots.pair)(a.data(), b.data(), d), exact,
			            1.001 * roundings * 0x1p-24 * size)
				<< slots.name << " d=" << d;
		}
	}
}

TEST(KernelsScalar, SmallWholeNumbersAreExact)
{
	const float a[] = {1, 2, 3, -4};
	const float b[] = {5, -6, 7, 8};
	const int16_t q[] = {100, -200, 300};
	const int8_t code[] = {1, -128, 127};

	EXPECT_EQ(scalar().dot_f32(a, b, 4), 5 - 12 + 21 - 32);
	EXPECT_EQ(scalar().l2sq_f32(a, b, 4), 16 + 64 + 16 + 144);
	EXPECT_EQ(scalar().l1_f32(a, b, 4), 4 + 8 + 4 + 12);
	EXPECT_EQ(scalar().norm2_f32(a, 4), 1 + 4 + 9 + 16);
	EXPECT_EQ(scalar().dot_i8(q, code, 3), 100 + 25600 + 38100);
}

TEST(KernelsScalar, DotI8IsExact)
{
	Random random = {3};

	for (size_t d : lengths())
	{
		Array<int16_t> q = make_int16_query(random, d, 0);
		Array<int8_t> code = make_codes(random, d, 0);
		int64_t exact = 0;

		for (size_t i = 0; i < d; i++)
		{
			exact += static_cast<int64_t>(q.data()[i]) * code.data()[i];
		}
		EXPECT_EQ(scalar().dot_i8(q.data(), code.data(), d), exact) << "d=" << d;
	}
}

TEST(KernelsScalar, NothingSumsToPositiveZero)
{
	const float minus_zero[] = {-0.0f, -0.0f};
	const float one[] = {1.0f, 1.0f};

	EXPECT_TRUE(same_bits(scalar().dot_f32(nullptr, nullptr, 0), 0.0f));
	EXPECT_TRUE(same_bits(scalar().norm2_f32(nullptr, 0), 0.0f));
	EXPECT_TRUE(same_bits(scalar().dot_f32(minus_zero, one, 2), 0.0f));
	EXPECT_EQ(scalar().dot_i8(nullptr, nullptr, 0), 0);
}

TEST(KernelsChoice, ScalarUntilChosen)
{
	EXPECT_EQ(kLevelAtStart, Level::Scalar);
}

TEST(KernelsChoice, ChoosingPutsATableInUse)
{
	Level before = active().level;

	for (Level level : kLevels)
	{
		Level in_use = active().level;

		if (table(level) != nullptr)
		{
			EXPECT_TRUE(choose(level));
			EXPECT_EQ(&active(), table(level));
		}
		else
		{
			EXPECT_FALSE(choose(level));
			EXPECT_EQ(active().level, in_use) << "a refused choice changes nothing";
		}
	}
	EXPECT_TRUE(choose(Level::Auto));
	EXPECT_EQ(&active(), table(Level::Auto));
	EXPECT_TRUE(choose(before));
}

TEST(KernelsChoice, AutoIsAUsableLevelOfItsOwnName)
{
	const Kernels *best = table(Level::Auto);

	ASSERT_NE(best, nullptr);
	EXPECT_NE(best->level, Level::Auto);
	EXPECT_EQ(best, table(best->level));
}

TEST(KernelsChoice, UnknownLevelIsRefused)
{
	EXPECT_EQ(table(static_cast<Level>(99)), nullptr);
	EXPECT_FALSE(choose(static_cast<Level>(99)));
}

TEST(KernelsChoice, OnlyNullSlotsAreFilled)
{
	Kernels upper = {};
	Kernels lower = kScalarTable;

	upper.name = "upper";
	upper.level = Level::Neon;
	upper.dot_f32 = kScalarTable.l1_f32;
	lower.dot_i8 = nullptr;
	fill_null_slots(&upper, lower);
	EXPECT_EQ(upper.dot_f32, kScalarTable.l1_f32) << "a slot of its own stays";
	EXPECT_EQ(upper.l2sq_f32, kScalarTable.l2sq_f32);
	EXPECT_EQ(upper.dot_i8, nullptr) << "left for the level after the next";
	fill_null_slots(&upper, kScalarTable);
	EXPECT_EQ(upper.dot_i8, kScalarTable.dot_i8);
	EXPECT_STREQ(upper.name, "upper");
	EXPECT_EQ(upper.level, Level::Neon);
}

#if defined(__x86_64__)

TEST(KernelsChoice, LevelsFollowTheCpu)
{
	bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("f16c");
	bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
	              __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");

	EXPECT_EQ(table(Level::Avx2) != nullptr, avx2);
	EXPECT_EQ(table(Level::Avx512) != nullptr, avx2 && avx512);
	EXPECT_EQ(table(Level::Neon), nullptr);
	if (table(Level::Avx512) != nullptr)
	{
		const Kernels &chosen = *table(Level::Avx512);
		bool narrow = __builtin_cpu_is("amdfam19h"); // Zen 4
		bool vnni = __builtin_cpu_supports("avx512vnni");

		EXPECT_EQ(chosen.fastscan_bounds,
		          narrow ? kAvx2Table.fastscan_bounds : kAvx512WideTable.fastscan_bounds);
		EXPECT_EQ(chosen.dot_u4, vnni ? kAvx512VnniTable.dot_u4 : kAvx2Table.dot_u4);
	}
}

#endif

#if defined(__aarch64__)

TEST(KernelsChoice, LevelsFollowTheCpu)
{
	EXPECT_EQ(table(Level::Avx2), nullptr);
	EXPECT_EQ(table(Level::Avx512), nullptr);
	ASSERT_NE(table(Level::Neon), nullptr);
	EXPECT_EQ(table(Level::Auto), table(Level::Neon));
}

#endif

} // namespace
