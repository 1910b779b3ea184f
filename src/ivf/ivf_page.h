// ivf_page.h - what stands on the pages of an ivf index: every struct on disk, and where things are on a page.
//
// See README in this room for the picture.  Ids are never renumbered; a new layout is a new format version.
#ifndef VECSIM_IVF_PAGE_H
#define VECSIM_IVF_PAGE_H

#include "pg/pg.h"

namespace vecsim::ivf
{

inline constexpr uint32 kMagic = 0x56435331; // "VCS1"
// 1 had no store of values, 2 no sketches above 1,920 dimensions, 3 hot codes of all dimensions, on several pages.
inline constexpr uint16 kFormatVersion = 4;
inline constexpr BlockNumber kMetaBlock = 0;

// ---- Every page ----------------------------------------------------------------------------------------------------

enum class PageKind : uint16
{
	Meta = 1,
	Centroid = 2,
	Directory = 3,
	Block = 4, // blocks of entries, of any lists
	Tid = 5,   // heap TIDs by row number
	Row = 6,   // cold codes by row number
	Free = 7,  // belongs to nothing
	Mean = 8,  // the mean of all rows
	Calibration = 9,
	CentroidCode = 10,
	CentroidSketch = 12, // 11 were the rest of a block too large for its page
	Value = 13,          // rows' own values by row number
};

// At the end of every page.
struct PageOpaque
{
	uint32 room;      // Tid: slots below this one are taken; else 0
	uint32 check;     // Tid: sum of tid_mix() over live slots; else 0
	uint32 unused[2]; // 0
};

static_assert(sizeof(PageOpaque) == 16, "on disk");

// What a page is.  It stands where heap pages keep pd_prune_xid, in the cache line that every reader of a page touches
// anyway: at the page's end it would cost a miss a page.
struct PageTag
{
	uint16 kind;    // PageKind
	uint16 page_id; // kPageId
};

static_assert(sizeof(PageTag) == sizeof(TransactionId), "in its place");

inline constexpr uint16 kPageId = 0xFF91;
inline constexpr Size kPageHeader = MAXALIGN(SizeOfPageHeaderData);
inline constexpr Size kPageEnd = BLCKSZ - sizeof(PageOpaque); // first byte behind the content
inline constexpr Size kContent = 32;                          // content of pages that want alignment
inline constexpr Size kAlign = 32;

static_assert(kPageHeader <= kContent, "content begins behind the page header");

inline PageOpaque *
page_opaque(Page page)
{
	return reinterpret_cast<PageOpaque *>(static_cast<char *>(page) + kPageEnd);
}

inline PageTag *
page_tag(Page page)
{
	return reinterpret_cast<PageTag *>(&reinterpret_cast<PageHeader>(page)->pd_prune_xid);
}

// Makes a page of a kind, zeroed.  There is no hole between pd_lower and pd_upper: WAL would not keep what is in it.
void page_format(Page page, PageKind kind);

// ---- Metapage ------------------------------------------------------------------------------------------------------

// A run of neighbouring pages.  A store (TIDs, centroids, ...) is a few of them, in order.
struct Extent
{
	BlockNumber first;
	uint32 pages;
};

static_assert(sizeof(Extent) == 8, "on disk");

inline constexpr int kStoreExtents = 160;
inline constexpr int kTableExtents = 32;

struct MetaPage
{
	uint32 magic;
	uint16 version;
	uint8 metric;    // core::MetricId
	uint8 quantizer; // core::QuantizerId
	uint32 dim;
	uint32 lists;            // lists with a centroid
	uint32 height;           // entries a block
	uint32 blocks_per_page;  // blocks a page
	uint32 epoch;            // changes when lists are made, split, merged or moved
	uint32 tid_room;         // page of the TID store where inserts begin to look for a free row number
	uint64 seed;             // of everything random
	uint64 built_rows;       // rows when the index was built
	BlockNumber mean;        // first page of the mean of all rows, invalid while there is none
	BlockNumber calibration; // first page of the calibration, invalid while there is none
	uint16 tid_extents;
	uint16 row_extents;
	uint16 centroid_extents;
	uint16 directory_extents;
	uint16 code_extents;
	uint16 sketch_extents;
	float taxicab; // under L1: the least L1 distance of near rows in parts of their L2 distance, 0 if not known
	uint16 value_extents;
	uint16 values; // 1 where the index keeps rows' own values, else 0
	uint32 groups; // sketches behind those of the lists, each of which stands for 32 of them; or 0
	Extent tids[kStoreExtents];
	Extent rows[kStoreExtents];
	Extent value_store[kStoreExtents];
	Extent centroids[kTableExtents];
	Extent directory[kTableExtents];
	Extent codes[kTableExtents];    // of centroids
	Extent sketches[kTableExtents]; // likewise
	uint32 check;                   // CRC-32C of all before it
	uint32 unused2;
};

static_assert(sizeof(MetaPage) == 88 + 3 * 8 * kStoreExtents + 4 * 8 * kTableExtents, "on disk");
static_assert(kPageHeader + sizeof(MetaPage) <= kPageEnd, "on one page");

inline MetaPage *
page_meta(Page page)
{
	return reinterpret_cast<MetaPage *>(static_cast<char *>(page) + kPageHeader);
}

// ---- Lists and their directory -------------------------------------------------------------------------------------

// The first lists have no centroid and no codes: rows that codes cannot rank, scored exactly by every scan; rows whose
// distance is NaN (zero vectors under cosine); and NULLs.  The last two are read when everything else has been.
inline constexpr uint32 kListUnranked = 0;
inline constexpr uint32 kListNan = 1;
inline constexpr uint32 kListNull = 2;
inline constexpr uint32 kFirstList = 3; // the list of centroid 0

inline constexpr uint32 kNoList = 0xFFFFFFFF; // a block that belongs to no list
inline constexpr uint32 kNoRow = 0xFFFFFFFF;
inline constexpr uint32 kMaxLists = 1048576;

// Where a block is.  page is InvalidBlockNumber where there is none.
struct BlockRef
{
	BlockNumber page;
	uint16 index;
	uint16 unused;
};

static_assert(sizeof(BlockRef) == 8, "on disk");

inline constexpr BlockRef kNoBlock = {InvalidBlockNumber, 0, 0};

inline bool
block_exists(BlockRef ref)
{
	return BlockNumberIsValid(ref.page);
}

inline bool
block_same(BlockRef a, BlockRef b)
{
	return a.page == b.page && a.index == b.index;
}

// A list in the directory: one cache line.
struct ListEntry
{
	uint32 generation; // blocks of an older generation are no longer of this list
	uint32 blocks;     // blocks linked
	BlockRef first;
	BlockRef tail;       // the last one; later ones may have been linked since: follow next
	BlockRef room;       // where inserts begin to look for a free slot
	uint32 live;         // entries, when last counted (build, VACUUM)
	uint32 dead;         // slots free for reuse, likewise
	double residual_sum; // sum of squared distances to the centroid, likewise
	float scale;         // of factors stored in 16 bits, 0 where the quantiser needs none
	uint32 run;          // blocks from `first` on that neighbour each other
	uint32 unused;
	uint32 check; // CRC-32C of all before it
};

static_assert(sizeof(ListEntry) == 64, "a cache line, on disk");

inline constexpr uint32 kListsPerPage = (kPageEnd - kContent) / sizeof(ListEntry);

inline ListEntry *
page_list_entry(Page page, uint32 index)
{
	return reinterpret_cast<ListEntry *>(static_cast<char *>(page) + kContent) + index;
}

// ---- Blocks --------------------------------------------------------------------------------------------------------

struct BlockHeader
{
	uint32 list; // kNoList: free
	uint32 generation;
	BlockRef next;
	uint32 live_mask; // bit i: slot i holds an entry; not used in lists without codes
	uint32 check;     // link_mix() of next, plus row_mix() of each entry
};

static_assert(sizeof(BlockHeader) == 24, "on disk");

// Entries a block holds at most: the width of the mask, and of a FastScan block.
inline constexpr uint32 kTallestBlock = 32;

// Where the blocks of a page are: headers, then row numbers (height a block), then the quantiser's payloads.
// In a list without codes the payload of a block is an array of row numbers instead, kNoRow where a slot is free.
struct Geometry
{
	uint32 height;
	uint32 blocks_per_page;
	Size payload_bytes; // of one block
	Size rows_offset;
	Size payload_offset; // 32-byte aligned
};

inline BlockHeader *
page_block(Page page, uint32 index)
{
	return reinterpret_cast<BlockHeader *>(static_cast<char *>(page) + kPageHeader) + index;
}

inline uint32 *
page_block_rows(Page page, const Geometry &geometry, uint32 index)
{
	return reinterpret_cast<uint32 *>(static_cast<char *>(page) + geometry.rows_offset) +
	       index * geometry.height;
}

inline void *
page_block_payload(Page page, const Geometry &geometry, uint32 index)
{
	return static_cast<char *>(page) + geometry.payload_offset + index * geometry.payload_bytes;
}

// Row numbers that a block of a list without codes holds.
inline uint32
codeless_slots(const Geometry &geometry)
{
	return static_cast<uint32>(geometry.payload_bytes / sizeof(uint32));
}

inline uint32 *
page_codeless_rows(Page page, const Geometry &geometry, uint32 index)
{
	return static_cast<uint32 *>(page_block_payload(page, geometry, index));
}

// Damage to links and row numbers must not go unseen, page checksums or not.  So each block carries a sum
// over them that an insert or a deletion changes by one term, and that a scan forms again as it reads.
inline constexpr uint32 kSlotMix = 0x9E3779B1u;
inline constexpr uint32 kRowMix = 0x85EBCA6Bu;

inline uint32
row_mix(uint32 slot, uint32 row)
{
	return (row ^ (slot * kSlotMix)) * kRowMix + slot;
}

// The sum of row_mix() over the live slots of a block.  Factor and constants of the terms are taken out of the sum,
// which leaves a full block, the ordinary case, a loop that compilers turn into a few instructions.
inline uint32
rows_mix(const uint32 *rows, uint32 live)
{
	uint32 sum = 0;
	uint32 slots = 0;

	if (live == 0xFFFFFFFFu)
	{
		for (uint32 slot = 0; slot < 32; slot++)
		{
			sum += rows[slot] ^ (slot * kSlotMix);
			slots += slot;
		}
		return sum * kRowMix + slots;
	}
	for (uint32 mask = live; mask != 0; mask &= mask - 1)
	{
		uint32 slot = static_cast<uint32>(pg_rightmost_one_pos32(mask));

		sum += rows[slot] ^ (slot * kSlotMix);
		slots += slot;
	}
	return sum * kRowMix + slots;
}

inline uint32
link_mix(uint32 list, BlockRef next)
{
	return (next.page ^ (next.index * 0x9E3779B1u)) * 0xC2B2AE35u + list;
}

// All slots of a block of this height.
inline uint32
full_mask(uint32 height)
{
	return height == 32 ? 0xFFFFFFFFu : (1u << height) - 1;
}

// ---- TID store -----------------------------------------------------------------------------------------------------

// A heap TID whose offset number carries two bits on top.  Offsets need at most 11 bits (32 kB pages).
// A row number whose live bit is clear is free.
struct TidSlot
{
	ItemPointerData tid;
};

static_assert(sizeof(TidSlot) == 6, "on disk");
static_assert(MaxHeapTuplesPerPage < 0x4000, "the top bits of an offset number are free");

inline constexpr OffsetNumber kTidLive = 0x8000;
inline constexpr OffsetNumber kTidCoded = 0x4000; // the row store has a cold code of it
inline constexpr uint32 kTidsPerPage = (kPageEnd - kPageHeader) / sizeof(TidSlot);

inline TidSlot *
page_tid_slot(Page page, uint32 index)
{
	return reinterpret_cast<TidSlot *>(static_cast<char *>(page) + kPageHeader) + index;
}

inline bool
tid_slot_live(const TidSlot &slot)
{
	return (slot.tid.ip_posid & kTidLive) != 0;
}

inline bool
tid_slot_coded(const TidSlot &slot)
{
	return tid_slot_live(slot) && (slot.tid.ip_posid & kTidCoded) != 0;
}

// The TID of a live slot.
inline ItemPointerData
tid_slot_get(const TidSlot &slot)
{
	ItemPointerData tid = slot.tid;

	tid.ip_posid &= static_cast<OffsetNumber>(~(kTidLive | kTidCoded));
	return tid;
}

// Terms of the sum that a TID page carries over its live slots.
inline uint32
tid_mix(uint32 index, const TidSlot &slot)
{
	uint32 block = ItemPointerGetBlockNumberNoCheck(&slot.tid);

	return (block ^ (index * 0x9E3779B1u)) * 0x85EBCA6Bu + slot.tid.ip_posid * 0xC2B2AE35u;
}

inline void
tid_slot_set(TidSlot &slot, ItemPointerData tid, bool coded)
{
	slot.tid = tid;
	slot.tid.ip_posid |= static_cast<OffsetNumber>(kTidLive | (coded ? kTidCoded : 0));
}

// ---- Row store -----------------------------------------------------------------------------------------------------

// Cold codes by row number: as many as fit a page, each of row_bytes.
inline constexpr Size kRowSpace = kPageEnd - kContent;

// A cold code takes at least the bytes of 64 dimensions in four bits.
inline constexpr uint32 kMostRowsPerPage = kRowSpace / 32;

inline uint32
rows_per_page(Size row_bytes)
{
	return static_cast<uint32>(kRowSpace / row_bytes);
}

inline char *
page_row(Page page, Size row_bytes, uint32 index)
{
	return static_cast<char *>(page) + kContent + index * row_bytes;
}

// ---- Value store ---------------------------------------------------------------------------------------------------

// Rows' own values by row number, each of value_bytes, which are a multiple of 4.  They stand one behind the other
// through all pages of the store, as if these were one piece.
inline constexpr Size kValueSpace = (kPageEnd - kPageHeader) / sizeof(uint32) * sizeof(uint32);

// The part of a value that stands on one page.
struct ValuePart
{
	uint64 page; // of the store
	Size offset; // in the page's kValueSpace
	Size done;   // bytes of the value on the pages before
	Size bytes;
};

// Calls visit(part) for each part of a row's value, in their order.
template <typename Visit>
inline void
each_value_part(Size value_bytes, uint32 row, Visit visit)
{
	uint64 at = static_cast<uint64>(row) * value_bytes;

	for (Size done = 0; done < value_bytes;)
	{
		Size offset = static_cast<Size>(at % kValueSpace);
		Size bytes = Min(kValueSpace - offset, value_bytes - done);

		visit(ValuePart{at / kValueSpace, offset, done, bytes});
		at += bytes;
		done += bytes;
	}
}

// Pages that the values of the first n rows take.
inline uint64
value_pages(Size value_bytes, uint64 n)
{
	return (n * value_bytes + kValueSpace - 1) / kValueSpace;
}

inline char *
page_value(Page page, Size offset)
{
	return static_cast<char *>(page) + kPageHeader + offset;
}

// ---- Centroids -----------------------------------------------------------------------------------------------------

// A centroid in its pages: as many as fit a page, or several pages for one.
struct CentroidHeader
{
	float bias;   // -|c|^2 / 2, 0 where centroids are of unit length
	float spread; // sqrt(mean squared residual / dim)
	float length; // the centre that codes are made against is the centroid times this
	float norm2;  // squared length of that centre
};

static_assert(sizeof(CentroidHeader) == 16, "on disk");

inline Size
centroid_bytes(uint32 dim)
{
	return sizeof(CentroidHeader) + sizeof(float) * dim;
}

inline constexpr Size kCentroidSpace = kPageEnd - kContent;

// Centroids a page, 0 where one needs several pages.
inline uint32
centroids_per_page(uint32 dim)
{
	return static_cast<uint32>(kCentroidSpace / centroid_bytes(dim));
}

// With two-level codes every centroid also stands as a cold code behind a header, as many as fit a page: that is what
// queries read.
inline Size
centroid_code_bytes(Size row_bytes)
{
	return TYPEALIGN(sizeof(float), sizeof(CentroidHeader) + row_bytes);
}

inline uint32
centroid_codes_per_page(Size row_bytes)
{
	return static_cast<uint32>(kCentroidSpace / centroid_code_bytes(row_bytes));
}

// And where lists are many, every 32 centroids as a sketch: a block's payload of hot codes, which tells the lists worth
// a look at their codes, and the spreads of the 32.  As many as fit stand on a page.
inline constexpr uint32 kSketchHeight = 32;
inline constexpr uint32 kFewLists = 32; // up to as many, all codes are looked at anyway

inline Size
sketch_bytes(Size payload_bytes)
{
	return TYPEALIGN(kAlign, payload_bytes + kSketchHeight * sizeof(float));
}

// Where lists are many (ivf_order.cpp), neighbouring numbers are near each other, and the centres of the groups of
// lists that share a sketch have sketches of their own behind the others, which a query reads first.
inline constexpr uint32
group_count(uint32 lists)
{
	return (lists + kSketchHeight - 1) / kSketchHeight;
}

// What sketches are made of: the centroids of all lists and, behind the last sketch of these, the centres of groups.
inline uint32
sketched_count(uint32 lists, uint32 groups)
{
	return groups > 0 ? group_count(lists) * kSketchHeight + groups : lists;
}

inline constexpr Size kSketchSpace = kCentroidSpace / kAlign * kAlign;

// Sketches a page.
inline uint32
sketches_per_page(Size payload_bytes)
{
	return static_cast<uint32>(kSketchSpace / sketch_bytes(payload_bytes));
}

// Pages that the sketches of n centroids take.
inline uint64
sketch_pages(Size payload_bytes, uint32 n)
{
	uint64 sketches = (static_cast<uint64>(n) + kSketchHeight - 1) / kSketchHeight;
	uint32 per_page = sketches_per_page(payload_bytes);

	return (sketches + per_page - 1) / per_page;
}

// Pages that n centroids take.
inline uint32
centroid_pages(uint32 dim, uint32 n)
{
	uint32 per_page = centroids_per_page(dim);

	if (per_page > 0)
	{
		return (n + per_page - 1) / per_page;
	}
	return n * static_cast<uint32>((centroid_bytes(dim) + kCentroidSpace - 1) / kCentroidSpace);
}

} // namespace vecsim::ivf

#endif
