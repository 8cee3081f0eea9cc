"""Several things in one message: what they are, what the sum may be, and which together are best."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.dialogue import Dialogue
from assistant.plans import (
    MOST_ITEMS,
    Several,
    added,
    combined,
    is_addition,
    is_only,
    part_of,
    planned,
    several_in,
    total_in,
    with_part,
    with_total,
)
from assistant.ranking import Ranked
from assistant.understand import understand
from tests.assistant.shop import by_key, make_reader
from tests.toys import toy_product

READER = make_reader()


def several(message: str) -> Several:
    found = several_in(message, READER)
    assert found is not None
    return found


def things(found: Several) -> list[str]:
    return [wish.name for wish, _ in found.parts]


def plan(message: str) -> Dialogue:
    return planned(Dialogue(), several(message))


class TestSeveral:
    @pytest.mark.parametrize(
        ("message", "names"),
        [
            ("a tent and a kettle", "tents, kettles"),
            ("a tent, a kettle and headphones", "tents, kettles, headphones"),
            ("I need a tent plus two sleeping bags", "tents, sleeping bags"),
            ("a 2-person tent, a 45 l backpack", "tents, backpacks"),
            ("tent + sleeping bag", "tents, sleeping bags"),
            ("a tent and a kitchen knife", "tents, kitchen knives"),
            ("a tent and a ketle", "tents, kettles"),
            ("a tent as well as a jacket in red", "tents, jackets"),
            ("camping gear: tent, sleeping bag", "tents, sleeping bags"),
            ("I'm looking for a kettle and a tent", "kettles, tents"),
            ("for the kitchen: a kettle and a coffee maker", "kettles, coffee makers"),
        ],
    )
    def test_each_kind_of_thing_is_one(self, message: str, names: str) -> None:
        assert ", ".join(things(several(message))) == names

    @pytest.mark.parametrize(
        "message",
        ["a tent", "a tent or a kettle", "a tent in blue and green", "a tent, not a kettle",
         "a waterproof and light tent",
         "a tent under $200 and over $100", "hello and thanks", "", "a tent for hiking and travel"],
    )  # fmt: skip
    def test_one_thing_or_a_choice_is_no_plan(self, message: str) -> None:
        assert several_in(message, READER) is None

    def test_each_has_its_own_wishes(self) -> None:
        found = several("a blue tent for 4 people and a steel kettle")
        wishes = {wish.name: {c.label for c in own} for wish, own in found.parts}
        assert wishes["tents"] == {"tents", "blue", "4 persons"}
        assert wishes["kettles"] == {"kettles", "steel"}
        assert all(c.item == wish.name and c.key.startswith(f"{wish.name}/") for wish, own in found.parts for c in own)

    def test_a_number_before_a_thing_counts_it(self) -> None:
        assert [wish.count for wish, _ in several("a tent and two sleeping bags").parts] == [1, 2]
        assert [wish.count for wish, _ in several("a 2-person tent and 3 kettles").parts] == [1, 3]

    @pytest.mark.parametrize(
        ("message", "high"),
        [
            ("a tent and a kettle, under $300 in all", 300),
            ("a tent and a kettle for $300 together", 300),
            ("altogether 300: a tent and a kettle", 300),
            ("a tent and a kettle under $300", 300),
            ("a tent under $200 and a kettle under $50, total 220", 220),
            ("a tent under $200 and a kettle under $50", None),
            ("a tent and a kettle", None),
        ],
    )
    def test_a_sum_is_for_all_of_them(self, message: str, high: float | None) -> None:
        total = several(message).total
        assert (None if total is None else total.high) == high

    def test_a_limit_beside_a_thing_is_its_own(self) -> None:
        found = several("a tent under $200 and a kettle under $50")
        prices = {wish.name: [c.high for c in own if c.kind == "price"] for wish, own in found.parts}
        assert prices == {"tents": [200], "kettles": [50]}

    def test_what_is_too_much_is_named(self) -> None:
        kinds = ["a tent", "a kettle", "headphones", "a backpack", "a sleeping bag", "a jacket", "a coffee maker",
                 "hiking boots", "a kitchen knife", "a memory card"]  # fmt: skip
        found = several(", ".join(kinds[:-1]) + " and " + kinds[-1])
        assert len(found.parts) == MOST_ITEMS
        assert found.left_out == ("coffee makers", "hiking boots", "kitchen knives", "memory cards")

    @given(
        st.lists(
            st.sampled_from("tent kettle jacket backpack headphones , and or under $50 two 300 in all ".split()),
            max_size=12,
        )
    )
    def test_any_message_is_a_plan_of_things_that_are_sold_or_none(self, said: list[str]) -> None:
        found = several_in(" ".join(said), READER)
        if found is not None:
            assert 2 <= len(found.parts) <= MOST_ITEMS
            assert len(set(things(found))) == len(found.parts)
            by_key([c for _, own in found.parts for c in own])


class TestChanging:
    def test_a_plan_is_its_things_and_the_sum(self) -> None:
        state = plan("a blue tent and a kettle, under $300 in all")
        assert [w.name for w in state.plan] == ["tents", "kettles"]
        assert [c.item for c in state.constraints] == ["tents", "tents", "kettles", ""]
        assert by_key(state.constraints)["total"].high == 300

    def test_a_part_alone_is_a_wish_like_any_other(self) -> None:
        state = plan("a blue tent and a kettle")
        part = part_of(state, state.plan[0])
        assert set(by_key(part.constraints)) == {"category", "attribute:colour"}
        assert not any(c.item for c in part.constraints)
        assert "kettle" not in part.words

    def test_a_part_put_back_unchanged_changes_nothing(self) -> None:
        state = plan("a blue tent and a steel kettle, under $300 in all")
        for wish in state.plan:
            again = with_part(state, wish, part_of(state, wish))
            assert set(again.constraints) == set(state.constraints)
            assert [w.name for w in again.plan] == [w.name for w in state.plan]

    def test_another_sum_takes_the_place_of_the_old(self) -> None:
        state = plan("a tent and a kettle, under $300 in all")
        total = total_in("make it 400 in all", "USD")
        assert total is not None
        assert [c.high for c in with_total(state, total).constraints if c.kind == "total"] == [400]

    def test_one_more_thing(self) -> None:
        state = added(plan("a tent and a kettle, under $300 in all"), understand("and a red jacket too", READER))
        assert [w.name for w in state.plan] == ["tents", "kettles", "jackets"]
        assert state.constraints[-1].kind == "total"
        assert "jackets/attribute:colour" in by_key(state.constraints)

    @pytest.mark.parametrize(
        ("message", "high"),
        [("the total can be 400", 400), ("up to $350", 350), ("350 in all", 350), ("budget 250", 250),
         ("in blue", None), ("cheaper", None), ("for 4 people", None), ("between us", None)],
    )  # fmt: skip
    def test_a_new_sum(self, message: str, high: float | None) -> None:
        total = total_in(message, "USD")
        assert (None if total is None else total.high) == high

    @pytest.mark.parametrize(
        ("message", "adds", "only"),
        [("and a headlamp too", True, False), ("also a kettle", True, False), ("just the tent", False, True),
         ("only the kettle", False, True), ("a kettle", False, False), ("and just the kettle", False, True)],
    )  # fmt: skip
    def test_adding_and_keeping_one(self, message: str, adds: bool, only: bool) -> None:
        assert (is_addition(message), is_only(message)) == (adds, only)


def ranked(price: float | None, score: float, number: int = 0) -> Ranked:
    return Ranked(toy_product(number, id=f"{price}-{score}", price=price), {}, {"words": score}, ())


priced = st.lists(st.tuples(st.integers(1, 50), st.integers(0, 20)), min_size=1, max_size=4)


class TestCombining:
    def test_the_best_of_each_where_money_is_no_matter(self) -> None:
        found = combined(
            {"a": [ranked(90, 5), ranked(10, 1)], "b": [ranked(80, 4), ranked(5, 3)]}, {"a": 1, "b": 1}, None
        )
        assert found is not None
        assert (found.total, found.fits) == (170, True)

    def test_under_a_sum_the_best_that_fits_together(self) -> None:
        lists = {"a": [ranked(90, 5), ranked(10, 1)], "b": [ranked(80, 4), ranked(5, 3)]}
        found = combined(lists, {"a": 1, "b": 1}, 100)
        assert found is not None
        assert ([r.product.price for r in found.chosen], found.total, found.fits) == ([90, 5], 95, True)

    def test_two_of_a_thing_cost_twice(self) -> None:
        found = combined({"a": [ranked(60, 5), ranked(40, 1)]}, {"a": 2}, 100)
        assert found is not None
        assert (found.chosen[0].product.price, found.total) == (40, 80)

    def test_where_nothing_fits_the_cheapest_and_said_so(self) -> None:
        found = combined({"a": [ranked(90, 5), ranked(10, 1)], "b": [ranked(80, 4)]}, {"a": 1, "b": 1}, 50)
        assert found is not None
        assert (found.total, found.fits) == (90, False)

    def test_a_thing_without_a_price_cannot_be_summed(self) -> None:
        assert combined({"a": [ranked(None, 5)], "b": [ranked(80, 4)]}, {"a": 1, "b": 1}, None) is None
        assert combined({}, {}, None) is None

    @given(st.lists(priced, min_size=1, max_size=3), st.integers(1, 120) | st.none(), st.integers(1, 2))
    def test_no_combination_under_the_sum_scores_better(
        self, prices: list[list[tuple[int, int]]], limit: int | None, count: int
    ) -> None:
        lists = {str(n): [ranked(float(p), float(s)) for p, s in own] for n, own in enumerate(prices)}
        counts = {name: count if name == "0" else 1 for name in lists}
        found = combined(lists, counts, None if limit is None else float(limit))
        assert found is not None
        every = [
            (
                sum(r.score for r in chosen),
                sum(counts[n] * (r.product.price or 0) for n, r in zip(lists, chosen, strict=True)),
            )
            for chosen in itertools.product(*lists.values())
        ]
        within = [(score, spent) for score, spent in every if limit is None or spent <= limit]
        assert found.fits == bool(within)
        if within:
            assert sum(r.score for r in found.chosen) == max(score for score, _ in within)
            assert limit is None or found.total <= limit
        else:
            assert found.total == min(spent for _, spent in every)
