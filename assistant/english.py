"""Whether a word is English at all: a word outside every listing and every dictionary is a name, or a slip.

"Stylish" is in no listing and still no brand; "asics" is one; "shame" is no slip for "shade".
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any


@lru_cache(maxsize=1)
def _dictionary() -> Any:
    from spellchecker import SpellChecker  # a quarter of a second to load, so only when a strange word turns up

    return SpellChecker(language="en")


COMMON = 1e-7
"""Share of all words from which one is an everyday word: rarer ones of the dictionary are as often makers' names."""


@lru_cache(maxsize=8192)
def is_everyday(word: str) -> bool:
    """Whether a folded word is a common English one: "stylish" is, "philips" is not."""
    return bool(_dictionary().word_usage_frequency(word) >= COMMON)


@lru_cache(maxsize=8192)
def is_english(word: str) -> bool:
    """Whether a folded word stands in the dictionary (pyspellchecker's English list, some 160,000 forms)."""
    return word in _dictionary()
