"""Sentences that people labelled, in JSONL: with each its whole facts, so that it can be judged again at any time."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from assistant.facts import Facts
from assistant.types import Constraint, Reason
from retrieval.catalog import product_from_json, product_to_json
from retrieval.errors import JudgementError
from retrieval.types import Product

_REASONS = TypeAdapter(tuple[Reason, ...])
_CONSTRAINTS = TypeAdapter(tuple[Constraint, ...])


@dataclass(frozen=True, slots=True)
class Labelled:
    """A sentence with its facts and what was said of it."""

    facts: Facts
    sentence: str
    label: bool | None = None
    """Whether every claim in it is true, as agreed; None while it is open."""
    labels: Mapping[str, bool] = field(default_factory=dict)
    """Pass -> what it said: {"a": true, "b": false}."""
    note: str = ""
    line: int = 0


def labelled_row(facts: Facts, sentence: str) -> dict[str, Any]:
    """One line to be labelled, as plain values for `json.dumps`; label and labels are open."""
    return {
        "product": json.loads(product_to_json(facts.product)),
        "reasons": _REASONS.dump_python(tuple(facts.reasons), mode="json"),
        "constraints": [_sorted_sets(c) for c in _CONSTRAINTS.dump_python(tuple(facts.constraints))],
        "request": facts.request,
        "past_titles": list(facts.past_titles),
        "page": [json.loads(product_to_json(product)) for product in facts.page],
        "sentence": sentence,
        "labels": {},
        "label": None,
        "note": "",
    }


def read_labels(path: Path) -> list[Labelled]:
    """Every sentence of a file. Raises JudgementError, which names the line."""
    try:
        # Not splitlines: a listing may hold other line breaks (U+2028), which JSON leaves as they are.
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise JudgementError(f"{path} cannot be read ({error}): name a JSONL file of labelled sentences") from error
    rows = [_labelled(path, number, line) for number, line in enumerate(lines, start=1) if line.strip()]
    if not rows:
        raise JudgementError(
            f"{path} holds no labelled sentence: `storeclerk reviews export checker` writes those that people judged"
        )
    return rows


def _labelled(path: Path, number: int, line: str) -> Labelled:
    try:
        row = json.loads(line)
        if not isinstance(row, dict):
            raise ValueError("not a JSON object")
        sentence, label, labels = row["sentence"], row.get("label"), row.get("labels") or {}
        if not isinstance(sentence, str) or not sentence.strip():
            raise ValueError("'sentence' must be a text")
        if not isinstance(label, bool | None):
            raise ValueError(f"'label' must be true, false or null, not {label!r}")
        if not isinstance(labels, dict) or not all(isinstance(said, bool) for said in labels.values()):
            raise ValueError("'labels' must name true or false for each pass")
        facts = Facts(
            _product(row["product"]),
            _REASONS.validate_python(row["reasons"]),
            _CONSTRAINTS.validate_python(row.get("constraints", [])),
            str(row.get("request", "")),
            tuple(map(str, row.get("past_titles", []))),
            tuple(_product(other) for other in row.get("page", [])),
        )
    except KeyError as error:
        raise JudgementError(f"{path}, line {number}: lacks {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise JudgementError(f"{path}, line {number}: {where}: {first['msg']}") from error
    except (ValueError, TypeError, AttributeError) as error:
        raise JudgementError(f"{path}, line {number}: {error}") from error
    return Labelled(facts, sentence, label, labels, str(row.get("note", "")), number)


def _product(row: object) -> Product:
    if not isinstance(row, dict):
        raise ValueError("'product' must be an object")
    product = product_from_json(json.dumps({"attributes": {}} | row))
    if not isinstance(product.title, str) or not isinstance(product.price, int | float | None):
        raise ValueError("'product' needs a title, and a number or null for its price")
    return product


def _sorted_sets(value: Any) -> Any:
    """Plain values whose order is always the same."""
    if isinstance(value, dict):
        return {key: _sorted_sets(item) for key, item in value.items()}
    if isinstance(value, frozenset):
        return sorted(value)
    return (
        [_sorted_sets(item) for item in value] if isinstance(value, Sequence) and not isinstance(value, str) else value
    )
