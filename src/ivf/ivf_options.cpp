// ivf_options.cpp - the options of an ivf index.
#include "pg/pg.h"

#include "ivf/ivf.h"
#include "ivf/ivf_options.h"
#include "pg/guc.h"

namespace vecsim::ivf
{

static relopt_kind option_kind;
static relopt_kind ivfflat_kind;
static relopt_kind hnsw_kind;

// As reloptions.c lays them out: a varlena.  One for all names; what a name does not have stays 0.
struct IvfOptions
{
	int32 vl_len_; // varlena header, do not touch
	int lists;
	int quantizer; // core::QuantizerId, kQuantizerAuto
	int storage;   // Storage
	int m;         // hnsw's, 0 where not given
	int ef_construction;
};

static constexpr int kQuantizerAuto = 0; // options_default_quantizer()

static relopt_enum_elt_def quantizers[] = {
	{"auto", kQuantizerAuto},
	{"flat", static_cast<int>(core::QuantizerId::Flat)},
	{"sq8", static_cast<int>(core::QuantizerId::Sq8)},
	{"rabitq", static_cast<int>(core::QuantizerId::Rabitq)},
	{nullptr, 0},
};

static relopt_enum_elt_def storages[] = {
	{"codes", static_cast<int>(Storage::Codes)},
	{"full", static_cast<int>(Storage::Full)},
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
	add_enum_reloption(option_kind, "storage", "Whether the index keeps the rows' own values beside codes",
	                   storages, static_cast<int>(Storage::Codes), "Valid values are \"codes\" and \"full\".",
	                   AccessExclusiveLock);

	// pgvector's ranges.  Where lists are not given they are automatic, and not pgvector's 100.
	ivfflat_kind = add_reloption_kind();
	add_int_reloption(ivfflat_kind, "lists", "Number of lists, automatic if not given", 0, 1, 32768,
	                  AccessExclusiveLock);
	hnsw_kind = add_reloption_kind();
	add_int_reloption(hnsw_kind, "m", "Accepted and without effect", 0, 2, 100, AccessExclusiveLock);
	add_int_reloption(hnsw_kind, "ef_construction", "Accepted and without effect", 0, 4, 1000,
	                  AccessExclusiveLock);
}

bytea *
options_parse(Datum reloptions, bool validate)
{
	static const relopt_parse_elt table[] = {
		{"lists", RELOPT_TYPE_INT, offsetof(IvfOptions, lists)},
		{"quantizer", RELOPT_TYPE_ENUM, offsetof(IvfOptions, quantizer)},
		{"storage", RELOPT_TYPE_ENUM, offsetof(IvfOptions, storage)},
	};

	return static_cast<bytea *>(
		build_reloptions(reloptions, validate, option_kind, sizeof(IvfOptions), table, lengthof(table)));
}

bytea *
options_parse_ivfflat(Datum reloptions, bool validate)
{
	static const relopt_parse_elt table[] = {{"lists", RELOPT_TYPE_INT, offsetof(IvfOptions, lists)}};

	return static_cast<bytea *>(
		build_reloptions(reloptions, validate, ivfflat_kind, sizeof(IvfOptions), table, lengthof(table)));
}

bytea *
options_parse_hnsw(Datum reloptions, bool validate)
{
	static const relopt_parse_elt table[] = {
		{"m", RELOPT_TYPE_INT, offsetof(IvfOptions, m)},
		{"ef_construction", RELOPT_TYPE_INT, offsetof(IvfOptions, ef_construction)},
	};
	constexpr int kDefaultM = 16;
	constexpr int kDefaultConstruction = 64;
	IvfOptions *options = static_cast<IvfOptions *>(
		build_reloptions(reloptions, validate, hnsw_kind, sizeof(IvfOptions), table, lengthof(table)));

	if (validate && options != nullptr)
	{
		int m = options->m > 0 ? options->m : kDefaultM;
		int construction = options->ef_construction > 0 ? options->ef_construction : kDefaultConstruction;

		if (construction < 2 * m)
		{
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			                errmsg("ef_construction must be greater than or equal to 2 * m")));
		}
		ereport(NOTICE, (errmsg("an hnsw index of vecsim has no use for \"m\" and \"ef_construction\""),
		                 errdetail("It is an inverted file, whose number of lists follows from the table."),
		                 errhint("Set ivf.target_recall, or hnsw.ef_search beyond %d, for more recall.",
		                         pg::kHnswEfSearch)));
	}
	return reinterpret_cast<bytea *>(options);
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

Storage
options_storage(Relation index)
{
	return index_options(index) != nullptr ? static_cast<Storage>(index_options(index)->storage)
	                                       : Storage::Codes;
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
