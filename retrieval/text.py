"""How words are compared everywhere: one folding, one tokeniser, one stemmer."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import Stemmer

# Letters and digits with inner marks kept, so that "wf-1000xm4", "2.4" and "80/20" stay whole; CJK one by one.
TOKEN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W_]+(?:[.\-/'’][^\W_]+)*")
_STEMMER = Stemmer.Stemmer("english")

STOP_WORDS = frozenset(
    """a an and are as at be been but by can could do does for from had has have i if in into is it its just me my of
    on or our please so some such than that the their them then there these they this those to too very was we
    were what when where which who will with would you your""".split()
)


def fold(text: str) -> str:
    """Case, accents, width and spacing removed, so that "Café  Noir" and "cafe noir" are one key."""
    if text.isascii():  # most of it is, and it has nothing to decompose: a fifth of the time
        return " ".join(text.lower().split())
    decomposed = unicodedata.normalize("NFKD", text)
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(bare.casefold().split())


@lru_cache(maxsize=16384)
def name_key(name: str) -> str:
    """`fold` for the names of attributes, remembered: they are few, and asked for over and over."""
    return fold(name)


def words(text: str) -> list[str]:
    """Folded tokens in order; a compound such as "wf-1000xm4" gives itself only."""
    return TOKEN.findall(fold(text))


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """The Snowball English stem; words with digits (model numbers, sizes) are left alone."""
    if any(c.isdigit() for c in word):
        return word
    return str(_STEMMER.stemWord(word))


def index_terms(text: str) -> list[str]:
    """Terms for the word index: stems without stop words, and the parts of a compound beside the whole,
    so that "usb-c" is found by "usb c" and "WF1000-XM4" by its exact number.
    """
    terms: list[str] = []
    for word in words(text):
        if word in STOP_WORDS:
            continue
        terms.append(stem(word))
        parts = re.split(r"[.\-/'’]", word)
        if len(parts) > 1:
            terms.extend(stem(part) for part in parts if part and part not in STOP_WORDS)
    return terms
