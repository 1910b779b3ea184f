#!/usr/bin/python3
"""make_sample.py SOURCE - picks the bundled sample from the whole data set in the folder SOURCE.

SOURCE holds base.npy, base.txt, queries.npy, queries.txt, neighbours.npy and LICENSE (README.md tells what they are).
The sample is written beside this file.  It has the 20 true neighbours of each chosen query, so that answers found in
it are the whole data set's own, and is filled up with random rows.  The same seed gives the same sample.
"""

import pathlib
import shutil
import sys

import numpy as np

SEED = 3
ROWS = 6000
QUERIES_A_KIND = 100
KINDS = (range(0, 1000), range(1000, 2000))  # held-out definitions, example sentences
NEIGHBOURS = 20


def pick_queries(rng):
    """Numbers of the chosen queries, ascending within each kind."""
    return np.concatenate([np.sort(rng.choice(kind, QUERIES_A_KIND, replace=False)) for kind in KINDS])


def pick_rows(rng, neighbours, total):
    """Numbers of the chosen base rows, ascending; neighbours is queries x NEIGHBOURS."""
    wanted = np.unique(neighbours)
    others = np.setdiff1d(np.arange(total), wanted)
    filling = rng.choice(others, ROWS - len(wanted), replace=False)
    return np.sort(np.concatenate([wanted, filling]))


def copy_picked(source, target, name, picked):
    """Writes the picked rows of name.npy and lines of name.txt from folder source to folder target."""
    np.save(target / f"{name}.npy", np.load(source / f"{name}.npy", mmap_mode="r")[picked])
    lines = (source / f"{name}.txt").read_text(encoding="utf-8").split("\n")
    (target / f"{name}.txt").write_text("".join(lines[i] + "\n" for i in picked), encoding="utf-8")


def main():
    source = pathlib.Path(sys.argv[1])
    target = pathlib.Path(__file__).resolve().parent
    rng = np.random.default_rng(SEED)
    queries = pick_queries(rng)
    neighbours = np.load(source / "neighbours.npy")[queries, :NEIGHBOURS]
    rows = pick_rows(rng, neighbours, np.load(source / "base.npy", mmap_mode="r").shape[0])
    copy_picked(source, target, "base", rows)
    copy_picked(source, target, "queries", queries)
    shutil.copyfile(source / "LICENSE", target / "LICENSE")


if __name__ == "__main__":
    main()
