// sparse.cpp - distances of sparse vectors, by one walk along the two lists of indices.
#include "core/sparse.h"

#include "core/metric.h"

#include <cmath>

namespace vecsim::core
{

template <typename Term>
static double sum_over_either(const SparseView &a, const SparseView &b, Term term);
static double squared_norm(const SparseView &a);

double
sparse_distance(MetricId metric, const SparseView &a, const SparseView &b)
{
	switch (metric)
	{
		case MetricId::L2:
			return std::sqrt(sum_over_either(a, b, [](double x, double y) { return (x - y) * (x - y); }));
		case MetricId::InnerProduct:
			return -sparse_inner_product(a, b);
		case MetricId::Cosine:
			return 1 - sparse_cosine_similarity(a, b);
		case MetricId::L1:
			return sum_over_either(a, b, [](double x, double y) { return std::fabs(x - y); });
	}
	return NAN;
}

// See sparse.h.  Which list is behind at a step cannot be foretold, so both move by a comparison and not by a branch.
double
sparse_inner_product(const SparseView &a, const SparseView &b)
{
	double sum = 0;
	size_t i = 0;
	size_t j = 0;

	while (i < a.count && j < b.count)
	{
		int32_t left = a.indices[i];
		int32_t right = b.indices[j];

		if (left == right)
		{
			sum += static_cast<double>(a.values[i]) * static_cast<double>(b.values[j]);
		}
		i += left <= right;
		j += right <= left;
	}
	return sum;
}

double
sparse_cosine_similarity(const SparseView &a, const SparseView &b)
{
	return cosine_from_sums(sparse_inner_product(a, b), squared_norm(a), squared_norm(b));
}

double
sparse_norm(const SparseView &a)
{
	return std::sqrt(squared_norm(a));
}

size_t
sparse_normalize(const SparseView &a, int32_t *indices, float *values)
{
	double norm = sparse_norm(a);
	size_t count = 0;

	for (size_t i = 0; i < a.count; i++)
	{
		float scaled = static_cast<float>(static_cast<double>(a.values[i]) / norm);

		if (scaled != 0)
		{
			indices[count] = a.indices[i];
			values[count] = scaled;
			count++;
		}
	}
	return count;
}

// The sum of term(a_i, b_i) over the indices at which at least one of the two is not 0, in their order.
template <typename Term>
static double
sum_over_either(const SparseView &a, const SparseView &b, Term term)
{
	double sum = 0;
	size_t i = 0;
	size_t j = 0;

	while (i < a.count && j < b.count)
	{
		int32_t left = a.indices[i];
		int32_t right = b.indices[j];
		float x = left <= right ? a.values[i] : 0;
		float y = right <= left ? b.values[j] : 0;

		sum += term(static_cast<double>(x), static_cast<double>(y));
		i += left <= right;
		j += right <= left;
	}
	for (; i < a.count; i++)
	{
		sum += term(static_cast<double>(a.values[i]), 0.0);
	}
	for (; j < b.count; j++)
	{
		sum += term(0.0, static_cast<double>(b.values[j]));
	}
	return sum;
}

static double
squared_norm(const SparseView &a)
{
	double sum = 0;

	for (size_t i = 0; i < a.count; i++)
	{
		sum += static_cast<double>(a.values[i]) * static_cast<double>(a.values[i]);
	}
	return sum;
}

} // namespace vecsim::core
