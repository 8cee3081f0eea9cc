"""Whole conversations in a real browser: what stands on the page is what stands in the state, message by message."""

from __future__ import annotations

from typing import Any

import pytest

from assistant.clerk import Clerk
from tests.ui.toy_clerk import ToyClerk
from tests.ui.visitor import Visitor
from ui.shopper import ENDED

pytestmark = pytest.mark.browser

camp = pytest.mark.parametrize("clerk", ["camp"], indirect=True)
PLAN = "a tent and two kettles, under $600 in all"


def session_of(clerk: Clerk) -> str:
    """The one conversation with messages in it."""
    from sqlalchemy import select

    from assistant.tables import sessions, turns

    with clerk.sessions._engine.connect() as db:
        said = select(sessions.c.id).where(sessions.c.id.in_(select(turns.c.session)))
        return str(db.execute(said).scalar_one())


@camp
def test_a_conversation_of_ten_messages(visitor: Visitor, clerk: Clerk) -> None:
    page = visitor.page

    def said() -> str:
        return str(page.locator(".bubble.clerk").last.inner_text())

    def state() -> list[str]:
        """The wishes that stand on the server, which the chips must be at any time."""
        keys = [each.key for each in clerk.sessions.dialogue(session_of(clerk)).constraints]
        assert visitor.chips() == keys
        return keys

    # 1) A wish, narrower, wider.
    visitor.ask("a tent under $300")
    assert state() == ["category", "price"]
    cards = visitor.titles()
    visitor.ask("in green")
    assert state() == ["category", "price", "attribute:colour"]
    visitor.ask("any colour will do, and up to $400")
    assert state() == ["category", "price"]
    assert page.get_by_role("button", name="Remove: under $400").count() == 1
    assert len(visitor.titles()) >= len(cards)
    cards = visitor.titles()

    # 2) Questions about what is shown leave the cards where they are.
    visitor.ask("how heavy is the second one?")
    assert "kg" in said()
    visitor.ask("compare the first and the second")
    assert page.locator(".compare tbody tr").count() >= 1
    assert page.locator(".compare thead th").count() == 3
    visitor.ask("why is the first one first?")
    assert "Number 1" in said()
    assert (visitor.titles(), state()) == (cards, ["category", "price"])

    # 3) The shop's pages and an order, then back to the same wishes.
    visitor.ask("how long can I return it?")
    assert page.locator(".bubble.clerk").last.locator("a").get_attribute("href").startswith("/policies#")
    visitor.ask("where is my order 10023, robin@example.com")
    assert "10023" in said()
    assert page.locator(".bubble.clerk").last.locator("li").count() >= 1
    assert state() == ["category", "price"]

    # 4) Several things; a reload in the middle shows all of it again, and each chip comes off.
    visitor.ask(PLAN)
    assert page.locator(".card-for").count() == 2
    assert "3 items together" in page.locator(".together").inner_text()
    shown = (visitor.titles(), state(), page.locator("#shelf").inner_text())
    page.reload()
    page.locator(".together").wait_for()
    assert (visitor.titles(), state(), page.locator("#shelf").inner_text()) == shown
    page.get_by_role("button", name="Take off altogether: tents").press("Enter")
    page.locator(".bubble.shopper", has_text="Without “tents”").wait_for()
    visitor.settle()
    assert state() == ["kettles/category", "total"]

    # 5) A person, whose ticket stands out; then a clean slate.
    visitor.ask("let me talk to a human")
    assert page.locator(".ticket strong").inner_text() in said()
    visitor.ask("start over")
    assert (visitor.titles(), state()) == ([], [])
    assert page.locator(".welcome").count() == 1
    assert (visitor.errors, visitor.foreign, visitor.alerts) == ([], [], [])


@camp
def test_what_is_asked_back_is_answered_from_the_keyboard(visitor: Visitor) -> None:
    page = visitor.page
    visitor.ask("a tent")
    visitor.ask("how heavy is the ninth one?")
    answers = page.locator(".offers.answers")
    assert answers.get_attribute("aria-label").startswith("Answers to: ")
    first = answers.get_by_role("button").first
    text = first.inner_text()
    first.press("Enter")
    page.locator(".bubble.shopper", has_text=text).wait_for()
    visitor.settle()
    assert answers.count() == 0
    assert "kg" in page.locator(".bubble.clerk").last.inner_text()
    assert page.evaluate("document.activeElement.tagName") == "TEXTAREA"
    assert visitor.errors == []


@camp
def test_a_card_can_be_refused_and_two_compared(visitor: Visitor) -> None:
    page = visitor.page
    visitor.ask("a tent")
    titles = visitor.titles()
    pick = page.get_by_role("button", name="Compare")
    pick.nth(0).press("Enter")
    assert pick.nth(0).get_attribute("aria-pressed") == "true"
    pick.nth(0).press("Enter")  # and back
    assert pick.nth(0).get_attribute("aria-pressed") == "false"
    pick.nth(0).click()
    pick.nth(2).click()
    page.locator(".compare").wait_for()
    visitor.settle()
    heads = page.locator(".compare thead th").all_inner_texts()[1:]
    assert heads == [titles[0], titles[2]]
    assert pick.nth(0).get_attribute("aria-pressed") == "false"
    page.get_by_role("button", name=f"Not this one: {titles[1]}").click()
    page.locator(".bubble.shopper", has_text="Not the second one").wait_for()
    visitor.settle()
    assert titles[1] not in visitor.titles()
    assert visitor.errors == []


@camp
def test_forgetting_clears_the_page_and_a_reload_stays_empty(visitor: Visitor) -> None:
    page = visitor.page
    visitor.ask("a tent under $300")
    page.get_by_label("Your request").fill("forget me")
    page.keyboard.press("Enter")
    page.get_by_text("I have deleted this conversation").wait_for()
    visitor.settle()
    assert page.locator(".bubble").count() == 1
    assert (visitor.titles(), visitor.chips()) == ([], [])
    page.reload()
    page.locator(".greeting").wait_for()
    assert page.locator(".bubble").count() == 1
    visitor.ask("a kettle")
    assert visitor.titles()


@camp
def test_a_conversation_that_ended_says_so_and_goes_on_in_a_new_one(visitor: Visitor, clerk: Clerk) -> None:
    visitor.ask("a tent")
    clerk.sessions.forget(session_of(clerk))
    visitor.ask("a kettle")
    assert ENDED in visitor.page.locator(".bubble.notice").inner_text()
    assert visitor.chips() == ["category"]
    assert visitor.titles()


def test_a_second_message_waits_for_the_first_ones_answer(visitor: Visitor, clerk: ToyClerk) -> None:
    page = visitor.page
    clerk.pause = 0.3
    page.get_by_label("Your request").fill("a tent under $150")
    page.keyboard.press("Enter")
    page.locator("#send[disabled]").wait_for()
    page.get_by_label("Your request").fill("thanks")
    page.keyboard.press("Enter")
    page.get_by_text("is sent as soon as this one is answered").wait_for()
    page.locator(".bubble.shopper", has_text="thanks").wait_for()
    visitor.settle()
    (said,) = clerk.sessions.answered.values()
    assert [each.message for each in said] == ["a tent under $150", "thanks"]
    assert page.get_by_label("Your request").input_value() == ""
    assert page.locator("#shop.waits").count() == 0

    # So does a chip; only the last thing asked for is done.
    page.get_by_label("Your request").fill("a tent")
    page.keyboard.press("Enter")
    page.locator("#send[disabled]").wait_for()
    for chip in ("under $150", "green"):
        page.get_by_role("button", name=f"Remove: {chip}").click()
    page.locator(".bubble.shopper", has_text="Without “green”").wait_for()
    visitor.settle()
    assert [each.message for each in said][2:] == ["a tent", "Without “attribute:colour”"]
    assert visitor.errors == []


def test_starting_over_leaves_nothing_waiting(visitor: Visitor, clerk: ToyClerk) -> None:
    page = visitor.page
    clerk.pause = 0.3
    page.get_by_label("Your request").fill("a tent")
    page.keyboard.press("Enter")
    page.locator("#send[disabled]").wait_for()
    page.get_by_label("Your request").fill("thanks")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Start over").click()
    page.locator(".greeting").wait_for()
    page.wait_for_timeout(500)  # a message that waited would have gone out by now
    assert page.locator(".bubble.shopper").count() == 0


@camp
@pytest.mark.parametrize("width", [390, 900, 1280])
def test_a_plan_fits_the_screen(chromium: Any, shop: str, width: int) -> None:
    visitor = Visitor(chromium, shop, viewport={"width": width, "height": 844})
    page = visitor.page
    for message in ("a tent", PLAN):
        visitor.ask(message)
        assert page.evaluate("document.documentElement.scrollWidth") == width
        for card in page.locator(".card").all():
            inside = card.bounding_box()
            boxes = [each.bounding_box() for each in card.locator("summary, .act, .thumb").all()]
            assert all(b["x"] >= inside["x"] and b["x"] + b["width"] <= inside["x"] + inside["width"] for b in boxes)
            assert not [1 for n, b in enumerate(boxes) for o in boxes[n + 1 :] if overlap(b, o)]
    visitor.context.close()


def overlap(one: dict[str, float], other: dict[str, float]) -> bool:
    """Whether two boxes share more than an edge."""
    return all(
        one[at] + one[size] > other[at] + 1 and other[at] + other[size] > one[at] + 1
        for at, size in (("x", "width"), ("y", "height"))
    )
