"""What a message is in its conversation, where its words are plain; the examples' part is `test_intents`' business."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.clerk import Clerk
from assistant.dialogue import Dialogue, with_page
from assistant.hearing import Heard, hear
from assistant.order_turns import OrderAsk
from assistant.understand import understand
from retrieval.types import Product
from tests.assistant.shop import BY_ID

TENTS = "tent-2 tent-4 tent-light"


def page_of(ids: str) -> list[Product]:
    return [BY_ID[id] for id in ids.split()]


def heard(clerk: Clerk, message: str, page: str = TENTS, **state: object) -> Heard:
    """The message after "tents" with this page."""
    standing = understand("tents", clerk.reader).constraints if page else ()
    dialogue = with_page(Dialogue(words="tents" if page else "", constraints=standing, **state), page.split())  # type: ignore[arg-type]
    return hear(clerk, dialogue, message, page_of(page), [])


@pytest.fixture
def clerk(talking_clerk: Clerk) -> Clerk:
    return talking_clerk  # hearing changes nothing


class TestPlainWords:
    @pytest.mark.parametrize(
        ("message", "intent"),
        [
            ("thanks", "thanks"),
            ("hello", "greeting"),
            ("start over", "start_over"),
            ("delete my data", "forget"),
            ("forget everything you know about me", "forget"),
            ("let me talk to a person", "handover"),
            ("can I speak to a human please", "handover"),
            ("a real person please", "handover"),
            ("your kettle gave my son an electric shock", "complaint"),
            ("I will get my lawyer", "complaint"),
            ("I bought the Larch 6 last year and the pole broke, that is unacceptable", "complaint"),
            ("the kettle I got on Monday has stopped working", "complaint"),
            ("put it in my basket", "order"),
            ("I'll take it", "order"),
            ("robin@example.com 10023", "order"),
            ("why the second?", "why"),
            ("why not the Hall?", "why_not"),
            ("why is the first above the second?", "why_order"),
            ("what if I had $50 more?", "what_if"),
            ("compare the first two", "compare"),
            ("the first vs the third", "compare"),
            ("which one is better?", "compare"),
            ("is the Burrow waterproof?", "details"),
            ("asdkjh qwlekj", "unclear"),
            ("", "unclear"),
            ("more like the first", "similar"),
            ("cheaper", "refine"),
            ("in blue", "refine"),
            ("show me kettles", "search"),
        ],
    )
    def test_plain_words_are_taken_at_their_word(self, clerk: Clerk, message: str, intent: str) -> None:
        assert heard(clerk, message).request.intent == intent

    @pytest.mark.parametrize(
        ("message", "never"),
        [
            ("are you a human?", "handover"),
            ("forget the budget", "forget"),
            ("a tent in burnt orange", "complaint"),
            ("a lamp that does not burn", "complaint"),
            ("something different", "compare"),
        ],
    )
    def test_what_only_sounds_like_it_is_not(self, clerk: Clerk, message: str, never: str) -> None:
        assert heard(clerk, message).request.intent != never

    def test_there_is_nothing_to_compare_before_a_page(self, clerk: Clerk) -> None:
        assert heard(clerk, "which tent is better for two?", page="").request.intent != "compare"


class TestMatters:
    def test_somebody_hurt_is_a_matter_for_a_person(self, clerk: Clerk) -> None:
        assert heard(clerk, "the stove caught fire and burnt my hand").sensitive
        assert not heard(clerk, "a stove for a camp fire").sensitive

    def test_wanting_to_buy_is_heard(self, clerk: Clerk) -> None:
        assert heard(clerk, "add the second one to my cart").buys
        assert not heard(clerk, "a tent in my budget").buys


class TestPointing:
    def test_the_product_meant_comes_along(self, clerk: Clerk) -> None:
        assert [p.id for p in heard(clerk, "how heavy is the second one?").refs.products] == ["tent-4"]

    def test_it_is_what_was_last_spoken_of(self, clerk: Clerk) -> None:
        assert [p.id for p in heard(clerk, "is it waterproof?", focus=("tent-light",)).refs.products] == ["tent-light"]

    def test_a_place_answers_the_question_that_waits_for_it(self, clerk: Clerk) -> None:
        found = heard(clerk, "the second", open_question="how heavy is the ninth?")
        assert (found.request.intent, found.asks) == ("details", "how heavy is the ninth?")
        assert not heard(clerk, "show me kettles", open_question="how heavy is the ninth?").asks

    def test_what_left_the_catalogue_is_not_spoken_of(self, clerk: Clerk) -> None:
        assert not heard(clerk, "is it waterproof?", page="", focus=("gone-long-ago",)).refs.products


class TestPrivacy:
    @pytest.mark.parametrize(
        "message", ["a tent, my mail is robin@example.com", "call me on +1 415 555 0132 about a tent"]
    )
    def test_personal_data_is_no_wish(self, clerk: Clerk, message: str) -> None:
        request = heard(clerk, message).request
        said = " ".join((request.text, request.extra, *(c.label for c in request.constraints), *request.notes))
        assert not any(private in said for private in ("robin", "example", "415", "0132"))


class TestGoingOn:
    def test_a_question_of_an_order_that_is_open_is_answered(self, clerk: Clerk) -> None:
        asked = OrderAsk(open=True, number="10023")
        assert heard(clerk, "robin@example.com", order=asked).request.intent == "order"

    def test_the_model_is_not_asked_where_the_words_are_plain(self, clerk: Clerk) -> None:
        assert heard(clerk, "start over").guess is None
        assert heard(clerk, "something nice").guess is not None

    @given(st.text(max_size=60))
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
    def test_any_message_is_heard_as_something(self, clerk: Clerk, message: str) -> None:
        found = heard(clerk, message)
        assert found.request.intent
        assert all(p.id in BY_ID for p in found.refs.products)
