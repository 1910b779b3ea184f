// ivf_index.cpp - the metapage and what it leads to: geometry, stores, directory, TIDs.
#include "pg/pg.h"

#include "ivf/ivf_full.h"
#include "ivf/ivf_recent.h"

namespace vecsim::ivf
{

static void check_meta(Relation relation, const MetaPage &meta);
static void check_extents(const Index &index);

void
index_read(Index &index, Relation relation)
{
	Buffer buffer = page_read(relation, kMetaBlock, PageKind::Meta, BUFFER_LOCK_SHARE);

	memcpy(&index.meta, page_meta(buffer_page(buffer)), sizeof(MetaPage));
	page_release(buffer);
	check_meta(relation, index.meta);
	index.relation = relation;
	index.input = index_input(relation);
	index.order = core::metric_by_id(index.meta.metric);
	index.metric = &code_metric(*index.order);
	index.distance_unit = index.meta.taxicab > 0 ? static_cast<double>(index.meta.taxicab) : 1;
	index.quantizer = core::quantizer_by_id(index.meta.quantizer);
	index.geometry =
		geometry_with(*index.quantizer, index.meta.dim, index.meta.height, index.meta.blocks_per_page);
	index.place_dim = place_dim_of(*index.quantizer, index.meta.dim);
	index.row_bytes =
		index.quantizer->two_level != nullptr ? index.quantizer->two_level->row_bytes(index.meta.dim) : 0;
	index.value_bytes = index.meta.values != 0 ? full_bytes(index.input) : 0;
	if (index.geometry.height == 0)
	{
		index_corrupted(relation, kMetaBlock, "Its blocks do not fit on a page.");
	}
	if (index.input.floats != index.meta.dim)
	{
		index_corrupted(relation, kMetaBlock, "Its dimensions are not those of the column.");
	}
	check_extents(index);
}

static void
check_meta(Relation relation, const MetaPage &meta)
{
	if (meta.magic != kMagic)
	{
		index_corrupted(relation, kMetaBlock, "The metapage has no magic number.");
	}
	if (meta.version != kFormatVersion)
	{
		ereport(ERROR, (errcode(ERRCODE_INDEX_CORRUPTED),
		                errmsg("ivf index \"%s\" has format version %u, this vecsim reads version %u",
		                       RelationGetRelationName(relation), meta.version, kFormatVersion),
		                errhint("Please REINDEX it or update vecsim.")));
	}
	if (!meta_sealed(meta))
	{
		index_corrupted(relation, kMetaBlock, "The check sum of the metapage is wrong.");
	}
	if (core::metric_by_id(meta.metric) == nullptr || core::quantizer_by_id(meta.quantizer) == nullptr ||
	    meta.dim == 0 || meta.dim > types::kVectorMaxDim || meta.lists == 0 || meta.lists > kMaxLists ||
	    meta.values > 1 || (meta.groups != 0 && meta.groups != group_count(meta.lists)) || meta.height == 0 ||
	    meta.height > kTallestBlock || meta.blocks_per_page == 0 ||
	    meta.blocks_per_page > BLCKSZ / sizeof(BlockHeader))
	{
		index_corrupted(relation, kMetaBlock, "The metapage has a value that is out of range.");
	}
}

// Two-level codes want a code of each centroid, where there is a mean; sketches of all centroids or of none.
static bool
codes_complete(const Index &index)
{
	const MetaPage &meta = index.meta;

	if (index.quantizer->two_level == nullptr || !BlockNumberIsValid(meta.mean))
	{
		return true;
	}

	uint64 codes = static_cast<uint64>(store_pages(meta.codes, meta.code_extents)) *
	               centroid_codes_per_page(index.row_bytes);
	uint64 sketches = sketch_pages(index.quantizer->payload_bytes(meta.dim, kSketchHeight),
	                               sketched_count(meta.lists, meta.groups));

	return codes >= meta.lists && (meta.groups == 0 || meta.sketch_extents > 0) &&
	       (meta.sketch_extents == 0 || store_pages(meta.sketches, meta.sketch_extents) >= sketches);
}

// The stores must be as long as the numbers of lists and rows say.
static void
check_extents(const Index &index)
{
	const MetaPage &meta = index.meta;

	if (meta.tid_extents > kStoreExtents || meta.row_extents > kStoreExtents ||
	    meta.value_extents > kStoreExtents || meta.centroid_extents > kTableExtents ||
	    meta.directory_extents > kTableExtents || meta.code_extents > kTableExtents ||
	    meta.sketch_extents > kTableExtents ||
	    static_cast<uint64>(store_pages(meta.directory, meta.directory_extents)) * kListsPerPage <
	        static_cast<uint64>(meta.lists) + kFirstList ||
	    store_pages(meta.centroids, meta.centroid_extents) < centroid_pages(index.place_dim, meta.lists) ||
	    !codes_complete(index))
	{
		index_corrupted(index.relation, kMetaBlock, "The metapage names too few pages of lists.");
	}
}

// A cold code and that of a centroid stand on one page.
static bool
row_fits(const core::Quantizer &quantizer, uint32 dim)
{
	Size bytes = quantizer.two_level != nullptr ? quantizer.two_level->row_bytes(dim) : 0;

	return bytes <= kRowSpace && centroid_code_bytes(bytes) <= kCentroidSpace;
}

Geometry
geometry_with(const core::Quantizer &quantizer, uint32 dim, uint32 height, uint32 blocks)
{
	Size payload = quantizer.payload_bytes(dim, height);
	Size rows_offset = kPageHeader + blocks * sizeof(BlockHeader);
	Size payload_offset =
		TYPEALIGN(kAlign, rows_offset + static_cast<Size>(blocks) * height * sizeof(uint32));

	if (!row_fits(quantizer, dim) || (quantizer.height > 0 && height != quantizer.height) ||
	    payload_offset + blocks * payload > kPageEnd)
	{
		return Geometry{};
	}
	return {height, blocks, payload, rows_offset, payload_offset};
}

Geometry
geometry_of(const core::Quantizer &quantizer, uint32 dim)
{
	uint32 tallest = quantizer.height > 0 ? static_cast<uint32>(quantizer.height) : kTallestBlock;
	uint32 lowest = quantizer.height > 0 ? tallest : 1;

	for (uint32 height = tallest; height >= lowest; height--)
	{
		Size bytes = quantizer.payload_bytes(dim, height) + sizeof(BlockHeader);
		uint32 least = height > lowest ? 4 : 1;

		for (uint32 blocks = Max(static_cast<uint32>(kPageEnd / bytes), 1); blocks >= least; blocks--)
		{
			Geometry geometry = geometry_with(quantizer, dim, height, blocks);

			if (geometry.height > 0)
			{
				return geometry;
			}
		}
	}
	return Geometry{};
}

uint32
geometry_max_dim(const core::Quantizer &quantizer)
{
	uint32 fits = 0;
	uint32 too_large = types::kVectorMaxDim + 1;

	while (too_large - fits > 1)
	{
		uint32 middle = (fits + too_large) / 2;

		if (geometry_of(quantizer, middle).height > 0)
		{
			fits = middle;
		}
		else
		{
			too_large = middle;
		}
	}
	return fits;
}

const core::Metric &
index_metric(Relation relation)
{
	FmgrInfo *function = index_getprocinfo(relation, 1, 1);
	int32 id = DatumGetInt32(FunctionCall0Coll(function, InvalidOid));
	const core::Metric *metric = core::metric_by_id(static_cast<uint8>(id));

	if (id < 0 || id > PG_UINT8_MAX || metric == nullptr)
	{
		ereport(ERROR, (errcode(ERRCODE_INVALID_OBJECT_DEFINITION),
		                errmsg("support function 1 of the operator class of index \"%s\" names metric %d, "
		                       "which does not exist",
		                       RelationGetRelationName(relation), id)));
	}
	return *metric;
}

const core::Metric &
code_metric(const core::Metric &order)
{
	return *core::metric_by_id(static_cast<uint8>(order.codes));
}

bool
index_estimates(const Index &index)
{
	return index.input.lossy || index.order != index.metric;
}

BlockNumber
store_page(const Extent *extents, int n, uint32 number)
{
	for (int i = 0; i < n; i++)
	{
		if (number < extents[i].pages)
		{
			return extents[i].first + number;
		}
		number -= extents[i].pages;
	}
	return InvalidBlockNumber;
}

uint32
store_pages(const Extent *extents, int n)
{
	uint32 pages = 0;

	for (int i = 0; i < n; i++)
	{
		pages += extents[i].pages;
	}
	return pages;
}

BlockNumber
directory_page(const Index &index, uint32 list)
{
	return store_page(index.meta.directory, index.meta.directory_extents, list / kListsPerPage);
}

ListEntry
directory_read(const Index &index, uint32 list)
{
	Buffer buffer =
		page_read(index.relation, directory_page(index, list), PageKind::Directory, BUFFER_LOCK_SHARE);
	ListEntry entry = *page_list_entry(buffer_page(buffer), list % kListsPerPage);

	page_release(buffer);
	if (!list_entry_sealed(entry))
	{
		index_corrupted(index.relation, directory_page(index, list),
		                "The check sum of a list's entry is wrong.");
	}
	return entry;
}

void
row_find(const Index &index, uint32 row, BlockNumber *block, uint32 *slot)
{
	uint32 per_page = rows_per_page(index.row_bytes);

	*block = store_page(index.meta.rows, index.meta.row_extents, row / per_page);
	*slot = row % per_page;
	if (!BlockNumberIsValid(*block))
	{
		// The store may have grown since the metapage was read.
		Index fresh;

		index_read(fresh, index.relation);
		*block = store_page(fresh.meta.rows, fresh.meta.row_extents, row / per_page);
		if (!BlockNumberIsValid(*block))
		{
			index_corrupted(index.relation, kMetaBlock, "An entry names a row number that does not exist.");
		}
	}
}

void
row_hint(const Index &index, uint32 row)
{
	uint32 per_page = rows_per_page(index.row_bytes);
	BlockNumber block = store_page(index.meta.rows, index.meta.row_extents, row / per_page);

	page_hint(index.relation, block, kContent + row % per_page * index.row_bytes, index.row_bytes);
}

void
tid_hint(const Index &index, uint32 row)
{
	BlockNumber block = store_page(index.meta.tids, index.meta.tid_extents, row / kTidsPerPage);

	page_hint(index.relation, block, kPageHeader + row % kTidsPerPage * sizeof(TidSlot), sizeof(TidSlot));
}

bool
tid_read(const Index &index, uint32 row, ItemPointer tid)
{
	BlockNumber block = store_page(index.meta.tids, index.meta.tid_extents, row / kTidsPerPage);

	if (!BlockNumberIsValid(block))
	{
		// The store may have grown since the metapage was read.
		Index fresh;

		index_read(fresh, index.relation);
		block = store_page(fresh.meta.tids, fresh.meta.tid_extents, row / kTidsPerPage);
		if (!BlockNumberIsValid(block))
		{
			index_corrupted(index.relation, kMetaBlock, "An entry names a row number that does not exist.");
		}
	}

	Buffer buffer = page_read(index.relation, block, PageKind::Tid, BUFFER_LOCK_SHARE);
	TidSlot slot = *page_tid_slot(buffer_page(buffer), row % kTidsPerPage);

	page_release(buffer);
	if (!tid_slot_live(slot))
	{
		return false;
	}
	*tid = tid_slot_get(slot);
	if (!OffsetNumberIsValid(ItemPointerGetOffsetNumberNoCheck(tid)) ||
	    ItemPointerGetOffsetNumberNoCheck(tid) > MaxHeapTuplesPerPage)
	{
		index_corrupted(index.relation, block, "A heap TID is not valid.");
	}
	return true;
}

} // namespace vecsim::ivf
