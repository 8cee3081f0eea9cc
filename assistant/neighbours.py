"""Candidates for a product's place, each with what it is to the product: nearest by vector, of its model and kind, and
taken together with it, classified by `retrieval.relations`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import numpy as np

from retrieval.errors import UnknownProduct
from retrieval.goods import bundled_goods, goods_of
from retrieval.graph import Graph, build_graph
from retrieval.index import Index
from retrieval.pairs import FEATURES, PairReader
from retrieval.relations import RELATIONS, Relation, RelationModel, load_relations
from retrieval.similar import unknown_id
from retrieval.types import Product, Vectors

SHIPPED = Path(__file__).parents[1] / "models" / "relations"
"""The weights that come with storeclerk, found by path as the adapters are (`assistant.models`)."""

NEAREST = 200
"""By vector: of the pairs labelled by hand, what does the same job lies among them where the kind has no shelf."""

_KIND = 150  # products of one category that are all looked at; of a larger one, the nearest by vector are
_TAKEN = 40  # products most often taken together with it
_KINDS_WITH, _EACH = 6, 12  # kinds taken together with its kind, and how many of each, the nearest by vector

SURE = 0.45
"""Chance from which something is called a complement: an agent forgives a missing one sooner than a wrong one."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A product that was looked at, and what it is to the one in question."""

    product: Product
    relation: Relation
    chance: float
    """Of that relation, 0 to 1."""
    cosine: float
    taken: int = 0
    """Shoppers who took both."""
    goods: tuple[str, str] | None = None
    """The two kinds, the product's first, where things of these kinds are known to be used together."""
    lift: float = 0.0
    """Of the two kinds: logarithm of how many times more shoppers took both than chance predicts."""
    kind: str = ""
    """Of goods, or its category; "" if neither is known."""


class Neighbours:
    """Finds and classifies. What it counts over the whole catalogue is counted on the first use."""

    def __init__(self, index: Index, baskets: Iterable[Sequence[str]] = (), folder: Path | None = None) -> None:
        self._index = index
        self._baskets = baskets
        self._folder = folder or SHIPPED
        self._lock = Lock()
        self._reader: PairReader | None = None
        self._model: RelationModel | None = None

    def ready(self) -> tuple[PairReader, RelationModel]:
        """Some three seconds for 20,000 products, once."""
        reader = self._counted()
        with self._lock:
            self._model = self._model or load_relations(self._folder)
            return reader, self._model

    def _counted(self) -> PairReader:
        """What is counted, without the weights: who trains new ones may have none that still fit."""
        with self._lock:
            if self._reader is None:
                products = list(self._index.catalog.all())
                vectors = self._index.store.vectors([product.id for product in products])
                matrix = np.stack([vectors[product.id] for product in products])
                goods = bundled_goods()
                kinds = goods_of(products, matrix, goods)
                self._reader = PairReader(products, build_graph(products, self._baskets), goods, kinds)
            return self._reader

    def of(self, product: Product) -> list[Candidate]:
        """Everything that came near, but what is unrelated; the nearest by vector first."""
        reader, model = self.ready()
        near = self._near(product, reader.graph)
        known = self._index.catalog.get(list(near))
        pairs = [(known[id], cosine) for id, cosine in near.items() if id in known]
        if not pairs:
            return []
        chances = model.chances(reader.rows(product, pairs))
        graph, kind = reader.graph, reader.graph.kind_of.get(product.id, "")
        taken = graph.taken_with(product.id)
        found = []
        for (other, cosine), row in zip(pairs, chances, strict=True):
            relation = RELATIONS[int(np.argmax(row))]
            chance = float(row.max())
            if relation != "unrelated" and (relation != "complement" or chance >= SURE):
                lift = graph.kinds_together.get((kind, graph.kind_of.get(other.id, "")), 0.0)
                kind_of_it = reader.kind_of(other.id)
                goods = reader.used_together(product.id, other.id)
                found.append(
                    Candidate(other, relation, chance, cosine, taken.get(other.id, 0), goods, lift, kind_of_it)
                )
        return sorted(found, key=lambda c: (-c.cosine, c.product.id))

    def rows_of(self, pairs: Sequence[tuple[str, str]]) -> Vectors:
        """Shape (n, features), of pairs of ids, whatever the weights. Raises UnknownProduct."""
        reader = self._counted()
        ids = list(dict.fromkeys(id for pair in pairs for id in pair))
        known, vectors = self._index.catalog.get(ids), self._index.store.vectors(ids)
        unknown = next((id for id in ids if id not in known), None)
        if unknown is not None:
            raise UnknownProduct(unknown_id(unknown, self._index.ids))
        rows = [reader.rows(known[one], [(known[other], float(vectors[one] @ vectors[other]))]) for one, other in pairs]
        return np.concatenate(rows) if rows else np.empty((0, len(FEATURES)), dtype=np.float32)

    def _near(self, product: Product, graph: Graph) -> dict[str, float]:
        """Id -> cosine, without the product itself."""
        store = self._index.store
        vector = store.vectors([product.id])[product.id]
        near = dict(store.search(vector, NEAREST + 1))
        others = set(graph.variants(product))
        taken = graph.taken_with(product.id)
        others |= set(sorted(taken, key=lambda id: (-taken[id], id))[:_TAKEN])
        kind = graph.kind_of.get(product.id, "")
        own = graph.kinds.get(kind, ())
        others |= set(own) if len(own) <= _KIND else set()
        for with_it, _lift in graph.kinds_with(kind)[:_KINDS_WITH]:
            vectors = store.vectors(graph.kinds[with_it])
            nearest = sorted(vectors, key=lambda id: (-float(vectors[id] @ vector), id))
            near |= {id: float(vectors[id] @ vector) for id in nearest[:_EACH]}
        missing = store.vectors([id for id in others if id not in near])
        near |= {id: float(found @ vector) for id, found in missing.items()}
        near.pop(product.id, None)
        return near
