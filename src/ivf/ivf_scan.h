// ivf_scan.h - the state of an index scan and the steps it is made of.
#ifndef VECSIM_IVF_SCAN_H
#define VECSIM_IVF_SCAN_H

#include "core/topk.h"
#include "ivf/ivf_centroid.h"
#include "ivf/ivf_explain.h"
#include "ivf/ivf_known.h"
#include "ivf/ivf_list.h"
#include "ivf/ivf_pool.h"
#include "ivf/ivf_seen.h"
#include "ivf/ivf_toast.h"

namespace vecsim::ivf
{

// Lists read one after the other, their rows handed out as they come: rows that have no order among them.
struct PlainWalk
{
	uint32 list; // how-manieth list of the walk
	bool open;   // walk stands in that list
	ListWalk walk;
	uint32 *rows; // of the last run of blocks
	uint32 n;
	uint32 next;
};

struct Scan
{
	IndexScanDesc desc;
	Index index;
	MemoryContext context; // of this struct and of arrays that are kept from one search to the next
	MemoryContext search;  // of one search: reset by each rescan
	bool begun;
	ScanCounts counts; // of the searches before and, as it goes, of the present one: see scan_counts()

	// The query.
	const void *query; // in the index's type; null for a NULL
	core::CodeSpace space;
	float *place;   // of the query
	bool ordered;   // false where all rows are at distance NaN or NULL
	void *prepared; // by the quantiser; null where codes cannot rank against this query

	// Probing.
	core::ListScore *lists; // best first, as far as sorted
	Size lists_room;
	CentroidQuery lists_query;
	bool lists_estimated; // scores are estimates, but for lists sorted
	GroupWalk groups;     // where the lists come from
	uint32 found;         // lists there are: all, or those of the groups read so far
	ListWalk coming;      // in the list that is likely to be read next, if its index is set
	uint32 sorted;
	uint32 sent;  // lists sent for, in case they are not in memory
	uint32 front; // where scores are estimates: lists[0 .. front) are the best
	uint32 probed;
	uint32 recalled; // lists whose forgotten rows have been read again
	uint32 patience;
	uint32 streak;   // lists in a row that brought no row into the best K
	uint32 due;      // lists to read before rows are handed out, where ivf.probes says so
	uint32 at_least; // lists to read where they are not due
	bool everything; // read all lists before a row is handed out
	bool streamed;   // all rows were met by their cold codes
	core::BestK best;
	Size best_room;
	uint64 wanted; // K: rows that may be handed out before probing goes on
	uint64 consumed;

	// Rows met.
	Pool pool;
	Pool late;              // found after a farther one had been handed out
	CandidateRun *late_run; // of late, while more may come; null while there is none
	double last;            // distance of the last row handed out
	Seen seen;              // taken from the pool, or handed out
	PlainWalk plain;

	// Room for the scores of one run of blocks.
	double *lower;
	double *upper;
	uint32 *rows;
	uint8 *slots;

	// Sifting.
	struct Survivor *survivors;
	Size survivors_n;
	Size survivors_room;
	Buffer row_buffer; // page of the row store at hand, pinned
	BlockNumber row_block;

	// Exact distances: a row's own value, where the index keeps it, else null.
	char *value;
	bool inlined;       // the row handed out last is not stored out of line: nor will others be
	BlockNumber handed; // heap page of the row handed out last, invalid before the first; only kept then

	// Reading heap rows.
	IndexFetchTableData *fetch;
	bool heap_recent; // buffers of heap pages are remembered
	TupleTableSlot *slot;
	IndexInfo *info;
	EState *estate;
	MemoryContext row_context;
	ToastReader toast;
	KnownRows *known;        // null before the first row of a search
	BlockNumber heap_blocks; // that the heap is known to have
};

// True when a scan deals with a row for the first time.  False where its number was freed and taken again while the
// scan ran.  Raises index_corrupted where two entries name the same row.
bool scan_first_time(Scan &scan, uint32 row);

// What all searches of the scan did, the present one included.
ScanCounts scan_counts(const Scan &scan);

// ---- ivf_probe.cpp: reading lists ---------------------------------------------------------------------------------

// Makes the query ready and scores the lists.
void probe_begin(Scan &scan, Datum query);
// True when rows may be handed out.
bool probe_enough(const Scan &scan);
// Reads the next list.
void probe_next(Scan &scan);
// More rows are wanted than K.
void probe_widen(Scan &scan);
// Reads the forgotten rows of the lists probed so far again.
void probe_recall(Scan &scan);

// ---- ivf_sift.cpp: two-level codes --------------------------------------------------------------------------------

void sift_begin(Scan &scan);
// Sifts a list and refines its survivors; or, where sink is given, finds what was forgotten of it.
// True if one of its rows is among the best K.
bool sift_list(Scan &scan, uint32 list, uint32 probe, CandidateRun *sink);
// Replaces the bound of a row by that of its cold code.
void cold_refine(Scan &scan, Candidate &candidate, double *upper);
// Meets every row that has a cold code; or, where sink is given, those forgotten.
void stream_rows(Scan &scan, CandidateRun *sink);
// Lets go of the pages at hand: of the row store, and of the list that was to come.
void sift_release(Scan &scan);

// ---- ivf_full.cpp: exact distances from the index -----------------------------------------------------------------

// The operator's distance of a row of a list with codes: from its value in the index where that keeps it, else by
// refine_row().  False where the row is gone.
bool full_refine(Scan &scan, uint32 row, double *distance);

// ---- ivf_refine.cpp: reading heap rows ----------------------------------------------------------------------------

void refine_begin(Scan &scan);
void refine_end(Scan &scan);
// Has the CPU fetch the heap rows that are refined next.
void refine_announce(Scan &scan);
// The operator's distance of a row, from its heap tuple under the scan's snapshot.  False where no tuple is visible.
// +infinity where the distance is NaN or NULL, which a row in a list with codes cannot be.
bool refine_row(Scan &scan, uint32 row, double *distance);
// Notes the distance of a row that is handed out and was found by its value in the index (full_refine), where its value
// in the table is stored out of line: then the executor need not read that one either.
void refine_tell(Scan &scan, uint32 row, double distance);
// True where a tuple of the row is visible.
bool refine_visible(Scan &scan, uint32 row);
// The TID of a live row, checked against the heap's size.
bool refine_tid(Scan &scan, uint32 row, ItemPointer tid);

} // namespace vecsim::ivf

#endif
