"""Toy sets whose right order is seen at once: two copies of the best, one that points elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.diversity import dpp, mmr
from retrieval.types import Vectors

Method = Callable[[np.ndarray, Vectors, int, float], list[int]]
both = pytest.mark.parametrize("method", [mmr, dpp])

EAST, NORTH, WEST = [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [-1.0, 0.0, 0.0]
NORTH_EAST = [np.sqrt(0.5), np.sqrt(0.5), 0.0]


def unit(*rows: list[float]) -> Vectors:
    return np.asarray(rows, dtype=np.float32)


def random_rows(n: int, d: int, seed: int) -> tuple[np.ndarray, Vectors]:
    chance = np.random.default_rng(seed)
    rows = chance.normal(size=(n, d))
    return chance.random(n), (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@both
@given(
    n=st.integers(0, 12), k=st.integers(0, 15), d=st.integers(1, 4), seed=st.integers(0, 99), variety=st.floats(0, 1)
)
def test_any_input_gives_k_different_rows(method: Method, n: int, k: int, d: int, seed: int, variety: float) -> None:
    relevance, vectors = random_rows(n, d, seed)
    order = method(relevance, vectors, k, variety)
    assert len(order) == len(set(order)) == min(k, n)
    assert set(order) <= set(range(n))


@both
@given(scores=st.lists(st.floats(-1e6, 1e6), max_size=20))
def test_without_variety_the_order_is_that_of_relevance(method: Method, scores: list[float]) -> None:
    vectors = np.ones((len(scores), 1), dtype=np.float32)
    order = method(np.asarray(scores), vectors, len(scores), 0.0)
    assert order == sorted(range(len(scores)), key=lambda row: (-scores[row], row))


@both
@pytest.mark.parametrize("variety", [0.0, 0.3, 0.7, 1.0])
def test_the_most_relevant_row_comes_first(method: Method, variety: float) -> None:
    relevance, vectors = random_rows(40, 8, 1)
    assert method(relevance, vectors, 10, variety)[0] == int(relevance.argmax())


@both
def test_at_full_variety_a_copy_never_comes_before_what_is_different(method: Method) -> None:
    vectors = unit(EAST, EAST, NORTH_EAST, NORTH)
    assert method(np.asarray([1.0, 0.99, 0.5, 0.1]), vectors, 2, 1.0) == [0, 3]
    assert method(np.asarray([1.0, 0.99, 0.5, 0.1]), vectors, 4, 1.0)[-1] == 1


@both
def test_a_little_variety_only_decides_between_near_equals(method: Method) -> None:
    vectors = unit(EAST, NORTH_EAST, NORTH, NORTH)
    relevance = np.asarray([1.0, 0.80, 0.79, 0.0])
    assert method(relevance, vectors, 2, 0.0) == [0, 1]
    assert method(relevance, vectors, 2, 0.2) == [0, 2]
    assert 3 not in method(relevance, vectors, 3, 0.2)


def test_opposites_are_the_most_varied_to_mmr_and_nothing_new_to_dpp() -> None:
    """A determinant sees directions: what points the other way lies on the same line."""
    vectors, relevance = unit(EAST, NORTH, WEST), np.asarray([1.0, 0.5, 0.4])
    assert mmr(relevance, vectors, 2, 1.0) == [0, 2]
    assert dpp(relevance, vectors, 2, 1.0) == [0, 1]


@both
def test_copies_alone_keep_the_order_of_relevance(method: Method) -> None:
    relevance = np.asarray([0.2, 0.9, 0.5, 0.5])
    assert method(relevance, unit(EAST, EAST, EAST, EAST), 4, 1.0) == [1, 2, 3, 0]
    assert method(np.full(4, 7.0), unit(EAST, EAST, EAST, EAST), 3, 0.5) == [0, 1, 2]


def test_dpp_takes_the_row_that_adds_most_to_the_determinant() -> None:
    """Against the determinant itself, step by step; at 0.5 the quality is exp(r / 2)."""
    relevance, vectors = random_rows(8, 6, 3)
    scaled = (relevance - relevance.min()) / np.ptp(relevance)
    quality = np.exp(scaled / 2)
    kernel = quality[:, None] * (vectors.astype(float) @ vectors.T.astype(float)) * quality
    taken = [int(relevance.argmax())]
    for _ in range(4):
        free = [row for row in range(8) if row not in taken]
        taken.append(max(free, key=lambda row: float(np.linalg.det(kernel[np.ix_([*taken, row], [*taken, row])]))))
    assert dpp(relevance, vectors, 5, 0.5) == taken


@both
def test_a_hundred_candidates_take_well_under_five_milliseconds(method: Method) -> None:
    relevance, vectors = random_rows(100, 384, 5)
    times = []
    for _ in range(20):
        start = time.perf_counter()
        method(relevance, vectors, 10, 0.5)
        times.append(time.perf_counter() - start)
    assert min(times) < 0.005


@both
def test_shapes_that_do_not_belong_together_are_refused(method: Method) -> None:
    with pytest.raises(ValueError, match=r"\(2,\) for 3 vectors"):
        method(np.ones(2), unit(EAST, NORTH, WEST), 2, 0.5)
