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
from assistant.phrases import PREFERENCES, SOFTENERS
from assistant.reading import Match, Reader, Token, is_context, use
from assistant.types import Constraint
from assistant.vocabulary import Meaning
from retrieval.facets import Facets

_JOINED = re.compile(r"\s*(?:,|/|,?\s*(?:and|or))\s*(?:an?|some|the)?\s*")
_COLOURS = ("colour", "color")
_LETTER_SIZES = ("xs", "xl", "xxl", "2xl", "3xl")
_SPELLED = {"small": "s", "medium": "m", "large": "l"}
_SHORT = 3  # words


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
    softened = any(word in folded for word in SOFTENERS)
    found: list[Constraint] = []

    # 1) Category: what is sold under that name; "for the kitchen" is a use, unless nothing else is named.
    category = _category(folded, matches, facets)
    if category is not None:
        found.append(category)
    refused = [m for m in matches if m.meaning.kind == "category" and m.denied]
    found.extend(category_constraint(facets, m.meaning.keys, m.said, negated=True) for m in refused)
    standing = category or next((c for c in context if c.kind == "category" and not c.negated), None)
    scope = Scope.of(facets, standing)

    # 2) Brands, values and yes/no attributes.
    for match in matches:
        meaning, denied = match.meaning, match.denied
        if meaning.kind == "brand":
            found.append(brand_constraint(facets, meaning.keys, negated=denied))
        elif meaning.kind == "flag":
            found.append(flag_constraint(scope, meaning.attribute, wanted=not denied, softened=softened))
        elif meaning.kind == "value" and meaning.attribute == "size" and not scope.states_text("size", meaning.keys):
            for token in tokens:
                token.used &= not match.start <= token.start < match.end  # a "large" jacket is an L
        elif meaning.kind == "value":
            found.append(value_constraint(scope, meaning, match.said, negated=denied, softened=softened))
    found.extend(_sizes(folded, tokens, scope))

    # 3) Amounts: money, or a measure of an attribute that the category has.
    spoken = [m for m in matches if m.meaning.kind == "attribute"]
    for amount in amounts:
        nearest = sorted((_gap(amount, m), m.meaning.attribute) for m in spoken)
        named = [attribute for _, attribute in nearest]
        constraint = None if amount.is_money else measure_constraint(scope, amount, named, softened=softened)
        if constraint is not None:
            use(tokens, amount.start, amount.end)
        elif amount.is_money or (not amount.unit and amount.bound != "exact") or amount.low != amount.high:
            constraint, note = price_constraint(amount, reader.currency)
            use(tokens, amount.start, amount.end)
            if note:
                notes.append(note)
        if constraint is not None:
            found.append(_joined(found, constraint))
    shades = {m.start - len(w) - 1 for m in matches if m.meaning.attribute in _COLOURS for w in ("light", "bright")}
    for token in tokens:
        if token.text in PREFERENCES and not token.used and token.start not in shades:
            constraint = preference_constraint(scope, token.text, *PREFERENCES[token.text])
            if constraint is not None:
                token.used = True
                found.append(constraint)
    if relative_price:
        found.append(relative_price_constraint(scope, relative_price, reader.currency))
    if in_stock:
        found.append(stock_constraint())
    return _one_a_key(found)


def _one_a_key(found: Sequence[Constraint]) -> list[Constraint]:
    """The last of a key stands, except that "navy or grey" and "Brindle or Northlea" are one wish for either."""
    kept: dict[str, Constraint] = {}
    for c in found:
        old = kept.get(c.key)
        if old is not None and old.label != c.label:
            c = _either(old, c)
        kept[c.key] = c
    return list(kept.values())


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


def _category(folded: str, matches: Sequence[Match], facets: Facets) -> Constraint | None:
    """The category asked for. Several: those joined by "and"/"or" together, otherwise the narrowest."""
    named = [m for m in matches if m.meaning.kind == "category" and not m.denied]
    direct = [m for m in named if not is_context(folded[: m.start])] or named[:1]
    if not direct:
        return None
    gaps = [folded[a.end : b.start] for a, b in itertools.pairwise(direct)]
    if gaps and all(_JOINED.fullmatch(gap) for gap in gaps):
        keys = frozenset[str]().union(*(m.meaning.keys for m in direct))
        return category_constraint(facets, keys, " or ".join(m.said for m in direct))
    narrowest = min(direct, key=lambda m: m.meaning.rows)
    return category_constraint(facets, narrowest.meaning.keys, narrowest.said)


def _sizes(folded: str, tokens: list[Token], scope: Scope) -> list[Constraint]:
    """ "size 42", "size M or L", or a bare "XL" where the category comes in sizes."""
    column = scope.facets.texts.get("size", {})
    values = [v for v, rows in column.items() if scope.mask[rows].any()]
    match = re.search(r"\bsizes?\s+([\w./-]+(?:\s+[\d./-]+)?)(?:\s*(?:or|/|,)\s*([\w./-]+))?", folded)
    wanted = [w for w in match.groups() if w] if match else []
    if not wanted and scope.is_narrow and scope.coverage("size") >= COVERAGE:
        letters = ("s", "m", "l") if len(tokens) <= _SHORT else ()  # "M", "or L": nothing else can be meant
        bare = [t.text for t in tokens if t.text in (*_LETTER_SIZES, *letters) or (t.text in _SPELLED and not t.used)]
        wanted = bare[:2]
    keys = {v for v in values for w in wanted if v in (w, _SPELLED.get(w)) or v.split()[-1] == w}
    if not keys:
        return []
    for token in tokens:
        token.used |= token.text in (*" ".join(wanted).split(), "size", "sizes")
    meaning = Meaning("value", frozenset(keys), "size")
    negated = match is not None and bool(re.search(r"\b(?:no|not|without)\s+$", folded[: match.start()]))
    said = " or ".join(w.upper() for w in wanted)
    return [value_constraint(scope, meaning, f"size {said}", negated=negated, softened=False)]
