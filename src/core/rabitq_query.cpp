// rabitq_query.cpp - making a query ready for one-bit and four-bit codes.
//
// All that codes need of a query is p = q - mean.  For FastScan every four dimensions get the 16 sums that
// their bits may have, in 8 bits with one scale for all; for cold codes p itself is rounded to 8 bits.
#include "core/rabitq.h"
#include "core/rotate.h"
#include "core/rounding.h"
#include "core/sums.h"
#include "kernels/kernels.h"

#include <algorithm>
#include <cmath>

namespace vecsim::core
{

namespace
{

constexpr size_t kChunk = 64;       // dimensions whose steps are on the stack at a time
constexpr size_t kGroup = 4;        // dimensions of a table
constexpr size_t kGroupValues = 16; // of a group's table
constexpr float kMaxTable = 255;
constexpr int kFraction = 128; // steps of a table value in which sums are taken: 255 * 128 < 2^15
constexpr float kMaxQ8 = 127;

} // namespace

static void make_table(const float *p, float most, RabitqQuery *query);
static float widest_group(const float *p, size_t dim);
static void make_q8(const float *p, RabitqQuery *query);

namespace
{

// Where the parts of a query stand in its memory: the table, p in 8 bits, and p itself, which is not needed any
// more at the end.
struct QueryParts
{
	uint8_t *table;
	int8_t *q8;
	float *p;
};

} // namespace

static QueryParts
query_parts(void *memory, size_t dim)
{
	uint8_t *table = static_cast<uint8_t *>(memory);
	int8_t *q8 = reinterpret_cast<int8_t *>(table + rabitq_hot_dim(dim) / kGroup * kGroupValues);

	return {table, q8, reinterpret_cast<float *>(q8 + dim)};
}

size_t
rabitq_query_bytes(size_t dim)
{
	return rabitq_hot_dim(dim) / kGroup * kGroupValues + dim + dim * sizeof(float);
}

void
rabitq_prepare_estimates(const float *q, const float *mean, size_t dim, void *memory, RabitqQuery *query)
{
	QueryParts parts = query_parts(memory, dim);

	*query = {};
	query->metric = MetricId::InnerProduct;
	query->dim = dim;
	query->hot_dim = rabitq_hot_dim(dim);
	for (size_t i = 0; i < query->hot_dim; i++)
	{
		parts.p[i] = q[i] - mean[i];
	}
	query->mean_add = static_cast<float>(-dot_in_double(q, mean, dim));
	query->table = parts.table;
	query->small = true;
	make_table(parts.p, kernels::kSmallTable, query);
}

// See rabitq.h.
void
rabitq_prepare(MetricId metric, const float *q, const float *mean, size_t dim, void *memory,
               RabitqQuery *query)
{
	QueryParts parts = query_parts(memory, dim);
	float *p = parts.p;

	for (size_t i = 0; i < dim; i++)
	{
		p[i] = q[i] - mean[i];
	}

	double norm2 = dot_in_double(p, p, dim);
	double value = metric == MetricId::L2 ? norm2 : -dot_in_double(q, mean, dim);

	*query = {};
	query->metric = metric;
	query->dim = dim;
	query->hot_dim = rabitq_hot_dim(dim);
	query->norm = std::sqrt(dot_in_double(q, q, dim));
	query->mean_norm = std::sqrt(dot_in_double(mean, mean, dim));
	query->rounding = rotation_rounding(dim) + float_rounding(dim);
	query->mean_add = static_cast<float>(value);
	query->mean_err = round_up(std::sqrt(norm2));
	query->table = parts.table;
	query->q8 = parts.q8;
	make_table(p, kMaxTable, query);
	make_q8(p, query);
}

// The table, of values up to `most`, delta and offset.  A table value is a sum over the group's set bits less
// the smallest such sum, which is the sum of the negative ones.  So for <y, p>, y_i = bit_i - 1/2, what remains
// is to add the sums of the negative ones and take away half of all: - 1/2 sum |p_i|.
static void
make_table(const float *p, float most, RabitqQuery *query)
{
	const kernels::Kernels &kernels = kernels::active();
	double sizes =
		sum_in_double(query->hot_dim, [=](size_t i) { return std::fabs(static_cast<double>(p[i])); });
	float delta = widest_group(p, query->hot_dim) / most;
	float factor = delta >= FLT_MIN * kFraction ? kFraction / delta : 0;
	int16_t steps[kChunk];

	query->offset = static_cast<float>(-sizes / 2);
	query->delta = factor > 0 ? delta : 0;
	for (size_t at = 0; at < query->hot_dim; at += kChunk)
	{
		for (size_t i = 0; i < kChunk; i++)
		{
			steps[i] = static_cast<int16_t>(nearest_integer(p[at + i] * factor));
		}
		kernels.fastscan_table(steps, kChunk, query->table + at / kGroup * kGroupValues);
	}
}

// The largest sum of |p_i| over a group.
static float
widest_group(const float *p, size_t dim)
{
	float widest = 0;

	for (size_t i = 0; i < dim; i += kGroup)
	{
		float sum = (std::fabs(p[i]) + std::fabs(p[i + 1])) + (std::fabs(p[i + 2]) + std::fabs(p[i + 3]));

		widest = widest < sum ? sum : widest;
	}
	return widest;
}

// p rounded to 8 bits, and what rounding lost.
static void
make_q8(const float *p, RabitqQuery *query)
{
	size_t dim = query->dim;
	int8_t *q8 = query->q8;
	float scale = largest_component(p, dim) / kMaxQ8;
	float factor = scale >= FLT_MIN ? 1 / scale : 0;
	int32_t sum = 0;

	for (size_t i = 0; i < dim; i++)
	{
		q8[i] = static_cast<int8_t>(nearest_integer(p[i] * factor));
	}
	for (size_t i = 0; i < dim; i++)
	{
		sum += q8[i];
	}

	double wide_scale = static_cast<double>(scale);

	query->q8_scale = wide_scale;
	query->q8_sum = sum;
	query->q8_error = std::sqrt(sum_in_double(dim,
	                                          [=](size_t i)
	                                          {
		double error = static_cast<double>(p[i]) - wide_scale * q8[i];

		return error * error;
	}));
}

} // namespace vecsim::core
