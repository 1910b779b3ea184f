// dense_agg.h - the aggregates avg and sum of `vector` and `halfvec`.
//
// The state is a float8[]: the count of values in slot 0, then the sum of each element.  An aggregate updates
// its state in place, so that a row costs one pass over its elements.  As a state has an SQL type, anybody
// can call these functions with an array of their own making: shape, type, nulls and length are checked
// before a slot is read.
#ifndef VECSIM_TYPES_DENSE_AGG_H
#define VECSIM_TYPES_DENSE_AGG_H

#include "pg/pg.h"

#include "types/dense.h"

namespace vecsim::types
{

// A checked state array.
struct DenseState
{
	ArrayType *array;
	float8 *count; // slot 0
	float8 *sums;  // dim of them
	int dim;       // 0 before the first value
};

// The state in a datum.  Errors: XX000 not a one-dimensional float8[] without nulls and with a count;
// 54000 too many dimensions.
template <typename Value>
DenseState
dense_state(Datum datum, const char *caller)
{
	ArrayType *array = DatumGetArrayTypeP(datum);

	if (ARR_NDIM(array) != 1 || ARR_DIMS(array)[0] < 1 || ARR_HASNULL(array) ||
	    ARR_ELEMTYPE(array) != FLOAT8OID)
	{
		elog(ERROR, "%s: expected state array", caller);
	}

	float8 *slots = reinterpret_cast<float8 *>(ARR_DATA_PTR(array));
	DenseState state = {array, slots, slots + 1, ARR_DIMS(array)[0] - 1};

	if (state.dim > 0)
	{
		dense_check_dim<Value>(state.dim);
	}
	return state;
}

// A state of count 0 and sums 0, in the current memory context.
inline DenseState
dense_state_new(int dim)
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
inline DenseState
dense_state_for_update(FunctionCallInfo fcinfo, const DenseState &state)
{
	if (AggCheckCallContext(fcinfo, nullptr))
	{
		return state;
	}

	DenseState copy = dense_state_new(state.dim);

	memcpy(copy.count, state.count, sizeof(float8) * (static_cast<Size>(state.dim) + 1));
	return copy;
}

// Adds a value of the state's dimensions, or of any where the state has none yet.  Returns the new state.
// Error 22003 where a sum overflows float8.
template <typename Value>
Datum
dense_accumulate(FunctionCallInfo fcinfo, const DenseState &state, const Value *value)
{
	if (state.dim == 0)
	{
		DenseState first = dense_state_new(value->dim);

		*first.count = *state.count + 1;
		for (int i = 0; i < first.dim; i++)
		{
			first.sums[i] = dense_float(value, i); // not 0 + x: the sum of -0 alone is -0
		}
		PG_RETURN_ARRAYTYPE_P(first.array);
	}

	DenseState result = dense_state_for_update(fcinfo, state);

	*result.count += 1;
	for (int i = 0; i < result.dim; i++)
	{
		result.sums[i] += dense_float(value, i);
		if (unlikely(std::isinf(result.sums[i])))
		{
			float_overflow_error();
		}
	}
	PG_RETURN_ARRAYTYPE_P(result.array);
}

// avg's step.  Errors: 22000 other dimensions, 22003 overflow, XX000 not a state.
template <typename Value>
Datum
dense_accum(FunctionCallInfo fcinfo, const char *caller)
{
	DenseState state = dense_state<Value>(PG_GETARG_DATUM(0), caller);
	const Value *value = dense_argument<Value>(fcinfo, 1);

	if (state.dim > 0)
	{
		dense_check_expected_dim(state.dim, value->dim);
	}
	return dense_accumulate(fcinfo, state, value);
}

// sum's step, which differs in the text of one error.
template <typename Value>
Datum
dense_sum_accum(FunctionCallInfo fcinfo, const char *caller)
{
	DenseState state = dense_state<Value>(PG_GETARG_DATUM(0), caller);
	const Value *value = dense_argument<Value>(fcinfo, 1);

	if (state.dim > 0 && state.dim != value->dim)
	{
		ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("different %s dimensions %d and %d",
		                                                        Dense<Value>::kName, state.dim, value->dim)));
	}
	return dense_accumulate(fcinfo, state, value);
}

// Adds two states of either aggregate.
// Errors: as dense_accum, 54000 for a forged state of too many dimensions.
template <typename Value>
Datum
dense_combine(FunctionCallInfo fcinfo, const char *caller)
{
	DenseState left = dense_state<Value>(PG_GETARG_DATUM(0), caller);
	DenseState right = dense_state<Value>(PG_GETARG_DATUM(1), caller);

	if (right.dim == 0)
	{
		DenseState result = dense_state_for_update(fcinfo, left);

		*result.count += *right.count;
		PG_RETURN_ARRAYTYPE_P(result.array);
	}
	if (left.dim == 0)
	{
		DenseState result = dense_state_new(right.dim);

		memcpy(result.sums, right.sums, sizeof(float8) * static_cast<Size>(right.dim));
		*result.count = *left.count + *right.count;
		PG_RETURN_ARRAYTYPE_P(result.array);
	}

	dense_check_expected_dim(left.dim, right.dim);

	DenseState result = dense_state_for_update(fcinfo, left);

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

// The mean, rounded to an element once; null of no values.
// Errors: 22000 for a forged state without elements or whose mean is no element, XX000 not a state.
template <typename Value>
Datum
dense_avg(FunctionCallInfo fcinfo, const char *caller)
{
	DenseState state = dense_state<Value>(PG_GETARG_DATUM(0), caller);

	if (*state.count == 0)
	{
		PG_RETURN_NULL();
	}
	dense_check_dim<Value>(state.dim);

	Value *result = dense_new<Value>(state.dim);

	for (int i = 0; i < state.dim; i++)
	{
		result->x[i] = dense_element<Value>(static_cast<float4>(state.sums[i] / *state.count));
	}
	PG_RETURN_POINTER(result);
}

// The sum, rounded to an element once; null of no values.
// Errors: 22003 where the sum overflows an element, 22000 and XX000 as dense_avg.
template <typename Value>
Datum
dense_sum(FunctionCallInfo fcinfo, const char *caller)
{
	using Type = Dense<Value>;

	DenseState state = dense_state<Value>(PG_GETARG_DATUM(0), caller);

	if (*state.count == 0)
	{
		PG_RETURN_NULL();
	}
	dense_check_dim<Value>(state.dim);

	Value *result = dense_new<Value>(state.dim);

	for (int i = 0; i < state.dim; i++)
	{
		result->x[i] = Type::from_float(static_cast<float4>(state.sums[i]));
		if (unlikely(std::isinf(dense_float(result, i))))
		{
			float_overflow_error();
		}
		dense_check_element<Value>(dense_float(result, i));
	}
	PG_RETURN_POINTER(result);
}

} // namespace vecsim::types

#endif
