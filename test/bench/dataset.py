"""The data: base vectors, one or two kinds of queries, and their exact neighbours.

Real sentence embeddings; or with a dimension given rows of synthetic.py, neighbours kept in build/bench.
"""
import hashlib
import os
from dataclasses import dataclass

import numpy

from synthetic import Shape, Synthetic, unit

HERE = os.path.dirname(os.path.abspath(__file__))
DEFAULT = os.path.join(HERE, "..", "..", "..", "shared", "data", "wordnet")
SAMPLE = os.path.join(HERE, "..", "data")
KINDS = ("definitions", "sentences")  # held-out definitions, example sentences: halves of the queries
SYNTHETIC_QUERIES = 1000
NEW_ROWS_SEED, NEW_ROWS_NOISE = 20240229, 0.01
DEPTH = 100  # neighbours known of each query


@dataclass
class Dataset:
    """Float32 rows; kinds[kind[i]] is the kind of query i; neighbours[i] are its nearest rows, in order."""
    name: str
    base: numpy.ndarray        # n x d; or anything that gives its slices
    queries: numpy.ndarray     # m x d
    kinds: tuple               # names
    kind: numpy.ndarray        # m
    neighbours: numpy.ndarray  # m x DEPTH

    def take(self, which):
        """The same data with some of the queries only (an index array)."""
        return Dataset(self.name, self.base, self.queries[which], self.kinds, self.kind[which],
                       self.neighbours[which])

    def spread(self, per_kind):
        """The same data with `per_kind` queries of each kind, evenly spread over them."""
        parts = []
        for kind in range(len(self.kinds)):
            all_of_kind = numpy.flatnonzero(self.kind == kind)
            count = min(per_kind, len(all_of_kind))
            parts.append(all_of_kind[numpy.linspace(0, len(all_of_kind) - 1, count).astype(int)])
        return self.take(numpy.concatenate(parts))

    def recall(self, ids, k=10):
        """Recall@k of rows found, m x k: mean over the first kind, over the last, and of all kinds' means."""
        pairs = zip(ids[:, :k], self.neighbours[:, :k])
        hits = numpy.array([len(numpy.intersect1d(found, true)) / k for found, true in pairs])
        each = [float(hits[self.kind == kind].mean()) for kind in range(len(self.kinds))]
        return each[0], each[-1], sum(each) / len(each)


def unit_rows(path):
    """The rows of a float16 file, scaled to unit length in float32."""
    return unit(numpy.load(path).astype(numpy.float32))


def as_they_are(rows):
    """The rows: what exact_neighbours() measures where lengths count, as unit() does where they do not."""
    return rows


def exact_neighbours(base, queries, k, measured=unit):
    """The k nearest rows of each query by cosine, or measured as they are by inner product; ties by row number.

    Products of blocks in single precision find twice as many, double precision puts these in order.
    """
    queries = unit(queries)
    best = numpy.full((len(queries), 0), 0.0, dtype=numpy.float32)
    rows = numpy.zeros((len(queries), 0), dtype=numpy.int64)
    for start in range(0, len(base), 20000):
        block = queries @ measured(base[start:start + 20000]).T
        best = numpy.concatenate([best, block], axis=1)
        rows = numpy.concatenate([rows, numpy.broadcast_to(numpy.arange(start, start + block.shape[1]),
                                                           block.shape)], axis=1)
        keep = numpy.argpartition(-best, min(2 * k, best.shape[1] - 1), axis=1)[:, :2 * k]
        best, rows = (numpy.take_along_axis(whole, keep, axis=1) for whole in (best, rows))
    return in_order(base, queries, rows, k, measured)


def in_order(base, queries, rows, k, measured):
    """The k nearest of each query's candidate rows, by distances of double precision."""
    wanted, places = numpy.unique(rows, return_inverse=True)
    places = places.reshape(rows.shape)
    vectors = []
    for start in range(0, len(base), 20000):
        inside = wanted[(wanted >= start) & (wanted < start + 20000)]
        vectors.append(base[start:start + 20000][inside - start])
    vectors = measured(numpy.concatenate(vectors).astype(numpy.float64))
    out = []
    for query, candidates, place in zip(unit(queries.astype(numpy.float64)), rows, places):
        distance = 1 - vectors[place] @ query
        out.append(candidates[numpy.lexsort((candidates, distance))][:k])
    return numpy.array(out)


def find(directory):
    """The directory to read: the one given, else the full set, else the bundled sample, saying so."""
    directory = directory or os.environ.get("VECSIM_BENCH_DATA") or DEFAULT
    if os.path.exists(os.path.join(directory, "base.npy")):
        return directory
    print(f"no data in {directory} (base.npy is missing): using the bundled sample, which proves little",
          flush=True)
    return SAMPLE


def load(options, cache, per_kind=None):
    """The data that the options name; at most `per_kind` queries of each kind.  `cache` is a directory."""
    data = load_synthetic(options, cache) if options.dim else load_real(options.data, options.rows)
    return data.spread(per_kind) if per_kind else data


def load_synthetic(options, cache):
    """options.rows x options.dim made rows.  Neighbours take a minute for 1,000,000 x 768, the first time."""
    shape = Shape(**{name: type(getattr(Shape, name))(value) for name, value in
                     (pair.split("=") for pair in options.shape.split(",") if pair)})
    base = Synthetic(options.rows or 100000, options.dim, shape)
    queries = base.queries(SYNTHETIC_QUERIES)
    key = hashlib.sha256(f"{base.shape} {base.like} {SYNTHETIC_QUERIES}".encode()).hexdigest()[:16]
    path = os.path.join(cache, f"neighbours-{key}.npy")
    if not os.path.exists(path):
        numpy.save(path, exact_neighbours(base, queries, DEPTH))
    return Dataset(f"synthetic {base.like}", base, queries, ("held out",), numpy.zeros(len(queries), dtype=int),
                   numpy.load(path))


def load_real(directory=None, rows=None):
    """The data of a directory, at most `rows` base rows."""
    directory = find(directory)
    base = unit_rows(os.path.join(directory, "base.npy"))
    queries = unit_rows(os.path.join(directory, "queries.npy"))
    given = os.path.join(directory, "neighbours.npy")
    kind = (numpy.arange(len(queries)) >= len(queries) // 2).astype(int)
    partial = rows is not None and rows < len(base)
    if partial:
        base = base[:rows]
    if os.path.exists(given) and not partial:
        neighbours = numpy.load(given)
    else:
        neighbours = exact_neighbours(base, queries, DEPTH)
    return Dataset(os.path.basename(os.path.normpath(directory)), base, queries, KINDS, kind, neighbours)


def new_rows(base, count):
    """Rows to be inserted: of the same distribution, or where that is not known, near to rows that exist."""
    if isinstance(base, Synthetic):
        return base.extra(count)
    random = numpy.random.default_rng(NEW_ROWS_SEED)
    rows = base[random.choice(len(base), count)]
    return unit(rows + random.standard_normal(rows.shape, dtype=numpy.float32) * NEW_ROWS_NOISE)


def copy_chunks(vectors, rows_per_chunk=20000):
    """The rows (number, vector) in the binary format of COPY, as byte strings that are each a whole COPY."""
    n, dim = vectors.shape
    row = numpy.dtype([("columns", ">i2"), ("id_bytes", ">i4"), ("id", ">i4"), ("v_bytes", ">i4"),
                       ("dim", ">i2"), ("unused", ">i2"), ("x", ">f4", dim)])
    header = b"PGCOPY\n\xff\r\n\0" + bytes(8)
    for start in range(0, n, rows_per_chunk):
        part = vectors[start:start + rows_per_chunk]
        out = numpy.zeros(len(part), dtype=row)
        out["columns"] = 2
        out["id_bytes"] = 4
        out["id"] = numpy.arange(start, start + len(part))
        out["v_bytes"] = 4 + 4 * dim
        out["dim"] = dim
        out["x"] = part
        yield header + out.tobytes() + b"\xff\xff"
