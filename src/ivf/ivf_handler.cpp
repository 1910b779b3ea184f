// ivf_handler.cpp - the access method's handler: what ivf can do, and which function does it.
#include "pg/pg.h"

#include "ivf/ivf.h"
#include "ivf/ivf_handler.h"
#include "ivf/ivf_options.h"

using namespace vecsim;

// PostgreSQL's prototype lacks the const.
static char *
phase_name(int64 phase)
{
	return const_cast<char *>(ivf::build_phase_name(phase));
}

void
ivf::handler_fill(IndexAmRoutine *am)
{
	am->type = T_IndexAmRoutine;
	am->amstrategies = 1;
	am->amsupport = 2;
	am->amcanorderbyop = true;
	am->amoptionalkey = true; // scans have no quals, only an order
	am->amparallelvacuumoptions = VACUUM_OPTION_PARALLEL_BULKDEL;
	am->amkeytype = InvalidOid;
	am->ambuild = ivf::build;
	am->ambuildempty = ivf::build_empty;
	am->aminsert = ivf::insert;
	am->ambulkdelete = ivf::bulk_delete;
	am->amvacuumcleanup = ivf::vacuum_cleanup;
	am->amcostestimate = ivf::cost_estimate;
	am->amoptions = ivf::options_parse;
	am->ambuildphasename = phase_name;
	am->amvalidate = ivf::validate;
	am->ambeginscan = ivf::begin_scan;
	am->amrescan = ivf::rescan;
	am->amgettuple = ivf::get_tuple;
	am->amendscan = ivf::end_scan;
}

extern "C"
{
PG_FUNCTION_INFO_V1(vecsim_ivf_handler);
PG_FUNCTION_INFO_V1(vecsim_ivf_metric_l2);
PG_FUNCTION_INFO_V1(vecsim_ivf_metric_ip);
PG_FUNCTION_INFO_V1(vecsim_ivf_metric_cosine);
PG_FUNCTION_INFO_V1(vecsim_ivf_metric_l1);
PG_FUNCTION_INFO_V1(vecsim_ivf_input_halfvec);
PG_FUNCTION_INFO_V1(vecsim_ivf_input_sparsevec);
PG_FUNCTION_INFO_V1(vecsim_ivf_input_hamming);
PG_FUNCTION_INFO_V1(vecsim_ivf_input_jaccard);

// ivf_handler(internal) returns index_am_handler
Datum
vecsim_ivf_handler(PG_FUNCTION_ARGS)
{
	PG_RETURN_POINTER(compat::am_routine<ivf::handler_fill>());
}

// Support function 1 of the opclasses: the metric's id.
Datum
vecsim_ivf_metric_l2(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(static_cast<int32>(core::MetricId::L2));
}

Datum
vecsim_ivf_metric_ip(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(static_cast<int32>(core::MetricId::InnerProduct));
}

Datum
vecsim_ivf_metric_cosine(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(static_cast<int32>(core::MetricId::Cosine));
}

Datum
vecsim_ivf_metric_l1(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(static_cast<int32>(core::MetricId::L1));
}

// Support function 2, of those that are not of vector: what is indexed.
Datum
vecsim_ivf_input_halfvec(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(static_cast<int32>(ivf::InputId::Halfvec));
}

Datum
vecsim_ivf_input_sparsevec(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(static_cast<int32>(ivf::InputId::Sparsevec));
}

Datum
vecsim_ivf_input_hamming(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(static_cast<int32>(ivf::InputId::Hamming));
}

Datum
vecsim_ivf_input_jaccard(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(static_cast<int32>(ivf::InputId::Jaccard));
}
}
