"""A whole case of the support desk in a real browser, by keyboard alone."""

from __future__ import annotations

from typing import Any

import pytest

from assistant.answer import answer
from assistant.clerk import Clerk
from tests.ui.visitor import PATIENCE

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("clerk", ["camp"], indirect=True)]

PASSWORD = "correct horse battery"


class Desk:
    """An agent's browser: where the page is, what it said that it should not."""

    def __init__(self, chromium: Any, shop: str, **context: Any) -> None:
        self.shop = shop
        self.context = chromium.new_context(**context)
        self.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=shop)
        self.page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.foreign: list[str] = []
        self.errors: list[str] = []
        self.page.on("request", lambda each: None if each.url.startswith(shop) else self.foreign.append(each.url))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda said: self.errors.append(said.text) if said.type == "error" else None)

    def sign_in(self, name: str) -> None:
        self.page.goto(f"{self.shop}/agent")
        self.keys("Name", name)
        self.keys("Password", PASSWORD)
        self.page.keyboard.press("Enter")
        self.page.get_by_role("heading", name="Looked up lately").wait_for()

    def keys(self, label: str, text: str) -> None:
        self.page.get_by_label(label, exact=True).focus()
        self.page.keyboard.type(text)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def settle(self, heading: str) -> None:
        """Until the page with this heading is there, and its script has run."""
        self.page.get_by_role("heading", name=heading, exact=True).wait_for()
        self.page.get_by_role("button", name="Keys").wait_for()

    def focused(self, what: str = "e => e.id") -> Any:
        return self.page.evaluate(f"({what})(document.activeElement)")


def opened_ticket(clerk: Clerk) -> tuple[str, str]:
    """A conversation that ended in a ticket: its session and the ticket's number."""
    session = clerk.sessions.start()
    for message in ("a backpack", "please let me talk to a person"):
        list(answer(clerk, session, message))
    (ticket,) = clerk.tickets.all()
    return session, ticket.number


def test_a_case_from_the_first_key_to_the_last(chromium: Any, shop: str, clerk: Clerk) -> None:
    session, number = opened_ticket(clerk)
    clerk.accounts.add("robin", "agent", PASSWORD)
    desk = Desk(chromium, shop)
    page = desk.page
    desk.sign_in("robin")

    # 1) The field has the focus: an id is pasted, and the product is there.
    page.locator("#product:focus").wait_for()
    page.keyboard.insert_text("pack-65")
    desk.press("Enter")
    desk.settle("Northlea Trek")

    # 2) A fact is pinned; the page comes again by itself, with the focus where it was.
    desk.press("p")
    assert desk.focused() == "pin-1"
    for _ in range(5):
        if desk.focused("e => e.value") != "use":
            desk.press("Tab")
    with page.expect_navigation():
        desk.press("Space")
    assert "keep=use" in page.url
    page.get_by_text("kept", exact=True).first.wait_for()
    desk.settle("Northlea Trek")
    assert desk.focused("e => e.value") == "use"

    # 3) Two are chosen; the address says so, and a fourth key goes from group to group.
    desk.press("2", "j", "c", "j", "c")
    assert page.locator("#chosen span").all_inner_texts() == ["Northlea Ramble", "Brindle Thrift"]
    assert "choose=pack-45" in page.url
    assert "choose=pack-30" in page.url
    desk.press("4")
    assert desk.focused() == "cheaper"

    # 4) The reply is made, edited, copied, kept.
    desk.keys("Customer", "Wren")
    desk.press("Escape", "r")
    page.locator("#sent:focus").wait_for()
    assert "Wren" in page.get_by_label("The reply", exact=True).input_value()
    assert "Wren" not in page.url
    page.keyboard.insert_text("Good news! ")
    desk.press("Escape")
    for _ in range(3):
        page.keyboard.down("y")  # held down, it is copied and kept once
    page.keyboard.up("y")
    page.get_by_text("Copied, and kept beside what was suggested.").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("Good news! ")
    (kept,) = clerk.sent_replies.all()
    assert kept.sent.startswith("Good news! ")
    assert "Wren" not in kept.sent + kept.suggested
    assert (kept.alternatives, kept.kept, kept.account) == (("pack-45", "pack-30"), ("use",), "robin")

    # 5) A reload shows the same choice and the same pins.
    page.reload()
    assert page.locator("#chosen span").all_inner_texts() == ["Northlea Ramble", "Brindle Thrift"]

    # 6) The ticket is taken, answered, closed.
    desk.press("t")
    desk.settle("Tickets")
    desk.press("j", "Enter")
    desk.settle("Products seen")
    desk.press("a")
    page.get_by_text("The ticket is yours.").wait_for()
    desk.settle("Products seen")
    desk.press("a")
    page.keyboard.type("We will send one today: press j, then c?")  # letters that are keys elsewhere
    desk.press("Tab", "Enter")
    page.get_by_text("The answer stands in the shopper's conversation.").wait_for()
    assert [each.reply for each in clerk.sessions.answers_of_people(session)] == [
        "We will send one today: press j, then c?"
    ]
    page.get_by_role("button", name="Close", exact=True).first.focus()
    desk.press("Enter")
    page.get_by_text("The ticket is closed.").wait_for()
    assert clerk.tickets.get(number).closed is not None

    # 7) The back button works, and so do the keys' own list and its end.
    page.go_back()
    desk.settle("Products seen")
    desk.press("?")
    page.get_by_role("heading", name="Keys").wait_for()
    desk.press("Escape")
    page.get_by_role("heading", name="Keys").wait_for(state="hidden")

    assert desk.errors == []
    assert desk.foreign == []
    desk.context.close()


def test_choosing_too_many_and_losing_an_edit(chromium: Any, shop: str, clerk: Clerk) -> None:
    clerk.accounts.add("robin", "agent", PASSWORD)
    desk = Desk(chromium, shop)
    page = desk.page
    desk.sign_in("robin")
    page.goto(f"{shop}/agent?product=pack-65&choose=pack-45")

    # One product stands in three groups: it is chosen in all of them or in none.
    assert page.locator("[data-choose][value=pack-45]:checked").count() == 3
    page.locator("#substitute-1").focus()
    desk.press("c")
    assert page.locator("[data-choose]:checked").count() == 0
    assert page.locator("#chosen").inner_text() == "Choose up to 3 alternatives."

    # Without a choice there is one line, and no reply.
    desk.press("r")
    page.get_by_text("A reply names one to 3 alternatives").wait_for()

    # What was changed is not thrown away without asking.
    asked = []

    def refuse(dialog: Any) -> None:
        asked.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", refuse)
    desk.press("c", "r")
    page.locator("#sent:focus").wait_for()
    page.keyboard.insert_text("Mine. ")
    desk.press("Escape", "r")
    page.wait_for_timeout(200)
    assert len(asked) == 1
    assert page.get_by_label("The reply", exact=True).input_value().startswith("Mine. ")
    desk.press("p", "Space")
    page.wait_for_timeout(200)
    assert len(asked) == 2
    assert "keep" not in page.url
    assert not page.locator("#pin-1").is_checked()
    desk.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_narrow_screen_without_a_script(chromium: Any, shop: str, clerk: Clerk, scheme: str) -> None:
    clerk.accounts.add("robin", "agent", PASSWORD)
    desk = Desk(chromium, shop, viewport={"width": 390, "height": 844}, color_scheme=scheme, java_script_enabled=False)
    page = desk.page
    desk.sign_in("robin")
    page.get_by_label("Find a product").fill("tent-2")
    desk.press("Enter")
    page.get_by_role("heading", name="Brindle Tansy 2", exact=True).wait_for()
    page.get_by_label("capacity").check()
    page.get_by_role("button", name="Show").click()
    page.get_by_text("2 set aside: capacity is not kept.").wait_for()
    page.get_by_label("Choose Northlea Burrow for the reply").first.check()
    page.get_by_role("button", name="Make the reply").click()
    assert "Northlea Burrow" in page.get_by_label("The reply", exact=True).input_value()
    page.get_by_role("button", name="Keep what I send").click()
    page.get_by_text("Kept beside what was suggested.").wait_for()
    page.get_by_role("button", name="Side by side").click()
    page.locator(".compare thead th").nth(2).wait_for()
    assert page.locator(".compare thead th").count() == 3
    assert page.locator("main").bounding_box()["width"] <= 390
    page.goto(f"{shop}/agent/tickets")
    page.get_by_text("Nobody is waiting.").wait_for()
    assert desk.errors == []
    desk.context.close()
