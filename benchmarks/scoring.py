"""One turn of a conversation held against what a scenario expects of it; see `benchmarks.scenarios`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from assistant.types import Answer
from benchmarks.slots import (
    ScenarioError,
    Slot,
    broken_by,
    matches,
    parse_state,
    plan_items,
    resolved,
    same_field,
    standing,
    unexplained,
)
from retrieval.text import fold
from retrieval.types import Product

_KNOWN = frozenset(
    "say intent state shows absence refers field verdict section new table ticket asks says never plan".split()
)
_CHANGES = frozenset({"search", "refine", "relax", "replace"})


@dataclass(frozen=True, slots=True)
class Turn:
    """One message and what it should lead to. None and empty tuples are "not judged"."""

    say: str
    intents: frozenset[str]
    state: tuple[Slot, ...]
    expects: Mapping[str, Any]
    """The keys of the file beside say, intent and state, as written."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A conversation; `failures` are the numbers of the faults it looks for."""

    name: str
    failures: tuple[int, ...]
    turns: tuple[Turn, ...]


@dataclass
class Memory:
    """What a scenario's later turns are judged by."""

    page: Sequence[Product] = ()
    """The products last shown, in order."""
    shown: set[str] = field(default_factory=set)
    """Ids shown for this wish."""
    expected: tuple[Slot, ...] = ()
    """The state before this turn, as expected."""
    meant: dict[str, list[Slot]] = field(default_factory=dict)
    """Relative slot -> what it has been resolved to since it stands."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of one turn."""

    scenario: str
    number: int
    """From 1."""
    say: str
    intent: str
    """As the assistant took it."""
    checks: Mapping[str, bool]
    """Check -> whether it holds; only those the scenario makes."""
    misses: tuple[str, ...]
    """"intent: refine expected, search got", one for each check that fails."""
    found: int
    missed: int
    extra: int
    """Slots of the state: expected and there, expected and not there, there and not expected."""
    expected_absence: str | None
    """None where the scenario does not say."""
    absence: str
    violations: tuple[str, ...]
    """Products shown against a hard wish, with no word about it."""
    left_aside: tuple[str, ...]
    """Products shown against a hard wish that the reply says is left aside."""
    timings_ms: Mapping[str, float] = field(default_factory=dict)
    crashed: bool = False

    @property
    def is_right(self) -> bool:
        """Whether nothing at all is wrong with it."""
        return not self.misses and not self.crashed


def read_scenario(table: Mapping[str, Any]) -> Scenario:
    """One [[scenario]] of a file. Raises ScenarioError, which names the scenario and the turn."""
    name = table.get("name", "")
    if not name or not table.get("turn"):
        raise ScenarioError(f"A scenario needs a name and turns; got the keys {sorted(table)}.")
    turns = []
    for number, turn in enumerate(table["turn"], 1):
        where = f"Scenario {name!r}, turn {number}"
        missing = {"say", "intent", "state"} - turn.keys()
        if missing or turn.keys() - _KNOWN:
            wrong = f"lacks {sorted(missing)}" if missing else f"has the unknown keys {sorted(turn.keys() - _KNOWN)}"
            raise ScenarioError(f"{where} {wrong}.")
        try:
            state = parse_state(turn["state"])
            for pattern in (*turn.get("says", ()), *turn.get("never", ())):
                re.compile(pattern)
        except (ScenarioError, re.error) as error:
            raise ScenarioError(f"{where}: {error}") from error
        expects = {key: value for key, value in turn.items() if key not in ("say", "intent", "state")}
        turns.append(Turn(turn["say"], frozenset(turn["intent"].split("|")), state, expects))
    return Scenario(name, tuple(table.get("failures", ())), tuple(turns))


def judge(scenario: str, number: int, turn: Turn, answer: Answer, memory: Memory) -> Judged:
    """Holds one answer against its turn and brings `memory` forward."""
    checks: dict[str, bool] = {}
    misses: list[str] = []

    def check(name: str, holds: bool, expected: object, got: object) -> None:
        checks[name] = holds
        if not holds:
            misses.append(f"{name}: {expected} expected, {got} got")

    # 1) The state.
    readings = _readings(turn, memory)
    stands = list(standing(answer))
    known = [slot for slots in readings.values() for slot in slots]
    missing = [text for text, slots in readings.items() if not any(matches(s, c, known) for s in slots for c in stands)]
    extra = [c for c in stands if unexplained(c, known)]
    check("state", not missing and not extra, missing or "nothing more", [c.constraint.label for c in extra] or "-")
    too_many = sum(unexplained(c, known) for c in stands)

    # 2) What the message was taken for, and what it points at.
    check("intent", answer.intent in turn.intents, "|".join(sorted(turn.intents)), answer.intent)
    expects = turn.expects
    if "refers" in expects and (ids := _referred(expects["refers"], memory.page)) is not None:
        exact, allowed = ids
        got = set(answer.refers)
        check("refers", exact <= got <= exact | allowed and bool(got), sorted(exact | allowed), list(answer.refers))
    expected_absence = expects.get("absence", "" if expects.get("shows") == "some" else None)
    if expected_absence is not None:
        check("absence", answer.absence == expected_absence, expected_absence or "none", answer.absence or "none")

    # 3) What is shown.
    shown = [r.product for r in answer.recommendations]
    if "shows" in expects:
        check("shows", bool(shown) == (expects["shows"] == "some"), expects["shows"], [p.id for p in shown])
    if _is_new_wish(turn, memory):
        memory.shown.clear()
    if expects.get("new"):
        again = [p.id for p in shown if p.id in memory.shown]
        check("new", not again, "nothing shown before", again)
    against = [
        f"{p.id} against {text}"
        for p in shown
        for text, slots in readings.items()
        if slots and all(broken_by(p, slot) for slot in slots)
    ]
    if shown:
        check("violations", not against or bool(answer.absence), "no product against a wish", against)

    # 4) What is said.
    for name, there in (
        ("table", answer.comparison is not None),
        ("ticket", bool(answer.ticket)),
        ("asks", answer.asked is not None),
    ):
        if name in expects:
            check(name, there == expects[name], expects[name], there)
    if "field" in expects:
        fields = [d.field for d in answer.details]
        check("field", any(same_field(expects["field"], f) for f in fields), expects["field"], fields)
    if "verdict" in expects:
        named = [d for d in answer.details if "field" not in expects or same_field(expects["field"], d.field)]
        verdicts = [d.verdict for d in named]
        check("verdict", set(verdicts) == {expects["verdict"]}, expects["verdict"], verdicts)
    if "section" in expects:
        check("section", fold(answer.section) == fold(expects["section"]), expects["section"], answer.section or "-")
    if "plan" in expects:
        got_items = sorted(name for name, _item in plan_items(answer))
        check("plan", got_items == sorted(map(fold, expects["plan"])), expects["plan"], got_items)
    for name, wanted in (("says", True), ("never", False)):
        wrong = [p for p in expects.get(name, ()) if bool(re.search(p, answer.reply, re.IGNORECASE)) != wanted]
        if name in expects:
            check(name, not wrong, wrong, answer.reply[:160])

    # 5) What the next turn looks back on.
    if shown:
        memory.page = shown
        memory.shown.update(p.id for p in shown)
    memory.expected = turn.state
    return Judged(
        scenario=scenario,
        number=number,
        say=turn.say,
        intent=answer.intent,
        checks=checks,
        misses=tuple(misses),
        found=len(readings) - len(missing),
        missed=len(missing),
        extra=too_many,
        expected_absence=expected_absence,
        absence=answer.absence,
        violations=() if answer.absence else tuple(against),
        left_aside=tuple(against) if answer.absence else (),
        timings_ms=answer.timings_ms,
    )


def _readings(turn: Turn, memory: Memory) -> dict[str, list[Slot]]:
    """Each expected slot with what it may stand for: itself, or the values that a relative one has had.

    "price<@page" that still stands from an earlier turn means the page of then. Where a message that changes wishes
    leaves the expected strings as they were ("even cheaper"), only the page before it is meant. A relative slot that
    cannot be resolved (the listing is silent) is not judged.
    """
    same = {s.text for s in turn.state} == {s.text for s in memory.expected}
    anew = same and turn.intents <= _CHANGES
    before = {s.text for s in memory.expected}
    readings: dict[str, list[Slot]] = {}
    meant: dict[str, list[Slot]] = {}
    for slot in turn.state:
        if not slot.place:
            readings[slot.text] = [slot]
            continue
        now = resolved(slot, memory.page)
        carried = memory.meant.get(slot.text, []) if slot.text in before and not anew else []
        # A question never changes a wish: what it meant before, it means still.
        fresh = [now] if now is not None and (not carried or turn.intents & _CHANGES) else []
        meant[slot.text] = [*carried, *(s for s in fresh if s not in carried)]
        if meant[slot.text]:
            readings[slot.text] = meant[slot.text]
    memory.meant = meant
    return readings


def _referred(places: Sequence[int | str], page: Sequence[Product]) -> tuple[set[str], set[str]] | None:
    """(ids that must be meant, ids that may be): places are exact, several ids are versions of one model.

    None where the page has no such place, which is not the message's fault.
    """
    numbers = [place for place in places if isinstance(place, int)]
    if any(not 1 <= n <= len(page) for n in numbers):
        return None
    return {page[n - 1].id for n in numbers}, {place for place in places if isinstance(place, str)}


def _is_new_wish(turn: Turn, memory: Memory) -> bool:
    kinds = [{s.value for s in state if s.name == "category"} for state in (turn.state, memory.expected)]
    return kinds[0] != kinds[1] or bool(turn.intents & {"start_over", "forget"})


def crash(scenario: str, number: int, turn: Turn, error: Exception) -> Judged:
    """A turn that was not answered at all: everything expected of it is missed."""
    checks = dict.fromkeys(("state", "intent", *(k for k in turn.expects if k != "plan")), False)
    said = f"{type(error).__name__}: {error}"
    size = len(turn.state)
    return Judged(
        scenario, number, turn.say, "(crashed)", checks, (said[:200],), 0, size, 0, None, "", (), (), crashed=True
    )
