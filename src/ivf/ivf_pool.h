// ivf_pool.h - the rows that a scan has met and not yet handed out, nearest first, in bounded memory.
//
// A scan meets thousands of rows and hands out ten, so rows are sorted only as far as they are asked for:
//   near  a heap of the rows that may be handed out soon,
//   far   an unsorted array of those that lay beyond the K-th best when they came,
//   and, when both outgrow the memory, nothing: the farther half is forgotten, and `floor` remembers from where on.
// A scan that ever comes to the floor (few do) reads the lists again, into a tuplesort, and goes on from that.
#ifndef VECSIM_IVF_POOL_H
#define VECSIM_IVF_POOL_H

#include "pg/pg.h"

#include "core/topk.h"
#include "ivf/ivf_page.h"

namespace vecsim::ivf
{

struct Candidate
{
	double lower; // lower bound of the distance; the distance itself where exact
	float width;  // upper bound - lower bound, rounded up
	uint32 row;
	uint32 probe; // the how-manieth list of the scan it was found in, from 0
	bool exact;   // the distance is known
	bool coarse;  // only the bound of a hot code is known
	bool refined; // it was computed after the list was read: reading the list again does not give it
};

// A growing array of candidates.
struct CandidateArray
{
	Candidate *items;
	Size n;
	Size room;
};

// A block of hot codes, of which some lie beyond the K-th best: kept as it is, since few of them are ever asked for.
struct FarBlock
{
	float lower[kTallestBlock]; // values
	uint32 rows[kTallestBlock];
	uint32 mask;
	uint32 probe;
};

// The distance of a value, and what tells it.
struct ValueDistance
{
	double (*distance)(const void *query, float value);
	const void *query;
};

// The distance of a lower bound; NaN and infinity, which only damage gives, count as -infinity: no row may be lost.
inline double
value_lower(const ValueDistance &value, float lower)
{
	double distance = value.distance(value.query, lower);

	return distance < get_float8_infinity() ? distance : -get_float8_infinity();
}

// Forgotten rows read again, in order.
struct CandidateRun
{
	Tuplesortstate *sort; // null once all rows have been taken
	TupleTableSlot *slot;
	Candidate head;
	bool ended; // there is no head
	CandidateRun *next;
};

struct Pool
{
	MemoryContext context; // of the arrays; they are kept from one search to the next
	CandidateArray near;   // a heap once `heaped`
	CandidateArray far;
	bool heaped;
	double far_least; // smallest lower bound in far
	FarBlock *blocks;
	Size blocks_n;
	Size blocks_room;
	double blocks_least; // no lower bound in blocks is smaller
	ValueDistance value_distance;
	Size most;    // candidates that memory allows
	double floor; // rows from here on may have been forgotten
	CandidateRun *runs;
};

// A pool without rows.  memory in bytes.
void pool_init(Pool &pool, MemoryContext context, Size memory);
void pool_reset(Pool &pool);

// Takes a row in.  tau: the present K-th best upper bound.
void pool_add(Pool &pool, const Candidate &candidate, double tau);

// Takes the rows of a block in whose bits are set in mask: they all lie beyond the distance least.
void pool_add_block(Pool &pool, const float *lower, const uint32 *rows, uint32 mask, uint32 probe,
                    double least);

// Up to `most` rows whose distance is not known and whose bound is no larger than tau, in no order; returns how many.
uint32 pool_unknown(const Pool &pool, double tau, uint32 *rows, uint32 most);

// The row of the least lower bound; false where there is none.  Check pool_forgotten() first.
bool pool_take(Pool &pool, Candidate &candidate);

// True when the next row may be one of the forgotten ones: the caller must then call pool_recall_begin(), add every row
// of the lists that it has read since the last recall with pool_recall_add(), and call pool_recall_end().
bool pool_forgotten(const Pool &pool);
CandidateRun *pool_recall_begin(Pool &pool);
void pool_recall_add(Pool &pool, CandidateRun *run, const Candidate &candidate);
void pool_recall_end(Pool &pool, CandidateRun *run);

// Fills best (emptied first) with the upper bounds of the rows in memory and returns the number, counted from 1, of the
// last list that holds one of the best K; 0 where none does.
uint32 pool_rank(const Pool &pool, core::BestK &best);

} // namespace vecsim::ivf

#endif
