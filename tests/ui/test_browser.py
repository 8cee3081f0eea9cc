"""The real page in a real browser, over a real server on a free port."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ui.toy_clerk import HOSTILE, ToyClerk
from tests.ui.visitor import PATIENCE, Visitor

pytestmark = pytest.mark.browser

both_clerks = pytest.mark.parametrize("clerk", ["toy", "real"], indirect=True)


@both_clerks
def test_a_visit(visitor: Visitor) -> None:
    page = visitor.page

    # 1) An example of the empty page asks; chips, cards and sentences come.
    page.get_by_role("button", name="a light tent for two under $150").click()
    page.locator(".thumb").first.wait_for()
    visitor.settle()
    before = visitor.titles()
    assert before
    assert page.locator(".card").first.locator(".card-says li").count() >= 1

    # 2) The why panel opens from the keyboard, and shows what counted and the facts.
    summary = page.locator(".why summary").first
    summary.focus()
    page.keyboard.press("Enter")
    assert page.locator(".why[open] .bars li").count() >= 1
    assert page.locator(".why[open] .facts dd").count() >= 1

    # 3) A thumb says so, leaves the panel open, and was kept on the server: a reload shows it again.
    thumb = page.get_by_role("button", name=f"This helps: {before[0]}")
    thumb.click()
    page.get_by_text("Noted, thanks").wait_for()
    assert page.locator(".why[open]").count() == 1
    page.reload()
    page.get_by_text("Noted, thanks").wait_for()
    assert thumb.get_attribute("aria-pressed") == "true"

    # 4) Taking the budget away, from the keyboard, asks again without it.
    page.get_by_role("button", name="Remove: under $150").press("Enter")
    page.locator(".bubble.shopper", has_text="Without").wait_for()
    visitor.settle()
    assert page.get_by_role("button", name="Remove: under $150").count() == 0
    assert len(visitor.titles()) >= len(before)

    # 5) A reload brings the same page back; starting over clears it.
    shown = visitor.titles()
    page.reload()
    page.locator(".bubble.shopper", has_text="Without").wait_for()
    assert visitor.titles() == shown
    page.get_by_role("button", name="Start over").click()
    page.locator(".greeting").wait_for()
    assert visitor.titles() == []

    assert visitor.foreign == []


@both_clerks
def test_two_browsers_never_mix(visitor: Visitor, chromium: Any, shop: str) -> None:
    other = Visitor(chromium, shop)
    visitor.ask("a light tent for two under $150")
    assert other.page.locator(".card").count() == 0
    other.ask("a tent")
    assert other.page.get_by_role("button", name="Remove: under $150").count() == 0
    assert visitor.page.locator(".bubble.shopper").count() == 1
    assert visitor.page.get_by_role("button", name="Remove: under $150").count() == 1
    other.context.close()


@both_clerks
def test_hostile_text_stays_text(visitor: Visitor) -> None:
    page = visitor.page
    visitor.ask(f"evil {HOSTILE}")
    page.get_by_role("heading", name="Evil").wait_for()
    for summary in page.locator(".why summary").all():
        summary.click()
    assert HOSTILE in page.locator(".bubble.shopper").inner_text()
    assert any("${alert(2)}`" in title for title in visitor.titles())  # reading a feed already takes the tag out
    assert page.locator("#shop [onerror], #shop img[src='x'], #shop script").count() == 0
    page.wait_for_timeout(300)  # an injected handler would have fired by now
    assert visitor.alerts == []


def test_an_error_is_calm_and_the_next_request_works(visitor: Visitor) -> None:
    visitor.ask("explode")
    assert "did not work" in visitor.page.locator(".bubble.notice").inner_text()
    assert "secret internals" not in visitor.page.content()
    visitor.ask("a tent")
    assert len(visitor.titles()) == 3


def test_a_shopper_may_be_chosen(visitor: Visitor, clerk: ToyClerk) -> None:
    page = visitor.page
    page.get_by_label("Shopping as").click()
    page.get_by_role("option", name="s012").click()
    visitor.ask("a tent")
    assert list(clerk.sessions.started.values()) == ["s012"]
    page.reload()
    page.locator(".card").first.wait_for()
    assert "s012" in page.get_by_label("Shopping as").input_value()


def test_a_closed_tab_does_not_hold_the_turn(visitor: Visitor, clerk: ToyClerk) -> None:
    clerk.pause = 0.3
    visitor.page.get_by_label("Your request").fill("a tent")
    visitor.page.keyboard.press("Enter")
    visitor.page.locator(".card-says li").first.wait_for()
    visitor.page.reload()
    visitor.page.wait_for_selector(".bubble")
    visitor.ask("thanks")
    assert "welcome" in visitor.page.locator(".bubble.clerk").last.inner_text()


def test_on_a_phone_nothing_is_wider_than_the_screen(chromium: Any, shop: str) -> None:
    phone = Visitor(chromium, shop, viewport={"width": 390, "height": 844})
    phone.ask("a tent")
    for summary in phone.page.locator(".why summary").all():
        summary.click()
    assert phone.page.evaluate("document.documentElement.scrollWidth") == 390
    wide = "Math.max(...[...document.querySelectorAll('#shop .card')].map(e => e.getBoundingClientRect().right))"
    assert phone.page.evaluate(wide) <= 390
    phone.context.close()


@both_clerks
def test_the_slider_chooses_the_page_anew(visitor: Visitor) -> None:
    page = visitor.page
    slider = page.get_by_role("slider", name="Variety")
    assert slider.count() == 0
    visitor.ask("a tent")
    assert slider.input_value() == "0"

    # From the keyboard, three steps asked as one; the page says so, and a reload shows the slider where it was.
    slider.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.locator(".bubble.shopper", has_text="More varied").wait_for()
    visitor.settle()
    assert page.locator(".bubble.shopper").count() == 2
    assert slider.input_value() == "0.3"
    assert slider.get_attribute("aria-valuetext") == "3 of 10, from alike to varied"
    page.reload()
    page.locator(".card").first.wait_for()
    assert slider.input_value() == "0.3"

    # On a phone it fits the screen and a thumb.
    page.set_viewport_size({"width": 390, "height": 844})
    box = slider.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    assert box["height"] >= 40
    assert visitor.foreign == []


def test_the_slider_moved_while_an_answer_is_under_way_asks_after_it(visitor: Visitor, clerk: ToyClerk) -> None:
    page = visitor.page
    visitor.ask("a tent")
    clerk.pause = 0.2
    slider = page.get_by_role("slider", name="Variety")
    slider.focus()
    page.keyboard.press("ArrowRight")
    page.locator(".bubble.shopper", has_text="More varied").wait_for()
    page.keyboard.press("ArrowRight")
    page.locator(".bubble.shopper").nth(2).wait_for()
    visitor.settle()
    assert slider.input_value() == "0.2"
    assert list(clerk.sessions.variety.values()) == [0.2]


@both_clerks
def test_the_page_speaks_the_browsers_language_and_the_one_switched_to(chromium: Any, shop: str) -> None:
    visitor = Visitor(chromium, shop, locale="zh-CN")
    page = visitor.page
    page.wait_for_selector("html[lang=zh]", timeout=PATIENCE)
    assert page.locator("#send").inner_text() == "提问"
    page.fill("#box textarea", "a tent")
    page.keyboard.press("Enter")
    page.locator(".thumb").first.wait_for()
    visitor.settle()
    assert page.locator("summary").filter(has_text="为什么推荐").count() > 0
    page.click("button[data-language=en]")
    page.wait_for_selector("html[lang=en]", timeout=PATIENCE)
    page.wait_for_function("document.querySelector('#send').innerText === 'Ask'", timeout=PATIENCE)
    assert page.locator("summary").filter(has_text="Why this?").count() > 0
    page.reload()  # the switch outlasts a reload, whatever the browser asks for
    page.wait_for_selector("#conversation .bubble.shopper", timeout=PATIENCE)
    assert page.locator("html").get_attribute("lang") == "en"
    page.context.close()
