// test_quant_sq8.cpp - sq8's bounds hold and are tight enough to be of use.
#include "quant_fixture.h"

using namespace core_fixture;

namespace
{

// Of all rows by all queries, how many lie outside their bounds.
struct Outside
{
	size_t scored = 0;
	size_t outside = 0;
};

Outside
count_outside(MetricId id, size_t d, float scale, Bounds bounds, Random &random)
{
	std::vector<Vector> rows = difficult_rows(random, 66, d, scale);
	Blocks blocks(QuantizerId::Sq8, id, d, 7, rows);
	Outside result;

	for (const Vector &q : difficult_queries(random, rows, d, scale))
	{
		Blocks::Scores scores = blocks.score(q, bounds);

		for (size_t i = 0; i < rows.size(); i++)
		{
			double distance = blocks.metric.distance(q.data(), rows[i].data(), d);

			EXPECT_LE(scores.lower[i], scores.upper[i]);
			result.scored++;
			result.outside += !(scores.lower[i] <= distance && distance <= scores.upper[i]);
		}
	}
	return result;
}

class Sq8Test : public Core
{
};

} // namespace

TEST_F(Sq8Test, CertainBoundsAlwaysHold)
{
	Random random = {2};

	for (MetricId id : kMetricIds)
	{
		for (size_t d : kDims)
		{
			for (float scale : kScales)
			{
				Outside found = count_outside(id, d, scale, Bounds::Certain, random);

				EXPECT_EQ(0u, found.outside) << static_cast<int>(id) << " " << d << " " << scale;
			}
		}
		for (float scale : {1e-42f, 1e-30f, 1e-16f, 1e14f})
		{
			EXPECT_EQ(0u, count_outside(id, 50, scale, Bounds::Certain, random).outside) << scale;
		}
	}
}

// Vectors that have no rounding error, so that only float32's own arithmetic separates the bounds.
TEST_F(Sq8Test, CertainBoundsHoldWithoutCodeErrors)
{
	Random random = {3};

	for (MetricId id : kMetricIds)
	{
		for (size_t d : kDims)
		{
			std::vector<Vector> rows;

			for (size_t i = 0; i < 64; i++)
			{
				Vector row(d);

				for (float &value : row)
				{
					value = static_cast<float>(random_below(random, 255)) - 127;
				}
				row[0] = 127;
				rows.push_back(row);
			}

			Blocks blocks(QuantizerId::Sq8, id, d, 32, rows);

			for (size_t query = 0; query < 8; query++)
			{
				Blocks::Scores scores = blocks.score(rows[query], Bounds::Certain);

				for (size_t i = 0; i < rows.size(); i++)
				{
					double distance = blocks.metric.distance(rows[query].data(), rows[i].data(), d);

					EXPECT_LE(scores.lower[i], distance);
					EXPECT_GE(scores.upper[i], distance);
				}
			}
		}
	}
}

TEST_F(Sq8Test, LikelyBoundsNearlyAlwaysHold)
{
	Random random = {4};

	for (MetricId id : kMetricIds)
	{
		for (size_t d : kDims)
		{
			Outside all;

			for (float scale : kScales)
			{
				for (int trial = 0; trial < 3; trial++)
				{
					Outside found = count_outside(id, d, scale, Bounds::Likely, random);

					all.scored += found.scored;
					all.outside += found.outside;
				}
			}
			EXPECT_LT(static_cast<double>(all.outside), 0.001 * static_cast<double>(all.scored)) << d;
			RecordProperty("outside", static_cast<int>(all.outside));
		}
	}
}

TEST_F(Sq8Test, BoundsAreTightEnoughToBeOfUse)
{
	Random random = {5};
	size_t d = 384;
	std::vector<Vector> rows;

	for (size_t i = 0; i < 100; i++)
	{
		rows.push_back(gaussian_vector(random, d, 1));
	}
	for (float scale : kScales)
	{
		for (Vector &row : rows)
		{
			for (float &value : row)
			{
				value *= scale;
			}
		}
		for (MetricId id : kMetricIds)
		{
			Vector q = gaussian_vector(random, d, scale);
			Blocks blocks(QuantizerId::Sq8, id, d, 32, rows);
			Blocks::Scores likely = blocks.score(q, Bounds::Likely);
			Blocks::Scores certain = blocks.score(q, Bounds::Certain);
			double norm = exact_norm(rows[0]);
			double unit = id == MetricId::Cosine ? 1 : id == MetricId::L2 ? norm : norm * exact_norm(q);

			for (size_t i = 0; i < rows.size(); i++)
			{
				EXPECT_LT(likely.upper[i] - likely.lower[i], 0.005 * unit);
				EXPECT_LT(certain.upper[i] - certain.lower[i], 0.03 * unit);
				EXPECT_LT(likely.upper[i] - likely.lower[i], certain.upper[i] - certain.lower[i]);
			}
		}
		for (Vector &row : rows)
		{
			for (float &value : row)
			{
				value /= scale;
			}
		}
	}
}

// A query equal to a row: the rounding error is then part of the difference, not independent of it.
TEST_F(Sq8Test, LikelyBoundsHoldForTheRowItself)
{
	Random random = {6};

	for (MetricId id : kMetricIds)
	{
		for (size_t d : kDims)
		{
			std::vector<Vector> rows = difficult_rows(random, 60, d, 1);
			Blocks blocks(QuantizerId::Sq8, id, d, 32, rows);

			for (size_t i = 0; i < rows.size(); i++)
			{
				Blocks::Scores scores = blocks.score(rows[i], Bounds::Likely);
				double distance = blocks.metric.distance(rows[i].data(), rows[i].data(), d);

				EXPECT_LE(scores.lower[i], distance) << d << " " << i;
				EXPECT_GE(scores.upper[i], distance) << d << " " << i;
			}
		}
	}
}

TEST_F(Sq8Test, ZeroAndTinyVectorsKeepTheirBounds)
{
	Random random = {8};
	std::vector<Vector> rows = {Vector(9), Vector(9, 1e-45f), Vector(9, 1e-39f),
	                            gaussian_vector(random, 9, 1)};

	for (MetricId id : {MetricId::L2, MetricId::InnerProduct})
	{
		Blocks blocks(QuantizerId::Sq8, id, 9, 4, rows);

		for (const Vector &q : rows)
		{
			Blocks::Scores scores = blocks.score(q, Bounds::Certain);

			for (size_t i = 0; i < rows.size(); i++)
			{
				double distance = blocks.metric.distance(q.data(), rows[i].data(), 9);

				EXPECT_LE(scores.lower[i], distance);
				EXPECT_GE(scores.upper[i], distance);
			}
		}
	}
}
