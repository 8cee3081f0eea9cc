"""What a thing is to fit: sizes, ages, players, loads, women and men, in shops that state just that."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.dialogue import as_filter
from assistant.reading import Reader
from assistant.types import Constraint
from assistant.understand import understand
from retrieval.types import AttributeValue, Product, Quantity
from tests.assistant.shop import make_reader

SHOP = make_reader()


def of(category: str, attribute: str, *values: AttributeValue) -> list[Product]:
    """One product a value, called by it: "games 3+ years"."""
    return [
        Product(
            id=f"{category}-{n}",
            title=f"{category} no {n}",
            description=f"One of our {category}.",
            brand="Plainmake",
            category=("Shop", category),
            price=10.0 + n,
            currency="USD",
            stock=5,
            attributes={attribute: value},
        )
        for n, value in enumerate(values)
    ]


FITS = make_reader([
    *of("Puzzles", "age", "3+ years", "6+ years", "12+ years"),
    *of("Board Games", "players", "2-4 players", "2-6 players", "1-2 players"),
    *of("Beds", "max load", Quantity(100, "kg"), Quantity(150, "kg"), Quantity(200, "kg")),
    *of("Shoes", "size", "42", "43", "44"),
    *of("Blankets", "size", "single", "queen", "king"),
    *of("Coats", "gender", "women", "men", "unisex"),
])  # fmt: skip


def left(message: str, reader: Reader = FITS, context: Sequence[Constraint] = ()) -> str:
    """Ids of the products of the kind that the message's wishes leave."""
    request = understand(message, reader, context=context)
    mask = reader.facets.mask(as_filter((*context, *request.constraints)))
    return " ".join(reader.facets.ids[row] for row in np.flatnonzero(mask))


def keys(message: str, reader: Reader = FITS) -> set[str]:
    return {c.key for c in understand(message, reader).constraints}


class TestSizes:
    @pytest.mark.parametrize(
        ("message", "ids"),
        [
            ("shoes size 43", "Shoes-1"),
            ("shoes in 43", "Shoes-1"),
            ("shoes, size 42 or 43", "Shoes-0 Shoes-1"),
            ("a king size blanket", "Blankets-2"),
            ("queen blanket", "Blankets-1"),
        ],
    )
    def test_a_size_is_met_by_that_size(self, message: str, ids: str) -> None:
        assert left(message) == ids

    @pytest.mark.parametrize(
        ("message", "ids"),
        [
            ("a jacket in XL", "jacket-xl"),
            ("jackets size M", "jacket-m"),
            ("jacket in medium", "jacket-m"),
            ("a large jacket", "jacket-l"),
            ("jackets, size M or L", "jacket-m jacket-l"),
        ],
    )
    def test_letters_and_the_words_for_them(self, message: str, ids: str) -> None:
        assert left(message, SHOP) == ids

    def test_a_size_that_nobody_has_is_a_wish_all_the_same(self) -> None:
        assert left("shoes size 50") == ""

    @pytest.mark.parametrize(
        "message", ["shoes in any size", "shoes, which size is best?", "shoes under $43", "two shoes"]
    )
    def test_the_word_alone_or_another_number_asks_for_none(self, message: str) -> None:
        assert "attribute:size" not in keys(message)

    def test_no_size_where_the_kind_has_none(self) -> None:
        assert "attribute:size" not in keys("a tent, size M", SHOP)


class TestRanges:
    @pytest.mark.parametrize(
        ("message", "ids"),
        [
            ("a puzzle for a 4 year old", "Puzzles-0"),
            ("a puzzle for my 7 year old", "Puzzles-0 Puzzles-1"),
            ("puzzles, aged 12", "Puzzles-0 Puzzles-1 Puzzles-2"),
            ("a puzzle for a 2 year old", ""),
            ("a board game for 5 players", "Board Games-1"),
            ("board games for 3 people", "Board Games-0 Board Games-1"),
        ],
    )
    def test_the_range_of_the_listing_holds_the_amount(self, message: str, ids: str) -> None:
        assert left(message) == ids

    def test_a_number_of_years_that_is_no_age(self) -> None:
        assert "attribute:age" not in keys("a puzzle with a 2 year warranty")

    @given(st.integers(1, 99))
    def test_any_age_is_held_by_what_begins_below_it(self, age: int) -> None:
        expected = [f"Puzzles-{n}" for n, least in enumerate((3, 6, 12)) if age >= least]
        assert left(f"a puzzle for a {age} year old") == " ".join(expected)


class TestLoads:
    @pytest.mark.parametrize(
        ("message", "ids"),
        [
            ("a bed for someone of 120 kg", "Beds-1 Beds-2"),
            ("a bed that has to hold 180 kg", "Beds-2"),
            ("a bed that supports 250 kg", ""),
            ("a bed that holds 90 kg", "Beds-0 Beds-1 Beds-2"),
        ],
    )
    def test_what_it_takes_at_the_most_is_at_least_that(self, message: str, ids: str) -> None:
        assert left(message) == ids

    @given(st.integers(1, 400))
    def test_any_load_leaves_only_what_bears_it(self, load: int) -> None:
        expected = [f"Beds-{n}" for n, most in enumerate((100, 150, 200)) if most >= load]
        assert left(f"a bed that can hold {load} kg") == " ".join(expected)


class TestGender:
    @pytest.mark.parametrize(
        ("message", "ids"),
        [
            ("women's coats", "Coats-0"),
            ("coats for men", "Coats-1"),
            ("a coat", "Coats-0 Coats-1 Coats-2"),
        ],
    )
    def test_said_plainly_it_is_a_must(self, message: str, ids: str) -> None:
        assert left(message) == ids

    @pytest.mark.parametrize(
        ("message", "values"), [("a coat for my dad", {"men", "unisex"}), ("a coat for my wife", {"women", "unisex"})]
    )
    def test_for_a_person_what_is_for_both_will_do(self, message: str, values: set[str]) -> None:
        [gender] = [c for c in understand(message, FITS).constraints if c.key == "attribute:gender"]
        assert gender.test is not None
        assert gender.test.any_of == values
        assert not gender.hard

    def test_for_her_and_him_says_nothing(self) -> None:
        assert "attribute:gender" not in keys("a coat for him and her")
