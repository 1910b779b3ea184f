// compat.h - differences between PostgreSQL versions.  The only file that looks at PG_VERSION_NUM.
#ifndef VECSIM_PG_COMPAT_H
#define VECSIM_PG_COMPAT_H

#if PG_VERSION_NUM < 150000
#error "vecsim needs PostgreSQL 15 or later"
#endif

#if PG_VERSION_NUM >= 160000
extern "C"
{
#include "varatt.h"
}
#else
// Soft errors of input functions came with 16; before it every error is a hard one.
#define ereturn(context, dummy_value, ...) \
	do \
	{ \
		(void) (context); \
		ereport(ERROR, __VA_ARGS__); \
	} while (0)
#endif

#endif
