"""The same product listed twice: near-copies by vector, brand and title that no stated fact tells apart.

A pair is a duplicate if its vectors are nearly one, the brands are the same (or one is not given), the titles
nearly equal, and nothing stated by both tells them apart: another model number, size, colour, capacity or pack
makes a variant. Everything is compared that could be a pair, in matrix products within a brand (and, where a
brand is missing, against all), so that nothing is missed and no more than a chunk of rows is ever in memory.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz

from retrieval.comparison import Fact, relation
from retrieval.text import STOP_WORDS, fold, stem, words
from retrieval.types import Product, Quantity, Vectors
from retrieval.units import is_known, pretty, same_amount

COSINE = 0.90
"""Two listings of one thing worded by two people lie above this, kettles of two makes below (all-MiniLM-L6-v2)."""

TITLES = 90.0
"""rapidfuzz's token-set ratio: the same words in any order, one title perhaps longer."""

WHOLE_TITLES = 70.0
"""Its token-sort ratio besides, since to the first a title of one word is equal to all titles that hold it."""

SLIP = 70.0
"""rapidfuzz's ratio from which the words that only one of two titles has are one word misspelt; where both have words
of their own, "Spare Frying Pan" and "Tidy Frying Pan", these are names of models."""

GROUPS_SHOWN = 100
"""Groups kept in the report; their whole number is always counted."""

_CHUNK = 256  # rows a matrix product: 100 MB of cosines against 100,000 products
_PARTNERS = 50  # nearest a row: listings copied more often than that hang together by any fifty of them

# Facts that tell variants apart, by a word of their name. Weight is left out: with and without its box, the same
# thing weighs differently. So are shops' own numbers, which differ for every listing.
_TELLING = frozenset(
    """colour color size capacity volume storage memory model mpn part gtin ean upc pack packs pieces count quantity
    length width height depth diameter power wattage voltage flavour flavor scent gender material pattern edition
    language format shade finish""".split()
)
_SIZES = frozenset("xxs xs s m l xl xxl xxxl small medium large twin queen king double single mini".split())
_COLOURS = frozenset(
    """black white grey gray red green blue yellow orange pink purple brown beige silver gold navy burgundy cream
    turquoise teal olive ivory charcoal""".split()
)


@dataclass(frozen=True, slots=True)
class Listing:
    """One listing of a group."""

    id: str
    title: str
    price: float | None
    currency: str


@dataclass(frozen=True, slots=True)
class DuplicateGroup:
    """Listings that seem to be one product, with what speaks for it."""

    listings: tuple[Listing, ...]
    """In the order of the catalogue."""
    brand: str
    """"" if none of them gives one."""
    cosine: float
    """Of the pair least alike among those that joined the group."""
    titles: float
    """Token-set ratio of the titles of that kind, 0 to 100: the lowest."""

    @property
    def price_spread(self) -> float | None:
        """Dearest less cheapest; None if fewer than two give a price, or in several currencies."""
        prices = [each.price for each in self.listings if each.price is not None]
        currencies = {each.currency for each in self.listings if each.price is not None}
        return round(max(prices) - min(prices), 2) if len(prices) > 1 and len(currencies) == 1 else None

    def as_dict(self) -> dict[str, object]:
        return {**asdict(self), "price_spread": self.price_spread}


@dataclass(frozen=True, slots=True)
class Duplicates:
    """What was found in one catalogue."""

    groups: tuple[DuplicateGroup, ...]
    """Largest first, the surest first among equals."""
    total: int
    """Groups found, shown or not."""
    products: int
    """Listings in all of them."""
    without_vector: int
    """Products that could not be compared."""


@dataclass(frozen=True, slots=True)
class _Marks:
    """What of a listing is compared, prepared once."""

    title: str
    """Folded, without punctuation, units joined to their numbers."""
    stems: frozenset[str]
    """Of its words, those without meaning left out."""
    numbers: frozenset[str]
    """Its words with a digit: "wf1000xm4", "64gb", "2"."""
    shades: frozenset[str]
    """Its colours, sizes and single letters."""
    telling: dict[str, Fact]
    """Folded name -> attribute that tells variants apart."""


@dataclass(slots=True)
class _Joined:
    """A group as it grows."""

    rows: list[int]
    kinds: set[int]
    """One row of each wording among them."""
    cosine: float
    titles: float


def near_duplicates(
    products: Sequence[Product], vectors: Sequence[Vectors | None], *, shown: int = GROUPS_SHOWN
) -> Duplicates:
    """Groups of listings that seem to be one product, at most `shown` of them.

    `vectors` holds one of shape (d,) for each product, or None.
    """
    rows = [row for row, vector in enumerate(vectors) if vector is not None]
    matrix = np.stack([v for v in vectors if v is not None]) if rows else np.empty((0, 1), dtype=np.float32)
    compared = [products[row] for row in rows]
    marks = [_marks(product) for product in compared]

    # 1) Pairs that hold, the nearest first.
    pairs: list[tuple[float, int, int, float]] = []
    for left, right, cosine in near_pairs([fold(product.brand) for product in compared], matrix):
        likeness = _title_likeness(marks[left], marks[right])
        if likeness and not _told_apart(marks[left], marks[right]):
            pairs.append((cosine, left, right, likeness))
    pairs.sort(key=lambda pair: (-pair[0], pair[1], pair[2]))

    # 2) Joined into groups in which no two listings are told apart: a title without its colour is near both colours.
    kinds: dict[str, int] = {}  # word for word the same listings count once: a feed may hold one a thousand times
    group_of = {
        row: _Joined([row], {kinds.setdefault(repr(marks[row]), row)}, 1.0, 100.0)
        for row in dict.fromkeys(row for pair in pairs for row in pair[1:3])
    }
    for cosine, left, right, likeness in pairs:
        one, other = sorted((group_of[left], group_of[right]), key=lambda group: -len(group.rows))
        if one is other or any(_told_apart(marks[a], marks[b]) for a in one.kinds for b in other.kinds):
            continue
        one.rows += other.rows
        one.kinds |= other.kinds
        one.cosine = min(cosine, one.cosine, other.cosine)
        one.titles = min(likeness, one.titles, other.titles)
        group_of |= dict.fromkeys(other.rows, one)
    found = {id(group): group for group in group_of.values() if len(group.rows) > 1}
    groups = [_group([compared[row] for row in sorted(g.rows)], g.cosine, g.titles) for g in found.values()]
    groups.sort(key=lambda group: (-len(group.listings), -group.cosine, group.listings[0].id))
    return Duplicates(
        groups=tuple(groups[:shown]),
        total=len(groups),
        products=sum(len(group.listings) for group in groups),
        without_vector=len(products) - len(rows),
    )


def near_pairs(brands: Sequence[str], vectors: Vectors) -> Iterator[tuple[int, int, float]]:
    """(row, row, cosine) of every pair above `COSINE` whose folded brands are equal or one of them "", each once.

    `vectors` has shape (n, d). Work is a matrix product a brand; at worst, where no brand is given, half of n * n * d
    multiplications, some minutes for 100,000 products of 384 dimensions on two cores.
    """
    by_brand: dict[str, list[int]] = {}
    for row, brand in enumerate(brands):
        by_brand.setdefault(brand, []).append(row)
    unknown = np.asarray(by_brand.pop("", []), dtype=np.intp)
    for rows in by_brand.values():
        if len(rows) > 1:
            yield from _within(np.asarray(rows, dtype=np.intp), vectors)
    if len(unknown):
        yield from _within(unknown, vectors)
        known = np.setdiff1d(np.arange(len(brands), dtype=np.intp), unknown)
        if len(known):
            yield from _between(unknown, known, vectors)


def _within(rows: NDArray[np.intp], vectors: Vectors) -> Iterator[tuple[int, int, float]]:
    own = vectors[rows]
    for start in range(0, len(rows), _CHUNK):
        cosines = own[start : start + _CHUNK] @ own[start:].T
        cosines[np.tril_indices(len(cosines), 0, cosines.shape[1])] = -1.0  # each pair once, none with itself
        yield from _above(cosines, rows[start:], rows[start:])


def _between(left: NDArray[np.intp], right: NDArray[np.intp], vectors: Vectors) -> Iterator[tuple[int, int, float]]:
    others = vectors[right]
    for start in range(0, len(left), _CHUNK):
        some = left[start : start + _CHUNK]
        yield from _above(vectors[some] @ others.T, some, right)


def _above(
    cosines: NDArray[np.float32], left: NDArray[np.intp], right: NDArray[np.intp]
) -> Iterator[tuple[int, int, float]]:
    counts = (cosines >= COSINE).sum(axis=1)
    for row in np.flatnonzero(counts):
        near = np.flatnonzero(cosines[row] >= COSINE)
        if len(near) > _PARTNERS:
            near = near[np.argsort(-cosines[row, near], kind="stable")[:_PARTNERS]]
        for column in near:
            yield int(left[row]), int(right[column]), float(cosines[row, column])


def _group(products: Sequence[Product], cosine: float, likeness: float) -> DuplicateGroup:
    return DuplicateGroup(
        listings=tuple(Listing(p.id, p.title, p.price, p.currency) for p in products),
        brand=next((p.brand for p in products if p.brand), ""),
        cosine=round(min(cosine, 1.0), 4),
        titles=round(likeness, 1),
    )


def _marks(product: Product) -> _Marks:
    tokens = _joined(words(product.title))
    return _Marks(
        title=" ".join(tokens),
        stems=frozenset(stem(token) for token in tokens if token not in STOP_WORDS),
        numbers=frozenset(token for token in tokens if any(sign.isdigit() for sign in token)),
        shades=frozenset(t for t in tokens if t in _SIZES or t in _COLOURS or (len(t) == 1 and t.isalpha())),
        telling={
            fold(name): Fact(name, value)
            for name, value in product.attributes.items()
            if not isinstance(value, bool) and not _TELLING.isdisjoint(words(name))
        },
    )


def _joined(tokens: Sequence[str]) -> list[str]:
    """A number and the unit after it as one word, hyphens gone: "64 gb" and "64-GB" are both "64gb"."""
    result: list[str] = []
    for token in tokens:
        token = re.sub(r"[\-/'’]", "", token)
        if result and result[-1].replace(".", "").isdigit() and is_known(token):
            result[-1] += fold(pretty(token))
        else:
            number = re.fullmatch(r"([\d.]+)([a-z]+)", token)
            is_amount = number is not None and is_known(number[2])
            result.append(f"{number[1]}{fold(pretty(number[2]))}" if number is not None and is_amount else token)
    return result


def _title_likeness(one: _Marks, other: _Marks) -> float:
    """Token-set ratio, 0 to 100; 0 if the titles are not nearly equal."""
    if not fuzz.token_sort_ratio(one.title, other.title, score_cutoff=WHOLE_TITLES):
        return 0.0
    return float(fuzz.token_set_ratio(one.title, other.title, score_cutoff=TITLES))


def _told_apart(one: _Marks, other: _Marks) -> bool:
    """Whether the two state something that makes them variants.

    Numbers of the titles must agree: "Card 64 GB" and "Card" may be two cards. A colour, a size or another word may be
    missing in one title, but not be another one. So may an attribute.
    """
    left, right = sorted(one.stems - other.stems), sorted(other.stems - one.stems)
    if left and right and not fuzz.ratio(" ".join(left), " ".join(right), score_cutoff=SLIP):
        return True
    if one.numbers != other.numbers or (one.shades - other.shades and other.shades - one.shades):
        return True
    return any(_differ(fact, other.telling[name]) for name, fact in one.telling.items() if name in other.telling)


def _differ(one: Fact, other: Fact) -> bool:
    """Any other amount tells variants apart (30 and 32 L), however near; words only if neither holds the other."""
    a, b = one.value, other.value
    if isinstance(a, Quantity) and isinstance(b, Quantity):
        return not same_amount(a.value, a.unit, b.value, b.unit)
    return relation(one, other) == "different"
