"""A request -> filtered, fused, optionally reranked hits. Knows nothing of how the request was understood.

The filter is applied first, once, on the facets of the product table; both searches then look among the
admitted products only, so a narrow wish never ends with an empty page that could be full.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from retrieval.documents import for_meaning, for_words
from retrieval.facets import Facets, build_facets
from retrieval.index import Index
from retrieval.text import STOP_WORDS, index_terms, stem, words
from retrieval.types import Encoder, Filter, Hit, Reranker, Vectors

RRF_K = 60
"""Reciprocal rank fusion's constant (Cormack, Clarke and Büttcher, SIGIR 2009)."""

CANDIDATES = 100
"""How many each search contributes: enough that a product good for one and poor for the other gets in."""

HISTORY_SHARE = 0.15
"""How far a shopper's past pulls the query vector; the request stays the larger part by far."""

HISTORY_DECAY = 0.7
"""Each step back in time weighs this much less than the one after it."""

NO_FILTER = Filter()


@dataclass(frozen=True, slots=True)
class Searcher:
    """An opened index with what is needed to search it."""

    index: Index
    facets: Facets
    encoder: Encoder
    reranker: Reranker | None = None
    _vectors: dict[str, Vectors] = field(default_factory=dict)

    def encode(self, text: str) -> Vectors:
        """The text's vector, shape (dimension,). The last few hundred are remembered: a follow-up and a
        re-run for a counterfactual ask for the same request again.
        """
        if text not in self._vectors:
            if len(self._vectors) >= 512:
                self._vectors.pop(next(iter(self._vectors)), None)
            self._vectors[text] = self.encoder.encode([text])[0]
        return self._vectors[text]


def open_searcher(index: Index, encoder: Encoder, reranker: Reranker | None = None) -> Searcher:
    """Turns the product table into facets, in the row order of the word index (both are the table's)."""
    return Searcher(index, build_facets(index.catalog.all()), encoder, reranker)


def search(
    searcher: Searcher,
    query: str,
    *,
    filter: Filter = NO_FILTER,
    history: Sequence[str] = (),
    k: int = CANDIDATES,
) -> list[Hit]:
    """The best `k` admitted products by fused rank; `history` are product ids, oldest first.

    An empty query with a history searches by the history alone; with neither, the catalogue's own order counts.
    """
    index, facets = searcher.index, searcher.facets

    # 1) Filter: which products may be shown at all.
    mask = None if filter.is_empty else facets.mask(filter)
    allowed = None if mask is None else [facets.ids[row] for row in np.flatnonzero(mask)]
    if allowed is not None and not allowed:
        return []

    # 2) Two searches among them.
    by_words = _ranks(index.words.search(query, k, mask)) if query else {}
    vector = query_vector(searcher, query, history)
    near = [] if vector is None else index.store.search(vector, k, allowed)
    by_meaning, similarity = _ranks(near), dict(near)

    # 3) Fuse by rank: scores of the two are not comparable, ranks are.
    fused = {id: _share(by_words.get(id)) + _share(by_meaning.get(id)) for id in {**by_words, **by_meaning}}
    ids = sorted(fused, key=lambda id: (-fused[id], id))[:k]
    if not ids:
        ids = list(facets.ids if allowed is None else allowed)[:k]
    products = index.catalog.get(ids)

    # 4) Rerank, where a reranker is configured.
    relevance: Mapping[str, float] = {}
    if searcher.reranker is not None and query:
        scores = searcher.reranker.score(query, [for_meaning(products[id]) for id in ids])
        relevance = dict(zip(ids, scores, strict=True))

    return [
        Hit(
            product=products[id],
            words=_share(by_words.get(id)),
            meaning=_share(by_meaning.get(id)),
            similarity=similarity.get(id, 0.0),
            relevance=relevance.get(id),
            matched_words=matched_words(query, frozenset(for_words(products[id]))),
        )
        for id in ids
    ]


def query_vector(searcher: Searcher, query: str, history: Sequence[str]) -> Vectors | None:
    """(1 - HISTORY_SHARE) * request + HISTORY_SHARE * recency-weighted mean of the past, at unit length.

    Shape (dimension,); None if there is neither a request nor a known product in the history.
    """
    request = searcher.encode(query) if query else None
    past = taste_vector(searcher, history)
    if request is None or past is None:
        return past if request is None else request
    mixed = (1 - HISTORY_SHARE) * request + HISTORY_SHARE * past
    return np.asarray(mixed / np.linalg.norm(mixed), dtype=np.float32)


def taste_vector(searcher: Searcher, history: Sequence[str]) -> Vectors | None:
    """The recency-weighted mean of the products in the history, at unit length, shape (dimension,)."""
    known = searcher.index.store.vectors(list(dict.fromkeys(history)))
    weights = {id: HISTORY_DECAY**age for age, id in enumerate(dict.fromkeys(reversed(history))) if id in known}
    if not weights:
        return None
    total = sum((weight * known[id] for id, weight in weights.items()), start=np.float32(0))
    return np.asarray(total / max(float(np.linalg.norm(total)), 1e-9), dtype=np.float32)


def matched_words(query: str, terms: frozenset[str]) -> tuple[str, ...]:
    """The query's own words that stand in a product's text, in the shopper's order and spelling."""
    found = [w for w in words(query) if w not in STOP_WORDS and (stem(w) in terms or set(index_terms(w)) & terms)]
    return tuple(dict.fromkeys(found))


def _ranks(results: Sequence[tuple[str, float]]) -> dict[str, int]:
    return {id: rank for rank, (id, _score) in enumerate(results, start=1)}


def _share(rank: int | None) -> float:
    """Reciprocal rank as a share of the best possible: 1.0 for the first, 0.61 for the fortieth, 0 for none."""
    return 0.0 if rank is None else (RRF_K + 1) / (RRF_K + rank)
