// dense.h - what `vector` and `halfvec` have in common: one element a dimension.  Functions of both are templates over
// the type of the value, and Dense<> says what differs.
#ifndef VECSIM_TYPES_DENSE_H
#define VECSIM_TYPES_DENSE_H

#include "pg/pg.h"

#include "types/halfvec_type.h"
#include "types/known_distance.h"
#include "types/vector_type.h"

#include <cmath>

namespace vecsim::types
{

template <typename Value>
struct Dense;

template <>
struct Dense<Vector>
{
	using Element = float4;
	static constexpr const char *kName = "vector";
	static constexpr KnownType kKnownType = KnownType::Vector;
	static constexpr int kMaxDim = kVectorMaxDim;

	static float4
	to_float(float4 element)
	{
		return element;
	}

	// The nearest element, infinity beyond the largest.
	static float4
	from_float(float4 value)
	{
		return value;
	}

	// The element behind a pointer, in network byte order, and its way back.
	static float4
	read(const char *bytes)
	{
		uint32 bits;

		memcpy(&bits, bytes, sizeof(bits));
		bits = pg_ntoh32(bits);
		return __builtin_bit_cast(float4, bits);
	}

	static void
	send(StringInfo message, float4 element)
	{
		pq_sendfloat4(message, element);
	}
};

template <>
struct Dense<HalfVector>
{
	using Element = core::Half;
	static constexpr const char *kName = "halfvec";
	static constexpr KnownType kKnownType = KnownType::Halfvec;
	static constexpr int kMaxDim = kHalfvecMaxDim;

	static float4
	to_float(core::Half element)
	{
		return core::float_from_half(element);
	}

	static core::Half
	from_float(float4 value)
	{
		return core::half_from_float(value);
	}

	static core::Half
	read(const char *bytes)
	{
		uint16 bits;

		memcpy(&bits, bytes, sizeof(bits));
		return {pg_ntoh16(bits)};
	}

	static void
	send(StringInfo message, core::Half element)
	{
		pq_sendint16(message, element.bits);
	}
};

template <typename Value>
inline Size
dense_bytes(int dim)
{
	return offsetof(Value, x) + sizeof(typename Dense<Value>::Element) * static_cast<Size>(dim);
}

// A new value with its header set and its elements 0, in the current memory context.
template <typename Value>
inline Value *
dense_new(int dim)
{
	Size bytes = dense_bytes<Value>(dim);
	Value *result = static_cast<Value *>(palloc0(bytes));

	SET_VARSIZE(result, bytes);
	result->dim = static_cast<int16>(dim);
	return result;
}

// The n-th argument of a call, detoasted into the current memory context where it has to be.
template <typename Value>
inline Value *
dense_argument(FunctionCallInfo fcinfo, int n)
{
	return reinterpret_cast<Value *>(PG_DETOAST_DATUM(PG_GETARG_DATUM(n)));
}

template <typename Value>
inline float4
dense_float(const Value *value, int i)
{
	return Dense<Value>::to_float(value->x[i]);
}

// The checks, with pgvector's texts.  Those with an error context report a soft error and return false where it takes
// one (PostgreSQL 16 and later).

// Error 22000: different vector dimensions %d and %d.
template <typename Value>
inline void
dense_check_dims(const Value *a, const Value *b)
{
	if (unlikely(a->dim != b->dim))
	{
		ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
		                errmsg("different %s dimensions %d and %d", Dense<Value>::kName, a->dim, b->dim)));
	}
}

// At least 1 dimension, else 22000; at most kMaxDim, else 54000.
template <typename Value>
inline bool
dense_check_dim(int dim, Node *escontext = nullptr)
{
	using Type = Dense<Value>;

	if (unlikely(dim < 1))
	{
		ereturn(escontext, false,
		        (errcode(ERRCODE_DATA_EXCEPTION), errmsg("%s must have at least 1 dimension", Type::kName)));
	}
	if (unlikely(dim > Type::kMaxDim))
	{
		ereturn(escontext, false,
		        (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
		         errmsg("%s cannot have more than %d dimensions", Type::kName, Type::kMaxDim)));
	}
	return true;
}

// Error 22000: expected %d dimensions, not %d.  A type modifier of -1 expects nothing.
inline bool
dense_check_expected_dim(int32 typmod, int dim, Node *escontext = nullptr)
{
	if (unlikely(typmod != -1 && typmod != dim))
	{
		ereturn(escontext, false,
		        (errcode(ERRCODE_DATA_EXCEPTION), errmsg("expected %d dimensions, not %d", typmod, dim)));
	}
	return true;
}

// Error 22000 on NaN and infinity.
template <typename Value>
inline bool
dense_check_element(float4 value, Node *escontext = nullptr)
{
	if (unlikely(std::isnan(value)))
	{
		ereturn(escontext, false,
		        (errcode(ERRCODE_DATA_EXCEPTION), errmsg("NaN not allowed in %s", Dense<Value>::kName)));
	}
	if (unlikely(std::isinf(value)))
	{
		ereturn(escontext, false,
		        (errcode(ERRCODE_DATA_EXCEPTION),
		         errmsg("infinite value not allowed in %s", Dense<Value>::kName)));
	}
	return true;
}

// A value rounded to an element.  Errors: 22000 NaN and infinity, 22003 beyond the largest element.
template <typename Value>
inline typename Dense<Value>::Element
dense_element(float4 value)
{
	typename Dense<Value>::Element element = Dense<Value>::from_float(value);

	dense_check_element<Value>(value);
	if (unlikely(std::isinf(Dense<Value>::to_float(element))))
	{
		char text[FLOAT_SHORTEST_DECIMAL_LEN];

		float_to_shortest_decimal_buf(value, text);
		ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
		                errmsg("\"%s\" is out of range for type %s", text, Dense<Value>::kName)));
	}
	return element;
}

} // namespace vecsim::types

#endif
