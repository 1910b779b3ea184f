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

// Whether pgvector's settings are to be defined when the library is loaded: the database has the extension "vector" of
// this library.  May raise an error.
bool compat_wanted();

} // namespace vecsim::ivf

#endif
