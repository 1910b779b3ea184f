// test_rabitq_cold.cpp - four-bit codes: estimates are unbiased, errors as the formula says, certain bounds
// hold.
#include "quant_fixture.h"
#include "rabitq_fixture.h"

using namespace core_fixture;

namespace
{

struct Statistics
{
	Moments error;   // in deviations of the formula
	Moments quality; // <y, r> / |y| |r|
	Moments inside;  // both bounds hold
	Moments certain; // half width of the certain bound, as a part of |r| |p| (twice that for L2)
	size_t violated = 0;
};

// Scores every row of a cluster against every query.
void
score_cluster(MetricId id, const Cluster &cluster, Statistics &statistics)
{
	std::vector<ColdRow> codes;
	std::vector<Residual> facts;

	for (const Vector &row : cluster.rows)
	{
		codes.emplace_back(id, row, cluster.mean);
		facts.push_back(codes.back().residual(row, cluster.mean));
		statistics.quality.add(facts.back().along / sqrt(facts.back().norm2 * facts.back().point2));
	}
	for (const Vector &q : cluster.queries)
	{
		Prepared prepared(id, q, cluster.mean);
		double mean_value = exact_value(id, q, cluster.mean);
		double p2 = exact_value(MetricId::L2, q, cluster.mean);

		for (size_t i = 0; i < codes.size(); i++)
		{
			double exact = exact_value(id, cluster.rows[i], q);
			double half = rabitq_cold_certain(prepared.query, codes[i].factors);
			double most = (id == MetricId::L2 ? 2 : 1) * sqrt(facts[i].norm2 * p2);
			float estimate;
			float sigma;

			rabitq_score_cold(prepared.query, codes[i].code.data(), codes[i].factors, &estimate, &sigma);

			double error = estimate - exact;

			statistics.error.add(error / formula(id, facts[i], p2, exact, mean_value, cluster.dim));
			statistics.inside.add(fabs(error) <= kColdSigmas * sigma ? 1 : 0);
			statistics.certain.add(half / most);
			statistics.violated += fabs(error) > half;
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

// What is coded of a vector, and what the operator makes of two of them.
Vector
direction(MetricId id, const Vector &v)
{
	Vector result(v);

	if (id == MetricId::Cosine)
	{
		normalize(v.data(), v.size(), result.data());
	}
	return result;
}

double
operator_value(MetricId id, const Vector &a, const Vector &b)
{
	double distance = metric(id).distance(a.data(), b.data(), a.size());

	switch (id)
	{
		case MetricId::L2:
			return distance * distance;
		case MetricId::Cosine:
			return distance - 1;
		default:
			return distance;
	}
}

class RabitqColdTest : public Core
{
};

} // namespace

// Bias and deviation of the error against the formula, and what follows from it being Gaussian: 2.5
// deviations hold 98.76 % of the errors.
TEST_F(RabitqColdTest, ErrorsAreAsTheFormulaSays)
{
	for (size_t d : kCodedDims)
	{
		for (MetricId id : kCodedMetrics)
		{
			for (Data data : {Data::Gaussian, Data::Skewed})
			{
				Statistics statistics = measure(id, data, d, 1, 32);

				SCOPED_TRACE(testing::Message() << d << " " << metric(id).name << " " << int(data));
				EXPECT_NEAR(0, statistics.error.mean(), 0.04);
				EXPECT_NEAR(1, statistics.error.deviation(), 0.02);
				EXPECT_GT(statistics.inside.mean(), 0.985);
				EXPECT_GT(statistics.quality.mean(), 0.994);
				EXPECT_LT(statistics.quality.mean(), 0.9955);
				// The code's own part is 0.106; the query's rounding to 8 bits adds the rest.
				EXPECT_LT(statistics.certain.mean(), id == MetricId::InnerProduct ? 0.132 : 0.119);
				EXPECT_EQ(0u, statistics.violated);
			}
		}
	}
}

// At any scale of the data the errors are the same part of the distances.
TEST_F(RabitqColdTest, ScaleDoesNotShow)
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
				EXPECT_NEAR(plain.certain.mean(), scaled.certain.mean(), 0.001);
				EXPECT_EQ(0u, scaled.violated);
			}
		}
	}
}

// The certain bound encloses the operator's own result for the vectors as they came, whatever they are:
// sparse, of one component, of one value, nearly equal, of any length and scale, far from the mean or equal
// to it.
TEST_F(RabitqColdTest, CertainBoundsAlwaysHold)
{
	Random random = {1};

	for (size_t d : {1, 3, 64, 100, 384, 1536})
	{
		Rotation rotation(d, d);

		for (float scale : {1e-20f, 1e-6f, 1.0f, 1e6f, 1e15f})
		{
			std::vector<Vector> rows = difficult_rows(random, 60, d, scale);
			std::vector<Vector> queries = difficult_queries(random, rows, d, scale);
			Vector far(rotated_dim(d), 100 * scale);

			for (MetricId id : kCodedMetrics)
			{
				for (const Vector &mean : {Vector(rotated_dim(d)), rotation(rows[0]), far})
				{
					size_t violated = 0;

					for (const Vector &row : rows)
					{
						Vector x = direction(id, row);
						ColdRow code(id, rotation(x), mean);

						for (const Vector &query : queries)
						{
							Prepared prepared(id, rotation(direction(id, query)), mean);
							float estimate;
							float sigma;

							rabitq_score_cold(prepared.query, code.code.data(), code.factors, &estimate,
							                  &sigma);
							violated += !(fabs(operator_value(id, query, row) - estimate) <=
							              rabitq_cold_certain(prepared.query, code.factors));
						}
					}
					EXPECT_EQ(0u, violated) << d << " " << scale << " " << metric(id).name;
				}
			}
		}
	}
}

// A query in the direction of what the code lost makes the error as large as it can be: the bound holds,
// and is not much wider.
TEST_F(RabitqColdTest, CertainBoundsAreAsTightAsCodesAllow)
{
	for (size_t d : {64, 384, 1536})
	{
		for (MetricId id : {MetricId::L2, MetricId::InnerProduct})
		{
			Cluster cluster(d, id, Data::Skewed, d, 20, 1, 1);

			for (const Vector &row : cluster.rows)
			{
				ColdRow code(id, row, cluster.mean);
				double scale = -code.factors.rescale / (id == MetricId::L2 ? 2 : 1);
				Vector q(row);

				for (size_t i = 0; i < q.size(); i++)
				{
					q[i] = static_cast<float>(row[i] - scale * code.point(i));
				}

				Prepared prepared(id, q, cluster.mean);
				double half = rabitq_cold_certain(prepared.query, code.factors);
				float estimate;
				float sigma;

				rabitq_score_cold(prepared.query, code.code.data(), code.factors, &estimate, &sigma);

				double error = fabs(estimate - exact_value(id, row, q));

				EXPECT_LE(error, half);
				EXPECT_GE(error, 0.6 * half);
			}
		}
	}
}

// The estimate is what the formula gives from code, factors and the real query, up to the query's rounding.
TEST_F(RabitqColdTest, ScoresWhatTheCodeSays)
{
	for (size_t d : {64, 100, 384, 1536, 16000})
	{
		for (MetricId id : kCodedMetrics)
		{
			Cluster cluster(d, id, Data::Skewed, d, 8, 1, 1);
			Vector p = difference(cluster.queries[0], cluster.mean);
			Prepared prepared(id, cluster.queries[0], cluster.mean);

			for (const Vector &row : cluster.rows)
			{
				ColdRow code(id, row, cluster.mean);
				double rescale = code.factors.rescale;
				double dot = 0;
				float estimate;
				float sigma;

				for (size_t i = 0; i < p.size(); i++)
				{
					dot += p[i] * code.point(i);
				}

				double wanted = code.factors.add + prepared.query.mean_add + rescale * dot;
				double point = sqrt(code.residual(row, cluster.mean).point2);

				rabitq_score_cold(prepared.query, code.code.data(), code.factors, &estimate, &sigma);
				EXPECT_NEAR(wanted, estimate,
				            fabs(rescale) * point * prepared.query.q8_error + 1e-6 * fabs(wanted));
				EXPECT_FLOAT_EQ(code.factors.err * sqrtf(static_cast<float>(exact_dot(p, p))), sigma);
			}
		}
	}
}

// A row that is the mean is known exactly; one too small for factors has an error as large as itself.
TEST_F(RabitqColdTest, NoResidualNoError)
{
	for (MetricId id : kCodedMetrics)
	{
		Cluster cluster(4, id, Data::Gaussian, 128, 1, 1, 1);
		Prepared prepared(id, cluster.queries[0], cluster.mean);
		ColdRow same(id, cluster.mean, cluster.mean);
		ColdRow tiny(id, Vector(128, 1e-37f), Vector(128));
		double exact = exact_value(id, cluster.mean, cluster.queries[0]);
		float estimate;
		float sigma;

		rabitq_score_cold(prepared.query, same.code.data(), same.factors, &estimate, &sigma);
		EXPECT_NEAR(exact, estimate, 1e-6 * fabs(exact));
		EXPECT_EQ(0, sigma);
		EXPECT_EQ(0, tiny.factors.rescale);
		EXPECT_GE(tiny.factors.err * sqrt(127) * 1.0001, 1e-37 * sqrt(128));
	}
}

TEST_F(RabitqColdTest, TheLongestVectorsStayFinite)
{
	for (size_t d : {64, 16384})
	{
		for (MetricId id : {MetricId::L2, MetricId::InnerProduct})
		{
			Vector even(d, static_cast<float>(sqrt(kRabitqMaxNorm2 / static_cast<double>(d))));
			Vector axis(d);

			axis[5] = static_cast<float>(sqrt(kRabitqMaxNorm2));
			for (const Vector &mean : {even, axis, difference(Vector(d), even)})
			{
				for (const Vector &q : {even, axis, difference(Vector(d), axis)})
				{
					Prepared prepared(id, q, mean);
					ColdRow code(id, difference(Vector(d), even), mean);
					float estimate;
					float sigma;

					rabitq_score_cold(prepared.query, code.code.data(), code.factors, &estimate, &sigma);
					EXPECT_TRUE(isfinite(sigma) &&
					            isfinite(rabitq_cold_certain(prepared.query, code.factors)));
					EXPECT_LE(fabs(exact_value(id, difference(Vector(d), even), q) - estimate),
					          rabitq_cold_certain(prepared.query, code.factors));
				}
			}
		}
	}
}

// Any bytes are safe to score, and what cannot be widens the bounds.
TEST_F(RabitqColdTest, DamageWidensBounds)
{
	Random random = {5};

	for (MetricId id : kCodedMetrics)
	{
		Cluster cluster(5, id, Data::Gaussian, 128, 1, 1, 1);
		Prepared prepared(id, cluster.queries[0], cluster.mean);
		size_t infinite = 0;

		for (size_t i = 0; i < 20000; i++)
		{
			ColdRow code(id, cluster.rows[0], cluster.mean);
			float estimate;
			float sigma;

			for (float *factor : {&code.factors.add, &code.factors.rescale, &code.factors.err})
			{
				*factor = std::bit_cast<float>(static_cast<uint32_t>(random_next(random)));
			}
			rabitq_score_cold(prepared.query, code.code.data(), code.factors, &estimate, &sigma);
			ASSERT_TRUE(isfinite(estimate));
			ASSERT_FALSE(isnan(sigma));
			ASSERT_FALSE(isnan(rabitq_cold_certain(prepared.query, code.factors)));
			infinite += isinf(sigma);
		}
		EXPECT_GT(infinite, 100u);
	}
}

TEST_F(RabitqColdTest, LevelsDoNotShow)
{
	Cluster cluster(7, MetricId::L2, Data::Skewed, 384, 1, 1, 1);
	Vector scores;

	for (Level level : kLevels)
	{
		if (vecsim::kernels::choose(level))
		{
			Prepared prepared(MetricId::L2, cluster.queries[0], cluster.mean);
			ColdRow code(MetricId::L2, cluster.rows[0], cluster.mean);
			float estimate;
			float sigma;

			rabitq_score_cold(prepared.query, code.code.data(), code.factors, &estimate, &sigma);
			scores.push_back(estimate);
			EXPECT_EQ(scores[0], estimate);
		}
	}
}
