// learn_attention.cpp - the aggregate attention: the mean of values, weighted by the softmax of scores, in one pass.
//
// attention(query, key, value) = sum_i w_i value_i, w = softmax(scale * query . key_i)  (Vaswani and others: Attention
// is all you need, 2017).  The state is what core/softmax.h keeps of the scores and the weighted sum of the values so
// far: as many doubles as a value has dimensions, for any number of rows.  It has no SQL type (internal), so that
// nobody but an aggregate comes by one; in plain calls the functions refuse.  A row with a null argument is left out.
#include "pg/pg.h"

#include "core/softmax.h"
#include "types/learn.h"

#include <cmath>

namespace vecsim::types
{

namespace
{

struct Attention
{
	int32 key_dim;   // of all rows
	int32 value_dim; // length of sums
	core::SoftmaxSum total;
	float8 sums[FLEXIBLE_ARRAY_MEMBER]; // of weight times value
};

Attention *attention_new(MemoryContext context, int key_dim, int value_dim);
MemoryContext aggregate_context(FunctionCallInfo fcinfo);
void check_same_dims(const Attention *state, int key_dim, int value_dim);
void check_received(const Attention *state);

} // namespace

extern "C"
{
PG_FUNCTION_INFO_V1(vecsim_attention_accum);
PG_FUNCTION_INFO_V1(vecsim_attention_combine);
PG_FUNCTION_INFO_V1(vecsim_attention_serialize);
PG_FUNCTION_INFO_V1(vecsim_attention_deserialize);
PG_FUNCTION_INFO_V1(vecsim_attention_final);
}

// attention_accum(internal, query vector, key vector, value vector [, scale float8]) -> internal: a row.
// Errors: 22000 query and key of different dimensions, or other dimensions than the rows before; 22003 a score that
// overflows; 22023 a scale that is not finite.
Datum
vecsim_attention_accum(PG_FUNCTION_ARGS)
{
	MemoryContext context = aggregate_context(fcinfo);
	Attention *state = PG_ARGISNULL(0) ? nullptr : reinterpret_cast<Attention *>(PG_GETARG_POINTER(0));

	for (int i = 1; i < PG_NARGS(); i++)
	{
		if (PG_ARGISNULL(i))
		{
			if (state == nullptr)
			{
				PG_RETURN_NULL();
			}
			PG_RETURN_POINTER(state);
		}
	}

	const Vector *query = vector_from_datum(PG_GETARG_DATUM(1));
	const Vector *key = vector_from_datum(PG_GETARG_DATUM(2));
	const Vector *value = vector_from_datum(PG_GETARG_DATUM(3));
	float8 scale = PG_NARGS() > 4 ? checked_scale(PG_GETARG_FLOAT8(4)) : default_scale(key->dim);
	float8 exponent = score_exponent(query, key, scale);
	float8 factor;

	if (state == nullptr)
	{
		state = attention_new(context, key->dim, value->dim);
	}
	check_same_dims(state, key->dim, value->dim);

	float8 weight = core::softmax_add(&state->total, exponent, &factor);

	core::softmax_accumulate(state->sums, value->x, static_cast<size_t>(value->dim), weight, factor);
	PG_RETURN_POINTER(state);
}

// attention_combine(internal, internal) -> internal: the first with the second's rows, which stays as it is.
// Error 22000: other dimensions.
Datum
vecsim_attention_combine(PG_FUNCTION_ARGS)
{
	MemoryContext context = aggregate_context(fcinfo);
	Attention *left = PG_ARGISNULL(0) ? nullptr : reinterpret_cast<Attention *>(PG_GETARG_POINTER(0));

	if (PG_ARGISNULL(1))
	{
		if (left == nullptr)
		{
			PG_RETURN_NULL();
		}
		PG_RETURN_POINTER(left);
	}

	const Attention *right = reinterpret_cast<const Attention *>(PG_GETARG_POINTER(1));

	if (left == nullptr)
	{
		left = attention_new(context, right->key_dim, right->value_dim);
	}
	check_same_dims(left, right->key_dim, right->value_dim);
	core::softmax_merge(&left->total, left->sums, right->total, right->sums,
	                    static_cast<size_t>(left->value_dim));
	PG_RETURN_POINTER(left);
}

// attention_serialize(internal) -> bytea, for its way between processes: the two dimensions as int32, top, sum and the
// sums as float8, in network byte order.
Datum
vecsim_attention_serialize(PG_FUNCTION_ARGS)
{
	aggregate_context(fcinfo);

	const Attention *state = reinterpret_cast<const Attention *>(PG_GETARG_POINTER(0));
	StringInfoData buffer;

	pq_begintypsend(&buffer);
	pq_sendint32(&buffer, static_cast<uint32>(state->key_dim));
	pq_sendint32(&buffer, static_cast<uint32>(state->value_dim));
	pq_sendfloat8(&buffer, state->total.top);
	pq_sendfloat8(&buffer, state->total.sum);
	for (int i = 0; i < state->value_dim; i++)
	{
		pq_sendfloat8(&buffer, state->sums[i]);
	}
	PG_RETURN_BYTEA_P(pq_endtypsend(&buffer));
}

// attention_deserialize(bytea, internal) -> internal: back from there, in the current memory context.
// Errors: 08P01 too short or too long, XX000 not a state.
Datum
vecsim_attention_deserialize(PG_FUNCTION_ARGS)
{
	aggregate_context(fcinfo);

	bytea *bytes = PG_GETARG_BYTEA_PP(0);
	StringInfoData buffer = {VARDATA_ANY(bytes), static_cast<int>(VARSIZE_ANY_EXHDR(bytes)), 0, 0};
	int key_dim = static_cast<int>(pq_getmsgint(&buffer, 4));
	int value_dim = static_cast<int>(pq_getmsgint(&buffer, 4));

	vector_check_dim(key_dim);
	vector_check_dim(value_dim);

	Attention *state = attention_new(CurrentMemoryContext, key_dim, value_dim);

	state->total.top = pq_getmsgfloat8(&buffer);
	state->total.sum = pq_getmsgfloat8(&buffer);
	for (int i = 0; i < value_dim; i++)
	{
		state->sums[i] = pq_getmsgfloat8(&buffer);
	}
	pq_getmsgend(&buffer);
	check_received(state);
	PG_RETURN_POINTER(state);
}

// attention_final(internal) -> vector: the weighted mean, rounded once; null of no rows.  Leaves the state alone, so
// that a window can go on with it.
Datum
vecsim_attention_final(PG_FUNCTION_ARGS)
{
	aggregate_context(fcinfo);
	if (PG_ARGISNULL(0))
	{
		PG_RETURN_NULL();
	}

	const Attention *state = reinterpret_cast<const Attention *>(PG_GETARG_POINTER(0));
	Vector *result = vector_new(state->value_dim);

	for (int i = 0; i < state->value_dim; i++)
	{
		result->x[i] = static_cast<float4>(state->sums[i] / state->total.sum);
		vector_check_element(result->x[i]);
	}
	PG_RETURN_POINTER(result);
}

namespace
{

// A state of no rows.
Attention *
attention_new(MemoryContext context, int key_dim, int value_dim)
{
	Size bytes = offsetof(Attention, sums) + sizeof(float8) * static_cast<Size>(value_dim);
	Attention *state = static_cast<Attention *>(MemoryContextAllocZero(context, bytes));

	state->key_dim = key_dim;
	state->value_dim = value_dim;
	state->total = core::kSoftmaxEmpty;
	return state;
}

// The memory context of the aggregate that calls.  Error 0A000 in any other call.
MemoryContext
aggregate_context(FunctionCallInfo fcinfo)
{
	MemoryContext context;

	if (unlikely(!AggCheckCallContext(fcinfo, &context)))
	{
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
		                errmsg("aggregate function called in non-aggregate context"),
		                errhint("Call attention(query, key, value).")));
	}
	return context;
}

// All rows of an attention have the same dimensions.
void
check_same_dims(const Attention *state, int key_dim, int value_dim)
{
	bool key_differs = state->key_dim != key_dim;

	if (unlikely(key_differs || state->value_dim != value_dim))
	{
		int before = key_differs ? state->key_dim : state->value_dim;
		int now = key_differs ? key_dim : value_dim;

		ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
		                errmsg("different vector dimensions %d and %d", before, now),
		                errdetail("The %s of one row has %d dimensions, that of another %d.",
		                          key_differs ? "key" : "value", before, now),
		                errhint("FILTER (WHERE vector_dims(...) = ...) or GROUP BY keeps them apart.")));
	}
}

// What has come as bytes can be anything: a state that accum() could have made has a finite integer on top, a sum of
// at least 1/2, and sums that are no more than the largest float4 times that.
void
check_received(const Attention *state)
{
	float8 sum = state->total.sum;
	bool good = std::isfinite(state->total.top) && std::ceil(state->total.top) == state->total.top &&
	            sum >= 0.5 && std::isfinite(sum);

	for (int i = 0; i < state->value_dim; i++)
	{
		good = good && std::isfinite(static_cast<float4>(state->sums[i] / sum));
	}
	if (!good)
	{
		elog(ERROR, "attention_deserialize: expected a state");
	}
}

} // namespace

} // namespace vecsim::types
