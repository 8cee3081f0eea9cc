"""Numbers that do not say what they are of: read from the limit that stands, the unit of this catalogue alone, or the
word beside them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.amounts import Amount
from assistant.constraints import Scope
from assistant.phrases import ASKING_WORDS
from assistant.reading import Match, Token
from assistant.types import Constraint
from retrieval.text import STOP_WORDS
from retrieval.units import to_base

_LEAST_PRICE = 5.0  # a smaller bare number is a count
_MEASURE_WORDS = {
    "high": ("height",), "tall": ("height",), "height": ("height",), "wide": ("width",), "width": ("width",),
    "long": ("length", "maximum length", "blade length", "cord length"), "length": ("length",), "deep": ("depth",),
    "thick": ("thickness",), "diameter": ("diameter",), "across": ("diameter", "width"), "screen": ("screen size",),
}  # fmt: skip


def as_before(
    amount: Amount, folded: str, tokens: Sequence[Token], context: Sequence[Constraint], named: Sequence[Match]
) -> Amount:
    """ "Ok 300 then" after "under 200", "140 is enough" after 160 cm: a bare number speaks of the limit that stands."""
    is_exact = amount.low == amount.high and amount.bound == "exact" and not amount.is_money
    is_bare = is_exact and not amount.unit
    is_enough = amount.bound == "min" and not amount.unit and "enough" in folded
    others = [t for t in tokens if not amount.start <= t.start < amount.end and t.text not in ASKING_WORDS | STOP_WORDS]
    if named or others or not (is_exact or is_enough):
        return amount
    if is_exact and amount.unit:  # "60 min then" after "at least 90 min"
        base = to_base(0.0, amount.unit)[1]
        tests = [c.test for c in context if c.test is not None and c.test.unit and to_base(0.0, c.test.unit)[1] == base]
        if tests and tests[-1].high is None:
            return replace(amount, high=None, bound="min")
        return replace(amount, low=None, bound="max") if tests and tests[-1].low is None else amount
    price = next((c for c in context if c.kind == "price"), None)
    if price is not None and is_bare and amount.value >= _LEAST_PRICE:
        is_floor = price.high is None
        low, high = (amount.value, None) if is_floor else (None, amount.value)
        return replace(amount, low=low, high=high, bound="min" if is_floor else "max")
    if price is None:
        measured = [c.test for c in context if c.test is not None and c.test.unit]
        return replace(amount, unit=measured[-1].unit) if measured and (is_enough or is_bare) else amount
    return amount


def counted(folded: str, amount: Amount, scope: Scope) -> Amount:
    """The amount with a unit that only this catalogue knows: "8 cups"."""
    if amount.unit or amount.is_money:
        return amount
    if amount.bound == "min" and amount.value < _LEAST_PRICE * 2 and scope.states_number("pieces", ""):
        return replace(amount, unit="pieces")  # "at least six in the box"
    word = re.match(r"[\s-]*([a-z]+)", folded[amount.end :])
    units = {base for (name, base) in scope.facets.numbers if base and scope.states_number(name, base)}
    if word is None:
        return amount
    unit = next((u for u in (word[1], f"{word[1]}s", word[1].removesuffix("s")) if u in units), "")
    return replace(amount, unit=unit, end=amount.end + word.end()) if unit else amount


def counts(folded: str, amount: Amount) -> bool:
    """Whether a noun follows, so that the number counts that and is no price: "at least 3 pockets"."""
    word = re.match(r"[\s-]+([a-z]+)", folded[amount.end :])
    return word is not None and word[1] not in STOP_WORDS | ASKING_WORDS and not word[1].endswith(("est", "er", "ly"))


def named_by_word(folded: str, amount: Amount) -> list[str]:
    """Attributes that a plain word beside a number names: "120 cm high", "27 inches wide"."""
    after = re.match(r"[\s-]*(?:in )?([a-z]+)", folded[amount.end :])
    before = re.search(r"([a-z]+)(?: of)?\s*$", folded[: amount.start])
    said = [m[1] for m in (after, before) if m is not None]
    return [attribute for word in said for attribute in _MEASURE_WORDS.get(word, ())]
