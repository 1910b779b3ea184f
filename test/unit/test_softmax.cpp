// test_softmax.cpp - sums of exponentials against long double, in any order and from any parts; edges of the curves.
#include "core_fixture.h"

#include <float.h>

#include <algorithm>

#include "core/softmax.h"

using namespace core_fixture;

namespace
{

// A running attention over values of one kind.
struct Mean
{
	SoftmaxSum total = kSoftmaxEmpty;
	std::vector<double> sums;

	explicit Mean(size_t d) : sums(d, 0.0)
	{
	}

	void
	add(double score, const Vector &value)
	{
		double factor;
		double weight = softmax_add(&total, softmax_exponent(score), &factor);

		softmax_accumulate(sums.data(), value.data(), value.size(), weight, factor);
	}

	void
	merge(const Mean &other)
	{
		softmax_merge(&total, sums.data(), other.total, other.sums.data(), sums.size());
	}

	double
	operator[](size_t i) const
	{
		return sums[i] / total.sum;
	}
};

// The textbook's formula.
std::vector<long double>
exact_mean(const std::vector<double> &scores, const std::vector<Vector> &values)
{
	long double top = *std::max_element(scores.begin(), scores.end());
	long double sum = 0;
	std::vector<long double> mean(values[0].size(), 0);

	for (size_t row = 0; row < scores.size(); row++)
	{
		long double weight = expl(static_cast<long double>(scores[row]) - top);

		sum += weight;
		for (size_t i = 0; i < mean.size(); i++)
		{
			mean[i] += weight * static_cast<long double>(values[row][i]);
		}
	}
	for (long double &each : mean)
	{
		each /= sum;
	}
	return mean;
}

class SoftmaxTest : public Core
{
  protected:
	static constexpr size_t kRows = 500;
	static constexpr size_t kDim = 7;

	// Rows with scores of about a size.
	void
	make(double size)
	{
		Random random = {5};

		for (size_t row = 0; row < kRows; row++)
		{
			scores.push_back(static_cast<double>(gaussian_vector(random, 1, 1.0f)[0]) * size);
			values.push_back(gaussian_vector(random, kDim, 1.0f));
		}
	}

	Mean
	mean_of(size_t first, size_t end) const
	{
		Mean mean(kDim);

		for (size_t row = first; row < end; row++)
		{
			mean.add(scores[row], values[row]);
		}
		return mean;
	}

	void
	expect_exact(const Mean &mean) const
	{
		std::vector<long double> exact = exact_mean(scores, values);

		for (size_t i = 0; i < kDim; i++)
		{
			EXPECT_NEAR(static_cast<double>(exact[i]), mean[i], 1e-11);
		}
	}

	std::vector<double> scores;
	std::vector<Vector> values;
};

} // namespace

TEST_F(SoftmaxTest, MeanIsTheTextbooks)
{
	for (double size : {0.0, 1e-3, 1.0, 30.0, 1e4})
	{
		scores.clear();
		values.clear();
		make(size);
		expect_exact(mean_of(0, kRows));
	}
}

TEST_F(SoftmaxTest, AnySplitGivesTheSame)
{
	make(100);
	for (size_t cut : {size_t(0), size_t(1), kRows / 3, kRows - 1, kRows})
	{
		Mean left = mean_of(0, cut);

		left.merge(mean_of(cut, kRows));
		expect_exact(left);

		Mean right = mean_of(cut, kRows);

		right.merge(mean_of(0, cut));
		expect_exact(right);
	}
}

TEST_F(SoftmaxTest, AnyOrderGivesTheSame)
{
	make(100);
	std::sort(scores.begin(), scores.end()); // each row moves the top
	expect_exact(mean_of(0, kRows));
	std::reverse(scores.begin(), scores.end());
	expect_exact(mean_of(0, kRows));
}

TEST_F(SoftmaxTest, MovingTheTopRoundsNothing)
{
	Mean mean(1);
	double factor;

	mean.add(0.3, {0.7f});

	double before = mean[0];

	softmax_add(&mean.total, 900.0, &factor);
	EXPECT_EQ(0x1p-899, factor); // from the top of 0.3 / ln 2, which is 1
	EXPECT_EQ(before, 0.7f);
	EXPECT_EQ(900.0, mean.total.top);
	EXPECT_EQ(1.0, mean.total.sum); // 2^-900 is beyond rounding
	softmax_add(&mean.total, 5000.0, &factor);
	EXPECT_EQ(0.0, factor);
}

TEST_F(SoftmaxTest, FarScoresNeitherOverflowNorVanish)
{
	for (double far : {1e4, 1e8, 1e15, 1e300})
	{
		for (double sign : {1.0, -1.0})
		{
			Mean mean(1);

			mean.add(far * sign, {2.0f});
			mean.add(far * sign, {4.0f});
			EXPECT_EQ(3.0, mean[0]) << far * sign;
			mean.add(-far * sign, {100.0f});
			EXPECT_EQ(sign > 0 ? 3.0 : 100.0, mean[0]) << far * sign;
		}
	}
}

TEST_F(SoftmaxTest, MergingNothingChangesNothing)
{
	make(1);

	Mean mean = mean_of(0, kRows);
	Mean same = mean;
	Mean nothing(kDim);

	same.merge(nothing);
	nothing.merge(mean);
	for (size_t i = 0; i < kDim; i++)
	{
		EXPECT_EQ(mean.sums[i], same.sums[i]);
		EXPECT_EQ(mean.sums[i], nothing.sums[i]);
	}
	EXPECT_EQ(mean.total.sum, same.total.sum);
	EXPECT_EQ(mean.total.sum, nothing.total.sum);
}

TEST_F(SoftmaxTest, SharesAddUpToOne)
{
	make(10);

	Mean mean = mean_of(0, kRows);
	double sum = 0;

	for (double score : scores)
	{
		double share = softmax_share(mean.total, softmax_exponent(score));

		EXPECT_GE(share, 0.0);
		EXPECT_LE(share, 1.0);
		sum += share;
	}
	EXPECT_NEAR(1.0, sum, 1e-13);
}

TEST_F(SoftmaxTest, ScoresAreSummedInDouble)
{
	Vector query = {1e4f, 1.0f, -1e4f};
	Vector key = {1e4f, 1.0f, 1e4f};

	EXPECT_EQ(softmax_exponent(1.0), attention_exponent(query.data(), key.data(), 3, 1.0));
	EXPECT_EQ(softmax_exponent(-0.5), attention_exponent(query.data(), key.data(), 3, -0.5));
}

TEST_F(SoftmaxTest, SoftmaxAtItsEdges)
{
	Vector x = {-FLT_MAX, 0.0f, FLT_MAX};
	Vector out(3);

	for (double temperature : {DBL_TRUE_MIN, 1.0, DBL_MAX})
	{
		softmax(x.data(), 3, temperature, out.data());
		for (size_t i = 0; i < 3; i++)
		{
			EXPECT_EQ(temperature == DBL_MAX ? 1.0f / 3 : static_cast<float>(i == 2), out[i]) << temperature;
		}
	}
	softmax(x.data(), 1, 1.0, out.data());
	EXPECT_EQ(1.0f, out[0]);
}

TEST_F(SoftmaxTest, SigmoidAtItsEdges)
{
	Vector x = {-FLT_MAX, -100.0f, 0.0f, FLT_TRUE_MIN, 100.0f, FLT_MAX};
	Vector out(x.size());

	sigmoid(x.data(), x.size(), out.data());
	EXPECT_EQ((Vector{0.0f, static_cast<float>(exp(-100.0)), 0.5f, 0.5f, 1.0f, 1.0f}), out);
}
