"""Indexing speed and memory: read, check, store, encode, index; then again with nothing changed.

    python -m benchmarks.indexing [FILE] [--mapping FILE] [--rows 2000]

The plain baseline, in the same run: the same rows with the hash encoder, which is everything but the model.
"""

from __future__ import annotations

import argparse
import gzip
import itertools
import resource
import tempfile
from pathlib import Path

from assistant.clerk import open_encoder
from assistant.console import progress_bars
from assistant.settings import EncoderSettings
from retrieval.index import build_index
from retrieval.mapping import FeedMapping, load_mapping

DEMO = Path(__file__).parents[1] / "demo_store" / "products.csv"


def main() -> None:
    """Prints one Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", nargs="?", type=Path, default=DEMO)
    parser.add_argument("--mapping", type=Path, default=None)
    parser.add_argument("--rows", type=int, default=2000)
    options = parser.parse_args()
    mapping = load_mapping(options.mapping) if options.mapping else FeedMapping()
    print("| encoder | run | products | seconds | products/s | encoded |\n|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        feed = _first_rows(options.file, options.rows, Path(folder))
        for kind in ("hash", "model"):
            encoder = open_encoder(EncoderSettings(kind=kind))
            encoder.encode(["warm up"])
            for run in ("first", "second, nothing changed"):
                with progress_bars() as progress:
                    report = build_index([feed], Path(folder) / kind, encoder, mapping=mapping, progress=progress)
                count = report.indexed + report.unchanged
                print(
                    f"| {kind} | {run} | {count:,} | {report.seconds:.1f} | {count / report.seconds:.0f} "
                    f"| {report.encoded:,} |"
                )
            size = sum(f.stat().st_size for f in (Path(folder) / kind).rglob("*") if f.is_file())
            print(f"| {kind} | on disk | | | | {size / 2**20:.0f} MB |")
    print(f"\nPeak memory of the process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def _first_rows(file: Path, rows: int, folder: Path) -> Path:
    """The header and first rows of a feed; a CSV cell may hold line breaks, but not in the feeds measured here."""
    out = folder / file.name.removesuffix(".gz")
    with gzip.open(file, "rt", encoding="utf-8") if file.suffix == ".gz" else file.open(encoding="utf-8") as lines:
        out.write_text("".join(itertools.islice(lines, rows + 1)), encoding="utf-8")
    return out


if __name__ == "__main__":
    main()
