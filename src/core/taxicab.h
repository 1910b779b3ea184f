// taxicab.h - what L1 distances are beside the L2 distances that lists and codes know.
#ifndef VECSIM_CORE_TAXICAB_H
#define VECSIM_CORE_TAXICAB_H

#include <stddef.h>

namespace vecsim::core
{

// Rows that the ratio is measured on: more make it no better.
inline constexpr size_t kTaxicabRows = 1024;

// The least |a - b|_1 / |a - b|_2 of rows near each other, as far as the rows tell: the mean of each of some rows and
// its nearest one, less 3 standard deviations (of a Gaussian, 1 pair of 740 is below).  n <= kTaxicabRows rows of dim
// floats.  0 where they are too few or too much alike to tell.
float taxicab_ratio(const float *rows, size_t n, size_t dim);

} // namespace vecsim::core

#endif
