"""Requests for known products and for attributes, as judgements that `storeclerk evaluate retrieval` reads.

    python -m benchmarks.known_items --data-dir DIR --requests 300 --output requests.tsv
    storeclerk evaluate retrieval --data-dir DIR --qrels requests.tsv

A request is made from a product drawn from every fifth (by a checksum of its id, or from the ids in --held-out):
a few words of its title, a model number with or without brand and sort, or a sort of thing with one or two stated
facts; one in eight is misspelt (`retrieval.requests`). Relevant is the product itself and, but for words of a
title, every other that its listing shows to answer as well.
"""

from __future__ import annotations

import argparse
import csv
import zlib
from contextlib import ExitStack
from pathlib import Path

from retrieval.folder import DataFolder
from retrieval.index import open_catalog
from retrieval.requests import make_requests

KINDS = ("title", "number", "facts")


def main() -> None:
    """Writes the judgements and says how many."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--requests", type=int, default=300)
    parser.add_argument("--held-out", type=Path, help="a file of product ids, one a line")
    parser.add_argument("--seed", type=int, default=99)
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args()
    with ExitStack() as resources:
        products = list(open_catalog(DataFolder(options.data_dir), resources).all())
    named = set(options.held_out.read_text(encoding="utf-8").split()) if options.held_out else None
    held = [p for p in products if (zlib.crc32(p.id.encode()) % 5 == 0 if named is None else p.id in named)]
    requests = [r for r in make_requests(held, 4 * options.requests, options.seed) if r.kind in KINDS]
    with options.output.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, delimiter="\t")
        rows.writerow(["qid", "query", "product_id", "grade"])
        for number, request in enumerate(requests[: options.requests], start=1):
            good = [p.id for p in products if request.grade(p) == 3]
            rows.writerows([f"{request.kind}-{number}", request.text, id, 1] for id in good)
    print(f"{len(requests[: options.requests])} requests for {len(held)} of {len(products)} products: {options.output}")


if __name__ == "__main__":
    main()
