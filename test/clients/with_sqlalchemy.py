"""with_sqlalchemy.py - SQLAlchemy through psycopg 3, with the package pgvector's types, and Alembic's migrations."""

import sys

import sqlalchemy
from alembic.autogenerate import compare_metadata, produce_migrations
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.operations.ops import DowngradeOps, UpgradeOps
from pgvector.sqlalchemy import VECTOR, avg, sum as vector_sum
from sqlalchemy import BigInteger, Index, Text, event, select, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

import common

engine = sqlalchemy.create_engine(common.connection_url("psycopg"))


class Base(DeclarativeBase):
    pass


class Item(Base):
    """A table with an index of each of the methods."""

    __tablename__ = "items"
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    label: Mapped[str | None] = mapped_column(Text)
    embedding: Mapped[list | None] = mapped_column(VECTOR(common.DIM))


for number, (method, options) in enumerate(common.METHODS):
    distance = ("l2", "cosine", "ip")[number]
    Index(f"items_{number}", Item.embedding, postgresql_using=method, postgresql_with=options,
          postgresql_ops={"embedding": f"vector_{distance}_ops"})


@event.listens_for(engine, "connect")
def settings(connection, _):
    """Every connection is exact."""
    for name, value in common.EXACT.items():
        connection.execute("SELECT set_config(%s, %s, false)", (name, value))
    connection.commit()


def create():
    """the extension and the tables are made"""
    with engine.begin() as connection:
        connection.execute(text(f"CREATE EXTENSION IF NOT EXISTS {common.EXTENSION}"))
    Base.metadata.create_all(engine)


def insert():
    """objects are stored and come back"""
    with Session(engine) as session:
        session.add_all(Item(id=number, embedding=row) for number, row in enumerate(common.ROWS, 1))
        session.add(Item(id=len(common.ROWS) + 1, label="none"))
        session.commit()
    with Session(engine) as session:
        rows = session.scalars(select(Item).where(Item.label.is_(None)).order_by(Item.id)).all()
        common.expect([list(row.embedding) for row in rows] == common.ROWS, "other rows")
        common.expect(session.get(Item, len(common.ROWS) + 1).embedding is None, "NULL came back as something")


def query():
    """the methods of a column give the operators, through the indexes"""
    with Session(engine) as session:
        column = Item.embedding
        for distance, expression in {"l2": column.l2_distance, "ip": column.max_inner_product,
                                     "cosine": column.cosine_distance, "l1": column.l1_distance}.items():
            statement = select(Item.id).order_by(expression(common.QUERY)).limit(10)
            common.check_nearest(session.scalars(statement).all(), distance)
        plan = session.execute(text("EXPLAIN SELECT id FROM items ORDER BY embedding <-> :q LIMIT 10"),
                               {"q": str(common.QUERY)}).all()
        common.expect("Index Scan using items_0" in str(plan), plan)
        within = select(Item.id).where(Item.embedding.l2_distance(common.QUERY) < common.nearest("l2")[4] + 1e-3)
        common.expect(len(session.scalars(within).all()) == 5, "a filter by distance")


def aggregates():
    """avg and sum"""
    with Session(engine) as session:
        total, mean = session.execute(select(vector_sum(Item.embedding), avg(Item.embedding))).one()
        expected = [sum(column) for column in zip(*common.ROWS)]
        common.expect(list(map(float, total)) == expected, f"{total} is not {expected}")
        common.expect(abs(mean[0] - expected[0] / len(common.ROWS)) < 1e-5, "another mean")


def reflect():
    """the tables are found as they were made"""
    metadata = sqlalchemy.MetaData()
    metadata.reflect(engine)
    column = metadata.tables["items"].columns["embedding"]
    common.expect(isinstance(column.type, VECTOR) and column.type.dim == common.DIM, f"{column.type!r}")
    using = {index.name: index.dialect_options["postgresql"]["using"] for index in metadata.tables["items"].indexes}
    common.expect(using == {f"items_{number}": method for number, (method, _) in enumerate(common.METHODS)}, using)


def migrate():
    """Alembic finds no difference, and makes a column and its index from one"""
    with engine.begin() as connection:
        context = MigrationContext.configure(connection)
        common.expect(compare_metadata(context, Base.metadata) == [], compare_metadata(context, Base.metadata))
        wanted = sqlalchemy.MetaData()
        table = sqlalchemy.Table("items", wanted, sqlalchemy.Column("id", BigInteger, primary_key=True),
                                 sqlalchemy.Column("label", Text), sqlalchemy.Column("embedding", VECTOR(common.DIM)),
                                 sqlalchemy.Column("small", VECTOR(2)))
        Index("items_small", table.c.small, postgresql_using=common.METHODS[0][0],
              postgresql_ops={"small": "vector_l2_ops"})
        migration = produce_migrations(context, wanted)
        carry_out(Operations(context), migration.upgrade_ops)
        connection.execute(text("UPDATE items SET small = subvector(embedding, 1, 2)"))
        common.expect(compare_metadata(context, wanted) == [], compare_metadata(context, wanted))
        carry_out(Operations(context), migration.downgrade_ops)
        common.expect(compare_metadata(context, Base.metadata) == [], "the way back is another")


def carry_out(operations, group):
    """Carries out the operations of a migration, those in groups too."""
    for operation in group.ops:
        if hasattr(operation, "ops"):
            carry_out(operations, operation)
        elif not isinstance(operation, (UpgradeOps, DowngradeOps)):
            operations.invoke(operation)


sys.exit(common.run([create, insert, query, aggregates, reflect, migrate]))
