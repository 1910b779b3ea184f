// softmax.h - exponentials summed without overflow, one score at a time, and the other curves of neural layers.
//
// The softmax of scores s is e^s over the sum of all e^s.  A running sum must keep the largest exponent aside, and
// multiply what it has whenever a larger one comes (Milakov, Gimelshein: Online normalizer calculation for softmax,
// 2018).  Here exponents count in units of ln 2 and the one kept aside is an integer, so that the factor is a power
// of two: moving a sum, and with it merging two of them, rounds nothing.  What remains is the rounding of additions.
#ifndef VECSIM_CORE_SOFTMAX_H
#define VECSIM_CORE_SOFTMAX_H

#include <math.h>
#include <stddef.h>

namespace vecsim::core
{

// The sum of 2^(e - top) over exponents e.  The largest term is above 1/2 and at most 1, so `sum` is at least 1/2.
struct SoftmaxSum
{
	double top; // the smallest integer that no exponent exceeds; -infinity before the first
	double sum;
};

inline constexpr SoftmaxSum kSoftmaxEmpty = {-HUGE_VAL, 0};

// The exponent of a score, score / ln 2; and of an attention score, scale * sum q_i * k_i, summed in double: e^s makes
// a relative error of what is an absolute one in s, and float32 is off by 1e-3 at 1e4.  Infinite or NaN on overflow.
double softmax_exponent(double score);
double attention_exponent(const float *query, const float *key, size_t d, double scale);

// Adds a finite exponent.  Returns its weight, 2^(exponent - top); *factor, a power of two or 0, is what sums of
// earlier weights are to be multiplied with.
double softmax_add(SoftmaxSum *total, double exponent, double *factor);

// The part of the whole that one of its exponents has, in [0, 1].
double softmax_share(const SoftmaxSum &total, double exponent);

// sums_i = sums_i * factor + value_i * weight.
void softmax_accumulate(double *sums, const float *value, size_t d, double weight, double factor);

// Adds to a total and its d sums another with its own.
void softmax_merge(SoftmaxSum *total, double *sums, const SoftmaxSum &other, const double *other_sums,
                   size_t d);

// out_i = e^(x_i / temperature) / sum_j e^(x_j / temperature).  d >= 1, temperature > 0.  in and out may be the same.
void softmax(const float *x, size_t d, double temperature, float *out);

// out_i = 1 / (1 + e^-x_i).
void sigmoid(const float *x, size_t d, float *out);

} // namespace vecsim::core

#endif
