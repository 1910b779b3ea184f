// ivf_toast.h - values that a heap row has out of line, read with what is kept open from one to the next.
#ifndef VECSIM_IVF_TOAST_H
#define VECSIM_IVF_TOAST_H

#include "pg/pg.h"

namespace vecsim::ivf
{

// The TOAST table of one table, opened for the first value.
struct ToastReader
{
	MemoryContext context; // of all that is kept
	Relation heap;
	Relation table; // null while nothing is open
	Relation *indexes;
	int indexes_n;
	IndexScanDesc scan;
	SnapshotData snapshot;
	struct varlena *value; // the last one that was read
	Size room;
};

// context must outlive the reader; memory only.
void toast_begin(ToastReader &reader, MemoryContext context, Relation heap);

// Closes what is open.
void toast_end(ToastReader &reader);

// The value that a datum of a row of the table stands for: a copy, valid until the next call, of what is stored out of
// line as it is; other datums as they are given, and also what should be read so but is not as expected, so that
// whoever detoasts it reports what is wrong.
Datum toast_value(ToastReader &reader, Datum datum);

} // namespace vecsim::ivf

#endif
