// ivf_limit.cpp - how many rows a query wants: its LIMIT, told to the scan below it.
//
// An index scan is not told how many rows will be drawn from it.  When a query starts, this hook looks for a
// LIMIT with a constant above each ivf scan and notes it in the flag bits of the scan's ordering key that
// PostgreSQL leaves to access methods (skey.h).  It is a hint: a scan that is asked for more rows, or for
// fewer, is as right.
#include "pg/pg.h"

#include "ivf/ivf.h"
#include "ivf/ivf_limit.h"

namespace vecsim::ivf
{

static constexpr int kShift = 16; // flags above this are the access method's
static constexpr int64 kMost = 0x7FFF;

static ExecutorStart_hook_type previous_hook;

// What is known above a node: the rows that will be drawn from it at most, 0 for all.
struct Drawn
{
	int64 rows;
};

static void start_query(QueryDesc *query, int flags);
static bool visit(PlanState *node, void *context);
static int64 limit_rows(const Limit *limit);
static void note(IndexScanState *node, int64 rows);

void
limit_init()
{
	previous_hook = ExecutorStart_hook;
	ExecutorStart_hook = start_query;
}

uint32
limit_of(const ScanKeyData &orderby)
{
	return static_cast<uint32>(orderby.sk_flags >> kShift) & kMost;
}

static void
start_query(QueryDesc *query, int flags)
{
	Drawn drawn = {0};

	if (previous_hook != nullptr)
	{
		previous_hook(query, flags);
	}
	else
	{
		standard_ExecutorStart(query, flags);
	}
	if (query->planstate != nullptr)
	{
		visit(query->planstate, &drawn);
	}
}

// Notes the limit at the ivf scans below a node.  Nodes that hand on the rows of their child one by one keep the limit
// above them; below others it is unknown.
static bool
visit(PlanState *node, void *context)
{
	int64 above = static_cast<Drawn *>(context)->rows;
	Drawn below = {0};

	switch (nodeTag(node))
	{
		case T_LimitState:
			below.rows = limit_rows(castNode(Limit, node->plan));
			break;
		case T_IndexScanState:
			note(castNode(IndexScanState, node), above);
			break;
		case T_SubqueryScanState:
		case T_ResultState:
		case T_AppendState:
		case T_MergeAppendState:
		case T_LockRowsState:
		case T_ProjectSetState:
			below.rows = above;
			break;
		default:
			break;
	}
	return compat::walk_plan(node, visit, &below);
}

// LIMIT plus OFFSET where both are constants, else 0.
static int64
limit_rows(const Limit *limit)
{
	int64 rows = 0;
	const Node *parts[] = {limit->limitCount, limit->limitOffset};

	if (limit->limitCount == nullptr)
	{
		return 0;
	}
	for (const Node *part : parts)
	{
		if (part == nullptr)
		{
			continue;
		}
		if (!IsA(part, Const) || reinterpret_cast<const Const *>(part)->constisnull)
		{
			return 0;
		}
		// Each is at least 0, or the query fails; both are cut so that the sum cannot overflow.
		rows += Max(Min(DatumGetInt64(reinterpret_cast<const Const *>(part)->constvalue), kMost),
		            static_cast<int64>(0));
	}
	return rows;
}

static void
note(IndexScanState *node, int64 rows)
{
	if (rows <= 0 || node->iss_NumOrderByKeys != 1 || node->iss_RelationDesc == nullptr ||
	    !index_is_ivf(node->iss_RelationDesc))
	{
		return;
	}
	node->iss_OrderByKeys[0].sk_flags |= static_cast<int>(Min(rows, kMost) << kShift);
}

} // namespace vecsim::ivf
