// rabitq.h - RaBitQ codes: one bit a dimension of a row's residual (hot; of up to 896 dimensions), four bits a
// dimension of the row itself (cold).
//
// All vectors here are rotated (rotate.h) and have `dim` floats, a multiple of 64.  A code gives an
// unbiased estimate of the *value* by which rows are ranked (squared L2 distance, or minus the inner
// product; under cosine vectors are of unit length and the value is minus the cosine) and the standard
// deviation of its error.
//
// `mean` is the one point of the index from which codes and queries are measured, the same in every call;
// any point is right, and one amid the data keeps the query's own rounding small. Source: Gao and Long,
// RaBitQ, SIGMOD 2024 (arXiv 2405.12497); Gao et al., extended RaBitQ (arXiv 2409.09913).
#ifndef VECSIM_CORE_RABITQ_H
#define VECSIM_CORE_RABITQ_H

#include "core/types.h"

#include <cfloat>

namespace vecsim::core
{

inline constexpr float kHotSigmas = 1.9f;  // width of hot bounds
inline constexpr float kColdSigmas = 2.5f; // width of cold bounds

// The squared norm up to which rows, centroids, mean and queries may be coded: all factors, estimates and
// bounds are then finite floats.  A longer vector is scored exactly.
inline constexpr double kRabitqMaxNorm2 = static_cast<double>(FLT_MAX) / (1 << 14);

// ---- Coding ----

// Hot codes have bits of the first dimensions alone where these are more: README tells what that costs.
inline constexpr size_t kHotMostDim = 896;

// The dimensions that hot codes of vectors of `dim` have bits of.
constexpr size_t
rabitq_hot_dim(size_t dim)
{
	return dim < kHotMostDim ? dim : kHotMostDim;
}

// Factors of a hot entry.  rescale and err are bfloat16 (the upper half of a float), err rounded up: any
// scale of the data keeps its precision.
struct HotFactors
{
	float add;
	uint16_t rescale;
	uint16_t err;
};

// Codes the residual x - c, c the centroid of the list, into bits (rabitq_hot_dim(dim) / 8 bytes, LSB first) and
// factors.
void rabitq_encode_hot(MetricId metric, const float *x, const float *c, const float *mean, size_t dim,
                       uint8_t *bits, HotFactors *factors);

struct ColdFactors
{
	float add;
	float rescale;
	float err;
};

// Codes x - mean into 4-bit codes (dim / 2 bytes as kernels' dot_u4 reads them), with the best of five
// scales.
void rabitq_encode_cold(MetricId metric, const float *x, const float *mean, size_t dim, uint8_t *code,
                        ColdFactors *factors);

// ---- Scoring ----

// A query made ready: one table serves every list.  With p = q - mean and y a code's point (bits - 1/2, or
// 4-bit codes - 15/2), <y, p> = delta * sum of table values + offset for hot codes, and about scale *
// (<code, q8> - 15/2 q8_sum) for cold ones.
struct RabitqQuery
{
	MetricId metric;
	size_t dim;
	double norm;      // |q|
	double mean_norm; // |mean|
	double rounding;  // of rotate() and of the operator's float32 kernel, as a part of the lengths
	size_t hot_dim;   // dimensions of hot codes
	uint8_t *table;   // hot_dim / 4 groups of 16 for FastScan
	bool small;       // no value of the table is above kernels::kSmallTable
	float delta;
	float offset;
	int8_t *q8; // p in 8 bits, for cold codes
	double q8_scale;
	int32_t q8_sum;
	double q8_error; // the length of what rounding p to 8 bits lost
	float mean_add;  // the value of the mean
	float mean_err;  // |p|
};

// Bytes of memory that a query needs besides the struct (aligned to 64), and making it ready.  q is not
// needed after.
size_t rabitq_query_bytes(size_t dim);
void rabitq_prepare(MetricId metric, const float *q, const float *mean, size_t dim, void *memory,
                    RabitqQuery *query);
// Only what estimates of <q, .> by hot codes need: no bounds (sigmas must be 0), no cold codes, and a small table.
void rabitq_prepare_estimates(const float *q, const float *mean, size_t dim, void *memory,
                              RabitqQuery *query);

// What a list adds: the value of its centroid, and |q - c|.
struct ListTerms
{
	float add;
	float err;
};

// The terms of a list (under inner product err is about |q|) from <q, c> and |c|^2, or from the centroid's value and
// |c|^2 (which L2 does not use).  The second loses nothing where q and c are near each other and far from the origin.
ListTerms rabitq_list_terms(const RabitqQuery &query, float q_dot_c, float c_norm2);
ListTerms rabitq_list_terms_by_value(const RabitqQuery &query, float value, float c_norm2);

// Estimates and lower bounds of the 32 entries of a block (codes in FastScan's layout, factors as arrays of
// 32); the mask has bit i set where lower_i <= limit.  sigmas scales the bounds.
struct HotBlock
{
	const uint8_t *codes;
	const float *add;
	const uint16_t *rescale;
	const uint16_t *err;
};

uint32_t rabitq_score_hot(const RabitqQuery &query, const ListTerms &terms, const HotBlock &block,
                          float sigmas, float limit, float *lower, float *estimate);

// Puts the bits of one entry, `hot_dim` of them, into FastScan's layout (slot 0..31 of a block of hot_dim * 4 bytes).
void rabitq_store_hot(const uint8_t *bits, size_t hot_dim, size_t slot, uint8_t *codes);

// Estimate and half width (one sigma) of a row by its cold code.
void rabitq_score_cold(const RabitqQuery &query, const uint8_t *code, const ColdFactors &factors,
                       float *estimate, float *sigma);

// A bound that holds for certain, by Cauchy-Schwarz: half width around the cold estimate.  It encloses the
// value of the vectors before rotate() turned them, as the operator's own float32 kernel computes it.
float rabitq_cold_certain(const RabitqQuery &query, const ColdFactors &factors);

} // namespace vecsim::core

#endif
