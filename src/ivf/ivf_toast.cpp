// ivf_toast.cpp - values that a heap row has out of line, read with what is kept open from one to the next.
//
// PostgreSQL opens and locks the TOAST table and its indexes, and begins a scan, for each value: half of what it takes
// to read 6 kB.  A search reads dozens, so it opens them once, for as long as the index scan is open.
#include "pg/pg.h"

#include "ivf/ivf_toast.h"

namespace vecsim::ivf
{

// Of the table's columns: chunk_id, chunk_seq, chunk_data.
static constexpr AttrNumber kIdColumn = 1;
static constexpr AttrNumber kNumberColumn = 2;
static constexpr AttrNumber kDataColumn = 3;

static constexpr uint32 kMostChunks = 66; // as many as the largest sparsevec has: 128 kB

static bool open(ToastReader &reader, Oid table);
static void make_room(ToastReader &reader, Size bytes);
static bool read_value(ToastReader &reader, const varatt_external &pointer);
static uint32 find_chunks(ToastReader &reader, Oid id, ItemPointerData *places);
static bool read_chunks(ToastReader &reader, Oid id, ItemPointerData *places, uint32 n);
static bool same_page(const ItemPointerData &a, const ItemPointerData &b);
static bool read_chunk(ToastReader &reader, Buffer buffer, ItemPointer place, Oid id, uint32 number);

void
toast_begin(ToastReader &reader, MemoryContext context, Relation heap)
{
	reader = {};
	reader.context = context;
	reader.heap = heap;
}

void
toast_end(ToastReader &reader)
{
	if (reader.table != nullptr)
	{
		index_endscan(reader.scan);
		toast_close_indexes(reader.indexes, reader.indexes_n, AccessShareLock);
		table_close(reader.table, AccessShareLock);
		reader.table = nullptr;
	}
}

Datum
toast_value(ToastReader &reader, Datum datum)
{
	struct varlena *value = reinterpret_cast<struct varlena *>(DatumGetPointer(datum));
	varatt_external pointer;

	if (!VARATT_IS_EXTERNAL_ONDISK(value))
	{
		return datum;
	}
	VARATT_EXTERNAL_GET_POINTER(pointer, value);
	if (VARATT_EXTERNAL_IS_COMPRESSED(pointer) ||
	    (reader.table == nullptr && !open(reader, pointer.va_toastrelid)) ||
	    RelationGetRelid(reader.table) != pointer.va_toastrelid)
	{
		return datum;
	}

	MemoryContext old = MemoryContextSwitchTo(reader.context);
	bool read = read_value(reader, pointer);

	MemoryContextSwitchTo(old);
	return read ? PointerGetDatum(reader.value) : datum;
}

// Opens the TOAST table that values stand in, if it is that of our table, and a scan of its valid index.
static bool
open(ToastReader &reader, Oid table)
{
	if (table != reader.heap->rd_rel->reltoastrelid || !compat::is_heap(reader.heap))
	{
		return false;
	}

	MemoryContext old = MemoryContextSwitchTo(reader.context);
	Relation toast = table_open(table, AccessShareLock);
	int valid = toast_open_indexes(toast, AccessShareLock, &reader.indexes, &reader.indexes_n);

	reader.scan =
		compat::begin_index_scan(toast, reader.indexes[valid], compat::toast_snapshot(&reader.snapshot), 1);
	reader.table = toast;
	MemoryContextSwitchTo(old);
	return true;
}

static void
make_room(ToastReader &reader, Size bytes)
{
	if (bytes > reader.room)
	{
		if (reader.value != nullptr)
		{
			pfree(reader.value);
			reader.value = nullptr;
			reader.room = 0;
		}
		reader.value = static_cast<struct varlena *>(palloc(bytes));
		reader.room = bytes;
	}
}

// Puts a value together.  False where its chunks are not just those that there should be, in this order.
static bool
read_value(ToastReader &reader, const varatt_external &pointer)
{
	uint32 bytes = VARATT_EXTERNAL_GET_EXTSIZE(pointer);
	uint32 n = (bytes + TOAST_MAX_CHUNK_SIZE - 1) / TOAST_MAX_CHUNK_SIZE;
	ItemPointerData places[kMostChunks];

	if (n == 0 || n > kMostChunks || find_chunks(reader, pointer.va_valueid, places) != n)
	{
		return false;
	}
	make_room(reader, bytes + VARHDRSZ);
	SET_VARSIZE(reader.value, bytes + VARHDRSZ);
	return read_chunks(reader, pointer.va_valueid, places, n);
}

// The places of a value's chunks, in order; returns how many, or more than kMostChunks.  The scan of the index goes
// on to its end, so that it keeps no page.
static uint32
find_chunks(ToastReader &reader, Oid id, ItemPointerData *places)
{
	ScanKeyData key;
	uint32 n = 0;

	ScanKeyInit(&key, kIdColumn, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(id));
	compat::toast_snapshot(&reader.snapshot);
	index_rescan(reader.scan, &key, 1, nullptr, 0);
	while (ItemPointer place = index_getnext_tid(reader.scan, ForwardScanDirection))
	{
		if (n < kMostChunks)
		{
			places[n] = *place;
		}
		n++;
	}
	return n;
}

// Copies chunks to their places in the value.  The page that comes next is pinned before one is read, and its beginning
// sent for.
static bool
read_chunks(ToastReader &reader, Oid id, ItemPointerData *places, uint32 n)
{
	Buffer next = ReadBuffer(reader.table, ItemPointerGetBlockNumber(&places[0]));
	bool good = true;

	for (uint32 first = 0, end; first < n; first = end)
	{
		Buffer buffer = next;

		for (end = first + 1; end < n && same_page(places[first], places[end]); end++)
		{
		}
		if (end < n)
		{
			next = ReadBuffer(reader.table, ItemPointerGetBlockNumber(&places[end]));
			__builtin_prefetch(BufferGetPage(next));
		}
		LockBuffer(buffer, BUFFER_LOCK_SHARE);
		for (uint32 number = first; number < end && good; number++)
		{
			good = read_chunk(reader, buffer, &places[number], id, number);
		}
		LockBuffer(buffer, BUFFER_LOCK_UNLOCK);
		ReleaseBuffer(buffer);
	}
	return good;
}

static bool
same_page(const ItemPointerData &a, const ItemPointerData &b)
{
	return ItemPointerGetBlockNumber(&a) == ItemPointerGetBlockNumber(&b);
}

// Copies a chunk from a page, which is locked.
static bool
read_chunk(ToastReader &reader, Buffer buffer, ItemPointer place, Oid id, uint32 number)
{
	TupleDesc desc = RelationGetDescr(reader.table);
	Size from = static_cast<Size>(number) * TOAST_MAX_CHUNK_SIZE;
	Size bytes = Min(VARSIZE(reader.value) - VARHDRSZ - from, static_cast<Size>(TOAST_MAX_CHUNK_SIZE));
	HeapTupleData tuple;
	bool isnull;

	if (!heap_hot_search_buffer(place, reader.table, buffer, reader.scan->xs_snapshot, &tuple, nullptr,
	                            true) ||
	    DatumGetObjectId(heap_getattr(&tuple, kIdColumn, desc, &isnull)) != id ||
	    DatumGetInt32(heap_getattr(&tuple, kNumberColumn, desc, &isnull)) != static_cast<int32>(number))
	{
		return false;
	}
	pgstat_count_heap_fetch(reader.scan->indexRelation);

	const struct varlena *chunk =
		reinterpret_cast<struct varlena *>(DatumGetPointer(heap_getattr(&tuple, kDataColumn, desc, &isnull)));

	if (VARATT_IS_EXTERNAL(chunk) || VARATT_IS_COMPRESSED(chunk) || VARSIZE_ANY_EXHDR(chunk) != bytes)
	{
		return false;
	}
	memcpy(VARDATA(reader.value) + from, VARDATA_ANY(chunk), bytes);
	return true;
}

} // namespace vecsim::ivf
