// ivf_assign.cpp - each row of the heap gets its list and code; entries are sorted by list.
//
// Rows are gathered in batches, the nearest centroids of a batch are found on several threads, and the
// entries go into a tuplesort by list and position in the heap, so that the same table always gives the same
// index.
#include "pg/pg.h"

#include "core/parallel.h"
#include "core/prefilter.h"
#include "core/soar.h"
#include "ivf/ivf_build.h"
#include "ivf/ivf_full.h"

namespace vecsim::ivf
{

// A batch of rows that have codes.
struct Batch
{
	Build *build;
	Size room;
	Size n;
	uint32 candidates; // nearest lists that are found for a row: 1, or as many as the second is chosen among
	float *places;     // room x place_dim
	char *flights;     // room x flight_bytes: as bytea, header, code of the first list, cold code, value
	char *seconds;     // room x second_bytes: as bytea, header, code of the second list
	Size flight_bytes;
	Size second_bytes;
	float *centres; // lists x place_dim: what codes are made against; null where codes do not ask
	uint32 *lists;  // room x candidates, nearest first
	float *scores;  // likewise
	uint32 *second; // room: the second list
	float *scratch;
	core::Prefilter prefilter; // for two-level codes
	TupleTableSlot *slot;
	int64 position;
	int sort_memory; // kilobytes
};

static void batch_init(Batch &batch, Build &build);
static void add_row(Relation index, ItemPointer tid, Datum *values, bool *isnull, bool alive, void *state);
static void assign_batch(Batch &batch);
static void code_range(void *context, size_t begin, size_t end, int thread);
static void put_row(Batch &batch, Size i);
static void put_entry(Batch &batch, uint32 list, void *flight, Size bytes);

TupleDesc
flight_descriptor()
{
	TupleDesc desc = CreateTemplateTupleDesc(2);

	TupleDescInitEntry(desc, 1, "place", INT8OID, -1, 0);
	TupleDescInitEntry(desc, 2, "entry", BYTEAOID, -1, 0);
	compat::finish_tuple_desc(desc);
	return desc;
}

void
build_assign(Build &build)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "ivf assign", ALLOCSET_DEFAULT_SIZES);
	Batch batch = {};

	build_phase(kPhaseAssign, 0);
	build.counts = static_cast<uint64 *>(pg::alloc_array(build.lists + kFirstList, sizeof(uint64)));
	memset(build.counts, 0, (build.lists + kFirstList) * sizeof(uint64));

	MemoryContext old = MemoryContextSwitchTo(context);

	batch_init(batch, build);
	MemoryContextSwitchTo(old);
	build.sort = flight_sort(batch.sort_memory);
	build.heap_rows = static_cast<uint64>(table_index_build_scan(build.heap, build.relation, build.info,
	                                                             false, true, add_row, &batch, nullptr));
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
	// A sort takes more than it counts, by one part in so many: unused ends of blocks, files of its tapes.
	constexpr Size kSortUncounted = 32;
	constexpr uint32 kCandidates = 16; // 98 of 100 second lists are those that 32 give
	bool two = build.quantizer->two_level != nullptr && build.quantizer->two_level->entries_a_row > 1;
	Size centroids = pg::mul_size_checked(build.lists, build.place_dim);

	batch.build = &build;
	batch.candidates = two ? Min(kCandidates, build.lists) : 1;
	batch.second_bytes = MAXALIGN(VARHDRSZ + sizeof(FlightHeader) + build.quantizer->entry_bytes(build.dim));
	batch.flight_bytes = MAXALIGN(batch.second_bytes + build.row_bytes + build.value_bytes);

	Size row = build.place_dim * sizeof(float) + batch.flight_bytes + (two ? batch.second_bytes : 0) +
	           batch.candidates * (sizeof(uint32) + sizeof(float)) + sizeof(uint32);
	Size taken = centroids * sizeof(float) * (build.quantizer->two_level != nullptr ? 2 : 1);
	Size rest = build.memory > taken ? build.memory - taken : 0;
	Size scratch = core::nearest_scratch_floats(build.lists, build.threads);
	Size prefilter = build.quantizer->two_level != nullptr
	                     ? core::prefilter_bytes(build.lists, build.place_dim, build.threads)
	                     : 0;

	batch.room = core::nearest_batch_rows(build.lists, build.place_dim, build.threads) *
	             (prefilter > 0 && build.lists >= core::kPrefilterFew ? core::kPrefilterGain : 1);
	batch.room = Max(Min(batch.room, rest / 8 / row), static_cast<Size>(4));
	taken = batch.room * row + scratch * sizeof(float) + prefilter;
	rest = rest > taken ? rest - taken : 0;
	batch.places = static_cast<float *>(
		pg::alloc_array(pg::mul_size_checked(batch.room, build.place_dim), sizeof(float)));
	batch.flights = static_cast<char *>(pg::alloc_array(batch.room, batch.flight_bytes));
	batch.seconds = two ? static_cast<char *>(pg::alloc_array(batch.room, batch.second_bytes)) : nullptr;
	batch.lists = static_cast<uint32 *>(pg::alloc_array(batch.room * batch.candidates, sizeof(uint32)));
	batch.scores = static_cast<float *>(pg::alloc_array(batch.room * batch.candidates, sizeof(float)));
	batch.second = static_cast<uint32 *>(pg::alloc_array(batch.room, sizeof(uint32)));
	batch.scratch = static_cast<float *>(pg::alloc_array(scratch, sizeof(float)));
	batch.slot = MakeSingleTupleTableSlot(flight_descriptor(), &TTSOpsVirtual);
	batch.sort_memory = Max(static_cast<int>((rest - rest / kSortUncounted) / 1024), kLeastSort);
	if (build.quantizer->two_level != nullptr)
	{
		batch.centres = static_cast<float *>(pg::alloc_array(centroids, sizeof(float)));
		for (Size i = 0; i < centroids; i++)
		{
			batch.centres[i] = build.centroids[i] * build.lengths[i / build.place_dim];
		}
		core::prefilter_build({build.centroids, build.bias, build.lists, build.place_dim},
		                      pg::alloc_array(1, prefilter), &batch.prefilter);
	}
}

Tuplesortstate *
flight_sort(int memory)
{
	AttrNumber attribute = 1;
	Oid less = Int8LessOperator;
	Oid collation = InvalidOid;
	bool nulls_first = false;

	return tuplesort_begin_heap(flight_descriptor(), 1, &attribute, &less, &collation, &nulls_first, memory,
	                            nullptr, TUPLESORT_NONE);
}

void
flight_put(Tuplesortstate *sort, TupleTableSlot *slot, int64 place, void *flight)
{
	ExecClearTuple(slot);
	slot->tts_values[0] = Int64GetDatum(place);
	slot->tts_values[1] = PointerGetDatum(flight);
	memset(slot->tts_isnull, 0, 2);
	ExecStoreVirtualTuple(slot);
	tuplesort_puttupleslot(sort, slot);
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
	value.place = batch.places + batch.n * build.place_dim;
	value_prepare(build.input, build.space, *build.quantizer, values[0], isnull[0], value);
	if (value.ranked && build.value_bytes > 0)
	{
		full_copy(build.input, value.given,
		          static_cast<char *>(value.entry) + build.quantizer->entry_bytes(build.dim) +
		              build.row_bytes);
	}
	MemoryContextSwitchTo(old);
	MemoryContextReset(build.row_context);
	*header = FlightHeader{*tid, 0, 0, 0, 0};
	if (!value.ranked)
	{
		header->first = value.list;
		header->ordinal = static_cast<uint32>(build.counts[value.list]++);
		build.rows++;
		put_entry(batch, value.list, flight, sizeof(FlightHeader));
		batch.position++;
	}
	else if (++batch.n == batch.room)
	{
		assign_batch(batch);
	}
}

// Finds the lists of the rows gathered, codes them and hands their entries to the sort.
static void
assign_batch(Batch &batch)
{
	const Build &build = *batch.build;
	core::Centroids centroids = {build.centroids, build.bias, build.lists, build.place_dim};
	constexpr Size kGrain = 16;

	if (build.quantizer->two_level == nullptr)
	{
		core::nearest_assign(centroids, batch.places, batch.n, build.threads, batch.scratch, batch.lists,
		                     batch.scores);
	}
	else
	{
		core::parallel_for(batch.n, kGrain, build.threads, code_range, &batch);
	}
	for (Size i = 0; i < batch.n; i++)
	{
		put_row(batch, i);
	}
	batch.n = 0;
	CHECK_FOR_INTERRUPTS();
}

// Finds the lists of a range of rows and makes their codes.  Runs on several threads.
static void
code_range(void *context, size_t begin, size_t end, int thread)
{
	Batch &batch = *static_cast<Batch *>(context);
	const Build &build = *batch.build;
	const core::TwoLevel &levels = *build.quantizer->two_level;
	Size entry = build.quantizer->entry_bytes(build.dim);

	core::prefilter_nearest(batch.prefilter, batch.places + begin * build.place_dim, end - begin,
	                        batch.candidates, thread, batch.lists + begin * batch.candidates,
	                        batch.scores + begin * batch.candidates);
	for (Size i = begin; i < end; i++)
	{
		const float *place = batch.places + i * build.place_dim;
		const uint32 *lists = batch.lists + i * batch.candidates;
		char *first = VARDATA(batch.flights + i * batch.flight_bytes) + sizeof(FlightHeader);

		levels.encode_entry(build.space, place, batch.centres + static_cast<Size>(lists[0]) * build.place_dim,
		                    first);
		levels.encode_row(build.space, place, first + entry);
		batch.second[i] = lists[0];
		if (batch.seconds != nullptr && batch.candidates > 1)
		{
			char *second = VARDATA(batch.seconds + i * batch.second_bytes) + sizeof(FlightHeader);

			batch.second[i] = core::soar_second(place, batch.centres, build.place_dim, lists[0], lists + 1,
			                                    batch.candidates - 1);
			levels.encode_entry(build.space, place,
			                    batch.centres + static_cast<Size>(batch.second[i]) * build.place_dim, second);
		}
	}
}

// The entries of a row into the sort.
static void
put_row(Batch &batch, Size i)
{
	Build &build = *batch.build;
	uint32 first = batch.lists[i * batch.candidates];
	char *flight = batch.flights + i * batch.flight_bytes;
	FlightHeader *header = reinterpret_cast<FlightHeader *>(VARDATA(flight));
	bool unit = build.metric->unit_length;
	double norm2 = unit ? 1 : core::squared_norm(batch.places + i * build.place_dim, build.place_dim);
	// |x - c|^2 = |x|^2 + |c|^2 - 2 <x, c>; unit centroids have a bias of 0 and a norm of 1.
	double residual = norm2 + (unit ? 1 : 0) - 2.0 * batch.scores[i * batch.candidates];
	Size entry = sizeof(FlightHeader) + build.quantizer->entry_bytes(build.dim);

	header->residual = static_cast<float>(Max(residual, 0.0));
	header->first = kFirstList + first;
	header->ordinal = static_cast<uint32>(build.counts[header->first]++);
	build.rows++;
	put_entry(batch, header->first, flight, entry + build.row_bytes + build.value_bytes);
	if (batch.seconds != nullptr && batch.second[i] != first)
	{
		char *second = batch.seconds + i * batch.second_bytes;

		memcpy(VARDATA(second), header, sizeof(FlightHeader));
		put_entry(batch, kFirstList + batch.second[i], second, entry);
	}
	batch.position++;
	pgstat_progress_update_param(PROGRESS_CREATEIDX_TUPLES_DONE, batch.position);
}

// One entry into the sort: bytes of header and code behind the varlena header of flight.
static void
put_entry(Batch &batch, uint32 list, void *flight, Size bytes)
{
	SET_VARSIZE(flight, VARHDRSZ + bytes);
	flight_put(batch.build->sort, batch.slot, flight_place(list, batch.position), flight);
	batch.build->entries++;
}

} // namespace vecsim::ivf
