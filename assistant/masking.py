"""What may only be copied is not written by the model at all: it gets a sign ("@1"), and the fact is put in afterwards.

Prices, numbers, names and quotations so stand in a sentence exactly as in the catalogue or not at all, and cost the
model one or two tokens each (delexicalisation; Wen et al. 2015, arXiv 1508.01745). Short values in plain words stay,
since grammar hangs on them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.types import Reason
from assistant.wording import is_plural
from assistant.wordings import first_clause

NAME_SIGN = "@0"
_SIGN = re.compile(r"(?:\b([Aa])n? )?@(\d)")
_STOPPED_SIGN = re.compile(_SIGN.pattern + r"(\.?)")
_ENDED = tuple(f"{stop}{quote}" for stop in ".!?" for quote in '”"')
_PLAIN_BLANKS = frozenset(["name", "value", "verb"])
"""Blanks that may stay words, where they are short and plain; all others are amounts, names or quotations."""
_PLAIN = re.compile(r"[A-Za-z][A-Za-z',/ -]*")
_MOST_WORDS = 6
_LONGEST_NAME = 40
"""Characters of a product's name that still read well inside a sentence; a feed's longer titles do not."""


@dataclass(frozen=True, slots=True)
class Masked:
    """Reasons with signs in place of what must be copied."""

    reasons: tuple[Reason, ...]
    values: tuple[str, ...]
    """What the signs stand for; the first is the product's name, "" if it is not to be used."""

    @property
    def name(self) -> str:
        return NAME_SIGN if self.values[0] else ""

    def unmasked(self, text: str) -> str | None:
        """The text with every sign made its fact; None if a sign stands for nothing, or a digit was written."""
        if re.search(r"\d", re.sub(r"@\d(?!\d)", "", text)):
            return None
        signs = [int(m.group(2)) for m in _SIGN.finditer(text)]
        if any(sign >= len(self.values) or not self.values[sign] for sign in signs) or "@" in _SIGN.sub("", text):
            return None

        def value(match: re.Match[str]) -> str:
            article, said, stop = match.group(1), self.values[int(match.group(2))], match.group(3)
            # A quotation that is a sentence brings its own full stop.
            said += "" if said.endswith(_ENDED) else stop
            return said if not article else f"{article}{'n' if _takes_an(said) else ''} {said}"

        return _STOPPED_SIGN.sub(value, text)


def _takes_an(said: str) -> bool:
    """Whether it is "an": an Epson, an HP, an 8-core."""
    first = said.split()[0] if said.split() else ""
    if first.isupper() and 1 < len(first) <= 4:
        return first[0] in "AEFHILMNORSX"  # spelt out
    return first[:1].lower() in tuple("aeiou8") or first.startswith(("11", "18"))


def facts_line(row: Masked, *, marked: bool = True) -> str:
    """What a prompt says of the facts: each a clause; `marked` tells which were asked for."""
    clauses = [first_clause(reason) for reason in row.reasons]
    asked = [marked and reason.kind == "request_met" for reason in row.reasons]
    return "; ".join(f"(asked) {clause}" if was else clause for clause, was in zip(clauses, asked, strict=True))


def masked(reasons: Sequence[Reason], name: str = "") -> Masked:
    """The reasons of one row, signs counted in their order."""
    # "The Apogee Earbuds has" is no English: what goes by a plural is "it".
    values = [name if len(name) <= _LONGEST_NAME and not is_plural(name) else ""]
    result: list[Reason] = []
    for reason in reasons:
        blanks: dict[str, str] = {}
        for blank, said in reason.blanks.items():
            if blank in _PLAIN_BLANKS and _PLAIN.fullmatch(said) and len(said.split()) <= _MOST_WORDS:
                blanks[blank] = said
            else:
                if said not in values[1:]:
                    values.append(said)
                blanks[blank] = f"@{values.index(said, 1)}"
        result.append(replace(reason, blanks=blanks))
    return Masked(tuple(result), tuple(values))
