// test_count_sketch.cpp - count sketches: linear, the same everywhere, and right on average.
#include "core/count_sketch.h"

#include <cmath>
#include <gtest/gtest.h>
#include <random>
#include <vector>

using namespace vecsim::core;

namespace
{

constexpr size_t kSums = 1024;

struct Sparse
{
	std::vector<int32_t> indices;
	std::vector<float> values;

	SparseView
	view() const
	{
		return {indices.data(), values.data(), indices.size()};
	}
};

// `count` elements at random places of a million.
Sparse
random_sparse(std::mt19937 &random, int count)
{
	Sparse vector;
	std::normal_distribution<float> value;
	int32_t index = 0;

	for (int i = 0; i < count; i++)
	{
		index += 1 + static_cast<int32_t>(random() % (1000000u / static_cast<unsigned>(count)));
		vector.indices.push_back(index);
		vector.values.push_back(value(random));
	}
	return vector;
}

double
dot(const std::vector<float> &a, const std::vector<float> &b)
{
	double sum = 0;

	for (size_t i = 0; i < a.size(); i++)
	{
		sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
	}
	return sum;
}

std::vector<float>
sketch(const Sparse &vector)
{
	std::vector<float> sums(kSums, 1);

	sketch_sparse(vector.view(), kSums, sums.data());
	return sums;
}

// Pairs of the same direction by half: the mean error is none, and its standard deviation that of the theory.
TEST(CountSketch, InnerProductsAreRightOnAverage)
{
	std::mt19937 random(1);
	double sum = 0;
	double sum2 = 0;
	constexpr int kPairs = 2000;

	for (int pair = 0; pair < kPairs; pair++)
	{
		Sparse a = random_sparse(random, 40);
		Sparse b = a;

		for (size_t i = 0; i < b.values.size(); i += 2)
		{
			b.values[i] = -b.values[i] / 2;
		}

		double exact = sparse_inner_product(a.view(), b.view());
		double lengths = sparse_norm(a.view()) * sparse_norm(b.view());
		double error = (dot(sketch(a), sketch(b)) - exact) / lengths;

		sum += error;
		sum2 += error * error;
	}

	double deviation = std::sqrt(sum2 / kPairs);

	EXPECT_LT(std::fabs(sum / kPairs), 4 * deviation / std::sqrt(kPairs));
	EXPECT_LT(deviation, std::sqrt(2.0 / kSums));
	EXPECT_GT(deviation, 0.5 / std::sqrt(kSums));
}

TEST(CountSketch, AddsUpToTheLength)
{
	std::mt19937 random(2);
	Sparse a = random_sparse(random, 500);
	std::vector<float> whole = sketch(a);
	std::vector<float> parts(kSums);
	double length = sparse_norm(a.view());

	for (size_t i = 0; i < a.indices.size(); i++)
	{
		sketch_add(static_cast<uint32_t>(a.indices[i]), a.values[i], kSums, parts.data());
	}
	EXPECT_NEAR(std::sqrt(dot(whole, whole)), length, 1e-6 * length);
	EXPECT_NEAR(dot(whole, parts), length * std::sqrt(dot(parts, parts)), 1e-5 * length * length);
	EXPECT_EQ(sketch({}), std::vector<float>(kSums, 0));
}

// Codes on disk are made of these: they may not change.
TEST(CountSketch, PlacesAreFixed)
{
	std::vector<float> sums(kSums);

	for (uint32_t index : {0u, 1u, 2u, 999999999u})
	{
		sketch_add(index, static_cast<float>(1 + index % 10), kSums, sums.data());
	}
	EXPECT_EQ(sums[904], 1);
	EXPECT_EQ(sums[580], 2);
	EXPECT_EQ(sums[605], -3);
	EXPECT_EQ(sums[355], -10);
}

// Every place gets its share: of 100 signs each, the sums are about 10 in size.
TEST(CountSketch, SpreadsEvenly)
{
	std::vector<float> sums(kSums);

	for (uint32_t index = 0; index < 100 * kSums; index++)
	{
		sketch_add(index, 1, kSums, sums.data());
	}
	EXPECT_GT(dot(sums, sums), 85.0 * kSums);
	EXPECT_LT(dot(sums, sums), 115.0 * kSums);
}

} // namespace
