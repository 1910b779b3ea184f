// bench_kernels.h - what the files of the kernels' benchmark share.
#ifndef VECSIM_BENCH_KERNELS_H
#define VECSIM_BENCH_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#include <algorithm>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "core/random.h"
#include "kernels/kernels.h"

namespace bench_kernels
{

using namespace vecsim::kernels;

constexpr size_t kMemoryBytes = 256 << 20;
constexpr size_t kBatchRows = 64; // rows that one call takes: about what lies on a few pages

constexpr size_t kMaxDimensions = 1536;

// The rows (as floats in -1 .. 1, or as bytes), and queries of either kind.  The rows lie as malloc gives
// them, like a table's in its pages; the queries are aligned, as a caller who copies them once will have
// them.
struct Data
{
	std::vector<float> rows;
	alignas(64) float queries[4 * kMaxDimensions];
	alignas(64) int16_t int16_query[kMaxDimensions];

	Data() : rows(kMemoryBytes / sizeof(float))
	{
		vecsim::core::Random random = {1};

		for (float &value : rows)
		{
			value = static_cast<float>(static_cast<int64_t>(vecsim::core::random_next(random))) * 0x1p-63f;
		}
		std::copy_n(rows.begin(), 4 * kMaxDimensions, queries);
		for (int16_t &value : int16_query)
		{
			value = static_cast<int16_t>(vecsim::core::random_below(random, 2001)) - 1000;
		}
	}

	const float *
	float_rows() const
	{
		return rows.data();
	}

	const int8_t *
	codes() const
	{
		return reinterpret_cast<const int8_t *>(rows.data());
	}
};

inline const Data &
data()
{
	static const Data made;

	return made;
}

// How much is read: n rows of d elements in a pass.
struct Pass
{
	size_t d;
	size_t n;
};

// Sets the counters, after the passes: each row of row_bytes was compared with so many queries.
inline void
report(benchmark::State &state, const Pass &pass, size_t row_bytes, size_t queries)
{
	int64_t rows = state.iterations() * static_cast<int64_t>(pass.n);

	state.SetBytesProcessed(rows * static_cast<int64_t>(row_bytes));
	state.counters["ns_per_row"] =
		benchmark::Counter(static_cast<double>(rows) * static_cast<double>(queries) * 1e-9,
	                       benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

template <typename Function, typename Kernel>
void
add(const char *kernel_name, const std::string &suffix, Function function, Pass pass, Kernel kernel)
{
	benchmark::RegisterBenchmark((kernel_name + suffix).c_str(), function, pass, kernel);
}

// The kernels of halves, of codes, of bits and of the rotation, at one level and dimension.
void register_half_kernels(const Kernels *kernels, size_t d, size_t bytes, const std::string &suffix);
void register_code_kernels(const Kernels *kernels, size_t d, size_t bytes, const std::string &suffix);
void register_bit_kernels(const Kernels *kernels, size_t d, size_t bytes, const std::string &suffix);
void register_rotation(const Kernels *kernels, size_t d, const std::string &suffix);

} // namespace bench_kernels

#endif
