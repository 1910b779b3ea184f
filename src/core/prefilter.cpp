// prefilter.cpp - the nearest of many centroids, found by their one-bit codes and then exactly.
#include "core/prefilter.h"

#include "core/parallel.h"
#include "core/rabitq.h"
#include "kernels/kernels.h"

#include <algorithm>
#include <limits>
#include <string.h>

namespace vecsim::core
{

namespace
{

constexpr size_t kHeight = 32;
constexpr size_t kAlign = 64;
// Candidates by code for each centroid that is wanted: the nearest one is among the best few by its code.
constexpr size_t kLeastCandidates = 16;

// A centroid and its estimated value, the smaller the nearer.
struct Estimate
{
	float value;
	uint32_t centroid;
};

struct Work
{
	const Prefilter &prefilter;
	const float *rows;
	size_t want;
	uint32_t *best;
	float *best_score;
};

} // namespace

static void code_block(const Centroids &centroids, const float *mean, size_t first, uint8_t *block);
static void find_range(void *context, size_t begin, size_t end, int thread);
static size_t find_candidates(const Prefilter &prefilter, const float *row, size_t want, void *scratch,
                              Estimate *found);
static void rank_exactly(const Work &work, size_t row, const Estimate *found, size_t n);

static size_t
aligned(size_t bytes)
{
	return (bytes + kAlign - 1) / kAlign * kAlign;
}

// Codes, then add, rescale and err.
static size_t
block_bytes(size_t dim)
{
	return kHeight * (dim / 8 + sizeof(HotFactors));
}

static size_t
block_count(size_t count)
{
	return (count + kHeight - 1) / kHeight;
}

static HotBlock
block_parts(const uint8_t *block, size_t dim)
{
	const float *add = reinterpret_cast<const float *>(block + kHeight * dim / 8);
	const uint16_t *rescale = reinterpret_cast<const uint16_t *>(add + kHeight);

	return {block, add, rescale, rescale + kHeight};
}

size_t
prefilter_bytes(size_t count, size_t dim, int threads)
{
	size_t workers = threads > 1 ? static_cast<size_t>(threads) : 1;

	return aligned(dim * sizeof(float)) + block_count(count) * block_bytes(dim) + kAlign +
	       workers * aligned(rabitq_query_bytes(dim));
}

void
prefilter_build(const Centroids &centroids, int threads, void *memory, Prefilter *prefilter)
{
	float *mean = static_cast<float *>(memory);
	uint8_t *blocks = static_cast<uint8_t *>(memory) + aligned(centroids.dim * sizeof(float));
	size_t bytes = block_bytes(centroids.dim);
	size_t n = block_count(centroids.count);

	std::fill(mean, mean + centroids.dim, 0.0f);
	for (size_t i = 0; i < centroids.count; i++)
	{
		for (size_t j = 0; j < centroids.dim; j++)
		{
			mean[j] += centroids.rows[i * centroids.dim + j] / static_cast<float>(centroids.count);
		}
	}
	*prefilter = {centroids, mean, blocks, threads > 1 ? static_cast<size_t>(threads) : 1,
	              blocks + aligned(n * bytes)};
	for (size_t i = 0; i < n; i++)
	{
		code_block(centroids, mean, i * kHeight, blocks + i * bytes);
	}
}

// Codes 32 centroids.  The value that is estimated is -(<x, c> + bias).
static void
code_block(const Centroids &centroids, const float *mean, size_t first, uint8_t *block)
{
	constexpr size_t kMostDim = 16384;
	size_t dim = centroids.dim;
	float *add = reinterpret_cast<float *>(block + kHeight * dim / 8);
	uint16_t *rescale = reinterpret_cast<uint16_t *>(add + kHeight);

	memset(block, 0, block_bytes(dim));
	for (size_t slot = 0; slot < kHeight; slot++)
	{
		uint8_t bits[kMostDim / 8];
		HotFactors factors;

		if (first + slot >= centroids.count)
		{
			add[slot] = std::numeric_limits<float>::infinity();
			continue;
		}
		rabitq_encode_hot(MetricId::InnerProduct, centroids.rows + (first + slot) * dim, mean, mean, dim,
		                  bits, &factors);
		rabitq_store_hot(bits, dim, slot, block);
		add[slot] = factors.add - centroids.bias[first + slot];
		rescale[slot] = factors.rescale;
		rescale[kHeight + slot] = 0;
	}
}

void
prefilter_nearest(const Prefilter &prefilter, const float *rows, size_t n, size_t want, uint32_t *best,
                  float *best_score)
{
	constexpr size_t kGrain = 16;
	Work work = {prefilter, rows, want, best, best_score};

	parallel_for(n, kGrain, static_cast<int>(prefilter.threads), find_range, &work);
}

static void
find_range(void *context, size_t begin, size_t end, int thread)
{
	const Work &work = *static_cast<const Work *>(context);
	size_t dim = work.prefilter.centroids.dim;
	void *scratch = work.prefilter.scratch + static_cast<size_t>(thread) * aligned(rabitq_query_bytes(dim));
	size_t candidates = std::min(std::max(work.want, kLeastCandidates), work.prefilter.centroids.count);
	Estimate found[kPrefilterMost];

	for (size_t row = begin; row < end; row++)
	{
		size_t n = find_candidates(work.prefilter, work.rows + row * dim, candidates, scratch, found);

		rank_exactly(work, row, found, n);
	}
}

// The centroids of the `want` smallest estimates, as a heap with the largest on top.
static size_t
find_candidates(const Prefilter &prefilter, const float *row, size_t want, void *scratch, Estimate *found)
{
	size_t dim = prefilter.centroids.dim;
	auto smaller = [](const Estimate &a, const Estimate &b)
	{ return a.value != b.value ? a.value < b.value : a.centroid < b.centroid; };
	RabitqQuery query;
	size_t n = 0;

	rabitq_prepare(MetricId::InnerProduct, row, prefilter.mean, dim, scratch, &query);

	ListTerms terms = {query.mean_add, 0};

	for (size_t i = 0; i < block_count(prefilter.centroids.count); i++)
	{
		float limit = n < want ? std::numeric_limits<float>::max() : found[0].value;
		float lower[kHeight];
		float estimate[kHeight];
		uint32_t mask =
			rabitq_score_hot(query, terms, block_parts(prefilter.blocks + i * block_bytes(dim), dim), 0,
		                     limit, lower, estimate);

		for (; mask != 0; mask &= mask - 1)
		{
			size_t slot = static_cast<size_t>(__builtin_ctz(mask));
			Estimate next = {estimate[slot], static_cast<uint32_t>(i * kHeight + slot)};

			if (n == want && !smaller(next, found[0]))
			{
				continue;
			}
			if (n == want)
			{
				std::pop_heap(found, found + n--, smaller);
			}
			found[n++] = next;
			std::push_heap(found, found + n, smaller);
		}
	}
	return n;
}

// Scores the candidates of a row in full and keeps the best, best first, the lowest number at a tie.
static void
rank_exactly(const Work &work, size_t row, const Estimate *found, size_t n)
{
	const Centroids &centroids = work.prefilter.centroids;
	const float *x = work.rows + row * centroids.dim;
	ListScore scores[kPrefilterMost];

	for (size_t i = 0; i < n; i++)
	{
		uint32_t c = found[i].centroid;

		scores[i] = {kernels::active().dot_f32(x, centroids.rows + c * centroids.dim, centroids.dim) +
		                 centroids.bias[c],
		             c};
	}
	nearest_order(scores, n, n);
	for (size_t i = 0; i < work.want; i++)
	{
		// Fewer candidates than wanted: estimates that are not numbers.
		work.best[row * work.want + i] = i < n ? scores[i].list : 0;
		work.best_score[row * work.want + i] =
			i < n ? scores[i].score : -std::numeric_limits<float>::infinity();
	}
}

} // namespace vecsim::core
