"""Requests made out of a catalogue, for a shop that has no searches to learn from.

Each names one product the way shoppers would: by what it is, who makes it, its number, some of its facts, what
it is for, or a few words of its title; then some are shuffled, misspelt or said in another word or unit.
"""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from retrieval.text import STOP_WORDS, fold, words
from retrieval.types import AttributeValue, Product, Quantity

COMMON = 4
"""A run of words in at least so many titles, of more than one brand, says what sort of thing they are."""

MISSPELT, SHUFFLED, SAID_ANOTHER_WAY = 0.12, 0.12, 0.15
"""Shares of the requests; near the shares of misspelt queries that web shops report (10 to 15 %)."""

KINDS: Mapping[str, float] = {
    "type": 0.15,
    "brand": 0.15,
    "brand and type": 0.18,
    "number": 0.18,
    "facts": 0.12,
    "use": 0.06,
    "title": 0.16,
}
"""Shares of the kinds. A kind that a product gives nothing for becomes "title"."""

# Words that shoppers use for one another. Only what holds in every shop; a shop's own are in its judgements.
_SYNONYMS = """laptop=notebook tv=television colour=color grey=gray headphones=earphones bike=bicycle sofa=couch
    trousers=pants rucksack=backpack torch=flashlight mobile=cell cellphone=smartphone fridge=refrigerator
    photo=picture wireless=cordless trainers=sneakers bag=case kids=children rug=carpet duvet=comforter
    pc=computer monitor=display tap=faucet jumper=sweater nappy=diaper""".split()
_UNITS = {"kg": (2.2046, "lb"), "g": (0.001, "kg"), "cm": (0.3937, "inch"), "mm": (0.1, "cm"), "m": (3.2808, "ft")}
_USE = re.compile(r"\bfor ((?:[a-z]+ ){0,2}[a-z]{4,})")
_NUMBER = re.compile(r"(?=.*\d)(?=.*[a-z])[a-z0-9][a-z0-9\-/.]{3,}|\d{5,}")


@dataclass(frozen=True, slots=True)
class Request:
    """What a shopper might type who wants `product_id`."""

    text: str
    product_id: str
    kind: str
    meant: str
    """The same before it was misspelt, shuffled or said in other words."""
    sort: str = ""
    """The part that says what sort of thing: a folded category, or words of the title."""
    brand: str = ""
    facts: tuple[tuple[str, AttributeValue], ...] = ()
    number: str = ""

    def grade(self, product: Product) -> int:
        """How well a product answers, by what its listing states: 3 all that was asked, 1 at least half, else 0.

        A few words of a title ask for that one product; its own variants cannot be told from it and get 1.
        """
        if product.id == self.product_id:
            return 3
        if self.kind == "title":
            return int(set(self.meant.split()) <= set(words(product.title)))
        met: list[bool] = [fact in product.attributes.items() for fact in self.facts]
        if self.sort:
            met.append(_is_a(product, self.sort))
        if self.brand:
            met.append(fold(product.brand) == fold(self.brand))
        if self.number:  # a number names one thing: the rest only helps to find it
            return 3 if self.number in words(product.title) else 0
        return 3 if all(met) else int(2 * sum(met) >= len(met))


def make_requests(products: Sequence[Product], count: int, seed: int = 7) -> list[Request]:
    """`count` requests for products drawn evenly; the same for the same seed. Empty if no title has a word."""
    draw = random.Random(seed)
    products = [p for p in products if _own_words(p)]
    common = common_phrases(products)
    made: list[Request] = []
    while products and len(made) < count:
        product = draw.choice(products)
        kind = draw.choices(list(KINDS), list(KINDS.values()))[0]
        request = _request(product, kind, common, draw) or _title_request(product, draw)
        made.append(replace(request, text=_as_typed(request.meant, draw)))
    return made


def common_phrases(products: Sequence[Product]) -> dict[str, frozenset[str]]:
    """Product id -> the phrases of one to three words of its title that many titles share: what sort it is."""
    brands: dict[str, set[str]] = defaultdict(set)
    counts: Counter[str] = Counter()
    phrases = {p.id: _runs(p) for p in products}
    for product in products:
        for phrase in phrases[product.id]:
            counts[phrase] += 1
            brands[phrase].add(fold(product.brand))
    many = len({fold(p.brand) for p in products}) > 1
    return {
        id: frozenset(p for p in own if counts[p] >= COMMON and (len(brands[p]) > 1 or not many))
        for id, own in phrases.items()
    }


def _runs(product: Product) -> set[str]:
    brand = set(words(product.brand))
    title = words(product.title)
    plain = [w.isalpha() and len(w) > 1 and w not in STOP_WORDS and w not in brand for w in title]
    return {
        " ".join(title[start : start + length])
        for length in (1, 2, 3)
        for start in range(len(title) - length + 1)
        if all(plain[start : start + length])
    }


def _request(product: Product, kind: str, common: Mapping[str, frozenset[str]], draw: random.Random) -> Request | None:
    """One request of a kind; None if the product gives nothing for it."""
    sort, brand = _sort(product, common, draw), product.brand.casefold()

    def asks(meant: str, **parts: Any) -> Request | None:
        return Request(meant, product.id, kind, meant, **parts) if meant else None

    if kind == "type" and sort:
        return asks(sort, sort=sort)
    if kind == "brand" and brand:
        return asks(brand, brand=brand)
    if kind == "brand and type" and brand and sort:
        return asks(f"{brand} {sort}", brand=brand, sort=sort)
    if kind == "facts" and sort:
        facts = _facts(product, draw)
        said = " ".join(name if value is True else str(value) for name, value in facts).casefold()
        forms = (f"{said} {sort}", f"{sort} {said}", f"{sort} with {said}")
        return asks(draw.choice(forms), sort=sort, facts=facts) if facts else None
    if kind == "use" and sort:
        uses = _USE.findall(fold(product.description))
        return asks(f"{sort} for {draw.choice(uses)}", sort=sort) if uses else None
    if kind == "number":
        numbers = [w for w in words(product.title) if _NUMBER.fullmatch(w)]
        if numbers:
            number = draw.choice(numbers)
            beside = draw.choice([(), (brand,), (sort,), (brand, sort)])
            return asks(" ".join(part for part in (*beside, number) if part), number=number)
    return None


def _title_request(product: Product, draw: random.Random) -> Request:
    own = _own_words(product)
    kept = set(draw.sample(range(len(own)), draw.randint(min(2, len(own)), min(5, len(own)))))
    meant = " ".join(w for place, w in enumerate(own) if place in kept)
    return Request(meant, product.id, "title", meant)


def _own_words(product: Product) -> list[str]:
    return [w for w in words(product.title) if w not in STOP_WORDS]


def _sort(product: Product, common: Mapping[str, frozenset[str]], draw: random.Random) -> str:
    """What sort of thing it is: its narrowest category; without one, a phrase its title shares with others."""
    if product.category:
        return product.category[-1].casefold()
    shared = sorted(common[product.id], key=lambda p: (-p.count(" "), p))
    return draw.choice(shared[: max(3, len(shared) // 2)]) if shared else ""


def _is_a(product: Product, sort: str) -> bool:
    if product.category:
        return fold(sort) in {fold(level) for level in product.category}
    return f" {sort} " in f" {' '.join(words(product.title))} "


def _facts(product: Product, draw: random.Random) -> tuple[tuple[str, AttributeValue], ...]:
    """One or two stated values that a shopper would say: "4 gb", "black", "waterproof"."""
    sayable = [
        (name, value)
        for name, value in product.attributes.items()
        if value is True
        or (isinstance(value, Quantity) and value.unit)
        or (isinstance(value, str) and len(value) <= 20 and not any(c.isdigit() for c in value))
    ]
    return tuple(draw.sample(sayable, min(len(sayable), draw.choice([1, 1, 2]))))


def _as_typed(meant: str, draw: random.Random) -> str:
    said = meant.split()
    if draw.random() < SAID_ANOTHER_WAY:
        said = _another_way(said)
    if draw.random() < SHUFFLED:
        draw.shuffle(said)
    if draw.random() < MISSPELT:
        long = [place for place, word in enumerate(said) if len(word) > 4 and word.isalpha()]
        if long:
            place = draw.choice(long)
            said[place] = _misspelt(said[place], draw)
    return " ".join(said)


def _another_way(said: Sequence[str]) -> list[str]:
    same = {a: b for pair in _SYNONYMS for a, b in (pair.split("="), pair.split("=")[::-1])}
    other = [same.get(word, word) for word in said]
    for place in range(len(other) - 1):
        number, unit = other[place], other[place + 1]
        if unit in _UNITS and re.fullmatch(r"\d+(\.\d+)?", number):
            factor, name = _UNITS[unit]
            other[place : place + 2] = [f"{float(number) * factor:.3g}", name]
    return other


def _misspelt(word: str, draw: random.Random) -> str:
    """One slip of the finger: a letter left out, doubled, or two swapped."""
    place = draw.randrange(1, len(word) - 1)
    return draw.choice(
        [
            word[:place] + word[place + 1 :],
            word[:place] + word[place] + word[place:],
            word[:place] + word[place + 1] + word[place] + word[place + 2 :],
        ]
    )
