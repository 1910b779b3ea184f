// guc.cpp - the settings of vecsim: names, ranges, help texts.
#include "pg/pg.h"

#include "pg/guc.h"

#include "kernels/kernels.h"

namespace vecsim::pg
{

double guc_target_recall = 0.95;
int guc_probes = 0;
int guc_build_threads = 0;

static int guc_simd = static_cast<int>(kernels::Level::Auto);

static const struct config_enum_entry kSimdLevels[] = {
	{"auto", static_cast<int>(kernels::Level::Auto), false},
	{"scalar", static_cast<int>(kernels::Level::Scalar), false},
	{"avx2", static_cast<int>(kernels::Level::Avx2), false},
	{"avx512", static_cast<int>(kernels::Level::Avx512), false},
	{"neon", static_cast<int>(kernels::Level::Neon), false},
	{nullptr, 0, false},
};

// Refuses a level that this CPU or build lacks.
static bool
check_simd(int *value, void **extra, GucSource source)
{
	if (kernels::table(static_cast<kernels::Level>(*value)) == nullptr)
	{
		GUC_check_errcode(ERRCODE_INVALID_PARAMETER_VALUE);
		GUC_check_errdetail("This CPU or this build of vecsim does not have that instruction set.");
		GUC_check_errhint("Use \"auto\"; the function vecsim_simd() tells what it chose.");
		return false;
	}
	return true;
}

static void
assign_simd(int value, void *extra)
{
	kernels::choose(static_cast<kernels::Level>(value));
}

static void
define_ivf_settings()
{
	DefineCustomRealVariable(
		"ivf.target_recall", "Share of the true nearest rows that an ivf index scan is to find.",
		"Decides when a scan stops reading further lists. 1 is exact: every list is read.",
		&guc_target_recall, 0.95, 0.1, 1.0, PGC_USERSET, 0, nullptr, nullptr, nullptr);
	DefineCustomIntVariable(
		"ivf.probes", "Number of lists that an ivf index scan reads before it returns rows.",
		"0 lets ivf.target_recall decide. A scan that is asked for more rows reads as many more.",
		&guc_probes, 0, 0, 1048576, PGC_USERSET, 0, nullptr, nullptr, nullptr);
	MarkGUCPrefixReserved("ivf");
}

static void
define_vecsim_settings()
{
	DefineCustomEnumVariable("vecsim.simd", "Instruction set of the distance kernels.",
	                         "All sets give the same bits; auto chooses the fastest.", &guc_simd,
	                         static_cast<int>(kernels::Level::Auto), kSimdLevels, PGC_USERSET, 0, check_simd,
	                         assign_simd, nullptr);
	DefineCustomIntVariable(
		"vecsim.build_threads", "Number of threads that an index build computes with.",
		"0 takes one more than max_parallel_maintenance_workers, at most one a processor.",
		&guc_build_threads, 0, 0, 256, PGC_USERSET, 0, nullptr, nullptr, nullptr);
	MarkGUCPrefixReserved("vecsim");
}

void
guc_init()
{
	define_ivf_settings();
	define_vecsim_settings();
}

} // namespace vecsim::pg
