"""The products nearest to one, by the vectors the search uses, with what they share and what sets them apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from retrieval.comparison import Fact, compared, facts_of, is_variant
from retrieval.errors import UnknownProduct
from retrieval.index import Index
from retrieval.text import fold
from retrieval.types import Product

_LIKE_ID = 60.0
"""rapidfuzz's ratio from which a known id is offered for a mistyped one: one slip in "tent-2" leaves 83."""

_OFFERED = 3


@dataclass(frozen=True, slots=True)
class Similar:
    """A neighbour of a product."""

    product: Product
    similarity: float
    """Cosine, -1 to 1."""
    variant: bool
    """One model in another colour, size or measure."""
    same: tuple[str, ...]
    """Facts both state alike: "brand: Brindle"."""
    different: tuple[str, ...]
    """Facts in which they plainly differ: "colour: navy blue instead of forest green"."""


def product_of(index: Index, product_id: str) -> Product:
    """The product of an id. Raises UnknownProduct with the ids that come near."""
    product = index.catalog.get([product_id]).get(product_id)
    if product is None:
        raise UnknownProduct(unknown_id(product_id, index.ids))
    return product


def similar_to(index: Index, product_id: str, k: int) -> tuple[Product, list[Similar]]:
    """(the product, its `k` nearest, nearest first, ties by id). Raises UnknownProduct with the ids that come near."""
    product = product_of(index, product_id)
    vector = index.store.vectors([product_id])[product_id]
    # One more than wanted: the product itself is among its nearest, though not always the first of its copies.
    near = [(id, cosine) for id, cosine in index.store.search(vector, k + 1) if id != product_id][:k]
    known = index.catalog.get([id for id, _cosine in near])
    return product, [_similar(product, known[id], cosine) for id, cosine in near if id in known]


def _similar(product: Product, other: Product, cosine: float) -> Similar:
    relations, own, theirs = compared(product, other), facts_of(product), facts_of(other)
    return Similar(
        product=other,
        similarity=max(-1.0, min(cosine, 1.0)),
        variant=is_variant(product, other),
        same=tuple(f"{theirs[n].name}: {_said(theirs[n])}" for n, found in relations.items() if found == "same"),
        different=tuple(
            f"{theirs[n].name}: {_said(theirs[n])} instead of {_said(own[n])}"
            for n, found in relations.items()
            if found == "different"
        ),
    )


def _said(fact: Fact) -> str:
    value = fact.value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.2f} {fact.currency}".strip()
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def near_ids(product_id: str, ids: Sequence[str]) -> list[str]:
    """The ids that a mistyped one may be meant to be, nearest first; at most three."""
    near = process.extract(product_id, ids, scorer=fuzz.ratio, processor=fold, limit=_OFFERED, score_cutoff=_LIKE_ID)
    return [id for id, _ratio, _row in near]


def unknown_id(product_id: str, ids: Sequence[str]) -> str:
    """What to tell whoever asked for a product that is not there, and the way out."""
    near = near_ids(product_id, ids)
    way_out = f"did you mean {', '.join(map(repr, near))}?" if near else "find ids with `search`."
    return f"no product {product_id!r} in the catalogue: {way_out}"
