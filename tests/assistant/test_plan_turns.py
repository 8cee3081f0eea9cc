"""Conversations about several things at once, over the small shop."""

from __future__ import annotations

import pytest

from assistant.clerk import Clerk
from tests.assistant.talk import Talk, ids

START = "a tent and a kettle, under $200 in all"


@pytest.fixture
def talk(talking_clerk: Clerk) -> Talk:
    return Talk(talking_clerk)


def prices(talk: Talk) -> float:
    return sum(r.product.price or 0 for r in talk.given.recommendations)


class TestThePage:
    def test_one_product_for_each_under_the_sum(self, talk: Talk) -> None:
        given = talk.say(START)
        assert given.plan == ("tents", "kettles")
        assert [r.product.category[-1] for r in given.recommendations] == ["Tents", "Kettles"]
        assert prices(talk) <= 200
        assert f"${prices(talk):.2f} together, within $200" in given.reply

    def test_what_does_not_fit_is_said_and_the_least_expensive_shown(self, talk: Talk) -> None:
        given = talk.say("a tent and a kettle, under $50 in all")
        assert ids(given) == "tent-2 kettle-small"
        assert given.absence == "not_with_that"
        assert "$145.00 at the least, which is over $50" in given.reply

    def test_a_count_is_paid_for(self, talk: Talk) -> None:
        given = talk.say("a tent and two sleeping bags, under $250 in all")
        assert "2 × sleeping bags" in given.reply
        assert "for $240.00 together" in given.reply  # 120 + 2 x 60

    def test_a_wish_that_nothing_meets_is_left_aside_openly(self, talk: Talk) -> None:
        given = talk.say("a tent and a purple kettle under 1 litre in red, 500 in all")
        assert given.plan == ("tents", "kettles")
        assert given.recommendations

    def test_ten_things_at_once(self, talk: Talk) -> None:
        given = talk.say(
            "a tent, a kettle, headphones, a backpack, a sleeping bag, hiking boots, a jacket, a coffee maker, "
            "a kitchen knife and a memory card"
        )
        assert len(given.recommendations) == len(given.plan) == 6
        assert "ask me for jackets, coffee makers, kitchen knives and memory cards next" in given.reply

    def test_ids_of_reasons_are_unique(self, talk: Talk) -> None:
        given = talk.say("a red tent, a red kettle and a red jacket")
        told = [reason.id for r in given.recommendations for reason in r.reasons]
        assert len(told) == len(set(told))


class TestChanging:
    @pytest.mark.parametrize(
        ("message", "shown"),
        [
            ("the kettle in red", "tent-2 kettle-small"),
            ("a white kettle please", "tent-2"),  # 89 would be over what is left
            ("the total can be 150", "tent-2 kettle-small"),
            ("the second one in red", "tent-2 kettle-small"),
        ],
    )
    def test_a_wish_for_one_changes_that_one(self, talk: Talk, message: str, shown: str) -> None:
        talk.say(START)
        given = talk.say(message)
        assert given.plan == ("tents", "kettles")
        assert ids(given).startswith(shown)

    def test_cheaper_is_cheaper_in_all(self, talk: Talk) -> None:
        talk.say("a tent and a kettle")
        before = prices(talk)
        talk.say("cheaper")
        assert prices(talk) < before

    def test_one_more_thing_joins(self, talk: Talk) -> None:
        talk.say("a tent and a kettle")
        assert talk.say("and a red jacket too").plan == ("tents", "kettles", "jackets")

    def test_only_one_of_them_ends_the_plan(self, talk: Talk) -> None:
        talk.say("a tent and a red kettle")
        given = talk.say("just the kettle")
        assert (given.plan, ids(given)) == ((), "kettle-small")

    def test_something_else_shows_none_of_them_again(self, talk: Talk) -> None:
        first = talk.say("a tent and a kettle")
        second = talk.say("something else")
        assert second.plan == first.plan
        assert not set(ids(first).split()) & set(ids(second).split())

    def test_another_kind_of_thing_ends_it(self, talk: Talk) -> None:
        talk.say("a tent and a kettle")
        given = talk.say("show me headphones")
        assert given.plan == ()
        assert {c.key for c in given.constraints} == {"category"}

    def test_a_budget_taken_back_goes_for_all(self, talk: Talk) -> None:
        talk.say(START)
        given = talk.say("forget the budget")
        assert given.plan == ("tents", "kettles")
        assert not any(c.kind == "total" for c in given.constraints)


class TestQuestions:
    def test_why_one_of_them(self, talk: Talk) -> None:
        second = talk.say("a tent and a red kettle").recommendations[1].product
        given = talk.say("why the second?")
        assert given.refers == (second.id,)
        assert second.title in given.reply
        assert "changed" not in given.reply  # one of a plan is a page of its own

    def test_a_question_leaves_the_plan(self, talk: Talk) -> None:
        talk.say("a tent and a kettle")
        talk.say("how heavy is the first?")
        assert [w.name for w in talk.dialogue.plan] == ["tents", "kettles"]
