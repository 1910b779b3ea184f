"""Attention over many rows: the aggregate, the same formula in SQL with arrays, and NumPy and PyTorch in memory."""
import io
import json
import os
import subprocess
import sys

import numpy

import sides
from server import execute, scalar

HERE = os.path.dirname(os.path.abspath(__file__))
ROWS, DIM = 1_000_000, 64
BAR = 20
CHUNK = 50_000

AGGREGATE = "SELECT vecsim.attention(%(q)s, k, v)::real[] FROM attention_rows"
# The best that SQL has without vectors: a score a row by unnest, a window for the largest, a sum by dimension.
ARRAYS = """
WITH scored AS (SELECT v, (SELECT sum(a * b) FROM unnest(%(array)s::real[], k) AS e (a, b)) / 8 AS score
                FROM attention_arrays),
     weighed AS (SELECT v, exp(greatest(score - max(score) OVER (), -700)) AS weight FROM scored)
SELECT array_agg(x ORDER BY i)
FROM (SELECT i, (sum(weight * x) / sum(weight))::real AS x
      FROM weighed, unnest(v) WITH ORDINALITY AS e (x, i) GROUP BY i) AS means"""
SCAN = "SELECT count(vecsim.vector_dims(k)) FROM attention_rows"


def made(rows):
    """The query, keys and values: normal numbers, so that scores have a deviation of 1."""
    generator = numpy.random.default_rng(11)
    return [generator.standard_normal((count, DIM), dtype=numpy.float32) for count in (1, rows, rows)]


def load(connection, keys, values):
    """Table attention_rows of vectors, by binary COPY, and attention_arrays of the same numbers."""
    for table in ("attention_rows", "attention_arrays"):
        execute(connection, f"DROP TABLE IF EXISTS {table}")
    execute(connection, f"CREATE TABLE attention_rows (k vecsim.vector({DIM}), v vecsim.vector({DIM}))")
    vector = [("bytes", ">i4"), ("dim", ">i2"), ("unused", ">i2"), ("x", ">f4", DIM)]
    row = numpy.dtype([("columns", ">i2"), ("k", vector), ("v", vector)])
    for start in range(0, len(keys), CHUNK):
        part = numpy.zeros(len(keys[start:start + CHUNK]), dtype=row)
        part["columns"] = 2
        for name, numbers in (("k", keys), ("v", values)):
            part[name]["bytes"], part[name]["dim"] = 4 + 4 * DIM, DIM
            part[name]["x"] = numbers[start:start + CHUNK]
        binary = b"PGCOPY\n\xff\r\n\0" + bytes(8) + part.tobytes() + b"\xff\xff"
        with connection.cursor() as cursor:
            cursor.copy_expert("COPY attention_rows FROM STDIN (FORMAT binary)", io.BytesIO(binary))
    execute(connection, "CREATE TABLE attention_arrays AS SELECT k::real[] AS k, v::real[] AS v FROM attention_rows")
    for table in ("attention_rows", "attention_arrays"):
        execute(connection, f"VACUUM (FREEZE, ANALYZE) {table}")


def textbook(query, keys, values):
    """The formula in double precision."""
    scores = keys.astype(numpy.float64) @ query[0].astype(numpy.float64) / numpy.sqrt(DIM)
    weights = numpy.exp(scores - scores.max())
    return weights @ values / weights.sum()


def timed(connection, sql, parameters, times):
    """Median milliseconds of a statement and its result.  Measured in the server, without planning."""
    plan = "EXPLAIN (ANALYZE, TIMING OFF, FORMAT json) " + sql
    found = [scalar(connection, plan, parameters)[0]["Execution Time"] for _ in range(times)]
    return float(numpy.median(found)), scalar(connection, sql, parameters)


def in_memory(bench, rows):
    """Milliseconds of NumPy and, where an interpreter has it, PyTorch: attention_run.py in a process of its own."""
    python = bench.options.torch_python or os.environ.get("VECSIM_BENCH_TORCH_PYTHON") or sys.executable
    lines = subprocess.run([python, os.path.join(HERE, "attention_run.py"), str(rows)], check=True, text=True,
                           stdout=subprocess.PIPE).stdout.splitlines()
    return [json.loads(line) for line in lines]


def measure_attention(bench):
    """One query against all rows.  The bar: at least 20 times as fast as arrays."""
    rows = ROWS // 10 if bench.options.quick else ROWS
    bench.results.part(f"attention of one query over {rows} rows of {DIM} dimensions")
    if sides.VECSIM not in bench.sides:
        bench.results.missing("vecsim is not installed")
        return
    query, keys, values = made(rows)
    exact = textbook(query, keys, values)
    load(bench.control, keys, values)
    parameters = {"q": str(query[0].tolist()), "array": query[0].tolist()}
    scan, _ = timed(bench.control, SCAN, parameters, bench.rounds)
    ours, result = timed(bench.control, AGGREGATE, parameters, bench.rounds)
    bench.results.add("attention(), one process", ours, "ms", note=f"of which the scan takes {scan:.0f} ms")
    bench.results.add("its largest error", numpy.abs(result - exact).max(), "", at_most=1e-5)
    for setting in ("max_parallel_workers_per_gather = 2", "parallel_setup_cost = 0", "parallel_tuple_cost = 0"):
        execute(bench.control, "SET " + setting)
    parallel, result = timed(bench.control, AGGREGATE, parameters, bench.rounds)
    execute(bench.control, "SET max_parallel_workers_per_gather = 0")
    bench.results.add("attention(), two workers", parallel, "ms")
    bench.results.add("its largest error, two workers", numpy.abs(result - exact).max(), "", at_most=1e-5)
    arrays, _ = timed(bench.control, ARRAYS, parameters, 1)
    bench.results.add("the formula with arrays in SQL", arrays, "ms")
    bench.results.add("arrays / attention()", arrays / ours, "x", at_least=BAR)
    for each in in_memory(bench, rows):
        bench.results.add(each["name"], each["ms"], "ms", note=f"attention() takes {ours / each['ms']:.1f} times that")
    for table in ("attention_rows", "attention_arrays"):
        execute(bench.control, f"DROP TABLE {table}")
