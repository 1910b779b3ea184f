// ivf_input.h - the types that can be indexed: how a value becomes the floats that lists and codes are made of, and how
// far two values are apart.
//
// Lists and codes know arrays of float32.  Only the distance that orders the rows handed out is a type's own: of two
// values as they are, in the table and in the query.  It may be any number that rises with the operator's distance, as
// long as the metric's distance of the floats is about as large and, unless the floats are lossy, no larger.
#ifndef VECSIM_IVF_INPUT_H
#define VECSIM_IVF_INPUT_H

#include "pg/pg.h"

#include "core/metric.h"

namespace vecsim::ivf
{

// What an operator class names by its support function 2; one without it is of `vector`.
enum class InputId : int32
{
	Vector = 1,
	Halfvec = 2,
	Sparsevec = 3,
	Hamming = 4, // bit
	Jaccard = 5, // bit
};

// A value is a pointer to what the type's own header describes.
struct InputType
{
	InputId id;
	const char *name;     // of the SQL type
	const char *differ;   // the operator's error on two dimensions
	bool metric_distance; // distance() is the metric's, of the floats, bit for bit
	double patience;      // how many times as many lists a search waits for as with vector

	// Floats of a value of so many dimensions; *lossy where they are a sketch, whose distances bound nothing.
	uint32 (*floats_of)(uint32 dim, bool *lossy);
	// The value, detoasted into the current memory context where it has to be, and its dimensions.
	const void *(*value)(Datum datum);
	int (*dim)(const void *value);
	// The floats of a value: its own array, or `out` filled.
	const float *(*floats)(const void *value, uint32 n, float *out);
	bool (*zero)(const void *value); // no element is other than 0
	double (*distance)(const core::Metric &metric, const void *value, const void *query);

	// Where all values of a column are as many elements of so many bytes, and distance() is a function of these:
	// the elements of a value, and the distance of two such arrays.  0 and null where values have no such form.
	uint32 element_bytes;
	const void *(*elements)(const void *value);
	double (*elements_distance)(const core::Metric &metric, const void *a, const void *b, size_t n);
};

// What one index is made of.
struct Input
{
	const InputType *type;
	int dim;       // of the indexed values
	uint32 floats; // what they become; 0 where they have no dimensions
	bool lossy;
};

// Null where no type has this id.
const InputType *input_type(int32 id);

// The input of an index, by its operator class and the type modifier of its column; without one dim is -1.
Input index_input(Relation index);

// A value of an index's column, in the current memory context.  Error 22000 where it has not the column's dimensions.
const void *input_value(const Input &input, Datum datum);
// The query of a scan, likewise.  Error 22000, the operator's own.
const void *input_query(const Input &input, Datum datum);
// The floats of either: the value's own array, or a new one in the current memory context.
const float *input_floats(const Input &input, const void *value);

} // namespace vecsim::ivf

#endif
