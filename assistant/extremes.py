"""The reason that compares: the shopper asked for less or more of something, and this is the least or the most shown.

Only what is on the page is compared, all of it, and a tie is no extreme.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from assistant.ranking import Ranked, signal_of
from assistant.types import Constraint, Reason
from assistant.wording import money, shown
from assistant.wordings import text_of
from retrieval.text import fold
from retrieval.types import Product, Quantity
from retrieval.units import to_base

# (word for the least, word for the most) of a measure; any other has "the lowest" and "the highest".
_SAID_OF_IT = {"weight": ("lightest", "heaviest"), "noise level": ("quietest", "loudest"),
               "maximum noise": ("quietest", "loudest"), "brightness": ("dimmest", "brightest")}  # fmt: skip
_SAID_OF_SIZES = ("smallest", "largest")
_SIZES = frozenset({"meter ** 3", "meter", "persons"})
_COUNTS = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six"}


def comparison_reason(ranked: Ranked, page: Sequence[Ranked], constraints: Sequence[Constraint]) -> Reason | None:
    """The one comparison worth telling of a shown product; None without a comparative wish that it leads in.

    The signal is that of the wish, and its contribution is positive: who missed the wish leads in nothing.
    """
    if len(page) < 2:
        return None
    for wish in constraints:
        direction = _direction(wish)
        if direction == 0:
            continue
        reason = _cheapest(ranked, page, wish) if wish.kind == "price" else _most(ranked, page, wish, direction)
        if reason is not None:
            return reason
    return None


def _direction(wish: Constraint) -> int:
    """-1 where the shopper asked for less ("cheap", "lighter"), 1 for more; 0 for a plain limit ("up to 2 kg")."""
    if wish.negated:
        return 0
    if wish.kind == "price":
        # "cheap" has a note; "cheaper" a limit one cent below a price seen, which its label names.
        is_relative = bool(wish.note) or (wish.high is not None and f"{wish.high + 0.01:,.2f}" in wish.label)
        return -1 if is_relative and wish.low is None and wish.high is not None else 0
    if wish.kind != "attribute" or wish.test is None or (wish.test.low is None) == (wish.test.high is None):
        return 0
    is_relative = bool(wish.note) or wish.label.startswith(
        (f"{wish.test.attribute} over", f"{wish.test.attribute} und")
    )
    return (-1 if wish.test.low is None else 1) if is_relative else 0


def _cheapest(ranked: Ranked, page: Sequence[Ranked], wish: Constraint) -> Reason | None:
    prices = [(r.product.price, r.product.currency) for r in page]
    own = ranked.product.price
    if own is None or any(p is None or currency != ranked.product.currency for p, currency in prices):
        return None
    if [p for p, _ in prices if p is not None and p <= own] != [own]:
        return None
    signal = "low price" if ranked.contributions.get("low price", 0.0) > 0 else "budget"
    blanks = {"superlative": "cheapest", "count": _count(page)}
    return _reason(ranked, signal, "price", money(own, ranked.product.currency), "extreme", blanks)


def _most(ranked: Ranked, page: Sequence[Ranked], wish: Constraint, direction: int) -> Reason | None:
    assert wish.test is not None
    stated = [_stated(r.product, wish.test.attribute) for r in page]
    own = _stated(ranked.product, wish.test.attribute)
    if own is None:
        return None
    amount, base = to_base(own[1].value, own[1].unit)
    amounts = [to_base(s[1].value, s[1].unit) for s in stated if s is not None]
    if len(amounts) < len(page) or any(other != base for _, other in amounts):
        return None
    slack = 1e-6 * abs(amount)
    if sum((value - amount) * direction >= -slack for value, _ in amounts) != 1:
        return None
    name, quantity = own
    end, value = 0 if direction < 0 else 1, shown(quantity)
    if fold(name) in _SAID_OF_IT:
        form, word = "extreme.at", _SAID_OF_IT[fold(name)][end]
    else:
        form, word = "extreme.has", _SAID_OF_SIZES[end] if base in _SIZES else ("lowest", "highest")[end]
    blanks = {"superlative": word, "name": name, "count": _count(page), "value": value}
    return _reason(ranked, signal_of(wish), name, value, form, blanks)


def _stated(product: Product, attribute: str) -> tuple[str, Quantity] | None:
    """The measure as the listing names it, with its value."""
    found = ((n, v) for n, v in product.attributes.items() if fold(n) == fold(attribute))
    return next(((n, v) for n, v in found if isinstance(v, Quantity)), None)


def _count(page: Sequence[Ranked]) -> str:
    return _COUNTS.get(len(page), str(len(page)))


def _reason(ranked: Ranked, signal: str, field: str, value: str, form: str, blanks: Mapping[str, str]) -> Reason | None:
    contribution = ranked.contributions.get(signal, 0.0)
    if contribution <= 0:
        return None
    text = text_of(form, blanks)
    return Reason("", "comparison", ranked.product.id, signal, field, value, text, contribution, form, blanks)
