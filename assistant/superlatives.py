""" "Which is the lightest?": the winner among a few products, with its number; ties are said."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.explain import short_name
from assistant.fields_asked import name_stems
from assistant.ranking import rating_signal
from assistant.replies import markdown
from assistant.types import Detail
from assistant.wording import listed, money, plural
from retrieval.text import fold, stem, words
from retrieval.types import Product, Quantity
from retrieval.units import to_base

# What is said -> (fields it may be about, the first that two of the products state; -1 for the lowest).
_WORDS: tuple[tuple[str, tuple[str, ...], int], ...] = (
    (r"lightest|lighter", ("weight",), -1),
    (r"heaviest|heavier", ("weight",), 1),
    (r"cheapest|cheaper|least expensive", ("price",), -1),
    (r"dearest|priciest|most expensive", ("price",), 1),
    (r"quietest|quieter|least (?:noisy|loud)", ("noise level", "maximum noise"), -1),
    (r"loudest|louder|noisiest", ("noise level", "maximum noise"), 1),
    (r"brightest|brighter", ("brightness",), 1),
    (
        r"biggest|largest|roomiest|bigger|larger",
        ("capacity", "volume", "screen size", "diameter", "length", "width"),
        1,
    ),
    (
        r"smallest|smaller|most compact",
        ("capacity", "volume", "screen size", "diameter", "packed length", "length"),
        -1,
    ),
    (r"tallest|taller|highest", ("height",), 1),
    (r"widest|wider", ("width",), 1),
    (r"narrowest|narrower", ("width",), -1),
    (r"thickest|thicker", ("thickness",), 1),
    (r"thinnest|thinner", ("thickness",), -1),
    (r"shortest|shorter", ("length",), -1),
    (r"longest|longer", ("length",), 1),
    (r"warmest|warmer", ("warmth", "r-value"), 1),
    (r"warmest|warmer", ("comfort temperature",), -1),
    (
        r"fastest|quickest|faster|quicker",
        ("boil time", "charging time", "recharge time", "brew time", "setup time"),
        -1,
    ),
    (r"most powerful|strongest|more powerful", ("power", "output power", "torque"), 1),
)
_RATED = re.compile(r"\b(?:best|highest|top|better)[- ](?:rated|reviewed|ratings?|reviews?|score)\b")
_LASTS = re.compile(r"\blasts? (?:the )?longest\b|\blongest (?:lasting|battery)\b")
_MOST = re.compile(r"\b(?:most|highest|longest|largest|biggest|greatest|more|longer|higher)\b")
_LEAST = re.compile(r"\b(?:least|lowest|shortest|fewest|smallest|less|fewer|shorter|lower)\b")


@dataclass(frozen=True, slots=True)
class Most:
    """Which of the products has most, or least, of one thing."""

    reply: str
    details: tuple[Detail, ...]
    """Of every product, the winners first."""


def most_of(products: Sequence[Product], said: str, mean_rating: float) -> Most | None:
    """The winner by the superlative of a folded question; None if it has none that the listings can answer."""
    if _RATED.search(said):
        return _told(products, "rating", 1, mean_rating)
    wish = _wish(products, said)
    return _told(products, *wish, mean_rating) if wish is not None else None


def _wish(products: Sequence[Product], said: str) -> tuple[str, int] | None:
    numeric = {fold(n) for p in products for n, v in p.attributes.items() if isinstance(v, Quantity)}
    stems = {stem(w) for w in words(said)}
    direction = 1 if _MOST.search(said) else -1 if _LEAST.search(said) else 0
    if _LASTS.search(said) and "battery life" in numeric:
        return "battery life", 1
    named = [n for n in numeric if name_stems(n) <= stems]
    if direction and named:
        return max(named, key=lambda n: len(name_stems(n))), direction
    for pattern, fields, way in _WORDS:
        if re.search(rf"\b(?:{pattern})\b", said):
            for name in fields:
                if sum(amount_of(p, name) is not None for p in products) > 1:
                    return name, way
    return None


def amount_of(product: Product, name: str) -> tuple[float, str] | None:
    """(amount in base units, base unit) of a measure or of the price; None where it is not stated as a number."""
    if name == "price":
        return (product.price, product.currency) if product.price is not None else None
    value = next((v for n, v in product.attributes.items() if fold(n) == name), None)
    return to_base(value.value, value.unit) if isinstance(value, Quantity) else None


def _told(products: Sequence[Product], name: str, way: int, mean_rating: float) -> Most | None:
    amounts: dict[str, float] = {}
    texts: dict[str, str] = {}
    base = ""
    for product in products:
        if name == "rating":
            if product.rating is not None and product.rating_count:
                amounts[product.id] = rating_signal(product.rating, product.rating_count, mean_rating)
                texts[product.id] = f"{product.rating:g} out of 5 from {plural(product.rating_count, 'rating')}"
            continue
        found = amount_of(product, name)
        if found is None or (base and found[1] != base):
            continue  # another unit cannot be set against the first
        amounts[product.id], base = found
        value = next((v for n, v in product.attributes.items() if fold(n) == name), None)
        texts[product.id] = money(product.price or 0, product.currency) if name == "price" else str(value)
    if len(amounts) < 2:
        return None
    best = max(amounts.values(), key=lambda x: way * x)
    short = {p.id: short_name(p.title) for p in products}
    names = {p.id: markdown(short[p.id] if list(short.values()).count(short[p.id]) == 1 else p.title) for p in products}
    winners = [p.id for p in products if p.id in amounts and abs(amounts[p.id] - best) <= 1e-9 + 1e-6 * abs(best)]
    others = sorted((id for id in amounts if id not in winners), key=lambda id: -way * amounts[id])
    silent = [p.id for p in products if p.id not in amounts]
    end = "highest" if way > 0 else "lowest"
    if len(winners) == len(amounts):
        reply = f"No difference: {name} {texts[winners[0]]} for {'both' if len(winners) == 2 else 'all of them'}."
    elif len(winners) > 1:
        reply = f"A tie: {listed([f'**{names[id]}**' for id in winners])}, {name} {texts[winners[0]]} each."
    else:
        reply = f"**{names[winners[0]]}** has the {end} {name}: {texts[winners[0]]}."
        if name == "rating" and any(_stars(products, id) >= _stars(products, winners[0]) for id in others):
            reply += " Few ratings count less than many."
    if others:
        reply += " " + "; ".join(f"{names[id]}: {texts[id]}" for id in others) + "."
    if silent:
        reply += f" Not stated for {listed([names[id] for id in silent])}."
    stated = tuple(Detail(id, name, texts[id], "stated") for id in (*winners, *others))
    return Most(reply, (*stated, *(Detail(id, name, "", "unknown") for id in silent)))


def _stars(products: Sequence[Product], id: str) -> float:
    return next(p.rating or 0.0 for p in products if p.id == id)
