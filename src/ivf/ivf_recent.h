// ivf_recent.h - pages looked for in the buffers they were last seen in, and sent for before they are needed.
//
// The table of all buffers costs two or three misses of the cache a look-up.  A backend remembers the buffer of each
// page of an index, and of the table behind it, and tries that first.
#ifndef VECSIM_IVF_RECENT_H
#define VECSIM_IVF_RECENT_H

#include "pg/pg.h"

namespace vecsim::ivf
{

// ---- Pages of an index ---------------------------------------------------------------------------------------------

// Pins a page.  Raises index_corrupted where block is invalid.
Buffer page_pin(Relation index, BlockNumber block);

// A search begins.  From the first page on that it has to read from a file, pages that it will want are sent for.
void recent_search_begin();

// True from then on.
bool pages_missing();

// Asks the system to read a page of an index or a table that will be wanted soon, where it is not in shared buffers.
// Does nothing while the search has found all its pages there, or where effective_io_concurrency is 0.
void page_send(Relation relation, BlockNumber block);

// Has the CPU fetch `bytes` of a page, and what pinning and checking it touches: of a row that is refined soon.  Only
// addresses are named: nothing is pinned or read.  A page that is not in memory is sent for.
void page_hint(Relation index, BlockNumber block, Size offset, Size bytes);

// ---- Pages of its table --------------------------------------------------------------------------------------------

// Makes room to remember them.  False where they are not remembered: tables of another access method than heap, and
// temporary ones.
bool heap_recent_begin(Relation index, Relation heap);

// Gives a fetch the page of its next row, pinned, if it is where it was last seen.
void heap_offer(Relation index, Relation heap, IndexFetchTableData *fetch, BlockNumber block);

// Remembers the page of the row that was fetched into the slot, or the one that a fetch holds, if that is the page.
void heap_seen(Relation index, BlockNumber block, const TupleTableSlot *slot);
void heap_held(Relation index, BlockNumber block, const IndexFetchTableData *fetch);

// Has the CPU fetch the beginning of a page; then, when that has come, a row on it.
void heap_hint(Relation index, BlockNumber block);
void heap_hint_row(Relation index, const ItemPointerData &tid);

} // namespace vecsim::ivf

#endif
