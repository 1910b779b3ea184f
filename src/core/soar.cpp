// soar.cpp - the second list of a row, from three distances a candidate.
#include "core/soar.h"

#include "kernels/kernels.h"

#include <limits>

namespace vecsim::core
{

// See soar.h.  <r', r> comes from the sides of the triangle x, first centroid, candidate, so that no
// residual is ever written down.
uint32_t
soar_second(const float *x, const float *centroids, size_t dim, uint32_t first, const uint32_t *candidates,
            size_t n)
{
	auto l2sq = kernels::active().l2sq_f32;
	const float *centroid = centroids + first * dim;
	double r2 = static_cast<double>(l2sq(x, centroid, dim));
	double best_cost = std::numeric_limits<double>::infinity();
	uint32_t best = first;

	for (size_t i = 0; i < n; i++)
	{
		const float *candidate = centroids + candidates[i] * dim;

		if (candidates[i] == first)
		{
			continue;
		}

		double length2 = static_cast<double>(l2sq(x, candidate, dim));
		double dot = (length2 + r2 - static_cast<double>(l2sq(centroid, candidate, dim))) / 2;
		double cost = length2 + (r2 > 0 ? kSoarLambda * dot * dot / r2 : 0);

		if (cost < best_cost)
		{
			best_cost = cost;
			best = candidates[i];
		}
	}
	return best;
}

} // namespace vecsim::core
