"""What kind of message it is, learned from examples: `Intents.guess`.

Each intent has a few dozen example messages (prompts/intents.txt). A message is its vector from the shop's encoder,
which knows meaning, beside its words and the pieces of its words, which know spelling and other scripts than the
encoder's; a ridge regression over these says how much it is like each intent. The solution is in closed form, and so is
leaving one example out, from which the temperature of the confidence comes: nothing is tuned by hand for an encoder.
After SetFit (Tunstall et al., 2022), without its training of the encoder. Knows nothing of conversations: what was
said before, and which product is meant, is for the rules to say.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from assistant.intent_examples import Examples, Weights, features, load_examples, rarity, said, vectors_of
from assistant.types import Intent
from retrieval.types import Encoder, Vectors

Group = Literal[
    "product", "policy", "order", "complaint", "handover", "greeting", "small_talk", "thanks", "start_over", "forget",
    "off_topic", "unclear",
]  # fmt: skip
"""Intents as far as they lead to different desks: all about products is one."""
GROUPS: tuple[Group, ...] = get_args(Group)

# How much the words and the pieces of words count beside the vector, and the ridge: best of those tried when each
# example in turn is left out, on a wide plateau: twice or half of any moves the share right by a hundredth at most.
_WORDS, _PIECES, _RIDGE = 0.5, 0.5, 2.0
_PIECES_IN = 2  # examples that must share a piece of a word, or it tells nothing of another message
_TEMPERATURES = np.geomspace(0.02, 0.5, 60)

SURE = 0.5
"""Group confidence from which a guess may be acted on, and below which it is better to ask: 98 in 100 messages of
conversations written by others reach it, and of these 98 in 100 are right; of requests to a support desk 95 and 97."""

_READABLE = re.compile(r"[a-z0-9\u3400-\u9fff]")  # the scripts of the examples; of another one all would be guessing

Table = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Guess:
    """What a message is taken for."""

    intent: Intent
    confidence: float
    """Of `intent`, 0 to 1."""
    runner_up: Intent
    margin: float
    """Confidence minus that of the runner-up."""
    group: Group
    """The most likely group; its members' confidences added up, so it need not be that of `intent`."""
    group_confidence: float
    probabilities: Mapping[Intent, float]
    """Every intent's confidence; they add up to 1."""

    @property
    def sure(self) -> bool:
        """Whether the group may be acted on; otherwise ask."""
        return self.group_confidence >= SURE

    def best_of(self, intents: Sequence[Intent]) -> tuple[Intent, float]:
        """The most likely of some intents, with its share among them: what it is if rules have ruled out the rest."""
        best = max(intents, key=self.probabilities.__getitem__)
        total = sum(self.probabilities[intent] for intent in intents)
        return best, self.probabilities[best] / total if total else 1 / len(intents)


@dataclass(frozen=True, slots=True)
class Intents:
    """The examples with what was learned from them; made by `learn` or `open_intents`."""

    examples: Examples
    encoder: Encoder
    names: tuple[Intent, ...]
    """The columns."""
    by_vector: Table
    """(dimension, intents)."""
    by_word: Mapping[str, NDArray[np.float64]]
    by_piece: Mapping[str, NDArray[np.float64]]
    """Feature -> (intents,), its rarity in it."""
    word_rarity: Weights
    piece_rarity: Weights
    bias: NDArray[np.float64]
    """Share of the examples that each intent has."""
    temperature: float

    def guess(self, message: str, *, vector: Vectors | None = None) -> Guess:
        """Any text, empty or hostile or thousands of characters long. `vector`, float32 (dimension,), is the encoding
        of the message (of `said(message)`, if it is long) where that is known already: it saves the one encoding that
        a guess costs, and leaves half a millisecond. Raises ModelMissing if the encoder does not load.
        """
        text = said(message)
        if not _READABLE.search(text):  # marks, pictures, space, or a script that no example is in
            return guess_from(self.names, np.array([float(name == "unclear") for name in self.names]))
        if vector is None:
            vector = self.encoder.encode([text])[0]
        scores = self.bias + np.asarray(vector, dtype=np.float64) @ self.by_vector
        words, pieces = features(text)
        scores = scores + _sum(words, self.word_rarity, self.by_word) + _sum(pieces, self.piece_rarity, self.by_piece)
        return guess_from(self.names, softmax(scores[None, :], self.temperature)[0])


def open_intents(encoder: Encoder, folder: Path | None = None) -> Intents:
    """From the shipped examples; their vectors are kept in the data folder. Raises PromptError, ModelMissing."""
    examples = load_examples()
    return learn(examples, encoder, vectors_of(examples, encoder, folder))


def learn(examples: Examples, encoder: Encoder, vectors: Vectors) -> Intents:
    """Ridge regression on 0 and 1 for each intent, solved in its dual form: n examples, n by n, half a second for
    a thousand.
    """
    names, target = _target(examples)
    kernel, words, pieces = _kernel(examples, vectors)
    duals = np.linalg.solve(kernel.table + _RIDGE * np.eye(len(target)), target - target.mean(axis=0))
    return Intents(
        examples,
        encoder,
        names,
        by_vector=np.asarray(vectors, dtype=np.float64).T @ duals,
        by_word=_per_feature(kernel.words, duals, _WORDS),
        by_piece=_per_feature(kernel.pieces, duals, _PIECES),
        word_rarity=words,
        piece_rarity=pieces,
        bias=target.mean(axis=0),
        temperature=_temperature(_left_out(kernel.table, target), target),
    )


def left_out(examples: Examples, vectors: Vectors) -> list[Guess]:
    """What each example would have been taken for, had it not been among them: without learning n times.

    Exact, but that the rarity of words and the share of each intent are those of all examples.
    """
    names, target = _target(examples)
    kernel, _words, _pieces = _kernel(examples, vectors)
    scores = _left_out(kernel.table, target)
    return [guess_from(names, row) for row in softmax(scores, _temperature(scores, target))]


def guess_from(names: Sequence[Intent], probabilities: NDArray[np.float64]) -> Guess:
    """Probabilities, one a name and adding up to 1, as a guess."""
    order = np.argsort(-probabilities, kind="stable")
    best, second = int(order[0]), int(order[1])
    by_name = {name: float(p) for name, p in zip(names, probabilities, strict=True)}
    by_group = dict.fromkeys(GROUPS, 0.0)
    for name, p in by_name.items():
        by_group[group_of(name)] += p
    group = max(GROUPS, key=by_group.__getitem__)
    return Guess(
        names[best],
        by_name[names[best]],
        names[second],
        by_name[names[best]] - by_name[names[second]],
        group,
        by_group[group],
        by_name,
    )


def group_of(intent: Intent) -> Group:
    """The desk that an intent leads to."""
    return next((group for group in GROUPS if group == intent), "product")


def softmax(scores: Table, temperature: float) -> Table:
    """(n, intents) -> the same shape, rows adding up to 1."""
    raised = np.exp((scores - scores.max(axis=1, keepdims=True)) / temperature)
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


@dataclass(frozen=True, slots=True)
class _Kernel:
    """How like each two examples are, and what it was made of."""

    table: Table
    words: list[dict[str, float]]
    pieces: list[dict[str, float]]
    """Feature -> weight, each example's of unit length."""


def _kernel(examples: Examples, vectors: Vectors) -> tuple[_Kernel, Weights, Weights]:
    found = [features(said(text)) for text in examples.texts]
    word_rarity, piece_rarity = rarity([w for w, _ in found], 1), rarity([p for _, p in found], _PIECES_IN)
    words = [_weighed(w, word_rarity) for w, _ in found]
    pieces = [_weighed(p, piece_rarity) for _, p in found]
    table = np.asarray(vectors, dtype=np.float64) @ np.asarray(vectors, dtype=np.float64).T
    table = table + _WORDS * _likeness(words) + _PIECES * _likeness(pieces)
    return _Kernel(table, words, pieces), word_rarity, piece_rarity


def _target(examples: Examples) -> tuple[tuple[Intent, ...], Table]:
    names = tuple(sorted({*examples.intents, "unclear"}))  # which needs no example: what says nothing is unclear
    target = np.zeros((len(examples.intents), len(names)))
    target[np.arange(len(target)), [names.index(intent) for intent in examples.intents]] = 1.0
    return names, target


def _weighed(weights: Weights, rare: Weights) -> dict[str, float]:
    """Weight times rarity of the known features, to unit length; empty if none is known."""
    known = {name: weight * rare[name] for name, weight in weights.items() if name in rare}
    length = sum(value * value for value in known.values()) ** 0.5
    return {name: value / length for name, value in known.items()} if length else {}


def _sum(weights: Weights, rare: Weights, by_feature: Mapping[str, NDArray[np.float64]]) -> NDArray[np.float64] | float:
    weighed = _weighed(weights, rare)
    if not weighed:
        return 0.0
    return np.asarray(np.array(list(weighed.values())) @ np.stack([by_feature[name] for name in weighed]))


def _likeness(rows: Sequence[Mapping[str, float]]) -> Table:
    from scipy.sparse import csr_array

    columns = {name: place for place, name in enumerate(dict.fromkeys(name for row in rows for name in row))}
    values = [value for row in rows for value in row.values()]
    places = [columns[name] for row in rows for name in row]
    starts = np.cumsum([0, *(len(row) for row in rows)])
    matrix = csr_array((values, places, starts), shape=(len(rows), max(len(columns), 1)))
    return np.asarray((matrix @ matrix.T).toarray())


def _per_feature(rows: Sequence[Mapping[str, float]], duals: Table, scale: float) -> dict[str, NDArray[np.float64]]:
    total: dict[str, NDArray[np.float64]] = {}
    for row, dual in zip(rows, duals, strict=True):
        for name, value in row.items():
            part = scale * value * dual
            total[name] = total[name] + part if name in total else part
    return total


def _left_out(kernel: Table, target: Table) -> Table:
    """Row i: the scores of example i by a regression on all others: y_i - dual_i / inverse_ii
    (Rifkin and Lippert, "Notes on Regularized Least Squares", 2007).
    """
    inverse = np.linalg.inv(kernel + _RIDGE * np.eye(len(target)))
    duals = inverse @ (target - target.mean(axis=0))
    return np.asarray(target - duals / np.diag(inverse)[:, None])


def _temperature(scores: Table, target: Table) -> float:
    """The one under which the left-out examples are likeliest (Guo et al., 2017)."""
    return float(max(_TEMPERATURES, key=lambda t: np.log((softmax(scores, t) * target).sum(axis=1) + 1e-12).mean()))
