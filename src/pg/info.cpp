// info.cpp - SQL functions that tell about the library.
#include "pg/pg.h"

#include "kernels/kernels.h"

extern "C"
{
PG_FUNCTION_INFO_V1(vecsim_simd);

// vecsim_simd() returns text: the instruction set that the kernels run on, one of the names of vecsim.simd.
Datum
vecsim_simd(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(vecsim::kernels::active().name));
}
}
