"""Building constraints: what a word or number asks of the catalogue, and whether it may filter.

A wish filters (is hard) only where the catalogue can answer it: an attribute that most listings of the
category leave out would, as a filter, deny stock the shop carries, so there it only ranks. A denial
("not leather") always filters, since it only removes listings that state it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from assistant.amounts import Amount
from assistant.types import Constraint
from assistant.vocabulary import Meaning
from assistant.wording import amount as worded_amount
from assistant.wording import is_adjective, listed, money
from retrieval.facets import Facets, Mask
from retrieval.text import fold, stem, words
from retrieval.types import AttributeTest
from retrieval.units import pretty, to_base

COVERAGE = 0.8
"""Share of a category's listings that must state an attribute before a wish for it filters."""

SPOKEN_OF = 0.3
"""Share from which a kind of thing is known to be told apart by an attribute, so that what states otherwise is no
answer."""

MOST_STATING = 0.5
"""Share of a category's listings that must give a measure before "light" or "quiet" can be read from it."""

NEAR = 0.1
"""A single measure ("a 45 L pack") accepts this much to either side; counts (persons, pieces) are exact."""

NEAR_DEGREES = 3.0
"""The same for temperatures, where a tenth of the number means nothing."""

_EXACT_BASES = frozenset({"persons", "pieces", ""})

# Which attribute a bare measure means, by base unit; first of these the category states.
_USUAL_MEASURE = {
    "kilogram": ("weight", "max load"),
    "meter ** 3": ("capacity", "volume"),
    "second": ("battery life", "runtime"),
    "kelvin": ("comfort temperature", "temperature rating"),
    "persons": ("capacity", "sleeps", "seats"),
    "pieces": ("pieces", "pack size"),
}

_SIDES = ("length", "width", "diameter", "height", "depth")
"""Which side a bare length means where a thing comes in several of that length."""

_CURRENCY_CODES = {
    "$": "USD", "us$": "USD", "usd": "USD", "dollar": "USD", "dollars": "USD", "bucks": "USD", "€": "EUR", "eur": "EUR",
    "euro": "EUR", "euros": "EUR", "£": "GBP", "gbp": "GBP", "pound": "GBP", "pounds": "GBP", "quid": "GBP",
    "pounds sterling": "GBP", "¥": "CNY", "cny": "CNY", "rmb": "CNY", "yuan": "CNY", "元": "CNY",
    "₹": "INR", "inr": "INR",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scope:
    """The part of the catalogue a wish is read in: the category asked for, or all of it."""

    facets: Facets
    mask: Mask
    name: str
    """What the scope is called in a reply: "tents"; "products" for the whole shop."""

    @classmethod
    def of(cls, facets: Facets, category: Constraint | None) -> Scope:
        if category is None:
            return cls(facets, np.ones(len(facets), dtype=np.bool_), "products")
        mask = np.zeros(len(facets), dtype=np.bool_)
        for key in category.values:
            mask[facets.categories[key]] = True
        return cls(facets, mask, category.label)

    @property
    def is_narrow(self) -> bool:
        return not bool(self.mask.all())

    def coverage(self, attribute: str) -> float:
        """Share of the scope's products that state the attribute."""
        size = int(self.mask.sum())
        return float((self.facets.stating(attribute) & self.mask).sum()) / size if size else 0.0

    def states_text(self, attribute: str, values: Iterable[str]) -> bool:
        """Whether some product of the scope states one of the values."""
        column = self.facets.texts.get(attribute, {})
        return any(bool(self.mask[column[value]].any()) for value in values if value in column)

    def states_number(self, attribute: str, base: str) -> bool:
        rows = self.facets.numbers.get((attribute, base))
        return rows is not None and bool(self.mask[rows[0]].any())


@dataclass(frozen=True, slots=True)
class Firmness:
    """How far a wish for an attribute filters, in one kind of thing."""

    hard: bool
    unstated: bool
    """It filters, but lets pass what does not say."""
    guessed: bool
    ideal: bool

    @classmethod
    def of(cls, scope: Scope, attribute: str, *, softened: bool, in_list: bool = False) -> Firmness:
        """Where most listings state it, those that do not are out; where some do, those that state otherwise; where few
        do, or the shopper would only like it so, it ranks.
        """
        coverage = scope.coverage(attribute)
        strict = coverage >= COVERAGE
        lenient = not strict and scope.is_narrow and coverage >= SPOKEN_OF
        hard = not softened and not in_list and (strict or lenient)
        return cls(hard, hard and lenient, not softened and coverage < COVERAGE and not lenient, softened)


def kind_of(constraints: Iterable[Constraint]) -> Constraint | None:
    """The kind of thing that is asked for, the first if there are several; a kind that is refused is none."""
    return next((c for c in constraints if c.kind == "category" and not c.negated), None)


def category_constraint(facets: Facets, keys: frozenset[str], said: str, *, negated: bool = False) -> Constraint:
    """A kind of product. Always filters: a shop that leaves categories out has none in its vocabulary."""
    label = facets.labels[next(iter(keys))].lower() if len(keys) == 1 else said
    return Constraint(
        key=f"not category:{label}" if negated else "category",
        kind="category",
        label=f"no {label}" if negated else label,
        negated=negated,
        values=tuple(sorted(keys)),
    )


def brand_constraint(facets: Facets, keys: frozenset[str], *, negated: bool) -> Constraint:
    """One of the brands named, or none of them."""
    names = listed([facets.labels[key] for key in sorted(keys)], "or")
    return Constraint(
        key=f"not brand:{names}" if negated else "brand",
        kind="brand",
        label=f"not {names}" if negated else names,
        negated=negated,
        values=tuple(sorted(keys)),
    )


def flag_constraint(scope: Scope, attribute: str, *, wanted: bool, softened: bool) -> Constraint:
    """ "waterproof" asks for a yes; "no bluetooth" only shuts out the products that say yes."""
    name = scope.facets.labels.get(attribute, attribute)
    firm = Firmness.of(scope, attribute, softened=softened)
    test = AttributeTest(attribute, flag=True, negated=not wanted, unstated=wanted and firm.unstated)
    return Constraint(
        key=f"attribute:{attribute}",
        kind="attribute",
        label=name if wanted else f"{'not' if is_adjective(name) else 'no'} {name}",
        hard=not wanted or firm.hard,
        negated=not wanted,
        test=test,
        guessed=wanted and firm.guessed,
        ideal=wanted and firm.ideal,
    )


def value_constraint(scope: Scope, meaning: Meaning, said: str, *, negated: bool, softened: bool) -> Constraint:
    """ "blue", "merino wool", "not leather": one or more values of one attribute."""
    attribute = meaning.attribute
    firm = Firmness.of(scope, attribute, softened=softened, in_list=meaning.in_list)
    return Constraint(
        key=f"{'not ' if negated else ''}attribute:{attribute}" + (f":{said}" if negated or meaning.in_list else ""),
        kind="attribute",
        label=f"not {said}" if negated else said,
        hard=negated or firm.hard,
        negated=negated,
        test=AttributeTest(attribute, any_of=meaning.keys, negated=negated, unstated=not negated and firm.unstated),
        guessed=not negated and firm.guessed,
        ideal=not negated and firm.ideal,
    )


def measure_constraint(scope: Scope, amount: Amount, named: Sequence[str], *, softened: bool) -> Constraint | None:
    """A number with a unit, or beside an attribute's name, as a range of that attribute; None if it fits none."""
    base = to_base(0.0, amount.unit)[1]
    stated = [a for (a, b) in scope.facets.numbers if b == base and scope.states_number(a, b)]
    if base in ("pieces", "persons") and not stated and scope.states_number(base, ""):
        stated, base, amount = [base], "", replace(amount, unit="")  # a listing's bare "pieces: 500"
        named = [stated[0]]
    candidates = [a for a in named if a in stated] or [a for a in _USUAL_MEASURE.get(base, ()) if a in stated]
    if base == "second" and fold(amount.unit).startswith(("y", "month", "day", "week")):
        candidates = [a for a in named if a in stated]  # no battery lasts for years, unless it is said to
        said = {stem(w) for a in named for w in words(a)}
        candidates = candidates or [a for a in stated if said & {stem(w) for w in words(a)}]
        if not candidates:
            return None
    if not candidates and base == "meter":
        # A length without a name could be any side of a thing: only a screen is known by its inches alone, and a thing
        # by the one side that comes in just that length.
        screens = ("screen size", "display diagonal")
        candidates = [a for a in screens if a in stated and amount.unit.startswith(("in", '"', "”"))]
        candidates = candidates or [a for a in stated if _comes_in(scope, a, amount)][:2]
        candidates = candidates if len(candidates) == 1 else [a for a in _SIDES if a in candidates]
    elif not candidates and amount.unit:
        # Several could be meant ("500 w"): the one most listings state.
        candidates = sorted(stated, key=lambda a: (-scope.coverage(a), a))
    if not candidates or (not amount.unit and not named):
        return None
    attribute = candidates[0]
    low, high = amount.low, amount.high
    if amount.bound == "exact" and low == high and low is not None and base not in _EXACT_BASES:
        width = NEAR_DEGREES if base == "kelvin" else NEAR * abs(low)
        low, high = low - width, low + width
    name = scope.facets.labels.get(attribute, attribute)
    firm = Firmness.of(scope, attribute, softened=softened)
    return Constraint(
        key=f"attribute:{attribute}",
        kind="attribute",
        label=_range_label(amount) if base in ("persons", "pieces") else f"{name} {_range_label(amount)}",
        hard=firm.hard,
        low=amount.low,
        high=amount.high,
        test=AttributeTest(attribute, low=low, high=high, unit=amount.unit, unstated=firm.unstated),
        guessed=firm.guessed,
        ideal=firm.ideal,
    )


def _comes_in(scope: Scope, attribute: str, amount: Amount) -> bool:
    """Whether most of the kind state the attribute and one of them has just that value."""
    rows, stated = scope.facets.numbers[attribute, to_base(0.0, amount.unit)[1]]
    inside = stated[scope.mask[rows]]
    wanted = to_base(amount.value, amount.unit)[0]
    return scope.coverage(attribute) >= COVERAGE and bool((abs(inside - wanted) <= 0.02 * abs(wanted)).any())


def preference_constraint(
    scope: Scope, word: str, attributes: Sequence[str], direction: int, best: str
) -> Constraint | None:
    """ "quiet" without a number: the quietest third of the category, as a wish that ranks and never filters."""
    if not scope.is_narrow:
        return None  # the lightest third of a whole shop is its tea towels
    for attribute in attributes:
        for (name, base), (rows, amounts) in scope.facets.numbers.items():
            inside = amounts[scope.mask[rows]]
            if name != attribute or len(inside) < MOST_STATING * int(scope.mask.sum()):
                continue
            limit = float(np.quantile(inside, 1 / 3 if direction < 0 else 2 / 3))
            low, high = (None, limit) if direction < 0 else (limit, None)
            return Constraint(
                key=f"attribute:{attribute}",
                kind="attribute",
                label=word,
                hard=False,
                test=AttributeTest(attribute, low=low, high=high, unit=base),
                note=f"the {best} third of our {scope.name}",
            )
    return None


def _range_label(amount: Amount) -> str:
    def said(value: float | None) -> str:
        return worded_amount(value or 0.0, pretty(amount.unit))

    if amount.bound == "max":
        return f"up to {said(amount.high)}"
    if amount.bound == "min":
        return f"at least {said(amount.low)}"
    if amount.low == amount.high:
        return said(amount.low)
    return f"{worded_amount(amount.low or 0.0, '')} to {said(amount.high)}"


def price_constraint(amount: Amount, currency: str) -> tuple[Constraint | None, str]:
    """(constraint, note for the reply). A budget of nothing or less is no budget, and is said to be none."""
    if amount.value <= 0:
        return None, f"A budget has to be above zero, so I left “{amount.value:g}” aside."
    note = ""
    code = _CURRENCY_CODES.get(fold(amount.currency), "")
    if code and code != currency and not (amount.currency == "¥" and currency == "JPY"):
        note = f"Our prices are in {currency}, so I took your amount as {currency} without converting it."

    def said(value: float | None) -> str:
        return money(value or 0.0, currency, short=True)

    low, high = amount.low, amount.high
    if amount.bound == "exact" and low == high:
        low, label = None, f"up to {said(high)}"  # "a $50 kettle": fifty is what they would spend
    elif amount.bound == "about":
        label = f"around {said((amount.low or 0) / 2 + (amount.high or 0) / 2)}"
    elif low is None:
        label = f"under {said(high)}"
    elif high is None:
        label = f"over {said(low)}"
    else:
        label = f"{said(low)} to {said(high)}"
    return Constraint("price", "price", label, low=low, high=high), note


def relative_price_constraint(scope: Scope, direction: int, currency: str) -> Constraint:
    """ "cheap" and "premium" mean the lower and upper third of the prices in the category asked for."""
    prices = scope.facets.prices[scope.mask]
    prices = prices[~np.isnan(prices)]
    if not len(prices):
        return Constraint("price", "price", "cheap" if direction < 0 else "premium", hard=False)
    limit = round(float(np.quantile(prices, 1 / 3 if direction < 0 else 2 / 3)), 2)
    said = money(limit, currency)
    if direction < 0:
        note = f"the lower third of the prices of our {scope.name}"
        return Constraint("price", "price", f"cheap: up to {said}", high=limit, note=note)
    note = f"the upper third of the prices of our {scope.name}"
    return Constraint("price", "price", f"premium: from {said}", low=limit, note=note)


def joined_price(old: Constraint, new: Constraint) -> Constraint | None:
    """A lower and an upper bound said apart, as one range; None if they are no such pair or exclude each other."""
    if (old.low is None) == (new.low is None) or (old.high is None) == (new.high is None):
        return None
    low = old.low if new.low is None else new.low
    high = old.high if new.high is None else new.high
    if low is None or high is None or low > high:
        return None
    return replace(new, low=low, high=high, label=f"{old.label}, {new.label}")


def stock_constraint() -> Constraint:
    """Only what can be had now."""
    return Constraint("stock", "stock", "in stock")
