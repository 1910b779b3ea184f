// kernels_fixture.h - what the tests of the kernels share: arrays of difficult values at any byte, memory
// between pages that must not be touched, tests that run at every level, and the list of kernels.
#ifndef VECSIM_TEST_KERNELS_FIXTURE_H
#define VECSIM_TEST_KERNELS_FIXTURE_H

#include <float.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/random.h"
#include "kernels/kernels.h"

namespace kernels_fixture
{

using namespace vecsim::kernels;
using vecsim::core::Random;
using vecsim::core::random_below;
using vecsim::core::random_next;

constexpr Level kLevels[] = {Level::Scalar, Level::Avx2, Level::Avx512, Level::Neon};

// Indexed by Level; as the setting spells them.
constexpr const char *kLevelNames[] = {"auto", "scalar", "avx2", "avx512", "neon"};

// Lengths around every width and tail, and the usual dimensions of embeddings.
inline std::vector<size_t>
lengths()
{
	std::vector<size_t> result;

	for (size_t d = 0; d <= 130; d++)
	{
		result.push_back(d);
	}
	result.insert(result.end(), {384, 1000, 1536});
	return result;
}

enum class Values
{
	Uniform,     // in -1 .. 1
	Huge,        // FLT_MAX of either sign: sums overflow to infinity, and to NaN
	Denormal,    // below FLT_MIN
	Zeros,       // of either sign
	Alternating, // big and small by turns
	Mixed,       // all of these
};

constexpr Values kAllValues[] = {Values::Uniform, Values::Huge,        Values::Denormal,
                                 Values::Zeros,   Values::Alternating, Values::Mixed};

inline float
make_value(Random &random, Values values, size_t i)
{
	float sign = random_below(random, 2) != 0 ? 1.0f : -1.0f;
	float unit = static_cast<float>(random_below(random, 1u << 24)) / (1u << 24);

	switch (values)
	{
		case Values::Uniform:
			return sign * unit;
		case Values::Huge:
			return sign * FLT_MAX;
		case Values::Denormal:
			return sign * unit * FLT_MIN;
		case Values::Zeros:
			return sign * 0.0f;
		case Values::Alternating:
			return sign * unit * (i % 2 == 0 ? 1e15f : 1e-15f);
		case Values::Mixed:
			return make_value(random, kAllValues[random_below(random, 5)], i);
	}
	return NAN;
}

// An array of T that may start at any byte.
template <typename T>
class Array
{
  public:
	Array(size_t bytes, size_t offset) : bytes_(bytes + offset + sizeof(T)), offset_(offset)
	{
	}

	T *
	data()
	{
		return reinterpret_cast<T *>(bytes_.data() + offset_);
	}

	void
	set(size_t byte, T value)
	{
		memcpy(bytes_.data() + offset_ + byte, &value, sizeof(value));
	}

  private:
	std::vector<char> bytes_;
	size_t offset_;
};

// n rows of d values, the space between them full of NaN.
inline Array<float>
make_rows(Random &random, Values values, size_t n, size_t d, size_t stride, size_t offset)
{
	Array<float> rows(n * stride + d * sizeof(float), offset);

	for (size_t byte = 0; byte + sizeof(float) <= n * stride; byte++)
	{
		rows.set(byte, NAN);
	}
	for (size_t i = 0; i < n; i++)
	{
		for (size_t j = 0; j < d; j++)
		{
			rows.set(i * stride + j * sizeof(float), make_value(random, values, j));
		}
	}
	return rows;
}

// Codes over the whole range, and query values as large as the contract lets d of them be.
inline Array<int8_t>
make_codes(Random &random, size_t bytes, size_t offset)
{
	Array<int8_t> codes(bytes, offset);

	for (size_t i = 0; i < bytes; i++)
	{
		uint64_t kind = random_below(random, 4);

		codes.set(i, kind == 0 ? -128 : kind == 1 ? 127 : static_cast<int8_t>(random_next(random)));
	}
	return codes;
}

inline Array<int16_t>
make_int16_query(Random &random, size_t d, size_t offset)
{
	Array<int16_t> query(d * sizeof(int16_t), offset);
	int32_t limit = d == 0 ? 0 : INT32_MAX / 128 / static_cast<int32_t>(d);

	limit = limit > INT16_MAX ? INT16_MAX : limit;
	for (size_t i = 0; i < d; i++)
	{
		bool largest = random_below(random, 2) != 0;
		int32_t value = largest ? limit : static_cast<int32_t>(random_below(random, limit + 1));

		query.set(i * sizeof(int16_t), static_cast<int16_t>(random_below(random, 2) != 0 ? value : -value));
	}
	return query;
}

// What bytes of one-bit and four-bit codes and of tables are made of.
enum class Bytes
{
	Random,
	Largest, // all bits set
	Small,   // at most kSmallTable, and that often
	Sparse,  // 0 or 255
};

constexpr Bytes kAllBytes[] = {Bytes::Random, Bytes::Largest, Bytes::Small, Bytes::Sparse};

inline Array<uint8_t>
make_bytes(Random &random, Bytes bytes, size_t n, size_t offset)
{
	Array<uint8_t> result(n, offset);

	for (size_t i = 0; i < n; i++)
	{
		uint8_t value = static_cast<uint8_t>(random_next(random));

		switch (bytes)
		{
			case Bytes::Random:
				break;
			case Bytes::Largest:
				value = 255;
				break;
			case Bytes::Small:
				value = std::min(value, kSmallTable);
				break;
			case Bytes::Sparse:
				value = value < 128 ? 0 : 255;
				break;
		}
		result.set(i, value);
	}
	return result;
}

// Bits, except that one NaN is as good as another.
inline testing::AssertionResult
same_bits(float got, float wanted)
{
	if ((isnan(got) && isnan(wanted)) || std::bit_cast<uint32_t>(got) == std::bit_cast<uint32_t>(wanted))
	{
		return testing::AssertionSuccess();
	}
	return testing::AssertionFailure() << "got " << got << ", wanted " << wanted;
}

using PairKernel = float (*)(const float *, const float *, size_t);
using RowsKernel = void (*)(const float *, const float *, size_t, size_t, size_t, float *);

// A float kernel of two arrays, in its one-to-one and its _rows form.
struct PairSlots
{
	const char *name;
	PairKernel Kernels::*pair;
	RowsKernel Kernels::*rows;
	float (*term)(float a, float b);
	double (*exact_term)(double a, double b);
};

inline float
dot_term(float a, float b)
{
	return a * b;
}

inline float
l2sq_term(float a, float b)
{
	float difference = a - b;

	return difference * difference;
}

inline float
l1_term(float a, float b)
{
	return fabsf(a - b);
}

inline const PairSlots kPairSlots[] = {
	{"dot", &Kernels::dot_f32, &Kernels::dot_f32_rows, dot_term, [](double a, double b) { return a * b; }},
	{"l2sq", &Kernels::l2sq_f32, &Kernels::l2sq_f32_rows, l2sq_term,
     [](double a, double b) { return (a - b) * (a - b); }},
	{"l1", &Kernels::l1_f32, &Kernels::l1_f32_rows, l1_term, [](double a, double b) { return fabs(a - b); }},
};

inline const Kernels &
scalar()
{
	return *table(Level::Scalar);
}

// Memory with a page before and a page after it that must not be touched; zeros.
class Guarded
{
  public:
	Guarded()
	{
		char *all = static_cast<char *>(
			mmap(nullptr, kBytes + 2 * page(), PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));

		start_ = all + page();
		EXPECT_NE(all, MAP_FAILED);
		EXPECT_EQ(mprotect(start_, kBytes, PROT_READ | PROT_WRITE), 0);
	}

	~Guarded()
	{
		munmap(start_ - page(), kBytes + 2 * page());
	}

	Guarded(const Guarded &) = delete;
	Guarded &operator=(const Guarded &) = delete;

	// An array of so many bytes that begins (or ends) where the memory does.
	template <typename T>
	T *
	array(size_t bytes, bool at_end)
	{
		return reinterpret_cast<T *>(at_end ? start_ + kBytes - bytes : start_);
	}

  private:
	static constexpr size_t kBytes = 1 << 16;

	static size_t
	page()
	{
		return static_cast<size_t>(sysconf(_SC_PAGESIZE));
	}

	char *start_;
};

// Tests of every level that this CPU runs; they are instantiated with kLevels and level_name.
class KernelsLevel : public testing::TestWithParam<Level>
{
  protected:
	void
	SetUp() override
	{
		if (table(GetParam()) == nullptr)
		{
			GTEST_SKIP() << "this CPU or build lacks " << kLevelNames[static_cast<size_t>(GetParam())];
		}
	}

	const Kernels &
	kernels() const
	{
		return *table(GetParam());
	}
};

inline std::string
level_name(const testing::TestParamInfo<Level> &level)
{
	return kLevelNames[static_cast<size_t>(level.param)];
}

} // namespace kernels_fixture

#endif
