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
from assistant.bare_numbers import as_before, counted, counts, named_by_word
from assistant.constraints import (
    Scope,
    brand_constraint,
    category_constraint,
    flag_constraint,
    joined_price,
    kind_of,
    measure_constraint,
    preference_constraint,
    price_constraint,
    relative_price_constraint,
    stock_constraint,
    value_constraint,
)
from assistant.fitting import gender, loads, ranges, sizes
from assistant.phrases import ASKING_WORDS, PREFERENCES, SOFTENERS, SUPERLATIVES
from assistant.reading import Match, Reader, Token, is_context, release, singulars, use
from assistant.types import Constraint
from assistant.within_kind import as_a_value, flags_apart, heads_of, in_scope, parts_of_values, without_echoes
from retrieval.facets import Facets
from retrieval.text import STOP_WORDS, stem, words

_JOINED = re.compile(r"\s*(?:,|/|,?\s*(?:and|or))\s*(?:an?|some|the)?\s*")
_SAME_FOR = re.compile(r"\bsame\b.*\bfor (?:an?|some|the)\b")
_COLOURS = ("colour", "color")
_SEGMENT = re.compile(r"[.;!?\n]|,(?!\d)|\b(?:and|but)\b")
_NAME_REACH = 18  # letters between a number and the name of what it measures


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
    stands = kind_of(context)
    matches = [as_a_value(m, folded, tokens, Scope.of(facets, stands), reader) for m in matches]
    category = _category(folded, matches, heads_of(matches, reader), facets, stands)
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
        match = in_scope(each, scope, reader)
        if match is None:
            release(tokens, each.start, each.end)
            continue
        meaning, denied, is_soft = match.meaning, match.denied, softened(match.start)
        if meaning.kind == "brand":
            found.append(brand_constraint(facets, meaning.keys, negated=denied))
        elif meaning.kind == "flag":
            found.append(flag_constraint(scope, meaning.attribute, wanted=not denied, softened=is_soft))
        elif meaning.kind == "value" and meaning.attribute == "size" and not scope.states_text("size", meaning.keys):
            release(tokens, match.start, match.end)  # a "large" jacket is an L
        elif meaning.kind == "value" and not (meaning.attribute == "gender" and who is not None):
            found.append(value_constraint(scope, meaning, match.said, negated=denied, softened=is_soft))
    if not any(c.key == "attribute:size" for c in found):
        found.extend(sizes(folded, tokens, scope, amounts, softened=bool(soft)))

    # 3) Amounts: money, or a measure of an attribute that the category has.
    spoken = [m for m in matches if m.meaning.kind == "attribute"]
    for amount in amounts:
        if all(token.used for token in tokens if amount.start <= token.start < amount.end):
            continue  # it is a size
        amount = counted(folded, as_before(amount, folded, tokens, context, spoken), scope)
        is_soft = softened(amount.start)
        near = sorted((gap, m.meaning.attribute, m) for m in spoken if (gap := _gap(amount, m)) <= 4 * _NAME_REACH)
        named = [*named_by_word(folded, amount), *(attribute for _, attribute, _ in near)]
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
            not amount.unit and (amount.bound != "exact" or amount.low != amount.high) and not counts(folded, amount)
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
    found.extend(parts_of_values(folded, tokens, scope, found))
    found.extend(flags_apart(folded, tokens, scope, found))
    if relative_price:
        found.append(relative_price_constraint(scope, relative_price, reader.currency))
    if in_stock:
        found.append(stock_constraint())
    return _one_a_key(without_echoes(found))


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
    has_kind = kind_of(kept.values()) is not None

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
