// test_soar.cpp - the second list of a row against the definition.
#include "core/soar.h"
#include "core_fixture.h"

using namespace core_fixture;

namespace
{

class SoarTest : public Core
{
};

// The cost as it is defined, from the residuals themselves.
double
cost(const Vector &x, const Vector &centroids, uint32_t first, uint32_t candidate)
{
	size_t d = x.size();
	double r2 = 0;
	double length2 = 0;
	double dot = 0;

	for (size_t i = 0; i < d; i++)
	{
		double r = static_cast<double>(x[i]) - static_cast<double>(centroids[first * d + i]);
		double other = static_cast<double>(x[i]) - static_cast<double>(centroids[candidate * d + i]);

		r2 += r * r;
		length2 += other * other;
		dot += r * other;
	}
	return length2 + (r2 > 0 ? kSoarLambda * dot * dot / r2 : 0);
}

} // namespace

TEST_F(SoarTest, TheSecondListCostsLeast)
{
	Random random = {1};

	for (size_t d : {2, 33, 384})
	{
		for (float scale : kScales)
		{
			Vector centroids = gaussian_vector(random, 40 * d, scale);
			std::vector<uint32_t> candidates;

			for (uint32_t i = 0; i < 40; i += 1 + i % 2)
			{
				candidates.push_back(i);
			}
			for (int trial = 0; trial < 50; trial++)
			{
				uint32_t first = candidates[random_below(random, candidates.size())];
				Vector x =
					near_vector(random, Vector(&centroids[first * d], &centroids[first * d] + d), 0.8, scale);
				uint32_t second =
					soar_second(x.data(), centroids.data(), d, first, candidates.data(), candidates.size());

				EXPECT_NE(first, second);
				for (uint32_t candidate : candidates)
				{
					if (candidate != first)
					{
						EXPECT_LE(cost(x, centroids, first, second),
						          cost(x, centroids, first, candidate) * (1 + 1e-5));
					}
				}
			}
		}
	}
}

// A row to the right of its list: the nearest other list lies on the same line and is passed over for one
// across it.
TEST_F(SoarTest, PrefersResidualsAcrossTheFirst)
{
	float x[] = {1, 0};
	float centroids[] = {0, 0, 2.3f, 0, 1, 1.5f};
	uint32_t candidates[] = {0, 1, 2};

	EXPECT_EQ(2u, soar_second(x, centroids, 2, 0, candidates, 3));
}

TEST_F(SoarTest, ARowOnItsCentroidTakesTheNearestOther)
{
	float x[] = {0, 0};
	float centroids[] = {0, 0, 3, 0, 0, 2};
	uint32_t candidates[] = {1, 2, 0};

	EXPECT_EQ(2u, soar_second(x, centroids, 2, 0, candidates, 3));
}

TEST_F(SoarTest, EqualsGoToTheOneNamedFirst)
{
	float x[] = {1, 0};
	float centroids[] = {0, 0, 1, 2, 1, -2};
	uint32_t candidates[] = {2, 1};

	EXPECT_EQ(2u, soar_second(x, centroids, 2, 0, candidates, 2));
	EXPECT_EQ(1u, soar_second(x, centroids, 2, 0, candidates + 1, 1));
	EXPECT_EQ(0u, soar_second(x, centroids, 2, 0, candidates, 0));
}
