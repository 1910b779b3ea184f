// test_kmeans.cpp - clusters found, repeatable, and sane on duplicates and at any scale.
#include "core/kmeans.h"
#include "core/kmeans_seed.h"
#include "core_fixture.h"

#include <algorithm>
#include <set>

using namespace core_fixture;

namespace
{

struct Clustering
{
	Vector centroids;
	size_t k;
	size_t steps;
};

Clustering
cluster(const Vector &samples, size_t dim, size_t k, bool spherical, int threads, uint64_t seed,
        bool rotated = false)
{
	size_t n = samples.size() / dim;
	Clustering run = {Vector(k * dim, NAN), 0, 1};
	Memory work(kmeans_work_bytes(n, dim, k, threads));
	Vector lengths(k, NAN);
	Kmeans kmeans = {samples.data(), n,          dim, k, spherical, rotated, threads, run.centroids.data(),
	                 lengths.data(), work.data()};
	uint64_t done = 0;

	kmeans_begin(kmeans, seed);
	while (kmeans_step(kmeans))
	{
		EXPECT_GE(kmeans.done, done);
		EXPECT_LE(kmeans.done, kmeans.total);
		done = kmeans.done;
		run.steps++;
	}
	EXPECT_EQ(kmeans.total, kmeans.done);
	// The first passes may look at a quarter of the rows, the last ones look at all.
	EXPECT_LE(kmeans.total, static_cast<uint64_t>(n) * kKmeansPasses);
	EXPECT_GE(kmeans.total, static_cast<uint64_t>(n) * 2);
	EXPECT_FALSE(kmeans_step(kmeans));
	run.k = kmeans.k;
	run.centroids.resize(kmeans.k * dim);
	return run;
}

// The mean squared distance of the rows from their nearest centroids.
double
spread(const Vector &samples, const Vector &centroids, size_t dim)
{
	double sum = 0;

	for (size_t row = 0; row < samples.size(); row += dim)
	{
		double nearest = INFINITY;

		for (size_t c = 0; c < centroids.size(); c += dim)
		{
			nearest = std::min(nearest, exact_distance(MetricId::L2, &samples[row], &centroids[c], dim));
		}
		sum += nearest * nearest;
	}
	return sum / static_cast<double>(samples.size() / dim);
}

// n rows around `centres` random places, which are 10 deviations from the origin.
Vector
blobs(Random &random, size_t n, size_t dim, size_t centres)
{
	Vector places = gaussian_vector(random, centres * dim, 10);
	Vector samples = gaussian_vector(random, n * dim, 1);

	for (size_t row = 0; row < n; row++)
	{
		size_t place = random_below(random, centres);

		for (size_t i = 0; i < dim; i++)
		{
			samples[row * dim + i] += places[place * dim + i];
		}
	}
	return samples;
}

class KmeansTest : public Core
{
};

} // namespace

TEST_F(KmeansTest, FindsClusters)
{
	Random random = {1};
	size_t dim = 20;
	Vector samples = blobs(random, 2000, dim, 10);
	// Three centroids a blob: a start that misses a blob altogether is very unlikely.
	Clustering run = cluster(samples, dim, 30, false, 2, 7);

	EXPECT_EQ(30u, run.k);
	// Rows are dim = 20 apart from their blob's middle, squared, and some 2,000 apart from another blob.
	EXPECT_LT(spread(samples, run.centroids, dim), 20);

	// And better than the random rows it began with.
	EXPECT_LT(spread(samples, run.centroids, dim),
	          0.7 * spread(samples, Vector(samples.begin(), samples.begin() + 30 * 20), dim));
}

TEST_F(KmeansTest, OneClusterIsTheMean)
{
	Random random = {2};
	size_t dim = 7;
	Vector samples = blobs(random, 333, dim, 3);
	Clustering run = cluster(samples, dim, 1, false, 2, 1);

	ASSERT_EQ(1u, run.k);
	for (size_t i = 0; i < dim; i++)
	{
		double sum = 0;

		for (size_t row = 0; row < 333; row++)
		{
			sum += static_cast<double>(samples[row * dim + i]);
		}
		EXPECT_EQ(static_cast<float>(sum / 333), run.centroids[i]);
	}
}

TEST_F(KmeansTest, ThreadsAndLevelsDoNotShowTheSeedDoes)
{
	Random random = {3};
	size_t dim = 65;
	Vector samples = blobs(random, 3001, dim, 50);

	for (bool spherical : {false, true})
	{
		Vector rows(samples);

		for (size_t at = 0; spherical && at < rows.size(); at += dim)
		{
			normalize(&rows[at], dim, &rows[at]);
		}
		vecsim::kernels::choose(Level::Scalar);

		Clustering wanted = cluster(rows, dim, 100, spherical, 1, 5);

		vecsim::kernels::choose(Level::Auto);
		for (int threads : {1, 2, 4})
		{
			EXPECT_EQ(wanted.centroids, cluster(rows, dim, 100, spherical, threads, 5).centroids);
		}
		EXPECT_NE(wanted.centroids, cluster(rows, dim, 100, spherical, 1, 6).centroids);
	}
}

TEST_F(KmeansTest, SphericalCentroidsHaveUnitLength)
{
	Random random = {4};
	size_t dim = 16;
	Vector samples = gaussian_vector(random, 1000 * dim, 1);

	for (size_t at = 0; at < samples.size(); at += dim)
	{
		normalize(&samples[at], dim, &samples[at]);
	}

	Clustering run = cluster(samples, dim, 40, true, 2, 1);

	for (size_t at = 0; at < run.centroids.size(); at += dim)
	{
		EXPECT_NEAR(1, norm_in_double(&run.centroids[at], dim), 1e-6);
	}
}

TEST_F(KmeansTest, SphericalMeanOfZeroKeepsTheOldCentroid)
{
	Clustering run = cluster({1, 0, -1, 0, 1, 0, -1, 0}, 2, 1, true, 1, 1);

	ASSERT_EQ(1u, run.k);
	EXPECT_EQ(1, fabsf(run.centroids[0]));
	EXPECT_EQ(0, run.centroids[1]);
}

TEST_F(KmeansTest, FewDistinctRowsGiveFewClusters)
{
	Random random = {5};
	size_t dim = 9;
	Vector distinct = gaussian_vector(random, 5 * dim, 1);
	Vector samples;

	for (size_t row = 0; row < 2000; row++)
	{
		size_t which = row < 5 ? row : random_below(random, 5);

		samples.insert(samples.end(), &distinct[which * dim], &distinct[which * dim] + dim);
	}

	Clustering run = cluster(samples, dim, 50, false, 2, 1);
	std::set<Vector> wanted;
	std::set<Vector> got;

	ASSERT_EQ(5u, run.k);
	for (size_t c = 0; c < 5; c++)
	{
		wanted.emplace(&distinct[c * dim], &distinct[c * dim] + dim);
		got.emplace(&run.centroids[c * dim], &run.centroids[c * dim] + dim);
	}
	EXPECT_EQ(wanted, got);
}

TEST_F(KmeansTest, EqualRowsGiveOneCluster)
{
	for (bool spherical : {false, true})
	{
		Clustering run = cluster(Vector(300 * 4, 0.5f), 4, 300, spherical, 2, 1);

		EXPECT_EQ(1u, run.k);
		EXPECT_EQ(Vector(4, 0.5f), run.centroids);
	}
	// Zeros of either sign are one value.
	EXPECT_EQ(1u, cluster({0.0f, -0.0f, 0.0f, 0.0f}, 1, 4, false, 1, 1).k);
}

TEST_F(KmeansTest, AsManyClustersAsRowsGivesTheRows)
{
	Random random = {6};
	Vector samples = gaussian_vector(random, 100 * 3, 1);
	Clustering run = cluster(samples, 3, 100, false, 2, 1);
	std::set<Vector> rows;

	ASSERT_EQ(100u, run.k);
	for (size_t c = 0; c < 100; c++)
	{
		rows.emplace(&samples[c * 3], &samples[c * 3] + 3);
	}
	for (size_t c = 0; c < 100; c++)
	{
		EXPECT_EQ(1u, rows.erase(Vector(&run.centroids[c * 3], &run.centroids[c * 3] + 3)));
	}
}

TEST_F(KmeansTest, MostlyDuplicatesStillFindTheOthers)
{
	Random random = {7};
	size_t dim = 5;
	Vector samples(5000 * dim, 1.0f);
	Vector others = gaussian_vector(random, 100 * dim, 5);

	std::copy(others.begin(), others.end(), samples.begin() + 2000 * 5);

	Clustering run = cluster(samples, dim, 80, false, 2, 1);

	EXPECT_EQ(80u, run.k);
	for (float value : run.centroids)
	{
		EXPECT_TRUE(isfinite(value));
	}
	EXPECT_LT(spread(samples, run.centroids, dim), 0.1);
}

TEST_F(KmeansTest, PowersOfTwoScaleTheCentroidsExactly)
{
	Random random = {8};
	size_t dim = 12;
	Vector samples = blobs(random, 800, dim, 20);
	Clustering wanted = cluster(samples, dim, 20, false, 1, 3);

	for (float scale : {0x1p-20f, 0x1p20f, 0x1p50f})
	{
		Vector scaled(samples);

		for (float &value : scaled)
		{
			value *= scale;
		}

		Clustering run = cluster(scaled, dim, 20, false, 2, 3);

		for (float &value : run.centroids)
		{
			value /= scale;
		}
		EXPECT_EQ(wanted.centroids, run.centroids);
	}
}

TEST_F(KmeansTest, HugeValuesStayFinite)
{
	Random random = {9};
	Vector samples = gaussian_vector(random, 200 * 4, 1);

	for (float &value : samples)
	{
		value = value > 0 ? 3.4e38f : -3.4e38f;
	}
	for (float value : cluster(samples, 4, 10, false, 2, 1).centroids)
	{
		EXPECT_TRUE(isfinite(value));
	}
}

TEST_F(KmeansTest, WorksInShortSteps)
{
	Random random = {10};
	size_t dim = 128;
	Vector samples = gaussian_vector(random, 20000 * dim, 1);

	// 20,000 x 500 x 128 x 5 products are more than one step's work many times over.
	EXPECT_GT(cluster(samples, dim, 500, false, 2, 1).steps, 20u);
}

TEST_F(KmeansTest, WorkMemoryIsChecked)
{
	EXPECT_EQ(SIZE_MAX, kmeans_work_bytes(SIZE_MAX, 16, 4, 1));
	EXPECT_EQ(SIZE_MAX, kmeans_work_bytes(100, SIZE_MAX / 8, 4, 1));
	EXPECT_EQ(SIZE_MAX, kmeans_work_bytes(size_t{1} << 32, 16, 4, 1));
	EXPECT_EQ(SIZE_MAX, kmeans_work_bytes(1000, size_t{1} << 40, size_t{1} << 24, 1));
	EXPECT_GT(kmeans_work_bytes(1000, 16, 10, 1), 1000u * 8 + 10 * 16 * 8);
	EXPECT_GT(kmeans_work_bytes(1000, 16, 10, 4), kmeans_work_bytes(1000, 16, 10, 1));
}

// A state as after a pass: cluster 0 has 6 equal rows, 1 has four rows, 2 has one, 3 and 4 are empty.
TEST_F(KmeansTest, EmptyClustersTakeRowsOfBigOnes)
{
	Vector samples = {7, 7, 7, 7, 7, 7, 1, 2, 3, 4, 9};
	uint32_t assigned[] = {0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2};
	uint32_t counts[] = {6, 4, 1, 0, 0};
	Vector centroids = {7, 2.5f, 9, 100, 100};
	Kmeans kmeans = {samples.data(), 11, 1, 5, false, false, 1, centroids.data(), nullptr};

	kmeans.rows = 11;
	kmeans.assigned = assigned;
	kmeans.counts = counts;
	kmeans.random = {1};
	// Cluster 0 is the biggest, but cannot be parted.
	EXPECT_TRUE(kmeans_reseed(kmeans, 3, 100));
	EXPECT_TRUE(kmeans_reseed(kmeans, 4, 100));
	for (size_t c : {3, 4})
	{
		EXPECT_GE(centroids[c], 1);
		EXPECT_LE(centroids[c], 4);
	}
	EXPECT_NE(centroids[3], centroids[4]);
	EXPECT_EQ(1u, counts[0]);
	EXPECT_EQ(4u, counts[1] + counts[3] + counts[4]);

	// Nothing is left to part when every cluster counts one row.
	uint32_t ones[] = {1, 1, 1, 1, 0};

	kmeans.counts = ones;
	EXPECT_FALSE(kmeans_reseed(kmeans, 4, 100));
}

// Gaussian rows are as good as rotated.
TEST_F(KmeansTest, NearestByCodesIsAsGood)
{
	Random random = {21};
	size_t dim = 64;
	size_t k = 200;
	Vector samples = blobs(random, 6000, dim, k);
	Clustering exact = cluster(samples, dim, k, false, 2, 5, false);
	Clustering filtered = cluster(samples, dim, k, false, 2, 5, true);
	Clustering alone = cluster(samples, dim, k, false, 1, 5, true);

	EXPECT_EQ(k, filtered.k);
	EXPECT_LT(spread(samples, filtered.centroids, dim), spread(samples, exact.centroids, dim) * 1.02);
	EXPECT_EQ(filtered.centroids, alone.centroids);
}

// With rows enough the first passes look at a part of them, with 16 a cluster at all; clusters are as good as those of
// the same rows in another order.
TEST_F(KmeansTest, EarlyPassesLookAtAPart)
{
	Random random = {22};
	size_t dim = 64;
	size_t k = 150;
	Vector samples = blobs(random, 64 * k, dim, 15);
	Vector centroids(k * dim);
	Vector lengths(k);

	for (size_t rows : {16 * k, 32 * k, 64 * k})
	{
		Memory work(kmeans_work_bytes(rows, dim, k, 1));
		Kmeans kmeans = {samples.data(),   rows,           dim,        k, false, true, 1,
		                 centroids.data(), lengths.data(), work.data()};

		kmeans_begin(kmeans, 1);
		EXPECT_EQ(rows == 16 * k ? 5 * rows : rows == 32 * k ? 3 * rows + rows / 2 : 3 * rows, kmeans.total);
	}

	Vector turned;

	for (size_t row = 64 * k; row-- > 0;)
	{
		turned.insert(turned.end(), &samples[row * dim], &samples[row * dim] + dim);
	}

	double one = spread(samples, cluster(samples, dim, k, false, 2, 5, true).centroids, dim);
	double other = spread(samples, cluster(turned, dim, k, false, 2, 5, true).centroids, dim);

	EXPECT_NEAR(1, one / other, 0.02);
	// A row is 64 from its blob's place, squared, and 12,800 from another.
	EXPECT_LT(one, 64);
}
