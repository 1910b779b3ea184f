// typmod_support.cpp - what the planner asks about a cast that checks dimensions: whether it is needed.
//
// A column's type modifier says how many dimensions its values have, so a cast to as many checks nothing.  The
// parser leaves such a cast out itself, unless a cast without a function stands between: `ALTER TABLE ... TYPE
// vecsim.vector(3)` of a column `public.vector(3)` is a check of a relabelled column.  With the check gone only
// the relabelling remains, and PostgreSQL rewrites no table for that.
#include "pg/pg.h"

#include "types/adopt.h"

namespace vecsim::types
{

static Node *without_check(const FuncExpr *check);

extern "C"
{
PG_FUNCTION_INFO_V1(vecsim_typmod_support);

// vecsim_typmod_support(internal) returns internal: support function of the casts that apply a type modifier,
// f(type, integer, boolean).
Datum
vecsim_typmod_support(PG_FUNCTION_ARGS)
{
	Node *request = reinterpret_cast<Node *>(PG_GETARG_POINTER(0));
	Node *result = nullptr;

	if (IsA(request, SupportRequestSimplify))
	{
		result = without_check(reinterpret_cast<SupportRequestSimplify *>(request)->fcall);
	}
	PG_RETURN_POINTER(result);
}
}

// The cast's argument, labelled with the type modifier, where its values have the dimensions asked for; else null.
static Node *
without_check(const FuncExpr *check)
{
	if (list_length(check->args) != 3 || !IsA(lsecond(check->args), Const))
	{
		return nullptr;
	}

	const Const *typmod = static_cast<const Const *>(lsecond(check->args));
	Node *source = static_cast<Node *>(linitial(check->args));
	const Node *base = source;

	while (IsA(base, RelabelType))
	{
		base = reinterpret_cast<const Node *>(reinterpret_cast<const RelabelType *>(base)->arg);
	}
	if (typmod->constisnull || DatumGetInt32(typmod->constvalue) < 0 ||
	    exprTypmod(base) != DatumGetInt32(typmod->constvalue) ||
	    !adopt_same_typmod(exprType(base), check->funcresulttype))
	{
		return nullptr;
	}
	return relabel_to_typmod(source, DatumGetInt32(typmod->constvalue));
}

} // namespace vecsim::types
