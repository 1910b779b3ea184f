// memory.h - checked arithmetic on sizes.  Every size that depends on data or settings is computed with these.
#ifndef VECSIM_PG_MEMORY_H
#define VECSIM_PG_MEMORY_H

#include "pg/pg.h"

namespace vecsim::pg
{

// a + b and a * b; an error of SQLSTATE 54000 where the result does not fit.
Size add_size_checked(Size a, Size b);
Size mul_size_checked(Size a, Size b);

// palloc of a large array of n elements of `size` bytes, aligned to 64, in the current context; may exceed 1 GB.
// Freed with its context.
void *alloc_array(Size n, Size size);

} // namespace vecsim::pg

#endif
