"""How products hang together: one model's variants, one kind, one brand, taken together by the same shoppers.

Built from the catalogue and, where a shop has them, from its shoppers' baskets. Knows nothing of what a relation is
good for: `retrieval.pairs` measures pairs by it, and candidates for alternatives are found along it.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from retrieval.comparison import model_key
from retrieval.text import fold
from retrieval.types import Product

_LARGEST_BASKET = 60
"""Products of one shopper beyond which they are a reseller, or a robot: the pairs grow with the square."""

_PRIOR = 3.0
"""Shoppers added to what chance predicts: two kinds that met once are no pattern (add-k smoothing of the lift)."""


@dataclass(frozen=True, slots=True)
class Graph:
    """Neighbours of products, by id; everything in it was stated or counted."""

    models: Mapping[tuple[str, str], tuple[str, ...]]
    """(brand, model) -> its variants, in the order of the catalogue; only where there are several."""
    kinds: Mapping[str, tuple[str, ...]]
    """Folded narrowest category -> its products."""
    kind_of: Mapping[str, str]
    """Product -> folded narrowest category; products without one are left out."""
    together: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Product -> product -> how many shoppers took both."""
    kinds_together: Mapping[tuple[str, str], float] = field(default_factory=dict)
    """(kind, kind), both ways -> logarithm of how many times more shoppers took both than chance predicts."""

    def variants(self, product: Product) -> tuple[str, ...]:
        """Ids of the other listings of its model."""
        return tuple(id for id in self.models.get(model_key(product), ()) if id != product.id)

    def taken_with(self, id: str) -> Mapping[str, int]:
        """Product -> how many shoppers took both."""
        return self.together.get(id, {})

    def kinds_with(self, kind: str) -> list[tuple[str, float]]:
        """Kinds taken together with this one more often than by chance, the most telling first."""
        found = [(b, lift) for (a, b), lift in self.kinds_together.items() if a == kind and b != kind and lift > 0]
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))


def build_graph(products: Iterable[Product], baskets: Iterable[Sequence[str]] = ()) -> Graph:
    """`baskets` are the ids that one shopper took, bought or put in the cart; unknown ids count for nothing."""
    models: dict[tuple[str, str], list[str]] = defaultdict(list)
    kinds: dict[str, list[str]] = defaultdict(list)
    kind_of: dict[str, str] = {}
    ids: set[str] = set()
    for product in products:
        ids.add(product.id)
        models[model_key(product)].append(product.id)
        if product.category:
            kind_of[product.id] = fold(product.category[-1])
            kinds[kind_of[product.id]].append(product.id)
    together, kinds_together = _taken(baskets, ids, kind_of)
    return Graph(
        models={key: tuple(found) for key, found in models.items() if len(found) > 1},
        kinds={kind: tuple(found) for kind, found in kinds.items()},
        kind_of=kind_of,
        together=together,
        kinds_together=kinds_together,
    )


def _taken(
    baskets: Iterable[Sequence[str]], ids: set[str], kind_of: Mapping[str, str]
) -> tuple[dict[str, Counter[str]], dict[tuple[str, str], float]]:
    together: dict[str, Counter[str]] = defaultdict(Counter)
    shoppers: Counter[str] = Counter()
    both: Counter[tuple[str, str]] = Counter()
    count = 0
    for basket in baskets:
        taken = sorted(set(basket) & ids)
        if not 1 < len(taken) <= _LARGEST_BASKET:
            continue
        count += 1
        for a, b in combinations(taken, 2):
            together[a][b] += 1
            together[b][a] += 1
        kinds = sorted({kind_of[id] for id in taken if id in kind_of})
        shoppers.update(kinds)
        both.update(combinations(kinds, 2))
    lifts: dict[tuple[str, str], float] = {}
    for (a, b), seen in both.items():
        expected = shoppers[a] * shoppers[b] / count
        lifts[a, b] = lifts[b, a] = math.log((seen + _PRIOR) / (expected + _PRIOR))
    return dict(together), lifts
