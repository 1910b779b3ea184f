// backend.cpp - a stand-in for PostgreSQL's backend: memory, errors, messages and arrays, as its functions of the same
// names do them.
#include "backend.h"

#include "kernels/kernels_tables.h"

#include <ctype.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

// PostgreSQL's own printf is in none of its libraries for programs, and the sanitizer watches libc's.
#undef vsnprintf
#undef fprintf
#undef sprintf

#if PG_VERSION_NUM >= 190000
#define VECSIM_ARRAY const ArrayType *
#else
#define VECSIM_ARRAY ArrayType *
#endif

namespace
{

struct alignas(16) Chunk
{
	Chunk *next;
};

Chunk *chunks;
jmp_buf handler;
bool handled;
char last_message[1024];

// Memory of just so many bytes, whose bounds the sanitizer watches; freed by forget().
void *
allocate(Size size, Size limit)
{
	if (size > limit)
	{
		elog(ERROR, "invalid memory alloc request size %zu", size);
	}

	Chunk *chunk = static_cast<Chunk *>(malloc(sizeof(Chunk) + size));

	chunk->next = chunks;
	chunks = chunk;
	return chunk + 1;
}

// Formats a message: a pointer in it that is not valid shows.
int
format(const char *message, va_list arguments)
{
	vsnprintf(last_message, sizeof(last_message), message, arguments);
	return 0;
}

} // namespace

// Of the kernels only those without any instruction set are here.
const vecsim::kernels::Kernels &
vecsim::kernels::active()
{
	return kScalarTable;
}

namespace backend
{

bool in_aggregate;

bool
run(void (*function)(void *), void *argument)
{
	handled = true;
	if (setjmp(handler) != 0)
	{
		handled = false;
		return false;
	}
	function(argument);
	handled = false;
	return true;
}

void
forget()
{
	while (chunks != nullptr)
	{
		Chunk *next = chunks->next;

		free(chunks);
		chunks = next;
	}
}

} // namespace backend

extern "C"
{

MemoryContext CurrentMemoryContext;

// Memory.

void *
palloc(Size size)
{
	return allocate(size, MaxAllocSize);
}

void *
palloc0(Size size)
{
	return memset(palloc(size), 0, size);
}

void *
MemoryContextAllocZero(MemoryContext, Size size)
{
	return palloc0(size);
}

void *
MemoryContextAllocHuge(MemoryContext, Size size)
{
	return allocate(size, MaxAllocHugeSize);
}

// Everything is freed in the end.
void
pfree(void *)
{
}

char *
pnstrdup(const char *in, Size length)
{
	Size size = strnlen(in, length);
	char *out = static_cast<char *>(palloc(size + 1));

	memcpy(out, in, size);
	out[size] = '\0';
	return out;
}

// A value without its 1-byte header; values of other kinds do not occur here.
struct varlena *
pg_detoast_datum(struct varlena *value)
{
	if (!VARATT_IS_SHORT(value))
	{
		return value;
	}

	Size size = VARSIZE_SHORT(value) - VARHDRSZ_SHORT;
	struct varlena *result = static_cast<struct varlena *>(palloc(size + VARHDRSZ));

	SET_VARSIZE(result, size + VARHDRSZ);
	memcpy(VARDATA(result), VARDATA_SHORT(value), size);
	return result;
}

struct varlena *
pg_detoast_datum_packed(struct varlena *value)
{
	return value;
}

// Errors.

bool
errstart(int level, const char *)
{
	return level >= ERROR;
}

bool
errstart_cold(int level, const char *domain)
{
	return errstart(level, domain);
}

int
errcode(int)
{
	return 0;
}

#define VECSIM_MESSAGE(function) \
	int function(const char *message, ...) \
	{ \
		va_list arguments; \
		va_start(arguments, message); \
		format(message, arguments); \
		va_end(arguments); \
		return 0; \
	}

VECSIM_MESSAGE(errmsg)
VECSIM_MESSAGE(errmsg_internal)
VECSIM_MESSAGE(errdetail)
VECSIM_MESSAGE(errhint)

void
errfinish(const char *, int, const char *)
{
	if (!handled)
	{
		fprintf(stderr, "an error outside of run(): %s\n", last_message);
		abort();
	}
	longjmp(handler, 1);
}

#if PG_VERSION_NUM >= 160000
// Soft errors are hard ones here: no call has a context for them.
bool
errsave_start(struct Node *, const char *domain)
{
	return errstart(ERROR, domain);
}

void
errsave_finish(struct Node *, const char *file, int line, const char *function)
{
	errfinish(file, line, function);
}
#endif

void
float_overflow_error(void)
{
	ereport(ERROR, (errmsg("value out of range: overflow")));
	pg_unreachable();
}

int
AggCheckCallContext(FunctionCallInfo, MemoryContext *context)
{
	if (context != nullptr)
	{
		*context = nullptr;
	}
	return backend::in_aggregate ? AGG_CONTEXT_AGGREGATE : 0;
}

// Messages.

void
enlargeStringInfo(StringInfo message, int needed)
{
	while (message->len + needed >= message->maxlen)
	{
		char *data = static_cast<char *>(palloc(static_cast<Size>(message->maxlen) * 2));

		memcpy(data, message->data, static_cast<Size>(message->len));
		message->data = data;
		message->maxlen *= 2;
	}
}

void
pq_begintypsend(StringInfo message)
{
	*message = {static_cast<char *>(palloc(8)), VARHDRSZ, 8, 0};
}

bytea *
pq_endtypsend(StringInfo message)
{
	SET_VARSIZE(message->data, message->len);
	return reinterpret_cast<bytea *>(message->data);
}

const char *
pq_getmsgbytes(StringInfo message, int length)
{
	if (length < 0 || length > message->len - message->cursor)
	{
		ereport(ERROR, (errmsg("insufficient data left in message")));
	}
	message->cursor += length;
	return message->data + message->cursor - length;
}

unsigned int
pq_getmsgint(StringInfo message, int bytes)
{
	const unsigned char *at = reinterpret_cast<const unsigned char *>(pq_getmsgbytes(message, bytes));
	unsigned int result = 0;

	for (int i = 0; i < bytes; i++)
	{
		result = result << 8 | at[i];
	}
	return result;
}

int64
pq_getmsgint64(StringInfo message)
{
	uint64 high = pq_getmsgint(message, 4);

	return static_cast<int64>(high << 32 | pq_getmsgint(message, 4));
}

float8
pq_getmsgfloat8(StringInfo message)
{
	return __builtin_bit_cast(float8, pq_getmsgint64(message));
}

void
pq_getmsgend(StringInfo message)
{
	if (message->cursor != message->len)
	{
		ereport(ERROR, (errmsg("invalid message format")));
	}
}

void
pq_sendfloat4(StringInfo message, float4 number)
{
	pq_sendint32(message, __builtin_bit_cast(uint32, number));
}

void
pq_sendfloat8(StringInfo message, float8 number)
{
	pq_sendint64(message, __builtin_bit_cast(uint64, number));
}

// Numbers as text.

int
pg_ltoa(int32 value, char *out)
{
	return sprintf(out, "%d", value);
}

int32
pg_strtoint32(const char *text)
{
	char *end;

	errno = 0;

	long value = strtol(text, &end, 10);

	while (isspace(static_cast<unsigned char>(*end)))
	{
		end++;
	}
	if (end == text || *end != '\0' || errno != 0 || value < PG_INT32_MIN || value > PG_INT32_MAX)
	{
		ereport(ERROR, (errmsg("invalid input syntax or value out of range: \"%s\"", text)));
	}
	return static_cast<int32>(value);
}

// A numeric here is a varlena of a float4, which is none where it is too short.
Datum
numeric_float4(PG_FUNCTION_ARGS)
{
	const struct varlena *value =
		reinterpret_cast<const struct varlena *>(DatumGetPointer(fcinfo->args[0].value));
	float4 result;

	if (VARSIZE(value) < VARHDRSZ + sizeof(result))
	{
		ereport(ERROR, (errmsg("value out of range")));
	}
	memcpy(&result, VARDATA(value), sizeof(result));
	return Float4GetDatum(result);
}

Datum
DirectFunctionCall1Coll(PGFunction function, Oid collation, Datum argument)
{
	LOCAL_FCINFO(fcinfo, 1);

	InitFunctionCallInfoData(*fcinfo, nullptr, 1, collation, nullptr, nullptr);
	fcinfo->args[0].value = argument;
	fcinfo->args[0].isnull = false;
	return function(fcinfo);
}

// Arrays.

int
ArrayGetNItems(int dimensions, const int *lengths)
{
	int64 count = dimensions > 0 ? 1 : 0;

	for (int i = 0; i < dimensions; i++)
	{
		count *= lengths[i];
		if (lengths[i] < 0 || count > static_cast<int64>(MaxAllocSize / sizeof(Datum)))
		{
			ereport(ERROR, (errmsg("array size exceeds the maximum allowed")));
		}
	}
	return static_cast<int>(count);
}

// Arrays here have no nulls, or nothing else.
bool
array_contains_nulls(VECSIM_ARRAY array)
{
	return ARR_HASNULL(array) && ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array)) > 0;
}

// Of elements that are cstrings (length -2) or varlenas (-1) of a size that keeps them aligned.
void
deconstruct_array(VECSIM_ARRAY array, Oid type, int length, bool, char, Datum **elements, bool **, int *count)
{
	if (ARR_ELEMTYPE(array) != type)
	{
		abort();
	}
	*count = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	*elements = static_cast<Datum *>(palloc(sizeof(Datum) * static_cast<Size>(*count)));

	const char *at = ARR_DATA_PTR(array);

	for (int i = 0; i < *count; i++)
	{
		(*elements)[i] = PointerGetDatum(at);
		at += length == -2 ? strlen(at) + 1 : VARSIZE(at);
	}
}

int32 *
ArrayGetIntegerTypmods(ArrayType *array, int *count)
{
	Datum *texts;

	if (ARR_ELEMTYPE(array) != CSTRINGOID || ARR_NDIM(array) != 1 || array_contains_nulls(array))
	{
		ereport(ERROR, (errmsg("a typmod array is one-dimensional, of cstring, and has no nulls")));
	}
	deconstruct_array(array, CSTRINGOID, -2, false, TYPALIGN_CHAR, &texts, nullptr, count);

	int32 *result = static_cast<int32 *>(palloc(sizeof(int32) * static_cast<Size>(*count)));

	for (int i = 0; i < *count; i++)
	{
		result[i] = pg_strtoint32(DatumGetCString(texts[i]));
	}
	return result;
}
}
