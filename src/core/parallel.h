// parallel.h - the only place that starts threads (OpenMP).
//
// A region runs with every signal blocked, so that no worker ever handles a backend's signal, and must be short (about
// 20 ms): the caller checks for interrupts between regions.  Inside a region: no allocation, no PostgreSQL.
#ifndef VECSIM_CORE_PARALLEL_H
#define VECSIM_CORE_PARALLEL_H

#include <stddef.h>

namespace vecsim::core
{

// Work on items begin..end-1, in thread number thread (0 <= thread < threads).
using RangeFunction = void (*)(void *context, size_t begin, size_t end, int thread);

// Splits 0..n-1 into ranges of `grain` items and runs them on at most `threads` threads.  Which thread runs a range is
// not fixed, so results must not depend on it.  threads <= 1 runs everything here, without OpenMP.
void parallel_for(size_t n, size_t grain, int threads, RangeFunction function, void *context);

// Lets go of the threads of earlier regions.  Called when a build ends; a later region starts them anew.
void parallel_release();

} // namespace vecsim::core

#endif
