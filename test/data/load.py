#!/usr/bin/python3
"""load.py base|queries - prints the bundled embeddings as text for COPY ... FROM STDIN: id, text, embedding.

As a module it gives them as arrays.  Ids are row numbers, from 0.  Embeddings have unit length in float32.
"""

import pathlib
import sys

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
DIM = 384
QUERY_KINDS = {"held-out definitions": slice(0, 100), "example sentences": slice(100, 200)}


def embeddings(name, folder=HERE):
    """The embeddings of name.npy, n x DIM float32; the stored float16 values scaled to unit length."""
    values = np.load(folder / f"{name}.npy").astype(np.float32)
    return values / np.linalg.norm(values, axis=1, keepdims=True)


def texts(name, folder=HERE):
    """The n texts that belong to the rows of embeddings(name)."""
    return (folder / f"{name}.txt").read_text(encoding="utf-8").splitlines()


def vector_literal(values):
    """A vector as vecsim reads it; nine digits give back the very float32."""
    return "[" + ",".join("%.9g" % value for value in values.tolist()) + "]"


def copy_lines(name, folder=HERE):
    """Lines of COPY's text format, one a row."""
    for number, (text, values) in enumerate(zip(texts(name, folder), embeddings(name, folder))):
        escaped = text.replace("\\", "\\\\").replace("\t", "\\t")
        yield f"{number}\t{escaped}\t{vector_literal(values)}\n"


if __name__ == "__main__":
    sys.stdout.writelines(copy_lines(sys.argv[1]))
