// test_quant_rabitq.cpp - the quantiser of two levels: its table says what rabitq.h says, its bounds hold the
// operator's distance.
#include "quant_fixture.h"
#include "rabitq_fixture.h"

#include <limits>

using namespace core_fixture;

namespace
{

const Quantizer &
codes()
{
	return quantizer(QuantizerId::Rabitq);
}

const TwoLevel &
levels()
{
	return *codes().two_level;
}

// Rows of one list with what their codes have in common, coded and stored through the quantiser's table.
struct List
{
	size_t dim;
	std::vector<uint8_t> signs;
	Vector mean;
	CodeSpace space;
	std::vector<Vector> rows;
	std::vector<Vector> places;
	Vector centre;
	Memory payloads;
	Memory cold;
	size_t stride;     // of payloads
	size_t row_stride; // of cold codes

	List(MetricId id, const std::vector<Vector> &values, uint64_t seed)
		: dim(values[0].size()), signs(levels().sign_bytes(dim)),
		  mean(levels().place_dim(dim)), space{&metric(id), dim, signs.data(), mean.data()}, rows(values),
		  centre(mean.size()),
		  payloads((values.size() + kHeight - 1) / kHeight * codes().payload_bytes(dim, kHeight)),
		  cold(values.size() * (levels().row_bytes(dim) + 4)), stride(codes().payload_bytes(dim, kHeight)),
		  row_stride(levels().row_bytes(dim) + 4)
	{
		levels().make_signs(seed, dim, signs.data());
		for (const Vector &row : rows)
		{
			places.push_back(place(row));
			for (size_t i = 0; i < mean.size(); i++)
			{
				mean[i] += places.back()[i] / static_cast<float>(rows.size());
			}
		}
		centre = near_vector_of(mean);
		for (size_t i = 0; i < rows.size(); i++)
		{
			Memory entry(codes().entry_bytes(dim));

			levels().encode_entry(space, places[i].data(), centre.data(), entry.data());
			codes().store(entry.data(), dim, kHeight, i % kHeight, payloads.data() + i / kHeight * stride);
			levels().encode_row(space, places[i].data(), cold.data() + i * row_stride);
		}
	}

	Vector
	place(const Vector &v) const
	{
		Vector result(levels().place_dim(dim), NAN);

		EXPECT_TRUE(levels().place(space, v.data(), result.data()));
		return result;
	}

	// A centre that is neither a row nor the mean.
	Vector
	near_vector_of(const Vector &v) const
	{
		Vector result(v);

		for (size_t i = 0; i < v.size(); i++)
		{
			result[i] = (v[i] + places[0][i]) / 2;
		}
		return result;
	}

	const void *
	cold_at(size_t i)
	{
		return cold.data() + i * row_stride;
	}

	ListTerm
	term(const Vector &query_place) const
	{
		return {static_cast<float>(exact_value(space.metric->id, query_place, centre)),
		        static_cast<float>(exact_dot(centre, centre))};
	}
};

// A query made ready through the table.
struct Query
{
	Vector place;
	Memory memory;

	Query(const List &list, const Vector &q, Bounds bounds)
		: place(list.place(q)), memory(codes().query_bytes(list.dim))
	{
		levels().prepare(list.space, place.data(), bounds, memory.data());
	}

	const void *
	at()
	{
		return memory.data();
	}
};

class QuantRabitqTest : public Core
{
};

} // namespace

TEST_F(QuantRabitqTest, IsKnownByNameAndId)
{
	EXPECT_EQ(&codes(), quantizer_by_name("rabitq"));
	EXPECT_EQ(kHeight, codes().height);
	EXPECT_EQ(2u, levels().entries_a_row);
	EXPECT_FALSE(codes().exact);
	for (size_t d : {1, 64, 65, 384, 1536})
	{
		EXPECT_EQ(rotated_dim(d), levels().place_dim(d));
		EXPECT_EQ(std::min(rotated_dim(d), size_t{896}) / 8 + sizeof(HotFactors), codes().entry_bytes(d));
		EXPECT_EQ(kHeight * codes().entry_bytes(d), codes().payload_bytes(d, kHeight));
		EXPECT_EQ(rotated_dim(d) / 2 + sizeof(ColdFactors), levels().row_bytes(d));
	}
}

// A place is the rotated vector, under cosine of its direction alone: of any length that float32 holds.
TEST_F(QuantRabitqTest, PlacesAreRotated)
{
	Random random = {1};

	for (size_t d : {1, 3, 100, 384})
	{
		Vector v = gaussian_vector(random, d, 1);

		for (MetricId id : kCodedMetrics)
		{
			List list(id, {v}, 7);
			Vector unit(v);

			if (id == MetricId::Cosine)
			{
				normalize(v.data(), d, unit.data());
			}

			Vector wanted(rotated_dim(d));

			rotate(list.signs.data(), d, unit.data(), wanted.data());
			EXPECT_EQ(wanted, list.places[0]);
		}

		List list(MetricId::Cosine, {v}, 7);

		for (float scale : {1e-41f, 1e-30f, 1e30f, 1e38f})
		{
			Vector scaled(d, scale);
			Vector place = list.place(scaled);

			EXPECT_NEAR(1, exact_norm(place), 1e-5) << d << " " << scale;
		}
	}
}

TEST_F(QuantRabitqTest, RefusesWhatItCannotRank)
{
	List l2(MetricId::L2, {Vector(3, 1.0f)}, 1);
	List cosine(MetricId::Cosine, {Vector(3, 1.0f)}, 1);
	List ip(MetricId::InnerProduct, {Vector(3, 1.0f)}, 1);
	Vector zero(3);
	Vector large(3, static_cast<float>(sqrt(kRabitqMaxNorm2)));
	Vector place(64);

	EXPECT_FALSE(levels().place(cosine.space, zero.data(), place.data()));
	EXPECT_TRUE(levels().place(cosine.space, large.data(), place.data()));
	EXPECT_TRUE(levels().place(l2.space, zero.data(), place.data()));
	EXPECT_FALSE(levels().place(l2.space, large.data(), place.data()));
	EXPECT_FALSE(levels().place(ip.space, large.data(), place.data()));
}

// What the table stores and sifts is what rabitq.h codes and scores, in every slot of every block.
TEST_F(QuantRabitqTest, SiftsAsHotCodesScore)
{
	Random random = {2};

	for (size_t d : {3, 100, 384, 1000, 3000})
	{
		for (MetricId id : kCodedMetrics)
		{
			List list(id, difficult_rows(random, 96, d, 1), 9);
			HotList direct(id, list.places, list.centre, list.mean);

			for (const Vector &q : difficult_queries(random, list.rows, d, 1))
			{
				Query query(list, q, Bounds::Likely);
				Prepared prepared(id, query.place, list.mean);
				ListTerm term = list.term(query.place);
				ListTerms terms = rabitq_list_terms_by_value(prepared.query, term.value, term.norm2);

				for (size_t i = 0; i < list.rows.size(); i += kHeight)
				{
					float lower[kHeight];
					float estimate[kHeight];
					float wanted_lower[kHeight];
					float wanted_estimate[kHeight];
					float limit = std::numeric_limits<float>::max();

					rabitq_score_hot(prepared.query, terms, direct.block(i), kHotSigmas, limit, wanted_lower,
					                 wanted_estimate);
					EXPECT_EQ(0xFFFFFFFFu, levels().sift(query.at(), term,
					                                     list.payloads.data() + i / kHeight * list.stride,
					                                     1e15, lower, estimate));
					EXPECT_EQ(0, memcmp(wanted_lower, lower, sizeof(lower)));
					EXPECT_EQ(0, memcmp(wanted_estimate, estimate, sizeof(estimate)));
				}
			}
		}
	}
}

// Estimates of a block are those of rows whose centre is the mean.
TEST_F(QuantRabitqTest, EstimatesBlocksAboutTheMean)
{
	Random random = {12};

	for (size_t d : {100, 384, 3000})
	{
		for (MetricId id : kCodedMetrics)
		{
			List list(id, difficult_rows(random, 32, d, 1), 9);
			HotList direct(id, list.places, list.centre, list.mean);
			Query query(list, list.rows[5], Bounds::Likely);
			Prepared prepared(id, query.place, list.mean);
			float lower[kHeight];
			float estimate[kHeight];
			float wanted[kHeight];

			rabitq_score_hot(prepared.query, {prepared.query.mean_add, 0}, direct.block(0), 0,
			                 std::numeric_limits<float>::infinity(), lower, wanted);
			levels().estimate_block(query.at(), list.payloads.data(), estimate);
			EXPECT_EQ(0, memcmp(wanted, estimate, sizeof(estimate)));
		}
	}
}

// The limit is a distance: a row whose lower bound is at most that is never sifted out, and few others pass.
TEST_F(QuantRabitqTest, TheLimitIsADistance)
{
	Random random = {3};

	for (MetricId id : kCodedMetrics)
	{
		List list(id, difficult_rows(random, 32, 100, 1), 9);
		size_t passed = 0;
		size_t sifted = 0;

		for (const Vector &q : difficult_queries(random, list.rows, 100, 1))
		{
			Query query(list, q, Bounds::Likely);

			for (size_t at = 0; at < 32; at++)
			{
				double limit = metric(id).distance(q.data(), list.rows[at].data(), 100);
				float lower[kHeight];
				float estimate[kHeight];
				uint32_t mask = levels().sift(query.at(), list.term(query.place), list.payloads.data(), limit,
				                              lower, estimate);

				for (size_t i = 0; i < kHeight; i++)
				{
					double distance = levels().value_distance(query.at(), lower[i]);
					bool passes = (mask >> i & 1) != 0;

					ASSERT_TRUE(passes || distance > limit);
					ASSERT_TRUE(!passes || distance <= limit + 1e-6 * (1 + fabs(limit)));
					passed += passes;
					sifted += !passes;
				}
			}
		}
		EXPECT_GT(passed, 100u);
		EXPECT_GT(sifted, 100u);
	}
}

TEST_F(QuantRabitqTest, RefinesAsColdCodesScore)
{
	Random random = {4};

	for (size_t d : {3, 100, 384})
	{
		for (MetricId id : kCodedMetrics)
		{
			List list(id, difficult_rows(random, 40, d, 1), 9);

			for (const Vector &q : difficult_queries(random, list.rows, d, 1))
			{
				Query likely(list, q, Bounds::Likely);
				Query certain(list, q, Bounds::Certain);
				Prepared prepared(id, likely.place, list.mean);
				Vector estimates(list.rows.size());

				levels().estimate(likely.at(), list.cold.data(), list.row_stride, list.rows.size(),
				                  estimates.data());
				for (size_t i = 0; i < list.rows.size(); i++)
				{
					ColdRow row(id, list.places[i], list.mean);
					float estimate;
					float sigma;

					rabitq_score_cold(prepared.query, row.code.data(), row.factors, &estimate, &sigma);
					EXPECT_EQ(estimate, estimates[i]);
					for (Query *query : {&likely, &certain})
					{
						const void *memory = query->at();
						float half = query == &certain ? rabitq_cold_certain(prepared.query, row.factors)
						                               : kColdSigmas * sigma;
						double lower;
						double upper;

						levels().refine(memory, list.cold_at(i), &lower, &upper);
						EXPECT_EQ(levels().value_distance(memory, estimate - half), lower);
						EXPECT_EQ(levels().value_distance(memory, estimate + half), upper);
					}
				}
			}
		}
	}
}

// Certain bounds hold the operator's distance, whatever the vectors are; likely ones nearly always do.
TEST_F(QuantRabitqTest, BoundsHoldTheDistance)
{
	Random random = {5};

	for (size_t d : {1, 3, 64, 100, 384, 1536})
	{
		for (float scale : {1e-6f, 1.0f, 1e6f})
		{
			for (MetricId id : kCodedMetrics)
			{
				List list(id, difficult_rows(random, 60, d, scale), 9);
				Moments inside;

				for (const Vector &q : difficult_queries(random, list.rows, d, scale))
				{
					Query certain(list, q, Bounds::Certain);
					Query likely(list, q, Bounds::Likely);

					for (size_t i = 0; i < list.rows.size(); i++)
					{
						double distance = metric(id).distance(q.data(), list.rows[i].data(), d);
						double lower;
						double upper;

						levels().refine(certain.at(), list.cold_at(i), &lower, &upper);
						ASSERT_LE(lower, distance) << d << " " << scale << " " << metric(id).name;
						ASSERT_GE(upper, distance) << d << " " << scale << " " << metric(id).name;
						levels().refine(likely.at(), list.cold_at(i), &lower, &upper);
						inside.add(lower <= distance && distance <= upper ? 1 : 0);
					}
				}
				EXPECT_GT(inside.mean(), d < 64 ? 0.9 : 0.96) << d << " " << scale << " " << metric(id).name;
			}
		}
	}
}

TEST_F(QuantRabitqTest, ValuesBecomeDistances)
{
	Vector v(3, 1.0f);
	List l2(MetricId::L2, {v}, 1);
	List ip(MetricId::InnerProduct, {v}, 1);
	List cosine(MetricId::Cosine, {v}, 1);
	Query of_l2(l2, v, Bounds::Likely);
	Query of_ip(ip, v, Bounds::Likely);
	Query of_cosine(cosine, v, Bounds::Likely);

	EXPECT_EQ(3, levels().value_distance(of_l2.at(), 9));
	EXPECT_EQ(0, levels().value_distance(of_l2.at(), -1));
	EXPECT_EQ(INFINITY, levels().value_distance(of_l2.at(), INFINITY));
	EXPECT_EQ(-7, levels().value_distance(of_ip.at(), -7));
	EXPECT_EQ(0.25, levels().value_distance(of_cosine.at(), -0.75f));
}

// Any bytes of a row may be refined: the bounds are numbers.
TEST_F(QuantRabitqTest, DamagedRowsHaveBounds)
{
	Random random = {6};

	for (MetricId id : kCodedMetrics)
	{
		List list(id, difficult_rows(random, 40, 100, 1), 9);
		Query query(list, list.rows[3], Bounds::Certain);
		std::vector<uint8_t> bytes(levels().row_bytes(100));

		for (size_t i = 0; i < 20000; i++)
		{
			double lower;
			double upper;

			for (uint8_t &byte : bytes)
			{
				byte = static_cast<uint8_t>(random_next(random));
			}
			levels().refine(query.at(), bytes.data(), &lower, &upper);
			ASSERT_FALSE(isnan(lower));
			ASSERT_FALSE(isnan(upper));
		}
	}
}
