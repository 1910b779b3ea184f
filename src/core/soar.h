// soar.h - the second list of a row: the one that finds it when the first does not.
//
// A query misses a row in its first list when it lies along the row's residual.  So the second list's
// residual should be short and, above all, not parallel to the first one's. Source: Sun et al., SOAR:
// Improved Indexing for Approximate Nearest Neighbor Search, NeurIPS 2023 (arXiv 2404.00774).
#ifndef VECSIM_CORE_SOAR_H
#define VECSIM_CORE_SOAR_H

#include <stddef.h>
#include <stdint.h>

namespace vecsim::core
{

// How much a residual parallel to the first one counts beside its length.
inline constexpr double kSoarLambda = 1.5;

// Which of n candidates (numbers of centroids; `first` among them is passed over) minimises |r'|^2 +
// kSoarLambda <r', r / |r|>^2, r = x - centroid first, r' = x - the candidate; the one named first among
// equals, and `first` when there is no other.  centroids are rows of dim floats.
uint32_t soar_second(const float *x, const float *centroids, size_t dim, uint32_t first,
                     const uint32_t *candidates, size_t n);

} // namespace vecsim::core

#endif
