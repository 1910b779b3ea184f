// vector_agg.cpp - the aggregates avg(vector) and sum(vector): see dense_agg.h.
#include "pg/pg.h"

#include "types/dense_agg.h"

namespace vecsim::types
{

extern "C"
{
PG_FUNCTION_INFO_V1(vecsim_vector_accum);
PG_FUNCTION_INFO_V1(vecsim_vector_sum_accum);
PG_FUNCTION_INFO_V1(vecsim_vector_combine);
PG_FUNCTION_INFO_V1(vecsim_vector_avg);
PG_FUNCTION_INFO_V1(vecsim_vector_sum);
}

// vector_accum(float8[], vector) -> float8[]: avg's step.
Datum
vecsim_vector_accum(PG_FUNCTION_ARGS)
{
	return dense_accum<Vector>(fcinfo, "vector_accum");
}

// vector_sum_accum(float8[], vector) -> float8[]: sum's step.
Datum
vecsim_vector_sum_accum(PG_FUNCTION_ARGS)
{
	return dense_sum_accum<Vector>(fcinfo, "vector_sum_accum");
}

// vector_combine(float8[], float8[]) -> float8[]: adds two states of either aggregate.
Datum
vecsim_vector_combine(PG_FUNCTION_ARGS)
{
	return dense_combine<Vector>(fcinfo, "vector_combine");
}

// vector_avg(float8[]) -> vector: avg's last step.
Datum
vecsim_vector_avg(PG_FUNCTION_ARGS)
{
	return dense_avg<Vector>(fcinfo, "vector_avg");
}

// vector_sum(float8[]) -> vector: sum's last step.
Datum
vecsim_vector_sum(PG_FUNCTION_ARGS)
{
	return dense_sum<Vector>(fcinfo, "vector_sum");
}

} // namespace vecsim::types
