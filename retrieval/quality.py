"""What a catalogue states and what it leaves open, for the person who can mend the feed.

Nothing here rejects or changes a product: implausible is not impossible.
"""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

from retrieval.catalog import Catalog
from retrieval.duplicates import DuplicateGroup, Duplicates, near_duplicates
from retrieval.index import expected_hashes
from retrieval.text import fold
from retrieval.types import Product

# A price is implausible if it is this many times above or below the median of its group. A shelf of one kind
# of goods rarely spans a factor of ten either way; a price in the wrong unit is off by 100.
_PRICE_FACTOR = 30.0
_SMALLEST_GROUP = 8  # products; the median of fewer says little
_FIELDS = ("description", "brand", "category", "price", "currency", "image_url", "url", "rating", "stock")
_EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class OddPrice:
    """A price far from those of its group."""

    product_id: str
    price: float
    group: str
    """The narrowest category; the whole catalogue for a product without one."""
    median: float


@dataclass(frozen=True, slots=True)
class QualityReport:
    """Counts over one catalogue."""

    products: int
    stated: dict[str, float]
    """Field -> share of products that state it, 0 to 1."""
    attributes_per_product: float
    """The median."""
    without_attributes: int
    attributes: tuple[tuple[str, int], ...]
    """The ten most common attributes and how many products have them."""
    duplicate_titles: tuple[tuple[str, int], ...]
    """Titles, folded, that several products share, and how many, most first."""
    implausible_prices: tuple[OddPrice, ...]
    """Furthest from their median first; a price of 0 comes before all."""
    currencies: tuple[str, ...]
    duplicates: Duplicates | None
    """Listings that seem to be one product; None where there are no vectors to tell by."""

    def as_dict(self) -> dict[str, object]:
        """The report as plain values, ready for JSON."""
        found = self.duplicates
        if found is None:
            return asdict(self)
        return {**asdict(self), "duplicates": {**asdict(found), "groups": [each.as_dict() for each in found.groups]}}

    def lines(self) -> list[str]:
        """The report as a person reads it, one fact a line."""
        if not self.products:
            return ["the catalogue is empty"]
        lines = [f"{self.products} products"]
        for field, share in self.stated.items():
            lines.append(f"  {field:<12} {share:6.1%} stated")
        lines.append(f"{self.attributes_per_product:g} attributes per product (median)")
        if self.without_attributes:
            lines.append(f"{self.without_attributes} products without any attribute")
        if self.attributes:
            lines.append("most common: " + ", ".join(f"{name} ({n})" for name, n in self.attributes))
        if len(self.currencies) > 1:
            lines.append(f"prices in several currencies, not comparable: {', '.join(self.currencies)}")
        if self.duplicate_titles:
            shared = sum(count for _title, count in self.duplicate_titles)
            lines.append(f"{shared} products share {len(self.duplicate_titles)} titles:")
            lines += [f"  {count} x {title}" for title, count in self.duplicate_titles[:_EXAMPLES]]
        lines += _duplicate_lines(self.duplicates)
        if self.implausible_prices:
            lines.append(
                f"{len(self.implausible_prices)} implausible prices (0, or {_PRICE_FACTOR:g} times above or "
                "below the median of their category):"
            )
            lines += [
                f"  {odd.product_id}: {odd.price:.2f}; median of {odd.group} {odd.median:.2f}"
                for odd in self.implausible_prices[:_EXAMPLES]
            ]
        return lines


def report_on(catalog: Catalog, encoder_name: str) -> QualityReport:
    """The report of a whole catalogue; its near-duplicates by the vectors that this encoder has made, if any."""
    hashes = list(expected_hashes(catalog).values())
    cached = catalog.vectors(encoder_name, hashes)
    products = list(catalog.all())
    return quality_report(
        products, near_duplicates(products, [cached.get(hash) for hash in hashes]) if cached else None
    )


def quality_report(products: Iterable[Product], duplicates: Duplicates | None = None) -> QualityReport:
    """Read the products once; prices are judged within their narrowest category and currency."""
    total = 0
    stated: Counter[str] = Counter()
    attributes: Counter[str] = Counter()
    titles: Counter[str] = Counter()
    per_product: list[int] = []
    prices: dict[tuple[str, str], list[tuple[str, float]]] = {}
    for product in products:
        total += 1
        stated.update(name for name in _FIELDS if getattr(product, name) not in (None, "", ()))
        attributes.update(product.attributes.keys())
        titles[fold(product.title)] += 1
        per_product.append(len(product.attributes))
        if product.price is not None:
            group = product.category[-1] if product.category else "the whole catalogue"
            prices.setdefault((group, product.currency), []).append((product.id, product.price))
    odd = [found for (group, _currency), rows in prices.items() for found in _implausible(group, rows)]
    return QualityReport(
        products=total,
        stated={name: stated[name] / total for name in _FIELDS} if total else {},
        attributes_per_product=float(statistics.median(per_product)) if per_product else 0.0,
        without_attributes=per_product.count(0),
        attributes=tuple(attributes.most_common(10)),
        duplicate_titles=tuple((title, n) for title, n in titles.most_common() if n > 1),
        implausible_prices=tuple(sorted(odd, key=_distance, reverse=True)),
        currencies=tuple(sorted({currency for _group, currency in prices if currency})),
        duplicates=duplicates,
    )


def _duplicate_lines(found: Duplicates | None) -> list[str]:
    if found is None:
        return ["listings of one product: not looked for, since there are no vectors yet"]
    lines: list[str] = []
    if found.without_vector:
        lines.append(f"{found.without_vector} products have no vector, so they were not compared for duplicates")
    if found.total:
        lines.append(f"{found.products} listings seem to be {found.total} products, listed more than once:")
        for group in found.groups[:_EXAMPLES]:
            lines.append(f"  {_evidence(group)}")
            lines += [f"    {each.id}  {each.title}" for each in group.listings[:_EXAMPLES]]
            if len(group.listings) > _EXAMPLES:
                lines.append(f"    and {len(group.listings) - _EXAMPLES} more")
        if found.total > _EXAMPLES:
            lines.append(f"  and {found.total - _EXAMPLES} more (--json names the first {len(found.groups)})")
    return lines


def _evidence(group: DuplicateGroup) -> str:
    spread = "" if group.price_spread is None else f", prices {group.price_spread:.2f} apart"
    brand = f"brand {group.brand}" if group.brand else "no brand"
    return f"likeness {group.cosine:.2f}, titles {group.titles:.0f} of 100 alike, {brand}{spread}"


def _implausible(group: str, rows: Sequence[tuple[str, float]]) -> list[OddPrice]:
    median = statistics.median(price for _id, price in rows)
    found = [OddPrice(id, price, group, median) for id, price in rows]
    if len(rows) < _SMALLEST_GROUP or not median:
        return [odd for odd in found if odd.price == 0]
    return [odd for odd in found if _distance(odd) > _PRICE_FACTOR]


def _distance(odd: OddPrice) -> float:
    """How many times above or below its median; infinite for a price of 0."""
    if odd.price == 0 or odd.median == 0:
        return float("inf")
    return max(odd.price / odd.median, odd.median / odd.price)
