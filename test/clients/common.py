"""common.py - what the tests of clients share: the extension under test, vectors, exact answers, TAP.

VECSIM_EXTENSION names the extension, vecsim or vector; the server is that of PGHOST and its like.  Elements of vectors
are numbers that float4 and float2 hold exactly, so that what comes back must be what went in.
"""

import math
import os
import random
import sys
import traceback

EXTENSION = os.environ["VECSIM_EXTENSION"]
# How each name's indexes are made: method and options.
METHODS = {
    "vecsim": [("ivf", {}), ("ivf", {"lists": 10})],
    "vector": [("ivfflat", {"lists": 10}), ("hnsw", {}), ("hnsw", {"m": 8, "ef_construction": 32})],
}[EXTENSION]
DIM = 16
# Operator of a distance, its operator class' last part, what it computes.
DISTANCES = {
    "l2": ("<->", lambda a, b: math.dist(a, b)),
    "ip": ("<#>", lambda a, b: -sum(x * y for x, y in zip(a, b))),
    "cosine": ("<=>", lambda a, b: 1 - sum(x * y for x, y in zip(a, b)) / math.hypot(*a) / math.hypot(*b)),
    "l1": ("<+>", lambda a, b: sum(abs(x - y) for x, y in zip(a, b))),
}
# Settings that make the indexes' answers exact; pgvector's are for trying a test on pgvector.
EXACT = {"enable_seqscan": "off", "enable_sort": "off", "ivf.target_recall": "1"}
if EXTENSION == "vector":
    EXACT.update({"ivfflat.probes": "32768", "hnsw.ef_search": "1000"})


def vectors(count, seed=1):
    """Vectors in a few clusters."""
    chance = random.Random(seed)
    centres = [[chance.randint(-80, 80) / 8 for _ in range(DIM)] for _ in range(12)]
    return [[x + chance.randint(-24, 24) / 8 for x in chance.choice(centres)] for _ in range(count)]


ROWS = vectors(500)
QUERY = vectors(1, seed=2)[0]


def nearest(distance, k=10, rows=None):
    """The k smallest distances to QUERY."""
    return sorted(DISTANCES[distance][1](row, QUERY) for row in rows or ROWS)[:k]


def check_nearest(ids, distance, k=10):
    """Raises an error unless rows of these ids, counted from 1, are k nearest ones in order."""
    got = [DISTANCES[distance][1](ROWS[number - 1], QUERY) for number in ids]
    expect(len(set(ids)) == k, f"{len(set(ids))} rows instead of {k}")
    for one, other in zip(got, nearest(distance, k)):
        expect(math.isclose(one, other, rel_tol=1e-5, abs_tol=1e-5), f"{distance}: {got}, not {nearest(distance, k)}")


def expect(true, complaint):
    if not true:
        raise AssertionError(complaint)


def connection_url(driver):
    """SQLAlchemy's URL of the test database."""
    return (f"postgresql+{driver}://{os.environ['PGUSER']}@/{os.environ['PGDATABASE']}"
            f"?host={os.environ['PGHOST']}&port={os.environ['PGPORT']}")


def run(tests):
    """Runs functions in order and prints TAP, one test a function, named by its first line; the exit status."""
    print(f"1..{len(tests)}")
    failed = 0
    client = os.path.basename(sys.argv[0]).removesuffix(".py")
    for number, test in enumerate(tests, 1):
        name = f"{client}, {EXTENSION}: {test.__doc__.splitlines()[0]}"
        try:
            test()
            print(f"ok {number} - {name}", flush=True)
        except Exception:
            failed += 1
            print(f"not ok {number} - {name}")
            print("".join(f"# {line}\n" for line in traceback.format_exc().splitlines()), end="", flush=True)
    return 1 if failed else 0
