// vector_type.cpp - the type `vector`: its checks, text and binary form, and type modifier.
//
// Input reports through the error context of the call, so that on PostgreSQL 16 and later a bad literal can
// be skipped (pg_input_is_valid, COPY ... ON_ERROR ignore).  On PostgreSQL 15 the same lines raise the error.
#include "pg/pg.h"

#include "pg/memory.h"
#include "types/vector_type.h"

#include <cmath>

namespace vecsim::types
{

namespace
{

// A text literal while it is read.
struct Parser
{
	const char *literal; // all of it, for messages
	const char *at;      // the next character to read
	Node *escontext;     // where a soft error goes, may be null
};

bool parse_elements(Parser &parser, Vector *result);
bool parse_element(Parser &parser, float4 *value);
bool parse_end(Parser &parser);
void skip_space(Parser &parser);
int count_elements(const char *text);
bool soft_syntax_error(const Parser &parser);
bool soft_check_dim(int dim, Node *escontext);
bool soft_check_expected_dim(int32 typmod, int dim, Node *escontext);
bool soft_check_element(float4 value, Node *escontext);

} // namespace

extern "C"
{
PG_FUNCTION_INFO_V1(vecsim_vector_in);
PG_FUNCTION_INFO_V1(vecsim_vector_out);
PG_FUNCTION_INFO_V1(vecsim_vector_typmod_in);
PG_FUNCTION_INFO_V1(vecsim_vector_recv);
PG_FUNCTION_INFO_V1(vecsim_vector_send);
}

Vector *
vector_new(int dim)
{
	Size bytes = vector_bytes(dim);
	Vector *result = static_cast<Vector *>(palloc0(bytes));

	SET_VARSIZE(result, bytes);
	result->dim = static_cast<int16>(dim);
	return result;
}

void
vector_check_dims(const Vector *a, const Vector *b)
{
	if (unlikely(a->dim != b->dim))
	{
		vector_dims_differ(a->dim, b->dim);
	}
}

void
vector_dims_differ(int a, int b)
{
	ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("different vector dimensions %d and %d", a, b)));
}

void
vector_check_dim(int dim)
{
	soft_check_dim(dim, nullptr);
}

void
vector_check_expected_dim(int32 typmod, int dim)
{
	soft_check_expected_dim(typmod, dim, nullptr);
}

void
vector_check_element(float4 value)
{
	soft_check_element(value, nullptr);
}

// vector_in(cstring, oid, integer) -> vector: reads `[1,2,3]` with white space around every token.
// Elements are what strtof reads; one too small for float4 becomes 0.
// Errors: 22P02 syntax, 22003 element out of range, 22000 dimensions, NaN, infinity, 54000 too many
// dimensions.
Datum
vecsim_vector_in(PG_FUNCTION_ARGS)
{
	char *literal = PG_GETARG_CSTRING(0);
	int32 typmod = PG_GETARG_INT32(2);
	Parser parser = {literal, literal, fcinfo->context};

	skip_space(parser);
	if (*parser.at != '[')
	{
		ereturn(parser.escontext, static_cast<Datum>(0),
		        (errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
		         errmsg("invalid input syntax for type vector: \"%s\"", literal),
		         errdetail("Vector contents must start with \"[\".")));
	}
	parser.at++;
	skip_space(parser);
	if (*parser.at == ']')
	{
		soft_check_dim(0, parser.escontext);
		PG_RETURN_NULL();
	}

	Vector *result = vector_new(Min(count_elements(parser.at), kVectorMaxDim));

	if (!parse_elements(parser, result) || !parse_end(parser) ||
	    !soft_check_expected_dim(typmod, result->dim, parser.escontext))
	{
		PG_RETURN_NULL();
	}
	PG_RETURN_POINTER(result);
}

// vector_out(vector) -> cstring: `[1,2,3]`, each element in the fewest digits that read back as the same
// float4.
Datum
vecsim_vector_out(PG_FUNCTION_ARGS)
{
	const Vector *vector = vector_from_datum(PG_GETARG_DATUM(0));
	// FLOAT_SHORTEST_DECIMAL_LEN counts a terminator, which is the room of the comma.
	Size bytes = pg::add_size_checked(pg::mul_size_checked(vector->dim, FLOAT_SHORTEST_DECIMAL_LEN), 3);
	char *text = static_cast<char *>(palloc(bytes));
	char *at = text;

	*at++ = '[';
	for (int i = 0; i < vector->dim; i++)
	{
		if (i > 0)
		{
			*at++ = ',';
		}
		at += float_to_shortest_decimal_bufn(vector->x[i], at);
	}
	*at++ = ']';
	*at = '\0';
	PG_RETURN_CSTRING(text);
}

// vector_typmod_in(cstring[]) -> integer: the number of dimensions.  Errors: 22023 not one number, out of
// range.
Datum
vecsim_vector_typmod_in(PG_FUNCTION_ARGS)
{
	int count;
	int32 *typmods = ArrayGetIntegerTypmods(PG_GETARG_ARRAYTYPE_P(0), &count);

	if (count != 1)
	{
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("invalid type modifier")));
	}
	if (typmods[0] < 1)
	{
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("dimensions for type vector must be at least 1")));
	}
	if (typmods[0] > kVectorMaxDim)
	{
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
		                errmsg("dimensions for type vector cannot exceed %d", kVectorMaxDim)));
	}
	PG_RETURN_INT32(typmods[0]);
}

// vector_recv(internal, oid, integer) -> vector: int16 dimensions, int16 0, float4 elements, network byte
// order. The dimension is checked before anything is allocated and the length of the message before anything
// is read. Errors: as vector_in, 08P01 for a message that is too short.
Datum
vecsim_vector_recv(PG_FUNCTION_ARGS)
{
	StringInfo message = reinterpret_cast<StringInfo>(PG_GETARG_POINTER(0));
	int32 typmod = PG_GETARG_INT32(2);
	int dim = static_cast<int>(pq_getmsgint(message, sizeof(int16)));
	int unused = static_cast<int>(pq_getmsgint(message, sizeof(int16)));

	vector_check_dim(dim);
	vector_check_expected_dim(typmod, dim);
	if (unused != 0)
	{
		ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("expected unused to be 0, not %d", unused)));
	}

	const char *bytes = pq_getmsgbytes(message, dim * static_cast<int>(sizeof(float4)));
	Vector *result = vector_new(dim);

	for (int i = 0; i < dim; i++)
	{
		uint32 bits;

		memcpy(&bits, bytes + i * sizeof(float4), sizeof(bits));
		bits = pg_ntoh32(bits);
		memcpy(&result->x[i], &bits, sizeof(bits));
		vector_check_element(result->x[i]);
	}
	PG_RETURN_POINTER(result);
}

// vector_send(vector) -> bytea: what vector_recv reads.
Datum
vecsim_vector_send(PG_FUNCTION_ARGS)
{
	const Vector *vector = vector_from_datum(PG_GETARG_DATUM(0));
	StringInfoData message;

	pq_begintypsend(&message);
	pq_sendint16(&message, static_cast<uint16>(vector->dim));
	pq_sendint16(&message, static_cast<uint16>(vector->unused));
	for (int i = 0; i < vector->dim; i++)
	{
		pq_sendfloat4(&message, vector->x[i]);
	}
	PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}

namespace
{

// Reads `1,2,3]` into result, which has room for the elements up to kVectorMaxDim, and sets its dimension and
// size. False after a soft error.
bool
parse_elements(Parser &parser, Vector *result)
{
	int dim = 0;

	for (;;)
	{
		if (dim == kVectorMaxDim)
		{
			return soft_check_dim(dim + 1, parser.escontext);
		}
		if (!parse_element(parser, &result->x[dim]))
		{
			return false;
		}
		dim++;
		skip_space(parser);
		if (*parser.at == ']')
		{
			break;
		}
		if (*parser.at != ',')
		{
			return soft_syntax_error(parser);
		}
		parser.at++;
	}
	parser.at++;
	result->dim = static_cast<int16>(dim);
	SET_VARSIZE(result, vector_bytes(dim));
	return true;
}

// Reads one element.  strtof, not strtod: a number would otherwise be rounded twice.  The server runs with
// LC_NUMERIC C.
bool
parse_element(Parser &parser, float4 *value)
{
	char *end;

	skip_space(parser);
	errno = 0;
	*value = strtof(parser.at, &end);
	if (end == parser.at)
	{
		return soft_syntax_error(parser);
	}
	if (errno == ERANGE && std::isinf(*value))
	{
		ereturn(parser.escontext, false,
		        (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
		         errmsg("\"%s\" is out of range for type vector", pnstrdup(parser.at, end - parser.at))));
	}
	parser.at = end;
	return soft_check_element(*value, parser.escontext);
}

// Sees to it that only white space follows the closing bracket.
bool
parse_end(Parser &parser)
{
	skip_space(parser);
	if (*parser.at != '\0')
	{
		ereturn(parser.escontext, false,
		        (errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
		         errmsg("invalid input syntax for type vector: \"%s\"", parser.literal),
		         errdetail("Junk after closing right brace.")));
	}
	return true;
}

// Moves past the white space of SQL, which is not isspace(): that depends on the locale.
void
skip_space(Parser &parser)
{
	parser.at += strspn(parser.at, " \t\n\r\v\f");
}

// An upper bound of the elements of a list, at least 1.
int
count_elements(const char *text)
{
	int count = 1;

	for (; *text != '\0' && count < kVectorMaxDim; text++)
	{
		count += *text == ',';
	}
	return count;
}

// Reports a malformed literal; false when the error was soft.
bool
soft_syntax_error(const Parser &parser)
{
	ereturn(parser.escontext, false,
	        (errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
	         errmsg("invalid input syntax for type vector: \"%s\"", parser.literal)));
}

// The checks of vector_type.h, with a soft error and false where the context takes it.
bool
soft_check_dim(int dim, Node *escontext)
{
	if (unlikely(dim < 1))
	{
		ereturn(escontext, false,
		        (errcode(ERRCODE_DATA_EXCEPTION), errmsg("vector must have at least 1 dimension")));
	}
	if (unlikely(dim > kVectorMaxDim))
	{
		ereturn(escontext, false,
		        (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
		         errmsg("vector cannot have more than %d dimensions", kVectorMaxDim)));
	}
	return true;
}

bool
soft_check_expected_dim(int32 typmod, int dim, Node *escontext)
{
	if (unlikely(typmod != -1 && typmod != dim))
	{
		ereturn(escontext, false,
		        (errcode(ERRCODE_DATA_EXCEPTION), errmsg("expected %d dimensions, not %d", typmod, dim)));
	}
	return true;
}

bool
soft_check_element(float4 value, Node *escontext)
{
	if (unlikely(std::isnan(value)))
	{
		ereturn(escontext, false, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("NaN not allowed in vector")));
	}
	if (unlikely(std::isinf(value)))
	{
		ereturn(escontext, false,
		        (errcode(ERRCODE_DATA_EXCEPTION), errmsg("infinite value not allowed in vector")));
	}
	return true;
}

} // namespace

} // namespace vecsim::types
