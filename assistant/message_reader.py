"""Asks a capable model what the rules have left unread, and only then; leaves it alone while it is failing."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from assistant.intents import Guess
from assistant.model_merging import merged_reading, unread
from assistant.model_reading import SECONDS, kind_in, read_with
from assistant.reading import Reader
from assistant.structured import StructuredGenerator
from assistant.types import Constraint
from assistant.understand import Request

FAILURES = 3
"""So many in a row, and the server is taken to be down: one shopper's odd message is no reason."""
REST_SECONDS = 60.0
"""How long it is then not asked: each message would wait for the time limit in vain."""

# Plain by their words, and answered at once.
_SETTLED = ("start_over", "thanks", "greeting")


class MessageReader:
    """A capable model beside the rules. Its state is how often it has failed; safe in several threads, where at
    worst one message more is asked in vain.
    """

    def __init__(
        self,
        generator: StructuredGenerator,
        reader: Reader,
        *,
        seconds: float = SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = generator.name
        self._generator = generator
        self._reader = reader
        self._seconds = seconds
        self._clock = clock
        self._failures = 0
        self._rests_until = float("-inf")

    def read(
        self,
        request: Request,
        message: str,
        standing: Sequence[Constraint],
        names: Sequence[str],
        guess: Guess,
    ) -> Request:
        """The request with what the model found besides, or as it was. `message` is what `understand` was given,
        `standing` and `names` likewise; `guess` is what it is most like. Never raises for anything the server does.
        """
        if request.intent in _SETTLED or request.question is not None or not unread(request):
            return request
        if guess.sure and guess.group != "product":
            return request  # of another matter: a wish concluded from it would only lead it astray
        if self._clock() < self._rests_until:
            return request
        kind = kind_in(request.constraints)
        reading = read_with(
            self._generator, self._reader, message, standing, names, category=kind, seconds=self._seconds
        )
        if reading is None:
            self._failures += 1
            if self._failures >= FAILURES:
                self._failures, self._rests_until = 0, self._clock() + REST_SECONDS
            return request
        self._failures = 0
        return merged_reading(request, reading, self._reader, standing, message, guess, names)
