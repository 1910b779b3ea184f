// ivf_recent.cpp - pages looked for in the buffers they were last seen in, and sent for before they are needed.
#include "pg/pg.h"

#include "ivf/ivf_page_io.h"
#include "ivf/ivf_recent.h"

namespace vecsim::ivf
{

namespace
{

// Buffers that pages were last seen in: an entry for the pages of the same number modulo a power of two.
// It is the index's rd_amcache, and so goes away with any invalidation: never held over a call.
struct RecentBuffers
{
	uint32 pages;      // entries for pages of the index
	uint32 heap_pages; // entries for pages of the table, which follow; 0 while there are none
	Buffer buffers[FLEXIBLE_ARRAY_MEMBER];
};

constexpr uint32 kFewest = 64;
constexpr uint32 kMost = 1 << 18; // 1 MB a backend, enough for 2 GB

constexpr Size kLine = 64;

// Only the ordinary look-up raises a page's usage count, without which a busy page would be the first to be evicted: a
// page is looked up so while its count is below this.
constexpr uint32 kUsageEnough = 3;

// Blocks that this backend had read from files when its present search began, and the last page sent for since: rows
// that neighbour each other want the same one.
int64 read_before;
Oid last_sent_of;
BlockNumber last_sent;

RecentBuffers *
recent_of(Relation index)
{
	return static_cast<RecentBuffers *>(index->rd_amcache);
}

uint32
entries_for(BlockNumber pages)
{
	uint32 n = kFewest;

	while (n < pages && n < kMost)
	{
		n *= 2;
	}
	return n;
}

// Makes them anew, for as many pages as there are.  What is known of the index stays where its entries do: a backend's
// first query has read most of its pages before it makes room for those of the table.
void
recent_make(Relation index, uint32 heap_pages)
{
	RecentBuffers *old = recent_of(index);
	uint32 pages = entries_for(RelationGetNumberOfBlocks(index));
	Size bytes = offsetof(RecentBuffers, buffers) + (static_cast<Size>(pages) + heap_pages) * sizeof(Buffer);
	RecentBuffers *recent = static_cast<RecentBuffers *>(MemoryContextAllocZero(index->rd_indexcxt, bytes));

	recent->pages = pages;
	recent->heap_pages = heap_pages;
	if (old != nullptr && old->pages == pages)
	{
		memcpy(recent->buffers, old->buffers, pages * sizeof(Buffer));
	}
	index->rd_amcache = recent;
	if (old != nullptr)
	{
		pfree(old);
	}
}

// The entry of a page of the index or of its table; null where none is kept.
Buffer *
page_entry(Relation index, BlockNumber block)
{
	RecentBuffers *recent = recent_of(index);

	return recent != nullptr ? &recent->buffers[block & (recent->pages - 1)] : nullptr;
}

Buffer *
heap_entry(Relation index, BlockNumber block)
{
	RecentBuffers *recent = recent_of(index);

	return recent != nullptr && recent->heap_pages > 0
	           ? &recent->buffers[recent->pages + (block & (recent->heap_pages - 1))]
	           : nullptr;
}

// Pins the page where it was last seen.  False where it is not there, or wants to be looked up.
bool
pin_recent(Relation relation, BlockNumber block, Buffer last)
{
	if (!BufferIsValid(last) || !compat::read_recent_buffer(relation, block, last))
	{
		return false;
	}
	if (compat::buffer_usage(last) < kUsageEnough)
	{
		ReleaseBuffer(last);
		return false;
	}
	pgstat_count_buffer_read(relation);
	pgstat_count_buffer_hit(relation);
	return true;
}

} // namespace

Buffer
page_pin(Relation index, BlockNumber block)
{
	if (!BlockNumberIsValid(block))
	{
		index_corrupted(index, kMetaBlock, "A store has fewer pages than its rows or lists need.");
	}
	if (RelationUsesLocalBuffers(index))
	{
		return ReadBuffer(index, block);
	}

	RecentBuffers *recent = recent_of(index);

	if (recent == nullptr || (block >= recent->pages * 2 && recent->pages < kMost))
	{
		recent_make(index, recent != nullptr ? recent->heap_pages : 0);
	}

	Buffer last = *page_entry(index, block);

	if (pin_recent(index, block, last))
	{
		return last;
	}

	Buffer buffer = ReadBuffer(index, block);
	Buffer *entry = page_entry(index, block);

	if (entry != nullptr)
	{
		*entry = buffer;
	}
	return buffer;
}

void
recent_search_begin()
{
	read_before = pgBufferUsage.shared_blks_read;
	last_sent = InvalidBlockNumber;
}

bool
pages_missing()
{
	return pgBufferUsage.shared_blks_read != read_before;
}

// A look-up in the table of all buffers, and where the page is not there a call of the system: too much for searches
// that find everything in memory.
void
page_send(Relation relation, BlockNumber block)
{
	if (!pages_missing() || !BlockNumberIsValid(block) || effective_io_concurrency == 0 ||
	    (block == last_sent && RelationGetRelid(relation) == last_sent_of))
	{
		return;
	}
	PrefetchBuffer(relation, MAIN_FORKNUM, block);
	last_sent_of = RelationGetRelid(relation);
	last_sent = block;
}

void
page_hint(Relation index, BlockNumber block, Size offset, Size bytes)
{
	page_send(index, block);

	const Buffer *last = page_entry(index, block);

	if (last == nullptr || !BufferIsValid(*last))
	{
		return;
	}

	const char *page = static_cast<const char *>(BufferGetPage(*last));

	compat::fetch_buffer_header(*last);
	__builtin_prefetch(page);
	for (Size at = TYPEALIGN_DOWN(kLine, offset); at < offset + bytes; at += kLine)
	{
		__builtin_prefetch(page + at);
	}
}

bool
heap_recent_begin(Relation index, Relation heap)
{
	if (!compat::is_heap(heap) || RelationUsesLocalBuffers(heap))
	{
		return false;
	}

	RecentBuffers *recent = recent_of(index);

	if (recent == nullptr || recent->heap_pages == 0)
	{
		recent_make(index, entries_for(RelationGetNumberOfBlocks(heap)));
	}
	return true;
}

void
heap_offer(Relation index, Relation heap, IndexFetchTableData *fetch, BlockNumber block)
{
	const Buffer *last = heap_entry(index, block);

	if (last != nullptr && !compat::heap_fetch_has(fetch, block) && pin_recent(heap, block, *last))
	{
		compat::heap_fetch_give(fetch, block, *last);
	}
}

void
heap_seen(Relation index, BlockNumber block, const TupleTableSlot *slot)
{
	Buffer *entry = heap_entry(index, block);

	if (entry != nullptr && TTS_IS_BUFFERTUPLE(slot))
	{
		*entry = reinterpret_cast<const BufferHeapTupleTableSlot *>(slot)->buffer;
	}
}

void
heap_held(Relation index, BlockNumber block, const IndexFetchTableData *fetch)
{
	Buffer *entry = heap_entry(index, block);

	if (entry != nullptr && compat::heap_fetch_has(fetch, block))
	{
		*entry = compat::heap_fetch_buffer(fetch);
	}
}

void
heap_hint(Relation index, BlockNumber block)
{
	const Buffer *last = heap_entry(index, block);

	if (last != nullptr && BufferIsValid(*last))
	{
		compat::fetch_buffer_header(*last);
		__builtin_prefetch(BufferGetPage(*last));
	}
}

// The row's place is read from a page that is not even pinned, so it may be anything: it is cut to the page's length,
// and nothing comes of it but a fetch.  A damaged TID must not lead out of the page either.
void
heap_hint_row(Relation index, const ItemPointerData &tid)
{
	constexpr Size kBeginning = 256; // the processor goes on by itself where a row is longer
	const Buffer *last = heap_entry(index, ItemPointerGetBlockNumberNoCheck(&tid));
	OffsetNumber offset = ItemPointerGetOffsetNumberNoCheck(&tid);

	if (last == nullptr || !BufferIsValid(*last) || offset < FirstOffsetNumber || offset > MaxHeapTuplesPerPage)
	{
		return;
	}

	const char *page = static_cast<const char *>(BufferGetPage(*last));
	const PageHeaderData *header = reinterpret_cast<const PageHeaderData *>(page);
	Size at = header->pd_linp[offset - 1].lp_off % BLCKSZ;

	for (Size line = 0; line < kBeginning; line += kLine)
	{
		__builtin_prefetch(page + (at + line) % BLCKSZ);
	}
}

} // namespace vecsim::ivf
