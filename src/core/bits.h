// bits.h - distances of strings of bits, as PostgreSQL's type bit keeps them: in bytes, with zeros behind their end.
#ifndef VECSIM_CORE_BITS_H
#define VECSIM_CORE_BITS_H

#include "core/types.h"

namespace vecsim::core
{

// The number of bits in which two strings differ.
double hamming_distance(const uint8_t *a, const uint8_t *b, size_t bytes);

// 1 - (bits set in both) / (bits set in either); 1 where none is set in both, even if none is set at all.
double jaccard_distance(const uint8_t *a, const uint8_t *b, size_t bytes);

// 1 - 2 (bits set in both) / (bits set in one + bits set in the other), which rises with the Jaccard distance; 1 where
// none is set in both.  The Dice distance.
double dice_distance(const uint8_t *a, const uint8_t *b, size_t bytes);

// The number of bits that are set.
double bits_set(const uint8_t *a, size_t bytes);

} // namespace vecsim::core

#endif
