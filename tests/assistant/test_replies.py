"""The three ways in which something is not there, each told apart and said as it is; and what small talk says."""

from __future__ import annotations

import pytest

from assistant.clerk import Clerk
from assistant.replies import buying, out_of_range, small_talk
from assistant.understand import Request
from tests.assistant.shop import BY_ID
from tests.assistant.talk import Talk, ids


class TestThreeAbsences:
    @pytest.mark.parametrize(
        ("message", "absence", "said"),
        [
            # 1) No such kind, no such maker.
            ("violins", "not_carried", "don't carry that"),
            ("do you sell zebras?", "not_carried", "“zebras”"),
            ("tents by Zarvex", "not_carried", "“zarvex”"),
            # 2) Carried, and all of it gone.
            ("a tent for 6 people", "out_of_stock", "sold out at the moment"),
            ("a red tent", "out_of_stock", "sold out at the moment"),
            ("is the Northlea Hall in stock?", "out_of_stock", "sold out"),
            # 3) Carried, and none with that.
            ("a tent under $50", "not_with_that", "no tents with “under $50”"),
            ("a blue tent from Northlea", "not_with_that", "no tents with “blue”"),
            ("a leather kettle", "not_with_that", ""),
            # And where it is there, nothing is said to be absent.
            ("a tent", "", ""),
            ("a tent under $200", "", ""),
            ("something for hiking", "", ""),
            ("a tent in stock", "", ""),
        ],
    )
    def test_each_is_its_own(self, talking_clerk: Clerk, message: str, absence: str, said: str) -> None:
        given = Talk(talking_clerk, message).given
        assert given.absence == absence
        assert said in given.reply

    @pytest.mark.parametrize("message", ["a tent under $50", "a red tent", "a tent for 6 people", "tents by Zarvex"])
    def test_a_substitute_is_shown_under_its_own_name(self, talking_clerk: Clerk, message: str) -> None:
        given = Talk(talking_clerk, message).given
        assert given.recommendations
        opening = given.reply.partition("\n")[0]
        assert any(words in opening for words in ("Leaving", "None of", "no tents"))

    def test_that_was_all_is_no_absence(self, talking_clerk: Clerk) -> None:
        given = Talk(talking_clerk, "headphones", "something else").given
        assert (given.absence, ids(given)) == ("", "")
        assert "That was all" in given.reply

    def test_the_wish_that_nothing_meets_still_stands(self, talking_clerk: Clerk) -> None:
        given = Talk(talking_clerk, "a tent under $50").given
        assert {c.label for c in given.constraints} == {"tents", "under $50"}


class TestSmallTalk:
    @pytest.mark.parametrize("intent", ["greeting", "thanks", "start_over", "unclear", "small_talk", "off_topic"])
    def test_what_asks_for_no_product_has_its_whole_reply(self, intent: str) -> None:
        assert small_talk(Request(intent), "Toy & Tent", 3)  # type: ignore[arg-type]

    @pytest.mark.parametrize("intent", ["search", "refine", "relax", "replace", "more", "similar"])
    def test_what_asks_for_products_has_none(self, intent: str) -> None:
        assert small_talk(Request(intent), "Toy & Tent", 3) == ""  # type: ignore[arg-type]

    @pytest.mark.parametrize("intent", ["more", "refine"])
    def test_going_on_from_nothing_is_said_to_be_that(self, intent: str) -> None:
        assert "not shown you anything yet" in small_talk(Request(intent), "Toy & Tent", 0)  # type: ignore[arg-type]


@pytest.mark.parametrize(("count", "said"), [(3, "3 products"), (1, "1 product,"), (0, "not shown you anything")])
def test_a_place_that_is_not_there_is_asked_about(count: int, said: str) -> None:
    assert said in out_of_range(count)
    assert out_of_range(count).endswith("?")


def test_nothing_is_bought_here() -> None:
    assert "can't" in buying(())
    assert "done" in buying([BY_ID["tent-2"]])
