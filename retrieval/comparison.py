"""Two products fact by fact: what they share, and in what they really differ.

Only facts that both state are compared, and what is neither plainly the same nor plainly another is left out:
2.8 kg and 2.9 kg, "blue" and "navy blue", a list and one of its items.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rapidfuzz import fuzz

from retrieval.text import fold, stem, words
from retrieval.types import AttributeValue, Product, Quantity
from retrieval.units import same_amount, to_base

Relation = Literal["same", "different", "neither"]

_PRICE_STEP = 4 / 3
"""Prices this many times apart lie in different bands: some $45 and $60. Less is a haggle, not a difference."""

_AMOUNT_STEP = 1.25
"""The same for measures: 40 and 50 litres are two sizes of bag, 2.8 and 2.9 kg one weight."""

_DEGREES = 5.0
"""Temperatures have no zero to take a ratio from; these many kelvins tell two sleeping bags apart."""

_NEARLY_ONE_TITLE = 90.0
"""rapidfuzz's token-sort ratio from which two titles of one brand are one model's: "Card 64 GB", "Card 256 GB"."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing a listing states."""

    name: str
    """As the listing writes it; "brand", "category" and "price" for the fields."""
    value: AttributeValue | float
    """A float is a price."""
    currency: str = ""


def facts_of(product: Product) -> dict[str, Fact]:
    """Folded name -> fact: brand, narrowest category, price, then the attributes in the order of the listing."""
    found: dict[str, Fact] = {}
    if product.brand:
        found["brand"] = Fact("brand", product.brand)
    if product.category:
        found["category"] = Fact("category", product.category[-1])
    if product.price is not None:
        found["price"] = Fact("price", product.price, product.currency)
    for name, value in product.attributes.items():
        found.setdefault(fold(name), Fact(name, value))
    return found


def compared(one: Product, other: Product) -> dict[str, Relation]:
    """Folded name -> how the two stand, for every fact that both state."""
    left, right = facts_of(one), facts_of(other)
    return {name: relation(fact, right[name]) for name, fact in left.items() if name in right}


def relation(one: Fact, other: Fact) -> Relation:
    """Whether two facts of one name say the same, something else, or cannot be set against each other."""
    a, b = one.value, other.value
    if isinstance(a, bool) or isinstance(b, bool):
        return ("same" if a is b else "different") if type(a) is type(b) else "neither"
    if isinstance(a, float) or isinstance(b, float):
        if not (isinstance(a, float) and isinstance(b, float)) or one.currency != other.currency:
            return "neither"
        return "same" if a == b else _apart(a, b, _PRICE_STEP)
    if isinstance(a, Quantity) or isinstance(b, Quantity):
        return _amounts(a, b) if isinstance(a, Quantity) and isinstance(b, Quantity) else "neither"
    return _texts((a,) if isinstance(a, str) else a, (b,) if isinstance(b, str) else b)


def model_key(product: Product) -> tuple[str, str]:
    """What the variants of one model share: the brand, and the title up to its first comma."""
    return fold(product.brand), fold(product.title.split(",")[0])


def is_variant(one: Product, other: Product) -> bool:
    """Whether two products are one model in another colour, size or measure, as far as their titles show it."""
    if model_key(one) == model_key(other):
        return True
    titles = fuzz.token_sort_ratio(fold(one.title), fold(other.title), score_cutoff=_NEARLY_ONE_TITLE)
    return fold(one.brand) == fold(other.brand) and titles > 0


def apart_from_all(product: Product, others: Sequence[Product]) -> list[Fact]:
    """The facts in which a product differs from every other one: all of them state it, and say something else.

    Yes/no facts are left out: two products share one of two values by chance, and "differs in waterproof" is no
    English. Without others there is nothing to differ from.
    """
    if not others:
        return []
    relations = [compared(product, other) for other in others]
    return [
        fact
        for name, fact in facts_of(product).items()
        if not isinstance(fact.value, bool) and all(found.get(name) == "different" for found in relations)
    ]


def _amounts(a: Quantity, b: Quantity) -> Relation:
    if same_amount(a.value, a.unit, b.value, b.unit):
        return "same"
    (left, left_base), (right, right_base) = to_base(a.value, a.unit), to_base(b.value, b.unit)
    if left_base != right_base:
        return "neither"
    if left_base == "kelvin":
        return "different" if abs(left - right) >= _DEGREES else "neither"
    return _apart(left, right, _AMOUNT_STEP)


def _apart(a: float, b: float, step: float) -> Relation:
    low, high = sorted((a, b))
    # Around or below zero there is no ratio; what is not the same is another amount.
    return "different" if low <= 0 or high >= low * step else "neither"


def _texts(a: Sequence[str], b: Sequence[str]) -> Relation:
    """Lists are the same with the same items, different with none in common, not even a word of one in the other."""
    left, right = {fold(item) for item in a}, {fold(item) for item in b}
    if left == right:
        return "same"
    stems = [[{stem(word) for word in words(item)} for item in items] for items in (left, right)]
    overlap = any(x <= y or y <= x for x in stems[0] for y in stems[1])
    return "neither" if overlap else "different"
