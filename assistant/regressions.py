"""Cases that the check of sentences must get right: what people agreed on, with its facts, to be asked again and again.

A file is a regression export (`storeclerk reviews export regression`): labelled sentences, each with all it takes to
judge it anew. The words of the catalogue are those of the file's own products.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.labels import Labelled, read_labels
from assistant.verify import verify
from assistant.vocabulary import build_vocabulary
from retrieval.facets import build_facets


@dataclass(frozen=True, slots=True)
class Case:
    """One sentence with what the check says of it today."""

    labelled: Labelled
    why: str
    """Its objection; "" where it lets the sentence pass."""

    @property
    def holds(self) -> bool:
        return self.labelled.label is (not self.why)

    def __str__(self) -> str:
        wrong = f"refused, though supported ({self.why})" if self.labelled.label else "let pass, though not supported"
        return f"line {self.labelled.line}: {'as expected' if self.holds else wrong}: {self.labelled.sentence}"


def check_file(path: Path) -> list[Case]:
    """Every case of a file, asked anew. Raises JudgementError; open lines are passed over."""
    rows = read_labels(path)
    return check_cases([row for row in rows if row.label is not None])


def check_cases(rows: Sequence[Labelled]) -> list[Case]:
    """By the rules alone, which need no model."""
    known = {product.id: product for row in rows for product in (row.facts.product, *row.facts.page)}
    vocabulary = build_vocabulary(build_facets(known.values()))
    return [Case(row, verify(row.sentence, row.facts, vocabulary).why) for row in rows]
