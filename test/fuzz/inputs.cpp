// inputs.cpp - arrays made of an input's bytes, well-formed as PostgreSQL's own are.
#include "inputs.h"

#include "backend.h"

namespace inputs
{

namespace
{

struct Shape
{
	int dimensions; // 0 to 2; the second is 2
	int length;
	bool nulls; // all elements are
};

int
elements_of(const Shape &shape)
{
	return shape.dimensions == 0 ? 0 : shape.dimensions == 2 ? 2 * shape.length : shape.length;
}

// An array whose elements take `bytes` bytes, which are 0.
ArrayType *
new_array(const Shape &shape, Oid type, Size bytes)
{
	Size header = shape.nulls ? ARR_OVERHEAD_WITHNULLS(shape.dimensions, elements_of(shape))
	                          : ARR_OVERHEAD_NONULLS(shape.dimensions);
	ArrayType *array = static_cast<ArrayType *>(palloc0(header + bytes));

	SET_VARSIZE(array, header + bytes);
	array->ndim = shape.dimensions;
	array->dataoffset = shape.nulls ? static_cast<int32>(header) : 0;
	array->elemtype = type;
	for (int i = 0; i < shape.dimensions; i++)
	{
		ARR_DIMS(array)[i] = i == 0 ? shape.length : 2;
		ARR_LBOUND(array)[i] = 1;
	}
	return array;
}

// Takes the bytes of an element from the input.  False where it has ended.
bool
take(Input *input, void *element, size_t bytes)
{
	if (input->size < bytes)
	{
		return false;
	}
	memcpy(element, input->at, bytes);
	input->at += bytes;
	input->size -= bytes;
	return true;
}

} // namespace

Datum
state_array(Input *input)
{
	uint8 first = input->byte();
	int dimensions = first % 8 < 6 ? 1 : first % 8 == 6 ? 2 : 0;
	int length = input->byte();
	Shape shape = {dimensions, first >= 192 ? length * 64 : length,
	               first / 8 % 8 == 7}; // up to 16,320 elements
	int count = elements_of(shape);
	ArrayType *array =
		new_array(shape, first % 64 == 63 ? INT8OID : FLOAT8OID, sizeof(float8) * static_cast<Size>(count));
	float8 *elements = reinterpret_cast<float8 *>(ARR_DATA_PTR(array));

	for (int i = 0; i < count; i++)
	{
		float8 element = i; // where the input has ended

		take(input, &element, sizeof(element));
		elements[i] = element;
	}
	return PointerGetDatum(array);
}

Datum
cast_array(Input *input)
{
	static const struct
	{
		Oid oid;
		Size bytes;
	} kElements[] = {{INT4OID, 4}, {FLOAT4OID, 4}, {FLOAT8OID, 8}, {NUMERICOID, VARHDRSZ + 4}, {INT8OID, 8}};
	uint8 first = input->byte();
	const auto &type = kElements[first % 5];
	uint8 second = input->byte();
	int length = input->byte();
	Shape shape = {second % 8 < 6    ? 1
	               : second % 8 == 6 ? 2
	                                 : 0,
	               second >= 192 ? length * 64 : length, second / 8 % 8 == 7};
	int count = elements_of(shape);
	ArrayType *array = new_array(shape, type.oid, type.bytes * static_cast<Size>(count));
	char *element = ARR_DATA_PTR(array);
	bool more = true;

	// What the input has no bytes for stays 0.
	for (int i = 0; i < count; i++, element += type.bytes)
	{
		Size header = type.oid == NUMERICOID ? VARHDRSZ : 0;

		more = more && take(input, element + header, type.bytes - header);
		if (header > 0)
		{
			SET_VARSIZE(element, type.bytes);
		}
	}
	return PointerGetDatum(array);
}

Datum
modifier_array(Input *input)
{
	uint8 first = input->byte();
	Shape shape = {first % 8 < 6 ? 1 : first % 8 == 6 ? 2 : 0, first / 8 % 8, first >= 192};
	int count = elements_of(shape);
	Size bytes = input->size + static_cast<Size>(count) + 1; // each ends in 0
	char *text = static_cast<char *>(palloc0(bytes));
	Size at = 0;

	for (int i = 0; i < count; i++)
	{
		for (uint8 byte = input->byte(); byte != 0; byte = input->byte())
		{
			text[at++] = static_cast<char>(byte);
		}
		text[at++] = '\0';
	}

	ArrayType *array = new_array(shape, first % 64 == 63 ? TEXTOID : CSTRINGOID, at);

	memcpy(ARR_DATA_PTR(array), text, at);
	return PointerGetDatum(array);
}

} // namespace inputs
