"""What the page of a product shows, worked out: the template only writes it down.

Everything here is plain text; the templates escape it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.alternative_scores import stated
from assistant.alternative_types import GROUPS, Alternative, Alternatives, Changed, GroupKind
from assistant.wording import money, shown
from retrieval.relations import Relation
from retrieval.text import fold
from retrieval.types import Product
from ui.cards import points, signal_name
from ui.markup import picture_url

RELATIONS: dict[Relation, str] = {
    "variant": "the same thing",
    "substitute": "does the same job",
    "complement": "goes with it",
}

DIFFERENCES = 5
"""Rows of differences that stand open: what decides, as they are ordered; the rest can be unfolded."""

FACTS = 10
"""Facts of the product that stand open, beside the pinned ones: more than anyone weighs at once."""

_LEAST = 0.005  # a contribution that would read as +0.00


@dataclass(frozen=True, slots=True)
class Bar:
    """One contribution: its name, its points with their sign, and its share of the widest, 0 to 100."""

    name: str
    points: str
    share: float
    against: bool


@dataclass(frozen=True, slots=True)
class Item:
    """One alternative in one group."""

    anchor: str
    """Unique on the page."""
    alternative: Alternative
    first: str
    """Anchor of the item that tells all about it; its own, unless a group above did."""
    relation: str
    sure: str
    stock: str
    change: str
    """Of the price; "" where it cannot be said."""
    kept: tuple[tuple[str, str], ...]
    """Pinned facts with the alternative's own value."""
    differences: tuple[Changed, ...]
    more: tuple[Changed, ...]
    bars: tuple[Bar, ...]
    picture: str

    @property
    def product(self) -> Product:
        return self.alternative.product

    @property
    def again(self) -> bool:
        """Whether a group above told all about it."""
        return self.first != self.anchor


@dataclass(frozen=True, slots=True)
class Shelf:
    """A group with its heading and the key that leads to it."""

    kind: GroupKind
    title: str
    key: int
    items: tuple[Item, ...]

    @property
    def replaces(self) -> bool:
        """Whether its members may go into a reply."""
        return self.kind != "complement"


def shelves(found: Alternatives, pictures: bool) -> list[Shelf]:
    """The groups that have members, in order. A key stays with its kind, whichever groups there are."""
    told: dict[str, str] = {}
    items = [a for group in found.groups for a in group.items]
    # One scale for the whole page, so that bars can be compared from item to item.
    widest = max((abs(value) for a in items for value in a.contributions.values()), default=0.0)
    keys = {kind: key for key, kind in enumerate(GROUPS, start=1)}
    made = []
    for group in found.groups:
        shown_here = []
        for place, alternative in enumerate(group.items, start=1):
            anchor = f"{group.kind}-{place}"
            first = told.setdefault(alternative.product.id, anchor)
            shown_here.append(_item(found, alternative, anchor, first, widest, pictures))
        made.append(Shelf(group.kind, GROUPS[group.kind], keys[group.kind], tuple(shown_here)))
    return made


def _item(
    found: Alternatives, alternative: Alternative, anchor: str, first: str, widest: float, pictures: bool
) -> Item:
    product = alternative.product
    return Item(
        anchor=anchor,
        alternative=alternative,
        first=first,
        relation=RELATIONS.get(alternative.relation, alternative.relation),
        sure=f"{alternative.confidence:.0%}".replace("%", " %"),
        stock=stock(product),
        change="" if alternative.relation == "complement" else price_change(found.product, product),
        kept=tuple(_kept(found, alternative)),
        differences=alternative.differences[:DIFFERENCES],
        more=alternative.differences[DIFFERENCES:],
        bars=tuple(_bars(alternative, widest)),
        picture=picture_url(product.image_url, pictures),
    )


def _kept(found: Alternatives, alternative: Alternative) -> Iterator[tuple[str, str]]:
    """Pins hold for what replaces the product alone: what goes with it was never held against them."""
    if alternative.relation == "complement":
        return
    for matter in found.matters:
        fact = stated(alternative.product, matter.field) if matter.kept else None
        if fact is not None and not isinstance(fact.value, float):  # a price is never pinned
            yield matter.field, shown(fact.value)


def _bars(alternative: Alternative, widest: float) -> Iterator[Bar]:
    for signal, value in sorted(alternative.contributions.items(), key=lambda pair: -pair[1]):
        if abs(value) >= _LEAST:
            yield Bar(signal_name(signal), points(value), round(100 * abs(value) / widest, 1), value < 0)


def stock(product: Product) -> str:
    """In words; a feed that says nothing about it is not made to say anything."""
    if product.stock is None:
        return "stock not stated"
    return f"{product.stock:,} in stock" if product.in_stock else "out of stock"


def price_change(product: Product, other: Product) -> str:
    """ "$12.00 less (−8 %)"; "" without two prices in one currency."""
    if product.price is None or other.price is None or product.currency != other.currency:
        return ""
    gap = round(other.price - product.price, 2)
    if not gap:
        return "the same price"
    share = f" ({'−' if gap < 0 else '+'}{abs(gap) / product.price:.0%})".replace("%", " %") if product.price else ""
    return f"{money(abs(gap), product.currency)} {'less' if gap < 0 else 'more'}{share}"


def other_facts(found: Alternatives) -> list[tuple[str, str]]:
    """What the listing states and nobody pins: codes and records, the kind, the rating."""
    product = found.product
    pinnable = {fold(m.field) for m in found.matters}
    facts = [(name, shown(value)) for name, value in product.attributes.items() if fold(name) not in pinnable]
    if product.category:
        facts.insert(0, ("category", " > ".join(product.category)))
    if product.rating is not None:
        count = f" ({product.rating_count:,})" if product.rating_count else ""
        facts.insert(0, ("rating", f"{product.rating:.1f} of 5{count}"))
    return facts


def unknown_pins(found: Alternatives, keep: Sequence[str]) -> list[str]:
    """Pins of an address that the product has no such fact for."""
    known = {fold(m.field) for m in found.matters}
    return [
        f"“{name[:60]}” cannot be pinned: the listing states no such fact." for name in keep if fold(name) not in known
    ]


def chosen_of(found: Alternatives, ids: Sequence[str]) -> tuple[list[Alternative], list[str]]:
    """The chosen alternatives in the order they were chosen, and the ids that are not among those found."""
    known = {a.product.id: a for group in found.groups for a in group.items}
    return [known[id] for id in ids if id in known], [id for id in ids if id not in known]
