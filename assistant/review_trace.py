"""Where an explanation came from: signals, reasons, facts as they were, what was dropped, versions; and what of the
facts has changed since. Values for a page; nothing here is read from today's catalogue but that last part.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from assistant.review_types import Item
from assistant.types import Constraint, Dropped, Reason, Sentence
from assistant.wording import money, rated, shown
from retrieval.types import Product

Get = Callable[[Sequence[str]], Mapping[str, Product]]
"""Product ids -> today's products, of those that are still in the catalogue."""


@dataclass(frozen=True, slots=True)
class Signal:
    """One contribution to the score."""

    name: str
    contribution: float
    reasons: tuple[Reason, ...]
    """Those that it was told by; usually one, none for a signal too small to tell."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of the listing."""

    field: str
    value: str
    """As a shopper reads it; "" where the listing is silent."""


@dataclass(frozen=True, slots=True)
class Changed:
    """A fact that is another today."""

    field: str
    then: str
    now: str


@dataclass(frozen=True, slots=True)
class Trace:
    """Everything behind one item."""

    item: int
    answer: str
    timings_ms: Mapping[str, float]
    """Milliseconds since the turn began, by milestone."""
    message: str
    constraints: tuple[Constraint, ...]
    history: tuple[str, ...]
    place: int
    """Of the product on its page, 1 the first."""
    page: tuple[str, ...]
    """Titles of the page's products, in order."""
    score: float
    signals: tuple[Signal, ...]
    """The largest contribution first; they add up to the score."""
    sentences: tuple[Sentence, ...]
    """As shown, with reasons and evidence."""
    dropped: tuple[Dropped, ...]
    """What the model wrote of this product and nobody saw, with the claim that failed."""
    facts: tuple[Fact, ...]
    """The listing as it was."""
    versions: Mapping[str, str]
    thumb: bool | None
    """The shopper's: up, down, or none."""
    gone: bool = False
    """Whether the product has left the catalogue since."""
    changed: tuple[Changed, ...] = ()
    """What of its listing is another today; empty where no catalogue was given."""


def trace(item: Item, get: Get | None = None) -> Trace:
    """Everything behind an item; with `get`, what has changed in the catalogue since."""
    answer, own = item.snapshot.answer, item.snapshot.recommendation(item.product_id)
    then = facts_of_listing(own.product)
    today = None if get is None else get([item.product_id]).get(item.product_id)
    ordered = sorted(own.contributions.items(), key=lambda each: (-abs(each[1]), each[0]))
    return Trace(
        item=item.id,
        answer=answer.id,
        timings_ms=answer.timings_ms,
        message=answer.message,
        constraints=answer.constraints,
        history=item.snapshot.history,
        place=answer.recommendations.index(own) + 1,
        page=tuple(r.product.title for r in answer.recommendations),
        score=own.score,
        signals=tuple(
            Signal(name, value, tuple(r for r in own.reasons if r.signal == name)) for name, value in ordered
        ),
        sentences=item.snapshot.sentences(item.product_id),
        dropped=tuple(each for each in answer.dropped if each.product_id == item.product_id),
        facts=then,
        versions=answer.versions,
        thumb=item.snapshot.thumbs.get(item.product_id),
        gone=get is not None and today is None,
        changed=() if today is None else _changed(then, facts_of_listing(today)),
    )


def facts_of_listing(product: Product) -> tuple[Fact, ...]:
    """The lines of a listing that say something, as a shopper reads them."""
    rating = "" if product.rating is None else rated(product.rating, product.rating_count)
    lines = [
        ("title", product.title),
        ("brand", product.brand),
        ("category", " > ".join(product.category)),
        ("price", "" if product.price is None else money(product.price, product.currency)),
        ("rating", rating),
        ("stock", "" if product.stock is None else f"{product.stock:,} in stock" if product.stock else "out of stock"),
        *((name, shown(value)) for name, value in product.attributes.items()),
        ("description", product.description),
    ]
    return tuple(Fact(field, value) for field, value in lines if value)


def _changed(then: Sequence[Fact], now: Sequence[Fact]) -> tuple[Changed, ...]:
    before, after = ({fact.field: fact.value for fact in facts} for facts in (then, now))
    fields = dict.fromkeys([*before, *after])
    return tuple(
        Changed(field, before.get(field, ""), after.get(field, ""))
        for field in fields
        if before.get(field, "") != after.get(field, "")
    )
