// guc_compat.cpp - pgvector's settings, for programs that set them: its names, ranges and defaults.
//
// What they mean here is in ivf/ivf_effort.cpp; those of iterative scans need no meaning, because a scan of ivf goes on
// until the rows asked for are found, in order.
#include "pg/pg.h"

#include "pg/guc.h"

#include <climits>

namespace vecsim::pg
{

int guc_ivfflat_probes = 1;
int guc_hnsw_ef_search = kHnswEfSearch;

static int unused_ivfflat_iterative_scan = 0;
static int unused_ivfflat_max_probes = 32768;
static int unused_hnsw_iterative_scan = 0;
static int unused_hnsw_max_scan_tuples = 20000;
static double unused_hnsw_scan_mem_multiplier = 1;

static const struct config_enum_entry kIvfflatIterative[] = {
	{"off", 0, false},
	{"relaxed_order", 1, false},
	{nullptr, 0, false},
};

static const struct config_enum_entry kHnswIterative[] = {
	{"off", 0, false},
	{"relaxed_order", 1, false},
	{"strict_order", 2, false},
	{nullptr, 0, false},
};

static constexpr const char *kNoEffect =
	"Accepted and without effect: a scan goes on until the rows asked for are "
	"found, in order.";

static void
define_ivfflat()
{
	DefineCustomIntVariable(
		"ivfflat.probes", "Number of lists that a scan of an ivfflat index reads at least.",
		"It reads on until ivf.target_recall is met. As many as the index has make the answer exact.",
		&guc_ivfflat_probes, 1, 1, 32768, PGC_USERSET, 0, nullptr, nullptr, nullptr);
	DefineCustomEnumVariable("ivfflat.iterative_scan", "Whether a scan of an ivfflat index goes on.",
	                         kNoEffect, &unused_ivfflat_iterative_scan, 0, kIvfflatIterative, PGC_USERSET, 0,
	                         nullptr, nullptr, nullptr);
	DefineCustomIntVariable(
		"ivfflat.max_probes", "Number of lists that a scan of an ivfflat index reads at most.", kNoEffect,
		&unused_ivfflat_max_probes, 32768, 1, 32768, PGC_USERSET, 0, nullptr, nullptr, nullptr);
	MarkGUCPrefixReserved("ivfflat");
}

static void
define_hnsw()
{
	DefineCustomIntVariable(
		"hnsw.ef_search", "Effort of a scan of an hnsw index.",
		"Beyond the default, the share of rows that ivf.target_recall lets it miss shrinks in "
		"proportion.",
		&guc_hnsw_ef_search, kHnswEfSearch, 1, 1000, PGC_USERSET, 0, nullptr, nullptr, nullptr);
	DefineCustomEnumVariable("hnsw.iterative_scan", "Whether a scan of an hnsw index goes on.", kNoEffect,
	                         &unused_hnsw_iterative_scan, 0, kHnswIterative, PGC_USERSET, 0, nullptr, nullptr,
	                         nullptr);
	DefineCustomIntVariable(
		"hnsw.max_scan_tuples", "Number of rows that a scan of an hnsw index visits at most.", kNoEffect,
		&unused_hnsw_max_scan_tuples, 20000, 1, INT_MAX, PGC_USERSET, 0, nullptr, nullptr, nullptr);
	DefineCustomRealVariable(
		"hnsw.scan_mem_multiplier", "Multiple of work_mem that a scan of an hnsw index may use.", kNoEffect,
		&unused_hnsw_scan_mem_multiplier, 1, 1, 1000, PGC_USERSET, 0, nullptr, nullptr, nullptr);
	MarkGUCPrefixReserved("hnsw");
}

void
guc_init_compat()
{
	static bool defined = false;

	// To define one is to set it, which a parallel worker may not do; it has no use for them.
	if (!defined && !IsInParallelMode())
	{
		define_ivfflat();
		define_hnsw();
		defined = true;
	}
}

} // namespace vecsim::pg
