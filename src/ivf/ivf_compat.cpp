// ivf_compat.cpp - the access method under pgvector's names: handlers of ivfflat and hnsw; when their settings exist.
//
// pgvector's settings must not be defined beside pgvector's own library, which would then fail to load.  So they are
// defined where this library is known to stand for it: when it is loaded in a database whose ivfflat is ours, or else
// (loaded by the postmaster, say) when one of the handlers is first called.
#include "pg/pg.h"

#include "ivf/ivf_compat.h"
#include "ivf/ivf_handler.h"
#include "ivf/ivf_options.h"
#include "pg/guc.h"

using namespace vecsim;

static void
fill_ivfflat(IndexAmRoutine *am)
{
	ivf::handler_fill(am);
	am->amoptions = ivf::options_parse_ivfflat;
}

static void
fill_hnsw(IndexAmRoutine *am)
{
	ivf::handler_fill(am);
	am->amoptions = ivf::options_parse_hnsw;
}

extern "C"
{
PG_FUNCTION_INFO_V1(vecsim_ivfflat_handler);
PG_FUNCTION_INFO_V1(vecsim_hnsw_handler);

// ivfflathandler(internal) returns index_am_handler
Datum
vecsim_ivfflat_handler(PG_FUNCTION_ARGS)
{
	pg::guc_init_compat();
	PG_RETURN_POINTER(compat::am_routine<fill_ivfflat>());
}

// hnswhandler(internal) returns index_am_handler
Datum
vecsim_hnsw_handler(PG_FUNCTION_ARGS)
{
	pg::guc_init_compat();
	PG_RETURN_POINTER(compat::am_routine<fill_hnsw>());
}
}

namespace vecsim::ivf
{

CompatName
compat_name_of(Relation index)
{
	amoptions_function options = index->rd_indam->amoptions;

	return options == options_parse_ivfflat ? CompatName::Ivfflat
	       : options == options_parse_hnsw  ? CompatName::Hnsw
	                                        : CompatName::None;
}

// True where the database has an access method ivfflat whose handler is the one above.
static bool
ivfflat_is_ours()
{
	HeapTuple am = SearchSysCache1(AMNAME, CStringGetDatum("ivfflat"));
	bool ours = false;

	if (!HeapTupleIsValid(am))
	{
		return false;
	}

	Oid handler = reinterpret_cast<Form_pg_am>(GETSTRUCT(am))->amhandler;
	HeapTuple function = SearchSysCache1(PROCOID, ObjectIdGetDatum(handler));

	if (HeapTupleIsValid(function))
	{
		bool isnull;
		Datum symbol = SysCacheGetAttr(PROCOID, function, Anum_pg_proc_prosrc, &isnull);

		ours = !isnull && strcmp(TextDatumGetCString(symbol), "vecsim_ivfflat_handler") == 0;
		ReleaseSysCache(function);
	}
	ReleaseSysCache(am);
	return ours;
}

bool
compat_wanted()
{
	return IsTransactionState() && OidIsValid(MyDatabaseId) && ivfflat_is_ours();
}

} // namespace vecsim::ivf
