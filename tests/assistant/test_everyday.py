"""Everyday words made plain, where the catalogue knows what they stand for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.everyday import made_plain
from assistant.vocabulary import build_vocabulary
from retrieval.facets import build_facets
from retrieval.types import Product, Quantity

SHOP = build_vocabulary(
    build_facets(
        [
            Product("a", "Pan", attributes={"dishwasher safe": True, "oven safe": False, "wheels": Quantity(4, "")}),
            Product("b", "Screen", attributes={"resolution": "3840 x 2160", "machine washable": True}),
        ]
    )
)
EMPTY = build_vocabulary(build_facets([Product("a", "Pan")]))


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        ("a pan that can go in the dishwasher", "a pan that dishwasher safe"),
        ("can i put the carafe in the dishwasher", "can i put the carafe in the dishwasher"),
        ("it must survive the washing machine", "it must machine washable"),
        ("a 4k screen", "a 3840 x 2160 screen"),
        ("good evening! a pan", "a pan"),
        ("hi there, a pan w/o a lid", "a pan without a lid"),
        ("four wheels", "4 wheels"),
        ("six man", "6 person"),
        ("under eighty dollars", "under 80 dollars"),
        ("at least a week", "at least 1 week"),
        ("two sleeping bags", "two sleeping bags"),
        ("one with a hood", "one with a hood"),
        ("r u a bot", "are you a bot"),
    ],
)
def test_is_said_as_listings_say_it(said: str, plain: str) -> None:
    assert made_plain(said, SHOP) == plain


@pytest.mark.parametrize("said", ["a pan for the dishwasher", "a 4k screen", "it must survive the washing machine"])
def test_stays_as_it_is_where_the_catalogue_knows_nothing_of_it(said: str) -> None:
    assert made_plain(said, EMPTY) == said


@given(st.text(max_size=200))
def test_any_text_is_read(text: str) -> None:
    assert isinstance(made_plain(text, SHOP), str)
