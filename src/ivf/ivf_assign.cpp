// ivf_assign.cpp - each row of the heap gets its list and code; entries are sorted by list.
//
// Rows are gathered in batches, the nearest centroids of a batch are found on several threads, and the entries go into a
// tuplesort by list and position in the heap, so that the same table always gives the same index.
#include "pg/pg.h"

#include "ivf/ivf_build.h"

namespace vecsim::ivf
{

// A batch of rows that have codes.
struct Batch
{
	Build *build;
	Size room;
	Size n;
	float *places;  // room x dim: what centroids are compared with
	char *flights;  // room x flight_bytes: header and code, as bytea
	Size flight_bytes;
	uint32 *lists;
	float *scores;
	float *scratch;
	TupleTableSlot *slot;
	int64 position;
	int sort_memory; // kilobytes
};

static void batch_init(Batch &batch, Build &build);
static void begin_sort(Build &build, int memory);
static void add_row(Relation index, ItemPointer tid, Datum *values, bool *isnull, bool alive, void *state);
static void assign_batch(Batch &batch);
static void put_entry(Batch &batch, uint32 list, void *flight, Size bytes);

TupleDesc
flight_descriptor()
{
	TupleDesc desc = CreateTemplateTupleDesc(3);

	TupleDescInitEntry(desc, 1, "list", INT4OID, -1, 0);
	TupleDescInitEntry(desc, 2, "position", INT8OID, -1, 0);
	TupleDescInitEntry(desc, 3, "entry", BYTEAOID, -1, 0);
	compat::finish_tuple_desc(desc);
	return desc;
}

void
build_assign(Build &build)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "ivf assign", ALLOCSET_DEFAULT_SIZES);
	Batch batch = {};

	build_phase(kPhaseAssign, 0);

	MemoryContext old = MemoryContextSwitchTo(context);

	batch_init(batch, build);
	MemoryContextSwitchTo(old);
	begin_sort(build, batch.sort_memory);
	build.heap_rows = static_cast<uint64>(
	    table_index_build_scan(build.heap, build.relation, build.info, false, true, add_row, &batch, nullptr));
	assign_batch(batch);
	ExecDropSingleTupleTableSlot(batch.slot);
	MemoryContextDelete(context);
	build_phase(kPhaseSort, 0);
	tuplesort_performsort(build.sort);
}

// Divides the memory: the centroids are there, an eighth of the rest is for batches, what then remains is for the sort.
static void
batch_init(Batch &batch, Build &build)
{
	constexpr int kLeastSort = 64; // kilobytes, as tuplesort wants

	batch.build = &build;
	batch.flight_bytes = MAXALIGN(VARHDRSZ + sizeof(FlightHeader) + build.quantizer->entry_bytes(build.dim));

	Size row = build.dim * sizeof(float) + batch.flight_bytes + sizeof(uint32) + sizeof(float);
	Size taken = static_cast<Size>(build.lists) * (build.dim + 1) * sizeof(float);
	Size rest = build.memory > taken ? build.memory - taken : 0;
	Size scratch = core::nearest_scratch_floats(build.lists, build.threads);

	batch.room = core::nearest_batch_rows(build.lists, build.dim, build.threads);
	batch.room = Max(Min(batch.room, rest / 8 / row), static_cast<Size>(4));
	taken = batch.room * row + scratch * sizeof(float);
	rest = rest > taken ? rest - taken : 0;
	batch.places = static_cast<float *>(pg::alloc_array(pg::mul_size_checked(batch.room, build.dim), sizeof(float)));
	batch.flights = static_cast<char *>(pg::alloc_array(batch.room, batch.flight_bytes));
	batch.lists = static_cast<uint32 *>(pg::alloc_array(batch.room, sizeof(uint32)));
	batch.scores = static_cast<float *>(pg::alloc_array(batch.room, sizeof(float)));
	batch.scratch = static_cast<float *>(pg::alloc_array(scratch, sizeof(float)));
	batch.slot = MakeSingleTupleTableSlot(flight_descriptor(), &TTSOpsVirtual);
	batch.sort_memory = Max(static_cast<int>(rest / 1024), kLeastSort);
}

// The sort by list and position.  It lives, with its descriptor, as long as the build.
static void
begin_sort(Build &build, int memory)
{
	AttrNumber attributes[] = {1, 2};
	Oid operators[] = {Int4LessOperator, Int8LessOperator};
	Oid collations[] = {InvalidOid, InvalidOid};
	bool nulls_first[] = {false, false};

	build.sort = tuplesort_begin_heap(flight_descriptor(), lengthof(attributes), attributes, operators, collations,
	                                  nulls_first, memory, nullptr, TUPLESORT_NONE);
}

// A row of the heap.
static void
add_row(Relation index, ItemPointer tid, Datum *values, bool *isnull, bool alive, void *state)
{
	Batch &batch = *static_cast<Batch *>(state);
	Build &build = *batch.build;
	MemoryContext old = MemoryContextSwitchTo(build.row_context);
	char *flight = batch.flights + batch.n * batch.flight_bytes;
	FlightHeader *header = reinterpret_cast<FlightHeader *>(VARDATA(flight));
	Value value;

	value.entry = header + 1;
	value.place = batch.places + batch.n * build.dim;
	value_prepare(*build.metric, *build.quantizer, build.dim, values[0], isnull[0], value);
	MemoryContextSwitchTo(old);
	MemoryContextReset(build.row_context);
	header->tid = *tid;
	header->residual = 0;
	if (!value.ranked)
	{
		put_entry(batch, value.list, flight, sizeof(FlightHeader));
	}
	else if (++batch.n == batch.room)
	{
		assign_batch(batch);
	}
}

// Finds the lists of the rows gathered and hands their entries to the sort.
static void
assign_batch(Batch &batch)
{
	const Build &build = *batch.build;
	core::Centroids centroids = {build.centroids, build.bias, build.lists, build.dim};

	core::nearest_assign(centroids, batch.places, batch.n, build.threads, batch.scratch, batch.lists, batch.scores);
	for (Size i = 0; i < batch.n; i++)
	{
		char *flight = batch.flights + i * batch.flight_bytes;
		FlightHeader *header = reinterpret_cast<FlightHeader *>(VARDATA(flight));
		double norm2 = build.metric->unit_length ? 1 : core::squared_norm(batch.places + i * build.dim, build.dim);
		// |x - c|^2 = |x|^2 + |c|^2 - 2 <x, c>; unit centroids have a bias of 0 and a norm of 1.
		double residual = norm2 + (build.metric->unit_length ? 1 : 0) - 2.0 * batch.scores[i];

		header->residual = static_cast<float>(Max(residual, 0.0));
		put_entry(batch, kFirstList + batch.lists[i], flight,
		          sizeof(FlightHeader) + build.quantizer->entry_bytes(build.dim));
	}
	batch.n = 0;
	CHECK_FOR_INTERRUPTS();
}

// One entry into the sort: bytes of header and code behind the varlena header of flight.
static void
put_entry(Batch &batch, uint32 list, void *flight, Size bytes)
{
	TupleTableSlot *slot = batch.slot;

	SET_VARSIZE(flight, VARHDRSZ + bytes);
	ExecClearTuple(slot);
	slot->tts_values[0] = Int32GetDatum(static_cast<int32>(list));
	slot->tts_values[1] = Int64GetDatum(batch.position++);
	slot->tts_values[2] = PointerGetDatum(flight);
	memset(slot->tts_isnull, 0, 3);
	ExecStoreVirtualTuple(slot);
	tuplesort_puttupleslot(batch.build->sort, slot);
	batch.build->entries++;
	pgstat_progress_update_param(PROGRESS_CREATEIDX_TUPLES_DONE, batch.position);
}

} // namespace vecsim::ivf
