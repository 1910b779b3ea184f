// ivf_refine.cpp - exact distances, from heap rows under the scan's snapshot.
#include "pg/pg.h"

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
	scan.slot = table_slot_create(heap, nullptr);
	scan.row_context = AllocSetContextCreate(scan.context, "ivf heap row", ALLOCSET_DEFAULT_SIZES);
	MemoryContextSwitchTo(old);
}

void
refine_end(Scan &scan)
{
	if (scan.fetch == nullptr)
	{
		return;
	}
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
		const types::Vector *vector = types::vector_from_datum(value);

		types::vector_check_expected_dim(static_cast<int32>(index.meta.dim), vector->dim);

		double exact = index.metric->distance(vector->x, scan.query, index.meta.dim);

		*distance = std::isnan(exact) ? *distance : exact;
	}
	MemoryContextSwitchTo(old);
	MemoryContextReset(scan.row_context);
	return true;
}

// Gets the visible tuple of a row into the slot.
static bool
fetch(Scan &scan, uint32 row)
{
	ItemPointerData tid;
	bool again = false;
	bool all_dead = false;

	return refine_tid(scan, row, &tid) &&
	       table_index_fetch_tuple(scan.fetch, &tid, scan.desc->xs_snapshot, scan.slot, &again, &all_dead);
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
