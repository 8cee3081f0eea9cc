"""Lines of facts that every listing may have, and how one attribute is said: price, brand, stock, rating, overview."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from assistant.fields_asked import Question
from assistant.quotable import is_quotable
from assistant.reasons import attribute_of, worded_fact
from assistant.types import Detail
from assistant.wording import is_adjective, money, plural, shorten, shown
from retrieval.text import fold, words
from retrieval.types import AttributeValue, Product, Quantity
from retrieval.units import to_base

MAIN_FACTS = 6
"""Attributes told to "tell me more": what is read at a glance; a listing puts the telling ones first."""

LONGEST_VALUE = 80
"""Characters of a value in that list; some feeds put whole paragraphs into an attribute."""

_NO_THING = re.compile(r"^\w+ing$|\b(?:dry|baggage|induction)$")
"""Yes/no facts that are no thing to have: "it has a tumble dry" is no English."""
_SAYS_WHAT = re.compile(r"^(?:keeps|suits|fits|holds|works|lasts) ")
"""Names that are verbs already: "suits dogs up to"."""


@dataclass(frozen=True, slots=True)
class Line:
    """What one listing says to one question."""

    text: str
    """Plain sentences."""
    details: tuple[Detail, ...]


def fact(name: str, value: AttributeValue) -> str:
    """One attribute as a sentence, whatever its name is like: It weighs 1.3 kg. It suits dogs up to 22 kg."""
    if isinstance(value, bool):
        if not is_adjective(name) and _NO_THING.search(name):
            return f"The listing gives “{name}” as {shown(value)}."
        return worded_fact(name, value)
    if _SAYS_WHAT.match(name):
        is_time = isinstance(value, Quantity) and to_base(0.0, value.unit)[1] == "second"
        return f"It {name} {'for ' if is_time else ''}{shown(value)}."
    if name in ("age", "players") or (isinstance(value, str) and set(words(name)) <= set(words(value))):
        return f"The listing gives {name} as {shown(value)}."
    return worded_fact(name, value)


def overview(product: Product) -> Line:
    """The main facts, and a sentence of the description if one may be quoted."""
    found = []
    if product.price is not None:
        found.append(Detail(product.id, "price", money(product.price, product.currency), "stated"))
    if product.brand:
        found.append(Detail(product.id, "brand", product.brand, "stated"))
    for name, value in list(product.attributes.items())[:MAIN_FACTS]:
        found.append(Detail(product.id, fold(name), shorten(shown(value), LONGEST_VALUE), "stated"))
    if product.rating is not None and product.rating_count:
        found.append(Detail(product.id, "rating", stars(product), "stated"))
    if not found:
        return Line("The listing states nothing but its name.", (Detail(product.id, "", "", "unknown"),))
    text = "; ".join(f"{d.field}: {d.value}" for d in found) + "."
    quotable = [s for s in sentences_of(product.description) if is_quotable(s, product)]
    if quotable:
        text += f" The description says: “{quotable[0]}”"
        found.append(Detail(product.id, "description", quotable[0], "stated"))
    return Line(text, tuple(found))


def sentences_of(description: str) -> list[str]:
    """The sentences as they stand."""
    return re.split(r"(?<=[.!?])\s+", description)


def brand(product: Product) -> Line:
    """Who makes it."""
    if not product.brand:
        return Line("The listing does not name the brand.", (Detail(product.id, "brand", "", "unknown"),))
    return Line(f"It is made by {product.brand}.", (Detail(product.id, "brand", product.brand, "stated"),))


def stars(product: Product) -> str:
    """ "4.4 out of 5 from 212 ratings" """
    return f"{product.rating:g} out of 5 from {plural(product.rating_count, 'rating')}"


def rating(product: Product) -> Line:
    """What buyers thought, as far as the catalogue knows: it holds no texts."""
    if product.rating is None or not product.rating_count:
        return Line("It has no ratings yet.", (Detail(product.id, "rating", "", "unknown"),))
    text = f"I have no review texts, only the rating: {stars(product)}."
    return Line(text, (Detail(product.id, "rating", stars(product), "stated"),))


def stock(product: Product, question: Question) -> Line:
    """Whether it can be had now, and how many are left."""
    if product.stock is None:
        return Line("The listing does not say how many are left.", (Detail(product.id, "stock", "", "unknown"),))
    left = f"There {'is' if product.stock == 1 else 'are'} {product.stock:,} in stock." if product.stock else ""
    text = left or "It is sold out."
    if question.form == "open":
        return Line(text, (Detail(product.id, "stock", str(product.stock), "stated"),))
    verdict: Literal["yes", "no"] = "yes" if left else "no"
    return Line(f"{verdict.capitalize()}. {text}", (Detail(product.id, "stock", str(product.stock), verdict),))


def price(product: Product, question: Question) -> Line:
    """What it costs, held against a limit where the question names one."""
    if product.price is None:
        return Line("The listing does not give a price.", (Detail(product.id, "price", "", "unknown"),))
    value = money(product.price, product.currency)
    limit = next((a for a in question.amounts if a.bound in ("max", "min") and (a.is_money or not a.unit)), None)
    if limit is None or question.form == "open":
        return Line(f"It costs {value}.", (Detail(product.id, "price", value, "stated"),))
    holds = product.price <= limit.value if limit.bound == "max" else product.price >= limit.value
    verdict: Literal["yes", "no"] = "yes" if holds else "no"
    return Line(f"{verdict.capitalize()}. It costs {value}.", (Detail(product.id, "price", value, verdict),))


def several(product: Product, names: Sequence[str]) -> Line:
    """Those of the attributes that the listing states, side by side."""
    stated = [attribute_of(product, name) for name in names]
    found = [Detail(product.id, fold(n), shown(v), "stated") for n, v in stated if v is not None]
    return Line("; ".join(f"{d.field}: {d.value}" for d in found) + ".", tuple(found))
