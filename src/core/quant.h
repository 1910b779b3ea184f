// quant.h - quantisers: how a vector is coded in an index entry and how a block of codes is scored against a
// query.
//
// Entries of a list stand in blocks of a fixed height.  A quantiser owns the payload of a block: the codes
// and factors of `height` slots, laid out as it likes.  Everything else in a block (list, mask, row numbers)
// is none of its business.
//
// A score is a pair of bounds on the operator's own distance.  A quantiser that stores the full value is
// `exact`: both bounds are the distance itself, bit for bit.  Otherwise the bounds hold with high probability
// (Bounds::Likely) or always, by Cauchy-Schwarz and with room for rounding (Bounds::Certain).
#ifndef VECSIM_CORE_QUANT_H
#define VECSIM_CORE_QUANT_H

#include "core/metric.h"
#include "core/types.h"

namespace vecsim::core
{

enum class Bounds : uint8_t
{
	Likely,       // a few standard deviations of the rounding error
	Certain,      // deterministic
	Sketched,     // likewise likely, of floats that are sketches (count_sketch.h) and err themselves; two-level only
	SketchedWide, // likewise, and more likely
};

// What the codes of one index of a two-level quantiser have in common.
struct CodeSpace
{
	const Metric *metric;
	size_t dim;           // of the user's vectors
	const uint8_t *signs; // the rotation's
	const float *mean;    // of all places
};

// The part of a list in a query's bounds: from the centre c that its codes were made against.
struct ListTerm
{
	float value; // of the centre, as of a row: |q - c|^2 under L2, else -<q, c>
	float norm2; // |c|^2
};

// A quantiser with short codes in the lists (hot), which sift out most rows, and longer ones by row number (cold).
// Lists are found, and codes made, by a row's *place*: its rotated (unit-length, where the metric says so) vector.
struct TwoLevel
{
	uint32_t entries_a_row; // lists that a row stands in

	// Floats of a place, and making one.  False where codes cannot rank this value.
	size_t (*place_dim)(size_t dim);
	bool (*place)(const CodeSpace &space, const float *v, float *place);
	// The sign bits of the rotation.
	size_t (*sign_bytes)(size_t dim);
	void (*make_signs)(uint64_t seed, size_t dim, uint8_t *signs);

	// Dimensions that the code of an entry has bits of.
	size_t (*entry_dim)(size_t dim);
	// Codes a place for the list of a centre, and for its row; row_bytes each.
	void (*encode_entry)(const CodeSpace &space, const float *place, const float *centre, void *entry);
	size_t (*row_bytes)(size_t dim);
	void (*encode_row)(const CodeSpace &space, const float *place, void *row);

	// Makes a query ready in query_bytes, from its place, which must outlive it.
	void (*prepare)(const CodeSpace &space, const float *place, Bounds bounds, void *query);
	// Scores one block; sets bit i of the mask where the lower bound of slot i is at most `limit`, a distance.
	// lower and estimate are values: distances by value_distance().
	uint32_t (*sift)(const void *query, const ListTerm &term, const void *payload, double limit, float *lower,
	                 float *estimate);
	double (*value_distance)(const void *query, float value);
	// Bounds on the distance from a row's cold code.
	void (*refine)(const void *query, const void *row, double *lower, double *upper);
	// The estimated value of n rows, row i at rows + i * stride bytes.
	void (*estimate)(const void *query, const void *rows, size_t stride, size_t n, float *values);
	// The estimated values of the 32 entries of a payload whose centre is the mean.
	void (*estimate_block)(const void *query, const void *payload, float *values);
};

// The members from encode to score, save store, are null in a two-level quantiser, which has two_level instead.
struct Quantizer
{
	QuantizerId id;
	const char *name; // as the option `quantizer` spells it
	bool exact;       // lower == upper == the operator's distance
	size_t height;    // the only height of its blocks, 0 where any will do

	// Bytes of one entry in flight: what encode() writes and store() reads.  Also what an entry takes in a
	// block, row number apart, up to the padding of the block.
	size_t (*entry_bytes)(size_t dim);
	// Bytes of the payload of a block, a multiple of 32.
	size_t (*payload_bytes)(size_t dim, size_t height);

	// Codes v (the user's own value, not normalised) into entry.  False when codes cannot rank this value (a
	// norm or product that overflows float32, or a zero vector under cosine): it then has no entry.
	bool (*encode)(const Metric &metric, const float *v, size_t dim, void *entry);
	// Puts an entry into a slot of a block.
	void (*store)(const void *entry, size_t dim, size_t height, size_t slot, void *payload);

	// Bytes of a prepared query, and preparing one.  The memory is aligned to 64 bytes and plain: it may be
	// freed without a call.  False when codes cannot rank against this query (as for encode): the caller must
	// then score every row exactly.
	size_t (*query_bytes)(size_t dim);
	bool (*prepare)(const Metric &metric, const float *q, size_t dim, Bounds bounds, void *query);

	// Scores nblocks neighbouring blocks, block i's payload at payload + i * stride bytes, 32-byte aligned.
	// lower and upper get nblocks * height values; those of empty slots mean nothing.  Any payload bytes are
	// safe: damaged ones give wrong bounds (never NaN: lower is -infinity and upper +infinity instead).
	void (*score)(const void *query, size_t height, const void *payload, size_t stride, size_t nblocks,
	              double *lower, double *upper);

	const TwoLevel *two_level;
};

// What encode() and prepare() ask first: can lists and codes rank a vector of this squared norm?  No where it
// overflows float32 (unless only the direction counts), where there is no direction, and under a metric that
// has no list order.
bool can_rank(const Metric &metric, double norm2);

// Null when no quantiser has this id or name.
const Quantizer *quantizer_by_id(uint8_t id);
const Quantizer *quantizer_by_name(const char *name);
// All of them in the order of their ids, for lists of valid names; null at the end of the range.
const Quantizer *quantizer_at(size_t i);

} // namespace vecsim::core

#endif
