"""What is answered without a search, over the small shop; none of it changes the wishes."""

from __future__ import annotations

import pytest

from assistant.asides import MISSES
from assistant.clerk import Clerk
from assistant.types import Answer
from tests.assistant.talk import Talk, ids


@pytest.fixture
def talk(talking_clerk: Clerk) -> Talk:
    return Talk(talking_clerk, "a tent under $400")


class TestLeavingTheWishes:
    @pytest.mark.parametrize(
        "message",
        ["how heavy is the second?", "compare the first two", "why the first?", "what is your return policy?",
         "where is my order 10023?", "add it to my basket", "thanks", "hello", "let me talk to a person",
         "asdkjh qwlekj",
         "how heavy is the ninth?", "which is the lightest?"],
    )  # fmt: skip
    def test_they_stand_as_before_and_no_page_is_made(self, talk: Talk, message: str) -> None:
        before = talk.dialogue
        given = talk.say(message)
        assert not given.recommendations
        assert given.reply
        assert given.constraints == before.constraints
        assert (talk.dialogue.words, talk.dialogue.last, talk.dialogue.shown) == (
            before.words,
            before.last,
            before.shown,
        )


class TestDetails:
    def test_of_the_one_that_is_meant(self, talk: Talk) -> None:
        second = talk.dialogue.last[1]
        given = talk.say("how heavy is the second?")
        assert (given.intent, given.refers) == ("details", (second,))
        assert [(d.product_id, d.field) for d in given.details] == [(second, "weight")]
        assert talk.dialogue.focus == (second,)

    def test_it_is_the_one_last_spoken_of(self, talk: Talk) -> None:
        talk.say("how heavy is the second?")
        assert talk.say("is it waterproof?").refers == (talk.dialogue.last[1],)

    def test_a_new_page_ends_what_was_spoken_of(self, talk: Talk) -> None:
        talk.say("how heavy is the second?")
        talk.say("show me kettles")
        assert talk.dialogue.focus == ()

    def test_sold_out_is_said_to_be_so(self, talk: Talk) -> None:
        given = talk.say("is the Northlea Hall in stock?")
        assert (given.absence, given.refers) == ("out_of_stock", ("tent-6",))
        assert "sold out" in given.reply


class TestWhichOne:
    def test_the_ninth_of_three_is_asked_about_with_what_is_there(self, talk: Talk) -> None:
        given = talk.say("how heavy is the ninth?")
        assert given.asked is not None
        assert given.asked.options == given.suggestions == ("The first one", "The second one", "The third one")
        assert "3 products" in given.reply
        assert not given.details

    @pytest.mark.parametrize("said", ["the second", "The second one", "#2"])
    def test_the_answer_answers_the_question_that_waited(self, talk: Talk, said: str) -> None:
        talk.say("how heavy is the ninth?")
        given = talk.say(said)
        assert (given.intent, given.refers) == ("details", (talk.dialogue.last[1],))
        assert [d.field for d in given.details] == ["weight"]
        assert talk.dialogue.open_question == ""

    def test_the_question_waits_for_one_message_only(self, talk: Talk) -> None:
        talk.say("how heavy is the ninth?")
        talk.say("thanks")
        assert talk.dialogue.open_question == ""

    def test_a_name_of_two_is_asked_about_by_name(self, talk: Talk) -> None:
        given = talk.say("how heavy is the Tansy?")
        assert given.asked is not None
        assert set(given.asked.options) == {"Brindle Tansy 2", "Brindle Tansy 4"}
        assert talk.say("the Tansy 4").refers == ("tent-4",)

    def test_before_any_page_there_is_nothing_to_choose_from(self, talking_clerk: Clerk) -> None:
        given = Talk(talking_clerk, "how heavy is the second one?").given
        assert "not shown you anything yet" in given.reply
        assert not given.recommendations


class TestComparing:
    @pytest.mark.parametrize(("message", "places"), [("compare the first two", (0, 1)), ("compare them", (0, 1, 2)),
                                                     ("the first vs the third", (0, 2))])  # fmt: skip
    def test_those_that_are_meant(self, talk: Talk, message: str, places: tuple[int, ...]) -> None:
        last = talk.dialogue.last
        given = talk.say(message)
        assert given.intent == "compare"
        assert given.refers == tuple(last[place] for place in places)
        assert given.comparison is not None

    def test_a_comparison_needs_two(self, talking_clerk: Clerk) -> None:
        given = Talk(talking_clerk, "compare").given
        assert given.comparison is None
        assert given.asked is not None

    def test_in_mid_comparison_the_topic_may_change_and_those_two_are_forgotten(self, talk: Talk) -> None:
        talk.say("compare the first two")
        given = talk.say("how about a kettle?")
        assert [c.label for c in given.constraints] == ["kettles"]
        assert "tent" not in ids(given)
        assert talk.dialogue.focus == ()

    def test_those_two_are_the_two_compared(self, talk: Talk) -> None:
        last = talk.dialogue.last
        talk.say("compare the first and the third")
        talk.say("what is your return policy?")  # a word in between
        assert talk.say("which of those two is lighter?").refers == (last[0], last[2])


class TestPeople:
    def test_a_person_on_request(self, talk: Talk) -> None:
        given = talk.say("let me talk to a person")
        assert given.intent == "handover"
        assert given.ticket
        assert given.ticket in given.reply

    @pytest.mark.parametrize("message", ["the kettle gave my son an electric shock", "I will get my lawyer"])
    def test_a_sensitive_matter_goes_to_a_person(self, talk: Talk, message: str) -> None:
        given = talk.say(message)
        assert given.ticket
        assert "matter for a person" in given.reply

    def test_not_understood_twice_running_goes_to_a_person(self, talk: Talk) -> None:
        said = [talk.say(message) for message in ("asdkjh qwlekj", "zxcv mnbvq")]
        assert MISSES == 2
        assert said[0].asked is not None
        assert not said[0].ticket
        assert said[1].ticket
        assert talk.dialogue.misses == 0

    def test_not_running_is_no_matter(self, talk: Talk) -> None:
        tickets = [talk.say(m).ticket for m in ("asdkjh qwlekj", "in green", "zxcv mnbvq", "thanks", "qqqq wwww")]
        assert not any(tickets)


class TestForgetting:
    def test_what_was_said_and_shown_is_gone(self, talking_clerk: Clerk) -> None:
        talk = Talk(talking_clerk, "a blue tent", "compare them", "delete my data")
        assert "deleted this conversation" in talk.given.reply
        assert (talk.dialogue.constraints, talk.dialogue.shown, talk.dialogue.focus) == ((), (), ())
        said: list[Answer] = talking_clerk.sessions.answers(talk.session)
        assert not any("blue" in a.message or a.recommendations for a in said)
        assert talk.say("headphones").recommendations  # and the session goes on

    def test_start_over_keeps_the_record(self, talk: Talk) -> None:
        talk.say("start over")
        assert talk.dialogue.constraints == ()
        assert len(talk.clerk.sessions.answers(talk.session)) == 2


def test_nothing_can_be_bought_here_and_nothing_is_claimed(talk: Talk) -> None:
    given = talk.say("add the first to my basket")
    assert "can't put anything into a basket" in given.reply


def test_forgetting_takes_the_ticket_along(talk: Talk) -> None:
    given = talk.say("let me talk to a person")
    assert given.ticket in {ticket.number for ticket in talk.clerk.tickets.all()}
    talk.say("please delete everything you know about me")
    assert given.ticket not in {ticket.number for ticket in talk.clerk.tickets.all()}
    assert not talk.dialogue.constraints
