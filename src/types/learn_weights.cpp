// learn_weights.cpp - the weights of an attention themselves: of an array of keys, and of the rows of a window.
#include "pg/pg.h"

#include "core/softmax.h"
#include "types/learn.h"

namespace vecsim::types
{

namespace
{

// What is kept for a partition.
struct PartitionSum
{
	bool complete;
	core::SoftmaxSum total;
};

void sum_partition(FunctionCallInfo fcinfo, WindowObject window, PartitionSum *partition);
bool row_exponent(FunctionCallInfo fcinfo, WindowObject window, int row, int seek, float8 *exponent,
                  bool *outside);

} // namespace

extern "C"
{
PG_FUNCTION_INFO_V1(vecsim_attention_weights);
PG_FUNCTION_INFO_V1(vecsim_attention_weight);
}

// attention_weights(query vector, keys vector[] [, scale float8]) -> vector of softmax(scale * query . key_i), a
// dimension a key; they add up to 1.
// Errors: 22000 keys empty, not one-dimensional, or of other dimensions than the query; 22003 a score that overflows;
// 22004 nulls in keys; 22023 a scale that is not finite; 54000 too many keys.
Datum
vecsim_attention_weights(PG_FUNCTION_ARGS)
{
	const Vector *query = vector_from_datum(PG_GETARG_DATUM(0));
	VectorArray keys = vector_array_from_datum(PG_GETARG_DATUM(1), "keys");
	float8 scale = PG_NARGS() > 2 ? checked_scale(PG_GETARG_FLOAT8(2)) : default_scale(query->dim);
	float8 *exponents = static_cast<float8 *>(palloc(sizeof(float8) * static_cast<Size>(keys.count)));
	core::SoftmaxSum total = core::kSoftmaxEmpty;
	float8 factor;

	for (int i = 0; i < keys.count; i++)
	{
		exponents[i] = score_exponent(query, vector_from_datum(keys.elements[i]), scale);
		core::softmax_add(&total, exponents[i], &factor);
	}

	Vector *result = vector_new(keys.count);

	for (int i = 0; i < keys.count; i++)
	{
		result->x[i] = static_cast<float4>(core::softmax_share(total, exponents[i]));
	}
	PG_RETURN_POINTER(result);
}

// attention_weight(query vector, key vector [, scale float8]) OVER (PARTITION BY ...) -> float8: the weight of the
// current row among all rows of its partition, whatever the frame; they add up to 1.  A row with a null argument has
// a null weight and no part in the sum.  Two passes over the partition: the first row sums the scores of all.
// Errors: 22000 different dimensions, 22003 a score that overflows, 22023 a scale that is not finite.
Datum
vecsim_attention_weight(PG_FUNCTION_ARGS)
{
	WindowObject window = PG_WINDOW_OBJECT();

	if (!WindowObjectIsValid(window))
	{
		elog(ERROR, "attention_weight: called without a window");
	}

	PartitionSum *partition =
		static_cast<PartitionSum *>(WinGetPartitionLocalMemory(window, sizeof(PartitionSum)));

	if (!partition->complete)
	{
		sum_partition(fcinfo, window, partition);
	}

	float8 exponent;
	bool outside;

	if (!row_exponent(fcinfo, window, 0, WINDOW_SEEK_CURRENT, &exponent, &outside))
	{
		PG_RETURN_NULL();
	}
	PG_RETURN_FLOAT8(core::softmax_share(partition->total, exponent));
}

namespace
{

// Sums the scores of all rows of the partition.  What a row leaves in memory goes before the next one.
void
sum_partition(FunctionCallInfo fcinfo, WindowObject window, PartitionSum *partition)
{
	MemoryContext of_row =
		AllocSetContextCreate(CurrentMemoryContext, "attention_weight", ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(of_row);
	bool outside = false;

	partition->total = core::kSoftmaxEmpty;
	for (int row = 0; !outside; row++)
	{
		float8 exponent;
		float8 factor;

		CHECK_FOR_INTERRUPTS();
		if (row_exponent(fcinfo, window, row, WINDOW_SEEK_HEAD, &exponent, &outside))
		{
			core::softmax_add(&partition->total, exponent, &factor);
		}
		MemoryContextReset(of_row);
	}
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(of_row);
	partition->complete = true;
}

// The exponent of the row at a place of the partition.  False where an argument is null, and where there is no such
// row: *outside then.
bool
row_exponent(FunctionCallInfo fcinfo, WindowObject window, int row, int seek, float8 *exponent, bool *outside)
{
	Datum arguments[3];

	for (int i = 0; i < PG_NARGS(); i++)
	{
		bool null;

		arguments[i] = WinGetFuncArgInPartition(window, i, row, seek, false, &null, outside);
		if (null || *outside)
		{
			return false;
		}
	}

	const Vector *query = vector_from_datum(arguments[0]);
	const Vector *key = vector_from_datum(arguments[1]);

	*exponent = score_exponent(
		query, key, PG_NARGS() > 2 ? checked_scale(DatumGetFloat8(arguments[2])) : default_scale(key->dim));
	return true;
}

} // namespace

} // namespace vecsim::types
