// halfvec_type.cpp - the type `halfvec`: its checks, text and binary form, and type modifier.
#include "pg/pg.h"

#include "types/dense_type.h"
#include "types/halfvec_type.h"

namespace vecsim::types
{

extern "C"
{
PG_FUNCTION_INFO_V1(vecsim_halfvec_in);
PG_FUNCTION_INFO_V1(vecsim_halfvec_out);
PG_FUNCTION_INFO_V1(vecsim_halfvec_typmod_in);
PG_FUNCTION_INFO_V1(vecsim_halfvec_recv);
PG_FUNCTION_INFO_V1(vecsim_halfvec_send);
}

HalfVector *
halfvec_new(int dim)
{
	return dense_new<HalfVector>(dim);
}

void
halfvec_check_dims(const HalfVector *a, const HalfVector *b)
{
	dense_check_dims(a, b);
}

void
halfvec_check_dim(int dim)
{
	dense_check_dim<HalfVector>(dim);
}

void
halfvec_check_expected_dim(int32 typmod, int dim)
{
	dense_check_expected_dim(typmod, dim);
}

core::Half
halfvec_element(float4 value)
{
	return dense_element<HalfVector>(value);
}

// halfvec_in(cstring, oid, integer) -> halfvec: see dense_in.
Datum
vecsim_halfvec_in(PG_FUNCTION_ARGS)
{
	return dense_in<HalfVector>(fcinfo);
}

// halfvec_out(halfvec) -> cstring: see dense_out.
Datum
vecsim_halfvec_out(PG_FUNCTION_ARGS)
{
	return dense_out<HalfVector>(fcinfo);
}

// halfvec_typmod_in(cstring[]) -> integer: see dense_typmod_in.
Datum
vecsim_halfvec_typmod_in(PG_FUNCTION_ARGS)
{
	return dense_typmod_in<HalfVector>(fcinfo);
}

// halfvec_recv(internal, oid, integer) -> halfvec: see dense_recv.
Datum
vecsim_halfvec_recv(PG_FUNCTION_ARGS)
{
	return dense_recv<HalfVector>(fcinfo);
}

// halfvec_send(halfvec) -> bytea: what halfvec_recv reads.
Datum
vecsim_halfvec_send(PG_FUNCTION_ARGS)
{
	return dense_send<HalfVector>(fcinfo);
}

} // namespace vecsim::types
