"""What is measured: the shop's own ranking, and plain baselines to hold it against. Each makes a run.

Knows nothing of judgements or measures.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from assistant.clerk import Clerk, open_encoder
from assistant.recommending import ranked_for
from retrieval.folder import storage_errors
from retrieval.index import Progress, encode_missing, expected_hashes, no_progress
from retrieval.measures import by_place, top
from retrieval.types import Encoder, Vectors

RRF_K = 60
"""Reciprocal rank fusion's constant (Cormack, Clarke and Büttcher, SIGIR 2009)."""

DEPTH = 1000
"""How deep rankings go, so that "nDCG@10 judged" meets every judged product a search could find."""

OWN = "storeclerk"
WORDS, MEANING, FUSION = "words", "base encoder", "fusion"
BASELINES = (WORDS, MEANING, FUSION)
ENCODER = "encoder"
"""The shop's own encoder by itself, beside the base one; only where an adapter makes it another."""

Rankings = dict[str, dict[str, float]]
"""A run under the shop's hand: query id -> product id -> score by place."""


def base_encoder(clerk: Clerk) -> Encoder:
    """The settings' encoder as published, without an adapter; the clerk's own where that is the same."""
    plain = open_encoder(clerk.settings.encoder.model_copy(update={"adapter": ""}))
    own = clerk.searcher.encoder
    return own if own.name == plain.name else plain  # nobody waits for a second load of the same model


def own_run(clerk: Clerk, queries: Mapping[str, str], k: int, progress: Progress = no_progress) -> Rankings:
    """The first `k` products exactly as `storeclerk run -k` gives them; behind them, down to DEPTH, those of a
    wider search that is not reranked (it would take minutes a query and only order what nobody is shown).
    """
    wide = replace(clerk, searcher=replace(clerk.searcher, reranker=None))
    same = {id: id for id in clerk.searcher.index.ids}  # one string an id, not one a query and id

    def rank(query: str) -> list[str]:
        shown = [same[r.product.id] for r in ranked_for(clerk, query, k)]
        behind = [same[r.product.id] for r in ranked_for(wide, query, DEPTH)] if k < DEPTH else []
        return list(dict.fromkeys([*shown, *behind]))[:DEPTH]

    return _run(OWN, queries, rank, progress)


def baseline_runs(
    clerk: Clerk, base: Encoder, queries: Mapping[str, str], progress: Progress = no_progress
) -> dict[str, Rankings]:
    """BM25; exact cosine with the encoder as published; and their reciprocal rank fusion. No filter, no wishes."""
    index = clerk.searcher.index
    words = _run(WORDS, queries, lambda query: [id for id, _score in index.words.search(query, DEPTH)], progress)

    meaning = encoder_run(clerk, base, MEANING, queries, progress)
    fusion = {qid: by_place(fused([list(words[qid]), list(meaning[qid])])) for qid in queries}
    return {WORDS: words, MEANING: meaning, FUSION: fusion}


def encoder_run(
    clerk: Clerk, encoder: Encoder, system: str, queries: Mapping[str, str], progress: Progress = no_progress
) -> Rankings:
    """What an encoder finds by itself: exact cosines over the whole catalogue."""
    ids, rows = clerk.searcher.index.ids, catalogue_vectors(clerk, encoder, progress)

    def nearest(query: str) -> list[str]:
        cosines = rows @ encoder.encode([query])[0]
        return [ids[row] for row in np.argsort(-cosines, kind="stable")[:DEPTH]]

    return _run(system, queries, nearest, progress)


def catalogue_vectors(clerk: Clerk, encoder: Encoder, progress: Progress = no_progress) -> Vectors:
    """Every product's vector by `encoder`, shape (products, dimension), in the order of the index.

    What is not in the catalogue's cache is encoded and kept there, as `storeclerk index` would.
    """
    catalog = clerk.searcher.index.catalog
    hashes = expected_hashes(catalog)
    with storage_errors(clerk.settings.data_dir):
        encode_missing(catalog, hashes, encoder, progress)
        catalog.drop_vectors(encoder.name, catalog.vector_hashes(encoder.name) - set(hashes.values()))
    known = catalog.vectors(encoder.name, list(hashes.values()))
    return np.stack([known[hashes[id]] for id in clerk.searcher.index.ids])


def fused(rankings: Sequence[Sequence[str]]) -> list[str]:
    """Reciprocal rank fusion with k = 60 (Cormack, Clarke and Büttcher, SIGIR 2009); equal scores by id."""
    scores: dict[str, float] = {}
    for ranking in rankings:
        for rank, id in enumerate(ranking, start=1):
            scores[id] = scores.get(id, 0.0) + 1 / (RRF_K + rank)
    return top(scores, DEPTH)


def _run(system: str, queries: Mapping[str, str], rank: Callable[[str], list[str]], progress: Progress) -> Rankings:
    run: Rankings = {}
    for done, (qid, query) in enumerate(queries.items(), start=1):
        run[qid] = by_place(rank(query))
        progress(system, done, len(queries))
    return run
