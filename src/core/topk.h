// topk.h - the K smallest of a stream of distances: a bounded max-heap in the caller's memory.
#ifndef VECSIM_CORE_TOPK_H
#define VECSIM_CORE_TOPK_H

#include <stddef.h>

namespace vecsim::core
{

struct BestK
{
	double *heap; // room for k values
	size_t k;     // at least 1
	size_t n;     // values held
};

// The K-th smallest value so far, +infinity while fewer than K have come.
double best_k_worst(const BestK &best);

// Takes a value in if it is smaller than the K-th smallest.  True if it was taken.
bool best_k_offer(BestK &best, double value);

} // namespace vecsim::core

#endif
