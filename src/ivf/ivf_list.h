// ivf_list.h - walking the blocks of a list.
#ifndef VECSIM_IVF_LIST_H
#define VECSIM_IVF_LIST_H

#include "ivf/ivf.h"

namespace vecsim::ivf
{

struct ListWalk
{
	const Index *index;
	uint32 list;
	ListEntry entry;
	BlockRef next;
	uint64 visited; // blocks
	uint64 most;    // blocks there can be; 0 until it had to be asked
	bool eager;     // fetch each page while the one before is scored: for walks that go on to the end
	Buffer ahead;   // the page that comes next, pinned; or invalid
	BlockNumber ahead_page;
};

// Neighbouring blocks of a list on one page, which is share-locked.
struct BlockRun
{
	Buffer buffer;
	Page page;
	uint32 first; // index of the first block on the page
	uint32 count;
};

void list_walk_begin(ListWalk &walk, const Index &index, uint32 list);

// Pins the first page and has the CPU fetch the list's blocks on it, so that they are at hand when the walk gets
// there.  Let go with list_walk_drop() unless the walk goes on.
void list_walk_fetch(ListWalk &walk);
void list_walk_drop(ListWalk &walk);

// Sends for the blocks of a list that neighbour each other, in case they are not in memory.
void list_send(const Index &index, uint32 list);

// The next run of blocks; false behind the last one.  The caller lets go of run.buffer with page_release().
// Raises index_corrupted where a block is not of this list, or the chain is cut short or runs in a circle.
bool list_walk_next(ListWalk &walk, BlockRun &run);

// The live mask of a block with codes.  Raises index_corrupted where the block's check sum is wrong.
uint32 block_check(const Index &index, const BlockRun &run, uint32 block);

// The row numbers of the entries of a block, in slot order, and their slots; returns how many.  rows and slots have
// room for height entries (codeless_slots() in lists without codes, where slots may be null).
// Raises index_corrupted (the page stays locked until the error is cleaned up) where the block's check sum is wrong.
uint32 block_entries(const Index &index, const BlockRun &run, uint32 block, uint32 *rows, uint8 *slots);
uint32 block_codeless_entries(const Index &index, const BlockRun &run, uint32 block, uint32 *rows);

} // namespace vecsim::ivf

#endif
