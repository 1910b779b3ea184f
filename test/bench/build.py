"""Building indexes: time beside pgvector's ivfflat, and the memory of the processes that build."""
import os
import threading
import time

import numpy

import sides
from server import execute, scalar

WORK_MEMORY_MB = 64
SLACK_MB = 16
SAMPLE_SECONDS = 0.005


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


def builder(bench, config):
    """A fresh connection set up to build an index."""
    return bench.server.connect(f"SET search_path = public, {config.side.schema}",
                                f"SET maintenance_work_mem = '{WORK_MEMORY_MB}MB'",
                                f"SET max_parallel_maintenance_workers = {bench.workers}")


def build_seconds(bench, config):
    """Seconds of one CREATE INDEX, on a warm table, right after a checkpoint; the index is dropped again."""
    execute(bench.control, "CHECKPOINT")
    connection = builder(bench, config)
    scalar(connection, f"SELECT count(v) FROM {config.side.table}")
    start = time.perf_counter()
    execute(connection, config.create("bench_build"))
    seconds = time.perf_counter() - start
    execute(connection, "DROP INDEX bench_build")
    connection.close()
    return seconds


def build_memory(bench, config):
    """Peak of the anonymous memory of all building processes above that of the idle backend before, in MB."""
    connection = builder(bench, config)
    scalar(connection, f"SELECT count(v) FROM {config.side.table}")
    leader = scalar(connection, "SELECT pg_backend_pid()")
    idle = rss_anon(leader)
    sampler = MemorySampler(bench.server.pid, leader)
    sampler.start()
    execute(connection, config.create("bench_build"))
    sampler.stop()
    execute(connection, "DROP INDEX bench_build")
    connection.close()
    return (sampler.peak - idle) / 2**20, sampler


def measure_build(bench):
    """Time and memory of builds with the same number of workers, interleaved."""
    bench.results.part(f"builds, max_parallel_maintenance_workers = {bench.workers}, maintenance_work_mem = "
                       f"{WORK_MEMORY_MB} MB")
    configs = [config for config in bench.configs() if config is not sides.HNSW]
    seconds = {config.key: [] for config in configs}
    for _ in range(bench.rounds):
        for config in configs:
            seconds[config.key].append(build_seconds(bench, config))
    for config in configs:
        bench.results.add(f"build {config.key}", numpy.median(seconds[config.key]), "s",
                          note="rounds " + " ".join(f"{value:.2f}" for value in seconds[config.key]))
    for config in configs:
        if config.side is sides.VECSIM and sides.IVFFLAT.key in seconds:
            ratios = numpy.array(seconds[config.key]) / numpy.array(seconds[sides.IVFFLAT.key])
            bar = 1.0 if config in (sides.SQ8_340, sides.FLAT_340) else None
            bench.results.add(f"build time {config.key} / ivfflat-340", numpy.median(ratios), "x",
                              at_most=bar, note="rounds " + " ".join(f"{ratio:.2f}" for ratio in ratios))
    for config in configs:
        peak, sampler = build_memory(bench, config)
        bar = WORK_MEMORY_MB + SLACK_MB if config.side is sides.VECSIM else None
        bench.results.add(f"anonymous memory of build {config.key}", peak, "MB", at_most=bar,
                          note=f"{sampler.most_workers} workers, {sampler.samples} samples")
