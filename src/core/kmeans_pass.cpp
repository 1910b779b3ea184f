// kmeans_pass.cpp - one pass of k-means over rows that come in batches.
#include "core/kmeans_pass.h"

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

// A mean of unit vectors shorter than this is rounding noise of the sums and has no direction.
constexpr double kNoDirection = 1e-6;

// Where the arrays stand in the work memory, in bytes from its start.
struct Layout
{
	size_t sums;
	size_t counts;
	size_t scratch;
	size_t filter;
	WorkMemory memory;
};

// A batch of rows on its way to centroids and sums.
struct Batch
{
	const KmeansPass &pass;
	const float *rows;
	size_t n;
	uint32_t *best;
	float *scores;
};

} // namespace

static bool filters(size_t dim, size_t k, bool rotated);
static Layout lay_out(size_t dim, size_t k, bool rotated, int threads);
static void assign_range(void *context, size_t begin, size_t end, int thread);
static void add_slice(void *context, size_t begin, size_t end, int thread);
static void move_range(void *context, size_t begin, size_t end, int thread);

// Are the nearest centroids found by codes first?
static bool
filters(size_t dim, size_t k, bool rotated)
{
	return rotated && prefilter_pays(k, dim);
}

// The arrays one behind the other, each aligned to 64 bytes.
static Layout
lay_out(size_t dim, size_t k, bool rotated, int threads)
{
	Layout layout = {};

	layout.sums = reserve(layout.memory, k, dim, sizeof(float));
	layout.counts = reserve(layout.memory, k, 1, sizeof(uint32_t));
	layout.scratch = reserve(layout.memory, nearest_scratch_floats(k, threads), 1, sizeof(float));
	layout.filter =
		reserve(layout.memory, filters(dim, k, rotated) ? prefilter_bytes(k, dim, threads) : 0, 1, 1);
	layout.memory.overflow = layout.memory.overflow || k >= UINT32_MAX;
	return layout;
}

size_t
kmeans_pass_bytes(size_t dim, size_t k, bool rotated, int threads)
{
	Layout layout = lay_out(dim, k, rotated, threads);

	return layout.memory.overflow ? SIZE_MAX : layout.memory.bytes;
}

size_t
kmeans_pass_batch(const KmeansPass &pass)
{
	return nearest_batch_rows(pass.k, pass.dim, pass.threads) *
	       (filters(pass.dim, pass.k, pass.rotated) ? kPrefilterGain : 1);
}

void
kmeans_pass_begin(KmeansPass &pass)
{
	Layout layout = lay_out(pass.dim, pass.k, pass.rotated, pass.threads);
	char *work = static_cast<char *>(pass.work);

	pass.sums = reinterpret_cast<float *>(work + layout.sums);
	pass.counts = reinterpret_cast<uint32_t *>(work + layout.counts);
	pass.scratch = reinterpret_cast<float *>(work + layout.scratch);
	pass.filter = filters(pass.dim, pass.k, pass.rotated);
	std::fill(pass.sums, pass.sums + pass.k * pass.dim, 0.0f);
	std::fill(pass.counts, pass.counts + pass.k, 0u);
	if (pass.filter)
	{
		prefilter_build({pass.centroids, pass.bias, pass.k, pass.dim}, work + layout.filter, &pass.prefilter);
	}
}

void
kmeans_pass_add(KmeansPass &pass, const float *rows, size_t n, uint32_t *best, float *scores)
{
	constexpr size_t kCacheLine = 16; // floats
	constexpr size_t kGrain = 16;
	Batch batch = {pass, rows, n, best, scores};
	size_t workers = pass.threads > 1 ? static_cast<size_t>(pass.threads) : 1;
	size_t slice = (pass.dim / workers / kCacheLine + 1) * kCacheLine;

	if (pass.filter)
	{
		parallel_for(n, kGrain, pass.threads, assign_range, &batch);
	}
	else
	{
		nearest_assign({pass.centroids, pass.bias, pass.k, pass.dim}, rows, n, pass.threads, pass.scratch,
		               best, scores);
	}
	parallel_for(pass.dim, slice, pass.threads, add_slice, &batch);
	for (size_t i = 0; i < n; i++)
	{
		pass.counts[best[i]]++;
	}
}

// The nearest centroids of rows begin..end-1 of a batch.
static void
assign_range(void *context, size_t begin, size_t end, int thread)
{
	const Batch &batch = *static_cast<const Batch *>(context);

	prefilter_nearest(batch.pass.prefilter, batch.rows + begin * batch.pass.dim, end - begin, 1, thread,
	                  batch.best + begin, batch.scores + begin);
}

// Adds dimensions begin..end-1 of a batch to the sums, all rows in their order.
static void
add_slice(void *context, size_t begin, size_t end, int /*thread*/)
{
	const Batch &batch = *static_cast<const Batch *>(context);
	size_t dim = batch.pass.dim;

	for (size_t row = 0; row < batch.n; row++)
	{
		const float *values = batch.rows + row * dim;
		const float *centroid = batch.pass.centroids + batch.best[row] * dim;
		float *sums = batch.pass.sums + batch.best[row] * dim;

		for (size_t i = begin; i < end; i++)
		{
			sums[i] += values[i] - centroid[i];
		}
	}
}

void
kmeans_pass_end(KmeansPass &pass)
{
	constexpr size_t kGrain = 16;

	parallel_for(pass.k, kGrain, pass.threads, move_range, &pass);
}

// Moves centroids begin..end-1.
static void
move_range(void *context, size_t begin, size_t end, int /*thread*/)
{
	constexpr double kMax = static_cast<double>(FLT_MAX);
	const KmeansPass &pass = *static_cast<const KmeansPass *>(context);

	for (size_t c = begin; c < end; c++)
	{
		float *centroid = pass.centroids + c * pass.dim;
		const float *sums = pass.sums + c * pass.dim;
		double count = pass.counts[c];
		double norm2 = 0;

		if (pass.counts[c] == 0)
		{
			continue;
		}
		for (size_t i = 0; pass.spherical && i < pass.dim; i++)
		{
			double mean = static_cast<double>(centroid[i]) + static_cast<double>(sums[i]) / count;

			norm2 += mean * mean;
		}

		double length = pass.spherical ? std::sqrt(norm2) : 1;

		if (!(length > kNoDirection))
		{
			pass.lengths[c] = 0;
			continue;
		}
		pass.lengths[c] = static_cast<float>(length);
		for (size_t i = 0; i < pass.dim; i++)
		{
			double mean = static_cast<double>(centroid[i]) + static_cast<double>(sums[i]) / count;

			centroid[i] = static_cast<float>(std::clamp(mean / length, -kMax, kMax));
		}
	}
}

} // namespace vecsim::core
