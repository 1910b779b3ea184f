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

static bool open(ToastReader &reader, Oid table);
static void make_room(ToastReader &reader, Size bytes);
static bool read_chunks(ToastReader &reader, const varatt_external &pointer);
static bool read_chunk(ToastReader &reader, Buffer *buffer, ItemPointer tid, int32 number, int32 bytes);

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
	bool read = read_chunks(reader, pointer);

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

// Puts a value together.  False where its chunks are not just those that there should be, in this order.  The scan of the
// index goes on to its end, so that it keeps no page.
static bool
read_chunks(ToastReader &reader, const varatt_external &pointer)
{
	int32 left = static_cast<int32>(VARATT_EXTERNAL_GET_EXTSIZE(pointer));
	Buffer buffer = InvalidBuffer;
	bool good = true;
	ScanKeyData key;
	int32 number = 0;

	make_room(reader, static_cast<Size>(left) + VARHDRSZ);
	SET_VARSIZE(reader.value, left + VARHDRSZ);
	ScanKeyInit(&key, kIdColumn, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(pointer.va_valueid));
	compat::toast_snapshot(&reader.snapshot);
	index_rescan(reader.scan, &key, 1, nullptr, 0);
	while (ItemPointer tid = index_getnext_tid(reader.scan, ForwardScanDirection))
	{
		int32 bytes = Min(left, static_cast<int32>(TOAST_MAX_CHUNK_SIZE));

		good = good && bytes > 0 && read_chunk(reader, &buffer, tid, number++, bytes);
		left -= bytes;
	}
	if (BufferIsValid(buffer))
	{
		ReleaseBuffer(buffer);
	}
	return good && left == 0;
}

// Copies a chunk of so many bytes to its place in the value.  *buffer is the page that the one before was read from, and
// gets the one of this.
static bool
read_chunk(ToastReader &reader, Buffer *buffer, ItemPointer tid, int32 number, int32 bytes)
{
	TupleDesc desc = RelationGetDescr(reader.table);
	HeapTupleData tuple;
	bool isnull;

	*buffer = ReleaseAndReadBuffer(*buffer, reader.table, ItemPointerGetBlockNumber(tid));
	LockBuffer(*buffer, BUFFER_LOCK_SHARE);

	bool visible =
		heap_hot_search_buffer(tid, reader.table, *buffer, reader.scan->xs_snapshot, &tuple, nullptr, true);

	LockBuffer(*buffer, BUFFER_LOCK_UNLOCK); // a tuple stays where it is while its page is pinned
	if (!visible || DatumGetInt32(heap_getattr(&tuple, kNumberColumn, desc, &isnull)) != number)
	{
		return false;
	}
	pgstat_count_heap_fetch(reader.scan->indexRelation);

	const struct varlena *chunk =
		reinterpret_cast<struct varlena *>(DatumGetPointer(heap_getattr(&tuple, kDataColumn, desc, &isnull)));

	if (VARATT_IS_EXTERNAL(chunk) || VARATT_IS_COMPRESSED(chunk) ||
	    VARSIZE_ANY_EXHDR(chunk) != static_cast<Size>(bytes))
	{
		return false;
	}
	memcpy(VARDATA(reader.value) + static_cast<Size>(number) * TOAST_MAX_CHUNK_SIZE, VARDATA_ANY(chunk),
	       static_cast<Size>(bytes));
	return true;
}

} // namespace vecsim::ivf
