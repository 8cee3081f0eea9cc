"""The glass box: what a product scores is exactly what its signals add up to."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.ranking import (
    UNSTATED,
    WEIGHTS,
    Context,
    Ranked,
    budget_signal,
    one_a_model,
    rank,
    rating_signal,
    signal_of,
    wish_signal,
)
from assistant.types import Constraint
from retrieval.types import AttributeTest, Hit, Product, Quantity
from tests.toys import toy_product, toy_products

UNDER_30 = Constraint("price", "price", "under 30", high=30.0)
RED = Constraint("attribute:colour", "attribute", "red", test=AttributeTest("colour", any_of=frozenset({"red"})))
NOT_RED = replace(RED, key="not attribute:colour", negated=True)
WATERPROOF = Constraint("attribute:waterproof", "attribute", "waterproof", test=AttributeTest("waterproof", flag=True))
HOODED = Constraint("attribute:hood", "attribute", "hood", False, test=AttributeTest("hood", flag=True))
LIGHT = Constraint("attribute:weight", "attribute", "up to 0.11 kg", test=AttributeTest("weight", high=0.11, unit="kg"))
FOR_ROAD = Constraint("attribute:uses", "attribute", "road", test=AttributeTest("uses", any_of=frozenset({"road"})))
FOR_SEA = Constraint("attribute:uses:sea", "attribute", "sea", test=AttributeTest("uses", any_of=frozenset({"sea"})))
TENTS = Constraint("category", "category", "tents", values=("tent",))
LAMPWORKS = Constraint("brand", "brand", "Lampworks", values=("lampworks",))
IN_STOCK = Constraint("stock", "stock", "in stock")
WISHES = (UNDER_30, RED, NOT_RED, WATERPROOF, HOODED, LIGHT, FOR_ROAD, FOR_SEA, TENTS, LAMPWORKS, IN_STOCK)

wishes = st.lists(st.sampled_from(WISHES), unique_by=lambda c: c.key).map(tuple)
shares = st.floats(0, 1)


def context(*constraints: Constraint) -> Context:
    return Context(constraints, mean_rating=4.0)


def hits_of(products: list[Product], words: float = 0.5) -> list[Hit]:
    return [Hit(product, words, 0.5) for product in products]


@given(wishes, shares, shares, shares | st.none(), st.integers(0, 23))
def test_the_score_is_the_sum_of_weight_times_signal(
    constraints: tuple[Constraint, ...], words: float, meaning: float, relevance: float | None, number: int
) -> None:
    hit = Hit(toy_product(number), words, meaning, relevance=relevance)
    [ranked] = rank([hit], context(*constraints))
    assert ranked.contributions.keys() == ranked.signals.keys()
    for name, signal in ranked.signals.items():
        assert ranked.contributions[name] == WEIGHTS[name.partition(":")[0]] * signal
    assert ranked.score == sum(ranked.contributions.values())


@given(wishes, st.integers(0, 23))
def test_taking_a_wish_away_moves_the_score_by_exactly_its_contribution(
    constraints: tuple[Constraint, ...], number: int
) -> None:
    hit = Hit(toy_product(number), 0.5, 0.5)
    [whole] = rank([hit], context(*constraints))
    for gone in constraints:
        [without] = rank([hit], context(*(c for c in constraints if c != gone)))
        signal = "budget" if gone.kind == "price" else signal_of(gone)
        contribution = whole.contributions.get(signal, 0.0)
        assert whole.score - without.score == pytest.approx(contribution)
        assert set(whole.contributions) - set(without.contributions) <= {signal}
        assert (without.score < whole.score) == (contribution > 1e-9)


def test_taking_a_fact_away_moves_the_score_by_exactly_its_contribution() -> None:
    hit = Hit(toy_product(0, rating=4.8, rating_count=500, stock=3), 0.7, 0.4, relevance=0.9)
    [whole] = rank([hit], context(RED))
    for signal, poorer in (
        ("rating", replace(hit, product=replace(hit.product, rating=None))),
        ("words", replace(hit, words=0.0)),
        ("meaning", replace(hit, meaning=0.0)),
        ("relevance", replace(hit, relevance=None)),
    ):
        [without] = rank([poorer], context(RED))
        assert whole.contributions[signal] > 0
        assert whole.score - without.score == pytest.approx(whole.contributions[signal])


def test_the_order_depends_on_scores_and_ids_alone() -> None:
    hits = hits_of(toy_products())
    best_first = [r.product.id for r in rank(hits, context(RED))]
    assert [r.product.id for r in rank(hits[::-1], context(RED))] == best_first
    same = hits_of([toy_product(0, id=id, rating=None) for id in ("b", "c", "a")])
    assert [r.product.id for r in rank(same, context())] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("constraint", "number", "signal"),
    [
        (RED, 0, 1.0),
        (RED, 1, -1.0),
        (NOT_RED, 0, -1.0),
        (NOT_RED, 1, 1.0),
        (WATERPROOF, 0, 1.0),
        (WATERPROOF, 1, -1.0),
        (HOODED, 0, UNSTATED),
        (replace(HOODED, negated=True), 0, 1.0),
        (LIGHT, 0, 1.0),  # 100 g is within 0.11 kg
        (LIGHT, 10, 1.0),
        (LIGHT, 11, -1.0),
        (FOR_ROAD, 0, 1.0),
        (FOR_SEA, 0, UNSTATED),  # a list names examples: it does not deny the sea
        (TENTS, 0, 1.0),
        (TENTS, 4, -1.0),
        (LAMPWORKS, 4, 1.0),
        (LAMPWORKS, 0, -1.0),
    ],
)
def test_a_wish_is_met_broken_or_unstated(constraint: Constraint, number: int, signal: float) -> None:
    assert wish_signal(constraint, toy_product(number)) == signal


def test_a_wish_about_nothing_the_product_states_is_unstated() -> None:
    bare = Product("p", "A thing")
    assert [wish_signal(c, bare) for c in (RED, WATERPROOF, LIGHT, TENTS, LAMPWORKS)] == [UNSTATED] * 5
    assert wish_signal(NOT_RED, bare) == 1.0
    assert wish_signal(LIGHT, Product("p", "A thing", attributes={"weight": Quantity(1, "L")})) == -1.0


def test_soft_wishes_count_less_than_hard_ones() -> None:
    assert signal_of(RED).startswith("wish:")
    assert signal_of(replace(RED, hard=False)).startswith("hope:")
    assert signal_of(replace(RED, hard=False, guessed=True)).startswith("hint:")
    assert 0 < WEIGHTS["hint"] < WEIGHTS["hope"] < WEIGHTS["wish"]


@given(st.floats(1, 1e4), st.floats(0, 1e5), st.floats(0, 1e5))
def test_the_further_from_the_budget_the_lower(limit: float, one: float, other: float) -> None:
    for constraint in (replace(UNDER_30, high=limit), replace(UNDER_30, low=limit, high=None)):
        near, far = sorted((one, other), key=lambda price: abs(price - limit))
        signals = [budget_signal(constraint, price) for price in (near, far)]
        assert all(s == 1.0 or -3.0 <= s <= -0.5 for s in signals)
        if all(s < 0 for s in signals):
            assert signals[0] >= signals[1]


def test_prices_inside_the_range_count_alike_and_no_price_leaves_the_wish_open() -> None:
    between = Constraint("price", "price", "10 to 30", low=10.0, high=30.0)
    assert [budget_signal(between, price) for price in (10.0, 20.0, 30.0)] == [1.0, 1.0, 1.0]
    assert budget_signal(between, 30.01) == pytest.approx(-0.5, abs=0.01)
    assert budget_signal(between, None) == UNSTATED
    [ranked] = rank(hits_of([toy_product(0, price=None)]), context(between))
    assert ranked.contributions["budget"] == WEIGHTS["budget"] * UNSTATED
    [ranked] = rank(hits_of([toy_product(0, price=None)]), context(replace(UNDER_30, note="the lower third")))
    assert ranked.contributions["low price"] == 0.0


@given(st.floats(0, 5), st.floats(1, 5), st.integers(1, 10_000), st.integers(1, 10_000))
def test_a_rating_counts_more_the_more_people_gave_it(rating: float, mean: float, one: int, other: int) -> None:
    few, many = sorted((one, other))
    assert abs(rating_signal(rating, few, mean)) <= abs(rating_signal(rating, many, mean)) + 1e-9
    assert rating_signal(rating, many, mean) * (rating - mean) >= 0
    assert -1 <= rating_signal(rating, many, mean) <= 1


def test_three_perfect_stars_lose_against_hundreds_of_good_ones() -> None:
    assert rating_signal(5.0, 1, 4.0) < rating_signal(4.5, 300, 4.0)


@pytest.mark.parametrize("changes", [{"rating": None}, {"rating_count": 0}])
def test_an_unrated_product_has_no_rating_signal(changes: dict[str, int | None]) -> None:
    [ranked] = rank(hits_of([toy_product(1, **changes)]), context())
    assert "rating" not in ranked.signals


def test_stock_only_ever_counts_against() -> None:
    gone, here, unknown = rank(
        hits_of([toy_product(0, stock=0, id="a"), toy_product(0, stock=5, id="b"), toy_product(0, stock=None, id="c")]),
        context(IN_STOCK),
    )[::-1]
    assert gone.product.id == "a"
    assert gone.contributions["stock"] < 0
    assert "stock" not in here.contributions.keys() | unknown.contributions.keys()


def test_a_low_price_counts_only_where_cheap_was_asked_for() -> None:
    cheap = replace(UNDER_30, note="the lower third of the prices of our tents")
    low, high = (rank(hits_of([toy_product(0, price=price)]), context(cheap))[0] for price in (5.0, 29.0))
    assert low.contributions["low price"] > high.contributions["low price"] > 0
    [plain] = rank(hits_of([toy_product(0, price=5.0)]), context(UNDER_30))
    assert "low price" not in plain.contributions


def test_taste_singles_out_what_resembles_the_past_more_than_its_rivals_do() -> None:
    vectors = {"p0": np.array([1, 0], np.float32), "p1": np.array([0, 1], np.float32)}
    likes = Context((), 4.0, taste=np.array([1, 0], np.float32), vectors=vectors)
    by_id = {r.product.id: r for r in rank(hits_of(toy_products(3)), likes)}
    assert by_id["p0"].contributions["taste"] > 0 > by_id["p1"].contributions["taste"]
    assert "taste" not in by_id["p2"].contributions  # no vector, no taste
    alone = rank(hits_of(toy_products(1)), likes)[0]
    assert alone.contributions["taste"] == 0.0


def ranked_with(score: float, **changes: object) -> Ranked:
    return Ranked(replace(toy_product(0), **changes), {"words": score}, {"words": score}, ())  # type: ignore[arg-type]


def test_colours_of_one_model_fill_the_page_only_where_models_run_out() -> None:
    red, blue, other = (
        ranked_with(0.9, id="r", title="Larch Tent, Red"),
        ranked_with(0.8, id="b", title="Larch Tent, Blue"),
        ranked_with(0.1, id="o", title="Birch Tent, Red"),
    )
    ranked = [red, blue, other]
    assert one_a_model(ranked, 1) == [red]
    assert one_a_model(ranked, 2) == [red, other]
    assert one_a_model(ranked, 3) == [red, blue, other]  # and by score again
    assert one_a_model([], 3) == []
    assert one_a_model([red, replace(red, product=replace(red.product, brand="Other"))], 2)[1].product.brand == "Other"
