// learn.h - what the functions of neural layers share: arrays of vectors, and the score of a query and a key.
#ifndef VECSIM_TYPES_LEARN_H
#define VECSIM_TYPES_LEARN_H

#include "types/vector_type.h"

namespace vecsim::types
{

// The elements of a vector[]: at least 1, at most kVectorMaxDim, none null.
struct VectorArray
{
	Datum *elements;
	int count;
};

// The array in a datum.  `name` is the argument's, for errors: 22000 not one-dimensional or empty, 22004 nulls,
// 54000 too many elements.
VectorArray vector_array_from_datum(Datum datum, const char *name);

// The scale of scores: an argument, with error 22023 on NaN and infinity; and where there is none, 1 / sqrt(dim).
float8 checked_scale(float8 scale);
float8 default_scale(int dim);

// scale * (query . key) in units of ln 2, finite.  Errors: 22000 different dimensions, 22003 overflow.
float8 score_exponent(const Vector *query, const Vector *key, float8 scale);

} // namespace vecsim::types

#endif
