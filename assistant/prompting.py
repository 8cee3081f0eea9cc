"""Prompt files with named blanks: `$product` must be filled, and nothing else may be given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from string import Template

from assistant.errors import PromptError

PROMPT = "word_reason"
"""For any model: instructions and examples."""
TUNED_PROMPT = "word_facts"
"""For a model tuned on our wordings: facts with signs (assistant/masking.py), and no examples."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """One file of the `prompts` package."""

    name: str
    version: str
    text: str

    @property
    def label(self) -> str:
        """As the trace names it: word_reason@1."""
        return f"{self.name}@{self.version}"

    def fill(self, blanks: Mapping[str, str]) -> str:
        """The text with its blanks filled. Raises PromptError naming what is missing or too much."""
        template = Template(self.text)
        # The examples in a prompt hold prices ("$129.00"), which are no blanks: identifiers start with a letter.
        wanted = {m["named"] or m["braced"] for m in template.pattern.finditer(self.text) if m["named"] or m["braced"]}
        missing, unknown = wanted - blanks.keys(), blanks.keys() - wanted
        if missing:
            raise PromptError(f"Prompt {self.name!r} has no value for its blanks: {', '.join(sorted(missing))}.")
        if unknown:
            raise PromptError(f"Prompt {self.name!r} has no blanks named: {', '.join(sorted(unknown))}.")
        return template.safe_substitute({name: _one_line(value) for name, value in blanks.items()})


def _one_line(value: str) -> str:
    """Catalogue text is data: without line breaks it cannot pose as another example or instruction."""
    return " ".join(value.split())


@lru_cache(maxsize=16)
def load_prompt(name: str) -> Prompt:
    """Reads prompts/NAME.txt: `key: value` lines, a line of dashes, the text."""
    file = resources.files("prompts") / f"{name}.txt"
    if not file.is_file():
        raise PromptError(f"There is no prompt named {name!r}.")
    head, dashes, text = file.read_text(encoding="utf-8").partition("\n---\n")
    fields = dict(line.split(": ", 1) for line in head.splitlines() if ": " in line)
    if not dashes or "version" not in fields:
        raise PromptError(f"Prompt {name!r} must open with a `version:` line and a line of three dashes.")
    return Prompt(name, fields["version"], text.rstrip("\n"))
