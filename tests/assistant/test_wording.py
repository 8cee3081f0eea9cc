"""Small wordings: money, lists, amounts, plurals."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.wording import amount, is_adjective, listed, money, plural, shorten, shown, with_article
from retrieval.types import AttributeValue, Quantity


@pytest.mark.parametrize(
    ("value", "currency", "short", "said"),
    [
        (129.0, "USD", False, "$129.00"),
        (1299.5, "USD", False, "$1,299.50"),
        (150.0, "EUR", True, "€150"),
        (18.5, "GBP", True, "£18.50"),
        (129.0, "PLN", False, "129.00 PLN"),
        (129.0, "", False, "129.00"),
        (0.0, "USD", True, "$0"),
    ],
)
def test_money_is_written_as_shops_write_it(value: float, currency: str, short: bool, said: str) -> None:
    assert money(value, currency, short=short) == said


@pytest.mark.parametrize(
    ("items", "said"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_lists_are_joined_as_in_prose(items: list[str], said: str) -> None:
    assert listed(items) == said
    assert listed(items, "or") == said.replace(" and ", " or ")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (True, "yes"),
        (False, "no"),
        ("navy blue", "navy blue"),
        (("usb-c", "hdmi"), "usb-c and hdmi"),
        (Quantity(1.2, "kg"), "1.2 kg"),
        (Quantity(10000, "mm"), "10000 mm"),
        (Quantity(4), "4"),
        (Quantity(-5, "°C"), "-5 °C"),
    ],
)
def test_values_are_shown_as_the_shop_states_them(value: AttributeValue, said: str) -> None:
    assert shown(value) == said


def test_amounts_keep_their_unit() -> None:
    assert amount(45.0, "L") == "45 L"
    assert amount(2.0, "") == "2"


@given(st.text(min_size=1), st.integers(2, 40))
def test_a_shortened_text_fits_and_keeps_its_beginning(text: str, length: int) -> None:
    short = shorten(text, length)
    assert len(short) <= max(length, len(text) if len(text) <= length else length)
    assert text.startswith(short.removesuffix("…"))


def test_texts_are_cut_between_words() -> None:
    assert shorten("a tent for two people", 12) == "a tent for…"
    assert shorten("a tent, for two", 9) == "a tent…"
    assert shorten("a tent", 6) == "a tent"


def test_one_customer_and_many() -> None:
    assert plural(1, "customer") == "1 customer"
    assert plural(0, "customer") == "0 customers"
    assert plural(1640, "customer") == "1,640 customers"


def test_adjectives_are_told_from_things() -> None:
    assert all(
        map(is_adjective, ["waterproof", "dishwasher safe", "foldable", "bpa free", "noise cancelling", "padded"])
    )
    assert not any(map(is_adjective, ["hood", "microphone", "timer", "rain cover", "bluetooth"]))


@pytest.mark.parametrize(
    ("noun", "said"),
    [
        ("timer", "a timer"),
        ("alarm", "an alarm"),
        ("usb charging port", "a usb charging port"),
        ("unisex fit", "a unisex fit"),
        ("one-way zip", "a one-way zip"),
        ("umbrella pocket", "an umbrella pocket"),
        ("bluetooth", "bluetooth"),
        ("ports", "ports"),
    ],
)
def test_the_article_goes_by_the_sound(noun: str, said: str) -> None:
    assert with_article(noun) == said
