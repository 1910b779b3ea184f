// compat.h - differences between PostgreSQL versions.  The only file that looks at PG_VERSION_NUM.
#ifndef VECSIM_PG_COMPAT_H
#define VECSIM_PG_COMPAT_H

#if PG_VERSION_NUM < 150000
#error "vecsim needs PostgreSQL 15 or later"
#endif

#if PG_VERSION_NUM >= 170000
extern "C"
{
#include "storage/read_stream.h"
}
#endif

#if PG_VERSION_NUM >= 180000
extern "C"
{
#include "commands/explain_format.h"
#include "commands/explain_state.h"
}
#endif

#if PG_VERSION_NUM >= 160000
extern "C"
{
#include "varatt.h"
}
#else
// Soft errors of input functions came with 16; before it every error is a hard one.
#define ereturn(context, dummy_value, ...) \
	do \
	{ \
		(void) (context); \
		ereport(ERROR, __VA_ARGS__); \
	} while (0)
#endif

namespace vecsim::compat
{

// Adds a zeroed page to a fork and returns it locked exclusively.  take_lock: take the relation extension lock, unless
// the caller holds it.
inline Buffer
extend_relation(Relation relation, ForkNumber fork, bool take_lock)
{
#if PG_VERSION_NUM >= 160000
	uint32 flags = EB_LOCK_FIRST | (take_lock ? 0 : EB_SKIP_EXTENSION_LOCK);

	return ExtendBufferedRel(BMR_REL(relation), fork, nullptr, flags);
#else
	bool lock = take_lock && !RELATION_IS_LOCAL(relation);
	Buffer buffer;

	if (lock)
	{
		LockRelationForExtension(relation, ExclusiveLock);
	}
	buffer = ReadBufferExtended(relation, fork, P_NEW, RBM_NORMAL, nullptr);
	LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
	if (lock)
	{
		UnlockRelationForExtension(relation, ExclusiveLock);
	}
	return buffer;
#endif
}

// Pins a page of the main fork if the buffer it was last seen in still holds it.
inline bool
read_recent_buffer(Relation relation, BlockNumber block, Buffer recent)
{
#if PG_VERSION_NUM >= 160000
	return ReadRecentBuffer(relation->rd_locator, MAIN_FORKNUM, block, recent);
#else
	return ReadRecentBuffer(relation->rd_node, MAIN_FORKNUM, block, recent);
#endif
}

// Has the CPU fetch the header of a shared buffer.
inline void
fetch_buffer_header(Buffer buffer)
{
	__builtin_prefetch(GetBufferDescriptor(static_cast<uint32>(buffer - 1)), 1);
}

// How often a pinned shared buffer was used of late, as the clock that evicts buffers counts it: 0 to 5.
inline uint32
buffer_usage(Buffer buffer)
{
	BufferDesc *header = GetBufferDescriptor(static_cast<uint32>(buffer - 1));

#if PG_VERSION_NUM >= 190000
	return static_cast<uint32>(BUF_STATE_GET_USAGECOUNT(pg_atomic_read_u64(&header->state)));
#else
	return BUF_STATE_GET_USAGECOUNT(pg_atomic_read_u32(&header->state));
#endif
}

// True for a table of PostgreSQL's own access method, whose fetches are IndexFetchHeapData.
inline bool
is_heap(Relation table)
{
	return table->rd_tableam == GetHeapamTableAmRoutine();
}

// Whether a fetch holds this page already.
inline bool
heap_fetch_has(const IndexFetchTableData *fetch, BlockNumber block)
{
	const IndexFetchHeapData *heap = reinterpret_cast<const IndexFetchHeapData *>(fetch);

#if PG_VERSION_NUM >= 190000
	return heap->xs_blk == block;
#else
	return BufferIsValid(heap->xs_cbuf) && BufferGetBlockNumber(heap->xs_cbuf) == block;
#endif
}

// The buffer of the page that it holds.
inline Buffer
heap_fetch_buffer(const IndexFetchTableData *fetch)
{
	return reinterpret_cast<const IndexFetchHeapData *>(fetch)->xs_cbuf;
}

// Gives a fetch the page of its next row, whose pin becomes the fetch's.
inline void
heap_fetch_give(IndexFetchTableData *fetch, BlockNumber block, Buffer buffer)
{
	IndexFetchHeapData *heap = reinterpret_cast<IndexFetchHeapData *>(fetch);

#if PG_VERSION_NUM >= 190000
	if (BlockNumberIsValid(heap->xs_blk))
	{
		ReleaseBuffer(heap->xs_cbuf);
	}
	heap->xs_blk = block;
#else
	if (BufferIsValid(heap->xs_cbuf))
	{
		ReleaseBuffer(heap->xs_cbuf);
	}
#endif
	heap->xs_cbuf = buffer;
}

// The routine that an access method's handler returns, filled by fill().
// 19 wants one that lives for ever; up to 18 the relation cache frees what it is given.
template <void (*fill)(IndexAmRoutine *)>
inline IndexAmRoutine *
am_routine()
{
#if PG_VERSION_NUM >= 190000
	static IndexAmRoutine routine;

	if (routine.type == 0)
	{
		fill(&routine);
	}
	return &routine;
#else
	IndexAmRoutine *routine = makeNode(IndexAmRoutine);

	fill(routine);
	return routine;
#endif
}

// Infinite cost is not enough where enable_seqscan = off counts disabled nodes first.
inline void
disable_path(IndexPath *path)
{
#if PG_VERSION_NUM >= 180000
	path->path.disabled_nodes = 2;
#endif
}

// Visits the children of a plan node.
inline bool
walk_plan(PlanState *node, bool (*visit)(PlanState *, void *), void *context)
{
#if PG_VERSION_NUM >= 160000
	return planstate_tree_walker(node, visit, context);
#else
	// Declared without arguments there, as old C allowed.
	using AnyFunction = void (*)();

	return planstate_tree_walker(node, reinterpret_cast<bool (*)()>(reinterpret_cast<AnyFunction>(visit)),
	                             context);
#endif
}

// A point where VACUUM may sleep and be cancelled.
inline void
vacuum_delay()
{
#if PG_VERSION_NUM >= 180000
	vacuum_delay_point(false);
#else
	vacuum_delay_point();
#endif
}

// Many pages of a relation's main fork, in an order that is known beforehand: from 17 on several are read at once, and
// before they are asked for.
struct PageStream
{
	Relation relation;
	BufferAccessStrategy strategy;
	BlockNumber (*next)(void *state); // which page comes next; InvalidBlockNumber behind the last one
	void *state;
#if PG_VERSION_NUM >= 170000
	ReadStream *stream;
#endif
};

// Begins a stream for VACUUM.  next() runs ahead of what the caller has seen, and looks at nothing but its state.
inline void
stream_begin(PageStream &pages)
{
#if PG_VERSION_NUM >= 170000
	int flags = READ_STREAM_MAINTENANCE | READ_STREAM_FULL;

#if PG_VERSION_NUM >= 180000
	flags |= READ_STREAM_USE_BATCHING;
#endif
	pages.stream = read_stream_begin_relation(
		flags, pages.strategy, pages.relation, MAIN_FORKNUM,
		[](ReadStream *stream, void *from, void *buffer_data)
		{ return static_cast<PageStream *>(from)->next(static_cast<PageStream *>(from)->state); },
		&pages, 0);
#endif
}

// The next page, pinned; InvalidBuffer behind the last one.
inline Buffer
stream_next(PageStream &pages)
{
#if PG_VERSION_NUM >= 170000
	return read_stream_next_buffer(pages.stream, nullptr);
#else
	BlockNumber block = pages.next(pages.state);

	return BlockNumberIsValid(block)
	           ? ReadBufferExtended(pages.relation, MAIN_FORKNUM, block, RBM_NORMAL, pages.strategy)
	           : InvalidBuffer;
#endif
}

inline void
stream_end(PageStream &pages)
{
#if PG_VERSION_NUM >= 170000
	read_stream_end(pages.stream);
#endif
}

// Counts a search for EXPLAIN's "Index Searches".
inline void
count_index_search(IndexScanDesc scan)
{
#if PG_VERSION_NUM >= 180000
	if (scan->instrument != nullptr)
	{
		scan->instrument->nsearches++;
	}
#endif
}

// Has EXPLAIN call show() behind what it says itself of each plan node: from 18 on, before which nothing can be added.
template <void (*show)(const PlanState *, ExplainState *)>
inline void
explain_nodes_by()
{
#if PG_VERSION_NUM >= 180000
	static explain_per_node_hook_type previous;

	previous = explain_per_node_hook;
	explain_per_node_hook = [](PlanState *node, List *ancestors, const char *relationship,
	                           const char *plan_name, ExplainState *es)
	{
		if (previous != nullptr)
		{
			previous(node, ancestors, relationship, plan_name, es);
		}
		show(node, es);
	};
#endif
}

// The mode of LockBuffer(): an enum since 19.
#if PG_VERSION_NUM >= 190000
using LockMode = BufferLockMode;
#else
using LockMode = int;
#endif

// Begins to fetch a table's rows for an index scan.
inline IndexFetchTableData *
begin_index_fetch(Relation table)
{
#if PG_VERSION_NUM >= 190000
	return table_index_fetch_begin(table, SO_NONE);
#else
	return table_index_fetch_begin(table);
#endif
}

// Begins to look up entries of an index by its first keys.
inline IndexScanDesc
begin_index_scan(Relation table, Relation index, Snapshot snapshot, int keys)
{
#if PG_VERSION_NUM >= 190000
	return index_beginscan(table, index, snapshot, nullptr, keys, 0, SO_NONE);
#elif PG_VERSION_NUM >= 180000
	return index_beginscan(table, index, snapshot, nullptr, keys, 0);
#else
	return index_beginscan(table, index, snapshot, keys, 0);
#endif
}

// The snapshot that TOAST tables are read with: up to 17 in the caller's room, and made anew for each value.
inline Snapshot
toast_snapshot(SnapshotData *room)
{
#if PG_VERSION_NUM >= 180000
	return get_toast_snapshot();
#else
	init_toast_snapshot(room);
	return room;
#endif
}

// Called once the attributes of a new tuple descriptor are set.
inline void
finish_tuple_desc(TupleDesc desc)
{
#if PG_VERSION_NUM >= 190000
	TupleDescFinalize(desc);
#endif
}

} // namespace vecsim::compat

#endif
