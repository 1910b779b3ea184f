// vector_type.h - the type `vector`: its layout, access to its values, and the checks that all its functions share.
#ifndef VECSIM_TYPES_VECTOR_TYPE_H
#define VECSIM_TYPES_VECTOR_TYPE_H

#include "pg/pg.h"

namespace vecsim::types
{

inline constexpr int kVectorMaxDim = 16000;

// A varlena.  On disk it may be compressed, out of line, or have a 1-byte header (up to about 29 dimensions): always
// come in through vector_from_datum().
struct Vector
{
	int32 vl_len_; // varlena header, do not touch
	int16 dim;     // 1 .. kVectorMaxDim
	int16 unused;  // 0
	float4 x[FLEXIBLE_ARRAY_MEMBER];
};

static_assert(offsetof(Vector, x) == 8, "the layout of vector is fixed");

inline Size
vector_bytes(int dim)
{
	return offsetof(Vector, x) + sizeof(float4) * static_cast<Size>(dim);
}

// The value, detoasted into the current memory context where it has to be.
inline Vector *
vector_from_datum(Datum datum)
{
	return reinterpret_cast<Vector *>(PG_DETOAST_DATUM(datum));
}

// A new vector with its header set and its elements 0, in the current memory context.
Vector *vector_new(int dim);

// Errors of SQLSTATE 22000 and 54000, with pgvector's texts.
void vector_check_dims(const Vector *a, const Vector *b); // different vector dimensions %d and %d
[[noreturn]] void vector_dims_differ(int a, int b);       // that error itself
void vector_check_dim(int dim);                           // at least 1, at most kVectorMaxDim
void vector_check_expected_dim(int32 typmod, int dim);    // expected %d dimensions, not %d
void vector_check_element(float4 value);                  // NaN, infinity

} // namespace vecsim::types

#endif
