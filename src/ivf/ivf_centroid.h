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

// A vector that lists are scored for.
struct CentroidQuery
{
	const float *vector; // dim floats, of unit length where the metric says so
	float norm;          // its length
	ListScoring scoring;
};

// The scores of all lists, in the order of their numbers: scores has room for meta.lists of them.
void centroid_scores(const Index &index, const CentroidQuery &query, core::ListScore *scores);

// Writes a centroid of an index under construction, whose centroids all stand in one extent; not logged.
void centroid_write(Relation relation, ForkNumber fork, const Extent &extent, uint32 dim, uint32 number,
                    const CentroidHeader &header, const float *vector);

} // namespace vecsim::ivf

#endif
