// metric.h - the distances, each a row of one table.
//
// distance() is *the operator's own function*: SQL's <->, <#>, <=> and <+> call it, and so does every exact distance
// of an index scan, so that the two are equal bit for bit.  It runs the float32 kernel and, where the result overflowed
// or lost its precision to underflow, computes the same sum once more in double.
#ifndef VECSIM_CORE_METRIC_H
#define VECSIM_CORE_METRIC_H

#include "core/half.h"
#include "core/types.h"

namespace vecsim::core
{

struct Metric
{
	MetricId id;
	const char *name; // "l2", "ip", "cosine", "l1"
	// Distance of two vectors of d elements, all finite.  NaN only where mathematics has no answer: cosine with a
	// zero vector.
	double (*distance)(const float *a, const float *b, size_t d);
	// Of halves: bit for bit the distance of the same values as floats.
	double (*distance_f16)(const Half *a, const Half *b, size_t d);
	// Codes, centroids and list ranking use the vector scaled to unit length.
	bool unit_length;
	// What lists and codes rank by: the metric itself, but L2 for L1 (taxicab.h).
	MetricId codes;
};

// Null when no metric has this id.
const Metric *metric_by_id(uint8_t id);

// The sums themselves, in the float kernel's value or, where that is not finite or too small to be precise, in double.
double inner_product(const float *a, const float *b, size_t d);
double inner_product(const Half *a, const Half *b, size_t d);
double squared_norm(const float *a, size_t d);
double squared_norm(const Half *a, size_t d);
double cosine_similarity(const float *a, const float *b, size_t d); // in [-1, 1], NaN with a zero vector
double cosine_similarity(const Half *a, const Half *b, size_t d);

// The cosine from its three sums, as cosine_similarity() and a quantiser that stores the norms both compute it.
double cosine_from_sums(double dot, double aa, double bb);

// True when the float32 kernel's sum of products can be trusted: finite and clear of underflow.
bool sum_is_precise(float sum);

// |v| as a sum in double: exact to about 1e-15, without overflow or underflow, zero only for the zero vector.
double norm_in_double(const float *v, size_t d);
double norm_in_double(const Half *v, size_t d);

// out = v / |v|, computed without overflow or underflow; zero stays zero.  in and out may be the same array.
// Returns |v|.
double normalize(const float *v, size_t d, float *out);
double normalize(const Half *v, size_t d, Half *out);

} // namespace vecsim::core

#endif
