// ivf_options.h - the options of an ivf index: CREATE INDEX ... WITH (lists = 100, quantizer = sq8).
#ifndef VECSIM_IVF_OPTIONS_H
#define VECSIM_IVF_OPTIONS_H

#include "pg/pg.h"

#include "core/quant.h"

namespace vecsim::ivf
{

// What an index keeps of its rows.
enum class Storage : int
{
	Codes = 0, // codes: exact distances come from the table
	Full = 1,  // the rows' own values as well
};

// Registers the options.  Called once, when the library is loaded.
void options_init();

// amoptions, of ivf and of its other names.
bytea *options_parse(Datum reloptions, bool validate);
bytea *options_parse_ivfflat(Datum reloptions, bool validate); // lists
bytea *options_parse_hnsw(Datum reloptions,
                          bool validate); // m, ef_construction: a NOTICE says they do nothing

// What was asked for, or the default.
int options_lists(Relation index); // 0 = automatic
const core::Quantizer &options_quantizer(Relation index);
Storage options_storage(Relation index);
// What "auto" stands for.
const core::Quantizer &options_default_quantizer();

} // namespace vecsim::ivf

#endif
