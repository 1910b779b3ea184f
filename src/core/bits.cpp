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

bool
no_bit(const uint8_t *a, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
	{
		if (a[i] != 0)
		{
			return false;
		}
	}
	return true;
}

} // namespace vecsim::core
