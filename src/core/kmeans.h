// kmeans.h - k-means clustering of a sample in memory, Lloyd's algorithm, in short steps.
//
// Starts from distinct random rows, runs kKmeansPasses passes, the first ones over a part of the rows, reseeds empty
// clusters from the biggest ones.
// With `spherical` the rows are of unit length, similarity is the dot product and centroids are scaled to unit length.
// The same seed gives the same centroids for any number of threads: sums are taken in row order.
#ifndef VECSIM_CORE_KMEANS_H
#define VECSIM_CORE_KMEANS_H

#include "core/prefilter.h"
#include "core/random.h"

#include <stddef.h>
#include <stdint.h>

namespace vecsim::core
{

inline constexpr int kKmeansPasses = 5;

// What a run needs to know and its state.  Plain memory; the caller owns every array.
struct Kmeans
{
	// Set by the caller.
	const float *samples; // n x dim, row-major, in random order: early passes look at the first ones only
	size_t n;
	size_t dim;
	size_t k; // 1 <= k <= n
	bool spherical;
	bool rotated; // rows have been rotated (rotate.h): nearest centroids may be found by their codes
	int threads;
	float *centroids; // out: k x dim
	float
		*lengths; // out: k, how long the mean of a cluster is for a centroid of length 1; 1 unless spherical
	void *work;   // kmeans_work_bytes(), aligned to 64

	// Progress, in rows assigned over all passes.
	uint64_t done;
	uint64_t total;

	// Private.
	Random random;
	int pass;
	int stage;
	size_t most_parts; // of the rows: a pass looks at one
	size_t rows;       // that this pass looks at
	size_t seen;       // that the pass before looked at
	size_t position;
	size_t chosen;
	float *bias;
	double *sums;
	uint32_t *counts;
	uint32_t *assigned;
	float *scores;
	float *scratch;
	void *filter; // memory of the prefilter
	Prefilter prefilter;
};

// Bytes of work memory, or SIZE_MAX where that overflows.  Grows with n, k * dim and threads.
size_t kmeans_work_bytes(size_t n, size_t dim, size_t k, int threads);

// Begins a run.  All fields under "Set by the caller" are set.
void kmeans_begin(Kmeans &kmeans, uint64_t seed);

// Does about 20 ms of work.  Returns true while there is more to do; after false, centroids hold the result and
// `k` the number of centroids that are really distinct clusters (fewer than asked when the sample has fewer distinct
// rows).
bool kmeans_step(Kmeans &kmeans);

} // namespace vecsim::core

#endif
