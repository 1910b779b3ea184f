// ivf_effort.h - what the settings ask of a scan of an index.
#ifndef VECSIM_IVF_EFFORT_H
#define VECSIM_IVF_EFFORT_H

#include "ivf/ivf.h"

namespace vecsim::ivf
{

struct Effort
{
	double target_recall; // share of the true nearest rows to find, 1 for all
	uint32 probes;        // lists to read before rows are handed out; 0 lets target_recall decide
	uint32 at_least;      // where it decides, lists to read whatever they bring
};

// ivf.target_recall and ivf.probes.  Of an index under one of pgvector's names, its settings as well.
Effort effort_of(const Index &index);

// True where a scan can only compare every row exactly, by the heap: an exact answer where codes bound nothing for
// certain, or L1 whose distances have not been measured (an index that was made on an empty table).
bool compares_every_row(const Index &index, const Effort &effort);

} // namespace vecsim::ivf

#endif
