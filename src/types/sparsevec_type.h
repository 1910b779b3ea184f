// sparsevec_type.h - the type `sparsevec`: its layout, access to its values, and the checks that all its functions
// share.
#ifndef VECSIM_TYPES_SPARSEVEC_TYPE_H
#define VECSIM_TYPES_SPARSEVEC_TYPE_H

#include "pg/pg.h"

#include "core/sparse.h"

namespace vecsim::types
{

inline constexpr int kSparsevecMaxDim = 1000000000;
inline constexpr int kSparsevecMaxElements = 16000;

// A varlena.  On disk it may be compressed, out of line, or have a 1-byte header (up to 13 elements): always come in
// through sparsevec_from_datum().
struct Sparsevec
{
	int32 vl_len_; // varlena header, do not touch
	int32 dim;     // 1 .. kSparsevecMaxDim
	int32 count;   // elements that are not 0: 0 .. kSparsevecMaxElements
	int32 unused;  // 0
	int32 indices
		[FLEXIBLE_ARRAY_MEMBER]; // from 0, ascending; behind them the values, float4[count], none of them 0
};

static_assert(offsetof(Sparsevec, indices) == 16, "the layout of sparsevec is fixed");

inline Size
sparsevec_bytes(int count)
{
	return offsetof(Sparsevec, indices) + (sizeof(int32) + sizeof(float4)) * static_cast<Size>(count);
}

inline float4 *
sparsevec_values(Sparsevec *vector)
{
	return reinterpret_cast<float4 *>(vector->indices + vector->count);
}

inline const float4 *
sparsevec_values(const Sparsevec *vector)
{
	return reinterpret_cast<const float4 *>(vector->indices + vector->count);
}

// The value, detoasted into the current memory context where it has to be.
inline Sparsevec *
sparsevec_from_datum(Datum datum)
{
	return reinterpret_cast<Sparsevec *>(PG_DETOAST_DATUM(datum));
}

inline core::SparseView
sparsevec_view(const Sparsevec *vector)
{
	return {vector->indices, sparsevec_values(vector), static_cast<size_t>(vector->count)};
}

// A new value with its header set and its elements 0 (so they are still to be filled in), in the current memory
// context.
Sparsevec *sparsevec_new(int dim, int count);

// A new value of a dense array of dim elements, which it checks: errors of SQLSTATE 54000 (too many elements that are
// not 0) and 22000 (NaN, infinity).
Sparsevec *sparsevec_from_dense(const float4 *x, int dim);

// Errors of SQLSTATE 22000 and 54000, with pgvector's texts, reported to escontext where that takes soft errors: then
// false.
void sparsevec_check_dims(const Sparsevec *a, const Sparsevec *b); // different sparsevec dimensions %d and %d
bool sparsevec_check_dim(int dim, Node *escontext);                // at least 1, at most kSparsevecMaxDim
bool sparsevec_check_expected_dim(int32 typmod, int dim, Node *escontext); // expected %d dimensions, not %d
bool sparsevec_check_count(int count, Node *escontext);                    // at most kSparsevecMaxElements
bool sparsevec_check_value(float4 value, Node *escontext);                 // NaN, infinity
// Within the dimensions, and above the one before it (-1 where there is none).
bool sparsevec_check_index(int32 index, int32 before, int dim, Node *escontext);

} // namespace vecsim::types

#endif
