// quant_fixture.h - what the tests of the quantisers share: blocks of coded rows, and vectors that stress codes.
#ifndef VECSIM_TEST_QUANT_FIXTURE_H
#define VECSIM_TEST_QUANT_FIXTURE_H

#include "core/quant.h"
#include "core_fixture.h"

#include <string.h>

namespace core_fixture
{

constexpr MetricId kMetricIds[] = {MetricId::L2, MetricId::InnerProduct, MetricId::Cosine};

inline const Quantizer &
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
inline std::vector<Vector>
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
inline std::vector<Vector>
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

} // namespace core_fixture

#endif
