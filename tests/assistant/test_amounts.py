from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.amounts import ABOUT_SHARE, Amount, find_amounts
from retrieval.text import fold


def only(message: str) -> Amount:
    (amount,) = find_amounts(fold(message))
    return amount


def bounds(message: str) -> tuple[float | None, float | None]:
    amount = only(message)
    return amount.low, amount.high


class TestBudgets:
    @pytest.mark.parametrize(
        "message",
        """under $150|below $150|less than $150|cheaper than $150|no more than $150|not more than $150|not over $150
        |up to $150|at most $150|max $150|within $150|budget of $150|budget is $150|<$150|<= $150|≤ $150|$150 or less
        |$150 max|$150 tops|150 dollars at most|under 150 dollars|under 150 bucks|under usd 150|under us$150
        |不超过 $150|150元以下""".replace("\n", "").split("|"),
    )
    def test_words_that_set_an_upper_bound(self, message: str) -> None:
        amount = only(message.strip())
        assert (amount.low, amount.high, amount.bound) == (None, 150, "max")
        assert amount.is_money

    @pytest.mark.parametrize(
        "message",
        """over $150|above $150|more than $150|at least $150|min $150|from $150|starting at $150|no less than $150
        |>$150|>= $150|≥ $150|$150 or more|$150 plus|$150+|$150 and up|至少 $150|150元以上""".replace("\n", "").split(
            "|"
        ),
    )
    def test_words_that_set_a_lower_bound(self, message: str) -> None:
        amount = only(message.strip())
        assert (amount.low, amount.high, amount.bound) == (150, None, "min")

    @pytest.mark.parametrize("word", ["around", "about", "roughly", "approx", "circa", "near", "~", "≈", "大约"])
    def test_words_that_reach_to_either_side(self, word: str) -> None:
        assert bounds(f"{word} $100") == (100 * (1 - ABOUT_SHARE), 100 * (1 + ABOUT_SHARE))
        assert only(f"{word} $100").bound == "about"

    @pytest.mark.parametrize("message", ["$100", "100 dollars", "a $100 kettle", "a kettle for $100", "€100", "100€"])
    def test_a_plain_amount_is_exact(self, message: str) -> None:
        assert bounds(message) == (100, 100)
        assert only(message).bound == "exact"

    @pytest.mark.parametrize(
        "message",
        ["between $40 and $60", "between 40 and 60 dollars", "from $40 to $60", "$40 to $60", "$40 - $60",
         "40–60 dollars", "between $60 and $40", "in the range of 40 to 60 dollars", "40 until 60 bucks", "$40 至 $60"],
    )  # fmt: skip
    def test_ranges(self, message: str) -> None:
        assert bounds(message) == (40, 60)
        assert only(message).is_money

    @pytest.mark.parametrize(
        ("message", "value"),
        [("$1,299", 1299), ("$1,299.50", 1299.5), ("$1.299,50", 1299.5), ("$2k", 2000), ("$1.5k", 1500),
         ("$0.99", 0.99), ("$0", 0), ("$-5", -5), ("$1000000", 1e6)],
    )  # fmt: skip
    def test_digits_as_people_write_them(self, message: str, value: float) -> None:
        assert only(message).value == value

    @pytest.mark.parametrize(
        ("message", "currency"),
        [("$5", "$"), ("us$5", "us$"), ("5 usd", "usd"), ("5 euros", "euros"), ("£5", "£"), ("5 quid", "quid"),
         ("¥5", "¥"), ("5元", "元"), ("₹5", "₹"), ("5", ""), ("5 kg", "")],
    )  # fmt: skip
    def test_the_currency_is_kept_as_written(self, message: str, currency: str) -> None:
        assert only(message).currency == currency


class TestMeasures:
    @pytest.mark.parametrize(
        ("message", "low", "high", "unit"),
        [
            ("under 2 kg", None, 2, "kg"),
            ("under 2kg", None, 2, "kg"),
            ("lighter than 2 kg", None, 2, "kg"),
            ("quieter than 50 dB", None, 50, "db"),
            ("at least 40 L", 40, None, "l"),
            ("40 litres or more", 40, None, "litres"),
            ("bigger than 40 litres", 40, None, "litres"),
            ("a 45-L pack", 45, 45, "l"),
            ("a 4-person tent", 4, 4, "person"),
            ("256GB", 256, 256, "gb"),
            ("1 to 2 kg", 1, 2, "kg"),
            ("between 40 and 50 litres", 40, 50, "litres"),
            ("0.5 l", 0.5, 0.5, "l"),
            ("1,5 kg", 1.5, 1.5, "kg"),
            ("-5 °C", -5, -5, "°c"),
            ('a 27" screen', 27, 27, '"'),
            ("a 27 inch screen", 27, 27, "inch"),
        ],
    )
    def test_number_and_unit(self, message: str, low: float | None, high: float | None, unit: str) -> None:
        amount = only(message)
        assert (amount.low, amount.high, amount.unit) == (low, high, unit)
        assert not amount.is_money

    @pytest.mark.parametrize("message", ["4 tents", "under 100 in pink", "3 nice mugs"])
    def test_a_word_after_a_number_need_not_be_a_unit(self, message: str) -> None:
        assert only(message).unit == ""

    def test_two_things_said_are_two_amounts(self) -> None:
        weight, price = find_amounts("under 2 kg and under $100")
        assert (weight.high, weight.unit, price.high, price.currency) == (2, "kg", 100, "$")

    def test_two_numbers_joined_by_and_are_no_range_without_between(self) -> None:
        assert [a.value for a in find_amounts("a tent for 2 and a stove for 30")] == [2, 30]

    @pytest.mark.parametrize("message", ["wf-1000xm4", "tent", "", "$", "under", "between and"])
    def test_model_numbers_and_words_are_no_amounts(self, message: str) -> None:
        assert find_amounts(message) == []


# -- round trips --------------------------------------------------------------------------------------------------

cents = st.integers(1, 9_999_999).map(lambda n: n / 100)
whole = st.integers(1, 99_999)
money = st.one_of(whole.map(str), whole.map("{:,}".format), cents.map("{:.2f}".format), cents.map("{:,.2f}".format))


def number(text: str) -> float:
    return float(text.replace(",", ""))


class TestRoundTrips:
    @given(money, st.sampled_from(["under", "below", "up to", "at most", "no more than"]))
    def test_under_any_amount(self, text: str, word: str) -> None:
        assert bounds(f"{word} ${text}") == (None, number(text))

    @given(money, st.sampled_from(["over", "above", "at least", "no less than"]))
    def test_over_any_amount(self, text: str, word: str) -> None:
        assert bounds(f"{word} ${text}") == (number(text), None)

    @given(money, money, st.sampled_from(["$", "€", "£"]))
    def test_between_in_either_order(self, a: str, b: str, sign: str) -> None:
        expected = tuple(sorted((number(a), number(b))))
        assert bounds(f"between {sign}{a} and {sign}{b}") == expected
        assert bounds(f"from {sign}{b} to {sign}{a}") == expected

    @given(whole, whole, st.sampled_from(["kg", "litres", "persons", "gb"]))
    def test_a_range_may_state_its_unit_once(self, a: int, b: int, unit: str) -> None:
        amount = only(f"between {a} and {b} {unit}")
        assert (amount.low, amount.high, amount.unit) == (min(a, b), max(a, b), unit)

    @given(st.text(max_size=20), money)
    def test_the_span_holds_what_was_said(self, before: str, text: str) -> None:
        message = fold(f"{before} , under ${text} , please")
        found = [a for a in find_amounts(message) if a.high == number(text)]
        assert found
        assert message[found[-1].start : found[-1].end].strip() == f"under ${text}"


class TestAnyText:
    @given(st.text(max_size=400) | st.text("0123456789.,-–$€k <>~kgl betweenand", max_size=200))
    def test_amounts_are_in_order_within_the_message_and_apart(self, message: str) -> None:
        message = fold(message)
        amounts = find_amounts(message)
        for amount in amounts:
            assert 0 <= amount.start < amount.end <= len(message)
            assert amount.low is not None or amount.high is not None
        assert all(one.start <= other.start for one, other in pairwise(amounts))

    @given(st.text("0123456789 -$under", max_size=100))
    def test_bounds_of_positive_amounts_are_never_crossed(self, message: str) -> None:
        for amount in find_amounts(fold(message)):
            if amount.low is not None and amount.high is not None and amount.low >= 0:
                assert amount.low <= amount.high


def test_square_metres_are_one_unit() -> None:
    (amount,) = find_amounts("for a 20 m2 room")
    assert (amount.value, amount.unit) == (20, "m2")
    assert [a.unit for a in find_amounts("2 m long, 3 m wide")] == ["m", "m"]
