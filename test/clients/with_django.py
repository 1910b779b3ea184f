"""with_django.py - Django through psycopg 3, with the package pgvector's fields and indexes, by migrations."""

import os
import sys

import django
from django.apps import AppConfig
from django.conf import settings

import common


class Vectors(AppConfig):
    """The application that the models belong to; its migrations are made here, not read from files."""

    name = "vectors"
    label = "vectors"
    path = os.path.dirname(__file__)


sys.modules["vectors"] = sys.modules[__name__]
settings.configure(
    INSTALLED_APPS=["vectors.Vectors", "django.contrib.postgres"], DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    MIGRATION_MODULES={"vectors": None}, USE_TZ=True,
    DATABASES={"default": {
        "ENGINE": "django.db.backends.postgresql", "NAME": os.environ["PGDATABASE"], "USER": os.environ["PGUSER"],
        "HOST": os.environ["PGHOST"], "PORT": os.environ["PGPORT"],
        "OPTIONS": {"options": " ".join(f"-c {name}={value}" for name, value in common.EXACT.items())}}})
django.setup()

from django.contrib.postgres.indexes import PostgresIndex  # noqa: E402
from django.contrib.postgres.operations import CreateExtension  # noqa: E402
from django.db import DataError, connection, migrations, models, transaction  # noqa: E402
from django.db.migrations.autodetector import MigrationAutodetector  # noqa: E402
from django.db.migrations.state import ProjectState  # noqa: E402
from django.db.models import Avg, Sum  # noqa: E402
from pgvector.django import (CosineDistance, HnswIndex, IvfflatIndex, L1Distance, L2Distance,  # noqa: E402
                             MaxInnerProduct, VectorExtension, VectorField)


class IvfIndex(PostgresIndex):
    """vecsim's own method: all that Django must be told of it."""

    suffix = "ivf"


if common.EXTENSION == "vecsim":
    EXTENSION = CreateExtension("vecsim")
    INDEXES = [IvfIndex(name="by_l2", fields=["embedding"], opclasses=["vector_l2_ops"])]
else:
    EXTENSION = VectorExtension()
    INDEXES = [IvfflatIndex(name="by_l2", fields=["embedding"], lists=10, opclasses=["vector_l2_ops"]),
               HnswIndex(name="by_cosine", fields=["embedding"], m=8, ef_construction=32,
                         opclasses=["vector_cosine_ops"])]


class Item(models.Model):
    """A table whose indexes come by the second migration."""

    embedding = VectorField(dimensions=common.DIM, null=True)

    class Meta:
        app_label = "vectors"
        indexes = INDEXES


def migration(name, operations):
    """Carries a migration out, and returns what carries it back."""
    made = type("Migration", (migrations.Migration,), {"operations": operations})(name, "vectors")
    before = states[-1].clone()
    with connection.schema_editor(atomic=True) as editor:
        states.append(made.apply(states[-1].clone(), editor))

    def back():
        with connection.schema_editor(atomic=True) as editor:
            made.unapply(before, editor)
        states.pop()
    return back


states = [ProjectState()]


def create():
    """a migration makes the extension and the table"""
    migration("0001", [EXTENSION, migrations.CreateModel("Item", [
        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
        ("embedding", VectorField(dimensions=common.DIM, null=True))])])


def insert():
    """objects are stored in bulk and come back"""
    Item.objects.bulk_create(Item(embedding=row) for row in common.ROWS)
    rows = [list(item.embedding) for item in Item.objects.order_by("id")]
    common.expect(rows == common.ROWS, "other rows")


def nearest():
    """the distances are right"""
    for distance, expression in {"l2": L2Distance, "ip": MaxInnerProduct, "cosine": CosineDistance,
                                 "l1": L1Distance}.items():
        items = Item.objects.order_by(expression("embedding", common.QUERY))[:10]
        common.check_nearest([item.id for item in items], distance)
    near = Item.objects.alias(d=L2Distance("embedding", common.QUERY)).filter(d__lt=common.nearest("l2")[4] + 1e-3)
    common.expect(near.count() == 5, "a filter by distance")


def index():
    """a migration makes the indexes, and queries use them"""
    back = migration("0002", [migrations.AddIndex("item", index) for index in INDEXES])
    nearest()
    plan = Item.objects.order_by(L2Distance("embedding", common.QUERY))[:10].explain()
    common.expect("Index Scan using by_l2" in plan, plan)
    changes = MigrationAutodetector(states[-1], ProjectState.from_apps(django.apps.apps))._detect_changes()
    common.expect(changes == {}, f"the models and the migrations differ: {changes}")
    back()
    with connection.cursor() as cursor:
        names = connection.introspection.get_constraints(cursor, Item._meta.db_table)
        common.expect("by_l2" not in names, "the way back leaves the index")


def aggregates():
    """avg and sum"""
    result = Item.objects.aggregate(total=Sum("embedding"), mean=Avg("embedding"))
    expected = [sum(column) for column in zip(*common.ROWS)]
    common.expect(list(result["total"]) == expected, result["total"])
    common.expect(abs(result["mean"][0] - expected[0] / len(common.ROWS)) < 1e-5, "another mean")


def wrong():
    """another number of dimensions is a DataError"""
    try:
        with transaction.atomic():
            Item.objects.create(embedding=[1, 2])
    except DataError as error:
        common.expect(f"expected {common.DIM} dimensions, not 2" in str(error), error)
        return
    raise AssertionError("it was stored")


sys.exit(common.run([create, insert, nearest, index, aggregates, wrong]))
