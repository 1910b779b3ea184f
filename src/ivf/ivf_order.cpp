// ivf_order.cpp - the numbers of lists: where these are many, neighbouring ones are near each other.
//
// Lists that share a sketch then form a group that a query can leave out (ivf_page.h, kGroupedFrom).  The centroids are
// clustered once more, into many small clusters; these are put in a row, each followed by the nearest one that is left,
// and the lists are numbered along it.  Sketches are cut from that without regard to clusters: two that meet in a
// sketch are near each other.
#include "pg/pg.h"

#include "core/nearest.h"
#include "ivf/ivf_build.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace vecsim::ivf
{

// The lists in random order, as k-means wants its rows, and their clusters.
struct Ordering
{
	uint32 *lists;     // lists[i]: the number of the list that row i is the centroid of
	float *rows;       // build.lists x place_dim
	uint32 *clusters;  // of the rows
	float *centres;    // count x place_dim
	float *bias;       // count
	uint32 count;      // of clusters
	uint32 *positions; // count: of the clusters in the row
};

static void shuffle_lists(Build &build, Ordering &ordering);
static void find_clusters(Build &build, Ordering &ordering);
static void chain_clusters(const Build &build, Ordering &ordering);
static void number_lists(Build &build, const Ordering &ordering);

bool
build_grouped(const Build &build)
{
	return build.mean != nullptr && build.lists >= kGroupedFrom;
}

void
build_order(Build &build)
{
	if (!build_grouped(build))
	{
		return;
	}

	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "ivf order", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	Ordering ordering = {};

	shuffle_lists(build, ordering);
	find_clusters(build, ordering);
	chain_clusters(build, ordering);
	number_lists(build, ordering);
	memcpy(build.bias, cluster_bias(build, build.centroids, build.lists), build.lists * sizeof(float));
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
}

static void
shuffle_lists(Build &build, Ordering &ordering)
{
	Size dim = build.place_dim;

	ordering.lists = static_cast<uint32 *>(pg::alloc_array(build.lists, sizeof(uint32)));
	ordering.rows =
		static_cast<float *>(pg::alloc_array(pg::mul_size_checked(build.lists, dim), sizeof(float)));
	std::iota(ordering.lists, ordering.lists + build.lists, 0u);
	for (uint32 i = build.lists - 1; i > 0; i--)
	{
		std::swap(ordering.lists[i], ordering.lists[random_below(build.random, i + 1)]);
	}
	for (uint32 i = 0; i < build.lists; i++)
	{
		memcpy(ordering.rows + i * dim, build.centroids + ordering.lists[i] * dim, dim * sizeof(float));
	}
}

static void
find_clusters(Build &build, Ordering &ordering)
{
	constexpr uint32 kListsPerCluster = 16; // half a sketch
	constexpr uint32 kMostClusters = 2048;  // the row of them takes time by their square
	uint32 count = Min(build.lists / kListsPerCluster, kMostClusters);
	Size dim = build.place_dim;

	ordering.centres = static_cast<float *>(pg::alloc_array(count * dim, sizeof(float)));

	float *lengths = static_cast<float *>(pg::alloc_array(count, sizeof(float)));

	ordering.count = cluster_rows(build, {ordering.rows, build.lists, 0}, count, ordering.centres, lengths);
	ordering.bias = cluster_bias(build, ordering.centres, ordering.count);
	ordering.clusters = static_cast<uint32 *>(pg::alloc_array(build.lists, sizeof(uint32)));

	core::Centroids centres = {ordering.centres, ordering.bias, ordering.count, dim};
	Size batch = core::nearest_batch_rows(ordering.count, dim, build.threads);
	float *scores = static_cast<float *>(pg::alloc_array(batch, sizeof(float)));
	float *scratch = static_cast<float *>(
		pg::alloc_array(core::nearest_scratch_floats(ordering.count, build.threads), sizeof(float)));

	for (Size i = 0; i < build.lists; i += batch)
	{
		core::nearest_assign(centres, ordering.rows + i * dim, Min(batch, build.lists - i), build.threads,
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
	Size dim = build.place_dim;
	uint32 *order = static_cast<uint32 *>(pg::alloc_array(build.lists, sizeof(uint32)));
	float *lengths = static_cast<float *>(pg::alloc_array(build.lists, sizeof(float)));

	std::iota(order, order + build.lists, 0u);
	std::sort(order, order + build.lists,
	          [&](uint32 a, uint32 b)
	          {
		uint32 first = ordering.positions[ordering.clusters[a]];
		uint32 second = ordering.positions[ordering.clusters[b]];

		return first != second ? first < second : ordering.lists[a] < ordering.lists[b];
	});
	memcpy(lengths, build.lengths, build.lists * sizeof(float));
	for (uint32 i = 0; i < build.lists; i++)
	{
		memcpy(build.centroids + i * dim, ordering.rows + order[i] * dim, dim * sizeof(float));
		build.lengths[i] = lengths[ordering.lists[order[i]]];
	}
}

// The rows of a list vary about its centre, and the centres about that of the group: both variances add up.
float
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
