// bit_type.h - access to values of PostgreSQL's own type bit.
#ifndef VECSIM_TYPES_BIT_TYPE_H
#define VECSIM_TYPES_BIT_TYPE_H

#include "pg/pg.h"

namespace vecsim::types
{

// The bits of a value: bit i is that of place 7 - i % 8 of byte i / 8, and what follows the last one is 0.
struct BitView
{
	const uint8 *bytes;
	int length; // in bits
};

inline Size
bit_bytes(const BitView &view)
{
	return (static_cast<Size>(view.length) + BITS_PER_BYTE - 1) / BITS_PER_BYTE;
}

// The value, detoasted into the current memory context where it has to be.  One with a 1-byte header (up to 968 bits)
// is read in place, so nothing of it is aligned.
BitView bit_view(Datum datum);

// Error 22000, with pgvector's text: different bit lengths %d and %d
void bit_check_lengths(const BitView &a, const BitView &b);

} // namespace vecsim::types

#endif
