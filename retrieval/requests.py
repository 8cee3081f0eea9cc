"""Requests made out of a catalogue, for a shop that has no searches to learn from.

Each names one product the way shoppers would: by what it is, who makes it, its number, some of its facts, what
it is for, or a few words of its title; then some are shuffled, misspelt or said in another word or unit.
"""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from retrieval.text import STOP_WORDS, fold, words
from retrieval.types import Product, Quantity

COMMON = 4
"""A run of words in at least so many titles, of more than one brand, says what sort of thing they are."""

MISSPELT, SHUFFLED, SAID_ANOTHER_WAY = 0.12, 0.12, 0.15
"""Shares of the requests; near the shares of misspelt queries that web shops report (10 to 15 %)."""

KINDS: Mapping[str, float] = {
    "type": 0.24,
    "brand": 0.06,
    "brand and type": 0.14,
    "number": 0.12,
    "facts": 0.18,
    "use": 0.08,
    "title": 0.18,
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
    meant: str
    """The same before it was misspelt, shuffled or said in other words: what to ask a teacher."""
    product_id: str
    kind: str

    @property
    def names_one(self) -> bool:
        """It singles the product out: only this one is surely right. Others name many that are as good."""
        return self.kind in ("number", "title")


def make_requests(products: Sequence[Product], count: int, seed: int = 7) -> list[Request]:
    """`count` requests for products drawn evenly; the same for the same seed. Empty for an empty catalogue."""
    draw = random.Random(seed)
    common = common_phrases(products)
    made: list[Request] = []
    while products and len(made) < count:
        product = draw.choice(products)
        kind = draw.choices(list(KINDS), list(KINDS.values()))[0]
        meant = _meant(product, kind, common, draw)
        if not meant:
            kind, meant = "title", _title_words(product, draw)
        if meant:
            made.append(Request(_as_typed(meant, draw), meant, product.id, kind))
        elif not any(words(p.title) for p in products):
            break
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


def _meant(product: Product, kind: str, common: Mapping[str, frozenset[str]], draw: random.Random) -> str:
    sort = _sort(product, common, draw)
    brand = product.brand.casefold()
    if kind == "type":
        return sort
    if kind == "brand":
        return brand
    if kind == "brand and type":
        return f"{brand} {sort}" if brand and sort else ""
    if kind == "number":
        return _number(product, brand, sort, draw)
    if kind == "facts":
        facts = _facts(product, draw)
        return draw.choice([f"{facts} {sort}", f"{sort} {facts}", f"{sort} with {facts}"]) if facts and sort else ""
    if kind == "use":
        uses = _USE.findall(fold(product.description))
        return f"{sort} for {draw.choice(uses)}" if uses and sort else ""
    return _title_words(product, draw)


def _sort(product: Product, common: Mapping[str, frozenset[str]], draw: random.Random) -> str:
    """What sort of thing it is: its narrowest category, or a phrase its title shares with others."""
    shared = sorted(common[product.id], key=lambda p: (-p.count(" "), p))
    if product.category and (not shared or draw.random() < 0.5):
        return product.category[-1].casefold()
    return draw.choice(shared[: max(3, len(shared) // 2)]) if shared else ""


def _number(product: Product, brand: str, sort: str, draw: random.Random) -> str:
    numbers = [w for w in words(product.title) if _NUMBER.fullmatch(w)]
    if not numbers:
        return ""
    beside = draw.choice([(), (brand,), (sort,), (brand, sort)])
    return " ".join(part for part in (*beside, draw.choice(numbers)) if part)


def _facts(product: Product, draw: random.Random) -> str:
    """One or two stated values: "4 gb", "black", "waterproof"."""
    said: list[str] = []
    for name, value in product.attributes.items():
        if isinstance(value, bool):
            said.extend([name] if value else [])
        elif isinstance(value, Quantity):
            said.extend([str(value)] if value.unit else [])
        elif isinstance(value, str):
            said.extend([value] if len(value) <= 20 and not any(c.isdigit() for c in value) else [])
        else:
            said.extend(item for item in value if len(item) <= 20 and not any(c.isdigit() for c in item))
    return " ".join(draw.sample(said, min(len(said), draw.choice([1, 1, 2])))).casefold()


def _title_words(product: Product, draw: random.Random) -> str:
    own = [w for w in words(product.title) if w not in STOP_WORDS]
    if len(own) <= 2:
        return " ".join(own)
    kept = set(draw.sample(range(len(own)), draw.randint(2, min(5, len(own)))))
    return " ".join(w for place, w in enumerate(own) if place in kept)


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
