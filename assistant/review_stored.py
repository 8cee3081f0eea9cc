"""What is stored of conversations, as sampling reads it: page by page, with thumbs and what is in the queue already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pydantic import TypeAdapter
from sqlalchemy import Connection, Engine, func, select

from assistant.dialogue import Dialogue
from assistant.review_types import Snapshot
from assistant.tables import review_answers, review_items, sessions, thumbs, turns
from assistant.types import Answer
from retrieval.index import Progress

PAGE = 200  # stored answers read at once: one to two megabytes

Titles = Callable[[Sequence[str]], Mapping[str, str]]
"""Product ids -> titles of those that are known."""

ANSWER = TypeAdapter(Answer)
_DIALOGUE = TypeAdapter(Dialogue)


@dataclass(frozen=True, slots=True)
class Stored:
    """An answer as it lies in the database."""

    text: str
    time: float
    disliked: frozenset[str]
    """Ids of its products that got a thumb down."""
    sampled: frozenset[str]
    """Ids of its products that are in the queue."""


def stored_answers(engine: Engine, since: float | None, progress: Progress) -> Iterator[Stored]:
    """Every stored answer, page by page."""
    wanted = turns.c.time >= (since or 0.0)
    voted = (thumbs.c.session == turns.c.session) & (thumbs.c.answer_id == turns.c.answer_id) & (thumbs.c.up == 0)
    with engine.connect() as db:
        total = db.execute(select(func.count()).select_from(turns).where(wanted)).scalar_one()
    last, done = 0, 0
    while True:
        query = select(turns.c.id, turns.c.answer_id, turns.c.answer, turns.c.time)
        with engine.connect() as db:
            page = db.execute(query.where(turns.c.id > last, wanted).order_by(turns.c.id).limit(PAGE)).all()
            if not page:
                return
            of_page = turns.c.id.between(page[0].id, page[-1].id)
            down = select(turns.c.answer_id, thumbs.c.product_id).join(thumbs, voted).where(of_page)
            disliked = _grouped(db.execute(down).all())
            queued = select(review_items.c.answer, review_items.c.product_id)
            ids = [row.answer_id for row in page]
            sampled = _grouped(db.execute(queued.where(review_items.c.answer.in_(ids))).all())
        for row in page:
            yield Stored(
                row.answer,
                row.time,
                frozenset(disliked.get(row.answer_id, ())),
                frozenset(sampled.get(row.answer_id, ())),
            )
        last, done = page[-1].id, done + len(page)
        progress("looking through answers", done, total)


def _grouped(rows: Iterable[Sequence[str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for key, value in rows:
        found[key].append(value)
    return found


def snapshot_of(db: Connection, answer_id: str, titles: Titles | None) -> Snapshot | None:
    """An answer as it is stored, with what its shopper had looked at and voted; None if it is gone."""
    query = select(turns.c.answer, turns.c.session, sessions.c.dialogue).join(
        sessions, sessions.c.id == turns.c.session
    )
    row = db.execute(query.where(turns.c.answer_id == answer_id)).first()
    if row is None:
        return None
    answer = replace(ANSWER.validate_json(row.answer), session="")
    past = [each.product_id for each in _DIALOGUE.validate_json(row.dialogue).history]
    known = {r.product.id: r.product.title for r in answer.recommendations}
    known |= titles(past) if titles is not None and past else {}
    votes = select(thumbs.c.product_id, thumbs.c.up).where(thumbs.c.session == row.session)
    voted = {vote.product_id: bool(vote.up) for vote in db.execute(votes.where(thumbs.c.answer_id == answer_id))}
    return Snapshot(answer, tuple(known[id] for id in past if id in known), voted)


def first_seen(engine: Engine) -> dict[str, float]:
    """Version -> when an answer of it that is in the queue was given, the first one."""
    query = select(review_items.c.version, func.min(review_answers.c.time)).join(
        review_answers, review_answers.c.id == review_items.c.answer
    )
    with engine.connect() as db:
        return {row[0]: row[1] for row in db.execute(query.group_by(review_items.c.version))}


def judged_versions(engine: Engine) -> dict[str, int]:
    """Version -> how many items of it somebody has judged."""
    query = select(review_items.c.version, func.count()).where(review_items.c.judged > 0)
    with engine.connect() as db:
        return {row[0]: row[1] for row in db.execute(query.group_by(review_items.c.version))}
