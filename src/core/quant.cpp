// quant.cpp - the list of quantisers.
#include "core/quant.h"

#include <cfloat>
#include <string.h>

namespace vecsim::core
{

// Each in its own file, quant_<name>.cpp.
extern const Quantizer kQuantizerFlat;
extern const Quantizer kQuantizerSq8;
extern const Quantizer kQuantizerRabitq;

static const Quantizer *const kQuantizers[] = {&kQuantizerFlat, &kQuantizerSq8, &kQuantizerRabitq};

bool
can_rank(const Metric &metric, double norm2)
{
	switch (metric.id)
	{
		case MetricId::L2:
		case MetricId::InnerProduct:
			return norm2 <= static_cast<double>(FLT_MAX);
		case MetricId::Cosine:
			return norm2 > 0;
		case MetricId::L1:
			break;
	}
	return false;
}

const Quantizer *
quantizer_by_id(uint8_t id)
{
	for (const Quantizer *quantizer : kQuantizers)
	{
		if (static_cast<uint8_t>(quantizer->id) == id)
		{
			return quantizer;
		}
	}
	return nullptr;
}

const Quantizer *
quantizer_by_name(const char *name)
{
	for (const Quantizer *quantizer : kQuantizers)
	{
		if (strcmp(quantizer->name, name) == 0)
		{
			return quantizer;
		}
	}
	return nullptr;
}

const Quantizer *
quantizer_at(size_t i)
{
	return i < sizeof(kQuantizers) / sizeof(kQuantizers[0]) ? kQuantizers[i] : nullptr;
}

} // namespace vecsim::core
