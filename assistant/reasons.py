"""Contributions and facts -> reasons: why a product stands where it stands, and what speaks against it.

Every reason carries the signal it comes from and that signal's exact contribution; nothing is claimed that
the ranker did not count. The plain wording of a reason is already a sentence fit to be shown.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from assistant.ranking import Ranked, judge, signal_of
from assistant.types import Constraint, Reason, ReasonKind, Sentence
from assistant.wording import is_adjective, is_plural, listed, money, plural, shown
from assistant.wordings import text_of
from retrieval.text import fold, stem, words
from retrieval.types import AttributeValue, Product, Quantity

MOST_POSITIVE = 3
MOST_NEGATIVE = 1
"""A card is read in seconds: the few reasons that moved the product most, and the main trade-off."""

SMALLEST = 0.015
"""Contributions below this move no product past another often enough to be called a reason."""

_MOST_UNKNOWNS = 3  # named in one sentence

MOVES = 0.005
"""Lead over the best product not shown, in score, that a reason must give to count as setting a product apart: a
third of `SMALLEST`, since a lead is a difference of two contributions."""

_WELL_RATED = re.compile(
    r"\b(?:well|best|top|highly|highest|good|better)[- ](?:rated|reviewed|ratings?|reviews?)\b"
    r"|\bgreat (?:reviews|ratings)\b"
)


@dataclass(frozen=True, slots=True)
class Past:
    """The product of a shopper's history that a taste reason refers to."""

    product: Product
    verb: str
    """ "bought" or "viewed"."""


def reasons_for(
    ranked: Ranked,
    constraints: Sequence[Constraint],
    *,
    past: Past | None = None,
    variety: Reason | None = None,
    comparison: Reason | None = None,
    part: Reason | None = None,
    moved: Mapping[str, float] | None = None,
) -> tuple[Reason, ...]:
    """The reasons of one product, what sets it apart first, the trade-off last; ids are set by `numbered`.

    `variety` is why it came in for variety, if it did; that is always told. `comparison` says that it leads the page
    in something asked for, `part` which part of its text came near the request (see `needs_part`). `moved` is how
    much of each contribution sets it apart (`assistant.apart`); without it, all of it does.
    """
    found = every_reason(ranked, constraints, past)
    # A name stands above its reasons, and that a tent is a tent goes without saying: each is told only by itself.
    weak = {"title"} | {c.kind for c in constraints if c.kind == "category"}
    if part is not None and not (part.field in weak and any(r.contribution >= SMALLEST for r in found)):
        found.append(part)
    return _chosen(found, variety, comparison, ranked.contributions if moved is None else moved)


def needs_part(
    ranked: Ranked,
    constraints: Sequence[Constraint],
    *,
    past: Past | None = None,
    moved: Mapping[str, float] | None = None,
) -> bool:
    """Whether nothing else sets a product apart, so that its text is worth reading part by part. Only then: that takes
    several times as long as the rest of an answer.
    """
    if max(ranked.contributions.get(signal, 0.0) for signal in ("meaning", "relevance")) < SMALLEST:
        return False
    moved = ranked.contributions if moved is None else moved
    return not any(r.contribution >= SMALLEST and _moves(r, moved) for r in every_reason(ranked, constraints, past))


def asks_well_rated(text: str) -> bool:
    """Whether the shopper asked for what others rate well."""
    return _WELL_RATED.search(fold(text)) is not None


def every_reason(ranked: Ranked, constraints: Sequence[Constraint], past: Past | None) -> list[Reason]:
    """All that can be said of a product, for and against."""
    found: list[Reason] = []
    for constraint in constraints:
        reason = _wish_reason(ranked, constraint)
        if reason is not None:
            found.append(reason)
    found.extend(_rating_reason(ranked))
    found = _with_unknowns_joined(found, {signal_of(c) for c in constraints if c.test and c.test.flag is not None})
    if not ranked.product.in_stock:
        found.append(_reason(ranked, "request_missed", "stock", "stock", "0", "stock.out"))
    if past is not None and ranked.contributions.get("taste", 0.0) >= SMALLEST:
        title, form = past.product.title, "taste.same" if past.product.id == ranked.product.id else "taste"
        found.append(_reason(ranked, "taste", "taste", "", title, form, {"title": title, "verb": past.verb}))
    found.extend(_words_reason(ranked, constraints))
    return found


def in_order(sentences: Sequence[Sentence], reasons: Sequence[Reason]) -> list[Sentence]:
    """The sentences of one product in the order of its reasons: what was asked for first, the trade-off last.

    They arrive as the model finishes them, and a short trade-off is often written first.
    """
    place = {reason.id: index for index, reason in enumerate(reasons)}
    own = [s for s in sentences if any(id in place for id in s.reasons)]
    return sorted(own, key=lambda s: max(place.get(id, 0) for id in s.reasons))


def numbered(groups: Sequence[tuple[Reason, ...]]) -> list[tuple[Reason, ...]]:
    """Gives the reasons of one answer their ids: r1, r2, ..."""
    result: list[tuple[Reason, ...]] = []
    count = 0
    for group in groups:
        result.append(tuple(replace(reason, id=f"r{count + i}") for i, reason in enumerate(group, start=1)))
        count += len(group)
    return result


def _chosen(
    found: Sequence[Reason], variety: Reason | None, comparison: Reason | None, moved: Mapping[str, float]
) -> tuple[Reason, ...]:
    """What was asked for and sets the product apart; what else does; what was asked for and many have; the main thing
    against. What was not asked for and sets nothing apart is told only where there is nothing else.

    Two wishes met by one fact ("red", "not blue") are said once, as the weightier of them.
    """
    weightiest = {r.text: r for r in sorted(found, key=lambda r: abs(r.contribution))}
    found = [r for r in found if weightiest[r.text] is r]
    asked = {"request_met": 0, "comparison": 1, "taste": 2, "social_proof": 2}

    def place(r: Reason) -> tuple[int, float, float]:
        group = asked.get(r.kind, 4)
        if group == 0 and not _moves(r, moved):
            group = 3
        return group, -(r.contribution if _is_part(r) else moved.get(r.signal, r.contribution)), -r.contribution

    positive = [r for r in found if r.contribution >= SMALLEST]
    if comparison is not None and comparison.contribution >= SMALLEST:
        positive.append(comparison)
    telling = [r for r in positive if r.kind == "request_met" or _moves(r, moved)]
    positive = sorted(telling or sorted(positive, key=lambda r: -r.contribution)[:1], key=place)
    negative = sorted((r for r in found if r.contribution <= -SMALLEST), key=lambda r: r.contribution)
    told = () if variety is None else (variety,)
    return (*positive[: MOST_POSITIVE - len(told)], *told, *negative[:MOST_NEGATIVE])


def _moves(reason: Reason, moved: Mapping[str, float]) -> bool:
    """Whether a reason gives the product a lead; a part of the text is its own, so all of it does."""
    return _is_part(reason) or moved.get(reason.signal, reason.contribution) >= MOVES


def _is_part(reason: Reason) -> bool:
    return reason.signal in ("meaning", "relevance")


def _with_unknowns_joined(found: Sequence[Reason], flags: Collection[str]) -> list[Reason]:
    """What was asked for and the listing leaves open, in one reason: the signal is that of the weightiest."""
    unknown = [r for r in found if r.kind == "request_missed" and not r.value and r.contribution <= -SMALLEST]
    if len(unknown) < 2:
        return list(found)
    unknown = sorted(unknown, key=lambda r: r.contribution)[:_MOST_UNKNOWNS]
    blanks = {"open": _left_open([(r.field, r.signal in flags) for r in unknown])}
    form = "unknown.several"
    joined = replace(
        unknown[0], field=", ".join(r.field for r in unknown), text=text_of(form, blanks), form=form, blanks=blanks
    )
    return [*(r for r in found if r not in unknown), joined]


def _left_open(fields: Sequence[tuple[str, bool]]) -> str:
    """What the listing does not do: give its weight or its colour, or say whether it is waterproof."""
    given = listed([f"its {name}" for name, is_flag in fields if not is_flag], "or")
    asked = listed([f"{'is' if is_adjective(n) else 'has'} {n}" for n, is_flag in fields if is_flag], "or")
    said = [f"give {given}"] * bool(given) + [f"say whether it {asked}"] * bool(asked)
    joint = ", or " if len(fields) > 2 else " or "
    return joint.join(said)


def _wish_reason(ranked: Ranked, constraint: Constraint) -> Reason | None:
    """One wish met, broken or left open by the listing; None where there is nothing worth saying."""
    product = ranked.product
    if constraint.kind == "price":
        return _price_reason(ranked, constraint)
    if constraint.kind == "stock":
        return None  # a filter only: it moved nothing among the candidates
    signal = signal_of(constraint)
    contribution = ranked.contributions.get(signal, 0.0)
    if constraint.kind == "category":
        # That a tent is a tent goes without saying; that it is not one has to be said.
        if contribution >= 0:
            return None
        if not product.category:
            return _reason(ranked, "request_missed", signal, "category", "", "category.unknown")
        where = " > ".join(product.category)
        blanks = {"where": where, "wanted": constraint.label}
        return _reason(ranked, "request_missed", signal, "category", where, "category.missed", blanks)
    if constraint.kind == "brand":
        return _brand_reason(ranked, constraint)
    assert constraint.test is not None
    name, value = attribute_of(product, constraint.test.attribute)
    states, _ = judge(constraint, product)
    if not states:
        if constraint.negated:
            return None
        if value is not None:
            blanks = {"label": f"“{constraint.label}”"}
            return _reason(ranked, "request_missed", signal, name, constraint.label, "unknown.names", blanks)
        sort = "value" if constraint.test.flag is None else "is" if is_adjective(name) else "has"
        return _reason(ranked, "request_missed", signal, name, "", f"unknown.{sort}", {"name": name})
    assert value is not None
    form, blanks = stated(name, value)
    half, added = _second_half(name, value, constraint, contribution)
    return _reason(ranked, _met(contribution), signal, name, shown(value), form + half, blanks | added)


def _second_half(
    name: str, value: AttributeValue, constraint: Constraint, contribution: float
) -> tuple[str, dict[str, str]]:
    """What a fact needs beside it: the third of the products it is among, or the wish it does not meet."""
    if contribution > 0:
        return ("+note", {"note": constraint.note}) if constraint.note else ("", {})
    if isinstance(value, bool) and not constraint.negated:
        return "", {}  # "It is not waterproof" says it all
    if constraint.note and not constraint.negated:
        return "+outside", {"note": constraint.note}
    wanted = constraint.label if constraint.negated else constraint.label.removeprefix(f"{name} ")
    return "+missed", {"wanted": wanted}


def _brand_reason(ranked: Ranked, constraint: Constraint) -> Reason | None:
    brand, signal = ranked.product.brand, signal_of(constraint)
    contribution = ranked.contributions.get(signal, 0.0)
    if not brand:
        return None if constraint.negated else _reason(ranked, "request_missed", signal, "brand", "", "brand.unknown")
    form, wanted = ("brand.missed", {"wanted": constraint.label}) if contribution < 0 else ("brand", {})
    return _reason(ranked, _met(contribution), signal, "brand", brand, form, {"brand": brand} | wanted)


def worded_fact(name: str, value: AttributeValue) -> str:
    """One attribute as a plain sentence: It is waterproof. Its capacity is 45 L. It has bluetooth."""
    form, blanks = stated(name, value)
    return text_of(form, blanks)


def stated(name: str, value: AttributeValue) -> tuple[str, dict[str, str]]:
    """The form an attribute is said in, with what fills its blanks."""
    blanks = {"name": name, "value": shown(value)}
    if isinstance(value, bool):
        if is_adjective(name):
            return ("fact.is" if value else "fact.isnot"), {"name": name}
        return ("fact.has" if value else "fact.hasno"), {"name": name}
    if fold(name) in _FORMS:
        return f"fact.{_FORMS[fold(name)]}", blanks
    if isinstance(value, Quantity):
        if not value.unit and is_plural(name) and not name.startswith("number "):
            return ("fact.count" if value.value in range(2, 1000) else "fact.number"), blanks
        if value.unit and fold(name) in _MEASURES:
            return f"fact.{fold(name)}", blanks
    if is_plural(name):
        return "fact.values", blanks
    return ("fact.value" if isinstance(value, Quantity) else "fact.text"), blanks


# How common attributes are said; any other is "Its NAME is VALUE."
_FORMS = {
    "colour": "colour",
    "color": "colour",
    "material": "material",
    "weight": "weight",
    "size": "size",
    "gender": "gender",
    "use": "use",
    "season": "season",
    "battery life": "battery",
    "warranty": "warranty",
    "included": "included",
    "compatible with": "compatible",
    "ports": "ports",
    "fill": "fill",
}
_MEASURES = frozenset(["capacity", "length", "width", "height"])


def _price_reason(ranked: Ranked, constraint: Constraint) -> Reason | None:
    product = ranked.product
    if product.price is None:
        return _reason(ranked, "request_missed", "budget", "price", "", "price.unknown")
    contribution = ranked.contributions.get("budget", 0.0)
    price = money(product.price, product.currency)
    form, blanks = (_within if contribution > 0 else _outside)(constraint, product.price, product.currency)
    return _reason(ranked, _met(contribution), "budget", "price", price, f"price.{form}", {"price": price} | blanks)


def _within(constraint: Constraint, price: float, currency: str) -> tuple[str, dict[str, str]]:
    low, high = constraint.low, constraint.high
    if constraint.note:
        return "note", {"note": constraint.note}
    if low is not None and high is not None:
        return "between", {"low": money(low, currency, short=True), "high": money(high, currency, short=True)}
    if high is not None and money(high + 0.01, currency) in constraint.label:
        return "seen", {"seen": money(high + 0.01, currency)}  # "cheaper"
    if high is not None:
        return "within", {"limit": money(high, currency, short=True)}
    return "above", {"low": money(low or 0.0, currency, short=True)}


def _outside(constraint: Constraint, price: float, currency: str) -> tuple[str, dict[str, str]]:
    high = constraint.high
    if high is None or price <= high:
        return "less", {"low": money(constraint.low or 0.0, currency, short=True)}
    if price - high < 0.02:  # "cheaper" than this very price
        return "not", {"label": constraint.label}
    return "over", {"difference": money(price - high, currency), "limit": money(high, currency, short=True)}


def _rating_reason(ranked: Ranked) -> list[Reason]:
    product = ranked.product
    contribution = ranked.contributions.get("rating", 0.0)
    if product.rating is None or not product.rating_count:
        if contribution >= 0:
            return []  # nobody asked what others think of it
        return [_reason(ranked, "request_missed", "rating", "rating", "", "rating.unknown")]
    if abs(contribution) < SMALLEST:
        return []
    form = "rating.above" if contribution > 0 else "rating.below"
    blanks = {"rating": f"{product.rating:g} out of 5", "people": plural(product.rating_count, "customer")}
    return [_reason(ranked, "social_proof", "rating", "rating", f"{product.rating:g}", form, blanks)]


def _words_reason(ranked: Ranked, constraints: Sequence[Constraint]) -> list[Reason]:
    """The shopper's own words found in the listing, those left out that a wish already stands for."""
    spoken_for = {stem(w) for c in constraints for w in (*words(c.label), *(w for v in c.values for w in words(v)))}
    spoken_for |= {stem(w) for level in ranked.product.category for w in words(level)}
    matched = [
        w for w in ranked.matched_words if stem(w) not in spoken_for and len(w) > 2 and not any(c.isdigit() for c in w)
    ]
    if not matched:
        return []
    quoted = listed([f"“{word}”" for word in matched[:3]])
    where, said = _where(ranked.product, matched), ", ".join(matched[:3])
    return [_reason(ranked, "relevance", "words", where, said, "mention", {"words": quoted})]


def _where(product: Product, matched: Sequence[str]) -> str:
    in_title = {stem(w) for w in words(product.title)}
    return "title" if all(stem(w) in in_title for w in matched) else "description"


def attribute_of(product: Product, attribute: str) -> tuple[str, AttributeValue | None]:
    """The attribute as the listing names it, with its value; (attribute, None) if it is not stated."""
    folded = fold(attribute)
    return next(((n, v) for n, v in product.attributes.items() if fold(n) == folded), (attribute, None))


def _met(contribution: float) -> ReasonKind:
    return "request_met" if contribution > 0 else "request_missed"


def _reason(
    ranked: Ranked,
    kind: ReasonKind,
    signal: str,
    field: str,
    value: str,
    form: str,
    blanks: Mapping[str, str] | None = None,
) -> Reason:
    contribution = ranked.contributions.get(signal, 0.0)
    blanks = blanks or {}
    text = text_of(form, blanks)
    return Reason("", kind, ranked.product.id, signal, field, value, text, contribution, form, blanks)
