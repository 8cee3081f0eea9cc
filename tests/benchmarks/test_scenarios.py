"""The judge of conversations: what slots mean, what counts as found, and a file held from end to end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assistant.clerk import Clerk
from assistant.types import Answer, Clarifying, Comparison, Constraint, Detail, Recommendation
from benchmarks.scenarios import figures, hold, read_scenarios, report
from benchmarks.scoring import Judged, Memory, Turn, judge, read_scenario
from benchmarks.slots import (
    ScenarioError,
    Standing,
    broken_by,
    matches,
    parse_slot,
    parse_state,
    resolved,
    unexplained,
)
from retrieval.types import AttributeTest, Product, Quantity

TENTS = Constraint("category", "category", "tents", values=("tents",))
UNDER = Constraint("price", "price", "under $300", high=300.0)
BLUE = Constraint(
    "attribute:colour", "attribute", "blue", test=AttributeTest("colour", any_of=frozenset({"navy blue", "blue"}))
)
LEATHER = Constraint(
    "not attribute:material",
    "attribute",
    "not leather",
    negated=True,
    test=AttributeTest("material", any_of=frozenset({"leather"}), negated=True),
)
LIGHT = Constraint(
    "attribute:weight", "attribute", "light", hard=False, test=AttributeTest("weight", high=2.0, unit="kg")
)
NO_BLUETOOTH = Constraint(
    "attribute:bluetooth",
    "attribute",
    "no bluetooth",
    negated=True,
    test=AttributeTest("bluetooth", flag=True, negated=True),
)


def measured(low: float | None, high: float | None, unit: str, name: str = "weight") -> Constraint:
    return Constraint(f"attribute:{name}", "attribute", name, test=AttributeTest(name, low=low, high=high, unit=unit))


@pytest.mark.parametrize(
    ("slot", "constraint", "holds"),
    [
        ("category=tents", TENTS, True),
        ("category=kettles", TENTS, False),
        ("category=tents", replace(TENTS, values=("tarps", "tents")), False),
        ("price<=300", UNDER, True),
        ("price<=298", UNDER, True),
        ("price<=280", UNDER, False),
        ("price>=300", UNDER, False),
        ("price=low", UNDER, True),
        ("price=high", UNDER, False),
        ("price~100", replace(UNDER, low=80, high=120), True),
        ("price~100", replace(UNDER, low=10, high=500), False),
        ("price~100", replace(UNDER, low=110, high=150), False),
        ("colour=blue", BLUE, True),
        ("color=blue", BLUE, True),
        ("colour=navy", BLUE, True),
        ("colour=red", BLUE, False),
        ("not colour=blue", BLUE, False),
        ("?colour=blue", BLUE, False),
        ("?colour=blue", replace(BLUE, hard=False), True),
        ("not material=leather", LEATHER, True),
        ("material=leather", LEATHER, False),
        ("weight=low", LIGHT, True),
        ("weight=high", LIGHT, False),
        ("weight<=2 kg", LIGHT, True),
        ("weight<=4.4 lb", LIGHT, True),
        ("weight<=3 kg", LIGHT, False),
        ("weight~2 kg", measured(1.8, 2.2, "kg"), True),
        ("weight=2000 g", measured(1.8, 2.2, "kg"), True),
        ("weight=2000 g", measured(1.8, 2.2, "m"), False),
        ("capacity=2 persons", measured(2, 2, "people", "capacity"), True),
        ("capacity=3 persons", measured(2, 2, "people", "capacity"), False),
        ("not bluetooth", NO_BLUETOOTH, True),
        ("bluetooth=no", NO_BLUETOOTH, True),
        ("bluetooth=yes", NO_BLUETOOTH, False),
        ("stock=yes", Constraint("stock", "stock", "in stock"), True),
        ("brand=brindle", Constraint("brand", "brand", "Brindle", values=("brindle",)), True),
        ("type=over ear", replace(BLUE, test=AttributeTest("type", any_of=frozenset({"over-ear"}))), True),
        ("total<=300", replace(UNDER, key="total"), True),
        ("price<=300", replace(UNDER, key="total"), False),
        ("tents/price<=300", UNDER, False),
    ],
)
def test_a_slot_knows_the_wish_it_means(slot: str, constraint: Constraint, holds: bool) -> None:
    expected = parse_state([slot])
    assert matches(expected[0], Standing(constraint), expected) is holds
    assert unexplained(Standing(constraint), expected) == (0 if holds else 1)


def test_slots_are_read() -> None:
    slot = parse_slot("?tents/weight<=2.5 kg")
    assert (slot.soft, slot.item, slot.name, slot.op, slot.number, slot.unit) == (
        True,
        "tents",
        "weight",
        "<=",
        2.5,
        "kg",
    )
    assert parse_slot("price<@2").place == "2"
    assert parse_slot("not brand=@1").negated
    assert parse_slot("waterproof=no") == replace(parse_slot("not waterproof"), text="waterproof=no")
    for bad in ("tents", "price<=cheap", "price<@first", "=5"):
        with pytest.raises(ScenarioError, match=bad.partition("@")[0].rstrip("<")):
            parse_slot(bad)


def test_a_range_is_two_wishes() -> None:
    both = replace(UNDER, low=100.0)
    assert unexplained(Standing(both), parse_state(["price<=300", "price>=100"])) == 0
    assert unexplained(Standing(both), parse_state(["price<=300"])) == 1
    either = replace(TENTS, values=("tarps", "tents"))
    assert unexplained(Standing(either), parse_state(["category=tents", "category=tarps"])) == 0


def product(id: str, price: float, **attributes: Any) -> Product:
    return Product(id, f"Tent {id}", price=price, category=("Outdoor", "Tents"), brand="Brindle", attributes=attributes)


PAGE = (product("a", 200, weight=Quantity(2, "kg")), product("b", 150, weight=Quantity(2500, "g")), product("c", 90))


def test_relative_slots_take_their_value_from_the_page() -> None:
    def number(text: str) -> float | None:
        slot = resolved(parse_slot(text), PAGE)
        return slot.number if slot is not None else None

    assert number("price<@2") == 150
    assert number("price<@page") == 90  # cheaper than all that is shown
    assert number("weight>@page") == 2500
    assert number("weight<@3") is None
    assert number("price<@9") is None
    brand = resolved(parse_slot("not brand=@2"), PAGE)
    assert brand is not None
    assert (brand.value, brand.negated) == ("brindle", True)


@pytest.mark.parametrize(
    ("slot", "broken"),
    [
        ("price<=100", True),
        ("price<=150", False),
        ("price~100", True),
        ("price~130", False),
        ("?price<=100", False),
        ("weight<=2 kg", True),
        ("weight=2.4 kg", False),
        ("weight=low", False),
        ("colour=blue", False),
        ("colour=red", True),
        ("not colour=navy", True),
        ("waterproof=yes", True),
        ("not waterproof", False),
        ("hood=yes", False),
        ("use=skiing", False),
        ("not use=hiking", True),
        ("capacity=2 persons", True),
        ("capacity=3 persons", False),
        ("category=outdoor", False),
        ("category=lamps", True),
        ("not brand=brindle", True),
        ("brand=other", True),
        ("stock=yes", True),
    ],
)
def test_a_listing_breaks_a_wish_only_where_it_says_so(slot: str, broken: bool) -> None:
    shown = replace(
        product("b", 150, weight=Quantity(2500, "g"), colour="navy blue", waterproof=False, use=("hiking", "camping")),
        stock=0,
    )
    shown = replace(shown, attributes={**shown.attributes, "capacity": Quantity(3, "persons")})
    assert broken_by(shown, parse_slot(slot)) is broken


def turn(say: str = "x", intent: str = "search", state: tuple[str, ...] = (), **expects: Any) -> Turn:
    return read_scenario(
        {"name": "n", "turn": [{"say": say, "intent": intent, "state": list(state), **expects}]}
    ).turns[0]


def answered(*constraints: Constraint, shown: tuple[Product, ...] = (), **changes: Any) -> Answer:
    cards = tuple(Recommendation(p, 1.0, {}, ()) for p in shown)
    return replace(Answer("1", "s", "x", "search", constraints, "Our reply.", cards), **changes)


def judged(expected: Turn, answer: Answer, memory: Memory | None = None) -> Judged:
    return judge("n", 1, expected, answer, memory or Memory())


def test_a_turn_as_expected_is_right() -> None:
    expected = turn(state=("category=tents", "price<=300"), shows="some", says=["our REPLY"], never=["@"])
    result = judged(expected, answered(TENTS, UNDER, shown=PAGE))
    assert result.is_right
    assert (result.found, result.missed, result.extra) == (2, 0, 0)
    assert set(result.checks) == {"state", "intent", "absence", "shows", "violations", "says", "never"}


@pytest.mark.parametrize(
    ("expects", "changes", "failed"),
    [
        ({"intent": "refine|replace"}, {}, "intent"),
        ({"state": ("category=tents",)}, {}, "state"),
        ({"shows": "some"}, {}, "shows"),
        ({"shows": "some"}, {"absence": "not_carried", "shown": PAGE}, "absence"),
        ({"absence": "out_of_stock"}, {"absence": "not_with_that"}, "absence"),
        ({"refers": [2]}, {"refers": ("a",)}, "refers"),
        ({"refers": [2]}, {}, "refers"),
        ({"refers": ["x", "y"]}, {"refers": ("x", "z")}, "refers"),
        ({"table": True}, {}, "table"),
        ({"ticket": True}, {}, "ticket"),
        ({"asks": True}, {}, "asks"),
        ({"asks": False}, {"asked": Clarifying("Which?")}, "asks"),
        ({"field": "weight"}, {"details": (Detail("a", "colour", "red", "stated"),)}, "field"),
        ({"verdict": "yes"}, {"details": (Detail("a", "weight", "", "unknown"),)}, "verdict"),
        ({"section": "Returns: Return window"}, {"section": "Returns"}, "section"),
        ({"says": ["45 days"]}, {}, "says"),
        ({"never": ["our"]}, {}, "never"),
        ({"plan": ["tents"]}, {}, "plan"),
        ({"new": True}, {"shown": PAGE}, "new"),
        ({"state": ("?price<=100",)}, {"shown": PAGE}, "state"),
    ],
)
def test_each_thing_that_is_wrong_is_named(expects: Mapping[str, Any], changes: Mapping[str, Any], failed: str) -> None:
    memory = Memory(page=PAGE, shown={"c"})
    result = judged(turn(**expects), answered(**changes), memory)
    assert [miss.partition(":")[0] for miss in result.misses] == [failed]


def test_what_is_pointed_at() -> None:
    for refers, expected in ((("b",), [2]), (("x",), ["x", "y"]), (("a", "b"), [1, 2])):
        assert judged(turn(refers=expected), answered(refers=refers), Memory(page=PAGE)).checks["refers"]
    assert "refers" not in judged(turn(refers=[9]), answered(), Memory(page=PAGE)).checks  # the page was shorter


def test_products_against_a_wish_are_counted_apart_where_it_is_said() -> None:
    expected = turn(state=("category=tents", "price<=100"))
    wishes = (TENTS, replace(UNDER, high=100.0))
    silent = judged(expected, answered(*wishes, shown=PAGE))
    assert [v.partition(" ")[0] for v in silent.violations] == ["a", "b"]
    assert not silent.checks["violations"]
    open_about_it = judged(expected, answered(*wishes, shown=PAGE, absence="not_with_that"))
    assert (open_about_it.violations, len(open_about_it.left_aside)) == ((), 2)


def test_a_relative_wish_keeps_its_value_until_it_is_said_again() -> None:
    memory = Memory(page=PAGE, expected=())
    cheaper = turn(intent="refine", state=("price<@page",))
    low, lower = (replace(UNDER, high=high) for high in (89.99, 49.99))
    assert judge("n", 1, cheaper, answered(low, shown=(product("d", 50),)), memory).checks["state"]
    thanks = turn(intent="thanks", state=("price<@page",))
    assert judge("n", 2, thanks, answered(low, intent="thanks"), memory).checks["state"]
    assert not judge("n", 3, cheaper, answered(low), memory).checks["state"]  # "even cheaper" means the page of now
    assert judge("n", 4, cheaper, answered(lower), memory).checks["state"]


def test_a_comparison_and_a_detail_are_seen() -> None:
    table = Comparison(("a", "b"), (), ())
    details = (Detail("a", "Colour", "red", "stated"), Detail("a", "weight", "2 kg", "yes"))
    expected = turn(table=True, field="color", verdict="stated", ticket=True, asks=True, section="returns")
    answer = answered(comparison=table, details=details, ticket="T-1", asked=Clarifying("?"), section="Returns")
    assert judged(expected, answer).is_right


def test_files_that_cannot_be_read_say_where(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    turn_of = '[[scenario]]\nname = "one"\n[[scenario.turn]]\nsay = "x"\nintent = "search"\n'
    for text, said in (
        ("[[scenario", "a.toml"),
        ("", "No "),
        (turn_of, "'one', turn 1 lacks"),
        (turn_of + 'state = ["tents"]\n', "turn 1: 'tents' is no slot"),
        (turn_of + "state = []\nsay_it = 1\n", "unknown keys"),
        ((turn_of + "state = []\n") * 2, "stands twice"),
    ):
        file.write_text(text, encoding="utf-8")
        with pytest.raises(ScenarioError, match=said):
            read_scenarios([file])


def test_conversations_are_held_and_reported(tmp_path: Path, clerk: Clerk) -> None:
    file = tmp_path / "toy.toml"
    file.write_text(
        """
[[scenario]]
name = "tents"
failures = [4]
[[scenario.turn]]
say = "tents under $400"
intent = "search"
state = ["category=tents", "price<=400"]
shows = "some"
[[scenario.turn]]
say = "thanks"
intent = "thanks"
state = ["category=tents", "price<=400"]
[[scenario]]
name = "wrong"
failures = []
[[scenario.turn]]
say = "thanks"
intent = "order"
state = []
""",
        encoding="utf-8",
    )
    scenarios = read_scenarios([file])
    held = [hold(clerk, scenario) for scenario in scenarios]
    found = figures(scenarios, held)
    assert (found["turns"], found["crashed"], found["violations"]) == (3, 0, 0)
    assert found["slots"]["f1"][0] == 1.0
    assert found["checks"]["intent"][0] == pytest.approx(2 / 3)
    assert found["failures"][4][0] == 1.0
    assert found["scenarios_right"][0] == 0.5
    assert [miss["scenario"] for miss in found["misses"]] == ["wrong"]
    text = report(found)
    assert "| intent | 66.7 % |" in text
    assert "3 turns, 0 crashed" in text
