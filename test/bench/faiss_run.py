#!/usr/bin/env python3
"""The library yardstick: FAISS indexes in this process, one thread a search, over the arrays in a directory.

Run by faiss_peer.py under an interpreter that has FAISS:  faiss_run.py DIRECTORY GOALS.  DIRECTORY holds
base.npy and queries.npy (float32, unit length), kind.npy and neighbours.npy.  Prints one line of JSON a
configuration: key, build seconds, and for each goal the fastest setting, its recall and microseconds a query.
Then answers each line of its input, a goal, by the microseconds a query of the fastest IVF at that goal, measured
now: so that another program can take turns with it.
"""
import json
import math
import os
import sys
import time

import faiss
import numpy

K = 10
REFINE = (2, 5, 10, 20)
ROUNDS = 3


def factories(n, dim):
    """Descriptions of the indexes, by key."""
    root = max(1, round(math.sqrt(n)))
    pieces = dim // 2
    keys = [f"IVF{root},Flat", f"IVF{root},PQ{pieces}x4fs,RFlat", f"IVF{2 * root},PQ{pieces}x4fs,RFlat"]
    if hasattr(faiss, "IndexIVFRaBitQFastScan"):
        keys.append(f"IVF{root},RaBitQfs,RFlat")
    elif hasattr(faiss, "IndexIVFRaBitQ"):
        keys.append(f"IVF{root},RaBitQ,RFlat")
    return keys + ["HNSW16,Flat"]


def build(key, base):
    """(index, seconds), on all processors."""
    faiss.omp_set_num_threads(os.cpu_count())
    start = time.perf_counter()
    index = faiss.index_factory(base.shape[1], key, faiss.METRIC_INNER_PRODUCT)
    index.train(base)
    index.add(base)
    return index, time.perf_counter() - start


class Search:
    """An index under a setting, asked one query at a time, past Python's wrappers of the library."""

    def __init__(self, index, queries):
        self.index, self.queries = index, queries
        self.core = faiss.downcast_index(index.base_index) if hasattr(index, "base_index") else index
        self.distances = numpy.zeros((len(queries), K), dtype=numpy.float32)
        self.ids = numpy.zeros((len(queries), K), dtype=numpy.int64)

    def set(self, effort, refine):
        """nprobe or efSearch; and how many times K is refined, where that is done."""
        if isinstance(self.core, faiss.IndexHNSW):
            self.core.hnsw.efSearch = effort
        else:
            self.core.nprobe = min(effort, self.core.nlist)
        if refine:
            self.index.k_factor = refine

    def run(self):
        """(microseconds a query, ids), one query after the other on one thread."""
        faiss.omp_set_num_threads(1)
        calls = [(faiss.swig_ptr(q), faiss.swig_ptr(d), faiss.swig_ptr(i))
                 for q, d, i in zip(self.queries, self.distances, self.ids)]
        search = self.index.search_c
        start = time.perf_counter()
        for query, distance, found in calls:
            search(1, query, K, distance, found)
        return (time.perf_counter() - start) / len(calls) * 1e6, self.ids


def recall(ids, neighbours, kind):
    """Mean over the kinds of the recall@K of each."""
    hits = numpy.array([len(numpy.intersect1d(a, b[:K])) / K for a, b in zip(ids, neighbours)])
    return float(numpy.mean([hits[kind == each].mean() for each in numpy.unique(kind)]))


def cheapest(search, goal, refine, truth, seen):
    """The smallest effort that reaches a recall at a refinement: (effort, recall), or None up to the last."""
    def at(effort):
        if (effort, refine) not in seen:
            search.set(effort, refine)
            seen[effort, refine] = recall(search.run()[1], *truth)
        return seen[effort, refine]

    high = 1
    while at(high) < goal:
        if high >= 4096:
            return None
        high *= 2
    low = high // 2
    while high - low > max(1, high // 32):
        middle = (low + high) // 2
        low, high = (low, middle) if at(middle) >= goal else (middle, high)
    return high, at(high)


def measure(key, directory, goals):
    """Builds one index and finds its fastest setting for each goal: what is printed, and the index's Search."""
    base, queries, kind, neighbours = (numpy.load(os.path.join(directory, name + ".npy"), mmap_mode="r")
                                       for name in ("base", "queries", "kind", "neighbours"))
    index, seconds = build(key, numpy.ascontiguousarray(base))
    search = Search(index, numpy.ascontiguousarray(queries))
    out = {"key": key, "build": seconds, "points": {}}
    seen = {}
    for goal in goals:
        for refine in REFINE if key.endswith("RFlat") else (0,):
            found = cheapest(search, goal, refine, (neighbours, kind), seen)
            if not found:
                continue
            search.set(found[0], refine)
            us = min(search.run()[0] for _ in range(ROUNDS))
            best = out["points"].get(str(goal))
            if best is None or us < best["us"]:
                out["points"][str(goal)] = {"us": us, "recall": found[1], "effort": found[0],
                                            "refine": refine}
    return out, search


def keep_fastest(best, found, search):
    """Keeps an IVF index in memory where it is the fastest of a goal so far."""
    for goal, point in found["points"].items() if found["key"].startswith("IVF") else ():
        if goal not in best or point["us"] < best[goal][0]["us"]:
            best[goal] = (point, search)


def answer(best):
    """A time for every goal asked for."""
    for line in sys.stdin:
        point, search = best[line.strip()]
        search.set(point["effort"], point["refine"])
        search.run()
        print(json.dumps({"us": search.run()[0]}), flush=True)


def main():
    """Each configuration's line as soon as it is known, an empty one, then times."""
    directory, goals = sys.argv[1], [float(goal) for goal in sys.argv[2].split(",")]
    n, dim = numpy.load(os.path.join(directory, "base.npy"), mmap_mode="r").shape
    print(json.dumps({"version": faiss.__version__}), flush=True)
    best = {}
    for key in factories(n, dim):
        found, search = measure(key, directory, goals)
        keep_fastest(best, found, search)
        del search
        print(json.dumps(found), flush=True)
    print(flush=True)
    answer(best)


if __name__ == "__main__":
    main()
