"""Rows of the review desk's tables <-> its values, and the writes that belong together. Functions on a connection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, Row, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from assistant.errors import ReviewError
from assistant.review_settling import contradict, settled
from assistant.review_types import Item, Judged, Judgement, Other, Snapshot
from assistant.tables import review_adjudications as adjudications
from assistant.tables import review_answers as answers
from assistant.tables import review_changes as changes
from assistant.tables import review_items as items
from assistant.tables import review_judgements as judgements

MOST_ID = 2**63 - 1  # SQLite's largest integer; a longer number in an address is only an unknown item

SNAPSHOT = TypeAdapter(Snapshot)
OTHER = TypeAdapter(Other)
JUDGEMENT = TypeAdapter(Judgement)
ITEM = select(items, answers.c.snapshot).join(answers, answers.c.id == items.c.answer)
"""Rows that `item_of` reads."""


@dataclass(frozen=True, slots=True)
class Queued:
    """An item with how far it is."""

    item: Item
    judged: int
    """Reviewers who have judged it, first rounds only."""
    disputed: bool
    """Whether they contradict each other and nobody has decided yet."""


def settled_of(db: Connection, page: Sequence[Item]) -> list[tuple[Item, Judgement | None]]:
    """Each item with what is held of it: as adjudicated, else what its reviewers agree on; None while it is open."""
    query = select(adjudications).where(adjudications.c.item.in_([item.id for item in page]))
    decided = {row.item: JUDGEMENT.validate_json(row.judgement) for row in db.execute(query)}
    found = []
    for item, rows in judgements_of(db, page):
        first = [JUDGEMENT.validate_json(row.judgement) for row in rows if row.round == 1]
        found.append((item, decided.get(item.id) or settled(first, item.needed)))
    return found


def judgements_of(db: Connection, page: Sequence[Item]) -> list[tuple[Item, list[Row[Any]]]]:
    """Each item with its judgements, the oldest first."""
    query = select(judgements).where(judgements.c.item.in_([item.id for item in page]))
    rows = db.execute(query.order_by(judgements.c.item, judgements.c.id)).all()
    found = {id: list(group) for id, group in groupby(rows, key=lambda row: row.item)}
    return [(item, found.get(item.id, [])) for item in page]


def row_of(db: Connection, item: int) -> Row[Any]:
    """Raises ReviewError for an item that is not there."""
    row = db.execute(ITEM.where(items.c.id == item)).first() if 0 < item <= MOST_ID else None
    if row is None:
        raise ReviewError(f"There is no item {str(item)[:20]} (any more): `storeclerk reviews list` names the queue.")
    return row


def item_of(row: Row[Any]) -> Item:
    """From a row of `ITEM`."""
    return Item(
        id=row.id,
        product_id=row.product_id,
        kind=row.kind,
        snapshot=SNAPSHOT.validate_json(row.snapshot),
        other=None if row.other is None else OTHER.validate_json(row.other),
        strategy=row.strategy,
        why=row.why,
        risk=row.risk,
        intent=row.intent,
        category=row.category,
        version=row.version,
        needed=row.needed,
        created=row.created,
    )


def queued_of(row: Row[Any]) -> Queued:
    """From a row of `ITEM`."""
    return Queued(item_of(row), row.judged, bool(row.disputed))


def judged_of(row: Row[Any], item: Item) -> Judged:
    """From a row of review_judgements, of that item."""
    said = JUDGEMENT.validate_json(row.judgement)
    return Judged(item, row.account, row.round, said, row.seconds, row.time, row.source)


def same(item: int, account: str, round: int) -> Any:
    """The condition that names one judgement."""
    return (judgements.c.item == item) & (judgements.c.account == account) & (judgements.c.round == round)


def put(db: Connection, key: tuple[int, str, int], judgement: str, seconds: float, now: float, source: str) -> None:
    """Keeps one judgement, in place of what stood there; `key` is (item, account, round)."""
    item, account, round = key
    values = {"judgement": judgement, "seconds": seconds, "time": now, "source": source}
    put = upsert(judgements).values(item=item, account=account, round=round, **values)
    db.execute(put.on_conflict_do_update(index_elements=["item", "account", "round"], set_=values))


def note(
    db: Connection,
    key: tuple[int, str, int],
    before: str | None,
    after: str | None,
    now: float,
    undoes: int | None = None,
) -> None:
    """Writes down a change; `key` is (item, account, round), `undoes` the change that it takes back."""
    item, account, round = key
    values = {"item": item, "account": account, "round": round, "before": before, "after": after}
    db.execute(insert(changes).values(**values, time=now, undoes=undoes))


def recount(db: Connection, item: int) -> None:
    """Brings the item's counter and its mark of a dispute up to date; within the transaction that changed it."""
    query = select(judgements.c.judgement).where(judgements.c.item == item, judgements.c.round == 1)
    said = [JUDGEMENT.validate_json(text) for text in db.scalars(query)]
    decided = db.execute(select(adjudications.c.item).where(adjudications.c.item == item)).first() is not None
    values = {"judged": len(said), "disputed": int(contradict(said) and not decided)}
    db.execute(update(items).where(items.c.id == item).values(**values))


def as_text(judgement: Judgement) -> str:
    """As it is stored; equal judgements that were checked make equal texts."""
    return JUDGEMENT.dump_json(judgement).decode()


def read_text(text: str | None) -> Judgement | None:
    """What was stored; None for none."""
    return None if text is None else JUDGEMENT.validate_json(text)
