"""What one shopper's page shows, and how each event of an answer changes it. Knows nothing of HTML or Gradio."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from assistant.types import (
    Answer,
    AnswerEvent,
    Constraint,
    Done,
    Found,
    Recommendation,
    Sentence,
    Understood,
    Worded,
)

Phase = Literal["idle", "looking", "checking"]

_PAGES_KEPT = 2_000  # some 20 kB each; older ones are rebuilt from the transcript
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
    offers: tuple[str, ...] = ()
    """Requests worth a click, shown under the last bubble."""
    phase: Phase = "idle"


class Pages:
    """The pages of the sessions seen last. Kept here, not in the browser, so that no client can forge one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pages: OrderedDict[str, Page] = OrderedDict()

    def get(self, session: str) -> Page | None:
        with self._lock:
            return self._pages.get(session)

    def put(self, page: Page) -> None:
        with self._lock:
            self._pages[page.session] = page
            self._pages.move_to_end(page.session)
            while len(self._pages) > _PAGES_KEPT:
                self._pages.popitem(last=False)


def from_transcript(session: str, transcript: Sequence[tuple[str, str]]) -> Page:
    """The conversation of a session whose page is no longer kept: the bubbles, without cards."""
    turns = tuple(Turn("shopper" if role == "shopper" else "clerk", text) for role, text in transcript)
    return Page(session=session, turns=turns[-_TURNS_SHOWN:])


def asked(page: Page, message: str) -> Page:
    """The shopper has sent something; "" for a click that adds no bubble, such as removing a chip."""
    turns = (*page.turns, Turn("shopper", message)) if message else page.turns
    return replace(page, turns=turns[-_TURNS_SHOWN:], offers=(), phase="looking")


def failed(page: Page, line: str) -> Page:
    """The answer broke off: say so, and leave what is already shown and true."""
    return replace(page, turns=(*page.turns, Turn("notice", line)), phase="idle")


def advance(page: Page, event: AnswerEvent) -> Page:
    """The page after one event."""
    if isinstance(event, Understood):
        return replace(page, constraints=event.constraints)
    if isinstance(event, Found):
        return replace(
            page,
            turns=(*page.turns, Turn("clerk", event.opening)),
            recommendations=event.recommendations,
            sentences=(),
            answer_id="",
            thumbs={},
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
        page, turns=turns, constraints=answer.constraints, offers=answer.suggestions, phase="idle"
    )
    if searched:
        return replace(
            settled,
            recommendations=answer.recommendations,
            sentences=answer.sentences,
            answer_id=answer.id,
        )
    if answer.intent == "start_over":
        return replace(settled, recommendations=None, sentences=(), answer_id="", thumbs={})
    return settled


def _reply(answer: Answer, opened: tuple[Turn, ...]) -> Turn:
    opening = opened[0].text if opened else ""
    if not (opening and answer.recommendations and answer.reply.startswith(opening)):
        return Turn("clerk", answer.reply)
    names = tuple(each.product.title for each in answer.recommendations)
    return Turn("clerk", opening, answer.reply.removeprefix(opening).strip(), names)
