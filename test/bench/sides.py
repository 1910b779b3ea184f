"""The two sides, their tables and their indexes: all that differs between vecsim and pgvector stands here."""
import io
import math
from dataclasses import dataclass

import psycopg2

from dataset import copy_chunks
from kept import files_hash
from server import execute, scalar


HNSW_BYTES_A_ROW = 800  # beyond the vector, of pgvector's graph while it is built in memory
PGVECTOR_DIMENSIONS = 2000  # beyond, its indexes take half precision only


class Rows:
    """Number and dimension of the base rows, set when they are loaded: statements depend on them."""
    n = 0
    dim = 0
    memory = "64MB"  # maintenance_work_mem of builds of ours


@dataclass(frozen=True)
class Side:
    """An extension in a schema of its own, with one table of rows and one of queries."""
    name: str
    extension: str
    schema: str
    operator: str = "<=>"

    @property
    def table(self):
        """Table (id int, v vector)."""
        return "items_" + self.name

    @property
    def query_table(self):
        """Table (id int, v vector) of the queries that are timed inside one statement."""
        return "queries_" + self.name

    @property
    def script_hash(self):
        """A hash of our scripts: another makes a kept server's extension, and so its tables, outdated."""
        return files_hash(".sql") if self.extension == "vecsim" else ""

    @property
    def library_hash(self):
        """A hash of our library: another makes a kept server's indexes outdated."""
        return files_hash(".so") if self.extension == "vecsim" else ""

    @property
    def setup(self):
        """Statements that every timed connection starts with: both sides always use their index."""
        return (f"SET search_path = public, {self.schema}", "SET plan_cache_mode = force_generic_plan",
                "SET enable_seqscan = off")

    @property
    def search(self):
        """The statement that is timed."""
        return f"SELECT id FROM {self.table} ORDER BY v {self.operator} $1 LIMIT 10"

    @property
    def lateral(self):
        """The same for all queries of the query table, in one statement."""
        return (f"SELECT sum(x.id) FROM {self.query_table} q CROSS JOIN LATERAL "
                f"(SELECT id FROM {self.table} ORDER BY v {self.operator} q.v LIMIT 10) x")


VECSIM = Side("vecsim", "vecsim", "vecsim")
PGVECTOR = Side("pgvector", "vector", "pgvector")
PRODUCTS = Side("products", "vecsim", "vecsim", "<#>")  # rows of any length, beside those of VECSIM


@dataclass(frozen=True)
class Knob:
    """A setting with a range of steps 1, 2, 3, ... of rising recall; value(step) is what SET takes."""
    setting: str
    steps: tuple  # the coarse grid of steps
    last: int

    def value(self, step):
        """The value at a step.  Target recalls are stepped by 1 / (1 - target), the work that they cost."""
        if self.setting == "ivf.target_recall":
            return f"{step / (step + 2):.6f}"
        return str(step)


@dataclass(frozen=True)
class Config:
    """One index to measure.  `bar`: how many times ivfflat's queries a second it must reach, or None."""
    key: str
    side: Side
    method: str
    options: str
    knobs: tuple
    bar: float = None
    memory: str = None  # maintenance_work_mem of its build, where it is not Rows.memory
    most_dimensions: int = 16000
    operators: str = "vector_cosine_ops"

    @property
    def index(self):
        """Name of the index."""
        return "bench_" + self.key.replace("-", "_").lower()

    @property
    def halved(self):
        """The cast that the side's indexes need at this dimension, or nothing."""
        many = self.side is PGVECTOR and Rows.dim > PGVECTOR_DIMENSIONS
        return f"::halfvec({Rows.dim})" if many else ""

    @property
    def search(self):
        """The statement that is timed, as this index understands it."""
        if not self.halved:
            return self.side.search
        return self.side.search.replace("v <=> $1", f"v{self.halved} <=> $1::vector{self.halved}")

    @property
    def lateral(self):
        """The same for all queries of the query table."""
        return self.side.lateral.replace("v <=> q.v", f"v{self.halved} <=> q.v{self.halved}")

    @property
    def build_memory(self):
        """maintenance_work_mem of its build: hnsw gets what its whole graph takes, in megabytes."""
        if self.method != "hnsw":
            return self.memory or Rows.memory
        return f"{max(1024, math.ceil(1.2 * Rows.n * (4 * Rows.dim + HNSW_BYTES_A_ROW) / 2**20))}MB"

    def create(self, name=None, table=None):
        """The CREATE INDEX statement; the connection's search_path finds the operator class."""
        options = self.options.format(sqrt=max(1, round(math.sqrt(Rows.n))))
        column = f"(v{self.halved}) halfvec_cosine_ops" if self.halved else f"v {self.operators}"
        return (f"CREATE INDEX {name or self.index} ON {table or self.side.table} USING {self.method} "
                f"({column})" + (f" WITH ({options})" if options else ""))


TARGET = Knob("ivf.target_recall", (2, 8, 18, 38, 98, 198), 4000)
PROBES = Knob("ivf.probes", (1, 4, 10, 20, 40, 80, 160, 320), 32768)
IVFFLAT_PROBES = Knob("ivfflat.probes", (1, 5, 10, 20, 40, 80, 160, 320, 640), 32768)
EF_SEARCH = Knob("hnsw.ef_search", (10, 20, 40, 80, 160, 320, 640), 1000)

IVFFLAT = Config("ivfflat", PGVECTOR, "ivfflat", "lists = {sqrt}", (IVFFLAT_PROBES,), memory="64MB")
HNSW = Config("hnsw", PGVECTOR, "hnsw", "m = 16, ef_construction = 64", (EF_SEARCH,))
RABITQ = Config("rabitq", VECSIM, "ivf", "", (TARGET, PROBES), bar=8.0)
FULL = Config("rabitq-full", VECSIM, "ivf", "storage = full", (TARGET, PROBES), bar=8.0)
SQ8 = Config("sq8", VECSIM, "ivf", "quantizer = sq8", (TARGET, PROBES), bar=8.0)
SQ8_SQRT = Config("sq8-sqrt", VECSIM, "ivf", "lists = {sqrt}, quantizer = sq8", (TARGET, PROBES), bar=8.0)
FLAT = Config("flat", VECSIM, "ivf", "quantizer = flat", (TARGET, PROBES), bar=3.0, most_dimensions=2023)
FLAT_SQRT = Config("flat-sqrt", VECSIM, "ivf", "lists = {sqrt}, quantizer = flat", (TARGET, PROBES), bar=3.0,
                   most_dimensions=2023)
RABITQ_PRODUCTS = Config("rabitq-products", PRODUCTS, "ivf", "", (TARGET, PROBES), operators="vector_ip_ops")

OURS = (RABITQ, FULL, SQ8, SQ8_SQRT, FLAT, FLAT_SQRT)
THEIRS = (IVFFLAT, HNSW)


def available(connection, side):
    """True when the server has or can install the side's extension.

    Tried, not looked up: the view of what is available does not look into the folder of staged files.
    """
    if execute(connection, "SELECT 1 FROM pg_extension WHERE extname = %s", (side.extension,)):
        return True
    try:
        execute(connection, f"CREATE EXTENSION {side.extension}")
    except psycopg2.Error:
        return False
    execute(connection, f"DROP EXTENSION {side.extension}")
    return True


def copy_rows(connection, table, vectors):
    """Fills a table (id, v) with numbered rows."""
    with connection.cursor() as cursor:
        for chunk in copy_chunks(vectors):
            cursor.copy_expert(f"COPY {table} FROM STDIN (FORMAT binary)", io.BytesIO(chunk))


def load_side(kept, side, data, queries, plain):
    """Installs the extension and fills its tables, unless a kept server has them; the extension's version.

    `plain` keeps vectors in the table where they fit, instead of beside it (TOAST).
    """
    connection = kept.connection
    Rows.n, Rows.dim = data.base.shape
    made_of = f"{data.name}, {Rows.n} x {Rows.dim}, plain {plain}, {side.script_hash}"
    if not kept.tables_fit(side, made_of):
        execute(connection, f"CREATE SCHEMA {side.schema}")
        execute(connection, f"CREATE EXTENSION {side.extension} SCHEMA {side.schema}")
        load_table(connection, side, side.table, data.base, plain)
        kept.put(side.name, made_of)
    execute(connection, f"DROP TABLE IF EXISTS {side.query_table}")
    load_table(connection, side, side.query_table, queries, plain)
    return scalar(connection, "SELECT extversion FROM pg_extension WHERE extname = %s", (side.extension,))


def load_table(connection, side, table, vectors, plain):
    """Makes and fills a table (id, v)."""
    execute(connection, f"CREATE TABLE {table} (id int, v {side.schema}.vector({Rows.dim}))")
    if plain:
        execute(connection, f"ALTER TABLE {table} ALTER COLUMN v SET STORAGE PLAIN")
    copy_rows(connection, table, vectors)
    execute(connection, f"VACUUM (FREEZE, ANALYZE) {table}")


def ensure_index(kept, config):
    """Builds the index unless it is there already; an index of a part is built when that part is reached."""
    connection = kept.connection
    made_of = f"{config.create()}, {config.build_memory}, {config.side.library_hash}"
    if kept.index_fits(config, made_of):
        return
    execute(connection, f"SET search_path = public, {config.side.schema}")
    execute(connection, f"SET maintenance_work_mem = '{config.build_memory}'")
    execute(connection, config.create())
    execute(connection, "RESET maintenance_work_mem")
    kept.put(f"{config.side.name}/{config.index}", made_of)
    execute(connection, "CHECKPOINT")


def warm(connection, side):
    """Reads a side's tables and indexes into memory, as far as it goes: a kept server starts with none there."""
    execute(connection, "CREATE EXTENSION IF NOT EXISTS pg_prewarm")
    execute(connection, """
        SELECT pg_prewarm(c.oid) FROM pg_class t
        JOIN pg_class c ON c.oid IN (t.oid, t.reltoastrelid)
            OR c.oid IN (SELECT indexrelid FROM pg_index WHERE indrelid IN (t.oid, t.reltoastrelid))
        WHERE t.oid = %s::regclass ORDER BY c.relkind DESC""", (side.table,))


def use_index(connection, config):
    """Makes one index the only one of its table that is planned with, and checks that timed sessions use it.

    Marking the others not valid hides them from planning; nobody writes to the tables.
    """
    execute(connection,
            "UPDATE pg_index SET indisvalid = (indexrelid = %s::regclass) WHERE indrelid = %s::regclass",
            ("public." + config.index, "public." + config.side.table))
    for statement in config.side.setup:
        execute(connection, statement)
    zeros = f"(SELECT v FROM {config.side.query_table} LIMIT 1)"
    plan = execute(connection, f"EXPLAIN (FORMAT json) {config.search.replace('$1', zeros)}")
    execute(connection, "RESET enable_seqscan")
    if f"'{config.index}'" not in str(plan):
        raise RuntimeError(f"the planner does not choose {config.index}: {plan}")
