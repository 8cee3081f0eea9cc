"""Numbers in a message: budgets and measurements with how they bound ("under", "between", "around").

Knows nothing of the catalogue. price-parser reads the digits and currency of an amount; the words around it,
which no parser at hand reads, are read here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from price_parser import Price

from retrieval.units import is_known

Bound = Literal["max", "min", "about", "exact"]

ABOUT_SHARE = 0.2
"""How far "around 80" reaches to either side."""

_CURRENCY = r"(?:us\$|[$€£¥₹]|usd|eur|gbp|cny|rmb|inr)"
_SIGN_AFTER = r"[$€£¥₹元](?!\s?\d)"
_WORD_AFTER = r"(?:dollars?|bucks|usd|euros?|eur|pounds?(?: sterling)?|quid|gbp|yuan|rmb|cny)"
_DIGITS = r"\d+(?:[.,]\d+)*"
_UNIT = r"(?:c?m[23](?!\w)|[a-z°²³%\"”]+(?:\([a-z]\))?)"
_NUMBER = re.compile(
    rf"(?P<before>{_CURRENCY})?\s?(?P<digits>(?<![a-z0-9_.])(?<![a-z]-)(?:(?<!\d)(?<!\d[$€£¥₹])-)?{_DIGITS})(?P<kilo>k\b)?(?P<plus>\+)?"
    rf"(?:\s?(?P<sign>{_SIGN_AFTER})|[\s-]?(?P<after>{_WORD_AFTER})(?![a-z])|[\s-]?(?P<unit>{_UNIT})(?![a-z]))?"
)
_MAX = (
    "under|below|less than|lower than|cheaper than|no more than|not more than|not over|up to|at most|max|maximum|"
    "within|maximum of|budget of|budget is|budget|no higher than|lighter than|shorter than|smaller than|quieter than|"
    "not above|no greater than|not exceeding|"
    "(?:can'?t|cannot|can not|mustn'?t|must not|shouldn'?t|should not|won'?t|not)(?: \\w+)? (?:more|over|above|"
    "exceed)(?: than)?|"
    "(?:no|not) (?:heavier|longer|wider|bigger|larger|taller|louder|thicker|deeper|older|dearer|pricier) than|"
    "<=|<|≤|低于|不超过|以下"
)
_MIN = (
    "over|above|more than|at least|min|minimum|minimum of|from|starting at|no less than|not under|"
    "not less than|not below|greater than|"
    "no (?:smaller|lighter|shorter|lower|narrower|thinner) than|higher than|bigger than|larger than|longer than|"
    "heavier than|>=|>|≥|超过|至少"
)
_ABOUT = "around|about|roughly|approximately|approx|circa|some|near|~|≈|大约|左右"
_BOUND_BEFORE = re.compile(rf"(?:(?P<max>{_MAX})|(?P<min>{_MIN})|(?P<about>{_ABOUT}))\s*(?:a |an |of )?$")
_BOUND_AFTER = re.compile(
    r"^\s*(?:(?P<max>or (?:less|under|below|cheaper|lighter|colder|smaller|shorter|quieter|lower|fewer|younger|thinner)"
    r"|max|at most|tops|以下|以内)"
    r"|(?P<min>or (?:more|over|above|brighter|bigger|larger|longer|heavier|higher|taller|better|stronger|older|"
    r"up|thicker)|plus(?! (?:an?|some|the|one|two|three|\d)\b)|\+|and up|(?:(?:is|are|were|would be|"
    r"will be) )?enough\b|以上))"
)
_SAID_ONCE = re.compile(r"^\s*[a-z]*\s*and\s*$")
_RANGE_JOIN = re.compile(r"^\s*(?:-|–|—|to|and|until|till|到|至)\s*$")


_REACH = 40  # characters; the longest phrase of bounding has 16
_WORDS_TOO = frozenset({"in", "a"})  # units that are also everyday words


@dataclass(frozen=True, slots=True)
class Amount:
    """One number or range found in a message, with the span of text that said it."""

    low: float | None
    high: float | None
    bound: Bound
    currency: str
    """As written ("$", "euros"); "" if none."""
    unit: str
    """The word after the number, folded; "" if none or if it is a currency."""
    start: int
    end: int

    @property
    def is_money(self) -> bool:
        return bool(self.currency)

    @property
    def value(self) -> float:
        """The number itself where there is one only."""
        return next(v for v in (self.high, self.low) if v is not None)


@dataclass(frozen=True, slots=True)
class _Number:
    value: float
    currency: str
    unit: str
    start: int
    end: int
    plus: bool = False
    """Written with a plus: "8+ years"."""


def find_amounts(message: str) -> list[Amount]:
    """Every amount of a folded message, in order; ranges ("40 to 60", "between $40 and $60") are one amount."""
    numbers = [n for match in _NUMBER.finditer(message) if (n := _number(match)) is not None]
    amounts: list[Amount] = []
    i = 0
    while i < len(numbers):
        first = numbers[i]
        second = numbers[i + 1] if i + 1 < len(numbers) else None
        # 1) Two numbers joined by "to", "and" or a dash are a range, if they can be of one kind.
        is_date = bool(re.match(r"-\d", message[second.end :])) if second else False
        if second and not is_date and _RANGE_JOIN.match(message[first.end : second.start]) and _alike(first, second):
            between = message[: first.start].rstrip().endswith(("between", "from", "range"))
            joined_by_and = "and" in message[first.end : second.start]
            if between or not joined_by_and:
                amounts.append(_range(message, first, second))
                i += 2
                continue
        # 2) Otherwise the words before or after say how it bounds; "at least 16 GB memory and 512 GB storage" says it
        #    once.
        amount = _single(message, first)
        last = amounts[-1] if amounts else None
        bounded = last is not None and last.bound in ("max", "min") and bool(last.unit)
        if last is not None and bounded and amount.bound == "exact" and amount.unit:
            low, high = (amount.value, None) if last.bound == "min" else (None, amount.value)
            if _SAID_ONCE.match(message[last.end : amount.start]):
                amount = replace(amount, low=low, high=high, bound=last.bound)
        amounts.append(amount)
        i += 1
    return amounts


def _number(match: re.Match[str]) -> _Number | None:
    digits = match["digits"]
    if re.match(r"[a-z_]|'\d", match.string[match.end() :]) or re.search(r"\d'$", match.string[: match.start()]):
        return None  # "1000xm4" is a model number, 6'5 a person's height
    price = Price.fromstring(digits)
    if price.amount is None:
        return None
    value = float(price.amount) * (1000 if match["kilo"] else 1)
    owed = match["before"] and re.search(r"(?<![\w$€£¥₹])-$", match.string[: match.start()])
    if (digits.startswith("-") or owed) and value > 0:
        value = -value
    unit = match["unit"] or ""
    end = match.end()
    joined = match.string[match.end("digits")] != " " if unit else False
    if unit in _WORDS_TOO and not joined and re.match(r"\s+[a-z]", match.string[match.end() :]):
        unit, end = "", match.end("digits")  # "under 100 in pink"
    if unit and not is_known(unit):
        # "4 tents" is no measurement: leave the word to whoever reads words.
        unit, end = "", match.end("kilo") if match["kilo"] else match.end("digits")
    currency = match["before"] or match["sign"] or match["after"] or ""
    return _Number(value, currency, unit, match.start(), end, bool(match["plus"]))


def _alike(first: _Number, second: _Number) -> bool:
    """ "40 to 60 €" and "1 to 2 kg" state the kind once; "$40 and 2 kg" are two things."""
    kinds = {(n.currency and "money") or n.unit for n in (first, second)}
    return len(kinds - {""}) <= 1


def _range(message: str, first: _Number, second: _Number) -> Amount:
    low, high = sorted((first.value, second.value))
    start = re.search(r"(?:between|from|in the range of|range of)\s*$", message[: first.start])
    return Amount(
        low,
        high,
        "exact",
        first.currency or second.currency,
        first.unit or second.unit,
        start.start() if start else first.start,
        second.end,
    )


def _single(message: str, number: _Number) -> Amount:
    window = max(0, number.start - _REACH)  # the words just before; a whole message each time is quadratic
    before = _BOUND_BEFORE.search(message[window : number.start])
    after = _BOUND_AFTER.match(message[number.end :])
    start = window + before.start() if before else number.start
    end = number.end + after.end() if after else number.end
    groups = {
        **(before.groupdict() if before else {}),
        **({k: v for k, v in after.groupdict().items() if v} if after else {}),
    }
    bound: Bound = "max" if groups.get("max") else "min" if groups.get("min") or number.plus else "exact"
    if bound == "exact" and groups.get("about"):
        bound = "about"
    value = number.value
    low, high = {
        "max": (None, value),
        "min": (value, None),
        "about": (value - ABOUT_SHARE * abs(value), value + ABOUT_SHARE * abs(value)),
        "exact": (value, value),
    }[bound]
    return Amount(low, high, bound, number.currency, number.unit, start, end)
