// ivf_build.h - the state of an index build and its phases.
#ifndef VECSIM_IVF_BUILD_H
#define VECSIM_IVF_BUILD_H

#include "core/random.h"
#include "ivf/ivf_centroid.h"
#include "pg/memory.h"

namespace vecsim::ivf
{

// As pg_stat_progress_create_index names them.  The first is PostgreSQL's own.
enum BuildPhase : int64
{
	kPhaseInitialize = PROGRESS_CREATEIDX_SUBPHASE_INITIALIZE,
	kPhaseSample,
	kPhaseKmeans,
	kPhasePolish,
	kPhaseAssign,
	kPhaseSort,
	kPhaseLoad,
	kPhaseWal,
};

// How rows are clustered in groups, where k-means of all of them at once does not fit in memory.
struct Groups
{
	uint32 count;    // 0: all at once
	double share;    // of the table's rows: the sample to draw for them, all groups together
	Size memory;     // bytes that one group's sample and its k-means may take
	Size sort_bytes; // bytes for sorting rows by their group
};

struct Build
{
	Relation heap;
	Relation relation;
	ForkNumber fork;
	IndexInfo *info;
	Input input;
	const core::Metric *metric; // of lists and codes
	const core::Metric *order;  // of the operator
	const core::Quantizer *quantizer;
	Geometry geometry;
	uint32 dim; // floats of a value
	core::CodeSpace space;
	uint64 seed;
	uint32 place_dim;
	Size row_bytes;
	Size value_bytes; // of a row's own value in the index, 0 where it is not kept
	int threads;
	Size memory; // bytes that it may take, but for memory_of() threads

	// Sampling.
	float *sample; // sample_n x place_dim
	Size sample_n;
	Size sample_room;
	uint64 sample_seen; // rows that were offered to it
	float *near;        // of an L1 index: near_n x dim rows as they are, of which near_room are kept
	Size near_n;
	Size near_room;
	float taxicab; // see MetaPage
	core::Random random;
	MemoryContext sample_context; // of sample and near
	MemoryContext row_context;

	// Clustering.
	uint32 lists;
	Groups groups;
	float *centroids; // lists x place_dim
	float *bias;      // lists: see CentroidHeader
	float *lengths;   // lists: likewise
	float *mean;      // place_dim: of the places, for two-level quantisers
	bool grouped;     // lists that share a sketch form a group

	// Entries on their way from the heap to the pages.
	Tuplesortstate *sort;
	uint64 *counts; // rows whose first list this is, the lists without codes included
	uint64 rows;
	uint64 entries;
	uint64 heap_rows;
};

// An entry in flight, in front of its code.
struct FlightHeader
{
	ItemPointerData tid;
	uint16 unused;
	float residual; // squared distance to the centroid
	uint32 first;   // the row's first list
	uint32 ordinal; // among the rows whose first list that is
};

static_assert(sizeof(FlightHeader) == 20, "no padding that is not accounted for");

// Begins a phase of so many units.
void build_phase(BuildPhase phase, int64 total);

// ---- ivf_sample.cpp -------------------------------------------------------------------------------------------------

// Chooses the number of lists and fills the sample.
void build_sample(Build &build);

// Feeds the rows of randomly chosen blocks of the heap to callback: about `share` of all, at least a few blocks.
void sample_blocks(Build &build, BuildPhase phase, double share, IndexBuildCallback callback, void *state);

// Where a value of the heap stands among the lists, place_dim floats; false for NULL and what cannot be ranked.
bool sample_place(Build &build, Datum value, bool isnull, float *place);

// ---- ivf_plan.cpp ---------------------------------------------------------------------------------------------------

// What remains of maintenance_work_mem without the share that is for threads, so that the index does not depend on how
// many there are.
Size memory_of(Size maintenance);

// Sets the number of lists, the size of the sample and, where it is needed, how rows are grouped; for about so many
// rows in the table.  Error 54000 where the number of lists that was asked for does not fit in memory.
void plan_build(Build &build, double rows);

// Rows of which k-means into k lists fits in so many bytes, themselves included.
Size plan_rows_that_fit(const Build &build, Size bytes, Size k);

// ---- ivf_cluster.cpp ------------------------------------------------------------------------------------------------

// Rows for k-means, in random order, and how many have been through it before, of those that the phase counts.
struct ClusterRows
{
	const float *places;
	Size n;
	double before;
};

// Finds the centroids of the sample, or by means of it.
void build_cluster(Build &build);

// Runs k-means: k centroids, at most as many as rows, and their lengths.  Returns how many distinct ones there are.
uint32 cluster_rows(Build &build, const ClusterRows &rows, uint32 k, float *centroids, float *lengths);

// Gives the sample's memory back.
void cluster_forget(Build &build);

// One list for everything: an index on an empty table, which reads all its rows until it is rebuilt.
void cluster_single(Build &build);

// The mean of the sample, from which codes are made.
void cluster_mean(Build &build);

// Of each centroid the bias that makes the largest score the nearest one.
float *cluster_bias(const Build &build, const float *centroids, uint32 count);

// The same into an array of `count`.
void cluster_set_bias(const Build &build, const float *centroids, uint32 count, float *bias);

// ---- ivf_groups.cpp -------------------------------------------------------------------------------------------------

// Finds the centroids group by group; the sample is what groups are made of.
void build_groups(Build &build);

// ---- ivf_polish.cpp -------------------------------------------------------------------------------------------------

// Moves centroids that were found in groups to the means of the rows nearest to them, in some passes over samples like
// that of the groups.
void build_polish(Build &build);

// ---- ivf_order.cpp --------------------------------------------------------------------------------------------------

// Numbers the lists so that neighbouring numbers are near each other, where they are many and memory is enough:
// the build is `grouped` then.
void build_order(Build &build);

// Writes the sketches of so many groups of lists behind those of the lists, which have these spreads.  entry is memory
// for a code of the quantiser.
void group_sketches(const Build &build, const Extent &sketches, uint32 groups, const float *spreads,
                    void *entry);

// ---- ivf_assign.cpp -------------------------------------------------------------------------------------------------

// Scans the heap, gives each row its list and code, and sorts the entries by list.
void build_assign(Build &build);

// The sorted entries' columns: the place that they are sorted by, header and code in one bytea.
TupleDesc flight_descriptor();

// A sort of such entries with so many kilobytes of memory.  It lives, with its descriptor, in the current context.
Tuplesortstate *flight_sort(int memory);

// Hands an entry, which is a place and a bytea, to a sort.  The slot is a virtual one of flight_descriptor().
void flight_put(Tuplesortstate *sort, TupleTableSlot *slot, int64 place, void *flight);

// The place of an entry: its list, then its row's position in the heap.
inline constexpr int kPositionBits = 40;

inline int64
flight_place(uint32 list, int64 position)
{
	return static_cast<int64>(list) << kPositionBits | position;
}

inline uint32
flight_list(int64 place)
{
	return static_cast<uint32>(place >> kPositionBits);
}

// ---- ivf_load.cpp ---------------------------------------------------------------------------------------------------

// Writes all pages, the metapage last.
void build_load(Build &build);

} // namespace vecsim::ivf

#endif
