// quant_rabitq.cpp - the quantiser of two levels: one bit a dimension in the lists (of 896 at most), four bits a
// dimension by row.
//
// An entry of a list is the bits of the residual to the list's centre and three factors (rabitq.h).  A
// payload is a block of 32 entries: their bits in FastScan's layout, then an array of each factor.  A row is
// its 4-bit code and factors.
#include "core/quant.h"
#include "core/rabitq.h"
#include "core/rotate.h"

#include <cmath>
#include <limits>
#include <string.h>

namespace vecsim::core
{

namespace
{

constexpr size_t kHeight = 32;
constexpr uint32_t kEntriesARow = 2;
constexpr size_t kQueryHeader = 192;

// Widths of the bounds of sketches.  An inner product of sketches of m floats errs by 1 / sqrt(m) of the lengths
// (count_sketch.h), a cold code of them by 0.107 of that.
constexpr float kSketchedSigmas = 2;
constexpr float kSketchedWideSigmas = 3;
constexpr float kSketchedCold = 9.4f; // the error of both, in errors of the code alone

// A prepared query; rabitq's own memory follows at kQueryHeader bytes.
struct Query
{
	RabitqQuery rabitq;
	bool certain;
	float hot_sigmas;
	float cold_sigmas;
};

static_assert(sizeof(Query) <= kQueryHeader);

// The parts of a block's payload.
struct Payload
{
	uint8_t *codes;
	float *add;
	uint16_t *rescale;
	uint16_t *err;
};

} // namespace

static size_t
hot_dim(size_t dim)
{
	return rabitq_hot_dim(rotated_dim(dim));
}

static size_t
code_bytes(size_t dim)
{
	return hot_dim(dim) / 8;
}

static size_t
rabitq_entry_bytes(size_t dim)
{
	return code_bytes(dim) + sizeof(HotFactors);
}

static size_t
rabitq_payload_bytes(size_t dim, size_t height)
{
	return height * rabitq_entry_bytes(dim);
}

// The parts of a payload, which is of codes of `bytes` bytes.
static Payload
payload_parts(void *payload, size_t bytes)
{
	uint8_t *codes = static_cast<uint8_t *>(payload);
	float *add = reinterpret_cast<float *>(codes + kHeight * bytes);
	uint16_t *rescale = reinterpret_cast<uint16_t *>(add + kHeight);

	return {codes, add, rescale, rescale + kHeight};
}

static void
rabitq_store(const void *entry, size_t dim, size_t /*height*/, size_t slot, void *payload)
{
	size_t bytes = code_bytes(dim);
	Payload parts = payload_parts(payload, bytes);
	const uint8_t *from = static_cast<const uint8_t *>(entry);
	HotFactors factors;

	memcpy(&factors, from + bytes, sizeof(factors));
	rabitq_store_hot(from, hot_dim(dim), slot, parts.codes);
	parts.add[slot] = factors.add;
	parts.rescale[slot] = factors.rescale;
	parts.err[slot] = factors.err;
}

// See quant.h.  The place is the rotated vector, of unit length under cosine.
static bool
rabitq_place(const CodeSpace &space, const float *v, float *place)
{
	double norm2 = squared_norm(v, space.dim);

	if (!can_rank(*space.metric, norm2) || (!space.metric->unit_length && norm2 > kRabitqMaxNorm2))
	{
		return false;
	}
	if (space.metric->unit_length)
	{
		// Before it is rotated: the sums of a rotation could overflow.
		normalize(v, space.dim, place);
		v = place;
	}
	rotate(space.signs, space.dim, v, place);
	return true;
}

static void
rabitq_encode_entry(const CodeSpace &space, const float *place, const float *centre, void *entry)
{
	uint8_t *bits = static_cast<uint8_t *>(entry);
	HotFactors factors;

	rabitq_encode_hot(space.metric->id, place, centre, space.mean, rotated_dim(space.dim), bits, &factors);
	memcpy(bits + code_bytes(space.dim), &factors, sizeof(factors));
}

static size_t
rabitq_row_bytes(size_t dim)
{
	return rotated_dim(dim) / 2 + sizeof(ColdFactors);
}

static void
rabitq_encode_row(const CodeSpace &space, const float *place, void *row)
{
	uint8_t *code = static_cast<uint8_t *>(row);
	ColdFactors factors;

	rabitq_encode_cold(space.metric->id, place, space.mean, rotated_dim(space.dim), code, &factors);
	memcpy(code + rotated_dim(space.dim) / 2, &factors, sizeof(factors));
}

static size_t
rabitq_all_query_bytes(size_t dim)
{
	return kQueryHeader + core::rabitq_query_bytes(rotated_dim(dim));
}

// What kSketchedCold is for cold codes, for the hot codes of sketches: their share of the error depends on the
// dimensions that have bits (README, RaBitQ codes).
static float
sketched_hot(size_t dim)
{
	constexpr double kHalfPi = 1.5707963267948966;
	double m = static_cast<double>(rotated_dim(dim));
	double error2 = (kHalfPi * m / static_cast<double>(hot_dim(dim)) - 1) / (m - 1);

	return static_cast<float>(std::sqrt(1 + 1 / (m * error2)));
}

static void
rabitq_prepare_query(const CodeSpace &space, const float *place, Bounds bounds, void *memory)
{
	Query &query = *static_cast<Query *>(memory);

	rabitq_prepare(space.metric->id, place, space.mean, rotated_dim(space.dim),
	               static_cast<char *>(memory) + kQueryHeader, &query.rabitq);
	query.certain = bounds == Bounds::Certain;
	query.hot_sigmas = kHotSigmas;
	query.cold_sigmas = kColdSigmas;
	if (bounds == Bounds::Sketched || bounds == Bounds::SketchedWide)
	{
		float sigmas = bounds == Bounds::Sketched ? kSketchedSigmas : kSketchedWideSigmas;

		query.hot_sigmas = sigmas * sketched_hot(space.dim);
		query.cold_sigmas = sigmas * kSketchedCold;
	}
}

// A distance from a value: the square root under L2, 1 more under cosine.
static double
rabitq_value_distance(const void *memory, float value)
{
	double wide = static_cast<double>(value);

	switch (static_cast<const Query *>(memory)->rabitq.metric)
	{
		case MetricId::L2:
			return wide > 0 ? std::sqrt(wide) : 0;
		case MetricId::Cosine:
			return 1 + wide;
		default:
			return wide;
	}
}

// The smallest float that is no less than the value of a distance.
static float
distance_value(const Query &query, double distance)
{
	double value = distance;

	if (query.rabitq.metric == MetricId::L2)
	{
		value = distance * distance;
	}
	else if (query.rabitq.metric == MetricId::Cosine)
	{
		value = distance - 1;
	}
	return nextafterf(static_cast<float>(value), std::numeric_limits<float>::infinity());
}

static uint32_t
rabitq_sift(const void *memory, const ListTerm &term, const void *payload, double limit, float *lower,
            float *estimate)
{
	const Query &query = *static_cast<const Query *>(memory);
	Payload parts = payload_parts(const_cast<void *>(payload), query.rabitq.hot_dim / 8);
	HotBlock block = {parts.codes, parts.add, parts.rescale, parts.err};
	ListTerms terms = rabitq_list_terms_by_value(query.rabitq, term.value, term.norm2);

	return rabitq_score_hot(query.rabitq, terms, block, query.hot_sigmas, distance_value(query, limit), lower,
	                        estimate);
}

static void
rabitq_refine(const void *memory, const void *row, double *lower, double *upper)
{
	constexpr double kInfinity = std::numeric_limits<double>::infinity();
	const Query &query = *static_cast<const Query *>(memory);
	const uint8_t *code = static_cast<const uint8_t *>(row);
	ColdFactors factors;
	float estimate;
	float sigma;

	memcpy(&factors, code + query.rabitq.dim / 2, sizeof(factors));
	rabitq_score_cold(query.rabitq, code, factors, &estimate, &sigma);

	float half = query.certain ? rabitq_cold_certain(query.rabitq, factors) : query.cold_sigmas * sigma;

	*lower = rabitq_value_distance(memory, estimate - half);
	*upper = rabitq_value_distance(memory, estimate + half);
	// Only damaged factors give NaN or an infinite lower bound: such a row is looked at.
	*lower = *lower < kInfinity ? *lower : -kInfinity;
	*upper = *upper == *upper ? *upper : kInfinity;
}

static void
rabitq_estimate(const void *memory, const void *rows, size_t stride, size_t n, float *values)
{
	const RabitqQuery &query = static_cast<const Query *>(memory)->rabitq;
	const uint8_t *code = static_cast<const uint8_t *>(rows);

	for (size_t i = 0; i < n; i++, code += stride)
	{
		ColdFactors factors;
		float sigma;

		memcpy(&factors, code + query.dim / 2, sizeof(factors));
		rabitq_score_cold(query, code, factors, values + i, &sigma);
	}
}

// See quant.h.  No bounds are asked for: sigmas is 0.
static void
rabitq_estimate_block(const void *memory, const void *payload, float *values)
{
	const RabitqQuery &query = static_cast<const Query *>(memory)->rabitq;
	Payload parts = payload_parts(const_cast<void *>(payload), query.hot_dim / 8);
	HotBlock block = {parts.codes, parts.add, parts.rescale, parts.err};
	float lower[kHeight];

	rabitq_score_hot(query, {query.mean_add, 0}, block, 0, std::numeric_limits<float>::infinity(), lower,
	                 values);
}

static const TwoLevel kRabitqLevels = {
	.entries_a_row = kEntriesARow,
	.place_dim = rotated_dim,
	.place = rabitq_place,
	.sign_bytes = rotation_bytes,
	.make_signs = rotation_init,
	.entry_dim = hot_dim,
	.encode_entry = rabitq_encode_entry,
	.row_bytes = rabitq_row_bytes,
	.encode_row = rabitq_encode_row,
	.prepare = rabitq_prepare_query,
	.sift = rabitq_sift,
	.value_distance = rabitq_value_distance,
	.refine = rabitq_refine,
	.estimate = rabitq_estimate,
	.estimate_block = rabitq_estimate_block,
};

extern const Quantizer kQuantizerRabitq;

const Quantizer kQuantizerRabitq = {
	.id = QuantizerId::Rabitq,
	.name = "rabitq",
	.exact = false,
	.height = kHeight,
	.entry_bytes = rabitq_entry_bytes,
	.payload_bytes = rabitq_payload_bytes,
	.store = rabitq_store,
	.query_bytes = rabitq_all_query_bytes,
	.two_level = &kRabitqLevels,
};

} // namespace vecsim::core
