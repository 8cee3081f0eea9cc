"""The patterns of prompts/agent_reply.txt, which a shop may change: read once, and refused if a blank is missing.

Knows what has to be there, nothing of what is said with it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Literal, get_args

from assistant.errors import PromptError
from assistant.prompting import load_prompt
from assistant.wordings import filled

Tone = Literal["friendly", "formal", "brief"]
TONES: tuple[Tone, ...] = get_args(Tone)

NAME = "agent_reply"

_OF_TONE: Mapping[str, frozenset[str]] = {
    "greeting": frozenset(["customer"]),
    "greeting.unnamed": frozenset(),
    "reason.out_of_stock": frozenset(["product"]),
    "reason.discontinued": frozenset(["product"]),
    "reason.cheaper": frozenset(["product"]),
    "reason.own": frozenset(["reason"]),
    "lead.one": frozenset(),
    "lead.many": frozenset(),
    "price": frozenset(["price"]),
    "in_stock": frozenset(),
    "sold_out": frozenset(),
    "differs": frozenset(["product", "differences"]),
    "unstated": frozenset(["fields"]),
    "link": frozenset(["url"]),
    "closing": frozenset(),
    "regards": frozenset(),
}
_OF_DIFFERENCES: Mapping[str, frozenset[str]] = {
    "price.more": frozenset(["gap"]),
    "price.less": frozenset(["gap"]),
    "instead": frozenset(["said", "before"]),
    "brand": frozenset(["after", "before"]),
    "category": frozenset(["after", "before"]),
    "rating": frozenset(["after", "before"]),
    "flag": frozenset(["name", "after"]),
}
_GAP = re.compile(r"[\w ]+\.(?:more|less)")
"""Beside those that must be there, any measure may have its own: "width.more: is {gap} wider"."""

_BLANK = re.compile(r"{([^{}]*)}")

Patterns = Mapping[str, Mapping[str, str]]
"""Section -> key -> pattern."""


@lru_cache(maxsize=1)
def reply_patterns() -> Patterns:
    """Every pattern. Raises PromptError naming the one that is missing or has other blanks than it must."""
    return read_patterns(load_prompt(NAME).text)


def greeted(text: str) -> str:
    """Whom a reply greets in its first line, by the greeting of any tone; "" where that names nobody."""
    first = text.strip().split("\n", 1)[0].strip()
    patterns = [reply_patterns()[tone] for tone in TONES]
    if first in {each["greeting.unnamed"] for each in patterns}:
        return ""
    for each in patterns:
        before, _, after = each["greeting"].partition("{customer}")
        if len(first) > len(before + after) and first.startswith(before) and first.endswith(after):
            return first[len(before) : len(first) - len(after)].strip()
    return ""


def read_patterns(text: str) -> Patterns:
    """The same of a text. Raises PromptError."""
    found: dict[str, dict[str, str]] = {}
    section = ""
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith("[") and line.endswith("]"):
            section = line[1:-1]
            continue
        key, colon, pattern = line.partition(": ")
        if not colon or not section:
            raise PromptError(f"prompts/{NAME}.txt has a line that is no pattern: {line!r}.")
        found.setdefault(section, {})[key] = pattern.strip()
    wanted: dict[str, Mapping[str, frozenset[str]]] = {"differences": _OF_DIFFERENCES}
    wanted |= dict.fromkeys(TONES, _OF_TONE)
    for name, keys in wanted.items():
        for key in keys:
            if key not in found.get(name, {}):
                raise PromptError(f"prompts/{NAME}.txt lacks {key!r} in [{name}].")
    for name, patterns in found.items():
        for key, pattern in patterns.items():
            gaps = frozenset(["gap"]) if name == "differences" and _GAP.fullmatch(key) else None
            blanks = wanted.get(name, {}).get(key, gaps)
            if blanks is None:
                raise PromptError(f"prompts/{NAME}.txt has {key!r} in [{name}], which nothing says.")
            if set(_BLANK.findall(pattern)) != blanks:
                needs = ", ".join(f"{{{blank}}}" for blank in sorted(blanks)) or "none"
                raise PromptError(f"prompts/{NAME}.txt, [{name}] {key!r}: its blanks must be {needs}, not {pattern!r}.")
    return found


def said(section: str, key: str, **blanks: str) -> str:
    """One pattern with its blanks filled; what fills them is one line each. Raises PromptError."""
    return filled(reply_patterns()[section][key], {name: " ".join(value.split()) for name, value in blanks.items()})
