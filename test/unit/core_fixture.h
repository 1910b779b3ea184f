// core_fixture.h - what the tests of core share: random vectors of several kinds, distances in long double,
// and memory aligned as core asks for it.
#ifndef VECSIM_TEST_CORE_FIXTURE_H
#define VECSIM_TEST_CORE_FIXTURE_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>

#include <vector>

#include <gtest/gtest.h>

#include "core/metric.h"
#include "core/random.h"
#include "kernels/kernels.h"

namespace core_fixture
{

using namespace vecsim::core;
using vecsim::kernels::Level;

constexpr Level kLevels[] = {Level::Scalar, Level::Avx2, Level::Avx512, Level::Neon};
constexpr size_t kDims[] = {1, 2, 3, 31, 32, 33, 128, 384, 1000};
constexpr float kScales[] = {1e-6f, 1.0f, 1e6f};

using Vector = std::vector<float>;

// Runs a test under the best level and leaves that level behind.
class Core : public testing::Test
{
  protected:
	void
	SetUp() override
	{
		vecsim::kernels::choose(Level::Auto);
	}

	void
	TearDown() override
	{
		vecsim::kernels::choose(Level::Auto);
	}
};

// 64-byte aligned memory, filled with a byte that is neither zero nor a sensible number.
class Memory
{
  public:
	explicit Memory(size_t bytes) : bytes_(bytes + 64, static_cast<char>(0xA5))
	{
	}

	char *
	data()
	{
		uintptr_t at = reinterpret_cast<uintptr_t>(bytes_.data());

		return bytes_.data() + ((at + 63) / 64 * 64 - at);
	}

  private:
	std::vector<char> bytes_;
};

// In 0 .. 1, never 0.
inline double
uniform(Random &random)
{
	return (static_cast<double>(random_next(random) >> 11) + 1) / 9007199254740993.0;
}

// Of mean 0 and deviation 1 (Box and Muller).
inline double
gaussian(Random &random)
{
	double radius = sqrt(-2 * log(uniform(random)));

	return radius * cos(6.283185307179586 * uniform(random));
}

inline Vector
gaussian_vector(Random &random, size_t d, float scale)
{
	Vector result(d);

	for (float &value : result)
	{
		value = static_cast<float>(gaussian(random) * scale);
	}
	return result;
}

// v plus noise of this part of its components' usual size.
inline Vector
near_vector(Random &random, const Vector &v, double noise, float scale)
{
	Vector result(v);

	for (float &value : result)
	{
		value += static_cast<float>(gaussian(random) * noise * scale);
	}
	return result;
}

// The operator's result in long double.
inline double
exact_distance(MetricId id, const float *a, const float *b, size_t d)
{
	long double dot = 0;
	long double aa = 0;
	long double bb = 0;
	long double l2 = 0;
	long double l1 = 0;

	for (size_t i = 0; i < d; i++)
	{
		long double x = a[i];
		long double y = b[i];

		dot += x * y;
		aa += x * x;
		bb += y * y;
		l2 += (x - y) * (x - y);
		l1 += fabsl(x - y);
	}
	switch (id)
	{
		case MetricId::L2:
			return static_cast<double>(sqrtl(l2));
		case MetricId::InnerProduct:
			return static_cast<double>(-dot);
		case MetricId::Cosine:
			return static_cast<double>(1 - dot / sqrtl(aa * bb));
		case MetricId::L1:
			return static_cast<double>(l1);
	}
	return NAN;
}

inline double
exact_norm(const Vector &v)
{
	Vector zero(v.size());

	return exact_distance(MetricId::L2, v.data(), zero.data(), v.size());
}

inline const Metric &
metric(MetricId id)
{
	return *metric_by_id(static_cast<uint8_t>(id));
}

} // namespace core_fixture

#endif
