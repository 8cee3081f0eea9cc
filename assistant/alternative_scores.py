"""What orders alternatives: score = the sum of named contributions; and what a pin lets through.

Knows two products and what one is to the other; nothing of groups or wording.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from assistant.alternative_types import Alternative, Matter
from assistant.comparing import better_way
from assistant.neighbours import Candidate
from assistant.ranking import rating_signal
from retrieval.comparison import Fact, relation
from retrieval.text import fold, name_key
from retrieval.types import Product, Quantity
from retrieval.units import to_base

WEIGHTS: Mapping[str, float] = {
    "same job": 1.0,  # the chance that it is what its group says
    "meaning": 0.5,  # a cosine
    "fact": 0.8,  # all facts of the product together, each by how much it matters
    "price": 0.3,  # an alternative at three times the price is seldom one
    "rating": 0.12,  # as on a shopper's page
    "stock": 0.6,  # only ever negative: what is sold out helps nobody today
    "taken together": 0.25,  # of what goes with it: log(1 + shoppers who took both)
}

AGREEMENT: Mapping[str, float] = {"same": 1.0, "neither": 0.4, "unstated": 0.0, "different": -0.5}
"""Signal of one fact, by how the two listings stand: nearly the same counts a little, silence not at all."""

MATTERING = 20
"""Facts that count, those that matter most: a feed may state a hundred, each of which would then move nothing."""

_CHEAPER = 0.99  # a cent less is not cheaper


def scored(product: Product, candidate: Candidate, matters: Sequence[Matter], mean: float) -> Alternative:
    """The candidate with its contributions; `mean` is the shop's rating, to which few ratings are pulled."""
    other = candidate.product
    contributions = {
        "same job" if candidate.relation != "complement" else "goes with it": WEIGHTS["same job"] * candidate.chance,
        "meaning": WEIGHTS["meaning"] * candidate.cosine,
    }
    if candidate.relation == "complement":
        if candidate.taken:
            contributions["taken together"] = WEIGHTS["taken together"] * math.log1p(candidate.taken)
    else:
        counted = matters[:MATTERING]
        total = max(sum(m.weight for m in counted), 1.0)  # less than one fact in full is a brand alone
        for matter in counted:
            own, theirs = stated(product, matter.field), stated(other, matter.field)
            how = "unstated" if own is None or theirs is None else relation(own, theirs)
            if AGREEMENT[how]:
                contributions[f"fact:{matter.field}"] = WEIGHTS["fact"] * AGREEMENT[how] * matter.weight / total
        ratio = price_ratio(product, other)
        if ratio:
            contributions["price"] = -WEIGHTS["price"] * min(abs(math.log(ratio)), 1.5)
    if other.rating is not None and other.rating_count:
        contributions["rating"] = WEIGHTS["rating"] * rating_signal(other.rating, other.rating_count, mean)
    if not other.in_stock:
        contributions["stock"] = -WEIGHTS["stock"]
    score = sum(contributions.values())
    return Alternative(other, candidate.relation, candidate.chance, score, contributions, (), (), ())


def place(alternative: Alternative) -> tuple[float, str]:
    """The key they are sorted by: best first, equal ones by id."""
    return -round(alternative.score, 9), alternative.product.id


def failing(product: Product, other: Product, kept: Sequence[str]) -> list[str]:
    """The facts to be kept that the other does not keep; "(not stated)" where its listing is silent."""
    lost = [name for name in kept if not keeps(product, other, name)]
    return [name if stated(other, name) is not None else f"{name} (not stated)" for name in lost]


def keeps(product: Product, other: Product, name: str) -> bool:
    """Whether the other keeps a fact: states the same, a list that holds all of it, or an amount that is better the way
    everyone counts it (more battery life). What the product itself does not state cannot be lost.
    """
    own, theirs = stated(product, name), stated(other, name)
    if own is None or theirs is None:
        return own is None
    if relation(own, theirs) == "same":
        return True
    if isinstance(theirs.value, tuple) and isinstance(own.value, str | tuple):
        return set(map(fold, _items(own.value))) <= set(map(fold, theirs.value))
    if isinstance(own.value, Quantity) and isinstance(theirs.value, Quantity):
        (mine, base), (its, other_base) = (to_base(q.value, q.unit) for q in (own.value, theirs.value))
        return base == other_base and (its - mine) * better_way(fold(own.name), (product, other)) > 0
    return False


def _items(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value


def stated(product: Product, name: str) -> Fact | None:
    """What a listing states under a name, however it is written; "brand" is the field, or an attribute called so."""
    key = name_key(name)
    if key == "brand" and product.brand:
        return Fact("brand", product.brand)
    return next((Fact(n, v) for n, v in product.attributes.items() if name_key(n) == key), None)


def is_cheaper(product: Product, other: Product) -> bool:
    """Whether the other costs less; where prices cannot be set against each other, it does not."""
    ratio = price_ratio(product, other)
    return ratio is not None and ratio < _CHEAPER


def price_ratio(product: Product, other: Product) -> float | None:
    """How many times the product's price the other costs; None if that cannot be said."""
    if not product.price or other.price is None or product.currency != other.currency:
        return None
    return other.price / product.price
