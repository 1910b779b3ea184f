"""Inner products of rows of very different lengths, beside the same rows under cosine: recall, and what it costs."""
import copy

import numpy

import sides
from dataset import DEPTH, Dataset, as_they_are, exact_neighbours
from index_time import measure_pair
from search import fastest, listed, prepare, time_lateral, time_queries, told
from server import execute

LENGTHS_SEED = 20240229
BAR_TIMES = 2  # cosine's time, at no less than its recall


def scaled(data):
    """The same rows scaled by 10^u, u even in -1 .. 1, and their largest products with the same queries."""
    exponents = numpy.random.default_rng(LENGTHS_SEED).uniform(-1, 1, len(data.base))
    base = data.base * (10 ** exponents).astype(numpy.float32)[:, None]
    return Dataset(f"{data.name}, lengths of .1 to 10", base, data.queries, data.kinds, data.kind,
                   exact_neighbours(base, data.queries, DEPTH, as_they_are))


def with_products(bench):
    """The bench over the scaled rows, which are loaded into a table of their own unless a kept server has them."""
    part = copy.copy(bench)
    part.data, part.sweeps = scaled(bench.data), {}
    side = sides.PRODUCTS
    made_of = f"{part.data.name}, {part.data.base.shape}, plain {bench.options.plain}, {side.script_hash}"
    there = execute(bench.control, "SELECT to_regclass(%s)", (side.table,))[0][0]
    if not there or bench.kept.get(side.name) != made_of:
        bench.kept.forget(side.name)
        execute(bench.control, f"DROP TABLE IF EXISTS {side.table}, {side.query_table}")
        sides.load_table(bench.control, side, side.table, part.data.base, bench.options.plain)
        sides.load_table(bench.control, side, side.query_table, bench.timed.queries, bench.options.plain)
        bench.kept.put(side.name, made_of)
    return part


def measure_mips(bench):
    """Recall at two targets, and pairs of equal recall: a minute and a half on 115,648 x 384."""
    bench.results.part("inner products of rows with lengths of .1 to 10, beside cosine")
    if bench.options.dim:
        bench.results.missing("made rows have lengths of their own")
        return
    part = with_products(bench)
    for goal in bench.goals:
        for each, config in ((bench, sides.RABITQ), (part, sides.RABITQ_PRODUCTS)):
            report_recall(each, config, goal)
    for goal in bench.goals:
        report_pair(bench, part, goal)


def report_recall(bench, config, target):
    """Recall of both kinds at a target; products, which are the matter here, with the target as their bar."""
    client = prepare(bench, config, bench.data.queries)
    client.sql(f"SET ivf.target_recall = {target}")
    recall = bench.data.recall(client.run(10)[1])
    client.sql("RESET ivf.target_recall")
    for kind, name in enumerate(bench.data.kinds):
        bench.results.add(f"{config.key}, target {target}, {name}", recall[kind], "recall@10",
                          at_least=target if config is sides.RABITQ_PRODUCTS else None)


def report_pair(bench, part, goal):
    """Both at their fastest setting that reaches a recall, products no less than cosine; they take turns."""
    cosine = fastest(bench, sides.RABITQ, goal)
    products = cosine and fastest(part, sides.RABITQ_PRODUCTS, cosine["recall"][2])
    if not products:
        bench.results.missing(f"{goal} is not reached by both")
        return
    for name, stopwatch in (("by a client", time_queries), ("index time", time_lateral)):
        a, b = measure_pair(bench, (sides.RABITQ, cosine), (sides.RABITQ_PRODUCTS, products), stopwatch)
        for which, config, point in ((a, sides.RABITQ, cosine), (b, sides.RABITQ_PRODUCTS, products)):
            bench.results.add(f"{config.key} at {goal}, {name}", numpy.median(which[:, 0]), "us a query",
                              note=f"{told(point)}; processor {numpy.median(which[:, 1]):.0f} us")
        ratios = b[:, 0] / a[:, 0]
        bench.results.add(f"products against cosine at {goal}, {name}", numpy.median(ratios), "x",
                          at_most=BAR_TIMES, note=f"rounds {listed(ratios, '.2f')}")
