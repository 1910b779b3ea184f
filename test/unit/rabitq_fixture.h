// rabitq_fixture.h - what the tests of rotation and RaBitQ share: rotated clusters with queries, exact
// values.
#ifndef VECSIM_TEST_RABITQ_FIXTURE_H
#define VECSIM_TEST_RABITQ_FIXTURE_H

#include "core/rabitq.h"
#include "core/rotate.h"
#include "core_fixture.h"

#include <algorithm>
#include <bit>

namespace core_fixture
{

constexpr size_t kCodedDims[] = {100, 128, 384, 768, 960, 1024, 1536, 3072};
constexpr MetricId kCodedMetrics[] = {MetricId::L2, MetricId::InnerProduct, MetricId::Cosine};

enum class Data
{
	Gaussian,
	Skewed, // like embeddings: off the origin, few strong dimensions, heavy tails, rows of varied length
};

struct Rotation
{
	size_t dim;
	std::vector<uint8_t> signs;

	Rotation(uint64_t seed, size_t d) : dim(d), signs(rotation_bytes(d))
	{
		rotation_init(seed, d, signs.data());
	}

	Vector
	operator()(const Vector &v) const
	{
		Vector out(rotated_dim(dim), NAN);

		rotate(signs.data(), dim, v.data(), out.data());
		return out;
	}
};

// In four lanes: tests take millions of them.
inline double
exact_dot(const Vector &a, const Vector &b)
{
	double sums[4] = {0, 0, 0, 0};

	for (size_t i = 0; i < a.size(); i++)
	{
		sums[i % 4] += static_cast<double>(a[i]) * static_cast<double>(b[i]);
	}
	return sums[0] + sums[1] + sums[2] + sums[3];
}

inline Vector
difference(const Vector &a, const Vector &b)
{
	Vector result(a);

	for (size_t i = 0; i < a.size(); i++)
	{
		result[i] -= b[i];
	}
	return result;
}

// What rows are ranked by.
inline double
exact_value(MetricId id, const Vector &a, const Vector &b)
{
	Vector between = difference(a, b);

	return id == MetricId::L2 ? exact_dot(between, between) : -exact_dot(a, b);
}

// A random vector of one of the two kinds; its components are sums of four uniform numbers, quickly drawn.
inline Vector
noise(Random &random, Data data, size_t d, float scale)
{
	Vector v(d);
	float length = data == Data::Skewed ? static_cast<float>(exp(0.5 * gaussian(random))) : 1;

	for (size_t i = 0; i < d; i++)
	{
		uint64_t bits = random_next(random);
		uint64_t sum = (bits & 0xFFFF) + ((bits >> 16) & 0xFFFF) + ((bits >> 32) & 0xFFFF) + (bits >> 48);
		float x = (static_cast<float>(sum) - 131070) / 37837;

		if (data == Data::Skewed)
		{
			x *= length * 3 / sqrtf(static_cast<float>(i + 1)) * (1 + fabsf(x));
		}
		v[i] = x * scale;
	}
	return v;
}

inline Vector
sum(const Vector &a, const Vector &b)
{
	Vector result(a);

	for (size_t i = 0; i < a.size(); i++)
	{
		result[i] += b[i];
	}
	return result;
}

// Rows around a centroid and queries around the mean, as they are and rotated.
struct Cluster
{
	size_t dim; // rotated
	std::vector<Vector> plain_rows;
	std::vector<Vector> plain_queries;
	std::vector<Vector> rows;
	std::vector<Vector> queries;
	Vector centroid;
	Vector mean;

	Cluster(uint64_t seed, MetricId id, Data data, size_t d, size_t n_rows, size_t n_queries, float scale)
		: dim(rotated_dim(d))
	{
		Random random = {seed};
		Rotation rotation(seed * 7 + 1, d);
		Vector middle = noise(random, data, d, scale);
		Vector center = sum(middle, noise(random, data, d, scale));

		for (size_t i = 0; i < n_rows; i++)
		{
			add(id, rotation, sum(center, noise(random, data, d, scale)), plain_rows, rows);
		}
		for (size_t i = 0; i < n_queries; i++)
		{
			add(id, rotation, sum(middle, noise(random, data, d, scale)), plain_queries, queries);
		}
		mean = rotation(middle);
		centroid = rotation(center);
		if (id == MetricId::Cosine)
		{
			normalize(centroid.data(), dim, centroid.data());
			normalize(mean.data(), dim, mean.data());
		}
	}

	static void
	add(MetricId id, const Rotation &rotation, Vector v, std::vector<Vector> &plain,
	    std::vector<Vector> &rotated)
	{
		if (id == MetricId::Cosine)
		{
			normalize(v.data(), v.size(), v.data());
		}
		plain.push_back(v);
		rotated.push_back(rotation(v));
	}
};

// Mean and standard deviation of a stream.
struct Moments
{
	size_t n = 0;
	double total = 0;
	double squares = 0;

	void
	add(double x)
	{
		n++;
		total += x;
		squares += x * x;
	}

	double
	mean() const
	{
		return total / static_cast<double>(n);
	}

	double
	deviation() const
	{
		return sqrt(squares / static_cast<double>(n) - mean() * mean());
	}
};

// A query made ready, with its memory.
struct Prepared
{
	Memory memory;
	RabitqQuery query;

	Prepared(MetricId id, const Vector &q, const Vector &mean) : memory(rabitq_query_bytes(q.size()))
	{
		rabitq_prepare(id, q.data(), mean.data(), q.size(), memory.data(), &query);
	}
};

// What the formulas of the error need to know of a row: r = x - origin, y its code's point.
struct Residual
{
	double norm2;  // |r|^2
	double along;  // <r, y>
	double point2; // |y|^2
	double plain;  // <r, origin>
};

// The standard deviation of the error of a row's estimate, by the formula of the papers: twice (L2) or once
// |r| |p| sqrt((|r|^2 |y|^2 / <r, y>^2 - 1) / (D - 1)), p = q - origin, times the sine of the angle between
// r and p. value is the row's exact value, origin_value that of the origin.
inline double
formula(MetricId id, const Residual &row, double p2, double value, double origin_value, size_t dim)
{
	bool l2 = id == MetricId::L2;
	double dot = l2 ? (row.norm2 + p2 - value) / 2 : origin_value - row.plain - value;
	double quality = row.norm2 * row.point2 / (row.along * row.along);

	return (l2 ? 2 : 1) *
	       sqrt((quality - 1) / static_cast<double>(dim - 1) * std::max(0.0, row.norm2 * p2 - dot * dot));
}

constexpr size_t kHeight = 32; // of a block

inline double
bfloat16(uint16_t x)
{
	return static_cast<double>(std::bit_cast<float>(static_cast<uint32_t>(x) << 16));
}

// Rows of a list, coded and put into blocks.
struct HotList
{
	size_t dim;
	std::vector<std::vector<uint8_t>> bits;
	std::vector<HotFactors> factors;
	std::vector<uint8_t> codes;
	Vector add;
	std::vector<uint16_t> rescale;
	std::vector<uint16_t> err;

	HotList(MetricId id, const std::vector<Vector> &rows, const Vector &centroid, const Vector &mean)
		: dim(centroid.size()), codes((rows.size() + kHeight - 1) / kHeight * rabitq_hot_dim(dim) * 4, 0x5A),
		  add(rows.size()), rescale(rows.size()), err(rows.size())
	{
		for (size_t i = 0; i < rows.size(); i++)
		{
			HotFactors one;

			bits.emplace_back(rabitq_hot_dim(dim) / 8);
			rabitq_encode_hot(id, rows[i].data(), centroid.data(), mean.data(), dim, bits[i].data(), &one);
			rabitq_store_hot(bits[i].data(), rabitq_hot_dim(dim), i % kHeight,
			                 &codes[i / kHeight * rabitq_hot_dim(dim) * 4]);
			factors.push_back(one);
			add[i] = one.add;
			rescale[i] = one.rescale;
			err[i] = one.err;
		}
	}

	// The block that begins with row i.
	HotBlock
	block(size_t i) const
	{
		return {&codes[i * rabitq_hot_dim(dim) / 8], &add[i], &rescale[i], &err[i]};
	}
};

// A row coded in four bits.
struct ColdRow
{
	std::vector<uint8_t> code;
	ColdFactors factors;

	ColdRow(MetricId id, const Vector &row, const Vector &mean) : code(row.size() / 2)
	{
		rabitq_encode_cold(id, row.data(), mean.data(), row.size(), code.data(), &factors);
	}

	// The point y of a dimension, read from the layout of dot_u4.
	double
	point(size_t i) const
	{
		uint8_t byte = code[i / 64 * 32 + i % 32];

		return (i % 64 < 32 ? byte & 15 : byte >> 4) - 7.5;
	}

	Residual
	residual(const Vector &row, const Vector &mean) const
	{
		Vector r = difference(row, mean);
		Residual result = {exact_dot(r, r), 0, 0, exact_dot(r, mean)};

		for (size_t i = 0; i < r.size(); i++)
		{
			result.along += r[i] * point(i);
			result.point2 += point(i) * point(i);
		}
		return result;
	}
};

} // namespace core_fixture

#endif
