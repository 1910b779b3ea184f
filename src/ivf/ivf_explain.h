// ivf_explain.h - what scans did: counted on the way, told by EXPLAIN and by ivf_last_scans().
#ifndef VECSIM_IVF_EXPLAIN_H
#define VECSIM_IVF_EXPLAIN_H

#include "pg/pg.h"

namespace vecsim::ivf
{

// Why a search read no further list.
enum class StopReason
{
	Patience, // lists in a row had brought nothing better
	Probes,   // those that ivf.probes asks for had been read
	AllLists, // there were no more
	EveryRow, // it compared every row, not list by list
	NoOrder,  // no row has a distance of the query: it is NULL, or zero under cosine
};

constexpr int kStopReasons = static_cast<int>(StopReason::NoOrder) + 1;

// Sums over all searches of a scan.  Codes are counted a block or a run of blocks at a time.
struct ScanCounts
{
	uint64 searches;
	uint64 lists;    // read
	uint64 codes;    // entries of lists whose codes were scored
	uint64 refined;  // rows whose cold codes were looked at
	uint64 reranked; // rows whose distance was computed from their own values
	uint64 late;     // rows held back, since a farther one had been handed out
	uint64 recalls;  // times that rows which memory had no room for were looked for again
	uint64 stops[kStopReasons];
};

// True where a search that ended so went from list to list.
inline bool
reason_reads_lists(StopReason reason)
{
	return reason != StopReason::EveryRow && reason != StopReason::NoOrder;
}

// Keeps what a scan of an index did, for ivf_last_scans().  One that made no search is passed over.
void scan_remember(Relation index, const ScanCounts &counts);

// Has EXPLAIN (ANALYZE) tell it where PostgreSQL lets it.  Called once, when the library is loaded.
void explain_init();

} // namespace vecsim::ivf

#endif
