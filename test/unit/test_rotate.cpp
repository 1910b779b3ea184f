// test_rotate.cpp - the rotation keeps inner products, spreads energy, and is the same everywhere.
#include "rabitq_fixture.h"

using namespace core_fixture;

namespace
{

class RotateTest : public Core
{
};

} // namespace

TEST_F(RotateTest, PadsToWholeChunks)
{
	EXPECT_EQ(64u, rotated_dim(1));
	EXPECT_EQ(64u, rotated_dim(64));
	EXPECT_EQ(128u, rotated_dim(65));
	EXPECT_EQ(16000u, rotated_dim(16000));
	EXPECT_EQ(4u * 128 / 8, rotation_bytes(100));
}

TEST_F(RotateTest, KeepsInnerProducts)
{
	Random random = {1};

	for (size_t d : {1, 2, 63, 64, 65, 100, 128, 200, 384, 768, 1000, 1536, 3072, 16000})
	{
		Rotation rotation(d, d);

		for (float scale : kScales)
		{
			Vector a = gaussian_vector(random, d, scale);
			Vector b = near_vector(random, a, 0.5, scale);
			Vector ra = rotation(a);
			Vector rb = rotation(b);
			double size = exact_norm(a) * exact_norm(b);

			EXPECT_NEAR(exact_dot(a, b) / size, exact_dot(ra, rb) / size, 1e-5) << d;
			EXPECT_NEAR(1, exact_dot(ra, ra) / exact_dot(a, a), 2 * rotation_rounding(d)) << d;
		}
	}
}

// Where a rotation sends the axes is an orthonormal basis: the matrix is orthogonal, not only nearly so for
// one pair.
TEST_F(RotateTest, IsOrthogonal)
{
	for (size_t d : {64, 192, 320})
	{
		Rotation rotation(9, d);
		std::vector<Vector> images;

		for (size_t i = 0; i < d; i++)
		{
			Vector axis(d);

			axis[i] = 1;
			images.push_back(rotation(axis));
			for (size_t j = 0; j <= i; j++)
			{
				ASSERT_NEAR(i == j ? 1 : 0, exact_dot(images[i], images[j]), 1e-5);
			}
		}
	}
}

// An axis, the worst input, comes out as if drawn at random: no component beyond five deviations, and a sum
// of sizes (which decides how good one-bit codes are) as Gaussian ones have.
TEST_F(RotateTest, SpreadsTheEnergyOfAnAxis)
{
	for (size_t d : {100, 128, 384, 768, 1024, 1536, 3072})
	{
		Rotation rotation(5, d);
		double dim = static_cast<double>(rotated_dim(d));
		Moments sizes;

		for (size_t axis = 0; axis < d; axis += d / 20)
		{
			Vector v(d);
			double sum = 0;

			v[axis] = 1;
			for (float x : rotation(v))
			{
				EXPECT_LT(fabs(x), 5.5 / sqrt(dim)) << d << " " << axis;
				sum += fabs(x);
			}
			sizes.add(sum / sqrt(dim));
		}
		EXPECT_NEAR(sqrt(2 / M_PI), sizes.mean(), 0.03) << d;
	}
}

TEST_F(RotateTest, ZeroStaysZero)
{
	for (float x : Rotation(3, 100)(Vector(100)))
	{
		EXPECT_EQ(0, x);
	}
}

TEST_F(RotateTest, LevelsDoNotShow)
{
	Random random = {2};

	for (size_t d : {64, 100, 384, 1024, 1536})
	{
		Rotation rotation(11, d);
		Vector v = gaussian_vector(random, d, 1);

		ASSERT_TRUE(vecsim::kernels::choose(Level::Scalar));

		Vector wanted = rotation(v);

		for (Level level : kLevels)
		{
			if (vecsim::kernels::choose(level))
			{
				EXPECT_EQ(wanted, rotation(v)) << d;
			}
		}
	}
}

// The signs are on disk only as a seed: they may never change.
TEST_F(RotateTest, SeedsAreForEver)
{
	uint8_t wanted[] = {0xAF, 0xCD, 0x1D, 0x7B, 0x39, 0xA8, 0x20, 0xE2};
	Rotation rotation(0, 64);
	Rotation other(1, 64);

	EXPECT_TRUE(std::equal(wanted, wanted + 8, rotation.signs.begin()));
	EXPECT_NE(rotation.signs, other.signs);
}
