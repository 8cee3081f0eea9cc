"""A review desk with items made by hand in a database of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, insert

from assistant.database import open_database
from assistant.review_rows import OTHER, SNAPSHOT
from assistant.review_types import Item
from assistant.reviews import Reviews
from assistant.tables import review_answers, review_items


@contextmanager
def desk(folder: Path, items: Iterable[Item]) -> Iterator[tuple[Engine, Reviews]]:
    """The items, in the queue of a fresh database."""
    engine = open_database(folder)
    try:
        fill(engine, items)
        yield engine, Reviews(engine)
    finally:
        engine.dispose()


def fill(engine: Engine, items: Iterable[Item]) -> None:
    """Puts items into the queue as they stand."""
    with engine.begin() as db:
        for item in items:
            answer = {"id": item.snapshot.answer.id, "session": None, "time": 0.0}
            db.execute(insert(review_answers).values(**answer, snapshot=SNAPSHOT.dump_json(item.snapshot).decode()))
            values = {name: getattr(item, name) for name in ("id", "product_id", "kind", "strategy", "why", "risk")}
            values |= {name: getattr(item, name) for name in ("intent", "category", "version", "needed", "created")}
            other = None if item.other is None else OTHER.dump_json(item.other).decode()
            db.execute(insert(review_items).values(**values, answer=answer["id"], judged=0, other=other))
