// kernels_scalar.cpp - the kernels in plain C++: what every CPU can run, and the truth the other levels must
// equal.
//
// Plain means without intrinsics; the compiler is free to use the vectors of its baseline, because the 32
// lanes are independent.  The file must be built with -ffp-contract=off, or a target with fused multiply-add
// changes the bits.
#include <stddef.h>
#include <stdint.h>

#include "kernels/kernels.h"
#include "kernels/kernels_tables.h"

namespace vecsim::kernels
{
namespace
{

// A row may start at any byte (behind a one-byte varlena header, say); these types tell the compiler.
typedef float UnalignedFloat __attribute__((aligned(1), may_alias));
typedef int16_t UnalignedInt16 __attribute__((aligned(1), may_alias));
typedef uint16_t UnalignedHalf __attribute__((aligned(1), may_alias));

// The numbers behind a pointer, and one of them as a float.
inline const UnalignedFloat *
unaligned(const float *values)
{
	return values;
}

inline const UnalignedHalf *
unaligned(const Half *values)
{
	return reinterpret_cast<const UnalignedHalf *>(values);
}

inline float
widen(float value)
{
	return value;
}

inline float
widen(uint16_t bits)
{
	return float_from_half({bits});
}

struct Dot
{
	static float
	term(float a, float b)
	{
		return a * b;
	}
};

struct L2sq
{
	static float
	term(float a, float b)
	{
		float difference = a - b;

		return difference * difference;
	}
};

struct L1
{
	static float
	term(float a, float b)
	{
		return __builtin_fabsf(a - b);
	}
};

// Sets the 32 lanes to the terms of 32 elements.  Adding to zero makes +0 of -0, as a lane that starts at
// zero does; lanes that are zeroed first cost more, because GCC does that with a string instruction.
template <typename Term, typename Number>
inline void
set_terms(float *lanes, const Number *a, const Number *b)
{
	for (size_t j = 0; j < kLanes; j++)
	{
		lanes[j] = 0.0f + Term::term(widen(a[j]), widen(b[j]));
	}
}

// Adds the terms of 32 elements to the 32 lanes.
template <typename Term, typename Number>
inline void
add_terms(float *lanes, const Number *a, const Number *b)
{
	for (size_t j = 0; j < kLanes; j++)
	{
		lanes[j] += Term::term(widen(a[j]), widen(b[j]));
	}
}

// Copies a tail of n < 32 elements and pads it with zeros.
template <typename Number>
inline void
pad(float *padded, const Number *tail, size_t n)
{
	for (size_t j = 0; j < kLanes; j++)
	{
		padded[j] = j < n ? widen(tail[j]) : 0.0f;
	}
}

// The sum of the 32 lanes, as a tree; the lanes are used up.
inline float
add_lanes(float *lanes)
{
	for (size_t half = kLanes / 2; half > 0; half /= 2)
	{
		for (size_t j = 0; j < half; j++)
		{
			lanes[j] += lanes[j + half];
		}
	}
	return lanes[0];
}

// The sum of the terms of two arrays of d elements, in the order that kernels.h gives.
template <typename Term, typename Number>
float
sum_terms(const Number *a_numbers, const Number *b_numbers, size_t d)
{
	auto a = unaligned(a_numbers);
	auto b = unaligned(b_numbers);
	float lanes[kLanes];
	float a_tail[kLanes];
	float b_tail[kLanes];
	size_t tail = d % kLanes;
	size_t whole = d - tail;

	if (tail != 0)
	{
		pad(a_tail, a + whole, tail);
		pad(b_tail, b + whole, tail);
	}
	if (whole == 0)
	{
		if (tail == 0)
		{
			return 0.0f;
		}
		set_terms<Term>(lanes, a_tail, b_tail);
		return add_lanes(lanes);
	}
	set_terms<Term>(lanes, a, b);
	for (size_t i = kLanes; i < whole; i += kLanes)
	{
		add_terms<Term>(lanes, a + i, b + i);
	}
	if (tail != 0)
	{
		add_terms<Term>(lanes, a_tail, b_tail);
	}
	return add_lanes(lanes);
}

template <typename Term>
void
sum_terms_rows(const float *q, const float *rows, size_t stride, size_t n, size_t d, float *out)
{
	for (size_t i = 0; i < n; i++)
	{
		out[i] = sum_terms<Term>(q, row_at(rows, stride, i), d);
	}
}

float
norm2(const float *a, size_t d)
{
	return sum_terms<Dot>(a, a, d);
}

template <typename Number>
DotNorms
dot_norms(const Number *a, const Number *b, size_t d)
{
	return {sum_terms<Dot>(a, b, d), sum_terms<Dot>(a, a, d), sum_terms<Dot>(b, b, d)};
}

void
norm2_rows(const float *rows, size_t stride, size_t n, size_t d, float *out)
{
	for (size_t i = 0; i < n; i++)
	{
		out[i] = norm2(row_at(rows, stride, i), d);
	}
}

void
dot_tile(const float *queries, size_t query_stride, const float *rows, size_t stride, size_t n, size_t d,
         float *out)
{
	for (size_t j = 0; j < kTileQueries; j++)
	{
		sum_terms_rows<Dot>(row_at(queries, query_stride, j), rows, stride, n, d, out + j * n);
	}
}

void
widen_all(const Half *in, size_t n, float *out)
{
	const UnalignedHalf *halves = unaligned(in);
	UnalignedFloat *floats = out;

	for (size_t i = 0; i < n; i++)
	{
		floats[i] = widen(halves[i]);
	}
}

void
narrow_all(const float *in, size_t n, Half *out)
{
	const UnalignedFloat *floats = in;
	UnalignedHalf *halves = reinterpret_cast<UnalignedHalf *>(out);

	for (size_t i = 0; i < n; i++)
	{
		halves[i] = half_from_float(floats[i]).bits;
	}
}

int32_t
dot_i8(const int16_t *q_values, const int8_t *code, size_t d)
{
	const UnalignedInt16 *q = q_values;
	int32_t sum = 0;

	for (size_t i = 0; i < d; i++)
	{
		sum += static_cast<int32_t>(q[i]) * code[i];
	}
	return sum;
}

void
dot_i8_rows(const int16_t *q, const int8_t *codes, size_t stride, size_t n, size_t d, int32_t *out)
{
	for (size_t i = 0; i < n; i++)
	{
		out[i] = dot_i8(q, row_at(codes, stride, i), d);
	}
}

} // namespace

const Kernels kScalarTable = {
	.name = "scalar",
	.level = Level::Scalar,
	.dot_f32 = sum_terms<Dot>,
	.l2sq_f32 = sum_terms<L2sq>,
	.l1_f32 = sum_terms<L1>,
	.norm2_f32 = norm2,
	.dot_norms_f32 = dot_norms,
	.dot_f32_rows = sum_terms_rows<Dot>,
	.l2sq_f32_rows = sum_terms_rows<L2sq>,
	.l1_f32_rows = sum_terms_rows<L1>,
	.norm2_f32_rows = norm2_rows,
	.dot_f32_tile = dot_tile,
	.dot_f16 = sum_terms<Dot>,
	.l2sq_f16 = sum_terms<L2sq>,
	.l1_f16 = sum_terms<L1>,
	.dot_norms_f16 = dot_norms,
	.f16_to_f32 = widen_all,
	.f32_to_f16 = narrow_all,
	.dot_i8 = dot_i8,
	.dot_i8_rows = dot_i8_rows,
	.fastscan_bounds = scalar_level::fastscan_bounds,
	.dot_u4 = scalar_level::dot_u4,
	.hamming = scalar_level::hamming,
	.overlap = scalar_level::overlap,
	.sign_bits_f32 = scalar_level::sign_bits,
	.fastscan_table = scalar_level::fastscan_table,
	.residual_sums_f32 = scalar_level::residual_sums,
	.fht_f32 = scalar_level::fht,
	.flip_signs_f32 = scalar_level::flip_signs,
	.scale_f32 = scalar_level::scale,
	.kac_f32 = scalar_level::kac,
};

} // namespace vecsim::kernels
