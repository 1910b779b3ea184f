// backend.h - a stand-in for PostgreSQL's backend, as much of it as the types' input, output and aggregates call.
//
// Memory comes from malloc, so that AddressSanitizer sees the bounds of every allocation; errors jump back to run().
#ifndef VECSIM_TEST_FUZZ_BACKEND_H
#define VECSIM_TEST_FUZZ_BACKEND_H

#include "pg/pg.h"

namespace backend
{

// Calls function(argument).  False where it raised an error; what it allocated stays until forget().
bool run(void (*function)(void *), void *argument);

// Frees all that was allocated.
void forget();

// Whether calls happen inside an aggregate, as AggCheckCallContext() tells.
extern bool in_aggregate;

} // namespace backend

#endif
