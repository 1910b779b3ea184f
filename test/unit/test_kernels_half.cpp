// test_kernels_half.cpp - halves convert as IEEE 754 says, and every kernel of halves has, at every level, the bits of
// the scalar float kernel on the same values as floats.
#include <math.h>
#include <stddef.h>
#include <stdint.h>

#include <vector>

#include <gtest/gtest.h>

#include "kernels_fixture.h"

namespace
{

using namespace kernels_fixture;

class HalfLevel : public KernelsLevel
{
};

INSTANTIATE_TEST_SUITE_P(Levels, HalfLevel, testing::ValuesIn(kLevels), level_name);

using HalfKernel = float (*)(const Half *, const Half *, size_t);

struct HalfSlot
{
	const char *name;
	HalfKernel Kernels::*half;
	PairKernel Kernels::*pair;
};

const HalfSlot kHalfSlots[] = {
	{"dot", &Kernels::dot_f16, &Kernels::dot_f32},
	{"l2sq", &Kernels::l2sq_f16, &Kernels::l2sq_f32},
	{"l1", &Kernels::l1_f16, &Kernels::l1_f32},
};

constexpr uint32_t kAllHalves = 1 << 16;

bool
is_nan(Half half)
{
	return (half.bits & 0x7FFF) > 0x7C00;
}

// The value of a half by its definition.
double
value_of(Half half)
{
	int exponent = half.bits >> 10 & 31;
	int mantissa = half.bits & 1023;
	double size = exponent == 0 ? ldexp(mantissa, -24) : ldexp(1024 + mantissa, exponent - 25);

	if (exponent == 31)
	{
		size = mantissa == 0 ? HUGE_VAL : NAN;
	}
	return half.bits & 0x8000 ? -size : size;
}

// What half_from_float() must give for a finite value, found by comparing distances to the two halves around it.
Half
nearest_half(float value)
{
	double size = fabs(static_cast<double>(value));
	uint16_t below = 0;

	for (uint16_t bit = 1 << 14; bit != 0; bit >>= 1)
	{
		uint16_t candidate = static_cast<uint16_t>(below | bit);

		if (candidate < 0x7C00 && value_of({candidate}) <= size)
		{
			below = candidate;
		}
	}

	uint16_t above = static_cast<uint16_t>(below + 1);
	double next = above == 0x7C00 ? 65536 : value_of({above}); // infinity stands where the next number would
	double down = size - value_of({below});
	double up = next - size;
	bool round_up = up < down || (up == down && below % 2 == 1);

	return {static_cast<uint16_t>((round_up ? above : below) | (signbit(value) ? 0x8000 : 0))};
}

// Values around every half: it, the borders between it and its neighbours, and the floats next to all these.
std::vector<float>
difficult_floats()
{
	std::vector<float> result = {0.0f,    -0.0f,   INFINITY, -INFINITY,  NAN,
	                             FLT_MAX, FLT_MIN, 1e-45f,   65519.996f, 65520.0f};

	for (uint32_t bits = 0; bits < 0x7C00; bits++)
	{
		double here = value_of({static_cast<uint16_t>(bits)});
		double next = bits + 1 == 0x7C00 ? 65536 : value_of({static_cast<uint16_t>(bits + 1)});

		for (double point : {here, (here + next) / 2})
		{
			float middle = static_cast<float>(point);

			for (float value : {nextafterf(middle, -INFINITY), middle, nextafterf(middle, INFINITY)})
			{
				result.insert(result.end(), {value, -value});
			}
		}
	}
	return result;
}

TEST(Half, WideningIsExact)
{
	for (uint32_t bits = 0; bits < kAllHalves; bits++)
	{
		Half half = {static_cast<uint16_t>(bits)};
		float value = float_from_half(half);

		ASSERT_TRUE(same_bits(value, static_cast<float>(value_of(half)))) << bits;
		if (!is_nan(half))
		{
			ASSERT_EQ(half_from_float(value).bits, half.bits) << "there and back";
		}
	}
}

TEST(Half, NarrowingRoundsToTheNearest)
{
	for (float value : difficult_floats())
	{
		Half half = half_from_float(value);

		if (isnan(value))
		{
			ASSERT_TRUE(is_nan(half));
		}
		else if (isinf(value))
		{
			ASSERT_EQ(half.bits, signbit(value) ? 0xFC00 : 0x7C00);
		}
		else if (fabsf(value) < 65536)
		{
			ASSERT_EQ(half.bits, nearest_half(value).bits) << value;
		}
		else
		{
			ASSERT_EQ(half.bits, signbit(value) ? 0xFC00 : 0x7C00) << value;
		}
	}
}

TEST(Half, EdgesOfTheRange)
{
	EXPECT_EQ(half_from_float(65504).bits, 0x7BFF) << "the largest";
	EXPECT_EQ(half_from_float(65519.996f).bits, 0x7BFF);
	EXPECT_EQ(half_from_float(65520).bits, 0x7C00) << "infinity";
	EXPECT_EQ(half_from_float(0x1p-24f).bits, 1) << "the smallest";
	EXPECT_EQ(half_from_float(0x1p-25f).bits, 0) << "a tie, to the even one";
	EXPECT_EQ(half_from_float(0x1.000002p-25f).bits, 1);
	EXPECT_EQ(half_from_float(-0x1p-30f).bits, 0x8000);
	EXPECT_EQ(half_from_float(0x1.004p0f).bits, 0x3C01);
	EXPECT_EQ(half_from_float(0x1.002p0f).bits, 0x3C00) << "a tie, to the even one";
	EXPECT_EQ(half_from_float(0x1.006p0f).bits, 0x3C02) << "a tie, to the even one";
}

// Finite halves of all sizes, zeros, and small whole numbers.
Array<Half>
make_halves(Random &random, size_t d, size_t offset, bool any)
{
	Array<Half> halves(d * sizeof(Half), offset);

	for (size_t i = 0; i < d; i++)
	{
		Half half = {static_cast<uint16_t>(random_next(random))};

		if (!any && (half.bits & 0x7C00) == 0x7C00)
		{
			half.bits &= 0x83FF; // a subnormal instead of no number
		}
		halves.set(i * sizeof(Half), random_below(random, 8) == 0 ? Half{} : half);
	}
	return halves;
}

std::vector<float>
widened(const Half *halves, size_t d)
{
	std::vector<float> result(d);

	for (size_t i = 0; i < d; i++)
	{
		Half half;

		memcpy(&half, reinterpret_cast<const char *>(halves) + i * sizeof(Half), sizeof(half));
		result[i] = float_from_half(half);
	}
	return result;
}

TEST_P(HalfLevel, SumsEqualThoseOfFloats)
{
	Random random = {1};

	for (bool any : {false, true})
	{
		for (size_t d : lengths())
		{
			for (size_t offset : {0, 1, 2, 3, 8, 14})
			{
				Array<Half> a = make_halves(random, d, offset, any);
				Array<Half> b = make_halves(random, d, (5 * offset) % 16, any);
				std::vector<float> x = widened(a.data(), d);
				std::vector<float> y = widened(b.data(), d);
				DotNorms sums = kernels().dot_norms_f16(a.data(), b.data(), d);

				for (const HalfSlot &slot : kHalfSlots)
				{
					ASSERT_TRUE(same_bits((kernels().*slot.half)(a.data(), b.data(), d),
					                      (scalar().*slot.pair)(x.data(), y.data(), d)))
						<< slot.name << " d=" << d << " offset=" << offset;
				}
				ASSERT_TRUE(same_bits(sums.dot, scalar().dot_f32(x.data(), y.data(), d))) << d;
				ASSERT_TRUE(same_bits(sums.aa, scalar().norm2_f32(x.data(), d))) << d;
				ASSERT_TRUE(same_bits(sums.bb, scalar().norm2_f32(y.data(), d))) << d;
			}
		}
	}
}

TEST_P(HalfLevel, ConversionsEqualThoseOfOneNumber)
{
	std::vector<float> values = difficult_floats();
	std::vector<Half> halves(values.size());
	std::vector<float> all(kAllHalves);
	std::vector<Half> all_halves(kAllHalves);

	kernels().f32_to_f16(values.data(), values.size(), halves.data());
	for (size_t i = 0; i < values.size(); i++)
	{
		Half wanted = half_from_float(values[i]);

		ASSERT_TRUE(halves[i].bits == wanted.bits || (is_nan(halves[i]) && is_nan(wanted))) << values[i];
	}
	for (uint32_t bits = 0; bits < kAllHalves; bits++)
	{
		all_halves[bits].bits = static_cast<uint16_t>(bits);
	}
	kernels().f16_to_f32(all_halves.data(), kAllHalves, all.data());
	for (uint32_t bits = 0; bits < kAllHalves; bits++)
	{
		ASSERT_TRUE(same_bits(all[bits], float_from_half(all_halves[bits]))) << bits;
	}
}

TEST_P(HalfLevel, ConversionsTakeAnyLengthAndPlace)
{
	Random random = {2};

	for (size_t d : lengths())
	{
		for (size_t offset : {0, 1, 2, 3})
		{
			Array<Half> halves = make_halves(random, d, offset, false);
			Array<float> floats(d * sizeof(float), 3 * offset);
			Array<Half> back(d * sizeof(Half), offset);
			std::vector<float> wanted = widened(halves.data(), d);

			floats.set(d * sizeof(float), 12345.0f);
			back.set(d * sizeof(Half), Half{12345});
			kernels().f16_to_f32(halves.data(), d, floats.data());
			kernels().f32_to_f16(floats.data(), d, back.data());
			ASSERT_EQ(memcmp(floats.data(), wanted.data(), d * sizeof(float)), 0) << d;
			ASSERT_EQ(memcmp(back.data(), halves.data(), d * sizeof(Half)), 0) << d;
			ASSERT_EQ(widened(back.data() + d, 1)[0], float_from_half({12345})) << "wrote beyond " << d;
		}
	}
}

TEST_P(HalfLevel, KernelsReadNothingOutside)
{
	Guarded left;
	Guarded right;

	for (size_t d : lengths())
	{
		for (bool at_end : {false, true})
		{
			Half *a = left.array<Half>(d * sizeof(Half), at_end);
			const Half *b = right.array<Half>(d * sizeof(Half), at_end);
			float *floats = right.array<float>(d * sizeof(float), at_end);
			DotNorms norms = kernels().dot_norms_f16(a, b, d);

			for (const HalfSlot &slot : kHalfSlots)
			{
				EXPECT_EQ((kernels().*slot.half)(a, b, d), 0) << slot.name;
			}
			EXPECT_EQ(norms.dot + norms.aa + norms.bb, 0);
			kernels().f16_to_f32(a, d, floats);
			kernels().f32_to_f16(floats, d, a);
		}
	}
}

} // namespace
