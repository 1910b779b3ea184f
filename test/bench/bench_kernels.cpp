// bench_kernels.cpp - nanoseconds a row and bytes a second of every kernel at every level this CPU runs, from
// the cache and from memory, beside the machine's own streaming read of the same memory (stream_read).
//
//   make build/bench/kernels && build/bench/kernels --benchmark_filter=dot_f32 --benchmark_repetitions=5
//
// A benchmark is named kernel/level/d/place.  "cache" is 64 kB of rows, "memory" 256 MB.  A row is one row
// compared with one query: the tile kernel makes four of each row it reads, but its bytes are counted once.
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <algorithm>
#include <string>

#include <benchmark/benchmark.h>

#include "bench_kernels.h"

namespace
{

using namespace bench_kernels;

void
bench_pair(benchmark::State &state, Pass pass, float (*kernel)(const float *, const float *, size_t))
{
	for (auto _ : state)
	{
		for (size_t i = 0; i < pass.n; i++)
		{
			benchmark::DoNotOptimize(kernel(data().queries, data().float_rows() + i * pass.d, pass.d));
		}
	}
	report(state, pass, pass.d * sizeof(float), 1);
}

void
bench_dot_norms(benchmark::State &state, Pass pass, const Kernels *kernels)
{
	for (auto _ : state)
	{
		for (size_t i = 0; i < pass.n; i++)
		{
			DotNorms sums = kernels->dot_norms_f32(data().queries, data().float_rows() + i * pass.d, pass.d);

			benchmark::DoNotOptimize(sums);
		}
	}
	report(state, pass, pass.d * sizeof(float), 1);
}

void
bench_rows(benchmark::State &state, Pass pass,
           void (*kernel)(const float *, const float *, size_t, size_t, size_t, float *))
{
	size_t stride = pass.d * sizeof(float);
	float out[kBatchRows];

	for (auto _ : state)
	{
		for (size_t i = 0; i < pass.n; i += kBatchRows)
		{
			kernel(data().queries, data().float_rows() + i * pass.d, stride, std::min(kBatchRows, pass.n - i),
			       pass.d, out);
			benchmark::DoNotOptimize(out);
		}
	}
	report(state, pass, stride, 1);
}

void
bench_norm2_rows(benchmark::State &state, Pass pass, const Kernels *kernels)
{
	size_t stride = pass.d * sizeof(float);
	float out[kBatchRows];

	for (auto _ : state)
	{
		for (size_t i = 0; i < pass.n; i += kBatchRows)
		{
			kernels->norm2_f32_rows(data().float_rows() + i * pass.d, stride,
			                        std::min(kBatchRows, pass.n - i), pass.d, out);
			benchmark::DoNotOptimize(out);
		}
	}
	report(state, pass, stride, 1);
}

void
bench_tile(benchmark::State &state, Pass pass, const Kernels *kernels)
{
	size_t stride = pass.d * sizeof(float);
	float out[4 * kBatchRows];

	for (auto _ : state)
	{
		for (size_t i = 0; i < pass.n; i += kBatchRows)
		{
			kernels->dot_f32_tile(data().queries, stride, data().float_rows() + i * pass.d, stride,
			                      std::min(kBatchRows, pass.n - i), pass.d, out);
			benchmark::DoNotOptimize(out);
		}
	}
	report(state, pass, stride, 4);
}

void
bench_i8(benchmark::State &state, Pass pass, const Kernels *kernels)
{
	for (auto _ : state)
	{
		for (size_t i = 0; i < pass.n; i++)
		{
			benchmark::DoNotOptimize(
				kernels->dot_i8(data().int16_query, data().codes() + i * pass.d, pass.d));
		}
	}
	report(state, pass, pass.d, 1);
}

void
bench_i8_rows(benchmark::State &state, Pass pass, const Kernels *kernels)
{
	int32_t out[kBatchRows];

	for (auto _ : state)
	{
		for (size_t i = 0; i < pass.n; i += kBatchRows)
		{
			kernels->dot_i8_rows(data().int16_query, data().codes() + i * pass.d, pass.d,
			                     std::min(kBatchRows, pass.n - i), pass.d, out);
			benchmark::DoNotOptimize(out);
		}
	}
	report(state, pass, pass.d, 1);
}

void
register_kernels(const Kernels *kernels, size_t d, size_t bytes, const std::string &suffix)
{
	Pass floats = {d, bytes / (d * sizeof(float))};
	Pass codes = {d, bytes / d};

	add("dot_f32", suffix, bench_pair, floats, kernels->dot_f32);
	add("dot_f32_rows", suffix, bench_rows, floats, kernels->dot_f32_rows);
	add("l2sq_f32", suffix, bench_pair, floats, kernels->l2sq_f32);
	add("l2sq_f32_rows", suffix, bench_rows, floats, kernels->l2sq_f32_rows);
	add("l1_f32", suffix, bench_pair, floats, kernels->l1_f32);
	add("l1_f32_rows", suffix, bench_rows, floats, kernels->l1_f32_rows);
	add("norm2_f32_rows", suffix, bench_norm2_rows, floats, kernels);
	add("dot_norms_f32", suffix, bench_dot_norms, floats, kernels);
	add("dot_f32_tile", suffix, bench_tile, floats, kernels);
	add("dot_i8", suffix, bench_i8, codes, kernels);
	add("dot_i8_rows", suffix, bench_i8_rows, codes, kernels);
}

// The machine's own limit: adds up everything that lies in memory, in vectors of Bytes bytes.
template <size_t Bytes>
inline __attribute__((always_inline)) uint64_t
add_up(const char *memory, size_t bytes)
{
	typedef uint64_t Vector __attribute__((vector_size(Bytes), may_alias));
	const Vector *vectors = reinterpret_cast<const Vector *>(memory);
	Vector sums[4] = {};
	uint64_t total = 0;

	for (size_t i = 0; i + 4 <= bytes / Bytes; i += 4)
	{
		for (size_t j = 0; j < 4; j++)
		{
			sums[j] += vectors[i + j];
		}
	}
	uint64_t lanes[4 * Bytes / sizeof(uint64_t)];

	memcpy(lanes, sums, sizeof(lanes));
	for (uint64_t lane : lanes)
	{
		total += lane;
	}
	return total;
}

uint64_t
add_up_baseline(const char *memory, size_t bytes)
{
	return add_up<16>(memory, bytes);
}

#if defined(__x86_64__)

__attribute__((target("avx2"))) uint64_t
add_up_avx2(const char *memory, size_t bytes)
{
	return add_up<32>(memory, bytes);
}

__attribute__((target("avx512f"))) uint64_t
add_up_avx512(const char *memory, size_t bytes)
{
	return add_up<64>(memory, bytes);
}

#endif

void
bench_stream_read(benchmark::State &state, size_t bytes, uint64_t (*read)(const char *, size_t))
{
	for (auto _ : state)
	{
		benchmark::DoNotOptimize(read(reinterpret_cast<const char *>(data().rows.data()), bytes));
	}
	state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(bytes));
}

void
register_stream_reads(const std::string &place, size_t bytes)
{
	benchmark::RegisterBenchmark(("stream_read/baseline/" + place).c_str(), bench_stream_read, bytes,
	                             add_up_baseline);
#if defined(__x86_64__)
	if (table(Level::Avx2) != nullptr)
	{
		benchmark::RegisterBenchmark(("stream_read/avx2/" + place).c_str(), bench_stream_read, bytes,
		                             add_up_avx2);
	}
	if (table(Level::Avx512) != nullptr)
	{
		benchmark::RegisterBenchmark(("stream_read/avx512/" + place).c_str(), bench_stream_read, bytes,
		                             add_up_avx512);
	}
#endif
}

void
register_all(const std::string &place, size_t bytes)
{
	register_stream_reads(place, bytes);
	for (Level level : {Level::Scalar, Level::Avx2, Level::Avx512, Level::Neon})
	{
		const Kernels *kernels = table(level);

		for (size_t d : {128, 384, 768, 1536})
		{
			if (kernels != nullptr)
			{
				std::string suffix =
					std::string("/") + kernels->name + "/d:" + std::to_string(d) + "/" + place;

				register_kernels(kernels, d, bytes, suffix);
				register_half_kernels(kernels, d, bytes, suffix);
				register_code_kernels(kernels, d, bytes, suffix);
				register_bit_kernels(kernels, d, bytes, suffix);
				if (bytes < kMemoryBytes)
				{
					register_rotation(kernels, d, suffix);
				}
			}
		}
	}
}

} // namespace

int
main(int argc, char **argv)
{
	register_all("cache", 64 << 10);
	register_all("memory", kMemoryBytes);
	benchmark::Initialize(&argc, argv);
	if (benchmark::ReportUnrecognizedArguments(argc, argv))
	{
		return 1;
	}
	benchmark::RunSpecifiedBenchmarks();
	return 0;
}
