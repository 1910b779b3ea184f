// ivf_order.cpp - the numbers of lists: where these are many, neighbouring ones are near each other.
//
// Lists that share a sketch then form a group that a query can leave out (ivf_page.h, group_count).  The centroids, or
// a sample of them that fits in memory, are clustered once more, into many small clusters; these are put in a row, each
// followed by the nearest one that is left, and the lists are numbered along it, in the memory that they stand in.
// Sketches are cut from that without regard to clusters: two that meet in a sketch are near each other.
#include "pg/pg.h"

#include "core/nearest.h"
#include "ivf/ivf_build.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace vecsim::ivf
{

static constexpr uint32 kGroupedFrom = 16384; // lists: with fewer their sketches are soon read

// The clusters of the centroids.
struct Ordering
{
	uint32 *clusters;  // build.lists: of the centroids
	float *centres;    // count x place_dim
	float *bias;       // count
	uint32 count;      // of clusters; 0 where memory is too small for any
	uint32 *positions; // count: of the clusters in the row
};

static void find_clusters(Build &build, Ordering &ordering);
static Size sample_that_fits(const Build &build, uint32 count);
static uint32 cluster_sample(Build &build, Size n, uint32 count, float *centres);
static void assign_clusters(const Build &build, Ordering &ordering);
static void chain_clusters(const Build &build, Ordering &ordering);
static void number_lists(Build &build, const Ordering &ordering);
static void move_lists(Build &build, uint32 *order);
static float group_centre(const Build &build, uint32 group, const float *spreads, float *centre);

void
build_order(Build &build)
{
	build.grouped = false;
	if (build.mean == nullptr || build.lists < kGroupedFrom)
	{
		return;
	}

	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "ivf order", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	Ordering ordering = {};

	find_clusters(build, ordering);
	if (ordering.count > 0)
	{
		assign_clusters(build, ordering);
		chain_clusters(build, ordering);
		number_lists(build, ordering);
		cluster_set_bias(build, build.centroids, build.lists, build.bias);
		build.grouped = true;
	}
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
}

// Clusters a sample of the centroids: all of them where they fit in memory once more.
static void
find_clusters(Build &build, Ordering &ordering)
{
	constexpr uint32 kListsPerCluster = 16; // half a sketch
	constexpr uint32 kMostClusters = 2048;  // the row of them takes time by their square
	constexpr uint32 kLeastClusters =
		128;                           // with fewer, lists that share a sketch are hardly nearer than others
	constexpr uint32 kLeastSample = 4; // centroids a cluster
	uint32 count = Min(build.lists / kListsPerCluster, kMostClusters);
	Size n = sample_that_fits(build, count);

	while (n < count * kLeastSample && count >= kLeastClusters)
	{
		count /= 2;
		n = sample_that_fits(build, count);
	}
	if (count < kLeastClusters)
	{
		return;
	}
	ordering.centres =
		static_cast<float *>(pg::alloc_array(pg::mul_size_checked(count, build.place_dim), sizeof(float)));
	ordering.count = cluster_sample(build, n, count, ordering.centres);
	ordering.bias = cluster_bias(build, ordering.centres, ordering.count);
}

// Centroids that k-means into `count` clusters can take in what the centroids of all lists and the arrays of this file
// leave of the memory.
static Size
sample_that_fits(const Build &build, uint32 count)
{
	Size vector = build.place_dim * sizeof(float);
	Size list = vector + 3 * sizeof(float) + 2 * sizeof(uint32); // bias, length and its copy; cluster, order
	Size cluster = vector + 3 * sizeof(float) + sizeof(uint32);  // bias, length, product; position
	Size taken =
		pg::add_size_checked(pg::mul_size_checked(build.lists, list), pg::mul_size_checked(count, cluster));

	return taken < build.memory
	           ? Min(plan_rows_that_fit(build, build.memory - taken, count), static_cast<Size>(build.lists))
	           : 0;
}

// k-means of n centroids drawn at random.  Returns how many clusters there are.
static uint32
cluster_sample(Build &build, Size n, uint32 count, float *centres)
{
	Size dim = build.place_dim;
	MemoryContext context =
		AllocSetContextCreate(CurrentMemoryContext, "ivf order sample", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	uint32 *lists = static_cast<uint32 *>(pg::alloc_array(build.lists, sizeof(uint32)));
	float *rows = static_cast<float *>(pg::alloc_array(pg::mul_size_checked(n, dim), sizeof(float)));
	float *lengths = static_cast<float *>(pg::alloc_array(count, sizeof(float)));

	std::iota(lists, lists + build.lists, 0u);
	for (uint32 i = 0; i < n; i++)
	{
		std::swap(lists[i], lists[i + random_below(build.random, build.lists - i)]);
		memcpy(rows + i * dim, build.centroids + lists[i] * dim, dim * sizeof(float));
	}
	count = cluster_rows(build, {rows, n, 0}, count, centres, lengths);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
	return count;
}

// The nearest cluster of each centroid.
static void
assign_clusters(const Build &build, Ordering &ordering)
{
	Size dim = build.place_dim;
	core::Centroids centres = {ordering.centres, ordering.bias, ordering.count, dim};
	Size batch = core::nearest_batch_rows(ordering.count, dim, build.threads);
	float *scores = static_cast<float *>(pg::alloc_array(batch, sizeof(float)));
	float *scratch = static_cast<float *>(
		pg::alloc_array(core::nearest_scratch_floats(ordering.count, build.threads), sizeof(float)));

	ordering.clusters = static_cast<uint32 *>(pg::alloc_array(build.lists, sizeof(uint32)));
	for (Size i = 0; i < build.lists; i += batch)
	{
		core::nearest_assign(centres, build.centroids + i * dim, Min(batch, build.lists - i), build.threads,
		                     scratch, ordering.clusters + i, scores);
		CHECK_FOR_INTERRUPTS();
	}
}

// Each cluster is followed by the nearest one that is left.
static void
chain_clusters(const Build &build, Ordering &ordering)
{
	constexpr uint32 kOpen = 0xFFFFFFFF;
	Size dim = build.place_dim;
	float *dots = static_cast<float *>(pg::alloc_array(ordering.count, sizeof(float)));
	uint32 at = 0;

	ordering.positions = static_cast<uint32 *>(pg::alloc_array(ordering.count, sizeof(uint32)));
	std::fill(ordering.positions, ordering.positions + ordering.count, kOpen);
	ordering.positions[at] = 0;
	for (uint32 position = 1; position < ordering.count; position++)
	{
		uint32 next = kOpen;

		core::nearest_dots(ordering.centres + at * dim, ordering.centres, dim * sizeof(float), ordering.count,
		                   dim, dots);
		for (uint32 i = 0; i < ordering.count; i++)
		{
			if (ordering.positions[i] == kOpen &&
			    (next == kOpen || dots[i] + ordering.bias[i] > dots[next] + ordering.bias[next]))
			{
				next = i;
			}
		}
		at = next;
		ordering.positions[at] = position;
		CHECK_FOR_INTERRUPTS();
	}
}

// Puts centroids and their lengths in the order of their clusters and, in a cluster, of their numbers before.
static void
number_lists(Build &build, const Ordering &ordering)
{
	uint32 *order = static_cast<uint32 *>(pg::alloc_array(build.lists, sizeof(uint32)));
	float *lengths = static_cast<float *>(pg::alloc_array(build.lists, sizeof(float)));

	std::iota(order, order + build.lists, 0u);
	std::sort(order, order + build.lists,
	          [&](uint32 a, uint32 b)
	          {
		uint32 first = ordering.positions[ordering.clusters[a]];
		uint32 second = ordering.positions[ordering.clusters[b]];

		return first != second ? first < second : a < b;
	});
	memcpy(lengths, build.lengths, build.lists * sizeof(float));
	for (uint32 i = 0; i < build.lists; i++)
	{
		build.lengths[i] = lengths[order[i]];
	}
	move_lists(build, order);
}

// Moves centroid order[i] to i, cycle by cycle, since a second array of them may not fit in memory.  order is used up.
static void
move_lists(Build &build, uint32 *order)
{
	Size dim = build.place_dim;
	Size bytes = dim * sizeof(float);
	float *first = static_cast<float *>(pg::alloc_array(1, bytes));

	for (uint32 start = 0; start < build.lists; start++)
	{
		uint32 to = start;

		memcpy(first, build.centroids + start * dim, bytes);
		while (order[to] != start)
		{
			uint32 from = order[to];

			memcpy(build.centroids + to * dim, build.centroids + from * dim, bytes);
			order[to] = to;
			to = from;
		}
		memcpy(build.centroids + to * dim, first, bytes);
		order[to] = to;
	}
}

// Like lists whose rows are those of all lists of the group.
void
group_sketches(const Build &build, const Extent &sketches, uint32 groups, const float *spreads, void *entry)
{
	uint32 first = group_count(build.lists) * kSketchHeight;
	float *centre = static_cast<float *>(pg::alloc_array(build.place_dim, sizeof(float)));

	for (uint32 group = 0; group < groups; group++)
	{
		float spread = group_centre(build, group, spreads, centre);

		build.quantizer->two_level->encode_entry(build.space, centre, build.space.mean, entry);
		centroid_sketch_write(build, sketches, first + group, spread, entry);
		CHECK_FOR_INTERRUPTS();
	}
}

// The centre of a group and the spread of its lists' rows about it, from the spreads of the lists.  The rows of a list
// vary about its centre, and the centres about that of the group: both variances add up.
static float
group_centre(const Build &build, uint32 group, const float *spreads, float *centre)
{
	Size dim = build.place_dim;
	uint32 first = group * kSketchHeight;
	uint32 n = Min(kSketchHeight, build.lists - first);
	double variance = 0;

	for (Size i = 0; i < dim; i++)
	{
		double sum = 0;
		double squares = 0;

		for (uint32 list = first; list < first + n; list++)
		{
			double value = build.centroids[list * dim + i];

			sum += value;
			squares += value * value;
		}
		centre[i] = static_cast<float>(sum / n);
		variance += Max(squares / n - sum / n * (sum / n), 0.0) / build.dim;
	}
	for (uint32 list = first; list < first + n; list++)
	{
		variance += static_cast<double>(spreads[list]) * spreads[list] / n;
	}
	if (build.metric->unit_length)
	{
		double norm = std::sqrt(core::squared_norm(centre, dim));

		for (Size i = 0; norm > 0 && i < dim; i++)
		{
			centre[i] = static_cast<float>(centre[i] / norm);
		}
	}
	return static_cast<float>(std::sqrt(variance));
}

} // namespace vecsim::ivf
