#!/usr/bin/env python3
"""make bench: measures vecsim, beside pgvector and FAISS where installed, on real sentence embeddings.

Starts its own server, loads the same rows into a table a side, and prints every number with its bar.  Writes
bench.md, bench.json, recall-qps.png, build.png and size.png to build/bench.  Exits with 1 when a bar is
missed.  With --dim the rows are made, of any number and dimension (synthetic.py).  An index is built when a
part needs it.
"""
import argparse
import os
import signal
import sys

import attention
import build
import cancel
import clients
import dataset
import exact
import exact_index
import faiss_peer
import index_time
import kept
import memory
import mips
import profile_query
import results
import search
import server
import sides
import synthetic
import type_recall
import writes
from client import Client, build_client
from server import scalar

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")


PARTS = {
    "indexes": build.measure_sizes,
    "synthetic": synthetic.measure_share,
    "exact": exact.measure_exact,  # before builds, which read the table in random order and so scatter its buffers
    "attention": attention.measure_attention,
    "recall": search.measure_recall,
    "sq8": search.measure_sq8,
    "speed": search.measure_speed,
    "index_time": index_time.measure_index_time,
    "faiss": faiss_peer.measure_faiss,
    "exact_index": exact_index.measure_exact_index,
    "mips": mips.measure_mips,
    "types": type_recall.measure_types,
    "clients": clients.measure_clients,
    "first_query": clients.measure_first_query,
    "profile": profile_query.measure_profile,
    "growth": memory.measure_growth,
    "build": build.measure_build,
    "memory": build.measure_memory,
    "cancel": cancel.measure_cancel,
    "cold": memory.measure_cold,
    "inserts": writes.measure_inserts,  # from here on the tables change
    "vacuum": writes.measure_vacuum,
}


class Bench:
    """What the parts share: the server, one stopwatch connection a side, the data, and where results go."""

    def __init__(self, running, options, directory):
        self.server, self.options = running, options
        self.results = results.Results()
        most = options.queries or (100 if options.quick else None)
        self.data = dataset.load(options, directory, most)
        self.complete = not options.rows and not options.dim and self.data.name == "wordnet"
        self.timed = self.data.spread(most or 500)
        self.rounds = options.rounds or (2 if options.quick else 5)
        self.cancels = options.cancels or (10 if options.quick else 100)
        self.workers = options.workers
        self.goals = [float(goal) for goal in options.goals.split(",")]
        self.wanted = options.configs.split(",") if options.configs else None
        self.control = running.connect()
        self.kept = kept.Kept(self.control)
        self.sides = [side for side in (sides.VECSIM, sides.PGVECTOR)
                      if sides.available(self.control, side) and self.wants(side)]
        self.scratch = directory
        self.clients = {}
        self.sweeps = {}  # by configuration: what search.fastest() has measured

    def wants(self, side):
        """Whether the configurations asked for are some of the side's: else it need not be loaded."""
        return not self.wanted or any(config.key in self.wanted and config.side is side
                                      for config in sides.THEIRS + sides.OURS)

    def client(self, side):
        """The stopwatch connection of a side."""
        if side not in self.clients:
            client = Client(build_client(self.scratch), self.server.conninfo, self.scratch)
            client.sql(*side.setup)
            self.clients[side] = client
        return self.clients[side]

    def use(self, config):
        """Makes one index the only one of its table that is used, building it if need be."""
        sides.ensure_index(self.kept, config)
        sides.use_index(self.control, config)

    def configs(self):
        """The configurations to measure, theirs before ours."""
        return [config for config in sides.THEIRS + sides.OURS
                if config.side in self.sides and (not self.wanted or config.key in self.wanted)
                and self.data.base.shape[1] <= config.most_dimensions]

    def main(self):
        """The two that are compared where all would take too long: hnsw, if it is there, and our default."""
        return [config for config in (sides.HNSW, sides.RABITQ) if config in self.configs()]

    def restart(self, **settings):
        """Restarts the server with other settings and opens the connections again when they are needed."""
        self.close()
        self.clients = {}
        self.server.restart(**settings)
        self.control = self.server.connect()
        self.kept = kept.Kept(self.control)

    def close(self):
        """Closes all connections."""
        for client in self.clients.values():
            client.close()
        self.control.close()


def facts(bench):
    """Writes down the machine, the settings, and loads both sides."""
    results.machine_facts(bench.results)
    bench.results.fact("server", scalar(bench.control, "SELECT version()"))
    for name in bench.server.settings:
        if name != "listen_addresses":
            bench.results.fact(name, scalar(bench.control, "SELECT current_setting(%s)", (name,)))
    n, dim = bench.data.base.shape
    sides.Rows.memory = bench.options.build_memory
    bench.results.fact("data", f"{bench.data.name}: {n} x {dim}")
    bench.results.fact("queries", f"{len(bench.data.queries)} for recall, {len(bench.timed.queries)} timed")
    bench.results.fact("rounds", bench.rounds)
    for side in bench.sides:
        version = sides.load_side(bench.kept, side, bench.data, bench.timed.queries, bench.options.plain)
        bench.results.fact(side.name, version)
        if bench.options.keep:
            sides.warm(bench.control, side)
    if sides.VECSIM in bench.sides:
        bench.results.fact("simd", scalar(bench.control, "SELECT vecsim.vecsim_simd()"))
    if not sides.available(bench.control, sides.PGVECTOR):
        print("  pgvector is not installed (extension `vector`): measured without it", flush=True)


def arguments():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", help="directory with base.npy and queries.npy (or VECSIM_BENCH_DATA)")
    parser.add_argument("--out", help="directory for the report and the plots instead of build/bench")
    parser.add_argument("--only", default=",".join(list(PARTS)[1:]),
                        help="parts, of " + ", ".join(PARTS))
    parser.add_argument("--configs", help="configurations, of " + ", ".join(
        config.key for config in sides.THEIRS + sides.OURS))
    parser.add_argument("--quick", action="store_true", help="fewer queries, rounds and cancels")
    parser.add_argument("--rows", type=int, help="only so many base rows")
    parser.add_argument("--dim", type=int, help="made rows of so many dimensions, --rows of them")
    parser.add_argument("--shape", default="", help="their shape, as name=value,... of synthetic.Shape")
    parser.add_argument("--plain", action="store_true", help="vectors in the table, not beside it (TOAST)")
    parser.add_argument("--shared-buffers", default="2GB", help="tables and indexes should fit")
    parser.add_argument("--faiss-python", help="interpreter that has FAISS (or VECSIM_BENCH_FAISS_PYTHON)")
    parser.add_argument("--keep", metavar="DIR", help="keep the server there, and take up what an earlier run "
                        "kept: rows and indexes that would be made the same are not made again")
    parser.add_argument("--queries", type=int, help="only so many of each kind, for recall and timed")
    parser.add_argument("--precision", type=float, default=0, help="share by which a setting may be larger than the "
                        "smallest that reaches a recall: .05 saves a third of a sweep")
    parser.add_argument("--torch-python", help="interpreter that has PyTorch (or VECSIM_BENCH_TORCH_PYTHON)")
    parser.add_argument("--rounds", type=int, help="interleaved rounds of each timing")
    parser.add_argument("--cancels", type=int, help="cancelled builds, and cancelled scans")
    parser.add_argument("--goals", default="0.95,0.99", help="recalls at which speed is compared")
    parser.add_argument("--build-memory", default="64MB", help="maintenance_work_mem of builds of ours")
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
    out = options.out or directory
    for each in (directory, out):
        os.makedirs(each, exist_ok=True)
    with server.Server({"shared_buffers": options.shared_buffers}, options.keep) as running:
        bench = Bench(running, options, directory)
        if not sides.available(bench.control, sides.VECSIM):
            sys.exit("vecsim is not installed: run `make stage` or `make install` first")
        try:
            measure(bench, options.only.split(","))
        finally:
            bench.close()
            bench.results.write(out)  # what there is, when it is broken off
    failed = bench.results.failed()
    print("\n" + (f"{len(failed)} bars missed: " + "; ".join(failed) if failed else "every bar reached"))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
