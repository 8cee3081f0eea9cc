"""PATH 2, top to bottom: understand -> search -> rank -> explain -> verify -> answer.

An answer is an iterator of events, so that a page shows each piece as it is done: what was understood, the
cards, each verified sentence, and the whole.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import chain
from threading import Lock
from typing import Any

from assistant import replies
from assistant.apart import kept_out, moved_by, rivals_of
from assistant.clerk import Clerk
from assistant.dialogue import Dialogue, apply, as_filter, variety_wish, with_page, with_variety, without
from assistant.explain import PROMPT, explain, plain, short_name
from assistant.extremes import comparison_reason
from assistant.facts import Facts
from assistant.occlusion import part_reasons
from assistant.policies import best_section, is_about_the_shop, quoted
from assistant.profile import nearest_past
from assistant.prompting import load_prompt
from assistant.ranking import Context, Ranked, rank
from assistant.reasons import SMALLEST, Past, asks_well_rated, is_said_plainly, needs_part, numbered, reasons_for
from assistant.types import (
    Answer,
    AnswerEvent,
    Constraint,
    Done,
    Dropped,
    Found,
    Recommendation,
    Sentence,
    Understood,
    Worded,
)
from assistant.understand import Request, understand
from assistant.variety import varied, variety_reason
from retrieval.search import CANDIDATES, search, taste_vector
from retrieval.text import words
from retrieval.types import Hit, Product

FAR = 0.30
"""Cosine below which the nearest product has nothing to do with the request (all-MiniLM-L6-v2; unrelated
texts lie around 0.1, loosely related ones above 0.3)."""

FAR_UNHEARD = 0.42
"""The same where every word of the request stands in no listing at all: a violin (0.33) is not offered a
sweater; what is nearer ("microwave oven" to a microwave-safe set, 0.46) is offered, openly."""


def answer(clerk: Clerk, session: str, message: str, *, variety: float | None = None) -> Iterator[AnswerEvent]:
    """One turn of a conversation; `variety`, 0 to 1, holds from this turn on. Raises SessionError for an unknown
    session.
    """
    message = message.encode("utf-8", "replace").decode("utf-8")  # a lone surrogate can be neither stored nor shown
    with _turn(clerk, session):
        dialogue = clerk.sessions.dialogue(session)
        if variety is not None:
            dialogue = replace(dialogue, variety=with_variety(dialogue, variety).variety)
        last = _last_page(clerk, dialogue)
        names = [short_name(product.title) for product in last]
        request = understand(message, clerk.reader, context=dialogue.constraints, names=names)
        if clerk.policies and is_about_the_shop(message) and not any(c.kind == "category" for c in request.constraints):
            request = Request("policy")
        elif request.intent == "refine" and not (dialogue.constraints or dialogue.words or dialogue.last):
            request = replace(request, intent="search")  # there is nothing to refine yet
        dialogue = apply(dialogue, request, last, clerk.facets, clerk.settings.currency)
        yield from _answered(clerk, session, message, request, dialogue)


def remove_constraint(clerk: Clerk, session: str, key: str) -> Iterator[AnswerEvent]:
    """The turn of a shopper who takes one chip off; answered like a message."""
    with _turn(clerk, session):
        dialogue = clerk.sessions.dialogue(session)
        gone = next((c.label for c in dialogue.constraints if c.key == key), "")
        dialogue = without(dialogue, key)
        request = Request("refine", text=dialogue.words)
        yield from _answered(clerk, session, f"Without “{gone}”" if gone else "Search again", request, dialogue)


def set_variety(clerk: Clerk, session: str, value: float) -> Iterator[AnswerEvent]:
    """The turn of a shopper who moves the slider; the same wish answered anew. `value` is brought into 0 to 1."""
    with _turn(clerk, session):
        before = clerk.sessions.dialogue(session)
        dialogue = with_variety(before, value)
        request = Request("refine", text=dialogue.words)
        message = variety_wish(_variety(clerk, before), _variety(clerk, dialogue))
        yield from _answered(clerk, session, message, request, dialogue)


def ranked_for(clerk: Clerk, message: str, k: int) -> list[Ranked]:
    """One message outside any conversation, understood, searched and ranked as `answer` does; the best `k`."""
    dialogue = _alone(clerk, message)
    return [] if dialogue is None else candidates_for(clerk, dialogue, k=max(k, CANDIDATES))[:k]


@dataclass(frozen=True, slots=True)
class Shown:
    """What one message outside any conversation brings to the page, before any wording."""

    dialogue: Dialogue
    candidates: Sequence[Ranked]
    """All that were ranked, best first."""
    page: Sequence[Ranked]
    recommendations: tuple[Recommendation, ...]


def shown_for(clerk: Clerk, message: str) -> Shown | None:
    """The page that `answer` gives to a message, with its reasons; None if it asks for no product or finds none."""
    dialogue = _alone(clerk, message)
    candidates = [] if dialogue is None else candidates_for(clerk, dialogue)
    if dialogue is None or not candidates:
        return None
    page = varied(
        candidates,
        clerk.settings.cards,
        dialogue.constraints,
        variety=clerk.settings.variety,
        method=clerk.settings.variety_method,
        vectors_of=clerk.searcher.index.store.vectors,
    )
    return Shown(dialogue, candidates, page, _recommendations(clerk, dialogue, page, candidates))


def candidates_for(
    clerk: Clerk, dialogue: Dialogue, *, searched: Dialogue | None = None, k: int = CANDIDATES
) -> list[Ranked]:
    """The candidates of a state of the conversation, ranked; found under the wishes of `searched`, if that is given."""
    return _rank(clerk, dialogue, _find(clerk, searched or dialogue, k=k).hits)


def query_of(dialogue: Dialogue) -> str:
    """What is searched for: the words, and the name of a product that the shopper pointed at."""
    return f"{dialogue.words} {dialogue.like}".strip()


def _alone(clerk: Clerk, message: str) -> Dialogue | None:
    """The state after one message outside any conversation; None if it asks for no product."""
    request = understand(message, clerk.reader)
    if request.intent not in ("search", "refine"):
        return None
    return apply(Dialogue(), request, (), clerk.facets, clerk.settings.currency)


def _last_page(clerk: Clerk, dialogue: Dialogue) -> list[Product]:
    """The products last shown, in order; one that has left the catalogue since keeps no place."""
    known = clerk.searcher.index.catalog.get(dialogue.last)
    return [known[id] for id in dialogue.last if id in known]


def _variety(clerk: Clerk, dialogue: Dialogue) -> float:
    """Where the slider stands: the shopper's own choice, or the shop's."""
    return clerk.settings.variety if dialogue.variety is None else dialogue.variety


def _turn(clerk: Clerk, session: str) -> Lock:
    """The session's lock: a second message waits for the first one's answer."""
    return clerk.turn_locks.setdefault(session, Lock())


def _answered(clerk: Clerk, session: str, message: str, request: Request, dialogue: Dialogue) -> Iterator[AnswerEvent]:
    clock = _Clock()
    draft = Answer(
        id=secrets.token_urlsafe(9),
        session=session,
        message=message,
        intent=request.intent,
        constraints=dialogue.constraints,
        reply="",
        variety=_variety(clerk, dialogue),
        versions=_versions(clerk),
    )

    # 1) Understood: the chips.
    yield Understood(session, request.intent, dialogue.constraints, dialogue.words, draft.variety)
    clock.lap("understood")
    small_talk = replies.small_talk(request, clerk.settings.shop_name, len(dialogue.last))
    if request.intent == "policy":
        section = best_section(message, clerk.policies, clerk.searcher.encoder)
        small_talk = quoted(section) if section is not None else ""
    if small_talk:
        yield _finished(clerk, draft, dialogue, clock, reply=small_talk, suggestions=clerk.examples[:3])
        return

    # 2) Search among what fits; where nothing fits, name the wish that excludes and take the nearest.
    page = _find(clerk, dialogue)
    absent = tuple(w for w in request.unknown if not page.hits or w not in page.hits[0].matched_words)
    if not page.hits or _is_unheard_of(clerk, page, dialogue, absent):
        reply = replies.nothing(clerk, dialogue, absent)
        yield _finished(clerk, draft, dialogue, clock, reply=reply, suggestions=clerk.examples[:3])
        return

    # 3) Rank, choose the page, and read the reasons off the contributions. Where the reply says "the nearest", it
    # must be the nearest, however varied the shopper likes it.
    candidates = _rank(clerk, dialogue, page.hits)
    ranked = varied(
        candidates,
        clerk.settings.cards,
        dialogue.constraints,
        variety=0.0 if page.given_up or replies.says_nearest(dialogue, request, absent) else draft.variety,
        method=clerk.settings.variety_method,
        vectors_of=clerk.searcher.index.store.vectors,
    )
    recommendations = _recommendations(clerk, dialogue, ranked, candidates)
    opening = replies.opening(clerk, dialogue, request, page.given_up, page.fitting, ranked, absent)
    yield Found(opening, recommendations)
    clock.lap("cards")

    # 4) Word the reasons; each sentence is checked before it goes out.
    sentences: list[Sentence] = []
    dropped: list[Dropped] = []
    subjects = [_facts(clerk, dialogue, r) for r in recommendations]
    worded = explain(subjects, clerk.generator, clerk.vocabulary, seconds=clerk.settings.generator.seconds)
    as_they_are = (plain(reason) for r in recommendations for reason in r.reasons if is_said_plainly(reason))
    for result in chain(worded, as_they_are):
        if isinstance(result, Dropped):
            dropped.append(result)
            continue
        if not sentences:
            clock.lap("first_sentence")
        sentences.append(result)
        yield Worded(result)

    # 5) Done: the whole reply, stored with what was shown.
    dialogue = with_page(dialogue, [r.product.id for r in recommendations])
    draft = replace(draft, recommendations=recommendations, sentences=tuple(sentences), dropped=tuple(dropped))
    reply = replies.whole(opening, recommendations, sentences)
    suggestions = replies.suggestions(clerk, dialogue, recommendations)
    yield _finished(clerk, draft, dialogue, clock, reply=reply, suggestions=suggestions)


@dataclass(frozen=True, slots=True)
class _Page:
    """What a search gave."""

    hits: Sequence[Hit]
    given_up: tuple[Constraint, ...] = ()
    """Hard wishes that had to be let go, because nothing fits them all."""
    fitting: int = 0
    """How many products meet every hard wish."""


def _find(clerk: Clerk, dialogue: Dialogue, *, k: int = CANDIDATES) -> _Page:
    """The hits under all hard wishes; failing that, under as many as can be kept."""
    kept = list(dialogue.constraints)
    given_up: list[Constraint] = []
    exclude = dialogue.shown if dialogue.exclude_shown else ()
    fitting = int(clerk.facets.mask(as_filter(kept, exclude)).sum())
    if fitting == 0 and dialogue.exclude_shown and not dialogue.like:
        return _Page(())  # "something else", and there is nothing else: that is the answer
    left = fitting
    while left == 0:
        hard = [c for c in kept if c.hard]
        if not hard:
            return _Page(())
        room = {c.key: int(clerk.facets.mask(as_filter([k for k in kept if k != c], exclude)).sum()) for c in hard}
        victim = max(hard, key=lambda c: (room[c.key] > 0, _yielding(c), room[c.key]))
        kept.remove(victim)
        given_up.append(victim)
        left = room[victim.key]
    hits = search(
        clerk.searcher,
        query_of(dialogue),
        filter=as_filter(kept, exclude),
        history=_ids(dialogue),
        k=k,
    )
    return _Page(hits, tuple(given_up), fitting)


def _yielding(constraint: Constraint) -> int:
    """Which wish is let go first, highest first: a colour before a budget, a budget before what it is at all."""
    if constraint.negated:
        return 1  # "not wool" may be an allergy
    return {"attribute": 4, "brand": 4, "stock": 3, "price": 2, "category": 0}[constraint.kind]


def _is_unheard_of(clerk: Clerk, page: _Page, dialogue: Dialogue, absent: Sequence[str]) -> bool:
    """Whether the request names nothing this shop has and nothing comes near it in meaning."""
    named = any(c.kind in ("category", "brand", "attribute") and not c.negated for c in dialogue.constraints)
    if named or not dialogue.words:
        return False
    # Against the request alone: the search itself also leans towards the shopper's past.
    vectors = clerk.searcher.index.store.vectors([hit.product.id for hit in page.hits])
    request = clerk.searcher.encode(dialogue.words)
    far = FAR_UNHEARD if absent and len(absent) >= len(dialogue.extra.split()) else FAR
    return max(float(vector @ request) for vector in vectors.values()) < far


def _rank(clerk: Clerk, dialogue: Dialogue, hits: Sequence[Hit]) -> list[Ranked]:
    taste = taste_vector(clerk.searcher, _ids(dialogue)) if dialogue.history else None
    vectors = clerk.searcher.index.store.vectors([h.product.id for h in hits]) if taste is not None else None
    spoken = set(words(dialogue.words))  # a product pointed at brings words that the shopper never said
    hits = [replace(h, matched_words=tuple(w for w in h.matched_words if w in spoken)) for h in hits]
    context = Context(
        dialogue.constraints,
        clerk.facets.mean_rating,
        taste,
        vectors,
        well_rated=asks_well_rated(dialogue.words),
    )
    return rank(hits, context)


def _recommendations(
    clerk: Clerk, dialogue: Dialogue, ranked: Sequence[Ranked], candidates: Sequence[Ranked]
) -> tuple[Recommendation, ...]:
    wishes, past = dialogue.constraints, _past_of(clerk, dialogue, ranked)
    rivals, shares = rivals_of(ranked, candidates), kept_out(clerk.facets, dialogue)
    moved = {r.product.id: moved_by(r, rivals, shares) for r in ranked}
    bare = [r for r in ranked if needs_part(r, wishes, past=past.get(r.product.id), moved=moved[r.product.id])]
    parts = part_reasons(
        clerk.searcher,
        query_of(dialogue),
        bare if dialogue.words else (),
        told=[c.test.attribute if c.test is not None else c.kind for c in wishes],
        least=SMALLEST,
        history=_ids(dialogue),
    )
    groups = numbered(
        [
            reasons_for(
                r,
                wishes,
                past=past.get(r.product.id),
                variety=variety_reason(r, ranked),
                comparison=comparison_reason(r, ranked, wishes),
                part=parts.get(r.product.id),
                moved=moved[r.product.id],
            )
            for r in ranked
        ]
    )
    return tuple(
        Recommendation(r.product, r.score, r.contributions, reasons) for r, reasons in zip(ranked, groups, strict=True)
    )


def _past_of(clerk: Clerk, dialogue: Dialogue, ranked: Sequence[Ranked]) -> Mapping[str, Past]:
    """For each product the one of the shopper's past it resembles most."""
    if not dialogue.history:
        return {}
    verbs = {item.product_id: item.verb for item in dialogue.history}
    known = clerk.searcher.index.catalog.get(list(verbs))
    vectors = clerk.searcher.index.store.vectors([*known, *(r.product.id for r in ranked)])
    found: dict[str, Past] = {}
    for r in ranked:
        nearest = nearest_past(r.product, list(known), vectors)
        if nearest is not None:
            found[r.product.id] = Past(known[nearest], verbs[nearest])
    return found


def _ids(dialogue: Dialogue) -> list[str]:
    return [item.product_id for item in dialogue.history]


def _facts(clerk: Clerk, dialogue: Dialogue, recommendation: Recommendation) -> Facts:
    past = tuple(r.value for r in recommendation.reasons if r.kind == "taste")
    worded = [r for r in recommendation.reasons if not is_said_plainly(r)]
    return Facts(recommendation.product, worded, dialogue.constraints, dialogue.words, past)


def _finished(
    clerk: Clerk, draft: Answer, dialogue: Dialogue, clock: _Clock, *, reply: str, suggestions: Sequence[str]
) -> Done:
    clock.lap("total")
    done = replace(draft, reply=reply, suggestions=tuple(suggestions), timings_ms=dict(clock.laps))
    clerk.sessions.keep(dialogue, done)
    return Done(done)


def _versions(clerk: Clerk) -> Mapping[str, str]:
    generator = clerk.generator.name if clerk.generator is not None else "none"
    return {
        "encoder": clerk.searcher.encoder.name,
        "reranker": clerk.searcher.reranker.name if clerk.searcher.reranker is not None else "none",
        "generator": generator,
        "prompt": load_prompt(PROMPT).label,
    }


class _Clock:
    """Milliseconds since the turn began, by milestone."""

    def __init__(self) -> None:
        self._start = time.perf_counter()
        self.laps: dict[str, float] = {}

    def lap(self, name: str) -> None:
        self.laps[name] = round((time.perf_counter() - self._start) * 1000, 1)


def as_json(answer: Answer) -> dict[str, Any]:
    """The answer as the command line and the HTTP interface give it."""
    return {
        "session": answer.session,
        "answer": answer.id,
        "intent": answer.intent,
        "constraints": [
            {
                "key": c.key,
                "kind": c.kind,
                "label": c.label,
                "hard": c.hard,
                "negated": c.negated,
                "low": c.low,
                "high": c.high,
            }
            for c in answer.constraints
        ],
        "reply": answer.reply,
        "recommendations": [
            {
                "product_id": r.product.id,
                "title": r.product.title,
                "price": r.product.price,
                "currency": r.product.currency,
                "score": r.score,
                "contributions": dict(r.contributions),
                "reasons": [asdict(reason) for reason in r.reasons],
                "sentences": [
                    {
                        "text": s.text,
                        "reasons": list(s.reasons),
                        "supported": s.supported,
                        "source": s.source,
                        "evidence": [{"field": field, "value": value} for field, value in s.evidence],
                    }
                    for s in answer.sentences
                    if s.product_id == r.product.id
                ],
            }
            for r in answer.recommendations
        ],
        "dropped": [asdict(d) for d in answer.dropped],
        "suggestions": list(answer.suggestions),
        "variety": answer.variety,
        "timings_ms": dict(answer.timings_ms),
        "versions": dict(answer.versions),
    }
