// ivf_plan.cpp - how many lists an index gets, and how k-means finds them within maintenance_work_mem.
//
// All of the sample at once where that fits, with fewer rows a list where it must be; else in groups (ivf_groups.cpp);
// and fewer lists where not even that fits.
#include "pg/pg.h"

#include "core/kmeans.h"
#include "ivf/ivf_build.h"
#include "ivf/ivf_options.h"

#include <cmath>

namespace vecsim::ivf
{

static constexpr double kRowsPerList = 64;      // sample rows a centroid, where memory allows
static constexpr double kLeastRowsPerList = 16; // and where it does not, before another way is taken
static constexpr double kSmaller = 0.9;         // steps in which numbers become smaller

static bool plan_whole(const Build &build, double rows, double lists, Size memory, double *sample);
static bool plan_groups(const Build &build, double rows, double lists, Size memory, Groups *groups,
                        double *sample);
static bool plan_coarse(const Build &build, double rows, uint32 count, Size memory, double *sample);
static bool assign_fits(const Build &build, double lists, Size memory);
static Size memory_needed(const Build &build, double sample, double lists);
static Size memory_that_is_enough(const Build &build, double rows, double lists);

Size
memory_of(Size maintenance)
{
	constexpr Size kThreads = 64; // one part of so many

	return maintenance - maintenance / kThreads;
}

// 4 sqrt(rows) lists but at least 32 rows each, unless the user has chosen.
void
plan_build(Build &build, double rows)
{
	int asked = options_lists(build.relation);
	double lists = asked > 0 ? asked : Max(1.0, Min(std::round(4 * std::sqrt(rows)), std::floor(rows / 32)));
	double sample = Min(rows, lists * kRowsPerList);

	build.groups = {};
	while (!plan_whole(build, rows, lists, build.memory, &sample) &&
	       !plan_groups(build, rows, lists, build.memory, &build.groups, &sample))
	{
		if (asked > 0)
		{
			ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			                errmsg("memory required is %zu MB, maintenance_work_mem is %d MB",
			                       memory_that_is_enough(build, rows, lists) / (1024 * 1024) + 1,
			                       maintenance_work_mem / 1024),
			                errdetail("k-means for %d lists of %u dimensions needs it.", asked, build.dim),
			                errhint("Increase maintenance_work_mem, or leave the option \"lists\" at 0 for a "
			                        "number that fits.")));
		}
		if (lists <= 1)
		{
			sample = Min(rows, kLeastRowsPerList); // nothing is left to save
			break;
		}
		lists = Max(1.0, std::floor(lists * kSmaller));
	}
	build.lists = static_cast<uint32>(lists);
	build.sample_room = static_cast<Size>(Max(1.0, std::ceil(sample)));
}

// Does k-means of the whole sample fit, and of how many rows?
static bool
plan_whole(const Build &build, double rows, double lists, Size memory, double *sample)
{
	double least = Min(rows, lists * kLeastRowsPerList);

	*sample = Min(rows, lists * kRowsPerList);
	while (memory_needed(build, *sample, lists) > memory && *sample * kSmaller >= least)
	{
		*sample *= kSmaller;
	}
	return memory_needed(build, *sample, lists) <= memory;
}

// Does k-means in groups fit, and so do the steps after it?  In how many groups, found from how many rows?
//
// While one group is clustered there are the centroids of all lists, the sort that rows come from, and the group.  An
// average group takes half of what is left: some are larger.
static bool
plan_groups(const Build &build, double rows, double lists, Size memory, Groups *groups, double *sample)
{
	constexpr double kLeastGroups = 16;
	constexpr double kMargin = 2;
	constexpr Size kLeastSort = 65536;
	Size vector = build.place_dim * sizeof(float);
	Size bias = 2 * sizeof(float); // and length
	Size sort = Max(memory / 4, kLeastSort);
	Size taken = pg::add_size_checked(sort, pg::mul_size_checked(static_cast<Size>(lists), vector + bias));
	double least = Min(rows, lists * kLeastRowsPerList);

	if (taken >= memory || !assign_fits(build, lists, memory))
	{
		return false;
	}
	for (double all = Min(rows, lists * kRowsPerList); all >= least; all *= kSmaller)
	{
		double needed = static_cast<double>(memory_needed(build, all, lists));
		double count = std::ceil(kMargin * needed / static_cast<double>(memory - taken));

		count = Max(count, kLeastGroups);
		if (2 * count <= lists && plan_coarse(build, rows, static_cast<uint32>(count), memory, sample))
		{
			*groups = {static_cast<uint32>(count), all / rows, memory - taken, sort};
			return true;
		}
	}
	return false;
}

// Can so many groups be found by k-means in memory, of which nothing else is taken then, and from how many rows?
static bool
plan_coarse(const Build &build, double rows, uint32 count, Size memory, double *sample)
{
	constexpr double kRowsPerGroup = 256;
	double fit = static_cast<double>(plan_rows_that_fit(build, memory, count));

	*sample = Min(Min(rows, count * kRowsPerGroup), fit);
	return *sample >= Min(rows, count * kLeastRowsPerList);
}

Size
plan_rows_that_fit(const Build &build, Size bytes, Size k)
{
	constexpr Size kAlignments = 1024; // between the arrays of k-means
	Size row = build.place_dim * sizeof(float) + sizeof(uint32) + sizeof(float);
	Size fixed = pg::add_size_checked(core::kmeans_work_bytes(1, build.place_dim, k, 1), kAlignments);

	return bytes > fixed ? (bytes - fixed) / row : 0;
}

// Do the centroids leave enough memory for giving rows their lists (ivf_assign.cpp)?  An eighth is enough for batches
// and the sort; with two-level codes centroids are held twice and have codes.
static bool
assign_fits(const Build &build, double lists, Size memory)
{
	Size k = static_cast<Size>(lists);
	bool two = build.quantizer->two_level != nullptr;
	Size centroid = build.place_dim * sizeof(float) * (two ? 2 : 1) + 2 * sizeof(float) + 2 * sizeof(uint64);
	Size codes = two ? core::prefilter_bytes(k, build.place_dim, 1) : 0;

	return pg::add_size_checked(pg::mul_size_checked(k, centroid), codes) <= memory - memory / 8;
}

// Bytes that a sample, its k-means and the centroids take, threads but one apart.
static Size
memory_needed(const Build &build, double sample, double lists)
{
	Size n = static_cast<Size>(Max(1.0, std::ceil(sample)));
	Size k = Min(n, static_cast<Size>(lists));
	Size vectors = pg::mul_size_checked(pg::add_size_checked(n, k),
	                                    pg::mul_size_checked(build.place_dim, sizeof(float)));

	return pg::add_size_checked(vectors, core::kmeans_work_bytes(n, build.place_dim, k, 1));
}

// What maintenance_work_mem would have to be for so many lists: about, and rather more.
static Size
memory_that_is_enough(const Build &build, double rows, double lists)
{
	constexpr Size kStep = 16; // one part of so many
	Size maintenance = static_cast<Size>(maintenance_work_mem) * 1024;
	double sample;
	Groups groups;

	while (!plan_whole(build, rows, lists, memory_of(maintenance), &sample) &&
	       !plan_groups(build, rows, lists, memory_of(maintenance), &groups, &sample))
	{
		maintenance = pg::add_size_checked(maintenance, maintenance / kStep);
	}
	return maintenance;
}

} // namespace vecsim::ivf
