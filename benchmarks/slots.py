"""The wishes a scenario expects, read from short strings, and held against what stands and what is shown.

`weight<=2 kg`, `colour=blue`, `?brand=brindle` (soft), `not bluetooth`, `price<@2` (than the second one), `weight=low`,
`stock=yes`, `total<=300`, `tents/capacity=2 persons` (of one thing of several). Knows nothing of how messages are
understood: the catalogue's rows and the words of the slot are all that is looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from assistant.types import Constraint
from retrieval.errors import StoreclerkError
from retrieval.text import fold, stem, words
from retrieval.types import AttributeValue, Product, Quantity
from retrieval.units import same_amount, to_base

TOLERANCE = 0.01
"""How far a bound may be off, a share: "cheaper than $144" may be put as up to 143.99."""

_ABOUT = 0.25  # "around 100" may be read as 80 to 120, as the assistant's own words say, and a little more
_SINGLE = 0.105  # "a 45 L pack" is met by 41 L; no shop has every size
_COUNTED = frozenset({"persons", "pieces", ""})  # two persons are not 2.2
_DEGREES = 3.0  # a tenth of a temperature means nothing

_SLOT = re.compile(
    r"^(?P<soft>\?)?\s*(?P<negated>not\s+)?(?:(?P<item>[^/<>=~]+)/)?(?P<name>[^<>=~]+?)\s*"
    r"(?:(?P<op><=|>=|[<>=~])\s*(?P<value>.+?))?$"
)
_AMOUNT = re.compile(r"^(-?\d+(?:\.\d+)?)\s*(\D.*)?$")
_JOINED = re.compile(r"[.\-/'’]")  # "over ear" and "over-ear" say the same
_SPELLED = {"color": "colour", "grey": "gray"}
"""One spelling for what is written in two ways."""


class ScenarioError(StoreclerkError):
    """A scenario file that cannot be read."""


Op = Literal["=", "<=", ">=", "~", "yes"]


@dataclass(frozen=True, slots=True)
class Slot:
    """One expected wish."""

    text: str
    """As written; what is told apart in reports."""
    name: str
    """"category", "brand", "price", "stock", "total", or an attribute, folded."""
    op: Op
    value: str = ""
    """Folded; "" for a yes/no attribute."""
    number: float | None = None
    unit: str = ""
    soft: bool = False
    negated: bool = False
    item: str = ""
    """The thing of several that it is about, folded; "" for the only one."""
    place: str = ""
    """"2" or "page" where the value is that of what was shown."""

    @property
    def is_preference(self) -> bool:
        """ "light", "quiet", "cheap": a direction, no bound."""
        return self.op == "=" and self.value in ("low", "high") and not self.negated


def parse_slot(text: str) -> Slot:
    """Reads one slot string. Raises ScenarioError."""
    match = _SLOT.match(text.strip())
    if match is None or (match["op"] is None and not match["negated"]):
        raise ScenarioError(f"{text!r} is no slot; write NAME=VALUE, NAME<=NUMBER, not NAME or ?NAME=VALUE.")
    name, said, op = _spelled(match["name"]), fold(match["value"] or ""), match["op"] or "yes"
    slot = Slot(
        text=text.strip(),
        name=name,
        op={"<": "<=", ">": ">="}.get(op, op),  # type: ignore[arg-type]
        value=said,
        soft=bool(match["soft"]),
        negated=bool(match["negated"]),
        item=fold(match["item"] or ""),
    )
    if said.startswith("@"):
        if not re.fullmatch(r"@(?:page|-?\d+)", said):
            raise ScenarioError(f"{text!r}: {said} is no place; write @1, @2 ... or @page.")
        return replace(slot, value="", place=said[1:])
    if said in ("yes", "no") and op == "=":
        return replace(slot, op="yes", value="", negated=slot.negated != (said == "no"))
    amount = _AMOUNT.match(said.replace(",", ""))
    if amount is not None:
        return replace(slot, number=float(amount[1]), unit=(amount[2] or "").strip())
    if slot.op in ("<=", ">=", "~"):
        raise ScenarioError(f"{text!r}: {said!r} is no number.")
    return slot


def resolved(slot: Slot, page: Sequence[Product]) -> Slot | None:
    """A relative slot with the value of what was shown on `page`; None if it cannot be told: no such place, or its
    listing is silent. "Cheaper" of a page is cheaper than its cheapest.
    """
    if not slot.place:
        return slot
    if slot.place == "page":
        meant = list(page)
    else:
        place = int(slot.place)
        meant = [page[place - 1 if place > 0 else place]] if -len(page) <= place <= len(page) and place else []
    if slot.name in ("brand", "category"):
        names = [fold(p.brand if slot.name == "brand" else (p.category or ("",))[-1]) for p in meant]
        return replace(slot, value=names[0], place="") if len(set(names)) == 1 and names[0] else None
    stated = [value for p in meant if (value := stated_number(p, slot.name)) is not None]
    if not stated:
        texts = {fold(v) for p in meant if isinstance(v := stated_value(p, slot.name), str)}
        return replace(slot, value=texts.pop(), place="") if len(texts) == 1 and slot.op == "=" else None
    pick = min if slot.op == "<=" else max
    edge = pick(stated, key=lambda q: to_base(q.value, q.unit)[0])
    return replace(slot, number=edge.value, unit=edge.unit, place="")


# ---- what stands -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Standing:
    """One wish that stands after a turn, with the thing of several that it is about."""

    constraint: Constraint
    item: str = ""


def standing(answer: Any) -> Iterator[Standing]:
    """What stands after an answer. A plan, where an answer has one, is read as `items` with a `name` (or a `kind`)
    and `constraints`; that the tents of a plan are tents is no wish of its own.
    """
    for constraint in answer.constraints:
        yield Standing(constraint)
    for name, item in plan_items(answer):
        for constraint in item.constraints:
            if constraint.kind != "category" or name not in constraint.values:
                yield Standing(constraint, name)


def plan_items(answer: Any) -> list[tuple[str, Any]]:
    """The things of a plan with their folded names; [] where an answer has none."""
    items = getattr(getattr(answer, "plan", None), "items", ()) or ()
    return [(fold(getattr(item, "name", "") or item.kind), item) for item in items]


def matches(slot: Slot, stands: Standing, expected: Sequence[Slot]) -> bool:
    """Whether a wish that stands is the one expected; `expected` are all slots of the turn, for "tents or tarps"."""
    c = stands.constraint
    if slot.item != stands.item or slot.negated != c.negated or (slot.soft and c.hard):
        return False
    is_total = c.key.startswith("total")
    if slot.name == "total":
        return is_total and _bounded(slot, c.low, c.high, "")
    if slot.name in ("price", "stock", "category", "brand"):
        if c.kind != slot.name or is_total:
            return False
        if slot.name == "stock":
            return True
        if slot.name == "price":
            return _bounded(slot, c.low, c.high, "")
        also = {s.value for s in expected if s.name == slot.name and s.negated == slot.negated}
        return slot.value in c.values and set(c.values) <= also
    test = c.test
    if test is None or _spelled(test.attribute) != slot.name:
        return False
    if slot.op == "yes":
        return test.flag is not None and not (test.flag is False and c.negated)
    if _bounded(slot, test.low, test.high, test.unit):
        return True
    return bool(test.any_of) and any(_says(slot.value, text) for text in (*test.any_of, c.label))


def _bounded(slot: Slot, low: float | None, high: float | None, unit: str) -> bool:
    if slot.is_preference:
        return (high is not None and low is None) if slot.value == "low" else (low is not None and high is None)
    if slot.number is None or (low is None and high is None):
        return False

    def same(bound: float | None) -> bool:
        return bound is not None and same_amount(bound, unit, slot.number or 0.0, slot.unit, tolerance=TOLERANCE)

    if slot.op == "<=":
        return same(high)
    if slot.op == ">=":
        return same(low)
    (value, base), other = to_base(slot.number, slot.unit), to_base(0.0, unit)[1]
    if low is None or high is None or base != other:
        return False
    bottom, top = to_base(low, unit)[0], to_base(high, unit)[0]
    # One side may not reach far beyond: "around 100" is not 0 to 200.
    wide = top - bottom <= (0.6 * abs(value) if base != "kelvin" else 4 * _DEGREES) + 1e-6
    return wide and bottom - TOLERANCE * abs(bottom) <= value <= top + TOLERANCE * abs(top)


def unexplained(stands: Standing, expected: Sequence[Slot]) -> int:
    """How many wishes too many a constraint holds: 1 if no slot asks for it, and 1 for each bound of a range that
    none asks for.
    """
    found = [slot for slot in expected if matches(slot, stands, expected)]
    if not found:
        return 1
    c = stands.constraint
    low, high = (c.test.low, c.test.high) if c.test is not None else (c.low, c.high)
    if low is None or high is None or any(slot.op not in ("<=", ">=") for slot in found):
        return 0
    return 2 - len({slot.op for slot in found})


# ---- what is shown -----------------------------------------------------------------------------------------


def broken_by(product: Product, slot: Slot) -> bool:
    """Whether a listing contradicts a hard slot; never where it does not say. Reads the catalogue's row alone."""
    if slot.soft or slot.is_preference or slot.place or slot.item or slot.name == "total":
        return False
    if slot.name == "stock":
        return not product.in_stock
    if slot.name == "category":
        return bool(product.category) and (slot.value in map(fold, product.category)) == slot.negated
    if slot.name == "brand":
        return bool(product.brand) and (slot.value == fold(product.brand)) == slot.negated
    value = stated_value(product, slot.name)
    if value is None:
        return False
    if slot.op == "yes":
        return isinstance(value, bool) and value == slot.negated
    if isinstance(value, Quantity) and slot.number is not None:
        return _outside(value, slot) != slot.negated
    if isinstance(value, tuple):  # a list names examples: what it leaves out is not denied
        return slot.negated and any(_says(slot.value, item) for item in value)
    return isinstance(value, str) and _says(slot.value, value) == slot.negated


def _outside(value: Quantity, slot: Slot) -> bool:
    (have, base), (want, other) = to_base(value.value, value.unit), to_base(slot.number or 0.0, slot.unit)
    if base != other:
        return False
    if slot.op == "<=":
        return have > want + TOLERANCE * abs(want)
    if slot.op == ">=":
        return have < want - TOLERANCE * abs(want)
    reach = _DEGREES if base == "kelvin" else abs(want) * (_ABOUT if slot.op == "~" else _SINGLE)
    return abs(have - want) > (0 if base in _COUNTED and slot.op == "=" and slot.name != "price" else reach) + 1e-6


def stated_value(product: Product, name: str) -> AttributeValue | None:
    """What a listing states under a name, whichever way it is spelled; a price as a number."""
    if name == "price":
        return Quantity(product.price) if product.price is not None else None
    return next((v for key, v in product.attributes.items() if _spelled(key) == name), None)


def stated_number(product: Product, name: str) -> Quantity | None:
    """The same, if it is a number."""
    value = stated_value(product, name)
    return value if isinstance(value, Quantity) else None


def same_field(expected: str, got: str) -> bool:
    """Whether two names mean one catalogue field."""
    return _spelled(expected) == _spelled(got)


def _spelled(name: str) -> str:
    return " ".join(_SPELLED.get(word, word) for word in fold(name).split())


def _says(asked: str, text: str) -> bool:
    """Whether each word asked stands in the text: "blue" in "navy blue"."""

    def stems(said: str) -> set[str]:
        return {stem(word) for word in words(_JOINED.sub(" ", _spelled(said)))}

    return bool(asked) and stems(asked) <= stems(text)


def parse_state(texts: Iterable[str]) -> tuple[Slot, ...]:
    """All slots of a turn. Raises ScenarioError."""
    return tuple(parse_slot(text) for text in texts)
