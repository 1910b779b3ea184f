// count_sketch.h - long sparse vectors made short: each element is added to, or subtracted from, one of m sums.
//
// Place and sign of an element are a hash of its index, so that sums where two indices meet cancel on average: the
// inner product of two sketches is that of the vectors, with an error of no bias and a standard deviation of at most
// sqrt(2 / m) |a| |b| (Charikar, Chen and Farach-Colton, Finding frequent items in data streams, 2002; Weinberger et
// al., Feature hashing for large scale multitask learning, 2009).  No bound is certain.
#ifndef VECSIM_CORE_COUNT_SKETCH_H
#define VECSIM_CORE_COUNT_SKETCH_H

#include "core/sparse.h"

namespace vecsim::core
{

// Adds a value at an index of the long vector to the m sums.
void sketch_add(uint32_t index, float value, size_t m, float *sums);

// Scales the sums to the length of their vector, unless they are all 0 or not finite: what elements of one vector that
// meet do to its length can be undone, since the length is known.
void sketch_to_length(double length, size_t m, float *sums);

// The sketch of a sparse vector, of its length; not finite where sums overflow.
void sketch_sparse(const SparseView &vector, size_t m, float *sums);

} // namespace vecsim::core

#endif
