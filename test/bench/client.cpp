// client.cpp - the stopwatch of the bench: a libpq client that runs one statement for many vectors.
//
// One process holds one connection, driven by lines on standard input; every line is answered by one line,
// "ok ..." or "error ...".  Query vectors travel in binary: the client adds as little as it can, the same to
// every side.
//
//   sql TEXT         runs a statement and ignores its rows
//   queries D FILE   loads query vectors: D float32 each, row-major, in the machine's byte order
//   prepare TEXT     prepares the statement; $1, if it has one, is a vector
//   run K FILE       executes it once for every query; writes n latencies (float64, microseconds), then n x K
//                    values of the first column (int64, -1 where there are fewer rows)
//   repeat N FILE    executes a statement without parameter N times; writes N latencies
//   spin S FILE      executes it with one query after the other for S seconds; writes the latencies
//   pid              answers the process id of the backend
//   stream MB        answers the machine's streaming read speed in GB/s over so many megabytes, best of 5
#include <endian.h>
#include <libpq-fe.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

namespace
{

constexpr char kStatement[] = "bench";

struct Session
{
	PGconn *connection = nullptr;
	bool prepared = false;
	std::vector<std::string> queries; // in the binary format of the type vector
	std::string error;                // why the last command failed
};

// Microseconds of a clock that never goes back.
double
now_us()
{
	timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return static_cast<double>(t.tv_sec) * 1e6 + static_cast<double>(t.tv_nsec) * 1e-3;
}

void
append_u16(std::string &out, uint16_t value)
{
	uint16_t big = htobe16(value);

	out.append(reinterpret_cast<const char *>(&big), sizeof big);
}

// The binary format of a vector: dimensions, zero, then the elements, all big-endian.
std::string
vector_message(const float *x, size_t dim)
{
	std::string out;

	append_u16(out, static_cast<uint16_t>(dim));
	append_u16(out, 0);
	for (size_t i = 0; i < dim; i++)
	{
		uint32_t bits;

		memcpy(&bits, &x[i], sizeof bits);
		bits = htobe32(bits);
		out.append(reinterpret_cast<const char *>(&bits), sizeof bits);
	}
	return out;
}

// A whole number in binary, of 4 or 8 bytes.
int64_t
integer_value(const PGresult *result, int row)
{
	const char *bytes = PQgetvalue(result, row, 0);

	if (PQgetlength(result, row, 0) == 4)
	{
		uint32_t value;

		memcpy(&value, bytes, sizeof value);
		return static_cast<int32_t>(be32toh(value));
	}
	if (PQgetlength(result, row, 0) == 8)
	{
		uint64_t value;

		memcpy(&value, bytes, sizeof value);
		return static_cast<int64_t>(be64toh(value));
	}
	return -1;
}

// True if the result is good; otherwise session.error says why not.  The message is made to fit one line.
bool
succeeded(Session &session, const PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);

	if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK)
		return true;
	session.error = PQerrorMessage(session.connection);
	for (char &c : session.error)
	{
		if (c == '\n')
			c = ' ';
	}
	return false;
}

bool
run_sql(Session &session, const std::string &sql)
{
	PGresult *result = PQexec(session.connection, sql.c_str());
	bool good = succeeded(session, result);

	PQclear(result);
	return good;
}

bool
prepare(Session &session, const std::string &sql)
{
	if (session.prepared && !run_sql(session, "DEALLOCATE bench"))
		return false;

	PGresult *result = PQprepare(session.connection, kStatement, sql.c_str(), 0, nullptr);
	bool good = succeeded(session, result);

	session.prepared = good;
	PQclear(result);
	return good;
}

bool
load_queries(Session &session, size_t dim, const std::string &path)
{
	std::ifstream file(path, std::ios::binary);
	std::vector<float> row(dim);

	session.queries.clear();
	while (file.read(reinterpret_cast<char *>(row.data()), static_cast<std::streamsize>(dim * sizeof(float))))
		session.queries.push_back(vector_message(row.data(), dim));
	session.error = "no queries in " + path;
	return !session.queries.empty();
}

// Executes the prepared statement with one query, or without when it is null.  Adds the latency, and the
// first column of the first k rows.
bool
execute(Session &session, const std::string *query, size_t k, std::vector<double> &latency,
        std::vector<int64_t> &ids)
{
	const char *values[1] = {query != nullptr ? query->data() : nullptr};
	int lengths[1] = {query != nullptr ? static_cast<int>(query->size()) : 0};
	int formats[1] = {1};
	double start = now_us();
	PGresult *result =
		PQexecPrepared(session.connection, kStatement, query != nullptr ? 1 : 0, values, lengths, formats, 1);

	latency.push_back(now_us() - start);

	bool good = succeeded(session, result);

	for (size_t i = 0; good && i < k; i++)
	{
		bool exists = static_cast<int>(i) < PQntuples(result);

		ids.push_back(exists ? integer_value(result, static_cast<int>(i)) : -1);
	}
	PQclear(result);
	return good;
}

bool
write_results(Session &session, const std::string &path, const std::vector<double> &latency,
              const std::vector<int64_t> &ids)
{
	std::ofstream file(path, std::ios::binary);

	file.write(reinterpret_cast<const char *>(latency.data()),
	           static_cast<std::streamsize>(latency.size() * sizeof(double)));
	file.write(reinterpret_cast<const char *>(ids.data()),
	           static_cast<std::streamsize>(ids.size() * sizeof(int64_t)));
	file.close();
	session.error = "cannot write " + path;
	return static_cast<bool>(file);
}

bool
run_queries(Session &session, size_t k, const std::string &path)
{
	std::vector<double> latency;
	std::vector<int64_t> ids;

	latency.reserve(session.queries.size());
	ids.reserve(session.queries.size() * k);
	for (const std::string &query : session.queries)
	{
		if (!execute(session, &query, k, latency, ids))
			return false;
	}
	return write_results(session, path, latency, ids);
}

bool
run_repeat(Session &session, size_t n, const std::string &path)
{
	std::vector<double> latency;
	std::vector<int64_t> ids;

	for (size_t i = 0; i < n; i++)
	{
		if (!execute(session, nullptr, 0, latency, ids))
			return false;
	}
	return write_results(session, path, latency, ids);
}

bool
run_for(Session &session, size_t seconds, const std::string &path)
{
	std::vector<double> latency;
	std::vector<int64_t> ids;
	double end = now_us() + static_cast<double>(seconds) * 1e6;

	while (now_us() < end)
	{
		const std::string &query = session.queries[latency.size() % session.queries.size()];

		if (!execute(session, &query, 0, latency, ids))
			return false;
	}
	return write_results(session, path, latency, ids);
}

// GB/s of one thread that adds up all words of `megabytes` of memory: the best of five passes.
double
stream_speed(size_t megabytes)
{
	std::vector<uint64_t> words(megabytes * (1 << 20) / sizeof(uint64_t), 1);
	double best = 0;

	for (int pass = 0; pass < 5; pass++)
	{
		double start = now_us();
		uint64_t sum[8] = {};

		for (size_t i = 0; i + 8 <= words.size(); i += 8)
		{
			for (size_t j = 0; j < 8; j++)
				sum[j] += words[i + j];
		}

		double us = now_us() - start;
		uint64_t total = 0;

		for (uint64_t part : sum)
			total += part;
		if (total == words.size() && static_cast<double>(words.size() * 8) / us * 1e-3 > best)
			best = static_cast<double>(words.size() * 8) / us * 1e-3;
	}
	return best;
}

// Carries out one line.  False with session.error set when it failed; answer is what else there is to say.
bool
command(Session &session, const std::string &line, std::string &answer)
{
	std::istringstream words(line);
	std::string verb;
	std::string rest;
	size_t number = 0;

	words >> verb;
	if (verb == "queries" || verb == "run" || verb == "repeat" || verb == "spin" || verb == "stream")
		words >> number;
	std::getline(words >> std::ws, rest);

	if (verb == "sql")
		return run_sql(session, rest);
	if (verb == "prepare")
		return prepare(session, rest);
	if (verb == "queries")
		return load_queries(session, number, rest);
	if (verb == "run")
		return run_queries(session, number, rest);
	if (verb == "repeat")
		return run_repeat(session, number, rest);
	if (verb == "spin")
		return run_for(session, number, rest);
	if (verb == "pid")
	{
		answer = std::to_string(PQbackendPID(session.connection));
		return true;
	}
	if (verb == "stream")
	{
		answer = std::to_string(stream_speed(number));
		return true;
	}
	session.error = "unknown command " + verb;
	return false;
}

} // namespace

int
main(int argc, char **argv)
{
	Session session;
	std::string line;

	if (argc != 2)
	{
		fprintf(stderr, "usage: client CONNINFO < commands\n");
		return 2;
	}
	session.connection = PQconnectdb(argv[1]);
	if (PQstatus(session.connection) != CONNECTION_OK)
	{
		fprintf(stderr, "%s", PQerrorMessage(session.connection));
		return 1;
	}
	while (std::getline(std::cin, line))
	{
		std::string answer;

		if (command(session, line, answer))
			std::cout << "ok " << answer << std::endl;
		else
			std::cout << "error " << session.error << std::endl;
	}
	PQfinish(session.connection);
	return 0;
}
