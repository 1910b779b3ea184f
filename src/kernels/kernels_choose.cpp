// kernels_choose.cpp - which instruction sets this CPU has, which table is the best of them, and which is in
// use.
//
// Two lists say everything: the ladder (from which table a null slot is filled) and the order of preference
// (which level Auto means).  They differ because a wider vector is not always a faster one; the README has
// the numbers.
//
// What the CPU has is asked by three cpuid instructions.  GCC's __builtin_cpu_supports takes a dozen whenever the
// library is loaded, and each takes 5 us under a hypervisor.
#include <stddef.h>
#include <stdint.h>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include "kernels/kernels.h"
#include "kernels/kernels_tables.h"

namespace vecsim::kernels
{
namespace
{

struct Rung
{
	const Kernels *raw;
	bool (*usable)(); // can this CPU run it?
};

bool always_usable();
#if defined(__x86_64__)
bool avx2_usable();
bool avx512_usable();
bool avx512_wide_usable();
bool avx512_vnni_usable();
bool avx512_popcount_usable();
#endif
const Rung *find_rung(Level level);

// From the top down.  A null slot of a level is filled from the first usable rung below that has it.  A level
// may have several rungs; it begins with the highest that is usable.
constexpr Rung kLadder[] = {
#if defined(__x86_64__)
	{&kAvx512PopcountTable, avx512_popcount_usable},
	{&kAvx512VnniTable, avx512_vnni_usable},
	{&kAvx512WideTable, avx512_wide_usable},
	{&kAvx512Table, avx512_usable},
	{&kAvx2Table, avx2_usable},
#endif
#if defined(__aarch64__)
	{&kNeonTable, always_usable},
#endif
	{&kScalarTable, always_usable},
};

constexpr size_t kRungs = sizeof(kLadder) / sizeof(kLadder[0]);

// The order in which Auto tries the levels.
constexpr Level kPreference[] = {Level::Avx512, Level::Avx2, Level::Neon, Level::Scalar};

constexpr size_t kLevels = 5;

// The tables with their null slots filled, indexed by level; one is ready once its name is set.
Kernels filled[kLevels];

const Kernels *in_use = &kScalarTable;

} // namespace

const Kernels &
active()
{
	return *in_use;
}

bool
choose(Level level)
{
	const Kernels *wanted = table(level);

	if (wanted == nullptr)
	{
		return false;
	}
	in_use = wanted;
	return true;
}

const Kernels *
table(Level level)
{
	if (level == Level::Auto)
	{
		for (Level candidate : kPreference)
		{
			if (find_rung(candidate) != nullptr)
			{
				return table(candidate);
			}
		}
		return nullptr;
	}

	const Rung *rung = find_rung(level);

	if (rung == nullptr)
	{
		return nullptr;
	}

	Kernels &kernels = filled[static_cast<size_t>(level)];

	if (kernels.name == nullptr)
	{
		Kernels growing = *rung->raw;

		for (const Rung *lower = rung + 1; lower != kLadder + kRungs; lower++)
		{
			if (lower->usable())
			{
				fill_null_slots(&growing, *lower->raw);
			}
		}
		kernels = growing;
	}
	return &kernels;
}

namespace
{

bool
always_usable()
{
	return true;
}

#if defined(__x86_64__)

// What a CPU and its system let programs use.
struct Cpu
{
	bool known;
	bool halves;       // computes 512 bits in two halves
	uint32_t basic;    // ecx of cpuid leaf 1, 0 where the system does not keep AVX's registers
	uint32_t extended; // ebx of leaf 7, likewise; those of AVX-512 only where its registers are kept
	uint32_t more;     // ecx of leaf 7, likewise
};

// Registers that the system keeps for a program: bits of XCR0.
uint64_t
kept_registers()
{
	uint32_t low;
	uint32_t high;

	__asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
	return static_cast<uint64_t>(high) << 32 | low;
}

// The family that a CPU says it is of, from eax of cpuid leaf 1 (AMD's manual, volume 3, appendix E.3).
uint32_t
family(uint32_t signature)
{
	uint32_t base = signature >> 8 & 0xF;

	return base == 0xF ? base + (signature >> 20 & 0xFF) : base;
}

// Asks this CPU.  Intel's manual, volume 1, 14.3 and 15.2: XCR0 first, then the features.
Cpu
ask_cpu()
{
	constexpr uint64_t kAvxRegisters = 0x06;
	constexpr uint64_t kAvx512Registers = 0xE6;
	constexpr uint32_t kAvx512 = bit_AVX512F | bit_AVX512BW | bit_AVX512DQ | bit_AVX512VL;
	constexpr uint32_t kZen5 = 26; // a family
	Cpu cpu = {true, false, 0, 0, 0};
	uint32_t last;
	uint32_t vendor;
	uint32_t basic;
	uint32_t extended;
	uint32_t more;
	uint32_t a;
	uint32_t c;
	uint32_t d;

	__cpuid(0, last, vendor, c, d);
	__cpuid(1, a, d, basic, c);
	cpu.halves = vendor == signature_AMD_ebx && family(a) < kZen5;
	if (last < 7 || (basic & bit_OSXSAVE) == 0)
	{
		return cpu;
	}

	uint64_t kept = kept_registers();

	__cpuid_count(7, 0, a, extended, more, d);
	if ((kept & kAvxRegisters) == kAvxRegisters)
	{
		bool wide = (kept & kAvx512Registers) == kAvx512Registers;

		cpu.basic = basic;
		cpu.extended = wide ? extended : extended & ~kAvx512;
		cpu.more = wide ? more : 0;
	}
	return cpu;
}

// Of what ask_cpu() told the first time.
const Cpu &
this_cpu()
{
	static Cpu cpu;

	if (!cpu.known)
	{
		cpu = ask_cpu();
	}
	return cpu;
}

bool
has(uint32_t features, uint32_t wanted)
{
	return (features & wanted) == wanted;
}

// Every CPU with AVX2 has F16C; a hypervisor may hide it.
bool
avx2_usable()
{
	return has(this_cpu().extended, bit_AVX2) && has(this_cpu().basic, bit_F16C | bit_POPCNT);
}

bool
avx512_usable()
{
	return avx2_usable() &&
	       has(this_cpu().extended, bit_AVX512F | bit_AVX512BW | bit_AVX512DQ | bit_AVX512VL);
}

// A CPU that computes 512 bits in two halves (AMD's Zen 4) reads memory faster in 256 bits (see the README).
bool
avx512_wide_usable()
{
	return avx512_usable() && !this_cpu().halves;
}

bool
avx512_vnni_usable()
{
	return avx512_usable() && has(this_cpu().more, bit_AVX512VNNI);
}

bool
avx512_popcount_usable()
{
	return avx512_usable() && has(this_cpu().more, bit_AVX512VPOPCNTDQ);
}

#endif

// The highest usable rung of a level, or null.
const Rung *
find_rung(Level level)
{
	for (const Rung &rung : kLadder)
	{
		if (rung.raw->level == level && rung.usable())
		{
			return &rung;
		}
	}
	return nullptr;
}

template <typename Slot>
void
fill_slot(Slot *slot, Slot lower)
{
	if (*slot == nullptr)
	{
		*slot = lower;
	}
}

} // namespace

void
fill_null_slots(Kernels *kernels, const Kernels &lower)
{
	fill_slot(&kernels->dot_f32, lower.dot_f32);
	fill_slot(&kernels->l2sq_f32, lower.l2sq_f32);
	fill_slot(&kernels->l1_f32, lower.l1_f32);
	fill_slot(&kernels->norm2_f32, lower.norm2_f32);
	fill_slot(&kernels->dot_norms_f32, lower.dot_norms_f32);
	fill_slot(&kernels->dot_f32_rows, lower.dot_f32_rows);
	fill_slot(&kernels->l2sq_f32_rows, lower.l2sq_f32_rows);
	fill_slot(&kernels->l1_f32_rows, lower.l1_f32_rows);
	fill_slot(&kernels->norm2_f32_rows, lower.norm2_f32_rows);
	fill_slot(&kernels->dot_f32_tile, lower.dot_f32_tile);
	fill_slot(&kernels->dot_f16, lower.dot_f16);
	fill_slot(&kernels->l2sq_f16, lower.l2sq_f16);
	fill_slot(&kernels->l1_f16, lower.l1_f16);
	fill_slot(&kernels->dot_norms_f16, lower.dot_norms_f16);
	fill_slot(&kernels->f16_to_f32, lower.f16_to_f32);
	fill_slot(&kernels->f32_to_f16, lower.f32_to_f16);
	fill_slot(&kernels->dot_i8, lower.dot_i8);
	fill_slot(&kernels->dot_i8_rows, lower.dot_i8_rows);
	fill_slot(&kernels->fastscan_bounds, lower.fastscan_bounds);
	fill_slot(&kernels->dot_u4, lower.dot_u4);
	fill_slot(&kernels->hamming, lower.hamming);
	fill_slot(&kernels->overlap, lower.overlap);
	fill_slot(&kernels->sign_bits_f32, lower.sign_bits_f32);
	fill_slot(&kernels->fastscan_table, lower.fastscan_table);
	fill_slot(&kernels->residual_sums_f32, lower.residual_sums_f32);
	fill_slot(&kernels->fht_f32, lower.fht_f32);
	fill_slot(&kernels->flip_signs_f32, lower.flip_signs_f32);
	fill_slot(&kernels->scale_f32, lower.scale_f32);
	fill_slot(&kernels->kac_f32, lower.kac_f32);
}

} // namespace vecsim::kernels
