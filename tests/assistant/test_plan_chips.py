"""A plan of several things, chip by chip: what stands when one is taken off."""

from __future__ import annotations

import pytest

from assistant.dialogue import Dialogue, without
from assistant.plans import part_of, planned, several_in
from tests.assistant.shop import make_reader

READER = make_reader()


def plan(message: str) -> Dialogue:
    several = several_in(message, READER)
    assert several is not None
    return planned(Dialogue(), several)


def keys(state: Dialogue) -> list[str]:
    return [c.key for c in state.constraints]


class TestTakingChipsOff:
    THREE = "a green tent, two kettles and a backpack, under $600 in all"

    def test_a_wish_of_one_thing_leaves_the_others(self) -> None:
        state = plan(self.THREE)
        after = without(state, "tents/attribute:colour")
        assert set(keys(state)) - set(keys(after)) == {"tents/attribute:colour"}
        assert [wish.name for wish in after.plan] == ["tents", "kettles", "backpacks"]
        assert "green" not in after.plan[0].words
        assert "green" not in part_of(after, after.plan[0]).words
        assert after.plan[1:] == state.plan[1:]

    def test_the_sum(self) -> None:
        after = without(plan(self.THREE), "total")
        assert "total" not in keys(after)
        assert len(after.plan) == 3

    def test_the_kind_takes_the_whole_thing_with_it(self) -> None:
        after = without(plan(self.THREE), "tents/category")
        assert [wish.name for wish in after.plan] == ["kettles", "backpacks"]
        assert {c.item for c in after.constraints} == {"kettles", "backpacks", ""}
        assert "tent" not in after.words

    def test_what_is_left_of_two_is_a_plain_wish_within_the_sum(self) -> None:
        state = without(plan("a green tent and a kettle, under $600 in all"), "kettles/category")
        assert not state.plan
        assert keys(state) == ["category", "attribute:colour", "price"]
        assert [c.label for c in state.constraints] == ["tents", "green", "under $600"]
        assert state.constraints[-1].high == 600
        assert {c.item for c in state.constraints} == {""}

    def test_a_narrower_price_of_its_own_stays(self) -> None:
        state = plan("a tent under $200 and a kettle, together at most $600")
        assert "tents/price" in keys(state)
        after = without(state, "kettles/category")
        assert [c.high for c in after.constraints if c.kind == "price"] == [200]

    def test_several_of_one_thing_keep_their_sum(self) -> None:
        after = without(plan("a tent and two kettles, under $600 in all"), "tents/category")
        assert [(wish.name, wish.count) for wish in after.plan] == [("kettles", 2)]
        assert keys(after) == ["kettles/category", "total"]

    def test_with_the_last_thing_everything_goes(self) -> None:
        state = plan("a tent and two kettles, under $600 in all")
        for key in ("tents/category", "kettles/category"):
            state = without(state, key)
        assert (state.constraints, state.plan, state.words) == ((), (), "")

    @pytest.mark.parametrize("key", ["tents", "price", "tents/price", "/category", ""])
    def test_a_key_that_stands_nowhere_changes_no_wish(self, key: str) -> None:
        state = plan(self.THREE)
        assert without(state, key).constraints == state.constraints
        assert without(state, key).plan == state.plan
