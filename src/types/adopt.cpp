// adopt.cpp - vecsim_adopt_pgvector(): casts without a function between pgvector's types and ours.
//
// The layouts are the same, so a value of the one is a value of the other.  That is not taken on trust: the same
// literal goes through both input functions, and the results must have the same bytes.
#include "pg/pg.h"

#include "types/adopt.h"

namespace vecsim::types
{

namespace
{

// A type that both may have, and a literal that shows its layout.
struct Shared
{
	const char *name;
	const char *literal;
};

constexpr const char *kPgvector = "vector"; // pgvector's name as an extension
constexpr Shared kShared[] = {
	{"vector", "[1,-2.5,3e10]"},
	{"halfvec", "[1,-2.5,1024]"},
	{"sparsevec", "{1:1.5,7:-2}/9"},
};

Oid type_of(Oid extension, const char *name);
void check_layout(const Shared &shared, Oid own, Oid theirs);
Datum read_literal(Oid type, const char *literal);
int32 read_typmod(Oid type);
void make_cast(Oid source, Oid target, const Oid *extensions);

} // namespace

extern "C"
{
PG_FUNCTION_INFO_V1(vecsim_adopt_pgvector);
}

// vecsim_adopt_pgvector() -> text[]: makes the casts for every type that both extensions have and returns their names.
// Casts that exist stay.  Errors: 42501 not a superuser, 42704 no pgvector, 0A000 another layout or no type in common,
// 42710 a cast with a function in the way.
Datum
vecsim_adopt_pgvector(PG_FUNCTION_ARGS)
{
	Oid extensions[2] = {getExtensionOfObject(ProcedureRelationId, fcinfo->flinfo->fn_oid),
	                     get_extension_oid(kPgvector, true)};
	Datum names[lengthof(kShared)];
	int n = 0;

	if (!superuser())
	{
		ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
		                errmsg("must be superuser to adopt pgvector's types"),
		                errdetail("Casts without a function can be made by superusers only.")));
	}
	if (!OidIsValid(extensions[1]) || extensions[1] == extensions[0])
	{
		ereport(ERROR,
		        (errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("extension \"%s\" does not exist", kPgvector),
		         errhint("There is nothing to adopt in this database.")));
	}
	for (const Shared &shared : kShared)
	{
		Oid own = type_of(extensions[0], shared.name);
		Oid theirs = type_of(extensions[1], shared.name);

		if (OidIsValid(own) && OidIsValid(theirs))
		{
			check_layout(shared, own, theirs);
			make_cast(theirs, own, extensions);
			make_cast(own, theirs, extensions);
			names[n++] = CStringGetTextDatum(shared.name);
		}
	}
	if (n == 0)
	{
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
		                errmsg("extension \"%s\" has no type of this extension's", kPgvector)));
	}
	PG_RETURN_ARRAYTYPE_P(construct_array(names, n, TEXTOID, -1, false, TYPALIGN_INT));
}

bool
adopt_same_typmod(Oid type, Oid own)
{
	if (type == own)
	{
		return true;
	}

	Oid extension = get_extension_oid(kPgvector, true);
	HeapTuple tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(own));

	if (!HeapTupleIsValid(tuple))
	{
		return false;
	}

	Oid theirs = type_of(extension, NameStr(reinterpret_cast<Form_pg_type>(GETSTRUCT(tuple))->typname));

	ReleaseSysCache(tuple);
	return OidIsValid(theirs) && type == theirs;
}

namespace
{

// The type of a name that is an extension's own; InvalidOid where there is none.
Oid
type_of(Oid extension, const char *name)
{
	CatCList *list;
	Oid found = InvalidOid;

	if (!OidIsValid(extension))
	{
		return InvalidOid;
	}
	list = SearchSysCacheList1(TYPENAMENSP, CStringGetDatum(name));
	for (int i = 0; i < list->n_members; i++)
	{
		Oid type = reinterpret_cast<Form_pg_type>(GETSTRUCT(&list->members[i]->tuple))->oid;

		if (getExtensionOfObject(TypeRelationId, type) == extension)
		{
			found = type;
		}
	}
	ReleaseCatCacheList(list);
	return found;
}

// An error unless both types read the same literal as the same bytes, and the same type modifier as the same number.
void
check_layout(const Shared &shared, Oid own, Oid theirs)
{
	Datum ours = read_literal(own, shared.literal);
	Datum other = read_literal(theirs, shared.literal);

	if (get_typlen(theirs) != -1 || !datumIsEqual(ours, other, false, -1) ||
	    read_typmod(own) != read_typmod(theirs))
	{
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
		                errmsg("values of type %s are not laid out as values of type %s",
		                       format_type_be_qualified(theirs), format_type_be_qualified(own)),
		                errhint("Cast the columns through real[].")));
	}
}

Datum
read_literal(Oid type, const char *literal)
{
	Oid function;
	Oid parameter;

	getTypeInputInfo(type, &function, &parameter);
	return OidInputFunctionCall(function, pstrdup(literal), parameter, -1);
}

// What a type makes of the modifier (3); -1 where it takes none.
int32
read_typmod(Oid type)
{
	Datum three = CStringGetDatum("3");
	HeapTuple tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(type));
	Oid function = InvalidOid;

	if (HeapTupleIsValid(tuple))
	{
		function = reinterpret_cast<Form_pg_type>(GETSTRUCT(tuple))->typmodin;
		ReleaseSysCache(tuple);
	}
	if (!OidIsValid(function))
	{
		return -1;
	}
	return DatumGetInt32(OidFunctionCall1(
		function, PointerGetDatum(construct_array(&three, 1, CSTRINGOID, -2, false, TYPALIGN_CHAR))));
}

// Makes a cast unless it exists, and has it vanish with either of two extensions.
void
make_cast(Oid source, Oid target, const Oid *extensions)
{
	HeapTuple tuple = SearchSysCache2(CASTSOURCETARGET, ObjectIdGetDatum(source), ObjectIdGetDatum(target));
	ObjectAddress cast = {CastRelationId, InvalidOid, 0};

	if (!HeapTupleIsValid(tuple))
	{
		SPI_connect();
		SPI_execute(psprintf("CREATE CAST (%s AS %s) WITHOUT FUNCTION AS ASSIGNMENT",
		                     format_type_be_qualified(source), format_type_be_qualified(target)),
		            false, 0);
		SPI_finish();
		tuple = SearchSysCache2(CASTSOURCETARGET, ObjectIdGetDatum(source), ObjectIdGetDatum(target));
	}

	Form_pg_cast form = reinterpret_cast<Form_pg_cast>(GETSTRUCT(tuple));

	if (form->castmethod != COERCION_METHOD_BINARY)
	{
		ereport(ERROR, (errcode(ERRCODE_DUPLICATE_OBJECT),
		                errmsg("there is another cast from type %s to type %s already",
		                       format_type_be_qualified(source), format_type_be_qualified(target)),
		                errhint("Drop it with DROP CAST.")));
	}
	cast.objectId = form->oid;
	ReleaseSysCache(tuple);
	for (int i = 0; i < 2; i++)
	{
		ObjectAddress extension = {ExtensionRelationId, extensions[i], 0};

		deleteDependencyRecordsForSpecific(CastRelationId, cast.objectId, DEPENDENCY_AUTO_EXTENSION,
		                                   ExtensionRelationId, extensions[i]);
		recordDependencyOn(&cast, &extension, DEPENDENCY_AUTO_EXTENSION);
	}
	CommandCounterIncrement();
}

} // namespace

} // namespace vecsim::types
