// dense_type.h - the text and binary form of `vector` and `halfvec`, and their type modifier.
//
// Input reports through the error context of the call, so that on PostgreSQL 16 and later a bad literal can
// be skipped (pg_input_is_valid, COPY ... ON_ERROR ignore).  On PostgreSQL 15 the same lines raise the error.
#ifndef VECSIM_TYPES_DENSE_TYPE_H
#define VECSIM_TYPES_DENSE_TYPE_H

#include "pg/pg.h"

#include "pg/memory.h"
#include "types/dense.h"

namespace vecsim::types
{

// A text literal of a type while it is read.
template <typename Value>
struct DenseParser
{
	using Type = Dense<Value>;

	const char *literal; // all of it, for messages
	const char *at;      // the next character to read
	Node *escontext;     // where a soft error goes, may be null

	bool parse_elements(Value *result);
	bool parse_element(typename Type::Element *element);
	bool parse_end();
	void skip_space();
	int count_elements() const;
	bool syntax_error() const;
};

// Reads `[1,2,3]` with white space around every token.  Elements are what strtof reads, rounded; one too small
// becomes 0.
// Errors: 22P02 syntax, 22003 element out of range, 22000 dimensions, NaN, infinity, 54000 too many dimensions.
template <typename Value>
Datum
dense_in(FunctionCallInfo fcinfo)
{
	char *literal = PG_GETARG_CSTRING(0);
	int32 typmod = PG_GETARG_INT32(2);
	DenseParser<Value> parser = {literal, literal, fcinfo->context};

	parser.skip_space();
	if (*parser.at != '[')
	{
		ereturn(parser.escontext, static_cast<Datum>(0),
		        (errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
		         errmsg("invalid input syntax for type %s: \"%s\"", Dense<Value>::kName, literal),
		         errdetail("Vector contents must start with \"[\".")));
	}
	parser.at++;
	parser.skip_space();
	if (*parser.at == ']')
	{
		dense_check_dim<Value>(0, parser.escontext);
		PG_RETURN_NULL();
	}

	Value *result = dense_new<Value>(Min(parser.count_elements(), Dense<Value>::kMaxDim));

	if (!parser.parse_elements(result) || !parser.parse_end() ||
	    !dense_check_expected_dim(typmod, result->dim, parser.escontext))
	{
		PG_RETURN_NULL();
	}
	PG_RETURN_POINTER(result);
}

// Writes `[1,2,3]`, each element in the fewest digits that read back as the same float4.
template <typename Value>
Datum
dense_out(FunctionCallInfo fcinfo)
{
	const Value *value = dense_argument<Value>(fcinfo, 0);
	// FLOAT_SHORTEST_DECIMAL_LEN counts a terminator, which is the room of the comma.
	Size bytes = pg::add_size_checked(pg::mul_size_checked(value->dim, FLOAT_SHORTEST_DECIMAL_LEN), 3);
	char *text = static_cast<char *>(palloc(bytes));
	char *at = text;

	*at++ = '[';
	for (int i = 0; i < value->dim; i++)
	{
		if (i > 0)
		{
			*at++ = ',';
		}
		at += float_to_shortest_decimal_bufn(dense_float(value, i), at);
	}
	*at++ = ']';
	*at = '\0';
	PG_RETURN_CSTRING(text);
}

// The type modifier is the number of dimensions.  Errors: 22023 not one number, out of range.
template <typename Value>
Datum
dense_typmod_in(FunctionCallInfo fcinfo)
{
	using Type = Dense<Value>;

	int count;
	int32 *typmods = ArrayGetIntegerTypmods(PG_GETARG_ARRAYTYPE_P(0), &count);

	if (count != 1)
	{
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("invalid type modifier")));
	}
	if (typmods[0] < 1)
	{
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("dimensions for type %s must be at least 1", Type::kName)));
	}
	if (typmods[0] > Type::kMaxDim)
	{
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("dimensions for type %s cannot exceed %d", Type::kName, Type::kMaxDim)));
	}
	PG_RETURN_INT32(typmods[0]);
}

// Reads int16 dimensions, int16 0, elements, network byte order.  The dimension is checked before anything is allocated
// and the length of the message before anything is read.  Errors: as dense_in, 08P01 for a message that is too short.
template <typename Value>
Datum
dense_recv(FunctionCallInfo fcinfo)
{
	using Type = Dense<Value>;
	constexpr int kBytes = sizeof(typename Type::Element);

	StringInfo message = reinterpret_cast<StringInfo>(PG_GETARG_POINTER(0));
	int32 typmod = PG_GETARG_INT32(2);
	int dim = static_cast<int16>(pq_getmsgint(message, sizeof(int16)));
	int unused = static_cast<int16>(pq_getmsgint(message, sizeof(int16)));

	dense_check_dim<Value>(dim);
	dense_check_expected_dim(typmod, dim);
	if (unused != 0)
	{
		ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("expected unused to be 0, not %d", unused)));
	}

	const char *bytes = pq_getmsgbytes(message, dim * kBytes);
	Value *result = dense_new<Value>(dim);

	for (int i = 0; i < dim; i++)
	{
		result->x[i] = Type::read(bytes + i * kBytes);
		dense_check_element<Value>(dense_float(result, i));
	}
	PG_RETURN_POINTER(result);
}

// Writes what dense_recv reads.
template <typename Value>
Datum
dense_send(FunctionCallInfo fcinfo)
{
	const Value *value = dense_argument<Value>(fcinfo, 0);
	StringInfoData message;

	pq_begintypsend(&message);
	pq_sendint16(&message, static_cast<uint16>(value->dim));
	pq_sendint16(&message, static_cast<uint16>(value->unused));
	for (int i = 0; i < value->dim; i++)
	{
		Dense<Value>::send(&message, value->x[i]);
	}
	PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}

// Reads `1,2,3]` into result, which has room for the elements up to kMaxDim, and sets its dimension and size.  False
// after a soft error.
template <typename Value>
bool
DenseParser<Value>::parse_elements(Value *result)
{
	int dim = 0;

	for (;;)
	{
		if (dim == Type::kMaxDim)
		{
			return dense_check_dim<Value>(dim + 1, escontext);
		}
		if (!parse_element(&result->x[dim]))
		{
			return false;
		}
		dim++;
		skip_space();
		if (*at == ']')
		{
			break;
		}
		if (*at != ',')
		{
			return syntax_error();
		}
		at++;
	}
	at++;
	result->dim = static_cast<int16>(dim);
	SET_VARSIZE(result, dense_bytes<Value>(dim));
	return true;
}

// Reads one element.  strtof, not strtod: a float4 would otherwise be rounded twice.  (A half is: so it is the same
// as by way of a vector.)  The server runs with LC_NUMERIC C.
template <typename Value>
bool
DenseParser<Value>::parse_element(typename Type::Element *element)
{
	char *end;

	skip_space();
	errno = 0;

	float4 value = strtof(at, &end);
	bool overflow = errno == ERANGE && std::isinf(value);

	if (end == at)
	{
		return syntax_error();
	}
	*element = Type::from_float(value);
	if (overflow || (std::isinf(Type::to_float(*element)) && !std::isinf(value)))
	{
		ereturn(escontext, false,
		        (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
		         errmsg("\"%s\" is out of range for type %s", pnstrdup(at, end - at), Type::kName)));
	}
	at = end;
	return dense_check_element<Value>(value, escontext);
}

// Sees to it that only white space follows the closing bracket.
template <typename Value>
bool
DenseParser<Value>::parse_end()
{
	skip_space();
	if (*at != '\0')
	{
		ereturn(escontext, false,
		        (errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
		         errmsg("invalid input syntax for type %s: \"%s\"", Type::kName, literal),
		         errdetail("Junk after closing right brace.")));
	}
	return true;
}

// Moves past the white space of SQL, which is not isspace(): that depends on the locale.
template <typename Value>
void
DenseParser<Value>::skip_space()
{
	at += strspn(at, " \t\n\r\v\f");
}

// An upper bound of the elements of a list, at least 1.
template <typename Value>
int
DenseParser<Value>::count_elements() const
{
	int count = 1;

	for (const char *text = at; *text != '\0' && count < Type::kMaxDim; text++)
	{
		count += *text == ',';
	}
	return count;
}

// Reports a malformed literal; false when the error was soft.
template <typename Value>
bool
DenseParser<Value>::syntax_error() const
{
	ereturn(escontext, false,
	        (errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
	         errmsg("invalid input syntax for type %s: \"%s\"", Type::kName, literal)));
}

} // namespace vecsim::types

#endif
