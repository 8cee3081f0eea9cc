"""A request -> filtered, fused, optionally reranked hits. Knows nothing of how the request was understood.

The filter is applied first, once, on the facets of the product table; both searches then look among the
admitted products only, so a narrow wish never ends with an empty page that could be full.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from retrieval.documents import for_meaning, for_words, stated_words
from retrieval.facets import Facets, build_facets
from retrieval.index import Index
from retrieval.text import STOP_WORDS, index_terms, stem, words
from retrieval.types import Encoder, Filter, Hit, Product, Reranker, Vectors

WORDS_SHARE = 0.30
"""What the words weigh beside the meaning when candidates are chosen; measured in docs/BENCHMARKS.md."""

EVERY_WORD = 0.10
"""What it is worth, in cosine, that not one word of the request is missing from the listing."""

CANDIDATES = 100
"""How many each search contributes: enough that a product good for one and poor for the other gets in."""

RERANKED = 30
"""How many the reranker reads: it takes milliseconds a product, and below these it changes no page."""

HISTORY_SHARE = 0.15
"""How far a shopper's past pulls the query vector; the request stays the larger part by far."""

HISTORY_DECAY = 0.7
"""Each step back in time weighs this much less than the one after it."""

REMEMBERED = 4096
"""Vectors of texts kept by a searcher."""

NO_FILTER = Filter()


@dataclass(frozen=True, slots=True)
class Searcher:
    """An opened index with what is needed to search it."""

    index: Index
    facets: Facets
    encoder: Encoder
    reranker: Reranker | None = None
    _vectors: dict[str, Vectors] = field(default_factory=dict)
    _texts: dict[str, Vectors] = field(default_factory=dict)

    def encode(self, text: str) -> Vectors:
        """The text's vector, shape (dimension,). The last few hundred are remembered: a follow-up and a
        re-run for a counterfactual ask for the same request again.
        """
        if text not in self._vectors:
            if len(self._vectors) >= 512:
                self._vectors.pop(next(iter(self._vectors)), None)
            self._vectors[text] = self.encoder.encode([text])[0]
        return self._vectors[text]

    def encode_all(self, texts: Sequence[str]) -> Vectors:
        """(n texts) -> (n, dimension): texts of products, those not remembered in one batch. The last few thousand
        are, some 10 MB: what a product reads like without its category is asked for again with the next request.
        """
        new = [text for text in dict.fromkeys(texts) if text not in self._texts]
        found = dict(zip(new, self.encoder.encode(new), strict=True)) if new else {}
        found |= {text: self._texts[text] for text in texts if text not in found}
        while new and self._texts and len(self._texts) + len(new) > REMEMBERED:
            self._texts.pop(next(iter(self._texts)), None)
        self._texts.update({text: found[text] for text in new[:REMEMBERED]})
        if not texts:
            return np.zeros((0, self.encoder.dimension), dtype=np.float32)
        return np.stack([found[text] for text in texts])


@dataclass(frozen=True, slots=True)
class RememberingEncoder:
    """The searcher's encoder by way of what it remembers: one message is looked at from several sides in a turn."""

    searcher: Searcher

    @property
    def name(self) -> str:
        return self.searcher.encoder.name

    @property
    def dimension(self) -> int:
        return self.searcher.encoder.dimension

    def encode(self, texts: Sequence[str]) -> Vectors:
        """(n texts) -> (n, dimension)."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        return np.stack([self.searcher.encode(text) for text in texts])


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
    """The best `k` admitted products by `first_score`; `history` are product ids, oldest first.

    An empty query with a history searches by the history alone; with neither, the catalogue's own order counts.
    """
    index, facets = searcher.index, searcher.facets

    # 1) Filter: which products may be shown at all.
    mask = None if filter.is_empty else facets.mask(filter)
    allowed = None if mask is None else [facets.ids[row] for row in np.flatnonzero(mask)]
    if allowed is not None and not allowed:
        return []

    # 2) Two searches among them; whatever one of them finds is a candidate.
    by_words = dict(index.words.search(query, k, mask)) if query else {}
    vector = query_vector(searcher, query, history)
    similarity = {} if vector is None else dict(index.store.search(vector, k, allowed))

    # 3) Each candidate's two scores, also by the search that did not return it, and their sum.
    ids = list({**by_words, **similarity}) or list(facets.ids if allowed is None else allowed)[:k]
    similarity |= _similarity(searcher, vector, [id for id in ids if id not in similarity])
    share = index.words.shares(query, ids)
    products = index.catalog.get(ids)
    hits = [_hit(query, products[id], similarity[id], share[id]) for id in ids]
    hits = sorted(hits, key=lambda hit: -first_score(hit))[:k]  # ties stay in the order of the searches

    # 4) Rerank the best of them, where a reranker is configured.
    if searcher.reranker is None or not query:
        return hits
    first = hits[:RERANKED]
    scores = searcher.reranker.score(query, [for_meaning(hit.product) for hit in first])
    return [replace(hit, relevance=score) for hit, score in zip(first, scores, strict=True)] + hits[RERANKED:]


def first_score(hit: Hit) -> float:
    """The order of the first stage: meaning + WORDS_SHARE * words, more where no word is missing."""
    return hit.meaning + WORDS_SHARE * hit.words + EVERY_WORD * hit.every_word


def _hit(query: str, product: Product, similarity: float, share: float) -> Hit:
    asked = {w for w in words(query) if w not in STOP_WORDS}
    terms = frozenset(for_words(product))
    matched = matched_words(query, terms)
    every_word = bool(asked) and len(matched) == len(asked)
    if not every_word:  # what is missing may be the name of an attribute
        matched = matched_words(query, stated_words(product, terms))
    return Hit(product, words=share, meaning=similarity, every_word=every_word, matched_words=matched)


def _similarity(searcher: Searcher, vector: Vectors | None, ids: Sequence[str]) -> dict[str, float]:
    if vector is None or not ids:
        return dict.fromkeys(ids, 0.0)
    known = searcher.index.store.vectors(ids)
    return {id: float(known[id] @ vector) if id in known else 0.0 for id in ids}


def query_vector(searcher: Searcher, query: str, history: Sequence[str]) -> Vectors | None:
    """(1 - HISTORY_SHARE) * request + HISTORY_SHARE * recency-weighted mean of the past, at unit length.

    Shape (dimension,); None if there is neither a request nor a known product in the history.
    """
    request = searcher.encode(query) if query else None
    past = taste_vector(searcher, history)
    if request is None or past is None:
        return past if request is None else request
    return mixed(request, past)


def mixed(request: Vectors, past: Vectors) -> Vectors:
    """(1 - HISTORY_SHARE) * request + HISTORY_SHARE * past, all of shape (dimension,) and of unit length."""
    both = (1 - HISTORY_SHARE) * request + HISTORY_SHARE * past
    return np.asarray(both / np.linalg.norm(both), dtype=np.float32)


def recency_mean(aged: Iterable[tuple[int, Vectors]]) -> Vectors:
    """The mean of (steps ago, vector) pairs, each step back weighing HISTORY_DECAY as much, at unit length."""
    total = sum((HISTORY_DECAY**age * vector for age, vector in aged), start=np.float32(0))
    return np.asarray(total / max(float(np.linalg.norm(total)), 1e-9), dtype=np.float32)


def taste_vector(searcher: Searcher, history: Sequence[str]) -> Vectors | None:
    """The recency-weighted mean of the products in the history, at unit length, shape (dimension,)."""
    known = searcher.index.store.vectors(list(dict.fromkeys(history)))
    aged = [(age, known[id]) for age, id in enumerate(dict.fromkeys(reversed(history))) if id in known]
    return recency_mean(aged) if aged else None


def matched_words(query: str, terms: frozenset[str]) -> tuple[str, ...]:
    """The query's own words that stand in a product's text, in the shopper's order and spelling."""
    found = [w for w in words(query) if w not in STOP_WORDS and (stem(w) in terms or set(index_terms(w)) & terms)]
    return tuple(dict.fromkeys(found))
