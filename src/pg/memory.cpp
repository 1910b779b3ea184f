// memory.cpp - checked arithmetic on sizes, and large aligned arrays.
#include "pg/pg.h"

#include "pg/memory.h"

namespace vecsim::pg
{

static void
size_overflow()
{
	ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("requested size is too large")));
}

Size
add_size_checked(Size a, Size b)
{
	Size result;

	if (__builtin_add_overflow(a, b, &result))
	{
		size_overflow();
	}
	return result;
}

Size
mul_size_checked(Size a, Size b)
{
	Size result;

	if (__builtin_mul_overflow(a, b, &result))
	{
		size_overflow();
	}
	return result;
}

void *
alloc_array(Size n, Size size)
{
	constexpr Size kAlign = 64;
	Size bytes = add_size_checked(mul_size_checked(n, size), kAlign);
	char *memory = static_cast<char *>(MemoryContextAllocHuge(CurrentMemoryContext, bytes));

	return reinterpret_cast<void *>(TYPEALIGN(kAlign, memory));
}

} // namespace vecsim::pg
