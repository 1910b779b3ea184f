// bench_kernels_codes.cpp - the kernels of one-bit and four-bit codes, nanoseconds an entry, and of the
// rotation, nanoseconds a vector.
//
// A block of 32 one-bit codes lies as it does in a page: codes, then factors.  "small" is a scan whose
// table has no value above kSmallTable.
#include <stddef.h>
#include <stdint.h>

#include <algorithm>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "bench_kernels.h"
#include "core/rotate.h"

namespace bench_kernels
{
namespace
{

constexpr size_t kEntries = 32;

// Bytes of a block: a nibble an entry and group of four dimensions; a float and two bfloat16 an entry.
size_t
block_bytes(size_t d)
{
	return d * kEntries / 8 + kEntries * (sizeof(float) + 2 * sizeof(uint16_t));
}

FastscanBlock
block_at(const Pass &pass, size_t i)
{
	const uint8_t *codes = reinterpret_cast<const uint8_t *>(data().codes()) + i * block_bytes(pass.d);
	const uint8_t *factors = codes + pass.d * kEntries / 8;

	return {codes, reinterpret_cast<const float *>(factors),
	        reinterpret_cast<const uint16_t *>(factors + 128),
	        reinterpret_cast<const uint16_t *>(factors + 192)};
}

// A table that is small or not, aligned as a query's is.
struct Table
{
	alignas(64) uint8_t values[4 * kMaxDimensions];

	explicit Table(bool small)
	{
		const uint8_t *random = reinterpret_cast<const uint8_t *>(data().codes());

		for (size_t i = 0; i < sizeof(values); i++)
		{
			values[i] = small ? random[i] & kSmallTable : random[i];
		}
	}
};

// The limit lets few entries through, as in a search.
void
scan_bounds(benchmark::State &state, const Pass &pass, const Kernels *kernels, const FastscanList &list)
{
	float lower[kEntries];
	float estimate[kEntries];

	for (auto _ : state)
	{
		for (size_t i = 0; i < pass.n; i++)
		{
			benchmark::DoNotOptimize(
				kernels->fastscan_bounds(block_at(pass, i), list, -1e30f, lower, estimate));
			benchmark::DoNotOptimize(lower);
			benchmark::DoNotOptimize(estimate);
		}
	}
	report(state, pass, block_bytes(pass.d), kEntries);
}

void
bench_bounds(benchmark::State &state, Pass pass, const Kernels *kernels)
{
	static const Table table(false);

	scan_bounds(state, pass, kernels, {table.values, pass.d / 4, 0.01f, -1, 1, 1});
}

void
bench_bounds_small(benchmark::State &state, Pass pass, const Kernels *kernels)
{
	static const Table table(true);

	scan_bounds(state, pass, kernels, {table.values, pass.d / 4, 0.01f, -1, 1, 1, true});
}

void
bench_u4(benchmark::State &state, Pass pass, const Kernels *kernels)
{
	const int8_t *q = data().codes();
	const uint8_t *rows = reinterpret_cast<const uint8_t *>(q);

	for (auto _ : state)
	{
		for (size_t i = 0; i < pass.n; i++)
		{
			benchmark::DoNotOptimize(kernels->dot_u4(rows + i * pass.d / 2, q, pass.d));
		}
	}
	report(state, pass, pass.d / 2, 1);
}

void
bench_sign_bits(benchmark::State &state, Pass pass, const Kernels *kernels)
{
	uint8_t bits[kMaxDimensions / 8];

	for (auto _ : state)
	{
		for (size_t i = 0; i < pass.n; i++)
		{
			kernels->sign_bits_f32(data().float_rows() + i * pass.d, pass.d, bits);
			benchmark::DoNotOptimize(bits);
		}
	}
	report(state, pass, pass.d * sizeof(float), 1);
}

// A query's table, of d dimensions.
void
bench_table(benchmark::State &state, Pass pass, const Kernels *kernels)
{
	std::vector<uint8_t> table(pass.d * 4);

	for (auto _ : state)
	{
		kernels->fastscan_table(data().int16_query, pass.d, table.data());
		benchmark::DoNotOptimize(table.data());
	}
	report(state, pass, pass.d * sizeof(int16_t), 1);
}

// Of a row against a centroid, which like the mean stays in the cache.
void
bench_residual_sums(benchmark::State &state, Pass pass, const Kernels *kernels)
{
	for (auto _ : state)
	{
		for (size_t i = 0; i < pass.n; i++)
		{
			ResidualSums sums = kernels->residual_sums_f32(data().float_rows() + i * pass.d, data().queries,
			                                               data().queries + pass.d, pass.d);

			benchmark::DoNotOptimize(sums);
		}
	}
	report(state, pass, pass.d * sizeof(float), 1);
}

// Of the largest power of two that is no longer than d; the ones it starts from grow, but not to infinity.
void
bench_fht(benchmark::State &state, Pass pass, const Kernels *kernels)
{
	std::vector<float> x(pass.d);
	size_t n = size_t{1} << 10;

	while (n > pass.d)
	{
		n /= 2;
	}
	for (auto _ : state)
	{
		std::fill(x.begin(), x.end(), 1.0f);
		kernels->fht_f32(x.data(), n);
		benchmark::DoNotOptimize(x.data());
	}
	report(state, pass, n * sizeof(float), 1);
}

void
bench_rotate(benchmark::State &state, Pass pass, const Kernels *kernels)
{
	std::vector<uint8_t> signs(vecsim::core::rotation_bytes(pass.d));
	std::vector<float> out(pass.d);

	vecsim::core::rotation_init(1, pass.d, signs.data());
	if (!choose(kernels->level))
	{
		state.SkipWithError("the level cannot be chosen");
	}
	for (auto _ : state)
	{
		vecsim::core::rotate(signs.data(), pass.d, data().queries, out.data());
		benchmark::DoNotOptimize(out.data());
	}
	report(state, pass, pass.d * sizeof(float), 1);
}

} // namespace

void
register_code_kernels(const Kernels *kernels, size_t d, size_t bytes, const std::string &suffix)
{
	Pass blocks = {d, bytes / block_bytes(d)};

	add("fastscan_bounds", suffix, bench_bounds, blocks, kernels);
	add("fastscan_bounds_small", suffix, bench_bounds_small, blocks, kernels);
	add("dot_u4", suffix, bench_u4, Pass{d, bytes / (d / 2)}, kernels);
	add("sign_bits_f32", suffix, bench_sign_bits, Pass{d, bytes / (d * sizeof(float))}, kernels);
	add("residual_sums_f32", suffix, bench_residual_sums, Pass{d, bytes / (d * sizeof(float))}, kernels);
	add("fastscan_table", suffix, bench_table, Pass{d, 1}, kernels);
}

void
register_rotation(const Kernels *kernels, size_t d, const std::string &suffix)
{
	add("fht_f32", suffix, bench_fht, Pass{d, 1}, kernels);
	add("rotate", suffix, bench_rotate, Pass{d, 1}, kernels);
}

} // namespace bench_kernels
