"""Time from a product's id to its grouped alternatives, warm; and what the first one costs.

    python -m benchmarks.alternatives [--data-dir DIR] [--products 200]

The plain baseline, in the same run: the nearest by vector with what they share and what sets them apart
(`storeclerk similar`), without classes, groups, or reasons.
"""

from __future__ import annotations

import argparse
import random
import resource
import time
from collections import Counter
from pathlib import Path

import numpy as np
from tqdm import tqdm

from assistant.alternatives import Wish, alternatives
from assistant.clerk import open_clerk
from assistant.settings import GeneratorSettings, load_settings
from retrieval.similar import similar_to

_SHOWN = 15  # what a page of groups holds, about


def main() -> None:
    """Prints the figures of one data folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-dir", type=Path, default=None)
    parser.add_argument("--products", type=int, default=200)
    parser.add_argument("--seed", type=int, default=20261123)
    options = parser.parse_args()
    settings = load_settings(options.data_dir).model_copy(update={"generator": GeneratorSettings(kind="none")})
    with open_clerk(settings) as clerk:
        ids = clerk.searcher.index.ids
        chosen = random.Random(options.seed).sample(ids, min(options.products, len(ids)))
        before = _memory()
        start = time.perf_counter()
        clerk.neighbours.ready()
        print(f"{len(ids):,} products; counted once, on the first use: {time.perf_counter() - start:.1f} s, ", end="")
        print(f"{_memory() - before:.0f} MB more at the peak ({_memory():.0f} MB in all)")
        # The two in turn, so that whatever else the machine does meets both alike.
        ours: list[float] = []
        plain: list[float] = []
        pinned: list[float] = []
        groups: Counter[str] = Counter()
        for id in tqdm(chosen):
            start = time.perf_counter()
            found = alternatives(clerk, id)
            ours.append(time.perf_counter() - start)
            groups.update(group.kind for group in found.groups)
            start = time.perf_counter()
            alternatives(clerk, id, Wish(tuple(m.field for m in found.matters[:2]), in_stock=True))
            pinned.append(time.perf_counter() - start)
            start = time.perf_counter()
            similar_to(clerk.searcher.index, id, _SHOWN)
            plain.append(time.perf_counter() - start)
    for name, seconds in (("alternatives", ours), ("with two pins, in stock", pinned), ("nearest by vector", plain)):
        median, low, high, p95 = _spread(seconds)
        worst = max(seconds) * 1000
        print(f"{name:24s} median {median:5.0f} ms [{low:.0f}, {high:.0f}], p95 {p95:5.0f}, slowest {worst:.0f}")
    shares = ", ".join(f"{kind} {count / len(chosen):.0%}" for kind, count in groups.most_common())
    print(f"products with a group: {shares}")


def _spread(seconds: list[float]) -> tuple[float, float, float, float]:
    """Milliseconds: the median with its bootstrap interval, and the 95th percentile."""
    values = np.asarray(seconds) * 1000
    rng = np.random.default_rng(7)
    medians = np.median(rng.choice(values, (2000, len(values))), axis=1)
    low, high = np.percentile(medians, [2.5, 97.5])
    return float(np.median(values)), float(low), float(high), float(np.percentile(values, 95))


def _memory() -> float:
    """The process's peak so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
