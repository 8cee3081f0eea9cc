"""Requests made from a catalogue with a fixed seed, the way shoppers put them. No model, no judged data."""

from __future__ import annotations

import random
from collections.abc import Sequence

from retrieval.facets import Facets
from retrieval.types import Product

_OPENINGS = ("", "I need ", "looking for ", "show me ", "do you have ", "I want ")


def make_requests(products: Sequence[Product], facets: Facets, count: int, seed: int = 7) -> list[str]:
    """`count` requests, each aimed at a random product: its kind, often a budget above its price, often one of
    its attributes; about a third names a brand, one in eight is misspelt.
    """
    chance = random.Random(seed)
    kinds = frozenset(facets.categories)
    return [_request(chance.choice(products), chance, kinds) for _ in range(count)]


def _request(product: Product, chance: random.Random, kinds: frozenset[str]) -> str:
    kind = product.category[-1].lower() if product.category and kinds else " ".join(product.title.split()[1:5])
    parts = [kind]
    texts = [v for v in product.attributes.values() if isinstance(v, str) and 2 < len(v) < 20 and " " not in v]
    if texts and chance.random() < 0.5:
        parts.insert(0, chance.choice(texts))
    flags = [name for name, value in product.attributes.items() if value is True]
    if flags and chance.random() < 0.3:
        parts.append(f"that is {chance.choice(flags)}")
    if product.brand and chance.random() < 0.3:
        parts.insert(0, product.brand)
    if product.price is not None and chance.random() < 0.7:
        parts.append(f"under ${product.price * chance.uniform(1.05, 1.6):.0f}")
    words = " ".join(parts).split()
    if chance.random() < 0.125:
        place = chance.randrange(len(words))
        words[place] = _slip(words[place], chance)
    return chance.choice(_OPENINGS) + " ".join(words)


def _slip(word: str, chance: random.Random) -> str:
    """Two neighbouring letters swapped, as fingers do."""
    if len(word) < 5 or not word.isalpha():
        return word
    i = chance.randrange(1, len(word) - 2)
    return word[:i] + word[i + 1] + word[i] + word[i + 2 :]
