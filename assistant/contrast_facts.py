"""One signal of two products in words: the facts of both, and nothing that the ranker did not count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.explain import short_name
from assistant.ranking import Ranked, judge, signal_of
from assistant.reasons import SMALLEST, attribute_of
from assistant.replies import WHAT_IF
from assistant.types import Constraint, Contrast, Difference, Trial
from assistant.wording import is_adjective, is_plural, listed, money, plural, shorten, shown
from retrieval.types import Product

FOR, AGAINST = 3, 2
"""Signals told of the product ahead, and of the other; the evidence holds all."""

TOLD = 3
"""Changes that a reply names; the evidence holds all that were tried."""

LONGEST_TITLE = 60
"""Characters of a product's name in a sentence that names two of them."""


def called(product: Product, *others: Product) -> str:
    """ "the Oakley Hush Kettle"; the whole title where another product of the sentence has the same short name,
    and its id beside it where that tells nothing either.
    """
    others = tuple(other for other in others if other.id != product.id)
    name = short_name(product.title)
    if not name or any(short_name(other.title) == name for other in others):
        name = product.title
    name = _cut(name)
    if any(_cut(other.title) == name or _cut(short_name(other.title)) == name for other in others):
        name = f"{name} ({product.id})"
    return name if name.lower().startswith("the ") else f"the {name}"


def _cut(name: str) -> str:
    return shorten(name, LONGEST_TITLE).replace(" -…", "…")


def speaking_for(
    found: Sequence[Difference], ahead: Ranked, behind: Ranked, constraints: Sequence[Constraint]
) -> tuple[list[str], list[str]]:
    """(clauses for the product ahead, clauses for the other), each the largest first, at most `FOR` and `AGAINST`.

    What is too small to move a product is left out, unless nothing else is there.
    """
    plus = [d for d in found if d.gap > 0]
    minus = [d for d in found if d.gap < 0]
    weighty = [d for d in plus if d.gap >= SMALLEST] or plus[:1]
    return (
        [clause(d.signal, ahead, behind, constraints) for d in weighty[:FOR]],
        [clause(d.signal, behind, ahead, constraints) for d in minus if -d.gap >= SMALLEST][:AGAINST],
    )


def clause(signal: str, better: Ranked, other: Ranked, constraints: Sequence[Constraint]) -> str:
    """What one signal found better in one product than in the other, as half a sentence with "it"."""
    a, b = better.product, other.product
    wish = next((c for c in constraints if c.kind not in ("price", "stock") and signal_of(c) == signal), None)
    if wish is not None:
        return _wish(wish, a, b)
    if signal == "budget":
        price = next((c for c in constraints if c.kind == "price"), None)
        return _budget(price, a, b)
    if signal == "low price":
        return f"it costs {_price(a)}, against {_price(b)}, and you asked for something cheap"
    if signal == "rating":
        return _rating(a, b)
    if signal == "stock":
        return "it is in stock, while the other is sold out"
    if signal == "taste":
        return "it is more like the products of your history"
    if signal == "variety":
        return "it was lifted for variety"
    if signal == "every word":
        return "its listing has every word of your request, while the other's does not"
    if signal == "words":
        more = [w for w in better.matched_words if w not in other.matched_words]
        if more:
            return f"its listing mentions {listed([f'“{w}”' for w in more[:3]])}, while the other's does not"
        return f"your words weigh more in its listing {_scores(signal, better, other)}"
    if signal == "meaning":
        return f"its listing as a whole is closer in meaning to your request {_scores(signal, better, other)}"
    if signal == "relevance":
        return f"read beside your request, its listing fits better {_scores(signal, better, other)}"
    return f"it does better in “{signal.rpartition(':')[2]}” {_scores(signal, better, other)}"


def _scores(signal: str, better: Ranked, other: Ranked) -> str:
    """The raw signals, with as many decimals as tell them apart."""
    one, two = better.signals.get(signal, 0.0), other.signals.get(signal, 0.0)
    digits = next((n for n in (2, 3, 4) if round(one, n) != round(two, n)), 6)
    return f"({one:.{digits}f} against {two:.{digits}f})"


def _price(product: Product) -> str:
    return money(product.price, product.currency) if product.price is not None else "an unstated price"


def _budget(price: Constraint | None, a: Product, b: Product) -> str:
    asked = f", where you asked for “{price.label.partition(':')[0]}”" if price is not None else ""
    if a.price is None:
        return f"its price is not stated, while the other costs {_price(b)}{asked}"
    if b.price is None:
        return f"it costs {_price(a)}, while the other's price is not stated{asked}"
    return f"it costs {_price(a)}, against {_price(b)}{asked}"


def _rating(a: Product, b: Product) -> str:
    def rated(product: Product) -> str:
        return f"{product.rating:g} out of 5 by {plural(product.rating_count, 'customer')}"

    if a.rating is None or not a.rating_count:
        return f"it has no ratings yet, while the other is rated {rated(b)}, below the average of our shop"
    if b.rating is None or not b.rating_count:
        return f"it is rated {rated(a)}, while the other has no ratings yet"
    few = ", where few ratings count less than many" if b.rating is not None and a.rating <= b.rating else ""
    return f"it is rated {rated(a)}, against {rated(b)}{few}"


def _wish(wish: Constraint, a: Product, b: Product) -> str:
    asked = f"you asked for “{wish.label}”, and"
    if wish.kind == "category":
        return f"{asked} it is listed under {_path(a)}, the other under {_path(b)}"
    if wish.kind == "brand":
        return f"{asked} it is made by {a.brand or 'an unnamed maker'}, the other by {b.brand or 'an unnamed maker'}"
    assert wish.test is not None
    (name, mine), (_, theirs) = attribute_of(a, wish.test.attribute), attribute_of(b, wish.test.attribute)
    if isinstance(mine, bool) or isinstance(theirs, bool):
        return f"{asked} {_flag(name, mine, 'it')}, while {_flag(name, theirs, 'the other')}"
    verb = "are" if is_plural(name) else "is"
    if mine is None:
        return f"{asked} its listing does not give its {name}, while the other's {verb} {_value(theirs)}"
    if theirs is None:
        return f"{asked} its {name} {verb} {shown(mine)}, while the other's listing does not give it"
    if judge(wish, a)[1] == judge(wish, b)[1]:  # a list that leaves it out denies nothing
        return f"{asked} its {name} {verb} {shown(mine)}, which speaks less against it than {shown(theirs)}"
    return f"{asked} its {name} {verb} {shown(mine)}, against {shown(theirs)}"


def _value(value: object) -> str:
    return shown(value) if isinstance(value, str | tuple) else str(value)


def _flag(name: str, value: object, who: str) -> str:
    if not isinstance(value, bool):
        return f"{'its' if who == 'it' else who + chr(39) + 's'} listing does not say so"
    if is_adjective(name):
        return f"{who} {'is' if value else 'is not'} {name}" if who == "it" else f"{who} is{'' if value else ' not'}"
    return f"{who} {'has' if value else 'has no'} {name}"


def _path(product: Product) -> str:
    return " > ".join(product.category) or "no category"


@dataclass(frozen=True, slots=True)
class Told:
    """The answer to one question."""

    reply: str
    contrast: Contrast
    suggestions: tuple[str, ...] = ()


def offers(trials: Sequence[Trial] = ()) -> tuple[str, ...]:
    """The changes that were run, each to be had by a click; then the question for others."""
    messages = tuple(dict.fromkeys(t.message for t in trials[:TOLD]))
    return messages if messages else (WHAT_IF,)


def capital(text: str) -> str:
    """With a capital first letter, the rest as it is."""
    return text[:1].upper() + text[1:]
