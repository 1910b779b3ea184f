// ivf_known.cpp - the distances of rows whose values are stored out of line, kept until the rows are handed out.
#include "pg/pg.h"

#include "ivf/ivf_known.h"

namespace vecsim::ivf
{

static bool type_of(InputId id, types::KnownType *type);
static KnownRows *make(MemoryContext search, types::KnownType type, const void *query);
static void forget(void *known);

void
known_note(KnownRows *&known, MemoryContext search, const Index &index, const void *query, uint32 row,
           Datum value, float8 distance)
{
	types::KnownType type;
	varatt_external pointer;

	if (!types::is_stored(value) || !type_of(index.input.type->id, &type))
	{
		return;
	}
	if (known == nullptr)
	{
		known = make(search, type, query);
	}
	VARATT_EXTERNAL_GET_POINTER(pointer, reinterpret_cast<struct varlena *>(DatumGetPointer(value)));

	uint32 at = known->n++ % kKnownRows;

	known->rows[at] = row;
	known->values[at] = {pointer.va_toastrelid, pointer.va_valueid, distance};
}

void
known_hand_out(KnownRows *known, const Index &index, uint32 row)
{
	types::KnownDistance &out = types::known_distance;

	out.query = nullptr;
	for (uint32 i = 0; known != nullptr && i < Min(known->n, kKnownRows); i++)
	{
		if (known->rows[i] == row)
		{
			const auto &value = known->values[i];

			out = {&known->query, known->type, index.order->id, value.table, value.id, value.distance};
			return;
		}
	}
}

// Of the types whose search compares values by the operator's own function.
static bool
type_of(InputId id, types::KnownType *type)
{
	switch (id)
	{
		case InputId::Vector:
			*type = types::KnownType::Vector;
			return true;
		case InputId::Halfvec:
			*type = types::KnownType::Halfvec;
			return true;
		case InputId::Sparsevec:
			*type = types::KnownType::Sparsevec;
			return true;
		case InputId::Hamming:
		case InputId::Jaccard:
			break;
	}
	return false;
}

// The query is copied: the executor's may go before the search does.
static KnownRows *
make(MemoryContext search, types::KnownType type, const void *query)
{
	KnownRows *known = static_cast<KnownRows *>(MemoryContextAlloc(search, sizeof(KnownRows)));
	Size bytes = VARSIZE(query);
	void *copy = MemoryContextAlloc(search, bytes);
	MemoryContextCallback *at_reset =
		static_cast<MemoryContextCallback *>(MemoryContextAlloc(search, sizeof(MemoryContextCallback)));

	memcpy(copy, query, bytes);
	known->query = {static_cast<const struct varlena *>(copy), InvalidOid, InvalidOid, InvalidSubTransactionId,
	                0};
	known->type = type;
	known->n = 0;
	at_reset->func = forget;
	at_reset->arg = known;
	MemoryContextRegisterResetCallback(search, at_reset);
	return known;
}

// The search's memory goes: at rescan, at the end, or after an error.
static void
forget(void *known)
{
	types::KnownDistance &out = types::known_distance;

	if (out.query == &static_cast<KnownRows *>(known)->query)
	{
		out.query = nullptr;
	}
}

} // namespace vecsim::ivf
