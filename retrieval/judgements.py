"""Judgements and runs from files. One line an error, with the file, the line and what was expected.

Judgements come in TREC's form (`qid 0 product_id grade`) or as a table with a header (CSV, or TSV with tabs):
`qid` or `query` or both, `product_id` and `grade`. A run is `qid Q0 product_id rank score tag`.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from retrieval.errors import JudgementError
from retrieval.measures import HIGHEST_GRADE, Qrels, Run, by_place

_TREC = "'qid 0 product_id grade'"
_TABLE = "a header with product_id, grade, and query or qid"


@dataclass(frozen=True, slots=True)
class Judgements:
    """What a file of judgements says."""

    qrels: Qrels
    """By qid; by the text of the query where the file has no qids (`by_text`)."""
    texts: dict[str, str]
    """Key of `qrels` -> the query, where the file gives it."""
    by_text: bool
    repeated: int
    """Lines that say again what a line before them said."""


def read_judgements(path: Path) -> Judgements:
    """Reads either form. Raises JudgementError."""
    lines = _lines(path)
    header = [
        name.strip().casefold()
        for name in next(csv.reader([lines[0][1].strip("\r")], delimiter=_delimiter(lines[0][1])))
    ]
    if "product_id" not in header:
        return _gathered(path, _trec_rows(path, lines), by_text=False)
    if "grade" not in header or not {"query", "qid"} & set(header):
        raise JudgementError(f"{path}: the columns are {', '.join(header)}; expected {_TABLE}.")
    return _gathered(path, _table_rows(path, header), by_text="qid" not in header)


def read_run(path: Path) -> Run:
    """A TREC run, by score; equal scores by the rank the file states. Scores are those of `by_place`.

    Raises JudgementError.
    """
    found: dict[str, dict[str, tuple[float, int]]] = {}
    for number, line in _lines(path):
        parts = line.split()
        if len(parts) != 6:
            raise JudgementError(
                f"{path} line {number}: expected 'qid Q0 product_id rank score tag', got {len(parts)} fields."
            )
        qid, _q0, product_id, rank, score, _tag = parts
        try:
            value, place = float(score), int(rank)
        except ValueError:
            value, place = math.nan, 0
        if math.isnan(value):
            raise JudgementError(f"{path} line {number}: rank {rank!r} and score {score!r} must be numbers.")
        if product_id in found.setdefault(qid, {}):
            raise JudgementError(f"{path} line {number}: product {product_id!r} is ranked twice for query {qid!r}.")
        found[qid][product_id] = (-value, place)
    return {qid: by_place(sorted(places, key=places.__getitem__)) for qid, places in found.items()}


def run_lines(run: Run, tag: str) -> Iterator[str]:
    """A run in TREC's form, best first; blanks inside an id, which would split a field, become underscores."""
    for qid, scores in run.items():
        for rank, id in enumerate(sorted(scores, key=lambda id: (-scores[id], id)), start=1):
            yield f"{_unsplit(qid)} Q0 {_unsplit(id)} {rank} {scores[id]:g} {tag}"


def _unsplit(id: str) -> str:
    return "_".join(id.split())


Row = tuple[int, str, str, str, str]
"""Line, key, query ("" if not given), product id, grade as written."""


def _trec_rows(path: Path, lines: Sequence[tuple[int, str]]) -> Iterator[Row]:
    for number, line in lines:
        parts = line.split()
        if len(parts) != 4:
            raise JudgementError(
                f"{path} line {number}: expected {_TREC}, got {len(parts)} fields; a table needs {_TABLE}."
            )
        yield number, parts[0], "", parts[2], parts[3]


def _table_rows(path: Path, header: Sequence[str]) -> Iterator[Row]:
    text = _text(path)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text.lstrip().split("\n")[0]))
    try:
        for cells in reader:
            row = [cell.strip() for cell in cells]
            if not any(row) or [cell.casefold() for cell in row] == list(header):
                continue
            if len(row) != len(header):
                raise JudgementError(
                    f"{path} line {reader.line_num}: expected {len(header)} columns, got {len(row)} "
                    "(a text with the delimiter in it needs quotation marks)."
                )
            named = dict(zip(header, row, strict=True))
            query = named.get("query", "")
            yield reader.line_num, named.get("qid", query), query, named["product_id"], named["grade"]
    except csv.Error as error:
        raise JudgementError(f"{path} line {reader.line_num}: {error}.") from error


def _gathered(path: Path, rows: Iterable[Row], *, by_text: bool) -> Judgements:
    qrels: dict[str, dict[str, int]] = {}
    texts: dict[str, str] = {}
    repeated = 0
    for number, key, query, product_id, written in rows:
        if not key or not product_id:
            raise JudgementError(f"{path} line {number}: the {'product id' if key else 'query'} is empty.")
        grade = _grade(path, number, written)
        before = qrels.setdefault(key, {}).get(product_id)
        if before is not None and before != grade:
            raise JudgementError(
                f"{path} line {number}: {product_id!r} has grade {grade} for {key!r}, but {before} further up."
            )
        repeated += before is not None
        qrels[key][product_id] = grade
        if query and texts.setdefault(key, query) != query:
            raise JudgementError(f"{path} line {number}: qid {key!r} is {query!r}, but {texts[key]!r} further up.")
    if not qrels:
        raise JudgementError(f"{path} holds no judgement.")
    return Judgements(qrels, texts, by_text, repeated)


def _grade(path: Path, number: int, written: str) -> int:
    """A whole number; below 0 (some collections mark spam so) counts as 0."""
    try:
        grade = int(written)
    except ValueError:
        raise JudgementError(f"{path} line {number}: grade {written!r} is not a whole number.") from None
    if grade > HIGHEST_GRADE:
        raise JudgementError(
            f"{path} line {number}: grade {grade} is above {HIGHEST_GRADE}; "
            "a gain is 2^grade - 1, so scale the grades down."
        )
    return max(grade, 0)


def _lines(path: Path) -> list[tuple[int, str]]:
    """(number, line) of the lines that say something."""
    lines = [(number, line) for number, line in enumerate(_text(path).split("\n"), start=1) if line.strip()]
    if not lines:
        raise JudgementError(f"{path} is empty.")
    return lines


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise JudgementError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise JudgementError(f"{path} is not UTF-8 text: {error.reason} at byte {error.start}.") from error


def _delimiter(header: str) -> str:
    return "\t" if "\t" in header else ","
