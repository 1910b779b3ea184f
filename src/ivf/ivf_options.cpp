// ivf_options.cpp - the options of an ivf index.
#include "pg/pg.h"

#include "ivf/ivf.h"
#include "ivf/ivf_options.h"

namespace vecsim::ivf
{

static relopt_kind option_kind;

// As reloptions.c lays them out: a varlena.
struct IvfOptions
{
	int32 vl_len_; // varlena header, do not touch
	int lists;
	int quantizer; // core::QuantizerId, kQuantizerAuto
};

static constexpr int kQuantizerAuto = 0; // options_default_quantizer()

static relopt_enum_elt_def quantizers[] = {
	{"auto", kQuantizerAuto},
	{"flat", static_cast<int>(core::QuantizerId::Flat)},
	{"sq8", static_cast<int>(core::QuantizerId::Sq8)},
	{"rabitq", static_cast<int>(core::QuantizerId::Rabitq)},
	{nullptr, 0},
};

void
options_init()
{
	option_kind = add_reloption_kind();
	add_int_reloption(option_kind, "lists", "Number of lists, 0 for automatic", 0, 0, kMaxLists,
	                  AccessExclusiveLock);
	add_enum_reloption(option_kind, "quantizer", "How vectors are coded in the index", quantizers,
	                   kQuantizerAuto, "Valid values are \"auto\", \"rabitq\", \"sq8\" and \"flat\".",
	                   AccessExclusiveLock);
}

bytea *
options_parse(Datum reloptions, bool validate)
{
	static const relopt_parse_elt table[] = {
		{"lists", RELOPT_TYPE_INT, offsetof(IvfOptions, lists)},
		{"quantizer", RELOPT_TYPE_ENUM, offsetof(IvfOptions, quantizer)},
	};

	return static_cast<bytea *>(
		build_reloptions(reloptions, validate, option_kind, sizeof(IvfOptions), table, lengthof(table)));
}

static const IvfOptions *
index_options(Relation index)
{
	return reinterpret_cast<const IvfOptions *>(index->rd_options);
}

int
options_lists(Relation index)
{
	return index_options(index) != nullptr ? index_options(index)->lists : 0;
}

const core::Quantizer &
options_default_quantizer()
{
	return *core::quantizer_by_id(static_cast<uint8>(core::QuantizerId::Rabitq));
}

const core::Quantizer &
options_quantizer(Relation index)
{
	int asked = index_options(index) != nullptr ? index_options(index)->quantizer : kQuantizerAuto;

	return asked == kQuantizerAuto ? options_default_quantizer()
	                               : *core::quantizer_by_id(static_cast<uint8>(asked));
}

} // namespace vecsim::ivf
