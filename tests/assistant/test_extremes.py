"""The cheapest, lightest, quietest of those shown: only where less was asked for, and only where it is so."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.extremes import comparison_reason
from assistant.ranking import Context, Ranked, rank
from assistant.types import Constraint
from retrieval.types import AttributeTest, AttributeValue, Hit, Product, Quantity
from tests.toys import toy_product

CHEAP = Constraint(
    "price", "price", "cheap: up to €30.00", high=30.0, note="the lower third of the prices of our tents"
)
CHEAPER = Constraint("price", "price", "under €30.00", high=29.99)
BUDGET = Constraint("price", "price", "under €30", high=30.0)
LIGHT = Constraint(
    "attribute:weight", "attribute", "light", hard=False, test=AttributeTest("weight", high=2, unit="kg"), note="x"
)
BIGGER = Constraint(
    "attribute:capacity", "attribute", "capacity over 3 L", test=AttributeTest("capacity", low=3.003, unit="L")
)


def page(*products: Product, wish: Constraint) -> list[Ranked]:
    return rank([Hit(p, 0.5, 0.5) for p in products], Context((wish,), mean_rating=4.0))


def said(*products: Product, wish: Constraint) -> dict[str, str]:
    shown = page(*products, wish=wish)
    found = {r.product.id: comparison_reason(r, shown, (wish,)) for r in shown}
    return {id: reason.text for id, reason in found.items() if reason is not None}


def at(*prices: float | None) -> list[Product]:
    return [toy_product(n, price=price) for n, price in enumerate(prices)]


def with_fact(name: str, *values: AttributeValue) -> list[Product]:
    return [toy_product(n, attributes={name: value}) for n, value in enumerate(values)]


@pytest.mark.parametrize("wish", [CHEAP, CHEAPER])
def test_the_cheapest_of_those_shown(wish: Constraint) -> None:
    assert said(*at(20, 10, 25), wish=wish) == {"p1": "It is the cheapest of the three shown."}


def test_the_signal_is_the_wish_and_the_fact_is_its_own() -> None:
    shown = page(*at(20, 10), wish=CHEAP)
    [reason] = [r for r in (comparison_reason(s, shown, (CHEAP,)) for s in shown) if r is not None]
    assert (reason.kind, reason.signal, reason.field, reason.value) == ("comparison", "low price", "price", "€10.00")
    [own] = [s for s in shown if s.product.id == "p1"]
    assert reason.contribution == own.contributions["low price"]


@pytest.mark.parametrize(
    "products",
    [at(20, 20, 25), at(20), at(20, 10, None), [*at(20, 10), toy_product(2, price=15, currency="USD")], at(40, 35)],
    ids=["a tie", "one product", "a price left open", "another currency", "none within the wish"],
)
def test_no_comparison_that_the_page_does_not_show(products: list[Product]) -> None:
    assert said(*products, wish=CHEAP) == {}


def test_a_plain_limit_asks_for_no_comparison() -> None:
    assert said(*at(20, 10, 25), wish=BUDGET) == {}
    assert said(*at(20, 10, 25), wish=replace(CHEAP, negated=True)) == {}
    limit = replace(LIGHT, label="weight up to 2 kg", note="")
    assert said(*with_fact("weight", Quantity(1, "kg"), Quantity(1.5, "kg")), wish=limit) == {}


def test_measures_are_compared_across_units() -> None:
    lightest = {"p1": "It is the lightest of the three shown, at 900 g."}
    assert (
        said(*with_fact("weight", Quantity(1, "kg"), Quantity(900, "g"), Quantity(1.9, "kg")), wish=LIGHT) == lightest
    )
    assert said(*with_fact("weight", Quantity(1, "kg"), Quantity(1000, "g")), wish=LIGHT) == {}
    assert said(*with_fact("weight", Quantity(1, "kg"), "light as a feather"), wish=LIGHT) == {}
    assert said(*with_fact("weight", Quantity(1, "kg"), Quantity(1, "L")), wish=LIGHT) == {}
    assert said(*with_fact("weight", Quantity(5, "kg"), Quantity(3, "kg")), wish=LIGHT) == {}, "too heavy for the wish"
    largest = {"p0": "It has the largest capacity of the two shown, 5 L."}
    assert said(*with_fact("capacity", Quantity(5, "L"), Quantity(4, "L")), wish=BIGGER) == largest
