// rabitq_hot.cpp - one-bit codes of residuals: coding them, placing them in blocks, scoring a block.
//
// With r = x - c and y_i = +-1/2 as r_i is positive or not, 0 beyond the coded dimensions, the value is
//
//   L2                |r|^2 + |q - c|^2 - 2 <r, q - c>
//   cosine            -<q, c> - <r, c> - <r, q - c>
//   inner product     -<q, c> - <r, q>
//
// and <r, q - c> is estimated by s <y, q - c>, s = |r|^2 / <r, y>: unbiased, because y is s^-1 r and a part
// at a right angle to it that, after a random rotation, points anywhere.  <y, q - c> = <y, q - mean> - <y,
// c - mean>: the first is the same for every list and comes from the query's table, the second is known
// when the row is coded and goes into the factor `add`.  README tells the error.
#include "core/rabitq.h"
#include "core/rounding.h"
#include "kernels/kernels.h"

#include <algorithm>
#include <cmath>

namespace vecsim::core
{

// The dimensions whose residual is on the stack at a time.
static constexpr size_t kChunk = 64;
// Below this squared length a residual has no code: factors would not be normal floats.  Its estimate is
// the list's own value, and its error its length.
static constexpr double kTiny = 1e-70;
// Nor has one of which the coded dimensions have next to nothing: along / length is 1/2 at least where all are coded.
static constexpr double kLeastAlong = 1e-3;

static void code_signs(const float *x, const float *c, size_t dim, uint8_t *bits);

void
rabitq_encode_hot(MetricId metric, const float *x, const float *c, const float *mean, size_t dim,
                  uint8_t *bits, HotFactors *factors)
{
	size_t coded = rabitq_hot_dim(dim);
	kernels::ResidualSums sums = kernels::active().residual_sums_f32(x, c, mean, coded);

	if (coded < dim)
	{
		kernels::ResidualSums rest =
			kernels::active().residual_sums_f32(x + coded, c + coded, mean + coded, dim - coded);

		sums.squares += rest.squares;
		sums.product += rest.product;
	}

	double freedom = static_cast<double>(dim - 1);
	double times = metric == MetricId::L2 ? 2 : 1;
	double norm2 = sums.squares;
	double along = sums.sizes / 2; // <r, y>
	bool from_origin = metric == MetricId::InnerProduct;
	double across =
		((from_origin ? 0 : sums.c_signed) - sums.at_signed) / 2; // <y, c - mean>, or <y, 0 - mean>
	double plain = from_origin ? 0 : norm2;

	if (metric == MetricId::Cosine)
	{
		plain = -sums.product;
	}
	code_signs(x, c, coded, bits);
	if (norm2 < kTiny || along < kLeastAlong * std::sqrt(norm2))
	{
		*factors = {static_cast<float>(plain), 0, to_bfloat16_up(times * std::sqrt(norm2))};
		return;
	}

	// The rounded scale enters `add` as well, so that rounding it hardly biases the estimate: by its 2^-9 of
	// <r, q - c>, and not of <y, q>.
	uint16_t rescale = to_bfloat16(-times * norm2 / along);
	double scale = static_cast<double>(from_bfloat16(rescale));
	double across2 = std::max(0.0, static_cast<double>(coded) / 4 - along * along / norm2);

	factors->add = static_cast<float>(plain - scale * across);
	factors->rescale = rescale;
	factors->err = to_bfloat16_up(-scale * std::sqrt(across2 / freedom));
}

// bit i = (x - c)_i > 0.
static void
code_signs(const float *x, const float *c, size_t dim, uint8_t *bits)
{
	const kernels::Kernels &kernels = kernels::active();
	float residual[kChunk];

	for (size_t at = 0; at < dim; at += kChunk)
	{
		for (size_t i = 0; i < kChunk; i++)
		{
			residual[i] = x[at + i] - c[at + i];
		}
		kernels.sign_bits_f32(residual, kChunk, bits + at / 8);
	}
}

// A group of 16 bytes holds four dimensions of 32 entries: entry j in the low half of byte j, entry j + 16
// in its high half.
void
rabitq_store_hot(const uint8_t *bits, size_t hot_dim, size_t slot, uint8_t *codes)
{
	unsigned shift = slot < 16 ? 0 : 4;
	uint8_t keep = slot < 16 ? 0xF0 : 0x0F;
	uint8_t *at = codes + slot % 16;

	for (size_t i = 0; i < hot_dim / 8; i++)
	{
		at[0] = static_cast<uint8_t>((at[0] & keep) | ((bits[i] & 15) << shift));
		at[16] = static_cast<uint8_t>((at[16] & keep) | ((bits[i] >> 4) << shift));
		at += 32;
	}
}

ListTerms
rabitq_list_terms(const RabitqQuery &query, float q_dot_c, float c_norm2)
{
	double dot = static_cast<double>(q_dot_c);
	double value = -dot;

	if (query.metric == MetricId::L2)
	{
		value = query.norm * query.norm - 2 * dot + static_cast<double>(c_norm2);
	}
	return rabitq_list_terms_by_value(query, static_cast<float>(value), c_norm2);
}

// See rabitq.h.  |q - c|^2 is not let fall below what cancellation may have left of it.  Under inner product the code's
// error counts with |q| alone, lists of long rows having long centres far from any query, and that of the query's table
// with |q - mean|, of which it is not a thirtieth.
ListTerms
rabitq_list_terms_by_value(const RabitqQuery &query, float value, float c_norm2)
{
	constexpr double kCancellation = 1e-6;
	constexpr double kTableError = 1.0 / 32;
	double size2 = query.norm * query.norm + static_cast<double>(c_norm2);
	double distance2 = static_cast<double>(value);

	if (query.metric == MetricId::InnerProduct)
	{
		return {value, static_cast<float>(
						   std::hypot(query.norm, kTableError * static_cast<double>(query.mean_err)))};
	}
	if (query.metric != MetricId::L2)
	{
		distance2 = std::max(size2 + 2 * distance2, kCancellation * size2);
	}
	return {value, static_cast<float>(std::sqrt(std::max(distance2, 0.0)))};
}

uint32_t
rabitq_score_hot(const RabitqQuery &query, const ListTerms &terms, const HotBlock &block, float sigmas,
                 float limit, float *lower, float *estimate)
{
	kernels::FastscanBlock codes = {block.codes, block.add, block.rescale, block.err};
	kernels::FastscanList list = {query.table, query.hot_dim / 4,  query.delta, query.offset,
	                              terms.add,   terms.err * sigmas, query.small};

	return kernels::active().fastscan_bounds(codes, list, limit, lower, estimate);
}

} // namespace vecsim::core
