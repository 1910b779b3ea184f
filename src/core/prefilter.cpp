// prefilter.cpp - the nearest of many centroids, found by their one-bit codes and then exactly.
#include "core/prefilter.h"

#include "core/float_order.h"
#include "core/rabitq.h"
#include "kernels/kernels.h"

#include <algorithm>
#include <cmath>
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
// Three times as many as may be wanted, and a block.
constexpr size_t kRoom = 3 * kPrefilterMost + kHeight;
// Half width, in deviations of the code's error, of the bounds that tell which centroids may be nearer.
constexpr float kSigmas = 2.5f;

// A centroid and, before it, the rank of its estimated value: the smaller the number, the nearer.
using Estimate = uint64_t;

// A centroid that may be nearer than the best so far, and the lower bound of its value.
struct Rival
{
	float lower;
	uint32_t number;
};

} // namespace

static void code_block(const Centroids &centroids, const float *mean, size_t first, uint8_t *block);
static size_t find_candidates(const Prefilter &prefilter, const float *row, size_t want, void *scratch,
                              Estimate *found);
static size_t keep_smallest(Estimate *found, size_t n, size_t want);
static void improve(const Prefilter &prefilter, const float *row, void *scratch, uint32_t &best,
                    float &best_score);
static void compare(const Centroids &centroids, const float *row, const Rival *rivals, size_t n, float limit,
                    uint32_t &best, float &best_score);
static void rank_exactly(const Prefilter &prefilter, const float *row, const Estimate *found, size_t n,
                         size_t want, uint32_t *best, float *best_score);

static size_t
aligned(size_t bytes)
{
	return (bytes + kAlign - 1) / kAlign * kAlign;
}

// Codes, then add, rescale and err.
static size_t
block_bytes(size_t dim)
{
	return kHeight * (rabitq_hot_dim(dim) / 8 + sizeof(HotFactors));
}

static size_t
block_count(size_t count)
{
	return (count + kHeight - 1) / kHeight;
}

static HotBlock
block_parts(const uint8_t *block, size_t dim)
{
	const float *add = reinterpret_cast<const float *>(block + kHeight * rabitq_hot_dim(dim) / 8);
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
prefilter_build(const Centroids &centroids, void *memory, Prefilter *prefilter)
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
	*prefilter = {centroids, mean, blocks, blocks + aligned(n * bytes)};
	for (size_t i = 0; i < n; i++)
	{
		code_block(centroids, mean, i * kHeight, blocks + i * bytes);
	}
}

// Codes 32 centroids.  The value that is estimated is -(<x, c> + bias).
static void
code_block(const Centroids &centroids, const float *mean, size_t first, uint8_t *block)
{
	size_t dim = centroids.dim;
	float *add = reinterpret_cast<float *>(block + kHeight * rabitq_hot_dim(dim) / 8);
	uint16_t *rescale = reinterpret_cast<uint16_t *>(add + kHeight);

	memset(block, 0, block_bytes(dim));
	for (size_t slot = 0; slot < kHeight; slot++)
	{
		uint8_t bits[kHotMostDim / 8];
		HotFactors factors;

		if (first + slot >= centroids.count)
		{
			add[slot] = std::numeric_limits<float>::infinity();
			continue;
		}
		// Measured from the mean, as the rows are: what MetricId::InnerProduct would measure from the origin.
		rabitq_encode_hot(MetricId::Cosine, centroids.rows + (first + slot) * dim, mean, mean, dim, bits,
		                  &factors);
		rabitq_store_hot(bits, rabitq_hot_dim(dim), slot, block);
		add[slot] = factors.add - centroids.bias[first + slot];
		rescale[slot] = factors.rescale;
		rescale[kHeight + slot] = factors.err;
	}
}

void
prefilter_nearest(const Prefilter &prefilter, const float *rows, size_t n, size_t want, int thread,
                  uint32_t *best, float *best_score)
{
	size_t dim = prefilter.centroids.dim;
	void *scratch = prefilter.scratch + static_cast<size_t>(thread) * aligned(rabitq_query_bytes(dim));
	size_t candidates = std::min(std::max(want, kLeastCandidates), prefilter.centroids.count);
	Estimate found[kRoom];

	for (size_t i = 0; i < n; i++)
	{
		const float *row = rows + i * dim;
		size_t count = find_candidates(prefilter, row, candidates, scratch, found);

		rank_exactly(prefilter, row, found, count, want, best + i * want, best_score + i * want);
	}
}

// The centroids of the `want` smallest estimates, in no order.  found has room for kRoom of them: the best so far and
// some that came after, among which they are chosen anew when there is no more room.  That is faster than a heap.
static size_t
find_candidates(const Prefilter &prefilter, const float *row, size_t want, void *scratch, Estimate *found)
{
	size_t dim = prefilter.centroids.dim;
	size_t bytes = block_bytes(dim);
	float limit = std::numeric_limits<float>::max();
	RabitqQuery query;
	size_t n = 0;

	rabitq_prepare_estimates(row, prefilter.mean, dim, scratch, &query);

	ListTerms terms = {query.mean_add, 0};

	for (size_t i = 0; i < block_count(prefilter.centroids.count); i++)
	{
		float lower[kHeight];
		float estimate[kHeight];
		uint32_t mask = rabitq_score_hot(query, terms, block_parts(prefilter.blocks + i * bytes, dim), 0,
		                                 limit, lower, estimate);

		for (; mask != 0; mask &= mask - 1)
		{
			size_t slot = static_cast<size_t>(__builtin_ctz(mask));

			found[n++] = static_cast<uint64_t>(float_rank(estimate[slot])) << 32 | (i * kHeight + slot);
		}
		if (n >= 3 * want)
		{
			n = keep_smallest(found, n, want);
			limit = rank_float(static_cast<uint32_t>(found[want - 1] >> 32));
		}
	}
	return keep_smallest(found, n, want);
}

// Moves the `want` smallest to the front, the largest of them last; returns how many there are.
static size_t
keep_smallest(Estimate *found, size_t n, size_t want)
{
	if (n <= want)
	{
		return n;
	}
	std::nth_element(found, found + want - 1, found + n);
	return want;
}

static float
score_of(const Centroids &centroids, const float *row, uint32_t c)
{
	return kernels::active().dot_f32(row, centroids.rows + c * centroids.dim, centroids.dim) +
	       centroids.bias[c];
}

// Scores the candidates of a row in full and keeps the best, best first, the lowest number at a tie.
static void
rank_exactly(const Prefilter &prefilter, const float *row, const Estimate *found, size_t n, size_t want,
             uint32_t *best, float *best_score)
{
	const Centroids &centroids = prefilter.centroids;
	ListScore scores[kPrefilterMost];

	for (size_t i = 0; i < n; i++)
	{
		uint32_t c = static_cast<uint32_t>(found[i]);

		scores[i] = {score_of(centroids, row, c), c};
	}
	nearest_order(scores, n, n);
	for (size_t i = 0; i < want; i++)
	{
		// Fewer candidates than wanted: estimates that are not numbers.
		best[i] = i < n ? scores[i].list : 0;
		best_score[i] = i < n ? scores[i].score : -std::numeric_limits<float>::infinity();
	}
}

void
prefilter_improve(const Prefilter &prefilter, const float *rows, size_t n, int thread, uint32_t *best,
                  float *best_score)
{
	size_t dim = prefilter.centroids.dim;
	void *scratch = prefilter.scratch + static_cast<size_t>(thread) * aligned(rabitq_query_bytes(dim));

	for (size_t i = 0; i < n; i++)
	{
		improve(prefilter, rows + i * dim, scratch, best[i], best_score[i]);
	}
}

// The nearest centroid of a row, from one to begin with.  What is nearer has a lower bound below the value of the best
// so far, and below every upper bound.
static void
improve(const Prefilter &prefilter, const float *row, void *scratch, uint32_t &best, float &best_score)
{
	const Centroids &centroids = prefilter.centroids;
	size_t bytes = block_bytes(centroids.dim);
	RabitqQuery query;
	Rival rivals[kRoom];
	size_t n = 0;

	rabitq_prepare_estimates(row, prefilter.mean, centroids.dim, scratch, &query);

	float distance2 = kernels::active().l2sq_f32(row, prefilter.mean, centroids.dim);
	ListTerms terms = {query.mean_add, std::sqrt(distance2)};

	best_score = score_of(centroids, row, best);

	float limit = -best_score;

	for (size_t i = 0; i < block_count(centroids.count); i++)
	{
		float lower[kHeight];
		float estimate[kHeight];
		HotBlock block = block_parts(prefilter.blocks + i * bytes, centroids.dim);
		uint32_t mask = rabitq_score_hot(query, terms, block, kSigmas, limit, lower, estimate);

		for (; mask != 0; mask &= mask - 1)
		{
			size_t slot = static_cast<size_t>(__builtin_ctz(mask));

			rivals[n++] = {lower[slot], static_cast<uint32_t>(i * kHeight + slot)};
			limit = std::min(limit, 2 * estimate[slot] - lower[slot]);
		}
		if (n > kRoom - kHeight)
		{
			compare(centroids, row, rivals, n, limit, best, best_score);
			limit = std::min(limit, -best_score);
			n = 0;
		}
	}
	compare(centroids, row, rivals, n, limit, best, best_score);
}

// Scores the rivals of the best so far in full where their bounds let them be nearer than that and than `limit`.
static void
compare(const Centroids &centroids, const float *row, const Rival *rivals, size_t n, float limit,
        uint32_t &best, float &best_score)
{
	for (size_t i = 0; i < n; i++)
	{
		uint32_t number = rivals[i].number;

		if (rivals[i].lower > std::min(limit, -best_score) || number == best)
		{
			continue;
		}

		float score = score_of(centroids, row, number);

		if (score > best_score || (score == best_score && number < best))
		{
			best = number;
			best_score = score;
		}
	}
}

} // namespace vecsim::core
