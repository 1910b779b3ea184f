// fuzz_types.cpp - libFuzzer's target: input, output, casts and aggregate states of the types, from bytes of any kind.
//
// The first byte of an input chooses what is called, the second what with; the rest is text, a message or a state.
// Beside what the sanitizers see, this holds: a value that was accepted keeps the invariants of its type, its text and
// its binary form read back as the same bytes, and what an aggregate makes of a state is a value too.
#include "backend.h"
#include "inputs.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <initializer_list>

#include "types/dense.h"
#include "types/sparsevec_type.h"

#undef fprintf // PostgreSQL's own

using namespace vecsim::types;
using inputs::Input;

#define VECSIM_FUNCTIONS(type) \
	Datum vecsim_##type(PG_FUNCTION_ARGS); \
	Datum vecsim_##type##_typmod_in(PG_FUNCTION_ARGS); \
	Datum vecsim_array_to_##type(PG_FUNCTION_ARGS); \
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
Datum vecsim_vector_to_float4(PG_FUNCTION_ARGS);
Datum vecsim_halfvec_to_float4(PG_FUNCTION_ARGS);
Datum vecsim_sparsevec_to_vector(PG_FUNCTION_ARGS);
Datum vecsim_vector_to_sparsevec(PG_FUNCTION_ARGS);
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
	int most_dimensions;
	void (*check)(const void *value);
	PGFunction in, out, recv, send;
	PGFunction typmod_in, apply; // the cast that applies a type modifier
	PGFunction from_array;
	PGFunction to, back; // a cast to what has room for it, and the one back
	PGFunction accum, sum_accum, combine, avg, sum;
	bool attention;
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
	{"vector", kVectorMaxDim, check_dense<Vector>, vecsim_vector_in, vecsim_vector_out, vecsim_vector_recv,
     vecsim_vector_send, vecsim_vector_typmod_in, vecsim_vector, vecsim_array_to_vector,
     vecsim_vector_to_float4, vecsim_array_to_vector, vecsim_vector_accum, vecsim_vector_sum_accum,
     vecsim_vector_combine, vecsim_vector_avg, vecsim_vector_sum, true},
	{"halfvec", kHalfvecMaxDim, check_dense<HalfVector>, vecsim_halfvec_in, vecsim_halfvec_out,
     vecsim_halfvec_recv, vecsim_halfvec_send, vecsim_halfvec_typmod_in, vecsim_halfvec,
     vecsim_array_to_halfvec, vecsim_halfvec_to_float4, vecsim_array_to_halfvec, vecsim_halfvec_accum,
     vecsim_halfvec_sum_accum, vecsim_halfvec_combine, vecsim_halfvec_avg, vecsim_halfvec_sum, false},
	{"sparsevec", kSparsevecMaxDim, check_sparse, vecsim_sparsevec_in, vecsim_sparsevec_out,
     vecsim_sparsevec_recv, vecsim_sparsevec_send, vecsim_sparsevec_typmod_in, vecsim_sparsevec,
     vecsim_array_to_sparsevec, vecsim_sparsevec_to_vector, vecsim_vector_to_sparsevec, nullptr, nullptr,
     nullptr, nullptr, nullptr, false},
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

	Datum state = inputs::state_array(input);
	ArrayType *array = DatumGetArrayTypeP(state);
	int dim = ARR_NDIM(array) == 1 ? Max(ARR_DIMS(array)[0] - 1, 0) : 0;

	switch (input->byte() % 4)
	{
		case 0:
			state = call(type->combine, state, inputs::state_array(input));
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

// Type modifiers as they are written.
void
try_modifier(Input *input)
{
	Datum typmod = call(type->typmod_in, inputs::modifier_array(input));
	int dim = DatumGetInt32(typmod);

	require(dim >= 1 && dim <= type->most_dimensions, "type modifier");
}

// A cast from an array; the value keeps its type modifier, and comes back from what it is cast to.
void
try_cast(Input *input)
{
	Datum typmod = some_typmod(input);
	Datum array = inputs::cast_array(input);
	Datum value = call(type->from_array, array, typmod, BoolGetDatum(true));

	check_value(value);
	require(DatumGetPointer(call(type->apply, value, typmod)) == DatumGetPointer(value),
	        "applied type modifier");
	require(same(value, call(type->back, call(type->to, value, Int32GetDatum(-1)), Int32GetDatum(-1))),
	        "cast back");
}

// What an input is tried as.
void
try_input(void *argument)
{
	Input *input = static_cast<Input *>(argument);

	uint8 kind = input->byte();

	switch (kind == 'm' || kind == 'c' ? kind : kind % 4)
	{
		case 'm':
			return try_modifier(input);
		case 'c':
			return try_cast(input);
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
