"""What kind of goods a listing is, and which kinds do the same job or go together: general knowledge, in a file.

For shops whose catalogue has no categories, or whose shoppers' baskets nobody has counted. `goods.txt` is written by
hand: a line a kind, its names, after `=` the kinds that do the same job, after `+` those that go with it. A name with
`? words` means this kind only where the listing holds one of the words. What a shop's own catalogue and shoppers say
weighs more (see `retrieval.pairs`).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np

from retrieval.catalog import batched
from retrieval.errors import StoreclerkError
from retrieval.text import fold, stem, words
from retrieval.types import Product, Vectors

Tie = Literal["same", "like", "with", "other", ""]
"""One kind, kinds that do the same job, kinds that go together, kinds that have nothing to do with each other, and
not known."""

_LONGEST_NAME = 4  # words
_LABEL = 12
"""Words up to which a description is a second title; longer ones are prose, and name other things besides."""

_SHORT = 3
"""Letters up to which a word must stand as it is: the stem of "ups" is "up". Four would leave "mugs" no mug: most
shelves are called by plurals."""

_NEAR = 1
"""Words between two names that still make one expression: "printer USB cable" is a cable."""

_VOTERS, _NEIGHBOUR = 3, 0.6
"""Nearest products with a name that vote for one without, and the cosine they must have. Of 1,500 products that do name
their kind 87 % get it so; with 20 voters 80 %, from the nearest of the kinds' middles 82 %."""

_CHUNK = 256  # rows of a matrix product: 40 MB of cosines against 40,000 products

_BREAK = re.compile(r"\b(?:for|with|without|w)\b|[,(;:|]| [-–] ")
"""What follows says what a thing is used with, not what it is."""


@dataclass(frozen=True, slots=True)
class Goods:
    """Kinds by their names."""

    names: Mapping[tuple[str, ...], str]
    """Stems of a name -> kind."""
    where: Mapping[tuple[str, ...], tuple[str, frozenset[str]]]
    """Stems of a name that means another kind where the listing holds one of some words: a notebook with a cpu."""
    like: frozenset[tuple[str, str]]
    together: frozenset[tuple[str, str]]
    """Both ways."""

    def kind(self, product: Product) -> str:
        """The kind that category, title or description name, in this order; "" if none does."""
        label = product.description if len(product.description.split()) <= _LABEL else ""
        texts = [product.category[-1] if product.category else "", product.title, label]
        return next((kind for text in texts if (kind := self.kind_in(text, product))), "")

    def kind_in(self, text: str, product: Product | None = None) -> str:
        """The kind a title names: the first one there, or the one its expression ends with ("notebook bag").

        Where a name has two meanings, the words of the whole listing decide.
        """
        for part in _BREAK.split(fold(text)):
            stems = _keys(part)
            found, end, at = "", -1, 0
            while at < len(stems):
                length = next((n for n in range(_LONGEST_NAME, 0, -1) if tuple(stems[at : at + n]) in self.names), 0)
                if length and (not found or at - end <= _NEAR):
                    name = tuple(stems[at : at + length])
                    meant, signs = self.where.get(name, ("", frozenset()))
                    found, end = meant if signs and signs & _said_of(product) else self.names[name], at + length
                at += length or 1
            if found:
                return found
        return ""

    def tie(self, one: str, other: str) -> Tie:
        """How two kinds stand."""
        if not one or not other:
            return ""
        if one == other:
            return "same"
        return "like" if (one, other) in self.like else "with" if (one, other) in self.together else "other"


def _said_of(product: Product | None) -> set[str]:
    if product is None:
        return set()
    return set(words(" ".join([product.title, product.description, *product.attributes])))


def goods_of(products: Sequence[Product], vectors: Vectors, goods: Goods) -> dict[str, str]:
    """Product -> kind, of those whose kind is named, or whose nearest neighbours' is.

    `vectors` has shape (n, dimension), a row a product. "HP 83 Original Black 1 pc(s)" says nowhere what it is; the
    inks around it do. Work: n * nameless * dimension multiplications, a second for 20,000 products.
    """
    kinds = [goods.kind(product) for product in products]
    named = np.asarray([row for row, kind in enumerate(kinds) if kind], dtype=np.intp)
    nameless = [row for row, kind in enumerate(kinds) if not kind]
    if len(named) >= _VOTERS:
        known = vectors[named]
        for rows in batched(nameless, _CHUNK):
            for row, cosines in zip(rows, vectors[rows] @ known.T, strict=True):
                nearest = np.argpartition(-cosines, _VOTERS - 1)[:_VOTERS]
                votes: dict[str, float] = defaultdict(float)
                for place in sorted(nearest, key=lambda place: (-cosines[place], place)):
                    if cosines[place] >= _NEIGHBOUR:
                        votes[kinds[named[place]]] += float(cosines[place])
                kinds[row] = max(votes, key=lambda kind: votes[kind], default="")
    return {product.id: kind for product, kind in zip(products, kinds, strict=True) if kind}


def _keys(text: str) -> list[str]:
    return [word if len(word) <= _SHORT else stem(word) for word in words(text)]


@cache
def bundled_goods() -> Goods:
    """The list that comes with storeclerk."""
    return read_goods(Path(__file__).with_name("goods.txt").read_text(encoding="utf-8").splitlines())


def read_goods(lines: Sequence[str]) -> Goods:
    """Raises StoreclerkError, with the line, for a name given twice or a kind that has no line of its own."""
    names: dict[tuple[str, ...], str] = {}
    where: dict[tuple[str, ...], tuple[str, frozenset[str]]] = {}
    ties: list[tuple[int, str, str, str]] = []
    kinds: set[str] = set()
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        own, *rest = (part.strip() for part in line.split("|"))
        called = [name.strip() for name in own.split(",") if name.strip()]
        if not called:
            raise StoreclerkError(f"line {number} of the kinds of goods names none.")
        kinds.add(called[0])
        for name in called:
            name, sign, signs = name.partition(" ? ")
            key = tuple(_keys(name))
            meant = (
                where.setdefault(key, (called[0], frozenset(words(signs))))[0]
                if sign
                else names.setdefault(key, called[0])
            )
            if meant != called[0]:
                raise StoreclerkError(f"line {number} of the kinds of goods: {name!r} already names {meant!r}.")
        for part in rest:
            ties += [(number, part[:1], called[0], each.strip()) for each in part[1:].split(",") if each.strip()]
    for number, _sign, _kind, other in ties:
        if other not in kinds:
            raise StoreclerkError(f"line {number} of the kinds of goods: {other!r} has no line of its own.")
    like = {(a, b) for _, sign, a, b in ties if sign == "="}
    together = {(a, b) for _, sign, a, b in ties if sign == "+"}
    return Goods(
        names, where, frozenset(like | {(b, a) for a, b in like}), frozenset(together | {(b, a) for a, b in together})
    )
