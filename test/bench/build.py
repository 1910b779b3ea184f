"""Building indexes: time, memory of the processes that build, WAL and size, beside pgvector's."""
import threading
import time
from dataclasses import replace

import numpy

import sides
from index_time import measure_pair
from search import fastest, time_lateral, told
from server import execute, scalar, wal_position

SLACK_MB = 16
SAMPLE_SECONDS = 0.005
BARS_FASTER = {"hnsw": 10, "ivfflat": 1.5}
BAR_HNSW_SIZE, BAR_RAW = 0.25, 0.3
LARGE_SECONDS = 60  # of a build of 1,000,000 x 768
DEFAULT_MEMORY, PLENTY = "64MB", "512MB"
MEMORY_GOAL = 0.95
BAR_LITTLE = 1.2


def rss_anon(pid):
    """Anonymous resident memory of a process in bytes, 0 when it is gone."""
    try:
        with open(f"/proc/{pid}/status", encoding="ascii") as file:
            for line in file:
                if line.startswith("RssAnon:"):
                    return int(line.split()[1]) * 1024
    except (FileNotFoundError, ProcessLookupError):
        pass
    return 0


def workers_of(postmaster, leader, known):
    """Process ids of the leader's parallel workers.  `known` remembers of each child whether it is one."""
    with open(f"/proc/{postmaster}/task/{postmaster}/children", encoding="ascii") as file:
        children = file.read().split()
    for child in children:
        if child in known:
            continue
        try:
            with open(f"/proc/{child}/cmdline", "rb") as file:
                title = file.read()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if b"parallel worker" in title:
            known[child] = f"PID {leader}".encode() in title
        elif b"postgres:" in title:
            known[child] = False
    return [child for child in children if known.get(child)]


class MemorySampler(threading.Thread):
    """Samples the anonymous memory of a backend and its parallel workers until stopped."""

    def __init__(self, postmaster, leader):
        super().__init__()
        self.postmaster, self.leader = postmaster, leader
        self.over = threading.Event()
        self.peak = 0
        self.samples = 0
        self.most_workers = 0

    def run(self):
        known = {}
        while not self.over.wait(SAMPLE_SECONDS):
            workers = workers_of(self.postmaster, self.leader, known)
            total = rss_anon(self.leader) + sum(rss_anon(pid) for pid in workers)
            self.peak = max(self.peak, total)
            self.samples += 1
            self.most_workers = max(self.most_workers, len(workers))

    def stop(self):
        """Ends the sampling."""
        self.over.set()
        self.join()


def builder(bench, config, memory):
    """A fresh connection set up to build an index, on a warm table."""
    connection = bench.server.connect(f"SET search_path = public, {config.side.schema}",
                                      f"SET maintenance_work_mem = '{memory}'",
                                      f"SET max_parallel_maintenance_workers = {bench.workers}")
    scalar(connection, f"SELECT count(v) FROM {config.side.table}")
    return connection


def build_once(bench, config, memory):
    """One CREATE INDEX right after a checkpoint: seconds, WAL and index bytes, and the sampled memory.

    Memory, in MB, is that of the leader and its workers above the idle backend before.  The index is dropped.
    """
    execute(bench.control, "CHECKPOINT")
    connection = builder(bench, config, memory)
    leader = scalar(connection, "SELECT pg_backend_pid()")
    idle = rss_anon(leader)
    sampler = MemorySampler(bench.server.pid, leader)
    before = wal_position(connection)
    sampler.start()
    start = time.perf_counter()
    execute(connection, config.create("bench_build"))
    seconds = time.perf_counter() - start
    sampler.stop()
    found = {"seconds": seconds, "wal": wal_position(connection) - before,
             "MB": (sampler.peak - idle) / 2**20, "workers": sampler.most_workers,
             "bytes": scalar(connection, "SELECT pg_relation_size('bench_build')")}
    execute(connection, "DROP INDEX bench_build")
    connection.close()
    return found


def measure_build(bench):
    """Time, memory, WAL and size of builds with as many workers each, interleaved; hnsw once, it is slow.

    Two minutes on 115,648 x 384, one of them hnsw; at 1,000,000 x 768 hnsw takes about half an hour.
    """
    bench.results.part(f"builds, max_parallel_maintenance_workers = {bench.workers}")
    configs = bench.configs()
    found = {config.key: [] for config in configs}
    for number in range(bench.rounds):
        for config in configs:
            if config is not sides.HNSW or number == 0:
                found[config.key].append(build_once(bench, config, config.build_memory))
    for config in configs:
        report(bench, config, found[config.key])
    for config in configs:
        if config.side is sides.VECSIM:
            compare(bench, config, found)


def report(bench, config, found):
    """One configuration's builds."""
    seconds = numpy.median([one["seconds"] for one in found])
    raw = sides.Rows.n * sides.Rows.dim * 4
    memory = config.build_memory
    add = bench.results.add
    at_most = LARGE_SECONDS if large(bench) and config is sides.RABITQ else None
    add(f"{config.key}: build", seconds, "s", at_most=at_most, note=f"maintenance_work_mem {memory}; rounds "
        + " ".join(f"{one['seconds']:.2f}" for one in found))
    bar = megabytes(memory) + SLACK_MB if config.side is sides.VECSIM else None
    add(f"{config.key}: anonymous memory", max(one["MB"] for one in found), "MB", at_most=bar,
        note=f"{max(one['workers'] for one in found)} parallel workers"
             + ("; its graph is in shared memory then, not counted" if config is sides.HNSW else ""))
    add(f"{config.key}: WAL", found[0]["wal"] / 2**20, "MB",
        note=f"{found[0]['wal'] / found[0]['bytes']:.2f} times the index")
    add(f"{config.key}: index / raw vectors", found[0]["bytes"] / raw, "x",
        at_most=BAR_RAW if config is sides.RABITQ else None, note=f"{found[0]['bytes'] / 2**20:.1f} MB")
    bench.results.chart("build", config.key, seconds)
    bench.results.chart("size", config.key, found[0]["bytes"] / 2**20)


def compare(bench, config, found):
    """One of ours beside each peer: build time in pairs of a round, and size."""
    ours = found[config.key]
    for peer in (sides.IVFFLAT, sides.HNSW):
        theirs = found.get(peer.key)
        if not theirs:
            continue
        ratios = [a["seconds"] / b["seconds"] for a, b in zip(theirs, ours)]
        bar = BARS_FASTER[peer.key] if config is sides.RABITQ and (bench.complete or large(bench)) else None
        bench.results.add(f"{config.key} builds faster than {peer.key}", numpy.median(ratios), "x",
                          at_least=bar, note="rounds " + " ".join(f"{ratio:.2f}" for ratio in ratios))
        bar = BAR_HNSW_SIZE if config is sides.RABITQ and peer is sides.HNSW else None
        bench.results.add(f"{config.key}: index / {peer.key}'s", ours[0]["bytes"] / theirs[0]["bytes"], "x",
                          at_most=bar)


def measure_sizes(bench):
    """Builds what --configs names and tells its size alone: with --keep, the next run finds the indexes there."""
    bench.results.part("indexes, untimed")
    sizes = {}
    for config in bench.configs():
        bench.use(config)
        sizes[config.key] = scalar(bench.control, "SELECT pg_relation_size(%s::regclass)",
                                   ("public." + config.index,))
        raw = sizes[config.key] / (sides.Rows.n * sides.Rows.dim * 4)
        bench.results.add(f"{config.key}: index / raw vectors", raw, "x", note=f"{sizes[config.key] / 2**20:.1f} MB",
                          at_most=BAR_RAW if config is sides.RABITQ else None)
    if len(bench.main()) == 2:
        bench.results.add("rabitq: index / hnsw's", sizes["rabitq"] / sizes["hnsw"], "x", at_most=BAR_HNSW_SIZE)


def large(bench):
    """Whether the data are those of the bar on build time: a million rows of 768 dimensions."""
    return bench.data.base.shape == (1000000, 768)


def megabytes(memory):
    """A setting such as 64MB or 2GB in megabytes."""
    return int(memory[:-2]) * {"MB": 1, "GB": 1024}[memory[-2:]]


def measure_memory(bench):
    """Index time at recall .95 of an index built in the default memory against one built in plenty.

    Two builds and their sweeps: a minute on 115,648 x 384.
    """
    bench.results.part(f"index built with {DEFAULT_MEMORY} of maintenance_work_mem against {PLENTY}")
    configs = [replace(sides.RABITQ, key=f"rabitq-{memory}", memory=memory)
               for memory in (PLENTY, DEFAULT_MEMORY)]
    pairs = [(config, fastest(bench, config, MEMORY_GOAL)) for config in configs]
    if not all(point for _, point in pairs):
        bench.results.missing(f"recall {MEMORY_GOAL} is not reached")
        return
    plenty, little = measure_pair(bench, *pairs, time_lateral)
    for (config, point), times in zip(pairs, (plenty, little)):
        bench.results.add(f"{config.key} at {MEMORY_GOAL}, index time", numpy.median(times[:, 0]),
                          "us a query", note=told(point))
        if not bench.options.keep:
            bench.kept.drop_index(config)
    bench.results.add("built in little memory, slower", numpy.median(little[:, 0] / plenty[:, 0]), "x",
                      at_most=BAR_LITTLE)
