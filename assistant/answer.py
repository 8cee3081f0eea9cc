"""PATH 2, top to bottom: understand -> search -> rank -> explain -> verify -> answer.

An answer is an iterator of events, so that a page shows each piece as it is done: what was understood, the
cards, each verified sentence, and the whole.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from threading import Lock
from typing import Any

from assistant import replies
from assistant.candidates import chosen, find, is_unheard_of, ranked_hits, variety_of
from assistant.clerk import Clerk
from assistant.contrast_replies import told
from assistant.contrasts import changed
from assistant.dialogue import Dialogue, apply, variety_wish, with_page, with_variety, without
from assistant.explain import explain, short_name
from assistant.policies import best_section, is_about_the_shop, quoted
from assistant.prompting import load_prompt
from assistant.recommending import facts_of, recommendations
from assistant.types import Answer, AnswerEvent, Done, Dropped, Found, Sentence, Understood, Worded
from assistant.understand import Request, understand
from retrieval.types import Product


def answer(clerk: Clerk, session: str, message: str, *, variety: float | None = None) -> Iterator[AnswerEvent]:
    """One turn of a conversation; `variety`, 0 to 1, holds from this turn on. Raises SessionError for an unknown
    session.
    """
    message = message.encode("utf-8", "replace").decode("utf-8")  # a lone surrogate can be neither stored nor shown
    with _turn(clerk, session):
        dialogue = clerk.sessions.dialogue(session)
        if variety is not None:
            dialogue = replace(dialogue, variety=with_variety(dialogue, variety).variety)
        told_to = changed(dialogue, message, clerk.settings.currency)
        if told_to is not None:  # a change that a counterfactual has offered, to be had as it was run
            yield from _answered(clerk, session, message, Request("refine", text=told_to.words), told_to)
            return
        last = _last_page(clerk, dialogue)
        names = [short_name(product.title) for product in last]
        request = understand(message, clerk.reader, context=dialogue.constraints, names=names)
        is_policy = clerk.policies and request.question is None and is_about_the_shop(message)
        if is_policy and not any(c.kind == "category" for c in request.constraints):
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
        message = variety_wish(variety_of(clerk, before), variety_of(clerk, dialogue))
        yield from _answered(clerk, session, message, request, dialogue)


def _last_page(clerk: Clerk, dialogue: Dialogue) -> list[Product]:
    """The products last shown, in order; one that has left the catalogue since keeps no place."""
    known = clerk.searcher.index.catalog.get(dialogue.last)
    return [known[id] for id in dialogue.last if id in known]


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
        variety=variety_of(clerk, dialogue),
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

    if request.question is not None:
        about = told(clerk, session, dialogue, request.question)
        draft = replace(draft, contrast=about.contrast)
        yield _finished(clerk, draft, dialogue, clock, reply=about.reply, suggestions=about.suggestions)
        return

    # 2) Search among what fits; where nothing fits, name the wish that excludes and take the nearest.
    page = find(clerk, dialogue)
    absent = tuple(w for w in request.unknown if not page.hits or w not in page.hits[0].matched_words)
    if not page.hits or is_unheard_of(clerk, page, dialogue, absent):
        reply = replies.nothing(clerk, dialogue, absent)
        yield _finished(clerk, draft, dialogue, clock, reply=reply, suggestions=clerk.examples[:3])
        return

    # 3) Rank, choose the page, and read the reasons off the contributions.
    dialogue = replace(dialogue, nearest=replies.says_nearest(dialogue, request, absent))
    candidates = ranked_hits(clerk, dialogue, page.hits)
    ranked = chosen(clerk, dialogue, page, candidates)
    recommended = recommendations(clerk, dialogue, ranked, candidates)
    opening, held_back = replies.checked_opening(clerk, dialogue, request, page.given_up, page.fitting, ranked, absent)
    yield Found(opening, recommended)
    clock.lap("cards")

    # 4) Word the reasons; each sentence is checked before it goes out.
    sentences: list[Sentence] = []
    dropped = [] if held_back is None else [held_back]
    seconds, voice = clerk.settings.generator.seconds, clerk.settings.voice
    for result in explain(
        facts_of(dialogue, recommended),
        clerk.generator,
        clerk.vocabulary,
        seconds=seconds,
        voice=voice,
        gate=clerk.gate,
    ):
        if isinstance(result, Dropped):
            dropped.append(result)
            continue
        if not sentences:
            clock.lap("first_sentence")
        sentences.append(result)
        yield Worded(result)

    # 5) Done: the whole reply, stored with what was shown.
    dialogue = with_page(dialogue, [r.product.id for r in recommended])
    draft = replace(draft, recommendations=recommended, sentences=tuple(sentences), dropped=tuple(dropped))
    reply = replies.whole(opening, recommended, sentences)
    suggestions = replies.suggestions(clerk, dialogue, recommended)
    yield _finished(clerk, draft, dialogue, clock, reply=reply, suggestions=suggestions)


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
        "prompt": load_prompt(clerk.generator.prompt).label if clerk.generator is not None else "none",
        "checker": clerk.gate.entailment.name if clerk.gate is not None else "rules",
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
        "contrast": asdict(answer.contrast) if answer.contrast is not None else None,
        "details": [asdict(d) for d in answer.details],
        "comparison": asdict(answer.comparison) if answer.comparison is not None else None,
        "refers": list(answer.refers),
        "absence": answer.absence,
        "section": answer.section,
        "ticket": answer.ticket,
        "asked": asdict(answer.asked) if answer.asked is not None else None,
    }
