"""Throughput of 1, 2 and 16 connections that ask query after query; and a connection's first query."""
import time

import numpy

import sides
from client import Client, build_client
from search import fastest, told
from server import execute

GOAL = 0.95
COUNTS = (1, 2, 16)
SECONDS = 5
BAR_MANY = 0.95
BAR_FIRST_MS = 2.0
CONNECTIONS = 20


def open_clients(bench, config, point, count):
    """Connections with the point's setting, each beginning at another query."""
    clients = []
    for number in range(count):
        client = Client(build_client(bench.scratch), bench.server.conninfo, bench.scratch)
        client.sql(*config.side.setup, f"SET {point['setting']} = {point['value']}")
        client.queries(numpy.roll(bench.timed.queries, number * 61, axis=0))
        client.prepare(config.search)
        client.run(0)
        clients.append(client)
    return clients


def throughput(clients, seconds):
    """Queries a second of all clients together, and the latencies in microseconds of all."""
    for client in clients:
        client.spin_begin(seconds)
    latencies = [client.spin_end() for client in clients]
    return sum(len(each) for each in latencies) / seconds, numpy.concatenate(latencies)


def measure_clients(bench):
    """Rounds of 1, 2 and 16 clients at recall .95; their processes share the machine with the server."""
    bench.results.part(f"clients at recall {GOAL}, {SECONDS} s each")
    for config in bench.main():
        point = fastest(bench, config, GOAL)
        if not point:
            bench.results.missing(f"{config.key} does not reach {GOAL}")
            continue
        clients = open_clients(bench, config, point, max(COUNTS))
        rates = {count: [] for count in COUNTS}
        for _ in range(bench.rounds):
            for count in COUNTS:
                rate, latencies = throughput(clients[:count], SECONDS)
                rates[count].append((rate, numpy.percentile(latencies, 99)))
        for client in clients:
            client.close()
        for count in COUNTS:
            rate, tail = numpy.median(rates[count], axis=0)
            bench.results.add(f"{config.key}, {count} clients", rate, "queries/s",
                              note=f"{told(point)}; 99 % within {tail / 1000:.2f} ms")
        ratio = numpy.median(numpy.array(rates[16])[:, 0] / numpy.array(rates[2])[:, 0])
        bench.results.add(f"{config.key}, 16 clients against 2", ratio, "x",
                          at_least=BAR_MANY if config.side is sides.VECSIM else None)


def first_and_second(bench, config, literals):
    """Milliseconds of the first and second query of a new connection, as text: library, catalogue and all."""
    connection = bench.server.connect(f"SET search_path = public, {config.side.schema}",
                                      "SET enable_seqscan = off")
    elapsed = []
    for literal in literals:
        start = time.perf_counter()
        execute(connection, config.search.replace("$1", f"'{literal}'"))
        elapsed.append((time.perf_counter() - start) * 1000)
    connection.close()
    return elapsed


def measure_first_query(bench):
    """What the first query of a connection pays more than the second, everything in memory."""
    bench.results.part("first query of a connection, warm buffers")
    literals = ["[" + ",".join(f"{x:.8g}" for x in query) + "]"
                for query in bench.timed.queries[:2 * CONNECTIONS]]
    for config in bench.main():
        bench.use(config)
        for pair in range(CONNECTIONS):  # every page that is timed below is read before
            first_and_second(bench, config, literals[2 * pair:2 * pair + 2])
        times = numpy.array([first_and_second(bench, config, literals[2 * pair:2 * pair + 2])
                             for pair in range(CONNECTIONS)])
        for number, name in enumerate(("first", "second")):
            bench.results.add(f"{config.key}, {name} query", numpy.median(times[:, number]), "ms")
        more = times[:, 0] - times[:, 1]
        bench.results.add(f"{config.key}, first query takes longer by", numpy.median(more), "ms",
                          at_most=BAR_FIRST_MS if config.side is sides.VECSIM else None,
                          note=f"worst of {CONNECTIONS}: {more.max():.2f} ms")
