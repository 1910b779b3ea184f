// bits.cpp - distances of strings of bits.
#include "core/bits.h"

#include "kernels/kernels.h"

namespace vecsim::core
{

double
hamming_distance(const uint8_t *a, const uint8_t *b, size_t bytes)
{
	return static_cast<double>(kernels::active().hamming(a, b, bytes));
}

double
jaccard_distance(const uint8_t *a, const uint8_t *b, size_t bytes)
{
	kernels::BitCounts counts = kernels::active().overlap(a, b, bytes);

	return counts.both == 0 ? 1 : 1 - static_cast<double>(counts.both) / static_cast<double>(counts.either);
}

double
dice_distance(const uint8_t *a, const uint8_t *b, size_t bytes)
{
	kernels::BitCounts counts = kernels::active().overlap(a, b, bytes);
	double all = static_cast<double>(counts.both) + static_cast<double>(counts.either);

	return counts.both == 0 ? 1 : 1 - 2 * static_cast<double>(counts.both) / all;
}

double
bits_set(const uint8_t *a, size_t bytes)
{
	return static_cast<double>(kernels::active().overlap(a, a, bytes).both);
}

} // namespace vecsim::core
