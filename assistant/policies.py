"""Shop policies, answered with the shop's own words: the section that fits, quoted, and nothing added."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import SettingsError
from retrieval.text import STOP_WORDS, fold, stem, words
from retrieval.types import Encoder

_LONGEST_QUOTE = 700  # characters; a reply is read, a policy page is linked to

# A message must hold one of these (stems) to be about the shop rather than about a product.
_SHOP_WORDS = frozenset(
    stem(word)
    for word in """return returns returning refund refunds exchange shipping ship ships delivery deliver delivered
    warranty
    guarantee repair payment pay paypal card invoice privacy data contact phone email telephone cancel postage
    policy policies order complaint""".split()
)
_QUESTION_STEMS = frozenset(stem(word) for word in ["policy", "how", "long", "much", "many", "get", "make"])
_ASKING = re.compile(
    r"\?|^\s*(?:what|how|when|where|who|can|do|does|is|are|may|will|which)\b|\bpolic|\breturns?\b|\brefund|\bcontact\b"
)


@dataclass(frozen=True, slots=True)
class Section:
    """One section of the shop's policy page."""

    title: str
    """With its parent: "Returns: How to send something back"."""
    text: str


def read_policies(path: Path) -> tuple[Section, ...]:
    """The `##` and `###` sections of a Markdown page. Raises SettingsError if it cannot be read."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"The policies file {path} cannot be read: {error}.") from error
    sections: list[Section] = []
    chapter, title, body = "", "", list[str]()

    def close() -> None:
        text = "\n".join(body).strip()
        if title and text:
            sections.append(Section(title, text))
        body.clear()

    for line in lines:
        if line.startswith("## "):
            close()
            chapter = title = line[3:].strip()
        elif line.startswith("### "):
            close()
            title = f"{chapter}: {line[4:].strip()}"
        elif not line.startswith("# "):
            body.append(line)
    close()
    return tuple(sections)


def is_about_the_shop(message: str) -> bool:
    """Whether a message asks about the shop itself: returns, shipping, payment and the like."""
    folded = fold(message)
    return bool(_ASKING.search(folded)) and not _SHOP_WORDS.isdisjoint(stem(w) for w in words(folded))


def best_section(message: str, sections: Sequence[Section], encoder: Encoder) -> Section | None:
    """The section nearest to the question: cosine in meaning, and its words found in the title or the text."""
    if not sections:
        return None
    asked = {stem(w) for w in words(message) if w not in STOP_WORDS} - _QUESTION_STEMS
    vectors = encoder.encode([message, *(f"{s.title}. {s.text[:300]}" for s in sections)])
    scores = [
        0.5 * float(vector @ vectors[0])
        + 0.3 * len(asked & {stem(w) for w in words(section.title)})
        + 0.2 * len(asked & {stem(w) for w in words(section.text)})
        - 0.01 * place  # a page says the general thing first
        for place, (section, vector) in enumerate(zip(sections, vectors[1:], strict=True))
    ]
    return sections[scores.index(max(scores))]


def quoted(section: Section) -> str:
    """The section as a reply: where it stands, then its own words."""
    text = section.text
    if len(text) > _LONGEST_QUOTE:
        text = text[:_LONGEST_QUOTE].rsplit("\n", 1)[0].rsplit(". ", 1)[0] + ". …"
    return f"From our policies, **{section.title}**:\n\n{text}"
