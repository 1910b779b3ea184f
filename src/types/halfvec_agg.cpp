// halfvec_agg.cpp - the aggregates avg(halfvec) and sum(halfvec): see dense_agg.h.
#include "pg/pg.h"

#include "types/dense_agg.h"

namespace vecsim::types
{

extern "C"
{
PG_FUNCTION_INFO_V1(vecsim_halfvec_accum);
PG_FUNCTION_INFO_V1(vecsim_halfvec_sum_accum);
PG_FUNCTION_INFO_V1(vecsim_halfvec_combine);
PG_FUNCTION_INFO_V1(vecsim_halfvec_avg);
PG_FUNCTION_INFO_V1(vecsim_halfvec_sum);
}

// halfvec_accum(float8[], halfvec) -> float8[]: avg's step.
Datum
vecsim_halfvec_accum(PG_FUNCTION_ARGS)
{
	return dense_accum<HalfVector>(fcinfo, "halfvec_accum");
}

// halfvec_sum_accum(float8[], halfvec) -> float8[]: sum's step.
Datum
vecsim_halfvec_sum_accum(PG_FUNCTION_ARGS)
{
	return dense_sum_accum<HalfVector>(fcinfo, "halfvec_sum_accum");
}

// halfvec_combine(float8[], float8[]) -> float8[]: adds two states of either aggregate.
Datum
vecsim_halfvec_combine(PG_FUNCTION_ARGS)
{
	return dense_combine<HalfVector>(fcinfo, "halfvec_combine");
}

// halfvec_avg(float8[]) -> halfvec: avg's last step.
Datum
vecsim_halfvec_avg(PG_FUNCTION_ARGS)
{
	return dense_avg<HalfVector>(fcinfo, "halfvec_avg");
}

// halfvec_sum(float8[]) -> halfvec: sum's last step.
Datum
vecsim_halfvec_sum(PG_FUNCTION_ARGS)
{
	return dense_sum<HalfVector>(fcinfo, "halfvec_sum");
}

} // namespace vecsim::types
