from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

from assistant.clerk import Clerk
from assistant.types import Answer, ComparedRow, Comparison, Done, Found
from retrieval.types import Product
from tests.ui.test_cards import HOSTILE_TEXTS, parsed
from tests.ui.toy_clerk import DEAR, EVIL, GREEN, ToyClerk
from ui.comparison import ROWS_SHOWN, comparison_table
from ui.page import Page, advance, asked
from ui.shopper import Desk

ROWS = (
    ComparedRow("weight", ("1.9 kg", "3.4 kg"), True, (0,), asked=True),
    ComparedRow("capacity", ("2 persons", ""), True),
    ComparedRow("waterproof", ("yes", "yes"), False),
)
BOTH = Comparison(("t1", "t2"), ROWS, ("The Lark is 1.5 kg lighter; you asked for “light”.",))
PRODUCTS = {"t1": GREEN, "t2": DEAR}


def answered(comparison: Comparison) -> Answer:
    reply = "The Lark is lighter.\n\n- **weight**: 1.9 kg · 3.4 kg"
    return Answer("a1", "s1", "compare them", "compare", (), reply, comparison=comparison)


def test_the_table_has_heads_for_rows_and_columns() -> None:
    page = comparison_table(BOTH, PRODUCTS)
    tags = parsed(page)
    assert ("scope", "col") in tags.attributes
    assert page.count('scope="row"') == 2
    assert GREEN.title in tags.seen
    assert "Same for both: waterproof." in tags.seen


def test_better_is_said_in_a_word_and_silence_too() -> None:
    page = comparison_table(BOTH, PRODUCTS)
    assert '<td class="better">1.9 kg <small>better</small></td><td>3.4 kg</td>' in page
    assert '<td class="unstated">not stated</td>' in page
    assert "you asked" in page


def test_hostile_text_builds_nothing() -> None:
    for evil in (*HOSTILE_TEXTS, EVIL.title):
        rows = (ComparedRow(evil, (evil, evil), True, (1,)), ComparedRow(evil, (evil, evil), False))
        product = Product(evil, evil)
        page = comparison_table(Comparison((evil, "gone"), rows, (evil,)), {evil: product})
        tags = parsed(page)
        allowed = {"section", "h2", "div", "p", "table", "thead", "tbody", "tr", "th", "td", "span", "small"}
        assert tags.names <= allowed
        assert {name for name, _ in tags.attributes} <= {"class", "id", "scope", "role", "tabindex", "aria-labelledby"}
        assert "${" not in page
        assert "`" not in page


def test_many_rows_are_cut_and_counted() -> None:
    rows = tuple(ComparedRow(f"fact {n}", ("a", "b"), True) for n in range(ROWS_SHOWN + 3))
    page = comparison_table(Comparison(("t1", "t2"), rows, ()), PRODUCTS)
    assert page.count('scope="row"') == ROWS_SHOWN
    assert "3 more facts set them apart." in page


def test_the_page_keeps_the_table_until_the_next_search() -> None:
    page = advance(asked(Page("s1"), "compare them"), Done(answered(BOTH)))
    assert page.comparison == BOTH
    assert page.turns[-1].text == "The Lark is lighter."
    assert "1.9 kg" in page.turns[-1].more
    thanks = replace(answered(BOTH), intent="thanks", comparison=None, reply="You are welcome.")
    page = advance(asked(page, "thanks"), Done(thanks))
    assert page.comparison == BOTH
    assert advance(asked(page, "a tent"), Found("One fits.", ())).comparison is None
    over = replace(thanks, intent="start_over")
    assert advance(asked(page, "start over"), Done(over)).comparison is None


def test_the_desk_draws_it_from_the_catalogue() -> None:
    clerk = ToyClerk()
    catalog = SimpleNamespace(get=lambda ids: {id: PRODUCTS[id] for id in ids})
    cast(Any, clerk).searcher = SimpleNamespace(index=SimpleNamespace(catalog=catalog))
    desk = Desk(cast(Clerk, clerk))
    page = advance(asked(Page(clerk.sessions.start()), "compare them"), Done(answered(BOTH)))
    drawn = desk._results(page)
    assert "Side by side" in drawn
    assert "Products will stand here" not in drawn
