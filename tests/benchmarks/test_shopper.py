"""The simulated shopper: says what is true of its product, never which one, and leaves when its patience is gone."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from assistant.clerk import Clerk
from benchmarks import shopper as simulator
from benchmarks.shopper import PATIENCE, SYSTEMS, Step, Visit, figures, report, sample, told, visit, visits
from benchmarks.shopper_facts import Fact, facts_of, meets
from benchmarks.shopper_mind import Shopper, make_shopper
from benchmarks.shopper_words import by_value, kinds_of, one_of, phrase, slipped, spoken
from retrieval.errors import StoreclerkError
from retrieval.types import AttributeValue, Product, Quantity
from tests.assistant.shop import PRODUCTS


def tent(id: str, price: float = 100, brand: str = "Brindle", **stated: AttributeValue) -> Product:
    attributes: dict[str, AttributeValue] = {"colour": "olive green", "weight": Quantity(2, "kg")}
    attributes |= {"capacity": Quantity(2, "persons"), **stated}
    return Product(
        id,
        f"{brand} Tansy, {attributes['colour']}",
        brand=brand,
        category=("Tents",),
        price=price,
        attributes=attributes,
    )


TARGET = tent("t", porch=True)
CARES = tuple(facts_of(TARGET))


def shopper(**changes: object) -> Shopper:
    made = Shopper(TARGET, "tents", CARES, None, None, True, "seed")
    for name, value in changes.items():
        setattr(made, name, value)
    return made


def test_facts_are_said_as_people_say_them() -> None:
    said = {fact.name: fact.said for fact in CARES}
    assert said == {"colour": "in olive green", "weight": "2 kg", "capacity": "for 2 persons", "porch": "with porch"}
    assert phrase("waterproof", True) == "waterproof"
    assert phrase("spout", "Gooseneck") == "gooseneck spout"
    assert phrase("print technology", "Laser printing") == "laser printing"
    assert phrase("brand", "Brindle") == "from Brindle"
    assert phrase("cable colour", "Blue") == "in blue"
    assert phrase("cable length", Quantity(2, "m")) == "2 m"
    assert not spoken("model", "dv7") and not spoken("hood", False) and not spoken("cores", Quantity(4))
    assert by_value("capacity", Quantity(2, "persons")) and not by_value("weight", Quantity(2, "kg"))


def test_slips_of_the_finger_are_rare_small_and_repeatable() -> None:
    text = "waterproof hiking boots under $150"
    assert slipped(text, Random(1), 0.0) == text
    assert slipped(text, Random(1), 1.0) == slipped(text, Random(1), 1.0) != text
    assert "$150" in slipped(text, Random(1), 1.0)
    assert slipped("tent", Random(1), 1.0) == "tent"


def test_kinds_of_things() -> None:
    titles = [f"{b} X{n} toner cartridge Original Black" for n in range(10) for b in ("HP", "OKI")]
    products = [Product(str(n), title, brand=title.split()[0]) for n, title in enumerate(titles)]
    rare = Product("r", "OKI something rare", brand="OKI")
    own = Product("o", "Trimmer", category=("Care", "Trimmers & Shavers"))
    kinds = kinds_of([*products, rare, own])
    assert kinds["0"] == "toner cartridge"
    assert "r" not in kinds
    assert kinds["o"] == "trimmers"
    assert [one_of(k) for k in ("tents", "knives", "hoses", "running shoes", "air purifiers")] == [
        "a tent",
        "a knife",
        "a hose",
        "running shoes",
        "an air purifier",
    ]


def test_what_meets_a_fact() -> None:
    assert meets(TARGET, Fact("colour", "green"))
    assert not meets(TARGET, Fact("colour", "blue"))
    assert meets(TARGET, Fact("weight", Quantity(2100, "g")))
    assert not meets(TARGET, Fact("capacity", Quantity(3, "persons")))
    assert meets(TARGET, Fact("porch", True))
    assert not meets(tent("x"), Fact("porch", True))
    assert meets(TARGET, Fact("brand", "brindle"))


def test_content_is_the_product_or_a_version_with_all_that_matters() -> None:
    assert shopper().is_content([TARGET])
    assert shopper().is_content([tent("v", porch=True)])
    assert not shopper().is_content([tent("v", porch=True, colour="red")])
    assert shopper(cares=CARES[1:]).is_content([tent("v", porch=True, colour="sand")]) == (CARES[0].name == "colour")
    assert not shopper().is_content([tent("v", brand="Other", porch=True)])
    assert not shopper().is_content([])


@pytest.mark.parametrize(
    ("shown", "kinds"),
    [
        (tent("a", price=300, porch=True), {"comparative", "like"}),
        (tent("a", colour="red", porch=True), {"value", "not value", "like"}),
        (tent("a", brand="Other", porch=True), {"not brand", "more"}),
        (tent("a", weight=Quantity(4, "kg"), porch=True), {"comparative"}),
    ],
)
def test_critiques_are_true_of_what_is_shown(shown: Product, kinds: set[str]) -> None:
    met = shopper(seen={shown.id})
    found = met._critiques([shown], CARES, Random(0))
    assert set(found) <= kinds | {"more"} and set(found) & kinds
    for make in found.values():
        said = make()
        assert said.kind == "more" or said.met(TARGET)
        assert not said.met(shown)


def test_one_of_the_page_is_named_by_its_place() -> None:
    page = [tent("a", price=50, porch=True, colour="red"), tent("b", price=300, porch=True, colour="red")]
    said = shopper()._critiques(page, (), Random(0))["than"]()
    assert "second" in said.text.lower()
    assert said.met(TARGET) and not said.met(page[1])


def test_a_change_of_mind_comes_second() -> None:
    red = Fact("colour", "red")
    changed = shopper(wrong=red)
    assert "red" in changed.opening().text.lower()
    assert changed.keeps(TARGET)
    said = changed.reply([tent("a", colour="red")])
    assert (said.kind, said.met(TARGET), said.met(tent("a", colour="red"))) == ("correct", True, False)
    given_up = shopper(wrong=red, corrects=False, cares=tuple(f for f in CARES if f.name != "colour"))
    given_up.opening()
    assert given_up.reply([]).kind == "relax"


def test_questions_are_answered_and_empty_pages_asked_again() -> None:
    asked = shopper()
    asked.opening()
    assert (said := asked.reply([], asked="colour")).kind == "answer" and "green" in said.text.lower()
    empty = shopper()
    empty.opening()
    assert empty.reply([]).kind == "again"


def test_the_same_shopper_meets_every_assistant() -> None:
    fellows = [tent("a", colour="red"), tent("b", colour="sand beige"), TARGET]
    for seed in map(str, range(30)):
        one, two = (make_shopper(TARGET, "tents", fellows, seed) for _ in range(2))
        assert one is not None and two is not None
        assert one == two
        assert one.opening().text == two.opening().text
        assert all(meets(TARGET, fact) for fact in one.cares)
        assert one.wrong is None or not meets(TARGET, one.wrong)
        assert one.budget is None or one.budget >= 100
        assert "tansy" not in one.said[0].text.lower()
    assert make_shopper(replace(TARGET, attributes={}), "tents", fellows, "1") is None


def test_visits_of_the_toy_shop(clerk: Clerk) -> None:
    held = visits(clerk, 6, 3)
    assert set(held) == set(SYSTEMS)
    assert {len(v) for v in held.values()} == {6}
    for group in zip(*held.values(), strict=True):
        assert len({v.steps[0].said for v in group}) == 1  # all hear the same opening
        assert all(1 <= len(v.steps) <= PATIENCE for v in group)
    again = visits(clerk, 6, 3)
    assert {name: [v.steps for v in of] for name, of in held.items()} == {
        n: [v.steps for v in of] for n, of in again.items()
    }
    text = report(figures(held))
    assert "6 shoppers" in text
    assert "| last message only |" in text
    assert told(held["conversation"][0]).startswith(("found", "left"))


def test_an_assistant_that_fails_shows_an_empty_page(clerk: Clerk) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError

    met = shopper()
    lost = visit(clerk, broken, met)  # type: ignore[arg-type]
    assert not lost.found
    assert lost.turns == PATIENCE + 1
    assert all(step.crashed for step in lost.steps)


def test_figures_by_hand() -> None:
    def held(*found: bool) -> list[Visit]:
        return [Visit("t", "T", (Step("opening", "x", ("T",), 1.0, 0.5, f),)) for f in found]

    found = figures({"conversation": held(True, True), "last message only": held(True, False)})
    assert found["systems"]["conversation"]["found"][0] == 1.0
    assert found["systems"]["last message only"]["messages"][0] == (1 + PATIENCE + 1) / 2
    assert found["against"]["last message only"]["found"][0] == 0.5
    assert found["critiques"]["conversation"]["opening"]["kept"] == 0.5


def test_a_catalogue_that_cannot_be_asked_says_so(clerk: Clerk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert sample([Product("a", "A")], 5, 1) == []
    assert sample(PRODUCTS, 500, 1)
    monkeypatch.setattr(simulator, "sample", lambda *_: [])
    with pytest.raises(StoreclerkError, match="kind"):
        visits(clerk, 1, 1)
