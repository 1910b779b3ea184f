// ivf_full.cpp - storage = full: rows' own values in the index, by row number, for exact distances without the table.
//
// The distance is the operator's own, of a copy of the row's elements.  Whether the row is visible is not asked here:
// as with flat, the executor looks at the row that it is handed and takes the next one where it is dead to the
// snapshot.
#include "pg/pg.h"

#include "ivf/ivf_full.h"
#include "ivf/ivf_grow.h"
#include "ivf/ivf_options.h"
#include "ivf/ivf_recent.h"
#include "ivf/ivf_scan.h"
#include "pg/memory.h"

#include <cmath>
#include <limits>

namespace vecsim::ivf
{

static uint32 sum_of(const char *value, Size bytes, uint32 row);
static BlockNumber value_page(const Index &index, uint64 number);
static BlockNumber value_read(const Index &index, uint32 row, char *value);

bool
full_wanted(Relation relation, const Input &input, bool exact)
{
	if (options_storage(relation) != Storage::Full)
	{
		return false;
	}
	if (input.type->element_bytes == 0)
	{
		ereport(ERROR,
		        (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
		         errmsg("storage full cannot index %s(%d)", input.type->name, input.dim),
		         errdetail("It is for vector and halfvec, whose distances are those of their elements."),
		         errhint("Leave the option \"storage\" out.")));
	}
	return !exact;
}

// Elements to a multiple of four bytes, and the sum.
Size
full_bytes(const Input &input)
{
	Size elements = pg::mul_size_checked(static_cast<Size>(input.dim), input.type->element_bytes);

	return TYPEALIGN(sizeof(uint32), elements) + sizeof(uint32);
}

uint32
full_pages(Relation relation, Size value_bytes, uint64 n)
{
	uint64 pages = value_pages(value_bytes, n);

	if (pages >= MaxBlockNumber)
	{
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
		                errmsg("ivf index \"%s\" cannot hold the values of " UINT64_FORMAT " rows",
		                       RelationGetRelationName(relation), n),
		                errhint("Leave the option \"storage\" out.")));
	}
	return static_cast<uint32>(pages);
}

void
full_copy(const Input &input, const void *given, char *value)
{
	Size elements = static_cast<Size>(input.dim) * input.type->element_bytes;

	memset(value + full_bytes(input) - 2 * sizeof(uint32), 0, 2 * sizeof(uint32));
	memcpy(value, input.type->elements(given), elements);
}

void
full_seal(char *value, Size value_bytes, uint32 row)
{
	Size elements = value_bytes - sizeof(uint32);
	uint32 sum = sum_of(value, elements, row);

	memcpy(value + elements, &sum, sizeof(sum));
}

// Sums of words and sums of these sums, in lanes, which compilers turn into a few instructions: 0.14 us for 6 kB, where
// a CRC took 0.63.  One word that changes changes its lane's sums, and so do words that change places.
static uint32
sum_of(const char *value, Size bytes, uint32 row)
{
	constexpr Size kLanes = 8;
	const uint32 *words = reinterpret_cast<const uint32 *>(value);
	Size n = bytes / sizeof(uint32);
	uint32 sums[kLanes] = {};
	uint32 sums_of_sums[kLanes] = {};
	Size at = 0;

	for (; at + kLanes <= n; at += kLanes)
	{
		for (Size lane = 0; lane < kLanes; lane++)
		{
			sums[lane] += words[at + lane];
			sums_of_sums[lane] += sums[lane];
		}
	}
	for (Size lane = 0; at + lane < n; lane++)
	{
		sums[lane] += words[at + lane];
		sums_of_sums[lane] += sums[lane];
	}

	uint32 sum = (row + 1) * kSlotMix;

	for (Size lane = 0; lane < kLanes; lane++)
	{
		sum = (sum ^ sums[lane]) * kRowMix;
		sum ^= sum >> 15;
		sum = (sum ^ sums_of_sums[lane]) * kSlotMix;
		sum ^= sum >> 13;
	}
	return sum;
}

void
full_reach(Index &index, uint32 row)
{
	uint32 pages = full_pages(index.relation, index.value_bytes, static_cast<uint64>(row) + 1);

	if (pages > store_pages(index.meta.value_store, index.meta.value_extents))
	{
		store_extend(index, PageKind::Value, pages - 1);
	}
}

void
full_write(const Index &index, uint32 row, char *value)
{
	full_seal(value, index.value_bytes, row);
	each_value_part(index.value_bytes, row,
	                [&](const ValuePart &part)
	                {
		Buffer buffer =
			page_read(index.relation, value_page(index, part.page), PageKind::Value, BUFFER_LOCK_EXCLUSIVE);
		PageEdit edit;

		edit_begin(edit, index.relation);
		memcpy(page_value(edit_page(edit, buffer), part.offset), value + part.done, part.bytes);
		edit_finish(edit);
		page_release(buffer);
	});
}

// A page of the store by its number there.
static BlockNumber
value_page(const Index &index, uint64 number)
{
	const MetaPage &meta = index.meta;

	if (number < store_pages(meta.value_store, meta.value_extents))
	{
		return store_page(meta.value_store, meta.value_extents, static_cast<uint32>(number));
	}

	// The store may have grown since the metapage was read.
	Index fresh;

	index_read(fresh, index.relation);
	if (number >= store_pages(fresh.meta.value_store, fresh.meta.value_extents))
	{
		index_corrupted(index.relation, kMetaBlock, "An entry names a row number that does not exist.");
	}
	return store_page(fresh.meta.value_store, fresh.meta.value_extents, static_cast<uint32>(number));
}

// Copies the value of a row with its sum, one page locked at a time.  The page that it begins on.
static BlockNumber
value_read(const Index &index, uint32 row, char *value)
{
	BlockNumber first = InvalidBlockNumber;

	each_value_part(index.value_bytes, row,
	                [&](const ValuePart &part)
	                {
		BlockNumber block = value_page(index, part.page);
		Buffer buffer = page_read(index.relation, block, PageKind::Value, BUFFER_LOCK_SHARE);

		memcpy(value + part.done, page_value(buffer_page(buffer), part.offset), part.bytes);
		page_release(buffer);
		first = BlockNumberIsValid(first) ? first : block;
	});
	return first;
}

bool
full_refine(Scan &scan, uint32 row, double *distance)
{
	const Index &index = scan.index;
	const InputType &type = *index.input.type;

	if (index.value_bytes == 0)
	{
		return refine_row(scan, row, distance);
	}

	scan.counts.reranked++;

	Size elements = index.value_bytes - sizeof(uint32);
	BlockNumber block = value_read(index, row, scan.value);
	uint32 sum;

	memcpy(&sum, scan.value + elements, sizeof(sum));
	if (sum != sum_of(scan.value, elements, row))
	{
		// A row number that was freed and is being taken again: then this scan's row is gone.
		if (refine_visible(scan, row))
		{
			index_corrupted(index.relation, block, "The check sum of a row's value is wrong.");
		}
		return false;
	}

	double exact = type.elements_distance(*index.order, scan.value, type.elements(scan.query),
	                                      static_cast<size_t>(index.input.dim));

	*distance = std::isnan(exact) ? std::numeric_limits<double>::infinity() : exact / index.distance_unit;
	return true;
}

void
full_hint(const Index &index, const uint32 *rows, uint32 n)
{
	constexpr Size kBeginning = 2048; // the processor goes on by itself
	const MetaPage &meta = index.meta;

	for (uint32 i = 0; i < n; i++)
	{
		each_value_part(index.value_bytes, rows[i],
		                [&](const ValuePart &part)
		                {
			BlockNumber block =
				store_page(meta.value_store, meta.value_extents, static_cast<uint32>(part.page));

			page_hint(index.relation, block, kPageHeader + part.offset, Min(part.bytes, kBeginning));
		});
	}
}

} // namespace vecsim::ivf
