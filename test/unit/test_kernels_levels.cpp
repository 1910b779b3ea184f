// test_kernels_levels.cpp - every kernel of every level that this CPU runs has the bits of scalar, wherever
// its arrays start and whatever they hold, and reads nothing outside of them.
#include <stddef.h>
#include <stdint.h>

#include <vector>

#include <gtest/gtest.h>

#include "kernels/kernels_tables.h"
#include "kernels_fixture.h"

namespace
{

using namespace kernels_fixture;

INSTANTIATE_TEST_SUITE_P(Levels, KernelsLevel, testing::ValuesIn(kLevels), level_name);

// Every one-to-one float kernel of a level against scalar, on one pair of arrays.
void
expect_pairs_equal_scalar(const Kernels &kernels, const float *a, const float *b, size_t d)
{
	DotNorms got = kernels.dot_norms_f32(a, b, d);

	for (const PairSlots &slots : kPairSlots)
	{
		ASSERT_TRUE(same_bits((kernels.*slots.pair)(a, b, d), (scalar().*slots.pair)(a, b, d))) << slots.name;
	}
	ASSERT_TRUE(same_bits(kernels.norm2_f32(a, d), scalar().norm2_f32(a, d)));
	ASSERT_TRUE(same_bits(got.dot, scalar().dot_f32(a, b, d)));
	ASSERT_TRUE(same_bits(got.aa, scalar().norm2_f32(a, d)));
	ASSERT_TRUE(same_bits(got.bb, scalar().norm2_f32(b, d)));
}

TEST_P(KernelsLevel, PairsEqualScalar)
{
	Random random = {4};

	for (Values values : kAllValues)
	{
		for (size_t d : lengths())
		{
			for (size_t offset : {0, 1, 2, 3, 4, 8, 12})
			{
				SCOPED_TRACE(testing::Message()
				             << "values " << int(values) << " d=" << d << " offset=" << offset);
				Array<float> a = make_rows(random, values, 1, d, d * sizeof(float), offset);
				Array<float> b = make_rows(random, values, 1, d, d * sizeof(float), (5 * offset) % 16);

				expect_pairs_equal_scalar(kernels(), a.data(), b.data(), d);
				if (HasFatalFailure())
				{
					return;
				}
			}
		}
	}
}

// Every _rows kernel against the one-to-one kernel, n from none to more than two steps of any level.
void
expect_rows_equal_pairs(const Kernels &kernels, const float *q, const float *rows, size_t stride, size_t d)
{
	for (size_t n = 0; n <= 9; n++)
	{
		std::vector<float> out(n + 1);

		for (const PairSlots &slots : kPairSlots)
		{
			out[n] = 12345;
			(kernels.*slots.rows)(q, rows, stride, n, d, out.data());
			for (size_t i = 0; i < n; i++)
			{
				ASSERT_TRUE(same_bits(out[i], (scalar().*slots.pair)(q, row_at(rows, stride, i), d)))
					<< slots.name << " row " << i << " of " << n;
			}
			ASSERT_EQ(out[n], 12345) << slots.name << " wrote beyond " << n << " rows";
		}
		kernels.norm2_f32_rows(rows, stride, n, d, out.data());
		for (size_t i = 0; i < n; i++)
		{
			ASSERT_TRUE(same_bits(out[i], scalar().norm2_f32(row_at(rows, stride, i), d)))
				<< "norm2 row " << i;
		}
		ASSERT_EQ(out[n], 12345) << "norm2 wrote beyond " << n << " rows";
	}
}

TEST_P(KernelsLevel, RowsEqualPairs)
{
	Random random = {5};

	for (Values values : {Values::Uniform, Values::Mixed})
	{
		for (size_t d : lengths())
		{
			for (size_t padding : {0, 1, 4, 52})
			{
				SCOPED_TRACE(testing::Message()
				             << "values " << int(values) << " d=" << d << " padding=" << padding);
				size_t stride = d * sizeof(float) + padding;
				Array<float> q = make_rows(random, values, 1, d, d * sizeof(float), padding % 8);
				Array<float> rows = make_rows(random, values, 9, d, stride, padding % 3);

				expect_rows_equal_pairs(kernels(), q.data(), rows.data(), stride, d);
				if (HasFatalFailure())
				{
					return;
				}
			}
		}
	}
}

TEST_P(KernelsLevel, RowsMayBeTheSameRow)
{
	Random random = {6};
	Array<float> q = make_rows(random, Values::Uniform, 1, 100, 400, 0);
	Array<float> row = make_rows(random, Values::Uniform, 1, 100, 400, 0);

	expect_rows_equal_pairs(kernels(), q.data(), row.data(), 0, 100);
}

TEST_P(KernelsLevel, TileEqualsPairs)
{
	Random random = {7};

	for (size_t d : lengths())
	{
		for (size_t padding : {0, 1, 4, 52})
		{
			size_t stride = d * sizeof(float) + padding;
			size_t query_stride = d * sizeof(float) + 2 * padding;
			Array<float> queries = make_rows(random, Values::Mixed, 4, d, query_stride, padding % 8);
			Array<float> rows = make_rows(random, Values::Mixed, 7, d, stride, padding % 3);

			for (size_t n = 0; n <= 7; n++)
			{
				std::vector<float> out(4 * n + 1, 12345);

				kernels().dot_f32_tile(queries.data(), query_stride, rows.data(), stride, n, d, out.data());
				for (size_t i = 0; i < 4 * n; i++)
				{
					const float *q = row_at(queries.data(), query_stride, i / n);

					ASSERT_TRUE(same_bits(out[i], scalar().dot_f32(q, row_at(rows.data(), stride, i % n), d)))
						<< "d=" << d << " n=" << n << " query " << i / n << " row " << i % n;
				}
				ASSERT_EQ(out[4 * n], 12345) << "wrote beyond 4 x " << n;
			}
		}
	}
}

TEST_P(KernelsLevel, Int8EqualsScalar)
{
	Random random = {8};

	for (size_t d : lengths())
	{
		for (size_t offset : {0, 1, 2, 3})
		{
			size_t stride = d + 7 * offset;
			Array<int16_t> q = make_int16_query(random, d, offset);
			Array<int8_t> codes = make_codes(random, 9 * stride + d, offset);

			for (size_t n = 0; n <= 9; n++)
			{
				std::vector<int32_t> out(n + 1, 12345);

				kernels().dot_i8_rows(q.data(), codes.data(), stride, n, d, out.data());
				for (size_t i = 0; i < n; i++)
				{
					const int8_t *code = row_at(codes.data(), stride, i);
					int32_t wanted = scalar().dot_i8(q.data(), code, d);

					ASSERT_EQ(out[i], wanted) << "d=" << d << " row " << i << " of " << n;
					ASSERT_EQ(kernels().dot_i8(q.data(), code, d), wanted) << "d=" << d << " row " << i;
				}
				ASSERT_EQ(out[n], 12345) << "wrote beyond " << n << " rows";
			}
		}
	}
}

TEST_P(KernelsLevel, FloatKernelsReadNothingOutside)
{
	Guarded left;
	Guarded right;

	for (size_t d : lengths())
	{
		size_t bytes = d * sizeof(float);

		for (bool at_end : {false, true})
		{
			const float *a = left.array<float>(bytes, at_end);
			const float *b = right.array<float>(bytes, at_end);
			DotNorms norms = kernels().dot_norms_f32(a, b, d);

			for (const PairSlots &slots : kPairSlots)
			{
				EXPECT_EQ((kernels().*slots.pair)(a, b, d), 0);
			}
			EXPECT_EQ(kernels().norm2_f32(a, d), 0);
			EXPECT_EQ(norms.dot + norms.aa + norms.bb, 0);
			for (size_t n = 1; n <= 9; n++)
			{
				const float *rows = right.array<float>(n * bytes, at_end);
				const float *queries = left.array<float>(4 * bytes, at_end);
				std::vector<float> out(4 * n, 1.0f);

				for (const PairSlots &slots : kPairSlots)
				{
					(kernels().*slots.rows)(a, rows, bytes, n, d, out.data());
				}
				kernels().norm2_f32_rows(rows, bytes, n, d, out.data());
				kernels().dot_f32_tile(queries, bytes, rows, bytes, n, d, out.data());
				EXPECT_EQ(out, std::vector<float>(4 * n, 0.0f)) << "d=" << d;
			}
		}
	}
}

TEST_P(KernelsLevel, Int8KernelsReadNothingOutside)
{
	Guarded left;
	Guarded right;

	for (size_t d : lengths())
	{
		for (bool at_end : {false, true})
		{
			const int16_t *q = left.array<int16_t>(d * sizeof(int16_t), at_end);

			EXPECT_EQ(kernels().dot_i8(q, right.array<int8_t>(d, at_end), d), 0);
			for (size_t n = 1; n <= 9; n++)
			{
				std::vector<int32_t> out(n, 1);

				kernels().dot_i8_rows(q, right.array<int8_t>(n * d, at_end), d, n, d, out.data());
				EXPECT_EQ(out, std::vector<int32_t>(n, 0)) << "d=" << d;
			}
		}
	}
}

TEST_P(KernelsLevel, TableIsFullAndNamed)
{
	EXPECT_EQ(kernels().level, GetParam());
	EXPECT_STREQ(kernels().name, kLevelNames[static_cast<size_t>(GetParam())]);
	for (const PairSlots &slots : kPairSlots)
	{
		EXPECT_NE(kernels().*slots.pair, nullptr);
		EXPECT_NE(kernels().*slots.rows, nullptr);
	}
	EXPECT_NE(kernels().norm2_f32, nullptr);
	EXPECT_NE(kernels().dot_norms_f32, nullptr);
	EXPECT_NE(kernels().norm2_f32_rows, nullptr);
	EXPECT_NE(kernels().dot_f32_tile, nullptr);
	EXPECT_NE(kernels().dot_f16, nullptr);
	EXPECT_NE(kernels().l2sq_f16, nullptr);
	EXPECT_NE(kernels().l1_f16, nullptr);
	EXPECT_NE(kernels().dot_norms_f16, nullptr);
	EXPECT_NE(kernels().f16_to_f32, nullptr);
	EXPECT_NE(kernels().f32_to_f16, nullptr);
	EXPECT_NE(kernels().dot_i8, nullptr);
	EXPECT_NE(kernels().dot_i8_rows, nullptr);
	EXPECT_NE(kernels().fastscan_bounds, nullptr);
	EXPECT_NE(kernels().dot_u4, nullptr);
	EXPECT_NE(kernels().hamming, nullptr);
	EXPECT_NE(kernels().overlap, nullptr);
	EXPECT_NE(kernels().sign_bits_f32, nullptr);
	EXPECT_NE(kernels().fastscan_table, nullptr);
	EXPECT_NE(kernels().residual_sums_f32, nullptr);
	EXPECT_NE(kernels().fht_f32, nullptr);
	EXPECT_NE(kernels().flip_signs_f32, nullptr);
	EXPECT_NE(kernels().scale_f32, nullptr);
	EXPECT_NE(kernels().kac_f32, nullptr);
	EXPECT_EQ(table(GetParam()), table(GetParam())) << "one table a level, for good";
}

} // namespace
