// vecsim.cpp - the front door: module magic and _PG_init, which makes one call a room.
#include "pg/pg.h"

#include "pg/guc.h"

#include "ivf/ivf_compat.h"
#include "ivf/ivf_explain.h"
#include "ivf/ivf_limit.h"
#include "ivf/ivf_options.h"
#include "types/known_distance.h"

extern "C"
{
PG_MODULE_MAGIC;

// Runs once in each backend, or once in the postmaster under shared_preload_libraries: so nothing here starts a thread.
void
_PG_init(void)
{
	// It reads the catalogs, where a cancelled statement ends: then nothing may be defined yet, since a library that
	// failed to load is loaded again.
	bool compat = vecsim::ivf::compat_wanted();

	vecsim::pg::guc_init();
	vecsim::ivf::options_init();
	vecsim::ivf::limit_init();
	vecsim::ivf::explain_init();
	vecsim::types::known_distance_init();
	if (compat)
	{
		vecsim::pg::guc_init_compat();
	}
}
}
