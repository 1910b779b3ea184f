// ivf_probe.cpp - reading lists, nearest first: which, how many, and what becomes of the rows found.
#include "pg/pg.h"

#include "core/stop.h"
#include "ivf/ivf_centroid.h"
#include "ivf/ivf_effort.h"
#include "ivf/ivf_limit.h"
#include "ivf/ivf_recent.h"
#include "ivf/ivf_scan.h"
#include "pg/memory.h"

#include <cfloat>
#include <cmath>
#include <limits>

namespace vecsim::ivf
{

static constexpr double kInfinity = std::numeric_limits<double>::infinity();
static constexpr uint64 kFirstWanted = 10; // K while nothing is known of the LIMIT
static constexpr double kWideFrom = 0.97;  // targets from which bounds of sketches are wide

static void set_wanted(Scan &scan, uint64 wanted);
static void prepare_query(Scan &scan, Datum query);
static void order_lists(Scan &scan);
static void add_unranked(Scan &scan);
static void add_all_exactly(Scan &scan);
static void find_front(Scan &scan, uint32 worth);
static void find_lists(Scan &scan, uint32 depth);
static void send_lists(Scan &scan);
static bool read_list(Scan &scan, uint32 list, uint32 probe, CandidateRun *run);
static bool take_block(Scan &scan, const double *lower, const double *upper, uint32 n, uint32 probe,
                       CandidateRun *run);

uint32
patience_of(const Index &index)
{
	double target = effort_of(index).target_recall;

	if (index.input.lossy)
	{
		return core::patience_for_sketches(target, index.meta.lists);
	}

	bool by_reach = index.metric->id == core::MetricId::InnerProduct;
	bool by_other = index.order != index.metric;
	uint32 entries = entries_a_row(*index.quantizer);
	double patience = core::patience_for(target, index.meta.lists, by_reach || by_other ? 1 : entries);

	patience = std::ceil(patience * index.input.type->patience);
	return patience < PG_UINT32_MAX ? static_cast<uint32>(patience) : PG_UINT32_MAX;
}

void
probe_begin(Scan &scan, Datum query)
{
	prepare_query(scan, query);
	if (!scan.ordered)
	{
		return;
	}

	uint64 limit = limit_of(scan.desc->orderByData[0]);
	Effort effort = effort_of(scan.index);

	scan.probed = 0;
	scan.sorted = 0;
	scan.sent = 0;
	scan.front = 0;
	scan.recalled = 0;
	scan.streamed = false;
	scan.streak = 0;
	scan.consumed = 0;
	scan.due = effort.probes;
	scan.at_least = effort.at_least;
	scan.patience = patience_of(scan.index);
	scan.everything = scan.due == 0 && effort.target_recall >= 1;
	set_wanted(scan, limit > 0 ? limit : kFirstWanted);
	if (scan.prepared == nullptr)
	{
		add_all_exactly(scan);
	}
	else if (scan.everything && scan.index.quantizer->two_level != nullptr)
	{
		scan.streamed = true;
		stream_rows(scan, nullptr);
		scan.probed = scan.index.meta.lists;
	}
	else
	{
		order_lists(scan);
	}
	add_unranked(scan);
}

// Detoasts and checks the query, and has the quantiser make it ready.
static void
prepare_query(Scan &scan, Datum query)
{
	const Index &index = scan.index;
	Effort effort = effort_of(index);
	bool certain = effort.probes == 0 && effort.target_recall >= 1;

	scan.query = input_query(index.input, query);
	if (index.metric->unit_length && index.input.type->zero(scan.query))
	{
		scan.ordered = false;
		return;
	}

	const float *floats = input_floats(index.input, scan.query);

	scan.space = code_space(index);
	scan.place = static_cast<float *>(pg::alloc_array(index.place_dim, sizeof(float)));
	scan.prepared = pg::alloc_array(1, index.quantizer->query_bytes(index.meta.dim));
	if (!value_place(scan.space, *index.quantizer, floats, scan.place) || compares_every_row(index, effort))
	{
		scan.prepared = nullptr;
		return;
	}

	core::Bounds bounds = certain ? core::Bounds::Certain : core::Bounds::Likely;

	if (index.input.lossy)
	{
		bounds = effort.target_recall > kWideFrom ? core::Bounds::SketchedWide : core::Bounds::Sketched;
	}

	if (index.quantizer->two_level != nullptr)
	{
		index.quantizer->two_level->prepare(scan.space, scan.place, bounds, scan.prepared);
		sift_begin(scan);
	}
	else if (!index.quantizer->prepare(*index.metric, floats, index.meta.dim, bounds, scan.prepared))
	{
		scan.prepared = nullptr;
	}
}

// Sets K.  Where the K best do not fit in a part of work_mem, all lists are read instead of asking for patience.
static void
set_wanted(Scan &scan, uint64 wanted)
{
	Size most = static_cast<Size>(work_mem) * 1024 / 8 / sizeof(double);
	Size rest = wanted > scan.consumed ? static_cast<Size>(wanted - scan.consumed) : 1;

	scan.wanted = wanted;
	scan.everything |= scan.due == 0 && rest > most;
	rest = Min(rest, most);
	if (rest > scan.best_room)
	{
		if (scan.best.heap != nullptr)
		{
			pfree(scan.best.heap);
		}
		scan.best.heap = static_cast<double *>(MemoryContextAllocHuge(scan.context, rest * sizeof(double)));
		scan.best_room = rest;
	}
	scan.best.k = rest;
	scan.best.n = 0;
}

// Makes ready for the lists to be scored and sorted.
static void
order_lists(Scan &scan)
{
	const Index &index = scan.index;
	CentroidQuery &query = scan.lists_query;

	query = {scan.place, 1, ListScoring::Query, nullptr, nullptr};

	if (!index.metric->unit_length)
	{
		query.norm = static_cast<float>(std::sqrt(core::squared_norm(scan.place, index.place_dim)));
	}
	if (index.quantizer->two_level != nullptr)
	{
		query.terms =
			static_cast<core::ListTerm *>(pg::alloc_array(index.meta.lists, sizeof(core::ListTerm)));
		query.prepared = scan.prepared;
	}
	if (index.meta.lists > scan.lists_room)
	{
		if (scan.lists != nullptr)
		{
			pfree(scan.lists);
		}
		scan.lists = static_cast<core::ListScore *>(
			MemoryContextAllocHuge(scan.context, index.meta.lists * sizeof(core::ListScore)));
		scan.lists_room = index.meta.lists;
	}
	scan.lists_estimated = centroid_estimates(index, query);
	scan.found = 0;
	centroid_begin(index, query, scan.groups);
}

// Sorts more of the lists.  Where scores are estimates, twice as many are rescored first: few of the best are left out.
static void
sort_lists(Scan &scan)
{
	constexpr uint32 kFirstSorted = 32;
	core::ListScore *lists = scan.lists + scan.sorted;
	uint32 rest = scan.index.meta.lists - scan.sorted;
	uint32 more = scan.everything ? rest : Min(rest, Max(scan.sorted, kFirstSorted));

	if (scan.lists_estimated)
	{
		uint32 worth = Min(rest, more * 2);

		if (scan.front < scan.sorted + worth)
		{
			find_front(scan, worth);
		}
		core::nearest_select(lists, scan.front - scan.sorted, worth);
		centroid_rescore(scan.index, scan.lists_query, lists, worth);
		rest = worth;
	}
	else if (scan.found == 0)
	{
		find_lists(scan, rest);
	}
	core::nearest_order(lists, rest, more);
	scan.sorted += more;
}

// Puts the best of the lists that are not yet sorted to the front: at least `worth`, but enough for several calls,
// since all others are gone through for it.  Lists in groups are scored here, as many as the lists that a query of
// this patience reads are likely to be among.
static void
find_front(Scan &scan, uint32 worth)
{
	uint32 lists = scan.index.meta.lists;
	uint32 likely = Min(lists, scan.sorted + Max(worth * 2, Min(scan.patience, lists)));

	find_lists(scan, scan.everything ? lists : likely);

	uint32 rest = scan.found - scan.sorted;
	uint32 front = Min(rest, Max(worth * 2, Min(scan.patience, lists) * 4));

	front = static_cast<uint32>(core::nearest_front(scan.lists + scan.sorted, rest, front));
	scan.front = scan.sorted + front;
}

// Scores lists so that the nearest `depth` are likely to be among those scored.
static void
find_lists(Scan &scan, uint32 depth)
{
	scan.found = centroid_scores(scan.index, scan.lists_query, scan.groups, depth, scan.lists, scan.found);
}

// Sends for lists that are certain to be read, a few ahead, where pages are missing.
static void
send_lists(Scan &scan)
{
	constexpr uint32 kAhead = 8;

	if (!pages_missing())
	{
		return;
	}

	uint32 patient = scan.patience > scan.streak ? scan.patience - scan.streak : 1;
	uint32 certain = scan.due > 0 ? scan.due : Max(scan.probed + patient, scan.at_least);
	uint32 end = Min(Min(certain, scan.probed + kAhead), scan.sorted);

	scan.sent = Max(scan.sent, scan.probed);
	for (uint32 i = scan.sent; i < end; i++)
	{
		page_send(scan.index.relation, directory_page(scan.index, scan.lists[i].list));
	}
	for (; scan.sent < end; scan.sent++)
	{
		list_send(scan.index, scan.lists[scan.sent].list);
	}
}

bool
probe_enough(const Scan &scan)
{
	if (scan.probed >= scan.index.meta.lists)
	{
		return true;
	}
	if (scan.due > 0)
	{
		return scan.probed >= scan.due;
	}
	return !scan.everything && scan.probed >= scan.at_least && scan.best.n >= scan.best.k &&
	       scan.streak >= scan.patience;
}

void
probe_next(Scan &scan)
{
	if (scan.probed == scan.sorted)
	{
		sort_lists(scan);
	}
	send_lists(scan);

	bool improved = read_list(scan, scan.lists[scan.probed].list, scan.probed, nullptr);

	scan.probed++;
	scan.streak = improved ? 0 : scan.streak + 1;
	CHECK_FOR_INTERRUPTS();
}

void
probe_widen(Scan &scan)
{
	if (scan.probed >= scan.index.meta.lists)
	{
		return;
	}
	if (scan.due > 0)
	{
		scan.due = Min(scan.index.meta.lists, scan.probed + effort_of(scan.index).probes);
		return;
	}
	set_wanted(scan, Max(scan.wanted, scan.consumed) * 2);
	if (scan.everything)
	{
		return;
	}

	// The last list that changed the best K is the last one that holds one of them.
	uint32 last = pool_rank(scan.pool, scan.best);

	if (scan.best.n < scan.best.k && (scan.pool.floor < kInfinity || scan.pool.runs != nullptr))
	{
		scan.everything = true;
	}
	scan.streak = scan.probed - Min(last, scan.probed);
}

void
probe_recall(Scan &scan)
{
	CandidateRun *run = pool_recall_begin(scan.pool);

	scan.counts.recalls++;
	if (scan.streamed)
	{
		stream_rows(scan, run);
		pool_recall_end(scan.pool, run);
		return;
	}
	for (uint32 probe = scan.recalled; probe < scan.probed; probe++)
	{
		read_list(scan, scan.lists[probe].list, probe, run);
		CHECK_FOR_INTERRUPTS();
	}
	scan.recalled = scan.probed;
	pool_recall_end(scan.pool, run);
}

// Rows that codes cannot rank are scored exactly by every scan.
static void
add_unranked(Scan &scan)
{
	ListWalk walk;
	BlockRun run;
	uint32 *rows = nullptr;

	list_walk_begin(walk, scan.index, kListUnranked);
	while (list_walk_next(walk, run))
	{
		uint32 n = 0;

		rows = rows != nullptr ? rows : static_cast<uint32 *>(palloc(BLCKSZ));
		for (uint32 i = 0; i < run.count; i++)
		{
			n += block_codeless_entries(scan.index, run, run.first + i, rows + n);
		}
		page_release(run.buffer);
		for (uint32 i = 0; i < n; i++)
		{
			Candidate candidate = {0, 0, rows[i], 0, true, false, true};

			if (scan_first_time(scan, rows[i]) && refine_row(scan, rows[i], &candidate.lower))
			{
				core::best_k_offer(scan.best, candidate.lower);
				pool_add(scan.pool, candidate, kInfinity);
			}
			CHECK_FOR_INTERRUPTS();
		}
	}
	if (rows != nullptr)
	{
		pfree(rows);
	}
}

// Codes cannot rank against this query: every row is scored exactly, through a tuplesort.
static void
add_all_exactly(Scan &scan)
{
	CandidateRun *sorted = pool_recall_begin(scan.pool);
	uint64 rows =
		static_cast<uint64>(store_pages(scan.index.meta.tids, scan.index.meta.tid_extents)) * kTidsPerPage;
	Seen once; // a row may have two entries

	seen_init(once, scan.search);

	scan.pool.floor = -kInfinity;
	for (uint32 i = 0; i < scan.index.meta.lists; i++)
	{
		ListWalk walk;
		BlockRun run;

		list_walk_begin(walk, scan.index, kFirstList + i);
		while (list_walk_next(walk, run))
		{
			uint32 n = 0;

			for (uint32 b = 0; b < run.count; b++)
			{
				n += block_entries(scan.index, run, run.first + b, scan.rows + n, scan.slots + n);
			}
			page_release(run.buffer);
			for (uint32 r = 0; r < n; r++)
			{
				Candidate candidate = {0, 0, scan.rows[r], 0, true, false, true};

				if (seen_add(once, scan.rows[r], rows) && full_refine(scan, scan.rows[r], &candidate.lower))
				{
					pool_recall_add(scan.pool, sorted, candidate);
				}
				CHECK_FOR_INTERRUPTS();
			}
		}
	}
	pool_recall_end(scan.pool, sorted);
	scan.probed = scan.recalled = scan.index.meta.lists;
}

// Scores a list.  Its rows go to the pool, or where run is given the forgotten ones among them go there.
// True if one of them is among the best K.
static bool
read_list(Scan &scan, uint32 list, uint32 probe, CandidateRun *sink)
{
	const Index &index = scan.index;
	const Geometry &geometry = index.geometry;
	bool improved = false;
	ListWalk walk;
	BlockRun run;

	if (index.quantizer->two_level != nullptr)
	{
		return sift_list(scan, list, probe, sink);
	}
	list_walk_begin(walk, index, list);
	while (list_walk_next(walk, run))
	{
		uint32 n = 0;

		index.quantizer->score(scan.prepared, geometry.height,
		                       page_block_payload(run.page, geometry, run.first), geometry.payload_bytes,
		                       run.count, scan.lower, scan.upper);
		for (uint32 b = 0; b < run.count; b++)
		{
			uint32 entries = block_entries(index, run, run.first + b, scan.rows + n, scan.slots + n);

			// Close the gaps that empty slots leave among the scores; n never overtakes what is read.
			for (uint32 i = 0; i < entries; i++)
			{
				uint32 from = b * geometry.height + scan.slots[n + i];

				scan.lower[n + i] = scan.lower[from];
				scan.upper[n + i] = scan.upper[from];
			}
			n += entries;
		}
		page_release(run.buffer);
		scan.counts.codes += n;
		improved |= take_block(scan, scan.lower, scan.upper, n, probe, sink);
	}
	return improved;
}

// n rows with their bounds, row numbers in scan.rows.
static bool
take_block(Scan &scan, const double *lower, const double *upper, uint32 n, uint32 probe, CandidateRun *sink)
{
	const Index &index = scan.index;
	bool exact = index.quantizer->exact && index.input.type->metric_distance && index.order == index.metric;
	bool improved = false;

	for (uint32 i = 0; i < n; i++)
	{
		// Only damaged codes are infinitely far; their rows must not drop out.
		Candidate candidate = {Min(lower[i], DBL_MAX), 0, scan.rows[i], probe, exact, false};

		if (!exact)
		{
			candidate.width = std::nextafterf(static_cast<float>(upper[i] - lower[i]), INFINITY);
		}
		if (sink != nullptr)
		{
			// One that was taken before nearer ones filled the pool is not among the forgotten.
			if (!seen_has(scan.seen, candidate.row))
			{
				pool_recall_add(scan.pool, sink, candidate);
			}
			continue;
		}
		if (upper[i] < core::best_k_worst(scan.best))
		{
			core::best_k_offer(scan.best, upper[i]);
			improved = true;
		}
		pool_add(scan.pool, candidate, core::best_k_worst(scan.best));
	}
	return improved;
}

} // namespace vecsim::ivf
