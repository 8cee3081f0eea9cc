"""The review form: an item and what was entered -> groups of choices to show; what was entered -> a judgement.

A pair is shown as left and right, in the order drawn for it; here the sides are turned into first and second and
back. Nothing is chosen beforehand, and nothing that says which version wrote a text gets into a group.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from assistant.errors import ReviewError
from assistant.review_trace import Fact
from assistant.review_types import GRADES, QUESTIONS, Item, Judgement, Preferred, SentenceMark, Supported
from assistant.types import Sentence

Given = Mapping[str, str]
"""Field of the form -> what was entered."""

SUPPORTED: Mapping[Supported, str] = {"yes": "yes", "no": "no", "unsure": "unsure"}
SIDES = {"left": "left", "right": "right", "tie": "no difference"}
_KEYS = {
    "yes": "y", "no": "n", "unsure": "u", "0": "1", "1": "2", "2": "3",
    "left": "ArrowLeft", "right": "ArrowRight", "tie": "=",
}  # fmt: skip
_SIGNS = {"ArrowLeft": "←", "ArrowRight": "→"}


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to a group's question."""

    value: str
    label: str
    key: str
    """That a browser names the key by."""
    sign: str
    """As it stands on the key."""
    chosen: bool


@dataclass(frozen=True, slots=True)
class Group:
    """One question with its answers."""

    name: str
    asks: str
    says: str
    """What is missing, where nothing was chosen: "sentence 2, backed by the facts"."""
    choices: tuple[Choice, ...]

    @property
    def open(self) -> bool:
        return not any(choice.chosen for choice in self.choices)


@dataclass(frozen=True, slots=True)
class MarkedSentence:
    """A sentence with its two questions."""

    text: str
    facts: str
    """Places in the table of facts that it rests on, with spaces between."""
    groups: tuple[Group, Group]


@dataclass(frozen=True, slots=True)
class Form:
    """All that is asked of one item."""

    preferred: Group | None
    """Asked first: who has judged one text of a pair sentence by sentence reads the other with other eyes."""
    sentences: tuple[MarkedSentence, ...]
    questions: tuple[Group, ...]
    note: str
    corrected: str

    @property
    def groups(self) -> list[Group]:
        """In the order they are asked."""
        marks = [group for sentence in self.sentences for group in sentence.groups]
        return [*([self.preferred] if self.preferred else []), *marks, *self.questions]


def form_of(item: Item, given: Given, facts: Sequence[Fact] = ()) -> Form:
    """The form of an item, filled in with what was given so far."""
    preferred = None
    if item.other is not None:
        preferred = _group("preferred", "Which explanation is better?", "which explanation is better", SIDES, given)
    sentences = item.snapshot.sentences(item.product_id)
    return Form(
        preferred,
        tuple(_sentence(place, each, facts, given) for place, each in enumerate(sentences, start=1)),
        tuple(
            _group(name, asks, name.replace("_", " "), {str(grade): said for grade, said in GRADES.items()}, given)
            for name, asks in QUESTIONS.items()
        ),
        given.get("note", ""),
        given.get("corrected", ""),
    )


def _sentence(place: int, sentence: Sentence, facts: Sequence[Fact], given: Given) -> MarkedSentence:
    rests = {field for field, _value in sentence.evidence}
    return MarkedSentence(
        sentence.text,
        " ".join(str(n) for n, fact in enumerate(facts) if fact.field in rests),
        (
            _group(
                f"supported_{place}", "Do the facts back it?", f"sentence {place}, backed by the facts",
                SUPPORTED, given,
            ),
            _group(
                f"topic_{place}", "On the topic?", f"sentence {place}, on the topic", {"yes": "yes", "no": "no"}, given,
            ),
        ),
    )  # fmt: skip


def _group(
    name: str, asks: str, says: str, choices: Mapping[str, str] | Mapping[Supported, str], given: Given
) -> Group:
    made = []
    for value, label in choices.items():
        key = _KEYS[value]
        made.append(Choice(value, label, key, _SIGNS.get(key, key), given.get(name) == value))
    return Group(name, asks, says, tuple(made))


def judgement_of(item: Item, given: Given) -> Judgement:
    """What was entered. Raises ReviewError, one line, that names the marks that are missing."""
    form = form_of(item, given)
    missing = [group.says for group in form.groups if group.open]
    if missing:
        raise ReviewError(_missing(missing))
    return Judgement(
        tuple(
            SentenceMark(next(s for s in SUPPORTED if s == given[f"supported_{n}"]), given[f"topic_{n}"] == "yes")
            for n in range(1, len(form.sentences) + 1)
        ),
        {question: int(given[question]) for question in QUESTIONS},
        _stored(item, given.get("preferred", "")),
        form.note,
        form.corrected,
    )


def _missing(says: Sequence[str]) -> str:
    marks = "One mark is" if len(says) == 1 else f"{len(says)} marks are"
    named = "; ".join(says[:4]) + (f"; and {len(says) - 4} more" if len(says) > 4 else "")
    return f"{marks} missing: {named}. Nothing is saved yet, and what you entered is still here."


def given_of(item: Item, judgement: Judgement) -> dict[str, str]:
    """A judgement as it would have been entered."""
    given: dict[str, str] = {}
    for place, mark in enumerate(judgement.sentences, start=1):
        given[f"supported_{place}"] = mark.supported
        given[f"topic_{place}"] = "yes" if mark.on_topic else "no"
    given |= {question: str(grade) for question, grade in judgement.grades.items()}
    return given | {
        "preferred": _shown(item, judgement.preferred),
        "note": judgement.note,
        "corrected": judgement.corrected,
    }


def agreed(item: Item, judgements: Iterable[Judgement]) -> dict[str, str]:
    """What all of them entered alike; texts that somebody wrote, the last correction and all notes."""
    each = [given_of(item, judgement) for judgement in judgements]
    if not each:
        return {}
    same = {name: value for name, value in each[0].items() if all(other.get(name) == value for other in each)}
    corrected = next((given["corrected"] for given in reversed(each) if given["corrected"]), "")
    return same | {"note": "", "corrected": corrected}


def sides(item: Item) -> list[tuple[str, Sequence[Sentence]]]:
    """("left", sentences), ("right", sentences) of a pair."""
    first = item.snapshot.sentences(item.product_id)
    if item.other is None:
        return [("", first)]
    both = [item.other.sentences, first] if item.other.flipped else [first, item.other.sentences]
    return list(zip(("left", "right"), both, strict=True))


def _stored(item: Item, side: str) -> Preferred:
    if item.other is None:
        return ""
    if side == "tie":
        return "tie"
    return "second" if (side == "left") == item.other.flipped else "first"


def _shown(item: Item, preferred: Preferred) -> str:
    if item.other is None or preferred in ("", "tie"):
        return preferred
    return "left" if (preferred == "second") == item.other.flipped else "right"
