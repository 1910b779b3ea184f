// sparsevec_text.cpp - the text form of `sparsevec`: `{1:1.5,3:2}/5`, indices from 1, then the dimensions.
//
// Input reports through the error context of the call, so that on PostgreSQL 16 and later a bad literal can be
// skipped (pg_input_is_valid, COPY ... ON_ERROR ignore).  On PostgreSQL 15 the same lines raise the error.
#include "pg/pg.h"

#include "pg/memory.h"
#include "types/sparsevec_type.h"

#include <algorithm>
#include <cmath>

namespace vecsim::types
{

namespace
{

struct Element
{
	int32 index; // from 0
	float4 value;
};

// A text literal while it is read.
struct Parser
{
	const char *literal; // all of it, for messages
	const char *at;      // the next character to read
	Node *escontext;     // where a soft error goes, may be null
	Element *elements;   // those that are not 0
	int count;
	int dim;
};

bool parse_begin(Parser &parser);
bool parse_elements(Parser &parser);
bool parse_element(Parser &parser);
bool parse_integer(Parser &parser, int *value);
bool parse_value(Parser &parser, float4 *value);
bool parse_dim(Parser &parser);
Sparsevec *sorted(Parser &parser);
void skip_space(Parser &parser);
int count_elements(const char *text);
bool syntax_error(const Parser &parser, const char *detail);

} // namespace

extern "C"
{
PG_FUNCTION_INFO_V1(vecsim_sparsevec_in);
PG_FUNCTION_INFO_V1(vecsim_sparsevec_out);
}

// sparsevec_in(cstring, oid, integer) -> sparsevec: reads `{index:value,...}/dimensions` with white space around every
// token, elements in any order, those that are 0 left out.  Values are what strtof reads.
// Errors: 22P02 syntax, 22003 value out of range (too small for float4 too), 22000 dimensions, index out of bounds or
// twice, NaN, infinity, 54000 too many dimensions or elements.
Datum
vecsim_sparsevec_in(PG_FUNCTION_ARGS)
{
	char *literal = PG_GETARG_CSTRING(0);
	int32 typmod = PG_GETARG_INT32(2);
	Parser parser = {literal, literal, fcinfo->context, nullptr, 0, 0};

	if (!parse_begin(parser) || !parse_elements(parser) || !parse_dim(parser) ||
	    !sparsevec_check_dim(parser.dim, parser.escontext))
	{
		PG_RETURN_NULL();
	}

	Sparsevec *result = sorted(parser);

	if (result == nullptr || !sparsevec_check_expected_dim(typmod, result->dim, parser.escontext))
	{
		PG_RETURN_NULL();
	}
	PG_RETURN_POINTER(result);
}

// sparsevec_out(sparsevec) -> cstring: what sparsevec_in reads, without white space, values in the fewest digits that
// read back as the same float4.
Datum
vecsim_sparsevec_out(PG_FUNCTION_ARGS)
{
	const Sparsevec *vector = sparsevec_from_datum(PG_GETARG_DATUM(0));
	const float4 *values = sparsevec_values(vector);
	constexpr int kIntegerLength = 10;
	// FLOAT_SHORTEST_DECIMAL_LEN counts a terminator, which is the room of the comma; the colon is one more.
	constexpr int kElementLength = kIntegerLength + 1 + FLOAT_SHORTEST_DECIMAL_LEN;
	Size bytes =
		pg::add_size_checked(pg::mul_size_checked(vector->count, kElementLength), kIntegerLength + 4);
	char *text = static_cast<char *>(palloc(bytes));
	char *at = text;

	*at++ = '{';
	for (int i = 0; i < vector->count; i++)
	{
		if (i > 0)
		{
			*at++ = ',';
		}
		at += pg_ltoa(vector->indices[i] + 1, at);
		*at++ = ':';
		at += float_to_shortest_decimal_bufn(values[i], at);
	}
	*at++ = '}';
	*at++ = '/';
	pg_ltoa(vector->dim, at); // terminates the string
	PG_RETURN_CSTRING(text);
}

namespace
{

// Reads the opening brace and makes room for the elements.  False after a soft error, as all of these.
bool
parse_begin(Parser &parser)
{
	skip_space(parser);
	if (*parser.at != '{')
	{
		return syntax_error(parser, "Vector contents must start with \"{\".");
	}
	parser.at++;

	int most = count_elements(parser.at);

	if (!sparsevec_check_count(most, parser.escontext))
	{
		return false;
	}
	parser.elements = static_cast<Element *>(palloc(sizeof(Element) * static_cast<Size>(most)));
	return true;
}

// Reads `1:1.5,3:2}`.
bool
parse_elements(Parser &parser)
{
	skip_space(parser);
	if (*parser.at == '}')
	{
		parser.at++;
		return true;
	}
	for (;;)
	{
		if (!parse_element(parser))
		{
			return false;
		}
		skip_space(parser);
		if (*parser.at == '}')
		{
			parser.at++;
			return true;
		}
		if (*parser.at != ',')
		{
			return syntax_error(parser, nullptr);
		}
		parser.at++;
	}
}

// Reads one element.  The index of one that is 0 may be anything: it is dropped.
bool
parse_element(Parser &parser)
{
	int index;
	float4 value;

	if (!parse_integer(parser, &index))
	{
		return false;
	}
	skip_space(parser);
	if (*parser.at != ':')
	{
		return syntax_error(parser, nullptr);
	}
	parser.at++;
	if (!parse_value(parser, &value))
	{
		return false;
	}
	if (value != 0)
	{
		// Out of bounds stays out of bounds, without overflow.
		parser.elements[parser.count++] = {index > 0 ? index - 1 : -1, value};
	}
	return true;
}

// Reads an integer; one that does not fit becomes the nearest that does.
bool
parse_integer(Parser &parser, int *value)
{
	char *end;

	skip_space(parser);

	long number = strtol(parser.at, &end, 10);

	if (end == parser.at)
	{
		return syntax_error(parser, nullptr);
	}
	*value = static_cast<int>(std::clamp<long>(number, PG_INT32_MIN, PG_INT32_MAX));
	parser.at = end;
	return true;
}

// Reads a value.  strtof, not strtod: a number would otherwise be rounded twice.  The server runs with LC_NUMERIC C.
// One that is 0 only by underflow is an error, because it would vanish.
bool
parse_value(Parser &parser, float4 *value)
{
	char *end;

	skip_space(parser);
	errno = 0;
	*value = strtof(parser.at, &end);
	if (end == parser.at)
	{
		return syntax_error(parser, nullptr);
	}
	if (errno == ERANGE && (std::isinf(*value) || *value == 0))
	{
		ereturn(parser.escontext, false,
		        (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
		         errmsg("\"%s\" is out of range for type sparsevec", pnstrdup(parser.at, end - parser.at))));
	}
	parser.at = end;
	return sparsevec_check_value(*value, parser.escontext);
}

// Reads `/5` and sees to it that only white space follows.
bool
parse_dim(Parser &parser)
{
	skip_space(parser);
	if (*parser.at != '/')
	{
		return syntax_error(parser, "Unexpected end of input.");
	}
	parser.at++;
	if (!parse_integer(parser, &parser.dim))
	{
		return false;
	}
	skip_space(parser);
	return *parser.at == '\0' || syntax_error(parser, "Junk after closing.");
}

// The value of what was read, with its indices checked; null after a soft error.
Sparsevec *
sorted(Parser &parser)
{
	Sparsevec *result = sparsevec_new(parser.dim, parser.count);
	float4 *values = sparsevec_values(result);
	int32 before = -1;

	std::sort(parser.elements, parser.elements + parser.count,
	          [](const Element &a, const Element &b) { return a.index < b.index; });
	for (int i = 0; i < parser.count; i++)
	{
		int32 index = parser.elements[i].index;

		if (!sparsevec_check_index(index, before, parser.dim, parser.escontext))
		{
			return nullptr;
		}
		result->indices[i] = index;
		values[i] = parser.elements[i].value;
		before = index;
	}
	return result;
}

// Moves past the white space of SQL, which is not isspace(): that depends on the locale.
void
skip_space(Parser &parser)
{
	parser.at += strspn(parser.at, " \t\n\r\v\f");
}

// An upper bound of the elements of a list, at least 1; kSparsevecMaxElements + 1 stands for all that is more.
int
count_elements(const char *text)
{
	int count = 1;

	for (; *text != '\0' && count <= kSparsevecMaxElements; text++)
	{
		count += *text == ',';
	}
	return count;
}

// Reports a malformed literal; false when the error was soft.
bool
syntax_error(const Parser &parser, const char *detail)
{
	ereturn(parser.escontext, false,
	        (errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
	         errmsg("invalid input syntax for type sparsevec: \"%s\"", parser.literal),
	         detail != nullptr ? errdetail("%s", detail) : 0));
}

} // namespace

} // namespace vecsim::types
