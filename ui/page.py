"""What one shopper's page shows, and how each event of an answer changes it. Knows nothing of HTML or Gradio."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from assistant.types import (
    Answer,
    AnswerEvent,
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

_TURNS_SHOWN = 60  # the page redraws the conversation on every event, so it must not grow without end


@dataclass(frozen=True, slots=True)
class Turn:
    """One bubble. A notice is the page speaking, not the clerk: an error, a conversation that has ended."""

    role: Literal["shopper", "clerk", "notice"]
    text: str
    more: str = ""
    """The rest of a reply whose products stand on cards, folded away under their names."""
    names: tuple[str, ...] = ()


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
    variety: float = 0.0
    """Where the slider stands, 0 to 1."""
    phase: Phase = "idle"
    language: str = "en"
    """Of the interface (ui/texts); replies and products say their own."""
    catalogue: str = "en"
    """Of the products' titles."""


def replayed(page: Page, answers: Sequence[Answer], thumbs: Mapping[tuple[str, str], bool]) -> Page:
    """The page of a stored conversation, as it looked after its last answer; `thumbs` by (answer, product)."""
    for answer in answers:
        page = asked(page, answer.message)
        if answer.recommendations:
            opening = answer.reply.partition("\n\n")[0]
            page = advance(page, Found(opening, answer.recommendations))
        page = advance(page, Done(answer))
    return replace(page, thumbs={product: up for (id, product), up in thumbs.items() if id == page.answer_id})


def asked(page: Page, message: str) -> Page:
    """The shopper has sent something, or pressed something that says as much."""
    turns = (*page.turns, Turn("shopper", message))
    return replace(page, turns=turns[-_TURNS_SHOWN:], offers=(), phase="looking")


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
    searched = page.phase == "checking"
    # Found has already opened the bubble that the whole reply now fills.
    turns = (*(page.turns[:-1] if searched else page.turns), _reply(answer, page.turns[-1:] if searched else ()))
    settled = replace(
        page,
        turns=turns,
        constraints=answer.constraints,
        variety=answer.variety,
        offers=answer.suggestions,
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
        return replace(settled, recommendations=None, sentences=(), answer_id="", thumbs={}, comparison=None)
    if answer.intent in ("search", "refine"):
        # Searched and nothing fits: the earlier cards would stand under wishes that they do not meet.
        return replace(settled, recommendations=(), sentences=(), answer_id="", thumbs={}, comparison=None)
    return settled


def _reply(answer: Answer, opened: tuple[Turn, ...]) -> Turn:
    if answer.comparison is not None:  # the table says row by row what the reply does
        lead, _, rows = answer.reply.partition("\n\n")
        return Turn("clerk", lead, rows, ("The comparison in words",))
    opening = opened[0].text if opened else ""
    if not (opening and answer.recommendations and answer.reply.startswith(opening)):
        return Turn("clerk", answer.reply)
    names = tuple(each.product.title for each in answer.recommendations)
    return Turn("clerk", opening, answer.reply.removeprefix(opening).strip(), names)
