"""What was held of each item at a moment: from the changes that are kept, so that an export can be looked back on.

A state is named by the last change that belongs to it (`review_changes.id`). Judgements given while an export is
being written are not in it, and what was changed after it can be told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Any, Literal

from sqlalchemy import Connection, Engine, Row, func, select

from assistant.review_rows import ITEM, JUDGEMENT, item_of, read_text
from assistant.review_settling import contradict, settled
from assistant.review_types import Item, Judgement
from assistant.tables import review_adjudications as adjudications
from assistant.tables import review_answers as answers
from assistant.tables import review_changes as changes
from assistant.tables import review_exports as exports
from assistant.tables import review_items as items

Rests = Literal["adjudicated", "agreed", "majority", "one reviewer"]
"""What a settled judgement rests on."""

PAGE = 200  # items read at once: some megabytes of snapshots


@dataclass(frozen=True, slots=True)
class State:
    """An item as far as it was judged at a moment."""

    item: Item
    said: Mapping[str, Judgement]
    """Account -> its judgement of the first round, the oldest first."""
    decided: Judgement | None
    """What was adjudicated."""
    revision: int
    """1, and one more for each time what is held of it had changed since an export of the same kind."""

    @property
    def held(self) -> Judgement | None:
        """As decided, else what reviewers agree on; None while it is open."""
        return self.decided or settled(list(self.said.values()), self.item.needed)

    @property
    def rests(self) -> Rests:
        if self.decided is not None:
            return "adjudicated"
        if len(self.said) < 2:
            return "one reviewer"
        return "majority" if contradict(list(self.said.values())) else "agreed"


@dataclass(frozen=True, slots=True)
class Export:
    """An export that was made."""

    id: int
    account: str
    what: str
    rows: int
    last_change: int
    time: float


@dataclass(frozen=True, slots=True)
class Stale:
    """An item that an export holds and of which something else is held now."""

    item: int
    was: Judgement
    now: Judgement | None
    """None where it was taken back, or reviewers stand against each other by now."""


def last_change(engine: Engine) -> int:
    """The newest change; 0 before the first."""
    with engine.connect() as db:
        return db.execute(select(func.max(changes.c.id))).scalar() or 0


def states(engine: Engine, upto: int, *, what: str = "", unjudged: bool = False) -> Iterator[State]:
    """Every judged item at the change `upto`, by id, in pages; with `unjudged` all others, too. Revisions count the
    exports of `what` before.
    """
    before = [export.last_change for export in made(engine) if export.what == what and export.last_change <= upto]
    last = 0
    while True:
        query = ITEM.where(items.c.id > last).order_by(items.c.id).limit(PAGE)
        if not unjudged:
            query = query.where(select(changes.c.id).where(changes.c.item == items.c.id).exists())
        with engine.connect() as db:
            page = [item_of(row) for row in db.execute(query)]
            rows = _changes_of(db, [item.id for item in page])
        for item in page:
            said, decided = state_at(rows.get(item.id, []), upto)
            if said or decided or unjudged:
                yield State(item, said, decided, _revision(item, rows.get(item.id, []), [*before, upto]))
        if len(page) < PAGE:
            return
        last = page[-1].id


def state_at(rows: Sequence[Row[Any]], upto: int) -> tuple[dict[str, Judgement], Judgement | None]:
    """(account -> judgement, what was decided) after the changes of one item up to `upto`."""
    said: dict[str, str] = {}
    decided: str | None = None
    for row in rows:
        if row.id > upto:
            break
        if row.round == 0:
            decided = row.after
        elif row.round == 1 and row.after is None:
            said.pop(row.account, None)
        elif row.round == 1:
            said[row.account] = row.after
    found = {account: read_text(text) for account, text in said.items()}
    return {account: judgement for account, judgement in found.items() if judgement}, read_text(decided)


def made(engine: Engine) -> list[Export]:
    """Every export, the oldest first."""
    with engine.connect() as db:
        rows = db.execute(select(exports).order_by(exports.c.id)).all()
    return [Export(row.id, row.account, row.what, row.rows, row.last_change, row.time) for row in rows]


def stale(engine: Engine, export: Export) -> list[Stale]:
    """The items of an export of which something else is held by now, by id."""
    query = select(changes.c.item).where(changes.c.id > export.last_change).distinct().order_by(changes.c.item)
    found = []
    with engine.connect() as db:
        touched = list(db.scalars(query))
        for start in range(0, len(touched), PAGE):
            # Without the answers: a page of exports asks this for each of them.
            some = select(items.c.id, items.c.needed).where(items.c.id.in_(touched[start : start + PAGE]))
            needed = {row.id: row.needed for row in db.execute(some.order_by(items.c.id))}
            rows = _changes_of(db, list(needed))
            for id, reviewers in needed.items():
                was = _held_at(reviewers, rows[id], export.last_change)
                now = None if was is None else _held_at(reviewers, rows[id], rows[id][-1].id)
                if was is not None and _core(was) != _core(now):
                    found.append(Stale(id, was, now))
    return found


def _revision(item: Item, rows: Sequence[Row[Any]], moments: Sequence[int]) -> int:
    if not rows or rows[-1].id <= moments[0]:
        return 1  # it stands as it stood when it was first exported
    held = [now for now in (_held_at(item.needed, rows, upto) for upto in moments) if now is not None]
    return 1 + sum(_core(one) != _core(other) for one, other in pairwise(held))


def _held_at(needed: int, rows: Sequence[Row[Any]], upto: int) -> Judgement | None:
    said, decided = state_at(rows, upto)
    return decided or settled(list(said.values()), needed)


def _core(judgement: Judgement | None) -> object:
    """What of a judgement gets into an export: not the note."""
    return judgement and (judgement.sentences, dict(judgement.grades), judgement.preferred, judgement.corrected)


def _changes_of(db: Connection, ids: Sequence[int]) -> dict[int, list[Row[Any]]]:
    """Item -> its changes, the oldest first."""
    query = select(changes).where(changes.c.item.in_(ids))
    rows = db.execute(query.order_by(changes.c.item, changes.c.id)).all()
    return {id: list(group) for id, group in groupby(rows, key=lambda row: row.item)}


def decisions(engine: Engine) -> dict[int, Judgement]:
    """Item -> what was adjudicated."""
    with engine.connect() as db:
        rows = db.execute(select(adjudications.c.item, adjudications.c.judgement)).all()
    return {row.item: JUDGEMENT.validate_json(row.judgement) for row in rows}


def first_seen(engine: Engine) -> list[str]:
    """Versions in the queue by when they first answered a shopper, the newest last."""
    query = select(items.c.version).join(answers, answers.c.id == items.c.answer).group_by(items.c.version)
    with engine.connect() as db:
        return list(db.scalars(query.order_by(func.min(answers.c.time), func.min(items.c.id))))
