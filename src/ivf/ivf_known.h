// ivf_known.h - the distances of rows whose values are stored out of line, kept until the rows are handed out.
#ifndef VECSIM_IVF_KNOWN_H
#define VECSIM_IVF_KNOWN_H

#include "ivf/ivf.h"
#include "types/known_distance.h"

namespace vecsim::ivf
{

// Rows that are kept.  A row is handed out soon after it was compared: of 25 compared, 10 are.
inline constexpr uint32 kKnownRows = 128;

// The rows compared last in one search: the i-th of them at i % kKnownRows.
struct KnownRows
{
	types::KnownQuery query;
	types::KnownType type;
	uint32 n;
	uint32 rows[kKnownRows];
	struct
	{
		Oid table; // TOAST table, and id there, of the value
		Oid id;
		float8 distance;
	} values[kKnownRows];
};

// Notes the operator's distance of a row from the query, if its value is stored out of line and the operators look for
// distances.  known is null before the first row of a search; it goes with the search's memory context.
void known_note(KnownRows *&known, MemoryContext search, const Index &index, const void *query, uint32 row,
                Datum value, float8 distance);

// Leaves the distance of a row that is handed out, if it is known, where the operators look for it.
void known_hand_out(KnownRows *known, const Index &index, uint32 row);

} // namespace vecsim::ivf

#endif
