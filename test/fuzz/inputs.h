// inputs.h - what the fuzzer's target makes of an input: numbers, and arrays as anybody can make them in SQL.
#ifndef VECSIM_TEST_FUZZ_INPUTS_H
#define VECSIM_TEST_FUZZ_INPUTS_H

#include "pg/pg.h"

namespace inputs
{

// What is left of an input.
struct Input
{
	const uint8_t *at;
	size_t size;

	uint8_t
	byte()
	{
		return size == 0 ? 0 : (size--, *at++);
	}
};

// Mostly of float8: an array that claims to be a state of avg or sum.  Dimensions, nulls and elements from the input.
Datum state_array(Input *input);

// An array that a cast may be asked for: of integer, real, float8, numeric (of the stand-in's kind: backend.cpp), or of
// what there is no cast from.
Datum cast_array(Input *input);

// An array of cstring: type modifiers as they are written.
Datum modifier_array(Input *input);

} // namespace inputs

#endif
