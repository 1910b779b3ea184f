"""measure.py - what the demo counts: recall against exact search, and the time of a query."""

import statistics
import time

LIMIT = 10
PASSES = 3  # over all queries; the first pass of each kind of search warms up and is not counted

PREPARE = f"PREPARE nearest (vector) AS SELECT id FROM items ORDER BY embedding <=> $1 LIMIT {LIMIT}"


def search(cursor, literals, index):
    """The ids found for each query, and the median milliseconds of a query, with the index or without.

    literals are vectors as text.  A time is that of a prepared statement seen from the client, round trip included.
    """
    cursor.execute(f"SET enable_indexscan = {'on' if index else 'off'}")
    cursor.execute("DEALLOCATE ALL")
    cursor.execute(PREPARE)
    times, found = [], []
    for number in range(PASSES + 1):
        found = []
        for literal in literals:
            start = time.perf_counter()
            cursor.execute("EXECUTE nearest (%s)", (literal,))
            rows = cursor.fetchall()
            if number > 0:
                times.append(1000 * (time.perf_counter() - start))
            found.append([row[0] for row in rows])
    cursor.execute("RESET enable_indexscan")
    return found, statistics.median(times)


def recall(found, exact):
    """The share of the exact answers that were found, 0..1."""
    hits = sum(len(set(a) & set(b)) for a, b in zip(found, exact))
    return hits / sum(len(ids) for ids in exact)


def plan_uses_index(cursor, literal):
    """The first line of the plan of the demo's query that names an index; None when the planner would not use one."""
    cursor.execute("DEALLOCATE ALL")
    cursor.execute(PREPARE)
    cursor.execute("EXPLAIN (COSTS OFF) EXECUTE nearest (%s)", (literal,))
    return next((row[0].strip(" ->") for row in cursor.fetchall() if "Index Scan" in row[0]), None)
