// known_distance.cpp - the distance of the row that an index scan has just handed out, for the executor to find.
#include "pg/pg.h"

#include "types/known_distance.h"

namespace vecsim::types
{

KnownDistance known_distance;

static void forget_at_abort(SubXactEvent event, SubTransactionId self, SubTransactionId parent, void *arg);
static bool is_row(Datum datum);
static bool is_query(KnownQuery &query, Datum datum);
static bool equals(const KnownQuery &query, Datum datum);

void
known_distance_init()
{
	RegisterSubXactCallback(forget_at_abort, nullptr);
}

static void
forget_at_abort(SubXactEvent event, SubTransactionId /*self*/, SubTransactionId /*parent*/, void * /*arg*/)
{
	if (event == SUBXACT_EVENT_ABORT_SUB)
	{
		known_distance.query = nullptr;
	}
}

// Distances are symmetric, bit for bit: each is made of products, or of squares or sizes of differences.
bool
known_distance_find(KnownType type, core::MetricId metric, Datum a, Datum b, float8 *distance)
{
	const KnownDistance &known = known_distance;

	if (known.query == nullptr || known.type != type || known.metric != metric)
	{
		return false;
	}
	*distance = known.distance;
	return (is_row(a) && is_query(*known.query, b)) || (is_row(b) && is_query(*known.query, a));
}

static bool
is_row(Datum datum)
{
	varatt_external pointer;

	if (!is_stored(datum))
	{
		return false;
	}
	VARATT_EXTERNAL_GET_POINTER(pointer, reinterpret_cast<struct varlena *>(DatumGetPointer(datum)));
	return pointer.va_valueid == known_distance.id && pointer.va_toastrelid == known_distance.table;
}

// A query that comes from a table may be stored out of line as well.  It is read and compared for the first row, and
// known by its id for the others.  The id is as good as the row's: whoever deletes the value, after the scan's snapshot
// was taken, does not have it removed while that is registered.  Only what an aborted subtransaction wrote may go at
// any time; so what was seen in one subtransaction counts in that one alone, whose number is never used again.
//
// To read a stranger is as dear as what this is to save: where the row handed out is compared with the rows of another
// table, a few are tried and no more.
static bool
is_query(KnownQuery &query, Datum datum)
{
	constexpr uint32 kMostStrangers = 4;
	varatt_external pointer;

	if (!is_stored(datum))
	{
		return equals(query, datum);
	}
	VARATT_EXTERNAL_GET_POINTER(pointer, reinterpret_cast<struct varlena *>(DatumGetPointer(datum)));
	if (query.seen_in == GetCurrentSubTransactionId() && query.stored_id == pointer.va_valueid &&
	    query.stored_table == pointer.va_toastrelid)
	{
		return true;
	}
	if (query.strangers >= kMostStrangers)
	{
		return false;
	}
	if (!equals(query, datum))
	{
		query.strangers++;
		return false;
	}
	query.stored_table = pointer.va_toastrelid;
	query.stored_id = pointer.va_valueid;
	query.seen_in = GetCurrentSubTransactionId();
	return true;
}

static bool
equals(const KnownQuery &query, Datum datum)
{
	const struct varlena *value = PG_DETOAST_DATUM(datum);
	Size bytes = VARSIZE(query.value);
	bool equal = VARSIZE(value) == bytes && memcmp(value, query.value, bytes) == 0;

	if (reinterpret_cast<const char *>(value) != DatumGetPointer(datum))
	{
		pfree(const_cast<struct varlena *>(value));
	}
	return equal;
}

} // namespace vecsim::types
