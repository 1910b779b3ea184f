#!/usr/bin/python3
"""numpy_search.py FOLDER - a corpus of 100,000 x 128 normalised vectors, 20 queries, and what NumPy finds for them.

Writes FOLDER/corpus (binary COPY of id and vector, ids from 0) and FOLDER/queries (COPY text of id, vector,
the ids of the five best by `corpus @ query`, best first, and their similarities).
"""

import sys

import numpy

ROWS, DIM, QUERIES, K = 100_000, 128, 20, 5


def unit_vectors(generator, n):
    """n random directions as float32, n x DIM."""
    vectors = generator.standard_normal((n, DIM)).astype(numpy.float32)
    return vectors / numpy.linalg.norm(vectors, axis=1, keepdims=True)


def write_corpus(path, corpus):
    """Tuples of two fields: int4 and vector, which is its dimensions as int16, an unused int16, and float4 elements."""
    row = numpy.dtype([("fields", ">i2"), ("id_bytes", ">i4"), ("id", ">i4"), ("bytes", ">i4"),
                       ("dim", ">i2"), ("unused", ">i2"), ("elements", ">f4", DIM)])
    rows = numpy.zeros(len(corpus), row)
    rows["fields"], rows["id_bytes"], rows["bytes"], rows["dim"] = 2, 4, 4 + 4 * DIM, DIM
    rows["id"], rows["elements"] = numpy.arange(len(corpus)), corpus
    with open(path, "wb") as file:
        file.write(b"PGCOPY\n\xff\r\n\0" + bytes(8) + rows.tobytes() + b"\xff\xff")


def write_queries(path, corpus, queries):
    with open(path, "w", encoding="ascii") as file:
        for i, query in enumerate(queries):
            similarities = corpus @ query
            best = numpy.argsort(-similarities)[:K]
            vector = ",".join(f"{x:.9g}" for x in query)
            ids = ",".join(map(str, best))
            values = ",".join(f"{x:.9g}" for x in similarities[best])
            file.write(f"{i}\t[{vector}]\t{{{ids}}}\t{{{values}}}\n")


def main(folder):
    generator = numpy.random.default_rng(20240)
    corpus = unit_vectors(generator, ROWS)
    write_corpus(f"{folder}/corpus", corpus)
    write_queries(f"{folder}/queries", corpus, unit_vectors(generator, QUERIES))


if __name__ == "__main__":
    main(*sys.argv[1:])
