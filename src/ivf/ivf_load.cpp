// ivf_load.cpp - the pages of a new index, written from sorted entries; nothing here is logged, build_log() does it.
//
// Metapage, centroids, directory and TID store come first, in places that are known beforehand; then blocks, list after
// list.  Rows are numbered in the order in which they are written.
#include "pg/pg.h"

#include "ivf/ivf_build.h"
#include "ivf/ivf_full.h"
#include "ivf/ivf_grow.h"

#include <cmath>

namespace vecsim::ivf
{

// The page of a store at hand, locked exclusively.
struct StorePage
{
	Buffer buffer;
	uint32 number;
};

struct Load
{
	Build *build;
	Buffer meta_buffer; // kept locked until the end: nobody else sees the index
	MetaPage meta;
	Extent tids;
	Extent rows;
	Extent values;
	Extent centroids;
	Extent directory;
	Extent mean;
	Extent codes;
	Extent sketches;

	// The list at hand.
	uint32 list;
	ListEntry entry;
	Buffer block_buffer; // page of the block at hand, locked exclusively
	BlockRef block;      // at hand; none while the list has none
	uint32 slot;         // next one in it
	uint32 firsts;       // entries of rows whose first list it is
	uint32 next_index;   // of the next free block on the page of block_buffer
	bool run_broken;     // later blocks do not neighbour the first ones

	// The stores by row number.
	uint64 *starts; // first row number of each list
	uint32 groups;  // see MetaPage
	float *spreads; // of the lists, where they have groups; else null
	StorePage tid_page;
	StorePage row_page;
	StorePage value_page;

	char *code;  // aligned room for a code and a cold code
	char *value; // and for a row's own value, where these are kept
};

static void load_begin(Load &load, Build &build);
static void number_rows(Load &load);
static Extent reserve(const Build &build, uint32 pages, PageKind kind);
static Extent reserve_sketches(const Load &load);
static void load_entries(Load &load);
static void load_entry(Load &load, uint32 list, const char *flight);
static void load_row(Load &load, uint32 row, const ItemPointerData &tid, const char *codes);
static void begin_list(Load &load, uint32 list);
static void end_list(Load &load);
static void add_block(Load &load);
static Page store_page_of(Load &load, StorePage &at, const Extent &store, uint32 number);
static void put_tid(Load &load, uint32 row, const ItemPointerData *tid, bool coded);
static void put_value(Load &load, uint32 row, const char *value);
static void write_lists(Load &load);
static void load_end(Load &load);

void
build_load(Build &build)
{
	Load load = {};

	build_phase(kPhaseLoad, static_cast<int64>(build.entries));
	load_begin(load, build);
	write_lists(load);
	if (build.sort != nullptr)
	{
		load_entries(load);
		tuplesort_end(build.sort);
		build.sort = nullptr;
	}
	group_sketches(build, load.sketches, load.groups, load.spreads, load.code);
	load_end(load);
}

static void
load_begin(Load &load, Build &build)
{
	uint32 directory_pages = (build.lists + kFirstList + kListsPerPage - 1) / kListsPerPage;
	uint64 tid_pages = (build.rows + kTidsPerPage - 1) / kTidsPerPage;

	if (build.rows >= kNoRow)
	{
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
		                errmsg("an ivf index cannot hold more than %u rows", kNoRow - 1)));
	}
	load.build = &build;
	load.meta_buffer = build_page(build.relation, build.fork, PageKind::Meta);
	Assert(BufferGetBlockNumber(load.meta_buffer) == kMetaBlock);
	// Other pages are made while the metapage stays pinned; nobody can see the index, so the lock is not needed.
	LockBuffer(load.meta_buffer, BUFFER_LOCK_UNLOCK);
	load.centroids = reserve(build, centroid_pages(build.place_dim, build.lists), PageKind::Centroid);
	load.directory = reserve(build, directory_pages, PageKind::Directory);
	load.tids = reserve(build, static_cast<uint32>(tid_pages), PageKind::Tid);
	load.block_buffer = InvalidBuffer;
	load.tid_page.buffer = load.row_page.buffer = load.value_page.buffer = InvalidBuffer;
	load.list = kNoList;
	load.code =
		static_cast<char *>(pg::alloc_array(1, build.quantizer->entry_bytes(build.dim) + build.row_bytes));
	load.value = static_cast<char *>(pg::alloc_array(1, build.value_bytes));
	number_rows(load);
}

// Rows are numbered in the order of their first lists, those without codes last, so that the stores of rows and values,
// which they do not need, can end before them.
static void
number_rows(Load &load)
{
	const Build &build = *load.build;
	uint32 lists = build.lists + kFirstList;
	uint64 next = 0;

	load.rows = load.values = load.mean = load.codes = load.sketches = Extent{InvalidBlockNumber, 0};
	load.starts = static_cast<uint64 *>(pg::alloc_array(lists, sizeof(uint64)));
	for (uint32 i = 0; i < lists; i++)
	{
		uint32 list = (i + kFirstList) % lists;

		if (list == 0 && build.row_bytes > 0)
		{
			uint32 per_page = rows_per_page(build.row_bytes);

			load.rows = reserve(build, static_cast<uint32>((next + per_page - 1) / per_page), PageKind::Row);
		}
		if (list == 0 && build.value_bytes > 0)
		{
			load.values =
				reserve(build, full_pages(build.relation, build.value_bytes, next), PageKind::Value);
		}
		load.starts[list] = next;
		next += build.counts != nullptr ? build.counts[list] : 0;
	}
	if (build.mean != nullptr)
	{
		uint32 per_page = centroid_codes_per_page(build.row_bytes);

		load.codes = reserve(build, (build.lists + per_page - 1) / per_page, PageKind::CentroidCode);
		load.groups = build.grouped ? group_count(build.lists) : 0;
		load.spreads = load.groups > 0 ? static_cast<float *>(palloc0(build.lists * sizeof(float))) : nullptr;
		load.sketches = reserve_sketches(load);
		load.mean = reserve(build, mean_pages(build.place_dim), PageKind::Mean);
		mean_write(build.relation, build.fork, load.mean, build.place_dim, build.mean);
	}
}

// The pages of the sketches of centroids and groups; none where lists are few.
static Extent
reserve_sketches(const Load &load)
{
	const Build &build = *load.build;
	Size payload = build.quantizer->payload_bytes(build.dim, kSketchHeight);

	if (build.lists <= kFewLists)
	{
		return Extent{InvalidBlockNumber, 0};
	}

	uint64 pages = sketch_pages(payload, sketched_count(build.lists, load.groups));

	return reserve(build, static_cast<uint32>(pages), PageKind::CentroidSketch);
}

// Adds so many pages of a kind, one behind the other.
static Extent
reserve(const Build &build, uint32 pages, PageKind kind)
{
	Extent extent = {InvalidBlockNumber, pages};

	for (uint32 i = 0; i < pages; i++)
	{
		Buffer buffer = build_page(build.relation, build.fork, kind);

		extent.first = i == 0 ? BufferGetBlockNumber(buffer) : extent.first;
		page_release(buffer);
		CHECK_FOR_INTERRUPTS();
	}
	return extent;
}

static void
write_centroid(const Load &load, uint32 number, float spread)
{
	const Build &build = *load.build;
	float length = build.lengths[number];
	bool unit = build.metric->unit_length;
	CentroidHeader header = {build.bias[number], spread, length,
	                         unit ? length * length : -2 * build.bias[number]};

	const float *centroid = build.centroids + static_cast<Size>(number) * build.place_dim;

	centroid_write(build.relation, build.fork, load.centroids, build.place_dim, number, header, centroid);
	if (load.codes.pages > 0)
	{
		build.quantizer->two_level->encode_row(build.space, centroid, load.code);
		centroid_code_write(build.relation, build.fork, load.codes, build.row_bytes, number, header,
		                    load.code);
	}
	if (load.sketches.pages > 0)
	{
		// Like that of a row whose list had the mean as its centre.
		build.quantizer->two_level->encode_entry(build.space, centroid, build.space.mean, load.code);
		centroid_sketch_write(build, load.sketches, number, spread, load.code);
	}
}

// Centroids and directory entries as they are before any row: centroids get their spread and lists their blocks later.
static void
write_lists(Load &load)
{
	const Build &build = *load.build;

	for (uint32 i = 0; i < build.lists; i++)
	{
		write_centroid(load, i, 0);
		CHECK_FOR_INTERRUPTS();
	}
	for (uint32 list = 0; list < build.lists + kFirstList; list++)
	{
		begin_list(load, list);
		end_list(load);
	}
	load.list = kNoList;
}

static void
load_entries(Load &load)
{
	TupleTableSlot *slot = MakeSingleTupleTableSlot(flight_descriptor(), &TTSOpsMinimalTuple);
	int64 done = 0;

	while (tuplesort_gettupleslot(load.build->sort, true, false, slot, nullptr))
	{
		bool isnull;
		uint32 list = flight_list(DatumGetInt64(slot_getattr(slot, 1, &isnull)));
		const varlena *flight =
			reinterpret_cast<const varlena *>(DatumGetPointer(slot_getattr(slot, 2, &isnull)));

		load_entry(load, list, VARDATA_ANY(flight));
		pgstat_progress_update_param(PROGRESS_CREATEIDX_TUPLES_DONE, ++done);
		CHECK_FOR_INTERRUPTS();
	}
	if (load.list != kNoList)
	{
		end_list(load);
	}
	ExecDropSingleTupleTableSlot(slot);
}

// Writes one entry behind the others of its list.
static void
load_entry(Load &load, uint32 list, const char *flight)
{
	const Build &build = *load.build;
	const Geometry &geometry = build.geometry;
	uint32 slots = list < kFirstList ? codeless_slots(geometry) : geometry.height;
	FlightHeader header;

	if (list != load.list)
	{
		if (load.list != kNoList)
		{
			end_list(load);
		}
		begin_list(load, list);
	}
	if (!block_exists(load.block) || load.slot == slots)
	{
		add_block(load);
	}
	memcpy(&header, flight, sizeof(header));

	Page page = buffer_page(load.block_buffer);
	BlockHeader *block = page_block(page, load.block.index);
	uint32 row = static_cast<uint32>(load.starts[header.first] + header.ordinal);
	Size entry = list < kFirstList ? 0 : build.quantizer->entry_bytes(build.dim);

	if (list < kFirstList)
	{
		page_codeless_rows(page, geometry, load.block.index)[load.slot] = row;
	}
	else
	{
		memcpy(load.code, flight + sizeof(header), entry);
		build.quantizer->store(load.code, build.dim, geometry.height, load.slot,
		                       page_block_payload(page, geometry, load.block.index));
		page_block_rows(page, geometry, load.block.index)[load.slot] = row;
		block->live_mask |= 1u << load.slot;
	}
	block->check += row_mix(load.slot, row);
	load.slot++;
	load.entry.live++;
	if (header.first == list)
	{
		load.firsts++;
		load.entry.residual_sum += header.residual;
		load_row(load, row, header.tid, list >= kFirstList ? flight + sizeof(header) + entry : nullptr);
	}
}

// Writes what stands by row number.  codes: the row's cold code and behind it its value, as far as there are such, or
// null for a row without codes.
static void
load_row(Load &load, uint32 row, const ItemPointerData &tid, const char *codes)
{
	const Build &build = *load.build;
	bool coded = codes != nullptr && build.row_bytes > 0;

	put_tid(load, row, &tid, coded);
	if (coded)
	{
		uint32 per_page = rows_per_page(build.row_bytes);

		memcpy(page_row(store_page_of(load, load.row_page, load.rows, row / per_page), build.row_bytes,
		                row % per_page),
		       codes, build.row_bytes);
	}
	if (codes != nullptr && build.value_bytes > 0)
	{
		put_value(load, row, codes + build.row_bytes);
	}
}

static void
begin_list(Load &load, uint32 list)
{
	load.list = list;
	load.entry = ListEntry{};
	load.entry.generation = 1;
	load.entry.first = load.entry.tail = load.entry.room = kNoBlock;
	load.block = kNoBlock;
	load.firsts = 0;
	load.run_broken = false;
}

// Writes the directory entry of the list at hand, and its centroid's spread.
static void
end_list(Load &load)
{
	const Build &build = *load.build;
	Buffer buffer =
		build_page_at(build.relation, build.fork, load.directory.first + load.list / kListsPerPage);

	list_entry_seal(load.entry);
	*page_list_entry(buffer_page(buffer), load.list % kListsPerPage) = load.entry;
	page_release(buffer);
	if (load.list >= kFirstList && load.firsts > 0)
	{
		uint32 centroid = load.list - kFirstList;

		float spread = static_cast<float>(std::sqrt(load.entry.residual_sum / load.firsts / build.dim));

		write_centroid(load, centroid, spread);
		if (load.spreads != nullptr)
		{
			load.spreads[centroid] = spread;
		}
	}
}

// Takes the next free block, on this page or a new one, and links it behind the list's tail.
static void
add_block(Load &load)
{
	const Build &build = *load.build;
	Buffer old = InvalidBuffer;

	if (!BufferIsValid(load.block_buffer) || load.next_index == build.geometry.blocks_per_page)
	{
		old = load.block_buffer;
		load.block_buffer = build_page(build.relation, build.fork, PageKind::Block);
		blocks_format(buffer_page(load.block_buffer), build.geometry);
		load.next_index = 0;
	}

	BlockRef fresh = {BufferGetBlockNumber(load.block_buffer), static_cast<uint16>(load.next_index++), 0};

	block_clear(buffer_page(load.block_buffer), build.geometry, fresh.index, load.list,
	            load.entry.generation);
	if (block_exists(load.block))
	{
		// The tail is on this page, or on the one before it, which is still locked.
		BlockHeader *tail =
			page_block(buffer_page(BufferIsValid(old) ? old : load.block_buffer), load.block.index);

		tail->next = fresh;
		tail->check += link_mix(load.list, fresh) - link_mix(load.list, kNoBlock);
		load.run_broken |= BufferIsValid(old) && fresh.page != load.block.page + 1;
	}
	else
	{
		load.entry.first = fresh;
	}
	if (BufferIsValid(old))
	{
		page_release(old);
	}
	load.block = load.entry.tail = load.entry.room = fresh;
	load.entry.blocks++;
	load.entry.run += load.run_broken ? 0 : 1;
	load.slot = 0;
}

// The page of a store by its number, which becomes the one at hand.
static Page
store_page_of(Load &load, StorePage &at, const Extent &store, uint32 number)
{
	if (!BufferIsValid(at.buffer) || at.number != number)
	{
		if (BufferIsValid(at.buffer))
		{
			page_release(at.buffer);
		}
		at.buffer = build_page_at(load.build->relation, load.build->fork, store.first + number);
		at.number = number;
	}
	return buffer_page(at.buffer);
}

// Writes the TID of a row.
static void
put_tid(Load &load, uint32 row, const ItemPointerData *tid, bool coded)
{
	uint32 index = row % kTidsPerPage;
	Page page = store_page_of(load, load.tid_page, load.tids, row / kTidsPerPage);
	TidSlot *slot = page_tid_slot(page, index);

	tid_slot_set(*slot, *tid, coded);
	page_opaque(page)->check += tid_mix(index, *slot);
	page_opaque(page)->room = Max(page_opaque(page)->room, index + 1);
}

// Writes the value of a row.
static void
put_value(Load &load, uint32 row, const char *value)
{
	Size bytes = load.build->value_bytes;

	memcpy(load.value, value, bytes);
	full_seal(load.value, bytes, row);
	each_value_part(bytes, row,
	                [&](const ValuePart &part)
	                {
		uint32 number = static_cast<uint32>(part.page);

		memcpy(page_value(store_page_of(load, load.value_page, load.values, number), part.offset),
		       load.value + part.done, part.bytes);
	});
}

// Lets go of the last pages and writes the metapage.
static void
load_end(Load &load)
{
	const Build &build = *load.build;
	MetaPage &meta = load.meta;

	const Buffer buffers[] = {load.tid_page.buffer, load.row_page.buffer, load.value_page.buffer};

	for (Buffer buffer : buffers)
	{
		if (BufferIsValid(buffer))
		{
			page_release(buffer);
		}
	}
	if (BufferIsValid(load.block_buffer))
	{
		BlockNumber last = BufferGetBlockNumber(load.block_buffer);

		page_release(load.block_buffer);
		if (load.next_index < build.geometry.blocks_per_page && build.fork == MAIN_FORKNUM)
		{
			record_room(build.relation, last, true, true);
		}
	}
	meta.magic = kMagic;
	meta.version = kFormatVersion;
	meta.metric = static_cast<uint8>(build.order->id);
	meta.taxicab = build.taxicab;
	meta.quantizer = static_cast<uint8>(build.quantizer->id);
	meta.dim = build.dim;
	meta.lists = build.lists;
	meta.height = build.geometry.height;
	meta.blocks_per_page = build.geometry.blocks_per_page;
	meta.epoch = 1;
	meta.tid_room = load.tids.pages > 0 ? load.tids.pages - 1 : 0;
	meta.seed = build.seed;
	meta.built_rows = build.rows;
	meta.mean = load.mean.first;
	meta.calibration = InvalidBlockNumber;
	meta.code_extents = load.codes.pages > 0 ? 1 : 0;
	meta.codes[0] = load.codes;
	meta.sketch_extents = load.sketches.pages > 0 ? 1 : 0;
	meta.sketches[0] = load.sketches;
	meta.groups = load.groups;
	meta.row_extents = load.rows.pages > 0 ? 1 : 0;
	meta.rows[0] = load.rows.pages > 0 ? load.rows : Extent{};
	meta.values = build.value_bytes > 0 ? 1 : 0;
	meta.value_extents = load.values.pages > 0 ? 1 : 0;
	meta.value_store[0] = load.values.pages > 0 ? load.values : Extent{};
	meta.tid_extents = load.tids.pages > 0 ? 1 : 0;
	meta.tids[0] = load.tids.pages > 0 ? load.tids : Extent{};
	meta.centroid_extents = 1;
	meta.centroids[0] = load.centroids;
	meta.directory_extents = 1;
	meta.directory[0] = load.directory;
	meta_seal(meta);
	LockBuffer(load.meta_buffer, BUFFER_LOCK_EXCLUSIVE);
	memcpy(page_meta(buffer_page(load.meta_buffer)), &meta, sizeof(MetaPage));
	MarkBufferDirty(load.meta_buffer);
	page_release(load.meta_buffer);
}

} // namespace vecsim::ivf
