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
from assistant.wording import is_adjective, listed, money, plural, shown
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
    found = _found(ranked, constraints, past)
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
    return not any(r.contribution >= SMALLEST and _moves(r, moved) for r in _found(ranked, constraints, past))


def is_said_plainly(reason: Reason) -> bool:
    """Whether a reason keeps its plain wording: a language model that shortens a comparison ("the cheapest") claims
    more than the page shows, and it has no business with a quotation.
    """
    return reason.kind == "comparison" or _is_part(reason)


def asks_well_rated(text: str) -> bool:
    """Whether the shopper asked for what others rate well."""
    return _WELL_RATED.search(fold(text)) is not None


def _found(ranked: Ranked, constraints: Sequence[Constraint], past: Past | None) -> list[Reason]:
    """All that can be said of a product, for and against."""
    found: list[Reason] = []
    for constraint in constraints:
        reason = _wish_reason(ranked, constraint)
        if reason is not None:
            found.append(reason)
    found.extend(_rating_reason(ranked))
    found = _with_unknowns_joined(found, {signal_of(c) for c in constraints if c.test and c.test.flag is not None})
    if not ranked.product.in_stock:
        found.append(_reason(ranked, "request_missed", "stock", "stock", "0", "It is out of stock at the moment."))
    if past is not None and ranked.contributions.get("taste", 0.0) >= SMALLEST:
        text = f"It is similar to the {past.product.title} you {past.verb}."
        if past.product.id == ranked.product.id:
            text = f"You {past.verb} this very product before."
        found.append(_reason(ranked, "taste", "taste", "", past.product.title, text))
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
    text = _unknowns_text([(r.field, r.signal in flags) for r in unknown])
    joined = replace(unknown[0], field=", ".join(r.field for r in unknown), text=text)
    return [*(r for r in found if r not in unknown), joined]


def _unknowns_text(fields: Sequence[tuple[str, bool]]) -> str:
    """The listing does not give its weight or its colour, or say whether it is waterproof."""
    given = listed([f"its {name}" for name, is_flag in fields if not is_flag], "or")
    asked = listed([f"{'is' if is_adjective(n) else 'has'} {n}" for n, is_flag in fields if is_flag], "or")
    said = [f"give {given}"] * bool(given) + [f"say whether it {asked}"] * bool(asked)
    joint = ", or " if len(fields) > 2 else " or "
    return f"The listing does not {joint.join(said)}."


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
            return _reason(ranked, "request_missed", signal, "category", "", "The listing does not give its category.")
        where = " > ".join(product.category)
        text = f"It is listed under {where}, not under {constraint.label}."
        return _reason(ranked, "request_missed", signal, "category", where, text)
    if constraint.kind == "brand":
        return _brand_reason(ranked, constraint)
    assert constraint.test is not None
    name, value = attribute_of(product, constraint.test.attribute)
    states, _ = judge(constraint, product)
    if not states:
        if constraint.negated:
            return None
        if value is not None:
            text = f"Its listing does not name “{constraint.label}”."
            return _reason(ranked, "request_missed", signal, name, constraint.label, text)
        text = (
            f"The listing does not say whether it {'is' if is_adjective(name) else 'has'} {name}."
            if constraint.test.flag is not None
            else (f"The listing does not give its {name}.")
        )
        return _reason(ranked, "request_missed", signal, name, "", text)
    assert value is not None
    text = worded_fact(name, value) if contribution > 0 else _missed(name, value, constraint)
    if constraint.note and contribution > 0:
        text = f"{text.rstrip('.')}, among {constraint.note}."
    return _reason(ranked, _met(contribution), signal, name, shown(value), text)


def _brand_reason(ranked: Ranked, constraint: Constraint) -> Reason | None:
    brand, signal = ranked.product.brand, signal_of(constraint)
    contribution = ranked.contributions.get(signal, 0.0)
    if not brand:
        text = "The listing does not give its brand."
        return None if constraint.negated else _reason(ranked, "request_missed", signal, "brand", "", text)
    text = f"It is made by {brand}."
    if contribution < 0:
        text = f"It is made by {brand}, while you asked for {constraint.label}."
    return _reason(ranked, _met(contribution), signal, "brand", brand, text)


def _missed(name: str, value: AttributeValue, constraint: Constraint) -> str:
    if constraint.negated:
        return f"{worded_fact(name, value).rstrip('.')}, while you asked for {constraint.label}."
    if isinstance(value, bool):
        return worded_fact(name, value)
    if constraint.note:
        return f"{worded_fact(name, value).rstrip('.')}, not among {constraint.note}."
    wanted = constraint.label.removeprefix(f"{name} ")
    return f"{worded_fact(name, value).rstrip('.')}, while you asked for {wanted}."


def worded_fact(name: str, value: AttributeValue) -> str:
    """One attribute as a plain sentence: It is waterproof. Its capacity is 45 L. It has bluetooth."""
    if isinstance(value, bool):
        if is_adjective(name):
            return f"It is {name}." if value else f"It is not {name}."
        return f"It has {_article(name)}{name}." if value else f"It has no {name}."
    if fold(name) in _FACT_FORMS:
        return _FACT_FORMS[fold(name)].format(shown(value))
    if isinstance(value, Quantity) and not value.unit and name.endswith("s") and value.value in range(2, 1000):
        return f"It has {value} {name}."
    verb = "are" if name.endswith("s") and not name.endswith("ss") else "is"
    return f"Its {name} {verb} {shown(value)}."


# How common attributes are said; any other is "Its NAME is VALUE."
_FACT_FORMS = {
    "colour": "It comes in {}.",
    "color": "It comes in {}.",
    "material": "It is made of {}.",
    "weight": "It weighs {}.",
    "size": "Its size is {}.",
    "gender": "It is made for {}.",
    "use": "It is meant for {}.",
    "season": "It is meant for {} use.",
    "battery life": "Its battery lasts {}.",
    "warranty": "Its warranty runs for {}.",
    "included": "It comes with {}.",
    "compatible with": "It works with {}.",
    "ports": "Its ports are {}.",
    "fill": "It is filled with {}.",
}
_MASS_NOUNS = frozenset(["bluetooth", "wi-fi", "wifi", "nfc", "gps", "usb", "storage", "noise", "anc", "ambient"])


def _article(noun: str) -> str:
    first, last = noun.split()[0], noun.split()[-1]
    if first in _MASS_NOUNS or last in _MASS_NOUNS or last.endswith(("ing", "s", "tion")):
        return ""
    return "an " if first[0] in "aeiou" else "a "


def _price_reason(ranked: Ranked, constraint: Constraint) -> Reason | None:
    product = ranked.product
    contribution = ranked.contributions.get("budget", 0.0)
    if product.price is None:
        return _reason(ranked, "request_missed", "budget", "price", "", "The listing does not give its price.")
    price = money(product.price, product.currency)
    if contribution > 0:
        text = f"It costs {price}, {_within(constraint, product.currency)}."
        return _reason(ranked, "request_met", "budget", "price", price, text)
    if constraint.high is not None and product.price > constraint.high:
        if product.price - constraint.high < 0.02:  # "cheaper" than this very price
            return _reason(
                ranked,
                "request_missed",
                "budget",
                "price",
                price,
                f"It costs {price}, which is not {constraint.label}.",
            )
        limit = money(constraint.high, product.currency, short=True)
        text = (
            f"It costs {price}, {money(product.price - constraint.high, product.currency)} over your limit of {limit}."
        )
    else:
        low = money(constraint.low or 0.0, product.currency, short=True)
        text = f"It costs {price}, less than the {low} you asked for."
    return _reason(ranked, "request_missed", "budget", "price", price, text)


def _within(constraint: Constraint, currency: str) -> str:
    low, high = constraint.low, constraint.high
    if constraint.note:
        return f"within {constraint.note}"
    if low is not None and high is not None:
        return f"between {money(low, currency, short=True)} and {money(high, currency, short=True)} as you asked"
    if high is not None and money(high + 0.01, currency) in constraint.label:
        return f"less than the {money(high + 0.01, currency)} you saw"  # "cheaper"
    if high is not None:
        return f"within your limit of {money(high, currency, short=True)}"
    return f"above the {money(low or 0.0, currency, short=True)} you named"


def _rating_reason(ranked: Ranked) -> list[Reason]:
    product = ranked.product
    contribution = ranked.contributions.get("rating", 0.0)
    if product.rating is None or not product.rating_count:
        if contribution >= 0:
            return []  # nobody asked what others think of it
        return [_reason(ranked, "request_missed", "rating", "rating", "", "The listing does not give its rating.")]
    if abs(contribution) < SMALLEST:
        return []
    people = plural(product.rating_count, "customer")
    side = "above" if contribution > 0 else "below"
    text = f"It is rated {product.rating:g} out of 5 by {people}, {side} the average of our shop."
    return [_reason(ranked, "social_proof", "rating", "rating", f"{product.rating:g}", text)]


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
    text = f"Its listing mentions {quoted}."
    return [_reason(ranked, "relevance", "words", _where(ranked.product, matched), ", ".join(matched[:3]), text)]


def _where(product: Product, matched: Sequence[str]) -> str:
    in_title = {stem(w) for w in words(product.title)}
    return "title" if all(stem(w) in in_title for w in matched) else "description"


def attribute_of(product: Product, attribute: str) -> tuple[str, AttributeValue | None]:
    """The attribute as the listing names it, with its value; (attribute, None) if it is not stated."""
    folded = fold(attribute)
    return next(((n, v) for n, v in product.attributes.items() if fold(n) == folded), (attribute, None))


def _met(contribution: float) -> ReasonKind:
    return "request_met" if contribution > 0 else "request_missed"


def _reason(ranked: Ranked, kind: ReasonKind, signal: str, field: str, value: str, text: str) -> Reason:
    return Reason("", kind, ranked.product.id, signal, field, value, text, ranked.contributions.get(signal, 0.0))
