// ivf_sample.cpp - the sample that k-means learns from, and how many lists there are to be.
//
// Blocks are drawn at random, all rows of a block are taken.  The rows come through PostgreSQL's own index
// build scan, so partial indexes, expressions and visibility are right and the TOAST data of dead rows is
// never touched.
#include "pg/pg.h"

#include "core/kmeans.h"
#include "core/taxicab.h"
#include "ivf/ivf_build.h"
#include "ivf/ivf_options.h"

#include <cmath>

namespace vecsim::ivf
{

static constexpr double kRowsPerList = 64;      // sample rows a centroid, where memory allows
static constexpr double kLeastRowsPerList = 16; // and where it does not, before lists become fewer

// Rows of a block are often alike, and not as many as those of the next: blocks to draw from, where there are so many.
static constexpr BlockNumber kLeastBlocks = 300;

static double estimate_rows(Build &build, BlockNumber blocks);
static void choose_lists(Build &build, double rows);
static Size memory_needed(const Build &build, double sample, double lists);
static void scan_blocks(Build &build, BlockNumber blocks, BlockNumber wanted, IndexBuildCallback callback);
static void begin_near(Build &build);
static void sample_near(Build &build, const float *floats);
static void count_row(Relation index, ItemPointer tid, Datum *values, bool *isnull, bool alive, void *state);
static void sample_row(Relation index, ItemPointer tid, Datum *values, bool *isnull, bool alive, void *state);

void
build_sample(Build &build)
{
	BlockNumber blocks = RelationGetNumberOfBlocks(build.heap);
	double rows = estimate_rows(build, blocks);

	choose_lists(build, rows);
	build.sample_context = AllocSetContextCreate(CurrentMemoryContext, "ivf sample", ALLOCSET_DEFAULT_SIZES);
	build.sample_seen = 0;
	if (rows == 0)
	{
		return;
	}

	MemoryContext old = MemoryContextSwitchTo(build.sample_context);

	build.sample = static_cast<float *>(
		pg::alloc_array(pg::mul_size_checked(build.sample_room, build.place_dim), sizeof(float)));
	begin_near(build);
	MemoryContextSwitchTo(old);

	// A tenth more blocks than should be needed: what is too much replaces rows at random.
	constexpr double kMargin = 1.1;
	double share = Min(1.0, kMargin * static_cast<double>(build.sample_room) / rows);
	BlockNumber wanted = static_cast<BlockNumber>(std::ceil(share * blocks));

	scan_blocks(build, blocks, Max(wanted, Min(kLeastBlocks, blocks)), sample_row);
	build.taxicab = core::taxicab_ratio(build.near, build.near_n, build.dim);
}

// Makes room for the rows on which an L1 index measures its distances: a sixteenth of the memory, but some rows.
static void
begin_near(Build &build)
{
	constexpr Size kShare = 16;
	constexpr Size kLeast = 64;
	Size fit = build.memory / kShare / (build.dim * sizeof(float));

	if (build.order != build.metric)
	{
		build.near_room = Min(core::kTaxicabRows, Max(fit, kLeast));
		build.near = static_cast<float *>(pg::alloc_array(build.near_room, build.dim * sizeof(float)));
	}
}

// Takes a row that was just offered to the sample among these, in place of a random one where they are enough.
static void
sample_near(Build &build, const float *floats)
{
	Size at = build.near_n;

	if (at == build.near_room)
	{
		at = static_cast<Size>(random_below(build.random, build.sample_seen));
	}
	if (at < build.near_room)
	{
		memcpy(build.near + at * build.dim, floats, build.dim * sizeof(float));
		build.near_n = Max(build.near_n, at + 1);
	}
}

// Rows that the index will have, from the density of a few blocks.
static double
estimate_rows(Build &build, BlockNumber blocks)
{
	BlockNumber some = Min(kLeastBlocks, blocks); // the density's error is then a few percent

	build.sample_seen = 0;
	scan_blocks(build, blocks, some, count_row);
	return some == 0 ? 0 : static_cast<double>(build.sample_seen) / some * blocks;
}

// Sets the number of lists, 4 sqrt(rows) but at least 32 rows each unless the user has chosen, and the size of the
// sample: both smaller where k-means would need more than maintenance_work_mem.
static void
choose_lists(Build &build, double rows)
{
	constexpr double kSmaller = 0.9;
	int asked = options_lists(build.relation);
	double lists = asked > 0 ? asked : Max(1.0, Min(std::round(4 * std::sqrt(rows)), std::floor(rows / 32)));
	double sample = Min(rows, lists * kRowsPerList);

	while (memory_needed(build, sample, lists) > build.memory)
	{
		if (sample * kSmaller >= Min(rows, lists * kLeastRowsPerList))
		{
			sample *= kSmaller;
		}
		else if (asked == 0 && lists > 1)
		{
			lists = Max(1.0, std::floor(lists * kSmaller));
			sample = Min(sample, lists * kRowsPerList);
		}
		else if (asked == 0)
		{
			break; // one list of the smallest sample: nothing is left to save
		}
		else
		{
			ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			                errmsg("memory required is %zu MB, maintenance_work_mem is %d MB",
			                       memory_needed(build, sample, lists) / (1024 * 1024) + 1,
			                       maintenance_work_mem / 1024),
			                errdetail("k-means for %d lists of %u dimensions needs it.", asked, build.dim),
			                errhint("Increase maintenance_work_mem, or leave the option \"lists\" at 0 for a "
			                        "number that fits.")));
		}
	}
	build.lists = static_cast<uint32>(lists);
	build.sample_room = static_cast<Size>(Max(1.0, std::ceil(sample)));
}

// Bytes that a sample, its k-means and the centroids take.
static Size
memory_needed(const Build &build, double sample, double lists)
{
	Size n = static_cast<Size>(Max(1.0, std::ceil(sample)));
	Size k = Min(n, static_cast<Size>(lists));
	Size vectors = pg::mul_size_checked(pg::add_size_checked(n, k),
	                                    pg::mul_size_checked(build.place_dim, sizeof(float)));

	return pg::add_size_checked(vectors, core::kmeans_work_bytes(n, build.place_dim, k, build.threads));
}

// Feeds the rows of `wanted` of the heap's blocks, chosen at random, to callback.
static void
scan_blocks(Build &build, BlockNumber blocks, BlockNumber wanted, IndexBuildCallback callback)
{
	constexpr BlockNumber kRun = 64; // where all blocks are wanted, so many go into one scan
	BlockSamplerData sampler;
	bool all = wanted >= blocks;

	build_phase(kPhaseSample, 0);
	pgstat_progress_update_param(PROGRESS_SCAN_BLOCKS_TOTAL, wanted);
	BlockSampler_Init(&sampler, blocks, static_cast<int>(Min(wanted, static_cast<BlockNumber>(INT_MAX))),
	                  static_cast<uint32>(random_next(build.random)));
	for (BlockNumber done = 0; done < wanted;)
	{
		BlockNumber first = all ? done : BlockSampler_Next(&sampler);
		BlockNumber n = all ? Min(kRun, wanted - done) : 1;

		table_index_build_range_scan(build.heap, build.relation, build.info, false, false, false, first, n,
		                             callback, &build, nullptr);
		done += n;
		pgstat_progress_update_param(PROGRESS_SCAN_BLOCKS_DONE, done);
		CHECK_FOR_INTERRUPTS();
	}
}

static void
count_row(Relation index, ItemPointer tid, Datum *values, bool *isnull, bool alive, void *state)
{
	static_cast<Build *>(state)->sample_seen++;
}

// Takes a row into the sample: in a random place, whose row moves to the end (k-means wants a random order), or instead
// of a random one where the sample is full (Vitter's algorithm R).
static void
sample_row(Relation index, ItemPointer tid, Datum *values, bool *isnull, bool alive, void *state)
{
	Build &build = *static_cast<Build *>(state);

	if (isnull[0])
	{
		return;
	}

	MemoryContext old = MemoryContextSwitchTo(build.row_context);
	const float *floats = input_floats(build.input, input_value(build.input, values[0]));
	float *place = static_cast<float *>(palloc(build.place_dim * sizeof(float)));

	if (value_place(build.space, *build.quantizer, floats, place))
	{
		Size at = static_cast<Size>(random_below(build.random, ++build.sample_seen));
		Size bytes = build.place_dim * sizeof(float);

		if (build.sample_n < build.sample_room)
		{
			memmove(build.sample + build.sample_n * build.place_dim, build.sample + at * build.place_dim,
			        bytes);
			build.sample_n++;
		}
		if (at < build.sample_n)
		{
			memcpy(build.sample + at * build.place_dim, place, bytes);
		}
		if (build.near != nullptr)
		{
			sample_near(build, floats);
		}
	}
	MemoryContextSwitchTo(old);
	MemoryContextReset(build.row_context);
}

} // namespace vecsim::ivf
