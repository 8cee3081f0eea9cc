"""Files -> Products: CSV and JSON lines, plain or gzipped, in UTF-8, UTF-16 or a Windows code page.

A file that cannot be read at all raises FeedError before anything is stored; a bad row only becomes a Reject.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import json
import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from retrieval.errors import FeedError
from retrieval.mapping import FeedMapping
from retrieval.rows import RowError, RowReader
from retrieval.types import Product

Format = Literal["csv", "jsonl"]

_BY_SUFFIX: dict[str, Format] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
}
_DELIMITERS = ",;\t|"
_LONGEST_RAW = 500  # characters of a bad row kept in the rejects file: enough to find it again
_LARGEST_CELL = 2**31 - 1  # the csv module stops at 131,072 characters by default; descriptions can be longer
_CHUNK = 1 << 20
_GZIP_MAGIC = b"\x1f\x8b"
_ZIP_MAGIC = b"PK\x03\x04"
_UNDEFINED_IN_CP1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that did not become a product, and why."""

    line: int
    """Where the row starts, counted from 1, the header included."""
    field: str
    """The field to blame; "row" if the row as a whole could not be read."""
    reason: str
    raw: str
    """The row as it stands in the file, cut to 500 characters."""
    file: str = ""


@dataclass(frozen=True, slots=True)
class Feed:
    """A file that was looked through once and found readable."""

    path: Path
    format: Format
    encoding: str
    gzipped: bool = False
    warning: str = ""
    """What a person should know about the file, such as a guessed encoding."""


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    raw: str
    cells: Sequence[tuple[str, object]]
    problem: str = ""
    """Why the row cannot be taken apart; then it has no cells."""


def read_feed(path: Path, *, format: str = "auto", mapping: FeedMapping | None = None) -> Iterator[Product | Reject]:
    """The products and rejects of one file, in its order. Raises FeedError if the whole file is unusable."""
    return read_feeds([inspect_feed(path, format=format)], mapping or FeedMapping())


def read_feeds(feeds: Iterable[Feed], mapping: FeedMapping) -> Iterator[Product | Reject]:
    """The products and rejects of several files as one catalogue; the first product with an id keeps it.

    Raises FeedError for a file without rows or without id and title columns, and, at the end, for a mapped
    column that no row had.
    """
    reader = RowReader(mapping)
    seen: dict[str, tuple[Path, int]] = {}
    for feed in feeds:
        row = None
        for row in _rows(feed, reader):
            outcome = _outcome(row, reader, str(feed.path))
            if isinstance(outcome, Product):
                first = seen.setdefault(outcome.id, (feed.path, row.line))
                if first != (feed.path, row.line):
                    where = f"line {first[1]}" + ("" if first[0] == feed.path else f" of {first[0]}")
                    reason = f"{outcome.id!r} was already used in {where}"
                    outcome = _reject(row, "id", reason, str(feed.path))
            yield outcome
        if row is None:
            raise FeedError(f"{feed.path} has no rows: give a file with at least one product")
    if unseen := reader.unseen_columns():
        raise FeedError(f"no row has the mapped column {unseen[0]!r}: correct --map or the mapping file")


def write_rejects(path: Path, rejects: Iterable[Reject]) -> None:
    """One JSON object a line; an older file is replaced, also when there is nothing to write."""
    with path.open("w", encoding="utf-8") as out:
        for reject in rejects:
            out.write(json.dumps(asdict(reject), ensure_ascii=True) + "\n")


def inspect_feed(path: Path, *, format: str = "auto") -> Feed:
    """Read the whole file once for what would break halfway: damage, binary content, encoding, format.

    Raises FeedError with one line that names the file and the way out.
    """
    if format not in ("auto", "csv", "jsonl"):
        raise FeedError(f"unknown feed format {format!r}: use auto, csv or jsonl")
    if path.is_dir():
        raise FeedError(f"{path} is a folder: name the files in it, such as {path / 'products.csv'}")
    try:
        with path.open("rb") as file:
            gzipped = file.read(2) == _GZIP_MAGIC
        if path.suffix.lower() == ".gz" and not gzipped:
            raise FeedError(f"{path} is named .gz but is not gzipped: rename it or export it again")
        with _open_binary(path, gzipped) as file:
            encoding, head = _survey(path, file)
    except FileNotFoundError as error:
        raise FeedError(f"{path} does not exist: check the path") from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise FeedError(f"{path} is a broken gzip file ({error}): export or download it again") from error
    except OSError as error:
        raise FeedError(f"{path} cannot be read: {error.strerror or error}") from error

    warning = ""
    if encoding in ("cp1252", "latin-1"):
        warning = f"{path} is not UTF-8; it was read as {encoding}: check its accents, or export it as UTF-8"
    return Feed(path, _format(path, format, head), encoding, gzipped, warning)


def _open_binary(path: Path, gzipped: bool) -> gzip.GzipFile | io.BufferedReader:
    return gzip.open(path, "rb") if gzipped else path.open("rb")


def _survey(path: Path, file: gzip.GzipFile | io.BufferedReader) -> tuple[str, str]:
    """(encoding, first characters). UTF-8 proves itself on the whole content; only code pages are a guess."""
    head = chunk = file.read(_CHUNK)
    if not head.strip():
        raise FeedError(f"{path} is empty: give a file with at least one product")
    if head.startswith(_ZIP_MAGIC):
        raise FeedError(f"{path} is a zip archive or Excel workbook: export it as CSV")
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16", head[: _CHUNK // 2].decode("utf-16", errors="replace")
    decoder = codecs.getincrementaldecoder("utf-8")()
    utf8, cp1252 = True, True
    while chunk:
        if b"\x00" in chunk:
            raise FeedError(f"{path} is a binary file: export the catalogue as CSV or JSON lines")
        if utf8:
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                utf8 = False
        cp1252 = cp1252 and not _UNDEFINED_IN_CP1252.search(chunk)
        chunk = file.read(_CHUNK)
    if utf8:
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            utf8 = False
    encoding = "utf-8-sig" if utf8 else "cp1252" if cp1252 else "latin-1"
    return encoding, head.decode(encoding, errors="replace")


def _format(path: Path, format: str, head: str) -> Format:
    name = Path(path.stem) if path.suffix.lower() == ".gz" else path
    start = head.lstrip()[:1]
    chosen: Format
    if format == "auto":
        chosen = _BY_SUFFIX.get(name.suffix.lower()) or ("jsonl" if start in "{[" else "csv")
    else:
        chosen = "csv" if format == "csv" else "jsonl"
    if chosen == "jsonl" and start == "[":
        one_a_line = f"jq -c '.[]' {path} > products.jsonl"
        raise FeedError(f"{path} is one JSON array: write one object a line ({one_a_line})")
    if chosen == "csv" and start == "<":
        raise FeedError(f"{path} looks like XML or HTML: export the catalogue as CSV or JSON lines")
    return chosen


def _rows(feed: Feed, reader: RowReader) -> Iterator[_Row]:
    with (
        _open_binary(feed.path, feed.gzipped) as binary,
        # newline="" lets the csv module keep line ends inside quotes; for JSON lines it makes no difference.
        # Only damaged UTF-16 has anything to replace: the other encodings were tried on the whole file.
        io.TextIOWrapper(binary, encoding=feed.encoding, errors="replace", newline="") as text,
    ):
        yield from _csv_rows(feed, text, reader) if feed.format == "csv" else _json_rows(text)


def _csv_rows(feed: Feed, text: Iterable[str], reader: RowReader) -> Iterator[_Row]:
    csv.field_size_limit(_LARGEST_CELL)
    lines = iter(text)
    header_number, header_line = next(((n, line) for n, line in enumerate(lines, start=1) if line.strip()), (0, ""))
    if not header_line:  # nothing but spaces of a kind that only the decoded text shows
        raise FeedError(f"{feed.path} is empty: give a file with at least one product")
    delimiter = _delimiter(header_line)
    columns = [cell.strip() for cell in next(csv.reader([header_line], delimiter=delimiter))]
    if missing := reader.missing_fields(columns):
        raise FeedError(
            f"{feed.path} has no column {missing[0]!r}, but {', '.join(columns)}: "
            f"name the right one with --map {missing[0]}=COLUMN"
        )

    # strict: a quote that was never closed would otherwise swallow the rest of the file into one cell
    table = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        line = header_number + table.line_num + 1  # the reader counts from the line after the header
        try:
            cells = next(table)
        except StopIteration:
            return
        except csv.Error as error:
            yield _Row(line, "", (), f"not valid CSV up to line {header_number + table.line_num}: {error}")
            continue
        raw = delimiter.join(cells)
        if any(cell.strip() for cell in cells[len(columns) :]):
            problem = f"{len(cells)} cells, but {len(columns)} columns: a {delimiter!r} outside quotes?"
            yield _Row(line, raw, (), problem)
        elif any(cell.strip() for cell in cells):
            yield _Row(line, raw, list(zip(columns, cells, strict=False)))


def _delimiter(header: str) -> str:
    bare = re.sub(r'"[^"]*"', "", header)
    return max(_DELIMITERS, key=bare.count)  # the comma wins a tie, also the one of a single column


def _json_rows(text: Iterable[str]) -> Iterator[_Row]:
    for line, raw in enumerate(text, start=1):
        if not raw.strip():
            continue
        try:
            record = json.loads(raw)
        except (ValueError, RecursionError) as error:
            yield _Row(line, raw, (), f"not valid JSON: {error}")
            continue
        if isinstance(record, dict):
            yield _Row(line, raw, list(record.items()))
        else:
            yield _Row(line, raw, (), f"a JSON {type(record).__name__} where an object is expected")


def _outcome(row: _Row, reader: RowReader, file: str) -> Product | Reject:
    if row.problem:
        return _reject(row, "row", row.problem, file)
    try:
        return reader.product(row.cells)
    except RowError as error:
        return _reject(row, error.field, error.reason, file)


def _reject(row: _Row, field: str, reason: str, file: str) -> Reject:
    return Reject(row.line, field, reason, row.raw.strip()[:_LONGEST_RAW], file)
