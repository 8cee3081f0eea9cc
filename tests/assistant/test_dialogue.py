"""Conversations with the shop of `shop.py`: what stands after each message."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.dialogue import (
    Dialogue,
    apply,
    as_filter,
    change_made,
    composed,
    merged,
    with_page,
    with_variety,
    without,
)
from assistant.types import Constraint, PastItem
from assistant.understand import understand
from retrieval.types import Filter, Product, Quantity
from tests.assistant.shop import BY_ID, PRODUCTS, by_key, make_reader

READER = make_reader()
PAST = (PastItem("kettle-plain", "bought"),)


def say(state: Dialogue, *messages: str) -> Dialogue:
    """The state after these messages, with the page last shown as it is."""
    for message in messages:
        last = [BY_ID[id] for id in state.last]
        request = understand(message, READER, context=state.constraints, names=[p.title for p in last])
        state = apply(state, request, last, READER.facets, "USD")
    return state


def started(*messages: str, page: str = "") -> Dialogue:
    return with_page(say(Dialogue(history=PAST), *messages), page.split())


def left(state: Dialogue) -> set[str]:
    filter = as_filter(state.constraints, state.shown if state.exclude_shown else ())
    return {READER.facets.ids[row] for row in np.flatnonzero(READER.facets.mask(filter))}


def keys(state: Dialogue) -> set[str]:
    return set(by_key(state.constraints))


class TestRefining:
    def test_wishes_add_up(self) -> None:
        state = started("a tent", "under $200", "in blue")
        assert keys(state) == {"category", "price", "attribute:colour"}
        assert left(state) == {"tent-4"}

    @pytest.mark.parametrize(
        ("first", "second", "ids"),
        [
            ("tents in red", "in blue", "tent-4"),
            ("tents under $200", "under $400", "tent-2 tent-4 tent-light"),
            ("tents under $400", "a cheap one", "tent-2 tent-4"),
            ("tents from Brindle", "Northlea", "tent-light tent-6"),
            ("jackets size M", "size XL", "jacket-xl"),
            ("jackets", "XL", "jacket-xl"),
            ("a tent for 2 people", "for 4 people", "tent-4"),
        ],
    )
    def test_a_new_wish_replaces_the_old_one_of_its_key(self, first: str, second: str, ids: str) -> None:
        assert left(started(first, second)) == set(ids.split())

    @pytest.mark.parametrize(
        ("first", "second", "ids"),
        [
            ("tents from Brindle", "not Brindle", "tent-light tent-6"),
            ("tents not from Brindle", "Brindle", "tent-2 tent-4"),
            ("blue tents", "not blue", "tent-2 tent-light tent-6"),
            ("jackets not leather", "leather", "jacket-l"),
            ("waterproof jackets", "not waterproof", "jacket-xl jacket-l"),
            ("jackets, not waterproof", "waterproof", "jacket-m jacket-s"),
        ],
    )
    def test_a_change_of_mind_takes_the_opposite_back(self, first: str, second: str, ids: str) -> None:
        assert left(started(first, second)) == set(ids.split())

    def test_denials_of_one_attribute_add_up(self) -> None:
        assert left(started("jackets", "not leather", "no wool")) == {"jacket-m", "jacket-s"}

    def test_a_replaced_wish_leaves_the_words(self) -> None:
        state = started("tents in red", "in blue")
        assert "blue" in state.words
        assert "red" not in state.words.split()

    def test_a_use_goes_on_with_what_stands(self) -> None:
        state = started("tents under $200", "for the rain")
        assert keys(state) == {"category", "price"}
        assert "rain" in state.words
        assert "tents" in state.words


class TestChangingTheTopic:
    @pytest.mark.parametrize(
        ("first", "second"),
        [
            ("a blue tent under $200", "kettles"),
            ("a blue tent under $200", "what about kettles?"),
            ("a cheap tent from Brindle", "show me kettles"),
            ("tents", "I need a kettle"),
        ],
    )
    def test_another_kind_of_thing_is_a_new_wish(self, first: str, second: str) -> None:
        state = started(first, second)
        assert keys(state) == {"category"}
        assert left(state) == {"kettle-quiet", "kettle-plain", "kettle-small"}
        assert "tent" not in state.words
        assert "blue" not in state.words

    def test_its_own_wishes_come_with_it(self) -> None:
        assert left(started("a blue tent for 4 people", "a red kettle under $50")) == {"kettle-small"}

    def test_the_same_kind_again_goes_on(self) -> None:
        assert left(started("tents under $200", "a green tent")) == {"tent-2"}

    def test_a_thing_nobody_sells_is_a_new_wish(self) -> None:
        state = started("a blue tent", "jeans")
        assert keys(state) == set()
        assert state.words == "jeans"

    def test_what_was_shown_before_no_longer_counts(self) -> None:
        state = say(started("tents", page="tent-2 tent-4"), "kettles")
        assert state.shown == state.last == ()

    def test_the_past_stays(self) -> None:
        assert started("tents", "kettles", "start over").history == PAST


class TestPointing:
    page = "tent-2 tent-4 tent-light"

    @pytest.mark.parametrize(
        ("message", "ids"),
        [
            ("cheaper than the second", "tent-2"),
            ("more expensive than the third", "tent-6"),
            ("the second one, but bigger", "tent-6"),
            ("the second one, but lighter", "tent-2 tent-light"),
            ("lighter than the first", "tent-light"),
            ("the Brindle Tansy 4 but cheaper", "tent-2"),
            ("heavier", "tent-6"),
            ("more expensive", "tent-6"),
            ("bigger", "tent-6"),
            ("cheaper", ""),
        ],
    )
    def test_a_comparison_goes_strictly_beyond_what_it_names(self, message: str, ids: str) -> None:
        assert left(say(started("tents", page=self.page), message)) == set(ids.split())

    def test_cheaper_twice_goes_on_from_the_page_in_between(self) -> None:
        state = say(started("tents", page="tent-light tent-6"), "cheaper")
        assert left(state) == {"tent-2", "tent-4"}
        assert left(say(with_page(state, ["tent-4"]), "cheaper")) == {"tent-2"}

    def test_more_like_one_looks_for_others_of_its_kind(self) -> None:
        state = say(started("something blue", page="tent-4 pack-65"), "more like the first")
        assert by_key(state.constraints)["category"].values == ("tents",)
        assert state.like == "Brindle Tansy 4"
        assert "tent-4" not in left(state)

    def test_the_label_says_beyond_what(self) -> None:
        state = say(started("tents", page=self.page), "cheaper than the second")
        assert by_key(state.constraints)["price"].label == "under $180.00"

    @pytest.mark.parametrize("message", ["cheaper", "the second one", "cheaper than the third", "bigger"])
    def test_with_nothing_shown_there_is_nothing_to_compare_with(self, message: str) -> None:
        assert left(started("tents", message)) == {p.id for p in PRODUCTS if "Tents" in p.category}

    def test_a_place_that_is_not_on_the_page_points_at_nothing(self) -> None:
        before = started("tents", page="tent-2")
        after = say(before, "the third one, but cheaper")
        assert (after.constraints, after.like) == (before.constraints, "")

    def test_products_that_do_not_state_the_measure_are_passed_over(self) -> None:
        assert left(say(started("knives", page="knife-chef"), "lighter")) == {"knife-chef", "knife-paring"}


class TestSomethingElse:
    def test_it_leaves_out_all_that_was_shown(self) -> None:
        state = say(started("tents", page="tent-2 tent-4"), "something else")
        assert left(state) == {"tent-light", "tent-6"}
        state = say(with_page(state, ["tent-light"]), "anything else?")
        assert left(state) == {"tent-6"}

    def test_a_new_wish_may_show_them_again(self) -> None:
        state = say(started("tents", page="tent-2 tent-4"), "something else", "in blue")
        assert left(state) == {"tent-4"}


class TestTalk:
    def test_start_over_forgets_the_wishes_and_keeps_the_past(self) -> None:
        assert say(started("a blue tent", page="tent-4"), "start over") == Dialogue(history=PAST)

    @pytest.mark.parametrize("message", ["thanks", "hi", "😀", "", "ok"])
    def test_small_talk_changes_nothing(self, message: str) -> None:
        state = started("a blue tent under $200", page="tent-4")
        assert say(state, message) == state


class TestTakingAChipOff:
    start = "a blue tent under $200 for hiking with a view"

    @pytest.mark.parametrize(
        ("key", "word"), [("attribute:colour", "blue"), ("category", "tent"), ("attribute:use:hiking", "hiking")]
    )
    def test_its_word_is_no_longer_searched_for(self, key: str, word: str) -> None:
        state = without(started(self.start), key)
        assert key not in keys(state)
        assert word not in state.words
        assert "view" in state.words

    def test_the_others_stay_as_they_are(self) -> None:
        before = started(self.start)
        after = without(before, "price")
        assert after.constraints == tuple(c for c in before.constraints if c.key != "price")
        assert left(after) == {"tent-4"}

    def test_all_of_them_leave_the_free_words(self) -> None:
        state = started(self.start)
        for key in keys(state):
            state = without(state, key)
        assert state.constraints == ()
        assert state.words == "view"

    def test_a_chip_that_is_not_there_changes_no_wish(self) -> None:
        state = started(self.start)
        assert without(state, "brand").constraints == state.constraints

    def test_products_shown_may_come_again(self) -> None:
        state = say(started("tents under $200", page="tent-2 tent-4"), "something else")
        assert left(without(state, "price")) == {p.id for p in PRODUCTS if "Tents" in p.category}


class TestPages:
    def test_shown_products_gather_without_repeats(self) -> None:
        state = with_page(with_page(Dialogue(), ["a", "b"]), ["b", "c"])
        assert (state.last, state.shown) == (("b", "c"), ("a", "b", "c"))

    def test_an_empty_page_leaves_the_last_one_to_point_at(self) -> None:
        state = with_page(Dialogue(), ["a"])
        assert with_page(state, []) == state


# -- any conversation ----------------------------------------------------------------------------------------------

messages = st.sampled_from(
    """tents|a blue tent|kettles|under $200|over $100|between $50 and $150|in red|not red|blue or red|leather
    |not leather|no wool|waterproof|not waterproof|Brindle|not Brindle|no kettles|for hiking|XL|for 4 people
    |under 2 kg|cheaper|the second one, but bigger|more like the first|something else|a light tent|in stock|jeans
    |for the rain|thanks|start over|cheap|😀""".replace("\n", "").split("|")
).map(str.strip)
conversations = st.lists(messages, min_size=1, max_size=6)


def plainly(filter: Filter, product: Product) -> bool:
    """The filter of a conversation read in plain Python; weights are all in kg or g in this shop."""
    path = [name.lower() for name in product.category]
    bounds = (filter.price_min, filter.price_max)
    if bounds != (None, None):
        low, high = (limit if limit is not None else other for limit, other in zip(bounds, (0, 1e9), strict=True))
        if product.price is None or not low - 1e-6 <= product.price <= high + 1e-6:
            return False
    if filter.in_stock and product.stock == 0:
        return False
    if filter.categories and not any(name in filter.categories for name in path):
        return False
    if any(name in filter.not_categories for name in path) or product.id in filter.exclude_ids:
        return False
    brand = product.brand.lower()
    if (filter.brands and brand not in filter.brands) or brand in filter.not_brands:
        return False
    for test in filter.attributes:
        value = product.attributes.get(test.attribute)
        if test.flag is not None:
            stated = value is test.flag
        elif test.any_of:
            items = [value] if isinstance(value, str) else list(value) if isinstance(value, tuple) else []
            stated = any(item.lower() in test.any_of for item in items)
        elif isinstance(value, Quantity):
            to_grams = {"kg": 1000.0, "kilogram": 1000.0, "g": 1.0}
            stated = (value.unit in to_grams) == (test.unit in to_grams) and (
                (value.unit in to_grams or value.unit == test.unit.replace("people", "persons").lower())
                and (test.low or 0) * to_grams.get(test.unit, 1) <= value.value * to_grams.get(value.unit, 1) + 1e-6
                and value.value * to_grams.get(value.unit, 1) - 1e-6
                <= (1e9 if test.high is None else test.high) * to_grams.get(test.unit, 1)
            )
        else:
            stated = False
        if stated == test.negated:
            return False
    return True


class TestAnyConversation:
    @given(conversations)
    def test_one_wish_a_key_and_the_filter_admits_what_it_says(self, said: list[str]) -> None:
        state = Dialogue(history=PAST)
        for message in said:
            state = with_page(say(state, message), sorted(left(state))[:3])
            by_key(state.constraints)
            filter = as_filter(state.constraints, state.shown if state.exclude_shown else ())
            assert left(state) == {p.id for p in PRODUCTS if plainly(filter, p)}
            assert state.history == PAST

    @given(conversations)
    def test_taking_every_chip_off_leaves_nothing_to_filter(self, said: list[str]) -> None:
        before = state = say(Dialogue(), *said)
        for constraint in before.constraints:
            state = without(state, constraint.key)
        assert as_filter(state.constraints).is_empty
        assert state.words == (state.extra if before.constraints else before.words)

    @given(conversations, conversations)
    def test_merging_keeps_the_new_and_one_of_each_key(self, first: list[str], second: list[str]) -> None:
        old, new = say(Dialogue(), *first).constraints, say(Dialogue(), *second).constraints
        both = merged(old, new)
        unpriced = {c for c in both if c.kind != "price"}  # two bounds said apart become one range
        assert {c for c in new if c.kind != "price"} <= unpriced <= set(old) | set(new)
        assert {c.key for c in new} <= set(by_key(both))
        assert merged(both, new) == both
        assert merged(old, ()) == old

    @given(conversations)
    def test_soft_wishes_never_filter(self, said: list[str]) -> None:
        constraints = say(Dialogue(), *said).constraints
        softened = [replace(c, hard=False) for c in constraints]
        assert as_filter(softened).is_empty


class TestComposing:
    def test_what_is_wanted_by_name_then_the_free_words(self) -> None:
        wishes = by_key(started("a blue tent from Brindle under $200, not wool").constraints).values()
        words = composed(wishes, "for rain")
        assert words.endswith("for rain")
        assert {"tents", "blue", "brindle"} <= set(words.casefold().split())
        assert not {"wool", "200", "$200"} & set(words.split())

    def test_nothing_wanted_is_nothing_said(self) -> None:
        assert composed((), "") == ""
        assert composed([Constraint("price", "price", "under $5", high=5)], "") == ""


def test_variety_outlives_the_wish_and_lets_the_page_be_chosen_anew() -> None:
    state = with_variety(started("a tent", page="tent-2 tent-4"), 0.6)
    assert state.shown == ()
    for message in ("in blue", "show me kettles", "start over"):
        state = say(state, message)
        assert state.variety == 0.6
    assert without(state, "category").variety == 0.6


def test_something_else_then_the_slider_does_not_bring_back_the_first_page() -> None:
    state = with_page(say(started("a tent", page="tent-2"), "something else"), ["tent-4"])
    assert "tent-2" not in left(with_variety(state, 1.0))
    assert "tent-4" in left(with_variety(state, 1.0))


# -- what a message does to the wishes that stand ------------------------------------------------------------------


def change(*messages: str, page: str = "") -> str:
    """What the last message did, said after the others."""
    before = started(*messages[:-1], page=page)
    last = [BY_ID[id] for id in before.last]
    request = understand(messages[-1], READER, context=before.constraints, names=[p.title for p in last])
    return change_made(before, apply(before, request, last, READER.facets, "USD"), request)


class TestWhatWasDone:
    @pytest.mark.parametrize(
        ("messages", "done"),
        [
            (("a tent",), "search"),
            (("a tent under $200", "kettles"), "search"),
            (("tents", "in blue"), "refine"),
            (("tents", "under $200"), "refine"),
            (("tents under $200", "under $100"), "refine"),
            (("tents under $200", "up to $400"), "relax"),
            (("tents over $100", "over $50"), "relax"),
            (("blue tents", "any colour will do"), "relax"),
            (("tents under $200", "forget the budget"), "relax"),
            (("tents in red", "in blue"), "replace"),
            (("tents from Brindle", "Northlea"), "replace"),
            (("tents from Brindle", "not Brindle"), "replace"),
            (("a tent", "no, I meant a kettle"), "replace"),
        ],
    )
    def test_adding_taking_back_and_putting_in_anothers_place(self, messages: tuple[str, ...], done: str) -> None:
        assert change(*messages) == done

    def test_cheaper_narrows(self) -> None:
        assert change("tents under $400", "cheaper", page="tent-2 tent-4") == "refine"


class TestTakingBack:
    @pytest.mark.parametrize(
        ("first", "second", "kept"),
        [
            ("a blue tent under $200", "any colour", "category price"),
            ("a blue tent under $200", "budget doesn't matter", "category attribute:colour"),
            ("a blue tent from Brindle", "any brand is fine, but in red", "category attribute:colour"),
        ],
    )
    def test_the_wish_goes_and_its_words_with_it(self, first: str, second: str, kept: str) -> None:
        state = started(first, second)
        assert keys(state) == set(kept.split())
        assert ("blue" in state.words) == ("blue" in {c.label for c in state.constraints})


class TestCorrecting:
    def test_the_budget_of_a_misread_kind_stays_and_nothing_else(self) -> None:
        state = started("a blue tent under $100", "no, I meant a kettle")
        assert keys(state) == {"category", "price"}
        assert left(state) == {"kettle-quiet", "kettle-plain", "kettle-small"}

    def test_its_own_budget_comes_first(self) -> None:
        state = started("a tent under $100", "no, I meant a kettle under $30")
        assert left(state) == {"kettle-small"}


class TestCarryingOver:
    @pytest.mark.parametrize(
        ("message", "kept"),
        [
            ("a kettle under the same budget", "category price"),
            ("the same for a kettle", "category price attribute:colour"),
            ("the same for a kettle, just the colour", "category attribute:colour"),
            ("a kettle", "category"),
        ],
    )
    def test_what_is_named_holds_for_the_next_thing(self, message: str, kept: str) -> None:
        state = started("a black tent under $50", message)
        assert keys(state) == set(kept.split())
        assert by_key(state.constraints)["category"].values == ("kettles",)

    def test_a_new_wish_of_the_same_key_wins(self) -> None:
        state = started("a tent under $50", "same requirements for a kettle, but under $30")
        assert by_key(state.constraints)["price"].high == 30


class TestPointingAtTraits:
    page = "tent-2 tent-light"

    @pytest.mark.parametrize(
        ("message", "ids"),
        [
            ("not that brand", "tent-light tent-6"),  # the brand of the first
            ("the second one, but a different brand", "tent-2 tent-4"),
            ("the first one, a different colour", "tent-4 tent-light tent-6"),
        ],
    )
    def test_what_the_product_has_is_refused(self, message: str, ids: str) -> None:
        assert left(say(started("tents", page=self.page), message)) == set(ids.split())

    def test_of_the_one_last_spoken_of(self) -> None:
        state = replace(started("tents", page=self.page), focus=("tent-light",))
        assert left(say(state, "not that brand")) == {"tent-2", "tent-4"}

    def test_what_it_does_not_state_is_no_wish(self) -> None:
        state = started("knives", page="knife-chef")
        assert say(state, "the same colour").constraints == state.constraints


class TestRefusing:
    @pytest.mark.parametrize(
        "message", ["I don't like the second one", "not the second one", "the second is too heavy"]
    )
    def test_the_one_that_is_refused_is_not_shown_again(self, message: str) -> None:
        state = say(started("tents", page="tent-2 tent-4"), message)
        assert state.refused == ("tent-4",)
        assert state.like == ""

    def test_for_this_wish_only(self) -> None:
        assert say(started("tents", page="tent-2 tent-4"), "not the second one", "kettles").refused == ()

    def test_each_once(self) -> None:
        state = say(
            started("tents", page="tent-2 tent-4"), "not the second one", "not the second one", "not the first one"
        )
        assert state.refused == ("tent-4", "tent-2")


class TestContradictions:
    def test_the_answer_takes_the_place_of_both(self) -> None:
        state = started("tents under $20 and over $150")
        price = by_key(state.constraints)["price"]
        assert (price.low, price.high) == (150, 20)
        for answer, ids in (("over $150", "tent-4 tent-light tent-6"), ("under $20", ""), ("under $130", "tent-2")):
            assert left(say(state, answer)) == set(ids.split())
