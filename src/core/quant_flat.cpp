// quant_flat.cpp - the quantiser that codes nothing: float32 values, scored with the operator's own result.
//
// An entry is the d values and their squared norm.  A payload is `height` rows of d float32 (row stride 4 d
// bytes), then `height` squared norms, then padding to 32 bytes.  The norm is the kernel's own sum, so that
// the cosine has the operator's bits from one dot product a row.  Only the zero vector has a stored norm of
// zero, and so has a slot that was never filled: neither is worth a second look.
#include "core/quant.h"

#include "kernels/kernels.h"

#include <cfloat>
#include <cmath>
#include <limits>
#include <string.h>

namespace vecsim::core
{

namespace
{

// Rows a kernel call; sums of that many live on the stack.
constexpr size_t kChunk = 32;

// A prepared query; its d values follow at kQueryHeader bytes.
struct FlatQuery
{
	const Metric *metric;
	size_t dim;
	float norm2;
};

constexpr size_t kQueryHeader = 64;

static_assert(sizeof(FlatQuery) <= kQueryHeader);

} // namespace

static size_t flat_entry_bytes(size_t dim);
static size_t flat_payload_bytes(size_t dim, size_t height);
static bool flat_encode(const Metric &metric, const float *v, size_t dim, void *entry);
static void flat_store(const void *entry, size_t dim, size_t height, size_t slot, void *payload);
static size_t flat_query_bytes(size_t dim);
static bool flat_prepare(const Metric &metric, const float *q, size_t dim, Bounds bounds, void *query);
static void flat_score(const void *query, size_t height, const void *payload, size_t stride, size_t nblocks,
                       double *lower, double *upper);
static float flat_norm2(const float *v, size_t dim);
static void flat_score_rows(const FlatQuery &query, const float *q, const float *rows, const float *norm2,
                            size_t n, double *distance);
static double flat_distance(const FlatQuery &query, const float *q, const float *row, float norm2, float sum);

extern const Quantizer kQuantizerFlat;

const Quantizer kQuantizerFlat = {
	.id = QuantizerId::Flat,
	.name = "flat",
	.exact = true,
	.entry_bytes = flat_entry_bytes,
	.payload_bytes = flat_payload_bytes,
	.encode = flat_encode,
	.store = flat_store,
	.query_bytes = flat_query_bytes,
	.prepare = flat_prepare,
	.score = flat_score,
};

static size_t
flat_entry_bytes(size_t dim)
{
	return (dim + 1) * sizeof(float);
}

static size_t
flat_payload_bytes(size_t dim, size_t height)
{
	return (height * flat_entry_bytes(dim) + 31) / 32 * 32;
}

// See quant.h.  The entry is written even where the answer is false.
static bool
flat_encode(const Metric &metric, const float *v, size_t dim, void *entry)
{
	char *bytes = static_cast<char *>(entry);
	float norm2 = flat_norm2(v, dim);

	memcpy(bytes, v, dim * sizeof(float));
	memcpy(bytes + dim * sizeof(float), &norm2, sizeof(norm2));
	return can_rank(metric, static_cast<double>(norm2));
}

static void
flat_store(const void *entry, size_t dim, size_t height, size_t slot, void *payload)
{
	const char *from = static_cast<const char *>(entry);
	char *to = static_cast<char *>(payload);
	size_t row = dim * sizeof(float);

	memcpy(to + slot * row, from, row);
	memcpy(to + height * row + slot * sizeof(float), from + row, sizeof(float));
}

static size_t
flat_query_bytes(size_t dim)
{
	return kQueryHeader + dim * sizeof(float);
}

// See quant.h.  The bounds are the distance itself, whichever kind is asked for.
static bool
flat_prepare(const Metric &metric, const float *q, size_t dim, Bounds /*bounds*/, void *query)
{
	FlatQuery prepared = {&metric, dim, flat_norm2(q, dim)};

	memcpy(query, &prepared, sizeof(prepared));
	memcpy(static_cast<char *>(query) + kQueryHeader, q, dim * sizeof(float));
	return can_rank(metric, static_cast<double>(prepared.norm2));
}

// The float kernel's squared norm of v; where that underflowed to zero and v is not zero, the smallest float
// instead.
static float
flat_norm2(const float *v, size_t dim)
{
	float norm2 = kernels::active().norm2_f32(v, dim);

	if (norm2 == 0 && norm_in_double(v, dim) > 0)
	{
		return std::numeric_limits<float>::denorm_min();
	}
	return norm2;
}

static void
flat_score(const void *query, size_t height, const void *payload, size_t stride, size_t nblocks,
           double *lower, double *upper)
{
	const FlatQuery &prepared = *static_cast<const FlatQuery *>(query);
	const float *q = reinterpret_cast<const float *>(static_cast<const char *>(query) + kQueryHeader);
	constexpr double kInfinity = std::numeric_limits<double>::infinity();

	for (size_t block = 0; block < nblocks; block++)
	{
		const char *bytes = static_cast<const char *>(payload) + block * stride;
		const float *rows = reinterpret_cast<const float *>(bytes);
		const float *norm2 = rows + height * prepared.dim;

		for (size_t first = 0; first < height; first += kChunk)
		{
			size_t n = height - first < kChunk ? height - first : kChunk;

			flat_score_rows(prepared, q, rows + first * prepared.dim, norm2 + first, n, lower + first);
		}
		for (size_t i = 0; i < height; i++)
		{
			double distance = lower[i];

			lower[i] = distance == distance ? distance : -kInfinity;
			upper[i] = distance == distance ? distance : kInfinity;
		}
		lower += height;
		upper += height;
	}
}

// The operator's distances of n <= kChunk neighbouring rows; NaN where damaged bytes give none.
static void
flat_score_rows(const FlatQuery &query, const float *q, const float *rows, const float *norm2, size_t n,
                double *distance)
{
	const kernels::Kernels &kernels = kernels::active();
	size_t dim = query.dim;
	float sums[kChunk];

	if (query.metric->id == MetricId::L2)
	{
		kernels.l2sq_f32_rows(q, rows, dim * sizeof(float), n, dim, sums);
	}
	else
	{
		kernels.dot_f32_rows(q, rows, dim * sizeof(float), n, dim, sums);
	}
	for (size_t i = 0; i < n; i++)
	{
		distance[i] = flat_distance(query, q, rows + i * dim, norm2[i], sums[i]);
	}
}

// The operator's distance from the kernel's sum, or from the operator's function where the sum is not
// precise.
static double
flat_distance(const FlatQuery &query, const float *q, const float *row, float norm2, float sum)
{
	switch (query.metric->id)
	{
		case MetricId::L2:
			if (sum_is_precise(sum))
			{
				return std::sqrt(static_cast<double>(sum));
			}
			break;
		case MetricId::InnerProduct:
			if (norm2 == 0 || sum_is_precise(sum))
			{
				return -static_cast<double>(sum);
			}
			break;
		case MetricId::Cosine:
			if (norm2 == 0 ||
			    (sum_is_precise(query.norm2) && sum_is_precise(norm2) && std::fabs(sum) <= FLT_MAX))
			{
				return 1 - cosine_from_sums(static_cast<double>(sum), static_cast<double>(query.norm2),
				                            static_cast<double>(norm2));
			}
			break;
		case MetricId::L1:
			break;
	}
	return query.metric->distance(q, row, query.dim);
}

} // namespace vecsim::core
