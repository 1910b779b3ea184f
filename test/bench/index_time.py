"""Time of a query in pairs: a peer at its fastest setting for a recall, and ours at no less than that recall.

Each pair is measured by a client, round trip included, and inside one LATERAL statement over all timed
queries ("index time"); the two take turns, A B B A, so that a slow moment of the machine hits both.
"""
import numpy

import sides
from search import candidates, fastest, listed, time_lateral, time_queries, told

# How many times faster ours must be: (peer, recall) -> by a client, index time.
BARS_REAL = {("hnsw", 0.95): (3.5, 5), ("hnsw", 0.99): (8, 10), ("ivfflat", 0.95): (25, None)}
BARS_LARGE = {("hnsw", 0.95): (10, None), ("hnsw", 0.99): (10, None)}
BARS_LONG = {("hnsw", 0.95): (8, None)}
LONG_DIMENSIONS = 1536
LARGE_ROWS = 1000000
FINALISTS, FINAL_ROUNDS = 4, 3


def bars(bench):
    """The bars that hold for the data at hand."""
    if bench.complete:
        return BARS_REAL
    n, dim = bench.data.base.shape
    if dim >= LONG_DIMENSIONS:
        return BARS_LONG
    return BARS_LARGE if n >= LARGE_ROWS else {}


def ours_at(bench, goal):
    """Our fastest (configuration, point) with at least a recall, or None.

    The sweeps timed each point once; those that seem fastest are timed again, in turn, by their best.
    """
    found = [(config, point) for config in bench.configs() if config.side is sides.VECSIM
             for point in candidates(bench, config, goal)]
    found = sorted(found, key=lambda pair: pair[1]["us"])[:FINALISTS]
    best = [numpy.inf] * len(found)
    for _ in range(FINAL_ROUNDS if len(found) > 1 else 0):
        for number, pair in enumerate(found):
            best[number] = min(best[number], measure_one(bench, pair, time_lateral)[0])
    return found[int(numpy.argmin(best))] if found else None


def measure_one(bench, pair, stopwatch):
    """(elapsed, processor) microseconds of one configuration at its point."""
    config, point = pair
    client = bench.client(config.side)
    client.sql(f"SET {point['setting']} = {point['value']}")
    times = stopwatch(bench, config)
    client.sql(f"RESET {point['setting']}")
    return times


def measure_pair(bench, theirs, ours, stopwatch):
    """Rounds of A B B A: two arrays (rounds x 2) of elapsed and processor time, theirs and ours."""
    times = ([], [])
    for _ in range(bench.rounds):
        a, b = [], []
        for which in (a, b, b, a):
            which.append(measure_one(bench, theirs if which is a else ours, stopwatch))
        times[0].append(numpy.mean(a, axis=0))
        times[1].append(numpy.mean(b, axis=0))
    return numpy.array(times[0]), numpy.array(times[1])


def report(bench, goal, theirs, ours, ways):
    """One pair's rows in the results, for each way to measure it: (name, stopwatch, bar)."""
    (peer, their_point), (config, our_point) = theirs, ours
    for name, stopwatch, bar in ways:
        a, b = measure_pair(bench, theirs, ours, stopwatch)
        for which, key, point in ((a, peer.key, their_point), (b, config.key, our_point)):
            bench.results.add(f"{key} at {goal}, {name}", numpy.median(which[:, 0]), "us a query",
                              note=f"{told(point)}; processor {numpy.median(which[:, 1]):.0f} us")
        ratios = a[:, 0] / b[:, 0]
        bench.results.add(f"{config.key} against {peer.key} at {goal}, {name}", numpy.median(ratios), "x",
                          at_least=bar, note=f"rounds {listed(ratios, '.2f')}; of processor time "
                                             f"{numpy.median(a[:, 1] / b[:, 1]):.2f}")


def measure_index_time(bench):
    """All pairs.  About five minutes on 115,648 x 384 beside hnsw, ten more with ivfflat, and the builds."""
    bench.results.part("pairs of equal recall")
    for goal in bench.goals:
        peers = [config for config in bench.configs() if config in sides.THEIRS]
        for peer in peers:
            point = fastest(bench, peer, goal) or most(bench, peer)
            ours = ours_at(bench, point["recall"][2])
            if not ours:
                bench.results.missing(f"{peer.key} at {goal}: we do not reach its recall")
                continue
            by_client, inside = bars(bench).get((peer.key, goal), (None, None))
            report(bench, goal, (peer, point), ours, (("by a client", time_queries, by_client),
                                                      ("index time", time_lateral, inside)))
        if not peers:
            alone(bench, goal)


def most(bench, peer):
    """The peer's point of the highest recall, where none reaches the goal: hnsw's ef_search ends at 1,000."""
    points = [point for run in bench.sweeps[peer.key] for point in run.points.values()]
    return max(points, key=lambda point: point["recall"][2])


def alone(bench, goal):
    """Our index time where there is no peer."""
    ours = ours_at(bench, goal)
    if ours:
        times = [measure_one(bench, ours, time_lateral)[0] for _ in range(bench.rounds)]
        bench.results.add(f"{ours[0].key} at {goal}, index time", numpy.median(times), "us a query",
                          note=told(ours[1]))
