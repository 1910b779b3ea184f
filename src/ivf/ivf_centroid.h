// ivf_centroid.h - the centroids on their pages: written by the build, scored against a vector.
#ifndef VECSIM_IVF_CENTROID_H
#define VECSIM_IVF_CENTROID_H

#include "ivf/ivf.h"

namespace vecsim::ivf
{

enum class ListScoring : uint8
{
	Assign, // of a row that is inserted: the best list is where it belongs
	Query,  // of a query: the best lists hold the nearest rows
};

// A place that lists are scored for.
struct CentroidQuery
{
	const float *place; // place_dim floats
	float norm;         // its length
	ListScoring scoring;
	const void
		*prepared; // the query made ready: centroids are then scored by their codes; null: by themselves
	core::ListTerm *terms; // out, with prepared: of all lists, for the bounds of their codes
};

// The scores of all lists, in the order of their numbers: scores has room for meta.lists of them.
void centroid_scores(const Index &index, const CentroidQuery &query, core::ListScore *scores);

// The centroid of a list; vector has room for place_dim floats.
CentroidHeader centroid_read(const Index &index, uint32 number, float *vector);

// Writes a centroid of an index under construction, whose centroids all stand in one extent; not logged.
void centroid_write(Relation relation, ForkNumber fork, const Extent &extent, uint32 place_dim, uint32 number,
                    const CentroidHeader &header, const float *vector);

// The same for its code.
void centroid_code_write(Relation relation, ForkNumber fork, const Extent &extent, Size row_bytes,
                         uint32 number, const CentroidHeader &header, const void *code);

// The mean of all places: place_dim floats on neighbouring pages of kind Mean.
uint32 mean_pages(uint32 place_dim);
void mean_read(const Index &index, float *mean);
void mean_write(Relation relation, ForkNumber fork, const Extent &extent, uint32 place_dim,
                const float *mean);

} // namespace vecsim::ivf

#endif
