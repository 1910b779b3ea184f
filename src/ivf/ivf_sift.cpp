// ivf_sift.cpp - reading lists of two-level codes: hot codes sift, cold codes refine.
//
// A block's hot codes give lower bounds; rows whose bound is beyond the K-th best go to the pool as they
// are.  The others, the survivors of a list, are refined by their cold codes, best estimate first: the K-th
// best moves as they come, and spares most of those that follow.
#include "pg/pg.h"

#include "ivf/ivf_scan.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace vecsim::ivf
{

static constexpr double kInfinity = std::numeric_limits<double>::infinity();

// The survivors of one list.
struct Survivor
{
	float estimate; // value
	float lower;    // value
	uint32 row;
};

static void begin_walk(Scan &scan, uint32 list, uint32 probe, ListWalk &walk);
static void sift_block(Scan &scan, const BlockRun &run, uint32 block, const core::ListTerm &term,
                       uint32 probe, CandidateRun *sink);
static void recall_block(Scan &scan, uint32 mask, const float *lower, const uint32 *rows, uint32 probe,
                         CandidateRun *sink);
static bool refine_survivors(Scan &scan, uint32 probe);
static void stream_page(Scan &scan, uint32 number, CandidateRun *sink);

void
sift_begin(Scan &scan)
{
	scan.survivors_room = kTallestBlock;
	scan.survivors = static_cast<Survivor *>(palloc(scan.survivors_room * sizeof(Survivor)));
	scan.survivors_n = 0;
	scan.pool.value_distance = {scan.index.quantizer->two_level->value_distance, scan.prepared};
}

bool
sift_list(Scan &scan, uint32 list, uint32 probe, CandidateRun *sink)
{
	const core::ListTerm &term = scan.terms[list - kFirstList];
	ListWalk walk;
	BlockRun run;

	begin_walk(scan, list, probe, walk);
	scan.survivors_n = 0;
	while (list_walk_next(walk, run))
	{
		for (uint32 i = 0; i < run.count; i++)
		{
			sift_block(scan, run, run.first + i, term, probe, sink);
		}
		page_release(run.buffer);
	}
	return sink == nullptr && refine_survivors(scan, probe);
}

// Begins a list, which may be under way from memory already, and sends for the one after it.
static void
begin_walk(Scan &scan, uint32 list, uint32 probe, ListWalk &walk)
{
	if (scan.coming.index != nullptr && scan.coming.list == list)
	{
		walk = scan.coming;
	}
	else
	{
		if (scan.coming.index != nullptr)
		{
			list_walk_drop(scan.coming);
		}
		list_walk_begin(walk, scan.index, list);
	}
	scan.coming.index = nullptr;
	if (probe + 1 < scan.sorted)
	{
		list_walk_begin(scan.coming, scan.index, scan.lists[probe + 1].list);
		list_walk_fetch(scan.coming);
	}
}

// Scores a block.  Its page is locked, so nothing may be done here but to copy.
static void
sift_block(Scan &scan, const BlockRun &run, uint32 block, const core::ListTerm &term, uint32 probe,
           CandidateRun *sink)
{
	const Index &index = scan.index;
	const uint32 *rows = page_block_rows(run.page, index.geometry, block);
	double tau = scan.everything ? -kInfinity : core::best_k_worst(scan.best);
	float lower[kTallestBlock];
	float estimate[kTallestBlock];
	uint32 live = block_check(index, run, block);
	uint32 passed = index.quantizer->two_level->sift(
		scan.prepared, term, page_block_payload(run.page, index.geometry, block), tau, lower, estimate);

	if (sink != nullptr)
	{
		recall_block(scan, live, lower, rows, probe, sink);
		return;
	}
	if ((live & ~passed) != 0)
	{
		pool_add_block(scan.pool, lower, rows, live & ~passed, probe, scan.everything ? -kInfinity : tau);
	}
	for (uint32 mask = live & passed; mask != 0; mask &= mask - 1)
	{
		int slot = pg_rightmost_one_pos32(mask);

		if (scan.survivors_n == scan.survivors_room)
		{
			scan.survivors_room *= 2;
			scan.survivors = static_cast<Survivor *>(
				repalloc_huge(scan.survivors, scan.survivors_room * sizeof(Survivor)));
		}
		scan.survivors[scan.survivors_n++] = {estimate[slot], lower[slot], rows[slot]};
	}
}

// The rows of a block that may have been forgotten.
static void
recall_block(Scan &scan, uint32 mask, const float *lower, const uint32 *rows, uint32 probe,
             CandidateRun *sink)
{
	for (; mask != 0; mask &= mask - 1)
	{
		int slot = pg_rightmost_one_pos32(mask);

		if (!seen_has(scan.seen, rows[slot]))
		{
			const ValueDistance &value = scan.pool.value_distance;
			Candidate candidate = {value_lower(value, lower[slot]),
			                       static_cast<float>(kInfinity),
			                       rows[slot],
			                       probe,
			                       false,
			                       true,
			                       false};

			pool_recall_add(scan.pool, sink, candidate);
		}
	}
}

// Refines the survivors of a list, best estimate first.  True if one is among the best K.
static bool
refine_survivors(Scan &scan, uint32 probe)
{
	const ValueDistance &value = scan.pool.value_distance;
	bool improved = false;

	std::sort(scan.survivors, scan.survivors + scan.survivors_n,
	          [](const Survivor &a, const Survivor &b) { return a.estimate < b.estimate; });
	for (Size i = 0; i < scan.survivors_n; i++)
	{
		const Survivor &survivor = scan.survivors[i];
		double tau = core::best_k_worst(scan.best);
		Candidate candidate = {value_lower(value, survivor.lower),
		                       static_cast<float>(kInfinity),
		                       survivor.row,
		                       probe,
		                       false,
		                       true,
		                       false};

		if (candidate.lower <= tau)
		{
			double upper;

			if (!scan_first_time(scan, survivor.row))
			{
				continue;
			}
			cold_refine(scan, candidate, &upper);
			improved |= core::best_k_offer(scan.best, upper);
			tau = core::best_k_worst(scan.best);
		}
		pool_add(scan.pool, candidate, tau);
	}
	return improved;
}

void
cold_refine(Scan &scan, Candidate &candidate, double *upper)
{
	const Index &index = scan.index;
	BlockNumber block;
	uint32 slot;

	row_find(index, candidate.row, &block, &slot);
	if (!BufferIsValid(scan.row_buffer) || scan.row_block != block)
	{
		if (BufferIsValid(scan.row_buffer))
		{
			ReleaseBuffer(scan.row_buffer);
			scan.row_buffer = InvalidBuffer;
		}
		scan.row_buffer = ReadBuffer(index.relation, block);
		scan.row_block = block;
	}
	LockBuffer(scan.row_buffer, BUFFER_LOCK_SHARE);
	page_check(index.relation, scan.row_buffer, PageKind::Row);
	index.quantizer->two_level->refine(scan.prepared,
	                                   page_row(buffer_page(scan.row_buffer), index.row_bytes, slot),
	                                   &candidate.lower, upper);
	LockBuffer(scan.row_buffer, BUFFER_LOCK_UNLOCK);
	candidate.width = std::nextafterf(static_cast<float>(*upper - candidate.lower), INFINITY);
	candidate.coarse = false;
	candidate.refined = true;
}

void
sift_release(Scan &scan)
{
	if (BufferIsValid(scan.row_buffer))
	{
		ReleaseBuffer(scan.row_buffer);
		scan.row_buffer = InvalidBuffer;
	}
	if (scan.coming.index != nullptr)
	{
		list_walk_drop(scan.coming);
		scan.coming.index = nullptr;
	}
}

// ---- Every row by its cold code -----------------------------------------------------------------------------------

void
stream_rows(Scan &scan, CandidateRun *sink)
{
	const MetaPage &meta = scan.index.meta;
	uint32 pages = store_pages(meta.tids, meta.tid_extents);

	for (uint32 number = 0; number < pages; number++)
	{
		stream_page(scan, number, sink);
		CHECK_FOR_INTERRUPTS();
	}
}

// The rows of one page of the TID store.
static void
stream_page(Scan &scan, uint32 number, CandidateRun *sink)
{
	const Index &index = scan.index;
	const MetaPage &meta = index.meta;
	Buffer buffer = page_read(index.relation, store_page(meta.tids, meta.tid_extents, number), PageKind::Tid,
	                          BUFFER_LOCK_SHARE);
	PGAlignedBlock copy;

	memcpy(copy.data, buffer_page(buffer), BLCKSZ);
	page_release(buffer);
	for (uint32 i = 0; i < kTidsPerPage; i++)
	{
		Candidate candidate = {0, 0, number * kTidsPerPage + i, 0, false, false, false};
		double upper;

		if (!tid_slot_coded(*page_tid_slot(copy.data, i)))
		{
			continue;
		}
		cold_refine(scan, candidate, &upper);
		candidate.refined = false; // streaming again gives the same
		if (sink != nullptr)
		{
			if (!seen_has(scan.seen, candidate.row))
			{
				pool_recall_add(scan.pool, sink, candidate);
			}
			continue;
		}
		core::best_k_offer(scan.best, upper);
		pool_add(scan.pool, candidate, core::best_k_worst(scan.best));
	}
}

} // namespace vecsim::ivf
