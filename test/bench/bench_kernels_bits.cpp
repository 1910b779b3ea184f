// bench_kernels_bits.cpp - the kernels that count bits, nanoseconds a row of d bits and bytes a second.
//
// Beside dot_f32 of the same memory they tell what a byte costs either way.
#include <stddef.h>
#include <stdint.h>

#include <string>

#include <benchmark/benchmark.h>

#include "bench_kernels.h"

namespace bench_kernels
{
namespace
{

template <typename Kernel>
void
bench_bits(benchmark::State &state, Pass pass, Kernel kernel)
{
	const uint8_t *rows = reinterpret_cast<const uint8_t *>(data().codes());
	size_t bytes = pass.d / 8;

	for (auto _ : state)
	{
		for (size_t i = 0; i < pass.n; i++)
		{
			benchmark::DoNotOptimize(kernel(rows, rows + i * bytes, bytes));
		}
	}
	report(state, pass, bytes, 1);
}

} // namespace

void
register_bit_kernels(const Kernels *kernels, size_t d, size_t bytes, const std::string &suffix)
{
	Pass pass = {d, bytes / (d / 8)};

	add("hamming", suffix, bench_bits<decltype(kernels->hamming)>, pass, kernels->hamming);
	add("overlap", suffix, bench_bits<decltype(kernels->overlap)>, pass, kernels->overlap);
}

} // namespace bench_kernels
