"""Shares and means of what reviewers said, with 95 % intervals that know which sentences came in one answer.

Sentences of one answer share its facts and its model's mood, so they say less than as many of different answers. What
is counted is therefore kept by answer (a cluster). Knows nothing of reviewing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

ROUNDS = 2000
"""Bootstrap resamples of an interval, and permutations of a test: the second digit of a p near .05 holds."""
_CHUNK = 1 << 22  # numbers drawn at a time: some 30 MB
_Z = 1.959963984540054  # of 95 %


@dataclass(frozen=True, slots=True)
class Rate:
    """A share with its 95 % interval (Wilson, on the number of independent things that `count` is worth)."""

    share: float
    low: float
    high: float
    hits: int
    count: int

    def __str__(self) -> str:
        return f"{self.share:.1%} [{self.low:.1%}, {self.high:.1%}] of {self.count:,}"


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean with its 95 % interval (bootstrap over answers)."""

    mean: float
    low: float
    high: float
    count: int

    def __str__(self) -> str:
        return f"{self.mean:.2f} [{self.low:.2f}, {self.high:.2f}] of {self.count:,}"


@dataclass(frozen=True, slots=True)
class Clusters:
    """What was counted, by answer: sums and counts, in one order."""

    sums: Floats
    counts: Floats

    @property
    def mean(self) -> float:
        return float(self.sums.sum() / self.counts.sum())


def clusters(values: Iterable[tuple[str, float]]) -> Clusters:
    """(answer, value) -> sums and counts by answer, in the order of their ids so that nothing hangs on that of rows."""
    found: dict[str, list[float]] = {}
    for answer, value in values:
        found.setdefault(answer, []).append(float(value))
    ordered = [found[answer] for answer in sorted(found)]
    return Clusters(np.array([sum(v) for v in ordered]), np.array([float(len(v)) for v in ordered]))


def rate(hits: Iterable[tuple[str, bool]]) -> Rate | None:
    """The share of hits; None of nothing."""
    found = clusters((answer, float(hit)) for answer, hit in hits)
    if not len(found.counts):
        return None
    total = float(found.counts.sum())
    low, high = wilson(found.mean, total / design_effect(found))
    return Rate(found.mean, low, high, round(float(found.sums.sum())), round(total))


def wilson(share: float, count: float) -> tuple[float, float]:
    """The 95 % score interval of a share (Wilson 1927), for a count that need not be whole."""
    # scipy's binomtest takes whole numbers alone; a test holds this to it.
    middle = (share + _Z**2 / (2 * count)) / (1 + _Z**2 / count)
    reach = _Z / (1 + _Z**2 / count) * math.sqrt(share * (1 - share) / count + _Z**2 / (4 * count**2))
    return max(middle - reach, 0.0) if share > 0 else 0.0, min(middle + reach, 1.0) if share < 1 else 1.0


def design_effect(found: Clusters) -> float:
    """How many things count as one: the share's variance by clusters over that of as many independent things, 1 and up
    (Kish 1965; the variance of a ratio by linearisation).

    One more answer, of middling size and wholly on the rarer side, is reckoned in: where all is well there is no
    variance to estimate from, and a hundred true sentences of ten answers are no hundred trials.
    """
    if found.counts.max() <= 1:
        return 1.0
    size = float(found.counts.mean())
    sums = np.append(found.sums, 0.0 if found.mean >= 0.5 else size)
    counts = np.append(found.counts, size)
    m, total = len(counts), float(counts.sum())
    share = float(sums.sum()) / total
    by_clusters = m / (m - 1) * float(((sums - share * counts) ** 2).sum()) / total**2
    alone = share * (1 - share) / total
    return max(by_clusters / alone, 1.0)


def mean(values: Iterable[tuple[str, float]], *, seed: int) -> Mean | None:
    """The mean of (answer, value); None of nothing."""
    found = clusters(values)
    if not len(found.counts):
        return None
    low, high = np.quantile(resampled(found, seed), (0.025, 0.975))
    return Mean(found.mean, float(low), float(high), round(float(found.counts.sum())))


def resampled(found: Clusters, seed: int) -> Floats:
    """Means of `ROUNDS` samples of as many answers, drawn with replacement."""
    m, chance = len(found.counts), np.random.default_rng(seed)
    size = max(1, _CHUNK // m)
    pieces = []
    for start in range(0, ROUNDS, size):
        times = chance.multinomial(m, np.full(m, 1 / m), size=min(size, ROUNDS - start)).astype(np.float64)
        pieces.append((times @ found.sums) / (times @ found.counts))
    return np.concatenate(pieces)


def apart(one: Clusters, other: Clusters, *, seed: int) -> float:
    """Two-sided p that the means differ: whole answers change sides at random (permutation test by scipy)."""
    from scipy.stats import permutation_test

    sums, counts = np.append(one.sums, other.sums), np.append(one.counts, other.counts)
    if np.ptp(sums / counts) == 0:
        return 1.0  # nothing varies

    def difference(first: Any, second: Any, axis: int) -> Any:
        a, b = first.astype(int), second.astype(int)
        return sums[a].sum(axis) / counts[a].sum(axis) - sums[b].sum(axis) / counts[b].sum(axis)

    places = np.arange(len(sums), dtype=np.float64)
    result = permutation_test(
        (places[: len(one.sums)], places[len(one.sums) :]),
        difference,
        vectorized=True,
        n_resamples=ROUNDS - 1,
        batch=max(1, _CHUNK // len(sums)),
        rng=np.random.default_rng(seed),
    )
    return float(min(result.pvalue, 1.0))


def rates_apart(one: Rate, other: Rate) -> tuple[float, float, float]:
    """(difference, low, high) of two shares, from the ends of both intervals (Newcombe 1998, method 10)."""
    gap = one.share - other.share
    low = gap - math.hypot(one.share - one.low, other.high - other.share)
    high = gap + math.hypot(one.high - one.share, other.share - other.low)
    return gap, max(low, -1.0), min(high, 1.0)


def means_apart(one: Clusters, other: Clusters, *, seed: int) -> tuple[float, float, float]:
    """(difference, low, high) of two means, by bootstrap over the answers of each."""
    drawn = resampled(one, seed) - resampled(other, seed + 1)
    low, high = np.quantile(drawn, (0.025, 0.975))
    return one.mean - other.mean, float(low), float(high)


def as_json(value: Rate | Mean | None) -> Mapping[str, float] | None:
    """For --json: six decimals."""
    if value is None:
        return None
    middle = {"share": value.share} if isinstance(value, Rate) else {"mean": value.mean}
    ends = {name: round(number, 6) for name, number in (*middle.items(), ("low", value.low), ("high", value.high))}
    return {**ends, "count": value.count}
