"""What the store sells, as plain values. Nothing here knows of files, databases, chat or pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
"""Rows of unit length, shape (n, dimension); the dot product of two rows is their cosine."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit as the shop writes it: 1.2 kg, 45 L, 4 persons; unit "" if there is none."""

    value: float
    unit: str = ""

    def __str__(self) -> str:
        number = f"{self.value:.6g}" if abs(self.value) < 1e6 else f"{self.value:.0f}"
        return f"{number} {self.unit}".strip()


AttributeValue = Quantity | bool | str | tuple[str, ...]
"""A number with its unit, yes/no, text, or a list of texts. The type a feed gave is kept."""


@dataclass(frozen=True, slots=True)
class Product:
    """One row of the catalogue. Only `id` and `title` are sure to be there; None and "" mean "not stated"."""

    id: str
    title: str
    description: str = ""
    brand: str = ""
    category: tuple[str, ...] = ()
    """From the widest to the narrowest: ("Outdoor", "Camping", "Tents")."""
    price: float | None = None
    """In units of `currency`, rounded to cents when read."""
    currency: str = ""
    image_url: str = ""
    url: str = ""
    rating: float | None = None
    """Mean of the stars given, 0 to 5."""
    rating_count: int = 0
    stock: int | None = None
    """Pieces on hand; None means the feed did not say, which counts as available."""
    attributes: Mapping[str, AttributeValue] = field(default_factory=dict)

    @property
    def in_stock(self) -> bool:
        return self.stock is None or self.stock > 0


@dataclass(frozen=True, slots=True)
class AttributeTest:
    """One condition on one attribute. Exactly one of `any_of`, `flag` or the range is in use.

    A product that does not state the attribute fails a positive test and passes a negated one:
    "must be blue" needs proof, "not leather" only needs the absence of proof.
    """

    attribute: str
    any_of: frozenset[str] = frozenset()
    """Texts, folded by `retrieval.text.fold`; a list attribute passes if one of its items is among them."""
    flag: bool | None = None
    low: float | None = None
    """Lowest number allowed, in `unit`."""
    high: float | None = None
    unit: str = ""
    negated: bool = False
    unstated: bool = False
    """Listings that say nothing of the attribute pass as well: only what states otherwise is shut out."""


@dataclass(frozen=True, slots=True)
class Filter:
    """The conditions a product must meet to be a candidate at all. The empty filter admits everything.

    `retrieval.facets.Facets.mask` reads it, once, for the word search and the vector search alike.
    """

    price_min: float | None = None
    price_max: float | None = None
    """A product without a price fails as soon as either bound is set."""
    in_stock: bool = False
    categories: frozenset[str] = frozenset()
    """Folded category names at any level; one of them must be on the product's path."""
    not_categories: frozenset[str] = frozenset()
    brands: frozenset[str] = frozenset()
    """Folded brand names; the product's must be among them."""
    not_brands: frozenset[str] = frozenset()
    attributes: tuple[AttributeTest, ...] = ()
    """All of them must pass."""
    exclude_ids: frozenset[str] = frozenset()

    @property
    def is_empty(self) -> bool:
        return self == Filter()


@dataclass(frozen=True, slots=True)
class Hit:
    """A candidate with the raw evidence of the first stage, before the glass-box ranker adds it up."""

    product: Product
    words: float
    """BM25 as a share of what the request's words are worth: 0 (none found) to 1 (each found, again and again)."""
    meaning: float
    """Cosine of request and product, -1 to 1."""
    every_word: bool = False
    """Whether each word of the request stands in the listing."""
    relevance: float | None = None
    """The reranker's estimate, 0 to 1; None if no reranker is configured."""
    matched_words: tuple[str, ...] = ()
    """Words of the query that stand in the product's text, as the shopper wrote them."""


class Encoder(Protocol):
    """Turns texts into unit vectors."""

    @property
    def name(self) -> str:
        """Identifies model and adapter; vectors of different names are never compared."""
        ...

    @property
    def dimension(self) -> int: ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """(n texts) -> float32 array (n, dimension), each row of unit length."""
        ...


class Reranker(Protocol):
    """Reads request and product together; slower and sharper than comparing vectors."""

    @property
    def name(self) -> str: ...

    def score(self, query: str, texts: Sequence[str]) -> Sequence[float]:
        """Relevance of each text to the query, 0 to 1, in the order given."""
        ...
