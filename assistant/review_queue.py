"""Which item of the review desk comes next for whom: leases, what waits, and now and then one seen before.

Functions within one transaction of the conversations' database; `assistant.reviews` opens it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, delete, func, select
from sqlalchemy.dialects.sqlite import insert as upsert

from assistant.tables import review_items as items
from assistant.tables import review_judgements as judgements
from assistant.tables import review_leases as leases

LEASE_SECONDS = 15 * 60.0
"""How long an item is kept for whom it was shown: several times what one takes, and gone after a lunch."""
REPEAT_EVERY = 10
"""One in so many is one the reviewer judged before: enough to measure consistency, little work twice."""
REPEAT_AFTER = 20
"""Items between the first time and the second: about a sitting, so that it is judged anew and not remembered."""


@dataclass(frozen=True, slots=True)
class Lease:
    """An item that is kept for a reviewer."""

    item: int
    round: int


def held(db: Connection, account: str, skip: Sequence[int]) -> Lease | None:
    """The item kept for this reviewer, if it is still to be judged: a page that is loaded again shows the same."""
    judged = _judged_by(account, leases.c.round)
    query = (
        select(leases.c.item, leases.c.round)
        .join(items, items.c.id == leases.c.item)
        .where(leases.c.account == account, ~judged)
        .where((leases.c.round == 2) | (items.c.judged < items.c.needed), items.c.id.not_in(skip))
    )
    row = db.execute(query).first()
    return None if row is None else Lease(row.item, row.round)


def fresh(db: Connection, account: str, skip: Sequence[int]) -> Lease | None:
    """The item that fewest have judged, of those the riskiest, of those the first; none this account has judged, and
    none that is kept for as many others as it still needs.

    Reads the index `ix_review_items_next` from its beginning, so the first that fits is found without sorting.
    """
    kept = items.alias("kept")
    taken = (
        select(kept.c.id)
        .join(leases, leases.c.item == kept.c.id)
        .where(leases.c.account != account, leases.c.round == 1)
        .group_by(kept.c.id)
        .having(func.count() + kept.c.judged >= kept.c.needed)
    )
    query = (
        select(items.c.id)
        .where(items.c.judged < items.c.needed, ~_judged_by(account, 1))
        .where(items.c.id.not_in(taken), items.c.id.not_in(skip))
        .order_by(items.c.judged, items.c.risk.desc(), items.c.id)
        .limit(1)
    )
    id = db.execute(query).scalar()
    return None if id is None else Lease(id, 1)


def repeated(db: Connection, account: str, skip: Sequence[int]) -> Lease | None:
    """One the reviewer judged at least `REPEAT_AFTER` items ago and never twice, if it is time for one.

    Of every `REPEAT_EVERY` judgements one place is drawn by account and number, the same each time it is asked for;
    so is the item.
    """
    mine = judgements.c.account == account
    total = db.execute(select(func.count()).where(mine)).scalar_one()
    block, place = divmod(total, REPEAT_EVERY)
    if place != _drawn(f"{account} {block}", REPEAT_EVERY):
        return None
    before = (
        select(judgements.c.item)
        .where(mine, judgements.c.round == 1)
        .order_by(judgements.c.id.desc())
        .offset(REPEAT_AFTER)
        .limit(-1)
        .subquery()
    )
    again = select(judgements.c.item).where(mine, judgements.c.round == 2)
    query = (
        select(before.c.item)
        .join(items, items.c.id == before.c.item)
        .where(before.c.item.not_in(again), before.c.item.not_in(skip))
        .order_by(before.c.item)
    )
    known = db.execute(query).scalars().all()
    return Lease(known[_drawn(f"{account} {total}", len(known))], 2) if known else None


def keep_for(db: Connection, account: str, lease: Lease | None, now: float) -> None:
    """The account's lease is this one and no other; those that ran out are gone."""
    db.execute(delete(leases).where((leases.c.until < now) | (leases.c.account == account)))
    if lease is not None:
        values = {"item": lease.item, "round": lease.round, "until": now + LEASE_SECONDS}
        db.execute(upsert(leases).values(account=account, **values))


def _judged_by(account: str, round: object) -> ColumnElement[bool]:
    """Whether this account has judged the item of the row in that round."""
    return (
        select(judgements.c.id)
        .where(judgements.c.item == items.c.id, judgements.c.account == account, judgements.c.round == round)
        .exists()
    )


def _drawn(seed: str, choices: int) -> int:
    """A number from 0 to `choices` - 1, the same for the same seed on every machine."""
    return int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8], "big") % choices
