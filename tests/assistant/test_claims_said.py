"""What is said of what: a value beside its own attribute, an adjective as one, a trade-off as one."""

from __future__ import annotations

import pytest

from assistant.claims_said import check_said
from assistant.facts import Facts, without_names
from assistant.types import Constraint, Reason
from assistant.verify import verify
from assistant.vocabulary import build_vocabulary
from assistant.wordings import text_of
from retrieval.facets import build_facets
from retrieval.text import fold
from retrieval.types import AttributeTest, Product, Quantity

BOTTLE = Product(
    "b1",
    "Voxtern Sip Bottle, Black",
    brand="Voxtern",
    category=("Kitchen", "Bottles"),
    price=24.0,
    currency="USD",
    rating=4.6,
    rating_count=210,
    attributes={
        "colour": "black",
        "material": "steel",
        "weight": Quantity(320.0, "g"),
        "adjustable": True,
        "use": ("hiking", "travel"),
    },
)
BUDGET = Constraint("price", "price", "under $30", high=30.0)
BLACK = Constraint("attribute:colour", "attribute", "black", test=AttributeTest("colour", any_of=frozenset(["black"])))


def _reason(number: int, field: str, value_: str, form: str, contribution: float = 0.2, **blanks: str) -> Reason:
    return Reason(
        f"r{number}", "request_met", "b1", field, field, value_, text_of(form, blanks), contribution, form, blanks
    )


REASONS = (
    _reason(1, "price", "$24.00", "price.within", price="$24.00", limit="$30"),
    _reason(2, "colour", "black", "fact.colour", name="colour", value="black"),
    _reason(3, "material", "steel", "fact.material", name="material", value="steel"),
    _reason(4, "adjustable", "yes", "fact.is", name="adjustable"),
    _reason(5, "brand", "Voxtern", "brand", brand="Voxtern"),
    _reason(6, "weight", "320 g", "fact.weight", name="weight", value="320 g"),
)
FACTS = Facts(BOTTLE, REASONS, (BUDGET, BLACK), "a black bottle under $30")
VOCABULARY = build_vocabulary(build_facets([BOTTLE]))

WELL_SAID = """
Its material is steel, and its brand is Voxtern.
It has steel as its material and comes in black.
Its colour is black; its weight is 320 g.
It costs $24.00, which is within your limit of $30.
At $24.00, it stays within your limit of $30 and is adjustable.
It is within your limit of $30 at $24.00.
It is adjustable and comes in black.
I picked it because it is made by Voxtern and weighs 320 g.
Here you get a weight of 320 g and a price of $24.00, within your limit of $30.
"""
ILL_SAID = """
However, its colour is not adjustable.
One thing to note: its brand is not adjustable.
Its brand is Voxtern, and its material is Voxtern.
Its colour is steel.
It is available in black and has adjustable as its colour.
It has black as its material.
It comes in its colour.
It comes from the Steel and is adjustable.
It fits the listing and comes in black.
Here you get $24.00, within your limit of $30.
The Voxtern Sip Bottle keeps within your limit of $30 at Voxtern Sip Bottle.
It is adjustable, which is its weight of 320 g.
It is made by Voxtern and is a steel.
It comes in black, and besides, it is here.
It has a name of comes in black.
As you wished, its price is $24.00, and it comes in black.
The customer rated it 4.6 out of 5, and it comes in black.
It meets the request for a steel one and comes in black.
With Voxtern as its listing, it is also made by Voxtern.
First, its brand is Voxtern; second, it is made by Voxtern.
You also get adjustable.
It comes in black and offers adjustable.
It is in black and is also available in colour.
Its price is black and has a weight of 320 g.
Its prices of $24.00, within your limit of $30, and it weighs 320 g.
It is made of steel, within your limit of $30.
It has steel as its material, which is within your limit of $30.
The listing gives its colour is black.
A point against it: it comes in black.
Unfortunately, it costs $24.00, within your limit of $30.
One thing to note: it is made by Voxtern.
"""


@pytest.mark.parametrize("sentence", WELL_SAID.strip().splitlines())
def test_what_is_said_of_its_own_passes(sentence: str) -> None:
    verdict = verify(sentence, FACTS, VOCABULARY)
    assert verdict.supported, verdict.why


@pytest.mark.parametrize("sentence", ILL_SAID.strip().splitlines())
def test_what_is_said_of_something_else_or_makes_no_sense_does_not(sentence: str) -> None:
    assert not verify(sentence, FACTS, VOCABULARY).supported


def test_what_speaks_against_it_is_not_introduced_as_speaking_for_it() -> None:
    blanks = {"rating": "4.6 out of 5", "people": "210 customers"}
    low = Reason("r1", "social_proof", "b1", "rating", "rating", "4.6", "", -0.1, "rating.below", blanks)
    facts = Facts(BOTTLE, (low,), (), "a bottle")
    said = "it is rated 4.6 out of 5 by 210 customers, below the average of our shop."
    assert verify(f"Do note that {said}", facts, VOCABULARY).supported
    for opening in ("I picked it because", "A point in its favour:", "What speaks for it:"):
        assert not verify(f"{opening} {said}", facts, VOCABULARY).supported


def test_the_own_name_may_hold_an_attributes_name() -> None:
    facts = Facts(Product("p", "Colour Lamp", attributes={"colour": "red"}), (), (), "")
    assert check_said(without_names(fold("The Colour Lamp is red."), facts), facts) == ""
