// half.h - half-precision numbers as all rooms above the kernels see them.
#ifndef VECSIM_CORE_HALF_H
#define VECSIM_CORE_HALF_H

#include "kernels/kernels.h"

namespace vecsim::core
{

using kernels::float_from_half;
using kernels::Half;
using kernels::half_from_float;

// Every half is a float, so this is exact.
inline void
floats_from_halves(const Half *in, size_t n, float *out)
{
	kernels::active().f16_to_f32(in, n, out);
}

// Rounds to the nearest half, the even one of two; from 65520 on to infinity.
inline void
halves_from_floats(const float *in, size_t n, Half *out)
{
	kernels::active().f32_to_f16(in, n, out);
}

} // namespace vecsim::core

#endif
