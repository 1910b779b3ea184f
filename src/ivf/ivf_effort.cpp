// ivf_effort.cpp - what the settings ask of a scan of an index.
//
// Under pgvector's names its settings can only ask for more than ivf.target_recall does: a program that sets them for
// pgvector's sake gets at least the recall that it would get without.
//
//	ivfflat.probes   lists that are read at least; as many as there are make the answer exact
//	hnsw.ef_search   beyond 40, its default, the share of rows missed shrinks in proportion: 400 misses a tenth
#include "pg/pg.h"

#include "ivf/ivf_compat.h"
#include "ivf/ivf_effort.h"
#include "pg/guc.h"

namespace vecsim::ivf
{

Effort
effort_of(const Index &index)
{
	Effort effort = {pg::guc_target_recall, static_cast<uint32>(pg::guc_probes), 0};

	switch (compat_name_of(index.relation))
	{
		case CompatName::Ivfflat:
			effort.at_least = static_cast<uint32>(pg::guc_ivfflat_probes);
			if (effort.at_least >= index.meta.lists)
			{
				effort.target_recall = 1;
			}
			break;
		case CompatName::Hnsw:
			effort.target_recall = 1 - (1 - effort.target_recall) * pg::kHnswEfSearch /
			                               Max(pg::guc_hnsw_ef_search, pg::kHnswEfSearch);
			break;
		case CompatName::None:
			break;
	}
	return effort;
}

bool
compares_every_row(const Index &index, const Effort &effort)
{
	bool exact = effort.probes == 0 && effort.target_recall >= 1;

	return (exact && index_estimates(index)) ||
	       (index.order->id == core::MetricId::L1 && index.meta.taxicab == 0);
}

} // namespace vecsim::ivf
