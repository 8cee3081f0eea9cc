"""The question back: asked where an answer splits the candidates, and each answer offered leads to products."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from assistant.clarifying import MOST_OPTIONS, contradiction_in, departments, question_for
from assistant.clerk import Clerk, open_clerk
from assistant.dialogue import Dialogue
from assistant.settings import EncoderSettings, GeneratorSettings, Settings
from assistant.types import Clarifying, Constraint
from assistant.understand import understand
from retrieval.encoder import HashEncoder
from retrieval.index import build_index
from retrieval.types import AttributeValue, Product, Quantity
from tests.assistant.talk import Talk
from tests.toys import write_jsonl

NAMES = "Alder Birch Cedar Dogwood Elm Fir Gorse Hazel Iris Juniper Kapok Larch Maple Nutmeg Oak Pine".split()


def lamp(number: int, **stated: AttributeValue) -> Product:
    return Product(
        id=f"lamp-{number}", title=f"{NAMES[number]} lamp", description="A lamp.", brand=f"{NAMES[number]}works",
        category=("Home", "Lamps"), price=20.0 + number, currency="USD", stock=4, attributes=stated,
    )  # fmt: skip


@contextmanager
def shop(folder: Path, *products: Product) -> Iterator[Clerk]:
    build_index([write_jsonl(folder / "feed.jsonl", products)], folder / "data", HashEncoder())
    settings = Settings(
        data_dir=folder / "data", encoder=EncoderSettings(kind="hash"), generator=GeneratorSettings(kind="none")
    )
    with open_clerk(settings) as clerk:
        yield clerk


@pytest.fixture(scope="module")
def halves(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clerk]:
    """Sixteen lamps, half of them for the wall."""
    with shop(tmp_path_factory.mktemp("halves"), *HALVES) as clerk:
        yield clerk


def asked(clerk: Clerk, *messages: str) -> Clarifying | None:
    return Talk(clerk, *messages).given.asked


HALVES = [lamp(n, mount="wall" if n % 2 else "ceiling") for n in range(16)]


class TestAsking:
    def test_what_splits_the_candidates_in_halves_is_asked(self, halves: Clerk) -> None:
        found = asked(halves, "lamps")
        assert found is not None
        assert (found.field, set(found.options)) == ("mount", {"wall", "ceiling"})
        assert found.text == "To narrow it down: which mount is right for you?"

    def test_it_stands_beside_products_and_its_answers_are_buttons(self, halves: Clerk) -> None:
        given = Talk(halves, "lamps").given
        assert given.recommendations
        assert given.asked is not None
        assert given.suggestions[: len(given.asked.options)] == given.asked.options
        assert given.reply.endswith(given.asked.text)

    def test_every_answer_leads_to_what_it_says(self, halves: Clerk) -> None:
        for option in ("wall", "ceiling"):
            given = Talk(halves, "lamps", option).given
            assert given.recommendations
            assert all(r.product.attributes["mount"] == option for r in given.recommendations)

    def test_once_a_wish(self, halves: Clerk) -> None:
        assert asked(halves, "lamps", "something else") is None

    @pytest.mark.parametrize(
        ("why", "products", "message"),
        [
            ("few products: a look is quicker", HALVES[:8], "lamps"),
            ("one answer for nearly all", [lamp(n, mount="wall" if n else "ceiling") for n in range(16)], "lamps"),
            ("as many answers as lamps", [lamp(n, mount=f"{NAMES[n]} mount") for n in range(16)], "lamps"),
            ("stated by a few only", [lamp(n, **({"mount": "wall"} if n < 4 else {})) for n in range(16)], "lamps"),
            ("yes or no is no choice of one", [lamp(n, dimmable=n % 2 == 0) for n in range(16)], "lamps"),
        ],
    )  # fmt: skip
    def test_no_question_where_none_would_pay(
        self, tmp_path: Path, why: str, products: list[Product], message: str
    ) -> None:
        with shop(tmp_path, *products) as clerk:
            assert asked(clerk, message) is None, why

    @pytest.mark.parametrize(
        "message", ["something under $100", "a wall lamp", "a lamp under $100, not from Alderworks", "the Alder lamp"]
    )
    def test_no_question_without_a_kind_or_where_enough_was_told(self, halves: Clerk, message: str) -> None:
        assert asked(halves, message) is None

    def test_a_measure_that_shoppers_know_is_asked_with_its_unit(self, tmp_path: Path) -> None:
        with shop(tmp_path, *(lamp(n, capacity=Quantity(2.0 if n % 2 else 5.0, "L")) for n in range(16))) as clerk:
            found = asked(clerk, "lamps")
            assert found is not None
            assert set(found.options) == {"2 L", "5 L"}

    def test_never_more_answers_than_fit_a_line(self, tmp_path: Path) -> None:
        mounts = ("wall", "ceiling", "table", "floor")
        with shop(tmp_path, *(lamp(n, mount=mounts[n % 4]) for n in range(16))) as clerk:
            found = asked(clerk, "lamps")
            assert found is not None
            assert len(found.options) <= MOST_OPTIONS

    def test_without_a_kind_no_candidate_is_looked_at(self, halves: Clerk) -> None:
        assert question_for(halves, Dialogue(), (), 100) is None


def limits(low: float | None, high: float | None, label: str = "under $20, over $50") -> Dialogue:
    return Dialogue(constraints=(Constraint("price", "price", label, low=low, high=high),))


class TestContradictions:
    def test_both_halves_are_the_answers(self) -> None:
        found = contradiction_in(limits(50, 20))
        assert found is not None
        assert (found.options, found.field) == (("under $20", "over $50"), "price")
        assert "cannot both hold" in found.text

    @pytest.mark.parametrize(("low", "high"), [(20, 50), (20, 20), (None, 20), (50, None), (None, None)])
    def test_limits_that_can_hold_are_not_asked_about(self, low: float | None, high: float | None) -> None:
        assert contradiction_in(limits(low, high)) is None

    @pytest.mark.parametrize(
        "message", ["a lamp under $20 and over $50", "a lamp over 50 and under 20", "lamps under 20 but more than $50"]
    )
    def test_asked_with_buttons_and_each_ends_it(self, halves: Clerk, message: str) -> None:
        first = Talk(halves, message).given
        assert first.asked is not None
        assert not first.recommendations
        for option in first.asked.options:
            after = Talk(halves, message, option).given
            assert after.asked is None or after.asked.field != "price"
            assert [c.label for c in after.constraints if c.kind == "price"] == [option]


def test_the_departments_are_offered_by_name(talking_clerk: Clerk) -> None:
    assert departments(talking_clerk).options == ("Outdoor", "Kitchen", "Electronics")
    for name in departments(talking_clerk).options:
        assert understand(name, talking_clerk.reader).constraints
