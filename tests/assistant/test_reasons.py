"""Reasons are contributions with the fact behind them, said as sentences a shopper can read."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from assistant.ranking import Context, Ranked, rank
from assistant.reasons import (
    MOST_NEGATIVE,
    MOST_POSITIVE,
    SMALLEST,
    Past,
    asks_well_rated,
    in_order,
    needs_part,
    numbered,
    reasons_for,
    worded_fact,
)
from assistant.types import Constraint, Reason, Sentence
from retrieval.types import AttributeTest, AttributeValue, Hit, Product, Quantity
from tests.toys import toy_product

RED_TENT = toy_product(0, stock=3, rating=4.8, rating_count=500)
BARE = Product("bare", "A bare thing")

PRICE = Constraint("price", "price", "under €30", high=30.0)
RED = Constraint("attribute:colour", "attribute", "red", test=AttributeTest("colour", any_of=frozenset({"red"})))
BLUE = Constraint("attribute:colour", "attribute", "blue", test=AttributeTest("colour", any_of=frozenset({"blue"})))
NOT_BLUE = replace(
    BLUE, key="not attribute:colour", label="not blue", negated=True, test=replace(BLUE.test, negated=True)
) if BLUE.test else BLUE  # fmt: skip
WATERPROOF = Constraint("attribute:waterproof", "attribute", "waterproof", test=AttributeTest("waterproof", flag=True))
HOOD = Constraint("attribute:hood", "attribute", "hood", test=AttributeTest("hood", flag=True))
LIGHT = Constraint(
    "attribute:weight", "attribute", "weight up to 90 g", test=AttributeTest("weight", high=90, unit="g")
)
SEA = Constraint("attribute:uses", "attribute", "sea", test=AttributeTest("uses", any_of=frozenset({"sea"})))
LAMPS = Constraint("category", "category", "lamps", values=("lamp",))
BRAND = Constraint("brand", "brand", "Lampworks", values=("lampworks",))
STOCK = Constraint("stock", "stock", "in stock")
ALL = (PRICE, RED, NOT_BLUE, WATERPROOF, HOOD, LIGHT, SEA, LAMPS, BRAND, STOCK)


def ranked(product: Product, *constraints: Constraint, matched: tuple[str, ...] = ()) -> Ranked:
    [result] = rank([Hit(product, 0.5, 0.5, matched_words=matched)], Context(constraints, mean_rating=4.0))
    return result


def reasons(product: Product, *constraints: Constraint, matched: tuple[str, ...] = ()) -> tuple[Reason, ...]:
    return reasons_for(ranked(product, *constraints, matched=matched), constraints)


def texts(product: Product, *constraints: Constraint, matched: tuple[str, ...] = ()) -> list[str]:
    return [r.text for r in reasons(product, *constraints, matched=matched)]


products = st.builds(
    toy_product,
    st.integers(0, 23),
    price=st.none() | st.floats(1, 60).map(lambda x: round(x, 2)),
    rating=st.none() | st.floats(0, 5).map(lambda x: round(x, 1)),
    rating_count=st.integers(0, 500),
    stock=st.none() | st.integers(0, 3),
) | st.just(BARE)


@given(products, st.lists(st.sampled_from(ALL), unique_by=lambda c: c.key), st.sampled_from([(), ("road", "sea")]))
def test_every_reason_is_a_contribution_of_the_ranker(
    product: Product, constraints: list[Constraint], matched: tuple[str, ...]
) -> None:
    result = ranked(product, *constraints, matched=matched)
    found = reasons_for(result, constraints)
    for reason in found:
        assert reason.signal in result.contributions
        assert reason.contribution == result.contributions[reason.signal]
        assert abs(reason.contribution) >= SMALLEST
        assert reason.product_id == product.id
        assert (reason.kind == "request_missed") <= (reason.contribution < 0)
        assert (reason.kind == "request_met") <= (reason.contribution > 0)
    signs = [r.contribution > 0 for r in found]
    assert signs == sorted(signs, reverse=True), "what speaks for it first, the trade-off last"
    assert sum(signs) <= MOST_POSITIVE
    assert len(signs) - sum(signs) <= MOST_NEGATIVE
    assert len({r.signal for r in found}) == len(found)


@given(products, st.lists(st.sampled_from(ALL), unique_by=lambda c: c.key))
def test_nothing_is_claimed_about_fields_the_product_lacks(product: Product, constraints: list[Constraint]) -> None:
    assume(product.brand or BRAND not in constraints)
    for reason in reasons(product, *constraints):
        if not reason.value:
            assert reason.field not in product.attributes
            assert "does not" in reason.text
        elif reason.field == "price":
            assert product.price is not None
            assert f"{product.price:,.2f}" in reason.text
        elif reason.field == "rating":
            assert f"{product.rating:g} out of 5 by {product.rating_count} customer" in reason.text
        elif reason.field == "stock":
            assert not product.in_stock
        elif reason.field not in ("category", "brand"):
            assert reason.field in product.attributes


def test_a_bare_product_gives_only_what_its_listing_leaves_open() -> None:
    assert texts(BARE) == []
    assert texts(BARE, RED) == ["The listing does not give its colour."]
    assert texts(BARE, PRICE) == ["The listing does not give its price."]
    assert texts(BARE, HOOD) == ["The listing does not say whether it has hood."]
    assert texts(BARE, WATERPROOF) == ["The listing does not say whether it is waterproof."]
    assert texts(BARE, NOT_BLUE) == []


def test_what_was_asked_for_comes_before_what_others_think_of_it() -> None:
    found = reasons(RED_TENT, RED, WATERPROOF, matched=("road",))
    assert [r.kind for r in found] == ["request_met", "request_met", "social_proof"]
    assert [r.text for r in found] == [
        "It comes in red.",
        "It is waterproof.",
        "It is rated 4.8 out of 5 by 500 customers, above the average of our shop.",
    ]


def test_the_heaviest_trade_off_is_the_one_named() -> None:
    sold_out = replace(RED_TENT, stock=0, price=30.5)
    assert texts(sold_out, PRICE)[-1] == "It is out of stock at the moment."
    assert texts(sold_out, PRICE, BLUE)[-1] == "It comes in red, while you asked for blue."


@pytest.mark.parametrize(
    ("product", "constraint", "text"),
    [
        (toy_product(0, stock=1), PRICE, "It costs €10.00, within your limit of €30."),
        (toy_product(0, price=30.0, stock=1), PRICE, "It costs €30.00, within your limit of €30."),
        (toy_product(0, price=31.5, stock=1), PRICE, "It costs €31.50, €1.50 over your limit of €30."),
        (toy_product(0, stock=1), replace(PRICE, high=None, low=5.0), "It costs €10.00, above the €5 you named."),
        (toy_product(0, stock=1), replace(PRICE, low=5.0), "It costs €10.00, between €5 and €30 as you asked."),
        (toy_product(0, stock=1), replace(PRICE, low=20.0), "It costs €10.00, less than the €20 you asked for."),
        (
            toy_product(0, stock=1),
            replace(PRICE, note="the lower third of the prices of our tents"),
            "It costs €10.00, within the lower third of the prices of our tents.",
        ),
        (toy_product(1, stock=1), WATERPROOF, "It is not waterproof."),
        (toy_product(1, stock=1), LIGHT, "It weighs 101 g, while you asked for up to 90 g."),
        (toy_product(0, stock=1), SEA, "Its listing does not name “sea”."),
        (toy_product(0, stock=1), LAMPS, "It is listed under Outdoor > Tent, not under lamps."),
        (toy_product(0, stock=1), BRAND, "It is made by Tentworks, while you asked for Lampworks."),
        (toy_product(4, stock=1), BRAND, "It is made by Lampworks."),
    ],
)
def test_each_wish_has_its_sentence(product: Product, constraint: Constraint, text: str) -> None:
    assert text in texts(replace(product, rating=None), constraint)


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("waterproof", True, "It is waterproof."),
        ("dishwasher safe", False, "It is not dishwasher safe."),
        ("microphone", True, "It has a microphone."),
        ("auto shut-off", True, "It has an auto shut-off."),
        ("pockets", True, "It has pockets."),
        ("bluetooth", True, "It has bluetooth."),
        ("noise cancelling", True, "It is noise cancelling."),
        ("hood", False, "It has no hood."),
        ("capacity", Quantity(45, "L"), "Its capacity is 45 L."),
        ("weight", Quantity(1.2, "kg"), "It weighs 1.2 kg."),
        ("doors", Quantity(2), "It has 2 doors."),
        ("colour", "navy blue", "It comes in navy blue."),
        ("use", ("hiking", "travel"), "It is meant for hiking and travel."),
        ("compatible with", ("gas", "electric", "induction"), "It works with gas, electric and induction."),
        ("Material", "wool", "It is made of wool."),
        ("glass", "clear", "Its glass is clear."),
    ],
)
def test_facts_are_said_grammatically(name: str, value: AttributeValue, text: str) -> None:
    assert worded_fact(name, value) == text


@given(products, st.lists(st.sampled_from(ALL), unique_by=lambda c: c.key))
def test_every_text_is_one_whole_sentence(product: Product, constraints: list[Constraint]) -> None:
    for text in texts(product, *constraints, matched=("road",)):
        assert text[0].isupper()
        assert text.endswith(".")
        assert ". " not in text
        assert "  " not in text
        assert " ," not in text


def test_a_taste_reason_needs_a_likeness_that_counted() -> None:
    past = Past(toy_product(4), "bought")
    result = ranked(RED_TENT)
    assert "taste" not in {r.kind for r in reasons_for(result, (), past=past)}
    liked = replace(result, contributions={**result.contributions, "taste": 0.1})
    [taste] = [r for r in reasons_for(liked, (), past=past) if r.kind == "taste"]
    assert taste.text == "It is similar to the red lamp you bought."
    assert taste.contribution == 0.1
    disliked = replace(result, contributions={**result.contributions, "taste": -0.1})
    assert "taste" not in {r.kind for r in reasons_for(disliked, (), past=past)}
    [itself] = [r for r in reasons_for(liked, (), past=Past(RED_TENT, "bought")) if r.kind == "taste"]
    assert itself.text == "You bought this very product before."


def test_matched_words_that_a_wish_or_the_category_stands_for_are_no_reason_of_their_own() -> None:
    matched = ("red", "tents", "road", "45", "of")
    [reason] = [r for r in reasons(RED_TENT, RED, matched=matched) if r.kind == "relevance"]
    assert reason.text == "Its listing mentions “road”."
    assert reason.signal == "words"


def test_several_unknowns_are_one_reason_with_the_signal_of_the_weightiest() -> None:
    assert texts(BARE, PRICE, RED) == ["The listing does not give its colour or its price."]
    assert texts(BARE, WATERPROOF, HOOD) == ["The listing does not say whether it is waterproof or has hood."]
    [reason] = reasons(BARE, PRICE, BRAND, replace(WATERPROOF, hard=False))
    assert reason.text == "The listing does not give its brand or its price, or say whether it is waterproof."
    assert (reason.field, reason.value, reason.signal) == ("brand, price, waterproof", "", "wish:brand")
    assert reason.contribution == ranked(BARE, PRICE, BRAND).contributions["wish:brand"]


def test_what_others_think_is_missed_only_where_it_was_asked_for() -> None:
    unrated = replace(RED_TENT, rating=None, rating_count=0)
    [plain] = rank([Hit(unrated, 0.5, 0.5)], Context((), 4.0))
    assert reasons_for(plain, ()) == ()
    [asked] = rank([Hit(unrated, 0.5, 0.5)], Context((), 4.0, well_rated=True))
    assert [r.text for r in reasons_for(asked, ())] == ["The listing does not give its rating."]
    assert [asks_well_rated(t) for t in ("best-rated tents", "a tent with good reviews", "tent with 5 stars")] == [
        True,
        True,
        False,
    ]


def test_the_text_is_read_part_by_part_only_where_nothing_else_sets_it_apart() -> None:
    unrated = replace(RED_TENT, rating=None)
    assert needs_part(ranked(unrated), ())
    assert not needs_part(ranked(unrated, RED), (RED,))
    met_by_all = {"wish:attribute:colour": 0.0, "wish:attribute:waterproof": 0.0}
    assert needs_part(ranked(unrated, RED, WATERPROOF), (RED, WATERPROOF), moved=met_by_all)
    assert not needs_part(replace(ranked(unrated), contributions={"meaning": 0.01}), ())
    part = Reason("", "relevance", "p0", "meaning", "uses", "home and road", "Its uses come close.", 0.04)
    assert reasons_for(ranked(unrated, RED), (RED,), part=part)[-1] == part


def test_a_name_is_a_reason_only_by_itself() -> None:
    name = Reason("", "relevance", "p0", "meaning", "title", "red tent", "Its name comes close to your request.", 0.4)
    unrated = replace(RED_TENT, rating=None)
    assert reasons_for(ranked(unrated), (), part=name) == (name,)
    assert name not in reasons_for(ranked(unrated, RED), (RED,), part=name)


def test_what_sets_a_product_apart_comes_before_what_all_candidates_share() -> None:
    result = ranked(RED_TENT, RED, WATERPROOF, matched=("road",))
    moved = dict(result.contributions) | {"wish:attribute:colour": 0.0, "words": 0.0}
    found = reasons_for(result, (RED, WATERPROOF), moved=moved)
    # The colour was asked for, so it is still told; the words were not, and set nothing apart.
    assert [r.signal for r in found] == ["wish:attribute:waterproof", "rating", "wish:attribute:colour"]


def test_where_nothing_sets_a_product_apart_the_weightiest_is_told() -> None:
    result = ranked(RED_TENT, matched=("road",))
    found = reasons_for(result, (), moved=dict.fromkeys(result.contributions, 0.0))
    assert [r.signal for r in found] == ["words"]


def test_a_comparison_is_told_beside_the_wish() -> None:
    told = Reason("", "comparison", "p0", "budget", "price", "€10.00", "It is the cheapest of the three shown.", 0.2)
    found = reasons_for(ranked(RED_TENT, PRICE, RED), (PRICE, RED), comparison=told)
    assert [r.kind for r in found] == ["request_met", "request_met", "comparison"]


def test_ids_run_through_the_whole_answer() -> None:
    first, second = reasons(RED_TENT, RED), reasons(BARE, HOOD, RED)
    groups = numbered([first, (), second])
    assert [r.id for group in groups for r in group] == [f"r{i}" for i in range(1, len(first) + len(second) + 1)]
    assert [len(group) for group in groups] == [len(first), 0, len(second)]


def test_sentences_are_put_in_the_order_of_their_reasons() -> None:
    [found] = numbered([reasons(RED_TENT, RED, WATERPROOF)])
    said = [Sentence("p0", r.text, (r.id,), True, "model") for r in found]
    foreign = Sentence("p9", "Another product's.", ("r99",), True, "model")
    assert in_order([foreign, *said[::-1]], found) == said
