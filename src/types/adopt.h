// adopt.h - types of pgvector's that have the layout of ours.
#ifndef VECSIM_TYPES_ADOPT_H
#define VECSIM_TYPES_ADOPT_H

#include "pg/pg.h"

namespace vecsim::types
{

// True where a type modifier of `type` means what it means for `own`, a type of this library: it is that type, or the
// type of the same name that the extension "vector" brings.
bool adopt_same_typmod(Oid type, Oid own);

} // namespace vecsim::types

#endif
