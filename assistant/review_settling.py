"""What several judgements of one explanation come to: does one fit its item, do they contradict, what is agreed.

Plain functions over judgements; knows nothing of tables or pages.
"""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal, TypeVar, get_args

from assistant.errors import ReviewError
from assistant.privacy import redacted
from assistant.review_types import GRADES, QUESTIONS, Item, Judgement, Preferred, SentenceMark, Supported

LONGEST_TEXT = 2_000
"""Characters of a note or a correction: several times the longest explanation, and no pasted document."""
OPPOSITE = max(GRADES) - min(GRADES)
"""Grades this far apart contradict; a step between two people is a matter of taste."""

T = TypeVar("T")


def checked(item: Item, judgement: Judgement) -> Judgement:
    """The judgement as it is kept: its texts without addresses and numbers, its grades in the order of `QUESTIONS`.

    Raises ReviewError, one line, for one that does not fit the item.
    """
    expected = len(item.snapshot.sentences(item.product_id))
    if len(judgement.sentences) != expected:
        raise _wrong(item, f"{len(judgement.sentences)} sentences are marked, it has {expected}: mark each one")
    for mark in judgement.sentences:
        _one_of(item, "supported", mark.supported, get_args(Supported))
    missing, unknown = QUESTIONS.keys() - judgement.grades.keys(), judgement.grades.keys() - QUESTIONS.keys()
    if missing or unknown:
        named = ", ".join(sorted(missing or unknown))[:80]
        raise _wrong(item, f"{'no grade for' if missing else 'no question is named'} {named}; grade {_asked()}")
    for question, grade in judgement.grades.items():
        if isinstance(grade, bool) or grade not in GRADES:
            raise _wrong(item, f"grade {str(grade)[:20]!r} for {question}: give 0, 1 or 2")
    _one_of(item, "preferred", judgement.preferred, get_args(Preferred))
    if item.kind == "single" and judgement.preferred:
        raise _wrong(item, f"{judgement.preferred!r} is preferred, but it has one explanation: leave that out")
    if item.kind == "pair" and not judgement.preferred:
        raise _wrong(item, "two explanations are set side by side: say which is better: first, second or tie")
    return replace(
        judgement,
        sentences=tuple(SentenceMark(mark.supported, bool(mark.on_topic)) for mark in judgement.sentences),
        grades={question: int(judgement.grades[question]) for question in QUESTIONS},
        note=_text(item, "note", judgement.note),
        corrected=_text(item, "corrected text", judgement.corrected),
    )


def contradict(judgements: Sequence[Judgement]) -> bool:
    """Whether they differ on what the facts support, lie two grades apart, or prefer opposite explanations."""
    if len(judgements) < 2:
        return False
    marks = zip(*(j.sentences for j in judgements), strict=True)
    if any(len({mark.supported for mark in of_one}) > 1 for of_one in marks):
        return True
    if any(_spread([j.grades[q] for j in judgements]) >= OPPOSITE for q in QUESTIONS):
        return True
    return {"first", "second"} <= {j.preferred for j in judgements}


def settled(judgements: Sequence[Judgement], needed: int) -> Judgement | None:
    """What first rounds come to, oldest first: what more than half say; None while it is open.

    Open is what has fewer than `needed` judgements, and what they contradict each other in without a majority. Where
    they only differ, the careful side is taken: the lower of two grades, off the topic, a tie. The correction is the
    last one that somebody wrote; notes are joined.
    """
    if not judgements or len(judgements) < needed:
        return None
    marks = []
    for of_one in zip(*(j.sentences for j in judgements), strict=True):
        supported = _majority([mark.supported for mark in of_one])
        if supported is None:
            return None
        marks.append(SentenceMark(supported, bool(_majority([mark.on_topic for mark in of_one]))))
    grades = {}
    for question in QUESTIONS:
        given = [j.grades[question] for j in judgements]
        most = _majority(given)
        if most is None and _spread(given) >= OPPOSITE:
            return None
        grades[question] = statistics.median_low(given) if most is None else most
    preferred = _majority([j.preferred for j in judgements])
    if preferred is None:
        if {"first", "second"} <= {j.preferred for j in judgements}:
            return None
        preferred = "tie"
    corrected = next((j.corrected for j in reversed(judgements) if j.corrected), "")
    note = " / ".join(dict.fromkeys(j.note for j in judgements if j.note))
    return Judgement(tuple(marks), grades, preferred, note, corrected)


def _majority(said: Sequence[T]) -> T | None:
    """What more than half say; None if nothing is."""
    most, count = Counter(said).most_common(1)[0]
    return most if 2 * count > len(said) else None


def _spread(grades: Sequence[int]) -> int:
    return max(grades) - min(grades)


def _one_of(item: Item, what: str, value: str, allowed: Sequence[str]) -> None:
    if value not in allowed:
        raise _wrong(item, f"{what} is {str(value)[:20]!r}: give {', '.join(a or 'nothing' for a in allowed)}")


def _text(item: Item, what: Literal["note", "corrected text"], text: str) -> str:
    if len(text) > LONGEST_TEXT:
        raise _wrong(item, f"the {what} has {len(text):,} characters: {LONGEST_TEXT:,} are kept, shorten it")
    # A lone surrogate can be neither stored nor shown.
    return redacted(text.encode("utf-8", "replace").decode("utf-8").replace("\x00", "")).strip()


def _asked() -> str:
    return ", ".join(QUESTIONS)


def _wrong(item: Item, what: str) -> ReviewError:
    return ReviewError(f"The judgement of item {item.id} does not fit it: {what}.")
