"""Reasons put into words from patterns written by hand (prompts/wordings.txt): hundreds of them, freely combined.

They serve twice: as the plain wording, which is shown where no model's sentence survives the check, and as the
examples that the language model is tuned on. Knows nothing of models, prompts or checking.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from itertools import permutations
from typing import Literal

from assistant.errors import PromptError
from assistant.types import Reason
from assistant.wording import with_article

Voice = Literal["brief", "friendly"]
Place = Literal["first", "more", "catch"]
"""Where a sentence stands in what is said of a product: it opens, it goes on, or it says what speaks against it."""

FILE = "wordings.txt"
_BLANK = re.compile(r"{(\w[\w ]*)}")
_OF_NAME = ("{Name}", "{name}")
_TRIES = 500  # most frames fit most reasons


@dataclass(frozen=True, slots=True)
class Frame:
    """One pattern of a whole sentence."""

    text: str
    voice: str
    """a for any, b brief, f friendly."""
    of_wishes: bool
    """Only where every reason is a wish that is met: "Just as you asked, ..."."""


@dataclass(frozen=True, slots=True)
class Wordings:
    """The patterns of the file."""

    forms: Mapping[str, Mapping[str, tuple[str, ...]]]
    """Form -> shape (s, v, l, n) -> patterns; the first s is the plain text."""
    frames: Mapping[str, tuple[Frame, ...]]
    """ "first.2" -> frames."""

    def shapes(self, form: str, shape: str) -> tuple[str, ...]:
        """The patterns of one form in one shape; a second half ("fact.colour+missed") is put onto the first."""
        base, plus, second = form.partition("+")
        first = self.forms.get(base, {}).get(shape, ())
        if not plus:
            return first
        halves = self.forms["+" + second].get(shape, ())
        return tuple(half.replace("{" + shape + "}", text) for half in halves for text in first)


@lru_cache(maxsize=1)
def load_wordings() -> Wordings:
    """Reads the patterns. Raises PromptError naming a line that cannot be read."""
    lines = (resources.files("prompts") / FILE).read_text(encoding="utf-8").splitlines()
    forms: dict[str, dict[str, list[str]]] = {}
    frames: dict[str, list[Frame]] = {}
    section = ""
    for number, line in enumerate(lines, start=1):
        if not line or line.startswith("#"):
            continue
        if line.startswith("[") and line.endswith("]"):
            section = line[1:-1]
            continue
        shape, colon, text = line.partition(": ")
        if colon and section and shape in ("s", "v", "l", "n"):
            forms.setdefault(section, defaultdict(list))[shape].append(text)
        elif colon and section and re.fullmatch(r"[abf]m?", shape):
            frames.setdefault(section, []).append(Frame(text, shape[0], shape.endswith("m")))
        else:
            raise PromptError(f"Line {number} of prompts/{FILE} is no pattern: {line!r}.")
    return Wordings(
        {form: {shape: tuple(texts) for shape, texts in shapes.items()} for form, shapes in forms.items()},
        {place: tuple(found) for place, found in frames.items()},
    )


def text_of(form: str, blanks: Mapping[str, str]) -> str:
    """The plain text of a reason: its first clause as a sentence. Raises PromptError for an unknown form or blank."""
    patterns = load_wordings().shapes(form, "s")
    if not patterns:
        raise PromptError(f"prompts/{FILE} has no wording for {form!r}.")
    return as_sentence(filled(patterns[0], blanks))


def first_clause(reason: Reason) -> str:
    """The plain text without capital and full stop, as a prompt lists it among the facts."""
    shapes = load_wordings().shapes(reason.form, "s")
    text = filled(shapes[0], reason.blanks) if shapes else reason.text
    return text[:1].lower() + text[1:].removesuffix(".")


def plain_text(reason: Reason, seed: str) -> str:
    """One of the plain wordings of a reason, the same for the same seed: a page of three does not say it thrice alike.

    "Its price of $45.50 keeps within your limit of $60."
    """
    patterns = load_wordings().shapes(reason.form, "s")
    if not patterns:
        return reason.text
    return as_sentence(filled(random.Random(f"{seed} {reason.form}").choice(patterns), reason.blanks))


def write(
    reasons: Sequence[Reason], voice: str, rng: random.Random, *, name: str = "", place: Place | None = None
) -> str:
    """One sentence that words one or two reasons of one product, drawn from all the patterns can make.

    `name` is how the product is called; without one it is "it". Reasons without a form are said in their own text.
    """
    wordings = load_wordings()
    place = place or ("catch" if reasons[0].contribution < 0 else "first")
    frames = [f for f in wordings.frames[f"{place}.{len(reasons)}"] if f.voice in ("a", voice[0])]
    own = [f for f in frames if f.voice != "a"]
    all_met = all(r.kind == "request_met" for r in reasons)
    for _ in range(_TRIES):
        # A voice must be heard: half of its sentences are of its own frames.
        frame = rng.choice(own if own and rng.random() < 0.5 else frames)
        if (frame.of_wishes and not all_met) or (not name and any(blank in frame.text for blank in _OF_NAME)):
            continue
        said = _composed(frame.text, rng.sample(reasons, len(reasons)), name, rng)
        if said is not None:
            return said
    raise PromptError(f"prompts/{FILE} has no sentence for {' with '.join(r.form or r.text for r in reasons)}.")


def openings(place: Place, voice: Voice, reasons: Sequence[Reason], *, name: str = "") -> list[str]:
    """The ways a sentence may open here: the beginnings of the frames, up to the first reason; "" leaves it open."""
    all_met = all(r.kind == "request_met" for r in reasons)
    frames = [f for f in load_wordings().frames[f"{place}.{len(reasons)}"] if f.voice in ("a", voice[0])]
    frames = [f for f in frames if (all_met or not f.of_wishes) and (name or not any(n in f.text for n in _OF_NAME))]
    frames = [f for f in frames if _has_shapes(f.text, reasons)]
    starts = (
        f.text.replace("{Name}", f"The {name}").replace("{name}", f"the {name}").partition("{")[0] for f in frames
    )
    return list(dict.fromkeys(start.rstrip() for start in starts))


def as_sentence(clause: str) -> str:
    """With a capital and a full stop; a quotation that ends in one has its own."""
    return _capital(clause) + ("" if re.search(r"[.!?][”\"]?$", clause) else ".")


def filled(pattern: str, blanks: Mapping[str, str]) -> str:
    """A pattern with its blanks filled; {a name} is the name with its article. Raises PromptError."""

    def value(match: re.Match[str]) -> str:
        blank = match.group(1)
        article, _, bare = blank.partition(" ")
        key = bare if article == "a" and bare else blank
        if key not in blanks:
            raise PromptError(f"The wording {pattern!r} has a blank {blank!r} that nothing fills.")
        return with_article(blanks[key]) if key != blank else blanks[key]

    return _BLANK.sub(value, pattern)


def patterns() -> Iterator[tuple[str, str, str]]:
    """Every pattern: (form or place, shape or voice, text)."""
    wordings = load_wordings()
    for form, shapes in wordings.forms.items():
        yield from ((form, shape, text) for shape, texts in shapes.items() for text in texts)
    for place, frames in wordings.frames.items():
        yield from ((place, frame.voice, frame.text) for frame in frames)


def _has_shapes(frame: str, reasons: Sequence[Reason]) -> bool:
    """Whether the reasons, in some order, can be said in the shapes that the frame asks for."""
    wanted = [blank[0].lower() for blank in _BLANK.findall(frame) if blank[:-1].lower() in "svln" or len(blank) == 1]
    shapes = load_wordings().shapes
    return any(
        all(shapes(r.form, shape) for r, shape in zip(order, wanted, strict=False)) for order in permutations(reasons)
    )


def _composed(frame: str, reasons: Sequence[Reason], name: str, rng: random.Random) -> str | None:
    """The frame with each reason in the shape it asks for; None where a reason has no such shape."""
    parts: dict[str, str] = {"Name": f"The {name}", "name": f"the {name}"}
    for blank in _BLANK.findall(frame):
        shape, number = blank[0].lower(), int(blank[1:] or 1) if blank[1:].isdigit() or len(blank) == 1 else 0
        if not number:
            continue
        clause = _clause(reasons[number - 1], shape, rng)
        if clause is None:
            return None
        if blank[0] == "V":
            clause = clause.removeprefix("is ")  # in short: "Made by Hearthby; weighs 1.1 kg."
        parts[blank] = _capital(clause) if blank[0].isupper() else clause
    openings = [tuple(said.lower().split()[:2]) for blank, said in parts.items() if blank[-1] in "12"]
    if len(set(openings)) < len(openings):
        return None  # "it comes with this, and it comes with that"
    # "costs $45.50, within your limit of $60 and comes in red" reads as if the limit came in red.
    first = parts.get("v1") or parts.get("V1") or ""
    if "," in first:
        frame = frame.replace("v1} and {v2}", "v1}, and it {v2}").replace("V1} and {v2}", "V1}; {v2}")
    if "," in (parts.get("l1") or "") or ("{L1} and" in frame and "," in (parts.get("L1") or "")):
        return None
    said = _BLANK.sub(lambda m: parts[m.group(1)], frame).removesuffix(".")
    if said.startswith(("But ", "However")) and ", but " in said:
        return None
    return as_sentence(re.sub(r"\bit also is\b", "it is also", said))


def _clause(reason: Reason, shape: str, rng: random.Random) -> str | None:
    patterns = load_wordings().shapes(reason.form, shape)
    if patterns:
        return filled(rng.choice(patterns), reason.blanks)
    if reason.form:
        return None
    text = reason.text.rstrip(".")
    return text[0].lower() + text[1:] if shape == "s" and text.startswith(("It ", "Its ", "The ")) else None


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
