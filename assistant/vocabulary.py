"""The words the catalogue itself knows: its brands, categories, attribute values and yes/no attributes.

Built from the facets alone, so that a shop that sells other things understands other words. Knows nothing
of sentences; `understand` finds these phrases in a message.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from retrieval.facets import Facets, Rows
from retrieval.text import STOP_WORDS, fold, stem, words

MeaningKind = Literal["category", "brand", "value", "flag", "attribute"]
Phrase = tuple[str, ...]
"""Stems in order."""

_LONGEST_PHRASE = 5
MOST_VALUES = 400
"""An attribute with more distinct texts than this holds names or sentences, nothing to filter by."""
_FEWEST_ROWS = 2
"""A value that a single product of a large catalogue states is a peculiarity of its listing."""

# What people call a colour is a family: someone who asks for blue is glad of navy.
_COLOUR_FAMILIES = {
    "blue": ("navy", "teal", "indigo", "azure", "cobalt", "denim", "turquoise"),
    "green": ("olive", "sage", "khaki", "moss", "emerald", "mint", "forest"),
    "red": ("burgundy", "crimson", "maroon", "scarlet", "rust", "brick", "wine"),
    "grey": ("charcoal", "slate", "graphite", "silver", "gray", "ash", "stone"),
    "brown": ("tan", "chestnut", "walnut", "cognac", "chocolate", "umber"),
    "white": ("ivory", "cream", "off-white", "chalk"),
    "yellow": ("mustard", "ochre", "amber", "gold"),
    "pink": ("rose", "blush", "coral"),
    "purple": ("plum", "lilac", "lavender", "violet", "aubergine"),
    "orange": ("terracotta", "tangerine"),
    "black": ("jet", "onyx"),
    "gray": ("charcoal", "slate", "graphite", "silver", "grey", "ash", "stone"),
}
_COLOUR_NAMES = ("colour", "color")

_MORE_NAMED = 3
"""A word in three times as many names as listings state it as a value is the name of a thing: in a shop of
monitors, the "monitor" of one stand's "suitable for" is no wish for that stand."""

# First words of colours that are things of their own: "a walk in the forest" asks for no colour.
_NATURE = frozenset(stem(w) for w in """forest sand stone sky sea ocean snow light dark warm cool moss slate""".split())

# Words that head many category names without naming a thing by themselves.
_EMPTY_HEADS = frozenset(
    stem(w) for w in ["accessories", "sets", "gear", "equipment", "supplies", "care", "items", "goods", "more"]
)


@dataclass(frozen=True, slots=True)
class Meaning:
    """One thing a phrase can stand for."""

    kind: MeaningKind
    keys: frozenset[str]
    """Folded category or brand names, or attribute values."""
    attribute: str = ""
    rows: int = 0
    """How many products it touches; the commoner reading of a phrase is the likelier one."""
    in_list: bool = False
    """The value comes from list attributes, which name examples and are never complete."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What the phrases of the catalogue mean."""

    phrases: Mapping[Phrase, tuple[Meaning, ...]]
    spellings: tuple[str, ...]
    """Folded single words that misspellings are mended to."""
    kinds: tuple[tuple[str, Meaning], ...] = ()
    """(stem, meaning) of every category that one word names."""
    joined: Mapping[str, Phrase] = field(default_factory=dict)
    """The stem of two words of a name written as one -> the phrase."""

    def meanings(self, stems: Sequence[str]) -> tuple[Meaning, ...]:
        return self.phrases.get(tuple(stems), ())

    def kinds_ending_in(self, ending: str) -> frozenset[Meaning]:
        """The kinds of one word that the stem ends: "watch" of "smartwatch"."""
        return frozenset(kind for word, kind in self.kinds if word != ending and word.endswith(ending))

    def written_as_one(self, word: str) -> tuple[Meaning, ...]:
        """The meanings of two words written as one: "boardgame" for board games."""
        return self.meanings(self.joined.get(stem(word), ()))

    @property
    def longest(self) -> int:
        return _LONGEST_PHRASE


def phrase_of(text: str) -> Phrase:
    """The stems of a name, in order."""
    return tuple(stem(word) for word in words(text))


def build_vocabulary(facets: Facets) -> Vocabulary:
    """Reads every phrase off the facets."""
    found: dict[Phrase, dict[tuple[MeaningKind, str], tuple[set[str], int]]] = defaultdict(dict)

    def add(phrase: Phrase, kind: MeaningKind, key: str, rows: int, attribute: str = "") -> None:
        if 0 < len(phrase) <= _LONGEST_PHRASE and not (len(phrase) == 1 and phrase[0] in STOP_WORDS):
            keys, count = found[phrase].get((kind, attribute), (set(), 0))
            found[phrase][kind, attribute] = (keys | {key}, count + rows)

    attributes = {*facets.texts, *facets.flags, *(name for name, _ in facets.numbers)}
    taken = frozenset(phrase_of(name) for name in attributes)
    has_categories = covers(facets, facets.categories.values())
    in_values = {word for values in facets.texts.values() for value in values for word in phrase_of(value)}
    for name, rows in facets.categories.items() if has_categories else ():
        for phrase in _category_phrases(name, taken):
            add(phrase, "category", name, len(rows))
        first = phrase_of(name)[:1]
        only_named_by = first and facets.named.get(first[0], 0) == len(rows) and first[0] not in in_values
        if only_named_by and first not in taken:
            add(first, "category", name, len(rows))  # "a vacuum" is a vacuum cleaner
    for name, rows in facets.brands.items():
        add(phrase_of(name), "brand", name, len(rows))
    for attribute, (yes, _no) in facets.flags.items():
        add(phrase_of(attribute), "flag", attribute, len(yes), attribute)
    for attribute, values in facets.texts.items():
        if len(values) > MOST_VALUES:
            continue
        fewest = 1 if len(facets) < 5000 else _FEWEST_ROWS
        for value, rows in values.items():
            phrase = phrase_of(value)
            if len(rows) < fewest or (len(phrase) == 1 and (len(value) < 3 or value.isdigit())):
                continue  # "s", "xl" and "42" mean a size only beside the word "size"; `understand` sees to it
            add(phrase, "value", value, len(rows), attribute)
            for part in _telling_parts(attribute, phrase, taken):
                add(part, "value", value, len(rows), attribute)
            if attribute.endswith(_COLOUR_NAMES):
                for family, members in _COLOUR_FAMILIES.items():
                    if not {fold(m) for m in members}.isdisjoint(words(value)):
                        add((stem(family),), "value", value, len(rows), attribute)
    for attribute in sorted(attributes - facets.flags.keys()):  # a set's order changes from one start to the next
        add(phrase_of(attribute), "attribute", attribute, 0, attribute)

    phrases = {
        phrase: tuple(
            Meaning(kind, frozenset(keys), attribute, rows, in_list=attribute in facets.lists)
            for (kind, attribute), (keys, rows) in sorted(readings.items(), key=lambda item: -item[1][1])
            if kind not in ("value", "flag") or _calls(facets, phrase) <= _MORE_NAMED * rows
        )
        for phrase, readings in found.items()
    }
    named = [*facets.categories, *facets.flags]
    pairs = {stem("".join(two)): phrase_of(name) for name in named if len(two := words(name)) == 2}
    kinds = tuple((p[0], m) for p, readings in phrases.items() if len(p) == 1 for m in readings if m.kind == "category")
    apart = {one: phrase for one, phrase in pairs.items() if (one,) not in phrases}
    return Vocabulary(phrases, _spellings(facets), kinds, apart)


def covers(facets: Facets, columns: Iterable[Rows], share: float = 0.8) -> bool:
    """Whether at least this share of the catalogue is in one of the columns."""
    inside = np.zeros(len(facets), dtype=np.bool_)
    for rows in columns:
        inside[rows] = True
    return bool(inside.size) and float(inside.mean()) >= share


def _calls(facets: Facets, phrase: Phrase) -> int:
    """How many products have the phrase's rarest word in their name."""
    return min(facets.named.get(word, 0) for word in phrase)


def _telling_parts(attribute: str, phrase: Phrase, taken: frozenset[Phrase]) -> list[Phrase]:
    """Single words that mean the whole value: "forest green" is a green, "merino wool" is merino and wool."""
    if len(phrase) < 2 or attribute.endswith("size"):
        return []
    named_after = attribute.endswith((*_COLOUR_NAMES, "material", "fill", "lining"))
    parts = phrase if named_after else phrase[-1:]
    return [(word,) for word in parts if len(word) > 2 and word not in _NATURE and (word,) not in taken]


def _category_phrases(name: str, taken: frozenset[Phrase]) -> set[Phrase]:
    """ "Tents & Shelters" is asked for as "tents", "shelters" or both; "Desk Lamps" also as "lamps".

    A head that names an attribute (`taken`) stays that: "512 GB storage" asks for no "Food Storage".
    """
    whole = phrase_of(name)
    phrases = {whole}
    for part in name.replace("&", ",").replace(" and ", ",").split(","):
        phrase = phrase_of(part)
        if phrase and not (len(phrase) == 1 and phrase[0] in _EMPTY_HEADS):
            phrases.add(phrase)
            if phrase[-1] not in _EMPTY_HEADS and phrase[-1:] not in taken:
                phrases.add(phrase[-1:])
                if part.rstrip().endswith("ves"):  # Snowball leaves "knives" and "knife" apart
                    phrases |= {(stem(words(part)[-1][:-3] + end),) for end in ("f", "fe")}
    return {phrase for phrase in phrases if phrase}


def _spellings(facets: Facets) -> tuple[str, ...]:
    """Single words of five letters and more from everything that can be asked for by name."""
    names = [*facets.categories, *facets.brands, *facets.flags]
    for values in facets.texts.values():
        if len(values) <= MOST_VALUES:
            names.extend(values)
    found = {word for name in names for word in words(name) if len(word) >= 5 and word.isalpha()}
    singular = {word[:-1] for word in found if word.endswith("s") and not word.endswith("ss") and len(word) > 5}
    return tuple(sorted(found | singular))
