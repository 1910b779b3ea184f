// ivf_refine.cpp - exact distances, from heap rows under the scan's snapshot.
#include "pg/pg.h"

#include "ivf/ivf_full.h"
#include "ivf/ivf_recent.h"
#include "ivf/ivf_scan.h"

#include <cmath>
#include <limits>

namespace vecsim::ivf
{

static bool fetch(Scan &scan, uint32 row);
static Datum indexed_value(Scan &scan, bool *isnull);

void
refine_begin(Scan &scan)
{
	if (scan.fetch != nullptr)
	{
		return;
	}

	MemoryContext old = MemoryContextSwitchTo(scan.context);
	Relation heap = scan.desc->heapRelation;

	scan.info = BuildIndexInfo(scan.desc->indexRelation);
	if (scan.info->ii_Expressions != NIL)
	{
		scan.estate = CreateExecutorState();
	}
	scan.fetch = compat::begin_index_fetch(heap);
	scan.heap_recent = heap_recent_begin(scan.desc->indexRelation, heap);
	scan.slot = table_slot_create(heap, nullptr);
	scan.row_context = AllocSetContextCreate(scan.context, "ivf heap row", ALLOCSET_DEFAULT_SIZES);
	toast_begin(scan.toast, scan.context, heap);
	MemoryContextSwitchTo(old);
}

void
refine_end(Scan &scan)
{
	if (scan.fetch == nullptr)
	{
		return;
	}
	toast_end(scan.toast);
	ExecDropSingleTupleTableSlot(scan.slot);
	table_index_fetch_end(scan.fetch);
	if (scan.estate != nullptr)
	{
		FreeExecutorState(scan.estate);
	}
	scan.fetch = nullptr;
}

bool
refine_tid(Scan &scan, uint32 row, ItemPointer tid)
{
	if (!tid_read(scan.index, row, tid))
	{
		return false;
	}
	if (ItemPointerGetBlockNumberNoCheck(tid) >= scan.heap_blocks)
	{
		scan.heap_blocks = RelationGetNumberOfBlocks(scan.desc->heapRelation);
		if (ItemPointerGetBlockNumberNoCheck(tid) >= scan.heap_blocks)
		{
			index_corrupted(scan.index.relation,
			                store_page(scan.index.meta.tids, scan.index.meta.tid_extents, row / kTidsPerPage),
			                "A heap TID lies beyond the end of the table.");
		}
	}
	return true;
}

// In three rounds, each of which wants what the one before sent for: row number to TID, TID to page, page to row.
void
refine_announce(Scan &scan)
{
	constexpr uint32 kMost = 32;
	uint32 rows[kMost];
	ItemPointerData tids[kMost];
	uint32 n = pool_unknown(scan.pool, core::best_k_worst(scan.best), rows, kMost);
	uint32 found = 0;

	if (n == 0)
	{
		return;
	}
	if (scan.value != nullptr)
	{
		full_hint(scan.index, rows, n);
		scan.heap_recent = heap_recent_begin(scan.desc->indexRelation, scan.desc->heapRelation);
	}
	else
	{
		refine_begin(scan);
	}
	if (!scan.heap_recent)
	{
		return;
	}
	for (uint32 i = 0; i < n; i++)
	{
		tid_hint(scan.index, rows[i]);
	}
	for (uint32 i = 0; i < n; i++)
	{
		if (refine_tid(scan, rows[i], &tids[found]))
		{
			page_send(scan.desc->heapRelation, ItemPointerGetBlockNumberNoCheck(&tids[found]));
			heap_hint(scan.index.relation, ItemPointerGetBlockNumberNoCheck(&tids[found]));
			found++;
		}
	}
	for (uint32 i = 0; i < found; i++)
	{
		heap_hint_row(scan.index.relation, tids[i]);
	}
}

bool
refine_visible(Scan &scan, uint32 row)
{
	refine_begin(scan);
	return fetch(scan, row);
}

bool
refine_row(Scan &scan, uint32 row, double *distance)
{
	const Index &index = scan.index;

	scan.counts.reranked++;
	refine_begin(scan);
	if (!fetch(scan, row))
	{
		return false;
	}

	MemoryContext old = MemoryContextSwitchTo(scan.row_context);
	bool isnull;
	Datum value = indexed_value(scan, &isnull);

	*distance = std::numeric_limits<double>::infinity();
	if (!isnull)
	{
		const void *read = input_value(index.input, toast_value(scan.toast, value));
		double exact = index.input.type->distance(*index.order, read, scan.query);

		*distance = std::isnan(exact) ? *distance : exact / index.distance_unit;
		known_note(scan.known, scan.search, index, scan.query, row, value, exact);
	}
	MemoryContextSwitchTo(old);
	MemoryContextReset(scan.row_context);
	return true;
}

void
refine_tell(Scan &scan, uint32 row, double distance)
{
	if (scan.value == nullptr || scan.inlined || scan.index.distance_unit != 1)
	{
		return;
	}
	refine_begin(scan);
	if (scan.info->ii_IndexAttrNumbers[0] == 0 || !fetch(scan, row))
	{
		return;
	}

	bool isnull;
	Datum value = indexed_value(scan, &isnull);

	scan.inlined = !isnull && !types::is_stored(value);
	if (!isnull)
	{
		known_note(scan.known, scan.search, scan.index, scan.query, row, value, distance);
	}
}

// Gets the visible tuple of a row into the slot.
static bool
fetch(Scan &scan, uint32 row)
{
	ItemPointerData tid;
	bool again = false;
	bool all_dead = false;

	if (!refine_tid(scan, row, &tid))
	{
		return false;
	}

	BlockNumber block = ItemPointerGetBlockNumberNoCheck(&tid);

	if (scan.heap_recent)
	{
		heap_offer(scan.index.relation, scan.desc->heapRelation, scan.fetch, block);
	}
	if (!table_index_fetch_tuple(scan.fetch, &tid, scan.desc->xs_snapshot, scan.slot, &again, &all_dead))
	{
		return false;
	}
	if (scan.heap_recent)
	{
		heap_seen(scan.index.relation, block, scan.slot);
	}
	return true;
}

// The indexed column or expression of the tuple in the slot.
static Datum
indexed_value(Scan &scan, bool *isnull)
{
	AttrNumber attribute = scan.info->ii_IndexAttrNumbers[0];

	if (attribute != 0)
	{
		return slot_getattr(scan.slot, attribute, isnull);
	}

	Datum value;
	ExprContext *context = GetPerTupleExprContext(scan.estate);

	ResetExprContext(context);
	context->ecxt_scantuple = scan.slot;
	FormIndexDatum(scan.info, scan.slot, scan.estate, &value, isnull);
	return value;
}

} // namespace vecsim::ivf
