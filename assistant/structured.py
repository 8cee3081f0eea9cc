"""Answers in JSON from a language model that can keep to a schema, where there is one.

Sends a prompt and a schema, gives back the text: whether it is what was asked for is for the caller to check, since
few servers promise it and none can be held to it. Knows nothing of messages and products.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from assistant.errors import GeneratorError

LARGEST_REPLY = 65_536
"""Bytes read of one reply. A reading takes some 500; whoever sends more is not answering the question."""


@runtime_checkable
class StructuredGenerator(Protocol):
    """Answers one prompt with JSON."""

    @property
    def name(self) -> str:
        """The model, for the log."""
        ...

    def structured(self, prompt: str, schema: Mapping[str, Any], *, title: str, max_tokens: int, seconds: float) -> str:
        """The answer's text, which should follow the JSON schema `schema`, called `title`, and may not.
        At most `LARGEST_REPLY` bytes within about `seconds`. Raises GeneratorError.
        """
        ...


class ScriptedAnswers:
    """The real fake: gives the texts it was told to give, in order; with none left it fails as a dead server does."""

    name = "scripted"

    def __init__(self, *answers: str) -> None:
        self.prompts: list[str] = []
        self.schemas: list[Mapping[str, Any]] = []
        self._answers = list(answers)

    def enqueue(self, *answers: str) -> None:
        self._answers.extend(answers)

    def structured(self, prompt: str, schema: Mapping[str, Any], *, title: str, max_tokens: int, seconds: float) -> str:
        """The next text. Raises GeneratorError when there is none."""
        self.prompts.append(prompt)
        self.schemas.append(schema)
        if not self._answers:
            raise GeneratorError("The scripted model has nothing left to say.")
        return self._answers.pop(0)


def completed(url: str, headers: Mapping[str, str], body: Mapping[str, Any], seconds: float) -> str:
    """The text of one chat completion, not streamed. `seconds` bound the whole, and every wait for a piece of it.

    Raises GeneratorError for whatever goes wrong: no server, no time, a status, too much, no completion.
    """
    import httpx

    deadline = time.monotonic() + seconds
    asked = {**headers, "Accept-Encoding": "identity"}  # a few packed bytes could unpack to gigabytes
    reply = bytearray()
    try:
        with httpx.stream("POST", url, json=body, headers=asked, timeout=seconds) as response:
            response.raise_for_status()
            for chunk in response.iter_raw():
                reply += chunk
                if len(reply) > LARGEST_REPLY:
                    raise ValueError(f"the reply is longer than {LARGEST_REPLY:,} bytes")
                if time.monotonic() > deadline:
                    raise ValueError(f"not done within {seconds:g} s")
        return _content(bytes(reply))
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, RecursionError) as error:
        reason = str(error).splitlines()
        raise GeneratorError(
            f"The generator at {url} did not answer ({reason[0] if reason else type(error).__name__}): "
            "check generator.url and generator.model."
        ) from error


def _content(reply: bytes) -> str:
    """What the completion says. Raises ValueError if it is none, or a refusal."""
    data = json.loads(reply)
    if isinstance(data, dict) and data.get("error"):
        raise ValueError(str(data["error"])[:200])
    choices: Sequence[Any] | None = data.get("choices") if isinstance(data, dict) else None
    try:
        content = choices[0]["message"]["content"] if choices else None
    except (LookupError, TypeError) as error:
        raise ValueError("not a chat completion") from error
    if not isinstance(content, str):
        raise ValueError("a chat completion without text")
    return content
