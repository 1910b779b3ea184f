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

// Sums that one pass over a pair of vectors gives, for the cosine.
struct DotNorms
{
	float dot; // sum a_i * b_i
	float aa;  // sum a_i * a_i
	float bb;  // sum b_i * b_i
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

	// int8 codes against a query held in int16, so that rounding the query adds no error worth naming.  The
	// caller bounds the query's values so that the sum fits: 128 * sum |q_i| <= INT32_MAX.
	int32_t (*dot_i8)(const int16_t *q, const int8_t *code, size_t d);
	void (*dot_i8_rows)(const int16_t *q, const int8_t *codes, size_t stride, size_t n, size_t d,
	                    int32_t *out);
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
