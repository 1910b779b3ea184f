// bit_ops.cpp - distances of PostgreSQL's own type bit.
#include "pg/pg.h"

#include "core/bits.h"
#include "types/bit_type.h"

namespace vecsim::types
{

extern "C"
{
PG_FUNCTION_INFO_V1(vecsim_hamming_distance);
PG_FUNCTION_INFO_V1(vecsim_jaccard_distance);
}

BitView
bit_view(Datum datum)
{
	const struct varlena *value = PG_DETOAST_DATUM_PACKED(datum);
	const char *data = VARDATA_ANY(value);
	int32 length;

	memcpy(&length, data, sizeof(length));
	return {reinterpret_cast<const uint8 *>(data + sizeof(length)), length};
}

void
bit_check_lengths(const BitView &a, const BitView &b)
{
	if (unlikely(a.length != b.length))
	{
		ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
		                errmsg("different bit lengths %d and %d", a.length, b.length)));
	}
}

// hamming_distance(bit, bit) -> float8, operator <~>: the number of bits that differ.  Error 22000 on different
// lengths.
Datum
vecsim_hamming_distance(PG_FUNCTION_ARGS)
{
	BitView a = bit_view(PG_GETARG_DATUM(0));
	BitView b = bit_view(PG_GETARG_DATUM(1));

	bit_check_lengths(a, b);
	PG_RETURN_FLOAT8(core::hamming_distance(a.bytes, b.bytes, bit_bytes(a)));
}

// jaccard_distance(bit, bit) -> float8, operator <%>: 1 - (bits in both) / (bits in either), 1 where no bit is in both.
// Error 22000 on different lengths.
Datum
vecsim_jaccard_distance(PG_FUNCTION_ARGS)
{
	BitView a = bit_view(PG_GETARG_DATUM(0));
	BitView b = bit_view(PG_GETARG_DATUM(1));

	bit_check_lengths(a, b);
	PG_RETURN_FLOAT8(core::jaccard_distance(a.bytes, b.bytes, bit_bytes(a)));
}

} // namespace vecsim::types
