// ivf_centroid.cpp - the centroids on their pages: written by the build, scored against a vector.
#include "pg/pg.h"

#include "ivf/ivf.h"
#include "ivf/ivf_centroid.h"

namespace vecsim::ivf
{

static void score_page(const Index &index, BlockNumber block, uint32 first, uint32 n, const CentroidQuery &query,
                       core::ListScore *scores);
static void score_spanning(const Index &index, uint32 centroid, const CentroidQuery &query, float *row,
                           core::ListScore *scores);
static float centroid_score(const Index &index, const CentroidHeader &header, float dot, const CentroidQuery &query);

// A page of the centroid store by its number.
static BlockNumber
centroid_page(const Index &index, uint32 number)
{
	return store_page(index.meta.centroids, index.meta.centroid_extents, number);
}

void
centroid_scores(const Index &index, const CentroidQuery &query, core::ListScore *scores)
{
	uint32 per_page = centroids_per_page(index.meta.dim);

	if (per_page == 0)
	{
		float *row = static_cast<float *>(palloc(centroid_bytes(index.meta.dim)));

		for (uint32 i = 0; i < index.meta.lists; i++)
		{
			score_spanning(index, i, query, row, scores);
			CHECK_FOR_INTERRUPTS();
		}
		pfree(row);
		return;
	}
	for (uint32 first = 0; first < index.meta.lists; first += per_page)
	{
		score_page(index, centroid_page(index, first / per_page), first, Min(per_page, index.meta.lists - first),
		           query, scores);
		CHECK_FOR_INTERRUPTS();
	}
}

// Scores the n centroids of one page, of which the first is number `first`.
static void
score_page(const Index &index, BlockNumber block, uint32 first, uint32 n, const CentroidQuery &query,
           core::ListScore *scores)
{
	constexpr uint32 kMost = BLCKSZ / (sizeof(CentroidHeader) + sizeof(float));
	Buffer buffer = page_read(index.relation, block, PageKind::Centroid, BUFFER_LOCK_SHARE);
	const char *rows = static_cast<char *>(buffer_page(buffer)) + kContent;
	Size stride = centroid_bytes(index.meta.dim);
	float dots[kMost];

	core::nearest_dots(query.vector, reinterpret_cast<const float *>(rows + sizeof(CentroidHeader)), stride, n,
	                   index.meta.dim, dots);
	for (uint32 i = 0; i < n; i++)
	{
		const CentroidHeader *header = reinterpret_cast<const CentroidHeader *>(rows + i * stride);

		scores[first + i].list = kFirstList + first + i;
		scores[first + i].score = centroid_score(index, *header, dots[i], query);
	}
	page_release(buffer);
}

// Scores one centroid that stands on several pages; row has room for it.
static void
score_spanning(const Index &index, uint32 centroid, const CentroidQuery &query, float *row, core::ListScore *scores)
{
	Size bytes = centroid_bytes(index.meta.dim);
	uint32 pages = centroid_pages(index.meta.dim, 1);
	float dot;

	for (uint32 i = 0; i < pages; i++)
	{
		Buffer buffer = page_read(index.relation, centroid_page(index, centroid * pages + i), PageKind::Centroid,
		                          BUFFER_LOCK_SHARE);
		Size at = i * kCentroidSpace;

		memcpy(reinterpret_cast<char *>(row) + at, static_cast<char *>(buffer_page(buffer)) + kContent,
		       Min(kCentroidSpace, bytes - at));
		page_release(buffer);
	}

	const CentroidHeader *header = reinterpret_cast<const CentroidHeader *>(row);

	core::nearest_dots(query.vector, reinterpret_cast<const float *>(header + 1), 0, 1, index.meta.dim, &dot);
	scores[centroid].list = kFirstList + centroid;
	scores[centroid].score = centroid_score(index, *header, dot, query);
}

// How good a list is.  Under inner product a query prefers lists whose rows reach far from their mean: with residuals
// of `spread` a dimension, the best rows of a list lie about two standard deviations above its mean.
static float
centroid_score(const Index &index, const CentroidHeader &header, float dot, const CentroidQuery &query)
{
	constexpr float kReach = 2;

	if (query.scoring == ListScoring::Query && index.metric->id == core::MetricId::InnerProduct)
	{
		return dot + kReach * query.norm * header.spread;
	}
	return dot + header.bias;
}

void
centroid_write(Relation relation, ForkNumber fork, const Extent &extent, uint32 dim, uint32 number,
               const CentroidHeader &header, const float *vector)
{
	uint32 per_page = centroids_per_page(dim);
	uint32 pages = per_page > 0 ? 1 : centroid_pages(dim, 1);
	BlockNumber first = extent.first + (per_page > 0 ? number / per_page : number * pages);
	Size at = per_page > 0 ? (number % per_page) * centroid_bytes(dim) : 0;
	Size done = 0; // of the vector

	for (uint32 i = 0; i < pages; i++)
	{
		Buffer buffer = ReadBufferExtended(relation, fork, first + i, RBM_NORMAL, nullptr);

		LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);

		char *to = static_cast<char *>(BufferGetPage(buffer)) + kContent + at;
		Size room = kCentroidSpace - at;

		if (i == 0)
		{
			memcpy(to, &header, sizeof(header));
			to += sizeof(header);
			room -= sizeof(header);
		}

		Size part = Min(room, dim * sizeof(float) - done);

		memcpy(to, reinterpret_cast<const char *>(vector) + done, part);
		done += part;
		MarkBufferDirty(buffer);
		page_release(buffer);
	}
}

} // namespace vecsim::ivf
