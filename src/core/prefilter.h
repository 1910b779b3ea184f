// prefilter.h - the nearest of many centroids, found by their one-bit codes and then exactly.
//
// Comparing a row with every centroid is what a build spends its time on.  One-bit codes (rabitq.h) rank all
// centroids in a few nanoseconds each; only the best are then compared in full.  Rows and centroids must be
// rotated (rotate.h).
#ifndef VECSIM_CORE_PREFILTER_H
#define VECSIM_CORE_PREFILTER_H

#include "core/nearest.h"

namespace vecsim::core
{

inline constexpr size_t kPrefilterMost = 64; // centroids that may be asked for

// Times faster than comparing with every centroid, or more, from so many centroids on.
inline constexpr size_t kPrefilterGain = 4;
inline constexpr size_t kPrefilterFew = 128;

struct Prefilter
{
	Centroids centroids;
	const float *mean; // of the centroids
	uint8_t *blocks;   // FastScan codes and factors of 32 centroids each
	uint8_t *scratch;  // of each thread
};

// Does comparing a row with all of so many centroids cost more than coding them?  Codes are of whole multiples of 64.
inline bool
prefilter_pays(size_t count, size_t dim)
{
	return count >= kPrefilterFew && dim % 64 == 0;
}

// Bytes of memory (aligned to 64) for so many centroids of dim dimensions, a multiple of 64.
size_t prefilter_bytes(size_t count, size_t dim, int threads);

// Codes the centroids, which must outlive it.
void prefilter_build(const Centroids &centroids, void *memory, Prefilter *prefilter);

// For each of n rows its `want` nearest centroids (at most kPrefilterMost, at most the number there are),
// nearest first, and their scores: exact scores, of centroids that are the nearest but for the codes'
// errors.  The results of row i begin at i * want.  To be called by several threads at once, each with its
// number.
void prefilter_nearest(const Prefilter &prefilter, const float *rows, size_t n, size_t want, int thread,
                       uint32_t *best, float *best_score);

// For each of n rows its nearest centroid, but for the codes' errors, and its score.  best[i] comes in as the number of
// any centroid, and this is the faster the nearer that is.  Threads as above.
void prefilter_improve(const Prefilter &prefilter, const float *rows, size_t n, int thread, uint32_t *best,
                       float *best_score);

} // namespace vecsim::core

#endif
