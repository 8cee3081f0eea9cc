"""What there is to learn from, as graded lists: a request, some products, and how good each is for it.

Judgements, shoppers' events and requests made from the catalogue all become such lists, so that one loss
trains on any of them. Knows nothing of how models are trained.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from retrieval.lexical import WordIndex
from retrieval.measures import Qrels
from retrieval.requests import Request
from retrieval.text import fold
from retrieval.types import Encoder, Product, Vectors

SIZE = 8
"""Products a list: with fewer a step learns little of the order, with more the CPU takes few steps a minute."""


@dataclass(frozen=True, slots=True)
class GradedList:
    """One thing to learn: the order of these products for this request."""

    query: str
    product_ids: tuple[str, ...]
    grades: tuple[int, ...]
    """0 (wrong) to 3 (right), as judgements have them."""
    history: tuple[str, ...] = ()
    """Product ids the shopper had looked at before, oldest first."""
    group: str = ""
    """Lists of one group are held out together: the request before it was misspelt, or the shopper."""


@dataclass(frozen=True, slots=True)
class Event:
    """A shopper did something with a product."""

    shopper: str
    product_id: str
    bought: bool


def from_requests(
    requests: Sequence[Request],
    products: Sequence[Product],
    vectors: Vectors,
    words: WordIndex,
    encoder: Encoder,
    seed: int = 7,
) -> list[GradedList]:
    """One list a request: the product it was made from, what the two searches take for it, and any others.

    Each is graded by what its listing states (`Request.grade`), so the searches' mistakes, such as a case for a
    phone of the brand asked for, come out as hard negatives. `vectors`, shape (n, dimension), are the
    products' by `encoder`; `words` may hold others too, which are passed over.
    """
    draw = random.Random(seed)
    row = {product.id: place for place, product in enumerate(products)}
    asked = encoder.encode([request.meant for request in requests])
    lists: list[GradedList] = []
    for request, vector in zip(requests, asked, strict=True):
        near = np.argsort(-(vectors @ vector), kind="stable")[:40].tolist()
        found = [row[id] for id, _score in words.search(request.meant, 40) if id in row]
        mined = list(dict.fromkeys([*found, *near]))
        draw.shuffle(mined)
        wrong = [r for r in mined if request.grade(products[r]) < 3][: SIZE // 2]
        right = [r for r in mined if request.grade(products[r]) == 3][: SIZE // 2 - 1]
        rows = _filled([row[request.product_id], *right, *wrong], len(products), draw)
        grades = tuple(request.grade(products[r]) for r in rows)
        lists.append(GradedList(request.text, tuple(products[r].id for r in rows), grades, group=fold(request.meant)))
    return [one for one in lists if len(set(one.grades)) > 1]


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
    for qid, judged in qrels.items():
        graded = {id: grade for id, grade in judged.items() if id in known}
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
            grades = tuple(graded.get(id, 0) for id in chosen)
            lists.append(GradedList(texts[qid], tuple(chosen), grades))
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
            grades = (3, *([0] * (len(rows) - 1)))
            sort, group = (sort, "") if asked else ("", f"shopper {event.shopper}")
            lists.append(GradedList(sort, tuple(ids[r] for r in rows), grades, tuple(before), group))
        past[event.shopper].append(event.product_id)
    return lists


def split_by_query(lists: Sequence[GradedList], share: float, seed: int) -> tuple[list[GradedList], list[GradedList]]:
    """(training, held out): no query is in both, however it is spelt, nor a shopper in lists without a query.

    At least one query is held out where there are two; none where nothing would be left to train on. What was
    asked in a held-out list as well as elsewhere is in neither.
    """
    groups = sorted({_group(one) for one in lists})
    random.Random(seed).shuffle(groups)
    held = set(groups[: max(1, round(share * len(groups)))]) if len(groups) > 1 and share > 0 else set()
    held_out = [one for one in lists if _group(one) in held]
    asked = {fold(one.query) for one in held_out if one.query}
    training = [one for one in lists if _group(one) not in held and fold(one.query) not in asked]
    return (training, held_out) if training else (list(lists), [])


def _group(one: GradedList) -> str:
    return one.group or fold(one.query)


def _filled(rows: Sequence[int], count: int, draw: random.Random) -> list[int]:
    """The first SIZE different rows, filled up with rows from anywhere; fewer in a tiny catalogue."""
    chosen = list(dict.fromkeys(rows))[:SIZE]
    while len(chosen) < min(SIZE, count):
        row = draw.randrange(count)
        if row not in chosen:
            chosen.append(row)
    return chosen
