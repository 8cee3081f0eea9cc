"""Signs in place of what must be copied: nothing is lost, nothing is made up, nothing can be smuggled in."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from assistant.masking import Masked, facts_line, masked
from assistant.types import Reason
from assistant.wordings import first_clause, text_of


def reason(form: str, kind: str = "request_met", **blanks: str) -> Reason:
    return Reason("r", kind, "p", "s", "f", "v", text_of(form, blanks), 0.1, form, blanks)  # type: ignore[arg-type]


PRICE = reason("price.within", price="$45.50", limit="$60")
COLOUR = reason("fact.colour", name="colour", value="forest green")
RATING = reason("rating.above", "social_proof", rating="4.6 out of 5", people="210 customers")


def test_amounts_names_and_quotations_become_signs_and_short_plain_values_stay() -> None:
    row = masked([PRICE, COLOUR, reason("brand", brand="Orla & Sons")], "Orla Kettle")
    assert facts_line(row) == (
        "(asked) it costs @1, within your limit of @2; (asked) it comes in forest green; (asked) it is made by @3"
    )
    assert row.values == ("Orla Kettle", "$45.50", "$60", "Orla & Sons")


def test_only_wishes_that_are_met_are_marked_as_asked_for() -> None:
    assert facts_line(masked([RATING])) == "it is rated @1 by @2, above the average of our shop"


@pytest.mark.parametrize("value", ["1920 x 1080", "RJ-45 (M)", "a value of far too many words to be copied well"])
def test_a_value_that_is_not_short_and_plain_becomes_a_sign(value: str) -> None:
    assert facts_line(masked([reason("fact.text", name="type", value=value)])) == "(asked) its type is @1"


def test_a_long_title_is_no_name() -> None:
    assert masked([PRICE], "HP Pavilion 14-ce3610sa Notebook Gold 35.6 cm 10th gen").name == ""
    assert masked([PRICE], "Orla Kettle").name == "@0"


def test_signs_become_facts_with_the_right_article() -> None:
    row = Masked((), ("Orla Kettle", "8 h", "HP", "Bitwell"))
    assert row.unmasked("The @0 has a battery life of @1.") == "The Orla Kettle has a battery life of 8 h."
    assert row.unmasked("A @2 product.") == "An HP product."
    assert row.unmasked("It is an @3 product.") == "It is a Bitwell product."


def test_a_quotation_brings_its_own_full_stop() -> None:
    assert Masked((), ("", "“It is dry.”")).unmasked("The listing says: @1.") == "The listing says: “It is dry.”"


@pytest.mark.parametrize(
    "text",
    ["It costs @3.", "It costs 40 dollars.", "It is the @0.", "It costs @1 and @.", "It costs @12.", "It has 2 @1."],
)
def test_an_unknown_sign_or_a_number_of_its_own_is_refused(text: str) -> None:
    assert masked([PRICE]).unmasked(text) is None


@given(st.text(alphabet="ab1@ $.{}\\“”", max_size=12), st.text(alphabet="ab1@ $.{}\\“”", min_size=1, max_size=12))
@example(brand=".”.", value="1")
def test_a_value_comes_through_as_it_is(brand: str, value: str) -> None:
    """Whatever stands in a feed, signs of its own included, is put in once and not read again."""
    row = masked([reason("fact.text", name="type", value=value), reason("brand", brand=brand)])
    said = row.unmasked(f"{first_clause(row.reasons[0])} and {first_clause(row.reasons[1])}")
    if said is not None:
        assert value in said
        assert brand in said
