// sparsevec_type.cpp - the type `sparsevec`: its checks, binary form and type modifier.
//
// The checks take an error context, so that text input can report soft errors (sparsevec_text.cpp); without one they
// raise the error.
#include "pg/pg.h"

#include "types/sparsevec_type.h"

#include <cmath>

namespace vecsim::types
{

namespace
{

void check_received_count(int count, int dim);
void receive_indices(StringInfo message, Sparsevec *result);
void receive_values(StringInfo message, Sparsevec *result);
uint32 bits_at(const char *bytes, int i);

} // namespace

extern "C"
{
PG_FUNCTION_INFO_V1(vecsim_sparsevec_typmod_in);
PG_FUNCTION_INFO_V1(vecsim_sparsevec_recv);
PG_FUNCTION_INFO_V1(vecsim_sparsevec_send);
}

Sparsevec *
sparsevec_new(int dim, int count)
{
	Size bytes = sparsevec_bytes(count);
	Sparsevec *result = static_cast<Sparsevec *>(palloc0(bytes));

	SET_VARSIZE(result, bytes);
	result->dim = dim;
	result->count = count;
	return result;
}

Sparsevec *
sparsevec_from_dense(const float4 *x, int dim)
{
	int count = 0;

	for (int i = 0; i < dim; i++)
	{
		count += x[i] != 0;
	}
	sparsevec_check_count(count, nullptr);

	Sparsevec *result = sparsevec_new(dim, count);
	float4 *values = sparsevec_values(result);
	int place = 0;

	for (int i = 0; i < dim; i++)
	{
		if (x[i] != 0)
		{
			sparsevec_check_value(x[i], nullptr);
			result->indices[place] = i;
			values[place] = x[i];
			place++;
		}
	}
	return result;
}

void
sparsevec_check_dims(const Sparsevec *a, const Sparsevec *b)
{
	if (unlikely(a->dim != b->dim))
	{
		ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
		                errmsg("different sparsevec dimensions %d and %d", a->dim, b->dim)));
	}
}

bool
sparsevec_check_dim(int dim, Node *escontext)
{
	if (unlikely(dim < 1))
	{
		ereturn(escontext, false,
		        (errcode(ERRCODE_DATA_EXCEPTION), errmsg("sparsevec must have at least 1 dimension")));
	}
	if (unlikely(dim > kSparsevecMaxDim))
	{
		ereturn(escontext, false,
		        (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
		         errmsg("sparsevec cannot have more than %d dimensions", kSparsevecMaxDim)));
	}
	return true;
}

bool
sparsevec_check_expected_dim(int32 typmod, int dim, Node *escontext)
{
	if (unlikely(typmod != -1 && typmod != dim))
	{
		ereturn(escontext, false,
		        (errcode(ERRCODE_DATA_EXCEPTION), errmsg("expected %d dimensions, not %d", typmod, dim)));
	}
	return true;
}

bool
sparsevec_check_count(int count, Node *escontext)
{
	if (unlikely(count > kSparsevecMaxElements))
	{
		ereturn(escontext, false,
		        (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
		         errmsg("sparsevec cannot have more than %d non-zero elements", kSparsevecMaxElements)));
	}
	return true;
}

bool
sparsevec_check_value(float4 value, Node *escontext)
{
	if (unlikely(std::isnan(value)))
	{
		ereturn(escontext, false, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("NaN not allowed in sparsevec")));
	}
	if (unlikely(std::isinf(value)))
	{
		ereturn(escontext, false,
		        (errcode(ERRCODE_DATA_EXCEPTION), errmsg("infinite value not allowed in sparsevec")));
	}
	return true;
}

bool
sparsevec_check_index(int32 index, int32 before, int dim, Node *escontext)
{
	if (unlikely(index < 0 || index >= dim))
	{
		ereturn(escontext, false, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("sparsevec index out of bounds")));
	}
	if (unlikely(index == before))
	{
		ereturn(escontext, false,
		        (errcode(ERRCODE_DATA_EXCEPTION), errmsg("sparsevec indices must not contain duplicates")));
	}
	if (unlikely(index < before))
	{
		ereturn(escontext, false,
		        (errcode(ERRCODE_DATA_EXCEPTION), errmsg("sparsevec indices must be in ascending order")));
	}
	return true;
}

// sparsevec_typmod_in(cstring[]) -> integer: the number of dimensions.  Errors: 22023 not one number, out of range.
Datum
vecsim_sparsevec_typmod_in(PG_FUNCTION_ARGS)
{
	int count;
	int32 *typmods = ArrayGetIntegerTypmods(PG_GETARG_ARRAYTYPE_P(0), &count);

	if (count != 1)
	{
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("invalid type modifier")));
	}
	if (typmods[0] < 1)
	{
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("dimensions for type sparsevec must be at least 1")));
	}
	if (typmods[0] > kSparsevecMaxDim)
	{
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("dimensions for type sparsevec cannot exceed %d", kSparsevecMaxDim)));
	}
	PG_RETURN_INT32(typmods[0]);
}

// sparsevec_recv(internal, oid, integer) -> sparsevec: int32 dimensions, int32 elements, int32 0, int32 indices from
// 0, float4 values, network byte order.  The sizes are checked before anything is allocated, and the length of the
// message before anything is read.
// Errors: 22000 dimensions, elements, indices, values, 54000 too many of them, 08P01 for a message that is too short.
Datum
vecsim_sparsevec_recv(PG_FUNCTION_ARGS)
{
	StringInfo message = reinterpret_cast<StringInfo>(PG_GETARG_POINTER(0));
	int32 typmod = PG_GETARG_INT32(2);
	int dim = static_cast<int>(pq_getmsgint(message, sizeof(int32)));
	int count = static_cast<int>(pq_getmsgint(message, sizeof(int32)));
	int unused = static_cast<int>(pq_getmsgint(message, sizeof(int32)));

	sparsevec_check_dim(dim, nullptr);
	check_received_count(count, dim);
	sparsevec_check_expected_dim(typmod, dim, nullptr);
	if (unused != 0)
	{
		ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("expected unused to be 0, not %d", unused)));
	}

	Sparsevec *result = sparsevec_new(dim, count);

	receive_indices(message, result);
	receive_values(message, result);
	PG_RETURN_POINTER(result);
}

// sparsevec_send(sparsevec) -> bytea: what sparsevec_recv reads.
Datum
vecsim_sparsevec_send(PG_FUNCTION_ARGS)
{
	const Sparsevec *vector = sparsevec_from_datum(PG_GETARG_DATUM(0));
	const float4 *values = sparsevec_values(vector);
	StringInfoData message;

	pq_begintypsend(&message);
	pq_sendint32(&message, static_cast<uint32>(vector->dim));
	pq_sendint32(&message, static_cast<uint32>(vector->count));
	pq_sendint32(&message, static_cast<uint32>(vector->unused));
	for (int i = 0; i < vector->count; i++)
	{
		pq_sendint32(&message, static_cast<uint32>(vector->indices[i]));
	}
	for (int i = 0; i < vector->count; i++)
	{
		pq_sendfloat4(&message, values[i]);
	}
	PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}

namespace
{

// Checks the number of elements that a message says it has.
void
check_received_count(int count, int dim)
{
	if (count < 0)
	{
		ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
		                errmsg("sparsevec cannot have negative number of elements")));
	}
	sparsevec_check_count(count, nullptr);
	if (count > dim)
	{
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
		                errmsg("sparsevec cannot have more elements than dimensions")));
	}
}

void
receive_indices(StringInfo message, Sparsevec *result)
{
	const char *bytes = pq_getmsgbytes(message, result->count * static_cast<int>(sizeof(int32)));

	for (int i = 0; i < result->count; i++)
	{
		result->indices[i] = static_cast<int32>(bits_at(bytes, i));
		sparsevec_check_index(result->indices[i], i > 0 ? result->indices[i - 1] : -1, result->dim, nullptr);
	}
}

void
receive_values(StringInfo message, Sparsevec *result)
{
	const char *bytes = pq_getmsgbytes(message, result->count * static_cast<int>(sizeof(float4)));
	float4 *values = sparsevec_values(result);

	for (int i = 0; i < result->count; i++)
	{
		uint32 bits = bits_at(bytes, i);

		memcpy(&values[i], &bits, sizeof(bits));
		sparsevec_check_value(values[i], nullptr);
		if (values[i] == 0)
		{
			ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
			                errmsg("binary representation of sparsevec cannot contain zero values")));
		}
	}
}

// The i-th group of four bytes, from network byte order.
uint32
bits_at(const char *bytes, int i)
{
	uint32 bits;

	memcpy(&bits, bytes + static_cast<Size>(i) * sizeof(bits), sizeof(bits));
	return pg_ntoh32(bits);
}

} // namespace

} // namespace vecsim::types
