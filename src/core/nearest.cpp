// nearest.cpp - the nearest centroid of each of many rows, and the best lists of one query in order.
//
// Assignment is the hot loop of a build: a block of centroids that stays in the CPU's cache is scored against
// four rows at a time, and only the running maximum of each row is kept, never a rows x centroids matrix.
#include "core/nearest.h"

#include "core/float_order.h"
#include "core/parallel.h"
#include "kernels/kernels.h"

#include <algorithm>
#include <limits>

namespace vecsim::core
{

namespace
{

constexpr size_t kTileRows = 4;                 // what dot_f32_tile takes
constexpr size_t kMaxBlock = 64;                // centroids a tile
constexpr size_t kBlockBytes = size_t{1} << 17; // of centroids, to stay in the second-level cache
constexpr size_t kMaxGrain = 64;                // rows that share one pass over the centroids
constexpr size_t kTileFloats = kTileRows * kMaxBlock;
constexpr float kWorst = -std::numeric_limits<float>::infinity(); // what NaN counts as

// What one call of nearest_assign hands to its threads.
struct Assignment
{
	const Centroids &centroids;
	const float *rows;
	size_t block;
	float *scratch; // kTileFloats a thread
	uint32_t *best;
	float *best_score;
};

} // namespace

static void assign_range(void *context, size_t begin, size_t end, int thread);
static void score_tile(const Assignment &work, size_t row, size_t rows, size_t first, size_t count,
                       float *tile);
static void keep_best(const float *dots, const float *bias, size_t first, size_t count, uint32_t &best,
                      float &best_score);

// count does not matter today: a tile is at most kMaxBlock centroids wide.
size_t
nearest_scratch_floats(size_t /*count*/, int threads)
{
	return kTileFloats * static_cast<size_t>(threads > 1 ? threads : 1);
}

size_t
nearest_batch_rows(size_t count, size_t dim, int threads)
{
	// Multiplications a thread does in 20 ms, from what a modest CPU with 256-bit registers does.
	constexpr double kBudget = 1e8;
	// Reading a row from memory takes the time of about this many of its products.
	constexpr double kReading = 8;
	double workers = threads > 1 ? threads : 1;
	double row = (static_cast<double>(count) + kReading) * static_cast<double>(dim > 0 ? dim : 1);
	double groups = kBudget / row / kTileRows;

	return kTileRows * static_cast<size_t>(workers * std::max(groups, 1.0));
}

// See nearest.h.  A row whose scores are all NaN or -infinity gets centroid 0.
void
nearest_assign(const Centroids &centroids, const float *rows, size_t n, int threads, float *scratch,
               uint32_t *best, float *best_score)
{
	size_t row_bytes = sizeof(float) * std::max<size_t>(centroids.dim, 1);
	size_t block = std::clamp<size_t>(kBlockBytes / row_bytes, kTileRows, kMaxBlock);
	Assignment work = {centroids, rows, block, scratch, best, best_score};
	size_t workers = threads > 1 ? static_cast<size_t>(threads) : 1;
	// Whole tiles, several ranges a thread so that they end together.
	size_t share = n / (workers * 4) / kTileRows * kTileRows;

	size_t grain = workers > 1 ? std::clamp(share, kTileRows, kMaxGrain) : kMaxGrain;

	parallel_for(n, grain, threads, assign_range, &work);
}

// The nearest centroids of rows begin..end-1.
static void
assign_range(void *context, size_t begin, size_t end, int thread)
{
	const Assignment &work = *static_cast<const Assignment *>(context);
	const Centroids &centroids = work.centroids;
	float *tile = work.scratch + kTileFloats * static_cast<size_t>(thread);

	std::fill(work.best + begin, work.best + end, 0u);
	std::fill(work.best_score + begin, work.best_score + end, kWorst);
	for (size_t first = 0; first < centroids.count; first += work.block)
	{
		size_t count = std::min(work.block, centroids.count - first);

		for (size_t row = begin; row < end; row += kTileRows)
		{
			size_t rows = std::min(kTileRows, end - row);

			score_tile(work, row, rows, first, count, tile);
			for (size_t i = 0; i < rows; i++)
			{
				keep_best(tile + i * count, centroids.bias + first, first, count, work.best[row + i],
				          work.best_score[row + i]);
			}
		}
	}
}

// tile[i * count + c] = <row + i, centroid first + c>, for at most kTileRows rows.
static void
score_tile(const Assignment &work, size_t row, size_t rows, size_t first, size_t count, float *tile)
{
	const kernels::Kernels &kernels = kernels::active();
	size_t dim = work.centroids.dim;
	size_t stride = sizeof(float) * dim;
	const float *queries = work.rows + row * dim;
	const float *block = work.centroids.rows + first * dim;

	if (rows == kTileRows)
	{
		kernels.dot_f32_tile(queries, stride, block, stride, count, dim, tile);
		return;
	}
	for (size_t i = 0; i < rows; i++)
	{
		kernels.dot_f32_rows(queries + i * dim, block, stride, count, dim, tile + i * count);
	}
}

// Moves best and best_score on over the centroids first..first+count-1.  Ties stay with the lower number,
// seen earlier.
static void
keep_best(const float *dots, const float *bias, size_t first, size_t count, uint32_t &best, float &best_score)
{
	uint32_t number = best;
	float score = best_score;

	for (size_t i = 0; i < count; i++)
	{
		float candidate = dots[i] + bias[i];

		if (candidate > score)
		{
			score = candidate;
			number = static_cast<uint32_t>(first + i);
		}
	}
	best = number;
	best_score = score;
}

void
nearest_dots(const float *query, const float *rows, size_t stride, size_t n, size_t dim, float *out)
{
	kernels::active().dot_f32_rows(query, rows, stride, n, dim, out);
}

// A list and its score as one number: the smaller, the better; ties go to the lower list.  Sorting numbers
// has no branches to mispredict, and this is done for every query.  NaN counts as -infinity.
static uint64_t
order_key(const ListScore &list)
{
	float score = list.score >= kWorst ? list.score : kWorst;

	return static_cast<uint64_t>(~float_rank(score)) << 32 | list.list;
}

static ListScore
key_list(uint64_t key)
{
	return {rank_float(~static_cast<uint32_t>(key >> 32)), static_cast<uint32_t>(key)};
}

// How scores are cut into steps of equal width, from one of the best on; what is better counts as the first step.
struct Steps
{
	float best;
	float scale; // steps a unit; not above 0 where the scores have no steps: equal, infinite, not a number
};

constexpr int kSteps = 256;

static Steps
make_steps(const ListScore *lists, size_t n)
{
	constexpr size_t kSampled = 8; // one in so many scores tells where they lie
	float best = kWorst;
	float worst = -kWorst;

	for (size_t i = 0; i < n; i += kSampled)
	{
		float score = lists[i].score;

		best = score > best ? score : best;
		worst = score < worst ? score : worst;
	}

	float scale = (kSteps - 1) / (best - worst);
	bool usable = scale > 0 && scale < -kWorst && best - worst < -kWorst;

	return {best, usable ? scale : 0};
}

// Moves the `front` lists of the steps before `before` to the front.  From behind, so that each is read before
// something is written to its place, and nothing is read that has just been written.
static void
move_to_front(ListScore *lists, size_t n, size_t front, const Steps &steps, float before, ListScore *better)
{
	size_t found = front;
	size_t rest = n;

	for (size_t i = n; i-- > 0;)
	{
		ListScore list = lists[i];
		bool good = (steps.best - list.score) * steps.scale < before;

		better[found] = list; // the next one will go there, if this is not good
		lists[rest - 1] = list;
		found -= good;
		rest -= !good;
	}
	std::copy(better + 1, better + 1 + front, lists);
}

// Moves the best `want` lists to the front, and some of almost the same score.  Returns how many stand there, at least
// `want` of n.  Lists are counted by step, and those of the first steps that hold `want` are moved.  No pass has a
// branch to mispredict.
static size_t
rough_front(ListScore *lists, size_t n, size_t want)
{
	constexpr size_t kMostFront = 2048;
	ListScore better[kMostFront + 1];
	uint32_t counts[2][kSteps] = {}; // neighbours apart: one count need not wait for the other
	Steps steps = make_steps(lists, n);

	if (!(steps.scale > 0))
	{
		return n;
	}
	for (size_t i = 0; i < n; i++)
	{
		float at = (steps.best - lists[i].score) * steps.scale;

		at = at > 0 ? at : (at <= 0 ? 0 : kSteps); // not a number: with the worst, as move_to_front() has it
		counts[i % 2][at < kSteps ? static_cast<int>(at) : kSteps - 1]++;
	}

	int last = 0;
	size_t front = counts[0][0] + counts[1][0];

	for (; front < want && last < kSteps - 1; front += counts[0][last] + counts[1][last])
	{
		last++;
	}
	if (last == kSteps - 1 || front > kMostFront)
	{
		return n;
	}
	move_to_front(lists, n, front, steps, static_cast<float>(last + 1), better);
	return front;
}

// The best `want` to the front, in order if asked for.
static void
best_to_front(ListScore *lists, size_t n, size_t want, bool ordered)
{
	constexpr size_t kMany = 256;

	if (n > kMany && want < n)
	{
		n = rough_front(lists, n, want);
	}

	// The keys stand where the lists stood.
	using Key __attribute__((may_alias)) = uint64_t;
	static_assert(sizeof(ListScore) == sizeof(Key) && alignof(ListScore) <= alignof(Key));
	Key *keys = reinterpret_cast<Key *>(lists);

	for (size_t i = 0; i < n; i++)
	{
		keys[i] = order_key(lists[i]);
	}
	if (want < n)
	{
		std::nth_element(keys, keys + want, keys + n);
	}
	if (ordered)
	{
		std::sort(keys, keys + std::min(want, n));
	}
	for (size_t i = 0; i < n; i++)
	{
		lists[i] = key_list(keys[i]);
	}
}

void
nearest_order(ListScore *lists, size_t n, size_t want)
{
	best_to_front(lists, n, want, true);
}

size_t
nearest_front(ListScore *lists, size_t n, size_t want)
{
	return want < n ? rough_front(lists, n, want) : n;
}

void
nearest_select(ListScore *lists, size_t n, size_t want)
{
	best_to_front(lists, n, want, false);
}

} // namespace vecsim::core
