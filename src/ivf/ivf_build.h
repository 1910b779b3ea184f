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
	kPhaseAssign,
	kPhaseSort,
	kPhaseLoad,
	kPhaseWal,
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
	int threads;
	Size memory; // bytes that it may take, maintenance_work_mem

	// Sampling.
	float *sample; // sample_n x place_dim
	Size sample_n;
	Size sample_room;
	uint64 sample_seen; // rows that were offered to it
	float *near; // of an L1 index: near_n x dim rows as they are, of which near_room are kept
	Size near_n;
	Size near_room;
	float taxicab; // see MetaPage
	core::Random random;
	MemoryContext sample_context; // of sample and near
	MemoryContext row_context;

	// Clustering.
	uint32 lists;
	float *centroids; // lists x place_dim
	float *bias;      // lists: see CentroidHeader
	float *lengths;   // lists: likewise
	float *mean;      // place_dim: of the places, for two-level quantisers

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

// ---- ivf_assign.cpp -------------------------------------------------------------------------------------------------

// Scans the heap, gives each row its list and code, and sorts the entries by list.
void build_assign(Build &build);

// The sorted entries' columns: the place that they are sorted by, header and code in one bytea.
TupleDesc flight_descriptor();

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
