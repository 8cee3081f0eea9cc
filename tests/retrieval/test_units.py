from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.units import is_known, pretty, same_amount, to_base

UNITS = ["kg", "g", "lb", "oz", "m", "cm", "mm", "inch", "L", "ml", "h", "min", "W", "GB", "TB", "°C", "persons", "dB"]
amounts = st.tuples(st.floats(-1e6, 1e6).map(lambda x: round(x, 3)), st.sampled_from([*UNITS, "", "pages", "widgets"]))


class TestConverting:
    @pytest.mark.parametrize(
        ("left", "right"),
        [
            ((2, "lb"), (907.185, "g")),
            ((2.5, "kilos"), (2500, "grammes")),
            ((1, "kg"), (1000, "G")),
            ((1.5, "L"), (1500, "ml")),
            ((1.5, "litres"), (1.5, "Liter")),
            ((6, "ft"), (72, "inches")),
            ((1, "m"), (100, "cm")),
            ((90, "minutes"), (1.5, "hours")),
            ((1, "TB"), (1000, "GB")),
            ((1, "kW"), (1000, "W")),
            ((10, "Ah"), (10_000, "mAh")),
            ((32, "°F"), (0, "°C")),
            ((1, "m²"), (10_000, "cm²")),
            ((4, "people"), (4, "persons")),
            ((4, "person"), (4, "p")),
            ((60, "dB(A)"), (60, "decibels")),
            ((5, "MP"), (5, "megapixels")),
            ((300, "pages"), (300, "page")),
        ],
    )
    def test_one_amount_in_two_spellings(self, left: tuple[float, str], right: tuple[float, str]) -> None:
        assert to_base(*left)[1] == to_base(*right)[1]
        assert to_base(*left)[0] == pytest.approx(to_base(*right)[0], rel=1e-5)
        assert same_amount(*left, *right)

    @pytest.mark.parametrize(
        ("left", "right"),
        [
            ((2, "kg"), (2, "lb")),
            ((2, "kg"), (2, "L")),
            ((2, "kg"), (2, "")),
            ((4, "persons"), (4, "pieces")),
            ((4, "persons"), (5, "persons")),
            ((100, "m"), (100, "min")),
            ((64, "GB"), (64, "W")),
            ((60, "dB"), (60, "")),
            ((-5, "kg"), (5, "kg")),
        ],
    )
    def test_different_amounts(self, left: tuple[float, str], right: tuple[float, str]) -> None:
        assert not same_amount(*left, *right)

    @pytest.mark.parametrize("unit", ["px", "pages", "MP", "rpm", "quux", ""])
    def test_a_unit_outside_the_table_keeps_its_number(self, unit: str) -> None:
        assert to_base(7, unit)[0] == 7
        assert to_base(7, unit)[1] not in ("meter", "kilogram", "second", "pascal * second")

    @pytest.mark.parametrize(("unit", "base"), [("gas", "gas"), ("lens", "len"), ("mugs", "mug"), ("x", "x")])
    def test_a_plural_of_an_unknown_unit_is_the_same_unit(self, unit: str, base: str) -> None:
        assert to_base(1, unit)[1] == base

    @given(amounts, st.floats(0, 100))
    def test_more_stays_more(self, amount: tuple[float, str], added: float) -> None:
        value, unit = amount
        assert to_base(value + added, unit)[0] >= to_base(value, unit)[0]

    @given(st.text(max_size=8), st.floats(-1e9, 1e9))
    def test_any_unit_at_all_gives_a_number_and_a_base(self, unit: str, value: float) -> None:
        amount, base = to_base(value, unit)
        assert math.isfinite(amount)
        assert to_base(1.0, base)[1] == to_base(1.0, to_base(1.0, base)[1])[1]  # a base settles


class TestSameAmount:
    @given(amounts, amounts)
    def test_it_does_not_matter_which_comes_first(self, left: tuple[float, str], right: tuple[float, str]) -> None:
        assert same_amount(*left, *right) == same_amount(*right, *left)

    @given(amounts)
    def test_every_amount_is_its_own(self, amount: tuple[float, str]) -> None:
        assert same_amount(*amount, *amount)

    @given(st.integers(1, 10**6), st.sampled_from([u for u in UNITS if u != "°C"]))
    def test_rounding_is_forgiven_and_a_tenth_more_is_not(self, value: int, unit: str) -> None:
        assert same_amount(value, unit, value * 1.004, unit)
        assert not same_amount(value, unit, value * 1.1, unit)

    def test_the_tolerance_can_be_nothing(self) -> None:
        assert not same_amount(1000, "g", 1001, "g", tolerance=0)
        assert same_amount(0, "g", 0, "kg", tolerance=0)


class TestSpellings:
    @pytest.mark.parametrize(
        ("unit", "printed"),
        [("l", "L"), ("litres", "L"), ("gb", "GB"), ("db", "dB"), ("person", "persons"), ("people", "persons"),
         ("kg", "kg"), ("°c", "°C"), ("mah", "mAh"), ("pages", "pages"), ("", "")],
    )  # fmt: skip
    def test_units_are_printed_as_shops_print_them(self, unit: str, printed: str) -> None:
        assert pretty(unit) == printed

    @given(st.sampled_from(UNITS))
    def test_printing_changes_no_amount_and_settles_at_once(self, unit: str) -> None:
        assert to_base(1.0, pretty(unit)) == to_base(1.0, unit)
        assert pretty(pretty(unit)) == pretty(unit)

    @pytest.mark.parametrize("unit", ["kg", "KG", "Litres", "people", "dB", '"', "inch", "%", "gigs"])
    def test_known_spellings(self, unit: str) -> None:
        assert is_known(unit)

    @pytest.mark.parametrize("unit", ["tents", "px", "", "dollars", "k"])
    def test_other_words_are_no_units(self, unit: str) -> None:
        assert not is_known(unit)
