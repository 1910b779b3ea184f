// metric.cpp - the table of distances, and the sums they are made of.
//
// A sum of at most some ten thousand products of float32 values neither overflows nor underflows in double,
// and nor does the product of two such sums of squares.  So double is where every float32 sum goes that
// cannot be trusted.
#include "core/metric.h"

#include "core/sums.h"
#include "kernels/kernels.h"

#include <cfloat>
#include <cmath>

namespace vecsim::core
{

// Below this a float32 sum is computed again in double.  A product that underflows is off by at most 2^-150,
// a sum of 16,000 of them by 1.2e-41: 1e-11 of this floor, far less than the rounding of the sum itself.
static constexpr float kPrecisionFloor = 1e-30f;

// The kernels of either kind of element.  Those of halves give the bits that those of floats give for the same values.
static float
kernel_dot(const float *a, const float *b, size_t d)
{
	return kernels::active().dot_f32(a, b, d);
}

static float
kernel_dot(const Half *a, const Half *b, size_t d)
{
	return kernels::active().dot_f16(a, b, d);
}

static float
kernel_norm2(const float *a, size_t d)
{
	return kernels::active().norm2_f32(a, d);
}

static float
kernel_norm2(const Half *a, size_t d)
{
	return kernels::active().dot_f16(a, a, d);
}

static float
kernel_l2sq(const float *a, const float *b, size_t d)
{
	return kernels::active().l2sq_f32(a, b, d);
}

static float
kernel_l2sq(const Half *a, const Half *b, size_t d)
{
	return kernels::active().l2sq_f16(a, b, d);
}

static float
kernel_l1(const float *a, const float *b, size_t d)
{
	return kernels::active().l1_f32(a, b, d);
}

static float
kernel_l1(const Half *a, const Half *b, size_t d)
{
	return kernels::active().l1_f16(a, b, d);
}

static kernels::DotNorms
kernel_dot_norms(const float *a, const float *b, size_t d)
{
	return kernels::active().dot_norms_f32(a, b, d);
}

static kernels::DotNorms
kernel_dot_norms(const Half *a, const Half *b, size_t d)
{
	return kernels::active().dot_norms_f16(a, b, d);
}

bool
sum_is_precise(float sum)
{
	float size = std::fabs(sum);

	return size >= kPrecisionFloor && size <= FLT_MAX;
}

// The sums, of either kind of element.
namespace
{

// sum (a_i - b_i)^2, in double where the kernel's value cannot be trusted.  Zero only for equal vectors.
template <typename Element>
double
squared_distance(const Element *a, const Element *b, size_t d)
{
	float sum = kernel_l2sq(a, b, d);

	if (sum_is_precise(sum))
	{
		return static_cast<double>(sum);
	}
	return sum_in_double(d,
	                     [a, b](size_t i)
	                     {
		double difference = as_double(a[i]) - as_double(b[i]);

		return difference * difference;
	});
}

template <typename Element>
double
product(const Element *a, const Element *b, size_t d)
{
	float sum = kernel_dot(a, b, d);

	return sum_is_precise(sum) ? static_cast<double>(sum) : dot_in_double(a, b, d);
}

template <typename Element>
double
square(const Element *a, size_t d)
{
	float sum = kernel_norm2(a, d);

	return sum_is_precise(sum) ? static_cast<double>(sum) : dot_in_double(a, a, d);
}

// When both norms are precise, what underflow can do to the dot product is nothing beside |a| |b|, so a dot product
// near zero (orthogonal vectors) needs no second sum.
template <typename Element>
double
cosine(const Element *a, const Element *b, size_t d)
{
	kernels::DotNorms sums = kernel_dot_norms(a, b, d);

	if (sum_is_precise(sums.aa) && sum_is_precise(sums.bb) && std::fabs(sums.dot) <= FLT_MAX)
	{
		return cosine_from_sums(static_cast<double>(sums.dot), static_cast<double>(sums.aa),
		                        static_cast<double>(sums.bb));
	}
	return cosine_from_sums(dot_in_double(a, b, d), dot_in_double(a, a, d), dot_in_double(b, b, d));
}

} // namespace

double
inner_product(const float *a, const float *b, size_t d)
{
	return product(a, b, d);
}

double
inner_product(const Half *a, const Half *b, size_t d)
{
	return product(a, b, d);
}

double
squared_norm(const float *a, size_t d)
{
	return square(a, d);
}

double
squared_norm(const Half *a, size_t d)
{
	return square(a, d);
}

double
cosine_similarity(const float *a, const float *b, size_t d)
{
	return cosine(a, b, d);
}

double
cosine_similarity(const Half *a, const Half *b, size_t d)
{
	return cosine(a, b, d);
}

// See metric.h.  Equal vectors give exactly 1: the square root of a square is exact.
double
cosine_from_sums(double dot, double aa, double bb)
{
	double cosine = dot / std::sqrt(aa * bb);

	if (cosine > 1)
	{
		return 1;
	}
	return cosine < -1 ? -1 : cosine;
}

double
norm_in_double(const float *v, size_t d)
{
	return std::sqrt(dot_in_double(v, v, d));
}

double
norm_in_double(const Half *v, size_t d)
{
	return std::sqrt(dot_in_double(v, v, d));
}

// See metric.h.  The norm is a sum in double, so that the result is as near unit length as float32 can be.
double
normalize(const float *v, size_t d, float *out)
{
	double norm = norm_in_double(v, d);

	for (size_t i = 0; i < d; i++)
	{
		out[i] = norm > 0 ? static_cast<float>(as_double(v[i]) / norm) : 0.0f;
	}
	return norm;
}

double
normalize(const Half *v, size_t d, Half *out)
{
	double norm = norm_in_double(v, d);

	for (size_t i = 0; i < d; i++)
	{
		out[i] = half_from_float(norm > 0 ? static_cast<float>(as_double(v[i]) / norm) : 0.0f);
	}
	return norm;
}

// The rows of the table, of either kind of element.
namespace
{

// The Euclidean distance.
template <typename Element>
double
l2_distance(const Element *a, const Element *b, size_t d)
{
	return std::sqrt(squared_distance(a, b, d));
}

// The inner product, negative so that the smallest is the most similar.
template <typename Element>
double
ip_distance(const Element *a, const Element *b, size_t d)
{
	return -product(a, b, d);
}

// 1 - cosine, in [0, 2]; NaN with a zero vector.
template <typename Element>
double
cosine_distance(const Element *a, const Element *b, size_t d)
{
	return 1 - cosine(a, b, d);
}

// The taxicab distance.  Differences and their sums lose nothing to underflow, so only overflow needs double.
template <typename Element>
double
l1_distance(const Element *a, const Element *b, size_t d)
{
	float sum = kernel_l1(a, b, d);

	if (sum <= FLT_MAX)
	{
		return static_cast<double>(sum);
	}
	return sum_in_double(d, [a, b](size_t i) { return std::fabs(as_double(a[i]) - as_double(b[i])); });
}

} // namespace

static const Metric kMetrics[] = {
	{MetricId::L2, "l2", l2_distance<float>, l2_distance<Half>, false, MetricId::L2},
	{MetricId::InnerProduct, "ip", ip_distance<float>, ip_distance<Half>, false, MetricId::InnerProduct},
	{MetricId::Cosine, "cosine", cosine_distance<float>, cosine_distance<Half>, true, MetricId::Cosine},
	{MetricId::L1, "l1", l1_distance<float>, l1_distance<Half>, false, MetricId::L2},
};

const Metric *
metric_by_id(uint8_t id)
{
	for (const Metric &metric : kMetrics)
	{
		if (static_cast<uint8_t>(metric.id) == id)
		{
			return &metric;
		}
	}
	return nullptr;
}

} // namespace vecsim::core
