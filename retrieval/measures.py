"""How good rankings are: per query, with intervals, and compared. Knows nothing of how they were made.

Relevance is measured by ir-measures (trec_eval underneath); what it does not have, lists as a shopper sees
them, is a few lines of NumPy each. A judgement is a grade; from 1 up a product is relevant.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import ir_measures
import numpy as np
from numpy.typing import NDArray

from retrieval.types import Vectors

Run = Mapping[str, Mapping[str, float]]
"""Query id -> product id -> score, higher is better. Equal scores are ordered by id (see `top`)."""

Qrels = Mapping[str, Mapping[str, int]]
"""Query id -> product id -> grade, 0 and up; what is not there is unjudged."""

Values = Mapping[str, float]
"""Measure -> its value for one query; a measure that is undefined for the query is left out."""

RELEVANCE = ("nDCG@10", "nDCG@10 judged", "MRR@10", "Recall@10", "Recall@100", "P@1")
LISTS = ("diversity@10", "novelty@10", "unjudged@10")
PER_QUERY = RELEVANCE + LISTS

TOP = 10
"""How many products a list is judged by."""

HIGHEST_GRADE = 15
"""Gains are 2^grade - 1, and trec_eval makes a table as long as the highest gain: beyond this it takes gigabytes."""

RESAMPLES = 10_000
"""Enough that the second digit of a p-value near 0.05 does not depend on the seed."""

_CHUNK = 1 << 22  # random numbers drawn at a time: some 30 MB, however many queries there are
_TIE = 1e-12  # sums of the same differences in another order differ by rounding alone


def by_place(ids: Sequence[str]) -> dict[str, float]:
    """A ranking as scores that fall by one a place, so that no tool can reorder what was tied."""
    return {id: float(len(ids) - place) for place, id in enumerate(ids)}


def top(scores: Mapping[str, float], count: int = TOP) -> list[str]:
    """The best `count` ids, best first; equal scores by id."""
    return sorted(scores, key=lambda id: (-scores[id], id))[:count]


def has_relevant(grades: Mapping[str, int]) -> bool:
    """Whether a query can be answered at all."""
    return any(grade >= 1 for grade in grades.values())


def relevance(qrels: Qrels, run: Run) -> dict[str, dict[str, float]]:
    """Query id -> the measures of RELEVANCE and unjudged@10, for every query of `qrels` with a relevant product.

    A query that the run does not answer scores 0. Products without a judgement count as not relevant, except
    for "nDCG@10 judged", which looks at the judged products of the ranking alone.

    nDCG with gain 2^grade - 1 and discount log2(rank + 1): Järvelin and Kekäläinen, "Cumulated gain-based
    evaluation of IR techniques", ACM TOIS 2002, with the gain of Burges et al., ICML 2005.
    """
    asked = {qid: dict(grades) for qid, grades in qrels.items() if has_relevant(grades)}
    ranked = {qid: by_place(top(run[qid], len(run[qid]))) for qid in asked if run.get(qid)}
    gains = {grade: 2**grade - 1 for grades in asked.values() for grade in grades.values()}
    measures = {
        ir_measures.nDCG(gains=gains) @ TOP: "nDCG@10",
        ir_measures.nDCG(gains=gains, judged_only=True) @ TOP: "nDCG@10 judged",
        ir_measures.RR(rel=1) @ TOP: "MRR@10",
        ir_measures.R @ TOP: "Recall@10",
        ir_measures.R @ 100: "Recall@100",
        ir_measures.P(rel=1) @ 1: "P@1",
        ir_measures.Judged @ TOP: "judged@10",
    }
    values: dict[str, dict[str, float]] = {qid: {} for qid in asked}
    for metric in ir_measures.iter_calc(list(measures), asked, ranked) if asked else ():
        values[metric.query_id][measures[metric.measure]] = float(metric.value)
    for qid, found in values.items():
        judged = found.pop("judged@10")
        found["unjudged@10"] = 1 - judged if qid in ranked else 0.0  # an empty list shows nothing unjudged
    return values


def diversity(ids: Sequence[str], vectors: Mapping[str, Vectors]) -> float | None:
    """1 - the mean cosine of all pairs in a list; None for fewer than two products with a vector.

    Intra-list similarity turned round: Ziegler, McNee, Konstan and Lausen, "Improving recommendation lists
    through topic diversification", WWW 2005.
    """
    known = [vectors[id] for id in ids if id in vectors]
    n = len(known)
    if n < 2:
        return None
    rows = np.stack(known).astype(np.float64)
    total = float((rows @ rows.T).sum() - (rows * rows).sum())
    return 1 - total / (n * (n - 1))


def popular_fifth(counts: Mapping[str, int]) -> frozenset[str] | None:
    """The most popular fifth of a catalogue; None if nothing in it has been counted. Ties go by id."""
    if not any(counts.values()):
        return None
    ordered = sorted(counts, key=lambda id: (-counts[id], id))
    return frozenset(ordered[: max(1, round(len(ordered) / 5))])


def novelty(ids: Sequence[str], popular: frozenset[str]) -> float | None:
    """The share of a list from the long tail, outside the popular fifth; None for an empty list."""
    return sum(id not in popular for id in ids) / len(ids) if ids else None


def coverage(run: Run, catalogue: frozenset[str]) -> float:
    """The share of the catalogue that stands in the top 10 of any query."""
    shown = {id for scores in run.values() for id in top(scores)}
    return len(shown & catalogue) / len(catalogue) if catalogue else 0.0


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean over queries with its 95 % interval."""

    mean: float
    low: float
    high: float
    queries: int

    def __str__(self) -> str:
        if self.queries == 1:
            return f"{self.mean:.3f} (one query)"
        return f"{self.mean:.3f} [{self.low:.3f}, {self.high:.3f}]"


def interval(values: Sequence[float], *, seed: int, resamples: int = RESAMPLES) -> Interval | None:
    """The mean with its 95 % bootstrap percentile interval over queries; None without a value.

    The order of the values does not matter: they are sorted before they are drawn from.
    """
    if not values:
        return None
    known = np.sort(np.asarray(values, dtype=np.float64))
    mean, n = float(known.mean()), len(known)
    if n == 1 or known[0] == known[-1]:
        return Interval(mean, mean, mean, n)

    def means(chance: np.random.Generator, rounds: int) -> NDArray[np.float64]:
        drawn: NDArray[np.float64] = known[chance.integers(0, n, size=(rounds, n))].mean(axis=1)
        return drawn

    low, high = np.quantile(_drawn(means, n, seed, resamples), (0.025, 0.975))
    return Interval(mean, float(low), float(high), n)


def paired_test(first: Sequence[float], second: Sequence[float], *, seed: int, rounds: int = RESAMPLES) -> float:
    """Two-sided p-value of the paired randomisation test on the difference of means, over the same queries.

    Under the null hypothesis either system could have given either value of a pair, so the sign of each
    difference is flipped at random: Smucker, Allan and Carterette, "A comparison of statistical significance
    tests for information retrieval evaluation", CIKM 2007. The observed signs count as one of the rounds, so
    the smallest p-value is 1 / (rounds + 1). Raises ValueError if the sequences are not of one length.
    """
    if len(first) != len(second):
        raise ValueError(f"{len(first)} values against {len(second)}")
    differences = np.asarray(first, dtype=np.float64) - np.asarray(second, dtype=np.float64)
    sizes = np.sort(np.abs(differences[differences != 0]))  # a sign flipped on 0 changes nothing
    if not len(sizes):
        return 1.0

    def sums(chance: np.random.Generator, some: int) -> NDArray[np.float64]:
        signs = chance.integers(0, 2, size=(some, len(sizes)), dtype=np.int8) * 2 - 1
        flipped: NDArray[np.float64] = signs @ sizes
        return flipped

    by_chance = np.abs(_drawn(sums, len(sizes), seed, rounds))
    as_far = int((by_chance >= abs(differences.sum()) - _TIE).sum())
    return (1 + as_far) / (1 + rounds)


def _drawn(
    draw: Callable[[np.random.Generator, int], NDArray[np.float64]], width: int, seed: int, rounds: int
) -> NDArray[np.float64]:
    """`rounds` random statistics, each of `width` draws, in pieces that fit into memory."""
    chance = np.random.default_rng(seed)
    size = max(1, _CHUNK // width)
    pieces = [draw(chance, min(size, rounds - start)) for start in range(0, rounds, size)]
    return np.concatenate(pieces)
