"""The review desk with a long queue: time to the next item, to save one, to list and count.

    python -m benchmarks.reviews [--items 100000] [--rounds 200]

The items are made of one answer, copied; a fifth of them are risky. The plain baseline, in the same run: the next item
as a page would find it that reads the whole queue and sorts it.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np
from pydantic import TypeAdapter
from sqlalchemy import Engine, insert, select

from assistant.database import open_database
from assistant.review_types import QUESTIONS, Judgement, SentenceMark, Snapshot
from assistant.reviews import Reviews
from assistant.tables import review_answers, review_items, review_judgements
from assistant.types import Answer, Reason, Recommendation, Sentence
from retrieval.types import Product

T = TypeVar("T")

_CATEGORIES = ("Tents", "Kettles", "Desks", "Gloves", "Headphones")
_BATCH = 5000


def fill(engine: Engine, count: int) -> None:
    """A queue of `count` items, three of an answer."""
    products = [
        Product(f"p{n}", f"Product {n}", "A description of some forty words. " * 8, "Brand", ("Outdoor", "Tents"), 99.0)
        for n in range(3)
    ]
    sentences = tuple(
        Sentence(p.id, "It costs $99.00, within your limit of $150.", (f"r{n}",), True, "plain", (("price", "$99.00"),))
        for n, p in enumerate(products)
    )
    recommended = tuple(
        Recommendation(
            p,
            1.0,
            {"budget": 0.2},
            (Reason(f"r{n}", "request_met", p.id, "budget", "price", "$99.00", sentences[n].text, 0.2),),
        )
        for n, p in enumerate(products)
    )
    answer = Answer("a", "", "a tent under $150", "search", (), "", recommended, sentences)
    snapshot = TypeAdapter(Snapshot).dump_json(Snapshot(answer)).decode()
    rng = random.Random(7)
    for start in range(0, count, _BATCH):
        numbers = range(start, min(start + _BATCH, count))
        first = [n // 3 for n in numbers if n % 3 == 0]
        answers = [{"id": f"a{n}", "session": None, "snapshot": snapshot, "time": 0.0} for n in first]
        rows = [
            {
                "answer": f"a{n // 3}",
                "product_id": f"p{n % 3}",
                "kind": "single",
                "strategy": "risky" if n % 5 == 0 else "random",
                "why": "thumbs down" if n % 5 == 0 else "",
                "risk": rng.random() if n % 5 == 0 else 0.0,
                "intent": "search",
                "category": rng.choice(_CATEGORIES),
                "version": "a + b",
                "needed": 2,
                "judged": 0,
                "created": float(n),
            }
            for n in numbers
        ]
        with engine.begin() as db:
            if answers:
                db.execute(insert(review_answers), answers)
            db.execute(insert(review_items), rows)


def whole_queue_read(engine: Engine, account: str) -> int:
    """The baseline: everything that waits is read and sorted, what this reviewer judged left out."""
    with engine.connect() as db:
        mine = set(db.execute(select(review_judgements.c.item).where(review_judgements.c.account == account)).scalars())
        waiting = db.execute(
            select(review_items.c.id, review_items.c.judged, review_items.c.risk).where(
                review_items.c.judged < review_items.c.needed
            )
        ).all()
    return int(min((row for row in waiting if row.id not in mine), key=lambda row: (row.judged, -row.risk, row.id)).id)


def main() -> None:
    """Prints the figures of one queue."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=200)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        engine = open_database(Path(folder))
        fill(engine, options.items)
        reviews = Reviews(engine)
        good = Judgement((SentenceMark("yes"),), dict.fromkeys(QUESTIONS, 2))
        times: dict[str, list[float]] = {}

        def timed(name: str, work: Callable[[], T]) -> T:
            start = time.perf_counter()
            result = work()
            times.setdefault(name, []).append((time.perf_counter() - start) * 1000)
            return result

        for number in range(options.rounds):
            account = f"reviewer-{number % 3}"
            item = timed("the next item", partial(reviews.next, account))
            assert item is not None  # the queue is longer than the rounds
            again = reviews.round_for(account, item.id)
            timed("saving a judgement", partial(reviews.save, account, item.id, again, good, 12.0))
            if number % 10 == 0:
                timed("progress", partial(reviews.progress, account))
                timed("a page of the queue", partial(reviews.queue, "waiting", limit=50, offset=options.items // 2))
                timed("the whole queue read", partial(whole_queue_read, engine, account))
        engine.dispose()
    print(json.dumps({"items": options.items, "rounds": options.rounds}))
    for name, values in times.items():
        print(f"{name:24s} median {np.median(values):7.1f} ms, p95 {np.percentile(values, 95):7.1f}")


if __name__ == "__main__":
    main()
