"""The data: base vectors, two kinds of queries, and their exact neighbours."""
import os
from dataclasses import dataclass

import numpy

HERE = os.path.dirname(os.path.abspath(__file__))
DEFAULT = os.path.join(HERE, "..", "..", "..", "shared", "data", "wordnet")
SAMPLE = os.path.join(HERE, "..", "data")
KINDS = ("definitions", "sentences")  # held-out definitions, example sentences: halves of the queries


@dataclass
class Dataset:
    """Unit-length float32 rows; kind[i] is 0 or 1; neighbours[i] are the K nearest rows, nearest first."""
    name: str
    base: numpy.ndarray        # n x d
    queries: numpy.ndarray     # m x d
    kind: numpy.ndarray        # m
    neighbours: numpy.ndarray  # m x K

    def take(self, which):
        """The same data with some of the queries only (an index array)."""
        return Dataset(self.name, self.base, self.queries[which], self.kind[which], self.neighbours[which])

    def spread(self, per_kind):
        """The same data with `per_kind` queries of each kind, evenly spread over them."""
        parts = []
        for kind in range(len(KINDS)):
            all_of_kind = numpy.flatnonzero(self.kind == kind)
            count = min(per_kind, len(all_of_kind))
            parts.append(all_of_kind[numpy.linspace(0, len(all_of_kind) - 1, count).astype(int)])
        return self.take(numpy.concatenate(parts))

    def recall(self, ids, k=10):
        """Recall@k of rows found, m x k: mean over the definitions, over the sentences, and of these two."""
        pairs = zip(ids[:, :k], self.neighbours[:, :k])
        hits = numpy.array([len(numpy.intersect1d(found, true)) / k for found, true in pairs])
        each = [float(hits[self.kind == kind].mean()) for kind in range(len(KINDS))]
        return each[0], each[1], sum(each) / 2


def unit_rows(path):
    """The rows of a float16 file, scaled to unit length in float32."""
    rows = numpy.load(path).astype(numpy.float32)
    return rows / numpy.linalg.norm(rows, axis=1, keepdims=True)


def exact_neighbours(base, queries, k):
    """The k nearest rows of each query by cosine, in double precision, ties by row number."""
    base = base.astype(numpy.float64)
    out = []
    for start in range(0, len(queries), 50):
        distance = 1 - queries[start:start + 50].astype(numpy.float64) @ base.T
        out.append(numpy.argsort(distance, axis=1, kind="stable")[:, :k])
    return numpy.concatenate(out)


def find(directory):
    """The directory to read: the one given, else the full set, else the bundled sample, saying so."""
    directory = directory or os.environ.get("VECSIM_BENCH_DATA") or DEFAULT
    if os.path.exists(os.path.join(directory, "base.npy")):
        return directory
    print(f"no data in {directory} (base.npy is missing): using the bundled sample, which proves little",
          flush=True)
    return SAMPLE


def load(directory=None, rows=None, per_kind=None):
    """The data of a directory, at most `rows` base rows and `per_kind` queries of each kind."""
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
        neighbours = exact_neighbours(base, queries, 100)
    data = Dataset(os.path.basename(os.path.normpath(directory)), base, queries, kind, neighbours)
    return data.spread(per_kind) if per_kind else data


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
