// fuzz_types.cpp - libFuzzer's target: input, output and aggregate states of the types, from bytes of any kind.
//
// The first byte of an input chooses what is called, the second what with; the rest is text, a message or a state.
// Beside what the sanitizers see, this holds: a value that was accepted keeps the invariants of its type, its text and
// its binary form read back as the same bytes, and what an aggregate makes of a state is a value too.
#include "backend.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <initializer_list>

#include "types/dense.h"
#include "types/sparsevec_type.h"

#undef fprintf // PostgreSQL's own

using namespace vecsim::types;

#define VECSIM_FUNCTIONS(type) \
	Datum vecsim_##type##_in(PG_FUNCTION_ARGS); \
	Datum vecsim_##type##_out(PG_FUNCTION_ARGS); \
	Datum vecsim_##type##_recv(PG_FUNCTION_ARGS); \
	Datum vecsim_##type##_send(PG_FUNCTION_ARGS);
#define VECSIM_AGGREGATES(type) \
	Datum vecsim_##type##_accum(PG_FUNCTION_ARGS); \
	Datum vecsim_##type##_sum_accum(PG_FUNCTION_ARGS); \
	Datum vecsim_##type##_combine(PG_FUNCTION_ARGS); \
	Datum vecsim_##type##_avg(PG_FUNCTION_ARGS); \
	Datum vecsim_##type##_sum(PG_FUNCTION_ARGS);

extern "C"
{
VECSIM_FUNCTIONS(vector)
VECSIM_FUNCTIONS(halfvec)
VECSIM_FUNCTIONS(sparsevec)
VECSIM_AGGREGATES(vector)
VECSIM_AGGREGATES(halfvec)
Datum vecsim_attention_accum(PG_FUNCTION_ARGS);
Datum vecsim_attention_combine(PG_FUNCTION_ARGS);
Datum vecsim_attention_serialize(PG_FUNCTION_ARGS);
Datum vecsim_attention_deserialize(PG_FUNCTION_ARGS);
Datum vecsim_attention_final(PG_FUNCTION_ARGS);
int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
}

namespace
{

// The functions of a type; those of aggregates are null where it has none.
struct Type
{
	const char *name;
	void (*check)(const void *value);
	PGFunction in, out, recv, send, accum, sum_accum, combine, avg, sum;
	bool attention;
};

// What is left of an input.
struct Input
{
	const uint8_t *at;
	size_t size;

	uint8_t
	byte()
	{
		return size == 0 ? 0 : (size--, *at++);
	}
};

[[noreturn]] void
broken(const char *what)
{
	fprintf(stderr, "broken: %s\n", what);
	abort();
}

void
require(bool holds, const char *what)
{
	if (!holds)
	{
		broken(what);
	}
}

template <typename Value>
void
check_dense(const void *datum)
{
	const Value *value = static_cast<const Value *>(datum);

	require(value->dim >= 1 && value->dim <= Dense<Value>::kMaxDim, "dimensions");
	require(VARSIZE(value) == dense_bytes<Value>(value->dim), "size");
	require(value->unused == 0, "unused");
	for (int i = 0; i < value->dim; i++)
	{
		require(isfinite(dense_float(value, i)), "element");
	}
}

void
check_sparse(const void *datum)
{
	const Sparsevec *value = static_cast<const Sparsevec *>(datum);

	require(value->dim >= 1 && value->dim <= kSparsevecMaxDim, "dimensions");
	require(value->count >= 0 && value->count <= kSparsevecMaxElements, "count");
	require(VARSIZE(value) == sparsevec_bytes(value->count), "size");
	require(value->unused == 0, "unused");
	for (int i = 0; i < value->count; i++)
	{
		float4 x = sparsevec_values(value)[i];

		require(value->indices[i] > (i > 0 ? value->indices[i - 1] : -1) && value->indices[i] < value->dim,
		        "index");
		require(isfinite(x) && x != 0, "value");
	}
}

const Type kTypes[] = {
	{"vector", check_dense<Vector>, vecsim_vector_in, vecsim_vector_out, vecsim_vector_recv,
     vecsim_vector_send, vecsim_vector_accum, vecsim_vector_sum_accum, vecsim_vector_combine,
     vecsim_vector_avg, vecsim_vector_sum, true},
	{"halfvec", check_dense<HalfVector>, vecsim_halfvec_in, vecsim_halfvec_out, vecsim_halfvec_recv,
     vecsim_halfvec_send, vecsim_halfvec_accum, vecsim_halfvec_sum_accum, vecsim_halfvec_combine,
     vecsim_halfvec_avg, vecsim_halfvec_sum, false},
	{"sparsevec", check_sparse, vecsim_sparsevec_in, vecsim_sparsevec_out, vecsim_sparsevec_recv,
     vecsim_sparsevec_send, nullptr, nullptr, nullptr, nullptr, nullptr, false},
};
const Type *type = &kTypes[0];

// A call of an SQL function.  A null argument is a null datum of the last three.
Datum
call(PGFunction function, int count, const Datum *arguments, bool *null)
{
	LOCAL_FCINFO(fcinfo, 5);
	FmgrInfo flinfo = {};

	InitFunctionCallInfoData(*fcinfo, &flinfo, static_cast<short>(count), InvalidOid, nullptr, nullptr);
	for (int i = 0; i < count; i++)
	{
		fcinfo->args[i].value = arguments[i];
		fcinfo->args[i].isnull = false;
	}

	Datum result = function(fcinfo);

	*null = fcinfo->isnull;
	return result;
}

Datum
call(PGFunction function, Datum a, Datum b = 0, Datum c = 0)
{
	Datum arguments[] = {a, b, c};
	bool null;
	Datum result = call(function, 3, arguments, &null);

	require(!null, "an unexpected null");
	return result;
}

// A copy in memory of its own size, so that reading behind it shows.
char *
copy(const void *bytes, size_t size)
{
	char *result = static_cast<char *>(palloc(size));

	memcpy(result, bytes, size);
	return result;
}

StringInfoData
message_of(const void *bytes, size_t size)
{
	return {copy(bytes, size), static_cast<int>(size), static_cast<int>(size), 0};
}

bool
same(Datum a, Datum b)
{
	return VARSIZE(a) == VARSIZE(b) && memcmp(DatumGetPointer(a), DatumGetPointer(b), VARSIZE(a)) == 0;
}

// A value keeps its invariants, and comes back from its text and from its binary form.
void
check_value(Datum value)
{
	type->check(DatumGetPointer(value));

	char *text = DatumGetCString(call(type->out, value));
	Datum typmod = Int32GetDatum(-1);

	require(same(value, call(type->in, CStringGetDatum(copy(text, strlen(text) + 1)), 0, typmod)), "text");

	bytea *sent = DatumGetByteaP(call(type->send, value));
	StringInfoData message = message_of(VARDATA(sent), VARSIZE(sent) - VARHDRSZ);

	require(same(value, call(type->recv, PointerGetDatum(&message), 0, typmod)), "binary form");
	require(message.cursor == message.len, "length of the binary form");
}

// A type modifier: none, or a small number.
Datum
some_typmod(Input *input)
{
	uint8 byte = input->byte();

	return Int32GetDatum(byte < 128 ? -1 : byte - 127);
}

void
try_in(Input *input)
{
	Datum typmod = some_typmod(input);
	char *text = static_cast<char *>(palloc(input->size + 1));

	memcpy(text, input->at, input->size);
	text[input->size] = '\0';
	check_value(call(type->in, CStringGetDatum(copy(text, strlen(text) + 1)), 0, typmod));
}

void
try_recv(Input *input)
{
	Datum typmod = some_typmod(input);
	StringInfoData message = message_of(input->at, input->size);
	Datum value = call(type->recv, PointerGetDatum(&message), 0, typmod);
	bytea *sent = DatumGetByteaP(call(type->send, value));

	check_value(value);
	require(VARSIZE(sent) - VARHDRSZ == static_cast<Size>(message.cursor) &&
	            memcmp(VARDATA(sent), input->at, VARSIZE(sent) - VARHDRSZ) == 0,
	        "what was received is sent");
}

// A well-formed array as anybody can make one, mostly of float8, with dimensions, nulls and elements from the input.
Datum
some_array(Input *input)
{
	uint8 shape = input->byte();
	int dimensions = shape % 8 < 6 ? 1 : shape % 8 == 6 ? 2 : 0;
	bool nulls = shape / 8 % 8 == 7;
	int length = input->byte();
	int count = dimensions == 0 ? 0 : length;

	length = shape >= 192 ? length * 64 : length; // up to 16,320 elements
	count = dimensions == 0 ? 0 : dimensions == 2 ? 2 * length : length;

	Size header = nulls ? ARR_OVERHEAD_WITHNULLS(dimensions, count) : ARR_OVERHEAD_NONULLS(dimensions);
	Size bytes = header + sizeof(float8) * static_cast<Size>(count);
	ArrayType *array = static_cast<ArrayType *>(palloc0(bytes));

	SET_VARSIZE(array, bytes);
	array->ndim = dimensions;
	array->dataoffset = nulls ? static_cast<int32>(header) : 0;
	array->elemtype = shape % 64 == 63 ? INT8OID : FLOAT8OID;
	for (int i = 0; i < dimensions; i++)
	{
		ARR_DIMS(array)[i] = i == 0 ? length : 2;
		ARR_LBOUND(array)[i] = 1;
	}

	float8 *elements = reinterpret_cast<float8 *>(ARR_DATA_PTR(array));

	for (int i = 0; i < count; i++)
	{
		float8 element = i; // where the input has ended

		if (input->size >= sizeof(element))
		{
			memcpy(&element, input->at, sizeof(element));
			input->at += sizeof(element);
			input->size -= sizeof(element);
		}
		elements[i] = element;
	}
	return PointerGetDatum(array);
}

// A value of a number of dimensions.
Datum
some_value(Input *input, int dim)
{
	StringInfoData message;
	int32 elements = dim;

	pq_begintypsend(&message);
	pq_sendint16(&message, static_cast<uint16>(dim));
	pq_sendint16(&message, 0);
	while (elements-- > 0)
	{
		if (type->accum == vecsim_halfvec_accum)
		{
			pq_sendint16(&message, static_cast<uint16>(input->byte() % 248 << 7)); // finite
		}
		else
		{
			pq_sendfloat4(&message, ldexpf(static_cast<float4>(input->byte()) - 100, input->byte() % 120));
		}
	}

	StringInfoData received =
		message_of(message.data + VARHDRSZ, static_cast<size_t>(message.len - VARHDRSZ));

	return call(type->recv, PointerGetDatum(&received), 0, Int32GetDatum(-1));
}

// The results of a state: each raises an error, or is null or a value.
void
finish_state(void *state)
{
	for (PGFunction final : {type->avg, type->sum})
	{
		Datum argument = PointerGetDatum(state);
		bool null;
		Datum value = call(final, 1, &argument, &null);

		if (!null)
		{
			type->check(DatumGetPointer(value));
		}
	}
}

void
try_aggregate(Input *input)
{
	backend::in_aggregate = input->byte() % 2 == 1;

	Datum state = some_array(input);
	ArrayType *array = DatumGetArrayTypeP(state);
	int dim = ARR_NDIM(array) == 1 ? Max(ARR_DIMS(array)[0] - 1, 0) : 0;

	switch (input->byte() % 4)
	{
		case 0:
			state = call(type->combine, state, some_array(input));
			break;
		case 1:
			state = call(type->accum, state,
			             some_value(input, dim > 0 && dim < 100 ? dim : 1 + input->byte() % 4));
			break;
		case 2:
			state = call(type->sum_accum, state, some_value(input, dim > 0 && dim < 100 ? dim : 3));
			break;
		default:
			break;
	}
	finish_state(DatumGetPointer(state));
}

// attention's state as it comes from another process: any bytes.
void
try_attention(Input *input)
{
	backend::in_aggregate = true;

	uint8 rows = input->byte();
	Size size = input->size + VARHDRSZ;
	bytea *bytes = static_cast<bytea *>(palloc(size));

	SET_VARSIZE(bytes, size);
	memcpy(VARDATA(bytes), input->at, input->size);

	Datum state = call(vecsim_attention_deserialize, PointerGetDatum(bytes));
	bytea *again = DatumGetByteaP(call(vecsim_attention_serialize, state));

	require(same(PointerGetDatum(bytes), PointerGetDatum(again)), "a state is sent as it was received");
	type->check(DatumGetPointer(call(vecsim_attention_final, state)));

	const int32 *dims = reinterpret_cast<const int32 *>(DatumGetPointer(state));

	for (int i = 0; i < rows % 4 && dims[0] < 100 && dims[1] < 100; i++)
	{
		Datum arguments[] = {state, some_value(input, dims[0]), some_value(input, dims[0]),
		                     some_value(input, dims[1])};
		bool null;

		state = call(vecsim_attention_accum, 4, arguments, &null);
		state =
			call(vecsim_attention_combine, state, call(vecsim_attention_deserialize, PointerGetDatum(bytes)));
	}
	type->check(DatumGetPointer(call(vecsim_attention_final, state)));
}

// What an input is tried as.
void
try_input(void *argument)
{
	Input *input = static_cast<Input *>(argument);

	switch (input->byte() % 4)
	{
		case 0:
			return try_in(input);
		case 1:
			return try_recv(input);
		case 2:
			return type->accum != nullptr ? try_aggregate(input) : try_in(input);
		default:
			return type->attention ? try_attention(input) : try_recv(input);
	}
}

} // namespace

// --type=NAME chooses the type; vector without it.
int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	for (int i = 1; i < *argc; i++)
	{
		for (const Type &each : kTypes)
		{
			if (strncmp((*argv)[i], "--type=", 7) == 0 && strcmp((*argv)[i] + 7, each.name) == 0)
			{
				type = &each;
			}
		}
	}
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Input input = {data, size};

	backend::in_aggregate = false;
	backend::run(try_input, &input);
	backend::forget();
	return 0;
}
