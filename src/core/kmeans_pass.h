// kmeans_pass.h - one pass of k-means over rows that come in batches, for samples that do not fit in memory.
//
// Centroids are there; each batch is given its nearest ones and added to their sums; at the end centroids move to the
// means.  Memory beside the centroids: as much again, and their codes.  The same rows in the same order give the same
// centroids for any batches and any number of threads.
#ifndef VECSIM_CORE_KMEANS_PASS_H
#define VECSIM_CORE_KMEANS_PASS_H

#include "core/prefilter.h"

#include <stddef.h>
#include <stdint.h>

namespace vecsim::core
{

// What a pass needs to know and its state.  Plain memory; the caller owns every array.
struct KmeansPass
{
	// Set by the caller.
	size_t dim;
	size_t k;
	bool spherical;
	bool rotated; // as in kmeans.h
	int threads;
	float *centroids;  // k x dim, moved by kmeans_pass_end()
	float *lengths;    // k, as in kmeans.h, set anew where a centroid moves
	const float *bias; // k: of the centroids as they come
	void *work;        // kmeans_pass_bytes(), aligned to 64

	// Private.
	float *sums; // k x dim: of rows' differences from their centroids, for which floats are precise enough
	uint32_t *counts;
	float *scratch;
	bool filter;
	Prefilter prefilter;
};

// Bytes of work memory, or SIZE_MAX where that overflows.  Grows with k * dim and threads.
size_t kmeans_pass_bytes(size_t dim, size_t k, bool rotated, int threads);

// Rows a batch should have to take about 20 ms.
size_t kmeans_pass_batch(const KmeansPass &pass);

// Begins a pass.  All fields under "Set by the caller" are set.
void kmeans_pass_begin(KmeansPass &pass);

// Adds n rows.  Leaves the number of each one's centroid in best and its score in scores, of n each.
void kmeans_pass_add(KmeansPass &pass, const float *rows, size_t n, uint32_t *best, float *scores);

// Moves centroids that were given rows to their mean (spherical: to its direction, where it has one).
void kmeans_pass_end(KmeansPass &pass);

} // namespace vecsim::core

#endif
