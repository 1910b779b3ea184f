// ivf_value.cpp - a value on its way into an index: which list it goes to, and its code.
#include "pg/pg.h"

#include "ivf/ivf.h"

namespace vecsim::ivf
{

void
value_prepare(const core::Metric &metric, const core::Quantizer &quantizer, uint32 dim, Datum datum, bool isnull,
              Value &value)
{
	value.ranked = false;
	if (isnull)
	{
		value.list = kListNull;
		return;
	}

	types::Vector *vector = types::vector_from_datum(datum);

	types::vector_check_expected_dim(static_cast<int32>(dim), vector->dim);
	if (quantizer.encode(metric, vector->x, dim, value.entry))
	{
		value.ranked = true;
		if (metric.unit_length)
		{
			core::normalize(vector->x, dim, value.place);
		}
		else
		{
			memcpy(value.place, vector->x, dim * sizeof(float));
		}
	}
	else
	{
		bool zero = metric.unit_length && core::squared_norm(vector->x, dim) == 0;

		value.list = zero ? kListNan : kListUnranked;
	}
	if (reinterpret_cast<Pointer>(vector) != DatumGetPointer(datum))
	{
		pfree(vector);
	}
}

} // namespace vecsim::ivf
