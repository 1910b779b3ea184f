// ivf_explain.cpp - what scans did, told by EXPLAIN (ANALYZE) from PostgreSQL 18 on, and by ivf_last_scans() on all.
#include "pg/pg.h"

#include "ivf/ivf_explain.h"
#include "ivf/ivf_scan.h"

namespace vecsim::ivf
{

namespace
{

// A scan that has ended.
struct PastScan
{
	Oid index;
	Oid role; // that made it
	ScanCounts counts;
};

// One of the counters: what EXPLAIN calls it, and whether it is told where it is 0.
struct Counter
{
	const char *label;
	uint64 ScanCounts::*value;
	bool always;
};

constexpr Counter kCounters[] = {
	{"Lists Probed", &ScanCounts::lists, true},    {"Codes Scored", &ScanCounts::codes, true},
	{"Rows Refined", &ScanCounts::refined, false}, {"Rows Reranked", &ScanCounts::reranked, true},
	{"Late Rows", &ScanCounts::late, false},       {"Recalls", &ScanCounts::recalls, false},
};

// In the order of StopReason.
constexpr const char *kReasons[kStopReasons] = {"patience", "ivf.probes", "all lists", "every row",
                                                "no order"};

constexpr uint32 kKept = 16;

// The last ones of this backend; the next takes the place past_scans_n % kKept.
PastScan past_scans[kKept];
uint64 past_scans_n;

} // namespace

static void explain_node(const PlanState *node, ExplainState *es);
static char *reasons_text(const ScanCounts &counts);

void
explain_init()
{
	compat::explain_nodes_by<explain_node>();
}

void
scan_remember(Relation index, const ScanCounts &counts)
{
	if (counts.searches > 0)
	{
		past_scans[past_scans_n++ % kKept] = {RelationGetRelid(index), GetUserId(), counts};
	}
}

// Tells what an ivf scan did.  A scan that never began, and one that a parallel worker made, has nothing to tell.
// Values are sums over all loops, like PostgreSQL's own "Index Searches".
static void
explain_node(const PlanState *node, ExplainState *es)
{
	if (!es->analyze || !IsA(node, IndexScanState))
	{
		return;
	}

	const IndexScanState *state = reinterpret_cast<const IndexScanState *>(node);

	if (state->iss_RelationDesc == nullptr || state->iss_ScanDesc == nullptr ||
	    !index_is_ivf(state->iss_RelationDesc))
	{
		return;
	}

	ScanCounts counts = scan_counts(*static_cast<const Scan *>(state->iss_ScanDesc->opaque));

	if (counts.searches == 0)
	{
		return;
	}
	for (const Counter &counter : kCounters)
	{
		if (counter.always || counts.*counter.value > 0 || es->format != EXPLAIN_FORMAT_TEXT)
		{
			ExplainPropertyUInteger(counter.label, nullptr, counts.*counter.value, es);
		}
	}
	ExplainPropertyText("Stopped By", reasons_text(counts), es);
}

// The reasons of all searches; with their numbers, where there are several.  In the current context.
static char *
reasons_text(const ScanCounts &counts)
{
	StringInfoData text;

	initStringInfo(&text);
	for (int reason = 0; reason < kStopReasons; reason++)
	{
		if (counts.stops[reason] == 0)
		{
			continue;
		}
		appendStringInfo(&text, "%s%s", text.len > 0 ? ", " : "", kReasons[reason]);
		if (counts.stops[reason] < counts.searches)
		{
			appendStringInfo(&text, " (" UINT64_FORMAT ")", counts.stops[reason]);
		}
	}
	return text.data;
}

} // namespace vecsim::ivf

using namespace vecsim;

extern "C"
{
PG_FUNCTION_INFO_V1(vecsim_ivf_last_scans);

// ivf_last_scans() returns setof record: the last scans of this session that ended, the latest first.  Only those made
// by roles whose privileges the caller has: counters of a scan inside a SECURITY DEFINER function could tell of rows
// that the caller may not see.
Datum
vecsim_ivf_last_scans(PG_FUNCTION_ARGS)
{
	constexpr int kColumns = 3 + lengthof(ivf::kCounters);
	uint64 n = Min(ivf::past_scans_n, static_cast<uint64>(ivf::kKept));

	InitMaterializedSRF(fcinfo, 0);

	const ReturnSetInfo *result = reinterpret_cast<const ReturnSetInfo *>(fcinfo->resultinfo);

	for (uint64 back = 1; back <= n; back++)
	{
		const ivf::PastScan &past = ivf::past_scans[(ivf::past_scans_n - back) % ivf::kKept];
		Datum values[kColumns];
		bool nulls[kColumns] = {};
		int column = 0;

		if (!has_privs_of_role(GetUserId(), past.role))
		{
			continue;
		}
		values[column++] = ObjectIdGetDatum(past.index);
		values[column++] = Int64GetDatum(static_cast<int64>(past.counts.searches));
		for (const ivf::Counter &counter : ivf::kCounters)
		{
			values[column++] = Int64GetDatum(static_cast<int64>(past.counts.*counter.value));
		}
		values[column] = CStringGetTextDatum(ivf::reasons_text(past.counts));
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return static_cast<Datum>(0);
}
}
