// ivf_input.cpp - the types that can be indexed, each a row of one table.
#include "pg/pg.h"

#include "ivf/ivf_input.h"

#include "core/bits.h"
#include "core/count_sketch.h"
#include "core/sparse.h"
#include "pg/memory.h"
#include "types/bit_type.h"
#include "types/halfvec_type.h"
#include "types/sparsevec_type.h"
#include "types/vector_type.h"

#include <cmath>

namespace vecsim::ivf
{

// Floats of a sketch.  README says why so many.
static constexpr uint32 kSparsevecFloats = 1024;
static constexpr uint32 kBitFloats = 4096;

// ---- vector -------------------------------------------------------------------------------------------------------

static const types::Vector &
vector(const void *value)
{
	return *static_cast<const types::Vector *>(value);
}

static uint32
as_many_floats(uint32 dim, bool *lossy)
{
	*lossy = false;
	return dim;
}

static const void *
vector_value(Datum datum)
{
	return types::vector_from_datum(datum);
}

static int
vector_dim(const void *value)
{
	return vector(value).dim;
}

static const float *
vector_floats(const void *value, uint32 /*n*/, float * /*out*/)
{
	return vector(value).x;
}

static bool
vector_zero(const void *value)
{
	return core::squared_norm(vector(value).x, static_cast<size_t>(vector(value).dim)) == 0;
}

static double
vector_distance(const core::Metric &metric, const void *value, const void *query)
{
	return metric.distance(vector(value).x, vector(query).x, static_cast<size_t>(vector(value).dim));
}

static const void *
vector_elements(const void *value)
{
	return vector(value).x;
}

static double
floats_distance(const core::Metric &metric, const void *a, const void *b, size_t n)
{
	return metric.distance(static_cast<const float *>(a), static_cast<const float *>(b), n);
}

// ---- halfvec ------------------------------------------------------------------------------------------------------

static const types::HalfVector &
half(const void *value)
{
	return *static_cast<const types::HalfVector *>(value);
}

static const void *
half_value(Datum datum)
{
	return types::halfvec_from_datum(datum);
}

static int
half_dim(const void *value)
{
	return half(value).dim;
}

static const float *
half_floats(const void *value, uint32 n, float *out)
{
	core::floats_from_halves(half(value).x, n, out);
	return out;
}

static bool
half_zero(const void *value)
{
	return core::squared_norm(half(value).x, static_cast<size_t>(half(value).dim)) == 0;
}

static double
half_distance(const core::Metric &metric, const void *value, const void *query)
{
	return metric.distance_f16(half(value).x, half(query).x, static_cast<size_t>(half(value).dim));
}

static const void *
half_elements(const void *value)
{
	return half(value).x;
}

static double
halves_distance(const core::Metric &metric, const void *a, const void *b, size_t n)
{
	return metric.distance_f16(static_cast<const core::Half *>(a), static_cast<const core::Half *>(b), n);
}

// ---- sparsevec ----------------------------------------------------------------------------------------------------

static const types::Sparsevec &
sparse(const void *value)
{
	return *static_cast<const types::Sparsevec *>(value);
}

// As they are where they are no more than a sketch has.
static uint32
sparse_floats_of(uint32 dim, bool *lossy)
{
	*lossy = dim > kSparsevecFloats;
	return *lossy ? kSparsevecFloats : dim;
}

static const void *
sparse_value(Datum datum)
{
	return types::sparsevec_from_datum(datum);
}

static int
sparse_dim(const void *value)
{
	return sparse(value).dim;
}

static const float *
sparse_floats(const void *value, uint32 n, float *out)
{
	core::SparseView view = types::sparsevec_view(&sparse(value));

	if (static_cast<uint32>(sparse(value).dim) > n)
	{
		core::sketch_sparse(view, n, out);
		return out;
	}
	memset(out, 0, n * sizeof(float));
	for (size_t i = 0; i < view.count; i++)
	{
		out[view.indices[i]] = view.values[i];
	}
	return out;
}

static bool
sparse_zero(const void *value)
{
	return sparse(value).count == 0;
}

static double
sparse_distance(const core::Metric &metric, const void *value, const void *query)
{
	return core::sparse_distance(metric.id, types::sparsevec_view(&sparse(value)),
	                             types::sparsevec_view(&sparse(query)));
}

// ---- bit: a bit is a float 0 or 1 ---------------------------------------------------------------------------------

static const types::BitView &
bits(const void *value)
{
	return *static_cast<const types::BitView *>(value);
}

static uint32
bit_floats_of(uint32 dim, bool *lossy)
{
	*lossy = dim > static_cast<uint32>(types::kVectorMaxDim);
	return *lossy ? kBitFloats : dim;
}

static const void *
bit_value(Datum datum)
{
	types::BitView *view = static_cast<types::BitView *>(palloc(sizeof(types::BitView)));

	*view = types::bit_view(datum);
	return view;
}

static int
bit_dim(const void *value)
{
	return bits(value).length;
}

static const float *
bit_floats(const void *value, uint32 n, float *out)
{
	const types::BitView &view = bits(value);
	uint32 length = static_cast<uint32>(view.length);

	memset(out, 0, n * sizeof(float));
	for (uint32 i = 0; i < length; i++)
	{
		if ((view.bytes[i / BITS_PER_BYTE] & (HIGHBIT >> i % BITS_PER_BYTE)) == 0)
		{
			continue;
		}
		if (length > n)
		{
			core::sketch_add(i, 1, n, out);
		}
		else
		{
			out[i] = 1;
		}
	}
	if (length > n)
	{
		core::sketch_to_length(std::sqrt(core::bits_set(view.bytes, types::bit_bytes(view))), n, out);
	}
	return out;
}

static bool
bit_zero(const void *value)
{
	return core::bits_set(bits(value).bytes, types::bit_bytes(bits(value))) == 0;
}

// The square root of the Hamming distance: of 0 and 1 that is the Euclidean distance.
static double
hamming_root(const core::Metric & /*metric*/, const void *value, const void *query)
{
	return std::sqrt(
		core::hamming_distance(bits(value).bytes, bits(query).bytes, types::bit_bytes(bits(value))));
}

// The Dice distance 1 - 2 |a & b| / (|a| + |b|), which rises with the Jaccard distance and is no smaller than the
// cosine distance, since the mean of |a| and |b| is no smaller than the root of their product.
static double
dice_distance(const core::Metric & /*metric*/, const void *value, const void *query)
{
	return core::dice_distance(bits(value).bytes, bits(query).bytes, types::bit_bytes(bits(value)));
}

// -------------------------------------------------------------------------------------------------------------------

static const InputType kTypes[] = {
	{InputId::Vector, "vector", "different vector dimensions %d and %d", true, 1, as_many_floats,
     vector_value, vector_dim, vector_floats, vector_zero, vector_distance, sizeof(float), vector_elements,
     floats_distance},
	{InputId::Halfvec, "halfvec", "different halfvec dimensions %d and %d", true, 1, as_many_floats,
     half_value, half_dim, half_floats, half_zero, half_distance, sizeof(core::Half), half_elements,
     halves_distance},
	{InputId::Sparsevec, "sparsevec", "different sparsevec dimensions %d and %d", false, 1, sparse_floats_of,
     sparse_value, sparse_dim, sparse_floats, sparse_zero, sparse_distance, 0, nullptr, nullptr},
	{InputId::Hamming, "bit", "different bit lengths %d and %d", false, 1.3, bit_floats_of, bit_value, bit_dim,
     bit_floats, bit_zero, hamming_root, 0, nullptr, nullptr},
	{InputId::Jaccard, "bit", "different bit lengths %d and %d", false, 2, bit_floats_of, bit_value, bit_dim,
     bit_floats, bit_zero, dice_distance, 0, nullptr, nullptr},
};

const InputType *
input_type(int32 id)
{
	for (const InputType &type : kTypes)
	{
		if (static_cast<int32>(type.id) == id)
		{
			return &type;
		}
	}
	return nullptr;
}

Input
index_input(Relation index)
{
	constexpr uint16 kProcedure = 2;
	int32 id = static_cast<int32>(InputId::Vector);
	int dim = TupleDescAttr(RelationGetDescr(index), 0)->atttypmod;

	if (OidIsValid(index_getprocid(index, 1, kProcedure)))
	{
		id = DatumGetInt32(FunctionCall0Coll(index_getprocinfo(index, 1, kProcedure), InvalidOid));
	}

	Input input = {input_type(id), dim, 0, false};

	if (input.type == nullptr)
	{
		ereport(ERROR,
		        (errcode(ERRCODE_INVALID_OBJECT_DEFINITION),
		         errmsg("support function 2 of the operator class of index \"%s\" names type %d, which "
		                "does not exist",
		                RelationGetRelationName(index), id)));
	}
	if (dim > 0)
	{
		input.floats = input.type->floats_of(static_cast<uint32>(dim), &input.lossy);
	}
	return input;
}

const void *
input_value(const Input &input, Datum datum)
{
	const void *value = input.type->value(datum);
	int dim = input.type->dim(value);

	if (unlikely(dim != input.dim))
	{
		ereport(ERROR,
		        (errcode(ERRCODE_DATA_EXCEPTION), errmsg("expected %d dimensions, not %d", input.dim, dim)));
	}
	return value;
}

const void *
input_query(const Input &input, Datum datum)
{
	const void *query = input.type->value(datum);
	int dim = input.type->dim(query);

	if (dim != input.dim)
	{
		ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION), errmsg(input.type->differ, input.dim, dim)));
	}
	return query;
}

const float *
input_floats(const Input &input, const void *value)
{
	float *room = nullptr;

	if (input.type->id != InputId::Vector) // whose floats stand in it
	{
		room = static_cast<float *>(palloc(pg::mul_size_checked(input.floats, sizeof(float))));
	}
	return input.type->floats(value, input.floats, room);
}

} // namespace vecsim::ivf
