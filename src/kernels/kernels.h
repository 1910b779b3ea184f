// kernels.h - arithmetic on arrays: the table of kernels and how one set of them is chosen.
//
// A Level is one instruction set.  Each level fills a Kernels table in its own file, kernels_<isa>.cpp; slots
// it leaves null are filled from the next level down.  The best usable table is chosen once, at load, and can
// be forced.
//
// Every kernel gives the same bits at every level.  Integer kernels do so by nature.  Float kernels do so
// because they share one order of summation: 32 lanes, lane j sums the terms of elements j, j + 32, j + 64,
// ... in that order, with a rounded product and a rounded sum (never a fused multiply-add); a tail shorter
// than 32 is padded with zeros, whose terms are added too; the lanes are then added as a tree: lane j += lane
// j + 16, then + 8, + 4, + 2, + 1. So an index built on one CPU and read on another (a standby) orders its
// rows alike.
//
// Any pointer may be unaligned.  d may be 0 (the sum is then 0).  Nothing is read outside the d elements of a
// row.
#ifndef VECSIM_KERNELS_H
#define VECSIM_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "kernels/kernels_half.h"

namespace vecsim::kernels
{

enum class Level : uint8_t
{
	Auto = 0, // the best one that this CPU can run
	Scalar = 1,
	Avx2 = 2,
	Avx512 = 3,
	Neon = 4,
};

constexpr size_t kMaxFastscanGroups = 4096;  // 16,384 dimensions: sums stay below 2^24, exact as floats
constexpr uint8_t kSmallTable = 63;          // four values of a small table add up in a byte
constexpr size_t kMaxU4Dimensions = 1 << 16; // 15 * 128 * 2^16 < 2^31

// Sums that one pass over a pair of vectors gives, for the cosine.
struct DotNorms
{
	float dot; // sum a_i * b_i
	float aa;  // sum a_i * a_i
	float bb;  // sum b_i * b_i
};

// What two strings of bits have in common.
struct BitCounts
{
	uint64_t both;   // bits set in both
	uint64_t either; // bits set in one of them or both
};

// Sums over r = x - c, each difference rounded to float, and everything after that in double.
struct ResidualSums
{
	double squares;   // sum r_i * r_i
	double sizes;     // sum |r_i|
	double product;   // sum r_i * c_i
	double c_signed;  // sum of c_i where r_i > 0, of -c_i elsewhere
	double at_signed; // the same of at_i
};

// 32 one-bit codes of rows, and the factors of their estimates (arrays of 32; what they mean is the
// caller's).  rescale and err are bfloat16: the upper half of a float.
struct FastscanBlock
{
	const uint8_t *codes;
	const float *add;
	const uint16_t *rescale;
	const uint16_t *err;
};

// A query for the blocks of one list: its table (see fastscan_bounds), and what turns sums into estimates.
struct FastscanList
{
	const uint8_t *table;
	size_t groups;
	float delta;
	float offset;
	float add;
	float err;
	bool small = false; // no value of the table is above kSmallTable: the scan takes a quarter less time
};

// One-to-one kernels take two arrays of d elements.  _rows kernels take one query and n rows; row i starts
// stride *bytes* after row i - 1 and out[i] has the very bits of the one-to-one kernel.  The _tile kernel
// takes four queries.
struct Kernels
{
	const char *name; // as vecsim.simd spells it
	Level level;

	float (*dot_f32)(const float *a, const float *b, size_t d);
	float (*l2sq_f32)(const float *a, const float *b, size_t d); // sum (a_i - b_i)^2
	float (*l1_f32)(const float *a, const float *b, size_t d);   // sum |a_i - b_i|
	float (*norm2_f32)(const float *a, size_t d);                // sum a_i^2
	DotNorms (*dot_norms_f32)(const float *a, const float *b, size_t d);

	void (*dot_f32_rows)(const float *q, const float *rows, size_t stride, size_t n, size_t d, float *out);
	void (*l2sq_f32_rows)(const float *q, const float *rows, size_t stride, size_t n, size_t d, float *out);
	void (*l1_f32_rows)(const float *q, const float *rows, size_t stride, size_t n, size_t d, float *out);
	void (*norm2_f32_rows)(const float *rows, size_t stride, size_t n, size_t d, float *out);

	// Four queries (query j at queries + j * query_stride bytes) by n rows: out[j * n + i] = dot(query j, row
	// i).
	void (*dot_f32_tile)(const float *queries, size_t query_stride, const float *rows, size_t stride,
	                     size_t n, size_t d, float *out);

	// Of halves: the bits of the float kernels on the same values as floats.  So a norm is dot_f16(a, a, d).
	float (*dot_f16)(const Half *a, const Half *b, size_t d);
	float (*l2sq_f16)(const Half *a, const Half *b, size_t d);
	float (*l1_f16)(const Half *a, const Half *b, size_t d);
	DotNorms (*dot_norms_f16)(const Half *a, const Half *b, size_t d);

	// n numbers converted (kernels_half.h says how); in and out do not overlap.
	void (*f16_to_f32)(const Half *in, size_t n, float *out);
	void (*f32_to_f16)(const float *in, size_t n, Half *out);

	// int8 codes against a query held in int16, so that rounding the query adds no error worth naming.  The
	// caller bounds the query's values so that the sum fits: 128 * sum |q_i| <= INT32_MAX.
	int32_t (*dot_i8)(const int16_t *q, const int8_t *code, size_t d);
	void (*dot_i8_rows)(const int16_t *q, const int8_t *codes, size_t stride, size_t n, size_t d,
	                    int32_t *out);

	// FastScan: the sums of the table values of 32 entries, sum_i = sum over g of table[16 g + nibble(i, g)], and,
	// without leaving registers, what is made of them.
	// codes has 16 bytes a group: byte j holds the nibble of entry j in its low half and that of entry j + 16
	// in its high half; bit k of a nibble of group g is dimension 4 g + k.  table has 16 values a group.
	// groups <= kMaxFastscanGroups.
	// For each of the 32 entries, every operation rounded by itself in this order:
	//   t_i        = delta * sum_i + offset
	//   estimate_i = (block.add_i + list.add) + rescale_i * t_i
	//   lower_i    = estimate_i - err_i * list.err
	// Bit i of the result is set where lower_i <= limit (never for a NaN); lower and estimate get 32 values.
	uint32_t (*fastscan_bounds)(const FastscanBlock &block, const FastscanList &list, float limit,
	                            float *lower, float *estimate);

	// 4-bit codes (0 .. 15) against a query in int8.  d is a multiple of 64, at most kMaxU4Dimensions; each 64
	// dimensions are 32 bytes: byte j holds dimension j in its low half and dimension j + 32 in its high half.
	int32_t (*dot_u4)(const uint8_t *code, const int8_t *q, size_t d);

	// Strings of bits in bytes, compared as a whole: what a last byte has behind the string's end must be 0 in both.
	// hamming: the number of bits in which they differ.
	uint64_t (*hamming)(const uint8_t *a, const uint8_t *b, size_t bytes);
	BitCounts (*overlap)(const uint8_t *a, const uint8_t *b, size_t bytes);

	// bit i of bits, the lowest bit of a byte first, = x_i > 0.  n is a multiple of 8.
	void (*sign_bits_f32)(const float *x, size_t n, uint8_t *bits);

	// The table of a query for fastscan_bounds, from its values in steps of 1/128: entry v of the 16 of a group of four
	// is the sum of the steps whose bit is set in v, less the sum of the negative ones, divided by 128 and rounded
	// (half up).  The caller's steps are such that no entry is above 255.  d is a multiple of 8.
	void (*fastscan_table)(const int16_t *steps, size_t d, uint8_t *table);

	// What coding the residual of a row needs.  Four lanes, lane j summing elements j, j + 4, j + 8, ...; then (lane 0
	// + lane 2) + (lane 1 + lane 3).  d is a multiple of 4.
	ResidualSums (*residual_sums_f32)(const float *x, const float *c, const float *at, size_t d);

	// The steps of a random rotation, all in place.  The fast Hadamard transform, not normalised: butterflies
	// (a + b, a - b) of elements 1 apart, then 2, 4, ... n / 2 apart; n is a power of two, at least 8.
	void (*fht_f32)(float *x, size_t n);
	// x_i = -x_i where bit i of bits (the lowest bit of a byte first) is set.  n is a multiple of 8.
	void (*flip_signs_f32)(float *x, const uint8_t *bits, size_t n);
	// x_i = x_i * factor.
	void (*scale_f32)(float *x, float factor, size_t n);
	// (a, b) = (x_i, x_{i + half}) becomes ((a + b) * s, (a - b) * s) for i < half, s = sqrt(1/2) as a float.
	void (*kac_f32)(float *x, size_t half);
};

// The table in use.  Scalar until choose() has been called.
const Kernels &active();

// Makes the table of a level the one in use.  False, and nothing changed, if this CPU or build lacks it. Not
// thread safe: called when the library loads and when the setting changes, never while a parallel region
// runs.
bool choose(Level level);

// The table of a level with its null slots filled, or null where this CPU or build lacks it (Auto: the best).
const Kernels *table(Level level);

} // namespace vecsim::kernels

#endif
