"""Which of the ranked candidates make up the page when a shopper wants them varied, and the reason that says so.

The ranking itself is not touched. A product comes in for variety only if it meets at least as many hard wishes
as every product of the plain page, is not much worse than the best, and differs from all others shown in facts
that can be named. What it was lifted by stands among its contributions, so that the page is still the best few
by the score it shows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np

from assistant.ranking import WEIGHTS, Ranked, judge, models, one_a_model
from assistant.types import Constraint, Reason
from assistant.wording import listed, money, shown
from retrieval.comparison import Fact, apart_from_all
from retrieval.diversity import dpp, mmr
from retrieval.text import STOP_WORDS, fold, words
from retrieval.types import Product, Vectors

Method = Literal["mmr", "dpp"]
SIGNAL = "variety"

POOL = 30
"""Models to choose among: the third of the candidates that a patient shopper might have scrolled to."""

MOST_LOST = 0.25
"""A product comes in only within this share of the best score: variety among what fits, not instead of it."""

_NAMED = 3  # facts a reason names; more is a list nobody reads
_LONGEST_NAME = 30  # characters; longer names are sentences of a messy feed
_FIRST_NAMED = ("brand", "category", "price", "colour", "color", "material")


def varied(
    ranked: Sequence[Ranked],
    count: int,
    constraints: Sequence[Constraint],
    *,
    variety: float,
    method: Method,
    vectors_of: Callable[[Sequence[str]], Mapping[str, Vectors]],
    most_lost: float = MOST_LOST,
    named: bool = True,
) -> list[Ranked]:
    """The page: `count` of the ranked candidates, by score, what came in for variety with that contribution.

    `variety` 0 gives the plain page and asks for no vectors; the best product is on every page, and first.
    Measurements on longer pages than a shop shows leave out that what comes in must differ from all others in
    facts that can be named (`named`): hardly anything does from nine.
    """
    # 1) The plain page, and who else may be on it.
    plain = one_a_model(ranked, count)
    pool = models(ranked)[:POOL]
    if variety <= 0 or len(pool) <= count:
        return plain
    need = max(_met(r, constraints) for r in plain)
    worst = pool[0].score - most_lost * abs(pool[0].score)
    # What is sold out may rank by itself; nobody is helped by variety that cannot be bought.
    fits = [r.score >= worst and r.product.in_stock and _met(r, constraints) >= need for r in pool]
    pool = [r for r, comes in zip(pool, fits, strict=True) if comes or r in plain]
    if len(pool) <= count:
        return plain
    vectors = vectors_of([r.product.id for r in pool])
    if any(r.product.id not in vectors for r in pool):
        return plain

    # 2) Choose; a product that no stated fact sets apart has no reason to be there, so choose again without it.
    choose = {"mmr": mmr, "dpp": dpp}[method]
    while len(pool) > count:
        scores = np.asarray([round(r.score, 9) for r in pool])  # as they are ranked: dust decides nothing
        rows = choose(scores, np.stack([vectors[r.product.id] for r in pool]), count, variety)
        page = [pool[row] for row in sorted(rows)]
        mute = [r for r in page if named and r not in plain and not set_apart(r.product, _others(r, page))]
        if not mute:
            return _lifted(page, plain)
        pool.remove(mute[-1])
    return plain


def variety_reason(ranked: Ranked, page: Sequence[Ranked]) -> Reason | None:
    """Why a product came in for variety: the facts in which it differs from every other one shown."""
    if SIGNAL not in ranked.contributions:
        return None
    others = _others(ranked, page)
    facts = set_apart(ranked.product, others)
    whom = "others" if len(others) > 1 else "other product"
    return Reason(
        id="",
        kind="variety",
        product_id=ranked.product.id,
        signal=SIGNAL,
        field=", ".join(fact.name for fact in facts),
        value=", ".join(_value(fact) for fact in facts),
        text=f"Shown for variety: it differs from the {whom} shown in {listed([fact.name for fact in facts])}.",
        contribution=ranked.contributions[SIGNAL],
    )


def set_apart(product: Product, others: Sequence[Product]) -> list[Fact]:
    """The facts worth naming in which a product differs from all others; what shoppers look at first comes first."""
    facts = [fact for fact in apart_from_all(product, others) if _is_sayable(fact.name)]
    place = {name: number for number, name in enumerate(_FIRST_NAMED)}
    return sorted(facts, key=lambda fact: place.get(fold(fact.name), len(place)))[:_NAMED]


def _lifted(page: Sequence[Ranked], plain: Sequence[Ranked]) -> list[Ranked]:
    """What came in is lifted to the score of the best product it came in for: by less, that one would be shown."""
    left_out = [r for r in plain if r not in page]
    result: list[Ranked] = []
    for r in page:
        if r not in plain:
            margin = left_out[0].score - r.score
            signals = {**r.signals, SIGNAL: margin / WEIGHTS[SIGNAL]}
            r = replace(r, signals=signals, contributions={**r.contributions, SIGNAL: margin})
        result.append(r)
    # Stable: where what was lifted now equals what ranked above it, the ranking decides.
    return sorted(result, key=lambda r: -round(r.score, 9))


def _met(r: Ranked, constraints: Sequence[Constraint]) -> int:
    """How many hard wishes the product meets, budgets included; an unstated price meets none."""
    return sum(judge(c, r.product)[1] != c.negated for c in constraints if c.hard)


def _others(r: Ranked, page: Sequence[Ranked]) -> list[Product]:
    return [other.product for other in page if other.product.id != r.product.id]


def _is_sayable(name: str) -> bool:
    """Names with digits would read as measures, and one that ends like half a sentence as half a sentence."""
    tokens = words(name)
    plain = bool(tokens) and len(name) <= _LONGEST_NAME and not any(sign.isdigit() for sign in name)
    return plain and tokens[-1] not in STOP_WORDS and name.replace(" ", "").replace("-", "").isalpha()


def _value(fact: Fact) -> str:
    return money(fact.value, fact.currency) if isinstance(fact.value, float) else shown(fact.value)
