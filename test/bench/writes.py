"""Writing to an index: inserts one at a time and many at once, VACUUM after deleting; the WAL of both."""
import os
import re
import subprocess
import time

import numpy

import sides
from dataset import new_rows
from server import as_owner, execute, scalar, wal_position

SINGLE = 2000
STATEMENTS, ROWS_A_STATEMENT = 5, 1000
DELETED = 0.01
BAR_INSERT = 10
BAR_VACUUM = 0.25
SEED = 20240229


def lonely(bench, config):
    """Builds the index and drops the others of its table, since inserts would pay for them."""
    bench.use(config)
    bench.kept.put(config.side.name, "rows that a run has changed")  # the next run makes them again
    others = execute(bench.control, "SELECT indexrelid::regclass::text FROM pg_index "
                     "WHERE indrelid = %s::regclass AND indexrelid <> %s::regclass",
                     ("public." + config.side.table, "public." + config.index))
    for (name,) in others:
        execute(bench.control, f"DROP INDEX {name}")
    bench.sweeps.pop(config.key, None)  # its recall will not be the same


def insert_single(bench, table, side, rows):
    """(seconds, WAL bytes) a row of inserts in transactions of their own, without waiting for the disk."""
    client = bench.client(side)
    client.sql("SET synchronous_commit = off")
    client.queries(rows)
    client.prepare(f"INSERT INTO {table} VALUES (-1, $1)")
    execute(bench.control, "CHECKPOINT")
    before = wal_position(bench.control)
    latency, _ = client.run(0)
    client.sql("RESET synchronous_commit")
    return latency.sum() / 1e6 / len(rows), (wal_position(bench.control) - before) / len(rows)


def insert_many(bench, table, side, rows):
    """(seconds, WAL bytes) a row of statements that insert a thousand each."""
    connection = bench.server.connect(f"SET search_path = public, {side.schema}")
    execute(connection, f"CREATE TEMPORARY TABLE fresh (id int, v vector({sides.Rows.dim}))")
    sides.copy_rows(connection, "fresh", rows)
    execute(connection, "CREATE INDEX ON fresh (id)")
    execute(connection, "ANALYZE fresh")
    execute(connection, "CHECKPOINT")
    before = wal_position(connection)
    start = time.perf_counter()
    for first in range(0, len(rows), ROWS_A_STATEMENT):
        execute(connection, f"INSERT INTO {table} SELECT -1, v FROM fresh WHERE id >= %s AND id < %s",
                (first, first + ROWS_A_STATEMENT))
    seconds = time.perf_counter() - start
    wal = wal_position(connection) - before
    connection.close()
    return seconds / len(rows), wal / len(rows)


def measure_inserts(bench):
    """Inserts of ours and of hnsw, in rounds of their own rows, and of a table without index beside them.

    About two minutes at 1,000,000 x 768, the builds not counted.  The other indexes are dropped,
    and the new rows (number -1) stay.
    """
    bench.results.part("inserts")
    configs = bench.main()
    rows = new_rows(bench.data.base, bench.rounds * (SINGLE + STATEMENTS * ROWS_A_STATEMENT))
    for config in configs:
        lonely(bench, config)
    ways = {"one row a transaction": (insert_single, SINGLE),
            f"{ROWS_A_STATEMENT} rows a statement": (insert_many, STATEMENTS * ROWS_A_STATEMENT)}
    for side in {config.side.name: config.side for config in configs}.values():
        execute(bench.control, f"CREATE TABLE bare_{side.name} (LIKE {side.table} INCLUDING STORAGE)")
    taken = 0
    for name, (insert, count) in ways.items():
        measured = {config.key: [] for config in configs}
        bare = []
        for _ in range(bench.rounds):
            part = rows[taken:taken + count]
            taken += count
            for config in configs:
                measured[config.key].append(insert(bench, config.side.table, config.side, part))
            bare.append(insert(bench, f"bare_{configs[-1].side.name}", configs[-1].side, part))
        report_inserts(bench, name, configs, measured, bare)


def report_inserts(bench, name, configs, measured, bare):
    """Rows a second and WAL bytes a row of one way to insert."""
    for key, values in [*measured.items(), ("without index", bare)]:
        seconds, wal = numpy.median(values, axis=0)
        bench.results.add(f"{key}, {name}", 1 / seconds, "rows/s", note=f"{wal:.0f} bytes of WAL a row")
    for config in configs:
        if config.side is sides.VECSIM and sides.HNSW.key in measured:
            ratios = numpy.array(measured[sides.HNSW.key])[:, 0] / numpy.array(measured[config.key])[:, 0]
            bench.results.add(f"{config.key} against hnsw, {name}", numpy.median(ratios), "x",
                              at_least=BAR_INSERT,
                              note="rounds " + " ".join(f"{ratio:.1f}" for ratio in ratios))


def touched(connection, config):
    """Accesses to the index's pages so far."""
    return scalar(connection, "SELECT idx_blks_read + idx_blks_hit FROM pg_statio_user_indexes "
                  "WHERE indexrelid = %s::regclass", ("public." + config.index,))


def written(bench, config, start, end):
    """(distinct pages, records, full images) of the index in the WAL between two positions."""
    path = scalar(bench.control, "SELECT dattablespace || '/' || pg_database.oid || '/' || "
                  "pg_relation_filenode(%s) FROM pg_database WHERE datname = current_database()",
                  ("public." + config.index,))
    out = as_owner(bench.server, "pg_waldump", "-p", os.path.join(bench.server.data, "pg_wal"), "-s", start,
                   "-e", end, "-R", path, "-b", stdout=subprocess.PIPE).stdout
    mine = [line for line in out.splitlines() if f"rel {path} " in line]
    pages = {re.search(r"\bblk (\d+)", line).group(1) for line in mine}
    images = [line for line in mine if "FPW" in line]
    return len(pages), sum(line.startswith("rmgr:") for line in out.splitlines()), len(images)


def vacuum_one(bench, config, doomed):
    """Deletes rows of the index's table and vacuums: pages touched and written, records, seconds."""
    side = config.side
    lonely(bench, config)
    execute(bench.control, f"DELETE FROM {side.table} WHERE id = ANY(%s)", (doomed,))
    execute(bench.control, "CHECKPOINT")
    before = touched(bench.control, config)
    start = scalar(bench.control, "SELECT pg_current_wal_insert_lsn()")
    begin = time.perf_counter()
    connection = bench.server.connect()
    execute(connection, f"VACUUM (INDEX_CLEANUP on, PARALLEL 0) {side.table}")
    seconds = time.perf_counter() - begin
    execute(connection, "SELECT pg_stat_force_next_flush()")
    connection.close()
    end = scalar(bench.control, "SELECT pg_current_wal_insert_lsn()")
    execute(bench.control, "SELECT pg_switch_wal()")  # so that the WAL is on disk
    return (touched(bench.control, config) - before, *written(bench, config, start, end), seconds)


def measure_vacuum(bench):
    """VACUUM after deleting 1 % at random: pages of the index touched and written, against hnsw.

    hnsw takes its time: 4 s at 20,000 x 64, so many minutes at 1,000,000 x 768.
    """
    bench.results.part(f"VACUUM after deleting {DELETED:.0%} at random")
    n = len(bench.data.base)
    random = numpy.random.default_rng(SEED)
    doomed = random.choice(n, max(1, int(n * DELETED)), replace=False).tolist()
    found = {config.key: vacuum_one(bench, config, doomed) for config in bench.main()}
    for key, (pages, distinct, records, images, seconds) in found.items():
        bench.results.add(f"{key}, pages touched", pages, "pages", note=f"{seconds:.2f} s")
        bench.results.add(f"{key}, pages written", distinct, "pages",
                          note=f"{records} WAL records, {images} full images")
    if sides.HNSW.key in found:
        for key in found:
            if key != sides.HNSW.key:
                for number, what in enumerate(("touched", "written")):
                    ratio = found[key][number] / max(1, found[sides.HNSW.key][number])
                    bench.results.add(f"{key} against hnsw, pages {what}", ratio, "x", at_most=BAR_VACUUM)
