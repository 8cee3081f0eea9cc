"""Whether reviewers mean the same: Krippendorff's alpha a question, with an interval; by pairs; each alone.

Alpha is nltk's. Its interval draws the items anew a thousand times, which that code would take minutes for: there it
is computed from coincidence matrices, all resamples at once. A test holds the two against each other.

Krippendorff, "Computing Krippendorff's Alpha-Reliability", 2011 (repository.upenn.edu/asc_papers/43).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from assistant.review_types import QUESTIONS, Judged

Level = Literal["nominal", "ordinal"]
"""Whether two values are only alike or not, or can be further apart than others."""

Unit = tuple[int, int]
"""(item, place of the sentence from 0); place -1 for what is asked of the whole explanation."""

Answers = Mapping[Unit, Mapping[str, str]]
"""Unit -> reviewer -> what they said."""

LEVELS: Mapping[str, Level] = {
    "supported": "nominal",
    "on_topic": "nominal",
    **dict.fromkeys(QUESTIONS, "ordinal"),
    "preferred": "nominal",
}
"""Every question a reviewer answers; the first two once a sentence."""

ROUNDS = 1000
"""Resamples of the items: enough for a 95 % interval whose ends are good to the second digit."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far reviewers agree on one question."""

    question: str
    level: Level
    alpha: float | None
    """1 all alike, 0 as by chance, below 0 worse than chance; None with a reason in `why`."""
    low: float | None
    high: float | None
    why: str
    """Why there is no alpha; "" if there is one."""
    share: float | None
    """Pairs of answers to the same thing that are equal."""
    units: int
    """Things (sentences or explanations) that at least two judged."""
    reviewers: int


@dataclass(frozen=True, slots=True)
class Consistency:
    """A reviewer's second judgements against their first ones of the same items."""

    account: str
    question: str
    units: int
    share: float | None
    """Judged alike both times."""
    alpha: float | None
    why: str


@dataclass(frozen=True, slots=True)
class PairAgreement:
    """Two reviewers on what both judged."""

    first: str
    second: str
    question: str
    units: int
    share: float | None
    alpha: float | None
    why: str


def agreement(judged: Iterable[Judged], *, seed: int = 7) -> list[Agreement]:
    """One a question, over first rounds; the interval (95 %, percentiles) comes from drawing items anew."""
    first = [each for each in judged if each.round == 1]
    return [_agreement(question, answers(first, question), seed) for question in LEVELS]


def consistency(judged: Iterable[Judged]) -> list[Consistency]:
    """One a reviewer who was shown something again and a question, reviewers by name."""
    rounds: dict[str, list[Judged]] = {}
    for each in judged:
        rounds.setdefault(each.account, []).append(each)
    found = []
    for account, own in sorted(rounds.items()):
        again = {each.item.id for each in own if each.round == 2}
        own = [each for each in own if each.item.id in again]
        for question in LEVELS if again else ():
            said = answers(own, question, by_round=True)
            alpha, why = alpha_of(said, LEVELS[question])
            found.append(Consistency(account, question, len(_twice(said)), _share(said), alpha, why))
    return found


def pairwise(judged: Iterable[Judged]) -> list[PairAgreement]:
    """One a pair of reviewers with items in common and a question, over first rounds."""
    items: dict[str, dict[int, Judged]] = {}
    for each in judged:
        if each.round == 1:
            items.setdefault(each.account, {})[each.item.id] = each
    found = []
    for one, other in combinations(sorted(items), 2):
        common = items[one].keys() & items[other].keys()
        both = [items[account][id] for id in sorted(common) for account in (one, other)]
        for question in LEVELS if common else ():
            said = answers(both, question)
            alpha, why = alpha_of(said, LEVELS[question])
            found.append(PairAgreement(one, other, question, len(_twice(said)), _share(said), alpha, why))
    return found


def answers(judged: Iterable[Judged], question: str, *, by_round: bool = False) -> dict[Unit, dict[str, str]]:
    """What was said to one question; `by_round` tells a reviewer's rounds apart in place of reviewers."""
    found: dict[Unit, dict[str, str]] = {}
    for each in judged:
        who = str(each.round) if by_round else each.account
        for place, value in _said(each, question):
            found.setdefault((each.item.id, place), {})[who] = value
    return found


def _said(each: Judged, question: str) -> list[tuple[int, str]]:
    marks = each.judgement.sentences
    if question == "supported":
        return [(place, mark.supported) for place, mark in enumerate(marks)]
    if question == "on_topic":
        return [(place, "yes" if mark.on_topic else "no") for place, mark in enumerate(marks)]
    if question == "preferred":
        return [(-1, each.judgement.preferred)] if each.judgement.preferred else []
    grade = each.judgement.grades.get(question)
    return [] if grade is None else [(-1, str(grade))]


def _twice(said: Answers) -> list[tuple[Unit, Mapping[str, str]]]:
    """What at least two judged: a single answer can be compared with nothing."""
    return [(unit, values) for unit, values in said.items() if len(values) > 1]


def _share(said: Answers) -> float | None:
    pairs = [one == other for _unit, values in _twice(said) for one, other in combinations(values.values(), 2)]
    return sum(pairs) / len(pairs) if pairs else None


def _agreement(question: str, said: Answers, seed: int) -> Agreement:
    level, shared = LEVELS[question], _twice(said)
    alpha, why = alpha_of(said, level)
    low = high = None
    if alpha is not None:
        drawn = _drawn(said, level, seed)
        if len(drawn):
            low, high = (float(end) for end in np.quantile(drawn, (0.025, 0.975)))
    who = {name for _unit, values in shared for name in values}
    return Agreement(question, level, alpha, low, high, why, _share(said), len(shared), len(who))


def alpha_of(said: Answers, level: Level) -> tuple[float | None, str]:
    """Alpha, or None with the reason."""
    shared = _twice(said)
    if not shared:
        return None, "nothing was judged by two"
    if len({value for _unit, values in shared for value in values.values()}) < 2:
        return None, "all answers are the same: with no variation, agreement cannot be told from chance"
    # The package's own start takes more than a second: only who asks for figures waits for it.
    from nltk.metrics.agreement import AnnotationTask

    rows = [(who, unit, value) for unit, values in shared for who, value in values.items()]
    task: Any = AnnotationTask(data=rows, distance=_distance([value for *_, value in rows], level))
    return float(task.alpha()), ""


def _distance(values: Sequence[str], level: Level) -> Any:
    """The squared distance of two values. Ordinal: how many answers lie between them, half of those at the ends."""
    if level == "nominal":
        return lambda one, other: float(one != other)
    counts = Counter(values)
    order = sorted(counts)

    def between(one: Hashable, other: Hashable) -> float:
        low, high = sorted((str(one), str(other)))
        inside = sum(counts[value] for value in order if low <= value <= high)
        return (inside - (counts[low] + counts[high]) / 2) ** 2

    return between


def _drawn(said: Answers, level: Level, seed: int) -> NDArray[np.float64]:
    """Alpha of each resample that has one; items are drawn whole, since their sentences hang together."""
    matrices = coincidences(said)
    chance = np.random.default_rng(seed)
    times = chance.multinomial(len(matrices), np.full(len(matrices), 1 / len(matrices)), size=ROUNDS)
    o = np.tensordot(times.astype(np.float64), matrices, axes=1)
    found = alphas(o, level)
    return found[~np.isnan(found)]


def coincidences(said: Answers) -> NDArray[np.float64]:
    """(items, values, values): for each item how often two of its answers, to the same thing, were c and k.

    A unit with m answers adds 1 / (m - 1) for each ordered pair of them. Values are in sorted order.
    """
    shared = _twice(said)
    order = {v: n for n, v in enumerate(sorted({v for _unit, values in shared for v in values.values()}))}
    place = {item: n for n, item in enumerate(sorted({unit[0] for unit, _values in shared}))}
    result = np.zeros((len(place), len(order), len(order)))
    for (item, _place), values in shared:
        counts = np.zeros(len(order))
        for value in values.values():
            counts[order[value]] += 1
        result[place[item]] += (np.outer(counts, counts) - np.diag(counts)) / (len(values) - 1)
    return result


def alphas(o: NDArray[np.float64], level: Level) -> NDArray[np.float64]:
    """Alpha of each coincidence matrix: (..., values, values) -> (...); nan where nothing varies.

    alpha = 1 - (n - 1) * sum(o[c,k] * delta[c,k]) / sum(n[c] * n[k] * delta[c,k]), n[c] the sums of rows.
    """
    n = o.sum(axis=-1)
    if level == "nominal":
        delta = np.broadcast_to(1.0 - np.eye(o.shape[-1]), o.shape)
    else:
        upto = np.cumsum(n, axis=-1)
        # Answers from c to k, both ends by half, c below k; the difference does not depend on which is first.
        middle = upto - n / 2
        delta = (middle[..., None, :] - middle[..., :, None]) ** 2
    seen = (o * delta).sum(axis=(-2, -1))
    expected = (n[..., None, :] * n[..., :, None] * delta).sum(axis=(-2, -1))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(expected > 0, 1 - (n.sum(axis=-1) - 1) * seen / expected, np.nan)
