// types.h - words that all of core uses.
#ifndef VECSIM_CORE_TYPES_H
#define VECSIM_CORE_TYPES_H

#include <stddef.h>
#include <stdint.h>

namespace vecsim::core
{

// What a distance is called on disk and in opclasses.  Never renumbered.
enum class MetricId : uint8_t
{
	L2 = 1,           // Euclidean distance
	InnerProduct = 2, // negative inner product
	Cosine = 3,       // 1 - cosine similarity
	L1 = 4,           // taxicab distance
};

// What a quantiser is called on disk.  Never renumbered.
enum class QuantizerId : uint8_t
{
	Flat = 1,
	Sq8 = 2,
	Rabitq = 3,
};

} // namespace vecsim::core

#endif
