// guc.h - the settings of vecsim.
#ifndef VECSIM_PG_GUC_H
#define VECSIM_PG_GUC_H

namespace vecsim::pg
{

extern double guc_target_recall; // ivf.target_recall
extern int guc_probes;           // ivf.probes, 0 = automatic
extern int guc_build_threads;    // vecsim.build_threads, 0 = automatic

// Registers the settings and chooses the kernels.  Called once, when the library is loaded.
void guc_init();

// pgvector's settings, where this library stands for pgvector (guc_compat.cpp).
inline constexpr int kHnswEfSearch = 40; // the default of hnsw.ef_search
extern int guc_ivfflat_probes;           // ivfflat.probes
extern int guc_hnsw_ef_search;           // hnsw.ef_search

// Registers them.  May be called again.
void guc_init_compat();

} // namespace vecsim::pg

#endif
