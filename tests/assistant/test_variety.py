"""Pages whose right answer is seen at once: three red tents of one brand in a row, and something else below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.ranking import Ranked, one_a_model
from assistant.reasons import reasons_for
from assistant.types import Constraint
from assistant.variety import MOST_LOST, Method, varied, variety_reason
from retrieval.types import AttributeTest, Product, Quantity, Vectors
from tests.toys import toy_product

TENT = Constraint("category", "category", "tents", values=("tent",))
RED = Constraint("attribute:colour", "attribute", "red", test=AttributeTest("colour", any_of=frozenset({"red"})))
methods = pytest.mark.parametrize("method", ["mmr", "dpp"])


def ranked_with(score: float, id: str, **changes: Any) -> Ranked:
    """A red tent by Tentworks with this score, but for the changes."""
    stated: dict[str, Any] = {"id": id, "title": f"Tent {id}", "price": 100.0, "stock": 1}
    attributes: dict[str, Any] = {"colour": "red", "weight": Quantity(2, "kg"), "waterproof": True}
    product = toy_product(0, **(stated | {"attributes": attributes} | changes))
    return Ranked(product, {"words": score / 0.3}, {"words": score}, ())


def green(score: float, id: str, **changes: Any) -> Ranked:
    attributes = {"colour": "green", "weight": Quantity(2.1, "kg"), "waterproof": False}
    return ranked_with(score, id, **({"brand": "Othermake", "attributes": attributes} | changes))


class Shelf:
    """Red tents point east and green ones north; counts how often it was asked."""

    def __init__(self, ranked: Sequence[Ranked]) -> None:
        self.by_id = {r.product.id: r.product for r in ranked}
        self.asked = 0

    def __call__(self, ids: Sequence[str]) -> Mapping[str, Vectors]:
        self.asked += 1
        directions = {"red": (1.0, 0.0), "green": (0.0, 1.0)}
        return {id: np.asarray(directions[str(self.by_id[id].attributes["colour"])], np.float32) for id in ids}


def page_of(
    ranked: Sequence[Ranked],
    variety: float,
    method: Method = "mmr",
    *wishes: Constraint,
    count: int = 3,
) -> list[Ranked]:
    return varied(ranked, count, wishes, variety=variety, method=method, vectors_of=Shelf(ranked))


def ids(page: Sequence[Ranked]) -> list[str]:
    return [r.product.id for r in page]


REDS = [ranked_with(1.0, "a"), ranked_with(0.98, "b"), ranked_with(0.96, "c"), ranked_with(0.94, "d")]
GREEN = green(0.90, "g")
RANKED = [*REDS, GREEN]


@methods
def test_without_variety_the_page_is_the_plain_one_and_no_vector_is_fetched(method: Method) -> None:
    shelf = Shelf(RANKED)
    assert varied(RANKED, 3, (), variety=0.0, method=method, vectors_of=shelf) == one_a_model(RANKED, 3)
    assert shelf.asked == 0


@methods
def test_at_full_variety_what_is_different_comes_in_and_the_best_stays_first(method: Method) -> None:
    page = page_of(RANKED, 1.0, method)
    assert page[0] is REDS[0]
    assert "g" in ids(page)
    assert "d" not in ids(page)  # a fourth red tent would be less different still


@methods
def test_what_came_in_carries_the_very_gap_it_was_lifted_over(method: Method) -> None:
    page = page_of(RANKED, 1.0, method)
    (lifted,) = (r for r in page if r.product.id == "g")
    assert lifted.contributions["variety"] == pytest.approx(0.96 - 0.90)  # c would be shown in its place
    assert lifted.score == pytest.approx(sum(lifted.contributions.values())) == pytest.approx(0.96)
    assert [r.score for r in page] == sorted((r.score for r in page), reverse=True)
    assert all("variety" not in r.contributions for r in page if r.product.id != "g")


def test_without_its_lift_it_would_not_be_on_the_page() -> None:
    page = page_of(RANKED, 1.0)
    unlifted = [replace(r, contributions={k: v for k, v in r.contributions.items() if k != "variety"}) for r in page]
    everything = sorted([*unlifted, *(r for r in RANKED if r.product.id not in ids(page))], key=lambda r: -r.score)
    assert "g" not in ids(everything[:3])


@methods
def test_nothing_much_worse_than_the_best_comes_in(method: Method) -> None:
    far = green(1.0 - MOST_LOST - 0.01, "g")
    assert page_of([*REDS, far], 1.0, method) == REDS[:3]


@methods
def test_no_hard_wish_is_traded_for_variety(method: Method) -> None:
    assert page_of(RANKED, 1.0, method, TENT, RED) == REDS[:3]
    soft = replace(RED, hard=False)
    assert "g" in ids(page_of(RANKED, 1.0, method, TENT, soft))


def test_not_even_where_the_best_itself_breaks_one() -> None:
    """The first card misses a wish that the second meets: what comes in must meet as many as the second."""
    broken = green(1.0, "a")
    rest = [ranked_with(0.98, "b"), ranked_with(0.97, "c"), ranked_with(0.96, "d")]
    other = green(0.95, "g", brand="Thirdmake")
    assert page_of([broken, *rest, other], 1.0, "mmr", RED) == [broken, *rest[:2]]


def test_what_is_sold_out_does_not_come_in_for_variety() -> None:
    assert page_of([*REDS, green(0.9, "g", stock=0)], 1.0) == REDS[:3]


def test_being_in_stock_makes_up_for_no_wish() -> None:
    gone = [replace(r, product=replace(r.product, stock=0)) for r in REDS]
    assert page_of([*gone, GREEN], 1.0, "mmr", RED) == gone[:3]


def test_a_budget_counts_as_a_hard_wish() -> None:
    budget = Constraint("price", "price", "under €120", high=120.0)
    dear = green(0.9, "g", price=130.0)
    unpriced = green(0.9, "u", price=None)
    assert page_of([*REDS, dear, unpriced], 1.0, "mmr", budget) == REDS[:3]


def test_what_no_stated_fact_sets_apart_does_not_come_in() -> None:
    """Its vector differs, but nothing a shopper could be told does: brand and kind alike, its colour unlisted here."""
    mute = green(0.9, "m", brand="Tentworks", attributes={"colour": "green"})
    silent = [replace(r, product=replace(r.product, attributes={"colour": "red"})) for r in REDS[:2]]
    third = ranked_with(0.96, "c", attributes={"colour": "dark red"})
    plain = [*silent, third]

    def vectors_of(wanted: Sequence[str]) -> Mapping[str, Vectors]:
        return {id: np.asarray((0.0, 1.0) if id == "m" else (1.0, 0.0), np.float32) for id in wanted}

    page = varied([*plain, mute], 3, (), variety=1.0, method="mmr", vectors_of=vectors_of)
    assert "m" in ids(page)  # green is neither red nor dark red
    nothing = replace(mute, product=replace(mute.product, attributes={}))
    assert varied([*plain, nothing], 3, (), variety=1.0, method="mmr", vectors_of=vectors_of) == plain


def test_one_card_a_model_is_kept() -> None:
    shades = [ranked_with(0.99 - n / 100, f"s{n}", title=f"Larch Tent, shade {n}") for n in range(5)]
    page = page_of([*shades, ranked_with(0.9, "x"), ranked_with(0.89, "y"), GREEN], 1.0)
    assert len([id for id in ids(page) if id.startswith("s")]) == 1


def test_a_product_without_a_vector_leaves_the_plain_page() -> None:
    assert varied(RANKED, 3, (), variety=1.0, method="mmr", vectors_of=lambda _: {}) == REDS[:3]


@methods
@given(
    scores=st.lists(st.floats(-1, 2), min_size=1, max_size=15),
    colours=st.lists(st.booleans(), min_size=15, max_size=15),
    count=st.integers(1, 6),
    variety=st.floats(0, 1),
)
def test_any_ranking_gives_a_page_as_long_and_as_ordered(
    method: Method, scores: list[float], colours: list[bool], count: int, variety: float
) -> None:
    makers = [green if is_green else ranked_with for is_green in colours]
    made = [makers[n](score, f"t{n}") for n, score in enumerate(scores)]
    ranked = sorted(made, key=lambda r: (-round(r.score, 9), r.product.id))
    page = page_of(ranked, variety, method, count=count)
    assert len(page) == len(set(ids(page))) == min(count, len(ranked))
    assert page[0] is ranked[0]
    assert [round(r.score, 9) for r in page] == sorted((round(r.score, 9) for r in page), reverse=True)
    plain = set(ids(one_a_model(ranked, count)))
    assert all(("variety" in r.contributions) == (r.product.id not in plain) for r in page)


class TestReason:
    def test_names_only_what_differs_from_all_others(self) -> None:
        page = page_of(RANKED, 1.0)
        lifted = next(r for r in page if r.product.id == "g")
        reason = variety_reason(lifted, page)
        assert reason is not None
        # Not the weight, which is nearly the same, and not the price, which is the same.
        assert reason.text == "Shown for variety: it differs from the others shown in brand and colour."
        assert (reason.kind, reason.signal) == ("variety", "variety")
        assert (reason.field, reason.value) == ("brand, colour", "Othermake, green")
        assert reason.contribution == lifted.contributions["variety"]

    def test_is_silent_about_what_one_of_the_others_shares_or_leaves_open(self) -> None:
        others = [REDS[0], ranked_with(0.98, "b", brand=""), ranked_with(0.97, "c", brand="Othermake")]
        lifted = replace(GREEN, contributions={"words": 0.9, "variety": 0.06})
        reason = variety_reason(lifted, [*others[:2], lifted])
        assert reason is not None
        assert reason.field == "colour"
        reason = variety_reason(lifted, [others[0], others[2], lifted])
        assert reason is not None
        assert reason.field == "colour"

    def test_two_cards_have_one_other(self) -> None:
        page = page_of(RANKED, 1.0, count=2)
        reason = variety_reason(page[1], page)
        assert reason is not None
        assert "from the other product shown in brand and colour." in reason.text

    def test_is_absent_where_variety_did_not_act(self) -> None:
        assert variety_reason(REDS[0], page_of(RANKED, 1.0)) is None
        assert variety_reason(GREEN, [REDS[0], GREEN]) is None

    def test_names_that_read_like_measures_or_half_sentences_are_not_named(self) -> None:
        odd = {"usb 3 ports": "left", "made of": "felt", "x" * 40: "long", "a/b": "c", "colour": "red", "shape": "dome"}
        other = {
            "usb 3 ports": "right",
            "made of": "wool",
            "x" * 40: "short",
            "a/b": "d",
            "colour": "red",
            "shape": "box",
        }
        page = [ranked_with(1.0, "a", attributes=odd), ranked_with(0.9, "g", attributes=other)]
        lifted = replace(page[1], contributions={"words": 0.9, "variety": 0.1})
        reason = variety_reason(lifted, [page[0], lifted])
        assert reason is not None
        assert reason.field == "shape"

    def test_is_always_told_and_stands_before_the_trade_off(self) -> None:
        page = page_of(RANKED, 1.0, "mmr", replace(RED, hard=False))
        lifted = next(r for r in page if r.product.id == "g")
        lifted = replace(lifted, contributions={**lifted.contributions, "hope:attribute:colour": -0.06})
        reasons = reasons_for(lifted, [replace(RED, hard=False)], variety=variety_reason(lifted, page))
        assert [r.kind for r in reasons][-2:] == ["variety", "request_missed"]


def test_toy_products_are_what_the_tests_above_say() -> None:
    tents: list[Product] = [r.product for r in RANKED]
    assert {p.category for p in tents} == {("Outdoor", "Tent")}
    assert {p.brand for p in tents} == {"Tentworks", "Othermake"}
