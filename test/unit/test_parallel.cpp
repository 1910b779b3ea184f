// test_parallel.cpp - every item once, on threads that no signal reaches and that go when told to.
#include "core/parallel.h"

#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <vector>

#include <gtest/gtest.h>

using namespace vecsim::core;

namespace
{

struct Visit
{
	std::vector<std::atomic<int>> visits;
	size_t grain;
	int threads;
	std::atomic<int> out_of_range{0};
	std::atomic<int> open_signals{0};
};

void
visit(void *context, size_t begin, size_t end, int thread)
{
	Visit &seen = *static_cast<Visit *>(context);
	sigset_t mask;

	pthread_sigmask(SIG_SETMASK, nullptr, &mask);
	for (int signal : {SIGINT, SIGTERM, SIGALRM, SIGUSR1, SIGHUP})
	{
		seen.open_signals += sigismember(&mask, signal) == 0;
	}
	seen.out_of_range += begin >= end || end - begin > seen.grain || thread < 0 || thread >= seen.threads;
	for (size_t i = begin; i < end; i++)
	{
		seen.visits[i]++;
	}
}

// Threads of this process.
int
count_threads()
{
	DIR *tasks = opendir("/proc/self/task");
	int count = 0;

	while (const dirent *task = readdir(tasks))
	{
		count += task->d_name[0] != '.';
	}
	closedir(tasks);
	return count;
}

// The same once those that have been told to end are gone, or after five seconds: a thread is counted a little longer
// than it lives.
int
threads_left()
{
	for (int wait = 0; wait < 500 && count_threads() > 1; wait++)
	{
		usleep(10000);
	}
	return count_threads();
}

} // namespace

TEST(Parallel, VisitsEveryItemOnce)
{
	for (int threads : {0, 1, 2, 4})
	{
		for (size_t n : {0, 1, 2, 7, 64, 1000})
		{
			for (size_t grain : {1, 3, 64, 5000})
			{
				Visit seen = {std::vector<std::atomic<int>>(n), grain, threads > 1 ? threads : 1};

				parallel_for(n, grain, threads, visit, &seen);
				EXPECT_EQ(0, seen.out_of_range);
				for (const std::atomic<int> &visits : seen.visits)
				{
					ASSERT_EQ(1, visits);
				}
			}
		}
	}
}

TEST(Parallel, BlocksSignalsInsideAndRestoresThemAfter)
{
	Visit seen = {std::vector<std::atomic<int>>(100), 1, 4};
	sigset_t mask;

	parallel_for(100, 1, 4, visit, &seen);
	EXPECT_EQ(0, seen.open_signals);
	pthread_sigmask(SIG_SETMASK, nullptr, &mask);
	EXPECT_EQ(0, sigismember(&mask, SIGINT));
	EXPECT_EQ(0, sigismember(&mask, SIGTERM));
}

TEST(Parallel, ReleaseEndsTheThreads)
{
	Visit seen = {std::vector<std::atomic<int>>(100), 1, 4};

	parallel_release();
	EXPECT_EQ(1, threads_left());
	parallel_for(100, 1, 4, visit, &seen);
	EXPECT_EQ(4, count_threads());
	parallel_release();
	EXPECT_EQ(1, threads_left());
	parallel_for(100, 1, 4, visit, &seen);
	EXPECT_EQ(2, seen.visits[99]);
	parallel_release();
}
