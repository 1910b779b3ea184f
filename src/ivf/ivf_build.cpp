// ivf_build.cpp - CREATE INDEX: its phases in order.
//
// sample rows -> k-means -> give each row its list and code -> sort by list -> write pages -> log them.
// The heap, the sort and the pages are the main thread's; k-means and assignment compute on several threads over
// batches in memory.
#include "pg/pg.h"

#include "core/kmeans.h"
#include "core/parallel.h"
#include "ivf/ivf_build.h"
#include "ivf/ivf_options.h"
#include "pg/guc.h"

#include <unistd.h>

namespace vecsim::ivf
{

static constexpr uint64 kSeed = 0x766563; // one for all: the same table gives the same index

static void build_init(Build &build, Relation heap, Relation index, IndexInfo *info, ForkNumber fork);
static void check_input(const Build &build);
[[noreturn]] static void dim_too_large(const Build &build);
static int build_threads();
static void cluster(Build &build);
static void single_list(Build &build);
static void set_mean(Build &build);
static void set_bias(Build &build);

static const char *const kPhaseNames[] = {
	"initializing",    "sampling rows",   "performing k-means", "assigning rows",
	"sorting entries", "loading entries", "writing WAL",
};

const char *
build_phase_name(int64 phase)
{
	if (phase < kPhaseInitialize || phase > kPhaseWal)
	{
		return nullptr;
	}
	return kPhaseNames[phase - kPhaseInitialize];
}

void
build_phase(BuildPhase phase, int64 total)
{
	const int indexes[] = {PROGRESS_CREATEIDX_SUBPHASE, PROGRESS_CREATEIDX_TUPLES_TOTAL,
	                       PROGRESS_CREATEIDX_TUPLES_DONE, PROGRESS_SCAN_BLOCKS_TOTAL,
	                       PROGRESS_SCAN_BLOCKS_DONE};
	const int64 values[] = {phase, total, 0, 0, 0};

	pgstat_progress_update_multi_param(lengthof(indexes), indexes, values);
}

IndexBuildResult *
build(Relation heap, Relation index, IndexInfo *info)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "ivf build", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	Build build = {};

	build_init(build, heap, index, info, MAIN_FORKNUM);
	build_sample(build);
	cluster(build);
	build_assign(build);
	build_load(build);
	build_phase(kPhaseWal, 0);
	build_log(index, MAIN_FORKNUM);
	core::parallel_release();
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);

	IndexBuildResult *result = static_cast<IndexBuildResult *>(palloc(sizeof(IndexBuildResult)));

	result->heap_tuples = static_cast<double>(build.heap_rows);
	result->index_tuples = static_cast<double>(build.rows);
	return result;
}

// The init fork of an unlogged index: what the index is after a crash.
void
build_empty(Relation index)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "ivf build", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	Build build = {};

	build_init(build, nullptr, index, nullptr, INIT_FORKNUM);
	single_list(build);
	build_load(build);
	build_log(index, INIT_FORKNUM);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
}

static void
build_init(Build &build, Relation heap, Relation index, IndexInfo *info, ForkNumber fork)
{
	build.heap = heap;
	build.relation = index;
	build.fork = fork;
	build.info = info;
	build.input = index_input(index);
	build.order = &index_metric(index);
	build.metric = &code_metric(*build.order);
	build.quantizer = &options_quantizer(index);
	check_input(build);
	build.dim = build.input.floats;
	build.geometry = geometry_of(*build.quantizer, build.dim);
	if (build.geometry.height == 0)
	{
		dim_too_large(build);
	}
	build.seed = kSeed;
	build.place_dim = place_dim_of(*build.quantizer, build.dim);
	build.space = {build.metric, build.dim, nullptr, nullptr};
	if (build.quantizer->two_level != nullptr)
	{
		uint8 *signs =
			static_cast<uint8 *>(pg::alloc_array(1, build.quantizer->two_level->sign_bytes(build.dim)));

		build.quantizer->two_level->make_signs(build.seed, build.dim, signs);
		build.space.signs = signs;
		build.row_bytes = build.quantizer->two_level->row_bytes(build.dim);
	}
	build.threads = build_threads();
	build.memory = static_cast<Size>(maintenance_work_mem) * 1024;
	build.random.state = kSeed;
	build.row_context = AllocSetContextCreate(CurrentMemoryContext, "ivf build row", ALLOCSET_DEFAULT_SIZES);
}

// Can the column be indexed, by this quantiser?
static void
check_input(const Build &build)
{
	const InputType &type = *build.input.type;

	if (TupleDescAttr(RelationGetDescr(build.relation), 0)->atttypid == VARBITOID)
	{
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("type not supported for ivf index"),
		                errdetail("Values of bit varying have no common length."),
		                errhint("Index an expression with a cast, as in (column::bit(1024)).")));
	}
	if (build.input.floats == 0)
	{
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("column does not have dimensions"),
		                errhint("Declare them, as in %s(384), or index an expression with a cast.", type.name)));
	}
	if (build.input.lossy && build.quantizer->two_level == nullptr)
	{
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
		                errmsg("quantizer %s cannot index %s(%d)", build.quantizer->name, type.name,
		                       build.input.dim),
		                errdetail("So many dimensions are indexed by a sketch, whose distances are estimates."),
		                errhint("Leave the option \"quantizer\" out: %s, the default, can.",
		                        options_default_quantizer().name)));
	}
}

[[noreturn]] static void
dim_too_large(const Build &build)
{
	const core::Quantizer &other = options_default_quantizer();
	uint32 most = geometry_max_dim(other);

	ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
	                errmsg("column cannot have more than %u dimensions for an ivf index with quantizer %s",
	                       geometry_max_dim(*build.quantizer), build.quantizer->name),
	                errdetail("The column has %u dimensions.", build.dim),
	                build.dim <= most
	                    ? errhint("Leave the option \"quantizer\" out: %s, the default, takes up to %u.",
	                              other.name, most)
	                    : 0));
}

// Threads to compute with: vecsim.build_threads, or as many as PostgreSQL would take processes.
static int
build_threads()
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);

	if (pg::guc_build_threads > 0)
	{
		return pg::guc_build_threads;
	}
	return static_cast<int>(
		Min(static_cast<long>(max_parallel_maintenance_workers) + 1, Max(processors, 1L)));
}

// Finds the centroids of the sample.
static void
cluster(Build &build)
{
	if (build.sample_n == 0)
	{
		single_list(build);
		return;
	}

	core::Kmeans kmeans = {};

	build.lists = static_cast<uint32>(Min(static_cast<Size>(build.lists), build.sample_n));
	build.centroids = static_cast<float *>(
		pg::alloc_array(pg::mul_size_checked(build.lists, build.place_dim), sizeof(float)));
	build.lengths = static_cast<float *>(pg::alloc_array(build.lists, sizeof(float)));
	kmeans.samples = build.sample;
	kmeans.n = build.sample_n;
	kmeans.dim = build.place_dim;
	kmeans.k = build.lists;
	kmeans.spherical = build.metric->unit_length;
	kmeans.rotated = build.quantizer->two_level != nullptr;
	kmeans.threads = build.threads;
	kmeans.centroids = build.centroids;
	kmeans.lengths = build.lengths;

	MemoryContext work = AllocSetContextCreate(CurrentMemoryContext, "ivf k-means", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(work);

	kmeans.work = pg::alloc_array(1, core::kmeans_work_bytes(kmeans.n, kmeans.dim, kmeans.k, kmeans.threads));
	MemoryContextSwitchTo(old);
	core::kmeans_begin(kmeans, random_next(build.random));
	build_phase(kPhaseKmeans, static_cast<int64>(kmeans.total));
	while (core::kmeans_step(kmeans))
	{
		pgstat_progress_update_param(PROGRESS_CREATEIDX_TUPLES_DONE, static_cast<int64>(kmeans.done));
		CHECK_FOR_INTERRUPTS();
	}
	build.lists = static_cast<uint32>(kmeans.k);
	MemoryContextDelete(work);
	set_mean(build);
	MemoryContextDelete(build.sample_context);
	build.sample = nullptr;
	set_bias(build);
}

// One list for everything: an index on an empty table, which reads all its rows until it is rebuilt.
static void
single_list(Build &build)
{
	build.lists = 1;
	build.centroids = static_cast<float *>(pg::alloc_array(build.place_dim, sizeof(float)));
	build.lengths = static_cast<float *>(pg::alloc_array(1, sizeof(float)));
	memset(build.centroids, 0, build.place_dim * sizeof(float));
	build.lengths[0] = 0;
	set_mean(build);
	set_bias(build);
}

// The mean of the sample, from which codes are made.
static void
set_mean(Build &build)
{
	Size dim = build.place_dim;

	if (build.quantizer->two_level == nullptr)
	{
		return;
	}

	double *sums = static_cast<double *>(palloc0(dim * sizeof(double)));

	build.mean = static_cast<float *>(pg::alloc_array(dim, sizeof(float)));
	for (Size i = 0; i < build.sample_n; i++)
	{
		for (Size j = 0; j < dim; j++)
		{
			sums[j] += build.sample[i * dim + j];
		}
	}
	for (Size j = 0; j < dim; j++)
	{
		build.mean[j] =
			static_cast<float>(sums[j] / static_cast<double>(Max(build.sample_n, static_cast<Size>(1))));
	}
	pfree(sums);
	build.space.mean = build.mean;
}

// The bias that makes the largest score the nearest centroid.
static void
set_bias(Build &build)
{
	build.bias = static_cast<float *>(pg::alloc_array(build.lists, sizeof(float)));
	for (uint32 i = 0; i < build.lists; i++)
	{
		double norm2 =
			core::squared_norm(build.centroids + static_cast<Size>(i) * build.place_dim, build.place_dim);

		build.bias[i] = build.metric->unit_length ? 0 : static_cast<float>(-norm2 / 2);
	}
}

} // namespace vecsim::ivf
