"""Exact search without an index, against the least that it could cost; and what one distance costs."""
import numpy

import sides

STREAM_MEGABYTES = 512
BAR = 1.3


def statements(side):
    """What is timed on one side, by name."""
    return {
        "search": side.search,
        "distances": f"SELECT count(v <=> $1) FROM {side.table}",
        "scan": f"SELECT count(vector_dims(v)) FROM {side.table}",
    }


def time_statement(client, sql, queries):
    """Median microseconds of a sequential statement, with queries if it takes them; processor time too."""
    client.prepare(sql)
    if "$1" not in sql:
        client.repeat(1)
        return float(numpy.median(client.repeat(len(queries)))), client.cpu_us
    client.queries(queries)
    client.run(0)
    return float(numpy.median(client.run(0)[0])), client.cpu_us


def measure_exact(bench):
    """Rounds over both sides in turn; the bar is on our search against a scan plus streaming the vectors."""
    bench.results.part("exact search without index, one process")
    n, dim = bench.data.base.shape
    queries = bench.timed.queries[::max(1, len(bench.timed.queries) // 10)][:10]
    times = {side.name: {name: [] for name in statements(side)} for side in bench.sides}
    stream = 0.0
    for _ in range(bench.rounds):
        stream = max(stream, bench.client(bench.sides[0]).stream(STREAM_MEGABYTES))
        for side in bench.sides:
            client = bench.client(side)
            client.sql("SET enable_seqscan = on", "SET enable_indexscan = off")
            for name, sql in statements(side).items():
                times[side.name][name].append(time_statement(client, sql, queries))
            client.sql("RESET enable_indexscan", "SET enable_seqscan = off")
    read_us = n * dim * 4 / stream * 1e6
    bench.results.add("streaming read, one thread", stream / 1e9, "GB/s")
    bench.results.add("the vectors' bytes at that speed", read_us / 1000, "ms")
    for side in bench.sides:
        rounds = {name: numpy.array(values).T for name, values in times[side.name].items()}
        report(bench, side, rounds, read_us)


def report(bench, side, times, read_us):
    """Writes down one side's times: microseconds, elapsed and of the processor, one a round."""
    n = len(bench.data.base)
    for name, sql in statements(side).items():
        shown = sql.replace(side.table, "t")
        elapsed, processor = numpy.median(times[name], axis=1) / 1000
        bench.results.add(f"{side.name}: {shown}", elapsed, "ms", note=f"processor {processor:.1f} ms")
    bar = BAR if side is sides.VECSIM else None
    ratios, of_cpu = times["search"] / (times["scan"] + read_us)
    bench.results.add(f"{side.name}: search / (scan + streaming)", numpy.median(ratios), "x", at_most=bar,
                      note="rounds " + " ".join(f"{ratio:.2f}" for ratio in ratios)
                           + f"; of processor time {numpy.median(of_cpu):.2f}")
    each, each_cpu = (times["distances"] - times["scan"]) / n * 1000
    bench.results.add(f"{side.name}: distance function by difference", numpy.median(each), "ns a row",
                      note="rounds " + " ".join(f"{value:.0f}" for value in each)
                           + f"; of processor time {numpy.median(each_cpu):.0f}")
