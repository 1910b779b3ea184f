// parallel.cpp - ranges of items on OpenMP threads, with every signal blocked.
//
// libgomp's threads inherit the mask of the thread that starts them, and keep it: blocking all signals around
// the region is what keeps a server's signals on its own thread.
//
// libgomp ends the process where the system refuses it a thread.  So a region that needs more threads than the
// one before first starts and joins as many of its own; where some are refused it makes do with fewer.
#include "core/parallel.h"

#include <omp.h>
#include <pthread.h>
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

constexpr int kMostThreads = 256;

// Threads of the last region, which libgomp keeps for the next one.
int kept_threads = 1;

} // namespace

static void *
wait_for_turn(void *turn)
{
	pthread_mutex_lock(static_cast<pthread_mutex_t *>(turn));
	pthread_mutex_unlock(static_cast<pthread_mutex_t *>(turn));
	return nullptr;
}

// How many threads, of so many, the system gives at the same time, this one among them.  Their stacks stay in
// libc's cache, from where libgomp's threads take them.
static int
obtainable_threads(int threads)
{
	pthread_t started[kMostThreads];
	pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
	int n = 0;

	pthread_mutex_lock(&turn);
	while (n < threads - 1 && pthread_create(&started[n], nullptr, wait_for_turn, &turn) == 0)
	{
		n++;
	}
	pthread_mutex_unlock(&turn);
	for (int i = 0; i < n; i++)
	{
		pthread_join(started[i], nullptr);
	}
	return n + 1;
}

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
	threads = threads < kMostThreads ? threads : kMostThreads;
	if (static_cast<size_t>(threads) > ranges)
	{
		threads = static_cast<int>(ranges);
	}

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	if (threads > kept_threads)
	{
		threads = obtainable_threads(threads);
	}
	kept_threads = threads;
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
	kept_threads = 1;
}

} // namespace vecsim::core
