// ivf.h - what the files of this room share: an open index, its tables, and the callbacks of the access method.
#ifndef VECSIM_IVF_H
#define VECSIM_IVF_H

#include "pg/pg.h"

#include "core/metric.h"
#include "core/nearest.h"
#include "core/quant.h"
#include "ivf/ivf_input.h"
#include "ivf/ivf_page_io.h"
#include "types/vector_type.h"

namespace vecsim::ivf
{

// An index as one call sees it: the metapage and what follows from it.
struct Index
{
	Relation relation;
	Input input;
	const core::Metric *metric; // of lists and codes
	const core::Metric *order;  // of the operator: another one under L1 only
	double distance_unit;       // of a scan: what exact distances are divided by, to compare with those of codes
	const core::Quantizer *quantizer;
	Geometry geometry;
	uint32 place_dim; // floats of a place and of a centroid
	Size row_bytes;   // of a cold code, 0 where the quantiser has none
	Size value_bytes; // of a row's own value in the index, 0 where it has none
	MetaPage meta;    // a copy
};

// ---- ivf_index.cpp: the metapage and what it leads to --------------------------------------------------------------

// Reads and checks the metapage.
void index_read(Index &index, Relation relation);

// Where things are on a page of blocks: with this many blocks of this height, and with the best choice of both (the
// tallest blocks of which four fit, so that a small list wastes little).  height is 0 where it does not fit.
Geometry geometry_with(const core::Quantizer &quantizer, uint32 dim, uint32 height, uint32 blocks);
Geometry geometry_of(const core::Quantizer &quantizer, uint32 dim);
// The largest dimension that there is a geometry for.
uint32 geometry_max_dim(const core::Quantizer &quantizer);

// The metric that the opclass names by its support function 1, and the one that lists and codes rank by instead.
const core::Metric &index_metric(Relation relation);
const core::Metric &code_metric(const core::Metric &order);

// True where distances by codes are estimates of the operator's, which bound nothing for certain.
bool index_estimates(const Index &index);

// The page of a store by its number there, InvalidBlockNumber behind the last one.
BlockNumber store_page(const Extent *extents, int n, uint32 number);
uint32 store_pages(const Extent *extents, int n);

// The directory entry of a list, read under a share lock.
ListEntry directory_read(const Index &index, uint32 list);
// Where it stands.
BlockNumber directory_page(const Index &index, uint32 list);

// Where the cold code of a row is: page and place on it.  An error where there is no such row number.
void row_find(const Index &index, uint32 row, BlockNumber *block, uint32 *slot);
// Has the CPU fetch the code of a row that is refined soon.
void row_hint(const Index &index, uint32 row);

// Has the CPU fetch the TID of a row that is wanted soon.
void tid_hint(const Index &index, uint32 row);
// The TID of a row.  False if the row number is free.  An error where there is no such row number.
bool tid_read(const Index &index, uint32 row, ItemPointer tid);

// ---- ivf_value.cpp: a value on its way into an index ----------------------------------------------------------------

// A value made ready: which list it must go to, or the vector by which its list is found.
struct Value
{
	bool ranked;       // it has codes and goes to the lists of its nearest centroids
	uint32 list;       // where !ranked: one of the lists without codes
	void *entry;       // entry_bytes, the caller's memory: its code, where that does not depend on the list
	float *place;      // place_dim floats, the caller's memory
	const void *given; // the value itself, in the index's type; not set for a NULL
};

// Lists that a row stands in.
inline uint32
entries_a_row(const core::Quantizer &quantizer)
{
	return quantizer.two_level != nullptr ? quantizer.two_level->entries_a_row : 1;
}

// Lists in a row that may bring nothing before a search at the present target stops (core/stop.h).  A second list a row
// does not shorten it under inner product, where the lists come by how far their rows may reach, nor under L1, where
// they come by L2.
uint32 patience_of(const Index &index);

// Floats of a place, and of the centroids it is compared with.
uint32 place_dim_of(const core::Quantizer &quantizer, uint32 dim);

// Places, and where it can codes, a datum.  Raises an error if its dimension is not the input's.  May allocate in the
// current context.
void value_prepare(const Input &input, const core::CodeSpace &space, const core::Quantizer &quantizer, Datum datum,
                   bool isnull, Value &value);

// The place of a vector; false where codes cannot rank it.
bool value_place(const core::CodeSpace &space, const core::Quantizer &quantizer, const float *vector,
                 float *place);

// What the codes of an index have in common, in the current context.
core::CodeSpace code_space(const Index &index);

// ---- Callbacks, each in the file of its name ------------------------------------------------------------------------

IndexBuildResult *build(Relation heap, Relation index, struct IndexInfo *info);
void build_empty(Relation index);
const char *build_phase_name(int64 phase);
bool insert(Relation index, Datum *values, bool *isnull, ItemPointer tid, Relation heap,
            IndexUniqueCheck check_unique, bool unchanged, struct IndexInfo *info);
IndexBulkDeleteResult *bulk_delete(IndexVacuumInfo *info, IndexBulkDeleteResult *stats,
                                   IndexBulkDeleteCallback callback, void *callback_state);
IndexBulkDeleteResult *vacuum_cleanup(IndexVacuumInfo *info, IndexBulkDeleteResult *stats);
void cost_estimate(struct PlannerInfo *root, struct IndexPath *path, double loop_count, Cost *startup,
                   Cost *total, Selectivity *selectivity, double *correlation, double *pages);
bool validate(Oid opclass);
IndexScanDesc begin_scan(Relation index, int nkeys, int norderbys);
void rescan(IndexScanDesc scan, ScanKey keys, int nkeys, ScanKey orderbys, int norderbys);
bool get_tuple(IndexScanDesc scan, ScanDirection direction);
void end_scan(IndexScanDesc scan);

// True for an index of this access method, whatever its name.
inline bool
index_is_ivf(Relation index)
{
	return index->rd_indam->ambuild == build;
}

} // namespace vecsim::ivf

#endif
