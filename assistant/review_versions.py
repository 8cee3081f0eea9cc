"""Two versions of the wording compared, measure by measure, and alarms when the newest one falls.

A version is what words the reasons, generator and prompt (`assistant.review_types.version_of`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from assistant.review_figures import Case, Decided, cases, figures, wholly
from assistant.review_statistics import Mean, Rate, apart, clusters, mean, means_apart, rate, rates_apart
from assistant.review_types import QUESTIONS, Judged

FEWEST = 20
"""Judged explanations below which a version raises no alarm: one bad answer would."""
ALARM_P = 0.05
FLOOR = 0.95
"""Share of supported sentences that a version must not plainly fall short of, where no setting says otherwise."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One measure of two versions; `difference` is the first less the second."""

    measure: str
    first: Rate | Mean
    second: Rate | Mean
    difference: float
    low: float
    high: float
    p: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two versions, measure by measure; `preferred` where pairs set them side by side."""

    one: str
    other: str
    explanations: tuple[int, int]
    differences: tuple[Difference, ...]
    preferred: Preference | None


@dataclass(frozen=True, slots=True)
class Preference:
    """Two versions side by side in pairs."""

    one: str
    other: str
    wins: int
    losses: int
    ties: int
    share: Rate | None
    """Of the pairs without a tie those that `one` won."""
    p: float | None
    """Two-sided sign test."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """A version that fell, in one line."""

    version: str
    measure: str
    words: str


_SHARES: Mapping[str, Callable[[Sequence[Case]], list[tuple[str, bool]]]] = {
    "supported": lambda own: [(c.answer, m == "yes") for c in own for m in c.held.marks if m != "unsure"],
    "wholly": wholly,
    "model_wording": lambda own: [
        (c.answer, s.source == "model") for c in own for s in c.item.snapshot.sentences(c.item.product_id)
    ],
}


def compare(
    judged: Iterable[Judged],
    one: str,
    other: str,
    *,
    decided: Decided | None = None,
    risky: bool = False,
    seed: int = 7,
) -> Comparison:
    """`one` less `other`: shares with Newcombe's interval, means with a bootstrap's, both with a permutation test over
    whole answers. A version nobody judged has no differences.
    """
    everything = list(judged)
    found = cases(everything, decided=decided, risky=risky)
    first, second = ([c for c in found if c.item.version == version] for version in (one, other))
    sampled = [each for each in everything if risky or each.item.strategy != "risky"]
    pairs = next((p for p in preferences(sampled) if {p.one, p.other} == {one, other}), None)
    if pairs is not None and pairs.one != one:
        pairs = _turned(pairs)
    return Comparison(one, other, (len(first), len(second)), tuple(_differences(first, second, seed)), pairs)


def _differences(first: Sequence[Case], second: Sequence[Case], seed: int) -> Iterator[Difference]:
    for measure, marks in _SHARES.items():
        mine, theirs = marks(first), marks(second)
        a, b = rate(mine), rate(theirs)
        if a is not None and b is not None:
            yield Difference(measure, a, b, *rates_apart(a, b), apart(clusters(mine), clusters(theirs), seed=seed))
    for question in QUESTIONS:
        values = [[(c.answer, c.held.grades[question]) for c in own] for own in (first, second)]
        means = [mean(each, seed=seed) for each in values]
        if means[0] is not None and means[1] is not None:
            both = clusters(values[0]), clusters(values[1])
            gap = means_apart(*both, seed=seed)
            yield Difference(question, means[0], means[1], *gap, apart(*both, seed=seed))


def preferences(judged: Iterable[Judged]) -> list[Preference]:
    """Every two versions that stood side by side, each judgement of a first round one vote."""
    votes: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for each in judged:
        if each.round == 1 and each.item.other is not None and each.judgement.preferred:
            shown, beside = each.item.version, each.item.other.version
            said: str = each.judgement.preferred
            if shown > beside:  # the same two versions, whichever of them was shown to the shopper
                shown, beside = beside, shown
                said = {"first": "second", "second": "first"}.get(said, "tie")
            votes.setdefault((shown, beside), []).append((each.item.snapshot.answer.id, said))
    return [_preference(one, other, said) for (one, other), said in sorted(votes.items())]


def _preference(one: str, other: str, said: Sequence[tuple[str, str]]) -> Preference:
    from scipy.stats import binomtest

    clear = [(answer, vote == "first") for answer, vote in said if vote != "tie"]
    wins = sum(won for _answer, won in clear)
    p = float(binomtest(wins, len(clear)).pvalue) if clear else None
    return Preference(one, other, wins, len(clear) - wins, len(said) - len(clear), rate(clear), p)


def _turned(pairs: Preference) -> Preference:
    share = pairs.share
    back = Rate(1 - share.share, 1 - share.high, 1 - share.low, pairs.losses, share.count) if share else None
    return Preference(pairs.other, pairs.one, pairs.losses, pairs.wins, pairs.ties, back, pairs.p)


# -- alarms ----------------------------------------------------------------------------------------------------


def versions(judged: Iterable[Judged]) -> list[str]:
    """Every version, the one first seen last at the end."""
    seen: dict[str, tuple[float, int]] = {}
    for each in judged:
        first = (each.item.created, each.item.id)
        seen[each.item.version] = min(seen.get(each.item.version, first), first)
    return sorted(seen, key=lambda version: seen[version])


def alarms(
    judged: Iterable[Judged],
    *,
    floor: float = FLOOR,
    order: Sequence[str] = (),
    decided: Decided | None = None,
    seed: int = 7,
) -> list[Alarm]:
    """What fell with the newest version against the one before (p < .05), or lies below the floor.

    A version with fewer than `FEWEST` judged explanations, risky ones not counted, is passed over. `order` names
    versions oldest first, where that is known better than from when their items came into the queue.
    """
    known = [each for each in judged if each.item.strategy != "risky"]
    counts: dict[str, set[int]] = {}
    for each in known:
        if each.round == 1:
            counts.setdefault(each.item.version, set()).add(each.item.id)
    ranked = [v for v in (order or versions(known)) if len(counts.get(v, ())) >= FEWEST]
    if not ranked:
        return []
    newest, found = ranked[-1], []
    own = [each for each in known if each.item.version == newest]
    [now] = figures(own, "version", decided=decided, seed=seed)
    if now.supported is not None and now.supported.high < floor:
        words = f"{newest}: {now.supported} sentences are supported, below the floor of {floor:.1%}."
        found.append(Alarm(newest, "supported", words))
    for d in compare(known, newest, ranked[-2], decided=decided, seed=seed).differences if len(ranked) > 1 else ():
        if d.measure in ("supported", *QUESTIONS) and d.difference < 0 and d.p < ALARM_P:
            words = (
                f"{newest}: {_named(d.measure)} fell to {d.first} from {d.second} with {ranked[-2]} (p = {d.p:.3f})."
            )
            found.append(Alarm(newest, d.measure, words))
    return found


def _named(measure: str) -> str:
    return "the share of supported sentences" if measure == "supported" else f"the grade “{measure.replace('_', ' ')}”"
