// kernels_tables.h - the raw table of each instruction set, as its own file gives it: what kernels_choose.cpp
// picks from.
//
// A null slot means "no better than the level below".
#ifndef VECSIM_KERNELS_TABLES_H
#define VECSIM_KERNELS_TABLES_H

#include "kernels/kernels.h"

namespace vecsim::kernels
{

extern const Kernels kScalarTable; // no null slot

#if defined(__x86_64__)
extern const Kernels kAvx2Table;
extern const Kernels kAvx512Table;
// Of the same level, what only some of its CPUs do better: those that compute 512 bits at once, those with
// VNNI, and those that count bits.
extern const Kernels kAvx512WideTable;
extern const Kernels kAvx512VnniTable;
extern const Kernels kAvx512PopcountTable;
#endif

#if defined(__aarch64__)
extern const Kernels kNeonTable;
#endif

// The kernels that a level keeps in files of their own: of codes (kernels_<isa>_codes.cpp), of making them
// (kernels_<isa>_encode.cpp), of bits (kernels_<isa>_bits.cpp) and of the rotation (kernels_<isa>_rotate.cpp).
#define VECSIM_DECLARE_CODE_KERNELS(level) \
	namespace level \
	{ \
	uint32_t fastscan_bounds(const FastscanBlock &block, const FastscanList &list, float limit, \
	                         float *lower, float *estimate); \
	int32_t dot_u4(const uint8_t *code, const int8_t *q, size_t d); \
	uint64_t hamming(const uint8_t *a, const uint8_t *b, size_t bytes); \
	BitCounts overlap(const uint8_t *a, const uint8_t *b, size_t bytes); \
	void sign_bits(const float *x, size_t n, uint8_t *bits); \
	void fastscan_table(const int16_t *steps, size_t d, uint8_t *table); \
	ResidualSums residual_sums(const float *x, const float *c, const float *at, size_t d); \
	void fht(float *x, size_t n); \
	void flip_signs(float *x, const uint8_t *bits, size_t n); \
	void scale(float *x, float factor, size_t n); \
	void kac(float *x, size_t half); \
	}

VECSIM_DECLARE_CODE_KERNELS(scalar_level)
#if defined(__x86_64__)
VECSIM_DECLARE_CODE_KERNELS(avx2_level)
VECSIM_DECLARE_CODE_KERNELS(avx512_level)
#endif
#if defined(__aarch64__)
VECSIM_DECLARE_CODE_KERNELS(neon_level)
#endif

// Fills the null slots of a table from another one.
void fill_null_slots(Kernels *kernels, const Kernels &lower);

// The number of lanes in the order of summation of the float kernels (see kernels.h).
constexpr size_t kLanes = 32;

// The entries of a FastScan block, and the groups whose sums surely fit 16 bits.
constexpr size_t kBlockEntries = 32;
constexpr size_t kFlushGroups = 256;

// A group's part of a FastScan table, and the steps of which one of its values is made.
constexpr size_t kGroupDimensions = 4;
constexpr size_t kGroupValues = 16;
constexpr int kTableSteps = 128;

// The dimensions of a piece of a 4-bit code, which has half as many bytes.
constexpr size_t kPieceDimensions = 64;

// The factor of kac_f32.
constexpr float kSqrtHalf = 0.70710678118654752440f;

// The number of queries that dot_f32_tile takes.
constexpr size_t kTileQueries = 4;

// The i-th row of an array whose rows start stride bytes apart.
template <typename T>
inline __attribute__((always_inline)) const T *
row_at(const T *rows, size_t stride, size_t i)
{
	return reinterpret_cast<const T *>(reinterpret_cast<const char *>(rows) + i * stride);
}

} // namespace vecsim::kernels

#endif
