"""Which rows to take when alike ones should not crowd the page: two re-rankers over scores and unit vectors.

Both are pure, start with the most relevant row, and break every tie by relevance and then by row number, so
that a re-run gives the same page. Neither knows what a row stands for.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from retrieval.types import Vectors

Scores = NDArray[np.floating[Any]]
"""One number a row, shape (n,); higher is more relevant, in any unit."""

_NOTHING_NEW = 1e-9
"""Squared distance below which a row lies in the span of those taken: float32 cosines are good to about 1e-7."""


def mmr(relevance: Scores, vectors: Vectors, k: int, variety: float) -> list[int]:
    """Maximal Marginal Relevance (Carbonell & Goldstein, SIGIR 1998): up to `k` row numbers, in order of choice.

    Each step takes the row with the largest (1 - variety) * r - variety * max cosine to those taken, where r is
    the relevance brought to 0..1 over the n rows, so that it weighs against cosines whatever its unit.
    `vectors` has shape (n, d). 0 gives the order of relevance exactly; 1 looks at the cosines alone.
    """
    order, r, cosines, taken = _prepared(relevance, vectors, k)
    if variety <= 0 or not taken:
        return [int(row) for row in order[: max(k, 0)]]
    nearest = cosines[0].copy()
    free = np.ones(len(order), dtype=np.bool_)
    free[0] = False
    while len(taken) < min(k, len(order)):
        gain = (1 - variety) * r - variety * nearest
        row = int(np.argmax(np.where(free, gain, -np.inf)))
        taken.append(row)
        free[row] = False
        np.maximum(nearest, cosines[row], out=nearest)
    return [int(order[row]) for row in taken]


def dpp(relevance: Scores, vectors: Vectors, k: int, variety: float) -> list[int]:
    """Greedy MAP of a determinantal point process: up to `k` row numbers, in order of choice.

    The kernel is L = diag(q) S diag(q), S the cosines and q = exp((1 - variety) / (2 variety) * r) the quality
    (Chen, Zhang & Zhou, NeurIPS 2018, eq. 16). The gain of a row in log det L, times `variety`, is then

        (1 - variety) * r + variety * log d2,

    with d2 its squared distance to the span of the rows taken. So only the Cholesky factor of S is grown, a
    column a step (their algorithm 1, O(n k) each), and no quality can overflow. 0 gives the order of relevance
    exactly; 1 the largest volume. Shapes and scaling as in `mmr`.
    """
    order, r, cosines, taken = _prepared(relevance, vectors, k)
    if variety <= 0 or not taken:
        return [int(row) for row in order[: max(k, 0)]]
    n, wanted = len(order), min(k, len(order))
    factor = np.zeros((wanted, n))
    distance = np.ones(n)
    free = np.ones(n, dtype=np.bool_)
    free[0] = False
    while len(taken) < wanted:
        last, step = taken[-1], len(taken) - 1
        # A row inside the span adds no direction; dividing by its distance would only spread rounding errors.
        if distance[last] > _NOTHING_NEW:
            column = (cosines[last] - factor[:step, last] @ factor[:step]) / np.sqrt(distance[last])
            factor[step] = column
            distance -= column**2
        gain = (1 - variety) * r + variety * np.log(np.maximum(distance, _NOTHING_NEW))
        row = int(np.argmax(np.where(free, gain, -np.inf)))
        taken.append(row)
        free[row] = False
    return [int(order[row]) for row in taken]


def _prepared(
    relevance: Scores, vectors: Vectors, k: int
) -> tuple[NDArray[np.intp], NDArray[np.float64], NDArray[np.float64], list[int]]:
    """(rows by relevance, their relevance as 0..1, their cosines, the first one taken).

    Everything runs over the sorted rows, so that `argmax`, which takes the first of equals, takes the most relevant.
    """
    scores = np.asarray(relevance, dtype=np.float64)
    if scores.shape != (len(vectors),):
        raise ValueError(f"relevance has shape {scores.shape} for {len(vectors)} vectors")
    order = np.argsort(-scores, kind="stable")
    if k < 1 or not len(order):
        return order[:0], scores[:0], np.empty((0, 0)), []
    ordered = scores[order]
    span = ordered[0] - ordered[-1]
    r = (ordered - ordered[-1]) / span if span > 0 else np.ones(len(order))
    rows = np.asarray(vectors, dtype=np.float64)[order]
    return order, r, np.clip(rows @ rows.T, -1.0, 1.0), [0]
