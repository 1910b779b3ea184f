// ivf_full.h - storage = full: rows' own values in the index, by row number, for exact distances without the table.
//
// A value is its elements, as in the row, and a sum over them and the row number.
#ifndef VECSIM_IVF_FULL_H
#define VECSIM_IVF_FULL_H

#include "ivf/ivf.h"

namespace vecsim::ivf
{

// Whether an index that is about to be built keeps values.  exact: its quantiser keeps them anyway and gives exact
// distances.  Error 0A000 where the option asks for it and values of the type have no fixed length.
bool full_wanted(Relation relation, const Input &input, bool exact);

// Bytes of a value in the index.
Size full_bytes(const Input &input);

// Pages for the values of n rows.  Error 54000 where no relation has so many.
uint32 full_pages(Relation relation, Size value_bytes, uint64 n);

// Copies a value, which is of the input's type, into full_bytes() without its sum; and gives these the sum for a row.
void full_copy(const Input &input, const void *given, char *value);
void full_seal(char *value, Size value_bytes, uint32 row);

// Makes the store long enough for a row.
void full_reach(Index &index, uint32 row);

// Gives a value its sum and writes it, a WAL record a page.  The page of the row's TID is locked exclusively and the
// row number free on it: until the live bit is set there, what is written is nobody's.
void full_write(const Index &index, uint32 row, char *value);

// Has the CPU fetch the values of rows that are refined soon.
void full_hint(const Index &index, const uint32 *rows, uint32 n);

} // namespace vecsim::ivf

#endif
