// topk.cpp - the K smallest of a stream: a binary max-heap, its root the K-th smallest.
#include "core/topk.h"

#include <limits>

namespace vecsim::core
{

// Puts value at the root's place or below it, where it is no smaller than its children.
static void
sift_down(double *heap, size_t n, double value)
{
	size_t at = 0;

	for (size_t child = 1; child < n; child = 2 * at + 1)
	{
		if (child + 1 < n && heap[child + 1] > heap[child])
		{
			child++;
		}
		if (!(heap[child] > value))
		{
			break;
		}
		heap[at] = heap[child];
		at = child;
	}
	heap[at] = value;
}

// Puts value at the place `at` (the first free one) or above it, where no parent is smaller.
static void
sift_up(double *heap, size_t at, double value)
{
	while (at > 0)
	{
		size_t parent = (at - 1) / 2;

		if (!(heap[parent] < value))
		{
			break;
		}
		heap[at] = heap[parent];
		at = parent;
	}
	heap[at] = value;
}

double
best_k_worst(const BestK &best)
{
	return best.n < best.k ? std::numeric_limits<double>::infinity() : best.heap[0];
}

// See topk.h.  NaN and +infinity are never taken.
bool
best_k_offer(BestK &best, double value)
{
	if (!(value < best_k_worst(best)))
	{
		return false;
	}
	if (best.n < best.k)
	{
		sift_up(best.heap, best.n, value);
		best.n++;
	}
	else
	{
		sift_down(best.heap, best.n, value);
	}
	return true;
}

} // namespace vecsim::core
