// ivf_pool.cpp - the rows that a scan has met and not yet handed out, nearest first, in bounded memory.
#include "pg/pg.h"

#include "ivf/ivf_pool.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace vecsim::ivf
{

static constexpr double kInfinity = std::numeric_limits<double>::infinity();

static void array_add(Pool &pool, CandidateArray &array, const Candidate &candidate);
static void forget_half(Pool &pool);
static void settle(Pool &pool);
static void draw_nearer(Pool &pool);
static CandidateRun *nearest_run(Pool &pool);
static void run_advance(CandidateRun *run);
static void run_close(CandidateRun *run);

// Heaps of the standard library have the largest on top: the order is turned round.
static inline bool
farther(const Candidate &a, const Candidate &b)
{
	return a.lower > b.lower;
}

void
pool_init(Pool &pool, MemoryContext context, Size memory)
{
	constexpr Size kLeast = 256;

	pool = Pool{};
	pool.context = context;
	pool.most = Max(memory / sizeof(Candidate), kLeast);
	pool_reset(pool);
}

void
pool_reset(Pool &pool)
{
	for (CandidateRun *run = pool.runs; run != nullptr;)
	{
		CandidateRun *next = run->next;

		if (run->sort != nullptr)
		{
			run_close(run);
		}
		pfree(run);
		run = next;
	}
	pool.runs = nullptr;
	pool.near.n = 0;
	pool.far.n = 0;
	pool.heaped = false;
	pool.far_least = kInfinity;
	pool.blocks_n = 0;
	pool.blocks_least = kInfinity;
	pool.floor = kInfinity;
}

void
pool_add(Pool &pool, const Candidate &candidate, double tau)
{
	if (candidate.lower >= pool.floor && !candidate.refined)
	{
		return;
	}
	if (pool.near.n + pool.far.n >= pool.most)
	{
		forget_half(pool);
		if (candidate.lower >= pool.floor && !candidate.refined)
		{
			return;
		}
	}
	if (candidate.lower <= tau)
	{
		array_add(pool, pool.near, candidate);
		if (pool.heaped)
		{
			std::push_heap(pool.near.items, pool.near.items + pool.near.n, farther);
		}
	}
	else
	{
		array_add(pool, pool.far, candidate);
		pool.far_least = Min(pool.far_least, candidate.lower);
	}
}

void
pool_add_block(Pool &pool, const float *lower, const uint32 *rows, uint32 mask, uint32 probe, double least)
{
	constexpr Size kFirst = 64;

	if (least >= pool.floor)
	{
		return;
	}
	if ((pool.blocks_n + 1) * sizeof(FarBlock) > pool.most * sizeof(Candidate) / 2)
	{
		pool.floor = Min(pool.floor, Min(pool.blocks_least, least));
		pool.blocks_n = 0;
		pool.blocks_least = kInfinity;
		return;
	}
	if (pool.blocks_n == pool.blocks_room)
	{
		Size room = Max(pool.blocks_room * 2, kFirst);

		pool.blocks = static_cast<FarBlock *>(
			pool.blocks == nullptr ? MemoryContextAllocHuge(pool.context, room * sizeof(FarBlock))
								   : repalloc_huge(pool.blocks, room * sizeof(FarBlock)));
		pool.blocks_room = room;
	}

	FarBlock &block = pool.blocks[pool.blocks_n++];

	memcpy(block.lower, lower, sizeof(block.lower));
	memcpy(block.rows, rows, sizeof(block.rows));
	block.mask = mask;
	block.probe = probe;
	pool.blocks_least = Min(pool.blocks_least, least);
}

// Makes candidates of the rows of all blocks.
static void
unpack_blocks(Pool &pool)
{
	Size n = pool.blocks_n;

	pool.blocks_n = 0;
	pool.blocks_least = kInfinity;
	for (Size i = 0; i < n; i++)
	{
		const FarBlock &block = pool.blocks[i];

		for (uint32 mask = block.mask; mask != 0; mask &= mask - 1)
		{
			int slot = pg_rightmost_one_pos32(mask);
			double lower = value_lower(pool.value_distance, block.lower[slot]);
			Candidate candidate = {
				lower, static_cast<float>(kInfinity), block.rows[slot], block.probe, false, true, false};

			pool_add(pool, candidate, -kInfinity);
		}
	}
}

static void
array_add(Pool &pool, CandidateArray &array, const Candidate &candidate)
{
	constexpr Size kFirst = 1024;

	if (array.n == array.room)
	{
		Size room = Max(array.room * 2, kFirst);

		if (array.items == nullptr)
		{
			array.items =
				static_cast<Candidate *>(MemoryContextAllocHuge(pool.context, room * sizeof(Candidate)));
		}
		else
		{
			array.items = static_cast<Candidate *>(repalloc_huge(array.items, room * sizeof(Candidate)));
		}
		array.room = room;
	}
	array.items[array.n++] = candidate;
}

// Memory is full: keeps the nearer half and forgets the rest.  Refined rows are kept whatever their distance: reading
// their lists again would not find them by it.
static void
forget_half(Pool &pool)
{
	for (Size i = 0; i < pool.far.n; i++)
	{
		array_add(pool, pool.near, pool.far.items[i]);
	}
	pool.far.n = 0;
	pool.far_least = kInfinity;
	pool.heaped = false;

	Candidate *items = pool.near.items;
	Size half = pool.near.n / 2;

	std::nth_element(items, items + half, items + pool.near.n,
	                 [](const Candidate &a, const Candidate &b) { return a.lower < b.lower; });
	// Refined rows may lie beyond the floor, which must never rise again: what has been forgotten stays forgotten.
	pool.floor = Min(pool.floor, items[half].lower);

	Candidate *end = std::remove_if(items, items + pool.near.n,
	                                [&pool](const Candidate &candidate)
	                                { return candidate.lower >= pool.floor && !candidate.refined; });

	pool.near.n = static_cast<Size>(end - items);
	pool.most = Max(pool.most, pool.near.n * 2); // refined rows alone may fill it
}

uint32
pool_unknown(const Pool &pool, double tau, uint32 *rows, uint32 most)
{
	uint32 n = 0;

	for (Size i = 0; i < pool.near.n && n < most; i++)
	{
		const Candidate &candidate = pool.near.items[i];

		if (!candidate.exact && !candidate.coarse && candidate.lower <= tau)
		{
			rows[n++] = candidate.row;
		}
	}
	return n;
}

bool
pool_take(Pool &pool, Candidate &candidate)
{
	settle(pool);

	CandidateRun *run = nearest_run(pool);
	bool in_memory = pool.near.n > 0 && (run == nullptr || pool.near.items[0].lower <= run->head.lower);

	if (in_memory)
	{
		std::pop_heap(pool.near.items, pool.near.items + pool.near.n, farther);
		candidate = pool.near.items[--pool.near.n];
		return true;
	}
	if (run == nullptr)
	{
		return false;
	}
	candidate = run->head;
	run_advance(run);
	return true;
}

// Makes near a heap whose top is nearer than everything in far.
static void
settle(Pool &pool)
{
	if (!pool.heaped)
	{
		std::make_heap(pool.near.items, pool.near.items + pool.near.n, farther);
		pool.heaped = true;
	}
	if (pool.blocks_n > 0 && (pool.near.n == 0 || pool.blocks_least < pool.near.items[0].lower))
	{
		unpack_blocks(pool);
	}
	if (pool.far.n > 0 && (pool.near.n == 0 || pool.far_least < pool.near.items[0].lower))
	{
		draw_nearer(pool);
	}
}

// Moves the nearest rows of far into near: an eighth of them, so that the work per row taken stays small.
static void
draw_nearer(Pool &pool)
{
	constexpr Size kLeast = 256;
	Candidate *items = pool.far.items;
	Size n = pool.far.n;
	Size move = Min(n, Max(n / 8, kLeast));

	// The nearest go to the end, from where they are cut off.
	if (move < n)
	{
		std::nth_element(items, items + (n - move), items + n, farther);
	}
	for (Size i = n - move; i < n; i++)
	{
		array_add(pool, pool.near, items[i]);
		std::push_heap(pool.near.items, pool.near.items + pool.near.n, farther);
	}
	pool.far.n = n - move;
	pool.far_least = kInfinity;
	for (Size i = 0; i < pool.far.n; i++)
	{
		pool.far_least = Min(pool.far_least, items[i].lower);
	}
}

bool
pool_forgotten(const Pool &pool)
{
	if (pool.floor == kInfinity)
	{
		return false;
	}

	double least = Min(pool.far_least, pool.blocks_least);

	for (Size i = 0; i < (pool.heaped ? Min(pool.near.n, static_cast<Size>(1)) : pool.near.n); i++)
	{
		least = Min(least, pool.near.items[i].lower);
	}
	for (const CandidateRun *run = pool.runs; run != nullptr; run = run->next)
	{
		least = run->ended ? least : Min(least, run->head.lower);
	}
	// Those forgotten are no nearer than the floor, so a row that is there may go first.  The last of the best K of a
	// sketch's search mostly is: its distance is known, and the bound beyond which blocks are far (blocks_least).
	return least > pool.floor;
}

// The run's tuples: lower, row and probe in one integer, width.
static TupleDesc
run_descriptor()
{
	TupleDesc desc = CreateTemplateTupleDesc(3);

	TupleDescInitEntry(desc, 1, "lower", FLOAT8OID, -1, 0);
	TupleDescInitEntry(desc, 2, "row_probe", INT8OID, -1, 0);
	TupleDescInitEntry(desc, 3, "width", FLOAT4OID, -1, 0);
	compat::finish_tuple_desc(desc);
	return desc;
}

CandidateRun *
pool_recall_begin(Pool &pool)
{
	MemoryContext old = MemoryContextSwitchTo(pool.context);
	TupleDesc desc = run_descriptor();
	AttrNumber attribute = 1;
	Oid less = Float8LessOperator;
	Oid collation = InvalidOid;
	bool nulls_first = false;
	CandidateRun *run = static_cast<CandidateRun *>(palloc0(sizeof(CandidateRun)));

	run->sort = tuplesort_begin_heap(desc, 1, &attribute, &less, &collation, &nulls_first,
	                                 Max(64, work_mem / 4), nullptr, TUPLESORT_NONE);
	run->slot = MakeSingleTupleTableSlot(desc, &TTSOpsMinimalTuple);
	run->ended = true; // nothing can be taken from it yet
	run->next = pool.runs;
	pool.runs = run;
	MemoryContextSwitchTo(old);
	return run;
}

void
pool_recall_add(Pool &pool, CandidateRun *run, const Candidate &candidate)
{
	TupleTableSlot *slot = run->slot;

	if (candidate.lower < pool.floor)
	{
		return;
	}
	ExecClearTuple(slot);
	slot->tts_values[0] = Float8GetDatum(candidate.lower);
	slot->tts_values[1] = Int64GetDatum(static_cast<int64>(candidate.row) << 32 | candidate.probe);
	slot->tts_values[2] = Float4GetDatum(candidate.exact ? -1 : candidate.width);
	memset(slot->tts_isnull, 0, 3);
	ExecStoreVirtualTuple(slot);
	tuplesort_puttupleslot(run->sort, slot);
}

void
pool_recall_end(Pool &pool, CandidateRun *run)
{
	tuplesort_performsort(run->sort);
	run->ended = false;
	pool.floor = kInfinity;
	run_advance(run);
}

// The run whose head is nearest, null where all have ended.
static CandidateRun *
nearest_run(Pool &pool)
{
	CandidateRun *best = nullptr;

	for (CandidateRun *run = pool.runs; run != nullptr; run = run->next)
	{
		if (!run->ended && (best == nullptr || run->head.lower < best->head.lower))
		{
			best = run;
		}
	}
	return best;
}

static void
run_advance(CandidateRun *run)
{
	bool isnull;

	if (!tuplesort_gettupleslot(run->sort, true, false, run->slot, nullptr))
	{
		run->ended = true;
		run_close(run);
		return;
	}

	uint64 packed = static_cast<uint64>(DatumGetInt64(slot_getattr(run->slot, 2, &isnull)));
	float width = DatumGetFloat4(slot_getattr(run->slot, 3, &isnull));

	run->head.lower = DatumGetFloat8(slot_getattr(run->slot, 1, &isnull));
	run->head.row = static_cast<uint32>(packed >> 32);
	run->head.probe = static_cast<uint32>(packed);
	run->head.exact = width < 0;
	run->head.width = run->head.exact ? 0 : width;
	run->head.coarse = std::isinf(width);
	run->head.refined = false;
}

// Lets go of what a run keeps in memory and in files.
static void
run_close(CandidateRun *run)
{
	tuplesort_end(run->sort);
	ExecDropSingleTupleTableSlot(run->slot);
	run->sort = nullptr;
}

uint32
pool_rank(const Pool &pool, core::BestK &best)
{
	const CandidateArray *arrays[] = {&pool.near, &pool.far};
	uint32 last = 0;

	best.n = 0;
	for (const CandidateArray *array : arrays)
	{
		for (Size i = 0; i < array->n; i++)
		{
			core::best_k_offer(best, array->items[i].lower + array->items[i].width);
		}
	}

	double worst = core::best_k_worst(best);

	for (const CandidateArray *array : arrays)
	{
		for (Size i = 0; i < array->n; i++)
		{
			if (array->items[i].lower + array->items[i].width <= worst)
			{
				last = Max(last, array->items[i].probe + 1);
			}
		}
	}
	return last;
}

} // namespace vecsim::ivf
