// sparse.h - distances of sparse vectors: those whose elements are nearly all 0, of which only the others are kept.
//
// All sums are in double and run in the order of the indices.  A product of two float32 is exact there, a sum of at
// most 32,000 of them neither overflows nor underflows, and the order does not depend on which vector comes first: so
// f(a, b) and f(b, a) are the same bits, and there is one code for all CPUs.
#ifndef VECSIM_CORE_SPARSE_H
#define VECSIM_CORE_SPARSE_H

#include "core/types.h"

namespace vecsim::core
{

// The elements of a vector that are not 0.
struct SparseView
{
	const int32_t *indices; // count of them, from 0, ascending
	const float *values;    // finite
	size_t count;
};

// Distance by a metric, as metric.h has it of dense vectors.  NaN only for the cosine with a zero vector.
double sparse_distance(MetricId metric, const SparseView &a, const SparseView &b);

double sparse_inner_product(const SparseView &a, const SparseView &b);
double sparse_cosine_similarity(const SparseView &a, const SparseView &b); // in [-1, 1]
double sparse_norm(const SparseView &a);

// Scales a vector to unit length: writes indices and values of what is not 0 then (an element may underflow) and
// returns how many there are.  A zero vector stays one.
size_t sparse_normalize(const SparseView &a, int32_t *indices, float *values);

} // namespace vecsim::core

#endif
