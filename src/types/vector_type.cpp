// vector_type.cpp - the type `vector`: its checks, text and binary form, and type modifier.
#include "pg/pg.h"

#include "types/dense_type.h"
#include "types/vector_type.h"

namespace vecsim::types
{

extern "C"
{
PG_FUNCTION_INFO_V1(vecsim_vector_in);
PG_FUNCTION_INFO_V1(vecsim_vector_out);
PG_FUNCTION_INFO_V1(vecsim_vector_typmod_in);
PG_FUNCTION_INFO_V1(vecsim_vector_recv);
PG_FUNCTION_INFO_V1(vecsim_vector_send);
}

Vector *
vector_new(int dim)
{
	return dense_new<Vector>(dim);
}

void
vector_check_dims(const Vector *a, const Vector *b)
{
	dense_check_dims(a, b);
}

void
vector_check_dim(int dim)
{
	dense_check_dim<Vector>(dim);
}

void
vector_check_expected_dim(int32 typmod, int dim)
{
	dense_check_expected_dim(typmod, dim);
}

void
vector_dims_differ(int a, int b)
{
	ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("different vector dimensions %d and %d", a, b)));
}

void
vector_check_element(float4 value)
{
	dense_check_element<Vector>(value);
}

// vector_in(cstring, oid, integer) -> vector: see dense_in.
Datum
vecsim_vector_in(PG_FUNCTION_ARGS)
{
	return dense_in<Vector>(fcinfo);
}

// vector_out(vector) -> cstring: see dense_out.
Datum
vecsim_vector_out(PG_FUNCTION_ARGS)
{
	return dense_out<Vector>(fcinfo);
}

// vector_typmod_in(cstring[]) -> integer: see dense_typmod_in.
Datum
vecsim_vector_typmod_in(PG_FUNCTION_ARGS)
{
	return dense_typmod_in<Vector>(fcinfo);
}

// vector_recv(internal, oid, integer) -> vector: see dense_recv.
Datum
vecsim_vector_recv(PG_FUNCTION_ARGS)
{
	return dense_recv<Vector>(fcinfo);
}

// vector_send(vector) -> bytea: what vector_recv reads.
Datum
vecsim_vector_send(PG_FUNCTION_ARGS)
{
	return dense_send<Vector>(fcinfo);
}

} // namespace vecsim::types
