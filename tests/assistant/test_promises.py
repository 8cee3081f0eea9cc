"""What no listing states: promises, empty praise, counts, approximations, tautologies, other languages, reply lines."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.facts import is_about
from assistant.promises import check_line
from assistant.verify import verify
from retrieval.types import Product
from tests.assistant.test_verify import ABOUT, KETTLE, TENT, VOCABULARY, facts_of, flag, judged, price, rows, value

PROMISED = """
tent    | It is freestanding while stocks last.
tent    | It is freestanding, and the stock is limited.
tent    | It is freestanding and on offer.
tent    | It is on offer for $144.00, within your limit of $150.
tent    | It is freestanding, price match.
tent    | It is freestanding, and its price matches.
tent    | It is freestanding, and delivery is on us.
tent    | It is freestanding, and you save.
tent    | It is freestanding, a sale item.
tent    | It is freestanding, and it can be given back.
tent    | It is freestanding, and you can return it.
tent    | It is freestanding, with a 30-day guarantee.
tent    | It is freestanding and protects you.
tent    | It is freestanding and prevents accidents.
tent    | It is freestanding and relieves stress.
tent    | The price may stay at $144.00.
tent    | It is freestanding, and at the moment the price is $144.00.
tent    | It is freestanding and will last.
tent    | It is freestanding, so it lasts.
tent    | It is freestanding, made to last.
tent    | It is a well made tent and is freestanding.
tent    | It is freestanding, one of a kind.
tent    | It is the one: freestanding.
tent    | It is freestanding and everyone wants it.
tent    | It is freestanding and what others have.
tent    | It is freestanding and keeps giving.
tent    | It has no warranty, and it is freestanding.
phones  | It is noise cancelling, and 210 customers want it.
phones  | It is noise cancelling, and 210 customers bought it.
phones  | It is noise cancelling, and it fits you.
phones  | It is noise cancelling and keeps its price.
sweater | It is made of lambswool and fits well.
tent    | It is freestanding and comes in one colour.
tent    | It is freestanding and comes in three colours.
tent    | It is freestanding and comes in other colours.
tent    | It is freestanding with a range of colours.
tent    | It is freestanding and has four uses.
laptop  | Its memory is 16 GB, and it has three ports.
tent    | At $144.00 it costs $144.00.
tent    | It is freestanding, and it costs $144 at a price of $144.00.
tent    | It is an olive green tent in olive green, freestanding.
laptop  | Its memory is 16 GB and it offers 16 GB of memory.
tent    | It is freestanding and needs no pole.
tent    | A freestanding, no.
tent    | Freestanding con 2.8 kg.
tent    | Freestanding, capacity 2 persons.
tent    | Olive green: freestanding.
"""

STATED = """
phones  | It comes with a 2-year warranty and is noise cancelling.
phones  | Its warranty runs for 2 years, and it is noise cancelling.
phones  | Its battery lasts 30 hours, and it is noise cancelling.
phones  | Its battery lasts for 30 hours, and it is noise cancelling.
phones  | It is noise cancelling, and 210 customers rated it 4.6 out of 5.
tent    | It is freestanding but out of stock at the moment.
tent    | It is freestanding and has three uses.
laptop  | Its memory is 16 GB, and it has two ports.
tent    | It is freestanding and has one door.
tent    | It costs $144.00, which fits your budget.
tent    | It stays within your budget at $144.00.
tent    | It costs about $144.00 and is freestanding.
tent    | It is freestanding and weighs about 2.8 kg.
tent    | It is freestanding and weighs approximately 2,800 g.
tent    | It is freestanding and weighs over 2 kg.
tent    | It is freestanding and weighs less than 3 kg.
phones  | It is noise cancelling and weighs about 250 g.
sweater | It is made of lambswool and weighs roughly 0.42 kg.
"""


@pytest.mark.parametrize(("about", "sentence"), rows(PROMISED))
def test_what_no_listing_states_is_dropped(about: str, sentence: str) -> None:
    assert not judged(about, sentence).supported


@pytest.mark.parametrize(("about", "sentence"), rows(STATED))
def test_what_the_listing_does_state_passes(about: str, sentence: str) -> None:
    verdict = judged(about, sentence)
    assert verdict.supported, verdict.why


@pytest.mark.parametrize(
    "sentence",
    [
        "It is freestanding and weighs about 2.9 kg.",
        "It is freestanding and weighs about 3 kg.",
        "It is freestanding and weighs about 2,700 g.",
        "It is freestanding and weighs nearly 3,000 g.",
        "It is freestanding and weighs nearly 2.7 kg.",
        "It is freestanding and weighs just over 2.8 kg.",
        "It is freestanding and weighs over 2.8 kg.",
        "It is freestanding and weighs less than 2.8 kg.",
        "It costs about $150 and is freestanding.",
        "It costs about $140 and is freestanding.",
        "It is almost waterproof and is freestanding.",
        "It is freestanding and is roughly 44 cm.",
        "It is freestanding and weighs 2 to 3 kg.",
        "It is freestanding and costs between $100 and $200.",
    ],
)
def test_rounding_has_limits(sentence: str) -> None:
    facts = facts_of(replace(TENT, attributes={**TENT.attributes, "waterproof": False}), [flag("freestanding")])
    assert not verify(sentence, facts, VOCABULARY).supported


@given(st.floats(0.1, 9999), st.floats(0.1, 9999))
def test_about_is_never_further_off_than_five_percent(said: float, true: float) -> None:
    said = float(f"{said:.2g}")
    if is_about("about", said, true):
        assert abs(said - true) <= 0.05 * true + 1e-6
    assert not (is_about("nearly", said, true) and said <= true)
    assert not (is_about("just over", said, true) and said >= true)


def test_a_sentence_in_another_language_does_not_pass_even_in_the_words_of_the_listing() -> None:
    product = Product(
        "es", "Tienda Roja", "", "Marca", ("Tiendas",), 10.0, "USD",
        attributes={"color": "rojo", "material": "algodón orgánico con forro", "帐篷": "红色"},
    )  # fmt: skip
    facts = facts_of(product, [value("color", "rojo"), value("帐篷", "红色")])
    assert not verify("Material algodón orgánico con forro, color rojo.", facts, VOCABULARY).supported
    assert not verify("帐篷红色.", facts, VOCABULARY).supported
    assert not verify("La tienda es rojo.", facts, VOCABULARY).supported
    assert verify("It comes in rojo.", facts, VOCABULARY).supported


def test_a_promise_that_the_listing_states_may_be_said() -> None:
    stated = {**KETTLE.attributes, "safety lock": True, "pain relief": False, "use": ("stress relief",)}
    facts = facts_of(replace(KETTLE, attributes=stated), [price(None, 60, "under $60")])
    assert verify("It costs $56.00 and has a safety lock.", facts, VOCABULARY).supported
    assert verify("It is meant for stress relief, and it costs $56.00.", facts, VOCABULARY).supported
    assert not verify("It costs $56.00 and gives pain relief.", facts, VOCABULARY).supported
    assert not verify("It costs $56.00, and the safety lock prevents accidents.", facts, VOCABULARY).supported


class TestLines:
    @pytest.mark.parametrize(
        "line",
        [
            "Here are three for you:",
            "12 of our tents fit (under $150); these 3 come first:",
            "We have 3 that fit: tents.",
            "We have no tents with “under $12”.",
            "Our tents start at $150.",
            "Leaving that aside, these come nearest:",
            "None of our listings mentions “free delivery”.",
            "That was all: nothing else fits your wishes.",
            "Tell me which of these three comes close.",
        ],
    )
    def test_what_was_computed_may_be_said(self, line: str) -> None:
        assert check_line(line, {12, 3, 150}) == ""

    @pytest.mark.parametrize(
        ("line", "why"),
        [
            ("Here are four for you:", "number"),
            ("12 of our tents fit; delivery is free:", "delivery"),
            ("Here are three great tents for you:", "praises"),
            ("Here are the three cheapest:", "compares"),
            ("Here are three, all under $20:", "number"),
            ("Here are **three** for you:", "markup"),
            ("Here are three for you \N{PARTY POPPER}", "picture"),
            ("Aquí tiene tres tiendas.", "English"),
            ("Hurry, these three are on sale.", "claims"),
            ("Everyone loves these three.", "others think"),
        ],
    )
    def test_anything_else_is_refused(self, line: str, why: str) -> None:
        assert why in check_line(line, {12, 3, 150})

    def test_the_names_of_the_shop_are_data(self) -> None:
        assert check_line("Here are three of our Best Deals 2000 for you:", {3}, ["Best Deals 2000"]) == ""
        assert check_line("Here are three of our Best Deals 2000 for you:", {3}) != ""

    @given(st.integers(0, 5000), st.integers(0, 5000))
    def test_a_number_passes_only_if_it_was_computed(self, said: int, computed: int) -> None:
        assert (check_line(f"We have {said:,} that fit.", {computed}) == "") == (said == computed)


def test_the_plain_facts_are_unharmed() -> None:
    assert all(judged(about, r.text).supported for about, facts in ABOUT.items() for r in facts.reasons)
