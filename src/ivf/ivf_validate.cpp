// ivf_validate.cpp - is an operator class fit for ivf?
//
// It needs one ordering operator, strategy 1, of the indexed type with itself, sorted by float8, and a support
// function, number 1, without arguments, that returns the id of a metric; and, where the type is not vector, a second
// one of that form, which returns the id of an InputType.
#include "pg/pg.h"

#include "core/metric.h"
#include "ivf/ivf.h"

namespace vecsim::ivf
{

static constexpr Oid kFloatFamily = 1970; // btree float_ops, pg_opfamily.dat names no symbol for it

static bool operators_fit(const char *opclass, Oid family, Oid type);
static bool functions_fit(const char *opclass, Oid family, Oid type);
static bool returns_id(Oid function);

bool
validate(Oid opclass)
{
	HeapTuple tuple = SearchSysCache1(CLAOID, ObjectIdGetDatum(opclass));

	if (!HeapTupleIsValid(tuple))
	{
		elog(ERROR, "cache lookup failed for operator class %u", opclass);
	}

	Form_pg_opclass form = reinterpret_cast<Form_pg_opclass>(GETSTRUCT(tuple));
	const char *name = NameStr(form->opcname);
	bool operators = operators_fit(name, form->opcfamily, form->opcintype);
	bool functions = functions_fit(name, form->opcfamily, form->opcintype);

	ReleaseSysCache(tuple);
	return operators && functions;
}

static void
complain(const char *opclass, const char *what)
{
	ereport(INFO, (errcode(ERRCODE_INVALID_OBJECT_DEFINITION),
	               errmsg("operator class \"%s\" of access method ivf %s", opclass, what)));
}

static bool
operators_fit(const char *opclass, Oid family, Oid type)
{
	CatCList *list = SearchSysCacheList1(AMOPSTRATEGY, ObjectIdGetDatum(family));
	bool found = false;
	bool fit = true;

	for (int i = 0; i < list->n_members; i++)
	{
		Form_pg_amop form = reinterpret_cast<Form_pg_amop>(GETSTRUCT(&list->members[i]->tuple));
		bool ordering = form->amoppurpose == AMOP_ORDER && form->amopstrategy == 1 &&
		                form->amopsortfamily == kFloatFamily;

		if (!ordering || form->amoplefttype != form->amoprighttype)
		{
			complain(opclass, "has an operator that is not an ordering operator by float8 of strategy 1");
			fit = false;
		}
		found |= form->amoplefttype == type;
	}
	ReleaseCatCacheList(list);
	if (!found)
	{
		complain(opclass, "lacks its distance operator");
	}
	return fit && found;
}

static bool
functions_fit(const char *opclass, Oid family, Oid type)
{
	Oid metric = get_opfamily_proc(family, type, type, 1);
	Oid input = get_opfamily_proc(family, type, type, 2);

	if (!OidIsValid(metric))
	{
		complain(opclass, "lacks support function 1, which names its metric");
		return false;
	}
	if (!returns_id(metric))
	{
		complain(opclass, "has a support function 1 that is not of the form f() returns integer");
		return false;
	}
	if (OidIsValid(input) && !returns_id(input))
	{
		complain(opclass, "has a support function 2 that is not of the form f() returns integer");
		return false;
	}

	int32 id = DatumGetInt32(OidFunctionCall0(metric));

	if (id < 0 || id > PG_UINT8_MAX || core::metric_by_id(static_cast<uint8>(id)) == nullptr)
	{
		complain(opclass, "names a metric that does not exist");
		return false;
	}
	if (OidIsValid(input) && input_type(DatumGetInt32(OidFunctionCall0(input))) == nullptr)
	{
		complain(opclass, "names a type that does not exist");
		return false;
	}
	return true;
}

static bool
returns_id(Oid function)
{
	return get_func_rettype(function) == INT4OID && get_func_nargs(function) == 0;
}

} // namespace vecsim::ivf
