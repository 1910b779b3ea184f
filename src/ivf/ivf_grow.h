// ivf_grow.h - more room: blocks linked to lists, pages added to the TID store, and the hints where room is.
#ifndef VECSIM_IVF_GROW_H
#define VECSIM_IVF_GROW_H

#include "ivf/ivf.h"

namespace vecsim::ivf
{

// What the free space map says of a page that has a free block.
inline constexpr Size kRoomForBlock = BLCKSZ / 4;

// Links a free block behind the tail of a list and returns it, or the one that another backend linked first.
BlockRef list_extend(const Index &index, uint32 list);

// Tells where inserts into a list begin to look, if that is still `was`.
void list_set_room(const Index &index, uint32 list, BlockRef was, BlockRef room);

// Tells the free space map whether a page has a free block.  Searches begin at the top of the map, which learns of
// room on a page that had none before (fresh) only by being told.
void record_room(Relation index, BlockNumber page, bool room, bool fresh);

// Makes a block an empty one of a list.
void block_clear(Page page, const Geometry &geometry, uint32 block, uint32 list, uint32 generation);

// Makes a page one of free blocks.
void blocks_format(Page page, const Geometry &geometry);

// Makes the store of TIDs, of rows or of values longer than `pages` pages and reads the metapage anew.
void store_extend(Index &index, PageKind kind, uint32 pages);

// Tells on which page of the TID store inserts begin to look: forwards only (inserts), or backwards only (VACUUM).
void tid_store_set_room(Index &index, uint32 page, bool backwards);

} // namespace vecsim::ivf

#endif
