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
#endif

#endif
