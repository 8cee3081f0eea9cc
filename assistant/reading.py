"""Words and phrases of a message: tokens, spelling, refusals, and the catalogue's phrases found in it.

Knows which words mean what; what they ask for together is `understand`'s business.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from assistant.amounts import Amount
from assistant.english import is_english
from assistant.everyday import made_plain
from assistant.phrases import (
    ASKING_WORDS,
    NEGATIONS,
    PREFERENCES,
)
from assistant.vocabulary import Meaning, Vocabulary
from retrieval.facets import Facets
from retrieval.text import STOP_WORDS, stem, words

_LONG_WORD = 8  # two slips are forgiven in "headphnoes", one in "jakcet"
_REFUSALS = re.compile(
    r"\b(?:anything but|everything but|other than|rather than|instead of|except for|apart from|neither|nor)\b"
)
_SEEKING = re.compile(
    r"\b(?:look(?:ing)?|search(?:ing)?|hunt(?:ing)?|shop(?:ping)?|ask(?:ing)?|after|wish(?:ing)?|all|total|budget|spend|\d+)"
    r" (?:for|on)\s+(?:my|the|a|an|some|our)?\s*$|\bin (?:need|search|want) of\s+(?:an?|some|the)?\s*$"
)
_ASKING = tuple(sorted(ASKING_WORDS))  # in an order that is the same at every start
_ADJECTIVE = re.compile(r"(?:y|en)$")
_LONG_ENOUGH = 5  # letters of an adjective in -y
_NEGATION_REACH = 2  # words between "not" and what it denies: "not made of leather"


@dataclass(slots=True)
class Token:
    """One word of the folded message, and what became of it."""

    text: str
    start: int
    end: int
    used: bool = False
    """A constraint or a phrase of asking stands for it."""
    denied: bool = False
    """The shopper does not want it: no word to search for."""
    silent: bool = False
    """Asking, not wanting ("something else", "cheaper"): no word to search for either."""


@dataclass(frozen=True, slots=True)
class Match:
    """A phrase of the vocabulary found in the message."""

    meaning: Meaning
    start: int
    end: int
    denied: bool
    said: str


@dataclass(frozen=True, slots=True)
class Reader:
    """What reading needs to know of the shop."""

    vocabulary: Vocabulary
    facets: Facets
    currency: str
    known_stems: frozenset[str]
    """Every term of the word index: a word outside stands in no listing."""


def plainly_said(folded: str, vocabulary: Vocabulary) -> str:
    """The message with its roundabout ways made plain: typographic apostrophes, "two-person", and every way of
    refusing ("anything but", "rather than", "non-", "-free") as "not".
    """
    text = folded.replace("’", "'")
    text = made_plain(text, vocabulary)
    text = _REFUSALS.sub("not", text)

    def non(match: re.Match[str]) -> str:  # "non-leather", but "non-stick" where listings say it so
        known = vocabulary.meanings([f"non-{match[1]}"]) or vocabulary.meanings(["non", stem(match[1])])
        return f"non-{match[1]}" if known else f"not {match[1]}"

    text = re.sub(r"\bnon[- ]([a-z]+)", non, text)

    def free(match: re.Match[str]) -> str:  # "leather-free", but "bpa free" where listings say it so
        known = vocabulary.meanings([stem(match[1]), stem("free")])
        return match[0] if known or not vocabulary.meanings([stem(match[1])]) else f"not {match[1]}"

    return re.sub(r"\b([a-z]+)[- ]free\b", free, text)


def is_context(before: str) -> bool:
    """Whether what follows is the use, not the thing: "a lamp for my desk", "something in the garden"."""
    if _SEEKING.search(before):
        return False  # "looking for a tent", "$100 in all for gloves and a beanie"
    return bool(
        re.search(
            r"\b(?:for|to|in|on|with|at|into|under|of|(?<!what )(?<!how )about|near|behind)\s+(?:my|the|a|an|"
            r"our|his|her|their)?\s*$",
            before,
        )
    )


def match_phrases(folded: str, tokens: list[Token], amounts: Sequence[Amount], reader: Reader) -> list[Match]:
    """The longest phrases of the vocabulary, left to right, without overlap."""
    measured = [(a.start, a.end) for a in amounts]
    found: list[Match] = []
    i = 0
    while i < len(tokens):
        for length in range(min(reader.vocabulary.longest, len(tokens) - i), 0, -1):
            span = tokens[i : i + length]
            inside = any(s <= t.start < e for t in span for s, e in measured)
            if inside or any(t.used for t in span):
                continue
            readings = reader.vocabulary.meanings([stem(t.text) for t in span])
            if not readings and length == 2:  # "non stick" where listings write "non-stick"
                readings = reader.vocabulary.meanings([stem("-".join(t.text for t in span))])
            if not readings and length == 2:  # "smart watch" where listings write "smartwatch"
                readings = reader.vocabulary.meanings([stem("".join(t.text for t in span))])
            if not readings and length == 1:
                readings = reader.vocabulary.written_as_one(span[0].text)
            if not readings and length == 1 and "-" in span[0].text:
                readings = reader.vocabulary.meanings([stem(part) for part in span[0].text.split("-")])
            if not readings and length == 1 and len(span[0].text) > _LONG_ENOUGH:
                bare = _ADJECTIVE.sub("", span[0].text)  # "stretchy" is what has stretch, "wooden" what is of wood
                readings = reader.vocabulary.meanings([stem(bare)]) if bare != span[0].text else ()
            if not readings and length == 1 and len(span[0].text) >= _LONG_ENOUGH:
                readings = _tail_of(span[0].text, reader)
            said = " ".join(t.text for t in span)
            readings = tuple(m for m in readings if m.kind != "category" or _is_that_noun(said, m, reader.facets))
            meaning = _likeliest(readings, folded[: span[0].start])
            if meaning is None:
                continue
            denied = _is_denied(folded, tokens, i)
            for token in span:
                token.used = meaning.kind != "attribute" or token.used
                token.denied = denied
            found.append(Match(meaning, span[0].start, span[-1].end, denied, said))
            i += length - 1
            break
        i += 1
    return found


def _is_that_noun(said: str, meaning: Meaning, facets: Facets) -> bool:
    """Whether the last word said is the kind's name itself: "comfortable" is not the shelf "Comfort"."""
    last = said.split()[-1]
    for key in meaning.keys:
        for word in words(facets.labels.get(key, key)):
            if stem(word) == stem(last) and singulars(last) & singulars(word):
                return True
    return all(stem(last) not in {stem(w) for w in words(facets.labels.get(key, key))} for key in meaning.keys)


def _tail_of(word: str, reader: Reader) -> tuple[Meaning, ...]:
    """The kind of thing that a word ends: "watch" where the shop has smartwatches."""
    ended = reader.vocabulary.kinds_ending_in(stem(word))
    return tuple(ended) if len(ended) == 1 else ()


def singulars(word: str) -> set[str]:
    """The word, and what it may be the plural of."""
    found = {word}
    for ending, ones in (("s", ("",)), ("es", ("",)), ("ies", ("y", "ie")), ("ves", ("f", "fe"))):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            found |= {word.removesuffix(ending) + one for one in ones}
    return found


def without_shelf_words(matches: list[Match], tokens: list[Token]) -> list[Match]:
    """ "A light tent" asks for a tent, though lights are sold too: an adjective before a category is none itself."""
    categories = [m for m in matches if m.meaning.kind == "category"]
    adjectives = [m for m in categories[:-1] if m.said in PREFERENCES]
    last = categories[-1] if categories else None
    if (
        last is not None
        and last.said in PREFERENCES
        and any(t.text in ("one", "ones") for t in tokens if t.start >= last.end)
    ):
        adjectives.append(last)  # "a light one"
    for match in adjectives:
        release(tokens, match.start, match.end)
    return [m for m in matches if m not in adjectives]


def _likeliest(readings: Sequence[Meaning], before: str) -> Meaning | None:
    """Of several meanings: after "for" a use before a category, "for HP" no brand at all, else what sells most."""
    order = {"category": 0, "brand": 1, "flag": 2, "value": 3, "attribute": 4}
    usable = list(readings)
    if is_context(before):
        usable = [m for m in usable if m.kind != "brand"]  # "toner for HP printers" may be anyone's toner
        order |= {"value": -1}
    return min(usable, key=lambda m: (order[m.kind], -m.rows), default=None)


def _is_denied(folded: str, tokens: list[Token], i: int) -> bool:
    """Whether one of the words just before denies this one; a comma or another wish in between ends the reach."""
    reach, joined = _NEGATION_REACH + 1, False
    for back in range(1, i + 1):
        before = tokens[i - back]
        if "," in folded[before.end : tokens[i].start] or reach == 0:
            return False
        if before.silent:
            continue  # "don't show me kettles"; the "not" of "not too expensive" denies nothing else
        if before.text in NEGATIONS:
            return True
        if before.text in ("or", "nor"):
            joined = True
        elif before.used or before.text in ("but", "and", "with"):
            return joined and before.denied  # "no red or blue" denies both, "no red tent" only the red
        reach -= 1
    return False


def mend_spelling(tokens: list[Token], reader: Reader) -> tuple[list[Token], list[tuple[str, str]]]:
    """Words that stand in no listing, brought to the nearest name the catalogue knows."""
    mended: list[tuple[str, str]] = []
    result: list[Token] = []
    for token in tokens:
        word = token.text
        strange = len(word) >= 4 and word.isascii() and word.isalpha() and stem(word) not in reader.known_stems
        if strange and word not in ASKING_WORDS and word not in STOP_WORDS and not is_english(word):
            filler = _nearest(word, _ASKING, 1 if len(word) >= _LONG_ENOUGH else 0)
            if filler:  # "actualy" asks for nothing
                result.append(Token(filler, token.start, token.end))
                continue
            best = _nearest(word, reader.vocabulary.spellings, 1 if len(word) < _LONG_WORD else 2)
            if best:
                mended.append((word, best))
                result.append(Token(best, token.start, token.end))
                continue
        result.append(token)
    return result, mended


def _nearest(word: str, known: Sequence[str], slips: int) -> str:
    """The known word with the fewest slips, of those that begin alike: the first letter is rarely the wrong one."""
    alike = [other for other in known if other[0] == word[0]]
    best = process.extractOne(word, alike, scorer=DamerauLevenshtein.distance, score_cutoff=slips)
    return best[0] if best is not None else ""


def take(folded: str, tokens: list[Token], phrases: Sequence[str]) -> bool:
    """Marks the first of the phrases found as used."""
    for phrase in phrases:
        match = re.search(rf"(?<!\w){re.escape(phrase)}(?!\w)", folded)
        if match:
            use(tokens, match.start(), match.end(), silent=True)
            return True
    return False


def use(tokens: list[Token], start: int, end: int, *, silent: bool = False) -> None:
    """Marks the words of a stretch as spoken for."""
    for token in tokens:
        if start <= token.start < end:
            token.used = True
            token.silent |= silent


def release(tokens: Sequence[Token], start: int, end: int) -> None:
    """Gives the words of a stretch back: what they were taken for they do not mean here."""
    for token in tokens:
        token.used &= not start <= token.start < end
