"""Real answers -> items of the review queue: look through what is stored -> choose -> keep snapshots, in batches.

An item is one explanation: what one answer said of one product. All stored answers are read, a page at a time, and of
each explanation a line is kept; an answer is held whole only while it is looked at. Knows nothing of pages.
"""

from __future__ import annotations

import hashlib
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import get_args

from pydantic import ValidationError
from sqlalchemy import Engine, select
from sqlalchemy.dialects.sqlite import insert as upsert

from assistant.database import writing
from assistant.entailment import Gate, premise
from assistant.errors import ReviewError
from assistant.review_pairs import Rewording, has_model_wording, other_of
from assistant.review_risk import Risk, gate_risk, risk_of, version_risk
from assistant.review_rows import OTHER, SNAPSHOT
from assistant.review_stored import ANSWER, Stored, Titles, first_seen, judged_versions, snapshot_of, stored_answers
from assistant.review_types import Other, Strategy, version_of
from assistant.tables import review_answers, review_items, turns
from assistant.types import Answer
from assistant.wording import plural
from retrieval.catalog import batched
from retrieval.index import Progress, no_progress

BATCH = 50  # items added in one transaction: at most so many are lost when it is stopped
MOST = 100_000  # items a run adds; what is chosen is kept in memory until it is added
MOST_REVIEWERS = 20
SLACK = 200  # explanations a group may hold beyond that before it is sorted and cut: sorting each time is slow
PAIR_TRIES = 3
"""Explanations looked at for each pair wanted: of some the other wording is the same, and makes none."""
GATE_LOOKS = 4
"""Explanations the second gate reads for each item wanted: at 20 to 40 ms a sentence it cannot read all. They are those
with most other signs, and then any."""


@dataclass(frozen=True, slots=True)
class Sampled:
    """What a run of `sample` did."""

    added: int
    considered: int
    """Explanations found that were not in the queue yet."""
    why: str = ""
    """Why fewer were added than asked for; "" if all were."""


@dataclass(frozen=True, slots=True)
class _Found:
    """One explanation, as far as choosing needs it."""

    answer: str
    product_id: str
    intent: str
    category: str
    version: str
    risk: Risk
    draw: int
    """Its lot: the same for the same seed, so that a run that was stopped goes on where it was."""


@dataclass(slots=True)
class _Pool:
    """The best `keep` explanations of each group, by strategy."""

    strategy: Strategy
    keep: int
    groups: dict[tuple[str, ...], list[_Found]] = field(default_factory=lambda: defaultdict(list))

    def add(self, found: _Found) -> None:
        group = self.groups[self._group(found)]
        group.append(found)
        if len(group) > 2 * self.keep + SLACK:
            self._cut(group)

    def ordered(self, versions: Mapping[str, Risk]) -> list[_Found]:
        """The best first; `versions` is what a version adds to the risk of its items."""
        for group in self.groups.values():
            self._cut(group)
        if self.strategy == "risky":
            added = [replace(f, risk=f.risk + versions[f.version]) for group in self.groups.values() for f in group]
            return sorted(added, key=self._key)
        # One of each group in turn, so that small ones are there; of one group that is simply its order.
        turns = [(place, f) for group in self.groups.values() for place, f in enumerate(group)]
        return [f for _, f in sorted(turns, key=lambda turn: (turn[0], self._key(turn[1])))]

    def _cut(self, group: list[_Found]) -> None:
        group.sort(key=self._key)
        del group[self.keep :]

    def _group(self, found: _Found) -> tuple[str, ...]:
        if self.strategy == "stratified":
            return found.category, found.intent
        return (found.version,) if self.strategy == "risky" else ()

    def _key(self, found: _Found) -> tuple[float, int]:
        return (-found.risk.score if self.strategy == "risky" else 0.0), found.draw


def sample(
    engine: Engine,
    *,
    strategy: Strategy,
    count: int,
    needed: int = 2,
    pairs: int = 0,
    seed: int = 0,
    gate: Gate | None = None,
    since: float | None = None,
    rewording: Rewording | None = None,
    titles: Titles | None = None,
    progress: Progress = no_progress,
) -> Sampled:
    """Adds `count` explanations to the queue, each for `needed` reviewers, and `pairs` of them beside another wording.

    "random" draws all alike, "stratified" takes one of each category and intent in turn, "risky" the highest risk
    first (`assistant.review_risk`), asking `gate` of the likeliest if one is given. `since` leaves out answers before
    that time (seconds since 1970). A pair's other wording is the plain one, or made by `rewording`. `titles` names what
    a shopper had looked at. What is in the queue is never added again; stopped in between, what was added stays, and
    another run goes on.

    Raises ReviewError for numbers that make no sense.
    """
    _check(strategy, count, needed, pairs)
    now = time.time()

    # 1) Look through everything stored; keep a line of what may be chosen.
    looks = count * GATE_LOOKS if gate is not None and strategy == "risky" else count
    single, double = _Pool(strategy, looks), _Pool(strategy, count + PAIR_TRIES * pairs)
    seen = first_seen(engine)
    considered = unreadable = 0
    for stored in stored_answers(engine, since, progress):
        try:
            answer = ANSWER.validate_json(stored.text)
        except ValidationError:  # of a version whose answers were of another form
            unreadable += 1
            continue
        version = version_of(answer.versions)
        seen[version] = min(stored.time, seen.get(version, stored.time))
        for found in _explanations(answer, stored, seed):
            considered += 1
            single.add(found)
            if pairs and (rewording is not None or has_model_wording(answer, found.product_id)):
                double.add(found)

    # 2) Choose.
    judged = judged_versions(engine)
    # Seen since then is not first seen then: where older answers were left out nothing is said of that.
    versions = {v: version_risk(judged.get(v, 0), 0.0 if since else t, now) for v, t in seen.items()}
    chosen = single.ordered(versions)
    if gate is not None and strategy == "risky":
        chosen = _asked(engine, gate, chosen[:looks], progress)
    if strategy == "risky":
        chosen = [found for found in chosen if found.risk.score > 0]
    chosen = chosen[:count]
    taken = {(found.answer, found.product_id) for found in chosen}
    doubles = [f for f in double.ordered(versions) if (f.answer, f.product_id) not in taken]

    # 3) Add them, with the answers as they were given.
    added, made = 0, 0
    item = {"strategy": strategy, "needed": needed, "created": now, "judged": 0}
    for batch in batched(chosen, BATCH):
        added += _added(engine, [(found, None) for found in batch], item, titles)
        progress("adding", added, len(chosen))
    # A model words for seconds, so what it made is kept at once.
    for some in batched(_pairs(engine, doubles, pairs, seed, rewording), BATCH if rewording is None else 1):
        made += _added(engine, some, item, titles)
        progress("pairing", made, pairs)
    why = []
    if added < count:
        risky = " with a sign of risk" if strategy == "risky" else ""
        left = plural(added, "explanation") if added else "no explanation"
        why.append(f"{left}{risky} could be added, {count:,} were asked for")
    if made < pairs:
        why.append(f"of those left {made or 'none'} {'has' if made < 2 else 'have'} another wording")
    if unreadable:
        why.append(f"{plural(unreadable, 'answer')} of an older version could not be read")
    return Sampled(added + made, considered, "; ".join(why))


def _check(strategy: str, count: int, needed: int, pairs: int) -> None:
    if strategy not in get_args(Strategy):
        raise ReviewError(f"There is no strategy {strategy!r}: take {', '.join(get_args(Strategy))}.")
    for name, value, least, most in (
        ("count", count, 0, MOST),
        ("pairs", pairs, 0, MOST),
        ("needed", needed, 1, MOST_REVIEWERS),
    ):
        if not least <= value <= most:
            raise ReviewError(f"{name} is {value}: give a number from {least} to {most:,}.")


def _explanations(answer: Answer, stored: Stored, seed: int) -> Iterator[_Found]:
    """What of an answer may become an item: each product that something is said of and that is in no item yet."""
    version = version_of(answer.versions)
    said = {sentence.product_id for sentence in answer.sentences}
    for recommendation in answer.recommendations:
        product = recommendation.product
        if product.id not in said or product.id in stored.sampled:
            continue
        lot = hashlib.blake2b(f"{seed} {answer.id} {product.id}".encode(), digest_size=8).digest()
        yield _Found(
            answer=answer.id,
            product_id=product.id,
            intent=answer.intent,
            category=product.category[-1] if product.category else "",
            version=version,
            risk=risk_of(answer, product.id, thumb_down=product.id in stored.disliked),
            draw=int.from_bytes(lot, "big"),
        )


def _asked(engine: Engine, gate: Gate, chosen: Sequence[_Found], progress: Progress) -> list[_Found]:
    """With what the second gate thinks of them, the highest risk first."""
    result = []
    for done, found in enumerate(chosen, start=1):
        with engine.connect() as db:
            snapshot = snapshot_of(db, found.answer, None)
        if snapshot is not None:
            facts = snapshot.facts(found.product_id)
            texts = [s.text for s in snapshot.sentences(found.product_id)]
            likely = gate.entailment.supports([(premise(facts, text), text) for text in texts])
            result.append(replace(found, risk=found.risk + gate_risk(likely, gate.threshold)))
        progress("asking the checker", done, len(chosen))
    return sorted(result, key=lambda found: (-found.risk.score, found.draw))


def _pairs(
    engine: Engine, candidates: Sequence[_Found], count: int, seed: int, rewording: Rewording | None
) -> Iterator[tuple[_Found, Other | None]]:
    """The first `count` of which there is another wording, with that."""
    made = 0
    for found in candidates:
        if made >= count:
            return
        with engine.connect() as db:
            snapshot = snapshot_of(db, found.answer, None)
        other = (
            None if snapshot is None else other_of(snapshot, found.product_id, rewording, flipped=_coin(found, seed))
        )
        if other is not None:
            made += 1
            yield found, other


def _coin(found: _Found, seed: int) -> bool:
    return bool(hashlib.blake2b(f"{seed} side {found.draw}".encode(), digest_size=1).digest()[0] & 1)


def _added(
    engine: Engine,
    batch: Sequence[tuple[_Found, Other | None]],
    item: Mapping[str, object],
    titles: Titles | None,
) -> int:
    """Puts a batch into the queue, all or nothing; how many were put there. A conversation that was forgotten meanwhile
    leaves nothing.
    """
    added = 0
    with writing(engine) as db:
        for found, other in batch:
            snapshot = snapshot_of(db, found.answer, titles)
            if snapshot is None:
                continue
            row = db.execute(select(turns.c.session, turns.c.time).where(turns.c.answer_id == found.answer)).one()
            kept = SNAPSHOT.dump_json(snapshot).decode()
            answer = upsert(review_answers).values(id=found.answer, session=row.session, snapshot=kept, time=row.time)
            db.execute(answer.on_conflict_do_nothing())
            risky = item["strategy"] == "risky"  # the others keep their drawn order: their risk must not choose first
            values = {
                "answer": found.answer,
                "product_id": found.product_id,
                "kind": "single" if other is None else "pair",
                "other": None if other is None else OTHER.dump_json(other).decode(),
                "why": "; ".join(found.risk.why) if risky else "",
                "risk": found.risk.score if risky else 0.0,
                "intent": found.intent,
                "category": found.category,
                "version": found.version,
            }
            put = upsert(review_items).values(**item, **values).on_conflict_do_nothing()
            added += db.execute(put).rowcount
    return added
