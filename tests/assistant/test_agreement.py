"""Agreement of reviewers: the published example, and judgements whose agreement is plain to see."""

from __future__ import annotations

import socket

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.agreement import Agreement, Answers, agreement, alpha_of, alphas, coincidences, consistency, pairwise
from assistant.review_types import Judged
from tests.assistant.judgements import item, judged

# Krippendorff 2011, parts A (binary), B (names) and C (four observers, twelve units, "." is missing).
BINARY = ("0100000000", "1110010010")
NAMES = ("aabbdcccedda", "babbbccceddd")
FOUR = ("123321412...", "1233224125.3", ".3332342251.", "12332441251.")


def table(*rows: str) -> Answers:
    return {(n, -1): {str(who): row[n] for who, row in enumerate(rows) if row[n] != "."} for n in range(len(rows[0]))}


def by(found: list[Agreement], question: str) -> Agreement:
    return next(each for each in found if each.question == question)


def test_the_published_example() -> None:
    assert alpha_of(table(*FOUR), "nominal")[0] == pytest.approx(0.743, abs=5e-4)
    assert alpha_of(table(*FOUR), "ordinal")[0] == pytest.approx(0.815, abs=5e-4)
    assert alpha_of(table(*BINARY), "nominal")[0] == pytest.approx(0.095, abs=5e-4)
    assert alpha_of(table(*NAMES), "nominal")[0] == pytest.approx(0.692, abs=5e-4)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text("123.", min_size=9, max_size=9), min_size=2, max_size=4))
def test_both_ways_of_computing_alpha_give_the_same(rows: list[str]) -> None:
    said = table(*rows)
    for level in ("nominal", "ordinal"):
        value, why = alpha_of(said, level)
        if value is None:
            assert why
            continue
        assert alphas(coincidences(said).sum(axis=0), level) == pytest.approx(value)


def test_perfect_agreement_is_one_and_opposite_judgements_are_below_zero() -> None:
    marks = ("yy", "nn", "yn", "ny")
    grades = ("2222", "0000", "1111", "2020")
    alike = [judged(item(n), who, marks[n % 4], grades[n % 4]) for n in range(8) for who in ("robin", "sam")]
    for question in ("supported", "relevant", "clear"):
        found = by(agreement(alike), question)
        assert (found.alpha, found.share, found.reviewers, found.low) == (1.0, 1.0, 2, 1.0)
    against = [
        judged(item(n), who, "yy" if swap else "nn", "2222" if swap else "0000")
        for n in range(8)
        for who, swap in (("robin", n % 2), ("sam", 1 - n % 2))
    ]
    found = by(agreement(against), "supported")
    assert found.alpha is not None and found.high is not None and found.alpha < 0 and found.high < 0
    assert found.share == 0.0


def test_what_cannot_be_said_has_a_reason_and_is_never_nan() -> None:
    assert {each.why for each in agreement([])} == {"nothing was judged by two"}
    alone = agreement([judged(item(1), "robin", "yn"), judged(item(2), "sam", "yn")])
    assert by(alone, "supported").alpha is None and by(alone, "supported").units == 0
    same = agreement([judged(item(1), who) for who in ("robin", "sam")])
    assert by(same, "clear").alpha is None and "no variation" in by(same, "clear").why
    assert by(same, "clear").share == 1.0


def test_a_reviewers_own_consistency_and_pairs() -> None:
    first = [judged(item(n), "robin", "yn", "2101") for n in range(4)]
    again = [judged(item(n), "robin", "yn" if n else "ny", "2101", round=2) for n in range(4)]
    other = [judged(item(n), "sam", "yn", "2101") for n in range(2)]
    found = {each.question: each for each in consistency([*first, *again, *other])}
    assert found["supported"].units == 8 and found["supported"].share == 0.75
    assert found["clear"].share == 1.0 and {each.account for each in found.values()} == {"robin"}
    pairs = {each.question: each for each in pairwise([*first, *again, *other])}
    assert pairs["supported"].alpha == 1.0 and pairs["supported"].units == 4
    assert (pairs["supported"].first, pairs["supported"].second) == ("robin", "sam")


def test_a_thousand_items_by_three_need_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = np.random.default_rng(3)
    many: list[Judged] = []
    for n in range(1000):
        one = item(n)
        for who in ("robin", "sam", "kim"):
            marks = "".join(chance.choice(["y", "y", "y", "n"], size=2))
            many.append(judged(one, who, marks, "".join(map(str, chance.integers(0, 3, size=4)))))
    agreement(many[:6])  # the package starts before the network is taken away

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket, "socket", refuse)
    found = agreement(many)
    for each in (found[0], *found[2:-1]):  # all on topic, no pair
        assert each.alpha is not None and each.low is not None and each.high is not None
        assert each.low < each.alpha < each.high and each.low < 0 < each.high
