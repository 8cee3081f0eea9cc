"""How good the explanations are, in figures: by version, category, week, strategy.

Works on plain judgements. An explanation counts once, however many judged it (`assistant.review_facts.held`). Risky
items were picked because something looked wrong, so they say nothing of the usual: they are left out unless asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median
from typing import Literal

from assistant.review_facts import Held, held
from assistant.review_statistics import Mean, Rate, mean, rate
from assistant.review_types import QUESTIONS, Item, Judged, Judgement
from assistant.verify import verify
from assistant.vocabulary import Vocabulary

By = Literal["all", "version", "category", "week", "strategy"]

Decided = Mapping[int, Judgement]
"""Item -> what was adjudicated."""


@dataclass(frozen=True, slots=True)
class Case:
    """One judged explanation."""

    item: Item
    held: Held
    judged: tuple[Judged, ...]
    """First rounds."""
    passed: tuple[bool, ...] = ()
    """Whether today's checker would let each shown sentence pass; empty where it was not asked."""

    @property
    def answer(self) -> str:
        return self.item.snapshot.answer.id


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one group of explanations. What nothing can be said of is None."""

    group: str
    explanations: int
    judgements: int
    reviewers: int
    sentences: int
    unsure: int
    """Sentences nobody could tell of, or reviewers disagreed on; in no share."""
    supported: Rate | None
    """Sentences that the facts back, by people."""
    wholly: Rate | None
    """Explanations with nothing but such sentences, by people."""
    by_checker: Rate | None
    """Explanations all of whose shown sentences today's checker lets pass."""
    checker_precision: Rate | None
    """Of the sentences it lets pass those that people back."""
    checker_recall: Rate | None
    """Of the sentences that people back those it lets pass. Shown sentences alone: people see no dropped one."""
    model_wording: Rate | None
    """Sentences that the model worded."""
    grades: Mapping[str, Mean | None]
    """Question -> mean of 0 to 2; "clear" is fluency."""
    preferred: Rate | None
    """Pairs without a tie in which what was shown was preferred to the other wording."""
    seconds: float | None
    """Median a judgement."""


def cases(
    judged: Iterable[Judged],
    *,
    decided: Decided | None = None,
    vocabulary: Vocabulary | None = None,
    risky: bool = False,
) -> list[Case]:
    """One an explanation that somebody judged, by id; risky ones only if asked for."""
    found: dict[int, list[Judged]] = {}
    for each in judged:
        if each.round == 1 and (risky or each.item.strategy != "risky"):
            found.setdefault(each.item.id, []).append(each)
    return [
        Case(
            own[0].item,
            held([each.judgement for each in own], (decided or {}).get(id)),
            tuple(own),
            _passed(own[0].item, vocabulary) if vocabulary is not None else (),
        )
        for id, own in sorted(found.items())
    ]


def _passed(item: Item, vocabulary: Vocabulary) -> tuple[bool, ...]:
    facts = item.snapshot.facts(item.product_id)
    return tuple(verify(s.text, facts, vocabulary).supported for s in item.snapshot.sentences(item.product_id))


def figures(
    judged: Iterable[Judged],
    by: By = "version",
    *,
    decided: Decided | None = None,
    vocabulary: Vocabulary | None = None,
    risky: bool = False,
    seed: int = 7,
) -> list[Figures]:
    """One a group, in order of first appearance (weeks in order). By strategy, risky ones are a group of their own."""
    found = cases(judged, decided=decided, vocabulary=vocabulary, risky=risky or by == "strategy")
    groups: dict[str, list[Case]] = {}
    for case in sorted(found, key=lambda case: (case.item.created, case.item.id)):
        groups.setdefault(_group(case.item, by), []).append(case)
    return [_figures(group, own, seed) for group, own in groups.items()]


def _group(item: Item, by: By) -> str:
    if by == "week":  # of when it came into the queue, which is soon after it was said
        year, week, _day = datetime.fromtimestamp(item.created, UTC).isocalendar()
        return f"{year}-W{week:02}"
    known = {"all": "all", "version": item.version, "category": item.category, "strategy": item.strategy}
    return known[by] or "none"


def _figures(group: str, own: Sequence[Case], seed: int) -> Figures:
    told = [(c.answer, mark == "yes", n, c) for c in own for n, mark in enumerate(c.held.marks) if mark != "unsure"]
    checked = [(answer, backed, c.passed[n]) for answer, backed, n, c in told if c.passed]
    shown = [(c.answer, s.source == "model") for c in own for s in c.item.snapshot.sentences(c.item.product_id)]
    pairs = [(c.answer, each.judgement.preferred == "first") for c in own for each in _without_ties(c)]
    times = [each.seconds for c in own for each in c.judged if each.source == "desk"]
    return Figures(
        group=group,
        explanations=len(own),
        judgements=sum(len(c.judged) for c in own),
        reviewers=len({each.account for c in own for each in c.judged}),
        sentences=sum(len(c.held.marks) for c in own),
        unsure=sum(len(c.held.marks) for c in own) - len(told),
        supported=rate((answer, backed) for answer, backed, _n, _c in told),
        wholly=rate(wholly(own)),
        by_checker=rate((c.answer, all(c.passed)) for c in own if c.passed),
        checker_precision=rate((answer, backed) for answer, backed, passed in checked if passed),
        checker_recall=rate((answer, passed) for answer, backed, passed in checked if backed),
        model_wording=rate(shown),
        grades={q: mean([(c.answer, c.held.grades[q]) for c in own], seed=seed) for q in QUESTIONS},
        preferred=rate(pairs),
        seconds=median(times) if times else None,
    )


def wholly(own: Iterable[Case]) -> list[tuple[str, bool]]:
    """An explanation with a sentence against it fails; one with only doubts says nothing."""
    return [
        (c.answer, "no" not in c.held.marks)
        for c in own
        if c.held.marks and ("no" in c.held.marks or "unsure" not in c.held.marks)
    ]


def _without_ties(case: Case) -> list[Judged]:
    return [each for each in case.judged if each.judgement.preferred in ("first", "second")]
