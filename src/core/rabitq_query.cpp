// rabitq_query.cpp - making a query ready for one-bit and four-bit codes.
//
// All that codes need of a query is p = q - mean.  For FastScan every four dimensions get the 16 sums that
// their bits may have, in 8 bits with one scale for all; for cold codes p itself is rounded to 8 bits.
#include "core/rabitq.h"
#include "core/rounding.h"
#include "core/sums.h"

#include <algorithm>
#include <cmath>

namespace vecsim::core
{

namespace
{

constexpr size_t kGroup = 4;        // dimensions
constexpr size_t kGroupValues = 16; // of a group's table
constexpr float kMaxTable = 255;
constexpr unsigned kFractionBits =
	7; // of the fixed-point numbers that table values are summed in: 255 * 2^7 < 2^15
constexpr float kMaxQ8 = 127;

// All bits where bit k of v is set.
constexpr uint16_t kBit[kGroup][kGroupValues] = {
	{0, 0xFFFF, 0, 0xFFFF, 0, 0xFFFF, 0, 0xFFFF, 0, 0xFFFF, 0, 0xFFFF, 0, 0xFFFF, 0, 0xFFFF},
	{0, 0, 0xFFFF, 0xFFFF, 0, 0, 0xFFFF, 0xFFFF, 0, 0, 0xFFFF, 0xFFFF, 0, 0, 0xFFFF, 0xFFFF},
	{0, 0, 0, 0, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, 0, 0, 0, 0, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF},
	{0, 0, 0, 0, 0, 0, 0, 0, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF},
};

} // namespace

static void make_table(const float *q, const float *mean, RabitqQuery *query);
static float widest_group(const float *q, const float *mean, size_t dim);
static inline void group_values(const float *q, const float *mean, float factor, uint8_t *values);
static void make_q8(const float *q, const float *mean, RabitqQuery *query);

size_t
rabitq_query_bytes(size_t dim)
{
	return dim / kGroup * kGroupValues + dim;
}

void
rabitq_prepare(MetricId metric, const float *q, const float *mean, size_t dim, void *memory,
               RabitqQuery *query)
{
	auto q_at = [=](size_t i) { return static_cast<double>(q[i]); };
	auto mean_at = [=](size_t i) { return static_cast<double>(mean[i]); };
	auto centred = [=](size_t i) { return static_cast<double>(q[i] - mean[i]); };
	double norm2 = sum_in_double(dim, [=](size_t i) { return centred(i) * centred(i); });
	double value = norm2;

	if (metric != MetricId::L2)
	{
		value = -sum_in_double(dim, [=](size_t i) { return q_at(i) * mean_at(i); });
	}
	query->metric = metric;
	query->dim = dim;
	query->norm = std::sqrt(sum_in_double(dim, [=](size_t i) { return q_at(i) * q_at(i); }));
	query->mean_norm = std::sqrt(sum_in_double(dim, [=](size_t i) { return mean_at(i) * mean_at(i); }));
	query->mean_add = static_cast<float>(value);
	query->mean_err = round_up(std::sqrt(norm2));
	query->table = static_cast<uint8_t *>(memory);
	query->q8 = reinterpret_cast<int8_t *>(query->table + dim / kGroup * kGroupValues);
	make_table(q, mean, query);
	make_q8(q, mean, query);
}

// The table, delta and offset.  A table value is a sum over the group's set bits less the smallest such
// sum, which is the sum of the negative ones.  So for <y, p>, y_i = bit_i - 1/2, what remains is to add the
// sums of the negative ones and take away half of all: - 1/2 sum |p_i|.
static void
make_table(const float *q, const float *mean, RabitqQuery *query)
{
	double sizes =
		sum_in_double(query->dim, [=](size_t i) { return std::fabs(static_cast<double>(q[i] - mean[i])); });
	float widest = widest_group(q, mean, query->dim);
	float delta = widest / kMaxTable;
	float factor = delta >= FLT_MIN * (1 << kFractionBits) ? (1 << kFractionBits) / delta : 0;

	query->offset = static_cast<float>(-sizes / 2);
	query->delta = factor > 0 ? delta : 0;
	for (size_t i = 0; i < query->dim; i += kGroup)
	{
		group_values(q + i, mean + i, factor, query->table + i / kGroup * kGroupValues);
	}
}

// The largest sum of |p_i| over a group.
static float
widest_group(const float *q, const float *mean, size_t dim)
{
	float widest = 0;

	for (size_t i = 0; i < dim; i += kGroup)
	{
		float sum = 0;

		for (size_t k = 0; k < kGroup; k++)
		{
			sum += std::fabs(q[i + k] - mean[i + k]);
		}
		widest = std::max(widest, sum);
	}
	return widest;
}

// The 16 values of a group, summed in fixed point: the smallest is 0 and the largest at most 255, rounding
// included.
static inline void
group_values(const float *q, const float *mean, float factor, uint8_t *values)
{
	uint16_t steps[kGroup];
	uint16_t start = 1 << (kFractionBits - 1);

	for (size_t k = 0; k < kGroup; k++)
	{
		int step = nearest_integer((q[k] - mean[k]) * factor);

		steps[k] = static_cast<uint16_t>(step);
		start = static_cast<uint16_t>(start + (step < 0 ? -step : 0));
	}
	for (size_t v = 0; v < kGroupValues; v++)
	{
		uint16_t sum = static_cast<uint16_t>(start + (kBit[0][v] & steps[0]) + (kBit[1][v] & steps[1]) +
		                                     (kBit[2][v] & steps[2]) + (kBit[3][v] & steps[3]));

		values[v] = static_cast<uint8_t>(sum >> kFractionBits);
	}
}

// p rounded to 8 bits, and what rounding lost.
static void
make_q8(const float *q, const float *mean, RabitqQuery *query)
{
	size_t dim = query->dim;
	int8_t *q8 = query->q8;
	float largest = 0;
	int32_t sum = 0;

	for (size_t i = 0; i < dim; i++)
	{
		largest = std::max(largest, std::fabs(q[i] - mean[i]));
	}

	float scale = largest / kMaxQ8;
	float factor = scale >= FLT_MIN ? 1 / scale : 0;

	for (size_t i = 0; i < dim; i++)
	{
		q8[i] = static_cast<int8_t>(nearest_integer((q[i] - mean[i]) * factor));
		sum += q8[i];
	}

	double wide_scale = static_cast<double>(scale);
	auto error = [=](size_t i) { return static_cast<double>(q[i] - mean[i]) - wide_scale * q8[i]; };

	query->q8_scale = wide_scale;
	query->q8_sum = sum;
	query->q8_error1 = sum_in_double(dim, [=](size_t i) { return std::fabs(error(i)); });
	query->q8_error2 = std::sqrt(sum_in_double(dim, [=](size_t i) { return error(i) * error(i); }));
}

} // namespace vecsim::core
