"""Recall at the defaults of the other types and distances, on rows made of the same texts and embeddings.

Halves and bits are those of the embeddings; sparse vectors are the texts as bags of words, weighted by how rare a
word is.  The exact answer is the server's own, without an index; of rows at the distance of its last one any will
do, since distances of bits have many ties.
"""
import collections
import io
import math
import os
import re
import time

import numpy

import dataset
import sides
from server import execute, scalar

CASES = (  # table, operator, operator class
    ("items_vecsim", "<+>", "vector_l1_ops"),
    ("type_halves", "<=>", "halfvec_cosine_ops"),
    ("type_halves", "<+>", "halfvec_l1_ops"),
    ("type_bits", "<~>", "bit_hamming_ops"),
    ("type_bits", "<%>", "bit_jaccard_ops"),
    ("type_bags", "<=>", "sparsevec_cosine_ops"),
    ("type_bags", "<->", "sparsevec_l2_ops"),
    ("type_bags", "<#>", "sparsevec_ip_ops"))
QUERIES = 250  # of each kind


def words(text):
    """The words of a text, in lower case."""
    return re.findall("[a-z]+", text.lower())


def bags(texts, places, weights):
    """Lines for COPY: each text's number and the count of each known word times its weight, a sparsevec."""
    for number, text in enumerate(texts):
        counts = collections.Counter(places[word] for word in words(text) if word in places)
        elements = ",".join(f"{place}:{count * weights[place]:.6g}" for place, count in sorted(counts.items()))
        yield f"{number}\t{{{elements}}}/{len(places)}\n"


def read_texts(bench):
    """The texts of the base rows, and those of the queries in use; None where the data have no texts."""
    folder = dataset.find(bench.options.data)
    found = []
    for name in ("base", "queries"):
        path = os.path.join(folder, name + ".txt")
        if bench.options.dim or not os.path.exists(path):
            return None
        with open(path, encoding="utf-8") as file:
            found.append(file.read().split("\n"))
    whole = dataset.unit_rows(os.path.join(folder, "queries.npy"))
    number = {row.tobytes(): i for i, row in enumerate(whole)}
    return found[0][:len(bench.data.base)], [found[1][number[row.tobytes()]] for row in chosen(bench).queries]


def chosen(bench):
    """The data with the queries that this part asks."""
    return bench.data.spread(bench.options.queries or QUERIES)


def make_tables(bench):
    """Tables of rows and of queries (id, kind, v) of each type; bags only where there are texts."""
    control, data = bench.control, chosen(bench)
    for table in ("type_halves", "type_bits", "type_bags", "type_queries"):
        execute(control, f"DROP TABLE IF EXISTS {table}, {table}_queries")
    execute(control, f"CREATE TABLE type_queries (id int, v vector({sides.Rows.dim}))")
    sides.copy_rows(control, "type_queries", data.queries)
    execute(control, "CREATE TABLE items_vecsim_queries AS TABLE type_queries")
    for name, made, cast in (("halves", "v", "halfvec"), ("bits", "binary_quantize(v)", "bit")):
        for table, rows in ((f"type_{name}", "items_vecsim"), (f"type_{name}_queries", "type_queries")):
            execute(control, f"CREATE TABLE {table} AS SELECT id, {made}::{cast}({sides.Rows.dim}) AS v FROM {rows}")
            execute(control, f"ALTER TABLE {table} ALTER v TYPE {cast}({sides.Rows.dim})")
            execute(control, f"VACUUM (FREEZE, ANALYZE) {table}")
    texts = read_texts(bench)
    if texts:
        load_bags(control, *texts)


def load_bags(control, base, queries):
    """The tables of bags: words are numbered in order, and weigh ln((1 + texts) / (1 + texts with the word)) + 1."""
    known = collections.Counter(word for text in base for word in set(words(text)))
    places = {word: place for place, word in enumerate(sorted(known), 1)}
    weights = {places[word]: math.log((1 + len(base)) / (1 + count)) + 1 for word, count in known.items()}
    for table, texts in (("type_bags", base), ("type_bags_queries", queries)):
        execute(control, f"CREATE TABLE {table} (id int, v sparsevec({len(places)}))")
        with control.cursor() as cursor:
            cursor.copy_expert(f"COPY {table} FROM STDIN", io.StringIO("".join(bags(texts, places, weights))))
        execute(control, f"VACUUM (FREEZE, ANALYZE) {table}")


def find_exact(connection, table, operator):
    """The distance of each query's tenth row by a sequential scan, in a table of its own."""
    execute(connection, "DROP TABLE IF EXISTS type_exact")
    execute(connection, "SET enable_indexscan = off")
    execute(connection, f"""CREATE TABLE type_exact AS SELECT q.id, (SELECT max(d) FROM
        (SELECT v {operator} q.v AS d FROM {table} ORDER BY v {operator} q.v LIMIT 10) x) AS tenth
        FROM {table}_queries q""")
    execute(connection, "RESET enable_indexscan")


def find(connection, table, operator, kind):
    """By the index: each query's rows among its exact ten (m), and microseconds a query."""
    statement = f"""SELECT q.id, (SELECT count(*) FILTER (WHERE d <= e.tenth) FROM
        (SELECT v {operator} q.v AS d FROM {table} ORDER BY v {operator} q.v LIMIT 10) x)
        FROM {table}_queries q JOIN type_exact e USING (id)"""
    plan = str(execute(connection, "EXPLAIN (FORMAT json) " + statement))
    if "type_recall_index" not in plan:
        raise RuntimeError(f"the planner does not use the index on {table}: {plan}")
    begin = time.perf_counter()
    found = execute(connection, statement)
    return numpy.array([count for _, count in sorted(found)]), (time.perf_counter() - begin) * 1e6 / len(kind)


def measure_types(bench):
    """Recall@10 of each type and distance at each target, or of the operator classes that --configs names.

    Five minutes on 115,648 rows, four of them for sparse vectors.
    """
    bench.results.part("recall@10 of other types and distances")
    execute(bench.control, f"SET search_path = public, {sides.VECSIM.schema}")
    make_tables(bench)
    asked = [case for case in CASES if case[2] in (bench.wanted or ())]
    for table, operator, operators in asked or CASES:
        if scalar(bench.control, "SELECT to_regclass(%s)", (table,)):
            measure_case(bench, table, operator, operators)
        else:
            bench.results.missing(f"{operators}: the data have no texts")
    execute(bench.control, "DROP TABLE items_vecsim_queries")


def measure_case(bench, table, operator, operators):
    """Recall of one operator class by both kinds of queries at each target, and what a query takes."""
    kind = chosen(bench).kind
    connection = bench.server.connect(f"SET search_path = public, {sides.VECSIM.schema}",
                                      f"SET maintenance_work_mem = '{bench.options.build_memory}'")
    find_exact(connection, table, operator)
    execute(connection, f"CREATE INDEX type_recall_index ON {table} USING ivf (v {operators})")
    execute(connection, "SET enable_seqscan = off")
    execute(connection, "SET enable_sort = off")
    for target in bench.goals:
        execute(connection, f"SET ivf.target_recall = {target}")
        hits, us = find(connection, table, operator, kind)
        for number, name in enumerate(bench.data.kinds):
            bench.results.add(f"{operators}, target {target}, {name}", hits[kind == number].mean() / 10, "recall@10",
                              at_least=target, note=f"{us:.0f} us a query")
    execute(connection, "DROP INDEX type_recall_index")
    connection.close()
