// ivf_handler.h - the access method's routine.
#ifndef VECSIM_IVF_HANDLER_H
#define VECSIM_IVF_HANDLER_H

#include "pg/pg.h"

namespace vecsim::ivf
{

// Fills in what the access method can do, and which function does it.
void handler_fill(IndexAmRoutine *am);

} // namespace vecsim::ivf

#endif
