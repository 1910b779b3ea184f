// ivf_polish.cpp - passes of k-means over rows as they come from the heap, for centroids that were found in groups.
//
// k-means of a group knows nothing of the rows beyond its border: lists of neighbouring groups are not balanced against
// each other.  A few passes over rows of the whole table, each row compared with the centroids of all groups, mend
// that.  The rows are in memory a batch at a time.
#include "pg/pg.h"

#include "core/kmeans_pass.h"
#include "ivf/ivf_build.h"

namespace vecsim::ivf
{

// Rows on their way through a pass.
struct Polish
{
	Build *build;
	core::KmeansPass pass;
	Size room;
	Size n;
	float *places; // room x place_dim
	uint32 *best;  // room
	float *scores; // room
};

// One part of so many is for batches.
static constexpr Size kShare = 16;

static bool polish_fits(const Build &build);
static void begin_polish(Build &build, Polish &polish);
static void polish_row(Relation index, ItemPointer tid, Datum *values, bool *isnull, bool alive, void *state);
static void polish_batch(Polish &polish);

void
build_polish(Build &build)
{
	// Codes find the nearest centroid in a fraction of the time; without them a pass takes a quarter of the assignment.
	const int passes = build.quantizer->two_level != nullptr ? 4 : 1;

	if (!polish_fits(build))
	{
		return;
	}

	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "ivf polish", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	Polish polish = {};

	begin_polish(build, polish);
	MemoryContextSwitchTo(old);
	for (int i = 0; i < passes; i++)
	{
		core::kmeans_pass_begin(polish.pass);
		sample_blocks(build, kPhasePolish, build.groups.share, polish_row, &polish);
		polish_batch(polish);
		core::kmeans_pass_end(polish.pass);
		cluster_set_bias(build, build.centroids, build.lists, build.bias);
	}
	MemoryContextDelete(context);
}

// Is there memory for the sums beside the centroids, and for batches, threads but one apart?  With two-level codes
// always: the plan left room for a second copy of the centroids (assign_fits in ivf_plan.cpp).
static bool
polish_fits(const Build &build)
{
	Size vector = build.place_dim * sizeof(float);
	Size centroids = pg::mul_size_checked(build.lists, vector + 2 * sizeof(float)); // and bias and length
	bool rotated = build.quantizer->two_level != nullptr;
	Size pass = core::kmeans_pass_bytes(build.place_dim, build.lists, rotated, 1);

	return pg::add_size_checked(centroids, pass) <= build.memory - build.memory / kShare;
}

// The state, and memory for batches.
static void
begin_polish(Build &build, Polish &polish)
{
	constexpr Size kLeastBatch = 4;
	Size bytes = build.place_dim * sizeof(float);
	Size fit = build.memory / kShare / (bytes + sizeof(uint32) + sizeof(float));
	core::KmeansPass &pass = polish.pass;

	pass.dim = build.place_dim;
	pass.k = build.lists;
	pass.spherical = build.metric->unit_length;
	pass.rotated = build.quantizer->two_level != nullptr;
	pass.threads = build.threads;
	pass.centroids = build.centroids;
	pass.lengths = build.lengths;
	pass.bias = build.bias;
	pass.work = pg::alloc_array(1, core::kmeans_pass_bytes(pass.dim, pass.k, pass.rotated, pass.threads));
	polish.build = &build;
	polish.room = Max(Min(core::kmeans_pass_batch(pass), fit), kLeastBatch);
	polish.places = static_cast<float *>(pg::alloc_array(polish.room, bytes));
	polish.best = static_cast<uint32 *>(pg::alloc_array(polish.room, sizeof(uint32)));
	polish.scores = static_cast<float *>(pg::alloc_array(polish.room, sizeof(float)));
}

// A row of the heap; one that cannot be ranked is none for k-means.
static void
polish_row(Relation index, ItemPointer tid, Datum *values, bool *isnull, bool alive, void *state)
{
	Polish &polish = *static_cast<Polish *>(state);
	Build &build = *polish.build;

	if (sample_place(build, values[0], isnull[0], polish.places + polish.n * build.place_dim))
	{
		polish.n++;
	}
	if (polish.n == polish.room)
	{
		polish_batch(polish);
	}
}

// Gives the rows gathered to the pass.
static void
polish_batch(Polish &polish)
{
	core::kmeans_pass_add(polish.pass, polish.places, polish.n, polish.best, polish.scores);
	polish.n = 0;
	CHECK_FOR_INTERRUPTS();
}

} // namespace vecsim::ivf
