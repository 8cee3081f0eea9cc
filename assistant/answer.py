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
from assistant.asides import Aside, aside
from assistant.candidates import chosen, find, is_unheard_of, ranked_hits, variety_of
from assistant.clarifying import contradiction_in, question_for
from assistant.clerk import Clerk
from assistant.contrasts import changed
from assistant.dialogue import Dialogue, apply, change_made, variety_wish, with_page, with_variety, without
from assistant.explain import explain
from assistant.facts import Facts
from assistant.hearing import Heard, hear
from assistant.language import honest_line, in_language, language_of
from assistant.plan_turns import plan_page, plan_turn
from assistant.privacy import redacted
from assistant.prompting import load_prompt
from assistant.recommending import facts_of, recommendations
from assistant.references import Refs
from assistant.types import Answer, AnswerEvent, Done, Dropped, Found, Sentence, Understood, Worded
from assistant.understand import LONGEST_MESSAGE, Request
from retrieval.types import Product

LONGEST_KEPT = 2 * LONGEST_MESSAGE
"""Characters looked at and kept of one message: what is beyond is read by nobody, and a pasted book must not stall the
shop (100,000 letters took a minute)."""


def answer(clerk: Clerk, session: str, message: str, *, variety: float | None = None) -> Iterator[AnswerEvent]:
    """One turn of a conversation; `variety`, 0 to 1, holds from this turn on. Raises SessionError for an unknown
    session.
    """
    message = (
        message[:LONGEST_KEPT].encode("utf-8", "replace").decode("utf-8")
    )  # a lone surrogate can be neither stored nor shown
    with _turn(clerk, session):
        clock = _Clock()
        before = clerk.sessions.dialogue(session)
        if variety is not None:
            before = replace(before, variety=with_variety(before, variety).variety)
        told_to = changed(before, message, clerk.settings.currency)
        if told_to is not None:  # a change that a counterfactual has offered, to be had as it was run
            yield from _answered(clerk, session, message, Request("refine", text=told_to.words), told_to, clock)
            return
        page, earlier = _last_pages(clerk, before)
        heard = hear(clerk, before, message, page, earlier)
        beside = aside(clerk, session, message, heard, before, page)
        if beside is not None:
            if beside.dialogue.open_question == before.open_question:  # it waits for one message, not for ever
                beside = replace(beside, dialogue=replace(beside.dialogue, open_question=""))
            yield from _aside(clerk, session, message, heard, beside, clock)
            return
        request, note = heard.request, ""
        plan = plan_turn(clerk, before, heard, message, page)
        if plan is not None:
            dialogue, note = plan
        else:
            dialogue = apply(before, request, page, clerk.facets, clerk.settings.currency)
        if plan is not None and before.plan and dialogue.plan:
            request = replace(request, intent="refine" if request.intent == "search" else request.intent)
        if request.intent in ("search", "refine", "relax"):
            request = replace(request, intent=change_made(before, dialogue, request))
        if note:
            request = replace(request, notes=(*request.notes, note))
        refers = tuple(p.id for p in heard.refs.products) if heard.refs.how in ("place", "name", "pick") else ()
        dialogue = replace(dialogue, misses=0, focus=(), open_question="")
        yield from _answered(clerk, session, message, request, dialogue, clock, refers)


def remove_constraint(clerk: Clerk, session: str, key: str) -> Iterator[AnswerEvent]:
    """The turn of a shopper who takes one chip off; answered like a message."""
    with _turn(clerk, session):
        dialogue = clerk.sessions.dialogue(session)
        gone = next((c.label for c in dialogue.constraints if c.key == key), "")
        dialogue = without(dialogue, key)
        request = Request("refine", text=dialogue.words)
        yield from _answered(
            clerk, session, f"Without “{gone}”" if gone else "Search again", request, dialogue, _Clock()
        )


def set_variety(clerk: Clerk, session: str, value: float) -> Iterator[AnswerEvent]:
    """The turn of a shopper who moves the slider; the same wish answered anew. `value` is brought into 0 to 1."""
    with _turn(clerk, session):
        before = clerk.sessions.dialogue(session)
        dialogue = with_variety(before, value)
        request = Request("refine", text=dialogue.words)
        message = variety_wish(variety_of(clerk, before), variety_of(clerk, dialogue))
        said = replies.small_talk(request, clerk.settings.shop_name, len(dialogue.last))
        if said and not dialogue.words and not dialogue.constraints:  # there is no wish yet to answer anew
            heard = Heard(request, Refs())
            yield from _aside(clerk, session, message, heard, Aside(said, dialogue, clerk.examples[:3]), _Clock())
            return
        yield from _answered(clerk, session, message, request, dialogue, _Clock())


def _last_pages(clerk: Clerk, dialogue: Dialogue) -> tuple[list[Product], list[Product]]:
    """(the products last shown, as many shown before these), in order; one that has left the catalogue since keeps
    no place.
    """
    before = [id for id in dialogue.shown if id not in dialogue.last][-len(dialogue.last) :]
    known = clerk.searcher.index.catalog.get([*dialogue.last, *before])
    return [known[id] for id in dialogue.last if id in known], [known[id] for id in before if id in known]


def _turn(clerk: Clerk, session: str) -> Lock:
    """The session's lock: a second message waits for the first one's answer."""
    return clerk.turn_locks.setdefault(session, Lock())


def _aside(
    clerk: Clerk, session: str, message: str, heard: Heard, beside: Aside, clock: _Clock
) -> Iterator[AnswerEvent]:
    """A turn that makes no page."""
    dialogue = beside.dialogue
    draft = _draft(clerk, session, message, heard.request, dialogue)
    yield Understood(session, draft.intent, dialogue.constraints, dialogue.words, draft.variety)
    draft = replace(draft, **beside.fields)
    yield _finished(clerk, draft, dialogue, clock, reply=beside.reply, suggestions=beside.suggestions)


def _answered(
    clerk: Clerk,
    session: str,
    message: str,
    request: Request,
    dialogue: Dialogue,
    clock: _Clock,
    refers: tuple[str, ...] = (),
) -> Iterator[AnswerEvent]:
    draft = replace(_draft(clerk, session, message, request, dialogue), refers=refers)

    # 1) Understood: the chips.
    yield Understood(session, request.intent, dialogue.constraints, dialogue.words, draft.variety)
    clock.lap("understood")
    conflict = contradiction_in(dialogue)
    if conflict is not None:  # nothing can meet it, so it is asked about instead of searched for
        draft = replace(draft, asked=conflict)
        yield _finished(clerk, draft, dialogue, clock, reply=conflict.text, suggestions=conflict.options)
        return
    if dialogue.plan:
        made = plan_page(clerk, dialogue)
        found = Found(replies.with_notes(request, made.opening), made.recommendations)
        draft = replace(draft, absence="not_with_that" if made.short else "", plan=tuple(w.name for w in dialogue.plan))
        yield from _worded(clerk, draft, dialogue, clock, found, made.facts, (), ())
        return

    # 2) Search among what fits; where nothing fits, name the wish that excludes and take the nearest.
    page = find(clerk, dialogue)
    absent = replies.absent_words(dialogue, request, page)
    if not page.hits or is_unheard_of(clerk, page, dialogue, absent):
        draft = replace(draft, absence=replies.kind_of_absence(dialogue, request, page, absent))
        reply = replies.nothing(clerk, dialogue, page, absent)
        yield _finished(clerk, draft, dialogue, clock, reply=reply, suggestions=clerk.examples[:3])
        return

    # 3) Rank, choose the page, and read the reasons off the contributions.
    dialogue = replace(dialogue, nearest=replies.says_nearest(dialogue, request, absent))
    candidates = ranked_hits(clerk, dialogue, page.hits)
    ranked = chosen(clerk, dialogue, page, candidates)
    recommended = recommendations(clerk, dialogue, ranked, candidates)
    opening, held_back = replies.checked_opening(clerk, dialogue, request, page, ranked, absent)
    absence = replies.kind_of_absence(dialogue, request, page, absent)
    asked = None if absence else question_for(clerk, dialogue, candidates, page.fitting)
    if asked is not None:
        dialogue = replace(dialogue, questioned=(*dialogue.questioned, asked.field))
    draft = replace(draft, absence=absence, asked=asked)
    dropped = () if held_back is None else (held_back,)
    offers = replies.suggestions(clerk, dialogue, recommended)
    found = Found(opening, recommended)
    yield from _worded(clerk, draft, dialogue, clock, found, facts_of(dialogue, recommended), dropped, offers)


def _worded(
    clerk: Clerk,
    draft: Answer,
    dialogue: Dialogue,
    clock: _Clock,
    found: Found,
    facts: Sequence[Facts],
    held_back: Sequence[Dropped],
    offers: Sequence[str],
) -> Iterator[AnswerEvent]:
    yield found
    clock.lap("cards")

    # 4) Word the reasons; each sentence is checked before it goes out.
    sentences: list[Sentence] = []
    dropped = list(held_back)
    seconds, voice = clerk.settings.generator.seconds, clerk.settings.voice
    for result in explain(facts, clerk.generator, clerk.vocabulary, seconds=seconds, voice=voice, gate=clerk.gate):
        if isinstance(result, Dropped):
            dropped.append(result)
            continue
        if not sentences:
            clock.lap("first_sentence")
        sentences.append(result)
        yield Worded(result)

    # 5) Done: the whole reply, stored with what was shown.
    dialogue = with_page(dialogue, [r.product.id for r in found.recommendations])
    draft = replace(draft, recommendations=found.recommendations, sentences=tuple(sentences), dropped=tuple(dropped))
    reply = replies.whole(found.opening, found.recommendations, sentences)
    if draft.asked is not None:
        reply = f"{reply}\n\n{draft.asked.text}"
        offers = (*draft.asked.options, *offers)
    yield _finished(clerk, draft, dialogue, clock, reply=reply, suggestions=offers)


def _draft(clerk: Clerk, session: str, message: str, request: Request, dialogue: Dialogue) -> Answer:
    return Answer(
        id=secrets.token_urlsafe(9),
        session=session,
        message=redacted(message),
        intent=request.intent,
        constraints=dialogue.constraints,
        reply="",
        variety=variety_of(clerk, dialogue),
        versions=_versions(clerk),
    )


def _finished(
    clerk: Clerk, draft: Answer, dialogue: Dialogue, clock: _Clock, *, reply: str, suggestions: Sequence[str]
) -> Done:
    reply, dialogue = _in_their_language(clerk, draft, dialogue, reply)
    clock.lap("total")
    done = replace(draft, reply=reply, suggestions=tuple(suggestions), timings_ms=dict(clock.laps))
    clerk.sessions.keep(dialogue, done)
    return Done(done)


def _in_their_language(clerk: Clerk, draft: Answer, dialogue: Dialogue, reply: str) -> tuple[str, Dialogue]:
    """The reply in the shopper's language, if a configured server can put it so; else, once, a line in it on what
    is understood.
    """
    code = language_of(draft.message)
    if code == "en":
        return reply, dialogue
    if clerk.generator is not None and clerk.settings.generator.kind == "server":
        names = [name for r in draft.recommendations for name in (r.product.title, r.product.brand) if name]
        translated = in_language(reply.split("\n\n"), code, clerk.generator, names=names)
        if translated is not None:
            return "\n\n".join(translated), dialogue
    line = honest_line(code)
    if not line or dialogue.language == code:
        return reply, dialogue
    return f"{line}\n\n{reply}", replace(dialogue, language=code)


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
                "item": c.item,
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
                "item": r.item,
                "count": r.count,
                "score": r.score,
                "contributions": dict(r.contributions),
                "reasons": [asdict(reason) for reason in r.reasons],
                "sentences": [sentence_json(s) for s in answer.sentences if s.product_id == r.product.id],
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
        "plan": list(answer.plan),
        "by": answer.by,
    }


def sentence_json(sentence: Sentence) -> dict[str, Any]:
    """One sentence as every interface gives it."""
    return {
        "text": sentence.text,
        "reasons": list(sentence.reasons),
        "supported": sentence.supported,
        "source": sentence.source,
        "evidence": [{"field": field, "value": value} for field, value in sentence.evidence],
    }
