"""with_psycopg.py - psycopg 3 and its part of the package pgvector: types both ways, binary COPY, queries, indexes."""

import sys

import psycopg
from pgvector import HalfVector, SparseVector, Vector
from pgvector.psycopg import register_vector
from psycopg import errors, sql

import common

connection = psycopg.connect("", autocommit=True)


def create():
    """the extension is made, the types are found by name"""
    connection.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(common.EXTENSION)))
    register_vector(connection)
    connection.execute(f"CREATE TABLE items (id bigserial PRIMARY KEY, embedding vector({common.DIM}))")


def round_trip():
    """values go in and come out the same, in text and in binary"""
    for name, value in {"vector": Vector([1.5, -2, 3]), "halfvec": HalfVector([1.5, -2, 3]),
                        "sparsevec": SparseVector({0: 1.5, 7: -2.0}, 9)}.items():
        if connection.execute("SELECT to_regtype(%s)", (name,)).fetchone()[0] is None:
            continue
        for binary in (False, True):
            for placeholder in ("%s", "%b", "%t"):
                row = connection.cursor(binary=binary).execute(f"SELECT {placeholder}::{name}", (value,)).fetchone()
                common.expect(row[0] == value, f"{name} {placeholder}: {row[0]}")
        row = connection.cursor(binary=True).execute(f"SELECT %s::{name}[]", ([value, value],)).fetchone()
        common.expect(row[0] == [value, value], f"an array of {name}: {row[0]}")


def copy_in():
    """COPY in binary takes rows in"""
    with connection.cursor().copy("COPY items (embedding) FROM STDIN WITH (FORMAT BINARY)") as copy:
        copy.set_types(["vector"])
        for row in common.ROWS:
            copy.write_row([Vector(row)])
    count = connection.execute("SELECT count(*) FROM items").fetchone()[0]
    common.expect(count == len(common.ROWS), f"{count} rows")


def copy_out():
    """COPY in both formats gives them back"""
    for form in ("BINARY", "TEXT"):
        rows_of = "SELECT embedding FROM items ORDER BY id"
        with connection.cursor().copy(f"COPY ({rows_of}) TO STDOUT (FORMAT {form})") as copy:
            copy.set_types(["vector"])
            rows = [row[0].to_list() for row in copy.rows()]
        common.expect(rows == common.ROWS, f"{form}: other rows")


def ids(distance, k=10):
    query = sql.SQL("SELECT id FROM items ORDER BY embedding {} %s LIMIT %s").format(
        sql.SQL(common.DISTANCES[distance][0]))
    return [row[0] for row in connection.execute(query, (Vector(common.QUERY), k))]


def query():
    """queries find the nearest rows"""
    for distance in common.DISTANCES:
        common.check_nearest(ids(distance), distance)


def index():
    """an index of each method finds them too"""
    for name, value in common.EXACT.items():
        connection.execute("SELECT set_config(%s, %s, false)", (name, value))
    for method, options in common.METHODS:
        for distance in ("l2", "ip", "cosine"):
            definition = f"CREATE INDEX i ON items USING {method} (embedding vector_{distance}_ops)"
            if options:
                definition += " WITH (" + ", ".join(f"{key} = {value}" for key, value in options.items()) + ")"
            connection.execute(definition)
            operator = common.DISTANCES[distance][0]
            plan = connection.execute(f"EXPLAIN SELECT id FROM items ORDER BY embedding {operator} %s LIMIT 10",
                                      (Vector(common.QUERY),)).fetchall()
            common.expect("Index Scan using i on items" in str(plan), f"{method}: {plan}")
            common.check_nearest(ids(distance), distance)
            common.check_nearest(ids(distance, 100), distance, 100)
            connection.execute("DROP INDEX i")


def prepared():
    """a prepared statement goes through the index"""
    connection.execute(f"CREATE INDEX ON items USING {common.METHODS[0][0]} (embedding vector_l2_ops)")
    statement, parameters = "SELECT id FROM items ORDER BY embedding <-> %s LIMIT 10", (Vector(common.QUERY),)
    for _ in range(12):
        rows = connection.execute(statement, parameters, prepare=True).fetchall()
        common.check_nearest([row[0] for row in rows], "l2")
    with connection.pipeline():
        cursors = [connection.execute(statement, parameters) for _ in range(3)]
    for cursor in cursors:
        common.check_nearest([row[0] for row in cursor.fetchall()], "l2")


def wrong():
    """errors are of the classes that programs catch"""
    for statement, parameters, error in [
            ("INSERT INTO items (embedding) VALUES (%s)", (Vector([1, 2]),), errors.DataException),
            ("SELECT %s::vector", ("[1,2",), errors.InvalidTextRepresentation),
            ("SELECT %s::vector", ("[1e99]",), errors.NumericValueOutOfRange),
            ("SELECT array_fill(1, ARRAY[16001])::vector", (), errors.ProgramLimitExceeded),
            ("CREATE TABLE bad (v vector(0))", None, errors.InvalidParameterValue)]:
        try:
            connection.execute(statement, parameters)
        except error:
            continue
        raise AssertionError(f"{statement} raised no {error.__name__}")


sys.exit(common.run([create, round_trip, copy_in, copy_out, query, index, prepared, wrong]))
