"""FAISS as the library yardstick: its indexes in their own process, beside our time inside one statement."""
import json
import os
import shutil
import subprocess
import sys

import numpy

import sides
from index_time import measure_one, ours_at
from search import listed, time_lateral, told
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
    """All FAISS indexes, then the best IVF and ours in turn.  About four minutes on 115,648 x 384."""
    bench.results.part("FAISS in process, one thread, one query at a time")
    python = interpreter(bench)
    if not python:
        bench.results.missing("FAISS is not installed (pip install faiss-cpu; see --faiss-python)")
        return
    directory = os.path.join(bench.scratch, "faiss")
    hand_over(bench, directory)
    command = [python, os.path.join(HERE, "faiss_run.py"), directory, ",".join(map(str, bench.goals))]
    best = {}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        for line in iter(process.stdout.readline, "\n"):
            if not line:
                raise RuntimeError("faiss_run.py ended early")
            report(bench, json.loads(line), best)
        for goal in bench.goals:
            compare(bench, goal, best.get(str(goal)), process)
        process.stdin.close()
    shutil.rmtree(directory)
    if process.returncode != 0:
        raise RuntimeError(f"faiss_run.py ended with {process.returncode}")


def theirs_now(process, goal):
    """Microseconds a query of FAISS's fastest IVF at a goal, measured now."""
    process.stdin.write(f"{goal}\n")
    process.stdin.flush()
    return json.loads(process.stdout.readline())["us"]


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


def compare(bench, goal, theirs, process):
    """Our index time at no less recall than FAISS's fastest IVF: rounds of A B B A, as index_time.measure_pair."""
    ours = ours_at(bench, theirs["recall"]) if theirs else None
    if not ours:
        bench.results.missing(f"no IVF of FAISS, or none of ours, reaches {goal}")
        return
    times = []
    for _ in range(bench.rounds):
        us = [theirs_now(process, goal) if which == "A" else measure_one(bench, ours, time_lateral)[0]
              for which in "ABBA"]
        times.append(((us[0] + us[3]) / 2, (us[1] + us[2]) / 2))
    times = numpy.array(times)
    bench.results.add(f"{theirs['key']} at {goal}, in turn", numpy.median(times[:, 0]), "us a query",
                      note=f"rounds {listed(times[:, 0], '.1f')}; recall {theirs['recall']:.4f}")
    bench.results.add(f"{ours[0].key} at {goal}, index time", numpy.median(times[:, 1]), "us a query",
                      note=f"rounds {listed(times[:, 1], '.1f')}; {told(ours[1])}")
    bar = BAR if ours[0].side is sides.VECSIM and bench.complete else None
    ratios = times[:, 0] / times[:, 1]
    bench.results.add(f"{ours[0].key} against FAISS's best IVF at {goal}", numpy.median(ratios), "x",
                      at_least=bar, note=f"{theirs['key']}; rounds {listed(ratios, '.2f')}")
