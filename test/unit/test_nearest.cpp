// test_nearest.cpp - assignment against a plain search, and the order of lists.
#include "core/nearest.h"
#include "core_fixture.h"

#include <algorithm>

using namespace core_fixture;

namespace
{

struct Assigned
{
	std::vector<uint32_t> best;
	Vector score;
};

Assigned
assign(const Vector &rows, const Vector &centroids, const Vector &bias, size_t dim, int threads)
{
	size_t n = rows.size() / dim;
	Assigned result = {std::vector<uint32_t>(n, 77), Vector(n, 77)};
	Vector scratch(nearest_scratch_floats(bias.size(), threads));
	Centroids lists = {centroids.data(), bias.data(), bias.size(), dim};

	nearest_assign(lists, rows.data(), n, threads, scratch.data(), result.best.data(), result.score.data());
	return result;
}

Vector
l2_bias(const Vector &centroids, size_t dim)
{
	Vector bias;

	for (size_t at = 0; at < centroids.size(); at += dim)
	{
		bias.push_back(static_cast<float>(-squared_norm(&centroids[at], dim) / 2));
	}
	return bias;
}

std::vector<ListScore>
score_all(const float *row, const Vector &centroids, const Vector &bias, size_t dim)
{
	std::vector<ListScore> lists;

	for (uint32_t c = 0; c < bias.size(); c++)
	{
		lists.push_back({vecsim::kernels::active().dot_f32(row, &centroids[c * dim], dim) + bias[c], c});
	}
	return lists;
}

// The numbers of lists begin..end-1, rising.
std::vector<uint32_t>
numbers(const std::vector<ListScore> &lists, size_t begin, size_t end)
{
	std::vector<uint32_t> found;

	for (size_t i = begin; i < end; i++)
	{
		found.push_back(lists[i].list);
	}
	std::sort(found.begin(), found.end());
	return found;
}

class NearestTest : public Core
{
};

} // namespace

TEST_F(NearestTest, AssignsTheNearestCentroid)
{
	Random random = {1};

	for (size_t dim : {1, 3, 32, 100, 384})
	{
		for (size_t count : {1, 5, 63, 64, 65, 200})
		{
			Vector rows = gaussian_vector(random, 37 * dim, 1);
			Vector centroids = gaussian_vector(random, count * dim, 1);
			Vector bias = l2_bias(centroids, dim);
			Assigned result = assign(rows, centroids, bias, dim, 2);

			for (size_t row = 0; row < 37; row++)
			{
				double nearest = INFINITY;

				for (size_t c = 0; c < count; c++)
				{
					nearest = std::min(
						nearest, exact_distance(MetricId::L2, &rows[row * dim], &centroids[c * dim], dim));
				}
				ASSERT_LT(result.best[row], count);

				const float *chosen = &centroids[result.best[row] * dim];

				EXPECT_NEAR(nearest, exact_distance(MetricId::L2, &rows[row * dim], chosen, dim), 1e-3);
				EXPECT_EQ(vecsim::kernels::active().dot_f32(&rows[row * dim], chosen, dim) +
				              bias[result.best[row]],
				          result.score[row]);
			}
		}
	}
}

TEST_F(NearestTest, ThreadsBatchesAndLevelsDoNotShow)
{
	Random random = {2};
	size_t dim = 33;
	Vector rows = gaussian_vector(random, 501 * dim, 1);
	Vector centroids = gaussian_vector(random, 150 * dim, 1);
	Vector bias = l2_bias(centroids, dim);
	Assigned wanted = assign(rows, centroids, bias, dim, 1);

	for (Level level : kLevels)
	{
		if (!vecsim::kernels::choose(level))
		{
			continue;
		}
		for (int threads : {1, 2, 3, 4})
		{
			Assigned result = assign(rows, centroids, bias, dim, threads);

			EXPECT_EQ(wanted.best, result.best);
			EXPECT_EQ(wanted.score, result.score);
		}
		for (size_t row = 0; row < 501; row += 50)
		{
			Vector one(&rows[row * dim], &rows[row * dim] + dim);

			EXPECT_EQ(wanted.best[row], assign(one, centroids, bias, dim, 2).best[0]);
		}
	}
}

TEST_F(NearestTest, TiesGoToTheLowestNumber)
{
	size_t dim = 4;
	Vector rows(9 * dim, 1.0f);
	Vector centroids(300 * dim, 2.0f);
	Vector bias(300, 0.0f);

	std::fill(centroids.begin(), centroids.begin() + 70 * 4, 1.0f);
	for (uint32_t best : assign(rows, centroids, bias, dim, 2).best)
	{
		EXPECT_EQ(70u, best);
	}
	bias[200] = 1;
	bias[250] = 1;
	for (uint32_t best : assign(rows, centroids, bias, dim, 2).best)
	{
		EXPECT_EQ(200u, best);
	}
}

TEST_F(NearestTest, OddScoresStillGiveANumber)
{
	Vector rows = {3e38f, 3e38f};
	Vector centroids = {3e38f, -3e38f, 3e38f, -3e38f};
	Assigned nan = assign(rows, centroids, {0, 0}, 2, 1);

	EXPECT_EQ(0u, nan.best[0]);
	EXPECT_EQ(-INFINITY, nan.score[0]);
	EXPECT_EQ(1u, assign({1, 1}, {1, 1, 2, 2}, {-INFINITY, -3e38f}, 2, 1).best[0]);
}

// The best is a sorted list's first: the same number and score as sorting all gives, at any number of threads, and
// one of those that selecting leaves in front.
TEST_F(NearestTest, TheBestIsTheFirstOfASortedList)
{
	Random random = {5};
	size_t dim = 20;

	for (size_t count : {1, 5, 32, 64, 65, 300})
	{
		Vector rows = gaussian_vector(random, 45 * dim, 1);
		Vector centroids = gaussian_vector(random, count * dim, 1);
		Vector bias = l2_bias(centroids, dim);

		// Equals, so that there are ties.
		std::copy(centroids.begin(), centroids.begin() + dim, centroids.end() - dim);
		bias[count - 1] = bias[0];
		for (int threads : {1, 2})
		{
			Assigned result = assign(rows, centroids, bias, dim, threads);

			for (size_t row = 0; row < 45; row++)
			{
				std::vector<ListScore> lists = score_all(&rows[row * dim], centroids, bias, dim);

				nearest_order(lists.data(), count, count);
				ASSERT_EQ(lists[0].list, result.best[row]);
				ASSERT_EQ(lists[0].score, result.score[row]);
			}
		}
	}
}

// What is selected is what is ordered, in whatever order; nothing is lost.
TEST_F(NearestTest, SelectsWhatItOrders)
{
	Random random = {6};
	size_t dim = 20;
	Vector row = gaussian_vector(random, dim, 1);
	Vector centroids = gaussian_vector(random, 300 * dim, 1);
	Vector bias = l2_bias(centroids, dim);

	bias[7] = NAN;
	for (size_t want : {1, 2, 64, 299, 300, 400})
	{
		std::vector<ListScore> ordered = score_all(row.data(), centroids, bias, dim);
		std::vector<ListScore> selected = ordered;
		size_t front = std::min<size_t>(want, 300);

		nearest_order(ordered.data(), 300, want);
		nearest_select(selected.data(), 300, want);
		EXPECT_EQ(numbers(ordered, 0, front), numbers(selected, 0, front)) << want;
		EXPECT_EQ(numbers(ordered, front, 300), numbers(selected, front, 300)) << want;
	}
}

// Of many lists the front is found by steps between the best and the worst score: where scores have no such steps
// (all equal, infinite, not a number, or so far apart that all but one share a step) the answer is the same.
TEST_F(NearestTest, SelectsAmongScoresOfAnyShape)
{
	constexpr size_t kLists = 1000;
	Random random = {8};
	Vector noise = gaussian_vector(random, kLists, 1);
	float extremes[] = {0, 1e30f, -1e30f, 3e38f, -3e38f, INFINITY, -INFINITY, NAN};

	for (float extreme : extremes)
	{
		for (float scale : {0.0f, 1e-38f, 1.0f, 1e38f})
		{
			std::vector<ListScore> lists(kLists);

			for (size_t i = 0; i < kLists; i++)
			{
				lists[i] = {i % 500 == 3 ? extreme : noise[i] * scale, static_cast<uint32_t>(i)};
			}

			std::vector<ListScore> ordered = lists;
			std::vector<ListScore> selected = lists;

			nearest_order(ordered.data(), kLists, kLists);
			nearest_select(selected.data(), kLists, 64);
			EXPECT_EQ(numbers(ordered, 0, 64), numbers(selected, 0, 64)) << extreme << " " << scale;
			EXPECT_EQ(numbers(ordered, 64, kLists), numbers(selected, 64, kLists)) << extreme << " " << scale;

			// A rough front is the exact one and some lists behind it.
			std::vector<ListScore> rough = lists;
			size_t front = nearest_front(rough.data(), kLists, 64);

			EXPECT_GE(front, 64u);
			nearest_order(rough.data(), front, front);
			EXPECT_EQ(numbers(ordered, 0, front), numbers(rough, 0, front)) << extreme << " " << scale;
			EXPECT_EQ(numbers(ordered, front, kLists), numbers(rough, front, kLists))
				<< extreme << " " << scale;
		}
	}
}

TEST_F(NearestTest, DotsAreTheKernelsOwn)
{
	Random random = {3};
	size_t dim = 37;
	size_t stride = (dim + 3) * sizeof(float);
	Vector query = gaussian_vector(random, dim, 1);
	Vector rows = gaussian_vector(random, 5 * (dim + 3), 1);
	Vector out(5);

	nearest_dots(query.data(), rows.data(), stride, 5, dim, out.data());
	for (size_t i = 0; i < 5; i++)
	{
		EXPECT_EQ(vecsim::kernels::active().dot_f32(query.data(), &rows[i * (dim + 3)], dim), out[i]);
	}
}

TEST_F(NearestTest, BatchesAreSmallForManyCentroids)
{
	EXPECT_EQ(4u, nearest_batch_rows(1u << 20, 16000, 1));
	EXPECT_EQ(8u, nearest_batch_rows(1u << 20, 16000, 2));
	EXPECT_GT(nearest_batch_rows(100, 384, 1), nearest_batch_rows(1000, 384, 1));
	EXPECT_GT(nearest_batch_rows(1000, 384, 2), nearest_batch_rows(1000, 384, 1));
	EXPECT_EQ(0u, nearest_batch_rows(1360, 384, 1) % 4);
	EXPECT_GE(nearest_batch_rows(0, 0, 0), 4u);
}

TEST_F(NearestTest, OrderPutsTheBestInFront)
{
	Random random = {4};

	for (size_t n : {0, 1, 2, 10, 1000})
	{
		for (size_t want : {0, 1, 3, 10, 999, 1000, 5000})
		{
			std::vector<ListScore> lists;

			for (size_t i = 0; i < n; i++)
			{
				lists.push_back({static_cast<float>(random_below(random, 30)), static_cast<uint32_t>(i)});
			}

			std::vector<ListScore> wanted(lists);

			std::stable_sort(wanted.begin(), wanted.end(),
			                 [](const ListScore &a, const ListScore &b) { return a.score > b.score; });
			nearest_order(lists.data(), n, want);

			// Called again on the rest, it goes on where it stopped.
			size_t sorted = std::min(want, n);

			nearest_order(lists.data() + sorted, n - sorted, n);
			for (size_t i = 0; i < n; i++)
			{
				ASSERT_EQ(wanted[i].list, lists[i].list);
				ASSERT_EQ(wanted[i].score, lists[i].score);
			}
		}
	}
}

TEST_F(NearestTest, OrderPutsNaNLast)
{
	ListScore lists[] = {{NAN, 0}, {1, 1}, {NAN, 2}, {2, 3}, {-INFINITY, 4}};

	nearest_order(lists, 5, 5);

	uint32_t wanted[] = {3, 1, 0, 2, 4};

	for (size_t i = 0; i < 5; i++)
	{
		EXPECT_EQ(wanted[i], lists[i].list);
	}
}
