// ivf_limit.h - how many rows a query wants: its LIMIT, told to the scan below it.
#ifndef VECSIM_IVF_LIMIT_H
#define VECSIM_IVF_LIMIT_H

#include "pg/pg.h"

namespace vecsim::ivf
{

// Hooks into executor start.  Called once, when the library is loaded.
void limit_init();

// The LIMIT plus OFFSET above the scan that this ordering key belongs to; 0 where it is not known.
uint32 limit_of(const ScanKeyData &orderby);

} // namespace vecsim::ivf

#endif
