"""Near-duplicate listings: how long finding them takes, and whether any are missed. Made-up products, fixed seed.

    python -m benchmarks.duplicates [--sizes 5000 20000 100000] [--dimension 384]

A tenth of the products are copies: the vector of another one with a little noise, its title with the words in
another order. As many are variants, which have another model number. The rest are random unit vectors around
random middles. The plain baseline, in the same run: all cosines with all, which a pair must at least pass.
"""

from __future__ import annotations

import argparse
import random
import resource
import time
from collections.abc import Sequence

import numpy as np

from retrieval.duplicates import COSINE, near_duplicates, near_pairs
from retrieval.text import fold
from retrieval.types import Product, Vectors

_CHUNK = 256  # rows of the brute force
_NOISE = 0.2  # length of the noise on a copy's vector: cosine about 0.98
_SYLLABLES = "ba be bo da de do ka ke ko la le lo ma me mo na ne no ra re ro sa se so ta te to".split()
_NO_BRAND = 0.05  # share of listings without a brand


def make_shop(count: int, dimension: int, seed: int = 11) -> tuple[list[Product], Vectors, set[tuple[int, int]]]:
    """(products, vectors of shape (count, dimension), the planted pairs of rows)."""
    chance, dice = np.random.default_rng(seed), random.Random(seed)
    middles = chance.normal(size=(max(count // 200, 1), dimension)).astype(np.float32)
    vectors = np.empty((count, dimension), dtype=np.float32)
    products: list[Product] = []
    planted: set[tuple[int, int]] = set()
    plain = count - 2 * (count // 10)
    for row in range(count):
        if row < plain:
            vectors[row] = middles[dice.randrange(len(middles))] + chance.normal(size=dimension)
            title = " ".join("".join(dice.choices(_SYLLABLES, k=3)) for _ in range(6)) + f" {row}"
            brand = "" if dice.random() < _NO_BRAND else f"Brand {int(dice.paretovariate(0.6)) % 500}"
            products.append(Product(str(row), title, brand=brand, price=round(dice.uniform(5, 500), 2)))
            continue
        # Each product has at most one copy and one variant, so that every group is a pair.
        is_copy = row < plain + count // 10
        original = products[row - plain if is_copy else row - plain - count // 10]
        noise = chance.normal(size=dimension)
        vectors[row] = vectors[int(original.id)] / np.linalg.norm(vectors[int(original.id)])
        vectors[row] += _NOISE * noise / np.linalg.norm(noise)
        words = original.title.split()
        if is_copy:
            dice.shuffle(words)
            planted.add((int(original.id), row))
        else:
            words[-1] = str(count + row)
        products.append(Product(str(row), " ".join(words), brand=original.brand, price=original.price))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return products, vectors, planted


def brute_force(brands: Sequence[str], vectors: Vectors) -> int:
    """How many pairs pass cosine and brand when all are compared with all."""
    codes = {brand: code for code, brand in enumerate(sorted(set(brands) | {""}))}  # "" sorts first: 0
    code = np.asarray([codes[brand] for brand in brands])
    found = 0
    for start in range(0, len(vectors), _CHUNK):
        own = code[start : start + _CHUNK, None]
        near = vectors[start : start + _CHUNK] @ vectors.T >= COSINE
        near &= (own == code) | (own == 0) | (code == 0)
        near[np.tril_indices(len(near), start, near.shape[1])] = False
        found += int(near.sum())
    return found


def main() -> None:
    """Prints one Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[20_000, 100_000])
    parser.add_argument("--dimension", type=int, default=384)
    parser.add_argument("--no-brute-force", action="store_true", help="leave the baseline out: it is n * n")
    options = parser.parse_args()
    print("| products | all of it | pairs found / by brute force | brute force | planted found | wrong groups |")
    print("|---|---|---|---|---|---|")
    for size in options.sizes:
        products, vectors, planted = make_shop(size, options.dimension)
        brands = [fold(product.brand) for product in products]

        start = time.perf_counter()
        result = near_duplicates(products, list(vectors), shown=size)
        seconds = time.perf_counter() - start
        groups = [tuple(int(each.id) for each in group.listings) for group in result.groups]
        right = sum(group in planted for group in groups)

        pairs, baseline, took = sum(1 for _ in near_pairs(brands, vectors)), "-", "-"
        if not options.no_brute_force:
            start = time.perf_counter()
            baseline = f"{brute_force(brands, vectors):,}"
            took = f"{time.perf_counter() - start:.1f} s"
        print(
            f"| {size:,} | {seconds:.1f} s | {pairs:,} / {baseline} | {took} "
            f"| {right:,} of {len(planted):,} ({100 * right / max(len(planted), 1):.1f} %) | {len(groups) - right:,} |"
        )
    print(f"\nPeak memory of the process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
