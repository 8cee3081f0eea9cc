"""What a conversation needs of the page and of the HTTP interface: questions back, several things at once, forgetting,
and whatever else happens to a page while it is used.
"""

from __future__ import annotations

import html
import threading
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest
from fastapi.testclient import TestClient

from assistant.answer import answer
from assistant.clerk import Clerk
from assistant.types import Answer, Clarifying, Constraint, Done, Found, Understood
from tests.ui import toy_clerk
from tests.ui.test_cards import HOSTILE_TEXTS, parsed
from tests.ui.toy_clerk import GREEN, HOSTILE
from ui import talk
from ui.languages import texts
from ui.page import Page, Turn, advance, asked, replayed, said_of_cards
from ui.shopper import ENDED, MESSAGE_LIMIT, Desk

camp = pytest.mark.parametrize("clerk", ["camp"], indirect=True)
PLAN = "a tent and two kettles, under $600 in all"


def ask(desk: Desk, page: Page, typed: str = "", **data: object) -> Page:
    """The page after one message, or one press of a button."""
    *_, last = desk.respond(page, typed, cast(Any, SimpleNamespace(_data=data)))
    after: Page = last[0]
    return after


def settled(page: Page, said: Answer) -> Page:
    """The page after an answer that shows no products."""
    return advance(asked(page, said.message), Done(said))


def aside(reply: str, **fields: Any) -> Answer:
    return Answer("a1", "s1", "hm", fields.pop("intent", "details"), (), reply, **fields)


class TestQuestionsBack:
    WHICH = Clarifying("Which colour is right for you?", ("green", "red"), "colour")

    def page(self) -> Page:
        found = Found("3 fit:", (toy_clerk._recommend(GREEN, 0),))
        page = advance(advance(asked(Page("s1"), "a tent"), Understood("s1", "search", (), "a tent")), found)
        reply = f"3 fit:\n\n**Brindle**: It is light.\n\n{self.WHICH.text}"
        said = Answer("a1", "s1", "a tent", "search", (), reply, found.recommendations)
        return advance(page, Done(replace(said, suggestions=("green", "red", "Cheaper"), asked=self.WHICH)))

    def test_it_stands_in_the_open_and_the_products_text_does_not_say_it_twice(self) -> None:
        turn = self.page().turns[-1]
        assert turn.question == self.WHICH.text
        assert self.WHICH.text not in turn.more
        drawn = talk.conversation(self.page(), ())
        assert f'</details><p class="question">{self.WHICH.text}</p>' in drawn

    def test_its_answers_are_the_first_buttons_and_say_what_they_answer(self) -> None:
        drawn = talk.conversation(self.page(), ())
        assert f'role="group" aria-label="Answers to: {self.WHICH.text}"' in drawn
        assert drawn.index(">green<") < drawn.index(">red<") < drawn.index("Go on with") < drawn.index(">Cheaper<")

    def test_the_next_message_takes_the_answers_away(self) -> None:
        page = asked(self.page(), "red")
        assert page.asked is None
        assert "Answers to" not in talk.conversation(page, ())

    def test_what_was_asked_back_comes_back_with_the_products(self) -> None:
        which = self.WHICH
        found = (toy_clerk._recommend(GREEN, 0),)
        reply = f"3 fit:\n\n**Brindle**: It is light.\n\n{which.text}"
        said = Answer("a1", "s1", "a tent", "search", (), reply, found, suggestions=("green", "red"), asked=which)
        page = replayed(Page("s1"), [said], {})
        assert page.asked == which
        assert page.turns[-1].question == which.text

    def test_a_reply_that_is_the_question_is_said_once(self) -> None:
        which = Clarifying("Which one do you mean?", ("The first one", "The second one"))
        page = settled(Page("s1"), aside(which.text, asked=which, suggestions=which.options))
        assert page.turns[-1] == Turn("clerk", which.text)
        assert "Answers to: Which one do you mean?" in talk.conversation(page, ())

    def test_asking_which_was_meant_leaves_the_cards(self) -> None:
        page = self.page()
        which = Clarifying("I have shown you one product.", ("The first one",))
        assert settled(page, aside(which.text, intent="refine", asked=which)).recommendations == page.recommendations


class TestReplies:
    def test_a_ticket_stands_out(self) -> None:
        page = settled(Page("s1"), aside("I wrote it down: **H-1001**.", intent="handover", ticket="H-1001"))
        assert '<p class="ticket"><span>Your ticket</span> <strong>H-1001</strong></p>' in talk.conversation(page, ())

    def test_a_list_and_a_link_to_the_shops_pages(self) -> None:
        reply = (
            "In it:\n\n- One\n- Two\n\n[Contact](/policies#contact) [elsewhere](https://example.com) [js](javascript:1)"
        )
        tags = parsed(talk.conversation(settled(Page("s1"), aside(reply, intent="order")), ()))
        assert [value for name, value in tags.attributes if name == "href"] == ["/policies#contact"]
        assert {"ul", "li"} <= tags.names

    @pytest.mark.parametrize("intent", ["relax", "replace", "refine", "search"])
    def test_cards_that_no_longer_fit_do_not_stay(self, intent: Any) -> None:
        page = TestQuestionsBack().page()
        said = aside("We have none.", intent=intent, absence="not_with_that")
        assert settled(page, said).recommendations == ()


@camp
class TestSeveralThings:
    def test_each_card_says_what_it_is_for_and_the_sum_stands_above(self, clerk: Clerk) -> None:
        desk = Desk(clerk)
        page = ask(desk, Page(), PLAN)
        drawn = html.unescape(talk.results(page, pictures=False))
        tent, kettle = page.recommendations or ()
        assert (tent.item, kettle.item) == ("tents", "kettles")
        assert "For: kettles" in drawn
        once = kettle.product.price or 0.0
        assert f"<strong>2 × ${once:.2f} = ${2 * once:.2f}</strong>" in drawn
        spent = (tent.product.price or 0.0) + 2 * once
        assert f"3 items together: <strong>${spent:.2f}</strong> <span>of $600 at most</span>" in drawn

    def test_chips_are_grouped_by_their_thing(self, clerk: Clerk) -> None:
        page = ask(Desk(clerk), Page(), "a green tent and two kettles, under $600 in all")
        drawn = html.unescape(talk.chips(page))
        assert 'class="thing wishes" role="group" aria-label="Wishes for: tents"' in drawn
        assert 'aria-label="Take off altogether: tents"' in drawn
        assert 'aria-label="Remove: green (tents)"' in drawn
        assert 'aria-label="Remove: $600 in all"' in drawn
        assert drawn.index("Take off altogether: kettles") < drawn.index("600 in all")

    def test_every_chip_comes_off_and_the_page_shows_what_stands(self, clerk: Clerk) -> None:
        desk = Desk(clerk)
        page = ask(desk, Page(), "a green tent and two kettles, under $600 in all")
        for key, left in (
            ("tents/attribute:colour", ["tents/category", "kettles/category", "total"]),
            ("total", ["tents/category", "kettles/category"]),
            ("kettles/category", ["category"]),
            ("category", []),
        ):
            page = ask(desk, page, key=key)
            assert [each.key for each in page.constraints] == left
            assert page.constraints == clerk.sessions.dialogue(page.session).constraints
        assert all(not each.item for each in page.recommendations or ())

    def test_there_is_no_slider_where_products_are_chosen_for_their_sum(self, clerk: Clerk) -> None:
        desk = Desk(clerk)
        page = ask(desk, Page(), PLAN)
        assert talk.variety(page) == ""
        assert ask(desk, page, variety=0.5) == page

    def test_the_interface_says_which_card_is_for_what(self, clerk: Clerk, client: TestClient) -> None:
        session = client.post("/api/session", json={}).json()["session"]
        given = client.post("/api/ask", json={"session": session, "message": PLAN}).json()
        assert given["plan"] == ["tents", "kettles"]
        assert [(each["item"], each["count"]) for each in given["recommendations"]] == [("tents", 1), ("kettles", 2)]
        assert [each["item"] for each in given["constraints"]] == ["tents", "kettles", ""]


class TestSaidOfCards:
    def test_a_button_says_its_place(self) -> None:
        page = Page(recommendations=tuple(toy_clerk._recommend(each, 0) for each in toy_clerk.PRODUCTS))
        assert said_of_cards(page, {"act": "not", "product": "t2"}) == "Not the second one"
        assert said_of_cards(page, {"act": "like", "product": "t1"}) == "More like the first one"
        assert said_of_cards(page, {"compare": ["t3", "t1"]}) == "Compare the first and the third"

    @pytest.mark.parametrize(
        "data",
        [{"act": "buy", "product": "t1"}, {"act": "not", "product": "t9"}, {"act": ["not"], "product": "t1"},
         {"act": "not"}, {"compare": ["t1"]}, {"compare": ["t1", "t1"]}, {"compare": "t1"}, {"compare": [["t1"], {}]}],
    )  # fmt: skip
    def test_anything_else_says_nothing(self, data: Any) -> None:
        page = Page(recommendations=tuple(toy_clerk._recommend(each, 0) for each in toy_clerk.PRODUCTS))
        assert said_of_cards(page, data) == ""

    @camp
    def test_what_the_buttons_say_is_understood(self, clerk: Clerk) -> None:
        desk = Desk(clerk)
        page = ask(desk, Page(), "a tent")
        first, second, *_ = [each.product.id for each in page.recommendations or ()]
        page = ask(desk, page, compare=[first, second])
        assert page.comparison is not None
        assert page.comparison.product_ids == (first, second)
        page = ask(desk, page, act="not", product=second)
        assert page.turns[-2].text == "Not the second one"
        assert second not in [each.product.id for each in page.recommendations or ()]
        page = ask(desk, page, act="like", product=first)
        assert clerk.sessions.answers(page.session)[-1].intent == "similar"

    @camp
    def test_of_several_things_the_refused_one_alone_is_replaced(self, clerk: Clerk) -> None:
        desk = Desk(clerk)
        page = ask(desk, Page(), PLAN)
        tent, kettle = [each.product.id for each in page.recommendations or ()]
        page = ask(desk, page, act="not", product=kettle)
        again = [each.product.id for each in page.recommendations or ()]
        assert again[0] == tent
        assert again[1] != kettle


@camp
class TestForgetting:
    def test_the_page_is_cleared_says_so_and_stays_empty(self, clerk: Clerk) -> None:
        desk = Desk(clerk)
        page = ask(desk, ask(desk, Page(), "a tent"), "forget me")
        assert [turn.role for turn in page.turns] == ["clerk"]
        assert "deleted this conversation" in page.turns[0].text
        assert (page.constraints, page.recommendations, page.comparison) == ((), None, None)
        again = desk.resume(page.session)[0]
        assert again == replace(desk.blank(page.session), variety=again.variety)
        # And it goes on.
        page = ask(desk, page, "a kettle")
        assert [turn.text for turn in desk.resume(page.session)[0].turns] == [turn.text for turn in page.turns[1:]]


@camp
class TestReload:
    def test_in_mid_conversation_everything_is_there_again(self, clerk: Clerk) -> None:
        desk = Desk(clerk)
        page = Page()
        for message in (
            "a tent", "under $400", "how heavy is the second?", "Compare the first and the second", PLAN,
            "where is my order 10023?", "let me talk to a human",
        ):  # fmt: skip
            page = ask(desk, page, message)
            again = desk.resume(page.session)[0]
            assert again == page
            assert desk._draw(again) == desk._draw(page)

    def test_a_question_and_its_buttons_too(self, clerk: Clerk) -> None:
        desk = Desk(clerk)
        page = ask(desk, ask(desk, Page(), "a tent"), "how heavy is the ninth one?")
        assert page.asked is not None
        assert "Answers to" in desk._draw(desk.resume(page.session)[0])[0]


@camp
class TestEndedConversations:
    def test_the_page_says_so_and_answers_in_a_new_one(self, clerk: Clerk) -> None:
        desk = Desk(clerk)
        page = ask(desk, Page(), "a tent")
        clerk.sessions.forget(page.session)
        after = ask(desk, page, "a kettle")
        assert after.session != page.session
        assert after.turns[0] == Turn("notice", ENDED)
        assert [each.label for each in after.constraints] == ["kettles"]

    def test_a_chip_of_an_ended_one_only_says_so(self, clerk: Clerk) -> None:
        desk = Desk(clerk)
        page = ask(desk, Page(), "a tent")
        clerk.sessions.forget(page.session)
        after = ask(desk, page, key="category")
        assert after.turns == (Turn("notice", ENDED),)

    @pytest.mark.parametrize("session", ["made-up", "x\ny", "../../etc", "' OR 1=1 --", "\0"])
    def test_the_interface_refuses_any_id_never_given_out(self, clerk: Clerk, client: TestClient, session: str) -> None:
        started = len(clerk.turn_locks)
        answered = client.post("/api/ask", json={"session": session, "message": "a tent"})
        assert answered.status_code == 404
        assert "start a new one" in answered.json()["error"]
        assert "\n" not in answered.json()["error"]
        assert len(clerk.turn_locks) == started  # nothing is kept for it

    def test_and_one_that_was_deleted(self, clerk: Clerk, client: TestClient) -> None:
        session = client.post("/api/session", json={}).json()["session"]
        assert client.post("/api/ask", json={"session": session, "message": "a tent"}).status_code == 200
        clerk.sessions.forget(session)
        assert client.post("/api/ask", json={"session": session, "message": "under $300"}).status_code == 404


@camp
def test_two_messages_at_once_are_answered_in_order(
    clerk: Clerk, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go = threading.Event(), threading.Event()

    def slow(clerk: Clerk, session: str, message: str, **given: Any) -> Iterator[Any]:
        for event in answer(clerk, session, message, **given):
            begun.set()
            go.wait(20)
            yield event

    monkeypatch.setattr("ui.app.answer", slow)
    session = client.post("/api/session", json={}).json()["session"]
    given: dict[str, Any] = {}

    def send(message: str) -> None:
        given[message] = client.post("/api/ask", json={"session": session, "message": message}).json()

    first, second = (threading.Thread(target=send, args=(each,)) for each in ("a tent", "under $400"))
    first.start()
    assert begun.wait(20)
    second.start()
    second.join(0.3)
    assert second.is_alive()  # it waits for the first one's answer
    go.set()
    first.join(30)
    second.join(30)
    assert [each.message for each in clerk.sessions.answers(session)] == ["a tent", "under $400"]
    assert [each["label"] for each in given["under $400"]["constraints"]] == ["tents", "under $400"]
    assert [each.label for each in clerk.sessions.dialogue(session).constraints] == ["tents", "under $400"]


STRANGE = (
    "x" * MESSAGE_LIMIT, "a tent " * (MESSAGE_LIMIT // 7), "🏕️🔥👨‍👩‍👧‍👦", "خيمة خضراء لشخصين", "אוהל \u202egnol",
    HOSTILE, *HOSTILE_TEXTS, "<script>alert(1)</script>", "a tent\n\n\n\tunder $300", "\0\x07",
)  # fmt: skip


@camp
def test_whatever_is_said_stays_text(clerk: Clerk, client: TestClient) -> None:
    desk = Desk(clerk)
    page = ask(desk, Page(), "a tent")
    for message in STRANGE:
        page = ask(desk, page, message)
        assert page.turns[-1].role == "clerk", message
        drawn = "".join(desk._draw(page))
        tags = parsed(drawn)
        assert not tags.names & {"script", "img", "b"}
        assert not [name for name, _ in tags.attributes if name.startswith("on")]
        assert "${" not in drawn
        answered = client.post("/api/ask", json={"session": page.session, "message": message})
        assert answered.status_code == 200
    assert '<p dir="auto"' in drawn


@pytest.mark.parametrize("evil", [HOSTILE, *HOSTILE_TEXTS])
def test_every_field_that_is_echoed_stays_text(evil: str) -> None:
    recommendation = replace(toy_clerk._recommend(GREEN, 0), item=evil, count=2)
    wishes = (
        Constraint(f"{evil}/category", "category", evil, item=evil, note=evil),
        Constraint(f"{evil}/brand", "brand", evil, item=evil),
        Constraint("total", "total", evil, high=1.0),
    )
    said = aside(evil, asked=Clarifying(evil + "?", (evil,)), suggestions=(evil, "x"), ticket=evil)
    page = settled(Page("s1", recommendations=(recommendation,), answer_id="a1"), said)
    page = replace(page, constraints=wishes, answer_id="a1")
    drawn = talk.conversation(page, ()) + talk.chips(page) + talk.results(page, pictures=False)
    tags = parsed(drawn)
    assert not tags.names & {"script", "img", "b"}
    assert not [name for name, _ in tags.attributes if name.startswith("on") or name == "src"]
    assert "${" not in drawn
    assert "`" not in drawn


def test_chinese_has_the_same_parts() -> None:
    words = texts("zh")
    page = replace(TestQuestionsBack().page(), language="zh")
    drawn = talk.conversation(page, ()) + talk.results(page, pictures=False)
    assert words("talk.answers", question=TestQuestionsBack.WHICH.text) in drawn
    assert words("card.act_not") in drawn
    assert "Not this one" not in drawn
