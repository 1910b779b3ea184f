// ivf_scan.cpp - ordered index scans: the callbacks, and the order in which rows are handed out.
//
// Rows are handed out in non-decreasing distance.  One found after a farther one has been handed out is late: it is
// held back until every list has been read.  Then come the late rows, sorted, then rows at distance NaN, then NULLs.
#include "pg/pg.h"

#include "ivf/ivf_recent.h"
#include "ivf/ivf_scan.h"

#include <limits>

namespace vecsim::ivf
{

static constexpr double kInfinity = std::numeric_limits<double>::infinity();

static StopReason stop_reason(const Scan &scan);
static void begin_search(Scan &scan);
static bool next_row(Scan &scan, ItemPointer tid);
static bool next_ordered(Scan &scan, ItemPointer tid);
static bool next_plain(Scan &scan, ItemPointer tid);
static bool take(Scan &scan, Candidate &candidate);
static bool settle(Scan &scan, Candidate &candidate);
static void hold_back(Scan &scan, const Candidate &candidate);
static bool take_late(Scan &scan, Candidate &candidate);
static uint32 plain_list(const Scan &scan, uint32 number);
static bool plain_fill(Scan &scan);

IndexScanDesc
begin_scan(Relation index, int nkeys, int norderbys)
{
	IndexScanDesc desc = RelationGetIndexScan(index, nkeys, norderbys);
	Scan *scan = static_cast<Scan *>(palloc0(sizeof(Scan)));

	scan->desc = desc;
	scan->context = AllocSetContextCreate(CurrentMemoryContext, "ivf scan", ALLOCSET_DEFAULT_SIZES);
	scan->search = AllocSetContextCreate(scan->context, "ivf search", ALLOCSET_DEFAULT_SIZES);
	pool_init(scan->pool, scan->context, static_cast<Size>(work_mem) * 1024 / 2);
	pool_init(scan->late, scan->context, 0);
	seen_init(scan->seen, scan->context);
	desc->opaque = scan;
	return desc;
}

void
rescan(IndexScanDesc desc, ScanKey keys, int nkeys, ScanKey orderbys, int norderbys)
{
	Scan *scan = static_cast<Scan *>(desc->opaque);

	if (orderbys != nullptr && norderbys > 0)
	{
		memmove(desc->orderByData, orderbys, static_cast<Size>(norderbys) * sizeof(ScanKeyData));
	}
	scan->begun = false;
	types::known_distance.query = nullptr;
}

void
end_scan(IndexScanDesc desc)
{
	Scan *scan = static_cast<Scan *>(desc->opaque);

	scan_remember(desc->indexRelation, scan_counts(*scan));
	refine_end(*scan);
	sift_release(*scan);
	pool_reset(scan->pool);
	pool_reset(scan->late);
	MemoryContextDelete(scan->context);
	pfree(scan);
	desc->opaque = nullptr;
}

bool
get_tuple(IndexScanDesc desc, ScanDirection direction)
{
	Scan *scan = static_cast<Scan *>(desc->opaque);
	ItemPointerData tid;
	bool found;

	if (!scan->begun)
	{
		MemoryContext old = MemoryContextSwitchTo(scan->search);

		begin_search(*scan);
		MemoryContextSwitchTo(old);
	}

	if (scan->heap_recent && BlockNumberIsValid(scan->handed) && desc->xs_heapfetch != nullptr)
	{
		heap_held(scan->index.relation, scan->handed, desc->xs_heapfetch);
	}

	MemoryContext old = MemoryContextSwitchTo(scan->search);

	found = next_row(*scan, &tid);
	MemoryContextSwitchTo(old);
	if (found)
	{
		desc->xs_heaptid = tid;
		desc->xs_recheck = false;
		desc->xs_recheckorderby = false;
		if (scan->heap_recent && desc->xs_heapfetch != nullptr)
		{
			// The executor fetches the row, once more or for the first time.
			heap_offer(scan->index.relation, desc->heapRelation, desc->xs_heapfetch,
			           ItemPointerGetBlockNumberNoCheck(&tid));
			scan->handed =
				scan->value != nullptr ? ItemPointerGetBlockNumberNoCheck(&tid) : InvalidBlockNumber;
		}
	}
	return found;
}

ScanCounts
scan_counts(const Scan &scan)
{
	ScanCounts counts = scan.counts;

	if (counts.searches > 0)
	{
		StopReason reason = stop_reason(scan);

		counts.lists += reason_reads_lists(reason) ? scan.probed : 0;
		counts.stops[static_cast<int>(reason)]++;
	}
	return counts;
}

// Why the present search reads no further list.
static StopReason
stop_reason(const Scan &scan)
{
	if (!scan.ordered)
	{
		return StopReason::NoOrder;
	}
	if (scan.prepared == nullptr || scan.streamed)
	{
		return StopReason::EveryRow;
	}
	if (scan.probed >= scan.index.meta.lists)
	{
		return StopReason::AllLists;
	}
	return scan.due > 0 ? StopReason::Probes : StopReason::Patience;
}

// Begins a search for the present query.
static void
begin_search(Scan &scan)
{
	IndexScanDesc desc = scan.desc;

	if (desc->numberOfOrderBys != 1)
	{
		elog(ERROR, "an ivf index is scanned in the order of exactly one distance");
	}
	if (!IsMVCCSnapshot(desc->xs_snapshot))
	{
		elog(ERROR, "non-MVCC snapshots are not supported with ivf");
	}
	scan.counts = scan_counts(scan);
	sift_release(scan);
	pool_reset(scan.pool);
	pool_reset(scan.late);
	seen_reset(scan.seen);
	MemoryContextReset(scan.search);
	recent_search_begin();
	index_read(scan.index, desc->indexRelation);
	pgstat_count_index_scan(desc->indexRelation);
	compat::count_index_search(desc);
	scan.counts.searches++;

	uint32 entries = scan.index.geometry.blocks_per_page * scan.index.geometry.height;

	scan.lower = static_cast<double *>(palloc(entries * sizeof(double)));
	scan.upper = static_cast<double *>(palloc(entries * sizeof(double)));
	scan.rows = static_cast<uint32 *>(palloc(entries * sizeof(uint32)));
	scan.slots = static_cast<uint8 *>(palloc(entries));
	scan.value = scan.index.value_bytes > 0 ? static_cast<char *>(palloc(scan.index.value_bytes)) : nullptr;
	scan.handed = InvalidBlockNumber;
	scan.inlined = false;
	scan.late_run = nullptr;
	scan.plain = PlainWalk{};
	scan.last = -kInfinity;
	scan.query = nullptr;
	scan.known = nullptr;
	scan.prepared = nullptr;
	scan.heap_blocks = 0;
	scan.ordered = (desc->orderByData[0].sk_flags & SK_ISNULL) == 0;
	if (scan.ordered)
	{
		probe_begin(scan, desc->orderByData[0].sk_argument);
	}
	if (scan.ordered)
	{
		scan.plain.list = scan.index.meta.lists + kListNan; // the others have been read by then
	}
	scan.begun = true;
}

static bool
next_row(Scan &scan, ItemPointer tid)
{
	return (scan.ordered && next_ordered(scan, tid)) || next_plain(scan, tid);
}

// The next row that has a distance.
static bool
next_ordered(Scan &scan, ItemPointer tid)
{
	Candidate candidate;

	while (take(scan, candidate))
	{
		if (!settle(scan, candidate))
		{
			continue;
		}
		if (candidate.lower < scan.last)
		{
			hold_back(scan, candidate);
			continue;
		}
		scan.last = candidate.lower;
		scan.consumed++;
		if (refine_tid(scan, candidate.row, tid))
		{
			refine_tell(scan, candidate.row, candidate.lower);
			known_hand_out(scan.known, scan.index, candidate.row);
			return true;
		}
	}
	while (take_late(scan, candidate))
	{
		if (refine_tid(scan, candidate.row, tid))
		{
			refine_tell(scan, candidate.row, candidate.lower);
			known_hand_out(scan.known, scan.index, candidate.row);
			return true;
		}
	}
	return false;
}

// True where the distance of a row from the pool is known.  Otherwise it is found out now, and the row goes back to the
// pool, unless it is gone.
static bool
settle(Scan &scan, Candidate &candidate)
{
	if (!candidate.refined && !scan_first_time(scan, candidate.row))
	{
		return false;
	}
	if (candidate.exact)
	{
		return true;
	}
	if (candidate.coarse)
	{
		double upper;

		cold_refine(scan, candidate, &upper);
		pool_add(scan.pool, candidate, kInfinity);
		return false;
	}
	candidate.exact = candidate.refined = full_refine(scan, candidate.row, &candidate.lower);
	candidate.width = 0;
	if (candidate.exact)
	{
		pool_add(scan.pool, candidate, kInfinity);
	}
	else
	{
		scan.consumed++;
	}
	return false;
}

// Keeps a late row until the end.  There may be as many as the table has rows, so they go to a tuplesort.
static void
hold_back(Scan &scan, const Candidate &candidate)
{
	scan.counts.late++;
	if (scan.late_run == nullptr)
	{
		scan.late.floor = -kInfinity;
		scan.late_run = pool_recall_begin(scan.late);
	}
	pool_recall_add(scan.late, scan.late_run, candidate);
}

// The nearest late row, once there are no more to come.
static bool
take_late(Scan &scan, Candidate &candidate)
{
	if (scan.late_run != nullptr)
	{
		pool_recall_end(scan.late, scan.late_run);
		scan.late_run = nullptr;
	}
	return pool_take(scan.late, candidate);
}

// The nearest row met, once lists enough have been read.
static bool
take(Scan &scan, Candidate &candidate)
{
	for (;;)
	{
		if (scan.due == 0 && scan.consumed >= scan.wanted)
		{
			probe_widen(scan);
		}
		if (!probe_enough(scan))
		{
			do
			{
				probe_next(scan);
			} while (!probe_enough(scan));
			refine_announce(scan);
		}
		if (pool_forgotten(scan.pool))
		{
			probe_recall(scan);
		}
		if (pool_take(scan.pool, candidate))
		{
			return true;
		}
		if (scan.probed >= scan.index.meta.lists)
		{
			return false;
		}
		probe_widen(scan);
	}
}

bool
scan_first_time(Scan &scan, uint32 row)
{
	const MetaPage &meta = scan.index.meta;
	uint64 rows = static_cast<uint64>(store_pages(meta.tids, meta.tid_extents)) * kTidsPerPage;

	if (seen_add(scan.seen, row, rows))
	{
		return true;
	}
	if (scan.index.quantizer->two_level != nullptr && scan.index.quantizer->two_level->entries_a_row > 1)
	{
		return false; // the row's other entry
	}
	// The new row is not visible to this scan.
	if (refine_visible(scan, row))
	{
		index_corrupted(scan.index.relation, kMetaBlock, "Two entries name the same row.");
	}
	return false;
}

// The next row of lists that have no order: those of the lists without codes at the end, or of all lists.
static bool
next_plain(Scan &scan, ItemPointer tid)
{
	PlainWalk &plain = scan.plain;

	for (;;)
	{
		while (plain.next < plain.n)
		{
			uint32 row = plain.rows[plain.next++];

			if (scan_first_time(scan, row) && refine_tid(scan, row, tid))
			{
				return true;
			}
		}
		if (!plain_fill(scan))
		{
			return false;
		}
		CHECK_FOR_INTERRUPTS();
	}
}

// The list that comes number-th in a walk over all: those with codes, the unranked, the NaN, the NULL rows.
static uint32
plain_list(const Scan &scan, uint32 number)
{
	return number < scan.index.meta.lists ? kFirstList + number : number - scan.index.meta.lists;
}

// Reads the rows of the next run of blocks.  False behind the last list.
static bool
plain_fill(Scan &scan)
{
	PlainWalk &plain = scan.plain;
	const Index &index = scan.index;
	uint32 lists = index.meta.lists + kFirstList;
	BlockRun run;

	for (; plain.list < lists; plain.list++, plain.open = false)
	{
		uint32 list = plain_list(scan, plain.list);

		if (!plain.open)
		{
			list_walk_begin(plain.walk, index, list);
			plain.open = true;
		}
		if (!list_walk_next(plain.walk, run))
		{
			continue;
		}
		if (plain.rows == nullptr)
		{
			plain.rows = static_cast<uint32 *>(palloc(BLCKSZ));
		}
		plain.n = plain.next = 0;
		for (uint32 i = 0; i < run.count; i++)
		{
			plain.n += list < kFirstList
			               ? block_codeless_entries(index, run, run.first + i, plain.rows + plain.n)
			               : block_entries(index, run, run.first + i, plain.rows + plain.n, scan.slots);
		}
		page_release(run.buffer);
		return true;
	}
	return false;
}

} // namespace vecsim::ivf
