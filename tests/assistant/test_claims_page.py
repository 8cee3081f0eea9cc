"""Comparisons with the other products shown: three tents whose weights and prices can be seen at sight."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.verify import verify
from retrieval.types import Product, Quantity
from tests.assistant.test_verify import KETTLE, TENT, VOCABULARY, facts_of, flag

HEAVY = replace(TENT, id="heavy", price=180.0, rating=4.5, attributes={
    **TENT.attributes, "weight": Quantity(4500, "g"), "freestanding": False, "material": "ripstop nylon"})  # fmt: skip
DEAR = replace(TENT, id="dear", price=340.0, rating=3.9, attributes={
    "weight": Quantity(3.1, "kg"), "freestanding": False, "material": "ripstop nylon",
    "packed length": Quantity(44, "cm")})  # fmt: skip
FACTS = replace(facts_of(TENT, [flag("freestanding")]), page=(HEAVY, DEAR))

TRUE = """
It is the cheapest of the three and freestanding.
It is freestanding and the cheapest of these three.
It is freestanding, the least expensive among these.
At $144.00 it is the cheapest of the three, and it is freestanding.
It is freestanding and the lightest of the three at 2.8 kg.
It is freestanding and lighter than the other two.
It is freestanding and cheaper than both others.
It is freestanding and less expensive than the others shown.
It is freestanding and has the lowest weight of the three.
It is freestanding and has a lower weight than the other two.
It is the only one of the three that is freestanding.
It is freestanding, the only one made of polyester among these.
"""

FALSE = """
It is freestanding and the most expensive of the three.
It is freestanding and the heaviest of the three.
It is freestanding and the cheapest of the four.
It is freestanding and the cheapest of the two.
It is freestanding and the cheapest in our shop.
It is freestanding and the cheapest tent.
It is the only freestanding tent.
It is freestanding and heavier than the other two.
It is freestanding and lighter than the other three.
It is freestanding and lighter than the other.
It is freestanding and lighter than all tents.
It is freestanding and has the highest rating of the three.
It is freestanding and has the lowest packed length of the three.
It is freestanding and has the shortest packed length of the three.
It is freestanding and the quietest of the three.
It is freestanding and the only one with a porch among these.
It is freestanding and the only one with bluetooth among these.
It is freestanding and the only one made of ripstop nylon among these.
It is freestanding and the only one of the four that is freestanding.
"""


@pytest.mark.parametrize("sentence", TRUE.strip().splitlines())
def test_a_true_comparison_passes(sentence: str) -> None:
    verdict = verify(sentence, FACTS, VOCABULARY)
    assert verdict.supported, verdict.why


@pytest.mark.parametrize("sentence", FALSE.strip().splitlines())
def test_a_false_or_unbounded_one_does_not(sentence: str) -> None:
    assert not verify(sentence, FACTS, VOCABULARY).supported


@pytest.mark.parametrize("sentence", TRUE.strip().splitlines())
def test_without_the_others_nothing_is_compared(sentence: str) -> None:
    assert not verify(sentence, replace(FACTS, page=()), VOCABULARY).supported


def test_a_tie_leads_nobody_and_silence_hides_nothing() -> None:
    tie = replace(FACTS, page=(replace(HEAVY, price=144.0), DEAR))
    assert not verify("It is the cheapest of the three and freestanding.", tie, VOCABULARY).supported
    silent = replace(FACTS, page=(replace(HEAVY, price=None), DEAR))
    assert not verify("It is the cheapest of the three and freestanding.", silent, VOCABULARY).supported
    foreign = replace(FACTS, page=(replace(HEAVY, currency="EUR"), DEAR))
    assert not verify("It is the cheapest of the three and freestanding.", foreign, VOCABULARY).supported
    only = "It is freestanding and the only one of the two {} waterproof."
    assert not verify(only.format("that is"), replace(FACTS, page=(DEAR,)), VOCABULARY).supported
    assert verify(only.format("whose listing states"), replace(FACTS, page=(DEAR,)), VOCABULARY).supported
    assert not verify(only.format("whose listing states"), replace(FACTS, page=(HEAVY,)), VOCABULARY).supported
    unit = replace(FACTS, page=(KETTLE,))
    assert verify("It is freestanding and the heaviest of the two.", unit, VOCABULARY).supported
    assert verify("It is freestanding and heavier than the other one.", unit, VOCABULARY).supported


@given(st.lists(st.integers(1, 40), min_size=1, max_size=4), st.integers(1, 40), st.sampled_from(["cheap", "dear"]))
def test_a_superlative_passes_exactly_when_it_is_so(others: list[int], own: int, side: str) -> None:
    page = tuple(Product(str(i), f"Thing {i}", price=float(p), currency="USD") for i, p in enumerate(others))
    facts = replace(FACTS, product=replace(TENT, price=float(own)), page=page)
    said = "cheapest" if side == "cheap" else "most expensive"
    leads = own < min(others) if side == "cheap" else own > max(others)
    verdict = verify(f"It is freestanding and the {said} of the {len(others) + 1}.", facts, VOCABULARY)
    assert verdict.supported == leads, verdict.why
