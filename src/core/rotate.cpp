// rotate.cpp - the random rotation: four rounds of sign flips and fast Hadamard transform, with Kac steps.
//
// The transform needs a power of two.  Where the dimension is none, rounds take turns in transforming the
// first and the last m coordinates, and after both the Kac step mixes the halves.  (After each of them it
// would tie a coordinate that only the first transform sees to one that only the last sees, and pass a
// quarter of an axis to and fro between the two.) Each step is orthogonal and every kernel gives the same
// bits on every CPU, and so does the whole.
#include "core/rotate.h"

#include "core/random.h"
#include "kernels/kernels.h"

#include <bit>
#include <cmath>
#include <string.h>

namespace vecsim::core
{

static constexpr size_t kRounds = 4;
// A whole number of FastScan groups, of cache lines of floats, and of chunks of 4-bit codes.
static constexpr size_t kPadding = 64;

size_t
rotated_dim(size_t dim)
{
	return (dim + kPadding - 1) / kPadding * kPadding;
}

// One bit a rotated dimension and round.
size_t
rotation_bytes(size_t dim)
{
	return kRounds * rotated_dim(dim) / 8;
}

// See rotate.h.  The bytes of a random number are written lowest first, whatever the CPU's own order is.
void
rotation_init(uint64_t seed, size_t dim, uint8_t *signs)
{
	Random random = {seed};
	size_t bytes = rotation_bytes(dim);
	uint64_t bits = 0;

	for (size_t i = 0; i < bytes; i++)
	{
		bits = i % 8 == 0 ? random_next(random) : bits >> 8;
		signs[i] = static_cast<uint8_t>(bits);
	}
}

void
rotate(const uint8_t *signs, size_t dim, const float *v, float *out)
{
	const kernels::Kernels &kernels = kernels::active();
	size_t d = rotated_dim(dim);
	size_t m = std::bit_floor(d);
	float scale = static_cast<float>(1 / std::sqrt(static_cast<double>(m)));

	memmove(out, v, dim * sizeof(float));
	memset(out + dim, 0, (d - dim) * sizeof(float));
	for (size_t round = 0; round < kRounds; round++)
	{
		float *part = round % 2 == 0 ? out : out + (d - m);

		kernels.flip_signs_f32(out, signs + round * d / 8, d);
		kernels.fht_f32(part, m);
		kernels.scale_f32(part, scale, m);
		if (m != d && round % 2 == 1)
		{
			kernels.kac_f32(out, d / 2);
		}
	}
}

// See rotate.h.  A step rounds each result by at most half a unit in its last place, so it moves the vector
// by at most that part of its length, and moves add up.  A round has log2 m steps in the transform, one and
// the rounding of the constant in the scaling, two and the constant in the Kac step.
double
rotation_rounding(size_t dim)
{
	constexpr double kHalfUlp = 1.0 / (1 << 24);
	int steps = static_cast<int>(std::bit_width(rotated_dim(dim))) - 1 + 2 + 3;

	return static_cast<double>(kRounds) * steps * kHalfUlp;
}

} // namespace vecsim::core
