// ivf_page_io.h - pages read with checks and changed with WAL: the only file that knows about generic WAL.
#ifndef VECSIM_IVF_PAGE_IO_H
#define VECSIM_IVF_PAGE_IO_H

#include "ivf/ivf_page.h"

namespace vecsim::ivf
{

// Raises index_corrupted (XX002) with the index, the page and a hint to REINDEX.  `what` says what is wrong.
[[noreturn]] void index_corrupted(Relation index, BlockNumber block, const char *what);

// ---- Reading -------------------------------------------------------------------------------------------------------

// Pins and locks a page and checks that it is of this kind.  The caller lets it go with page_release().
// mode is BUFFER_LOCK_SHARE or BUFFER_LOCK_EXCLUSIVE; strategy may be null.
Buffer page_read(Relation index, BlockNumber block, PageKind kind, compat::LockMode mode,
                 BufferAccessStrategy strategy = nullptr);

// Checks a page that the caller has read itself and holds locked.
void page_check(Relation index, Buffer buffer, PageKind kind);

inline Page
buffer_page(Buffer buffer)
{
	return BufferGetPage(buffer);
}

inline void
page_release(Buffer buffer)
{
	UnlockReleaseBuffer(buffer);
}

// ---- Changing ------------------------------------------------------------------------------------------------------

// One atomic change of up to four pages, one WAL record.
//   edit_begin(edit, index); page = edit_page(edit, buffer); ... change page ...; edit_finish(edit);
// Between edit_page() and edit_finish() nothing may raise an error.
struct PageEdit
{
	Relation index;
	GenericXLogState *state;
	int n;
};

void edit_begin(PageEdit &edit, Relation index);

// The copy of a page to change.  buffer is locked exclusively and stays so until after edit_finish().
// fresh: the page was just made by page_extend() and is formatted by the caller; its whole image is logged.
Page edit_page(PageEdit &edit, Buffer buffer, bool fresh = false);

// Writes the change; the caller then releases the buffers.
void edit_finish(PageEdit &edit);

// Adds one page to the index, of no kind yet, locked exclusively.  The caller holds the lock for extending it.
Buffer page_extend(Relation index);

// Adds n neighbouring pages, each formatted as `kind` and logged; returns the first.  Waits for other extenders.
BlockNumber pages_extend(Relation index, uint32 n, PageKind kind);

// Writes the check sum of a metapage or directory entry that has been changed.
void meta_seal(MetaPage &meta);
void list_entry_seal(ListEntry &entry);

// Whether it is right.
bool meta_sealed(const MetaPage &meta);
bool list_entry_sealed(const ListEntry &entry);

// ---- Building ------------------------------------------------------------------------------------------------------

// Adds a page of a kind to an index under construction, locked exclusively and dirty; not logged.
Buffer build_page(Relation index, ForkNumber fork, PageKind kind);
// A page that build_page() made, likewise.
Buffer build_page_at(Relation index, ForkNumber fork, BlockNumber block);

// Logs all pages of a fork at once.  An init fork is logged even where the relation itself needs no WAL.
void build_log(Relation index, ForkNumber fork);

} // namespace vecsim::ivf

#endif
