#!/usr/bin/env python3
"""make bench: measures vecsim, beside pgvector where that is installed, on real sentence embeddings.

Starts its own server, loads the same rows into a table a side, and prints every number with its bar.  Writes
bench.md, bench.json and recall-qps.png to build/bench.  Exits with 1 when a bar is missed.
"""
import argparse
import os
import signal
import sys

import build
import cancel
import dataset
import exact
import results
import search
import server
import sides
from client import Client, build_client
from server import scalar

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
PARTS = {
    "recall": search.measure_recall,
    "sq8": search.measure_sq8,
    "exact": exact.measure_exact,
    "speed": search.measure_speed,
    "build": build.measure_build,
    "cancel": cancel.measure_cancel,
}


class Bench:
    """What the parts share: the server, one stopwatch connection a side, the data, and where results go."""

    def __init__(self, running, options, directory):
        self.server = running
        self.results = results.Results()
        self.data = dataset.load(options.data, options.rows, 100 if options.quick else None)
        self.timed = self.data.spread(100 if options.quick else 500)
        self.rounds = options.rounds or (2 if options.quick else 5)
        self.cancels = options.cancels or (10 if options.quick else 100)
        self.workers = options.workers
        self.goals = [float(goal) for goal in options.goals.split(",")]
        self.wanted = options.configs.split(",") if options.configs else None
        self.control = running.connect()
        self.sides = [side for side in (sides.VECSIM, sides.PGVECTOR) if sides.available(self.control, side)]
        self.scratch = directory
        self.clients = {}

    def client(self, side):
        """The stopwatch connection of a side."""
        if side not in self.clients:
            client = Client(build_client(self.scratch), self.server.conninfo, self.scratch)
            client.sql(*side.setup)
            self.clients[side] = client
        return self.clients[side]

    def use(self, config):
        """Makes one index the only one of its table that is used, building it if need be."""
        sides.ensure_index(self.control, config)
        sides.use_index(self.control, config)

    def configs(self):
        """The configurations to measure, theirs before ours."""
        return [config for config in sides.THEIRS + sides.OURS
                if config.side in self.sides and (not self.wanted or config.key in self.wanted)]

    def close(self):
        """Closes all connections."""
        for client in self.clients.values():
            client.close()
        self.control.close()


def facts(bench):
    """Writes down the machine, the settings, and loads both sides."""
    results.machine_facts(bench.results)
    bench.results.fact("server", scalar(bench.control, "SELECT version()"))
    for name in server.SETTINGS:
        if name != "listen_addresses":
            bench.results.fact(name, scalar(bench.control, "SELECT current_setting(%s)", (name,)))
    n, dim = bench.data.base.shape
    bench.results.fact("data", f"{bench.data.name}: {n} x {dim}")
    bench.results.fact("queries", f"{len(bench.data.queries)} for recall, {len(bench.timed.queries)} timed")
    bench.results.fact("rounds", bench.rounds)
    for side in bench.sides:
        version = sides.load_side(bench.control, side, bench.data.base, bench.timed.queries)
        bench.results.fact(side.name, version)
    if sides.VECSIM in bench.sides:
        bench.results.fact("simd", scalar(bench.control, "SELECT vecsim.vecsim_simd()"))
    if sides.PGVECTOR not in bench.sides:
        print("  pgvector is not installed (extension `vector`): measured without it", flush=True)


def arguments():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", help="directory with base.npy and queries.npy (or VECSIM_BENCH_DATA)")
    parser.add_argument("--only", default=",".join(PARTS), help="parts, of " + ", ".join(PARTS))
    parser.add_argument("--configs", help="configurations, of " + ", ".join(
        config.key for config in sides.THEIRS + sides.OURS))
    parser.add_argument("--quick", action="store_true", help="fewer queries, rounds and cancels")
    parser.add_argument("--rows", type=int, help="only so many base rows")
    parser.add_argument("--rounds", type=int, help="interleaved rounds of each timing")
    parser.add_argument("--cancels", type=int, help="cancelled builds, and cancelled scans")
    parser.add_argument("--goals", default="0.95,0.99", help="recalls at which speed is compared")
    parser.add_argument("--workers", type=int, default=2, help="max_parallel_maintenance_workers of builds")
    options = parser.parse_args()
    unknown = set(options.only.split(",")) - set(PARTS)
    if unknown:
        parser.error("unknown parts: " + ", ".join(sorted(unknown)))
    return options


def measure(bench, parts):
    """Loads both sides and measures the parts asked for, in their own order."""
    facts(bench)
    for name, measure_part in PARTS.items():
        if name in parts:
            measure_part(bench)


def main():
    """Runs the parts; the process's exit code."""
    options = arguments()
    signal.signal(signal.SIGTERM, lambda *unused: sys.exit("terminated"))  # so that the server is stopped
    directory = os.path.join(ROOT, "build", "bench")
    os.makedirs(directory, exist_ok=True)
    with server.Server() as running:
        bench = Bench(running, options, directory)
        if sides.VECSIM not in bench.sides:
            sys.exit("vecsim is not installed: run `make install` first")
        try:
            measure(bench, options.only.split(","))
        finally:
            bench.close()
            bench.results.write(directory)  # what there is, when it is broken off
    failed = bench.results.failed()
    print("\n" + (f"{len(failed)} bars missed: " + "; ".join(failed) if failed else "every bar reached"))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
