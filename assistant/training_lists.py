"""A shop's own data -> graded lists: judgements, shoppers' events and requests made from the catalogue.

Knows nothing of training.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assistant.profile import bought, read_steps
from retrieval.documents import for_meaning
from retrieval.errors import TrainingError
from retrieval.index import Index, expected_hashes
from retrieval.judgements import Judgements
from retrieval.lessons import Event, GradedList, from_events, from_judgements, from_requests, split_by_query
from retrieval.requests import make_requests
from retrieval.types import Encoder, Product, Vectors


@dataclass(frozen=True, slots=True)
class Sources:
    """What to learn from; at least one of the first three."""

    qrels: Path | None = None
    events: Path | None = None
    requests: int = 0
    """How many to make from the catalogue."""
    queries: Sequence[tuple[str, str]] | None = None
    """(qid, query), where the judgements do not say."""
    held_out: float = 0.1
    """Share of the queries."""
    products_held_out: float = 0.0
    """Share of the products that no generated request is made for and no list of one shows."""


@dataclass(frozen=True, slots=True)
class Lessons:
    """Everything a training needs of the shop."""

    training: list[GradedList]
    held_out: list[GradedList]
    texts: Mapping[str, str]
    """Product id -> what is encoded."""
    counts: Mapping[str, int]
    """Source -> lists made from it."""
    products_held_out: tuple[str, ...]
    notes: tuple[str, ...]


def make_lessons(index: Index, encoder: Encoder, sources: Sources, judgements: Judgements | None, seed: int) -> Lessons:
    """Lists from every source, split by query. Raises TrainingError if a source gives nothing."""
    products = list(index.catalog.all())
    ids = [product.id for product in products]
    known = frozenset(ids)
    lists: list[GradedList] = []
    counts: dict[str, int] = {}
    notes: list[str] = []

    # 1) Judgements: what people said is worth most.
    if judgements is not None:
        texts = _query_texts(judgements, sources.queries)
        qrels = {key: grades for key, grades in judgements.qrels.items() if key in texts}
        named = [id for grades in qrels.values() for id in grades]
        strange = [id for id in named if id not in known]
        if named and len(strange) == len(named):
            raise TrainingError(
                f"no product judged in {sources.qrels} is in the catalogue, the first being {named[0]!r}: "
                "index the catalogue that was judged, or name its folder with --data-dir"
            )
        if strange:
            notes.append(f"{len(strange):,} judgements name products that are not in the catalogue.")
        judged = from_judgements(qrels, texts, ids, seed)
        if not judged:
            raise TrainingError(
                f"the judgements of {sources.qrels} teach no order: a query needs products of different grades, "
                "one of them 1 or more, and the catalogue eight products"
            )
        counts["judgements"] = len(judged)
        lists += judged

    # 2) Events: what shoppers bought after what they had looked at.
    if sources.events is not None:
        past = from_events(read_events(sources.events, known), _sorts(products), ids, seed)
        if not past:
            raise TrainingError(
                f"{sources.events} holds no purchase of a product of this catalogue by a shopper who had looked at "
                "another before: there is nothing to learn from it"
            )
        counts["events"] = len(past)
        lists += past

    # 3) Requests made from the catalogue, for the products that are not held out.
    left_out = _held_out_products(ids, sources.products_held_out, seed)
    if sources.requests:
        rest = [product for product in products if product.id not in left_out]
        rows = _vectors(index, encoder, [product.id for product in rest])
        requests = make_requests(rest, sources.requests, seed)
        made = from_requests(requests, rest, rows, index.words, encoder, seed) if requests else []
        counts["requests"] = len(made)
        lists += made

    training, held_out = split_by_query(lists, sources.held_out, seed)
    if sources.held_out and not held_out:
        notes.append("Nothing is held out: there is one query only, so how good the result is stays unknown.")
    used = {id for one in lists for id in (*one.product_ids, *one.history)}
    texts_of = {product.id: for_meaning(product) for product in products if product.id in used}
    return Lessons(training, held_out, texts_of, counts, tuple(sorted(left_out)), tuple(notes))


def read_events(path: Path, known: frozenset[str]) -> list[Event]:
    """The steps of every shopper in order of time; a second purchase of the same product is none.

    Raises SettingsError if the file cannot be read or lacks a column.
    """
    events: list[Event] = []
    for shopper, steps in sorted(read_steps(path, known).items()):
        owned: set[str] = set()
        for _time, event, product_id in sorted(steps):
            first = bought(event) and product_id not in owned
            events.append(Event(shopper, product_id, first))
            if first:
                owned.add(product_id)
    return events


def _query_texts(judgements: Judgements, queries: Sequence[tuple[str, str]] | None) -> dict[str, str]:
    """Key of the judgements -> query. Raises TrainingError if no judged query has a text."""
    if queries is None:
        texts = judgements.texts
        way_out = "name a file of queries with --queries"
    else:
        texts = {text if judgements.by_text else qid: text for qid, text in queries}
        way_out = f"its first is {next(iter(judgements.qrels))!r}"
    if not texts.keys() & judgements.qrels.keys():
        raise TrainingError(f"no judged query has a text: {way_out}")
    return texts


def _sorts(products: Sequence[Product]) -> dict[str, str]:
    return {product.id: product.category[-1].casefold() for product in products if product.category}


def _held_out_products(ids: Sequence[str], share: float, seed: int) -> frozenset[str]:
    count = math.floor(share * len(ids))
    return frozenset(random.Random(seed).sample(sorted(ids), count))


def _vectors(index: Index, encoder: Encoder, ids: Sequence[str]) -> Vectors:
    hashes = expected_hashes(index.catalog)
    known = index.catalog.vectors(encoder.name, [hashes[id] for id in ids])
    return np.stack([known[hashes[id]] for id in ids])
