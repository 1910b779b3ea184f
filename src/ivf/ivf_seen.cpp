// ivf_seen.cpp - the row numbers that a scan has dealt with, so that none is handed out twice.
#include "pg/pg.h"

#include "ivf/ivf_page.h"
#include "ivf/ivf_seen.h"

namespace vecsim::ivf
{

static constexpr uint32 kFirstRoom = 64;
static constexpr uint64 kWord = 64; // bits

static uint32 table_find(const Seen &seen, uint32 row);
static bool table_add(Seen &seen, uint32 row);
static bool bits_add(Seen &seen, uint32 row);
static void grow(Seen &seen, uint64 rows);
static void table_new(Seen &seen, uint32 room);

void
seen_init(Seen &seen, MemoryContext context)
{
	seen = Seen{};
	seen.context = context;
	table_new(seen, kFirstRoom);
}

void
seen_reset(Seen &seen)
{
	if (seen.n == 0)
	{
		return;
	}
	if (seen.bits != nullptr)
	{
		pfree(seen.bits);
	}
	if (seen.table != nullptr)
	{
		pfree(seen.table);
	}
	seen_init(seen, seen.context);
}

bool
seen_add(Seen &seen, uint32 row, uint64 rows)
{
	bool added;

	if (seen.room > 0 && seen.n * 2 >= seen.room)
	{
		grow(seen, rows);
	}
	added = seen.room > 0 ? table_add(seen, row) : bits_add(seen, row);
	seen.n += added ? 1 : 0;
	return added;
}

bool
seen_has(const Seen &seen, uint32 row)
{
	if (seen.room > 0)
	{
		return seen.table[table_find(seen, row)] == row;
	}
	return row < seen.bits_room && (seen.bits[row / kWord] >> (row % kWord) & 1) != 0;
}

static void
table_new(Seen &seen, uint32 room)
{
	seen.table = static_cast<uint32 *>(MemoryContextAllocHuge(seen.context, room * sizeof(uint32)));
	seen.room = room;
	memset(seen.table, 0xFF, room * sizeof(uint32));
}

// Where a row number stands, or would stand, in the table.
static uint32
table_find(const Seen &seen, uint32 row)
{
	uint32 at = (row * 0x9E3779B1u) & (seen.room - 1);

	while (seen.table[at] != kNoRow && seen.table[at] != row)
	{
		at = (at + 1) & (seen.room - 1);
	}
	return at;
}

static bool
table_add(Seen &seen, uint32 row)
{
	uint32 at = table_find(seen, row);
	bool added = seen.table[at] != row;

	seen.table[at] = row;
	return added;
}

// Doubles the table, or turns it into a bitmap where that takes less memory.
static void
grow(Seen &seen, uint64 rows)
{
	uint32 *old = seen.table;
	uint32 old_room = seen.room;

	if (static_cast<uint64>(old_room) * 2 * sizeof(uint32) > rows / BITS_PER_BYTE)
	{
		seen.table = nullptr;
		seen.room = 0;
	}
	else
	{
		table_new(seen, old_room * 2);
	}
	for (uint32 i = 0; i < old_room; i++)
	{
		if (old[i] != kNoRow)
		{
			(void) (seen.room > 0 ? table_add(seen, old[i]) : bits_add(seen, old[i]));
		}
	}
	pfree(old);
}

static bool
bits_add(Seen &seen, uint32 row)
{
	if (row >= seen.bits_room)
	{
		uint64 room = TYPEALIGN(kWord * kWord, (static_cast<uint64>(row) + 1) * 5 / 4);
		Size bytes = room / BITS_PER_BYTE;
		uint64 *bits = static_cast<uint64 *>(
			MemoryContextAllocExtended(seen.context, bytes, MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO));

		if (seen.bits != nullptr)
		{
			memcpy(bits, seen.bits, seen.bits_room / BITS_PER_BYTE);
			pfree(seen.bits);
		}
		seen.bits = bits;
		seen.bits_room = room;
	}

	uint64 bit = UINT64CONST(1) << (row % kWord);
	bool added = (seen.bits[row / kWord] & bit) == 0;

	seen.bits[row / kWord] |= bit;
	return added;
}

} // namespace vecsim::ivf
