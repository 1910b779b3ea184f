// test_kmeans_pass.cpp - a pass over batches moves centroids to the means, whatever threads and offsets.
#include "core/kmeans_pass.h"
#include "core_fixture.h"

#include <algorithm>

using namespace core_fixture;

namespace
{

struct State
{
	Vector centroids;
	Vector lengths;
};

// The bias that makes the largest score the nearest centroid.
Vector
bias_of(const Vector &centroids, size_t dim, bool spherical)
{
	Vector bias;

	for (size_t at = 0; at < centroids.size(); at += dim)
	{
		double norm = norm_in_double(&centroids[at], dim);

		bias.push_back(spherical ? 0 : static_cast<float>(-norm * norm / 2));
	}
	return bias;
}

// What a pass over all rows in batches of `batch` makes of the centroids.
State
pass_over(const Vector &rows, const Vector &centroids, size_t dim, bool spherical, bool rotated, int threads,
          size_t batch)
{
	State state = {centroids, Vector(centroids.size() / dim, 1)};
	size_t k = state.lengths.size();
	size_t n = rows.size() / dim;
	Vector bias = bias_of(centroids, dim, spherical);
	Memory work(kmeans_pass_bytes(dim, k, rotated, threads));
	std::vector<uint32_t> best(batch);
	Vector scores(batch);
	KmeansPass pass = {
		dim,         k,          spherical, rotated, threads, state.centroids.data(), state.lengths.data(),
		bias.data(), work.data()};

	EXPECT_GE(kmeans_pass_batch(pass), 4u);
	kmeans_pass_begin(pass);
	for (size_t row = 0; row < n; row += batch)
	{
		kmeans_pass_add(pass, &rows[row * dim], std::min(batch, n - row), best.data(), scores.data());
	}
	kmeans_pass_end(pass);
	return state;
}

// The means of the rows that are nearest to each centroid, in double; the centroid where there are none.
std::vector<std::vector<double>>
means_of(const Vector &rows, const Vector &centroids, size_t dim)
{
	size_t k = centroids.size() / dim;
	std::vector<std::vector<double>> sums(k, std::vector<double>(dim));
	std::vector<double> counts(k);

	for (size_t row = 0; row < rows.size(); row += dim)
	{
		size_t nearest = 0;
		double distance = INFINITY;

		for (size_t c = 0; c < k; c++)
		{
			double other = exact_distance(MetricId::L2, &rows[row], &centroids[c * dim], dim);

			nearest = other < distance ? c : nearest;
			distance = std::min(distance, other);
		}
		counts[nearest]++;
		for (size_t i = 0; i < dim; i++)
		{
			sums[nearest][i] += static_cast<double>(rows[row + i]);
		}
	}
	for (size_t c = 0; c < k; c++)
	{
		for (size_t i = 0; i < dim; i++)
		{
			sums[c][i] = counts[c] > 0 ? sums[c][i] / counts[c] : static_cast<double>(centroids[c * dim + i]);
		}
	}
	return sums;
}

class KmeansPassTest : public Core
{
};

} // namespace

TEST_F(KmeansPassTest, CentroidsMoveToTheMeans)
{
	Random random = {1};
	size_t dim = 10;
	Vector rows = gaussian_vector(random, 5000 * dim, 1);
	// The last one is far from all rows.
	Vector centroids(rows.begin(), rows.begin() + 20 * 10);

	centroids.insert(centroids.end(), dim, 50);

	State state = pass_over(rows, centroids, dim, false, false, 2, 333);
	std::vector<std::vector<double>> means = means_of(rows, centroids, dim);

	for (size_t c = 0; c < 21; c++)
	{
		EXPECT_EQ(1, state.lengths[c]);
		for (size_t i = 0; i < dim; i++)
		{
			EXPECT_NEAR(means[c][i], state.centroids[c * dim + i], 1e-5) << c;
		}
	}
}

// Floats are precise enough for the sums of differences; those of the rows themselves would be .2 off here.
TEST_F(KmeansPassTest, MeansFarFromTheOriginArePrecise)
{
	Random random = {4};
	size_t dim = 10;
	Vector rows = gaussian_vector(random, 5000 * dim, 1);

	for (float &value : rows)
	{
		value += 1e5f;
	}

	Vector first(rows.begin(), rows.begin() + 10);
	State state = pass_over(rows, first, dim, false, false, 2, 333);
	std::vector<std::vector<double>> means = means_of(rows, first, dim);

	for (size_t i = 0; i < dim; i++)
	{
		EXPECT_NEAR(means[0][i], state.centroids[i], 0.01);
	}
}

TEST_F(KmeansPassTest, SphericalOnesHaveUnitLengthAndTellThatOfTheMean)
{
	Random random = {2};
	size_t dim = 16;
	Vector rows = gaussian_vector(random, 4000 * dim, 1);

	for (size_t at = 0; at < rows.size(); at += dim)
	{
		normalize(&rows[at], dim, &rows[at]);
	}

	Vector centroids(rows.begin(), rows.begin() + 30 * 16);
	State state = pass_over(rows, centroids, dim, true, false, 2, 500);
	std::vector<std::vector<double>> means = means_of(rows, centroids, dim);

	for (size_t c = 0; c < 30; c++)
	{
		EXPECT_NEAR(1, norm_in_double(&state.centroids[c * dim], dim), 1e-6);
		for (size_t i = 0; i < dim; i++)
		{
			EXPECT_NEAR(means[c][i], state.centroids[c * dim + i] * state.lengths[c], 1e-5);
		}
	}
}

TEST_F(KmeansPassTest, SphericalMeanOfZeroKeepsTheCentroid)
{
	State state = pass_over({1, 0, -1, 0}, {1, 0}, 2, true, false, 1, 2);

	EXPECT_EQ(Vector({1, 0}), state.centroids);
	EXPECT_EQ(0, state.lengths[0]);
}

// Gaussian rows are as good as rotated.
TEST_F(KmeansPassTest, ThreadsDoNotShowAndCodesAreAsGood)
{
	Random random = {3};
	size_t dim = 64;
	size_t k = 200;
	Vector rows = gaussian_vector(random, 6000 * dim, 1);
	Vector centroids(rows.begin(), rows.begin() + static_cast<ptrdiff_t>(k * dim));
	double moved[2] = {};

	for (bool rotated : {false, true})
	{
		State wanted = pass_over(rows, centroids, dim, false, rotated, 1, 100);

		for (int threads : {2, 4})
		{
			EXPECT_EQ(wanted.centroids,
			          pass_over(rows, centroids, dim, false, rotated, threads, 100).centroids);
		}
		for (size_t i = 0; i < wanted.centroids.size(); i++)
		{
			moved[rotated] += pow(static_cast<double>(wanted.centroids[i] - centroids[i]), 2);
		}
	}
	EXPECT_GT(moved[0], 1);
	EXPECT_NEAR(moved[0], moved[1], 0.02 * moved[0]);
}

TEST_F(KmeansPassTest, WorkMemoryIsChecked)
{
	EXPECT_EQ(SIZE_MAX, kmeans_pass_bytes(size_t{1} << 40, size_t{1} << 24, true, 1));
	EXPECT_EQ(SIZE_MAX, kmeans_pass_bytes(1, size_t{1} << 32, true, 1));
	EXPECT_GT(kmeans_pass_bytes(16, 1000, true, 1), 1000u * 16 * sizeof(float));
	EXPECT_GT(kmeans_pass_bytes(64, 1000, true, 4), kmeans_pass_bytes(64, 1000, true, 1));
	EXPECT_GT(kmeans_pass_bytes(64, 1000, true, 1), kmeans_pass_bytes(64, 1000, false, 1));
}
