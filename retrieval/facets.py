"""What can be asked of the catalogue: every value of every attribute, and which products state it.

Held in memory as arrays of row numbers, so that a filter is a few array operations (about a millisecond at
20,000 products) and the same answer serves the word search, the vector search and the counting of what
an unmet wish costs. Knows nothing of how a wish is worded.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retrieval.text import fold, stem, words
from retrieval.types import AttributeTest, Filter, Product, Quantity
from retrieval.units import to_base

Mask = NDArray[np.bool_]
"""One truth value a product, in the order of `Facets.ids`."""
Rows = NDArray[np.int32]

# Longer texts are sentences, not values anyone would filter by.
_LONGEST_VALUE = 60


@dataclass(frozen=True, slots=True)
class Facets:
    """The catalogue turned on its side. Keys are folded; `labels` gives back the shop's spelling."""

    ids: tuple[str, ...]
    prices: NDArray[np.float64]
    """NaN where there is no price."""
    in_stock: Mask
    brands: Mapping[str, Rows]
    categories: Mapping[str, Rows]
    """Every level of every path: "outdoor", "camping", "tents"."""
    texts: Mapping[str, Mapping[str, Rows]]
    """attribute -> value -> rows; an item of a list counts as a value."""
    flags: Mapping[str, tuple[Rows, Rows]]
    """attribute -> (rows that say yes, rows that say no)."""
    numbers: Mapping[tuple[str, str], tuple[Rows, NDArray[np.float64]]]
    """(attribute, base unit) -> rows and their amounts in the base unit."""
    labels: Mapping[str, str]
    named: Mapping[str, int]
    """Stem of a word -> how many products have it in title, brand or category: what things here are called."""
    departments: tuple[str, ...]
    """The widest categories, folded, the largest first."""
    lists: frozenset[str]
    """Attributes that some product states as a list; a list names examples and is never complete."""
    mean_rating: float
    """The mean of all stars given in the shop; 4.0 where nobody has rated yet."""

    def __len__(self) -> int:
        return len(self.ids)

    def mask(self, filter: Filter) -> Mask:
        """Which products the filter admits: boolean array, shape (n products,)."""
        keep = np.ones(len(self), dtype=np.bool_)
        if filter.price_min is not None:
            keep &= self.prices >= filter.price_min - 1e-9  # a NaN compares false: no price, no candidate
        if filter.price_max is not None:
            keep &= self.prices <= filter.price_max + 1e-9
        if filter.in_stock:
            keep &= self.in_stock
        if filter.categories:
            keep &= self._any(self.categories, filter.categories)
        if filter.not_categories:
            keep &= ~self._any(self.categories, filter.not_categories)
        if filter.brands:
            keep &= self._any(self.brands, filter.brands)
        if filter.not_brands:
            keep &= ~self._any(self.brands, filter.not_brands)
        for test in filter.attributes:
            passed = self.passing(test)
            if test.unstated:
                passed |= ~self.stating(test.attribute)
            keep &= ~passed if test.negated else passed
        if filter.exclude_ids:
            keep &= ~np.isin(np.asarray(self.ids, dtype=object), list(filter.exclude_ids))
        return keep

    def passing(self, test: AttributeTest) -> Mask:
        """Which products state what the test names, its negation left aside."""
        attribute = fold(test.attribute)
        if test.flag is not None:
            yes, no = self.flags.get(attribute, (_NO_ROWS, _NO_ROWS))
            return self._mask_of(yes if test.flag else no)
        if test.any_of:
            return self._any(self.texts.get(attribute, {}), test.any_of)
        low = -np.inf if test.low is None else to_base(test.low, test.unit)[0]
        high = np.inf if test.high is None else to_base(test.high, test.unit)[0]
        rows, amounts = self.numbers.get((attribute, to_base(0.0, test.unit)[1]), (_NO_ROWS, _NO_AMOUNTS))
        slack = 1e-6 * np.abs(amounts)  # conversion leaves dust in the last digits
        return self._mask_of(rows[(amounts >= low - slack) & (amounts <= high + slack)])

    def stating(self, attribute: str) -> Mask:
        """Which products state the attribute at all, whatever they say."""
        attribute = fold(attribute)
        keep = np.zeros(len(self), dtype=np.bool_)
        for rows in self.texts.get(attribute, {}).values():
            keep[rows] = True
        for rows in self.flags.get(attribute, ()):
            keep[rows] = True
        for (name, _), (rows, _amounts) in self.numbers.items():
            if name == attribute:
                keep[rows] = True
        return keep

    def _mask_of(self, rows: Rows) -> Mask:
        keep = np.zeros(len(self), dtype=np.bool_)
        keep[rows] = True
        return keep

    def _any(self, table: Mapping[str, Rows], keys: Iterable[str]) -> Mask:
        keep = np.zeros(len(self), dtype=np.bool_)
        for key in keys:
            keep[table.get(key, _NO_ROWS)] = True
        return keep


_NO_ROWS: Rows = np.empty(0, dtype=np.int32)
_NO_AMOUNTS: NDArray[np.float64] = np.empty(0, dtype=np.float64)


def build_facets(products: Iterable[Product]) -> Facets:
    """One pass over the catalogue; the order of the products becomes the row numbers."""
    ids: list[str] = []
    prices: list[float] = []
    in_stock: list[bool] = []
    brands: dict[str, list[int]] = defaultdict(list)
    categories: dict[str, list[int]] = defaultdict(list)
    texts: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    flags: dict[str, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    numbers: dict[tuple[str, str], tuple[list[int], list[float]]] = defaultdict(lambda: ([], []))
    labels: dict[str, str] = {}
    departments: Counter[str] = Counter()
    lists: set[str] = set()
    named: Counter[str] = Counter()
    stars, raters = 0.0, 0

    def key(text: str) -> str:
        folded = fold(text)
        labels.setdefault(folded, text)
        return folded

    for row, product in enumerate(products):
        ids.append(product.id)
        named.update({stem(w) for w in words(" ".join((product.title, product.brand, *product.category)))})
        prices.append(np.nan if product.price is None else product.price)
        in_stock.append(product.in_stock)
        if product.rating is not None:
            stars += product.rating * product.rating_count
            raters += product.rating_count
        if product.brand:
            brands[key(product.brand)].append(row)
        if product.category:
            departments[fold(product.category[0])] += 1
        for level in dict.fromkeys(map(key, product.category)):
            categories[level].append(row)
        for name, value in product.attributes.items():
            attribute = key(name)
            if isinstance(value, bool):
                flags[attribute][0 if value else 1].append(row)
            elif isinstance(value, Quantity):
                amount, base = to_base(value.value, value.unit)
                column = numbers[attribute, base]
                column[0].append(row)
                column[1].append(amount)
            else:
                if isinstance(value, tuple):
                    lists.add(attribute)
                for item in dict.fromkeys((value,) if isinstance(value, str) else value):
                    if len(item) <= _LONGEST_VALUE:
                        texts[attribute][key(item)].append(row)

    def rows_of(table: Mapping[str, list[int]]) -> dict[str, Rows]:
        return {name: np.asarray(rows, dtype=np.int32) for name, rows in table.items()}

    return Facets(
        ids=tuple(ids),
        prices=np.asarray(prices, dtype=np.float64),
        in_stock=np.asarray(in_stock, dtype=np.bool_),
        brands=rows_of(brands),
        categories=rows_of(categories),
        texts={name: rows_of(values) for name, values in texts.items()},
        flags={n: (np.asarray(y, np.int32), np.asarray(x, np.int32)) for n, (y, x) in flags.items()},
        numbers={k: (np.asarray(r, np.int32), np.asarray(a, np.float64)) for k, (r, a) in numbers.items()},
        labels=labels,
        named=named,
        departments=tuple(name for name, _count in departments.most_common()),
        lists=frozenset(lists),
        mean_rating=stars / raters if raters else 4.0,
    )
