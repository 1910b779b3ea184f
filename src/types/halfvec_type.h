// halfvec_type.h - the type `halfvec`: its layout, access to its values, and the checks that all its functions share.
#ifndef VECSIM_TYPES_HALFVEC_TYPE_H
#define VECSIM_TYPES_HALFVEC_TYPE_H

#include "pg/pg.h"

#include "core/half.h"

namespace vecsim::types
{

inline constexpr int kHalfvecMaxDim = 16000;

// A varlena.  On disk it may be compressed, out of line, or have a 1-byte header (up to 59 dimensions): always come in
// through halfvec_from_datum().
struct HalfVector
{
	int32 vl_len_; // varlena header, do not touch
	int16 dim;     // 1 .. kHalfvecMaxDim
	int16 unused;  // 0
	core::Half x[FLEXIBLE_ARRAY_MEMBER];
};

static_assert(offsetof(HalfVector, x) == 8, "the layout of halfvec is fixed");

inline Size
halfvec_bytes(int dim)
{
	return offsetof(HalfVector, x) + sizeof(core::Half) * static_cast<Size>(dim);
}

// The value, detoasted into the current memory context where it has to be.
inline HalfVector *
halfvec_from_datum(Datum datum)
{
	return reinterpret_cast<HalfVector *>(PG_DETOAST_DATUM(datum));
}

// A new halfvec with its header set and its elements 0, in the current memory context.
HalfVector *halfvec_new(int dim);

// Errors of SQLSTATE 22000, 54000 and 22003, with pgvector's texts.
void halfvec_check_dims(const HalfVector *a, const HalfVector *b); // different halfvec dimensions %d and %d
void halfvec_check_dim(int dim);                                   // at least 1, at most kHalfvecMaxDim
void halfvec_check_expected_dim(int32 typmod, int dim);            // expected %d dimensions, not %d

// An element rounded to half.  Errors: 22003 out of range, 22000 NaN, infinity.
core::Half halfvec_element(float4 value);

} // namespace vecsim::types

#endif
