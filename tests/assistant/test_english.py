"""Which words are English, and that the dictionary is loaded only when one is asked about."""

from __future__ import annotations

import subprocess
import sys

import pytest

from assistant.english import is_english


@pytest.mark.parametrize("word", ["stylish", "shame", "garden", "violin", "bigger", "waterproof"])
def test_english_words_are_known(word: str) -> None:
    assert is_english(word)


@pytest.mark.parametrize("word", ["asics", "xqzv", "brindle2", "qwlekj", "", "帐篷", "😀"])
def test_names_and_noise_are_not(word: str) -> None:
    assert not is_english(word)


def test_the_dictionary_waits_until_it_is_needed() -> None:
    code = "import sys, assistant.understand; print('spellchecker' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
