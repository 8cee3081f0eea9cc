"""The review desk's queue and what reviewers say: items judged, taken back, decided on; nothing is lost silently.

Every change of a judgement is kept in `review_changes`, so that an export can tell what changed after it. Knows
nothing of pages; how items get into the queue is in `assistant.review_sampling`.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Literal, TypeVar

from sqlalchemy import Connection, Engine, delete, func, select
from sqlalchemy.dialects.sqlite import insert as upsert

from assistant.database import writing
from assistant.errors import ReviewError
from assistant.review_queue import Lease, fresh, held, keep_for, repeated
from assistant.review_rows import (
    ITEM,
    JUDGEMENT,
    Queued,
    as_text,
    item_of,
    judged_of,
    judgements_of,
    note,
    put,
    queued_of,
    read_text,
    recount,
    row_of,
    same,
    settled_of,
)
from assistant.review_settling import checked
from assistant.review_types import Item, Judged, Judgement
from assistant.tables import review_adjudications as adjudications
from assistant.tables import review_changes as changes
from assistant.tables import review_items as items
from assistant.tables import review_judgements as judgements
from assistant.tables import review_leases as leases

LONGEST_SECONDS = 600.0
"""Time counted for one item at most: who took longer than ten minutes was away, and one lunch would bend a mean."""
PAGE = 200  # items read at once by what goes through all of them: some megabytes of snapshots

State = Literal["all", "waiting", "done", "disputed"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Change:
    """A judgement that was given, changed or taken back."""

    id: int
    item: int
    account: str
    round: int
    """0 for an adjudication."""
    before: Judgement | None
    after: Judgement | None
    time: float


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the queue is, and one reviewer's part in it."""

    mine: int
    """Items this account has judged."""
    again: int
    """Of those, judged a second time."""
    waiting: int
    """Items that still need a reviewer and this account has not judged."""
    done: int
    """Items with as many reviewers as they need."""
    items: int
    disputed: int
    per_day: Mapping[str, int]
    """Day ("2026-03-31", local time) -> items this account judged first or last on it, the newest day first."""
    median_seconds: float | None
    """Per item of this account; None before the first."""


class Reviews:
    """The review desk of a shop, in the conversations' database. An item is named by its id."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @property
    def engine(self) -> Engine:
        """The database, for sampling, exports and imports, which are functions of it."""
        return self._engine

    # -- the queue -----------------------------------------------------------------------------------------

    def next(self, account: str, *, skip: Sequence[int] = ()) -> Item | None:
        """The item this reviewer is to judge now, kept for them for a while; None if nothing waits for them.

        The same one until it is judged or in `skip`: those that fewest have judged first, of those the riskiest; about
        one in ten is one they judged long ago (`round_for` says which).
        """
        now = time.time()
        with writing(self._engine) as db:
            db.execute(delete(leases).where(leases.c.until < now))
            lease = held(db, account, skip) or repeated(db, account, skip) or fresh(db, account, skip)
            keep_for(db, account, lease, now)
        return None if lease is None else self.get(lease.item)

    def round_for(self, account: str, item: int) -> int:
        """The round a judgement of this account belongs to now: that of the item kept for them, else that of their last
        judgement of it (which it then replaces), else 1.
        """
        kept = select(leases.c.round).where(leases.c.account == account, leases.c.item == item)
        last = select(func.max(judgements.c.round)).where(judgements.c.account == account, judgements.c.item == item)
        with self._engine.connect() as db:
            return db.execute(kept).scalar() or db.execute(last).scalar() or 1

    def get(self, item: int) -> Item:
        """Raises ReviewError for one that is not there (any more)."""
        with self._engine.connect() as db:
            return item_of(row_of(db, item))

    def state(self, item: int) -> Queued:
        """The item with how far it is. Raises ReviewError."""
        with self._engine.connect() as db:
            return queued_of(row_of(db, item))

    def queue(self, state: State = "all", *, limit: int = 50, offset: int = 0) -> list[Queued]:
        """Items by state: those that wait in the order they are given out, others the newest first."""
        query = ITEM
        if state == "waiting":
            query = query.where(items.c.judged < items.c.needed)
            query = query.order_by(items.c.judged, items.c.risk.desc(), items.c.id)
        else:
            query = query.order_by(items.c.id.desc())
        if state == "done":
            query = query.where(items.c.judged >= items.c.needed)
        if state == "disputed":
            query = query.where(items.c.disputed == 1)
        with self._engine.connect() as db:
            return [queued_of(row) for row in db.execute(query.limit(limit).offset(offset))]

    # -- judging -------------------------------------------------------------------------------------------

    def save(
        self,
        account: str,
        item: int,
        round: int,
        judgement: Judgement,
        seconds: float,
        *,
        source: Literal["desk", "import"] = "desk",
    ) -> Judged:
        """Keeps what a reviewer says of an item. The same account's second save of an item and round replaces the first
        (the last wins; both are in the changes), and the same judgement twice changes nothing.

        Raises ReviewError for an item that is not there and a judgement that does not fit it.
        """
        known = self.get(item)
        if round not in (1, 2):
            raise ReviewError(f"There is no round {round} of item {item}: 1 is the first time, 2 the second.")
        judgement, now = checked(known, judgement), time.time()
        after = as_text(judgement)
        mine = same(item, account, round)
        with writing(self._engine) as db:
            row_of(db, item)  # it may have been forgotten in between
            if round == 2 and db.execute(select(judgements.c.id).where(same(item, account, 1))).first() is None:
                raise ReviewError(f"{account} has not judged item {item} yet, so there is no second time.")
            row = db.execute(select(judgements).where(mine)).first()
            db.execute(delete(leases).where(leases.c.account == account, leases.c.item == item))
            if row is not None and row.judgement == after:
                return judged_of(row, known)
            before = None if row is None else row.judgement
            # A correction takes less than judging it: the time of the first save stays.
            spent = _seconds(seconds) if row is None else row.seconds
            put(db, (item, account, round), after, spent, now, source)
            note(db, (item, account, round), before, after, now)
            recount(db, item)
        return Judged(known, account, round, judgement, spent, now, source)

    def undo(self, account: str) -> Item | None:
        """Takes back this account's last change that is not taken back yet and restores what was before it.

        The item, to be judged again, or None if nothing is left. Adjudications are not taken back but made again.
        """
        now, back = time.time(), changes.alias("back")
        undone = select(back.c.id).where(back.c.undoes == changes.c.id).exists()
        query = (
            select(changes)
            .where(changes.c.account == account, changes.c.round > 0, changes.c.undoes.is_(None), ~undone)
            .order_by(changes.c.id.desc())
            .limit(1)
        )
        with writing(self._engine) as db:
            last = db.execute(query).first()
            if last is None:
                return None
            key = (last.item, account, last.round)
            row = db.execute(select(judgements).where(same(*key))).first()
            if last.before is None:
                db.execute(delete(judgements).where(same(*key)))
                keep_for(db, account, Lease(last.item, last.round), now)
            else:
                put(db, key, last.before, row.seconds if row else 0.0, now, row.source if row else "desk")
            note(db, key, None if row is None else row.judgement, last.before, now, undoes=last.id)
            recount(db, last.item)
        return self.get(last.item)

    def adjudicate(self, account: str, item: int, judgement: Judgement) -> Judgement:
        """Decides what is held of an item, whatever its reviewers said; a later decision replaces it.

        Raises ReviewError as `save` does.
        """
        judgement, now = checked(self.get(item), judgement), time.time()
        after = as_text(judgement)
        with writing(self._engine) as db:
            row_of(db, item)
            before = db.execute(select(adjudications.c.judgement).where(adjudications.c.item == item)).scalar()
            if before == after:
                return judgement
            values = {"account": account, "judgement": after, "time": now}
            kept = upsert(adjudications).values(item=item, **values)
            db.execute(kept.on_conflict_do_update(index_elements=["item"], set_=values))
            note(db, (item, account, 0), before, after, now)
            recount(db, item)
        return judgement

    # -- reading -------------------------------------------------------------------------------------------

    def judgements(self, item: int) -> list[Judged]:
        """Everything said of an item, the oldest first. Raises ReviewError."""
        known = self.get(item)
        query = select(judgements).where(judgements.c.item == item).order_by(judgements.c.id)
        with self._engine.connect() as db:
            return [judged_of(row, known) for row in db.execute(query)]

    def said(self, account: str, item: int, round: int) -> Judgement | None:
        """What this account said of an item in that round; None if nothing."""
        with self._engine.connect() as db:
            row = db.execute(select(judgements.c.judgement).where(same(item, account, round))).first()
        return None if row is None else JUDGEMENT.validate_json(row.judgement)

    def undone(self, account: str, item: int, round: int) -> Judgement | None:
        """What this account took back of that item and round, if it has said nothing of it since."""
        mine = (changes.c.account == account) & (changes.c.item == item) & (changes.c.round == round)
        with self._engine.connect() as db:
            row = db.execute(select(changes).where(mine).order_by(changes.c.id.desc()).limit(1)).first()
        return None if row is None or row.undoes is None else read_text(row.before)

    def adjudication(self, item: int) -> tuple[str, Judgement] | None:
        """(account, what it decided); None if nobody has."""
        with self._engine.connect() as db:
            row = db.execute(select(adjudications).where(adjudications.c.item == item)).first()
        return None if row is None else (row.account, JUDGEMENT.validate_json(row.judgement))

    def mine(self, account: str, limit: int = 50) -> list[Judged]:
        """What this account said, the newest first."""
        query = select(judgements).where(judgements.c.account == account)
        query = query.order_by(judgements.c.time.desc(), judgements.c.id.desc()).limit(limit)
        with self._engine.connect() as db:
            return [judged_of(row, item_of(row_of(db, row.item))) for row in db.execute(query).all()]

    def progress(self, account: str) -> Progress:
        """The counts of the queue and of one account's work."""
        mine = judgements.c.account == account
        said = select(judgements.c.round, judgements.c.time, judgements.c.seconds).where(mine)
        open_ = items.c.judged < items.c.needed
        own = select(judgements.c.item).where(mine, judgements.c.round == 1)
        with self._engine.connect() as db:
            rows = db.execute(said.order_by(judgements.c.time.desc())).all()
            total = db.execute(select(func.count()).select_from(items)).scalar_one()
            waiting = db.execute(select(func.count()).select_from(items).where(open_)).scalar_one()
            known = db.execute(select(func.count()).select_from(items).where(open_, items.c.id.in_(own))).scalar_one()
            disputed = db.execute(select(func.count()).select_from(items).where(items.c.disputed == 1)).scalar_one()
        per_day: dict[str, int] = {}
        for row in rows:
            day = datetime.fromtimestamp(row.time).strftime("%Y-%m-%d")
            per_day[day] = per_day.get(day, 0) + 1
        first = sum(row.round == 1 for row in rows)
        return Progress(
            mine=first,
            again=len(rows) - first,
            waiting=waiting - known,
            done=total - waiting,
            items=total,
            disputed=disputed,
            per_day=per_day,
            median_seconds=median(row.seconds for row in rows) if rows else None,
        )

    def disagreements(self, limit: int = 50, offset: int = 0) -> list[Item]:
        """Items whose reviewers contradict each other and nobody has decided on, the newest first."""
        return [queued.item for queued in self.queue("disputed", limit=limit, offset=offset)]

    def settled(self, item: int) -> Judgement | None:
        """What is held of an item: as adjudicated, else what its reviewers agree on; None while it is open.

        Raises ReviewError for an item that is not there.
        """
        known = self.get(item)
        with self._engine.connect() as db:
            return settled_of(db, [known])[0][1]

    def all_judged(self) -> Iterator[Judged]:
        """Every judgement, both rounds, by item; read in pages, so the queue may be of any length."""
        return self._paged(lambda db, page: [judged_of(row, i) for i, rows in judgements_of(db, page) for row in rows])

    def settled_items(self) -> Iterator[tuple[Item, Judgement]]:
        """Every item on which it is settled what to hold of it, with that; in pages."""
        return self._paged(lambda db, page: [(item, said) for item, said in settled_of(db, page) if said is not None])

    def changes_since(self, id: int = 0) -> list[Change]:
        """What was given, changed, taken back or decided after the change `id`, the oldest first."""
        query = select(changes).where(changes.c.id > id).order_by(changes.c.id)
        with self._engine.connect() as db:
            return [
                Change(row.id, row.item, row.account, row.round, read_text(row.before), read_text(row.after), row.time)
                for row in db.execute(query)
            ]

    def last_change(self) -> int:
        """Id of the newest change; 0 before the first."""
        with self._engine.connect() as db:
            return db.execute(select(func.max(changes.c.id))).scalar() or 0

    def revision(self) -> tuple[int, int]:
        """(id of the newest change, how many are kept): another pair whenever what was judged is another, also where a
        conversation was forgotten with what was said of it.
        """
        with self._engine.connect() as db:
            newest, count = db.execute(select(func.max(changes.c.id), func.count())).one()
        return newest or 0, count

    def _paged(self, read: Callable[[Connection, list[Item]], list[T]]) -> Iterator[T]:
        """What `read` makes of the items that somebody has judged or decided on, a page at a time."""
        last = 0
        said = select(judgements.c.id).where(judgements.c.item == items.c.id).exists()
        decided = select(adjudications.c.item).where(adjudications.c.item == items.c.id).exists()
        while True:
            query = ITEM.where(items.c.id > last, said | decided).order_by(items.c.id).limit(PAGE)
            with self._engine.connect() as db:
                page = [item_of(row) for row in db.execute(query)]
                found = read(db, page)
            if not page:
                return
            yield from found
            last = page[-1].id


def _seconds(seconds: float) -> float:
    """Between 0 and `LONGEST_SECONDS`; a clock that was put back, or no number, counts as 0."""
    return min(max(seconds, 0.0), LONGEST_SECONDS) if not math.isnan(seconds) else 0.0
