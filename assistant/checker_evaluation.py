"""How often the check is right: by kind on sentences made false, and on sentences that people labelled.

A judge says of each example whether it may be shown. For each kind of falsehood: recall, the share of its sentences
that is refused; precision, the share of false ones among what is refused, were the true sentences and those of this
kind all there is. Means of yes and no come with bootstrap intervals.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from assistant.checker_examples import TRUE, Example
from assistant.entailment import Gate
from assistant.facts import Facts
from assistant.labels import Labelled
from assistant.verify import verify
from assistant.vocabulary import Vocabulary
from retrieval.measures import Interval, interval

Judge = Callable[[Sequence[tuple[Facts, str]]], list[str]]
"""(facts, sentence) -> "" or why it is not shown."""


@dataclass(frozen=True, slots=True)
class KindScore:
    """How one judge fares with one kind of falsehood."""

    refused: Interval
    """Recall."""
    precision: Interval | None
    """None where nothing was refused."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """A sentence judged otherwise than its label, or its making, says."""

    sentence: str
    supported: bool
    """What is so."""
    why: str
    """The judge's objection; "" where it had none."""
    kind: str = ""
    line: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class MadeReport:
    """On sentences made from a catalogue."""

    counts: Mapping[str, int]
    passed: Mapping[str, Interval]
    """Judge -> share of the true sentences that it lets pass."""
    kinds: Mapping[str, Mapping[str, KindScore]]
    """Judge -> kind -> score."""
    mistakes: Mapping[str, Sequence[Mistake]]


@dataclass(frozen=True, slots=True)
class LabelReport:
    """On labelled sentences. "Supported" is what is found: precision is the share of true ones among those shown."""

    sentences: int
    supported: int
    open: int
    """Without an agreed label; left out."""
    agreement: float | None
    """Share of the sentences that both passes judged alike; None without two passes."""
    kappa: float | None
    twice: int
    precision: Mapping[str, Interval | None]
    recall: Mapping[str, Interval | None]
    mistakes: Mapping[str, Sequence[Mistake]]


def judges(vocabulary: Vocabulary, gate: Gate | None) -> dict[str, Judge]:
    """The rules alone; with a gate the model alone and both, as in an answer."""

    def rules(items: Sequence[tuple[Facts, str]]) -> list[str]:
        return [verify(sentence, facts, vocabulary).why for facts, sentence in items]

    if gate is None:
        return {"rules": rules}
    known = gate

    def both(items: Sequence[tuple[Facts, str]]) -> list[str]:
        return [first or second for first, second in zip(rules(items), known.objections(items), strict=True)]

    return {"rules": rules, "model": known.objections, "both": both}


def measure_made(examples: Sequence[Example], by: Mapping[str, Judge], seed: int) -> MadeReport:
    """Recall and precision by kind, for each judge."""
    items = [(example.facts, example.sentence) for example in examples]
    counts: dict[str, int] = {}
    for example in examples:
        counts[example.kind] = counts.get(example.kind, 0) + 1
    passed: dict[str, Interval] = {}
    kinds: dict[str, dict[str, KindScore]] = {}
    mistakes: dict[str, list[Mistake]] = {}
    for name, judge in by.items():
        objections = judge(items)
        pairs = list(zip(examples, objections, strict=True))
        true = [not why for example, why in pairs if example.supported]
        share = interval([float(x) for x in true], seed=seed)
        if share is not None:
            passed[name] = share
        lost = [0.0] * (len(true) - sum(true))
        kinds[name] = {}
        for kind in sorted(counts.keys() - {TRUE}):
            refused = [float(bool(why)) for example, why in pairs if example.kind == kind]
            recall = interval(refused, seed=seed)
            assert recall is not None
            precision = interval([*([1.0] * int(sum(refused))), *lost], seed=seed)
            kinds[name][kind] = KindScore(recall, precision)
        mistakes[name] = [
            Mistake(example.sentence, example.supported, why, example.kind)
            for example, why in pairs
            if example.supported == bool(why)
        ]
    return MadeReport(counts, passed, kinds, mistakes)


def measure_labelled(rows: Sequence[Labelled], by: Mapping[str, Judge], seed: int) -> LabelReport:
    """Agreement of the passes, and each judge against the agreed label."""
    known = [row for row in rows if row.label is not None]
    twice = [tuple(row.labels.values())[:2] for row in rows if len(row.labels) >= 2]
    items = [(row.facts, row.sentence) for row in known]
    precision: dict[str, Interval | None] = {}
    recall: dict[str, Interval | None] = {}
    mistakes: dict[str, list[Mistake]] = {}
    for name, judge in by.items():
        pairs = list(zip(known, judge(items), strict=True))
        precision[name] = interval([float(bool(row.label)) for row, why in pairs if not why], seed=seed)
        recall[name] = interval([float(not why) for row, why in pairs if row.label], seed=seed)
        mistakes[name] = [
            Mistake(row.sentence, bool(row.label), why, line=row.line, note=row.note)
            for row, why in pairs
            if bool(row.label) == bool(why)
        ]
    return LabelReport(
        sentences=len(known),
        supported=sum(bool(row.label) for row in known),
        open=len(rows) - len(known),
        agreement=sum(a == b for a, b in twice) / len(twice) if twice else None,
        kappa=kappa(twice),
        twice=len(twice),
        precision=precision,
        recall=recall,
        mistakes=mistakes,
    )


def kappa(pairs: Sequence[Sequence[bool]]) -> float | None:
    """Agreement beyond chance of two passes over the same sentences; None where chance alone explains all of it.

    Cohen, "A coefficient of agreement for nominal scales", Educational and Psychological Measurement 1960.
    """
    if not pairs:
        return None
    n = len(pairs)
    observed = sum(a == b for a, b in pairs) / n
    yes_a, yes_b = sum(bool(a) for a, _ in pairs) / n, sum(bool(b) for _, b in pairs) / n
    by_chance = yes_a * yes_b + (1 - yes_a) * (1 - yes_b)
    return None if by_chance >= 1 else (observed - by_chance) / (1 - by_chance)
