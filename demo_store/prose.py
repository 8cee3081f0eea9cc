"""Turns hand-written sentence patterns into descriptions that agree with a product's facts.

The patterns are kept as prose in `wording/*.txt`, one to a line: a role letter, then (before a bar) the
conditions under which the sentence is true, then the sentence with facts in braces.

    d waterproof & weight<900 | The {material} shell keeps ...

Roles: `o` opens a description, `u` says what it is good for (and can open too), `d` gives a detail,
`c` closes. A sentence that names a fact the product lacks is never used, so text cannot contradict data.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from shop import Fact, Facts

SHAPES = ("odu", "odd", "oud", "oddc", "oduc", "odud", "ouc", "oudd", "oddu", "odcu", "odc", "oudc")
WORDS = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
]
#: Fewest sentence patterns in a description.
SHORTEST = 3
#: Shorter descriptions than this are taken only when nothing else fits.
FEWEST_WORDS = 26
#: Most sentences in a description; one pattern may hold two.
MOST_SENTENCES = 4
#: Arrangements tried for each model before the most distinct one is taken.
ATTEMPTS = 14
#: Sentences that need another one before them to say what "it" is.
REFERS_BACK = re.compile(r".*\b(it|its|they|them|this one|the (big one|even beam))\b", re.IGNORECASE)
LONG_UNITS = {
    "L": "litre",
    "h": "hour",
    "min": "minute",
    "W": "watt",
    "m": "metre",
    "V": "volt",
    "lm": "lumen",
}
HOLE = re.compile(r"\{([a-z0-9 -]+)(?::([a-z]+))?\}")
TERM = re.compile(r"^(!?)([a-z0-9 -]+?)\s*(?:([=~<>])\s*(.+))?$")
SENTENCE_END = re.compile(r"[.!?](?: |$)")
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
#: Facts so general that two sentences of one description may both mention them.
FREE = {"colour", "brand", "model"}


@dataclass(frozen=True)
class Line:
    """One sentence pattern: its role, its conditions, its text and the facts it talks about."""

    role: str
    terms: tuple[str, ...]
    text: str
    topics: frozenset[str]


def read_wording(folder: Path) -> dict[str, list[Line]]:
    """All sentence patterns by leaf code."""
    book: dict[str, list[Line]] = {}
    for path in sorted(folder.glob("*.txt")):
        lines: list[Line] = []
        for row in path.read_text(encoding="utf-8").splitlines():
            if row.startswith("== "):
                lines = book.setdefault(row[3:].strip(), [])
            elif row.strip() and not row.startswith("#"):
                lines.append(read_line(row))
    return book


def read_line(row: str) -> Line:
    """One row of a wording file."""
    role, rest = row[0], row[2:].strip()
    head, bar, text = rest.partition(" | ")
    terms = tuple(part.strip() for part in head.split("&")) if bar else ()
    text = text if bar else rest
    topics = {hole[0] for hole in HOLE.findall(text)}
    for term in terms:
        if term.startswith("#"):
            topics.add(term)
        elif found := TERM.match(term):
            topics.add(found[2])
        else:
            raise ValueError(f"cannot read the condition {term!r} in {row!r}")
    return Line(role, terms, text, frozenset(topics - FREE))


def number(value: Fact) -> float | None:
    """The first number in a fact, if there is one."""
    found = NUMBER.search(str(value))
    return float(found[0]) if found else None


def holds(term: str, facts: Facts) -> bool:
    """Whether one condition is true of the product."""
    if term.startswith("#"):
        return True
    found = TERM.match(term)
    assert found
    value = facts.get(found[2])
    sign, want = found[3], found[4]
    if not sign:
        truth = bool(value)
    elif sign == "=":
        truth = str(value) == want
    elif sign == "~":
        truth = value is not None and want in (value if isinstance(value, list) else str(value))
    else:
        amount = number(value) if value is not None else None
        truth = amount is not None and (amount < float(want) if sign == "<" else amount > float(want))
    return truth != bool(found[1])


def fits(line: Line, facts: Facts) -> bool:
    """Whether every fact the sentence names is there and every condition holds."""
    if any(facts.get(name) is None or isinstance(facts[name], bool) for name, _ in HOLE.findall(line.text)):
        return False
    return all(holds(term, facts) for term in line.terms)


def choose(
    lines: list[Line], worn: Counter[str], versions: list[Facts], earlier: list[set[str]], rng: random.Random
) -> list[Line]:
    """Sentences true of all versions of a model, sharing as little as possible with earlier models."""
    usable = [line for line in lines if all(fits(line, facts) for facts in versions)]
    best: list[Line] = []
    lowest = float("inf")
    for _ in range(ATTEMPTS):
        tried = attempt(usable, worn, rng)
        if len(tried) < min(SHORTEST, len(usable)) and best:
            continue
        texts = {line.text for line in tried}
        shared = max((len(texts & other) / max(1, len(texts)) for other in earlier), default=0.0)
        shared += 0.3 if sum(len(line.text.split()) for line in tried) < FEWEST_WORDS else 0
        if shared < lowest:
            best, lowest = tried, shared
    earlier.append({line.text for line in best})
    worn.update(line.text for line in best)
    return best


def attempt(usable: list[Line], worn: Counter[str], rng: random.Random) -> list[Line]:
    """One arrangement of sentences: the least used ones first, no topic twice."""
    chosen: list[Line] = []
    said: set[str] = set()
    shape = rng.choice(SHAPES)
    for place, role in enumerate(shape + "dud"):
        if place >= len(shape) and len(chosen) >= SHORTEST:
            break
        free = [line for line in usable if line.role == role and not said & line.topics and line not in chosen]
        if not chosen and role != "o":
            free = [line for line in free if role == "u" and not REFERS_BACK.match(line.text)]
        room = MOST_SENTENCES - sum(map(sentences, chosen))
        free = [line for line in free if sentences(line) <= room]
        if not free:
            continue
        line = min(free, key=lambda one: worn[one.text] + rng.random() * 1.6)
        chosen.append(line)
        said |= line.topics
    return chosen


def sentences(line: Line) -> int:
    """How many sentences a pattern holds."""
    return len(SENTENCE_END.findall(line.text))


def render(chosen: list[Line], facts: Facts) -> str:
    """The description as a shopper reads it."""
    return " ".join(polish(HOLE.sub(lambda hole: show(facts[hole[1]], hole[2]), line.text)) for line in chosen)


def show(value: Fact, style: str | None) -> str:
    """One fact inside a sentence; `style` picks number, word, adjective or long form."""
    text = join(value) if isinstance(value, list) else str(value)
    if style is None:
        return text
    found = NUMBER.search(text)
    digits = found[0] if found else text
    if style == "n":
        return digits
    if style == "w":
        return WORDS[int(digits)] if digits.isdigit() and int(digits) < len(WORDS) else digits
    rest = text[found.end() :].strip() if found else ""
    name = LONG_UNITS.get(rest, rest)
    if style == "adj":
        short = len(name) <= 2 or name in ("mAh", "rpm")
        return f"{digits} {name}" if short else f"{digits}-{name.removesuffix('s')}"
    if style == "long":
        return f"{digits} {name}" if digits == "1" or name.endswith("s") else f"{digits} {name}s"
    raise ValueError(f"no such style: {style}")


def join(parts: list[str]) -> str:
    """A list as English: "a, b and c"."""
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]


def polish(text: str) -> str:
    """A capital at the start of every sentence and the right article before every word."""
    text = re.sub(r"\b([Aa])n? (?=([\w-]+))", article, text)
    return re.sub(r"(^|[.!?] )([a-z])", lambda start: start[1] + start[2].upper(), text)


def article(found: re.Match[str]) -> str:
    """The article a listener would expect: an hour, an 8-person tent, a USB cable."""
    word = found[2].lower()
    vowel = word[0] in "aeiou" and not re.match(r"(uni|use|usb|usu|util|eu|one)", word)
    vowel = vowel or (
        word.startswith(("hour", "honest", "led", "lcd", "ssd", "hdmi", "r-")) and not word.startswith("leda")
    )
    vowel = vowel or bool(re.match(r"(8\d*|11|18)(\D|$)", word))
    if word.startswith(("ledge", "leds")):
        vowel = False
    return f"{found[1]}{'n' if vowel else ''} "
