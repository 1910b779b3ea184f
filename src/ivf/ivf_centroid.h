// ivf_centroid.h - the centroids on their pages: written by the build, scored against a vector.
#ifndef VECSIM_IVF_CENTROID_H
#define VECSIM_IVF_CENTROID_H

#include "ivf/ivf.h"

namespace vecsim::ivf
{

struct Build;

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
	core::ListTerm *terms; // out, with prepared: by list, for the bounds of its codes
};

// Lists as they are met, group by group, the nearest group first.
struct GroupWalk
{
	core::ListScore *groups; // scores: those before `next` have been read; null where lists have no groups
	uint32 n;
	uint32 next;
};

// True where lists are scored by estimates, from sketches: those worth a look are then scored by centroid_rescore(),
// and have no terms before.
bool centroid_estimates(const Index &index, const CentroidQuery &query);

// Begins to score lists, with what it allocates in the present memory context.
void centroid_begin(const Index &index, const CentroidQuery &query, GroupWalk &walk);

// Scores further lists, so that of all scored `depth` are likely to be the nearest ones there are.  `found` have been
// scored; the others are put behind them, in scores, which has room for meta.lists.  Returns how many are scored then:
// all, where lists have no groups or depth is large.
uint32 centroid_scores(const Index &index, const CentroidQuery &query, GroupWalk &walk, uint32 depth,
                       core::ListScore *scores, uint32 found);

// Scores these n lists by the codes of their centroids.  They come back in the order of their numbers.
void centroid_rescore(const Index &index, const CentroidQuery &query, core::ListScore *lists, uint32 n);

// Scores n lists as the nearest to a vector, by their centroids themselves: <query.place, c> + bias.
void centroid_compare(const Index &index, const CentroidQuery &query, core::ListScore *lists, uint32 n);

// The centroid of a list; vector has room for place_dim floats.
CentroidHeader centroid_read(const Index &index, uint32 number, float *vector);

// Writes a centroid of an index under construction, whose centroids all stand in one extent; not logged.
void centroid_write(Relation relation, ForkNumber fork, const Extent &extent, uint32 place_dim, uint32 number,
                    const CentroidHeader &header, const float *vector);

// The same for its code.
void centroid_code_write(Relation relation, ForkNumber fork, const Extent &extent, Size row_bytes,
                         uint32 number, const CentroidHeader &header, const void *code);

// The same for its sketch, or for that of a group: its spread, and its code as an entry of the quantiser.
void centroid_sketch_write(const Build &build, const Extent &extent, uint32 number, float spread,
                           const void *entry);

// The mean of all places: place_dim floats on neighbouring pages of kind Mean.
uint32 mean_pages(uint32 place_dim);
void mean_read(const Index &index, float *mean);
void mean_write(Relation relation, ForkNumber fork, const Extent &extent, uint32 place_dim,
                const float *mean);

} // namespace vecsim::ivf

#endif
