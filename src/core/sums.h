// sums.h - sums in double of functions of an index: core's own helper.
#ifndef VECSIM_CORE_SUMS_H
#define VECSIM_CORE_SUMS_H

#include "core/half.h"

#include <stddef.h>

namespace vecsim::core
{

// The sum of term(i) for i in 0..d-1, in one fixed order: four lanes, so that additions need not wait for each other.
template <typename Term>
inline double
sum_in_double(size_t d, Term term)
{
	constexpr size_t kLanes = 4;
	double lanes[kLanes] = {0, 0, 0, 0};
	size_t i = 0;

	for (; i + kLanes <= d; i += kLanes)
	{
		for (size_t lane = 0; lane < kLanes; lane++)
		{
			lanes[lane] += term(i + lane);
		}
	}
	for (; i < d; i++)
	{
		lanes[i % kLanes] += term(i);
	}
	return (lanes[0] + lanes[2]) + (lanes[1] + lanes[3]);
}

// An element in double.
inline double
as_double(float element)
{
	return static_cast<double>(element);
}

inline double
as_double(Half element)
{
	return static_cast<double>(float_from_half(element));
}

// sum a_i * b_i in double.
template <typename Element>
inline double
dot_in_double(const Element *a, const Element *b, size_t d)
{
	return sum_in_double(d, [=](size_t i) { return as_double(a[i]) * as_double(b[i]); });
}

} // namespace vecsim::core

#endif
