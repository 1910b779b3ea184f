// target_region.h - marks the part of a file that is compiled for one instruction set.
//
// Code between VECSIM_TARGET_BEGIN("avx2") and VECSIM_TARGET_END may use that instruction set although the
// file is built without any -m flag, so that nothing outside the region (a header's inline function, say) can
// leak it into code that an older CPU runs.  All includes stand before the region.  No lambdas in a region:
// GCC does not hand the region's target on to them.
#ifndef VECSIM_KERNELS_TARGET_REGION_H
#define VECSIM_KERNELS_TARGET_REGION_H

#define VECSIM_PRAGMA(text) _Pragma(#text)

#if defined(__clang__)
#define VECSIM_TARGET_BEGIN(list) \
	VECSIM_PRAGMA(clang attribute push(__attribute__((target(list))), apply_to = function))
#define VECSIM_TARGET_END VECSIM_PRAGMA(clang attribute pop)
#else
#define VECSIM_TARGET_BEGIN(list) VECSIM_PRAGMA(GCC push_options) VECSIM_PRAGMA(GCC target(list))
#define VECSIM_TARGET_END VECSIM_PRAGMA(GCC pop_options)
#endif

// GCC 12's own headers make it warn of uninitialised values wherever _mm512_extract* and their like are
// inlined (GCC bug 105593); a file that uses them says this before it includes them.
#if defined(__GNUC__) && !defined(__clang__)
#define VECSIM_QUIET_INTRINSICS \
	VECSIM_PRAGMA(GCC diagnostic ignored "-Wuninitialized") \
	VECSIM_PRAGMA(GCC diagnostic ignored "-Wmaybe-uninitialized")
#else
#define VECSIM_QUIET_INTRINSICS
#endif

// For the building blocks of a kernel, which must vanish into it whatever the compiler's own opinion.
#define VECSIM_INLINE inline __attribute__((always_inline))

#endif
