// stop.cpp - the patience of a search, from the recall it is to reach.
#include "core/stop.h"

#include <cmath>

namespace vecsim::core
{

// See stop.h.  Targets below 0 count as 0; a NaN reads every list.
uint32_t
patience_for(double target_recall, uint32_t lists, uint32_t entries_a_row)
{
	double hard_data = entries_a_row > 1 ? 0.01875 : 0.0625;
	constexpr double kLeast = 2;
	// 1 - 0.9 is a little less than 0.1: without this a whole quotient would round up to the next one.
	constexpr double kRoundingSlack = 1e-9;
	constexpr double kLimit = 4294967295.0;

	if (!(target_recall < 1))
	{
		return UINT32_MAX;
	}

	double misses_allowed = 1 - (target_recall > 0 ? target_recall : 0);
	double patience = std::ceil(hard_data * std::sqrt(lists) / misses_allowed * (1 - kRoundingSlack));

	return patience < kLimit ? static_cast<uint32_t>(std::fmax(patience, kLeast)) : UINT32_MAX;
}

uint32_t
patience_for_sketches(double target_recall, uint32_t lists)
{
	constexpr double kShare = 0.052;
	constexpr double kPower = 0.575;
	constexpr double kLeast = 2;

	if (!(target_recall < 1))
	{
		return UINT32_MAX;
	}

	double misses_allowed = 1 - (target_recall > 0 ? target_recall : 0);
	double share = std::fmin(kShare / std::pow(misses_allowed, kPower), 1);

	return static_cast<uint32_t>(std::fmax(std::ceil(share * lists), kLeast));
}

} // namespace vecsim::core
