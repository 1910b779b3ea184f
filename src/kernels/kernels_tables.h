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
#endif

// Fills the null slots of a table from another one.
void fill_null_slots(Kernels *kernels, const Kernels &lower);

// The number of lanes in the order of summation of the float kernels (see kernels.h).
constexpr size_t kLanes = 32;

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
