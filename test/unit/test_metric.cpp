// test_metric.cpp - distances against long double, at the edges of float32, and alike at every SIMD level.
#include "core_fixture.h"

#include <float.h>

#include <bit>

using namespace core_fixture;

namespace
{

constexpr MetricId kMetricIds[] = {MetricId::L2, MetricId::InnerProduct, MetricId::Cosine, MetricId::L1};

class MetricTest : public Core
{
};

double
distance(MetricId id, const Vector &a, const Vector &b)
{
	return metric(id).distance(a.data(), b.data(), a.size());
}

// What float32 sums of d terms may be off by, as a part of the sum of the terms' sizes.
double
tolerance(size_t d)
{
	return (static_cast<double>(d) / 32 + 10) * 0x1p-24;
}

} // namespace

TEST_F(MetricTest, TableKnowsItsIdsOnly)
{
	EXPECT_STREQ("l2", metric(MetricId::L2).name);
	EXPECT_STREQ("ip", metric(MetricId::InnerProduct).name);
	EXPECT_STREQ("cosine", metric(MetricId::Cosine).name);
	EXPECT_STREQ("l1", metric(MetricId::L1).name);
	EXPECT_TRUE(metric(MetricId::Cosine).unit_length);
	EXPECT_FALSE(metric(MetricId::L2).unit_length);
	EXPECT_EQ(MetricId::L2, metric(MetricId::L1).codes);
	EXPECT_EQ(MetricId::Cosine, metric(MetricId::Cosine).codes);
	EXPECT_EQ(nullptr, metric_by_id(0));
	EXPECT_EQ(nullptr, metric_by_id(5));
	EXPECT_EQ(nullptr, metric_by_id(255));
}

TEST_F(MetricTest, AgreesWithLongDouble)
{
	Random random = {1};

	for (size_t d : kDims)
	{
		for (float scale : {1e-6f, 1.0f, 1e6f, 1e-20f, 1e18f})
		{
			for (int trial = 0; trial < 20; trial++)
			{
				Vector a = gaussian_vector(random, d, scale);
				Vector b =
					trial % 2 == 0 ? gaussian_vector(random, d, scale) : near_vector(random, a, 1e-3, scale);
				double product = exact_norm(a) * exact_norm(b);
				double l2 = exact_distance(MetricId::L2, a.data(), b.data(), d);
				double l1 = exact_distance(MetricId::L1, a.data(), b.data(), d);

				EXPECT_NEAR(l2, distance(MetricId::L2, a, b), l2 * tolerance(d));
				EXPECT_NEAR(l1, distance(MetricId::L1, a, b), l1 * tolerance(d));
				EXPECT_NEAR(exact_distance(MetricId::InnerProduct, a.data(), b.data(), d),
				            distance(MetricId::InnerProduct, a, b), product * tolerance(d));
				EXPECT_NEAR(exact_distance(MetricId::Cosine, a.data(), b.data(), d),
				            distance(MetricId::Cosine, a, b), 2 * tolerance(d));
			}
		}
	}
}

TEST_F(MetricTest, HalvesAreAtTheDistanceOfTheirFloats)
{
	Random random = {6};

	for (size_t d : kDims)
	{
		for (float scale : {1e-8f, 1e-6f, 1e-3f, 1.0f, 1e4f})
		{
			std::vector<Half> a(d);
			std::vector<Half> b(d);
			Vector x = gaussian_vector(random, d, scale);
			Vector y = gaussian_vector(random, d, scale);

			halves_from_floats(x.data(), d, a.data());
			halves_from_floats(y.data(), d, b.data());
			floats_from_halves(a.data(), d, x.data());
			floats_from_halves(b.data(), d, y.data());
			for (MetricId id : kMetricIds)
			{
				double wanted = distance(id, x, y);
				double got = metric(id).distance_f16(a.data(), b.data(), d);

				EXPECT_EQ(std::bit_cast<uint64_t>(wanted), std::bit_cast<uint64_t>(got)) << metric(id).name;
			}
			EXPECT_EQ(inner_product(x.data(), y.data(), d), inner_product(a.data(), b.data(), d));
			EXPECT_EQ(squared_norm(x.data(), d), squared_norm(a.data(), d));
			double l2 = exact_distance(MetricId::L2, x.data(), y.data(), d);

			EXPECT_NEAR(l2, metric(MetricId::L2).distance_f16(a.data(), b.data(), d), l2 * tolerance(d));
		}
	}
}

TEST_F(MetricTest, HalvesThatCancelAreExact)
{
	const Half a[] = {half_from_float(60000), half_from_float(0x1p-24f)};
	const Half b[] = {half_from_float(60000), half_from_float(0x1p-23f)};
	const Half minus[] = {half_from_float(-60000), half_from_float(0x1p-24f)};
	const Half zero[] = {Half{}, Half{0x8000}};

	EXPECT_EQ(0x1p-24, metric(MetricId::L2).distance_f16(a, b, 2));
	EXPECT_EQ(0, metric(MetricId::L2).distance_f16(a, a, 2));
	EXPECT_EQ(0x1p-24 * 0x1p-23 - 3.6e9, inner_product(minus, b, 2));
	EXPECT_EQ(0, inner_product(zero, a, 2));
	EXPECT_TRUE(isnan(cosine_similarity(zero, a, 2)));
	EXPECT_EQ(0, squared_norm(zero, 2));
}

TEST_F(MetricTest, EveryLevelGivesTheSameBits)
{
	Random random = {2};

	for (size_t d : kDims)
	{
		for (float scale : {1e-30f, 1e-18f, 1.0f, 1e18f, 1e30f})
		{
			Vector a = gaussian_vector(random, d, scale);
			Vector b = gaussian_vector(random, d, scale);

			for (MetricId id : kMetricIds)
			{
				ASSERT_TRUE(vecsim::kernels::choose(Level::Scalar));
				uint64_t wanted = std::bit_cast<uint64_t>(distance(id, a, b));

				for (Level level : kLevels)
				{
					if (vecsim::kernels::choose(level))
					{
						EXPECT_EQ(wanted, std::bit_cast<uint64_t>(distance(id, a, b)));
					}
				}
			}
		}
	}
}

TEST_F(MetricTest, EqualVectorsAreAtDistanceZero)
{
	Random random = {3};

	for (size_t d : kDims)
	{
		for (float scale : {1e-38f, 1e-25f, 1e-6f, 1.0f, 1e6f, 1e25f, 1e37f})
		{
			Vector a = gaussian_vector(random, d, scale);

			EXPECT_EQ(0, distance(MetricId::L2, a, a));
			EXPECT_EQ(0, distance(MetricId::L1, a, a));
			EXPECT_EQ(0, distance(MetricId::Cosine, a, a)) << d << " " << scale;
		}
	}
}

TEST_F(MetricTest, NothingOverflowsOrVanishes)
{
	Vector big = {3e38f, -3e38f, 3e38f};
	Vector minus_big = {-3e38f, 3e38f, -3e38f};
	Vector tiny = {1e-40f, 2e-40f, 0};
	Vector tiny2 = {1e-40f, 2e-40f, 1e-45f};

	EXPECT_NEAR(sqrt(3.0) * 6e38, distance(MetricId::L2, big, minus_big), 1e32);
	EXPECT_NEAR(18e38, distance(MetricId::L1, big, minus_big), 1e32);
	EXPECT_NEAR(1, distance(MetricId::InnerProduct, big, minus_big) / 27e76, 1e-6);
	EXPECT_EQ(2, distance(MetricId::Cosine, big, minus_big));
	EXPECT_EQ(0, distance(MetricId::Cosine, big, big));
	// The smallest difference that float32 has.
	EXPECT_EQ(static_cast<double>(1e-45f), distance(MetricId::L2, tiny, tiny2));
	EXPECT_EQ(static_cast<double>(1e-45f), distance(MetricId::L1, tiny, tiny2));
	EXPECT_NEAR(1, distance(MetricId::InnerProduct, tiny, tiny) / -5e-80, 1e-4);
	EXPECT_NEAR(0, distance(MetricId::Cosine, tiny, tiny2), 1e-6);
	EXPECT_NEAR(1, distance(MetricId::InnerProduct, big, tiny) / 3e-2, 1e-4);
}

TEST_F(MetricTest, CancellationIsExactWhenTheTrueSumIsSmall)
{
	// Products overflow float32 and cancel; and products underflow one by one.
	Vector a = {1e20f, 1e20f, 1e15f};
	Vector b = {1e20f, -1e20f, 1e20f};
	Vector c(1000, 1e-25f);

	EXPECT_NEAR(1, distance(MetricId::InnerProduct, a, b) / -1e35, 1e-6);
	EXPECT_NEAR(1, distance(MetricId::InnerProduct, c, c) / -1e-47, 1e-5);
	EXPECT_NEAR(1, squared_norm(c.data(), c.size()) / 1e-47, 1e-5);
	// Orthogonal, and of ordinary length.
	EXPECT_EQ(1, distance(MetricId::Cosine, {1, 0}, {0, 1}));
	EXPECT_EQ(0, distance(MetricId::InnerProduct, {1, 0}, {0, 1}));
}

TEST_F(MetricTest, CosineWithZeroVectorIsNaN)
{
	EXPECT_TRUE(isnan(distance(MetricId::Cosine, {0, 0}, {1, 2})));
	EXPECT_TRUE(isnan(distance(MetricId::Cosine, {1, 2}, {0, 0})));
	EXPECT_TRUE(isnan(distance(MetricId::Cosine, {0, 0}, {0, 0})));
	EXPECT_TRUE(isnan(distance(MetricId::Cosine, {-0.0f, 0}, {3e38f, 3e38f})));
}

TEST_F(MetricTest, CosineStaysInRange)
{
	Random random = {4};

	EXPECT_EQ(1, cosine_from_sums(1.0000001, 1, 1));
	EXPECT_EQ(-1, cosine_from_sums(-1.0000001, 1, 1));
	EXPECT_EQ(0.5, cosine_from_sums(3, 4, 9));
	for (int trial = 0; trial < 1000; trial++)
	{
		Vector a = gaussian_vector(random, 7, 1);
		Vector b = near_vector(random, a, 1e-7, 1);
		double similarity = cosine_similarity(a.data(), b.data(), a.size());

		EXPECT_LE(similarity, 1);
		EXPECT_GE(similarity, 1 - 1e-5);
		EXPECT_EQ(1 - similarity, distance(MetricId::Cosine, a, b));
	}
}

TEST_F(MetricTest, PreciseSumsAreFiniteAndClearOfUnderflow)
{
	EXPECT_TRUE(sum_is_precise(1));
	EXPECT_TRUE(sum_is_precise(-1e-29f));
	EXPECT_TRUE(sum_is_precise(-FLT_MAX));
	EXPECT_FALSE(sum_is_precise(0));
	EXPECT_FALSE(sum_is_precise(1e-31f));
	EXPECT_FALSE(sum_is_precise(INFINITY));
	EXPECT_FALSE(sum_is_precise(-INFINITY));
	EXPECT_FALSE(sum_is_precise(NAN));
}

TEST_F(MetricTest, NormalizeGivesUnitLength)
{
	Random random = {5};

	for (size_t d : kDims)
	{
		for (float scale : {1e-37f, 1e-6f, 1.0f, 1e6f, 1e37f})
		{
			Vector v = gaussian_vector(random, d, scale);
			Vector out(d);
			double norm = normalize(v.data(), d, out.data());

			EXPECT_NEAR(1, norm / exact_norm(v), 1e-12);
			EXPECT_NEAR(1, norm_in_double(v.data(), d) / norm, 1e-15);
			EXPECT_NEAR(1, exact_norm(out), 1e-6);
			for (size_t i = 0; i < d; i++)
			{
				ASSERT_NEAR(v[i] / norm, out[i], 1e-7);
			}
			EXPECT_EQ(norm, normalize(v.data(), d, v.data()));
			EXPECT_EQ(out, v);
		}
	}
}

TEST_F(MetricTest, NormalizeAtTheEdges)
{
	Vector zero(5);
	Vector smallest = {0, 1e-45f};
	Vector largest = {FLT_MAX, -FLT_MAX};
	Vector out(5, 7.0f);

	EXPECT_EQ(0, normalize(zero.data(), 5, out.data()));
	EXPECT_EQ(zero, out);
	EXPECT_EQ(static_cast<double>(1e-45f), normalize(smallest.data(), 2, smallest.data()));
	EXPECT_EQ(Vector({0, 1}), smallest);
	EXPECT_NEAR(1, normalize(largest.data(), 2, largest.data()) / (static_cast<double>(FLT_MAX) * sqrt(2.0)),
	            1e-12);
	EXPECT_NEAR(sqrt(0.5), largest[0], 1e-7);
	EXPECT_NEAR(-sqrt(0.5), largest[1], 1e-7);
}
