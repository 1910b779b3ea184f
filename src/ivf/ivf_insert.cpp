// ivf_insert.cpp - one row into the index.
//
// The row number, its TID and the entry are written by one WAL record of two pages.  Whatever else is needed (a block
// linked to a list, a longer TID store) is a record of its own before it, which is harmless if nothing follows.
// Pages are locked in the order of their block numbers; what was seen before a lock is checked again under it.
#include "pg/pg.h"

#include "ivf/ivf_centroid.h"
#include "ivf/ivf_grow.h"
#include "pg/memory.h"

namespace vecsim::ivf
{

static uint32 nearest_list(const Index &index, const Value &value);
static void place(Index &index, uint32 list, const void *entry, ItemPointer tid);
static bool try_place(Index &index, uint32 list, const void *entry, ItemPointer tid, BlockRef &at, uint32 &tid_page);
static int free_slot(const Index &index, Page page, uint32 block, uint32 list);
static int free_tid(Page page);
static void write_row(const Index &index, Buffer block_buffer, BlockRef at, uint32 slot, Buffer tid_buffer,
                      uint32 tid_index, uint32 row, const void *entry, ItemPointer tid);
static void lock_two(Relation relation, BlockNumber first, PageKind first_kind, BlockNumber second,
                     PageKind second_kind, Buffer *first_buffer, Buffer *second_buffer);

bool
insert(Relation relation, Datum *values, bool *isnull, ItemPointer tid, Relation heap, IndexUniqueCheck check_unique,
       bool unchanged, IndexInfo *info)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "ivf insert", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	Index index;
	Value value;

	index_read(index, relation);
	value.entry = pg::alloc_array(1, index.quantizer->entry_bytes(index.meta.dim));
	value.place = static_cast<float *>(pg::alloc_array(index.meta.dim, sizeof(float)));
	value_prepare(*index.metric, *index.quantizer, index.meta.dim, values[0], isnull[0], value);
	place(index, value.ranked ? nearest_list(index, value) : value.list, value.ranked ? value.entry : nullptr, tid);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
	return false;
}

// The list of the nearest centroid.
static uint32
nearest_list(const Index &index, const Value &value)
{
	core::ListScore *scores =
	    static_cast<core::ListScore *>(pg::alloc_array(index.meta.lists, sizeof(core::ListScore)));
	CentroidQuery query = {value.place, 1, ListScoring::Assign};

	centroid_scores(index, query, scores);
	core::nearest_order(scores, index.meta.lists, 1);
	return scores[0].list;
}

// Finds a free slot in the list and a free row number, and writes there.  entry is null for a list without codes.
static void
place(Index &index, uint32 list, const void *entry, ItemPointer tid)
{
	uint32 tid_page = index.meta.tid_room;
	ListEntry directory = directory_read(index, list);
	BlockRef at = block_exists(directory.room) ? directory.room : directory.tail;

	while (!try_place(index, list, entry, tid, at, tid_page))
	{
		if (!block_exists(at))
		{
			at = list_extend(index, list);
		}
		if (tid_page >= store_pages(index.meta.tids, index.meta.tid_extents))
		{
			tid_store_extend(index, tid_page);
		}
		CHECK_FOR_INTERRUPTS();
	}
	if (!block_same(at, directory.room))
	{
		list_set_room(index, list, directory.room, at);
	}
	if (tid_page != index.meta.tid_room)
	{
		tid_store_set_room(index, tid_page, false);
	}
}

// Tries the block `at` and the page `tid_page` of the TID store.  False where either is full or missing: it has then
// been moved to the next one to try, which for `at` may be none and for tid_page behind the last.
static bool
try_place(Index &index, uint32 list, const void *entry, ItemPointer tid, BlockRef &at, uint32 &tid_page)
{
	BlockNumber tid_block = store_page(index.meta.tids, index.meta.tid_extents, tid_page);
	Buffer block_buffer;
	Buffer tid_buffer;

	if (!block_exists(at) || !BlockNumberIsValid(tid_block))
	{
		return false;
	}
	lock_two(index.relation, at.page, PageKind::Block, tid_block, PageKind::Tid, &block_buffer, &tid_buffer);

	Page page = buffer_page(block_buffer);
	int slot = free_slot(index, page, at.index, list);
	int tid_index = free_tid(buffer_page(tid_buffer));
	bool done = slot >= 0 && tid_index >= 0;

	if (done)
	{
		uint32 row = tid_page * kTidsPerPage + static_cast<uint32>(tid_index);

		write_row(index, block_buffer, at, static_cast<uint32>(slot), tid_buffer, static_cast<uint32>(tid_index), row,
		          entry, tid);
	}
	if (slot < 0)
	{
		at = page_block(page, at.index)->next;
	}
	if (tid_index < 0)
	{
		tid_page++;
	}
	page_release(block_buffer);
	page_release(tid_buffer);
	return done;
}

// A free slot of a block that belongs to the list, -1 where it is full.
static int
free_slot(const Index &index, Page page, uint32 block, uint32 list)
{
	const BlockHeader *header = page_block(page, block);

	if (block >= index.geometry.blocks_per_page || header->list != list)
	{
		index_corrupted(index.relation, directory_page(index, list), "A list's entry names a block of another list.");
	}
	if (list < kFirstList)
	{
		const uint32 *rows = page_codeless_rows(page, index.geometry, block);

		for (uint32 slot = 0; slot < codeless_slots(index.geometry); slot++)
		{
			if (rows[slot] == kNoRow)
			{
				return static_cast<int>(slot);
			}
		}
		return -1;
	}

	uint32 empty = ~header->live_mask & full_mask(index.geometry.height);

	return empty == 0 ? -1 : pg_rightmost_one_pos32(empty);
}

// A free row number on a page of the TID store, -1 where there is none.
static int
free_tid(Page page)
{
	for (uint32 i = page_opaque(page)->room; i < kTidsPerPage; i++)
	{
		if (!tid_slot_live(*page_tid_slot(page, i)))
		{
			return static_cast<int>(i);
		}
	}
	return -1;
}

// Writes TID and entry in one record.
static void
write_row(const Index &index, Buffer block_buffer, BlockRef at, uint32 slot, Buffer tid_buffer, uint32 tid_index,
          uint32 row, const void *entry, ItemPointer tid)
{
	PageEdit edit;

	edit_begin(edit, index.relation);

	Page page = edit_page(edit, block_buffer);
	Page tid_page = edit_page(edit, tid_buffer);
	BlockHeader *header = page_block(page, at.index);
	TidSlot *tid_slot = page_tid_slot(tid_page, tid_index);

	tid_slot_set(*tid_slot, tid);
	page_opaque(tid_page)->check += tid_mix(tid_index, *tid_slot);
	page_opaque(tid_page)->room = tid_index + 1;
	if (entry == nullptr)
	{
		page_codeless_rows(page, index.geometry, at.index)[slot] = row;
	}
	else
	{
		index.quantizer->store(entry, index.meta.dim, index.geometry.height, slot,
		                       page_block_payload(page, index.geometry, at.index));
		page_block_rows(page, index.geometry, at.index)[slot] = row;
		header->live_mask |= 1u << slot;
	}
	header->check += row_mix(slot, row);
	edit_finish(edit);
}

// Locks two different pages exclusively, the lower block number first.
static void
lock_two(Relation relation, BlockNumber first, PageKind first_kind, BlockNumber second, PageKind second_kind,
         Buffer *first_buffer, Buffer *second_buffer)
{
	if (first < second)
	{
		*first_buffer = page_read(relation, first, first_kind, BUFFER_LOCK_EXCLUSIVE);
		*second_buffer = page_read(relation, second, second_kind, BUFFER_LOCK_EXCLUSIVE);
	}
	else
	{
		*second_buffer = page_read(relation, second, second_kind, BUFFER_LOCK_EXCLUSIVE);
		*first_buffer = page_read(relation, first, first_kind, BUFFER_LOCK_EXCLUSIVE);
	}
}

} // namespace vecsim::ivf
