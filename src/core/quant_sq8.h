// quant_sq8.h - what sq8's coding hands to its bounds: nobody else's.
#ifndef VECSIM_CORE_QUANT_SQ8_H
#define VECSIM_CORE_QUANT_SQ8_H

#include <stddef.h>
#include <stdint.h>

namespace vecsim::core
{

// The factor arrays of (a part of) a payload.
struct Sq8Factors
{
	const float *scale;
	const void *size;
	const float *error;
};

// A prepared query; its values as int16 follow at kQueryHeader bytes.  q^ = step * values.
struct Sq8Query
{
	size_t dim;
	bool l2;
	double step;
	double spread; // k of README: the part of |a| |r| that |<a, r>| may reach, 1 for Bounds::Certain
	// L2.
	double coded_norm2; // |q^|^2
	double slack;       // absolute: the query's own rounding, and this file's arithmetic
	double relative;    // of the operator's float32 arithmetic
	// The range of the operator's results.
	double floor;
	double ceiling;
	// Inner product and cosine: offset - <q^, v^> -+ (per_error |r| + per_size |v^|).
	double offset;
	double per_error;
	double per_size;
};

// The bounds of n rows on the operator's distance, from the codes' products with the query's, dots.  NaN,
// which only damaged factors give, becomes the end of the operator's range.
void sq8_bound(const Sq8Query &query, const Sq8Factors &factors, const int32_t *dots, size_t n, double *lower,
               double *upper);

} // namespace vecsim::core

#endif
