"""How much an explanation deserves a reviewer's look before others: a sum of signs, each with its words.

The weights say in what order signs are looked into, not how likely a fault is: nothing has measured that yet. The
figures of the review desk leave risky items out where they speak of all answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.types import Answer
from assistant.wording import plural

THUMB_DOWN = 3.0
"""Somebody read it and was displeased: all else here is guessed by a program, so it outweighs most."""
DROPPED = 1.0
"""For each sentence that was dropped for the product: where the model strayed, what just passed lies near."""
MOST_DROPPED = 3
"""Sentences counted: a fourth says nothing new."""
WRITTEN_TWICE = 0.5
"""A sentence of the model that stands there after another was dropped: it was drawn again under the same facts."""
UNSURE = 2.0
"""The second gate sees the least sure sentence exactly at its threshold, or below; less the surer it is."""
MARGIN = 0.25
"""Probability above the threshold from which on the gate counts as sure."""
NEW = 1.0
"""A version of which nobody has judged anything; less with each item judged, none from `ENOUGH` on."""
ENOUGH = 20
"""Judged items from which on versions are compared (as the alarms do)."""
LATELY = 0.5
"""A version first seen within `LATELY_SECONDS`: what goes wrong with it is found while few have read it."""
LATELY_SECONDS = 7 * 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Risk:
    """A sum with what it is made of."""

    score: float = 0.0
    why: tuple[str, ...] = ()

    def __add__(self, other: Risk) -> Risk:
        return Risk(self.score + other.score, self.why + other.why)


def risk_of(answer: Answer, product_id: str, *, thumb_down: bool) -> Risk:
    """What can be read off a stored answer: displeasure, dropped sentences, one written again."""
    risk = Risk(THUMB_DOWN, ("thumbs down",)) if thumb_down else Risk()
    # One without a text was not written at all: the model was busy or failed.
    dropped = sum(each.product_id == product_id and bool(each.text) for each in answer.dropped)
    if dropped:
        risk += Risk(DROPPED * min(dropped, MOST_DROPPED), (f"{plural(dropped, 'sentence')} dropped",))
        if any(s.product_id == product_id and s.source == "model" for s in answer.sentences):
            risk += Risk(WRITTEN_TWICE, ("written again",))
    return risk


def version_risk(judged: int, first_seen: float, now: float) -> Risk:
    """What a version of generator and prompt adds to each of its items; times in seconds since 1970."""
    risk = Risk()
    if judged < ENOUGH:
        risk += Risk(NEW * (1 - judged / ENOUGH), (f"version with {judged} judged",))
    if now - first_seen < LATELY_SECONDS:
        risk += Risk(LATELY, ("version first seen this week",))
    return risk


def gate_risk(likelihoods: Sequence[float], threshold: float) -> Risk:
    """What the second gate adds: P(supported) of each sentence shown, and where it lets sentences pass."""
    least = min(likelihoods, default=1.0)
    unsure = 1 - max(least - threshold, 0.0) / MARGIN
    return Risk(UNSURE * unsure, (f"checker unsure (P = {least:.2f})",)) if unsure > 0 else Risk()
