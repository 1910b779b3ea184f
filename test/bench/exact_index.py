"""The exact nearest rows through the index, and the approximate ones beside them, by one process."""
import numpy

import sides
from search import fastest, prepare, time_lateral, told

GOAL = 0.95
QUERIES = 50  # exact ones: a tenth of a second each on 500,000 x 768
BAR_SHAPE = (500000, 768)
BAR_EXACT_MS, BAR_INDEX_MS = 100, 1
BAR_RECALL = 0.9995


def measure_exact_index(bench):
    """Time of a query at ivf.target_recall = 1, and inside a statement at recall .95; both recalls."""
    bench.results.part("exact through the index, one process")
    config = sides.RABITQ
    with_bars = bench.data.base.shape == BAR_SHAPE
    few = bench.data.spread(QUERIES)
    client = prepare(bench, config, few.queries)
    client.sql("SET ivf.target_recall = 1")
    client.run(10)
    runs = [client.run(10) for _ in range(bench.rounds)]
    client.sql("RESET ivf.target_recall")
    each = [latency.mean() / 1000 for latency, _ in runs]
    bench.results.add(f"{config.key}, exact top 10", numpy.median(each), "ms",
                      at_most=BAR_EXACT_MS if with_bars else None,
                      note="rounds " + " ".join(f"{value:.1f}" for value in each)
                           + f"; worst query {max(latency.max() for latency, _ in runs) / 1000:.1f} ms")
    bench.results.add(f"{config.key}, recall of the exact top 10", few.recall(runs[0][1])[2], "recall@10",
                      at_least=BAR_RECALL, note=f"{len(few.queries)} queries; "
                      "rows of nearly equal distance may change places with float32's rounding")
    point = fastest(bench, config, GOAL)
    client.queries(bench.timed.queries)
    client.sql(f"SET {point['setting']} = {point['value']}")
    times = [time_lateral(bench, config)[0] / 1000 for _ in range(bench.rounds)]
    client.sql(f"RESET {point['setting']}")
    bench.results.add(f"{config.key} at {GOAL}, index time", numpy.median(times), "ms",
                      at_most=BAR_INDEX_MS if with_bars else None, note=told(point))
