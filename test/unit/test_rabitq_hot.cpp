// test_rabitq_hot.cpp - one-bit codes: estimates are unbiased, errors as large as the formula says, bounds
// hold.
#include "rabitq_fixture.h"

using namespace core_fixture;

namespace
{

// The terms of the list as a scan has them: from the centroid's value in float32.
ListTerms
list_terms(MetricId id, const RabitqQuery &query, const Vector &q, const Vector &centroid)
{
	return rabitq_list_terms_by_value(query, static_cast<float>(exact_value(id, q, centroid)),
	                                  static_cast<float>(exact_dot(centroid, centroid)));
}

struct Statistics
{
	Moments error;    // in deviations of the formula
	Moments quality;  // <y, r> / |y| |r|
	Moments inside;   // both bounds hold
	Moments survives; // the lower bound holds
};

// Under inner product the query is measured from the origin, otherwise from the centroid.
Vector
measured_from(MetricId id, const Cluster &cluster)
{
	return id == MetricId::InnerProduct ? Vector(cluster.centroid.size()) : cluster.centroid;
}

std::vector<Residual>
residuals(MetricId id, const Cluster &cluster)
{
	std::vector<Residual> result;

	for (const Vector &row : cluster.rows)
	{
		Vector r = difference(row, cluster.centroid);
		size_t coded = rabitq_hot_dim(cluster.dim);
		double along = 0;

		for (size_t i = 0; i < coded; i++)
		{
			along += fabs(r[i]) / 2;
		}
		result.push_back({exact_dot(r, r), along, static_cast<double>(coded) / 4,
		                  exact_dot(r, measured_from(id, cluster))});
	}
	return result;
}

// Scores every row of a cluster against every query.
void
score_cluster(MetricId id, const Cluster &cluster, Statistics &statistics)
{
	HotList list(id, cluster.rows, cluster.centroid, cluster.mean);
	std::vector<Residual> facts = residuals(id, cluster);

	for (const Residual &row : facts)
	{
		statistics.quality.add(row.along / sqrt(row.norm2 * row.point2));
	}
	for (const Vector &q : cluster.queries)
	{
		Prepared prepared(id, q, cluster.mean);
		double list_value = exact_value(id, q, cluster.centroid);
		double p2 = exact_value(MetricId::L2, q, measured_from(id, cluster));
		ListTerms terms = list_terms(id, prepared.query, q, cluster.centroid);
		float lower[kHeight];
		float estimate[kHeight];

		for (size_t i = 0; i < cluster.rows.size(); i++)
		{
			if (i % kHeight == 0)
			{
				rabitq_score_hot(prepared.query, terms, list.block(i), kHotSigmas, 0, lower, estimate);
			}

			double exact = exact_value(id, cluster.rows[i], q);
			double error = static_cast<double>(estimate[i % kHeight]) - exact;

			statistics.error.add(error / formula(id, facts[i], p2, exact, list_value, cluster.dim));
			statistics.inside.add(
				fabs(error) <= static_cast<double>(estimate[i % kHeight] - lower[i % kHeight]) ? 1 : 0);
			statistics.survives.add(static_cast<double>(lower[i % kHeight]) <= exact ? 1 : 0);
		}
	}
}

Statistics
measure(MetricId id, Data data, size_t d, float scale, uint64_t clusters)
{
	Statistics statistics;

	for (uint64_t seed = 1; seed <= clusters; seed++)
	{
		score_cluster(id, Cluster(seed, id, data, d, 256, 4, scale), statistics);
	}
	return statistics;
}

// The cosine of a code to a Gaussian residual: sqrt(2 / pi) to the dimensions that it has bits of.
double
code_quality(size_t d)
{
	return 0.7985 *
	       sqrt(static_cast<double>(rabitq_hot_dim(rotated_dim(d))) / static_cast<double>(rotated_dim(d)));
}

class RabitqHotTest : public Core
{
};

} // namespace

// Bias and deviation of the error against the formula, and what follows from it being Gaussian: 1.9
// deviations hold 94.3 % of the errors, 97.1 % on one side.  Where some dimensions have no bits, a rotation of few
// strong dimensions leaves up to a fiftieth more or less of the length in those that have.
TEST_F(RabitqHotTest, ErrorsAreAsTheFormulaSays)
{
	for (size_t d : kCodedDims)
	{
		for (MetricId id : kCodedMetrics)
		{
			for (Data data : {Data::Gaussian, Data::Skewed})
			{
				Statistics statistics = measure(id, data, d, 1, rotated_dim(d) > kHotMostDim ? 64 : 32);

				SCOPED_TRACE(testing::Message() << d << " " << metric(id).name << " " << int(data));
				EXPECT_NEAR(0, statistics.error.mean(), 0.03);
				EXPECT_NEAR(1, statistics.error.deviation(), 0.02);
				EXPECT_GT(statistics.inside.mean(), 0.940);
				EXPECT_GT(statistics.survives.mean(), 0.969);
				EXPECT_NEAR(code_quality(d), statistics.quality.mean(),
				            rotated_dim(d) > kHotMostDim && data == Data::Skewed ? 0.01 : 0.0015);
			}
		}
	}
}

// At any scale of the data the errors are the same part of the distances.
TEST_F(RabitqHotTest, ScaleDoesNotShow)
{
	for (size_t d : {100, 384, 1536})
	{
		for (MetricId id : kCodedMetrics)
		{
			Statistics plain = measure(id, Data::Skewed, d, 1, 4);

			for (float scale : {1e-6f, 1e6f})
			{
				Statistics scaled = measure(id, Data::Skewed, d, scale, 4);

				EXPECT_NEAR(plain.error.mean(), scaled.error.mean(), 0.01);
				EXPECT_NEAR(plain.error.deviation(), scaled.error.deviation(), 0.01);
				EXPECT_NEAR(plain.inside.mean(), scaled.inside.mean(), 0.01);
			}
		}
	}
}

// Data a thousand times farther from the origin than from each other: what the query is measured from counts.
TEST_F(RabitqHotTest, FarFromTheOriginErrorsStaySmall)
{
	size_t d = 384;
	Cluster cluster(1, MetricId::L2, Data::Gaussian, d, 256, 4, 1);
	Random random = {3};
	Vector far = noise(random, Data::Gaussian, cluster.dim, 1000);
	Statistics statistics;

	for (std::vector<Vector> *vectors : {&cluster.rows, &cluster.queries})
	{
		for (Vector &v : *vectors)
		{
			v = sum(v, far);
		}
	}
	cluster.centroid = sum(cluster.centroid, far);
	cluster.mean = sum(cluster.mean, far);
	score_cluster(MetricId::L2, cluster, statistics);
	EXPECT_NEAR(0, statistics.error.mean(), 0.1);
	EXPECT_NEAR(1, statistics.error.deviation(), 0.05);
}

// Rows, centroid and mean a thousand times longer than queries: bounds under inner product hold, the table's rounding
// included, and are no wider than a tenth of what the centroid's distance would make them.
TEST_F(RabitqHotTest, LongCentresDoNotWidenInnerProducts)
{
	Cluster cluster(4, MetricId::InnerProduct, Data::Gaussian, 384, 256, 4, 1);
	Statistics statistics;

	for (Vector &v : cluster.rows)
	{
		std::transform(v.begin(), v.end(), v.begin(), [](float x) { return 1000 * x; });
	}
	for (Vector *v : {&cluster.centroid, &cluster.mean})
	{
		std::transform(v->begin(), v->end(), v->begin(), [](float x) { return 1000 * x; });
	}
	score_cluster(MetricId::InnerProduct, cluster, statistics);
	EXPECT_GT(statistics.survives.mean(), 0.969);

	const Vector &q = cluster.queries[0];
	Prepared prepared(MetricId::InnerProduct, q, cluster.mean);

	EXPECT_LT(
		static_cast<double>(list_terms(MetricId::InnerProduct, prepared.query, q, cluster.centroid).err),
		sqrt(exact_value(MetricId::L2, q, cluster.centroid)) / 10);
}

// A block's scores are what the formulas give from the entry itself: bits, factors and the real query, up
// to the rounding of its table (half a step a group at most).
TEST_F(RabitqHotTest, BlocksScoreWhatEntriesSay)
{
	for (size_t d : {64, 100, 384, 1536, 16000})
	{
		for (MetricId id : kCodedMetrics)
		{
			Cluster cluster(d, id, Data::Skewed, d, 2 * kHeight, 1, 1);
			HotList list(id, cluster.rows, cluster.centroid, cluster.mean);
			Vector p = difference(cluster.queries[0], cluster.mean);
			Prepared prepared(id, cluster.queries[0], cluster.mean);
			ListTerms terms = list_terms(id, prepared.query, cluster.queries[0], cluster.centroid);
			size_t coded = prepared.query.hot_dim;
			double step = static_cast<double>(prepared.query.delta) * static_cast<double>(coded) / 8 * 1.01;
			float lower[kHeight];
			float estimate[kHeight];

			for (size_t i = 0; i < 2 * kHeight; i++)
			{
				HotFactors factors = list.factors[i];
				double rescale = bfloat16(factors.rescale);
				double dot = 0;

				if (i % kHeight == 0)
				{
					rabitq_score_hot(prepared.query, terms, list.block(i), 2.5f, 0, lower, estimate);
				}
				for (size_t k = 0; k < coded; k++)
				{
					EXPECT_EQ(cluster.rows[i][k] - cluster.centroid[k] > 0,
					          (list.bits[i][k / 8] >> k % 8) & 1);
					dot += p[k] * ((list.bits[i][k / 8] >> k % 8 & 1) - 0.5);
				}

				double wanted = factors.add + terms.add + rescale * dot;
				double rounding = 1e-6 * (fabs(factors.add) + fabs(terms.add) + fabs(rescale * dot));

				EXPECT_NEAR(wanted, estimate[i % kHeight], fabs(rescale) * step + rounding);
				EXPECT_NEAR(2.5 * bfloat16(factors.err) * terms.err,
				            estimate[i % kHeight] - lower[i % kHeight], rounding);
			}
		}
	}
}

TEST_F(RabitqHotTest, TheMaskIsWhoseLowerBoundIsWithinTheLimit)
{
	Cluster cluster(1, MetricId::L2, Data::Gaussian, 384, kHeight, 1, 1);
	HotList list(MetricId::L2, cluster.rows, cluster.centroid, cluster.mean);
	Prepared prepared(MetricId::L2, cluster.queries[0], cluster.mean);
	ListTerms terms = list_terms(MetricId::L2, prepared.query, cluster.queries[0], cluster.centroid);
	float lower[kHeight];
	float estimate[kHeight];

	rabitq_score_hot(prepared.query, terms, list.block(0), kHotSigmas, 0, lower, estimate);

	float limit = lower[7];
	uint32_t mask =
		rabitq_score_hot(prepared.query, terms, list.block(0), kHotSigmas, limit, lower, estimate);

	for (size_t i = 0; i < kHeight; i++)
	{
		EXPECT_EQ(lower[i] <= limit, (mask >> i) & 1);
	}
	EXPECT_TRUE((mask >> 7) & 1);
}

// The two ways to a list's terms agree, and both are the list's own value and distance.
TEST_F(RabitqHotTest, ListTermsAreValueAndDistance)
{
	for (MetricId id : kCodedMetrics)
	{
		Cluster cluster(3, id, Data::Skewed, 384, 1, 1, 1);
		const Vector &q = cluster.queries[0];
		Prepared prepared(id, q, cluster.mean);
		ListTerms by_value = list_terms(id, prepared.query, q, cluster.centroid);
		ListTerms by_dot =
			rabitq_list_terms(prepared.query, static_cast<float>(exact_dot(q, cluster.centroid)),
		                      static_cast<float>(exact_dot(cluster.centroid, cluster.centroid)));
		double size = exact_dot(q, q);
		double distance = sqrt(exact_value(MetricId::L2, q, cluster.centroid));

		if (id == MetricId::InnerProduct)
		{
			distance = sqrt(size + exact_value(MetricId::L2, q, cluster.mean) / 1024);
		}
		EXPECT_NEAR(exact_value(id, q, cluster.centroid), by_value.add, 1e-6 * size);
		EXPECT_NEAR(by_dot.add, by_value.add, 1e-6 * size);
		EXPECT_NEAR(distance, by_value.err, 1e-5 * distance);
		EXPECT_NEAR(distance, by_dot.err, 1e-5 * distance);
	}
}

// A row that is its centroid has an exact estimate; one so near that factors would not be normal floats has
// an error as large as the residual.
TEST_F(RabitqHotTest, NoResidualNoError)
{
	for (MetricId id : kCodedMetrics)
	{
		Cluster cluster(4, id, Data::Gaussian, 128, 1, 1, 1);
		Vector none(128);
		Vector tiny(128);
		HotList same(id, {cluster.centroid}, cluster.centroid, cluster.mean);
		double length = 1e-37 * sqrt(128);

		tiny.assign(128, 1e-37f);

		HotList near(id, {tiny}, none, cluster.mean);

		EXPECT_EQ(0, same.add[0]);
		EXPECT_EQ(0, same.rescale[0]);
		EXPECT_EQ(0, same.err[0]);
		EXPECT_EQ(0, near.rescale[0]);
		EXPECT_GE(bfloat16(near.err[0]) * sqrt(127) * 1.0001, length);
	}
}

// Nor are there infinite factors where the coded dimensions have nothing of a residual, or hardly anything: its bounds
// are wide enough for whatever the others have.
TEST_F(RabitqHotTest, NothingInTheCodedDimensions)
{
	for (MetricId id : kCodedMetrics)
	{
		for (float little : {0.0f, 1e-30f, 1e-6f})
		{
			Cluster cluster(4, id, Data::Gaussian, 3072, 1, 1, 1);
			Vector row(cluster.centroid);
			float lower[kHeight];
			float estimate[kHeight];

			row[0] += little;
			row[2000] += 0.5f;

			const Vector &q = row;
			HotList list(id, std::vector<Vector>(kHeight, row), cluster.centroid, cluster.mean);
			Prepared prepared(id, q, cluster.mean);
			double exact = exact_value(id, row, q);

			EXPECT_EQ(0xFFFFFFFFu,
			          rabitq_score_hot(prepared.query, list_terms(id, prepared.query, q, cluster.centroid),
			                           list.block(0), kHotSigmas, static_cast<float>(exact), lower,
			                           estimate));
			EXPECT_TRUE(std::isfinite(estimate[0]) && std::isfinite(lower[0])) << little;
		}
	}
}

// Up to the longest vectors that may be coded everything is finite.
TEST_F(RabitqHotTest, TheLongestVectorsStayFinite)
{
	for (size_t d : {64, 16384})
	{
		for (MetricId id : {MetricId::L2, MetricId::InnerProduct})
		{
			Vector long_one(d, static_cast<float>(sqrt(kRabitqMaxNorm2 / static_cast<double>(d))));
			Vector opposite(difference(Vector(d), long_one));
			Vector axis(d);

			axis[5] = static_cast<float>(sqrt(kRabitqMaxNorm2));
			for (const Vector &mean : {long_one, axis})
			{
				std::vector<Vector> rows(kHeight, long_one);
				float lower[kHeight];
				float estimate[kHeight];

				rows[1] = axis;
				for (const Vector &q : {long_one, opposite})
				{
					HotList list(id, rows, opposite, mean);
					Prepared prepared(id, q, mean);

					rabitq_score_hot(prepared.query, list_terms(id, prepared.query, q, opposite),
					                 list.block(0), kHotSigmas, 0, lower, estimate);
					for (size_t i = 0; i < kHeight; i++)
					{
						EXPECT_TRUE(isfinite(lower[i]) && isfinite(estimate[i])) << d << " " << i;
					}
				}
			}
		}
	}
}

// A query that is the mean has nothing to round, and neither have ones too small for a step.
TEST_F(RabitqHotTest, QueriesWithoutSizeAreExact)
{
	Cluster cluster(6, MetricId::L2, Data::Gaussian, 100, kHeight, 1, 1);
	HotList list(MetricId::L2, cluster.rows, cluster.mean, cluster.mean);
	Vector none(cluster.dim);
	Vector tiny(cluster.dim, 1e-40f);

	for (const Vector &q : {cluster.mean, sum(cluster.mean, tiny)})
	{
		Prepared prepared(MetricId::L2, q, cluster.mean);
		ListTerms terms = list_terms(MetricId::L2, prepared.query, q, cluster.mean);
		float lower[kHeight];
		float estimate[kHeight];

		rabitq_score_hot(prepared.query, terms, list.block(0), kHotSigmas, 0, lower, estimate);
		for (size_t i = 0; i < kHeight; i++)
		{
			double exact = exact_value(MetricId::L2, cluster.rows[i], q);

			EXPECT_NEAR(exact, estimate[i], 1e-5 * exact);
		}
	}
}

TEST_F(RabitqHotTest, LevelsDoNotShow)
{
	Cluster cluster(7, MetricId::L2, Data::Skewed, 384, kHeight, 1, 1);
	std::vector<uint8_t> bits;
	Vector scores;

	for (Level level : kLevels)
	{
		if (!vecsim::kernels::choose(level))
		{
			continue;
		}

		HotList list(MetricId::L2, cluster.rows, cluster.centroid, cluster.mean);
		Prepared prepared(MetricId::L2, cluster.queries[0], cluster.mean);
		ListTerms terms = list_terms(MetricId::L2, prepared.query, cluster.queries[0], cluster.centroid);
		float lower[kHeight];
		Vector estimate(kHeight);

		rabitq_score_hot(prepared.query, terms, list.block(0), kHotSigmas, 0, lower, estimate.data());
		bits = level == Level::Scalar ? list.codes : bits;
		scores = level == Level::Scalar ? estimate : scores;
		EXPECT_EQ(bits, list.codes);
		EXPECT_EQ(scores, estimate);
	}
}
