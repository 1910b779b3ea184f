// ivf_groups.cpp - k-means in two levels, for more lists than k-means of a whole sample in memory can find.
//
// A small sample gives the coarse centroids of some groups.  A larger one is drawn and each of its rows goes, with the
// number of its nearest group, into a tuplesort, which may use the disk.  Group after group comes back from it and is
// clustered into its share of the lists.  Then passes over rows of all groups (ivf_polish.cpp).
#include "pg/pg.h"

#include "core/nearest.h"
#include "ivf/ivf_build.h"

namespace vecsim::ivf
{

// Rows on their way to their groups.
struct Stream
{
	Build *build;
	core::Centroids coarse;
	uint64 *counts; // coarse.count: rows of each group
	uint64 rows;
	Tuplesortstate *sort;

	// A batch of rows whose groups are found at once.
	Size room;
	Size n;
	float *places; // room x place_dim; later the rows of one group, most_rows x place_dim
	uint32 *best;  // room
	float *scores; // room
	float *scratch;
	void *flight; // a place as a bytea
	TupleTableSlot *slot;

	// Of one group, so that its k-means fits in memory.
	uint32 most_lists;
	Size most_rows;
};

static void find_coarse(Build &build, Stream &stream);
static void begin_batches(Build &build, Stream &stream);
static void stream_row(Relation index, ItemPointer tid, Datum *values, bool *isnull, bool alive, void *state);
static void stream_batch(Stream &stream);
static void begin_groups(const Build &build, Stream &stream);
static uint32 lists_that_fit(const Build &build, Size rows, uint32 lists);
static void cluster_groups(Build &build, Stream &stream);
static uint32 cluster_group(Build &build, Stream &stream, uint32 group, uint32 share, double before);
static void read_group(const Build &build, Stream &stream, Size rows, Size wanted);

void
build_groups(Build &build)
{
	cluster_mean(build); // which outlives the contexts of this function

	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "ivf groups", ALLOCSET_DEFAULT_SIZES);
	MemoryContext coarse = AllocSetContextCreate(context, "ivf coarse groups", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(coarse);
	Stream stream = {};

	build_phase(kPhaseKmeans, static_cast<int64>(build.sample_n));
	find_coarse(build, stream);
	begin_batches(build, stream);
	MemoryContextSwitchTo(context);
	stream.counts = static_cast<uint64 *>(palloc0(stream.coarse.count * sizeof(uint64)));
	stream.sort = flight_sort(static_cast<int>(build.groups.sort_bytes / 1024));
	sample_blocks(build, kPhaseSample, build.groups.share, stream_row, &stream);
	stream_batch(stream);
	ExecDropSingleTupleTableSlot(stream.slot);
	MemoryContextDelete(coarse);
	tuplesort_performsort(stream.sort);
	begin_groups(build, stream);
	MemoryContextSwitchTo(old);
	if (stream.rows == 0)
	{
		cluster_single(build);
	}
	else
	{
		cluster_groups(build, stream);
	}
	tuplesort_end(stream.sort);
	MemoryContextDelete(context);
	if (stream.rows > 0)
	{
		build_polish(build);
	}
}

// The coarse centroids from the sample, which is given back.
static void
find_coarse(Build &build, Stream &stream)
{
	uint32 count = static_cast<uint32>(Min(static_cast<Size>(build.groups.count), build.sample_n));
	float *rows =
		static_cast<float *>(pg::alloc_array(pg::mul_size_checked(count, build.place_dim), sizeof(float)));
	float *lengths = static_cast<float *>(pg::alloc_array(count, sizeof(float)));

	count = cluster_rows(build, {build.sample, build.sample_n, 0}, count, rows, lengths);
	cluster_forget(build);
	stream.coarse = {rows, cluster_bias(build, rows, count), count, build.place_dim};
}

// Memory for batches: no more than an eighth of what there is.
static void
begin_batches(Build &build, Stream &stream)
{
	constexpr Size kLeastBatch = 4;
	Size bytes = build.place_dim * sizeof(float);
	Size fit = build.memory / 8 / (bytes + sizeof(uint32) + sizeof(float));

	stream.build = &build;
	stream.room = core::nearest_batch_rows(stream.coarse.count, build.place_dim, build.threads);
	stream.room = Max(Min(stream.room, fit), kLeastBatch);
	stream.places = static_cast<float *>(pg::alloc_array(stream.room, bytes));
	stream.best = static_cast<uint32 *>(pg::alloc_array(stream.room, sizeof(uint32)));
	stream.scores = static_cast<float *>(pg::alloc_array(stream.room, sizeof(float)));
	stream.scratch = static_cast<float *>(
		pg::alloc_array(core::nearest_scratch_floats(stream.coarse.count, build.threads), sizeof(float)));
	stream.flight = pg::alloc_array(1, VARHDRSZ + bytes);
	SET_VARSIZE(stream.flight, VARHDRSZ + bytes);
	stream.slot = MakeSingleTupleTableSlot(flight_descriptor(), &TTSOpsVirtual);
}

// A row of the heap; one that cannot be ranked is none for k-means.
static void
stream_row(Relation index, ItemPointer tid, Datum *values, bool *isnull, bool alive, void *state)
{
	Stream &stream = *static_cast<Stream *>(state);
	Build &build = *stream.build;

	if (sample_place(build, values[0], isnull[0], stream.places + stream.n * build.place_dim))
	{
		stream.n++;
	}
	if (stream.n == stream.room)
	{
		stream_batch(stream);
	}
}

// Sorts the rows gathered by their groups and, in a group, at random: its first rows are a sample of it.
static void
stream_batch(Stream &stream)
{
	Build &build = *stream.build;

	core::nearest_assign(stream.coarse, stream.places, stream.n, build.threads, stream.scratch, stream.best,
	                     stream.scores);
	for (Size i = 0; i < stream.n; i++)
	{
		int64 random = static_cast<int64>(random_next(build.random) >> (64 - kPositionBits));

		memcpy(VARDATA(stream.flight), stream.places + i * build.place_dim, build.place_dim * sizeof(float));
		flight_put(stream.sort, stream.slot, flight_place(stream.best[i], random), stream.flight);
		stream.counts[stream.best[i]]++;
	}
	stream.rows += stream.n;
	stream.n = 0;
	CHECK_FOR_INTERRUPTS();
}

// Memory for the rows of a group, as many as fit beside k-means into the most lists that one will get: one array serves
// all groups, since the C library keeps what is freed of arrays that differ in size.
static void
begin_groups(const Build &build, Stream &stream)
{
	uint64 lists = Min(static_cast<uint64>(build.lists), stream.rows);
	uint64 rows = 1;

	stream.most_lists = 1;
	for (Size group = 0; group < stream.coarse.count; group++)
	{
		uint64 count = stream.counts[group];
		uint64 share = stream.rows > 0 ? (lists * count + stream.rows - 1) / stream.rows : 0;
		uint32 fit = lists_that_fit(build, static_cast<Size>(count), static_cast<uint32>(Min(share, count)));

		stream.most_lists = Max(stream.most_lists, fit);
		rows = Max(rows, count);
	}
	stream.most_rows =
		Min(static_cast<Size>(rows), plan_rows_that_fit(build, build.groups.memory, stream.most_lists));
	stream.places = static_cast<float *>(
		pg::alloc_array(pg::mul_size_checked(stream.most_rows, build.place_dim), sizeof(float)));
}

// So many lists, or fewer where k-means of the rows of a group into them does not fit.
static uint32
lists_that_fit(const Build &build, Size rows, uint32 lists)
{
	constexpr Size kLeastRowsPerList = 4;

	while (lists > 0 &&
	       plan_rows_that_fit(build, build.groups.memory, lists) < Min(rows, lists * kLeastRowsPerList))
	{
		lists--;
	}
	return lists;
}

// Gives each group lists by its share of the rows.  What a group cannot take, because its rows are alike or do not fit
// in memory, goes to those that come after it.
static void
cluster_groups(Build &build, Stream &stream)
{
	uint64 lists = Min(static_cast<uint64>(build.lists), stream.rows);
	uint64 rows = stream.rows;

	build_phase(kPhaseKmeans, static_cast<int64>(rows));
	build.centroids = static_cast<float *>(
		pg::alloc_array(pg::mul_size_checked(static_cast<Size>(lists), build.place_dim), sizeof(float)));
	build.lengths = static_cast<float *>(pg::alloc_array(static_cast<Size>(lists), sizeof(float)));
	build.lists = 0;
	stream.slot = MakeSingleTupleTableSlot(flight_descriptor(), &TTSOpsMinimalTuple);
	for (uint32 group = 0; group < stream.coarse.count; group++)
	{
		uint64 count = stream.counts[group];
		uint64 share = rows > 0 ? (lists * count + rows / 2) / rows : 0;
		uint32 found = cluster_group(build, stream, group, static_cast<uint32>(Min(share, count)),
		                             static_cast<double>(stream.rows - rows));

		build.lists += found;
		lists -= found;
		rows -= count;
	}
	ExecDropSingleTupleTableSlot(stream.slot);
	build.bias = cluster_bias(build, build.centroids, build.lists);
}

// Reads the rows of a group and appends its centroids, `share` of them where that many fit.  Returns how many.
static uint32
cluster_group(Build &build, Stream &stream, uint32 group, uint32 share, double before)
{
	Size count = static_cast<Size>(stream.counts[group]);

	share = lists_that_fit(build, count, Min(share, stream.most_lists));

	Size wanted = share > 0 ? Min(count, stream.most_rows) : 0;

	read_group(build, stream, count, wanted);
	if (share > 0)
	{
		share = cluster_rows(build, {stream.places, wanted, before}, share,
		                     build.centroids + static_cast<Size>(build.lists) * build.place_dim,
		                     build.lengths + build.lists);
	}
	return share;
}

// Reads so many rows from the sort, the first ones of them into memory.
static void
read_group(const Build &build, Stream &stream, Size rows, Size wanted)
{
	for (Size i = 0; i < rows; i++)
	{
		bool isnull;

		if (!tuplesort_gettupleslot(stream.sort, true, false, stream.slot, nullptr))
		{
			elog(ERROR, "rows of a group are missing");
		}
		if (i < wanted)
		{
			// Short values have short headers, behind which floats are not aligned.
			const varlena *flight =
				reinterpret_cast<const varlena *>(DatumGetPointer(slot_getattr(stream.slot, 2, &isnull)));

			memcpy(stream.places + i * build.place_dim, VARDATA_ANY(flight), build.place_dim * sizeof(float));
		}
		CHECK_FOR_INTERRUPTS();
	}
}

} // namespace vecsim::ivf
