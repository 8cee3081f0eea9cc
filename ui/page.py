"""What one shopper's page shows, and how each event of an answer changes it. Knows nothing of HTML or Gradio."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from assistant.types import (
    Answer,
    AnswerEvent,
    Clarifying,
    Comparison,
    Constraint,
    Done,
    Found,
    Recommendation,
    Sentence,
    Understood,
    Worded,
)

Phase = Literal["idle", "looking", "checking"]

_PLACES = ("first", "second", "third", "fourth", "fifth", "sixth")
_SAID = {"not": "Not the {place} one", "like": "More like the {place} one"}

_SEARCHING = ("search", "refine", "relax", "replace")

_TURNS_SHOWN = 60  # the page redraws the conversation on every event, so it must not grow without end


@dataclass(frozen=True, slots=True)
class Turn:
    """One bubble. A notice is the page speaking, not the clerk: an error, a conversation that has ended."""

    role: Literal["shopper", "clerk", "notice"]
    text: str
    more: str = ""
    """The rest of a reply whose products stand on cards, folded away under their names."""
    names: tuple[str, ...] = ()
    """Of those products; none if the rest is a comparison in words."""
    question: str = ""
    """What the clerk asks back, at the end of the bubble and never folded away."""
    ticket: str = ""
    """Number of the ticket by which a person takes over."""
    by: str = ""
    """Who of the shop's people says it; then the text is plain, not Markdown. "" for the clerk."""


@dataclass(frozen=True, slots=True)
class Page:
    """Everything visible, as a value; drawing it twice gives the same page."""

    session: str = ""
    shopper: str = ""
    turns: tuple[Turn, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    recommendations: tuple[Recommendation, ...] | None = None
    """None until something was searched; empty if nothing fits."""
    sentences: tuple[Sentence, ...] = ()
    answer_id: str = ""
    thumbs: Mapping[str, bool] = field(default_factory=dict)
    comparison: Comparison | None = None
    """Products side by side, above the cards until something else is searched."""
    offers: tuple[str, ...] = ()
    """Requests worth a click, shown under the last bubble."""
    asked: Clarifying | None = None
    """The clerk's open question; those of `offers` that answer it stand first."""
    variety: float = 0.0
    """Where the slider stands, 0 to 1."""
    phase: Phase = "idle"
    told: str = ""
    """Id of the last answer by a person that is on the page."""
    language: str = "en"
    """Of the interface (ui/texts); replies and products say their own."""
    catalogue: str = "en"
    """Of the products' titles."""

    @property
    def can_vary(self) -> bool:
        """Whether there are products to choose anew; those of a plan are chosen for their sum."""
        return bool(self.recommendations) and not any(each.item for each in self.recommendations or ())


def replayed(page: Page, answers: Sequence[Answer], thumbs: Mapping[tuple[str, str], bool]) -> Page:
    """The page of a stored conversation, as it looked after its last answer; `thumbs` by (answer, product)."""
    forgotten = max((n for n, answer in enumerate(answers, start=1) if answer.intent == "forget"), default=0)
    for answer in answers[forgotten:]:  # of what came before nothing is to be seen, not even that it was forgotten
        if answer.by:
            page = told(page, answer)
            continue
        page = asked(page, answer.message)
        if answer.recommendations:
            opening = answer.reply.partition("\n\n")[0]
            page = advance(page, Found(opening, answer.recommendations))
        page = advance(page, Done(answer))
    return replace(page, thumbs={product: up for (id, product), up in thumbs.items() if id == page.answer_id})


def asked(page: Page, message: str) -> Page:
    """The shopper has sent something, or pressed something that says as much."""
    turns = (*page.turns, Turn("shopper", message))
    return replace(page, turns=turns[-_TURNS_SHOWN:], offers=(), asked=None, phase="looking")


def told(page: Page, answer: Answer) -> Page:
    """A person of the shop has said something: one more bubble, and all else stays as it is."""
    return replace(page, turns=(*page.turns, Turn("clerk", answer.reply, by=answer.by)), told=answer.id)


def failed(page: Page, line: str) -> Page:
    """The answer broke off: say so, and leave what is already shown and true."""
    return replace(page, turns=(*page.turns, Turn("notice", line)), phase="idle")


def advance(page: Page, event: AnswerEvent) -> Page:
    """The page after one event."""
    if isinstance(event, Understood):
        return replace(page, constraints=event.constraints, variety=event.variety)
    if isinstance(event, Found):
        return replace(
            page,
            turns=(*page.turns, Turn("clerk", event.opening)),
            recommendations=event.recommendations,
            sentences=(),
            answer_id="",
            thumbs={},
            comparison=None,
            phase="checking",
        )
    if isinstance(event, Worded):
        return replace(page, sentences=(*page.sentences, event.sentence))
    return _settled(page, event)


def _settled(page: Page, event: Done) -> Page:
    answer = event.answer
    if answer.intent == "forget":  # nothing of the conversation stays in sight, its bubbles included
        return replace(_cleared(page), turns=(Turn("clerk", answer.reply),), constraints=(), offers=answer.suggestions)
    searched = page.phase == "checking"
    # Found has already opened the bubble that the whole reply now fills.
    turns = (*(page.turns[:-1] if searched else page.turns), _reply(answer, page.turns[-1:] if searched else ()))
    settled = replace(
        page,
        turns=turns,
        constraints=answer.constraints,
        variety=answer.variety,
        offers=answer.suggestions,
        asked=answer.asked,
        comparison=answer.comparison or page.comparison,
        phase="idle",
    )
    if searched:
        return replace(
            settled,
            recommendations=answer.recommendations,
            sentences=answer.sentences,
            answer_id=answer.id,
        )
    if answer.intent == "start_over":
        return _cleared(settled)
    if answer.intent in _SEARCHING and not (answer.asked is not None and not answer.asked.field):
        # Searched and nothing fits: the earlier cards would stand under wishes that they do not meet. Where the clerk
        # only asks which product was meant, nothing was searched.
        return replace(_cleared(settled), recommendations=())
    return settled


def _cleared(page: Page) -> Page:
    """With an empty shelf."""
    return replace(page, recommendations=None, sentences=(), answer_id="", thumbs={}, comparison=None, phase="idle")


def _reply(answer: Answer, opened: tuple[Turn, ...]) -> Turn:
    question = answer.asked.text if answer.asked is not None and answer.asked.text != answer.reply else ""
    reply = answer.reply.removesuffix(question).rstrip() if question else answer.reply
    plain = Turn("clerk", reply, question=question, ticket=answer.ticket)
    if answer.comparison is not None:  # the table says row by row what the reply does
        lead, _, rows = reply.partition("\n\n")
        return replace(
            plain,
            text=lead,
            more=rows,
        )
    opening = opened[0].text if opened else ""
    if not (opening and answer.recommendations and reply.startswith(opening)):
        return plain
    names = tuple(each.product.title for each in answer.recommendations)
    return replace(plain, text=opening, more=reply.removeprefix(opening).strip(), names=names)


def said_of_cards(page: Page, pressed: Mapping[str, object]) -> str:
    """The message that a button of a card stands for: {"act", "product"} of one, {"compare": [ids]} of several; "" for
    what no card of this page has.
    """
    places = {each.product.id: _PLACES[n] for n, each in enumerate((page.recommendations or ())[: len(_PLACES)])}
    compared = pressed.get("compare")
    if isinstance(compared, list):
        picked = [place for id, place in places.items() if id in compared]
        return f"Compare the {' and the '.join(picked)}" if len(picked) > 1 else ""
    place = places.get(str(pressed.get("product")), "")
    said = _SAID.get(str(pressed.get("act")), "")
    return said.format(place=place) if said and place else ""
