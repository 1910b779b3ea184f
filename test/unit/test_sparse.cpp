// test_sparse.cpp - distances of sparse vectors, against the same sums over dense ones in long double.
#include "core/sparse.h"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <random>
#include <vector>

using namespace vecsim::core;

namespace
{

struct SparseVector
{
	std::vector<int32_t> indices;
	std::vector<float> values;

	SparseView
	view() const
	{
		return {indices.data(), values.data(), indices.size()};
	}
};

struct Sums
{
	long double l2sq = 0;
	long double l1 = 0;
	long double dot = 0;
	long double aa = 0;
	long double bb = 0;
};

// A vector of d dimensions in which about one of `one_in` is not 0.
SparseVector
random_sparse(std::mt19937 &random, int d, int one_in, float scale)
{
	SparseVector vector;
	std::normal_distribution<float> value(0, scale);

	for (int i = 0; i < d; i++)
	{
		if (random() % static_cast<unsigned>(one_in) == 0)
		{
			vector.indices.push_back(i);
			vector.values.push_back(value(random));
		}
	}
	return vector;
}

std::vector<long double>
dense(const SparseVector &vector, int d)
{
	std::vector<long double> elements(static_cast<size_t>(d));

	for (size_t i = 0; i < vector.indices.size(); i++)
	{
		elements[static_cast<size_t>(vector.indices[i])] = vector.values[i];
	}
	return elements;
}

Sums
sums_of(const SparseVector &a, const SparseVector &b, int d)
{
	std::vector<long double> x = dense(a, d);
	std::vector<long double> y = dense(b, d);
	Sums sums;

	for (size_t i = 0; i < x.size(); i++)
	{
		sums.l2sq += (x[i] - y[i]) * (x[i] - y[i]);
		sums.l1 += std::fabs(x[i] - y[i]);
		sums.dot += x[i] * y[i];
		sums.aa += x[i] * x[i];
		sums.bb += y[i] * y[i];
	}
	return sums;
}

TEST(Sparse, DistancesAreThoseOfDenseVectors)
{
	std::mt19937 random(1);

	for (float scale : {1.0f, 1e-38f, 1e37f})
	{
		for (int round = 0; round < 200; round++)
		{
			int d = 1 + static_cast<int>(random() % 300);
			SparseVector a = random_sparse(random, d, 1 + round % 9, scale);
			SparseVector b = random_sparse(random, d, 1 + round % 7, scale);
			Sums sums = sums_of(a, b, d);
			long double norms = std::sqrt(sums.aa * sums.bb);
			SparseView x = a.view();
			SparseView y = b.view();
			long double l2 = std::sqrt(sums.l2sq);

			EXPECT_NEAR(sparse_distance(MetricId::L2, x, y), l2, 1e-14 * l2);
			EXPECT_NEAR(sparse_distance(MetricId::L1, x, y), sums.l1, 1e-14 * sums.l1);
			EXPECT_NEAR(sparse_distance(MetricId::InnerProduct, x, y), -sums.dot, 1e-14 * norms);
			EXPECT_NEAR(sparse_norm(x), std::sqrt(sums.aa), 1e-14 * std::sqrt(sums.aa));
			if (norms > 0)
			{
				EXPECT_NEAR(sparse_distance(MetricId::Cosine, x, y), 1 - sums.dot / norms, 1e-14);
				EXPECT_NEAR(sparse_cosine_similarity(x, y), sums.dot / norms, 1e-14);
			}
			else
			{
				EXPECT_TRUE(std::isnan(sparse_distance(MetricId::Cosine, x, y)));
			}
		}
	}
}

TEST(Sparse, DistancesAreSymmetricToTheBit)
{
	std::mt19937 random(2);

	for (int round = 0; round < 300; round++)
	{
		SparseVector a = random_sparse(random, 200, 1 + round % 5, 1);
		SparseVector b = random_sparse(random, 200, 1 + round % 11, 1);

		a.values.insert(a.values.end(), 1, 1.0f); // no norm is 0
		a.indices.insert(a.indices.end(), 1, 200);
		b.values.insert(b.values.end(), 1, -1.0f);
		b.indices.insert(b.indices.end(), 1, 201);
		for (MetricId id : {MetricId::L2, MetricId::InnerProduct, MetricId::Cosine, MetricId::L1})
		{
			EXPECT_EQ(sparse_distance(id, a.view(), b.view()), sparse_distance(id, b.view(), a.view()));
		}
	}
}

TEST(Sparse, NoElementsAndOneList)
{
	SparseVector none;
	SparseVector some = {{3, 900000000}, {3, 4}};

	EXPECT_EQ(sparse_distance(MetricId::L2, none.view(), none.view()), 0);
	EXPECT_EQ(sparse_distance(MetricId::L2, none.view(), some.view()), 5);
	EXPECT_EQ(sparse_distance(MetricId::L1, some.view(), none.view()), 7);
	EXPECT_EQ(sparse_inner_product(some.view(), none.view()), 0);
	EXPECT_EQ(sparse_norm(some.view()), 5);
	EXPECT_TRUE(std::isnan(sparse_cosine_similarity(some.view(), none.view())));
}

TEST(Sparse, NormalizeDropsWhatUnderflows)
{
	float smallest = std::numeric_limits<float>::denorm_min();
	SparseVector vector = {{1, 5, 9}, {3e38f, smallest, -3e38f}};
	std::vector<int32_t> indices(3);
	std::vector<float> values(3);

	ASSERT_EQ(sparse_normalize(vector.view(), indices.data(), values.data()), 2u);
	EXPECT_EQ(indices[0], 1);
	EXPECT_EQ(indices[1], 9);
	EXPECT_FLOAT_EQ(values[0], std::sqrt(0.5f));
	EXPECT_FLOAT_EQ(values[1], -std::sqrt(0.5f));
	EXPECT_EQ(sparse_normalize({nullptr, nullptr, 0}, indices.data(), values.data()), 0u);
}

} // namespace
