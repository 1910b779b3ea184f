"""with_langchain.py - LangChain's vector store PGVector: documents, similarity search, filters."""

import sys

import sqlalchemy
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_postgres import PGVector
from langchain_postgres.vectorstores import DistanceStrategy

import common


class Numbered(Embeddings):
    """The embedding of the text "n" is the n-th row, of "query" the query: no model is needed."""

    def embed_documents(self, texts):
        return [common.QUERY if text == "query" else common.ROWS[int(text) - 1] for text in texts]

    def embed_query(self, text):
        return self.embed_documents([text])[0]


engine = sqlalchemy.create_engine(common.connection_url("psycopg"))
stores = []


def create():
    """the store makes its tables beside the extension"""
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text(f"CREATE EXTENSION IF NOT EXISTS {common.EXTENSION}"))
    for strategy in (DistanceStrategy.COSINE, DistanceStrategy.EUCLIDEAN):
        # It would make the extension under the name "vector".
        stores.append(PGVector(
            Numbered(), connection=engine, collection_name=strategy.name, embedding_length=common.DIM,
            distance_strategy=strategy, create_extension=common.EXTENSION == "vector"))


def add():
    """documents are added"""
    for store in stores:
        store.add_documents([Document(page_content=str(number), metadata={"parity": number % 2})
                             for number in range(1, len(common.ROWS) + 1)])


def search():
    """the nearest documents are found"""
    for store, distance in zip(stores, ("cosine", "l2")):
        found = store.similarity_search_with_score("query", k=10)
        common.check_nearest([int(document.page_content) for document, _ in found], distance)
        for (_, score), expected in zip(found, common.nearest(distance)):
            common.expect(abs(score - expected) < 1e-4, f"a score of {score} instead of {expected}")


def filtered():
    """... among those that a filter lets through"""
    found = stores[0].similarity_search("query", k=10, filter={"parity": 1})
    rows = [common.ROWS[int(document.page_content) - 1] for document in found]
    expected = common.nearest("cosine", rows=common.ROWS[::2])
    common.expect(common.nearest("cosine", rows=rows) == expected, "others are nearer")


def delete():
    """a collection is deleted"""
    stores[0].delete_collection()
    with engine.begin() as connection:
        rows = connection.scalar(sqlalchemy.text("SELECT count(*) FROM langchain_pg_embedding"))
    common.expect(rows == len(common.ROWS), f"{rows} rows are left")


sys.exit(common.run([create, add, search, filtered, delete]))
