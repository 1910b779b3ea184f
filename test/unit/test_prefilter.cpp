// test_prefilter.cpp - the nearest centroids found by one-bit codes are the nearest.
#include "core/nearest.h"
#include "core/parallel.h"
#include "core/prefilter.h"
#include "rabitq_fixture.h"

using namespace core_fixture;

namespace
{

// Rotated centroids, and rows to be assigned to them.
struct Lists
{
	size_t dim;
	size_t count;
	Vector centroids;
	Vector bias;
	Vector rows;

	Centroids
	all() const
	{
		return {centroids.data(), bias.data(), count, dim};
	}

	size_t
	n() const
	{
		return rows.size() / dim;
	}
};

void
append(Vector &to, const Vector &v)
{
	to.insert(to.end(), v.begin(), v.end());
}

// Each row lies around one of the centroids, at `spread` times the distance between two of them.  By L2, or by
// the direction alone.
Lists
make_lists(uint64_t seed, Data data, MetricId id, size_t d, size_t count, size_t n, double spread)
{
	Random random = {seed};
	Rotation rotation(seed + 1, d);
	Vector origin = noise(random, data, d, 1);
	std::vector<Vector> centers;
	Lists lists = {rotated_dim(d), count, {}, {}, {}};

	for (size_t i = 0; i < count; i++)
	{
		Vector center = sum(origin, noise(random, data, d, 1));

		if (id == MetricId::Cosine)
		{
			normalize(center.data(), d, center.data());
		}
		centers.push_back(center);
		append(lists.centroids, rotation(center));

		double norm = exact_norm(center);

		lists.bias.push_back(id == MetricId::L2 ? static_cast<float>(-norm * norm / 2) : 0.0f);
	}
	for (size_t i = 0; i < n; i++)
	{
		const Vector &center = centers[random_below(random, count)];
		float scale =
			static_cast<float>(spread * (id == MetricId::Cosine ? 1 / sqrt(static_cast<double>(d)) : 1));
		Vector row = sum(center, noise(random, data, d, scale));

		if (id == MetricId::Cosine)
		{
			normalize(row.data(), d, row.data());
		}
		append(lists.rows, rotation(row));
	}
	return lists;
}

struct Found
{
	std::vector<uint32_t> best;
	Vector score;
};

struct Search
{
	const Lists &lists;
	const Prefilter &prefilter;
	size_t want;
	Found &found;
};

void
search_range(void *context, size_t begin, size_t end, int thread)
{
	const Search &search = *static_cast<const Search *>(context);

	prefilter_nearest(search.prefilter, search.lists.rows.data() + begin * search.lists.dim, end - begin,
	                  search.want, thread, search.found.best.data() + begin * search.want,
	                  search.found.score.data() + begin * search.want);
}

// From centroid 0 on, or from what `found.best` says.
void
improve_range(void *context, size_t begin, size_t end, int thread)
{
	const Search &search = *static_cast<const Search *>(context);

	prefilter_improve(search.prefilter, search.lists.rows.data() + begin * search.lists.dim, end - begin,
	                  thread, search.found.best.data() + begin, search.found.score.data() + begin);
}

Found
improve(const Lists &lists, const std::vector<uint32_t> &from, int threads)
{
	Memory memory(prefilter_bytes(lists.count, lists.dim, threads));
	Found found = {from, Vector(lists.n(), NAN)};
	Prefilter prefilter;

	prefilter_build(lists.all(), memory.data(), &prefilter);

	Search search = {lists, prefilter, 1, found};

	parallel_for(lists.n(), 5, threads, improve_range, &search);
	return found;
}

Found
find(const Lists &lists, size_t want, int threads)
{
	Memory memory(prefilter_bytes(lists.count, lists.dim, threads));
	Found found = {std::vector<uint32_t>(lists.n() * want, 0xFFFFFFFF), Vector(lists.n() * want, NAN)};
	Prefilter prefilter;

	prefilter_build(lists.all(), memory.data(), &prefilter);

	Search search = {lists, prefilter, want, found};

	parallel_for(lists.n(), 5, threads, search_range, &search);
	return found;
}

// By scoring every centroid in full.
Found
find_exactly(const Lists &lists, size_t want)
{
	Found found = {};
	Centroids all = lists.all();

	for (size_t i = 0; i < lists.n(); i++)
	{
		std::vector<ListScore> scores;

		for (uint32_t c = 0; c < all.count; c++)
		{
			scores.push_back({vecsim::kernels::active().dot_f32(&lists.rows[i * lists.dim],
			                                                    all.rows + c * lists.dim, lists.dim) +
			                      all.bias[c],
			                  c});
		}
		nearest_order(scores.data(), scores.size(), want);
		for (size_t at = 0; at < want; at++)
		{
			found.best.push_back(scores[at].list);
			found.score.push_back(scores[at].score);
		}
	}
	return found;
}

// The share of the rows whose nearest centroid is found as the nearest.
double
share_of_nearest(const Lists &lists, size_t want)
{
	Found found = find(lists, want, 2);
	Found exact = find_exactly(lists, 1);
	size_t same = 0;

	for (size_t i = 0; i < lists.n(); i++)
	{
		same += found.best[i * want] == exact.best[i];
	}
	return static_cast<double>(same) / static_cast<double>(lists.n());
}

class PrefilterTest : public Core
{
};

} // namespace

// One-bit codes put the nearest of a thousand centroids among the few that are compared in full.
TEST_F(PrefilterTest, FindsTheNearestOfClusters)
{
	for (MetricId id : {MetricId::L2, MetricId::Cosine})
	{
		for (Data data : {Data::Gaussian, Data::Skewed})
		{
			Lists lists = make_lists(3, data, id, 384, 1000, 2000, 0.4);

			for (size_t want : {1, 32})
			{
				EXPECT_GE(share_of_nearest(lists, want), 0.999)
					<< metric(id).name << " " << int(data) << " " << want;
			}
		}
	}
}

// They do where they have bits of a part of the dimensions.
TEST_F(PrefilterTest, FindsTheNearestOfManyDimensions)
{
	for (size_t d : {1024, 3072})
	{
		Lists lists = make_lists(3, Data::Skewed, MetricId::L2, d, 1000, 300, 0.4);

		for (size_t want : {1, 32})
		{
			EXPECT_GE(share_of_nearest(lists, want), 0.999) << d << " " << want;
		}
	}
}

// Rows that have nothing to do with the centroids: many of these are almost equally near, and one of them is found.
TEST_F(PrefilterTest, FindsAlmostTheNearestWithoutClusters)
{
	for (Data data : {Data::Gaussian, Data::Skewed})
	{
		Lists lists = make_lists(4, data, MetricId::L2, 384, 1000, 2000, 0.4);
		Lists others = make_lists(5, data, MetricId::L2, 384, 1000, 2000, 0.4);

		lists.rows = others.rows;
		for (size_t want : {1, 32})
		{
			Found found = find(lists, want, 1);
			Found exact = find_exactly(lists, want);
			Moments excess; // of the distance to the nearest found
			Moments same;

			for (size_t i = 0; i < lists.n(); i++)
			{
				double norm2 =
					exact_norm(Vector(lists.rows.begin() + static_cast<ptrdiff_t>(i * lists.dim),
				                      lists.rows.begin() + static_cast<ptrdiff_t>((i + 1) * lists.dim)));

				norm2 *= norm2;
				excess.add(sqrt((norm2 - 2 * found.score[i * want]) / (norm2 - 2 * exact.score[i * want])) -
				           1);
				same.add(found.best[i * want] == exact.best[i * want]);
			}
			EXPECT_LT(excess.mean(), 0.002) << int(data) << " " << want;
			EXPECT_GT(same.mean(), 0.8) << int(data) << " " << want;
		}
	}
}

// What is found does not depend on threads, and is scored as find_exactly() does.
TEST_F(PrefilterTest, ThreadsDoNotShow)
{
	Lists lists = make_lists(6, Data::Skewed, MetricId::L2, 100, 333, 500, 1);
	Found one = find(lists, 7, 1);

	for (int threads : {2, 3, 4})
	{
		Found several = find(lists, 7, threads);

		EXPECT_EQ(one.best, several.best);
		EXPECT_EQ(one.score, several.score);
	}
	for (size_t i = 0; i < one.best.size(); i++)
	{
		const float *row = &lists.rows[i / 7 * lists.dim];
		uint32_t c = one.best[i];

		ASSERT_LT(c, lists.count);
		ASSERT_EQ(vecsim::kernels::active().dot_f32(row, &lists.centroids[c * lists.dim], lists.dim) +
		              lists.bias[c],
		          one.score[i]);
	}
}

// Where all centroids are wanted, or there are no more than are compared in full, nothing is left to the codes.
TEST_F(PrefilterTest, FewCentroidsAreAllCompared)
{
	for (size_t count : {1, 2, 5, 16, 31, 32, 33, 64})
	{
		Lists lists = make_lists(count, Data::Skewed, MetricId::L2, 70, count, 50, 2);

		for (size_t want : {count, std::min<size_t>(count, 3)})
		{
			if (want < count && count > 16)
			{
				continue;
			}

			Found found = find(lists, want, 2);
			Found exact = find_exactly(lists, want);

			EXPECT_EQ(exact.best, found.best) << count << " " << want;
			EXPECT_EQ(exact.score, found.score) << count << " " << want;
		}
	}
}

// Rows and centroids of no length, of equal places, of the largest and least lengths: numbers, each centroid once.
TEST_F(PrefilterTest, ScoresAreNumbers)
{
	size_t dim = 64;
	float most = static_cast<float>(sqrt(kRabitqMaxNorm2 / static_cast<double>(dim)));
	Random random = {8};
	Lists lists = {dim, 40, {}, Vector(40), {}};

	for (float scale : {0.0f, 1e-30f, 1.0f, 1e10f, most / 8})
	{
		Vector v = gaussian_vector(random, dim, scale);

		for (size_t i = 0; i < 8; i++)
		{
			append(lists.centroids, i % 2 == 0 ? v : gaussian_vector(random, dim, scale));
		}
		append(lists.rows, v);
		append(lists.rows, Vector(dim, scale));
	}
	for (size_t want : {1, 9, 40})
	{
		Found found = find(lists, want, 1);

		for (size_t i = 0; i < lists.n(); i++)
		{
			std::vector<uint32_t> numbers(found.best.begin() + static_cast<ptrdiff_t>(i * want),
			                              found.best.begin() + static_cast<ptrdiff_t>((i + 1) * want));

			std::sort(numbers.begin(), numbers.end());
			EXPECT_EQ(numbers.end(), std::adjacent_find(numbers.begin(), numbers.end()));
			EXPECT_LT(numbers.back(), 40u);
			for (size_t j = 0; j < want; j++)
			{
				ASSERT_TRUE(isfinite(found.score[i * want + j])) << i << " " << want;
			}
		}
	}
}

// From any centroid the nearest is found, of rows that lie around centroids, and almost the nearest of others; from the
// nearest the same; threads do not show.
TEST_F(PrefilterTest, ImprovesToTheNearest)
{
	for (MetricId id : {MetricId::L2, MetricId::Cosine})
	{
		for (Data data : {Data::Gaussian, Data::Skewed})
		{
			Lists lists = make_lists(9, data, id, 384, 1000, 1000, 0.4);
			Lists others = make_lists(10, data, id, 384, 1000, 1000, 0.4);

			append(lists.rows, others.rows);

			Found exact = find_exactly(lists, 1);
			std::vector<uint32_t> last(lists.n(), 999);
			Found from_first = improve(lists, std::vector<uint32_t>(lists.n(), 0), 1);
			Found from_last = improve(lists, last, 2);
			Found from_best = improve(lists, exact.best, 1);
			size_t near = 0;
			size_t far = 0;

			EXPECT_EQ(exact.best, from_best.best);
			EXPECT_EQ(exact.score, from_best.score);
			EXPECT_EQ(from_last.best, improve(lists, last, 1).best);
			for (size_t i = 0; i < lists.n(); i++)
			{
				size_t &same = i < 1000 ? near : far;

				same += (from_first.best[i] == exact.best[i]) + (from_last.best[i] == exact.best[i]);
			}
			EXPECT_GE(near, 1998u) << metric(id).name << " " << int(data);
			EXPECT_GE(far, 1960u) << metric(id).name << " " << int(data);
		}
	}
}

// Any lengths: a centroid that there is, and its score.
TEST_F(PrefilterTest, ImprovesAtAnyLength)
{
	size_t dim = 64;
	float most = static_cast<float>(sqrt(kRabitqMaxNorm2 / static_cast<double>(dim)));
	Random random = {11};
	Lists lists = {dim, 40, {}, Vector(40), {}};

	for (float scale : {0.0f, 1e-30f, 1.0f, 1e10f, most / 8})
	{
		Vector v = gaussian_vector(random, dim, scale);

		for (size_t i = 0; i < 8; i++)
		{
			append(lists.centroids, v);
		}
		append(lists.rows, v);
	}

	Found found = improve(lists, std::vector<uint32_t>(lists.n(), 39), 1);

	for (size_t i = 0; i < lists.n(); i++)
	{
		ASSERT_LT(found.best[i], 40u);
		EXPECT_EQ(vecsim::kernels::active().dot_f32(&lists.rows[i * dim],
		                                            &lists.centroids[found.best[i] * dim], dim),
		          found.score[i]);
		EXPECT_TRUE(isfinite(found.score[i]));
	}
}
