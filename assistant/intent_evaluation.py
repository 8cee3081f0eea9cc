"""How often the intent of a message is read right, what is mistaken for what, and how far the confidence holds.

Messages come from a file of labelled ones; without one, each example is left out in turn.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assistant.intent_examples import INTENTS, Examples, said
from assistant.intents import Guess, Intents, group_of
from assistant.types import Intent
from retrieval.errors import JudgementError
from retrieval.measures import Interval, interval

THRESHOLDS = (0.0, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
"""Group confidences below which it would ask."""
_BINS = 10


@dataclass(frozen=True, slots=True)
class LabelledMessage:
    """A message with what it asks for; several intents where they are equally right, the likeliest first."""

    text: str
    intents: tuple[Intent, ...]
    language: str = ""
    """Or whatever else tells parts of the file apart; each is measured alone, too."""


@dataclass(frozen=True, slots=True)
class Score:
    """Of one intent."""

    messages: int
    guessed: int
    right: int

    @property
    def precision(self) -> float | None:
        """Share of those taken for it that are; None if none was."""
        return self.right / self.guessed if self.guessed else None

    @property
    def recall(self) -> float | None:
        """Share of those that are it which were taken for it; None if there is none."""
        return self.right / self.messages if self.messages else None


@dataclass(frozen=True, slots=True)
class IntentReport:
    """What the guesses are worth."""

    accuracy: Interval
    groups: Interval
    """Share whose group is right: all about products is one."""
    parts: Mapping[str, tuple[Interval, Interval]]
    """Language -> accuracy, group accuracy."""
    intents: Mapping[Intent, Score]
    confusion: Mapping[tuple[Intent, Intent], int]
    """(is, taken for) -> how many; the mistakes only, the most frequent first."""
    calibration_error: float
    """Mean gap between confidence and share right over ten bins, weighed by their size (ECE)."""
    group_calibration_error: float
    coverage: Sequence[tuple[float, float, float | None]]
    """(group confidence asked for, share of messages that reach it, share of these whose group is right)."""
    mistakes: Sequence[tuple[LabelledMessage, Guess]]


def read_messages(path: Path) -> list[LabelledMessage]:
    """Lines of `message<TAB>intent[|intent...][<TAB>language]`; a first line may name the columns.

    Raises JudgementError, which names the line.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise JudgementError(f"{path} cannot be read ({error}): name a file of message<TAB>intent lines") from error
    rows = []
    for number, line in enumerate(lines, start=1):
        text, *rest = line.split("\t")
        if not line.strip() or (number == 1 and text == "message" and rest[:1] == ["intent"]):
            continue
        if not rest:
            raise JudgementError(f"{path}, line {number}: no tab in {line[:40]!r}: write message<TAB>intent")
        intents = tuple(_intent(path, number, name) for name in rest[0].split("|"))
        rows.append(LabelledMessage(text, intents, rest[1].strip() if len(rest) > 1 else ""))
    if not rows:
        raise JudgementError(f"{path} holds no labelled message: write message<TAB>intent lines")
    return rows


def of_examples(examples: Examples) -> list[LabelledMessage]:
    """The examples as labelled messages, for the guesses of `assistant.intents.left_out`."""
    return [LabelledMessage(text, (intent,)) for text, intent in zip(examples.texts, examples.intents, strict=True)]


def guesses(intents: Intents, rows: Sequence[LabelledMessage]) -> list[Guess]:
    """One a message, encoded together."""
    vectors = intents.encoder.encode([said(row.text) for row in rows])
    return [intents.guess(row.text, vector=vector) for row, vector in zip(rows, vectors, strict=True)]


def measure(rows: Sequence[LabelledMessage], guessed: Sequence[Guess], seed: int) -> IntentReport:
    """`seed` is that of the intervals. At least one row."""
    right = np.array([guess.intent in row.intents for row, guess in zip(rows, guessed, strict=True)])
    group = np.array([g.group in {group_of(i) for i in row.intents} for row, g in zip(rows, guessed, strict=True)])
    sure = np.array([guess.group_confidence for guess in guessed])
    # Where several are right, the one that was guessed is what the message is.
    truth = [guess.intent if ok else row.intents[0] for row, guess, ok in zip(rows, guessed, right, strict=True)]
    pairs = Counter((is_, guess.intent) for is_, guess in zip(truth, guessed, strict=True))

    parts: dict[str, tuple[Interval, Interval]] = {}
    for name in dict.fromkeys(row.language for row in rows):
        inside = np.array([row.language == name for row in rows])
        parts[name] = (_share(right[inside], seed), _share(group[inside], seed))
    coverage = []
    for threshold in THRESHOLDS:
        above = sure >= threshold
        coverage.append((threshold, float(above.mean()), float(group[above].mean()) if above.any() else None))
    return IntentReport(
        accuracy=_share(right, seed),
        groups=_share(group, seed),
        parts=parts if len(parts) > 1 else {},
        intents={name: score for name in INTENTS if (score := _score(name, pairs)).messages or score.guessed},
        confusion={pair: n for pair, n in pairs.most_common() if pair[0] != pair[1]},
        calibration_error=calibration_error([guess.confidence for guess in guessed], list(right)),
        group_calibration_error=calibration_error(list(sure), list(group)),
        coverage=coverage,
        mistakes=[(row, guess) for row, guess, ok in zip(rows, guessed, right, strict=True) if not ok],
    )


def calibration_error(confidences: Sequence[float], right: Sequence[bool]) -> float:
    """Expected calibration error over ten bins of equal width (Guo et al., 2017); 0 is best, 1 worst."""
    confidence, correct = np.asarray(confidences), np.asarray(right, dtype=np.float64)
    bins = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
    total = 0.0
    for place in range(_BINS):
        inside = bins == place
        if inside.any():
            total += float(inside.mean() * abs(correct[inside].mean() - confidence[inside].mean()))
    return total


def _share(right: np.typing.NDArray[np.bool_], seed: int) -> Interval:
    found = interval([float(value) for value in right], seed=seed)
    if found is None:
        raise ValueError("no message to measure on")
    return found


def _score(intent: Intent, pairs: Mapping[tuple[Intent, Intent], int]) -> Score:
    return Score(
        messages=sum(n for (is_, _), n in pairs.items() if is_ == intent),
        guessed=sum(n for (_, taken), n in pairs.items() if taken == intent),
        right=pairs.get((intent, intent), 0),
    )


def _intent(path: Path, number: int, name: str) -> Intent:
    known = next((intent for intent in INTENTS if intent == name.strip()), None)
    if known is None:
        raise JudgementError(f"{path}, line {number}: no intent {name.strip()!r}: use one of {', '.join(INTENTS)}")
    return known
