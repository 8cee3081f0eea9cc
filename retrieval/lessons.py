"""What there is to learn from, as graded lists: a request, some products, and how good each is for it.

Judgements, shoppers' events and requests made from the catalogue all become such lists, so that one loss
trains on any of them. Knows nothing of models: a teacher is a function from a request to scores.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retrieval.encoder import Encoder
from retrieval.lexical import WordIndex
from retrieval.measures import Qrels
from retrieval.requests import Request
from retrieval.types import Vectors

SIZE = 8
"""Products a list: with fewer a step learns little of the order, with more the CPU takes few steps a minute."""

SHARPNESS = 20.0
"""Cosines are multiplied by this before they become a distribution, as in most contrastive training."""

GRADE_STEP = 2.0
"""Logits a grade: among three products of grades 3, 2 and 0, they are to get 88, 12 and 0.2 % of the weight."""

SURE = 0.10
"""What a teacher's score is raised by for the one product that a request was made from, in cosine."""

WORDS_SHARE = 0.12
"""The teacher's weight of the word search: judged products are ordered best by cosine + .1 to .2 * BM25."""

Teacher = Callable[[str], NDArray[np.float32]]
"""Request -> a score for each product of the catalogue, in its order; in the scale of a cosine."""


@dataclass(frozen=True, slots=True)
class GradedList:
    """One thing to learn: in what proportions these products should answer this request."""

    query: str
    product_ids: tuple[str, ...]
    labels: tuple[float, ...]
    """Logits; their softmax is the distribution to be learnt."""
    history: tuple[str, ...] = ()
    """Product ids the shopper had looked at before, oldest first."""


@dataclass(frozen=True, slots=True)
class Event:
    """A shopper did something with a product."""

    shopper: str
    product_id: str
    bought: bool


def words_and_meaning(ids: Sequence[str], vectors: Vectors, words: WordIndex, encoder: Encoder) -> Teacher:
    """A teacher that knows what an encoder alone does not: cosine + WORDS_SHARE * BM25 as a share of its best.

    `vectors`, shape (n, dimension), are the products' by `encoder`, in the order of `ids`.
    """
    row = {id: place for place, id in enumerate(ids)}

    def score(query: str) -> NDArray[np.float32]:
        total = vectors @ encoder.encode([query])[0]
        found = words.search(query, len(ids))
        for id, value in found:
            total[row[id]] += WORDS_SHARE * value / found[0][1]
        return np.asarray(total, dtype=np.float32)

    return score


def from_requests(requests: Sequence[Request], ids: Sequence[str], teacher: Teacher, seed: int = 7) -> list[GradedList]:
    """One list a request: the product it was made from, near ones of all sorts, and a few from anywhere."""
    draw = random.Random(seed)
    row = {id: place for place, id in enumerate(ids)}
    lists: list[GradedList] = []
    for request in requests:
        scores = teacher(request.meant)
        if request.names_one:
            scores[row[request.product_id]] += SURE
        order = np.argsort(-scores)[:40].tolist()
        best, near = order[:6], order[6:]
        rows = [row[request.product_id], *draw.sample(best, min(3, len(best))), *draw.sample(near, min(2, len(near)))]
        rows = _filled(rows, len(ids), draw)
        labels = tuple(SHARPNESS * float(scores[r]) for r in rows)
        lists.append(GradedList(request.text, tuple(ids[r] for r in rows), labels))
    return lists


def from_judgements(
    qrels: Qrels, texts: Mapping[str, str], ids: Sequence[str], seed: int = 7, repeats: float = 2.0
) -> list[GradedList]:
    """Lists of judged products, half of them relevant where there are any, so that each product comes up about
    `repeats` times; queries whose products are all of one grade teach no order and are left out.

    `texts` gives the query of each qid; products outside `ids` are left out.
    """
    draw = random.Random(seed)
    known = frozenset(ids)
    lists: list[GradedList] = []
    for qid, grades in qrels.items():
        graded = {id: grade for id, grade in grades.items() if id in known}
        good = [id for id, grade in graded.items() if grade > 0]
        bad = [id for id, grade in graded.items() if grade == 0]
        if len(set(graded.values())) < 2 or not good:
            continue
        for _ in range(max(1, round(repeats * len(graded) / SIZE))):
            half = max(SIZE // 2, SIZE - len(bad))
            chosen = draw.sample(good, min(half, len(good)))
            chosen += draw.sample(bad, min(SIZE - len(chosen), len(bad)))
            while len(chosen) < SIZE:
                other = ids[draw.randrange(len(ids))]
                if other not in graded and other not in chosen:
                    chosen.append(other)  # from anywhere in the catalogue: as good as surely not relevant
                elif len(ids) <= len(graded) + SIZE:
                    break
            labels = tuple(GRADE_STEP * graded.get(id, 0) for id in chosen)
            lists.append(GradedList(texts[qid], tuple(chosen), labels))
    return [one for one in lists if len(one.product_ids) == SIZE]


def from_events(
    events: Sequence[Event], sorts: Mapping[str, str], ids: Sequence[str], seed: int = 7, longest: int = 3
) -> list[GradedList]:
    """What a shopper bought, given the `longest` products they had looked at last before it.

    Half of the lists have a request too: what sort of thing was bought (`sorts`: product id -> such as "tent");
    their other products are of the same sort, so that only the history can tell which one it was.
    """
    draw = random.Random(seed)
    alike: dict[str, list[str]] = defaultdict(list)
    for id in ids:
        alike[sorts.get(id, "")].append(id)
    row = {id: place for place, id in enumerate(ids)}
    past: dict[str, list[str]] = defaultdict(list)
    lists: list[GradedList] = []
    for event in events:
        before = [id for id in dict.fromkeys(past[event.shopper]) if id != event.product_id][-longest:]
        if event.bought and before and event.product_id in row:
            sort = sorts.get(event.product_id, "")
            asked = bool(sort) and draw.random() < 0.5
            rivals = [id for id in alike[sort] if id != event.product_id] if asked else []
            chosen = [row[event.product_id], *(row[id] for id in draw.sample(rivals, min(SIZE - 2, len(rivals))))]
            rows = _filled(chosen, len(ids), draw)
            labels = (3 * GRADE_STEP, *([0.0] * (len(rows) - 1)))
            lists.append(GradedList(sort if asked else "", tuple(ids[r] for r in rows), labels, tuple(before)))
        past[event.shopper].append(event.product_id)
    return lists


def split_by_query(lists: Sequence[GradedList], share: float, seed: int) -> tuple[list[GradedList], list[GradedList]]:
    """(training, held out): no query is in both. At least one query is held out where there are two."""
    queries = sorted({one.query for one in lists})
    random.Random(seed).shuffle(queries)
    held = set(queries[: max(1, round(share * len(queries)))]) if len(queries) > 1 and share > 0 else set()
    return [one for one in lists if one.query not in held], [one for one in lists if one.query in held]


def _filled(rows: Sequence[int], count: int, draw: random.Random) -> list[int]:
    """The first SIZE different rows, filled up with rows from anywhere; fewer in a tiny catalogue."""
    chosen = list(dict.fromkeys(rows))[:SIZE]
    while len(chosen) < min(SIZE, count):
        row = draw.randrange(count)
        if row not in chosen:
            chosen.append(row)
    return chosen
