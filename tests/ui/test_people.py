"""What people of the shop say in a conversation: on a page that is loaded again, on one that is open, over HTTP."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import gradio as gr
import pytest
from fastapi.testclient import TestClient

from assistant.clerk import Clerk
from assistant.types import Answer
from tests.ui.test_cards import HOSTILE_TEXTS, parsed
from tests.ui.toy_clerk import ToyClerk
from tests.ui.visitor import Visitor
from ui import talk
from ui.page import Page
from ui.shopper import Desk

camp = pytest.mark.parametrize("clerk", ["camp"], indirect=True)


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ui.shopper.NEWS_SECONDS", 0.4)


def said(text: str, id: str = "p1", by: str = "robin") -> Answer:
    return Answer(id, "s", "", "handover", (), text, ticket="H-1001", by=by)


def asked(desk: Desk, message: str) -> Page:
    *_, last = desk.respond(desk.blank(), message, cast(Any, SimpleNamespace(_data={})))
    page: Page = last[0]
    return page


class TestTheDesk:
    def test_it_listens_only_where_a_ticket_is_open(self, clerk: ToyClerk) -> None:
        desk = Desk(cast(Clerk, clerk))
        assert desk.listen(desk.blank()).active is False
        page = asked(desk, "a tent")
        assert desk.listen(page).active is False
        clerk.tickets.opened.add(page.session)
        assert desk.listen(page).active is True

    def test_an_answer_is_one_more_bubble_and_all_else_stays(self, clerk: ToyClerk) -> None:
        desk = Desk(cast(Clerk, clerk))
        page = asked(desk, "a tent under $150")
        clerk.tickets.opened.add(page.session)
        assert desk.news(page) == (gr.skip(), gr.skip(), gr.skip())
        clerk.sessions.answered[page.session].append(said("First line.\n\n**Second** line."))
        after, drawn, timer = desk.news(page)
        assert after == replace(page, turns=after.turns, told="p1")
        assert "robin from the shop" in drawn
        assert '<p dir="auto">First line.</p><p dir="auto">**Second** line.</p>' in drawn  # plain text, no Markdown
        assert timer.active is True
        assert desk.news(after) == (gr.skip(), gr.skip(), gr.skip())

    def test_what_came_with_the_end_of_the_ticket_is_shown_and_then_it_is_quiet(self, clerk: ToyClerk) -> None:
        desk = Desk(cast(Clerk, clerk))
        page = asked(desk, "a tent")
        clerk.sessions.answered[page.session].append(said("Good bye."))
        after, _drawn, timer = desk.news(page)
        assert timer.active is False
        assert desk.news(after)[2].active is False

    def test_a_running_answer_is_not_disturbed(self, clerk: ToyClerk) -> None:
        desk = Desk(cast(Clerk, clerk))
        page = replace(asked(desk, "a tent"), phase="checking")
        clerk.sessions.answered[page.session].append(said("Hello."))
        assert desk.news(page) == (gr.skip(), gr.skip(), gr.skip())

    def test_a_reload_shows_the_same_page(self, clerk: ToyClerk) -> None:
        desk = Desk(cast(Clerk, clerk))
        page = asked(desk, "a tent under $150")
        clerk.sessions.answered[page.session].append(said("Hello."))
        live, *_ = desk.news(page)
        again = desk.resume(page.session)[0]
        assert (again.turns[-1], again.told) == (live.turns[-1], "p1")
        assert (again.constraints, again.recommendations, again.offers) == (
            page.constraints,
            page.recommendations,
            page.offers,
        )
        assert "本店的 robin" in talk.conversation(replace(again, language="zh"), ())

    @pytest.mark.parametrize("text", HOSTILE_TEXTS)
    def test_it_is_text_and_no_markup(self, clerk: ToyClerk, text: str) -> None:
        desk = Desk(cast(Clerk, clerk))
        page = asked(desk, "a tent")
        clerk.sessions.answered[page.session].append(said(text, by=text))
        _page, drawn, _timer = desk.news(page)
        tags = parsed(drawn)
        assert not tags.names & {"script", "img", "b", "svg", "iframe"}
        assert not [name for name, _ in tags.attributes if name.startswith("on")]
        assert "${" not in drawn


@camp
class TestOverHttp:
    def test_answers_after_one(self, clerk: Clerk, client: TestClient) -> None:
        session = client.post("/api/session", json={}).json()["session"]
        asked_for = client.post("/api/ask", json={"session": session, "message": "let me talk to a person"}).json()
        assert asked_for["by"] == ""
        assert client.get(f"/api/session/{session}/answers").json() == {"answers": [], "open": True}
        clerk.tickets.take(asked_for["ticket"], "robin")
        first = clerk.tickets.answer(asked_for["ticket"], "robin", "Hello.")
        clerk.tickets.answer(asked_for["ticket"], "robin", "Still there?")
        found = client.get(f"/api/session/{session}/answers").json()["answers"]
        assert found[0] == {"id": first.id, "ticket": asked_for["ticket"], "by": "robin", "reply": "Hello."}
        later = client.get(f"/api/session/{session}/answers", params={"after": first.id}).json()["answers"]
        assert [each["reply"] for each in later] == ["Still there?"]
        clerk.tickets.close(asked_for["ticket"])
        assert client.get(f"/api/session/{session}/answers").json()["open"] is False

    def test_no_conversation_is_a_404_and_its_own_answers_alone(self, clerk: Clerk, client: TestClient) -> None:
        assert client.get("/api/session/nobody/answers").status_code == 404
        mine, other = (client.post("/api/session", json={}).json()["session"] for _ in range(2))
        number = client.post("/api/ask", json={"session": mine, "message": "a person, please"}).json()["ticket"]
        clerk.tickets.take(number, "robin")
        clerk.tickets.answer(number, "robin", "For one.")
        assert client.get(f"/api/session/{other}/answers").json() == {"answers": [], "open": False}


@pytest.mark.browser
@camp
def test_an_answer_appears_without_a_reload(visitor: Visitor, clerk: Clerk) -> None:
    page = visitor.page
    looks: list[str] = []
    page.on("request", lambda each: looks.append(each.url) if "/run/predict" in each.url else None)

    # 1) Without a ticket the page asks for nothing.
    visitor.ask("a tent under $300")
    page.wait_for_timeout(500)
    before = len(looks)
    page.wait_for_timeout(1_500)
    assert len(looks) == before
    cards = visitor.titles()

    # 2) With one, an answer is there as soon as it is given; what else is on the page stays.
    visitor.ask("let me talk to a person")
    (ticket,) = clerk.tickets.all()
    clerk.tickets.take(ticket.number, "robin")
    page.get_by_label("Your request").fill("half a messa")
    clerk.tickets.answer(ticket.number, "robin", "Hello, this is Robin.\nWhich <b>colour</b>?")
    bubble = page.locator(".bubble.person")
    bubble.wait_for()
    lines = ["robin from the shop", "Hello, this is Robin.", "Which <b>colour</b>?"]
    assert bubble.locator("p").all_inner_texts() == lines
    assert page.get_by_label("Your request").input_value() == "half a messa"
    assert visitor.titles() == cards

    # 3) The clerk goes on beside it, and neither loses anything.
    visitor.ask("how heavy is the second one?")
    clerk.tickets.answer(ticket.number, "robin", "And another thing.")
    page.get_by_text("And another thing.").wait_for()
    assert page.locator(".bubble.shopper").count() == 3
    clerk.tickets.close(ticket.number)
    page.wait_for_timeout(1_500)
    before = len(looks)
    page.wait_for_timeout(1_500)
    assert len(looks) == before

    # 4) Loaded again, it is the same conversation, and a new ticket is listened to from the start.
    bubbles = page.locator(".bubble").all_inner_texts()
    clerk.tickets.reopen(ticket.number)
    page.reload()
    bubble.first.wait_for()
    assert page.locator(".bubble").all_inner_texts() == bubbles
    clerk.tickets.take(ticket.number, "sam")
    clerk.tickets.answer(ticket.number, "sam", "Back again.")
    page.get_by_text("Back again.").wait_for()
    assert (visitor.errors, visitor.alerts, visitor.foreign) == ([], [], [])
