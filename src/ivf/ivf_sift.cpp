// ivf_sift.cpp - reading lists of two-level codes: hot codes sift, cold codes refine.
//
// A block's hot codes give lower bounds; rows whose bound is beyond the K-th best go to the pool as they
// are.  The others, the survivors of a list, are refined by their cold codes, best estimate first: the K-th
// best moves as they come, and spares most of those that follow.
#include "pg/pg.h"

#include "ivf/ivf_recent.h"
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

// A copy of a page of the TID store.
struct TidPage
{
	uint32 number;
	PGAlignedBlock copy;
};

// Bits that are set, where mostly all are.
static inline uint32
count_bits(uint32 mask)
{
	return mask == PG_UINT32_MAX ? 32 : static_cast<uint32>(__builtin_popcount(mask));
}

static void begin_walk(Scan &scan, uint32 list, uint32 probe, ListWalk &walk);
static void sift_run(Scan &scan, const BlockRun &run, const core::ListTerm &term, uint32 probe,
                     CandidateRun *sink);
static void recall_run(Scan &scan, const BlockRun &run, const core::ListTerm &term, uint32 probe,
                       CandidateRun *sink);
static void sift_block(Scan &scan, uint32 live, const uint32 *rows, const void *payload,
                       const core::ListTerm &term, uint32 probe);
static void recall_block(Scan &scan, uint32 mask, const float *lower, const uint32 *rows, uint32 probe,
                         CandidateRun *sink);
static bool refine_survivors(Scan &scan, uint32 probe);
static void sort_survivors(Scan &scan, Size first, Size end);
static bool refine_survivor(Scan &scan, const Survivor &survivor, uint32 probe);
static bool settle_early(Scan &scan, Candidate &candidate, double *upper);
static void drop_survivors(Scan &scan, Size first, uint32 probe);
static void stream_page(Scan &scan, uint32 number, TidPage &tids, CandidateRun *sink);
static bool row_coded(const Index &index, uint32 row, TidPage &tids);
static double tau_of(const Scan &scan);

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
	const core::ListTerm &term = scan.lists_query.terms[list - kFirstList];
	ListWalk walk;
	BlockRun run;

	begin_walk(scan, list, probe, walk);
	walk.eager = true;
	scan.survivors_n = 0;
	while (list_walk_next(walk, run))
	{
		sift_run(scan, run, term, probe, sink);
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
	if (probe + 1 < scan.sorted && (scan.due == 0 || probe + 1 < scan.due))
	{
		list_walk_begin(scan.coming, scan.index, scan.lists[probe + 1].list);
		list_walk_fetch(scan.coming);
	}
}

// Scores the blocks of a run where they stand, and lets go of their page.
static void
sift_run(Scan &scan, const BlockRun &run, const core::ListTerm &term, uint32 probe, CandidateRun *sink)
{
	const Index &index = scan.index;

	if (sink != nullptr)
	{
		recall_run(scan, run, term, probe, sink);
		return;
	}
	for (uint32 block = run.first; block < run.first + run.count; block++)
	{
		sift_block(scan, block_check(index, run, block), page_block_rows(run.page, index.geometry, block),
		           page_block_payload(run.page, index.geometry, block), term, probe);
	}
	page_release(run.buffer);
}

// Gives the rows of a run that may have been forgotten to the sink, which may write files: not under the page's lock.
// What changes between two blocks is of rows that the scan's snapshot does not see.
static void
recall_run(Scan &scan, const BlockRun &run, const core::ListTerm &term, uint32 probe, CandidateRun *sink)
{
	const Index &index = scan.index;
	uint32 rows[kTallestBlock];
	float lower[kTallestBlock];
	float estimate[kTallestBlock];

	for (uint32 block = run.first; block < run.first + run.count; block++)
	{
		uint32 live = block_check(index, run, block);

		memcpy(rows, page_block_rows(run.page, index.geometry, block),
		       index.geometry.height * sizeof(uint32));
		index.quantizer->two_level->sift(scan.prepared, term,
		                                 page_block_payload(run.page, index.geometry, block), tau_of(scan),
		                                 lower, estimate);
		LockBuffer(run.buffer, BUFFER_LOCK_UNLOCK);
		scan.counts.codes += count_bits(live);
		recall_block(scan, live, lower, rows, probe, sink);
		LockBuffer(run.buffer, BUFFER_LOCK_SHARE);
	}
	page_release(run.buffer);
}

// Rows beyond this distance go to the pool as they are.
static double
tau_of(const Scan &scan)
{
	return scan.everything ? -kInfinity : core::best_k_worst(scan.best);
}

// Scores the live entries of a block and puts them where their bounds send them.  Its page is locked, so nothing is
// done here but to copy.
static void
sift_block(Scan &scan, uint32 live, const uint32 *rows, const void *payload, const core::ListTerm &term,
           uint32 probe)
{
	double tau = tau_of(scan);
	float lower[kTallestBlock];
	float estimate[kTallestBlock];
	uint32 passed = scan.index.quantizer->two_level->sift(scan.prepared, term, payload, tau, lower, estimate);

	scan.counts.codes += count_bits(live);
	if ((live & ~passed) != 0)
	{
		// Beyond infinity are rows whose codes are damaged.
		double least = scan.everything || tau == kInfinity ? -kInfinity : tau;

		pool_add_block(scan.pool, lower, rows, live & ~passed, probe, least);
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
		// Not a number, by damage, would have no place in their order.
		float rank = estimate[slot] == estimate[slot] ? estimate[slot] : -INFINITY;

		scan.survivors[scan.survivors_n++] = {rank, lower[slot], rows[slot]};
		if (tau < kInfinity)
		{
			row_hint(scan.index, rows[slot]);
		}
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
//
// Of the first lists, where the K-th best is not known, everything survives: only a few are sorted at first, since
// they move the K-th best so far that most of the others need no place in the order.
static bool
refine_survivors(Scan &scan, uint32 probe)
{
	constexpr Size kFew = 16;
	bool improved = false;
	Size few = kFew;

	for (Size first = 0, end; first < scan.survivors_n; first = end)
	{
		end = scan.survivors_n - first > 2 * few ? first + few : scan.survivors_n;

		sort_survivors(scan, first, end);
		for (Size i = first; i < end; i++)
		{
			improved |= refine_survivor(scan, scan.survivors[i], probe);
		}
		few *= 2;
		drop_survivors(scan, end, probe);
	}
	return improved;
}

// Sorts the best of the survivors from `first` on into the places before `end`, and sends for their codes.
static void
sort_survivors(Scan &scan, Size first, Size end)
{
	Survivor *survivors = scan.survivors;
	auto better = [](const Survivor &a, const Survivor &b) { return a.estimate < b.estimate; };

	if (end < scan.survivors_n)
	{
		std::nth_element(survivors + first, survivors + end, survivors + scan.survivors_n, better);
		for (Size i = first; i < end; i++)
		{
			row_hint(scan.index, survivors[i].row);
		}
	}
	std::sort(survivors + first, survivors + end, better);
}

static Candidate
survivor_candidate(const Scan &scan, const Survivor &survivor, uint32 probe)
{
	return {value_lower(scan.pool.value_distance, survivor.lower),
	        static_cast<float>(kInfinity),
	        survivor.row,
	        probe,
	        false,
	        true,
	        false};
}

// Refines a survivor unless its bound is beyond the K-th best by now.  True if it is among the best K.
static bool
refine_survivor(Scan &scan, const Survivor &survivor, uint32 probe)
{
	Candidate candidate = survivor_candidate(scan, survivor, probe);
	bool improved = false;

	if (candidate.lower <= core::best_k_worst(scan.best))
	{
		double upper;

		if (!scan_first_time(scan, survivor.row))
		{
			return false;
		}
		cold_refine(scan, candidate, &upper);
		if (scan.index.input.lossy && candidate.lower <= core::best_k_worst(scan.best) &&
		    !settle_early(scan, candidate, &upper))
		{
			return false;
		}
		improved = core::best_k_offer(scan.best, upper);
	}
	pool_add(scan.pool, candidate, core::best_k_worst(scan.best));
	return improved;
}

// Hands those survivors from `first` on that are beyond the K-th best to the pool.  The others move up to `first`.
static void
drop_survivors(Scan &scan, Size first, uint32 probe)
{
	double tau = core::best_k_worst(scan.best);
	Size kept = first;

	for (Size i = first; i < scan.survivors_n; i++)
	{
		Candidate candidate = survivor_candidate(scan, scan.survivors[i], probe);

		if (candidate.lower > tau)
		{
			pool_add(scan.pool, candidate, tau);
			continue;
		}
		scan.survivors[kept++] = scan.survivors[i];
	}
	scan.survivors_n = kept;
}

// Finds out the distance of a row whose bounds are those of a sketch: too wide to tell which rows are the K best, and
// so when to stop.  False where the row is gone.
static bool
settle_early(Scan &scan, Candidate &candidate, double *upper)
{
	CHECK_FOR_INTERRUPTS();
	candidate.exact = refine_row(scan, candidate.row, &candidate.lower);
	candidate.width = 0;
	*upper = candidate.lower;
	return candidate.exact;
}

// What a candidate carries of its upper bound, rounded up.
static float
round_width(double lower, double upper)
{
	return std::nextafterf(static_cast<float>(upper - lower), INFINITY);
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
		scan.row_buffer = page_pin(index.relation, block);
		scan.row_block = block;
	}
	LockBuffer(scan.row_buffer, BUFFER_LOCK_SHARE);
	page_check(index.relation, scan.row_buffer, PageKind::Row);
	index.quantizer->two_level->refine(scan.prepared,
	                                   page_row(buffer_page(scan.row_buffer), index.row_bytes, slot),
	                                   &candidate.lower, upper);
	LockBuffer(scan.row_buffer, BUFFER_LOCK_UNLOCK);
	scan.counts.refined++;
	candidate.width = round_width(candidate.lower, *upper);
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
	uint32 pages = store_pages(meta.rows, meta.row_extents);
	TidPage tids = {};

	tids.number = store_pages(meta.tids, meta.tid_extents); // none yet
	for (uint32 number = 0; number < pages; number++)
	{
		stream_page(scan, number, tids, sink);
		CHECK_FOR_INTERRUPTS();
	}
}

// The rows of one page of the row store.
static void
stream_page(Scan &scan, uint32 number, TidPage &tids, CandidateRun *sink)
{
	const Index &index = scan.index;
	const MetaPage &meta = index.meta;
	const core::TwoLevel &levels = *index.quantizer->two_level;
	uint32 per_page = rows_per_page(index.row_bytes);
	uint32 rows[kMostRowsPerPage];
	double lower[kMostRowsPerPage];
	double upper[kMostRowsPerPage];
	uint32 n = 0;

	for (uint32 row = number * per_page; row < (number + 1) * per_page; row++)
	{
		if (row_coded(index, row, tids))
		{
			rows[n++] = row;
		}
	}
	if (n == 0)
	{
		return;
	}

	Buffer buffer = page_read(index.relation, store_page(meta.rows, meta.row_extents, number), PageKind::Row,
	                          BUFFER_LOCK_SHARE);

	for (uint32 i = 0; i < n; i++)
	{
		levels.refine(scan.prepared, page_row(buffer_page(buffer), index.row_bytes, rows[i] % per_page),
		              lower + i, upper + i);
	}
	page_release(buffer);
	scan.counts.refined += n;
	for (uint32 i = 0; i < n; i++)
	{
		Candidate candidate = {lower[i], 0, rows[i], 0, false, false, false};

		candidate.width = round_width(lower[i], upper[i]);
		if (sink == nullptr)
		{
			core::best_k_offer(scan.best, upper[i]);
			pool_add(scan.pool, candidate, core::best_k_worst(scan.best));
		}
		else if (!seen_has(scan.seen, rows[i]))
		{
			pool_recall_add(scan.pool, sink, candidate);
		}
	}
}

// Whether a row has a cold code, by a copy of its page of the TID store.
static bool
row_coded(const Index &index, uint32 row, TidPage &tids)
{
	const MetaPage &meta = index.meta;
	uint32 number = row / kTidsPerPage;

	if (number >= store_pages(meta.tids, meta.tid_extents))
	{
		return false;
	}
	if (number != tids.number)
	{
		Buffer buffer = page_read(index.relation, store_page(meta.tids, meta.tid_extents, number),
		                          PageKind::Tid, BUFFER_LOCK_SHARE);

		memcpy(tids.copy.data, buffer_page(buffer), BLCKSZ);
		tids.number = number;
		page_release(buffer);
	}
	return tid_slot_coded(*page_tid_slot(tids.copy.data, row % kTidsPerPage));
}

} // namespace vecsim::ivf
