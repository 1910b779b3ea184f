// taxicab.cpp - the ratio of L1 to L2 distances, measured on rows.
//
// It lies between 1 and sqrt(dim): too wide to rank by.  But over vectors of real data it hardly varies, since each
// distance is a sum over all dimensions: 15.5 +- 0.2 at the 384 of sentence embeddings.
#include "core/taxicab.h"

#include "core/metric.h"

#include <algorithm>
#include <cmath>

namespace vecsim::core
{

static constexpr size_t kPairs = 128;
static constexpr size_t kLeastPairs = 8;
static constexpr double kDeviations = 3;

// The ratio of row i and the row nearest to it of those that differ from it; 0 where none does.
static double
nearest_ratio(const float *rows, size_t n, size_t dim, size_t i)
{
	const Metric &l2 = *metric_by_id(static_cast<uint8_t>(MetricId::L2));
	const Metric &l1 = *metric_by_id(static_cast<uint8_t>(MetricId::L1));
	const float *row = rows + i * dim;
	const float *nearest = nullptr;
	double least = 0;

	for (size_t j = 0; j < n; j++)
	{
		double distance = l2.distance(row, rows + j * dim, dim);

		if (distance > 0 && (nearest == nullptr || distance < least))
		{
			nearest = rows + j * dim;
			least = distance;
		}
	}
	return nearest != nullptr ? l1.distance(row, nearest, dim) / least : 0;
}

float
taxicab_ratio(const float *rows, size_t n, size_t dim)
{
	size_t pairs = 0;
	double sum = 0;
	double squares = 0;

	for (size_t i = 0; i < std::min(n, kPairs); i++)
	{
		double ratio = nearest_ratio(rows, n, dim, i);

		pairs += ratio > 0;
		sum += ratio;
		squares += ratio * ratio;
	}
	if (pairs < kLeastPairs)
	{
		return 0;
	}

	double mean = sum / static_cast<double>(pairs);
	double variance = squares / static_cast<double>(pairs) - mean * mean;

	return static_cast<float>(std::max(1.0, mean - kDeviations * std::sqrt(std::max(variance, 0.0))));
}

} // namespace vecsim::core
