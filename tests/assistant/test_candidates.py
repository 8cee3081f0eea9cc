"""What is found under all wishes, under fewer, in stock or not; each shop's right answer is plain to see."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.candidates import Page, find
from assistant.clerk import Clerk
from assistant.dialogue import Dialogue, apply
from assistant.understand import understand
from tests.assistant.shop import BY_ID


def wanting(clerk: Clerk, message: str) -> Dialogue:
    return apply(Dialogue(), understand(message, clerk.reader), (), clerk.facets, "USD")


def ids(page: Page) -> set[str]:
    return {hit.product.id for hit in page.hits}


def given_up(page: Page) -> list[str]:
    return [c.label for c in page.given_up]


class TestSoldOut:
    @pytest.mark.parametrize(
        ("message", "gone"),
        [
            ("a tent for 6 people", ("tent-6",)),
            ("a red tent", ("tent-6",)),
            ("a red tent in stock", ("tent-6",)),
            ("a backpack over $200", ("pack-65",)),
        ],
    )
    def test_what_fits_and_is_gone_is_named_and_what_is_left_is_found(
        self, talking_clerk: Clerk, message: str, gone: tuple[str, ...]
    ) -> None:
        page = find(talking_clerk, wanting(talking_clerk, message))
        assert page.sold_out == gone
        assert page.hits
        assert all(BY_ID[id].in_stock for id in ids(page))
        assert page.given_up

    @pytest.mark.parametrize("message", ["a tent", "a tent over $300", "a red jacket", "a purple tent", "headphones"])
    def test_where_one_is_left_nothing_is_sold_out(self, talking_clerk: Clerk, message: str) -> None:
        assert find(talking_clerk, wanting(talking_clerk, message)).sold_out == ()

    def test_in_stock_leaves_out_what_is_gone_without_a_word_of_it(self, talking_clerk: Clerk) -> None:
        page = find(talking_clerk, wanting(talking_clerk, "a tent in stock"))
        assert ids(page) == {"tent-2", "tent-4", "tent-light"}
        assert (page.sold_out, page.given_up, page.fitting) == ((), (), 3)


class TestGivingUp:
    @pytest.mark.parametrize(
        ("message", "gone"),
        [
            ("a tent under $50", ["under $50"]),
            ("a blue tent from Northlea", ["blue"]),
            ("blue hiking boots under $100", ["blue"]),  # a colour before a budget
        ],
    )
    def test_the_wish_that_matters_least_goes_first(self, talking_clerk: Clerk, message: str, gone: list[str]) -> None:
        page = find(talking_clerk, wanting(talking_clerk, message))
        assert given_up(page) == gone
        assert page.fitting == 0
        assert page.hits

    def test_the_kind_of_thing_is_never_given_up(self, talking_clerk: Clerk) -> None:
        for message in ("a tent under $50", "a blue kettle under $1", "a red knife over $900"):
            dialogue = wanting(talking_clerk, message)
            kind = next(c for c in dialogue.constraints if c.kind == "category")
            page = find(talking_clerk, dialogue)
            assert kind not in page.given_up
            assert all(kind.values[0] in {k.lower() for k in BY_ID[id].category} for id in ids(page))


class TestRefused:
    def test_nor_where_two_wishes_have_to_go(self, talking_clerk: Clerk) -> None:
        page = find(talking_clerk, wanting(talking_clerk, "a Brindle kettle under $10"))
        assert {BY_ID[id].category[-1] for id in ids(page)} == {"Kettles"}
        assert sorted(given_up(page)) == ["Brindle", "under $10"]

    def test_a_refused_product_is_not_found(self, talking_clerk: Clerk) -> None:
        dialogue = replace(wanting(talking_clerk, "a tent"), refused=("tent-2",))
        page = find(talking_clerk, dialogue)
        assert ids(page) == {"tent-4", "tent-light", "tent-6"}
        assert page.fitting == 3

    def test_nor_in_place_of_what_is_not_there(self, talking_clerk: Clerk) -> None:
        dialogue = replace(wanting(talking_clerk, "a tent under $50"), refused=("tent-2",))
        assert "tent-2" not in ids(find(talking_clerk, dialogue))

    def test_all_refused_is_an_end(self, talking_clerk: Clerk) -> None:
        tents = ("tent-2", "tent-4", "tent-light", "tent-6")
        assert not find(talking_clerk, replace(wanting(talking_clerk, "a tent"), refused=tents)).hits
