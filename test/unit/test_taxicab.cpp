// test_taxicab.cpp - the ratio of L1 to L2 distances: what Gaussian rows must give, and rows that tell nothing.
#include "core_fixture.h"

#include "core/taxicab.h"

using namespace core_fixture;

namespace
{

std::vector<float>
gaussian_rows(Random &random, size_t n, size_t dim)
{
	std::vector<float> rows;

	for (size_t i = 0; i < n; i++)
	{
		Vector row = gaussian_vector(random, dim, 1);

		rows.insert(rows.end(), row.begin(), row.end());
	}
	return rows;
}

} // namespace

// The differences of Gaussian vectors are Gaussian: |d|_1 / |d|_2 is sqrt(2 dim / pi), and its standard deviation
// sqrt(1 - 3 / pi), about 0.213, at any dimension.
TEST(Taxicab, OfGaussianRows)
{
	Random random = {1};

	for (size_t dim : {64, 384, 1536})
	{
		std::vector<float> rows = gaussian_rows(random, kTaxicabRows, dim);
		double mean = sqrt(2 * static_cast<double>(dim) / M_PI);

		EXPECT_NEAR(taxicab_ratio(rows.data(), kTaxicabRows, dim), mean - 3 * 0.213, 0.3) << dim;
	}
}

TEST(Taxicab, FewPairsAreBelow)
{
	Random random = {2};
	size_t dim = 100;
	size_t below = 0;
	size_t pairs = 0;
	std::vector<float> rows = gaussian_rows(random, 200, dim);
	float least = taxicab_ratio(rows.data(), 200, dim);

	for (size_t i = 0; i < 200; i++)
	{
		for (size_t j = 0; j < i; j++)
		{
			const float *a = rows.data() + i * dim;
			const float *b = rows.data() + j * dim;

			pairs++;
			below +=
				metric(MetricId::L1).distance(a, b, dim) < least * metric(MetricId::L2).distance(a, b, dim);
		}
	}
	EXPECT_LT(below, pairs / 50);
	EXPECT_GT(below, 0u);
}

TEST(Taxicab, ItsScaleIsNoMatter)
{
	Random random = {3};
	std::vector<float> rows = gaussian_rows(random, 100, 32);
	float ratio = taxicab_ratio(rows.data(), 100, 32);

	for (float scale : {1e-6f, 1e6f})
	{
		std::vector<float> scaled = rows;

		for (float &value : scaled)
		{
			value *= scale;
		}
		EXPECT_NEAR(taxicab_ratio(scaled.data(), 100, 32), ratio, 1e-3);
	}
}

TEST(Taxicab, RowsThatTellNothing)
{
	std::vector<float> alike(20 * 8, 1.0f);
	std::vector<float> line(20);

	for (size_t i = 0; i < line.size(); i++)
	{
		line[i] = static_cast<float>(i);
	}
	EXPECT_EQ(0, taxicab_ratio(nullptr, 0, 8));
	EXPECT_EQ(0, taxicab_ratio(alike.data(), 20, 8)) << "no two of them differ";
	EXPECT_EQ(0, taxicab_ratio(line.data(), 7, 1)) << "too few";
	EXPECT_EQ(1, taxicab_ratio(line.data(), 20, 1)) << "in one dimension the two are one";
}
