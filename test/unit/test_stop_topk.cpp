// test_stop_topk.cpp - the patience for a recall, and the K smallest of a stream.
#include "core/stop.h"
#include "core/topk.h"
#include "core_fixture.h"

#include <algorithm>

using namespace core_fixture;

TEST(Stop, PatienceFollowsTheFormula)
{
	EXPECT_EQ(50u, patience_for(0.95, 1600, 1));
	EXPECT_EQ(250u, patience_for(0.99, 1600, 1));
	EXPECT_EQ(25u, patience_for(0.9, 1600, 1));
	EXPECT_EQ(25u, patience_for(0.95, 400, 1));
	EXPECT_EQ(15u, patience_for(0.95, 1600, 2));
	EXPECT_EQ(5u, patience_for(0.5, 1600, 1));
	EXPECT_EQ(3u, patience_for(0.0, 1600, 1));
	EXPECT_EQ(2u, patience_for(0.0, 1, 1));
}

TEST(Stop, PatienceForSketchesIsAShareOfTheLists)
{
	EXPECT_EQ(466u, patience_for_sketches(0.95, 1600));
	EXPECT_EQ(1176u, patience_for_sketches(0.99, 1600));
	EXPECT_EQ(1600u, patience_for_sketches(0.999, 1600));
	EXPECT_EQ(84u, patience_for_sketches(-1, 1600));
	EXPECT_EQ(2u, patience_for_sketches(0.95, 1));
	EXPECT_EQ(UINT32_MAX, patience_for_sketches(1, 1600));
	EXPECT_EQ(UINT32_MAX, patience_for_sketches(NAN, 1600));
}

TEST(Stop, PatienceGrowsWithRecall)
{
	uint32_t before = 1;

	for (double target = 0; target < 1; target += 0.001)
	{
		EXPECT_GE(patience_for(target, 1600, 1), before);
		before = patience_for(target, 1600, 1);
	}
}

TEST(Stop, PatienceAtTheEdges)
{
	EXPECT_EQ(UINT32_MAX, patience_for(1.0, 1600, 1));
	EXPECT_EQ(UINT32_MAX, patience_for(2.0, 1600, 1));
	EXPECT_EQ(UINT32_MAX, patience_for(NAN, 1600, 1));
	EXPECT_EQ(UINT32_MAX, patience_for(1 - 1e-12, 1600, 1));
	EXPECT_EQ(3u, patience_for(-1.0, 1600, 1));
}

TEST(BestK, HoldsTheKSmallest)
{
	Random random = {1};

	for (size_t k : {1, 2, 3, 10, 64, 1000})
	{
		std::vector<double> heap(k);
		std::vector<double> seen;
		BestK best = {heap.data(), k, 0};

		for (int i = 0; i < 500; i++)
		{
			// Few values, so that there are many ties.
			double value = static_cast<double>(random_below(random, 200)) - 100;
			bool wanted = seen.size() < k || value < seen[k - 1];

			ASSERT_EQ(wanted, best_k_offer(best, value));
			seen.insert(std::upper_bound(seen.begin(), seen.end(), value), value);
			ASSERT_EQ(std::min(k, seen.size()), best.n);
			ASSERT_EQ(seen.size() < k ? INFINITY : seen[k - 1], best_k_worst(best));
		}

		std::vector<double> held(heap.begin(), heap.begin() + static_cast<ptrdiff_t>(best.n));

		std::sort(held.begin(), held.end());
		EXPECT_TRUE(std::equal(held.begin(), held.end(), seen.begin()));
	}
}

TEST(BestK, TakesNoNaNAndNoInfinity)
{
	double heap[2];
	BestK best = {heap, 2, 0};

	EXPECT_EQ(INFINITY, best_k_worst(best));
	EXPECT_FALSE(best_k_offer(best, NAN));
	EXPECT_FALSE(best_k_offer(best, INFINITY));
	EXPECT_TRUE(best_k_offer(best, -INFINITY));
	EXPECT_TRUE(best_k_offer(best, 1));
	EXPECT_EQ(1, best_k_worst(best));
	EXPECT_FALSE(best_k_offer(best, 1));
	EXPECT_FALSE(best_k_offer(best, NAN));
}
