"""Words read as one kind of thing uses them: which meaning its listings state, which value a word is part of, which
yes/no fact words name that stand apart.

Everything here asks the category's own listings, and says nothing where they do not speak of the thing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.constraints import COVERAGE, Scope, flag_constraint, value_constraint
from assistant.phrases import ASKING_WORDS, PREFERENCES
from assistant.reading import Match, Reader, Token, is_context
from assistant.types import Constraint
from assistant.vocabulary import Meaning
from retrieval.text import STOP_WORDS, stem, words

_ASKED_FOR = re.compile(
    r"(?:^|\b(?:need|want|sell|have|carry|find|show me|buy|now|rather|a|an|some|the|any|new|\d|two|three)\s+)$"
)
_PART = 4  # letters of a word that may stand for a value it is part of
_AKIN = 5  # letters that two forms of a word share at the least


def as_a_value(match: Match, folded: str, tokens: Sequence[Token], scope: Scope, reader: Reader) -> Match:
    """ "Must charge laptops too", said of power banks: what they go with, not another kind of thing to look for."""
    if match.meaning.kind != "category" or not scope.is_narrow or _ASKED_FOR.search(folded[: match.start]):
        return match
    others = [t for t in tokens if not match.start <= t.start < match.end and t.text not in ASKING_WORDS | STOP_WORDS]
    if not others:
        return match
    readings = [m for m in reader.vocabulary.meanings([stem(w) for w in match.said.split()]) if m.kind == "value"]
    stated = [m for m in readings if scope.states_text(m.attribute, m.keys)]
    return replace(match, meaning=stated[0]) if stated else match


def heads_of(matches: Sequence[Match], reader: Reader) -> list[Match]:
    """Values that end in the name of a kind: "robot vacuum", "bath towels"."""
    found: list[Match] = []
    for match in matches:
        said = match.said.split()
        if match.meaning.kind != "value" or match.denied or len(said) < 2:
            continue
        kinds = [m for m in reader.vocabulary.meanings([stem(said[-1])]) if m.kind == "category"]
        found.extend(replace(match, meaning=m) for m in kinds[:1])
    return found


def in_scope(match: Match, scope: Scope, reader: Reader) -> Match | None:
    """The meaning that this kind of thing states; None if no listing of it speaks of the thing at all."""
    if match.meaning.kind not in ("value", "flag") or not scope.is_narrow:
        return match
    said = [stem(word) for word in match.said.split()]
    readings = [m for m in reader.vocabulary.meanings(said) if m.kind in ("value", "flag")] or [match.meaning]

    def stated(meaning: Meaning) -> tuple[float, float]:
        """(share of the listings that say just this, share that speaks of the attribute)."""
        if meaning.kind == "flag":
            return scope.coverage(meaning.attribute), scope.coverage(meaning.attribute)
        column = scope.facets.texts.get(meaning.attribute, {})
        rows = sum(int(scope.mask[column[key]].sum()) for key in meaning.keys if key in column)
        return rows / max(int(scope.mask.sum()), 1), scope.coverage(meaning.attribute)

    best = max(readings, key=stated)
    if best.in_list and stated(best)[0] == 0:
        return None  # a list names examples: what is on none of this kind's is a word like any other
    return replace(match, meaning=best) if stated(best)[1] > 0 else None


def parts_of_values(
    folded: str, tokens: Sequence[Token], scope: Scope, found: Sequence[Constraint]
) -> list[Constraint]:
    """Values of this kind of thing named by one of their words: "hard" for a hard shell, "dotted" for dotted paper."""
    if not scope.is_narrow:
        return []
    known = {c.test.attribute for c in found if c.test is not None}
    values: dict[str, list[str]] | None = None
    parts: list[Constraint] = []
    for token in tokens:
        word = token.text
        if (
            token.used
            or token.silent
            or len(word) < _PART
            or is_context(folded[: token.start])
            or word in PREFERENCES
            or word in ASKING_WORDS | STOP_WORDS
        ):
            continue
        if values is None:  # most messages leave no word to ask of them
            values = _values_of(scope)
        holding = {
            attribute: keys
            for attribute, there in values.items()
            if attribute not in known and (keys := {v for v in there if word in words(v)})
        }
        if len(holding) == 1:
            attribute, keys = next(iter(holding.items()))
            meaning = Meaning("value", frozenset(keys), attribute)
            parts.append(value_constraint(scope, meaning, word, negated=token.denied, softened=False))
            known.add(attribute)
            token.used = True
    return parts


def _values_of(scope: Scope) -> dict[str, list[str]]:
    """Attribute -> the values there are of it, for the texts that most listings of the kind state."""
    return {
        attribute: [value for value, rows in column.items() if scope.mask[rows].any()]
        for attribute, column in scope.facets.texts.items()
        if attribute not in scope.facets.lists and scope.coverage(attribute) >= COVERAGE
    }


def flags_apart(folded: str, tokens: Sequence[Token], scope: Scope, found: Sequence[Constraint]) -> list[Constraint]:
    """Yes/no facts whose words stand apart or in other forms: "closed at the heel", "with backlight" for backlit."""
    if not scope.is_narrow:
        return []
    known = {c.test.attribute for c in found if c.test is not None}
    free = [t for t in tokens if not t.used and not t.denied and not t.silent]
    apart: list[Constraint] = []
    for attribute, (yes, _no) in scope.facets.flags.items():
        named = words(attribute)
        if attribute in known or not scope.mask[yes].any():
            continue
        heard = [next((t for t in free if _akin(t.text, word, len(named) > 1)), None) for word in named]
        said = [t for t in heard if t is not None]
        if named and len({t.start for t in said}) == len(named):
            for token in said:
                token.used = True
            apart.append(flag_constraint(scope, attribute, wanted=True, softened=False))
    return apart


def _akin(said: str, word: str, exactly: bool) -> bool:
    """Whether a word said is the attribute's, or begins like it: "backlight" and "backlit"."""
    if exactly or min(len(said), len(word)) < _AKIN:
        return stem(said) == stem(word)
    shared = next((n for n, (a, b) in enumerate(zip(said, word, strict=False)) if a != b), min(len(said), len(word)))
    return shared >= _AKIN and shared >= 0.65 * max(len(said), len(word))


def without_echoes(found: Sequence[Constraint]) -> list[Constraint]:
    """ "For rooms of at least 40 m2" asks for a room size; that it is for rooms says no more."""
    measured = {stem(w) for c in found if c.test is not None and c.test.unit for w in words(c.test.attribute)}
    return [
        c
        for c in found
        if not (c.test is not None and c.test.any_of and not c.hard and {stem(w) for w in words(c.label)} <= measured)
    ]
