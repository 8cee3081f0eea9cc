"""What a message does to the wishes that stand, told by the keys of those wishes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.steering import is_widening, steering_in
from assistant.types import Constraint
from assistant.understand import understand
from retrieval.text import fold
from tests.assistant.shop import make_reader

READER = make_reader()


def standing(message: str) -> tuple[Constraint, ...]:
    return understand(message, READER).constraints


TENT = standing("a waterproof blue tent from Brindle under $200, in stock")
KEYS = {c.key for c in TENT}


def dropped(message: str) -> set[str]:
    return set(steering_in(fold(message), TENT).dropped)


class TestTakingBack:
    @pytest.mark.parametrize(
        ("message", "keys"),
        [
            ("any colour will do", "attribute:colour"),
            ("any color is fine", "attribute:colour"),
            ("the colour doesn't matter", "attribute:colour"),
            ("colour isnt important", "attribute:colour"),
            ("I don't care about the brand", "brand"),
            ("forget the budget", "price"),
            ("budget is no object", "price"),
            ("never mind the price", "price"),
            ("it doesn't have to be waterproof", "attribute:waterproof"),
            ("doesn't need to be blue", "attribute:colour"),
            ("no need for waterproof", "attribute:waterproof"),
            ("whatever brand", "brand"),
            ("any brand, any colour", "brand attribute:colour"),
            ("drop the brand", "brand"),
            ("it needn't be in stock", "stock"),
        ],
    )
    def test_the_wish_that_is_named_goes(self, message: str, keys: str) -> None:
        assert dropped(message) == set(keys.split())

    @pytest.mark.parametrize(
        "message",
        ["in red", "a tent", "under $100", "not blue", "the price is too high", "does it matter?", "I like the colour",
         "any other tents?", "any of these", "which brand is it?", "nothing over $100"],
    )  # fmt: skip
    def test_nothing_goes_where_nothing_is_taken_back(self, message: str) -> None:
        assert dropped(message) == set()

    def test_what_does_not_stand_is_heard_and_changes_nothing(self) -> None:
        steering = steering_in("any size will do", TENT)
        assert (steering.dropped, steering.takes_back) == ((), True)

    def test_not_needed_takes_back_the_wish_made_last(self) -> None:
        assert steering_in("not needed then", TENT).dropped == (TENT[-1].key,)
        assert steering_in("not needed then", ()).dropped == ()


class TestCorrecting:
    @pytest.mark.parametrize(
        "message", ["no, I meant a lamp", "sorry, i meant kettles", "oops, i ment a tent", "no, a kettle"]
    )
    def test_a_slip_is_heard(self, message: str) -> None:
        assert steering_in(fold(message), TENT).corrects

    @pytest.mark.parametrize("message", ["no wool", "a lamp", "what do you mean?", "not blue", "no kettles"])
    def test_a_refusal_is_no_correction(self, message: str) -> None:
        assert not steering_in(fold(message), TENT).corrects


class TestTraits:
    @pytest.mark.parametrize(
        ("message", "traits"),
        [
            ("not that brand", (("brand", False),)),
            ("another brand", (("brand", False),)),
            ("a different colour", (("colour", False),)),
            ("the same colour", (("colour", True),)),
            ("same material", (("material", True),)),
            ("in blue", ()),
            ("another one", ()),
        ],
    )
    def test_what_a_product_has_is_wanted_or_not(self, message: str, traits: tuple[tuple[str, bool], ...]) -> None:
        assert steering_in(message, TENT).traits == traits


class TestCarryingOver:
    @pytest.mark.parametrize(
        ("message", "keys"),
        [
            ("a kettle under the same budget, same price", "price"),
            ("same budget for a kettle", "price"),
            ("a kettle with the same requirements", " ".join(KEYS - {"category"})),
            ("the same for a kettle, just the colour", "attribute:colour"),
            ("a kettle", ""),
            ("the same one again", ""),
        ],
    )
    def test_only_what_is_asked_to_hold_again(self, message: str, keys: str) -> None:
        assert set(steering_in(message, TENT).carried) == set(keys.split())

    def test_the_kind_of_thing_is_never_carried(self) -> None:
        assert "category" not in steering_in("the same for a kettle", TENT).carried


class TestRefusing:
    @pytest.mark.parametrize(
        "message", ["I don't like the second", "not the first one", "the second is too heavy", "i hate the third one"]
    )
    def test_a_product_is_refused(self, message: str) -> None:
        assert steering_in(fold(message), TENT).refuses

    @pytest.mark.parametrize("message", ["I like the second", "the first one", "not blue", "not the first brand"])
    def test_liking_is_no_refusal(self, message: str) -> None:
        assert not steering_in(fold(message), TENT).refuses


def limit(low: float | None = None, high: float | None = None) -> Constraint:
    return Constraint("price", "price", "", low=low, high=high)


class TestWidening:
    @pytest.mark.parametrize(
        ("old", "new", "wider"),
        [
            (limit(high=200), limit(high=300), True),
            (limit(high=300), limit(high=200), False),
            (limit(high=200), limit(high=200), False),
            (limit(low=100), limit(low=50), True),
            (limit(low=50, high=100), limit(high=100), True),
            (limit(high=100), limit(low=50, high=100), False),
            (limit(low=50, high=100), limit(low=60, high=200), False),
        ],
    )
    def test_what_lets_more_in_is_wider(self, old: Constraint, new: Constraint, wider: bool) -> None:
        assert is_widening(old, new) is wider

    @given(*(st.none() | st.floats(0, 1e6) for _ in range(4)))
    def test_of_two_limits_at_most_one_is_the_wider(
        self, a: float | None, b: float | None, c: float | None, d: float | None
    ) -> None:
        one, other = limit(a, b), limit(c, d)
        assert not (is_widening(one, other) and is_widening(other, one))
        assert not is_widening(one, one)


@given(st.text(max_size=120))
def test_any_message_steers_only_what_stands(message: str) -> None:
    steering = steering_in(fold(message), TENT)
    assert set(steering.dropped) | set(steering.carried) <= KEYS
    assert all(0 <= start <= end <= len(fold(message)) for start, end in steering.spans)
