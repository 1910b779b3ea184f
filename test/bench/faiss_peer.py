"""FAISS as the library yardstick: its indexes in their own process, beside our time inside one statement."""
import json
import os
import shutil
import subprocess
import sys

import numpy

import sides
from index_time import measure_one, ours_at
from search import time_lateral, told
from synthetic import CHUNK, unit

HERE = os.path.dirname(os.path.abspath(__file__))
BAR = 1.0


def interpreter(bench):
    """A Python that has FAISS, or None: the one named, or this one."""
    python = bench.options.faiss_python or os.environ.get("VECSIM_BENCH_FAISS_PYTHON") or sys.executable
    try:
        subprocess.run([python, "-c", "import faiss, numpy"], check=True, stderr=subprocess.DEVNULL)
    except (OSError, subprocess.CalledProcessError):
        return None
    return python


def hand_over(bench, directory):
    """Writes the arrays that faiss_run.py reads."""
    os.makedirs(directory, exist_ok=True)
    base = numpy.lib.format.open_memmap(os.path.join(directory, "base.npy"), mode="w+", dtype=numpy.float32,
                                        shape=tuple(bench.data.base.shape))
    for start in range(0, len(base), CHUNK):
        base[start:start + CHUNK] = unit(bench.data.base[start:start + CHUNK])
    base.flush()
    for name, array in (("queries", unit(bench.timed.queries)), ("kind", bench.timed.kind),
                        ("neighbours", bench.timed.neighbours)):
        numpy.save(os.path.join(directory, name + ".npy"), array)


def measure_faiss(bench):
    """All FAISS indexes, then ours at the same goals.  About four minutes on 115,648 x 384."""
    bench.results.part("FAISS in process, one thread, one query at a time")
    python = interpreter(bench)
    if not python:
        bench.results.missing("FAISS is not installed (pip install faiss-cpu; see --faiss-python)")
        return
    directory = os.path.join(bench.scratch, "faiss")
    hand_over(bench, directory)
    command = [python, os.path.join(HERE, "faiss_run.py"), directory, ",".join(map(str, bench.goals))]
    best = {}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            report(bench, json.loads(line), best)
    shutil.rmtree(directory)
    if process.returncode != 0:
        raise RuntimeError(f"faiss_run.py ended with {process.returncode}")
    for goal in bench.goals:
        compare(bench, goal, best.get(str(goal)))


def report(bench, found, best):
    """One line of faiss_run.py; remembers the fastest IVF of each goal in `best`."""
    if "version" in found:
        bench.results.fact("faiss", found["version"])
        return
    key = found["key"]
    bench.results.add(f"{key}, build", found["build"], "s")
    bench.results.chart("build", f"faiss {key}", found["build"])
    for goal, point in found["points"].items():
        bench.results.add(f"{key} at {goal}", point["us"], "us a query",
                          note=f"effort {point['effort']}, refined {point['refine']} k, "
                               f"recall {point['recall']:.4f}")
        if key.startswith("IVF") and (goal not in best or point["us"] < best[goal]["us"]):
            best[goal] = {**point, "key": key}


def compare(bench, goal, theirs):
    """Our index time at no less recall than FAISS's fastest IVF."""
    ours = ours_at(bench, theirs["recall"]) if theirs else None
    if not ours:
        bench.results.missing(f"no IVF of FAISS, or none of ours, reaches {goal}")
        return
    us = float(numpy.median([measure_one(bench, ours, time_lateral)[0] for _ in range(bench.rounds)]))
    bench.results.add(f"{ours[0].key} at {goal}, index time", us, "us a query", note=told(ours[1]))
    bar = BAR if ours[0].side is sides.VECSIM and bench.complete else None
    bench.results.add(f"{ours[0].key} against FAISS's best IVF at {goal}", theirs["us"] / us, "x",
                      at_least=bar, note=theirs["key"])
