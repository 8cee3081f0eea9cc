"""What sets a product apart: the lead it would lose."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assistant.apart import kept_out, moved_by, rivals_of
from assistant.dialogue import Dialogue
from assistant.ranking import Ranked
from assistant.types import Constraint
from retrieval.facets import build_facets
from retrieval.types import AttributeTest
from tests.toys import toy_product, toy_products

RED = Constraint("attribute:colour", "attribute", "red", test=AttributeTest("colour", any_of=frozenset({"red"})))
TENTS = Constraint("category", "category", "tents", values=("tent",))


@pytest.fixture
def standing() -> Callable[..., Ranked]:
    def build(number: int, **contributions: float) -> Ranked:
        return Ranked(toy_product(number), contributions, contributions, ())

    return build


def test_what_lifts_all_alike_moves_nothing(standing: Callable[..., Ranked]) -> None:
    shown, rival = standing(0, meaning=0.5, wish=0.25, rating=0.05), standing(5, meaning=0.4, wish=0.25)
    moved = moved_by(shown, [rival], {})
    assert moved == pytest.approx({"meaning": 0.1, "wish": 0.0, "rating": 0.05})
    assert moved_by(shown, [rival], {"wish": 0.5})["wish"] == pytest.approx(0.125)


def test_the_rival_that_would_then_be_best_counts(standing: Callable[..., Ranked]) -> None:
    shown = standing(0, meaning=0.5, words=0.3)
    rivals = [standing(5, meaning=0.4, words=0.3), standing(9, meaning=0.6)]
    # Without the words the second rival leads by 0.1; with them the product led by 0.1.
    assert moved_by(shown, rivals, {})["words"] == pytest.approx(0.2)


def test_a_catalogue_of_one_holds_nothing_against_a_signal(standing: Callable[..., Ranked]) -> None:
    shown = standing(0, meaning=0.5, wish=0.25)
    assert rivals_of([shown], [shown]) == []
    assert moved_by(shown, [], {}) == shown.contributions


def test_variants_of_what_is_shown_are_no_rivals(standing: Callable[..., Ranked]) -> None:
    one = Ranked(toy_product(0, title="Tent, red"), {}, {}, ())
    other = Ranked(toy_product(1, title="Tent, green"), {}, {}, ())
    lamp = standing(4)
    assert rivals_of([one], [one, other, lamp]) == [lamp]


def test_a_hard_wish_counts_by_what_it_alone_keeps_out() -> None:
    facets = build_facets(toy_products())  # four tents of 24 products, one of them red
    assert kept_out(facets, Dialogue(constraints=(TENTS, RED))) == pytest.approx(
        {"wish:category": 1 - 1 / 6, "wish:attribute:colour": 1 - 1 / 4}
    )
    assert kept_out(build_facets([toy_product(0)]), Dialogue(constraints=(TENTS, RED))) == {
        "wish:category": 0.0,
        "wish:attribute:colour": 0.0,
    }
    boats = Constraint("category", "category", "boats", values=("boat",))
    assert kept_out(facets, Dialogue(constraints=(boats,))) == {}
