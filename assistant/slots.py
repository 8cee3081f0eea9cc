"""The wishes in one message: categories, brands, values, measures, prices, sizes -> constraints.

Reads them in the category asked for, or in the one that stands: "light" weighs otherwise for a tent than for a
kettle. Knows nothing of intents and of what the wishes change.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.amounts import Amount
from assistant.constraints import (
    COVERAGE,
    Scope,
    brand_constraint,
    category_constraint,
    flag_constraint,
    joined_price,
    measure_constraint,
    preference_constraint,
    price_constraint,
    relative_price_constraint,
    stock_constraint,
    value_constraint,
)
from assistant.fitting import gender, loads, ranges, sizes
from assistant.phrases import ASKING_WORDS, PREFERENCES, SOFTENERS, SUPERLATIVES
from assistant.reading import Match, Reader, Token, is_context, singulars, use
from assistant.types import Constraint
from assistant.vocabulary import Meaning
from retrieval.facets import Facets
from retrieval.text import STOP_WORDS, stem, words
from retrieval.units import to_base

_JOINED = re.compile(r"\s*(?:,|/|,?\s*(?:and|or))\s*(?:an?|some|the)?\s*")
_ASKED_FOR = re.compile(
    r"(?:^|\b(?:need|want|sell|have|carry|find|show me|buy|now|rather|a|an|some|the|any|new|\d|two|three)\s+)$"
)
_SAME_FOR = re.compile(r"\bsame\b.*\bfor (?:an?|some|the)\b")
_PART = 4  # letters of a word that may stand for a value it is part of
_AKIN = 5  # letters that two forms of a word share at the least
_COLOURS = ("colour", "color")
_SEGMENT = re.compile(r"[.;!?\n]|,(?!\d)|\b(?:and|but)\b")
_LEAST_PRICE = 5.0  # a smaller bare number is a count
_NAME_REACH = 18  # letters between a number and the name of what it measures
_MEASURE_WORDS = {
    "high": ("height",), "tall": ("height",), "height": ("height",), "wide": ("width",), "width": ("width",),
    "long": ("length", "maximum length", "blade length", "cord length"), "length": ("length",), "deep": ("depth",),
    "thick": ("thickness",), "diameter": ("diameter",), "across": ("diameter", "width"), "screen": ("screen size",),
}  # fmt: skip


def slots_in(
    folded: str,
    tokens: list[Token],
    matches: Sequence[Match],
    amounts: list[Amount],
    relative_price: int,
    in_stock: bool,
    reader: Reader,
    context: Sequence[Constraint],
    notes: list[str],
) -> list[Constraint]:
    """Phrases and amounts -> constraints, one a key; the category first, because the rest is read within it."""
    facets = reader.facets
    found: list[Constraint] = []

    # 1) Category: what is sold under that name; "for the kitchen" is a use, unless nothing else is named.
    stands = next((c for c in context if c.kind == "category" and not c.negated), None)
    matches = [_as_a_value(m, folded, tokens, Scope.of(facets, stands), reader) for m in matches]
    category = _category(folded, matches, _heads(matches, reader), facets, stands)
    if category is not None:
        found.append(category)
    refused = [m for m in matches if m.meaning.kind == "category" and m.denied]
    found.extend(category_constraint(facets, m.meaning.keys, m.said, negated=True) for m in refused)
    scope = Scope.of(facets, category or stands)

    # 2) Brands, values and yes/no attributes, each as this kind of thing states it.
    soft = _soft_stretches(folded)

    def softened(at: int) -> bool:
        return any(start <= at < end for start, end in soft)

    who = gender(folded, tokens, scope)
    if who is not None:
        found.append(who)
    for each in matches:
        match = _in_scope(each, scope, reader)
        if match is None:
            _release(tokens, each)
            continue
        meaning, denied, is_soft = match.meaning, match.denied, softened(match.start)
        if meaning.kind == "brand":
            found.append(brand_constraint(facets, meaning.keys, negated=denied))
        elif meaning.kind == "flag":
            found.append(flag_constraint(scope, meaning.attribute, wanted=not denied, softened=is_soft))
        elif meaning.kind == "value" and meaning.attribute == "size" and not scope.states_text("size", meaning.keys):
            _release(tokens, match)  # a "large" jacket is an L
        elif meaning.kind == "value" and not (meaning.attribute == "gender" and who is not None):
            found.append(value_constraint(scope, meaning, match.said, negated=denied, softened=is_soft))
    if not any(c.key == "attribute:size" for c in found):
        found.extend(sizes(folded, tokens, scope, amounts, softened=bool(soft)))

    # 3) Amounts: money, or a measure of an attribute that the category has.
    spoken = [m for m in matches if m.meaning.kind == "attribute"]
    for amount in amounts:
        if all(token.used for token in tokens if amount.start <= token.start < amount.end):
            continue  # it is a size
        amount = _counted(folded, _as_before(amount, folded, tokens, context, spoken), scope)
        is_soft = softened(amount.start)
        near = sorted((gap, m.meaning.attribute, m) for m in spoken if (gap := _gap(amount, m)) <= 4 * _NAME_REACH)
        named = [*_named_by_word(folded, amount), *(attribute for _, attribute, _ in near)]
        constraint = None
        if not amount.is_money:
            constraint = (
                ranges(folded, tokens, scope, amount, named)
                or loads(folded, scope, amount, softened=is_soft)
                or measure_constraint(scope, amount, named, softened=is_soft)
            )
        if constraint is not None:
            use(tokens, amount.start, amount.end)
            for _gap_to, attribute, m in near[:1]:
                if constraint.test is not None and constraint.test.attribute == attribute:
                    use(tokens, m.start, m.end)
        elif amount.is_money or (
            not amount.unit and (amount.bound != "exact" or amount.low != amount.high) and not _counts(folded, amount)
        ):
            constraint, note = price_constraint(amount, reader.currency)
            constraint = replace(constraint, hard=not is_soft) if constraint is not None else None
            use(tokens, amount.start, amount.end)
            if note:
                notes.append(note)
        if constraint is not None:
            found.append(_joined(found, constraint))
    shades = {m.start - len(w) - 1 for m in matches if m.meaning.attribute in _COLOURS for w in ("light", "bright")}
    for token in tokens:
        wished = PREFERENCES.get(token.text) or _superlative(token.text)
        if wished is not None and not token.used and not token.denied and token.start not in shades:
            constraint = preference_constraint(scope, token.text, *wished)
            if constraint is not None:
                token.used = True
                found.append(constraint)
    for match in spoken:
        if any(c.test is not None and c.test.attribute == match.meaning.attribute for c in found):
            use(tokens, match.start, match.end)  # "castors for carpet"
    found.extend(_parts_of_values(folded, tokens, scope, found))
    found.extend(_flags_apart(folded, tokens, scope, found))
    if relative_price:
        found.append(relative_price_constraint(scope, relative_price, reader.currency))
    if in_stock:
        found.append(stock_constraint())
    return _one_a_key(_without_echoes(found))


def _without_echoes(found: Sequence[Constraint]) -> list[Constraint]:
    """ "For rooms of at least 40 m2" asks for a room size; that it is for rooms says no more."""
    measured = {stem(w) for c in found if c.test is not None and c.test.unit for w in words(c.test.attribute)}
    return [
        c
        for c in found
        if not (c.test is not None and c.test.any_of and not c.hard and {stem(w) for w in words(c.label)} <= measured)
    ]


def _as_a_value(match: Match, folded: str, tokens: Sequence[Token], scope: Scope, reader: Reader) -> Match:
    """ "Must charge laptops too", said of power banks: what they go with, not another kind of thing to look for."""
    if match.meaning.kind != "category" or not scope.is_narrow or _ASKED_FOR.search(folded[: match.start]):
        return match
    others = [t for t in tokens if not match.start <= t.start < match.end and t.text not in ASKING_WORDS | STOP_WORDS]
    if not others:
        return match
    readings = [m for m in reader.vocabulary.meanings([stem(w) for w in match.said.split()]) if m.kind == "value"]
    stated = [m for m in readings if scope.states_text(m.attribute, m.keys)]
    return replace(match, meaning=stated[0]) if stated else match


def _heads(matches: Sequence[Match], reader: Reader) -> list[Match]:
    """Values that end in the name of a kind: "robot vacuum", "bath towels"."""
    found: list[Match] = []
    for match in matches:
        said = match.said.split()
        if match.meaning.kind != "value" or match.denied or len(said) < 2:
            continue
        kinds = [m for m in reader.vocabulary.meanings([stem(said[-1])]) if m.kind == "category"]
        found.extend(replace(match, meaning=m) for m in kinds[:1])
    return found


def _soft_stretches(folded: str) -> list[tuple[int, int]]:
    """Where a wish is said to be no must: the part of the sentence that has "ideally" or "if possible"."""
    ends = [0, *(m.end() for m in _SEGMENT.finditer(folded)), len(folded)]
    parts = [(start, end) for start, end in itertools.pairwise(ends) if end > start]
    soft: list[tuple[int, int]] = []
    for n, (start, end) in enumerate(parts):
        said = next((word for word in SOFTENERS if word in folded[start:end]), None)
        if said is None:
            continue
        alone = not set(words(folded[start:end])) - set(words(said)) - STOP_WORDS - ASKING_WORDS
        soft.append((parts[n - 1][0] if alone and n else start, end))  # "hard ones, if possible"
    return soft


def _in_scope(match: Match, scope: Scope, reader: Reader) -> Match | None:
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
    return replace(match, meaning=best) if stated(best)[1] > 0 else None


def _release(tokens: Sequence[Token], match: Match) -> None:
    for token in tokens:
        token.used &= not match.start <= token.start < match.end


def _as_before(
    amount: Amount, folded: str, tokens: Sequence[Token], context: Sequence[Constraint], named: Sequence[Match]
) -> Amount:
    """ "Ok 300 then" after "under 200", "140 is enough" after 160 cm: a bare number speaks of the limit that stands."""
    is_exact = amount.low == amount.high and amount.bound == "exact" and not amount.is_money
    is_bare = is_exact and not amount.unit
    is_enough = amount.bound == "min" and not amount.unit and "enough" in folded
    others = [t for t in tokens if not amount.start <= t.start < amount.end and t.text not in ASKING_WORDS | STOP_WORDS]
    if named or others or not (is_exact or is_enough):
        return amount
    if is_exact and amount.unit:  # "60 min then" after "at least 90 min"
        base = to_base(0.0, amount.unit)[1]
        tests = [c.test for c in context if c.test is not None and c.test.unit and to_base(0.0, c.test.unit)[1] == base]
        if tests and tests[-1].high is None:
            return replace(amount, high=None, bound="min")
        return replace(amount, low=None, bound="max") if tests and tests[-1].low is None else amount
    price = next((c for c in context if c.kind == "price"), None)
    if price is not None and is_bare and amount.value >= _LEAST_PRICE:
        is_floor = price.high is None
        low, high = (amount.value, None) if is_floor else (None, amount.value)
        return replace(amount, low=low, high=high, bound="min" if is_floor else "max")
    if price is None:
        measured = [c.test for c in context if c.test is not None and c.test.unit]
        return replace(amount, unit=measured[-1].unit) if measured and (is_enough or is_bare) else amount
    return amount


def _counted(folded: str, amount: Amount, scope: Scope) -> Amount:
    """The amount with a unit that only this catalogue knows: "8 cups"."""
    if amount.unit or amount.is_money:
        return amount
    if amount.bound == "min" and amount.value < _LEAST_PRICE * 2 and scope.states_number("pieces", ""):
        return replace(amount, unit="pieces")  # "at least six in the box"
    word = re.match(r"[\s-]*([a-z]+)", folded[amount.end :])
    units = {base for (name, base) in scope.facets.numbers if base and scope.states_number(name, base)}
    if word is None:
        return amount
    unit = next((u for u in (word[1], f"{word[1]}s", word[1].removesuffix("s")) if u in units), "")
    return replace(amount, unit=unit, end=amount.end + word.end()) if unit else amount


def _counts(folded: str, amount: Amount) -> bool:
    """Whether a noun follows, so that the number counts that and is no price: "at least 3 pockets"."""
    word = re.match(r"[\s-]+([a-z]+)", folded[amount.end :])
    return word is not None and word[1] not in STOP_WORDS | ASKING_WORDS and not word[1].endswith(("est", "er", "ly"))


def _named_by_word(folded: str, amount: Amount) -> list[str]:
    """Attributes that a plain word beside a number names: "120 cm high", "27 inches wide"."""
    after = re.match(r"[\s-]*(?:in )?([a-z]+)", folded[amount.end :])
    before = re.search(r"([a-z]+)(?: of)?\s*$", folded[: amount.start])
    said = [m[1] for m in (after, before) if m is not None]
    return [attribute for word in said for attribute in _MEASURE_WORDS.get(word, ())]


def _parts_of_values(
    folded: str, tokens: Sequence[Token], scope: Scope, found: Sequence[Constraint]
) -> list[Constraint]:
    """Values of this kind of thing named by one of their words: "hard" for a hard shell, "dotted" for dotted paper."""
    if not scope.is_narrow:
        return []
    known = {c.test.attribute for c in found if c.test is not None}
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
        holding = {
            attribute: keys
            for attribute, column in scope.facets.texts.items()
            if attribute not in known and attribute not in scope.facets.lists and scope.coverage(attribute) >= COVERAGE
            if (keys := {v for v, rows in column.items() if word in words(v) and scope.mask[rows].any()})
        }
        if len(holding) == 1:
            attribute, keys = next(iter(holding.items()))
            meaning = Meaning("value", frozenset(keys), attribute)
            parts.append(value_constraint(scope, meaning, word, negated=token.denied, softened=False))
            known.add(attribute)
            token.used = True
    return parts


def _flags_apart(folded: str, tokens: Sequence[Token], scope: Scope, found: Sequence[Constraint]) -> list[Constraint]:
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


def _superlative(word: str) -> tuple[tuple[str, ...], int, str] | None:
    """ "The lightest tent" asks for one of the lightest."""
    if word not in SUPERLATIVES:
        return None
    attributes, direction = SUPERLATIVES[word]
    return attributes, direction, word


def is_short_for(match: Match, facets: Facets) -> bool:
    """Whether only the first word of the kind's name is said: "rain" for rain jackets, which as a use asks for none.
    Of "Trimmers & Shavers" both are names.
    """
    said = words(match.said)
    named = [
        words(part) for key in match.meaning.keys for part in re.split(r"&|,|\band\b", facets.labels.get(key, key))
    ]
    ends = {
        end for name in named if name for end in (stem(name[-1]), *singulars(name[-1]))
    }  # a knife is what knives are
    return len(said) == 1 and any(len(name) > 1 for name in named) and not {stem(said[0]), said[0]} & ends


def _one_a_key(found: Sequence[Constraint]) -> list[Constraint]:
    """The last of a key stands, except that "navy or grey" and "Brindle or Northlea" are one wish for either."""
    kept: dict[str, Constraint] = {}
    for c in found:
        old = kept.get(c.key)
        if old is not None and old.label != c.label:
            c = _either(old, c)
        kept[c.key] = c
    wanted = {c.test.attribute for c in kept.values() if c.test is not None and not c.negated}
    has_kind = any(c.kind == "category" and not c.negated for c in kept.values())

    def is_said_already(c: Constraint) -> bool:  # "green, not blue" asks for green
        about = c.test is not None and c.test.attribute in wanted
        return c.negated and (about or (c.kind == "category" and has_kind))

    return [c for c in kept.values() if not is_said_already(c)]


def _either(old: Constraint, new: Constraint) -> Constraint:
    label, hard = f"{old.label} or {new.label}", old.hard and new.hard
    if new.values and old.kind == new.kind == "brand":
        return replace(new, values=tuple(sorted({*old.values, *new.values})), label=label)
    if old.test is not None and new.test is not None and old.test.any_of and new.test.any_of:
        test = replace(new.test, any_of=old.test.any_of | new.test.any_of)
        return replace(new, test=test, label=label, hard=hard)
    return new


def _gap(amount: Amount, match: Match) -> int:
    """Letters between an amount and an attribute's name; a name that follows is meant before one that precedes."""
    return match.start - amount.end if match.start >= amount.end else 2 * (amount.start - match.end) + 3


def _joined(found: list[Constraint], new: Constraint) -> Constraint:
    """ "over 20 and under 50" said apart is one range; "under 20 and over 50" stays as said, to be asked about."""
    old = next((c for c in found if c.key == new.key == "price"), None)
    if old is None or (old.low is None) == (new.low is None) or (old.high is None) == (new.high is None):
        return new
    low, high = (old.low, new.high) if new.low is None else (new.low, old.high)
    return joined_price(old, new) or replace(new, low=low, high=high, label=f"{old.label}, {new.label}")


def _category(
    folded: str, matches: Sequence[Match], heads: Sequence[Match], facets: Facets, stands: Constraint | None
) -> Constraint | None:
    """The category asked for. Several: those joined by "and"/"or" together, otherwise the narrowest."""
    named = [m for m in matches if m.meaning.kind == "category" and not m.denied]
    direct = [m for m in named if not is_context(folded[: m.start])]
    if not direct and not named and heads:
        direct = list(heads)  # "a robot vacuum": a value that ends in the name of the kind
    if not direct and (stands is None or _SAME_FOR.search(folded)):
        direct = [m for m in named if not is_short_for(m, facets)][:1]
    if not direct:
        return None
    gaps = [folded[a.end : b.start] for a, b in itertools.pairwise(direct)]
    if gaps and all(_JOINED.fullmatch(gap) for gap in gaps):
        keys = frozenset[str]().union(*(m.meaning.keys for m in direct))
        return category_constraint(facets, keys, " or ".join(m.said for m in direct))
    narrowest = min(direct, key=lambda m: m.meaning.rows)
    return category_constraint(facets, _last_level(facets, narrowest.meaning.keys), narrowest.said)


def _last_level(facets: Facets, keys: frozenset[str]) -> frozenset[str]:
    """The category's own name where a department holds nothing else: "pots" of a shop whose only pots are planters."""
    if len(keys) != 1:
        return keys
    rows = facets.categories[next(iter(keys))]
    same = [name for name, held in facets.categories.items() if len(held) == len(rows) and (held == rows).all()]
    return frozenset({same[-1]}) if same else keys
