"""Data that outgrow: index time against the number of rows, and blocks read when memory is short."""
import math
from dataclasses import replace

import numpy

import sides
from dataset import exact_neighbours
from kept import Kept
from search import fastest, time_lateral, told
from server import execute, scalar

GOAL = 0.95
SMALL = 100000
BAR_GROWTH = 2.5
BAR_COLD = 1 / 3
TIMES_LARGER = 4
FILLING_QUERIES = 3000


def time_at(bench, config, point):
    """Median index time in microseconds at a point."""
    client = bench.client(config.side)
    client.sql(f"SET {point['setting']} = {point['value']}")
    times = [time_lateral(bench, config)[0] for _ in range(bench.rounds)]
    client.sql(f"RESET {point['setting']}")
    return float(numpy.median(times))


class Smaller:
    """The bench over the first SMALL rows only: its table in place of the side's, and the true neighbours."""

    def __init__(self, bench):
        self.bench, self.side = bench, sides.VECSIM
        self.before = (bench.data, bench.timed, bench.sweeps, dict(bench.results.curves), bench.kept)
        self.made_of = bench.kept.get(self.side.name)

    def __enter__(self):
        bench, table = self.bench, self.side.table
        base = bench.data.base[0:SMALL]
        bench.kept.put(self.side.name, "unfinished")  # should the run be broken off here
        execute(bench.control, "DROP TABLE IF EXISTS all_rows")
        execute(bench.control, f"ALTER TABLE {table} RENAME TO all_rows")
        execute(bench.control, f"ALTER INDEX {sides.RABITQ.index} RENAME TO all_rows_index")
        execute(bench.control, f"CREATE TABLE {table} (LIKE all_rows INCLUDING STORAGE)")
        execute(bench.control, f"INSERT INTO {table} SELECT * FROM all_rows WHERE id < {SMALL}")
        execute(bench.control, f"VACUUM (FREEZE, ANALYZE) {table}")
        neighbours = exact_neighbours(base, bench.data.queries, bench.data.neighbours.shape[1])
        bench.data = replace(bench.data, base=base, neighbours=neighbours)
        bench.sweeps = {}
        bench.kept = Kept(bench.control, "smaller/")
        return bench

    def __exit__(self, *unused):
        bench, table = self.bench, self.side.table
        execute(bench.control, f"DROP TABLE {table}")
        execute(bench.control, f"ALTER TABLE all_rows RENAME TO {table}")
        execute(bench.control, f"ALTER INDEX all_rows_index RENAME TO {sides.RABITQ.index}")
        bench.kept.forget(self.side.name)
        bench.data, bench.timed, bench.sweeps, bench.results.curves, bench.kept = self.before
        bench.kept.put(self.side.name, self.made_of)


def measure_growth(bench):
    """Index time at recall .95 of all rows against that of the first 100,000."""
    n = len(bench.data.base)
    bench.results.part(f"growth from {SMALL} to {n} rows")
    if n <= SMALL:
        bench.results.missing(f"growth needs more than {SMALL} rows")
        return
    config = sides.RABITQ
    point = fastest(bench, config, GOAL)
    large = time_at(bench, config, point)
    with Smaller(bench):
        small_point = fastest(bench, config, GOAL)
        small = time_at(bench, config, small_point)
    bench.results.add(f"index time at {GOAL}, {SMALL} rows", small, "us a query", note=told(small_point))
    bench.results.add(f"index time at {GOAL}, {n} rows", large, "us a query", note=told(point))
    bench.results.add("index time grows", large / small, "x", at_most=BAR_GROWTH,
                      note=f"the rows {n / SMALL:.1f} times")


def sizes(bench, config):
    """Bytes of the table with its TOAST, and of the index."""
    return (scalar(bench.control, "SELECT pg_table_size(%s::regclass)", (config.side.table,)),
            scalar(bench.control, "SELECT pg_relation_size(%s::regclass)", ("public." + config.index,)))


def blocks_read(connection, config):
    """Blocks of (the index, the table with its TOAST) read into shared buffers so far."""
    return execute(connection, """
        SELECT i.idx_blks_read, t.heap_blks_read + coalesce(t.toast_blks_read + t.tidx_blks_read, 0)
        FROM pg_statio_user_indexes i JOIN pg_statio_user_tables t ON t.relid = i.relid
        WHERE i.indexrelid = %s::regclass""", ("public." + config.index,))[0]


def cold_one(bench, config, point):
    """Blocks read a query, of index and table, with a quarter of the memory that both would take.

    The buffers are filled by searches for rows, so that queries find what is often needed, not their own pages.
    """
    table, index = sizes(bench, config)
    buffers = math.ceil((table + index) / TIMES_LARGER / 8192)
    bench.restart(shared_buffers=buffers)
    connection = bench.server.connect(*config.side.setup, f"SET {point['setting']} = {point['value']}")
    every = max(1, len(bench.data.base) // FILLING_QUERIES)
    others = f"(SELECT v FROM {config.side.table} WHERE id % {every} = 0) q"
    filling = config.lateral.replace(f"{config.side.query_table} q", others)
    counts = []
    for statement in (filling, config.lateral):
        execute(connection, statement)
        execute(connection, "SELECT pg_stat_force_next_flush()")
        counts.append(blocks_read(bench.control, config))
    connection.close()
    read = numpy.subtract(counts[1], counts[0]) / len(bench.timed.queries)
    return read, buffers


def measure_cold(bench):
    """Blocks read a query where table and index are four times larger than shared buffers, against hnsw."""
    bench.results.part(f"table and index {TIMES_LARGER} times larger than shared_buffers, recall {GOAL}")
    points = [(config, fastest(bench, config, GOAL)) for config in bench.main()]
    found = {}
    for config, point in points:
        if not point:
            bench.results.missing(f"{config.key} does not reach {GOAL}")
            continue
        bench.use(config)
        read, buffers = cold_one(bench, config, point)
        found[config.key] = float(read.sum())
        bench.results.add(f"{config.key}, blocks read", read.sum(), "a query",
                          note=f"index {read[0]:.1f}, table {read[1]:.1f}; shared_buffers "
                               f"{buffers / 128:.0f} MB; {told(point)}")
    bench.restart()
    for key, value in found.items():
        if key != sides.HNSW.key and sides.HNSW.key in found:
            bench.results.add(f"{key} against hnsw, blocks read", value / found[sides.HNSW.key], "x",
                              at_most=BAR_COLD)
