// ivf_page_io.cpp - pages read with checks and changed with WAL: the only file that knows about generic WAL.
#include "pg/pg.h"

#include "ivf/ivf_page_io.h"

namespace vecsim::ivf
{

void
index_corrupted(Relation index, BlockNumber block, const char *what)
{
	ereport(ERROR, (errcode(ERRCODE_INDEX_CORRUPTED),
	                errmsg("ivf index \"%s\" is damaged at block %u", RelationGetRelationName(index), block),
	                errdetail("%s", what), errhint("Please REINDEX it.")));
}

void
page_format(Page page, PageKind kind)
{
	PageInit(page, BLCKSZ, sizeof(PageOpaque));
	reinterpret_cast<PageHeader>(page)->pd_lower = reinterpret_cast<PageHeader>(page)->pd_upper;
	page_tag(page)->kind = static_cast<uint16>(kind);
	page_tag(page)->page_id = kPageId;
}

void
page_check(Relation index, Buffer buffer, PageKind kind)
{
	Page page = BufferGetPage(buffer);

	if (PageIsNew(page))
	{
		index_corrupted(index, BufferGetBlockNumber(buffer), "The page is empty.");
	}
	// What lies between pd_lower and pd_upper is lost when a change is logged: nothing may.
	if (PageGetSpecialSize(page) != sizeof(PageOpaque) || page_tag(page)->page_id != kPageId ||
	    reinterpret_cast<PageHeader>(page)->pd_lower != reinterpret_cast<PageHeader>(page)->pd_upper)
	{
		index_corrupted(index, BufferGetBlockNumber(buffer), "The page is not of an ivf index.");
	}
	if (page_tag(page)->kind != static_cast<uint16>(kind))
	{
		index_corrupted(index, BufferGetBlockNumber(buffer),
		                "The page is of another kind than the one looked for.");
	}
}

namespace
{

// Buffers that pages of an index were last seen in: an entry for the pages of the same number modulo a power of two.
// It is the relation's rd_amcache, and so goes away with any invalidation: never held over a call.
struct RecentBuffers
{
	uint32 mask;
	Buffer buffers[FLEXIBLE_ARRAY_MEMBER];
};

constexpr uint32 kFewestRecent = 64;
constexpr uint32 kMostRecent = 1 << 18; // 1 MB a backend, enough for an index of 2 GB

// Only the ordinary look-up raises a page's usage count, without which a busy page would be the first to be evicted: a
// page is looked up so while its count is below this.
constexpr uint32 kUsageEnough = 3;

// Makes them anew, for as many pages as there are.
RecentBuffers *
recent_make(Relation index)
{
	BlockNumber pages = RelationGetNumberOfBlocks(index);
	uint32 n = kFewestRecent;

	while (n < pages && n < kMostRecent)
	{
		n *= 2;
	}

	if (index->rd_amcache != nullptr)
	{
		pfree(index->rd_amcache);
		index->rd_amcache = nullptr;
	}

	Size bytes = offsetof(RecentBuffers, buffers) + n * sizeof(Buffer);
	RecentBuffers *recent = static_cast<RecentBuffers *>(MemoryContextAllocZero(index->rd_indexcxt, bytes));

	recent->mask = n - 1;
	index->rd_amcache = recent;
	return recent;
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

	RecentBuffers *recent = static_cast<RecentBuffers *>(index->rd_amcache);

	if (recent == nullptr || (block / 2 > recent->mask && recent->mask + 1 < kMostRecent))
	{
		recent = recent_make(index);
	}

	Buffer last = recent->buffers[block & recent->mask];

	if (BufferIsValid(last) && compat::read_recent_buffer(index, block, last))
	{
		if (compat::buffer_usage(last) >= kUsageEnough)
		{
			pgstat_count_buffer_read(index);
			pgstat_count_buffer_hit(index);
			return last;
		}
		ReleaseBuffer(last);
	}

	Buffer buffer = ReadBuffer(index, block);

	recent = static_cast<RecentBuffers *>(index->rd_amcache);
	if (recent != nullptr)
	{
		recent->buffers[block & recent->mask] = buffer;
	}
	return buffer;
}

void
page_hint(Relation index, BlockNumber block, Size offset, Size bytes)
{
	constexpr Size kLine = 64;
	const RecentBuffers *recent = static_cast<const RecentBuffers *>(index->rd_amcache);
	Buffer last = recent != nullptr ? recent->buffers[block & recent->mask] : InvalidBuffer;

	if (!BufferIsValid(last))
	{
		return;
	}

	const char *page = static_cast<const char *>(BufferGetPage(last));

	compat::fetch_buffer_header(last);
	__builtin_prefetch(page);
	for (Size at = TYPEALIGN_DOWN(kLine, offset); at < offset + bytes; at += kLine)
	{
		__builtin_prefetch(page + at);
	}
}

Buffer
page_read(Relation index, BlockNumber block, PageKind kind, compat::LockMode mode,
          BufferAccessStrategy strategy)
{
	// Pages that every query reads are looked up: many backends that pin one by its buffer wait for each other.
	bool everybodys = kind == PageKind::Meta || kind == PageKind::Mean || kind == PageKind::CentroidSketch;
	Buffer buffer = strategy == nullptr && !everybodys
	                    ? page_pin(index, block)
	                    : ReadBufferExtended(index, MAIN_FORKNUM, block, RBM_NORMAL, strategy);

	LockBuffer(buffer, mode);
	page_check(index, buffer, kind);
	return buffer;
}

void
edit_begin(PageEdit &edit, Relation index)
{
	edit.index = index;
	edit.state = GenericXLogStart(index);
	edit.n = 0;
}

Page
edit_page(PageEdit &edit, Buffer buffer, bool fresh)
{
	Assert(edit.n < MAX_GENERIC_XLOG_PAGES);
	edit.n++;
	return GenericXLogRegisterBuffer(edit.state, buffer, fresh ? GENERIC_XLOG_FULL_IMAGE : 0);
}

void
edit_finish(PageEdit &edit)
{
	GenericXLogFinish(edit.state);
}

Buffer
page_extend(Relation index)
{
	return compat::extend_relation(index, MAIN_FORKNUM, false);
}

static uint32
crc_of(const void *data, Size bytes)
{
	pg_crc32c crc;

	INIT_CRC32C(crc);
	COMP_CRC32C(crc, data, bytes);
	FIN_CRC32C(crc);
	return crc;
}

void
meta_seal(MetaPage &meta)
{
	meta.check = crc_of(&meta, offsetof(MetaPage, check));
}

void
list_entry_seal(ListEntry &entry)
{
	entry.check = crc_of(&entry, offsetof(ListEntry, check));
}

bool
meta_sealed(const MetaPage &meta)
{
	return meta.check == crc_of(&meta, offsetof(MetaPage, check));
}

bool
list_entry_sealed(const ListEntry &entry)
{
	return entry.check == crc_of(&entry, offsetof(ListEntry, check));
}

BlockNumber
pages_extend(Relation index, uint32 n, PageKind kind)
{
	BlockNumber first = InvalidBlockNumber;

	LockRelationForExtension(index, ExclusiveLock);
	for (uint32 i = 0; i < n; i++)
	{
		Buffer buffer = page_extend(index);
		PageEdit edit;

		edit_begin(edit, index);
		page_format(edit_page(edit, buffer, true), kind);
		edit_finish(edit);
		if (i == 0)
		{
			first = BufferGetBlockNumber(buffer);
		}
		page_release(buffer);
		CHECK_FOR_INTERRUPTS();
	}
	UnlockRelationForExtension(index, ExclusiveLock);
	return first;
}

Buffer
build_page(Relation index, ForkNumber fork, PageKind kind)
{
	Buffer buffer = compat::extend_relation(index, fork, true);

	page_format(BufferGetPage(buffer), kind);
	MarkBufferDirty(buffer);
	return buffer;
}

void
build_log(Relation index, ForkNumber fork)
{
	if (RelationNeedsWAL(index) || fork == INIT_FORKNUM)
	{
		log_newpage_range(index, fork, 0, RelationGetNumberOfBlocksInFork(index, fork), true);
	}
}

} // namespace vecsim::ivf
