// array_elements.h - the elements of an SQL array as float4, for the casts from arrays.
#ifndef VECSIM_TYPES_ARRAY_ELEMENTS_H
#define VECSIM_TYPES_ARRAY_ELEMENTS_H

#include "pg/pg.h"

namespace vecsim::types
{

// The number of elements of an array that a vector can be made of.  Errors: 22000 not one-dimensional, 22004 nulls.
int array_length_checked(ArrayType *array);

// Writes the elements of an array of integer, real, float8 or numeric without nulls.  A float8 is rounded to float4;
// one too small for it becomes 0.  What is no finite float4 is left to the caller, but a numeric out of range has
// core's 22003.  Error 22000 for an array of something else.
void array_copy_elements(ArrayType *array, float4 *out, int length);

} // namespace vecsim::types

#endif
