"""Time and memory of a search as the catalogue grows, with and without reranking.

    python -m benchmarks.scale [--sizes 1000,20000,100000] [--requests 100]

The catalogues are copies of the demo shop's products with other words in their titles and other prices. Their
vectors come from the hash encoder, so that 100,000 are made in minutes; requests go through the real encoder of
the settings, whose time is part of every search. Building and searching each run in a process of their own.
The plain baseline, in the same run: the request encoded and compared with every vector in NumPy, nothing else.
"""

from __future__ import annotations

import argparse
import csv
import random
import resource
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

import numpy as np

from benchmarks.requests import make_requests
from retrieval.types import Encoder, Reranker, Vectors

DEMO = Path(__file__).parents[1] / "demo_store" / "products.csv"

T = TypeVar("T")

_WARM_UP = 5
_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Built:
    """What making one catalogue took."""

    seconds: float
    megabytes: float
    """Peak memory of the process."""


@dataclass(frozen=True, slots=True)
class Searched:
    """One way of searching: milliseconds a request, and the process's peak memory so far."""

    what: str
    times: list[float]
    megabytes: float


class HashedDocuments:
    """Products by the hash encoder, requests by a real one. Only times mean something, not what is found."""

    def __init__(self, real: Encoder) -> None:
        self._real = real

    @property
    def name(self) -> str:
        return documents_encoder(self._real.dimension).name

    @property
    def dimension(self) -> int:
        return self._real.dimension

    def encode(self, texts: Sequence[str]) -> Vectors:
        """(n requests) -> float32 (n, dimension)."""
        return self._real.encode(texts)


def documents_encoder(dimension: int) -> Encoder:
    """What encodes the products."""
    from retrieval.encoder import HashEncoder

    return HashEncoder(dimension)


def write_catalogue(path: Path, size: int, seed: int = 7) -> None:
    """`size` rows: the demo shop's over and over, each copy with one word of its title taken from another's."""
    chance = random.Random(seed)
    with DEMO.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    vocabulary = sorted({word for row in rows for word in row["title"].replace(",", "").split()})
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, list(rows[0]))
        out.writeheader()
        for number in range(size):
            row, copy = rows[number % len(rows)], number // len(rows)
            if copy:
                words = row["title"].split()
                words[chance.randrange(len(words))] = chance.choice(vocabulary)
                price = f"{float(row['price']) * chance.uniform(0.7, 1.4):.2f}" if row["price"] else ""
                row = row | {"id": f"{row['id']}-{copy}", "title": " ".join(words), "price": price}
            out.writerow(row)


def build(folder: Path, size: int, dimension: int) -> Built:
    """The catalogue of `size` products, indexed in `folder`."""
    from retrieval.index import build_index

    feed = folder / "products.csv"
    write_catalogue(feed, size)
    report = build_index([feed], folder / "data", documents_encoder(dimension))
    return Built(report.seconds, _peak())


def search_all(folder: Path, count: int) -> list[Searched]:
    """The same requests, one at a time, warm: without reranking, with it where it is set up, brute force."""
    from assistant.clerk import Clerk, open_clerk, open_encoder
    from assistant.recommending import ranked_for
    from assistant.settings import GeneratorSettings, load_settings
    from retrieval.index import expected_hashes
    from retrieval.search import Searcher

    settings = load_settings(folder / "data").model_copy(update={"generator": GeneratorSettings(kind="none")})
    encoder = HashedDocuments(open_encoder(settings.encoder))
    with open_clerk(settings, encoder=encoder) as clerk:
        opened = clerk.searcher
        catalog = opened.index.catalog
        requests = make_requests(list(catalog.all()), clerk.facets, count + _WARM_UP)

        def with_reranker(reranker: Reranker | None) -> Clerk:
            # A searcher of its own: it remembers the vectors of requests, which would spare the second pass.
            return replace(clerk, searcher=Searcher(opened.index, opened.facets, opened.encoder, reranker))

        plain = with_reranker(None)
        found = [_timed("search", requests, lambda request: ranked_for(plain, request, _SHOWN))]
        if opened.reranker is not None:
            sharp = with_reranker(opened.reranker)
            found.append(_timed("search, reranked", requests, lambda request: ranked_for(sharp, request, _SHOWN)))

        # Last, because it lays out every vector in one matrix of its own.
        hashes = expected_hashes(catalog)
        known = catalog.vectors(encoder.name, list(hashes.values()))
        rows = np.stack([known[hash] for hash in hashes.values()])

        def brute_force(request: str) -> object:
            return np.argsort(-(rows @ encoder.encode([request])[0]))[:_SHOWN]

        return [*found, _timed("baseline: brute force", requests, brute_force)]


def main() -> None:
    """Prints one Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="1000,20000,100000", help="products, with commas between")
    parser.add_argument("--requests", type=int, default=100)
    options = parser.parse_args()
    dimension = _apart(_dimension)
    print(f"{options.requests} requests a row, one at a time, warm; times include encoding the request\n")
    print("| products | what | median | p95 | peak memory |\n|---|---|---|---|---|")
    for size in map(int, options.sizes.split(",")):
        with tempfile.TemporaryDirectory() as folder:
            built = _apart(build, Path(folder), size, dimension)
            found = _apart(search_all, Path(folder), options.requests)
        print(f"| {size:,} | index, hash encoder | {built.seconds:.1f} s | | {built.megabytes:.0f} MB |")
        for row in found:
            median, p95 = np.quantile(row.times, (0.5, 0.95))
            print(f"| {size:,} | {row.what} | {median:.1f} ms | {p95:.1f} ms | {row.megabytes:.0f} MB |")


def _apart(work: Callable[..., T], *arguments: object) -> T:
    """The result of `work`, done in a fresh process whose peak memory is its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(work, *arguments).result()


def _dimension() -> int:
    from assistant.clerk import open_encoder
    from assistant.settings import load_settings

    return open_encoder(load_settings().encoder).dimension


def _timed(what: str, requests: Sequence[str], work: Callable[[str], object]) -> Searched:
    """Each request once; the first few only warm up."""
    times = []
    for request in requests:
        start = time.perf_counter()
        work(request)
        times.append((time.perf_counter() - start) * 1000)
    return Searched(what, times[_WARM_UP:], _peak())


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
