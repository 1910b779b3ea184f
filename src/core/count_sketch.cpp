// count_sketch.cpp - long sparse vectors made short.
#include "core/count_sketch.h"

#include "core/metric.h"
#include "core/random.h"

#include <cmath>

namespace vecsim::core
{

// See count_sketch.h.  The hash is one step of the generator from the index: its high bits choose the sum, its lowest
// the sign.
void
sketch_add(uint32_t index, float value, size_t m, float *sums)
{
	Random random = {index};
	uint64_t hash = random_next(random);
	size_t place = static_cast<size_t>((hash >> 32) * m >> 32);

	sums[place] += (hash & 1) != 0 ? value : -value;
}

void
sketch_to_length(double length, size_t m, float *sums)
{
	double present = norm_in_double(sums, m);

	if (present == length || !(present > 0) || !std::isfinite(present))
	{
		return;
	}
	for (size_t i = 0; i < m; i++)
	{
		sums[i] = static_cast<float>(static_cast<double>(sums[i]) * (length / present));
	}
}

void
sketch_sparse(const SparseView &vector, size_t m, float *sums)
{
	for (size_t i = 0; i < m; i++)
	{
		sums[i] = 0;
	}
	for (size_t i = 0; i < vector.count; i++)
	{
		sketch_add(static_cast<uint32_t>(vector.indices[i]), vector.values[i], m, sums);
	}
	sketch_to_length(sparse_norm(vector), m, sums);
}

} // namespace vecsim::core
