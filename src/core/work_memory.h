// work_memory.h - where arrays stand in one piece of work memory, one behind the other.
#ifndef VECSIM_CORE_WORK_MEMORY_H
#define VECSIM_CORE_WORK_MEMORY_H

#include <stddef.h>

namespace vecsim::core
{

// What has been reserved so far; overflow where that is more than a size_t can say.
struct WorkMemory
{
	size_t bytes;
	bool overflow;
};

// Reserves an array of n * factor elements of this size, aligned to 64 bytes where the memory is: its offset in bytes.
inline size_t
reserve(WorkMemory &memory, size_t n, size_t factor, size_t size)
{
	constexpr size_t kAlign = 64;
	size_t offset = memory.bytes;
	size_t bytes;

	if (__builtin_mul_overflow(n, factor, &bytes) || __builtin_mul_overflow(bytes, size, &bytes) ||
	    __builtin_add_overflow(bytes, kAlign - 1, &bytes) ||
	    __builtin_add_overflow(bytes / kAlign * kAlign, offset, &memory.bytes))
	{
		memory.overflow = true;
	}
	return offset;
}

} // namespace vecsim::core

#endif
