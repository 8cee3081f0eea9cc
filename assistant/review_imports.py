"""Judgements made outside, in a table or with Argilla or Label Studio, into the review desk.

What cannot be used is put aside with its line and the reason; the rest goes on. Whoever judged there is "import:NAME"
here, judges each item once, and a second import of the same file changes nothing.
"""

from __future__ import annotations

import csv
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from assistant.errors import ReviewError
from assistant.evaluation_report import write_whole
from assistant.review_tools import OWN, Answers, argilla_answers, judgement_of, labelstudio_answers
from assistant.review_types import QUESTIONS, Item
from assistant.reviews import Reviews
from retrieval.index import Progress, no_progress

Format = Literal["csv", "labelstudio", "argilla"]

NEEDED = ("item", "reviewer", "supported", *QUESTIONS)
OPTIONAL = ("sentence", "on_topic", "preferred", "note", "corrected")
"""Columns of a table; the first must be there, and no others may."""

LONGEST_NAME = 60
"""Characters of a reviewer's name."""
_SIDES = {"first": ("one", "two"), "second": ("two", "one")}  # as it stands, and with the sides swapped


@dataclass(frozen=True, slots=True)
class Rejected:
    """What was put aside."""

    line: int
    """In the file, from 1; of JSON the place in its list."""
    reason: str
    row: Any


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did, in judgements."""

    saved: int
    unchanged: int
    """Known already, or sent there by us."""
    rejected: Sequence[Rejected]
    rejects: Path | None
    """Where those lie, a JSON object a line."""


@dataclass(frozen=True, slots=True)
class _Given:
    """One judgement as it was read."""

    lines: Sequence[tuple[int, Any]]
    item: str
    reviewer: str
    told: Answers | Sequence[Mapping[str, str]]
    """Answers to the questions of the tools, or the rows of a table."""
    own: bool = False
    problem: str = ""
    """Why it could not even be read."""


def import_judgements(
    reviews: Reviews, path: Path, format: Format | None = None, *, rejects: Path | None = None,
    progress: Progress = no_progress,
) -> Imported:  # fmt: skip
    """Reads a file into the desk; without `format` it is told from the file. `rejects`: by default NAME.rejects.jsonl
    beside the file. Raises ReviewError for a file that cannot be used at all, StorageFull.
    """
    given = list(_read(path, format))
    saved = unchanged = 0
    rejected: list[Rejected] = []
    for place, each in enumerate(given, start=1):
        try:
            if each.own and _is_known(reviews, each):
                unchanged += 1
            elif _save(reviews, each):
                saved += 1
            else:
                unchanged += 1
        except ReviewError as error:
            rejected += [Rejected(line, str(error), row) for line, row in each.lines]
        progress("import", place, len(given))
    where = None
    if rejected:
        where = rejects or path.with_name(f"{path.name}.rejects.jsonl")
        rows = ({"line": r.line, "reason": r.reason, "row": r.row} for r in rejected)
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        write_whole(where, text.encode("utf-8", "replace").decode("utf-8"))  # JSON may spell half a character
    return Imported(saved, unchanged, rejected, where)


def _save(reviews: Reviews, given: _Given) -> bool:
    """Whether anything is new. Raises ReviewError."""
    if given.problem:
        raise ReviewError(given.problem)
    item, account = _item(reviews, given.item), _account(given.reviewer)
    told = given.told if isinstance(given.told, Mapping) else _of_rows(item, given.told)
    before = reviews.said(account, item.id, 1)
    after = reviews.save(account, item.id, 1, judgement_of(item, told), 0.0, source="import").judgement
    return before != after


def _is_known(reviews: Reviews, given: _Given) -> bool:
    """Whether somebody of the desk said just that; what was changed there is a new judgement."""
    item = _item(reviews, given.item)
    assert isinstance(given.told, Mapping)
    said = judgement_of(item, given.told)
    return any(each.judgement == said for each in reviews.judgements(item.id))


def _item(reviews: Reviews, named: str) -> Item:
    if not re.fullmatch(r"[0-9]{1,18}", named):
        raise ReviewError(f"item {named[:20]!r} is no number of an item" if named else "item is missing")
    return reviews.get(int(named))


def _account(name: str) -> str:
    plain = " ".join("".join(c if unicodedata.category(c)[0] != "C" else " " for c in name).split())
    if not plain:
        raise ReviewError("reviewer is missing: say who judged, any name will do")
    if len(plain) > LONGEST_NAME:
        raise ReviewError(f"reviewer {plain[:20]!r}... has {len(plain)} characters: {LONGEST_NAME} at most")
    return f"import:{plain}"


# -- reading ---------------------------------------------------------------------------------------------------


def _read(path: Path, format: Format | None) -> Iterator[_Given]:
    if format is not None and format not in get_args(Format):
        raise ReviewError(f"There is no format {format!r}: choose {', '.join(get_args(Format))}.")
    if format == "csv" or (format is None and path.suffix.lower() != ".json"):
        yield from _table(path)
        return
    try:
        rows = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise ReviewError(f"{path} cannot be read as JSON ({str(error)[:120]}): name an export of the tool.") from error
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ReviewError(f"{path} is no list of objects: export the project as JSON, all of it in one list.")
    kind = format or ("labelstudio" if any("data" in row for row in rows) else "argilla")
    key = "data" if kind == "labelstudio" else "fields"
    if rows and not any(key in row for row in rows):
        raise ReviewError(f"{path} is no {kind} export: none of its {len(rows):,} objects has {key!r}.")
    read = _tasks if kind == "labelstudio" else _records
    for line, row in enumerate(rows, start=1):
        yield from read(line, row)


def _records(line: int, row: dict[str, Any]) -> Iterator[_Given]:
    metadata = row.get("metadata")
    named = metadata.get("item") if isinstance(metadata, dict) else None
    item = str(named if named is not None else row.get("id") or "").removeprefix(f"{OWN}-")
    for who, told in argilla_answers(row).items():
        yield _Given([(line, _short(item, who, told))], item, who, told)


def _tasks(line: int, row: dict[str, Any]) -> Iterator[_Given]:
    data = row.get("data")
    item = str(data.get("item", "")) if isinstance(data, dict) else ""
    for who, told, own in labelstudio_answers(row):
        yield _Given([(line, _short(item, who, told))], item, who, told, own)


def _short(item: str, who: str, told: Answers) -> dict[str, Any]:
    """A rejected judgement without the texts that were sent along."""
    return {"item": item, "reviewer": who, "answers": dict(told)}


def _table(path: Path) -> Iterator[_Given]:
    """Rows by item and reviewer, in the order of their first ones."""
    groups: dict[tuple[str, str], list[tuple[int, dict[str, str]]]] = {}
    broken: list[_Given] = []
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.reader(lines, strict=True)
            header = [name.strip().lower() for name in next(reader, [])]
            _check_columns(path, header)
            start = reader.line_num + 1
            for cells in reader:
                line, start = start, reader.line_num + 1
                if not any(cell.strip() for cell in cells):
                    continue
                row = {name: cell.strip() for name, cell in zip(header, cells, strict=False)}
                key = row.get("item", ""), row.get("reviewer", "")
                if len(cells) > len(header):
                    why = f"the row has {len(cells)} cells, the header {len(header)}: quote texts that hold commas"
                    broken.append(_Given([(line, cells)], *key, (), problem=why))
                else:
                    groups.setdefault(key, []).append((line, row))
    except (OSError, UnicodeDecodeError) as error:
        raise ReviewError(f"{path} cannot be read ({error}): name a table as CSV in UTF-8.") from error
    except csv.Error as error:
        raise ReviewError(
            f'{path}, line {reader.line_num}: {error}: quote texts with " and double those inside.'
        ) from error
    for (item, reviewer), rows in groups.items():
        yield _Given(rows, item, reviewer, [row for _line, row in rows])
    yield from broken


def _check_columns(path: Path, header: Sequence[str]) -> None:
    missing = [name for name in NEEDED if name not in header]
    unknown = [name for name in header if name not in NEEDED + OPTIONAL]
    # Counted once: a table may have a million columns.
    twice = sorted({name for name, times in Counter(header).items() if times > 1} - set(unknown))
    wrong = [
        f"{what} {', '.join(repr(name[:30]) for name in names[:8])}"
        for what, names in (("lacks", missing), ("has the unknown", unknown), ("has twice", twice))
        if names
    ]
    if wrong:
        raise ReviewError(
            f"{path} {'; '.join(wrong)}: its columns must be {', '.join(NEEDED)}, and may be {', '.join(OPTIONAL)}."
        )


def _of_rows(item: Item, rows: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """The rows of one item and reviewer as answers; a row without a sentence speaks of all of them."""
    texts = [sentence.text for sentence in item.snapshot.sentences(item.product_id)]
    told: dict[str, str] = {}
    for row in rows:
        for place in _places(row.get("sentence", ""), texts):
            for column in ("supported", "on_topic"):
                _tell(told, f"sentence_{place}_{column}", row.get(column, "").lower())
        for column in (*QUESTIONS, "note", "corrected"):
            _tell(told, column, row.get(column, ""))
        _tell(told, "preferred", _side(item, row.get("preferred", "").lower()))
    return told


def _tell(told: dict[str, str], name: str, value: str) -> None:
    if value and told.setdefault(name, value) != value:
        raise ReviewError(f"{name} is both {told[name][:20]!r} and {value[:20]!r}: say it once")


def _places(named: str, texts: Sequence[str]) -> Iterable[int]:
    """Numbers of the sentences meant, from 1: by number, by the very text, or all."""
    if not named:
        return range(1, len(texts) + 1)
    if re.fullmatch(r"[0-9]{1,6}", named):
        if 1 <= int(named) <= len(texts):
            return [int(named)]
    elif named in texts:
        return [texts.index(named) + 1]
    raise ReviewError(f"sentence {named[:40]!r} is not there: give 1 to {len(texts)}, or its very text")


def _side(item: Item, preferred: str) -> str:
    """A table names the texts of a pair as they are stored, the tools by the side they were shown on."""
    if preferred not in _SIDES:
        return preferred
    if item.other is None:
        raise ReviewError(f"preferred is {preferred!r}, but there is one explanation: leave that out")
    return _SIDES[preferred][item.other.flipped]
