// known_distance.h - the distance of the row that an index scan has just handed out, for the executor to find.
//
// Of ORDER BY v <=> q the executor computes the distance of each row that it is handed, whether it is selected or not.
// Where the value is stored out of line that costs more than all else about the row: it is read and put together from
// pages of two relations.  The scan has just done so, by the same function, and leaves here what came of it.
//
// That is sound as long as the value's id means the same value.  The row is visible to the snapshot of the scan, which
// is registered while the scan is open; so its value can neither be removed nor its id given to another one.  What is
// known is forgotten with the search (its memory context) at the end and after an error, and before that at rescan, and
// when a subtransaction is aborted: an outer cursor that failed in it keeps its memory, but not its snapshot.
#ifndef VECSIM_TYPES_KNOWN_DISTANCE_H
#define VECSIM_TYPES_KNOWN_DISTANCE_H

#include "pg/pg.h"

#include "core/types.h"

namespace vecsim::types
{

// Which operators a distance is of, together with a metric.
enum class KnownType : uint8
{
	Vector,
	Halfvec,
	Sparsevec,
};

// The query of a search.
struct KnownQuery
{
	const struct varlena *value; // not toasted
	// Where the query is stored out of line itself, as seen in this subtransaction.
	Oid stored_table; // its TOAST table
	Oid stored_id;
	SubTransactionId seen_in; // InvalidSubTransactionId where it was not seen
	uint32 strangers;         // values stored out of line that were read and were not the query
};

struct KnownDistance
{
	KnownQuery *query; // null where nothing is known
	KnownType type;
	core::MetricId metric;
	Oid table; // of the row's value: its TOAST table, and its id there
	Oid id;
	float8 distance;
};

// Of the row that was handed out last in this backend.
extern KnownDistance known_distance;

// Called when the library is loaded.
void known_distance_init();

// What follows the test whether a datum is stored out of line.
bool known_distance_find(KnownType type, core::MetricId metric, Datum a, Datum b, float8 *distance);

inline bool
is_stored(Datum datum)
{
	return VARATT_IS_EXTERNAL_ONDISK(DatumGetPointer(datum));
}

// The distance of two values, if one of them is that of the row handed out last and the other its query.
inline bool
known_distance_of(KnownType type, core::MetricId metric, Datum a, Datum b, float8 *distance)
{
	return unlikely(is_stored(a) || is_stored(b)) && known_distance_find(type, metric, a, b, distance);
}

} // namespace vecsim::types

#endif
