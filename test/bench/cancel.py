"""Cancelling at random moments: how long a build or a scan goes on, and whether anything is left behind."""
import os
import random
import threading
import time

import numpy
import psycopg2.errors

import sides
from server import execute, scalar

BAR_MS = 100
BUILD_SECONDS = 3.0  # builds that last longer are cancelled over fewer rows: a hundred take half of this each
TABLE = "items_cancel"
SEED = 20240229


class Canceller(threading.Thread):
    """Cancels another backend's statement after a delay, through a connection that is already open."""

    def __init__(self, connection, pid, delay):
        super().__init__()
        self.connection, self.pid, self.delay = connection, pid, delay
        self.moment = None

    def run(self):
        time.sleep(self.delay)
        self.moment = time.perf_counter()
        execute(self.connection, "SELECT pg_cancel_backend(%s)", (self.pid,))


def cancel_once(connection, control, pid, statement, delay):
    """Milliseconds from the cancel request to the statement's end, or None if it ended by itself before."""
    canceller = Canceller(control, pid, delay)
    latency = None
    canceller.start()
    try:
        execute(connection, statement)
    except psycopg2.errors.QueryCanceled:
        latency = (time.perf_counter() - canceller.moment) * 1000
    canceller.join()
    if latency is None:
        absorb(connection)
    return latency


def absorb(connection):
    """Lets a cancel that came too late hit a statement of no consequence."""
    try:
        execute(connection, "SELECT pg_sleep(0.02)")
    except psycopg2.errors.QueryCanceled:
        pass


def files_on_disk(server, control):
    """Names of the relation files of this database and of temporary files, after a checkpoint."""
    execute(control, "CHECKPOINT")
    database = scalar(control, "SELECT oid FROM pg_database WHERE datname = current_database()")
    names = set(os.listdir(os.path.join(server.data, "base", str(database))))
    temporary = os.path.join(server.data, "base", "pgsql_tmp")
    if os.path.isdir(temporary):
        names |= {"pgsql_tmp/" + name for name in os.listdir(temporary)}
    return names


class Trial:
    """A session whose statements are cancelled, and what it must still answer afterwards."""

    def __init__(self, bench):
        self.bench = bench
        self.connection = bench.server.connect(f"SET search_path = public, {sides.VECSIM.schema}",
                                               "SET maintenance_work_mem = '64MB'")
        self.pid = scalar(self.connection, "SELECT pg_backend_pid()")
        zero = f"(SELECT v FROM {sides.VECSIM.query_table} WHERE id = 0)"
        self.question = sides.VECSIM.search.replace("$1", zero)
        self.answer = execute(self.connection, self.question)
        self.unclean = 0
        self.early = 0

    def seconds(self, statement, undo=None):
        """How long the statement takes when it is left alone; `undo` is run after it."""
        start = time.perf_counter()
        execute(self.connection, statement)
        seconds = time.perf_counter() - start
        if undo:
            execute(self.connection, undo)
        return seconds

    def check(self):
        """Counts it when the session answers wrongly or the cancelled index is still there."""
        left = scalar(self.connection, "SELECT count(*) FROM pg_class WHERE relname = 'bench_cancel'")
        if left != 0 or execute(self.connection, self.question) != self.answer:
            self.unclean += 1

    def cancel_many(self, statements, count, undo=None):
        """Cancels statements at random moments, in turn, `count` times; latencies in milliseconds.

        `statements` are pairs (settings, statement).
        """
        durations = []
        for settings, statement in statements:
            execute(self.connection, settings)
            if not undo:
                self.seconds(statement)  # scans last longer while their pages are not yet in memory
            durations.append(self.seconds(statement, undo))
        self.early = 0
        latencies = []
        while len(latencies) < count:
            turn = len(latencies) % len(statements)
            execute(self.connection, statements[turn][0])
            latency = cancel_once(self.connection, self.bench.control, self.pid, statements[turn][1],
                                  random.uniform(0, durations[turn]))
            if latency is not None:
                latencies.append(latency)
            else:
                self.early += 1
                if undo:
                    execute(self.connection, undo)
            self.reset()
            self.check()
        return latencies

    def reset(self):
        """The defaults again, so that the answer can be compared."""
        for setting in ("ivf.target_recall", "enable_indexscan", "enable_seqscan"):
            execute(self.connection, f"RESET {setting}")


def scans():
    """Scans that last: many short ones in a statement, exact ones, one pulled far, one without index."""
    side = sides.VECSIM
    one = f"(SELECT v FROM {side.query_table} WHERE id = 1)"
    far = f"SELECT count(*) FROM (SELECT id FROM {side.table} ORDER BY v <=> {one} LIMIT 1000000) x"
    fewer = side.lateral.replace(f"{side.query_table} q", f"(TABLE {side.query_table} LIMIT 50) q")
    return [
        ("SET ivf.target_recall = 0.95", side.lateral),
        ("SET ivf.target_recall = 1", fewer),
        ("SET enable_seqscan = off", far),
        ("SET enable_indexscan = off", far),
    ]


def builds(bench, trial):
    """CREATE INDEX statements of a table of their own, of as many rows as are indexed in BUILD_SECONDS."""
    n = len(bench.data.base)
    seconds = trial.seconds(sides.RABITQ.create("bench_cancel"), "DROP INDEX bench_cancel")
    rows = n if seconds <= BUILD_SECONDS else int(n * BUILD_SECONDS / seconds)
    bench.results.fact("rows of cancelled builds", f"{rows} (of all {n} rows a build took {seconds:.1f} s)")
    execute(trial.connection, f"CREATE TABLE {TABLE} (LIKE {sides.VECSIM.table} INCLUDING STORAGE)")
    execute(trial.connection, f"INSERT INTO {TABLE} SELECT * FROM {sides.VECSIM.table} WHERE id < {rows}")
    execute(trial.connection, f"VACUUM (FREEZE, ANALYZE) {TABLE}")
    return [("SELECT 1", config.create("bench_cancel", TABLE)) for config in (sides.RABITQ, sides.SQ8)]


def measure_cancel(bench):
    """Cancels at random moments of builds and of scans: the distribution, and what is left behind.

    A hundred of each take about four minutes on two processors.
    """
    bench.results.part(f"cancel at {bench.cancels} random moments each")
    random.seed(SEED)
    bench.use(sides.RABITQ)
    trial = Trial(bench)
    statements = builds(bench, trial)
    before = files_on_disk(bench.server, bench.control)
    report(bench, trial, "builds", trial.cancel_many(statements, bench.cancels,
                                                     "DROP INDEX IF EXISTS bench_cancel"))
    report(bench, trial, "scans", trial.cancel_many(scans(), bench.cancels))
    bench.results.add("sessions that answered wrongly or kept a relation", trial.unclean, "", at_most=0,
                      note="all clean" if trial.unclean == 0 else "")
    after = files_on_disk(bench.server, bench.control)
    bench.results.add("files left behind on disk", len(after - before), "", at_most=0)
    execute(trial.connection, f"DROP TABLE {TABLE}")
    trial.connection.close()


def report(bench, trial, what, latencies):
    """Writes down the distribution of latencies in milliseconds."""
    latencies = numpy.array(latencies)
    note = (f"median {numpy.median(latencies):.1f} ms, worst {latencies.max():.1f} ms, at 90, 95, 99 %: "
            + " ".join(f"{value:.1f}" for value in numpy.percentile(latencies, [90, 95, 99]))
            + f"; {trial.early} more had ended before the cancel")
    bench.results.add(f"{what} ended within {BAR_MS} ms", (latencies <= BAR_MS).mean() * 100, "%",
                      at_least=95, note=note)
