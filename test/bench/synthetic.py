"""Clustered vectors of any number and dimension, made in chunks from a seed: the same rows in every run.

A row is the centre of its cluster plus its own deviation, both normal with eigenvalues i^-alpha in a basis
that is turned at random, so that no axis is special; cluster sizes follow a power law; norms are lognormal.
The defaults are as hard as real sentence embeddings: share() is the measure, README has its figures.
"""
from dataclasses import dataclass, replace

import numpy

CHUNK = 20000
QUERY_CHUNK = 1 << 20  # numbers of chunks that are not rows: no row is a query
EXTRA_CHUNK = 1 << 21
NATURAL = ((100000, 1.35), (500000, 1.25), (1000000, 1.0))  # rows, alpha
BAR_SHARE = 4  # percent; real sentence embeddings take 3.9


@dataclass(frozen=True)
class Shape:
    """What the vectors are like."""
    alpha: float = 0.0       # eigenvalues fall as i^-alpha: larger is easier; 0 means natural_alpha()
    clusters: int = 2000
    spread: float = 1.5      # deviation of a row from its centre, in deviations of the centres
    size_power: float = 0.5  # the i-th cluster has a share in proportion to i^-size_power
    norm_sigma: float = 0.3  # of the logarithm of the norms
    seed: int = 20240229


def natural_alpha(n):
    """The spectrum with which n rows are about as hard as real ones: of one spectrum, few rows are harder.

    Found by measuring share() at three sizes; between them straight in the logarithm of n.
    """
    sizes, alphas = zip(*NATURAL)
    return numpy.interp(numpy.log(n), numpy.log(sizes), alphas)


class Synthetic:
    """n x dim float32 rows that are made when a slice is asked for; the last chunk of CHUNK rows is kept."""

    def __init__(self, n, dim, shape=Shape()):
        shape = replace(shape, alpha=shape.alpha or float(natural_alpha(n)))
        self.shape, self.like = (n, dim), shape
        random = numpy.random.default_rng(shape.seed)
        self.deviation = numpy.arange(1, dim + 1, dtype=numpy.float32) ** (-shape.alpha / 2)
        self.turn = numpy.linalg.qr(random.standard_normal((dim, dim), dtype=numpy.float32))[0]
        self.centres = random.standard_normal((shape.clusters, dim), dtype=numpy.float32) * self.deviation
        sizes = numpy.arange(1, shape.clusters + 1) ** -shape.size_power
        self.sizes = sizes / sizes.sum()
        self.last = (None, None)

    def __len__(self):
        return self.shape[0]

    def __getitem__(self, rows):
        start, stop, step = rows.indices(len(self))
        if step != 1:
            raise ValueError("rows are made in order")
        first = start // CHUNK
        parts = [self._chunk(number) for number in range(first, max(first + 1, -(-stop // CHUNK)))]
        return numpy.concatenate(parts)[start - first * CHUNK:stop - first * CHUNK]

    def queries(self, count):
        """Vectors of the same distribution that are no rows."""
        return self._make(QUERY_CHUNK, count)

    def extra(self, count):
        """Further ones, to be inserted."""
        return self._make(EXTRA_CHUNK, count)

    def _chunk(self, number):
        if self.last[0] != number:
            self.last = (number, self._make(number, CHUNK))
        return self.last[1]

    def _make(self, number, count):
        random = numpy.random.default_rng([self.like.seed, number])
        dim = self.shape[1]
        rows = random.standard_normal((count, dim), dtype=numpy.float32)
        rows *= self.deviation * numpy.float32(self.like.spread)
        rows += self.centres[random.choice(len(self.sizes), size=count, p=self.sizes)]
        rows = rows @ self.turn
        norms = numpy.exp(random.standard_normal(count, dtype=numpy.float32) * self.like.norm_sigma)
        return rows * (norms / numpy.linalg.norm(rows, axis=1))[:, None]


def unit(rows):
    """Rows scaled to length 1."""
    return rows / numpy.linalg.norm(rows, axis=1, keepdims=True)


def sample_rows(base, count):
    """About `count` rows of evenly spread chunks, unit length."""
    chunks = numpy.arange(0, len(base), CHUNK)
    per_chunk = -(-count // len(chunks))
    return numpy.concatenate([unit(base[start:start + per_chunk]) for start in chunks])


def nearest_centre(rows, centres):
    """Number of the centre with the largest product, for each row."""
    return (rows @ centres.T).argmax(axis=1)


def kmeans(rows, lists, passes=5, seed=1):
    """Spherical k-means in blocks of rows: unit-length centres, lists x dim."""
    random = numpy.random.default_rng(seed)
    centres = rows[random.choice(len(rows), lists, replace=False)].copy()
    for _ in range(passes):
        total = numpy.zeros_like(centres)
        count = numpy.zeros(lists, dtype=numpy.int64)
        for start in range(0, len(rows), CHUNK):
            part = rows[start:start + CHUNK]
            nearest = nearest_centre(part, centres)
            order = numpy.argsort(nearest, kind="stable")
            found, where = numpy.unique(nearest[order], return_index=True)
            total[found] += numpy.add.reduceat(part[order], where)
            count += numpy.bincount(nearest, minlength=lists)
        empty = count == 0
        total[empty] = rows[random.choice(len(rows), int(empty.sum()))]
        centres = unit(total)
    return centres


def share(base, queries, neighbours, goal=0.95, k=10):
    """Share of the rows in the nearest 4 sqrt(n) exact lists that must be read for a mean recall@k of `goal`.

    Every query reads the same number of lists; the smallest that is enough is taken.  Returns (share, lists
    read, lists).  About a minute for 100,000 x 768 on two processors.
    """
    lists = int(4 * numpy.sqrt(len(base)))
    centres = kmeans(sample_rows(base, min(len(base), 64 * lists)), lists)
    home = numpy.concatenate([nearest_centre(unit(base[start:start + CHUNK]), centres)
                              for start in range(0, len(base), CHUNK)])
    ranks = numpy.argsort(-(unit(queries) @ centres.T), axis=1)
    position = numpy.argsort(ranks, axis=1)  # of each list in each query's order
    needed = numpy.take_along_axis(position, home[neighbours[:, :k]], axis=1)
    probes = int(numpy.sort(needed.ravel())[int(numpy.ceil(goal * needed.size)) - 1]) + 1
    rows_read = numpy.bincount(home, minlength=lists)[ranks[:, :probes]].sum(axis=1)
    return float(rows_read.mean() / len(base)), probes, lists


def measure_share(bench):
    """How hard the data are: the share of rows to read, which the default shape keeps at 4 % or more."""
    bench.results.part("how hard the data are")
    part = bench.data.spread(250)
    found, probes, lists = share(part.base, part.queries, part.neighbours)
    bench.results.add("rows in the exact lists to read for recall .95", found * 100, "%",
                      at_least=BAR_SHARE if bench.options.dim else None,
                      note=f"{probes} of {lists} lists (4 sqrt(n)), {len(part.queries)} queries")
