// ivf_value.cpp - a value on its way into an index: which list it goes to, and its code.
#include "pg/pg.h"

#include "ivf/ivf_centroid.h"
#include "pg/memory.h"

namespace vecsim::ivf
{

uint32
place_dim_of(const core::Quantizer &quantizer, uint32 dim)
{
	return quantizer.two_level != nullptr ? static_cast<uint32>(quantizer.two_level->place_dim(dim)) : dim;
}

void
value_prepare(const Input &input, const core::CodeSpace &space, const core::Quantizer &quantizer, Datum datum,
              bool isnull, Value &value)
{
	value.ranked = false;
	if (isnull)
	{
		value.list = kListNull;
		return;
	}

	value.given = input_value(input, datum);

	const float *floats = input_floats(input, value.given);

	value.ranked =
		quantizer.two_level != nullptr || quantizer.encode(*space.metric, floats, space.dim, value.entry);
	value.ranked = value.ranked && value_place(space, quantizer, floats, value.place);
	if (!value.ranked)
	{
		bool zero = space.metric->unit_length && input.type->zero(value.given);

		value.list = zero ? kListNan : kListUnranked;
	}
}

bool
value_place(const core::CodeSpace &space, const core::Quantizer &quantizer, const float *vector, float *place)
{
	if (quantizer.two_level != nullptr)
	{
		return quantizer.two_level->place(space, vector, place);
	}
	if (space.metric->unit_length)
	{
		core::normalize(vector, space.dim, place);
	}
	else
	{
		memcpy(place, vector, space.dim * sizeof(float));
	}
	return core::can_rank(*space.metric, core::squared_norm(vector, space.dim));
}

core::CodeSpace
code_space(const Index &index)
{
	core::CodeSpace space = {index.metric, index.meta.dim, nullptr, nullptr};
	const core::TwoLevel *levels = index.quantizer->two_level;

	if (levels != nullptr)
	{
		uint8 *signs = static_cast<uint8 *>(pg::alloc_array(1, levels->sign_bytes(space.dim)));
		float *mean = static_cast<float *>(pg::alloc_array(index.place_dim, sizeof(float)));

		levels->make_signs(index.meta.seed, space.dim, signs);
		mean_read(index, mean);
		space.signs = signs;
		space.mean = mean;
	}
	return space;
}

} // namespace vecsim::ivf
