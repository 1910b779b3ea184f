// ivf_list.cpp - walking the blocks of a list.
#include "pg/pg.h"

#include "ivf/ivf_list.h"
#include "ivf/ivf_recent.h"

namespace vecsim::ivf
{

static void check_length(ListWalk &walk);

void
list_walk_begin(ListWalk &walk, const Index &index, uint32 list)
{
	walk.index = &index;
	walk.list = list;
	walk.entry = directory_read(index, list);
	walk.next = walk.entry.first;
	walk.visited = 0;
	walk.most = 0;
	walk.ahead = InvalidBuffer;
	walk.eager = false;
}

// Pins a page and has the CPU fetch what comes before the payloads, and n of them.  Only addresses are named: nothing
// is read without the lock.
static Buffer
fetch_page(const Index &index, BlockNumber page, uint32 first, uint32 n)
{
	constexpr Size kLine = 64;
	constexpr int kSecondLevel = 2; // where more lines can be on their way than to the first
	const Geometry &geometry = index.geometry;
	Buffer buffer = page_pin(index.relation, page);
	const char *start = static_cast<const char *>(BufferGetPage(buffer));
	const char *payload = start + geometry.payload_offset + first * geometry.payload_bytes;

	for (Size at = 0; at < geometry.payload_offset; at += kLine)
	{
		__builtin_prefetch(start + at, 0, kSecondLevel);
	}
	for (Size at = 0; at < n * geometry.payload_bytes; at += kLine)
	{
		__builtin_prefetch(payload + at, 0, kSecondLevel);
	}
	return buffer;
}

void
list_walk_fetch(ListWalk &walk)
{
	if (block_exists(walk.next) && walk.next.index < walk.index->geometry.blocks_per_page)
	{
		uint32 rest = walk.index->geometry.blocks_per_page - walk.next.index;

		walk.ahead = fetch_page(*walk.index, walk.next.page, walk.next.index, Min(rest, walk.entry.run));
		walk.ahead_page = walk.next.page;
	}
}

// Does it for the page behind that of `at`, if blocks stand there that neighbour this one.
static void
fetch_following(ListWalk &walk, BlockRef at)
{
	const Geometry &geometry = walk.index->geometry;
	uint64 before = walk.visited + geometry.blocks_per_page - at.index;

	if (at.index < geometry.blocks_per_page && before < walk.entry.run)
	{
		uint32 blocks = static_cast<uint32>(Min(walk.entry.run - before, geometry.blocks_per_page));

		walk.ahead_page = at.page + 1;
		walk.ahead = fetch_page(*walk.index, walk.ahead_page, 0, blocks);
	}
}

void
list_walk_drop(ListWalk &walk)
{
	if (BufferIsValid(walk.ahead))
	{
		ReleaseBuffer(walk.ahead);
		walk.ahead = InvalidBuffer;
	}
}

void
list_send(const Index &index, uint32 list)
{
	const Geometry &geometry = index.geometry;
	ListEntry entry = directory_read(index, list);

	if (block_exists(entry.first))
	{
		uint32 pages =
			(entry.first.index + entry.run + geometry.blocks_per_page - 1) / geometry.blocks_per_page;

		for (uint32 i = 0; i < pages; i++)
		{
			page_send(index.relation, entry.first.page + i);
			CHECK_FOR_INTERRUPTS();
		}
	}
}

bool
list_walk_next(ListWalk &walk, BlockRun &run)
{
	const Index &index = *walk.index;
	BlockRef at = walk.next;

	check_length(walk);
	if (!block_exists(at))
	{
		list_walk_drop(walk);
		return false;
	}
	if (BufferIsValid(walk.ahead) && walk.ahead_page != at.page)
	{
		list_walk_drop(walk);
	}
	run.buffer = BufferIsValid(walk.ahead) ? walk.ahead : page_pin(index.relation, at.page);
	walk.ahead = InvalidBuffer;
	if (walk.eager)
	{
		fetch_following(walk, at);
	}
	LockBuffer(run.buffer, BUFFER_LOCK_SHARE);
	page_check(index.relation, run.buffer, PageKind::Block);
	run.page = buffer_page(run.buffer);
	run.first = at.index;
	run.count = 0;
	for (;;)
	{
		const BlockHeader *block = page_block(run.page, at.index);

		if (at.index >= index.geometry.blocks_per_page || block->list != walk.list ||
		    block->generation != walk.entry.generation)
		{
			index_corrupted(index.relation, at.page, "A block in the chain of a list is not of that list.");
		}
		run.count++;
		walk.next = block->next;
		if (!block_same(walk.next, BlockRef{at.page, static_cast<uint16>(at.index + 1), 0}))
		{
			break;
		}
		at = walk.next;
	}
	walk.visited += run.count;
	return true;
}

// A chain may have grown since its directory entry was read, but never shrinks.
static void
check_length(ListWalk &walk)
{
	const Index &index = *walk.index;

	if (!block_exists(walk.next))
	{
		if (walk.visited < walk.entry.blocks)
		{
			index_corrupted(index.relation, directory_page(index, walk.list),
			                "The chain of a list is cut short.");
		}
		return;
	}
	if (walk.visited >= static_cast<uint64>(walk.entry.blocks) * 2 + 64)
	{
		if (walk.most == 0)
		{
			walk.most = static_cast<uint64>(RelationGetNumberOfBlocks(index.relation)) *
			            index.geometry.blocks_per_page;
		}
		if (walk.visited > walk.most)
		{
			index_corrupted(index.relation, walk.next.page, "The chain of a list runs in a circle.");
		}
	}
}

uint32
block_check(const Index &index, const BlockRun &run, uint32 block)
{
	const BlockHeader *header = page_block(run.page, block);
	const uint32 *rows = page_block_rows(run.page, index.geometry, block);
	uint32 live = header->live_mask & full_mask(index.geometry.height);
	uint32 sum = link_mix(header->list, header->next) + rows_mix(rows, live);

	if (sum != header->check)
	{
		index_corrupted(index.relation, BufferGetBlockNumber(run.buffer),
		                "The check sum of a block is wrong.");
	}
	return live;
}

uint32
block_entries(const Index &index, const BlockRun &run, uint32 block, uint32 *rows, uint8 *slots)
{
	const BlockHeader *header = page_block(run.page, block);
	const uint32 *stored = page_block_rows(run.page, index.geometry, block);
	uint32 sum = link_mix(header->list, header->next);
	uint32 n = 0;

	for (uint32 mask = header->live_mask & full_mask(index.geometry.height); mask != 0; mask &= mask - 1)
	{
		uint32 slot = static_cast<uint32>(pg_rightmost_one_pos32(mask));

		sum += row_mix(slot, stored[slot]);
		rows[n] = stored[slot];
		slots[n++] = static_cast<uint8>(slot);
	}
	if (sum != header->check)
	{
		index_corrupted(index.relation, BufferGetBlockNumber(run.buffer),
		                "The check sum of a block is wrong.");
	}
	return n;
}

uint32
block_codeless_entries(const Index &index, const BlockRun &run, uint32 block, uint32 *rows)
{
	const BlockHeader *header = page_block(run.page, block);
	const uint32 *stored = page_codeless_rows(run.page, index.geometry, block);
	uint32 sum = link_mix(header->list, header->next);
	uint32 n = 0;

	for (uint32 slot = 0; slot < codeless_slots(index.geometry); slot++)
	{
		if (stored[slot] != kNoRow)
		{
			sum += row_mix(slot, stored[slot]);
			rows[n++] = stored[slot];
		}
	}
	if (sum != header->check)
	{
		index_corrupted(index.relation, BufferGetBlockNumber(run.buffer),
		                "The check sum of a block is wrong.");
	}
	return n;
}

} // namespace vecsim::ivf
