// ivf_page_io.cpp - pages read with checks and changed with WAL: the only file that knows about generic WAL.
#include "pg/pg.h"

#include "ivf/ivf_page_io.h"
#include "ivf/ivf_recent.h"

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

Buffer
build_page_at(Relation index, ForkNumber fork, BlockNumber block)
{
	Buffer buffer = ReadBufferExtended(index, fork, block, RBM_NORMAL, nullptr);

	LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
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
