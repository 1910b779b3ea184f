// ivf_insert.cpp - one row into the index.
//
// The row number, its TID, its cold code and its entries are written by one WAL record of at most four pages.  Whatever
// else is needed (a block linked to a list, a longer TID store, the row's own value) is a record of its own before it,
// which is harmless if nothing follows.  Pages are locked in the order of their block numbers; what was seen before a
// lock is checked again under it.
#include "pg/pg.h"

#include "core/soar.h"
#include "ivf/ivf_centroid.h"
#include "ivf/ivf_full.h"
#include "ivf/ivf_grow.h"
#include "ivf/ivf_list.h"
#include "pg/memory.h"

namespace vecsim::ivf
{

// One entry of the row: in which list, where in it, and what.
struct Target
{
	uint32 list;
	const void *entry; // null for a list without codes
	BlockRef room;     // where the directory said that there is room
	BlockRef at;       // the block to try
	int slot;          // free in it
};

// A row on its way in.
struct Insertion
{
	Index index;
	core::CodeSpace space;
	ItemPointerData tid;
	Target targets[2];
	int n;
	const void *row; // cold code, null where there is none
	char *value;     // value_bytes: the row's own value, null where the index does not keep it
	uint32 tid_page; // page of the TID store to try
	uint32 tid_slot; // free on it
};

// The pages of an insertion, locked exclusively in the order of their numbers.
struct Locked
{
	BlockNumber blocks[4];
	PageKind kinds[4];
	Buffer buffers[4];
	Page pages[4];
	int n;
};

static void nearest_lists(const Insertion &insertion, const Value &value, core::ListScore *scores,
                          uint32 candidates);
static void choose_lists(Insertion &insertion, const Value &value);
static void place_row(Insertion &insertion);
static bool find_row(Insertion &insertion);
static bool try_place(Insertion &insertion);
static bool find_slots(Insertion &insertion, const Locked &locked);
static int free_slot(const Index &index, Page page, uint32 block, uint32 list);
static void write_entries(const Insertion &insertion, const Locked &locked);
static void write_entry(const Insertion &insertion, const Target &target, Page page);
static void add_page(Locked &locked, BlockNumber block, PageKind kind);
static void lock_pages(const Index &index, Locked &locked);
static void unlock_pages(const Locked &locked);
static Page page_of(const Locked &locked, BlockNumber block);

bool
insert(Relation relation, Datum *values, bool *isnull, ItemPointer tid, Relation heap,
       IndexUniqueCheck check_unique, bool unchanged, IndexInfo *info)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "ivf insert", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	Insertion insertion = {};
	Index &index = insertion.index;
	Value value;

	index_read(index, relation);
	insertion.space = code_space(index);
	insertion.tid = *tid;
	value.entry = pg::alloc_array(1, index.quantizer->entry_bytes(index.meta.dim));
	value.place = static_cast<float *>(pg::alloc_array(index.place_dim, sizeof(float)));
	value_prepare(index.input, insertion.space, *index.quantizer, values[0], isnull[0], value);
	if (value.ranked)
	{
		choose_lists(insertion, value);
		if (index.value_bytes > 0)
		{
			insertion.value = static_cast<char *>(pg::alloc_array(1, index.value_bytes));
			full_copy(index.input, value.given, insertion.value);
		}
	}
	else
	{
		insertion.targets[insertion.n++].list = value.list;
	}
	place_row(insertion);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
	return false;
}

// Puts the lists of the nearest centroids to the front of scores, nearest first.  Where there are sketches of the
// centroids, only those that seem nearest by them are compared: to read all would take most of an insert's time.
static void
nearest_lists(const Insertion &insertion, const Value &value, core::ListScore *scores, uint32 candidates)
{
	constexpr uint32 kCompared = 128;
	const Index &index = insertion.index;
	CentroidQuery query = {value.place, 1, ListScoring::Assign, nullptr, nullptr};
	uint32 n = index.meta.lists;
	GroupWalk groups;

	// Under inner product sketches tell the product, not the distance that decides here.
	if (index.meta.sketch_extents > 0 && n > kCompared && index.metric->id != core::MetricId::InnerProduct)
	{
		void *prepared = pg::alloc_array(1, index.quantizer->query_bytes(index.meta.dim));

		index.quantizer->two_level->prepare(insertion.space, value.place, core::Bounds::Likely, prepared);
		query.prepared = prepared;
	}
	centroid_begin(index, query, groups);
	n = centroid_scores(index, query, groups, kCompared, scores, 0);
	if (query.prepared != nullptr)
	{
		core::nearest_select(scores, n, kCompared);
		n = kCompared;
		centroid_compare(index, query, scores, n);
	}
	core::nearest_order(scores, n, candidates);
}

// The lists of the nearest centroids, and the codes for them.
static void
choose_lists(Insertion &insertion, const Value &value)
{
	constexpr uint32 kCandidates = 32;
	const Index &index = insertion.index;
	const core::TwoLevel *levels = index.quantizer->two_level;
	core::ListScore *scores =
		static_cast<core::ListScore *>(pg::alloc_array(index.meta.lists, sizeof(core::ListScore)));
	uint32 candidates =
		levels != nullptr && levels->entries_a_row > 1 ? Min(kCandidates, index.meta.lists) : 1;

	nearest_lists(insertion, value, scores, candidates);
	insertion.n = 1;
	insertion.targets[0].list = scores[0].list;
	insertion.targets[0].entry = value.entry;
	if (levels == nullptr)
	{
		return;
	}

	// The centres of the candidates, numbered from 0.
	float *centres = static_cast<float *>(
		pg::alloc_array(pg::mul_size_checked(candidates, index.place_dim), sizeof(float)));
	uint32 numbers[kCandidates];

	for (uint32 i = 0; i < candidates; i++)
	{
		float *centre = centres + static_cast<Size>(i) * index.place_dim;
		float length = centroid_read(index, scores[i].list - kFirstList, centre).length;

		for (uint32 j = 0; j < index.place_dim; j++)
		{
			centre[j] *= length;
		}
		numbers[i] = i;
	}

	uint32 second = candidates > 1 ? core::soar_second(value.place, centres, index.place_dim, 0, numbers + 1,
	                                                   candidates - 1)
	                               : 0;
	void *row = pg::alloc_array(1, index.row_bytes);

	levels->encode_row(insertion.space, value.place, row);
	levels->encode_entry(insertion.space, value.place, centres, value.entry);
	insertion.row = row;
	if (second != 0)
	{
		void *entry = pg::alloc_array(1, index.quantizer->entry_bytes(index.meta.dim));

		levels->encode_entry(insertion.space, value.place,
		                     centres + static_cast<Size>(second) * index.place_dim, entry);
		insertion.targets[1].list = scores[second].list;
		insertion.targets[1].entry = entry;
		insertion.n = 2;
	}
}

// Finds free slots in the lists and a free row number, and writes there.
static void
place_row(Insertion &insertion)
{
	Index &index = insertion.index;

	insertion.tid_page = index.meta.tid_room;
	insertion.tid_slot = 0;
	for (int i = 0; i < insertion.n; i++)
	{
		Target &target = insertion.targets[i];
		ListEntry directory = directory_read(index, target.list);

		target.room = directory.room;
		target.at = block_exists(directory.room) ? directory.room : directory.tail;
	}
	while (!find_row(insertion) || !try_place(insertion))
	{
		for (int i = 0; i < insertion.n; i++)
		{
			if (!block_exists(insertion.targets[i].at))
			{
				insertion.targets[i].at = list_extend(index, insertion.targets[i].list);
			}
		}
		CHECK_FOR_INTERRUPTS();
	}
	for (int i = 0; i < insertion.n; i++)
	{
		if (!block_same(insertion.targets[i].at, insertion.targets[i].room))
		{
			list_set_room(index, insertion.targets[i].list, insertion.targets[i].room,
			              insertion.targets[i].at);
		}
	}
	if (insertion.tid_page != index.meta.tid_room)
	{
		tid_store_set_room(index, insertion.tid_page, false);
	}
}

// Looks for a free row number, without keeping a lock.  False where the page was full: the next is then to be tried.
static bool
find_row(Insertion &insertion)
{
	Index &index = insertion.index;

	if (insertion.tid_page >= store_pages(index.meta.tids, index.meta.tid_extents))
	{
		store_extend(index, PageKind::Tid, insertion.tid_page);
	}

	BlockNumber block = store_page(index.meta.tids, index.meta.tid_extents, insertion.tid_page);
	Buffer buffer = page_read(index.relation, block, PageKind::Tid, BUFFER_LOCK_SHARE);
	Page page = buffer_page(buffer);
	uint32 slot = Max(page_opaque(page)->room, insertion.tid_slot);

	while (slot < kTidsPerPage && tid_slot_live(*page_tid_slot(page, slot)))
	{
		slot++;
	}
	page_release(buffer);
	insertion.tid_slot = slot;
	if (slot == kTidsPerPage)
	{
		insertion.tid_page++;
		insertion.tid_slot = 0;
		return false;
	}
	if (insertion.row != nullptr)
	{
		uint32 number = (insertion.tid_page * kTidsPerPage + slot) / rows_per_page(index.row_bytes);

		if (number >= store_pages(index.meta.rows, index.meta.row_extents))
		{
			store_extend(index, PageKind::Row, number);
		}
	}
	if (insertion.value != nullptr)
	{
		full_reach(index, insertion.tid_page * kTidsPerPage + slot);
	}
	return true;
}

// Locks the pages and writes, if what was seen before still holds.
static bool
try_place(Insertion &insertion)
{
	const Index &index = insertion.index;
	Locked locked = {};
	uint32 row = insertion.tid_page * kTidsPerPage + insertion.tid_slot;
	bool done;

	add_page(locked, store_page(index.meta.tids, index.meta.tid_extents, insertion.tid_page), PageKind::Tid);
	for (int i = 0; i < insertion.n; i++)
	{
		if (!block_exists(insertion.targets[i].at))
		{
			return false;
		}
		add_page(locked, insertion.targets[i].at.page, PageKind::Block);
	}
	if (insertion.row != nullptr)
	{
		BlockNumber block;
		uint32 slot;

		row_find(index, row, &block, &slot);
		add_page(locked, block, PageKind::Row);
	}
	lock_pages(index, locked);
	done = find_slots(insertion, locked);
	if (done)
	{
		if (insertion.value != nullptr)
		{
			full_write(index, row, insertion.value);
		}
		write_entries(insertion, locked);
	}
	unlock_pages(locked);
	return done;
}

// Is everything free that is to be written?  What is not has moved on to the next one to try.
static bool
find_slots(Insertion &insertion, const Locked &locked)
{
	const Index &index = insertion.index;
	Page tid_page = page_of(locked, store_page(index.meta.tids, index.meta.tid_extents, insertion.tid_page));
	bool found = true;

	if (tid_slot_live(*page_tid_slot(tid_page, insertion.tid_slot)))
	{
		insertion.tid_slot++;
		found = false;
	}
	for (int i = 0; i < insertion.n; i++)
	{
		Target &target = insertion.targets[i];
		Page page = page_of(locked, target.at.page);

		target.slot = free_slot(index, page, target.at.index, target.list);
		if (target.slot < 0)
		{
			target.at = page_block(page, target.at.index)->next;
			found = false;
		}
	}
	return found;
}

// A free slot of a block that belongs to the list, -1 where it is full.
static int
free_slot(const Index &index, Page page, uint32 block, uint32 list)
{
	const BlockHeader *header = page_block(page, block);

	if (block >= index.geometry.blocks_per_page || header->list != list)
	{
		index_corrupted(index.relation, directory_page(index, list),
		                "A list's entry names a block of another list.");
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

// Writes TID, cold code and entries in one record.
static void
write_entries(const Insertion &insertion, const Locked &locked)
{
	const Index &index = insertion.index;
	uint32 row = insertion.tid_page * kTidsPerPage + insertion.tid_slot;
	Locked images = locked;
	PageEdit edit;

	edit_begin(edit, index.relation);
	for (int i = 0; i < locked.n; i++)
	{
		images.pages[i] = edit_page(edit, locked.buffers[i]);
	}

	Page tid_page = page_of(images, store_page(index.meta.tids, index.meta.tid_extents, insertion.tid_page));
	TidSlot *tid_slot = page_tid_slot(tid_page, insertion.tid_slot);

	tid_slot_set(*tid_slot, insertion.tid, insertion.row != nullptr);
	page_opaque(tid_page)->check += tid_mix(insertion.tid_slot, *tid_slot);
	for (uint32 &room = page_opaque(tid_page)->room;
	     room < kTidsPerPage && tid_slot_live(*page_tid_slot(tid_page, room));)
	{
		room++;
	}
	if (insertion.row != nullptr)
	{
		BlockNumber block;
		uint32 slot;

		row_find(index, row, &block, &slot);
		memcpy(page_row(page_of(images, block), index.row_bytes, slot), insertion.row, index.row_bytes);
	}
	for (int i = 0; i < insertion.n; i++)
	{
		write_entry(insertion, insertion.targets[i], page_of(images, insertion.targets[i].at.page));
	}
	edit_finish(edit);
}

// Writes the entry of one list.
static void
write_entry(const Insertion &insertion, const Target &target, Page page)
{
	const Index &index = insertion.index;
	uint32 row = insertion.tid_page * kTidsPerPage + insertion.tid_slot;
	uint32 slot = static_cast<uint32>(target.slot);
	BlockHeader *header = page_block(page, target.at.index);
	void *payload = page_block_payload(page, index.geometry, target.at.index);

	if (target.entry == nullptr)
	{
		page_codeless_rows(page, index.geometry, target.at.index)[slot] = row;
	}
	else
	{
		index.quantizer->store(target.entry, index.meta.dim, index.geometry.height, slot, payload);
		page_block_rows(page, index.geometry, target.at.index)[slot] = row;
		header->live_mask |= 1u << slot;
	}
	header->check += row_mix(slot, row);
}

// ---- Several pages at once ----------------------------------------------------------------------------------------

// Adds a page, unless it is there, in the order of block numbers.
static void
add_page(Locked &locked, BlockNumber block, PageKind kind)
{
	int at = 0;

	while (at < locked.n && locked.blocks[at] < block)
	{
		at++;
	}
	if (at < locked.n && locked.blocks[at] == block)
	{
		return;
	}
	for (int i = locked.n++; i > at; i--)
	{
		locked.blocks[i] = locked.blocks[i - 1];
		locked.kinds[i] = locked.kinds[i - 1];
	}
	locked.blocks[at] = block;
	locked.kinds[at] = kind;
}

static void
lock_pages(const Index &index, Locked &locked)
{
	for (int i = 0; i < locked.n; i++)
	{
		locked.buffers[i] =
			page_read(index.relation, locked.blocks[i], locked.kinds[i], BUFFER_LOCK_EXCLUSIVE);
		locked.pages[i] = buffer_page(locked.buffers[i]);
	}
}

static void
unlock_pages(const Locked &locked)
{
	for (int i = 0; i < locked.n; i++)
	{
		page_release(locked.buffers[i]);
	}
}

static Page
page_of(const Locked &locked, BlockNumber block)
{
	int at = 0;

	while (locked.blocks[at] != block)
	{
		at++;
	}
	return locked.pages[at];
}

} // namespace vecsim::ivf
