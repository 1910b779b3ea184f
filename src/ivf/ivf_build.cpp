// ivf_build.cpp - CREATE INDEX: its phases in order.
//
// sample rows -> k-means -> give each row its list and code -> sort by list -> write pages -> log them.
// The heap, the sort and the pages are the main thread's; k-means and assignment compute on several threads over
// batches in memory.
#include "pg/pg.h"

#include "core/kmeans.h"
#include "core/parallel.h"
#include "ivf/ivf_build.h"
#include "ivf/ivf_full.h"
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
static int threads_that_fit(const Build &build);

static const char *const kPhaseNames[] = {
	"initializing",   "sampling rows",   "performing k-means", "polishing lists",
	"assigning rows", "sorting entries", "loading entries",    "writing WAL",
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
	build_cluster(build);
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
	cluster_single(build);
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
	build.value_bytes = full_wanted(index, build.input, build.order == build.metric && build.quantizer->exact)
	                        ? full_bytes(build.input)
	                        : 0;
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
	build.memory = static_cast<Size>(maintenance_work_mem) * 1024;
	build.threads = Min(build_threads(), threads_that_fit(build));
	build.memory = memory_of(build.memory);
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
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("column does not have dimensions"),
		         errhint("Declare them, as in %s(384), or index an expression with a cast.", type.name)));
	}
	if (build.input.lossy && build.quantizer->two_level == nullptr)
	{
		ereport(
			ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
		     errmsg("quantizer %s cannot index %s(%d)", build.quantizer->name, type.name, build.input.dim),
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

// Threads whose scratch memory is that of which memory_of() leaves it for them.
static int
threads_that_fit(const Build &build)
{
	Size one = core::kmeans_work_bytes(1, build.place_dim, core::kPrefilterFew, 1);
	Size thread = core::kmeans_work_bytes(1, build.place_dim, core::kPrefilterFew, 2) - one;

	return 1 + static_cast<int>((build.memory - memory_of(build.memory)) / thread);
}

} // namespace vecsim::ivf
