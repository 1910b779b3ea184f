"""What a kept server holds, and what of it the next run may take up (bench.py --keep).

A table of the server's own remembers of each table and index what it was made of.  What would be made of
something else today is dropped, and so made again when it is needed.
"""
import hashlib
import json
import os

from server import STAGED, execute


def files_hash(suffix):
    """A hash of the staged files whose names end so; of nothing where nothing is staged."""
    paths = [os.path.join(folder, name) for folder, _, names in os.walk(STAGED) for name in names
             if name.endswith(suffix)]
    whole = hashlib.sha256()
    for path in sorted(paths):
        with open(path, "rb") as file:
            whole.update(file.read())
    return whole.hexdigest()[:16]


class Kept:
    """Names and values that outlive a run; in a server that is thrown away they are merely of no use.

    Names of one scope (a prefix) do not meet those of another.
    """

    def __init__(self, connection, scope=""):
        self.connection, self.scope = connection, scope
        execute(connection, "CREATE TABLE IF NOT EXISTS bench_kept (name text PRIMARY KEY, value text)")

    def get(self, name):
        """The value that was put last, or None."""
        found = execute(self.connection, "SELECT value FROM bench_kept WHERE name = %s",
                        (self.scope + name,))
        return found[0][0] if found else None

    def put(self, name, value):
        """Remembers a string under a name."""
        execute(self.connection, "INSERT INTO bench_kept VALUES (%s, %s) "
                "ON CONFLICT (name) DO UPDATE SET value = excluded.value", (self.scope + name, value))

    def forget(self, name):
        """Forgets a name and what stands below it (name/...)."""
        name = self.scope + name
        execute(self.connection, "DELETE FROM bench_kept WHERE name = %s OR starts_with(name, %s)",
                (name, name + "/"))

    def tables_fit(self, side, made_of):
        """Whether the side's rows are there, made of just this; if not, the side is dropped with its indexes."""
        if self.get(side.name) == made_of:
            return True
        self.forget(side.name)
        for table in (side.table, side.query_table):
            execute(self.connection, f"DROP TABLE IF EXISTS {table}")
        execute(self.connection, f"DROP EXTENSION IF EXISTS {side.extension} CASCADE")
        execute(self.connection, f"DROP SCHEMA IF EXISTS {side.schema} CASCADE")
        return False

    def index_fits(self, config, made_of):
        """Whether an index is there, made of just this; if not, it is dropped."""
        there = execute(self.connection, "SELECT to_regclass(%s)", ("public." + config.index,))[0][0]
        if there and self.get(f"{config.side.name}/{config.index}") == made_of:
            return True
        self.drop_index(config)
        return False

    def drop_index(self, config):
        """Drops an index, if it is there, and forgets what was measured of it."""
        self.forget(f"{config.side.name}/{config.index}")
        execute(self.connection, f"DROP INDEX IF EXISTS public.{config.index}")

    def points(self, config, knob, queries):
        """What was measured of an index at steps of a knob with so many queries: {step: point}."""
        found = self.get(f"{config.side.name}/{config.index}/{knob.setting}/{queries}")
        return {int(step): point for step, point in json.loads(found).items()} if found else {}

    def put_points(self, config, knob, queries, points):
        """Remembers them for as long as the index is kept."""
        self.put(f"{config.side.name}/{config.index}/{knob.setting}/{queries}", json.dumps(points))
