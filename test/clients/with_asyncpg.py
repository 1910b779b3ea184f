"""with_asyncpg.py - asyncpg and its part of the package pgvector: codecs, COPY in binary, queries, indexes, pools."""

import asyncio
import os
import sys

import asyncpg
from pgvector import HalfVector, SparseVector, Vector
from pgvector.asyncpg import register_vector

import common

loop = asyncio.new_event_loop()
connection = loop.run_until_complete(asyncpg.connect(host=os.environ["PGHOST"], server_settings=common.EXACT))


def wait(awaitable):
    return loop.run_until_complete(awaitable)


def create():
    """the extension is made, the types are found by name"""
    wait(connection.execute(f"CREATE EXTENSION IF NOT EXISTS {common.EXTENSION}"))
    wait(register_vector(connection))
    wait(connection.execute(f"CREATE TABLE items (id bigserial PRIMARY KEY, embedding vector({common.DIM}))"))


def round_trip():
    """values go in and come out the same, in binary"""
    for name, value in {"vector": Vector([1.5, -2, 3]), "halfvec": HalfVector([1.5, -2, 3]),
                        "sparsevec": SparseVector({0: 1.5, 7: -2.0}, 9)}.items():
        if wait(connection.fetchval("SELECT to_regtype($1) IS NOT NULL", name)):
            got = wait(connection.fetchval(f"SELECT $1::{name}", value))
            common.expect(got == value, f"{name}: {got}")
            got = wait(connection.fetchval(f"SELECT $1::{name}[]", [value, None]))
            common.expect(got == [value, None], f"an array of {name}: {got}")


def copy_in():
    """COPY in binary takes rows in and gives them back"""
    wait(connection.copy_records_to_table("items", columns=["embedding"],
                                          records=[(Vector(row),) for row in common.ROWS]))
    rows = wait(connection.fetch("SELECT embedding FROM items ORDER BY id"))
    common.expect([row[0].to_list() for row in rows] == common.ROWS, "other rows")


def query():
    """queries find the nearest rows, without an index and with each method's"""
    for method, _ in [(None, None), *common.METHODS]:
        for distance in ("l2", "ip", "cosine"):
            if method:
                wait(connection.execute(f"CREATE INDEX i ON items USING {method} (embedding vector_{distance}_ops)"))
            rows = wait(connection.fetch(
                f"SELECT id FROM items ORDER BY embedding {common.DISTANCES[distance][0]} $1 LIMIT 10",
                Vector(common.QUERY)))
            common.check_nearest([row[0] for row in rows], distance)
            wait(connection.execute("DROP INDEX IF EXISTS i"))


def cursor():
    """a cursor reads on, in order, to the last row"""
    wait(connection.execute(f"CREATE INDEX ON items USING {common.METHODS[0][0]} (embedding vector_l2_ops)"))

    async def read():
        async with connection.transaction():
            return [row[0] async for row in connection.cursor(
                "SELECT id FROM items ORDER BY embedding <-> $1", Vector(common.QUERY), prefetch=50)]
    common.check_nearest(wait(read()), "l2", len(common.ROWS))


def pool():
    """connections of a pool query at the same time"""
    async def many():
        async with asyncpg.create_pool(host=os.environ["PGHOST"], min_size=3, max_size=3, init=register_vector,
                                       server_settings=common.EXACT) as connections:
            statement = "SELECT id FROM items ORDER BY embedding <-> $1 LIMIT 10"
            return await asyncio.gather(*[connections.fetch(statement, Vector(common.QUERY)) for _ in range(12)])
    for rows in wait(many()):
        common.check_nearest([row[0] for row in rows], "l2")


sys.exit(common.run([create, round_trip, copy_in, query, cursor, pool]))
