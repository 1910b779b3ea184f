// test_quant.cpp - the table of quantisers, flat's bits, what cannot be ranked, and damage.
#include "quant_fixture.h"

#include <float.h>

#include <bit>

using namespace core_fixture;

namespace
{

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
	EXPECT_EQ(nullptr, quantizer_by_id(4));
	EXPECT_STREQ("flat", quantizer_at(0)->name);
	EXPECT_STREQ("sq8", quantizer_at(1)->name);
	EXPECT_STREQ("rabitq", quantizer_at(2)->name);
	EXPECT_EQ(nullptr, quantizer_at(3));
	EXPECT_TRUE(quantizer_at(0)->exact);
	EXPECT_FALSE(quantizer_at(1)->exact);
	EXPECT_FALSE(quantizer_at(2)->exact);
	EXPECT_EQ(nullptr, quantizer_at(0)->two_level);
	EXPECT_NE(nullptr, quantizer_at(2)->two_level);
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

// Each factor of each slot in turn: the bounds are then all that the operator can give.
TEST_F(QuantTest, FactorsThatAreNoNumbersGiveTheWidestBounds)
{
	Random random = {10};
	size_t d = 12;
	size_t height = 4;
	std::vector<Vector> rows = difficult_rows(random, height, d, 1);

	for (MetricId id : kMetricIds)
	{
		// Under L2 the second factor is an integer.
		for (size_t factor : {0, 1, 2})
		{
			Blocks blocks(QuantizerId::Sq8, id, d, height, rows);
			float nan = NAN;

			if (id == MetricId::L2 && factor == 1)
			{
				continue;
			}
			memcpy(blocks.memory.data() + height * d + (factor * height + 2) * sizeof(float), &nan,
			       sizeof(nan));
			for (Bounds bounds : {Bounds::Likely, Bounds::Certain})
			{
				Blocks::Scores scores = blocks.score(rows[0], bounds);

				EXPECT_EQ(id == MetricId::InnerProduct ? -INFINITY : 0, scores.lower[2]);
				EXPECT_EQ(id == MetricId::Cosine ? 2 : INFINITY, scores.upper[2]);
				EXPECT_LT(scores.upper[1] - scores.lower[1], 10);
			}
		}

		Blocks flat(QuantizerId::Flat, id, d, height, rows);
		float nan = NAN;

		memcpy(flat.memory.data() + (2 * d + 3) * sizeof(float), &nan, sizeof(nan));
		EXPECT_EQ(-INFINITY, flat.score(rows[0], Bounds::Certain).lower[2]);
		EXPECT_EQ(INFINITY, flat.score(rows[0], Bounds::Certain).upper[2]);
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
