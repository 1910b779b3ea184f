"""Searching by the indexes: recall at the defaults, queries a second at equal recall, sq8 against flat."""
import glob
import os
import subprocess

import numpy

import sides
from server import scalar

HERE = os.path.dirname(os.path.abspath(__file__))
BAR_GOAL = 0.95  # the recall at which the bars on speed hold


def prepare(bench, config, queries):
    """The side's client with this index in force, its queries set, and everything in memory."""
    bench.use(config)
    client = bench.client(config.side)
    client.queries(queries)
    client.prepare(config.search)
    return client


def measure_recall(bench):
    """Recall@10 with everything at its default, both kinds of queries apart, on a plain `USING ivf` index."""
    bench.results.part("recall@10 at the defaults")
    for config in bench.configs():
        client = prepare(bench, config, bench.data.queries)
        recall = bench.data.recall(client.run(10)[1])
        for kind, name in enumerate(bench.data.kinds):
            bar = 0.95 if config in (sides.RABITQ, sides.SQ8) else None
            bench.results.add(f"{config.key}, {name}", recall[kind], "recall@10", at_least=bar)
        if config in (sides.RABITQ, sides.SQ8):
            client.sql("SET ivf.target_recall = 1")
            recall = bench.data.recall(client.run(10)[1])
            client.sql("RESET ivf.target_recall")
            bench.results.add(f"{config.key}, ivf.target_recall = 1", recall[2], "recall@10", at_least=0.9995,
                              note="rows of nearly equal distance may change places with float32's rounding")


class Sweep:
    """Recall and speed of one index at the steps of one knob, each measured once over all queries."""

    def __init__(self, bench, config, knob):
        self.bench, self.config, self.knob = bench, config, knob
        self.points = bench.kept.points(config, knob, len(bench.data.queries))

    def at(self, step):
        """Measures a step: {setting, value, recall (definitions, sentences, mean), us (mean)}."""
        if step not in self.points:
            client = self.bench.client(self.config.side)
            client.sql(f"SET {self.knob.setting} = {self.knob.value(step)}")
            latency, ids = client.run(10)
            self.points[step] = {"setting": self.knob.setting, "value": self.knob.value(step),
                                 "recall": self.bench.data.recall(ids), "us": float(latency.mean())}
            self.bench.kept.put_points(self.config, self.knob, len(self.bench.data.queries), self.points)
        return self.points[step]

    def reaches(self, step, goal):
        """True when the mean recall of a step is at least the goal."""
        return self.at(step)["recall"][2] >= goal

    def grid(self):
        """The coarse grid, up to where every goal is reached: beyond it searches only get slower."""
        for step in self.knob.steps:
            if self.reaches(step, max(self.bench.goals)):
                break

    def cheapest(self, goal):
        """The point of the smallest step that reaches a goal, or None where the last step does not."""
        enough = [step for step in self.points if self.reaches(step, goal)]
        if not enough and not self.reaches(self.knob.last, goal):
            return None
        high = min(enough, default=self.knob.last)
        low = max((step for step in self.points if step < high), default=0)
        while high - low > max(1, self.bench.options.precision * low):
            middle = (low + high) // 2
            if self.reaches(middle, goal):
                high = middle
            else:
                low = middle
        return self.at(high)


def candidates(bench, config, goal):
    """A configuration's cheapest point on each of its knobs whose recall is at least the goal, where one is.

    What was measured for one goal serves the next; all of it is the configuration's curve in the results.
    """
    prepare(bench, config, bench.data.queries)
    if config.key not in bench.sweeps:
        bench.client(config.side).run(10)
        bench.sweeps[config.key] = [Sweep(bench, config, knob) for knob in config.knobs]
    found = []
    for run in bench.sweeps[config.key]:
        run.grid()
        found.append(run.cheapest(goal))
        bench.client(config.side).sql(f"RESET {run.knob.setting}")
    bench.results.curves[config.key] = [run.points[step] for run in bench.sweeps[config.key]
                                        for step in sorted(run.points)]
    return [point for point in found if point]


def fastest(bench, config, goal):
    """The fastest of the candidates, or None where the goal is not reached."""
    return min(candidates(bench, config, goal), key=lambda point: point["us"], default=None)


def told(point):
    """A point in words."""
    return f"{point['setting']} = {point['value']}, recall {point['recall'][0]:.4f} {point['recall'][1]:.4f}"


def measure_speed(bench):
    """Queries a second of each configuration at each goal, by a client and inside one statement."""
    bench.results.part("settings that reach a recall")
    chosen = {}
    for config in bench.configs():
        points = {goal: fastest(bench, config, goal) for goal in bench.goals}
        chosen[config.key] = {goal: point for goal, point in points.items() if point}
        for goal, point in chosen[config.key].items():
            bench.results.add(f"{config.key} at {goal}: {point['setting']} = {point['value']}", point["us"],
                              "us", note="recall %.4f %.4f" % point["recall"][:2])
    for goal in bench.goals:
        competitors = [(config, chosen[config.key][goal])
                       for config in bench.configs() if goal in chosen[config.key]]
        interleave(bench, f"one client at recall {goal}", competitors, time_queries,
                   goal == BAR_GOAL)
        interleave(bench, f"inside one LATERAL statement at recall {goal}", competitors, time_lateral, False)


def time_queries(bench, config):
    """Mean microseconds of a query by a client, round trip included; those of the backend's processor."""
    client = prepare(bench, config, bench.timed.queries)
    client.run(10)
    return float(client.run(10)[0].mean()), client.cpu_us


def time_lateral(bench, config):
    """Mean microseconds of a query inside one statement over all timed queries; those of the processor."""
    bench.use(config)
    client = bench.client(config.side)
    client.prepare(config.lateral)
    client.repeat(1)
    elapsed = float(client.repeat(1)[0])
    return elapsed / len(bench.timed.queries), client.cpu_us / len(bench.timed.queries)


def interleave(bench, title, competitors, measure, with_bars):
    """Rounds of all competitors in turn, each at its own point; medians, and each round's ratio to theirs.

    Processor time stands beside elapsed time, since it tells what a busy machine would hide.
    """
    bench.results.part(title)
    times = {config.key: [] for config, _ in competitors}
    cpu = {config.key: [] for config, _ in competitors}
    empty = []
    for _ in range(bench.rounds):
        empty.append(empty_round_trip(bench))
        for config, point in competitors:
            client = bench.client(config.side)
            client.sql(f"SET {point['setting']} = {point['value']}")
            elapsed, processor = measure(bench, config)
            times[config.key].append(elapsed)
            cpu[config.key].append(processor)
            client.sql(f"RESET {point['setting']}")
    bench.results.add("empty prepared query with the same parameter", numpy.median(empty), "us")
    for config, _ in competitors:
        median = numpy.median(times[config.key])
        bench.results.add(config.key, median, "us a query",
                          note=f"rounds {listed(times[config.key], '.0f')}; processor "
                               f"{numpy.median(cpu[config.key]):.0f} us")
        bench.results.add(f"{config.key}, queries a second", 1e6 / median, "1/s")
    for theirs in sides.THEIRS:
        for config, _ in competitors:
            if config.side is sides.VECSIM and theirs.key in times:
                ratios = numpy.array(times[theirs.key]) / numpy.array(times[config.key])
                of_cpu = numpy.median(numpy.array(cpu[theirs.key]) / numpy.array(cpu[config.key]))
                bar = config.bar if with_bars and theirs is sides.IVFFLAT else None
                bench.results.add(f"{config.key} against {theirs.key}", numpy.median(ratios), "x",
                                  at_least=bar,
                                  note=f"rounds {listed(ratios, '.2f')}; of processor time {of_cpu:.2f}")


def empty_round_trip(bench):
    """Mean microseconds of a prepared query that takes a vector and looks at nothing."""
    side = bench.sides[0]
    client = bench.client(side)
    client.queries(bench.timed.queries)
    client.prepare(f"SELECT 1 WHERE $1::{side.schema}.vector IS NOT NULL")
    client.run(1)
    return float(client.run(1)[0].mean())


def measure_sq8(bench):
    """What sq8 loses in recall against flat with the same lists and probes, and what its entries take."""
    bench.results.part("sq8 against flat, sqrt(n) lists, the same probes")
    client = bench.client(sides.VECSIM)
    for probes in (5, 10, 20, 40, 80):
        recall = {}
        for config in (sides.FLAT_SQRT, sides.SQ8_SQRT):
            prepare(bench, config, bench.data.queries)
            client.sql(f"SET ivf.probes = {probes}")
            recall[config.key] = bench.data.recall(client.run(10)[1])
            client.sql("RESET ivf.probes")
        for kind, name in enumerate(bench.data.kinds):
            loss = recall["flat-sqrt"][kind] - recall["sq8-sqrt"][kind]
            bench.results.add(f"recall lost, {name}, {probes} probes", loss, "recall@10", at_most=0.01,
                              note=f"flat {recall['flat-sqrt'][kind]:.4f}, "
                                   f"sq8 {recall['sq8-sqrt'][kind]:.4f}")
    entry_sizes(bench)
    relation_sizes(bench)


def entry_sizes(bench):
    """Bytes of an entry, as the quantiser itself says, against the 4 d bytes of a float32 vector."""
    root = os.path.join(HERE, "..", "..")
    program = os.path.join(bench.scratch, "entry_bytes")
    sources = [os.path.join(HERE, "entry_bytes.cpp")]
    for room in ("core", "kernels"):
        sources += sorted(glob.glob(os.path.join(root, "src", room, "*.cpp")))
    subprocess.run([os.environ.get("CXX", "g++"), "-std=gnu++20", "-O1", "-fopenmp",
                    "-I" + os.path.join(root, "src"), *sources, "-o", program], check=True)
    dim = bench.data.base.shape[1]
    for line in subprocess.check_output([program, str(dim)], text=True).splitlines():
        name, entry = line.split()
        bar = 0.27 if name == "sq8" else None
        bench.results.add(f"{name}: bytes of an entry / 4 d", int(entry) / (4 * dim), "x", at_most=bar,
                          note=f"{entry} bytes")


def relation_sizes(bench):
    """Size of every index and table, in megabytes and in bytes a row."""
    n = len(bench.data.base)
    for config in bench.configs():
        sides.ensure_index(bench.kept, config)
        size = scalar(bench.control, "SELECT pg_relation_size(%s::regclass)", ("public." + config.index,))
        bench.results.add(f"index {config.key}", size / 2**20, "MB", note=f"{size / n:.0f} bytes a row")
    for side in bench.sides:
        size = scalar(bench.control, "SELECT pg_table_size(%s::regclass)", (side.table,))
        bench.results.add(f"table of {side.name}", size / 2**20, "MB", note=f"{size / n:.0f} bytes a row")


def listed(values, form):
    """Values of a list as one string."""
    return " ".join(format(value, form) for value in values)
