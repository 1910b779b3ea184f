// nearest.h - which lists are nearest: for batches of rows (assignment) and for one query (probing).
//
// Both maximise score(x, c) = <x, c> + bias_c.  With bias_c = -|c|^2 / 2 that is the nearest centroid by L2;
// with bias 0 and unit centroids the largest cosine; with bias_c = 2 |x| spread_c the upper reach of an inner
// product.
#ifndef VECSIM_CORE_NEAREST_H
#define VECSIM_CORE_NEAREST_H

#include <stddef.h>
#include <stdint.h>

namespace vecsim::core
{

struct Centroids
{
	const float *rows; // count x dim, row-major, contiguous
	const float *bias; // count
	size_t count;
	size_t dim;
};

// Floats of scratch memory that nearest_assign needs.
size_t nearest_scratch_floats(size_t count, int threads);

// Rows one call of nearest_assign may take so that it ends in about 20 ms (at least 4).
size_t nearest_batch_rows(size_t count, size_t dim, int threads);

// For each of n rows (contiguous, dim floats) the centroid of the largest score, the lowest number at a tie,
// and that score.  Parallel over rows; the result does not depend on threads.
void nearest_assign(const Centroids &centroids, const float *rows, size_t n, int threads, float *scratch,
                    uint32_t *best, float *best_score);

// out[i] = <query, row i> for n rows that start `stride` bytes apart.
void nearest_dots(const float *query, const float *rows, size_t stride, size_t n, size_t dim, float *out);

// A list and its score, for one query.
struct alignas(8) ListScore
{
	float score;
	uint32_t list;
};

// Orders the best `want` of lists[0..n) to the front, best first (ties by list number); the rest stay behind
// them in any order.  Calling it again on the rest continues the order.  want > n counts as n.
void nearest_order(ListScore *lists, size_t n, size_t want);
// The same, but in no order.
void nearest_select(ListScore *lists, size_t n, size_t want);
// The same, but some more of almost the same score may stand at the front: returns how many stand there.
size_t nearest_front(ListScore *lists, size_t n, size_t want);

} // namespace vecsim::core

#endif
