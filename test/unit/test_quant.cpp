// test_quant.cpp - flat gives the operator's bits; sq8's bounds hold, are tight enough to be of use, and
// survive damage.
#include "core/quant.h"
#include "core_fixture.h"

#include <float.h>
#include <string.h>

#include <bit>

using namespace core_fixture;

namespace
{

constexpr MetricId kMetricIds[] = {MetricId::L2, MetricId::InnerProduct, MetricId::Cosine};

const Quantizer &
quantizer(QuantizerId id)
{
	return *quantizer_by_id(static_cast<uint8_t>(id));
}

// Blocks of coded rows, as a list holds them.
struct Blocks
{
	const Quantizer &codes;
	const Metric &metric;
	size_t dim;
	size_t height;
	size_t stride;
	size_t count; // blocks
	Memory memory;

	Blocks(QuantizerId id, MetricId metric_id, size_t d, size_t block_height, const std::vector<Vector> &rows)
		: codes(quantizer(id)), metric(core_fixture::metric(metric_id)), dim(d), height(block_height),
		  stride(codes.payload_bytes(d, block_height) + 32),
		  count((rows.size() + block_height - 1) / block_height), memory(stride * count)
	{
		Memory entry(codes.entry_bytes(d));

		memset(memory.data(), 0, stride * count);
		for (size_t i = 0; i < rows.size(); i++)
		{
			EXPECT_TRUE(codes.encode(metric, rows[i].data(), d, entry.data()));
			codes.store(entry.data(), d, height, i % height, memory.data() + i / height * stride);
		}
	}

	// Bounds of every slot.
	struct Scores
	{
		std::vector<double> lower;
		std::vector<double> upper;
	};

	Scores
	score(const Vector &q, Bounds bounds)
	{
		Memory query(codes.query_bytes(dim));
		Scores scores = {std::vector<double>(count * height), std::vector<double>(count * height)};

		EXPECT_TRUE(codes.prepare(metric, q.data(), dim, bounds, query.data()));
		codes.score(query.data(), height, memory.data(), stride, count, scores.lower.data(),
		            scores.upper.data());
		return scores;
	}
};

// Vectors of the kinds that stress codes: dense, sparse, one component above all, of one value, nearly equal.
std::vector<Vector>
difficult_rows(Random &random, size_t n, size_t d, float scale)
{
	std::vector<Vector> rows;

	for (size_t i = 0; i < n; i++)
	{
		Vector row = gaussian_vector(random, d, scale);

		switch (i % 6)
		{
			case 1:
				for (float &value : row)
				{
					value = random_below(random, 4) == 0 ? value : 0;
				}
				row[random_below(random, d)] = scale;
				break;
			case 2:
				row[random_below(random, d)] *= 100;
				break;
			case 3:
				row.assign(d, row[0]);
				break;
			case 4:
				row = near_vector(random, rows[i - 4], 1e-4, scale);
				break;
			case 5:
				// Of quite another length.
				for (float &value : row)
				{
					value *= i % 12 == 5 ? 30.0f : 0.03f;
				}
				break;
			default:
				break;
		}
		rows.push_back(row);
	}
	return rows;
}

// Queries unlike and like the rows, and one of them.
std::vector<Vector>
difficult_queries(Random &random, const std::vector<Vector> &rows, size_t d, float scale)
{
	std::vector<Vector> queries = difficult_rows(random, 6, d, scale);

	for (size_t i = 0; i < 6; i++)
	{
		queries.push_back(rows[i]);
		queries.push_back(near_vector(random, rows[i], 0.01, scale));
	}
	for (float &value : queries[6])
	{
		value = -value;
	}
	return queries;
}

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

class QuantTest : public Core
{
};

} // namespace

TEST_F(QuantTest, TableKnowsItsIdsAndNames)
{
	EXPECT_EQ(QuantizerId::Flat, quantizer_by_name("flat")->id);
	EXPECT_EQ(QuantizerId::Sq8, quantizer_by_name("sq8")->id);
	EXPECT_EQ(nullptr, quantizer_by_name("sq"));
	EXPECT_EQ(nullptr, quantizer_by_name(""));
	EXPECT_EQ(nullptr, quantizer_by_id(0));
	EXPECT_EQ(nullptr, quantizer_by_id(3));
	EXPECT_STREQ("flat", quantizer_at(0)->name);
	EXPECT_STREQ("sq8", quantizer_at(1)->name);
	EXPECT_EQ(nullptr, quantizer_at(2));
	EXPECT_TRUE(quantizer_at(0)->exact);
	EXPECT_FALSE(quantizer_at(1)->exact);
}

TEST_F(QuantTest, SizesAreSmallAndAligned)
{
	for (QuantizerId id : {QuantizerId::Flat, QuantizerId::Sq8})
	{
		for (size_t d : kDims)
		{
			for (size_t height : {1, 5, 32})
			{
				size_t bytes = quantizer(id).payload_bytes(d, height);

				EXPECT_EQ(0u, bytes % 32);
				EXPECT_GE(bytes, height * quantizer(id).entry_bytes(d));
				EXPECT_LT(bytes, height * quantizer(id).entry_bytes(d) + 32);
			}
		}
	}
	EXPECT_EQ(384u + 12, quantizer(QuantizerId::Sq8).entry_bytes(384));
	EXPECT_EQ(384u * 4 + 4, quantizer(QuantizerId::Flat).entry_bytes(384));
	// With its row number of 4 bytes.
	EXPECT_LE(quantizer(QuantizerId::Sq8).entry_bytes(384) + 4, 0.27 * 384 * 4);
}

TEST_F(QuantTest, FlatGivesTheOperatorsBits)
{
	Random random = {1};

	for (Level level : kLevels)
	{
		if (!vecsim::kernels::choose(level))
		{
			continue;
		}
		for (size_t d : {1, 3, 33, 384})
		{
			for (float scale : {1e-36f, 1e-20f, 1e-6f, 1.0f, 1e6f, 1e15f})
			{
				std::vector<Vector> rows = difficult_rows(random, 40, d, scale);

				for (MetricId id : kMetricIds)
				{
					Blocks blocks(QuantizerId::Flat, id, d, 37, rows);

					for (const Vector &q : difficult_queries(random, rows, d, scale))
					{
						Blocks::Scores scores = blocks.score(q, Bounds::Likely);

						for (size_t i = 0; i < rows.size(); i++)
						{
							double distance = blocks.metric.distance(q.data(), rows[i].data(), d);

							ASSERT_EQ(std::bit_cast<uint64_t>(distance),
							          std::bit_cast<uint64_t>(scores.lower[i]));
							ASSERT_EQ(std::bit_cast<uint64_t>(distance),
							          std::bit_cast<uint64_t>(scores.upper[i]));
						}
					}
				}
			}
		}
	}
}

TEST_F(QuantTest, FlatGivesTheOperatorsBitsAtTheEdges)
{
	std::vector<Vector> rows = {{0, 0},          {1, 0},     {0, 1e-30f}, {1e-45f, 0},
	                            {1e19f, -1e19f}, {-0.0f, 1}, {1, 1e-20f}};

	for (MetricId id : {MetricId::L2, MetricId::InnerProduct})
	{
		Blocks blocks(QuantizerId::Flat, id, 2, 32, rows);

		for (const Vector &q : rows)
		{
			Blocks::Scores scores = blocks.score(q, Bounds::Certain);

			for (size_t i = 0; i < rows.size(); i++)
			{
				EXPECT_EQ(blocks.metric.distance(q.data(), rows[i].data(), 2), scores.lower[i]);
				EXPECT_EQ(scores.lower[i], scores.upper[i]);
			}
		}
	}
}

TEST_F(QuantTest, CertainBoundsAlwaysHold)
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
TEST_F(QuantTest, CertainBoundsHoldWithoutCodeErrors)
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

TEST_F(QuantTest, LikelyBoundsNearlyAlwaysHold)
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

TEST_F(QuantTest, BoundsAreTightEnoughToBeOfUse)
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
TEST_F(QuantTest, LikelyBoundsHoldForTheRowItself)
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

TEST_F(QuantTest, LevelsHeightsAndNeighboursDoNotShow)
{
	Random random = {7};
	size_t d = 100;
	std::vector<Vector> rows = difficult_rows(random, 90, d, 1);
	Vector q = gaussian_vector(random, d, 1);

	for (QuantizerId quantizer_id : {QuantizerId::Flat, QuantizerId::Sq8})
	{
		for (MetricId id : kMetricIds)
		{
			Blocks::Scores wanted = Blocks(quantizer_id, id, d, 1, rows).score(q, Bounds::Likely);

			for (Level level : kLevels)
			{
				if (!vecsim::kernels::choose(level))
				{
					continue;
				}
				for (size_t height : {2, 5, 32, 33, 90})
				{
					Blocks::Scores scores =
						Blocks(quantizer_id, id, d, height, rows).score(q, Bounds::Likely);

					for (size_t i = 0; i < rows.size(); i++)
					{
						ASSERT_EQ(wanted.lower[i], scores.lower[i]);
						ASSERT_EQ(wanted.upper[i], scores.upper[i]);
					}
				}
			}
		}
	}
}

TEST_F(QuantTest, SaysWhatItCannotRank)
{
	Vector zero(4);
	Vector overflow(4, 1e19f);
	Vector huge(4, FLT_MAX);
	Vector tiny(4, 1e-45f);

	for (QuantizerId id : {QuantizerId::Flat, QuantizerId::Sq8})
	{
		const Quantizer &codes = quantizer(id);
		Memory entry(codes.entry_bytes(4));
		Memory query(codes.query_bytes(4));
		auto ranks = [&](MetricId metric_id, const Vector &v)
		{
			bool encoded = codes.encode(metric(metric_id), v.data(), 4, entry.data());

			EXPECT_EQ(encoded, codes.prepare(metric(metric_id), v.data(), 4, Bounds::Certain, query.data()));
			return encoded;
		};

		for (MetricId metric_id : {MetricId::L2, MetricId::InnerProduct})
		{
			EXPECT_TRUE(ranks(metric_id, zero));
			EXPECT_TRUE(ranks(metric_id, tiny));
			EXPECT_FALSE(ranks(metric_id, overflow));
			EXPECT_FALSE(ranks(metric_id, huge));
		}
		EXPECT_FALSE(ranks(MetricId::Cosine, zero));
		EXPECT_TRUE(ranks(MetricId::Cosine, tiny));
		EXPECT_TRUE(ranks(MetricId::Cosine, overflow));
		EXPECT_TRUE(ranks(MetricId::Cosine, huge));
		EXPECT_FALSE(ranks(MetricId::L1, tiny));
	}
}

TEST_F(QuantTest, ZeroAndTinyVectorsKeepTheirBounds)
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

TEST_F(QuantTest, DamagedBytesNeverGiveNaN)
{
	Random random = {9};

	for (QuantizerId quantizer_id : {QuantizerId::Flat, QuantizerId::Sq8})
	{
		for (MetricId id : kMetricIds)
		{
			for (size_t d : {1, 3, 33, 384})
			{
				std::vector<Vector> rows = difficult_rows(random, 64, d, 1);
				Blocks blocks(quantizer_id, id, d, 32, rows);

				for (int trial = 0; trial < 50; trial++)
				{
					for (size_t i = 0; i < blocks.stride * blocks.count; i++)
					{
						uint64_t kind = random_below(random, 3);

						blocks.memory.data()[i] = static_cast<char>(kind == 0   ? 0x7F
						                                            : kind == 1 ? 0xFF
						                                                        : random_next(random));
					}

					Blocks::Scores scores =
						blocks.score(rows[0], trial % 2 ? Bounds::Likely : Bounds::Certain);

					for (size_t i = 0; i < scores.lower.size(); i++)
					{
						ASSERT_FALSE(isnan(scores.lower[i]));
						ASSERT_FALSE(isnan(scores.upper[i]));
					}
				}
			}
		}
	}
}
