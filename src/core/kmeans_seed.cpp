// kmeans_seed.cpp - distinct rows for the first centroids, and rows of big clusters for empty ones.
#include "core/kmeans_seed.h"

#include <algorithm>
#include <string.h>

namespace vecsim::core
{

// A slot of the table of chosen rows that holds none.
static constexpr uint32_t kFree = UINT32_MAX;

static bool remember_row(const Kmeans &kmeans, const float *row);
static uint64_t hash_row(const float *row, size_t dim);
static bool find_other_row(Kmeans &kmeans, size_t cluster, size_t rows, size_t *found);

// See kmeans_seed.h.  The table takes the memory of the sums, not yet needed: 2 k numbers fit in k sums.
void
kmeans_choose_begin(Kmeans &kmeans)
{
	for (size_t i = 0; i < kmeans.n; i++)
	{
		kmeans.assigned[i] = static_cast<uint32_t>(i);
	}
	std::fill_n(reinterpret_cast<uint32_t *>(kmeans.sums), 2 * kmeans.k, kFree);
}

// See kmeans_seed.h.  A Fisher-Yates shuffle that stops early; `assigned` is the permutation.
bool
kmeans_choose(Kmeans &kmeans, size_t rows)
{
	size_t end = std::min(kmeans.n, kmeans.position + rows);

	for (; kmeans.position < end && kmeans.chosen < kmeans.k; kmeans.position++)
	{
		size_t drawn = kmeans.position + random_below(kmeans.random, kmeans.n - kmeans.position);

		std::swap(kmeans.assigned[kmeans.position], kmeans.assigned[drawn]);

		const float *row = kmeans.samples + kmeans.assigned[kmeans.position] * kmeans.dim;

		if (remember_row(kmeans, row))
		{
			memcpy(kmeans.centroids + kmeans.chosen * kmeans.dim, row, kmeans.dim * sizeof(float));
			kmeans.chosen++;
		}
	}
	return kmeans.position == kmeans.n || kmeans.chosen == kmeans.k;
}

// Enters the row, as the next centroid, into the table (open addressing, at most half full).  False, and
// nothing entered, if a centroid equals it.
static bool
remember_row(const Kmeans &kmeans, const float *row)
{
	uint32_t *table = reinterpret_cast<uint32_t *>(kmeans.sums);
	size_t size = 2 * kmeans.k;
	Random random = {hash_row(row, kmeans.dim)};
	size_t slot = random_below(random, size);

	for (; table[slot] != kFree; slot = slot + 1 < size ? slot + 1 : 0)
	{
		const float *centroid = kmeans.centroids + table[slot] * kmeans.dim;

		if (std::equal(row, row + kmeans.dim, centroid))
		{
			return false;
		}
	}
	table[slot] = static_cast<uint32_t>(kmeans.chosen);
	return true;
}

// A hash (FNV-1a on words) that is the same for equal rows; 0 and -0 are equal.
static uint64_t
hash_row(const float *row, size_t dim)
{
	uint64_t hash = 0xCBF29CE484222325u;

	for (size_t i = 0; i < dim; i++)
	{
		float value = row[i] == 0 ? 0.0f : row[i];
		uint32_t bits;

		memcpy(&bits, &value, sizeof(bits));
		hash = (hash ^ bits) * 0x100000001B3u;
	}
	return hash;
}

// See kmeans_seed.h.  A cluster that proves to be of one row only counts as small from then on.
bool
kmeans_reseed(Kmeans &kmeans, size_t empty, size_t rows)
{
	for (;;)
	{
		uint32_t *biggest = std::max_element(kmeans.counts, kmeans.counts + kmeans.k);
		size_t cluster = static_cast<size_t>(biggest - kmeans.counts);
		size_t row;

		if (*biggest < 2)
		{
			return false;
		}
		if (!find_other_row(kmeans, cluster, rows, &row))
		{
			*biggest = 1; // its rows are all alike
			continue;
		}
		memcpy(kmeans.centroids + empty * kmeans.dim, kmeans.samples + row * kmeans.dim,
		       kmeans.dim * sizeof(float));
		kmeans.assigned[row] = static_cast<uint32_t>(empty);
		kmeans.counts[empty] = *biggest / 2;
		*biggest -= kmeans.counts[empty];
		return true;
	}
}

// Looks, from a random row on, for a row of the cluster that differs from the first one found of it.  False
// if there is none among the first `rows` of them.
static bool
find_other_row(Kmeans &kmeans, size_t cluster, size_t rows, size_t *found)
{
	size_t start = random_below(kmeans.random, kmeans.rows);
	const float *first = nullptr;

	for (size_t i = 0; i < kmeans.rows && rows > 0; i++)
	{
		size_t row = start + i < kmeans.rows ? start + i : start + i - kmeans.rows;
		const float *values = kmeans.samples + row * kmeans.dim;

		if (kmeans.assigned[row] != cluster)
		{
			continue;
		}
		rows--;
		if (first == nullptr)
		{
			first = values;
		}
		else if (!std::equal(values, values + kmeans.dim, first))
		{
			*found = row;
			return true;
		}
	}
	return false;
}

} // namespace vecsim::core
