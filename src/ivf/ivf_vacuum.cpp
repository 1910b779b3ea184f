// ivf_vacuum.cpp - VACUUM: entries of dead rows are taken out, their row numbers become free.
//
// Three passes.  (1) The TID store: which row numbers are dead.  (2) All pages of blocks, which are those that
// no store has: entries of dead rows lose their live bit.  (3) The TID store again: dead row numbers lose theirs,
// and from then on may be taken again.
// A crash between two passes leaves rows that the next VACUUM finds dead once more.
#include "pg/pg.h"

#include "ivf/ivf_centroid.h"
#include "ivf/ivf_grow.h"
#include "ivf/ivf_list.h"
#include "pg/memory.h"

namespace vecsim::ivf
{

// What is known of a list once all blocks have been seen.
struct ListCount
{
	uint32 live;
	uint32 free;
	BlockRef room; // the first block on disk that has a free slot
	bool changed;
};

// A VACUUM at work.
struct Vacuum
{
	Index index;
	IndexVacuumInfo *info;
	IndexBulkDeleteResult *stats;
	IndexBulkDeleteCallback callback;
	void *callback_state;
	uint64 *dead;      // a bit a row number
	uint64 rows;       // row numbers there are
	uint64 found;      // dead ones
	uint32 first_page; // of the TID store that has a free row number
	ListCount *counts; // of each list, the ones without codes included
};

// A walk over the pages that no store has.
struct BlockPages
{
	const Index *index;
	BlockNumber next;
	BlockNumber end;
};

static void find_dead(Vacuum &vacuum);
static void find_dead_on(Vacuum &vacuum, uint32 number);
static void check_tid_page(const Vacuum &vacuum, Buffer buffer);
static void clear_entries(Vacuum &vacuum);
static BlockNumber next_block_page(void *state);
static void clear_page(Vacuum &vacuum, Buffer buffer);
static bool page_has_blocks(const Vacuum &vacuum, Buffer buffer);
static void check_block(const Vacuum &vacuum, Buffer buffer, uint32 block);
static uint32 dead_slots(const Vacuum &vacuum, Page page, uint32 block);
static void count_block(Vacuum &vacuum, Page page, BlockNumber block, uint32 index);
static void clear_block(const Vacuum &vacuum, Page page, uint32 block);
static void write_directory(Vacuum &vacuum);
static void free_rows(Vacuum &vacuum);
static void free_rows_on(Vacuum &vacuum, uint32 number);

// True where a page is one of these.
static bool
extents_have(const Extent *extents, int n, BlockNumber block)
{
	for (int i = 0; i < n; i++)
	{
		if (block >= extents[i].first && block - extents[i].first < extents[i].pages)
		{
			return true;
		}
	}
	return false;
}

// True where the metapage names a page as part of a store; whoever reads that one checks it.
static bool
page_of_store(const Index &index, BlockNumber block)
{
	const MetaPage &meta = index.meta;

	return (BlockNumberIsValid(meta.mean) && block >= meta.mean &&
	        block - meta.mean < mean_pages(index.place_dim)) ||
	       extents_have(meta.tids, meta.tid_extents, block) ||
	       extents_have(meta.rows, meta.row_extents, block) ||
	       extents_have(meta.value_store, meta.value_extents, block) ||
	       extents_have(meta.codes, meta.code_extents, block) ||
	       extents_have(meta.sketches, meta.sketch_extents, block) ||
	       extents_have(meta.centroids, meta.centroid_extents, block) ||
	       extents_have(meta.directory, meta.directory_extents, block);
}

static bool
row_dead(const Vacuum &vacuum, uint32 row)
{
	constexpr uint32 kWord = 64;

	return row < vacuum.rows && (vacuum.dead[row / kWord] >> (row % kWord) & 1) != 0;
}

IndexBulkDeleteResult *
bulk_delete(IndexVacuumInfo *info, IndexBulkDeleteResult *stats, IndexBulkDeleteCallback callback,
            void *callback_state)
{
	Vacuum vacuum = {};

	if (stats == nullptr)
	{
		stats = static_cast<IndexBulkDeleteResult *>(palloc0(sizeof(IndexBulkDeleteResult)));
	}
	stats->num_index_tuples = 0;

	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "ivf vacuum", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);

	vacuum.info = info;
	vacuum.stats = stats;
	vacuum.callback = callback;
	vacuum.callback_state = callback_state;
	index_read(vacuum.index, info->index);
	find_dead(vacuum);
	if (vacuum.found > 0)
	{
		clear_entries(vacuum);
		write_directory(vacuum);
		free_rows(vacuum);
	}
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
	return stats;
}

IndexBulkDeleteResult *
vacuum_cleanup(IndexVacuumInfo *info, IndexBulkDeleteResult *stats)
{
	if (info->analyze_only)
	{
		return stats;
	}
	if (stats == nullptr)
	{
		stats = static_cast<IndexBulkDeleteResult *>(palloc0(sizeof(IndexBulkDeleteResult)));
		stats->num_index_tuples = info->num_heap_tuples;
		stats->estimated_count = info->estimated_count;
	}
	stats->num_pages = RelationGetNumberOfBlocks(info->index);
	IndexFreeSpaceMapVacuum(info->index);
	return stats;
}

// ---- Pass 1: which rows are dead ----------------------------------------------------------------------------------

static void
find_dead(Vacuum &vacuum)
{
	const MetaPage &meta = vacuum.index.meta;
	uint32 pages = store_pages(meta.tids, meta.tid_extents);

	vacuum.rows = static_cast<uint64>(pages) * kTidsPerPage;
	vacuum.dead = static_cast<uint64 *>(MemoryContextAllocExtended(
		CurrentMemoryContext, (vacuum.rows / 64 + 1) * sizeof(uint64), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO));
	for (uint32 number = 0; number < pages; number++)
	{
		find_dead_on(vacuum, number);
		compat::vacuum_delay();
	}
}

// Asks for each TID of a page once whether it is dead.
static void
find_dead_on(Vacuum &vacuum, uint32 number)
{
	const MetaPage &meta = vacuum.index.meta;
	BlockNumber block = store_page(meta.tids, meta.tid_extents, number);
	Buffer buffer =
		page_read(vacuum.index.relation, block, PageKind::Tid, BUFFER_LOCK_SHARE, vacuum.info->strategy);
	PGAlignedBlock copy;

	check_tid_page(vacuum, buffer);
	memcpy(copy.data, buffer_page(buffer), BLCKSZ);
	page_release(buffer);
	for (uint32 i = 0; i < kTidsPerPage; i++)
	{
		const TidSlot *slot = page_tid_slot(copy.data, i);
		uint64 row = static_cast<uint64>(number) * kTidsPerPage + i;

		if (!tid_slot_live(*slot))
		{
			continue;
		}

		ItemPointerData tid = tid_slot_get(*slot);

		if (vacuum.callback(&tid, vacuum.callback_state))
		{
			vacuum.dead[row / 64] |= UINT64CONST(1) << (row % 64);
			vacuum.found++;
		}
		else
		{
			vacuum.stats->num_index_tuples++;
		}
	}
}

static void
check_tid_page(const Vacuum &vacuum, Buffer buffer)
{
	Page page = buffer_page(buffer);
	uint32 sum = 0;

	for (uint32 i = 0; i < kTidsPerPage; i++)
	{
		const TidSlot *slot = page_tid_slot(page, i);

		sum += tid_slot_live(*slot) ? tid_mix(i, *slot) : 0;
	}
	if (sum != page_opaque(page)->check)
	{
		index_corrupted(vacuum.index.relation, BufferGetBlockNumber(buffer),
		                "The check sum of heap TIDs is wrong.");
	}
}

// ---- Pass 2: their entries ----------------------------------------------------------------------------------------

static void
clear_entries(Vacuum &vacuum)
{
	uint32 lists = vacuum.index.meta.lists + kFirstList;
	BlockNumber pages = RelationGetNumberOfBlocks(vacuum.index.relation);

	vacuum.counts = static_cast<ListCount *>(pg::alloc_array(lists, sizeof(ListCount)));
	for (uint32 i = 0; i < lists; i++)
	{
		vacuum.counts[i] = ListCount{0, 0, kNoBlock, false};
	}

	BlockPages walk = {&vacuum.index, kMetaBlock + 1, pages};
	compat::PageStream stream = {vacuum.index.relation, vacuum.info->strategy, next_block_page, &walk};

	compat::stream_begin(stream);
	for (Buffer buffer; BufferIsValid(buffer = compat::stream_next(stream)); compat::vacuum_delay())
	{
		clear_page(vacuum, buffer);
	}
	compat::stream_end(stream);
}

// The next page of a BlockPages that may have blocks.
static BlockNumber
next_block_page(void *state)
{
	BlockPages *walk = static_cast<BlockPages *>(state);
	BlockNumber block = walk->next;

	while (block < walk->end && page_of_store(*walk->index, block))
	{
		block++;
	}
	walk->next = block + 1;
	return block < walk->end ? block : InvalidBlockNumber;
}

// Takes the entries of dead rows out of all blocks of a page, in one record, and counts the others.  Lets go of the
// page, which the caller has pinned.
static void
clear_page(Vacuum &vacuum, Buffer buffer)
{
	const Index &index = vacuum.index;
	BlockNumber block = BufferGetBlockNumber(buffer);
	Page page = buffer_page(buffer);
	bool changed = false;
	bool has_free = false;

	LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
	if (!page_has_blocks(vacuum, buffer))
	{
		page_release(buffer);
		return;
	}
	for (uint32 i = 0; i < index.geometry.blocks_per_page; i++)
	{
		uint32 list = page_block(page, i)->list;

		check_block(vacuum, buffer, i);
		has_free |= list == kNoList;
		changed |= list != kNoList && dead_slots(vacuum, page, i) > 0;
	}
	if (changed)
	{
		PageEdit edit;

		edit_begin(edit, index.relation);

		Page image = edit_page(edit, buffer);

		for (uint32 i = 0; i < index.geometry.blocks_per_page; i++)
		{
			clear_block(vacuum, image, i);
		}
		edit_finish(edit);
	}
	for (uint32 i = 0; i < index.geometry.blocks_per_page; i++)
	{
		count_block(vacuum, page, block, i);
	}
	page_release(buffer);
	if (has_free)
	{
		RecordPageWithFreeSpace(index.relation, block, kRoomForBlock);
	}
}

// True for a page of blocks.
static bool
page_has_blocks(const Vacuum &vacuum, Buffer buffer)
{
	Page page = buffer_page(buffer);

	// A store may have grown since the metapage was read.  A crash may leave a page unformatted, or formatted
	// for a store but not part of it.
	if (PageIsNew(page) || page_tag(page)->kind == static_cast<uint16>(PageKind::Tid) ||
	    page_tag(page)->kind == static_cast<uint16>(PageKind::Row) ||
	    page_tag(page)->kind == static_cast<uint16>(PageKind::Value))
	{
		return false;
	}
	page_check(vacuum.index.relation, buffer, PageKind::Block);
	return true;
}

// Calls visit(slot, row) for each entry of a block.
template <typename Visit>
static void
each_entry(const Index &index, Page page, uint32 block, Visit visit)
{
	const BlockHeader *header = page_block(page, block);

	if (header->list < kFirstList)
	{
		const uint32 *rows = page_codeless_rows(page, index.geometry, block);

		for (uint32 slot = 0; slot < codeless_slots(index.geometry); slot++)
		{
			if (rows[slot] != kNoRow)
			{
				visit(slot, rows[slot]);
			}
		}
		return;
	}

	const uint32 *rows = page_block_rows(page, index.geometry, block);

	for (uint32 mask = header->live_mask & full_mask(index.geometry.height); mask != 0; mask &= mask - 1)
	{
		uint32 slot = static_cast<uint32>(pg_rightmost_one_pos32(mask));

		visit(slot, rows[slot]);
	}
}

// Raises an error where a block is of no list that there is, or its check sum is wrong.
static void
check_block(const Vacuum &vacuum, Buffer buffer, uint32 block)
{
	const Index &index = vacuum.index;
	Page page = buffer_page(buffer);
	const BlockHeader *header = page_block(page, block);
	uint32 sum = link_mix(header->list, header->next);

	if (header->list == kNoList)
	{
		return;
	}
	if (header->list >= index.meta.lists + kFirstList)
	{
		index_corrupted(index.relation, BufferGetBlockNumber(buffer),
		                "A block names a list that does not exist.");
	}
	each_entry(index, page, block, [&](uint32 slot, uint32 row) { sum += row_mix(slot, row); });
	if (sum != header->check)
	{
		index_corrupted(index.relation, BufferGetBlockNumber(buffer), "The check sum of a block is wrong.");
	}
}

// Entries of a block whose rows are dead.
static uint32
dead_slots(const Vacuum &vacuum, Page page, uint32 block)
{
	uint32 n = 0;

	each_entry(vacuum.index, page, block, [&](uint32, uint32 row) { n += row_dead(vacuum, row) ? 1 : 0; });
	return n;
}

// Takes the dead entries out of a block.
static void
clear_block(const Vacuum &vacuum, Page page, uint32 block)
{
	BlockHeader *header = page_block(page, block);

	if (header->list == kNoList)
	{
		return;
	}
	each_entry(vacuum.index, page, block,
	           [&](uint32 slot, uint32 row)
	           {
		if (!row_dead(vacuum, row))
		{
			return;
		}
		header->check -= row_mix(slot, row);
		if (header->list < kFirstList)
		{
			page_codeless_rows(page, vacuum.index.geometry, block)[slot] = kNoRow;
		}
		else
		{
			header->live_mask &= ~(1u << slot);
		}
	});
}

static void
count_block(Vacuum &vacuum, Page page, BlockNumber block, uint32 index)
{
	const Geometry &geometry = vacuum.index.geometry;
	uint32 list = page_block(page, index)->list;
	uint32 live = 0;

	if (list == kNoList)
	{
		return;
	}
	each_entry(vacuum.index, page, index, [&](uint32, uint32) { live++; });

	ListCount &count = vacuum.counts[list];
	uint32 slots = list < kFirstList ? codeless_slots(geometry) : geometry.height;

	count.live += live;
	count.free += slots - live;
	if (live < slots && !block_exists(count.room))
	{
		count.room = {block, static_cast<uint16>(index), 0};
	}
}

// Tells each list whose counts have changed where it has room now.
static void
write_directory(Vacuum &vacuum)
{
	const Index &index = vacuum.index;
	uint32 lists = index.meta.lists + kFirstList;

	for (uint32 first = 0; first < lists; first += kListsPerPage)
	{
		Buffer buffer = page_read(index.relation, directory_page(index, first), PageKind::Directory,
		                          BUFFER_LOCK_EXCLUSIVE, vacuum.info->strategy);
		uint32 n = Min(kListsPerPage, lists - first);
		bool changed = false;

		for (uint32 i = 0; i < n; i++)
		{
			const ListEntry *entry = page_list_entry(buffer_page(buffer), i);
			ListCount &count = vacuum.counts[first + i];

			if (!list_entry_sealed(*entry))
			{
				index_corrupted(index.relation, BufferGetBlockNumber(buffer),
				                "The check sum of a list's entry is wrong.");
			}
			count.changed = entry->live != count.live || entry->dead != count.free ||
			                (block_exists(count.room) && !block_same(entry->room, count.room));
			changed |= count.changed;
		}
		if (changed)
		{
			PageEdit edit;

			edit_begin(edit, index.relation);

			Page page = edit_page(edit, buffer);

			for (uint32 i = 0; i < n; i++)
			{
				ListEntry *entry = page_list_entry(page, i);
				const ListCount &count = vacuum.counts[first + i];

				if (count.changed)
				{
					entry->live = count.live;
					entry->dead = count.free;
					entry->room = block_exists(count.room) ? count.room : entry->room;
					list_entry_seal(*entry);
				}
			}
			edit_finish(edit);
		}
		page_release(buffer);
		compat::vacuum_delay();
	}
}

// ---- Pass 3: their row numbers ------------------------------------------------------------------------------------

static void
free_rows(Vacuum &vacuum)
{
	uint32 pages = static_cast<uint32>(vacuum.rows / kTidsPerPage);

	vacuum.first_page = pages;
	for (uint32 number = 0; number < pages; number++)
	{
		free_rows_on(vacuum, number);
		compat::vacuum_delay();
	}
	if (vacuum.first_page < pages)
	{
		tid_store_set_room(vacuum.index, vacuum.first_page, true);
	}
}

static void
free_rows_on(Vacuum &vacuum, uint32 number)
{
	const Index &index = vacuum.index;
	uint32 first_row = number * kTidsPerPage;
	uint32 first = kTidsPerPage;

	for (uint32 i = 0; i < kTidsPerPage && first == kTidsPerPage; i++)
	{
		first = row_dead(vacuum, first_row + i) ? i : first;
	}
	if (first == kTidsPerPage)
	{
		return;
	}

	Buffer buffer = page_read(index.relation, store_page(index.meta.tids, index.meta.tid_extents, number),
	                          PageKind::Tid, BUFFER_LOCK_EXCLUSIVE, vacuum.info->strategy);
	PageEdit edit;

	edit_begin(edit, index.relation);

	Page page = edit_page(edit, buffer);
	PageOpaque *opaque = page_opaque(page);

	for (uint32 i = first; i < kTidsPerPage; i++)
	{
		TidSlot *slot = page_tid_slot(page, i);

		if (row_dead(vacuum, first_row + i) && tid_slot_live(*slot))
		{
			opaque->check -= tid_mix(i, *slot);
			*slot = TidSlot{};
			vacuum.stats->tuples_removed++;
		}
	}
	opaque->room = Min(opaque->room, first);
	edit_finish(edit);
	page_release(buffer);
	vacuum.first_page = Min(vacuum.first_page, number);
}

} // namespace vecsim::ivf
