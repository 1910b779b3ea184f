// rotate.h - a fast random rotation: four rounds of sign flips and fast Hadamard transform, with Kac steps.
//
// It preserves lengths and inner products and spreads any vector's energy evenly over the dimensions, which
// the codes of rabitq.h rely on.  Source: the FHT-Kac rotation of the RaBitQ authors' library; Ailon and
// Chazelle, The fast Johnson-Lindenstrauss transform, 2009; Kac, Foundations of kinetic theory, 1956.
#ifndef VECSIM_CORE_ROTATE_H
#define VECSIM_CORE_ROTATE_H

#include <stddef.h>
#include <stdint.h>

namespace vecsim::core
{

// Dimensions of a rotated vector: dim (at least 1) rounded up to a multiple of 64 (zeros are appended
// before it is rotated).
size_t rotated_dim(size_t dim);

// Bytes of the sign flips, and making them from a seed: the same on every machine.
size_t rotation_bytes(size_t dim);
void rotation_init(uint64_t seed, size_t dim, uint8_t *signs);

// out (rotated_dim floats) = the rotation of v (dim floats).  out may be v, but not overlap it otherwise.
// Rounding moves the result by at most rotation_rounding(dim) of its length.
void rotate(const uint8_t *signs, size_t dim, const float *v, float *out);
double rotation_rounding(size_t dim);

} // namespace vecsim::core

#endif
