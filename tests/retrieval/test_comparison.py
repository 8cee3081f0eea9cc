from __future__ import annotations

import pytest

from retrieval.comparison import Fact, apart_from_all, compared, is_variant, relation
from retrieval.types import AttributeValue, Quantity
from tests.toys import toy_product


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("red", "Red", "same"),
        ("red", "green", "different"),
        ("blue", "navy blue", "neither"),
        (Quantity(1, "kg"), Quantity(1000, "g"), "same"),
        (Quantity(2.8, "kg"), Quantity(2.9, "kg"), "neither"),
        (Quantity(30, "L"), Quantity(65, "L"), "different"),
        (Quantity(30, "L"), Quantity(65, "kg"), "neither"),
        (Quantity(10, "°C"), Quantity(-5, "°C"), "different"),
        (Quantity(10, "°C"), Quantity(8, "°C"), "neither"),
        (Quantity(0, "L"), Quantity(2, "L"), "different"),
        (True, True, "same"),
        (True, False, "different"),
        (True, "yes", "neither"),
        (("home", "road"), ("road", "home"), "same"),
        (("home", "road"), ("road", "sea"), "neither"),
        (("home", "road"), ("sea", "air"), "different"),
        ("road", ("home", "road"), "neither"),
        (40.0, 40.0, "same"),
        (40.0, 44.0, "neither"),
        (40.0, 60.0, "different"),
    ],
)
def test_two_facts_of_one_name(one: AttributeValue | float, other: AttributeValue | float, expected: str) -> None:
    assert relation(Fact("x", one), Fact("x", other)) == expected
    assert relation(Fact("x", other), Fact("x", one)) == expected


def test_prices_in_two_currencies_are_not_compared() -> None:
    assert relation(Fact("price", 40.0, "EUR"), Fact("price", 400.0, "USD")) == "neither"


def test_only_what_both_state_is_compared() -> None:
    red, bare = toy_product(0), toy_product(1, brand="", price=None, attributes={"colour": "green"})
    assert compared(red, bare) == {"category": "same", "colour": "different"}


def test_a_fact_sets_a_product_apart_only_if_every_other_one_states_another() -> None:
    red, green, blue = toy_product(0), toy_product(1), toy_product(2)
    assert [fact.name for fact in apart_from_all(red, [green, blue])] == ["colour"]
    lamp = toy_product(4)  # red as well
    assert [fact.name for fact in apart_from_all(red, [green, lamp])] == []
    silent = toy_product(2, attributes={})
    assert apart_from_all(red, [green, silent]) == []
    assert apart_from_all(red, []) == []


def test_variants_share_a_brand_and_nearly_a_title() -> None:
    card = toy_product(0, title="Sonder Memory Card 64 GB", brand="Sonder")
    assert is_variant(card, toy_product(1, title="Sonder Memory Card 256 GB", brand="Sonder"))
    assert not is_variant(card, toy_product(1, title="Sonder Memory Card 256 GB", brand="Orla"))
    assert not is_variant(card, toy_product(1, title="Sonder Studio Headphones", brand="Sonder"))
    assert is_variant(toy_product(0, title="Tent, red"), toy_product(1, title="Tent, green, with footprint"))
