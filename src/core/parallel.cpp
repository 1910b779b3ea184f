// parallel.cpp - ranges of items on OpenMP threads, with every signal blocked.
//
// libgomp's threads inherit the mask of the thread that starts them, and keep it: blocking all signals around
// the region is what keeps a server's signals on its own thread.
#include "core/parallel.h"

#include <omp.h>
#include <signal.h>

namespace vecsim::core
{

namespace
{

// What a region runs.
struct Region
{
	size_t n;
	size_t grain;
	RangeFunction function;
	void *context;
};

} // namespace

// Runs range number `range` of the region on the thread of this number.
static void
run_range(const Region &region, size_t range, int thread)
{
	size_t begin = range * region.grain;
	size_t left = region.n - begin;

	region.function(region.context, begin, begin + (left < region.grain ? left : region.grain), thread);
}

// See parallel.h.  A range never has more than `grain` items, on one thread too; a grain of 0 counts as 1.
void
parallel_for(size_t n, size_t grain, int threads, RangeFunction function, void *context)
{
	Region region = {n, grain > 0 ? grain : 1, function, context};
	size_t ranges = n / region.grain + (n % region.grain != 0);
	sigset_t all;
	sigset_t before;

	if (threads <= 1 || ranges <= 1)
	{
		for (size_t range = 0; range < ranges; range++)
		{
			run_range(region, range, 0);
		}
		return;
	}
	if (static_cast<size_t>(threads) > ranges)
	{
		threads = static_cast<int>(ranges);
	}

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads)
	for (size_t range = 0; range < ranges; range++)
	{
		run_range(region, range, omp_get_thread_num());
	}
	pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

// See parallel.h.  Harmless where no region has run.
void
parallel_release()
{
	omp_pause_resource_all(omp_pause_soft);
}

} // namespace vecsim::core
