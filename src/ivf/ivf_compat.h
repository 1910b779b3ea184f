// ivf_compat.h - the access method under pgvector's names, ivfflat and hnsw.
#ifndef VECSIM_IVF_COMPAT_H
#define VECSIM_IVF_COMPAT_H

#include "pg/pg.h"

namespace vecsim::ivf
{

enum class CompatName
{
	None, // ivf
	Ivfflat,
	Hnsw,
};

// By which name the access method of an index was called.
CompatName compat_name_of(Relation index);

// Defines pgvector's settings if the database has the extension "vector" of this library.  Called when the library is
// loaded.
void compat_init();

} // namespace vecsim::ivf

#endif
