// backend.cpp - a stand-in for PostgreSQL's backend: memory, errors, messages and arrays, as its functions of the same
// names do them.
#include "backend.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

// PostgreSQL's own printf is in none of its libraries for programs, and the sanitizer watches libc's.
#undef vsnprintf
#undef fprintf
#undef sprintf

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

// What no input reaches, though linked functions call it.

int32 *
ArrayGetIntegerTypmods(ArrayType *, int *)
{
	abort();
}

void
deconstruct_array(ArrayType *, Oid, int, bool, char, Datum **, bool **, int *)
{
	abort();
}
}
