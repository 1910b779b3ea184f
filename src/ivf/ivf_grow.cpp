// ivf_grow.cpp - more room: blocks linked to lists, pages added to the TID store, and the hints where room is.
//
// Each change is one WAL record.  A crash before a new page is linked leaves a page of free blocks, which VACUUM finds;
// a crash while the TID store grows leaves pages that belong to nothing until REINDEX.
#include "pg/pg.h"

#include "ivf/ivf_grow.h"

namespace vecsim::ivf
{

static BlockNumber find_free_block(const Index &index);
static BlockNumber block_page_new(const Index &index);
static int free_block(const Index &index, Page page);
static uint32 free_blocks(const Index &index, Page page);
static BlockRef link_block(const Index &index, uint32 list, BlockRef tail, BlockNumber free_page);
static void write_link(const Index &index, uint32 list, BlockRef tail, BlockRef fresh, const Buffer *buffers,
                       const BlockNumber *pages, int n);
static Page page_among(BlockNumber block, const BlockNumber *pages, const Page *images, int n);

BlockRef
list_extend(const Index &index, uint32 list)
{
	for (;;)
	{
		ListEntry entry = directory_read(index, list);
		BlockRef linked = link_block(index, list, entry.tail, find_free_block(index));

		if (block_exists(linked))
		{
			return linked;
		}
		CHECK_FOR_INTERRUPTS();
	}
}

// Ascending, for two or three of them.
static void
sort_blocks(BlockNumber *pages, int n)
{
	for (int i = 1; i < n; i++)
	{
		for (int j = i; j > 0 && pages[j] < pages[j - 1]; j--)
		{
			BlockNumber lower = pages[j];

			pages[j] = pages[j - 1];
			pages[j - 1] = lower;
		}
	}
}

// Links a free block of a page behind the tail of a list.  The block that is now behind the tail: this one, or that of
// another inserter who was faster.  None where the page or the tail turned out to be another than thought.
static BlockRef
link_block(const Index &index, uint32 list, BlockRef tail, BlockNumber free_page)
{
	BlockNumber directory = directory_page(index, list);
	BlockNumber pages[3] = {free_page, directory, tail.page};
	Buffer buffers[3];
	Page images[3];
	int n = !block_exists(tail) || tail.page == free_page ? 2 : 3;
	BlockRef result = kNoBlock;

	sort_blocks(pages, n);
	for (int i = 0; i < n; i++)
	{
		PageKind kind = pages[i] == directory ? PageKind::Directory : PageKind::Block;

		buffers[i] = page_read(index.relation, pages[i], kind, BUFFER_LOCK_EXCLUSIVE);
		images[i] = buffer_page(buffers[i]);
	}

	Page free_image = page_among(free_page, pages, images, n);
	const ListEntry *entry = page_list_entry(page_among(directory, pages, images, n), list % kListsPerPage);
	int block = free_block(index, free_image);
	uint32 left = free_blocks(index, free_image);

	if (!block_same(entry->tail, tail))
	{
		result = block_exists(tail) ? page_block(page_among(tail.page, pages, images, n), tail.index)->next
		                            : entry->first;
	}
	else if (block >= 0)
	{
		result = {free_page, static_cast<uint16>(block), 0};
		write_link(index, list, tail, result, buffers, pages, n);
		left--;
	}
	for (int i = 0; i < n; i++)
	{
		page_release(buffers[i]);
	}
	record_room(index.relation, free_page, left > 0, left + 1 >= index.geometry.blocks_per_page);
	return result;
}

void
record_room(Relation index, BlockNumber page, bool room, bool fresh)
{
	RecordPageWithFreeSpace(index, page, room ? kRoomForBlock : 0);
	if (room && fresh)
	{
		FreeSpaceMapVacuumRange(index, page, page + 1);
	}
}

// The record that links a block: the block, the tail and the directory entry.
static void
write_link(const Index &index, uint32 list, BlockRef tail, BlockRef fresh, const Buffer *buffers,
           const BlockNumber *pages, int n)
{
	Page images[3];
	PageEdit edit;

	edit_begin(edit, index.relation);
	for (int i = 0; i < n; i++)
	{
		images[i] = edit_page(edit, buffers[i]);
	}

	ListEntry *entry =
		page_list_entry(page_among(directory_page(index, list), pages, images, n), list % kListsPerPage);

	block_clear(page_among(fresh.page, pages, images, n), index.geometry, fresh.index, list,
	            entry->generation);
	if (block_exists(tail))
	{
		BlockHeader *header = page_block(page_among(tail.page, pages, images, n), tail.index);

		header->check += link_mix(list, fresh) - link_mix(list, header->next);
		header->next = fresh;
	}
	else
	{
		entry->first = fresh;
	}
	entry->tail = fresh;
	entry->room = fresh;
	entry->blocks++;
	list_entry_seal(*entry);
	edit_finish(edit);
}

// The page of a block number among n that are at hand.
static Page
page_among(BlockNumber block, const BlockNumber *pages, const Page *images, int n)
{
	for (int i = 0; i < n - 1; i++)
	{
		if (pages[i] == block)
		{
			return images[i];
		}
	}
	return images[n - 1];
}

void
block_clear(Page page, const Geometry &geometry, uint32 block, uint32 list, uint32 generation)
{
	BlockHeader *header = page_block(page, block);

	*header = {list, generation, kNoBlock, 0, link_mix(list, kNoBlock)};
	if (list < kFirstList)
	{
		memset(page_codeless_rows(page, geometry, block), 0xFF, codeless_slots(geometry) * sizeof(uint32));
	}
}

// A page that has a free block, most likely: from the free space map, or a new one.
static BlockNumber
find_free_block(const Index &index)
{
	for (;;)
	{
		BlockNumber block = GetPageWithFreeSpace(index.relation, kRoomForBlock);
		bool found = false;

		if (!BlockNumberIsValid(block))
		{
			return block_page_new(index);
		}

		Buffer buffer = ReadBuffer(index.relation, block);

		LockBuffer(buffer, BUFFER_LOCK_SHARE);
		// The map is not WAL-logged and may name any page.
		if (!PageIsNew(buffer_page(buffer)) &&
		    page_tag(buffer_page(buffer))->kind == static_cast<uint16>(PageKind::Block))
		{
			found = free_block(index, buffer_page(buffer)) >= 0;
		}
		page_release(buffer);
		if (found)
		{
			return block;
		}
		RecordPageWithFreeSpace(index.relation, block, 0);
		CHECK_FOR_INTERRUPTS();
	}
}

// A new page of free blocks.
static BlockNumber
block_page_new(const Index &index)
{
	PageEdit edit;

	LockRelationForExtension(index.relation, ExclusiveLock);

	Buffer buffer = page_extend(index.relation);
	BlockNumber block = BufferGetBlockNumber(buffer);

	UnlockRelationForExtension(index.relation, ExclusiveLock);
	edit_begin(edit, index.relation);
	blocks_format(edit_page(edit, buffer, true), index.geometry);
	edit_finish(edit);
	page_release(buffer);
	return block;
}

void
blocks_format(Page page, const Geometry &geometry)
{
	page_format(page, PageKind::Block);
	for (uint32 i = 0; i < geometry.blocks_per_page; i++)
	{
		page_block(page, i)->list = kNoList;
	}
}

// The first free block of a page, -1 where there is none.
static int
free_block(const Index &index, Page page)
{
	for (uint32 i = 0; i < index.geometry.blocks_per_page; i++)
	{
		if (page_block(page, i)->list == kNoList)
		{
			return static_cast<int>(i);
		}
	}
	return -1;
}

static uint32
free_blocks(const Index &index, Page page)
{
	uint32 n = 0;

	for (uint32 i = 0; i < index.geometry.blocks_per_page; i++)
	{
		n += page_block(page, i)->list == kNoList ? 1 : 0;
	}
	return n;
}

void
list_set_room(const Index &index, uint32 list, BlockRef was, BlockRef room)
{
	Buffer buffer =
		page_read(index.relation, directory_page(index, list), PageKind::Directory, BUFFER_LOCK_EXCLUSIVE);
	uint32 at = list % kListsPerPage;

	// Another inserter or VACUUM may have set it meanwhile: theirs is as good.
	if (block_same(page_list_entry(buffer_page(buffer), at)->room, was))
	{
		PageEdit edit;

		edit_begin(edit, index.relation);

		ListEntry *entry = page_list_entry(edit_page(edit, buffer), at);

		entry->room = room;
		list_entry_seal(*entry);
		edit_finish(edit);
	}
	page_release(buffer);
}

// Locks the metapage, lets `change` change its content, and writes it if that returns true.
template <typename Change>
static void
meta_change(Index &index, Change change)
{
	Buffer buffer = page_read(index.relation, kMetaBlock, PageKind::Meta, BUFFER_LOCK_EXCLUSIVE);

	memcpy(&index.meta, page_meta(buffer_page(buffer)), sizeof(MetaPage));
	if (change(index.meta))
	{
		PageEdit edit;

		meta_seal(index.meta);
		edit_begin(edit, index.relation);
		memcpy(page_meta(edit_page(edit, buffer)), &index.meta, sizeof(MetaPage));
		edit_finish(edit);
	}
	page_release(buffer);
}

// Appends an extent, or lengthens the last one where the new pages follow it.  False where there is no room for one.
static bool
extents_append(Extent *extents, uint16 *n, int most, Extent extent)
{
	if (*n > 0 && extents[*n - 1].first + extents[*n - 1].pages == extent.first)
	{
		extents[*n - 1].pages += extent.pages;
		return true;
	}
	if (*n >= most)
	{
		return false;
	}
	extents[(*n)++] = extent;
	return true;
}

// The stores by row number, as the metapage has them.
static Extent *
store_extents(MetaPage &meta, PageKind kind, uint16 **n)
{
	switch (kind)
	{
		case PageKind::Tid:
			*n = &meta.tid_extents;
			return meta.tids;
		case PageKind::Row:
			*n = &meta.row_extents;
			return meta.rows;
		default:
			Assert(kind == PageKind::Value);
			*n = &meta.value_extents;
			return meta.value_store;
	}
}

// Pages that a store gets which has so many, in n extents, and wants at least so many more.  An eighth of what exists,
// so that a hundred and sixty extents suffice; but not so many at once that the inserter who happens to add them waits
// for seconds, while half of the extents are free, which are enough to go on by eighths.
static uint32
pages_to_add(uint32 had, uint16 n, uint32 least)
{
	constexpr uint32 kShare = 8;
	constexpr uint32 kMostAtOnce = 4096;
	uint32 share = had / kShare;

	return Max(n < kStoreExtents / 2 ? Min(share, kMostAtOnce) : share, least);
}

void
store_extend(Index &index, PageKind kind, uint32 pages)
{
	uint16 *n;

	// One at a time: the heavy lock can be waited for with interrupts, a page lock could not while pages are added.
	LockPage(index.relation, kMetaBlock, ExclusiveLock);
	meta_change(index, [](MetaPage &) { return false; });
	for (;;)
	{
		Extent *extents = store_extents(index.meta, kind, &n);
		uint32 had = store_pages(extents, *n);
		bool added;

		if (had > pages)
		{
			break;
		}

		uint32 more = pages_to_add(had, *n, pages - had + 1);

		if (kind == PageKind::Tid && static_cast<uint64>(had + more) * kTidsPerPage >= kNoRow)
		{
			ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			                errmsg("ivf index \"%s\" cannot hold more than %u rows",
			                       RelationGetRelationName(index.relation), had * kTidsPerPage)));
		}

		Extent extent = {pages_extend(index.relation, more, kind), more};

		meta_change(index,
		            [&](MetaPage &meta)
		            {
			extents = store_extents(meta, kind, &n);
			added = extents_append(extents, n, kStoreExtents, extent);
			return added;
		});
		if (!added)
		{
			ereport(ERROR,
			        (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			         errmsg("ivf index \"%s\" has grown too often", RelationGetRelationName(index.relation)),
			         errhint("Please REINDEX it.")));
		}
	}
	UnlockPage(index.relation, kMetaBlock, ExclusiveLock);
}

void
tid_store_set_room(Index &index, uint32 page, bool backwards)
{
	meta_change(index,
	            [=](MetaPage &meta)
	            {
		bool change = backwards ? page < meta.tid_room : page > meta.tid_room;

		meta.tid_room = change ? page : meta.tid_room;
		return change;
	});
}

} // namespace vecsim::ivf
