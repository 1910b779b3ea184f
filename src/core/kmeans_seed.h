// kmeans_seed.h - where k-means takes its centroids from: kmeans.cpp's own, nobody else's.
#ifndef VECSIM_CORE_KMEANS_SEED_H
#define VECSIM_CORE_KMEANS_SEED_H

#include "core/kmeans.h"

namespace vecsim::core
{

// Prepares the choice of initial centroids.  Uses `assigned` and `sums` until the choice is over.
void kmeans_choose_begin(Kmeans &kmeans);

// Draws up to `rows` more rows at random, without replacement, and makes each one that differs from all
// centroids so far the next centroid.  True when there are k of them (`chosen`) or all rows have been drawn.
bool kmeans_choose(Kmeans &kmeans, size_t rows);

// Makes a row of the biggest cluster (the lowest number among equals) the centroid of an empty one and moves
// half of the big one's count to it, as its rows will go.  A cluster is passed over when `rows` rows of it
// are all alike. False when no cluster has two different rows.
bool kmeans_reseed(Kmeans &kmeans, size_t empty, size_t rows);

} // namespace vecsim::core

#endif
