"""What the reading of intents learns from: prompts/intents.txt, its vectors, and the spelling of a message as numbers.

Knows nothing of weights or guesses.
"""

from __future__ import annotations

import hashlib
import math
import os
import re
import tempfile
import zipfile
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import get_args

import numpy as np

from assistant.errors import PromptError
from assistant.prompting import Prompt, load_prompt
from assistant.types import Intent
from retrieval.text import fold
from retrieval.types import Encoder, Vectors

FILE = "intents"
INTENTS: tuple[Intent, ...] = get_args(Intent)

HEAD, TAIL = 300, 200
"""Characters read of a long message: what is wanted stands at its beginning or its end. The encoder reads some 250
word pieces, about a thousand characters, and most of a pasted page says nothing of its purpose."""
_LETTERS = (1, 5)  # letters in a piece of a word; single ones are the Chinese characters, five hold most stems
_MAIL = re.compile(r"\S+@\S+\.\S+")
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W_]+|[?!]")

Weights = Mapping[str, float]
"""Feature -> weight of one message."""


@dataclass(frozen=True, slots=True)
class Examples:
    """The file: messages, each with what it asks for."""

    version: str
    texts: tuple[str, ...]
    intents: tuple[Intent, ...]
    """One a text."""

    @property
    def digest(self) -> str:
        """16 hexadecimal digits that change with any text or intent."""
        lines = "\n".join(f"{intent}\t{text}" for intent, text in zip(self.intents, self.texts, strict=True))
        return hashlib.blake2b(lines.encode(), digest_size=8).hexdigest()


def load_examples() -> Examples:
    """The shipped ones. Raises PromptError."""
    return read_examples(load_prompt(FILE))


def read_examples(prompt: Prompt) -> Examples:
    """A line `[intent]`, then a message a line. Raises PromptError, which names the line."""
    texts: list[str] = []
    intents: list[Intent] = []
    current: Intent | None = None
    for line in filter(None, (line.strip() for line in prompt.text.splitlines())):
        if line.startswith("[") and line.endswith("]"):
            current = next((intent for intent in INTENTS if intent == line[1:-1]), None)
            if current is None:
                raise PromptError(f"Prompt {prompt.name!r} has no intent {line}: use one of {', '.join(INTENTS)}.")
        elif current is None:
            raise PromptError(f"Prompt {prompt.name!r}: put an [intent] above its first message, {line!r}.")
        else:
            texts.append(line)
            intents.append(current)
    if len(set(intents)) < 2:
        raise PromptError(f"Prompt {prompt.name!r} needs messages of two intents at least.")
    return Examples(prompt.version, tuple(texts), tuple(intents))


def said(message: str) -> str:
    """What is read of a message: folded, and of a long one its beginning and its end."""
    if len(message) > HEAD + TAIL:
        message = f"{message[:HEAD]} {message[-TAIL:]}"
    return fold(message)


def vectors_of(examples: Examples, encoder: Encoder, folder: Path | None = None) -> Vectors:
    """float32 (n examples, dimension), from the cache in `folder` if it holds them; else encoded, some seconds for a
    thousand, and kept there. A cache that cannot be read is made anew; one that cannot be written is done without.
    """
    if folder is None or not folder.is_dir():
        return encoder.encode([said(text) for text in examples.texts])
    name = hashlib.blake2b(encoder.name.encode(), digest_size=4).hexdigest()
    file = folder / f"intents-{examples.digest}-{name}.npy"
    with suppress(OSError, ValueError, EOFError, zipfile.BadZipFile):
        vectors = np.load(file, allow_pickle=False)
        fits = vectors.dtype == np.float32 and vectors.ndim == 2 and len(vectors) == len(examples.texts)
        if fits and np.isfinite(vectors).all():
            return np.asarray(vectors, dtype=np.float32)
    vectors = encoder.encode([said(text) for text in examples.texts])
    with suppress(OSError):  # a full disk costs the next start some seconds, no more
        _write(file, vectors)
        for old in folder.glob(f"intents-*-{name}.npy"):  # of the same encoder, from examples that have changed since
            if old != file:
                old.unlink()
    return vectors


def _write(file: Path, vectors: Vectors) -> None:
    """All or nothing: written beside, then put in place."""
    handle, beside = tempfile.mkstemp(dir=file.parent, prefix=".intents-")
    try:
        with os.fdopen(handle, "wb") as out:
            np.save(out, vectors, allow_pickle=False)
        Path(beside).replace(file)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise


def features(text: str) -> tuple[Weights, Weights]:
    """Of a text from `said`: its words, alone and in pairs, with where it begins and ends; and pieces of its words, so
    that a slip of the finger changes some of them only. Counts are damped to 1 + log(count).

    Digits all read as 0: what a number says is the business of amounts, that there is one tells intents apart.
    """
    plain = re.sub(r"\d", "0", _MAIL.sub("mailaddress", text)).replace("'", "").replace("’", "")
    tokens = _WORD.findall(plain)
    ends = ["^", *tokens, "$"]
    of_words = Counter([*tokens, *(f"{one} {two}" for one, two in pairwise(ends))])
    pieces: Counter[str] = Counter()
    for chunk in plain.split():
        marked = f" {chunk} "
        for size in range(_LETTERS[0], _LETTERS[1] + 1):
            pieces.update(marked[i : i + size] for i in range(len(marked) - size + 1))
    return _damped(of_words), _damped(pieces)


def _damped(counts: Counter[str]) -> Weights:
    return {name: 1.0 + math.log(count) for name, count in counts.items()}


def rarity(texts: Sequence[Weights], at_least: int) -> dict[str, float]:
    """Feature -> log((1 + n) / (1 + texts with it)) + 1, of those in `at_least` texts."""
    found = Counter(name for weights in texts for name in weights)
    return {name: math.log((1 + len(texts)) / (1 + n)) + 1 for name, n in found.items() if n >= at_least}
