from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from types import SimpleNamespace
from typing import Any, cast

import gradio as gr
import pytest

from assistant.clerk import Clerk
from assistant.types import Answer, Done, Understood
from retrieval.errors import StoreclerkError
from tests.ui import toy_clerk
from tests.ui.toy_clerk import ToyClerk
from ui import talk
from ui.page import Page, Turn, advance, asked, failed
from ui.shopper import CALM, ENDED, MESSAGE_LIMIT, TOO_LONG, Desk


def played(clerk: ToyClerk, message: str, page: Page | None = None) -> list[Page]:
    """The page after each event."""
    page = asked(page or Page(clerk.sessions.start()), message)
    pages = [page]
    for event in toy_clerk.answer(clerk, page.session, message):
        page = advance(page, event)
        pages.append(page)
    return pages


def desk_of(clerk: ToyClerk) -> Desk:
    return Desk(cast(Clerk, clerk))


def pressed(data: Any) -> Any:
    """What Gradio hands over when a button of the page was pressed."""
    return SimpleNamespace(_data=data)


def ask(desk: Desk, page: Page, typed: str = "", data: Any = None) -> tuple[Page, list[Any]]:
    """(the page afterwards, the updates sent) for one press of a button or of Enter."""
    updates = list(desk.respond(page, typed, pressed(data)))
    return updates[-1][0], updates


def test_chips_come_first_then_cards_then_sentences() -> None:
    pages = played(ToyClerk(), "a tent under $150")
    assert [len(page.constraints) for page in pages[:2]] == [0, 3]
    assert pages[1].recommendations is None
    assert [len(page.sentences) for page in pages] == [0, 0, 0, 1, 2, 3, 4, 4]
    assert [page.phase for page in pages[1:]] == ["looking", *["checking"] * 5, "idle"]
    assert pages[-1].answer_id
    assert pages[-1].offers == ("cheaper", "in blue")


def test_the_reply_names_every_product_on_the_page() -> None:
    turn = played(ToyClerk(), "a tent")[-1].turns[-1]
    assert len(turn.names) == 3
    assert all(name in talk.conversation(Page(turns=(turn,)), ()) for name in turn.names[2:])


def test_a_message_that_is_no_search_keeps_the_cards() -> None:
    clerk = ToyClerk()
    first = played(clerk, "a tent")[-1]
    after = played(clerk, "thanks", first)[-1]
    assert after.recommendations == first.recommendations
    assert after.answer_id == first.answer_id
    assert after.turns[-1].text == "You are welcome."


def test_starting_over_in_words_clears_the_shelf() -> None:
    clerk = ToyClerk()
    page = played(clerk, "a tent")[-1]
    page = advance(asked(page, "start over"), Understood(page.session, "start_over", (), ""))
    page = advance(page, Done(Answer("a2", page.session, "start over", "start_over", (), "A clean slate.")))
    assert page.recommendations is None
    assert "Products will stand here" in talk.results(page, pictures=False)


def test_nothing_found_says_the_way_out() -> None:
    clerk = ToyClerk()
    page = played(clerk, "unicorn", played(clerk, "a tent")[-1])[-1]
    assert "Nothing here fits" in talk.results(page, pictures=False)
    assert talk.status_line(page) == ""


def test_no_thumb_while_the_next_answer_is_on_its_way() -> None:
    page = played(ToyClerk(), "a tent")[-1]
    assert 'data-event="thumb"' in talk.results(page, pictures=False)
    assert 'data-event="thumb"' not in talk.results(asked(page, "cheaper"), pictures=False)


def test_the_conversation_is_text_and_no_markup() -> None:
    drawn = talk.conversation(Page(turns=(Turn("shopper", "<b>hi</b>"), Turn("clerk", "Hello **you**"))), ("eg",))
    assert "<b>hi" not in drawn
    assert "<strong>you</strong>" in drawn
    assert "eg" not in re.findall(r">(\w+)</button>", drawn)


def test_asking_keeps_everything_on_the_server(clerk: ToyClerk) -> None:
    page, updates = ask(desk_of(clerk), Page(), "a tent")
    assert clerk.sessions.exists(page.session)
    assert [turn.role for turn in page.turns] == ["shopper", "clerk"]
    assert updates[0][2] == ""  # the box is emptied at once
    assert len(updates) == 11  # the bubble, nine events, the end


def test_an_update_carries_only_what_changed(clerk: ToyClerk) -> None:
    _, updates = ask(desk_of(clerk), Page(), "a tent")
    changed = [[isinstance(part, str) for part in update[4:]] for update in updates]
    assert changed[0] == [True] * 4
    assert changed[3] == [False, False, False, True]  # a sentence redraws the cards and nothing else


def test_a_forged_session_starts_fresh(clerk: ToyClerk) -> None:
    desk = desk_of(clerk)
    page, _ = ask(desk, Page("expired"), "a tent")
    assert page.session != "expired"
    assert page.turns[0].text == ENDED
    for kept in ("forged", None, ["x"], {"a": 1}):
        assert all(part == gr.skip() for part in desk.resume(kept))


def test_a_reload_draws_the_same_page(clerk: ToyClerk) -> None:
    desk = desk_of(clerk)
    page = desk.start("s040")[0]
    for message in ("a tent under $150", "thanks"):
        page, _ = ask(desk, page, message)
    page, _ = desk.thumb(page, pressed({"product": "t1", "up": True}))
    again, session, shopper, *_ = desk.resume(page.session)
    assert again == page
    assert (session, shopper) == (page.session, "s040")


def test_a_tab_closed_in_the_middle_ends_the_answer_and_does_not_stay_busy(
    clerk: ToyClerk, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[str] = []

    def watched(*given: Any) -> Iterator[Any]:
        try:
            yield from toy_clerk.answer(*given)
        finally:
            ended.append("yes")

    monkeypatch.setattr("ui.shopper.answer", watched)
    desk = desk_of(clerk)
    running = cast(Generator[Any, None, None], desk.respond(Page(), "a tent", pressed(None)))
    page = [next(running) for _ in range(3)][-1][0]
    running.close()
    assert ended
    after, _ = ask(desk, page, "thanks")
    assert after.phase == "idle"


def test_errors_become_one_calm_line(clerk: ToyClerk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = desk_of(clerk)
    page, updates = ask(desk, Page(), "explode")
    assert page.turns[-1] == Turn("notice", CALM)
    assert "secret internals" not in str(updates)
    assert updates[-1][3].interactive is True

    def refuse(*_: object) -> Iterator[Any]:
        yield from ()
        raise StoreclerkError("The shelf is being refilled; try again.")

    monkeypatch.setattr("ui.shopper.answer", refuse)
    assert ask(desk, page, "a tent")[0].turns[-1].text == "The shelf is being refilled; try again."
    assert ask(desk, page, "x" * (MESSAGE_LIMIT + 1))[0].turns[-1].text == TOO_LONG


@pytest.mark.parametrize(
    "data", [{"index": 99}, {"index": [1]}, {"key": "nope"}, {"key": ["x"]}, "text", [1], {}, None]
)
def test_a_forged_press_does_nothing(clerk: ToyClerk, data: Any) -> None:
    desk = desk_of(clerk)
    before, _ = ask(desk, Page(), "a tent under $150")
    assert ask(desk, before, "", data)[0] == before


def test_buttons_ask_what_they_show(clerk: ToyClerk) -> None:
    desk = desk_of(clerk)
    page, _ = ask(desk, Page(), data={"index": 0})
    assert page.turns[0].text == clerk.examples[0]
    page, _ = ask(desk, page, data={"key": "price"})
    assert [each.key for each in page.constraints] == ["category", "attribute:colour"]
    assert page.turns[-2].text == "Without “under $150”"
    page, _ = ask(desk, page, "ignored", data={"index": 1})
    assert page.turns[-2].text == "in blue"


def test_a_thumb_is_kept_once_and_only_for_what_was_shown(clerk: ToyClerk) -> None:
    desk = desk_of(clerk)
    page, _ = ask(desk, Page(), "a tent")
    presses: list[Any] = [[], {}, {"product": "t9", "up": True}]
    presses += [{"product": "t1", "up": up} for up in (True, False)]
    for data in presses:
        page, drawn = desk.thumb(page, pressed(data))
    assert clerk.feedback.kept == {(page.session, page.answer_id, "t1"): False}
    assert "Noted" in drawn
    desk.thumb(Page(), pressed({"product": "t1", "up": True}))
    assert len(clerk.feedback.kept) == 1


def test_only_known_shoppers_are_impersonated(clerk: ToyClerk) -> None:
    desk = desk_of(clerk)
    page, session, *_ = desk.switch(Page(), "s012")
    assert clerk.sessions.started[session] == "s012"
    assert all(part == gr.skip() for part in desk.switch(page, "s012"))
    _, session, *_ = desk.start("root")
    assert clerk.sessions.started[session] == ""


def test_a_failure_leaves_the_cards() -> None:
    page = played(ToyClerk(), "a tent")[-1]
    assert failed(page, "Sorry.").recommendations == page.recommendations


def test_the_slider_asks_anew_and_shows_where_the_server_has_it(clerk: ToyClerk) -> None:
    desk = desk_of(clerk)
    page, _ = ask(desk, Page(), "a tent")
    assert 'value="0"' in talk.variety(page)
    page, updates = ask(desk, page, data={"variety": 0.7})
    assert page.variety == 0.7
    assert page.turns[-2].text == "More varied, please"
    assert any('value="0.7"' in str(update[5]) for update in updates)
    assert desk.resume(page.session)[0] == page
    page, _ = ask(desk, page, data={"variety": -3})
    assert page.variety == 0.0
    assert page.turns[-2].text == "More alike, please"
    page, _ = ask(desk, page, data={"variety": 10**400})
    assert page.variety == 1.0


@pytest.mark.parametrize("value", ["0.5", None, True, [0.5], {"a": 1}, float("nan"), 0, 0.0])
def test_what_is_no_new_place_of_the_slider_asks_nothing(clerk: ToyClerk, value: Any) -> None:
    desk = desk_of(clerk)
    before, _ = ask(desk, Page(), "a tent")
    assert ask(desk, before, "", {"variety": value})[0] == before


def test_there_is_no_slider_without_products(clerk: ToyClerk) -> None:
    desk = desk_of(clerk)
    assert talk.variety(Page()) == ""
    page, _ = ask(desk, Page(), "unicorn")
    assert talk.variety(page) == ""
    assert ask(desk, page, "", {"variety": 0.5})[0] == page
