#!/usr/bin/python3
"""demo.py [--psql] - vecsim on real data, in a minute: loads, indexes, asks, measures; or opens psql on the same data.

Runs on a throw-away server of its own (test/stage.py) with what `make stage` built; nothing is left behind.
"""

import io
import os
import pathlib
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "data")]

import psycopg2  # noqa: E402

import load  # noqa: E402
import measure  # noqa: E402
import show  # noqa: E402
import stage as staging  # noqa: E402

QUESTIONS = [
    "he was tagged out at second on a close play",
    "embryonic stem cells are totipotent",
    "he practiced his drumming several hours every day",
    "total eclipse: an eclipse as seen from a place where the eclipsed body is completely obscured",
    "venom: toxin secreted by animals; secreted by certain snakes and poisonous insects (e.g., spiders and scorpions)",
]
ANSWERS = 4

CREATE_TABLE = """
CREATE TABLE items (
    id        int PRIMARY KEY,
    text      text,
    embedding vector(384) CHECK (is_normalized(embedding))
);
"""
CREATE_INDEX = "CREATE INDEX ON items USING ivf (embedding vector_cosine_ops);"
ASK = """
SELECT text, cosine_similarity(embedding, $1) AS similarity
FROM items ORDER BY embedding <=> $1 LIMIT 4;
"""


def kind_of(number):
    """The kind of query that a row of queries.npy is."""
    return next(name for name, rows in load.QUERY_KINDS.items() if rows.start <= number < rows.stop)


def timed(cursor, statement):
    """Runs a statement; seconds it took."""
    start = time.perf_counter()
    cursor.execute(statement)
    return time.perf_counter() - start


def one(cursor, query):
    """The single value that a query returns."""
    cursor.execute(query)
    return cursor.fetchone()[0]


def copy_in(cursor, table, name):
    """Loads base or queries into a table; seconds it took."""
    lines = io.StringIO("".join(load.copy_lines(name)))
    start = time.perf_counter()
    cursor.copy_expert(f"COPY {table} FROM STDIN", lines)
    return time.perf_counter() - start


def introduce(cursor):
    """Says what is about to be shown, and on what."""
    cursor.execute("CREATE EXTENSION vecsim")
    version = one(cursor, "SELECT extversion FROM pg_extension WHERE extname = 'vecsim'")
    server = one(cursor, "SHOW server_version").split()[0]
    show.title("vecsim: vector similarity search inside PostgreSQL")
    show.say(f"A throw-away server, PostgreSQL {server}, with vecsim {version} computing on "
             f"{one(cursor, 'SELECT vecsim_simd()')}. The data are real: {len(load.texts('base')):,} dictionary "
             "definitions (WordNet 3.0), each turned into 384 numbers by a small language model, so that texts of "
             "like meaning point in like directions.")


def load_and_index(cursor):
    """Makes the table and its index, and says how long that took and how big they are."""
    show.title("1  Load and index")
    show.sql("CREATE EXTENSION vecsim;\n" + CREATE_TABLE.strip())
    cursor.execute(CREATE_TABLE)
    seconds = copy_in(cursor, "items", "base")
    rows = one(cursor, "SELECT count(*) FROM items WHERE is_normalized(embedding)")
    show.say(f"Copied {rows:,} rows in {seconds:.2f} s. The CHECK is the field's most useful guard: every one of these "
             "vectors has length 1, so cosine and dot product agree.")
    print()
    show.sql(CREATE_INDEX)
    seconds = timed(cursor, CREATE_INDEX)
    cursor.execute("ANALYZE items")
    size = one(cursor, "SELECT pg_size_pretty(pg_table_size('items'))")
    index_size = one(cursor, "SELECT pg_size_pretty(pg_relation_size('items_embedding_idx'))")
    share = one(cursor, f"SELECT pg_relation_size('items_embedding_idx') / {rows * load.DIM * 4.0}")
    show.say(f"Built in {seconds:.2f} s. The table takes {size}, the index {index_size}: it keeps the vectors as short "
             f"codes, {share:.0%} of their size. There was nothing to tune.")


def ask(cursor, queries):
    """Asks the questions and prints what is nearest."""
    show.title("2  Ask")
    show.sql(ASK)
    texts = load.texts("queries")
    cursor.execute("PREPARE ask (vector) AS " + ASK.replace("LIMIT 4", f"LIMIT {ANSWERS}"))
    for question in QUESTIONS:
        number = texts.index(question)
        cursor.execute("EXECUTE ask (%s)", (queries[number],))
        show.answers(question, kind_of(number).rstrip("s"), cursor.fetchall())
    print()
    show.say("No question is among the rows. The number is the cosine similarity: 1 for the same direction.")


def compare(cursor, queries):
    """Recall and time of the index beside exact search, each kind of query apart."""
    show.title("3  Compare with exact search")
    plan = measure.plan_uses_index(cursor, queries[0])
    rows = []
    for kind, numbers in load.QUERY_KINDS.items():
        found, index_ms = measure.search(cursor, queries[numbers], index=True)
        exact, exact_ms = measure.search(cursor, queries[numbers], index=False)
        rows.append([kind, str(numbers.stop - numbers.start), f"{measure.recall(found, exact):.3f}",
                     f"{index_ms:.2f} ms", f"{exact_ms:.2f} ms", f"{exact_ms / index_ms:.1f}x"])
    show.table(["queries", "number", f"recall@{measure.LIMIT}", "index", "exact", "faster by"], rows)
    print()
    target = one(cursor, "SHOW ivf.target_recall")
    show.say(f"Recall is the share of the true {measure.LIMIT} nearest rows that the index found; it aims at "
             f"ivf.target_recall = {target}, and 1 is exact. Times are medians of a prepared statement seen from the "
             f"client, one at a time, everything in memory. Plan: {plan or 'the planner chose not to use the index'}. "
             "This table is small: exact search takes time in proportion to the rows, the index much less.")


def show_the_way():
    """Where to go on."""
    show.title("Go on")
    show.commands({
        "make psql": "this data and a prompt, on a throw-away server",
        "make install": "vecsim into your PostgreSQL; then, in a database of yours: CREATE EXTENSION vecsim;",
        "make test": "everything that can be checked",
        "README.md": "the manual",
    })
    print()


def prompt(cursor, server):
    """Opens psql on the loaded data and waits for its end."""
    cursor.execute("CREATE TABLE queries (id int PRIMARY KEY, text text, embedding vector(384))")
    copy_in(cursor, "queries", "queries")
    show.title("Your turn")
    show.say("Tables items and queries (id, text, embedding), the first with an ivf index. For instance:")
    show.sql("""
        SELECT q.text AS question, near.*
        FROM queries q CROSS JOIN LATERAL (
            SELECT text, cosine_similarity(embedding, q.embedding) AS similarity
            FROM items ORDER BY embedding <=> q.embedding LIMIT 3) near
        WHERE q.id = 166;
        EXPLAIN ANALYZE SELECT id FROM items
            ORDER BY embedding <=> (SELECT embedding FROM queries WHERE id = 7) LIMIT 10;
        SET ivf.target_recall = 1;   -- exact answers
        SET vecsim.simd = scalar;    -- the same answers without SIMD""")
    show.say("The server and all in it are gone when you leave with \\q.")
    print(flush=True)
    subprocess.run(["psql"], env={**os.environ, **server.env}, check=False)


def main(arguments):
    queries = [load.vector_literal(values) for values in load.embeddings("queries")]
    with staging.Stage() as stage, staging.Server(stage) as server:
        connection = psycopg2.connect(host=server.env["PGHOST"], port=5432, user="postgres", dbname="postgres")
        connection.autocommit = True
        with connection.cursor() as cursor:
            introduce(cursor)
            load_and_index(cursor)
            if "--psql" in arguments:
                prompt(cursor, server)
            else:
                ask(cursor, queries)
                compare(cursor, queries)
                show_the_way()
        connection.close()


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except staging.StageError as problem:
        sys.exit(f"The demo cannot run: {problem}")
