// ivf_sample.cpp - the sample that k-means learns from.
//
// Blocks are drawn at random, all rows of a block are taken.  The rows come through PostgreSQL's own index
// build scan, so partial indexes, expressions and visibility are right and the TOAST data of dead rows is
// never touched.
#include "pg/pg.h"

#include "core/taxicab.h"
#include "ivf/ivf_build.h"

#include <cmath>

namespace vecsim::ivf
{

// Rows of a block are often alike, and not as many as those of the next: blocks to draw from, where there are so many.
static constexpr BlockNumber kLeastBlocks = 300;

static double estimate_rows(Build &build, BlockNumber blocks);
static void scan_blocks(Build &build, BuildPhase phase, BlockNumber blocks, BlockNumber wanted,
                        IndexBuildCallback callback, void *state);
static void begin_near(Build &build);
static void sample_near(Build &build, const float *floats);
static void count_row(Relation index, ItemPointer tid, Datum *values, bool *isnull, bool alive, void *state);
static void sample_row(Relation index, ItemPointer tid, Datum *values, bool *isnull, bool alive, void *state);

void
build_sample(Build &build)
{
	BlockNumber blocks = RelationGetNumberOfBlocks(build.heap);
	double rows = estimate_rows(build, blocks);

	plan_build(build, rows);
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

	sample_blocks(build, kPhaseSample, kMargin * static_cast<double>(build.sample_room) / rows, sample_row,
	              &build);
	// Of sketches the ratio says nothing: the taxicab distance is not theirs.
	build.taxicab = build.input.lossy ? 0 : core::taxicab_ratio(build.near, build.near_n, build.dim);
}

bool
sample_place(Build &build, Datum value, bool isnull, float *place)
{
	if (isnull)
	{
		return false;
	}

	MemoryContext old = MemoryContextSwitchTo(build.row_context);
	const float *floats = input_floats(build.input, input_value(build.input, value));
	bool ranked = value_place(build.space, *build.quantizer, floats, place);

	MemoryContextSwitchTo(old);
	MemoryContextReset(build.row_context);
	return ranked;
}

void
sample_blocks(Build &build, BuildPhase phase, double share, IndexBuildCallback callback, void *state)
{
	BlockNumber blocks = RelationGetNumberOfBlocks(build.heap);
	BlockNumber wanted = static_cast<BlockNumber>(std::ceil(Min(1.0, share) * blocks));

	scan_blocks(build, phase, blocks, Max(wanted, Min(kLeastBlocks, blocks)), callback, state);
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
	scan_blocks(build, kPhaseSample, blocks, some, count_row, &build);
	return some == 0 ? 0 : static_cast<double>(build.sample_seen) / some * blocks;
}

// Feeds the rows of `wanted` of the heap's blocks, chosen at random, to callback; begins the phase.
static void
scan_blocks(Build &build, BuildPhase phase, BlockNumber blocks, BlockNumber wanted,
            IndexBuildCallback callback, void *state)
{
	constexpr BlockNumber kRun = 64; // where all blocks are wanted, so many go into one scan
	BlockSamplerData sampler;
	bool all = wanted >= blocks;

	build_phase(phase, 0);
	pgstat_progress_update_param(PROGRESS_SCAN_BLOCKS_TOTAL, wanted);
	BlockSampler_Init(&sampler, blocks, static_cast<int>(Min(wanted, static_cast<BlockNumber>(INT_MAX))),
	                  static_cast<uint32>(random_next(build.random)));
	for (BlockNumber done = 0; done < wanted;)
	{
		BlockNumber first = all ? done : BlockSampler_Next(&sampler);
		BlockNumber n = all ? Min(kRun, wanted - done) : 1;

		table_index_build_range_scan(build.heap, build.relation, build.info, false, false, false, first, n,
		                             callback, state, nullptr);
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
