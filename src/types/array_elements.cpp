// array_elements.cpp - the elements of an SQL array as float4, for the casts from arrays.
#include "pg/pg.h"

#include "types/array_elements.h"

namespace vecsim::types
{

static void copy_numerics(ArrayType *array, float4 *out);

int
array_length_checked(ArrayType *array)
{
	if (ARR_NDIM(array) > 1)
	{
		ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("array must be 1-D")));
	}
	if (array_contains_nulls(array))
	{
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("array must not contain nulls")));
	}
	return ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
}

// See array_elements.h.  Elements without nulls lie one after the other, so those of a fixed size are read in place.
void
array_copy_elements(ArrayType *array, float4 *out, int length)
{
	const void *data = ARR_DATA_PTR(array);

	switch (ARR_ELEMTYPE(array))
	{
		case INT4OID:
			for (int i = 0; i < length; i++)
			{
				out[i] = static_cast<float4>(static_cast<const int32 *>(data)[i]);
			}
			break;
		case FLOAT4OID:
			memcpy(out, data, sizeof(float4) * static_cast<Size>(length));
			break;
		case FLOAT8OID:
			for (int i = 0; i < length; i++)
			{
				out[i] = static_cast<float4>(static_cast<const float8 *>(data)[i]);
			}
			break;
		case NUMERICOID:
			copy_numerics(array, out);
			break;
		default:
			ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("unsupported array type")));
	}
}

// numeric has no fixed size: its elements are taken apart by the server.
static void
copy_numerics(ArrayType *array, float4 *out)
{
	Datum *elements;
	int count;

	deconstruct_array(array, NUMERICOID, -1, false, TYPALIGN_INT, &elements, nullptr, &count);
	for (int i = 0; i < count; i++)
	{
		out[i] = DatumGetFloat4(DirectFunctionCall1(numeric_float4, elements[i]));
	}
	pfree(elements);
}

} // namespace vecsim::types
