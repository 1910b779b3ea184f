// kmeans.cpp - Lloyd's algorithm as a small state machine, so that a caller can stop it between short steps.
//
// Choose (distinct rows as centroids) -> Update -> { Assign -> Update -> Reseed } x kKmeansPasses -> Done.
// Each stage moves `position` on until it has covered all rows or all centroids.  What is summed is summed in
// double and in row order, each dimension by one thread, so the number of threads never shows in the result.
#include "core/kmeans.h"

#include "core/kmeans_seed.h"
#include "core/metric.h"
#include "core/nearest.h"
#include "core/parallel.h"
#include "core/work_memory.h"

#include <algorithm>
#include <cfloat>
#include <cmath>

namespace vecsim::core
{

namespace
{

enum Stage : int
{
	kChoose,
	kUpdate,
	kAssign,
	kReseed,
	kDone,
};

// Floats that a thread reads in one step of the stages whose work is reading: a few milliseconds.
constexpr size_t kStepFloats = size_t{1} << 22;
// Empty clusters reseeded in one step; each may look at every row's number.
constexpr size_t kStepReseeds = 16;
// Rows a cluster that a pass looks at, on average, where the sample has as many.
constexpr size_t kLeastRows = 16;
// A mean of unit vectors shorter than this is rounding noise and has no direction.
constexpr double kNoDirection = 1e-12;

// Where the arrays stand in the work memory, in bytes from its start.
struct Layout
{
	size_t bias;
	size_t sums;
	size_t counts;
	size_t assigned;
	size_t scores;
	size_t scratch;
	size_t filter;
	WorkMemory memory;
};

// Rows whose values are added to the sums of their centroids.
struct Addition
{
	const Kmeans &kmeans;
	size_t begin;
	size_t end;
};

} // namespace

static Layout lay_out(size_t n, size_t dim, size_t k, int threads);
static size_t rows_of_pass(const Kmeans &kmeans, int pass);
static size_t rows_a_step(const Kmeans &kmeans);
static void choose_some(Kmeans &kmeans);
static void assign_some(Kmeans &kmeans);
static void add_slice(void *context, size_t begin, size_t end, int thread);
static void filter_range(void *context, size_t begin, size_t end, int thread);
static void update_some(Kmeans &kmeans);
static void update_range(void *context, size_t begin, size_t end, int thread);
static void set_centroid(const Kmeans &kmeans, size_t c);
static float bias_of(const Kmeans &kmeans, size_t c);
static void reseed_some(Kmeans &kmeans);

size_t
kmeans_work_bytes(size_t n, size_t dim, size_t k, int threads)
{
	Layout layout = lay_out(n, dim, k, threads);

	return layout.memory.overflow ? SIZE_MAX : layout.memory.bytes;
}

// The arrays one behind the other, each aligned to 64 bytes.
static Layout
lay_out(size_t n, size_t dim, size_t k, int threads)
{
	Layout layout = {};

	layout.bias = reserve(layout.memory, k, 1, sizeof(float));
	layout.sums = reserve(layout.memory, k, dim, sizeof(double));
	layout.counts = reserve(layout.memory, k, 1, sizeof(uint32_t));
	layout.assigned = reserve(layout.memory, n, 1, sizeof(uint32_t));
	layout.scores = reserve(layout.memory, n, 1, sizeof(float));
	layout.scratch = reserve(layout.memory, nearest_scratch_floats(k, threads), 1, sizeof(float));
	layout.filter = reserve(layout.memory, prefilter_pays(k, dim) ? prefilter_bytes(k, dim, threads) : 0, 1, 1);
	// Rows and centroids are numbered in 32 bits, and one number means none.
	layout.memory.overflow = layout.memory.overflow || n >= UINT32_MAX || k >= UINT32_MAX;
	return layout;
}

void
kmeans_begin(Kmeans &kmeans, uint64_t seed)
{
	Layout layout = lay_out(kmeans.n, kmeans.dim, kmeans.k, kmeans.threads);
	char *work = static_cast<char *>(kmeans.work);

	kmeans.bias = reinterpret_cast<float *>(work + layout.bias);
	kmeans.sums = reinterpret_cast<double *>(work + layout.sums);
	kmeans.counts = reinterpret_cast<uint32_t *>(work + layout.counts);
	kmeans.assigned = reinterpret_cast<uint32_t *>(work + layout.assigned);
	kmeans.scores = reinterpret_cast<float *>(work + layout.scores);
	kmeans.scratch = reinterpret_cast<float *>(work + layout.scratch);
	kmeans.filter = work + layout.filter;
	kmeans.random = {seed};
	kmeans.done = 0;
	kmeans.most_parts = std::max<size_t>(kmeans.n / (kLeastRows * kmeans.k), 1);
	kmeans.total = 0;
	for (int pass = 0; pass < kKmeansPasses; pass++)
	{
		kmeans.total += rows_of_pass(kmeans, pass);
	}
	kmeans.pass = 0;
	kmeans.rows = rows_of_pass(kmeans, 0);
	kmeans.seen = 0;
	kmeans.stage = kChoose;
	kmeans.position = 0;
	kmeans.chosen = 0;
	std::fill(kmeans.counts, kmeans.counts + kmeans.k, 0u);
	kmeans_choose_begin(kmeans);
}

bool
kmeans_step(Kmeans &kmeans)
{
	switch (kmeans.stage)
	{
		case kChoose:
			choose_some(kmeans);
			break;
		case kUpdate:
			update_some(kmeans);
			break;
		case kAssign:
			assign_some(kmeans);
			break;
		case kReseed:
			reseed_some(kmeans);
			break;
		default:
			break;
	}
	return kmeans.stage != kDone;
}

// Rows that a pass looks at.  The first passes move centroids far, for which a part of the rows is enough: a quarter of
// 64 a cluster, never fewer than kLeastRows.
static size_t
rows_of_pass(const Kmeans &kmeans, int pass)
{
	constexpr size_t kParts[kKmeansPasses] = {4, 4, 2, 1, 1};

	return kmeans.n / std::min(kParts[pass], kmeans.most_parts);
}

// Rows that may be read in one step of one thread.
static size_t
rows_a_step(const Kmeans &kmeans)
{
	return std::max<size_t>(kStepFloats / std::max<size_t>(kmeans.dim, 1), 1);
}

// Chooses the initial centroids; without rows enough, `k` becomes the number of distinct ones.
static void
choose_some(Kmeans &kmeans)
{
	if (kmeans_choose(kmeans, rows_a_step(kmeans)))
	{
		kmeans.k = kmeans.chosen;
		kmeans.stage = kUpdate;
		kmeans.position = 0;
	}
}

// Assigns a batch of rows and adds them to the sums of their centroids.
static void
assign_some(Kmeans &kmeans)
{
	constexpr size_t kCacheLine = 16; // floats
	Centroids centroids = {kmeans.centroids, kmeans.bias, kmeans.k, kmeans.dim};
	size_t begin = kmeans.position;
	constexpr size_t kGrain = 16;
	bool filter = kmeans.rotated && prefilter_pays(kmeans.k, kmeans.dim);
	size_t batch = nearest_batch_rows(kmeans.k, kmeans.dim, kmeans.threads) * (filter ? kPrefilterGain : 1);
	size_t rows = std::min(kmeans.rows - begin, batch);
	Addition addition = {kmeans, begin, begin + rows};
	size_t workers = kmeans.threads > 1 ? static_cast<size_t>(kmeans.threads) : 1;
	size_t slice = (kmeans.dim / workers / kCacheLine + 1) * kCacheLine;

	if (filter && begin == 0)
	{
		prefilter_build(centroids, kmeans.filter, &kmeans.prefilter);
	}
	if (filter)
	{
		parallel_for(rows, kGrain, kmeans.threads, filter_range, &kmeans);
	}
	else
	{
		nearest_assign(centroids, kmeans.samples + begin * kmeans.dim, rows, kmeans.threads, kmeans.scratch,
		               kmeans.assigned + begin, kmeans.scores + begin);
	}
	parallel_for(kmeans.dim, slice, kmeans.threads, add_slice, &addition);
	for (size_t row = begin; row < begin + rows; row++)
	{
		kmeans.counts[kmeans.assigned[row]]++;
	}
	kmeans.position += rows;
	kmeans.done += rows;
	if (kmeans.position == kmeans.rows)
	{
		kmeans.pass++;
		kmeans.stage = kUpdate;
		kmeans.position = 0;
	}
}

// The nearest centroids of rows position + begin .. position + end - 1.
static void
filter_range(void *context, size_t begin, size_t end, int thread)
{
	const Kmeans &kmeans = *static_cast<const Kmeans *>(context);
	size_t row = kmeans.position + begin;

	for (size_t i = std::max(row, kmeans.seen); i < row + end - begin; i++)
	{
		kmeans.assigned[i] = 0;
	}
	prefilter_improve(kmeans.prefilter, kmeans.samples + row * kmeans.dim, end - begin, thread,
	                  kmeans.assigned + row, kmeans.scores + row);
}

// Adds dimensions begin..end-1 of the rows to the sums.
static void
add_slice(void *context, size_t begin, size_t end, int /*thread*/)
{
	const Addition &addition = *static_cast<const Addition *>(context);
	const Kmeans &kmeans = addition.kmeans;

	for (size_t row = addition.begin; row < addition.end; row++)
	{
		const float *values = kmeans.samples + row * kmeans.dim;
		double *sums = kmeans.sums + kmeans.assigned[row] * kmeans.dim;

		for (size_t i = begin; i < end; i++)
		{
			sums[i] += static_cast<double>(values[i]);
		}
	}
}

// Moves a batch of centroids to the means of their rows.
static void
update_some(Kmeans &kmeans)
{
	constexpr size_t kGrain = 16;
	size_t workers = kmeans.threads > 1 ? static_cast<size_t>(kmeans.threads) : 1;
	size_t end = std::min(kmeans.k, kmeans.position + rows_a_step(kmeans) * workers);

	parallel_for(end - kmeans.position, kGrain, kmeans.threads, update_range, &kmeans);
	kmeans.position = end;
	if (kmeans.position == kmeans.k)
	{
		kmeans.stage = kmeans.pass == 0 ? kAssign : kReseed;
		kmeans.position = 0;
	}
}

// Centroids position + begin .. position + end - 1: the mean where there are rows, the bias, and sums back to
// zero.
static void
update_range(void *context, size_t begin, size_t end, int /*thread*/)
{
	const Kmeans &kmeans = *static_cast<const Kmeans *>(context);

	for (size_t c = kmeans.position + begin; c < kmeans.position + end; c++)
	{
		double *sums = kmeans.sums + c * kmeans.dim;

		if (kmeans.counts[c] > 0)
		{
			set_centroid(kmeans, c);
		}
		kmeans.bias[c] = bias_of(kmeans, c);
		std::fill(sums, sums + kmeans.dim, 0.0);
	}
}

// The centroid from its sums: their mean, or their direction when spherical (none: the centroid stays).
static void
set_centroid(const Kmeans &kmeans, size_t c)
{
	constexpr double kMax = static_cast<double>(FLT_MAX);
	const double *sums = kmeans.sums + c * kmeans.dim;
	float *centroid = kmeans.centroids + c * kmeans.dim;
	double count = kmeans.counts[c];
	double divisor = count;

	if (kmeans.spherical)
	{
		double norm2 = 0;

		for (size_t i = 0; i < kmeans.dim; i++)
		{
			norm2 += sums[i] * sums[i];
		}
		divisor = std::sqrt(norm2);
		if (!(divisor > kNoDirection * count))
		{
			kmeans.lengths[c] = 0;
			return;
		}
	}
	kmeans.lengths[c] = kmeans.spherical ? static_cast<float>(divisor / count) : 1;
	for (size_t i = 0; i < kmeans.dim; i++)
	{
		centroid[i] = static_cast<float>(std::clamp(sums[i] / divisor, -kMax, kMax));
	}
}

// What makes the largest <x, c> + bias the nearest centroid: -|c|^2 / 2, or nothing between unit vectors.
static float
bias_of(const Kmeans &kmeans, size_t c)
{
	if (kmeans.spherical)
	{
		return 0;
	}

	double norm = norm_in_double(kmeans.centroids + c * kmeans.dim, kmeans.dim);

	return static_cast<float>(std::max(-norm * norm / 2, -static_cast<double>(FLT_MAX)));
}

// Gives empty clusters a row of a big one.  From here on `counts` are what the clusters' sizes are thought to
// become.
static void
reseed_some(Kmeans &kmeans)
{
	size_t reseeds = 0;

	for (; kmeans.position < kmeans.k && reseeds < kStepReseeds; kmeans.position++)
	{
		if (kmeans.counts[kmeans.position] == 0)
		{
			reseeds++;
			if (!kmeans_reseed(kmeans, kmeans.position, rows_a_step(kmeans)))
			{
				kmeans.position = kmeans.k;
				break;
			}
			kmeans.bias[kmeans.position] = bias_of(kmeans, kmeans.position);
			kmeans.lengths[kmeans.position] = 1;
		}
	}
	if (kmeans.position == kmeans.k)
	{
		std::fill(kmeans.counts, kmeans.counts + kmeans.k, 0u);
		kmeans.position = 0;
		kmeans.seen = kmeans.rows;
		if (kmeans.pass == kKmeansPasses)
		{
			kmeans.stage = kDone;
			return;
		}
		kmeans.stage = kAssign;
		kmeans.rows = rows_of_pass(kmeans, kmeans.pass);
	}
}

} // namespace vecsim::core
