"""The product table (SQL): the one source of truth. Vectors and words are derived from it.

It also caches the vector of every product text, so that nothing is encoded twice and Chroma can be rebuilt
without a model. Knows nothing of feeds, Chroma or BM25.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import sqlalchemy as sa

from retrieval.errors import IndexBroken
from retrieval.types import AttributeValue, Product, Quantity, Vectors

T = TypeVar("T")

SCHEMA_VERSION = "1"

_BATCH = 500  # rows a statement: below SQLite's old limit of 999 variables in an IN list

_METADATA = sa.MetaData()

_PRODUCTS = sa.Table(
    "products",
    _METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("position", sa.Integer, nullable=False, index=True),  # the order of the feed
    sa.Column("content_hash", sa.String(32), nullable=False),  # of `body`
    sa.Column("title", sa.Text, nullable=False),  # title, brand and price only for people with an SQL prompt
    sa.Column("brand", sa.Text, nullable=False),
    sa.Column("price", sa.Float),
    sa.Column("body", sa.Text, nullable=False),  # the whole product as JSON
)
_VECTORS = sa.Table(
    "vectors",
    _METADATA,
    sa.Column("encoder", sa.Text, primary_key=True),
    sa.Column("document_hash", sa.String(32), primary_key=True),
    sa.Column("vector", sa.LargeBinary, nullable=False),  # float32, little-endian
)
_META = sa.Table(
    "meta",
    _METADATA,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Changes:
    """What replacing the catalogue did, in products."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0


class Catalog:
    """Products, cached vectors and a few notes about the index, in one database."""

    def __init__(self, engine: sa.Engine) -> None:
        """Creates missing tables. Raises IndexBroken for a damaged database or another schema version."""
        self._engine = engine
        way_out = "index the feed again into another --data-dir"
        try:
            with engine.begin() as connection:
                _METADATA.create_all(connection)
                found = connection.scalar(sa.select(_META.c.value).where(_META.c.key == "schema"))
                if found is None:
                    connection.execute(_META.insert().values(key="schema", value=SCHEMA_VERSION))
        except sa.exc.OperationalError:
            raise  # a full or read-only disk, not a damaged file
        except sa.exc.DatabaseError as error:
            raise IndexBroken(f"{engine.url.database} is damaged ({error.orig}): {way_out}") from error
        if found not in (None, SCHEMA_VERSION):
            raise IndexBroken(
                f"{engine.url.database} has schema version {found}, but this program reads {SCHEMA_VERSION}: {way_out}"
            )

    def close(self) -> None:
        self._engine.dispose()

    def damage(self) -> str:
        """What SQLite's own check finds wrong with the file; "" if nothing, or for another database."""
        if self._engine.dialect.name != "sqlite":
            return ""
        with self._engine.connect() as connection:
            found = str(connection.exec_driver_sql("PRAGMA integrity_check").scalar())
        return "" if found == "ok" else found

    # -- products ----------------------------------------------------------------------------------------

    def replace(self, products: Iterable[Product]) -> Changes:
        """Make `products`, with ids all different, the whole catalogue, in one transaction.

        They are streamed: if the iterator raises, or the process dies, the old catalogue stays as it was.
        """
        added = changed = unchanged = 0
        with self._engine.begin() as connection:
            known = sa.select(_PRODUCTS.c.id, _PRODUCTS.c.content_hash, _PRODUCTS.c.position)
            old = {id: (hash, position) for id, hash, position in connection.execute(known)}
            for batch in batched(enumerate(products), _BATCH):
                inserts: list[dict[str, object]] = []
                updates: list[dict[str, object]] = []
                moves: list[dict[str, object]] = []
                for position, product in batch:
                    row = _row(product, position)
                    before = old.pop(product.id, None)
                    if before is None:
                        inserts.append(row)
                    elif before[0] != row["content_hash"]:
                        updates.append(row | {"key": product.id})
                    else:
                        unchanged += 1
                        if before[1] != position:
                            moves.append({"key": product.id, "position": position})
                change = _PRODUCTS.update().where(_PRODUCTS.c.id == sa.bindparam("key"))
                for statement, rows in ((_PRODUCTS.insert(), inserts), (change, updates), (change, moves)):
                    if rows:
                        connection.execute(statement, rows)
                added += len(inserts)
                changed += len(updates)
            for gone in batched(old, _BATCH):
                connection.execute(_PRODUCTS.delete().where(_PRODUCTS.c.id.in_(gone)))
        return Changes(added, changed, unchanged, removed=len(old))

    def get(self, ids: Sequence[str]) -> dict[str, Product]:
        """The products with these ids; unknown ids are left out."""
        found: dict[str, Product] = {}
        with self._engine.connect() as connection:
            for some in batched(dict.fromkeys(ids), _BATCH):
                query = sa.select(_PRODUCTS.c.id, _PRODUCTS.c.body).where(_PRODUCTS.c.id.in_(some))
                found |= {row.id: product_from_json(row.body) for row in connection.execute(query)}
        return found

    def all(self) -> Iterator[Product]:
        """Every product, in the order of the feed."""
        ordered = sa.select(_PRODUCTS.c.body).order_by(_PRODUCTS.c.position)
        with self._engine.connect() as connection:
            for body in connection.execution_options(yield_per=_BATCH).scalars(ordered):
                yield product_from_json(body)

    def ids(self) -> list[str]:
        """Every id, in the order of the feed."""
        with self._engine.connect() as connection:
            return list(connection.scalars(sa.select(_PRODUCTS.c.id).order_by(_PRODUCTS.c.position)))

    def count(self) -> int:
        with self._engine.connect() as connection:
            return connection.scalar(sa.select(sa.func.count()).select_from(_PRODUCTS)) or 0

    def fingerprint(self) -> str:
        """A hash of the content of every product and of their order: what indexes are derived from."""
        ordered = sa.select(_PRODUCTS.c.id, _PRODUCTS.c.content_hash).order_by(_PRODUCTS.c.position)
        total = hashlib.blake2b(digest_size=16)
        with self._engine.connect() as connection:
            for id, content_hash in connection.execute(ordered):
                total.update(f"{len(id)}:{id}{content_hash}".encode())
        return total.hexdigest()

    # -- cached vectors ----------------------------------------------------------------------------------

    def vector_hashes(self, encoder: str) -> set[str]:
        """Hashes of the texts whose vector by this encoder is cached."""
        query = sa.select(_VECTORS.c.document_hash).where(_VECTORS.c.encoder == encoder)
        with self._engine.connect() as connection:
            return set(connection.scalars(query))

    def vectors(self, encoder: str, hashes: Sequence[str]) -> dict[str, Vectors]:
        """Document hash -> vector of shape (dimension,); hashes without a cached vector are left out."""
        found: dict[str, Vectors] = {}
        with self._engine.connect() as connection:
            for some in batched(dict.fromkeys(hashes), _BATCH):
                query = sa.select(_VECTORS.c.document_hash, _VECTORS.c.vector).where(
                    _VECTORS.c.encoder == encoder, _VECTORS.c.document_hash.in_(some)
                )
                for hash, blob in connection.execute(query):
                    found[hash] = np.frombuffer(blob, dtype="<f4")
        return found

    def put_vectors(self, encoder: str, hashes: Sequence[str], vectors: Vectors) -> None:
        """Cache vectors, shape (n, dimension), of n texts that are not cached yet."""
        rows = [
            {"encoder": encoder, "document_hash": hash, "vector": vector.astype("<f4").tobytes()}
            for hash, vector in zip(hashes, vectors, strict=True)
        ]
        if rows:
            with self._engine.begin() as connection:
                connection.execute(_VECTORS.insert(), rows)

    def drop_vectors(self, encoder: str, hashes: Iterable[str]) -> None:
        """Forget the vectors of texts that no product has any more."""
        with self._engine.begin() as connection:
            for some in batched(hashes, _BATCH):
                connection.execute(
                    _VECTORS.delete().where(_VECTORS.c.encoder == encoder, _VECTORS.c.document_hash.in_(some))
                )

    # -- notes -------------------------------------------------------------------------------------------

    def note(self, key: str) -> str | None:
        with self._engine.connect() as connection:
            return connection.scalar(sa.select(_META.c.value).where(_META.c.key == key))

    def set_note(self, key: str, value: str) -> None:
        with self._engine.begin() as connection:
            connection.execute(_META.delete().where(_META.c.key == key))
            connection.execute(_META.insert().values(key=key, value=value))


def sqlite_engine(path: Path) -> sa.Engine:
    """An engine for a SQLite file: readers do not wait for the writer, and a writer waits up to 10 s."""
    engine = sa.create_engine(f"sqlite:///{path}", connect_args={"timeout": 10})

    @sa.event.listens_for(engine, "connect")
    def _pragmas(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")

    return engine


def product_to_json(product: Product) -> str:
    """One line of JSON that `product_from_json` turns back into an equal product."""
    record = {
        field.name: value
        for field in fields(Product)
        if (value := getattr(product, field.name)) != field.default  # most products leave most fields open
    }
    record["attributes"] = {name: _attribute_to_json(value) for name, value in product.attributes.items()}
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"))


def product_from_json(body: str) -> Product:
    """The product that `product_to_json` wrote."""
    record = json.loads(body)
    record["category"] = tuple(record.get("category", ()))
    record["attributes"] = {name: _attribute_from_json(raw) for name, raw in record["attributes"].items()}
    return Product(**record)


def _attribute_to_json(value: AttributeValue) -> object:
    return {"value": value.value, "unit": value.unit} if isinstance(value, Quantity) else value


def _attribute_from_json(raw: Any) -> AttributeValue:
    if isinstance(raw, dict):
        return Quantity(**raw)
    if isinstance(raw, bool | str):
        return raw
    return tuple(raw)


def _row(product: Product, position: int) -> dict[str, object]:
    body = product_to_json(product)
    return {
        "id": product.id,
        "position": position,
        "content_hash": content_hash(body),
        "title": product.title,
        "brand": product.brand,
        "price": product.price,
        "body": body,
    }


def content_hash(text: str) -> str:
    """32 hexadecimal digits."""
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def batched(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Lists of up to `size` items, in order."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch
