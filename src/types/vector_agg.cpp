// vector_agg.cpp - the aggregates avg(vector) and sum(vector).
//
// The state is a float8[]: the count of values in slot 0, then the sum of each element.  An aggregate updates
// its state in place, so that a row costs one pass over its elements.  As a state has an SQL type, anybody
// can call these functions with an array of their own making: shape, type, nulls and length are checked
// before a slot is read.
#include "pg/pg.h"

#include "types/vector_type.h"

#include <cmath>

namespace vecsim::types
{

namespace
{

// A checked state array.
struct State
{
	ArrayType *array;
	float8 *count; // slot 0
	float8 *sums;  // dim of them
	int dim;       // 0 before the first value
};

State state_from_datum(Datum datum, const char *caller);
State state_new(int dim);
State state_for_update(FunctionCallInfo fcinfo, const State &state);
Datum accumulate(FunctionCallInfo fcinfo, const State &state, const Vector *value);

} // namespace

extern "C"
{
PG_FUNCTION_INFO_V1(vecsim_vector_accum);
PG_FUNCTION_INFO_V1(vecsim_vector_sum_accum);
PG_FUNCTION_INFO_V1(vecsim_vector_combine);
PG_FUNCTION_INFO_V1(vecsim_vector_avg);
PG_FUNCTION_INFO_V1(vecsim_vector_sum);
}

// vector_accum(float8[], vector) -> float8[]: avg's step.  Errors: 22000 other dimensions, 22003 overflow,
// XX000 not a state.
Datum
vecsim_vector_accum(PG_FUNCTION_ARGS)
{
	State state = state_from_datum(PG_GETARG_DATUM(0), "vector_accum");
	const Vector *value = vector_from_datum(PG_GETARG_DATUM(1));

	if (state.dim > 0)
	{
		vector_check_expected_dim(state.dim, value->dim);
	}
	return accumulate(fcinfo, state, value);
}

// vector_sum_accum(float8[], vector) -> float8[]: sum's step, which differs in the text of one error.
Datum
vecsim_vector_sum_accum(PG_FUNCTION_ARGS)
{
	State state = state_from_datum(PG_GETARG_DATUM(0), "vector_sum_accum");
	const Vector *value = vector_from_datum(PG_GETARG_DATUM(1));

	if (state.dim > 0 && state.dim != value->dim)
	{
		ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
		                errmsg("different vector dimensions %d and %d", state.dim, value->dim)));
	}
	return accumulate(fcinfo, state, value);
}

// vector_combine(float8[], float8[]) -> float8[]: adds two states of either aggregate.
// Errors: as vector_accum, 54000 for a forged state of too many dimensions.
Datum
vecsim_vector_combine(PG_FUNCTION_ARGS)
{
	State left = state_from_datum(PG_GETARG_DATUM(0), "vector_combine");
	State right = state_from_datum(PG_GETARG_DATUM(1), "vector_combine");

	if (right.dim == 0)
	{
		State result = state_for_update(fcinfo, left);

		*result.count += *right.count;
		PG_RETURN_ARRAYTYPE_P(result.array);
	}
	if (left.dim == 0)
	{
		State result = state_new(right.dim);

		memcpy(result.sums, right.sums, sizeof(float8) * static_cast<Size>(right.dim));
		*result.count = *left.count + *right.count;
		PG_RETURN_ARRAYTYPE_P(result.array);
	}

	vector_check_expected_dim(left.dim, right.dim);

	State result = state_for_update(fcinfo, left);

	*result.count += *right.count;
	for (int i = 0; i < result.dim; i++)
	{
		result.sums[i] += right.sums[i];
		if (unlikely(std::isinf(result.sums[i])))
		{
			float_overflow_error();
		}
	}
	PG_RETURN_ARRAYTYPE_P(result.array);
}

// vector_avg(float8[]) -> vector: the mean, rounded to float4 once; null of no values.
// Errors: 22000 for a forged state without elements or whose mean is no float4, XX000 not a state.
Datum
vecsim_vector_avg(PG_FUNCTION_ARGS)
{
	State state = state_from_datum(PG_GETARG_DATUM(0), "vector_avg");

	if (*state.count == 0)
	{
		PG_RETURN_NULL();
	}
	vector_check_dim(state.dim);

	Vector *result = vector_new(state.dim);

	for (int i = 0; i < state.dim; i++)
	{
		result->x[i] = static_cast<float4>(state.sums[i] / *state.count);
		vector_check_element(result->x[i]);
	}
	PG_RETURN_POINTER(result);
}

// vector_sum(float8[]) -> vector: the sum, rounded to float4 once; null of no values.
// Errors: 22003 where the sum overflows float4, 22000 and XX000 as vector_avg.
Datum
vecsim_vector_sum(PG_FUNCTION_ARGS)
{
	State state = state_from_datum(PG_GETARG_DATUM(0), "vector_sum");

	if (*state.count == 0)
	{
		PG_RETURN_NULL();
	}
	vector_check_dim(state.dim);

	Vector *result = vector_new(state.dim);

	for (int i = 0; i < state.dim; i++)
	{
		result->x[i] = static_cast<float4>(state.sums[i]);
		if (unlikely(std::isinf(result->x[i])))
		{
			float_overflow_error();
		}
		vector_check_element(result->x[i]);
	}
	PG_RETURN_POINTER(result);
}

namespace
{

// The state in a datum.  Errors: XX000 not a one-dimensional float8[] without nulls and with a count;
// 54000 too many dimensions.
State
state_from_datum(Datum datum, const char *caller)
{
	ArrayType *array = DatumGetArrayTypeP(datum);

	if (ARR_NDIM(array) != 1 || ARR_DIMS(array)[0] < 1 || ARR_HASNULL(array) ||
	    ARR_ELEMTYPE(array) != FLOAT8OID)
	{
		elog(ERROR, "%s: expected state array", caller);
	}

	float8 *slots = reinterpret_cast<float8 *>(ARR_DATA_PTR(array));
	State state = {array, slots, slots + 1, ARR_DIMS(array)[0] - 1};

	if (state.dim > 0)
	{
		vector_check_dim(state.dim);
	}
	return state;
}

// A state of count 0 and sums 0, in the current memory context.
State
state_new(int dim)
{
	Size bytes = ARR_OVERHEAD_NONULLS(1) + sizeof(float8) * (static_cast<Size>(dim) + 1);
	ArrayType *array = static_cast<ArrayType *>(palloc0(bytes));

	SET_VARSIZE(array, bytes);
	array->ndim = 1;
	array->elemtype = FLOAT8OID;
	ARR_DIMS(array)[0] = dim + 1;
	ARR_LBOUND(array)[0] = 1;

	float8 *slots = reinterpret_cast<float8 *>(ARR_DATA_PTR(array));

	return {array, slots, slots + 1, dim};
}

// The state itself inside an aggregate, which owns it; a copy in a plain call, whose argument may be
// anybody's.
State
state_for_update(FunctionCallInfo fcinfo, const State &state)
{
	if (AggCheckCallContext(fcinfo, nullptr))
	{
		return state;
	}

	State copy = state_new(state.dim);

	memcpy(copy.count, state.count, sizeof(float8) * (static_cast<Size>(state.dim) + 1));
	return copy;
}

// Adds a value of the state's dimensions, or of any where the state has none yet.  Returns the new state.
// Error 22003 where a sum overflows float8.
Datum
accumulate(FunctionCallInfo fcinfo, const State &state, const Vector *value)
{
	if (state.dim == 0)
	{
		State first = state_new(value->dim);

		*first.count = *state.count + 1;
		for (int i = 0; i < first.dim; i++)
		{
			first.sums[i] = value->x[i]; // not 0 + x: the sum of -0 alone is -0
		}
		PG_RETURN_ARRAYTYPE_P(first.array);
	}

	State result = state_for_update(fcinfo, state);

	*result.count += 1;
	for (int i = 0; i < result.dim; i++)
	{
		result.sums[i] += value->x[i];
		if (unlikely(std::isinf(result.sums[i])))
		{
			float_overflow_error();
		}
	}
	PG_RETURN_ARRAYTYPE_P(result.array);
}

} // namespace

} // namespace vecsim::types
