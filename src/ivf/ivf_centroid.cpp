// ivf_centroid.cpp - the centroids on their pages: written by the build, scored against a vector.
#include "pg/pg.h"

#include "ivf/ivf_build.h"
#include "ivf/ivf_centroid.h"
#include "ivf/ivf_recent.h"

#include <algorithm>
#include <cmath>

namespace vecsim::ivf
{

// Reads sketches one after the other; the page of the last one stays at hand, share-locked.
struct SketchReader
{
	Size payload;  // of a sketch
	Buffer buffer; // invalid while there is none
	uint32 number; // in the store
};

static void score_page(const Index &index, uint32 first, uint32 n, const CentroidQuery &query,
                       core::ListScore *scores);
static void score_one(const Index &index, const CentroidHeader &header, float dot, const CentroidQuery &query,
                      uint32 number, core::ListScore *scores);
static float reach(const Index &index, float spread, const CentroidQuery &query);
static void score_codes(const Index &index, const CentroidQuery &query, core::ListScore *scores);
static void score_value(const Index &index, const CentroidHeader &header, float value,
                        const CentroidQuery &query, uint32 number, core::ListScore *score);
static uint32 score_groups(const Index &index, const CentroidQuery &query, GroupWalk &walk, uint32 depth,
                           core::ListScore *scores, uint32 found);
static void sort_by_number(core::ListScore *lists, uint32 n);
static void score_centroids(const Index &index, const CentroidQuery &query, core::ListScore *scores);
static SketchReader sketch_reader(const Index &index);
static void sketch_reader_end(SketchReader &reader);
static void score_sketch(const Index &index, const CentroidQuery &query, SketchReader &reader, uint32 number,
                         uint32 first, uint32 n, core::ListScore *scores);
static const char *sketch_page(const Index &index, uint32 number, SketchReader &reader);
static void read_spanning(const Index &index, uint32 number, char *to);
static void bytes_read(const Index &index, BlockNumber block, PageKind kind, Size at, char *to, Size bytes);
static void bytes_write(Relation relation, ForkNumber fork, BlockNumber block, Size at, const char *from,
                        Size bytes);

// A page of the centroid store by its number.
static BlockNumber
centroid_page(const Index &index, uint32 number)
{
	return store_page(index.meta.centroids, index.meta.centroid_extents, number);
}

bool
centroid_estimates(const Index &index, const CentroidQuery &query)
{
	return query.prepared != nullptr && index.meta.sketch_extents > 0;
}

void
centroid_begin(const Index &index, const CentroidQuery &query, GroupWalk &walk)
{
	walk = {nullptr, 0, 0};
	if (centroid_estimates(index, query) && index.meta.groups > 0)
	{
		uint32 first = group_count(index.meta.lists); // the sketch of the first groups
		SketchReader reader = sketch_reader(index);

		walk.groups =
			static_cast<core::ListScore *>(pg::alloc_array(index.meta.groups, sizeof(core::ListScore)));
		for (uint32 group = 0; group < index.meta.groups; group += kSketchHeight)
		{
			uint32 n = Min(kSketchHeight, index.meta.groups - group);

			score_sketch(index, query, reader, first + group / kSketchHeight, group, n, walk.groups + walk.n);
			walk.n += n;
		}
		sketch_reader_end(reader);
	}
}

uint32
centroid_scores(const Index &index, const CentroidQuery &query, GroupWalk &walk, uint32 depth,
                core::ListScore *scores, uint32 found)
{
	uint32 lists = index.meta.lists;

	if (walk.groups != nullptr)
	{
		return score_groups(index, query, walk, depth, scores, found);
	}
	if (found == lists)
	{
		return found;
	}
	if (centroid_estimates(index, query))
	{
		SketchReader reader = sketch_reader(index);

		for (uint32 first = 0; first < lists; first += kSketchHeight)
		{
			score_sketch(index, query, reader, first / kSketchHeight, kFirstList + first,
			             Min(kSketchHeight, lists - first), scores + first);
		}
		sketch_reader_end(reader);
	}
	else if (query.prepared != nullptr)
	{
		score_codes(index, query, scores);
	}
	else
	{
		score_centroids(index, query, scores);
	}
	return lists;
}

// See centroid_scores().  In a sample of k of n lists group by group, the nearest groups first, nearly all of the m
// nearest lists are found where k is a few times sqrt(m n): README has the numbers.
static uint32
score_groups(const Index &index, const CentroidQuery &query, GroupWalk &walk, uint32 depth,
             core::ListScore *scores, uint32 found)
{
	constexpr double kTimes = 6;
	uint32 lists = index.meta.lists;
	double wanted = kTimes * std::sqrt(static_cast<double>(depth) * lists);
	uint32 groups = group_count(static_cast<uint32>(Min(wanted, static_cast<double>(lists))));
	core::ListScore *coming = walk.groups + walk.next;

	if (groups <= walk.next)
	{
		return found;
	}

	SketchReader reader = sketch_reader(index);

	core::nearest_select(coming, walk.n - walk.next, groups - walk.next);
	sort_by_number(coming, groups - walk.next); // several sketches stand on a page
	for (; walk.next < groups; walk.next++)
	{
		uint32 group = walk.groups[walk.next].list;
		uint32 first = group * kSketchHeight;
		uint32 n = Min(kSketchHeight, lists - first);

		score_sketch(index, query, reader, group, kFirstList + first, n, scores + found);
		found += n;
	}
	sketch_reader_end(reader);
	return found;
}

static void
sort_by_number(core::ListScore *lists, uint32 n)
{
	std::sort(lists, lists + n,
	          [](const core::ListScore &a, const core::ListScore &b) { return a.list < b.list; });
}

// Scores all lists by the centroids themselves.
static void
score_centroids(const Index &index, const CentroidQuery &query, core::ListScore *scores)
{
	uint32 per_page = centroids_per_page(index.place_dim);

	for (uint32 first = 0; per_page > 0 && first < index.meta.lists; first += per_page)
	{
		score_page(index, first, Min(per_page, index.meta.lists - first), query, scores);
		CHECK_FOR_INTERRUPTS();
	}
	if (per_page > 0)
	{
		return;
	}

	float *vector = static_cast<float *>(palloc(index.place_dim * sizeof(float)));

	for (uint32 i = 0; i < index.meta.lists; i++)
	{
		CentroidHeader header = centroid_read(index, i, vector);
		float dot;

		core::nearest_dots(query.place, vector, 0, 1, index.place_dim, &dot);
		score_one(index, header, dot, query, i, scores);
		CHECK_FOR_INTERRUPTS();
	}
	pfree(vector);
}

// Scores the n centroids of one page, of which the first is number `first`.
static void
score_page(const Index &index, uint32 first, uint32 n, const CentroidQuery &query, core::ListScore *scores)
{
	constexpr uint32 kMost = BLCKSZ / (sizeof(CentroidHeader) + sizeof(float));
	Size stride = centroid_bytes(index.place_dim);
	BlockNumber block = centroid_page(index, first / centroids_per_page(index.place_dim));
	Buffer buffer = page_read(index.relation, block, PageKind::Centroid, BUFFER_LOCK_SHARE);
	const char *rows = static_cast<char *>(buffer_page(buffer)) + kContent;
	float dots[kMost];

	core::nearest_dots(query.place, reinterpret_cast<const float *>(rows + sizeof(CentroidHeader)), stride, n,
	                   index.place_dim, dots);
	for (uint32 i = 0; i < n; i++)
	{
		score_one(index, *reinterpret_cast<const CentroidHeader *>(rows + i * stride), dots[i], query,
		          first + i, scores);
	}
	page_release(buffer);
}

// Scores all lists by the codes of their centroids.
static void
score_codes(const Index &index, const CentroidQuery &query, core::ListScore *scores)
{
	constexpr uint32 kMost = BLCKSZ / sizeof(CentroidHeader);
	Size bytes = centroid_code_bytes(index.row_bytes);
	uint32 per_page = centroid_codes_per_page(index.row_bytes);
	float values[kMost];

	for (uint32 first = 0; first < index.meta.lists; first += per_page)
	{
		uint32 n = Min(per_page, index.meta.lists - first);
		BlockNumber block = store_page(index.meta.codes, index.meta.code_extents, first / per_page);
		Buffer buffer = page_read(index.relation, block, PageKind::CentroidCode, BUFFER_LOCK_SHARE);
		const char *records = static_cast<char *>(buffer_page(buffer)) + kContent;

		index.quantizer->two_level->estimate(query.prepared, records + sizeof(CentroidHeader), bytes, n,
		                                     values);
		for (uint32 i = 0; i < n; i++)
		{
			const CentroidHeader &header = *reinterpret_cast<const CentroidHeader *>(records + i * bytes);

			score_value(index, header, values[i], query, first + i, scores + first + i);
		}
		page_release(buffer);
		CHECK_FOR_INTERRUPTS();
	}
}

static SketchReader
sketch_reader(const Index &index)
{
	return {index.quantizer->payload_bytes(index.meta.dim, kSketchHeight), InvalidBuffer, 0};
}

static void
sketch_reader_end(SketchReader &reader)
{
	if (BufferIsValid(reader.buffer))
	{
		page_release(reader.buffer);
		reader.buffer = InvalidBuffer;
	}
}

// Estimates the scores of the first n of the 32 that a sketch is of.  Their lists are numbered from `first` on.
static void
score_sketch(const Index &index, const CentroidQuery &query, SketchReader &reader, uint32 number,
             uint32 first, uint32 n, core::ListScore *scores)
{
	uint32 per_page = sketches_per_page(reader.payload);
	const char *sketch =
		sketch_page(index, number / per_page, reader) + number % per_page * sketch_bytes(reader.payload);
	const float *spreads = reinterpret_cast<const float *>(sketch + reader.payload);
	float values[kSketchHeight];

	index.quantizer->two_level->estimate_block(query.prepared, sketch, values);
	for (uint32 i = 0; i < n; i++)
	{
		scores[i] = {-values[i] + reach(index, spreads[i], query), first + i};
	}
}

// The content of a page of sketches, which is locked instead of the one before it, if it is not that one.
static const char *
sketch_page(const Index &index, uint32 number, SketchReader &reader)
{
	if (BufferIsValid(reader.buffer) && reader.number != number)
	{
		page_release(reader.buffer);
		reader.buffer = InvalidBuffer;
		CHECK_FOR_INTERRUPTS();
	}
	if (!BufferIsValid(reader.buffer))
	{
		BlockNumber block = store_page(index.meta.sketches, index.meta.sketch_extents, number);

		reader.buffer = page_read(index.relation, block, PageKind::CentroidSketch, BUFFER_LOCK_SHARE);
		reader.number = number;
	}
	return static_cast<char *>(buffer_page(reader.buffer)) + kContent;
}

void
centroid_rescore(const Index &index, const CentroidQuery &query, core::ListScore *lists, uint32 n)
{
	Size bytes = centroid_code_bytes(index.row_bytes);
	uint32 per_page = centroid_codes_per_page(index.row_bytes);

	sort_by_number(lists, n);
	for (uint32 i = 0; pages_missing() && i < n; i++)
	{
		page_send(index.relation, store_page(index.meta.codes, index.meta.code_extents,
		                                     (lists[i].list - kFirstList) / per_page));
	}
	for (uint32 i = 0; i < n;)
	{
		uint32 page = (lists[i].list - kFirstList) / per_page;
		BlockNumber block = store_page(index.meta.codes, index.meta.code_extents, page);
		Buffer buffer = page_read(index.relation, block, PageKind::CentroidCode, BUFFER_LOCK_SHARE);
		const char *records = static_cast<char *>(buffer_page(buffer)) + kContent;

		for (; i < n && (lists[i].list - kFirstList) / per_page == page; i++)
		{
			uint32 number = lists[i].list - kFirstList;
			const char *record = records + number % per_page * bytes;
			float value;

			index.quantizer->two_level->estimate(query.prepared, record + sizeof(CentroidHeader), bytes, 1,
			                                     &value);
			score_value(index, *reinterpret_cast<const CentroidHeader *>(record), value, query, number,
			            lists + i);
		}
		page_release(buffer);
		CHECK_FOR_INTERRUPTS();
	}
}

// As score_one, from the value of the centroid: a squared distance under L2, else minus a product.
static void
score_value(const Index &index, const CentroidHeader &header, float value, const CentroidQuery &query,
            uint32 number, core::ListScore *score)
{
	bool l2 = index.metric->id == core::MetricId::L2;

	score->list = kFirstList + number;
	score->score = -value + reach(index, header.spread, query);
	query.terms[number] = {l2 ? value : value * header.length, header.norm2};
}

// Under inner product a query prefers lists whose rows reach far from their mean: with residuals of `spread` a
// dimension, the best rows of a list lie about two standard deviations above its mean.
static float
reach(const Index &index, float spread, const CentroidQuery &query)
{
	constexpr float kReach = 2;

	return index.metric->id == core::MetricId::InnerProduct ? kReach * query.norm * spread : 0;
}

// How good a list is, from the product with its centroid.
static void
score_one(const Index &index, const CentroidHeader &header, float dot, const CentroidQuery &query,
          uint32 number, core::ListScore *scores)
{
	bool products = query.scoring == ListScoring::Query && index.metric->id == core::MetricId::InnerProduct;

	scores[number].list = kFirstList + number;
	scores[number].score = dot + (products ? reach(index, header.spread, query) : header.bias);
}

void
centroid_compare(const Index &index, const CentroidQuery &query, core::ListScore *lists, uint32 n)
{
	float *vector = static_cast<float *>(palloc(index.place_dim * sizeof(float)));

	for (uint32 i = 0; i < n; i++)
	{
		CentroidHeader header = centroid_read(index, lists[i].list - kFirstList, vector);
		float dot;

		core::nearest_dots(query.place, vector, 0, 1, index.place_dim, &dot);
		lists[i].score = dot + header.bias;
	}
	pfree(vector);
}

CentroidHeader
centroid_read(const Index &index, uint32 number, float *vector)
{
	uint32 per_page = centroids_per_page(index.place_dim);
	Size bytes = centroid_bytes(index.place_dim);
	char *copy = static_cast<char *>(palloc(bytes));
	CentroidHeader header;

	if (per_page > 0)
	{
		bytes_read(index, centroid_page(index, number / per_page), PageKind::Centroid,
		           number % per_page * bytes, copy, bytes);
	}
	else
	{
		read_spanning(index, number, copy);
	}
	memcpy(&header, copy, sizeof(header));
	memcpy(vector, copy + sizeof(header), bytes - sizeof(header));
	pfree(copy);
	return header;
}

// Reads a centroid that stands on several pages.
static void
read_spanning(const Index &index, uint32 number, char *to)
{
	Size bytes = centroid_bytes(index.place_dim);
	uint32 pages = centroid_pages(index.place_dim, 1);

	for (uint32 i = 0; i < pages; i++)
	{
		Size at = i * kCentroidSpace;

		bytes_read(index, centroid_page(index, number * pages + i), PageKind::Centroid, 0, to + at,
		           Min(kCentroidSpace, bytes - at));
	}
}

// Copies bytes from the content of a page.
static void
bytes_read(const Index &index, BlockNumber block, PageKind kind, Size at, char *to, Size bytes)
{
	Buffer buffer = page_read(index.relation, block, kind, BUFFER_LOCK_SHARE);

	memcpy(to, static_cast<char *>(buffer_page(buffer)) + kContent + at, bytes);
	page_release(buffer);
}

// Copies bytes into the content of a page of an index under construction.
static void
bytes_write(Relation relation, ForkNumber fork, BlockNumber block, Size at, const char *from, Size bytes)
{
	Buffer buffer = build_page_at(relation, fork, block);

	memcpy(static_cast<char *>(buffer_page(buffer)) + kContent + at, from, bytes);
	page_release(buffer);
}

void
centroid_write(Relation relation, ForkNumber fork, const Extent &extent, uint32 place_dim, uint32 number,
               const CentroidHeader &header, const float *vector)
{
	uint32 per_page = centroids_per_page(place_dim);
	Size bytes = centroid_bytes(place_dim);
	char *copy = static_cast<char *>(palloc(bytes));

	memcpy(copy, &header, sizeof(header));
	memcpy(copy + sizeof(header), vector, bytes - sizeof(header));
	if (per_page > 0)
	{
		bytes_write(relation, fork, extent.first + number / per_page, number % per_page * bytes, copy, bytes);
	}
	else
	{
		uint32 pages = centroid_pages(place_dim, 1);

		for (uint32 i = 0; i < pages; i++)
		{
			Size at = i * kCentroidSpace;

			bytes_write(relation, fork, extent.first + number * pages + i, 0, copy + at,
			            Min(kCentroidSpace, bytes - at));
		}
	}
	pfree(copy);
}

void
centroid_code_write(Relation relation, ForkNumber fork, const Extent &extent, Size row_bytes, uint32 number,
                    const CentroidHeader &header, const void *code)
{
	Size bytes = centroid_code_bytes(row_bytes);
	uint32 per_page = centroid_codes_per_page(row_bytes);
	BlockNumber block = extent.first + number / per_page;
	Size at = number % per_page * bytes;

	bytes_write(relation, fork, block, at, reinterpret_cast<const char *>(&header), sizeof(header));
	bytes_write(relation, fork, block, at + sizeof(header), static_cast<const char *>(code), row_bytes);
}

void
centroid_sketch_write(const Build &build, const Extent &extent, uint32 number, float spread,
                      const void *entry)
{
	Size payload = build.quantizer->payload_bytes(build.dim, kSketchHeight);
	uint32 per_page = sketches_per_page(payload);
	uint32 slot = number % kSketchHeight;
	Buffer buffer =
		build_page_at(build.relation, build.fork, extent.first + number / kSketchHeight / per_page);
	char *sketch = static_cast<char *>(buffer_page(buffer)) + kContent +
	               number / kSketchHeight % per_page * sketch_bytes(payload);

	build.quantizer->store(entry, build.dim, kSketchHeight, slot, sketch);
	reinterpret_cast<float *>(sketch + payload)[slot] = spread;
	page_release(buffer);
}

uint32
mean_pages(uint32 place_dim)
{
	return static_cast<uint32>((place_dim * sizeof(float) + kCentroidSpace - 1) / kCentroidSpace);
}

void
mean_read(const Index &index, float *mean)
{
	Size bytes = index.place_dim * sizeof(float);

	for (uint32 i = 0; i < mean_pages(index.place_dim); i++)
	{
		Size at = i * kCentroidSpace;

		bytes_read(index, index.meta.mean + i, PageKind::Mean, 0, reinterpret_cast<char *>(mean) + at,
		           Min(kCentroidSpace, bytes - at));
	}
}

void
mean_write(Relation relation, ForkNumber fork, const Extent &extent, uint32 place_dim, const float *mean)
{
	Size bytes = place_dim * sizeof(float);

	for (uint32 i = 0; i < extent.pages; i++)
	{
		Size at = i * kCentroidSpace;

		bytes_write(relation, fork, extent.first + i, 0, reinterpret_cast<const char *>(mean) + at,
		            Min(kCentroidSpace, bytes - at));
	}
}

} // namespace vecsim::ivf
