// ivf_cluster.cpp - the centroids of an index: k-means of the sample, all of it at once where it fits in memory.
#include "pg/pg.h"

#include "core/kmeans.h"
#include "ivf/ivf_build.h"

namespace vecsim::ivf
{

void
build_cluster(Build &build)
{
	if (build.sample_n == 0)
	{
		cluster_single(build);
		return;
	}
	if (build.groups.count > 0)
	{
		build_groups(build);
		build_order(build);
		return;
	}
	build.lists = static_cast<uint32>(Min(static_cast<Size>(build.lists), build.sample_n));
	build.centroids = static_cast<float *>(
		pg::alloc_array(pg::mul_size_checked(build.lists, build.place_dim), sizeof(float)));
	build.lengths = static_cast<float *>(pg::alloc_array(build.lists, sizeof(float)));
	build_phase(kPhaseKmeans, static_cast<int64>(build.sample_n));
	build.lists =
		cluster_rows(build, {build.sample, build.sample_n, 0}, build.lists, build.centroids, build.lengths);
	cluster_mean(build);
	cluster_forget(build);
	build.bias = cluster_bias(build, build.centroids, build.lists);
	build_order(build);
}

uint32
cluster_rows(Build &build, const ClusterRows &rows, uint32 k, float *centroids, float *lengths)
{
	core::Kmeans kmeans = {};
	MemoryContext work = AllocSetContextCreate(CurrentMemoryContext, "ivf k-means", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(work);

	kmeans.samples = rows.places;
	kmeans.n = rows.n;
	kmeans.dim = build.place_dim;
	kmeans.k = k;
	kmeans.spherical = build.metric->unit_length;
	kmeans.rotated = build.quantizer->two_level != nullptr;
	kmeans.threads = build.threads;
	kmeans.centroids = centroids;
	kmeans.lengths = lengths;
	kmeans.work = pg::alloc_array(1, core::kmeans_work_bytes(kmeans.n, kmeans.dim, kmeans.k, kmeans.threads));
	MemoryContextSwitchTo(old);
	// k-means leaves the length of a cluster that stays without rows as it is.
	for (uint32 i = 0; i < k; i++)
	{
		lengths[i] = 1;
	}
	core::kmeans_begin(kmeans, random_next(build.random));
	while (core::kmeans_step(kmeans))
	{
		double done = static_cast<double>(kmeans.done) / static_cast<double>(kmeans.total);

		pgstat_progress_update_param(PROGRESS_CREATEIDX_TUPLES_DONE,
		                             static_cast<int64>(rows.before + done * static_cast<double>(rows.n)));
		CHECK_FOR_INTERRUPTS();
	}
	MemoryContextDelete(work);
	return static_cast<uint32>(kmeans.k);
}

void
cluster_forget(Build &build)
{
	MemoryContextDelete(build.sample_context);
	build.sample = nullptr;
	build.sample_n = 0;
}

void
cluster_single(Build &build)
{
	build.lists = 1;
	build.centroids = static_cast<float *>(pg::alloc_array(build.place_dim, sizeof(float)));
	build.lengths = static_cast<float *>(pg::alloc_array(1, sizeof(float)));
	memset(build.centroids, 0, build.place_dim * sizeof(float));
	build.lengths[0] = 0;
	cluster_mean(build);
	build.bias = cluster_bias(build, build.centroids, build.lists);
}

void
cluster_mean(Build &build)
{
	Size dim = build.place_dim;

	if (build.quantizer->two_level == nullptr)
	{
		return;
	}

	double *sums = static_cast<double *>(palloc0(dim * sizeof(double)));

	build.mean = static_cast<float *>(pg::alloc_array(dim, sizeof(float)));
	for (Size i = 0; i < build.sample_n; i++)
	{
		for (Size j = 0; j < dim; j++)
		{
			sums[j] += build.sample[i * dim + j];
		}
	}
	for (Size j = 0; j < dim; j++)
	{
		build.mean[j] =
			static_cast<float>(sums[j] / static_cast<double>(Max(build.sample_n, static_cast<Size>(1))));
	}
	pfree(sums);
	build.space.mean = build.mean;
}

float *
cluster_bias(const Build &build, const float *centroids, uint32 count)
{
	float *bias = static_cast<float *>(pg::alloc_array(count, sizeof(float)));

	cluster_set_bias(build, centroids, count, bias);
	return bias;
}

void
cluster_set_bias(const Build &build, const float *centroids, uint32 count, float *bias)
{
	for (uint32 i = 0; i < count; i++)
	{
		double norm2 =
			core::squared_norm(centroids + static_cast<Size>(i) * build.place_dim, build.place_dim);

		bias[i] = build.metric->unit_length ? 0 : static_cast<float>(-norm2 / 2);
	}
}

} // namespace vecsim::ivf
