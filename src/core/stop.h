// stop.h - when to stop probing: by patience.
//
// A search stops when `limit` lists in a row have brought no row into the best K.  On real data this needs 7-24 % fewer
// codes than the best fixed number of probes at the same recall, and one limit serves every K.
#ifndef VECSIM_CORE_STOP_H
#define VECSIM_CORE_STOP_H

#include <stdint.h>

namespace vecsim::core
{

// The patience that reaches a target recall in so many lists: ceil(sqrt(lists) / 16 / (1 - target)) with one
// entry a row, three tenths of it with two, at least 2.  Measured on sentence embeddings asked by questions that
// are unlike the rows (the harder kind); rows as questions need two thirds of it.  UINT32_MAX (read every
// list) at 1 and where the formula gives more.
uint32_t patience_for(double target_recall, uint32_t lists, uint32_t entries_a_row);

// The same of rows in so many dimensions that nearly all pairs are far apart (sketches of sparse vectors): a few of the
// nearest are in any list, so it is a share of the lists, 0.052 / (1 - target)^0.575.  Measured on texts as bags of
// words.
uint32_t patience_for_sketches(double target_recall, uint32_t lists);

} // namespace vecsim::core

#endif
