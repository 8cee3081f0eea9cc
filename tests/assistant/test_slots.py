"""The wishes in one message: which of the catalogue's terms each word comes to, and which it does not."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.types import Constraint
from assistant.understand import understand
from tests.assistant.shop import by_key, make_reader

READER = make_reader()


def wishes(message: str, context: Sequence[Constraint] = ()) -> dict[str, Constraint]:
    return by_key(understand(message, READER, context=context).constraints)


def labels(message: str, context: Sequence[Constraint] = ()) -> dict[str, str]:
    return {key: c.label for key, c in wishes(message, context).items()}


TENTS = understand("tents", READER).constraints


class TestKinds:
    @pytest.mark.parametrize(
        ("message", "kinds"),
        [
            ("a tent", "tents"),
            ("tents or kettles", "tents, kettles"),
            ("a kitchen knife", "kitchen knives"),  # not all of the kitchen
            ("a kettle for the kitchen", "kettles"),
            ("camping gear", "camping"),
            ("something for the kitchen", "kitchen"),
        ],
    )
    def test_the_narrowest_that_is_named(self, message: str, kinds: str) -> None:
        assert set(wishes(message)["category"].values) == set(kinds.split(", "))

    def test_a_use_is_no_kind_where_another_is_named(self) -> None:
        assert labels("a knife for camping")["category"] == "kitchen knives"

    def test_a_kind_that_is_refused(self) -> None:
        found = wishes("something for camping, no tents")
        refused = [c for c in found.values() if c.kind == "category" and c.negated]
        assert [c.values for c in refused] == [("tents",)]


class TestValues:
    @pytest.mark.parametrize(
        ("message", "key", "values"),
        [
            ("a blue or red tent", "attribute:colour", "navy blue, red, burgundy"),
            ("a navy blue tent", "attribute:colour", "navy blue"),
            ("steel or plastic kettles", "attribute:material", "steel, plastic"),
        ],
    )
    def test_several_of_one_attribute_are_a_choice(self, message: str, key: str, values: str) -> None:
        test = wishes(message)[key].test
        assert test is not None
        assert test.any_of == set(values.split(", "))

    def test_green_not_blue_asks_for_green(self) -> None:
        assert set(labels("a tent, green, not blue")) == {"category", "attribute:colour"}

    @pytest.mark.parametrize(
        "message", ["a tent, ideally blue", "a tent, blue if possible", "a tent, preferably in blue"]
    )
    def test_an_ideal_only_ranks(self, message: str) -> None:
        found = wishes(message)
        assert not found["attribute:colour"].hard
        assert found["category"].hard

    def test_only_the_part_said_to_be_an_ideal_is_one(self) -> None:
        found = wishes("a waterproof tent, ideally blue, under $200")
        assert not found["attribute:colour"].hard
        assert found["price"].hard

    def test_what_no_listing_of_that_kind_speaks_of_is_a_word(self) -> None:
        request = understand("a bluetooth kettle", READER)
        assert set(by_key(request.constraints)) == {"category"}
        assert "bluetooth" in request.extra

    def test_a_wish_is_read_in_the_kind_that_stands(self) -> None:
        light = wishes("light", TENTS)["attribute:weight"]
        assert light.note == "the lightest third of our tents"
        assert light.test is not None
        assert light.test.high == 2.8  # kg: the lighter two are of 1.4 and 2.8


class TestAmounts:
    @pytest.mark.parametrize(
        ("message", "label"),
        [
            ("under 20 and over 50", "under $20, over $50"),
            ("over $50 and under $20", "over $50, under $20"),
        ],
    )
    def test_limits_that_contradict_stay_as_said(self, message: str, label: str) -> None:
        price = wishes(message, TENTS)["price"]
        assert (price.low, price.high, price.label) == (50, 20, label)

    def test_limits_that_agree_are_a_range(self) -> None:
        price = wishes("a tent over $50 and under $200")["price"]
        assert (price.low, price.high) == (50, 200)

    @pytest.mark.parametrize(
        ("before", "message", "low", "high"),
        [
            ("tents under $200", "ok 300 then", None, 300),
            ("tents under $200", "150", None, 150),
            ("tents over $200", "300 then", 300, None),
        ],
    )
    def test_a_bare_number_speaks_of_the_limit_that_stands(
        self, before: str, message: str, low: float | None, high: float | None
    ) -> None:
        price = wishes(message, understand(before, READER).constraints)["price"]
        assert (price.low, price.high) == (low, high)

    def test_a_count_is_no_price(self) -> None:
        assert "price" not in wishes("a backpack with at least 3 pockets")

    def test_a_measure_is_of_the_attribute_named(self) -> None:
        found = wishes("a backpack of at least 40 l under 2 kg")
        assert set(found) == {"category", "attribute:volume", "attribute:weight"}
        volume, weight = found["attribute:volume"].test, found["attribute:weight"].test
        assert volume is not None
        assert weight is not None
        assert (volume.low, weight.high) == (40, 2)


WORDS = (
    "tent kettle blue red not or and under over $50 20 kg 2 l ideally waterproof brindle , size xl for light cheap no"
)


@given(st.lists(st.sampled_from(WORDS.split()), max_size=9).map(" ".join))
def test_one_wish_a_key_whatever_is_said(message: str) -> None:
    for c in wishes(message).values():
        assert c.label
        assert c.test is None or c.test.any_of or c.test.flag is not None or (c.test.low, c.test.high) != (None, None)
