// ivf_cost.cpp - what the planner is told an ivf scan costs.
//
// A scan costs what it takes to read the lists that its stopping rule asks for (startup), then a little a row
// as rows are drawn from them; pulled to its end it has read the whole index and every heap row.  The planner
// interpolates between the two by the share of rows that a LIMIT wants, so a filter that lets few rows
// through makes the index dear, as it is.
//
// Prohibitive where an approximate answer would be wrong: without an order by one distance, without a bound
// on the number of rows, under GROUP BY, DISTINCT and UNION, and for aggregates.
#include "pg/pg.h"

#include "ivf/ivf.h"
#include "ivf/ivf_effort.h"

#include <cmath>

namespace vecsim::ivf
{

// Dearer than any plan, and yet a number: the planner subtracts costs, and infinity less infinity is NaN, with which
// comparisons mean nothing.
static constexpr Cost kProhibitive = 1e100;

static bool is_minmax_subplan(PlannerInfo *root);
static bool is_arm_of_set_operation(PlannerInfo *root);
static bool compares_rows(const Node *set_operation);
static double share_probed(const Index &opened);

// True for a query whose answer must not be approximate, or has no order for the index to give.
static bool
must_not_scan(PlannerInfo *root, IndexPath *path)
{
	return list_length(path->indexorderbys) != 1 || root->tuple_fraction == 0 ||
	       root->parse->groupClause != NIL || root->parse->groupingSets != NIL ||
	       root->parse->distinctClause != NIL || root->parse->hasAggs || is_minmax_subplan(root) ||
	       is_arm_of_set_operation(root);
}

void
cost_estimate(PlannerInfo *root, IndexPath *path, double loop_count, Cost *startup, Cost *total,
              Selectivity *selectivity, double *correlation, double *pages)
{
	if (must_not_scan(root, path))
	{
		*startup = *total = kProhibitive;
		*selectivity = 1;
		*correlation = 0;
		*pages = 0;
		compat::disable_path(path);
		return;
	}

	GenericCosts costs = {};
	IndexOptInfo *info = path->indexinfo;
	Relation index = index_open(info->indexoid, NoLock);
	Index opened;

	index_read(opened, index);
	index_close(index, NoLock);
	costs.numIndexTuples = info->tuples;
	genericcostestimate(root, path, loop_count, &costs);

	double lists = opened.meta.lists;
	double share = share_probed(opened);
	// Of rows' own values a search reads a few, and the whole scan all.
	double values = store_pages(opened.meta.value_store, opened.meta.value_extents);
	double codes = Max(info->pages - values, 1.0);
	double row_pages = codes / Max(lists, 1.0); // of a list
	// Centroids, then the probed lists: their pages follow each other, and a row's code takes a fraction of
	// an operator.
	const core::TwoLevel *levels = opened.quantizer->two_level;
	double coded =
		levels != nullptr ? static_cast<double>(levels->entry_dim(opened.meta.dim)) : opened.meta.dim;
	double score = cpu_operator_cost * (1 + coded / 256.0);
	Cost centroids = lists * score;
	Cost probed = share * (codes * seq_page_cost + info->tuples * (score + cpu_operator_cost));
	Cost seeks = share * lists * (random_page_cost - seq_page_cost) * Min(row_pages, 1.0);

	*startup = centroids + probed + seeks;
	if (compares_every_row(opened, effort_of(opened)))
	{
		// Every heap row, in the order of the lists; or every value in the index, in its own order.
		*startup += values > 0 ? values * seq_page_cost : info->tuples * random_page_cost;
	}
	*total = *startup + (1 - share) * (codes * seq_page_cost + info->tuples * score) +
	         values * seq_page_cost + info->tuples * (cpu_index_tuple_cost + cpu_operator_cost);
	*selectivity = costs.indexSelectivity;
	*correlation = 0;
	*pages = costs.numIndexPages;
}

// The share of the lists that a scan is likely to read before it hands out rows.  A search that stops by
// patience m reads somewhat more lists than m: those that brought its rows, then m more.
static double
share_probed(const Index &opened)
{
	constexpr double kBefore = 1.6;
	double lists = opened.meta.lists;
	double patience = patience_of(opened);
	Effort effort = effort_of(opened);
	double probes = effort.probes > 0 ? effort.probes : Max(kBefore * patience, effort.at_least);

	return Min(1.0, probes / Max(lists, 1.0));
}

// The planner answers min(a <=> b) by a subplan ORDER BY a <=> b LIMIT 1.  All that marks it is the name of its target.
static bool
is_minmax_subplan(PlannerInfo *root)
{
	ListCell *cell;

	if (root->parent_root == nullptr || list_length(root->parse->targetList) != 1)
	{
		return false;
	}
	foreach (cell, root->parse->targetList)
	{
		const TargetEntry *entry = lfirst_node(TargetEntry, cell);

		if (entry->resname != nullptr && strcmp(entry->resname, "agg_target") == 0)
		{
			return true;
		}
	}
	return false;
}

// Sorted arms save UNION, INTERSECT and EXCEPT a sort, from 17 on, and what they compare must be all rows.  An arm with
// a LIMIT of its own has asked for what it gets.
static bool
is_arm_of_set_operation(PlannerInfo *root)
{
	return root->parent_root != nullptr && root->parse->limitCount == nullptr &&
	       compares_rows(root->parent_root->parse->setOperations);
}

// True where any of a tree of set operations does more than append.
static bool
compares_rows(const Node *set_operation)
{
	if (set_operation == nullptr || !IsA(set_operation, SetOperationStmt))
	{
		return false;
	}

	const SetOperationStmt *stmt = reinterpret_cast<const SetOperationStmt *>(set_operation);

	return stmt->op != SETOP_UNION || !stmt->all || compares_rows(stmt->larg) || compares_rows(stmt->rarg);
}

} // namespace vecsim::ivf
