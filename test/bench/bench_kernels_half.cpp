// bench_kernels_half.cpp - the kernels of halves beside those of floats: a row has the same number of elements and half
// of the bytes; bytes a second compare the two per byte read.
#include <stddef.h>

#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "bench_kernels.h"

namespace bench_kernels
{

namespace
{

using HalfKernel = float (*)(const Half *, const Half *, size_t);

// As many bytes of halves as there are of floats, and the same numbers.
const std::vector<Half> &
halves()
{
	static const std::vector<Half> made = []
	{
		const std::vector<float> &floats = data().rows;
		std::vector<Half> result(2 * floats.size());

		for (size_t i = 0; i < result.size(); i++)
		{
			result[i] = half_from_float(floats[i % floats.size()]);
		}
		return result;
	}();

	return made;
}

void
bench_half_pair(benchmark::State &state, Pass pass, HalfKernel kernel)
{
	for (auto _ : state)
	{
		for (size_t i = 0; i < pass.n; i++)
		{
			benchmark::DoNotOptimize(kernel(halves().data(), halves().data() + i * pass.d, pass.d));
		}
	}
	report(state, pass, pass.d * sizeof(Half), 1);
}

void
bench_half_norms(benchmark::State &state, Pass pass, const Kernels *kernels)
{
	for (auto _ : state)
	{
		for (size_t i = 0; i < pass.n; i++)
		{
			DotNorms sums = kernels->dot_norms_f16(halves().data(), halves().data() + i * pass.d, pass.d);

			benchmark::DoNotOptimize(sums);
		}
	}
	report(state, pass, pass.d * sizeof(Half), 1);
}

void
bench_widen(benchmark::State &state, Pass pass, const Kernels *kernels)
{
	float out[kMaxDimensions];

	for (auto _ : state)
	{
		for (size_t i = 0; i < pass.n; i++)
		{
			kernels->f16_to_f32(halves().data() + i * pass.d, pass.d, out);
			benchmark::DoNotOptimize(out);
		}
	}
	report(state, pass, pass.d * sizeof(Half), 1);
}

void
bench_narrow(benchmark::State &state, Pass pass, const Kernels *kernels)
{
	Half out[kMaxDimensions];

	for (auto _ : state)
	{
		for (size_t i = 0; i < pass.n; i++)
		{
			kernels->f32_to_f16(data().float_rows() + i * pass.d, pass.d, out);
			benchmark::DoNotOptimize(out);
		}
	}
	report(state, pass, pass.d * sizeof(float), 1);
}

} // namespace

void
register_half_kernels(const Kernels *kernels, size_t d, size_t bytes, const std::string &suffix)
{
	Pass halves = {d, bytes / (d * sizeof(Half))};
	Pass floats = {d, bytes / (d * sizeof(float))};

	add("dot_f16", suffix, bench_half_pair, halves, kernels->dot_f16);
	add("l2sq_f16", suffix, bench_half_pair, halves, kernels->l2sq_f16);
	add("l1_f16", suffix, bench_half_pair, halves, kernels->l1_f16);
	add("dot_norms_f16", suffix, bench_half_norms, halves, kernels);
	add("f16_to_f32", suffix, bench_widen, halves, kernels);
	add("f32_to_f16", suffix, bench_narrow, floats, kernels);
}

} // namespace bench_kernels
