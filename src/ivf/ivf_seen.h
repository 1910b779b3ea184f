// ivf_seen.h - the row numbers that a scan has dealt with, so that none is handed out twice.
#ifndef VECSIM_IVF_SEEN_H
#define VECSIM_IVF_SEEN_H

#include "pg/pg.h"

namespace vecsim::ivf
{

// A hash set while few rows have been seen, a bitmap over all row numbers when that is smaller.
struct Seen
{
	MemoryContext context;
	uint32 *table; // open addressing; kNoRow where empty
	uint32 room;   // a power of two; 0 once it is a bitmap
	uint32 n;
	uint64 *bits;
	uint64 bits_room; // rows that bits covers
};

void seen_init(Seen &seen, MemoryContext context);
void seen_reset(Seen &seen);

// Adds a row number; false if it was there already.  rows: row numbers there are, roughly.
bool seen_add(Seen &seen, uint32 row, uint64 rows);
bool seen_has(const Seen &seen, uint32 row);

} // namespace vecsim::ivf

#endif
