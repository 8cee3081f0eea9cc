"""The glass-box ranker: score = sum of weight * signal over named signals, so every contribution is exact.

Knows the wishes and the candidates; nothing of how they were found or will be explained.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from assistant.types import Constraint
from retrieval.comparison import model_key
from retrieval.search import EVERY_WORD, WORDS_SHARE
from retrieval.text import fold
from retrieval.types import AttributeTest, Hit, Product, Quantity, Vectors
from retrieval.units import to_base

WEIGHTS: Mapping[str, float] = {
    "meaning": 1.00,  # a cosine: the best candidate and the fiftieth are some 0.2 apart
    "words": WORDS_SHARE,  # as the first stage weighs them
    "every word": EVERY_WORD,
    "relevance": 0.60,  # a reranker reads request and product together: as much as both searches
    "wish": 0.25,  # each hard wish; where one had to be let go, meeting it outweighs most of a search
    "hope": 0.10,  # each soft wish: half of what sets the best candidate apart from the fiftieth
    "hint": 0.03,  # each guess: heavier, a stray attribute of a messy listing beats what the words meant (LOG.md)
    "budget": 0.20,
    "low price": 0.15,  # only when the shopper asked for cheap
    "taste": 0.12,  # a nudge among what was asked for, never a reason to show something else
    "rating": 0.12,  # enough to order equals, too little to lift what was not asked for
    "stock": 0.20,  # only ever negative: a product that is sold out
    "variety": 1.0,  # the very gap a product was lifted over (see assistant/variety.py); 0 in the ranking itself
}

UNSTATED = -0.3
"""Signal of a wish the listing says nothing about: worse than met (1), far better than broken (-1)."""

PRIOR_RATINGS = 20
"""A product's stars count as if the shop's average had been given this many times besides."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate with its exact score."""

    product: Product
    signals: Mapping[str, float]
    contributions: Mapping[str, float]
    matched_words: tuple[str, ...]

    @property
    def score(self) -> float:
        return sum(self.contributions.values())


@dataclass(frozen=True, slots=True)
class Context:
    """What the signals are measured against."""

    constraints: tuple[Constraint, ...]
    mean_rating: float
    taste: Vectors | None = None
    """Shape (dimension,): the shopper's past; None without one."""
    vectors: Mapping[str, Vectors] | None = None
    """Candidates' own vectors, needed only with a taste."""
    well_rated: bool = False
    """Whether the shopper asked for what others rate well: what nobody has rated then leaves a wish open."""


def rank(hits: Sequence[Hit], context: Context) -> list[Ranked]:
    """Candidates by score, best first; equal scores by id so that a re-run gives the same page."""
    typical = _typical_taste(hits, context)
    ranked = [_ranked(hit, context, typical) for hit in hits]
    return sorted(ranked, key=lambda r: (-round(r.score, 9), r.product.id))


def _ranked(hit: Hit, context: Context, typical: float) -> Ranked:
    product = hit.product
    signals: dict[str, float] = {"words": hit.words, "meaning": hit.meaning}
    if hit.every_word:
        signals["every word"] = 1.0
    if hit.relevance is not None:
        signals["relevance"] = hit.relevance
    for constraint in context.constraints:
        if constraint.kind == "price":
            signals["budget"] = budget_signal(constraint, product.price)
            if constraint.note and constraint.low is None:
                price = float("inf") if product.price is None else product.price
                signals["low price"] = 1 - min(price / max(constraint.high or 1, 0.01), 1)
        elif constraint.kind not in ("stock", "total"):
            signals[signal_of(constraint)] = wish_signal(constraint, product)
    if context.taste is not None and context.vectors and product.id in context.vectors:
        likeness = float(context.vectors[product.id] @ context.taste) - typical
        signals["taste"] = float(np.clip(likeness * 4, -1, 1))  # cosines among candidates differ by some 0.25
    if product.rating is not None and product.rating_count:
        signals["rating"] = rating_signal(product.rating, product.rating_count, context.mean_rating)
    elif context.well_rated:
        signals["rating"] = UNSTATED
    if not product.in_stock:
        signals["stock"] = -1.0
    contributions = {name: WEIGHTS[name.partition(":")[0]] * value for name, value in signals.items()}
    return Ranked(product, signals, contributions, hit.matched_words)


def one_a_model(ranked: Sequence[Ranked], count: int) -> list[Ranked]:
    """The best `count` of different models: three colours of one tent are one choice, shown three times.

    Variants (same brand, same title up to its first comma) come in only where models run out.
    """
    chosen = models(ranked)[:count]
    chosen.extend(r for r in ranked if r not in chosen and len(chosen) < count)
    return sorted(chosen[:count], key=lambda r: (-round(r.score, 9), r.product.id))


def models(ranked: Sequence[Ranked]) -> list[Ranked]:
    """The best-ranked variant of each model, in the order given."""
    best: dict[tuple[str, str], Ranked] = {}
    for r in ranked:
        best.setdefault(model_key(r.product), r)
    return list(best.values())


def signal_of(constraint: Constraint) -> str:
    """The name of the signal that a wish for a category, brand or attribute gives."""
    sort = "wish" if constraint.hard else "hint" if constraint.guessed else "hope"
    return f"{sort}:{constraint.key}"


def wish_signal(constraint: Constraint, product: Product) -> float:
    """1 if the listing meets the wish, -1 if it states otherwise, `UNSTATED` if it says nothing.

    A denial is met by saying nothing: "not leather" needs no listing that says "no leather".
    """
    states, meets = judge(constraint, product)
    if constraint.negated:
        return -1.0 if meets else 1.0
    return 1.0 if meets else -1.0 if states else UNSTATED


def judge(constraint: Constraint, product: Product) -> tuple[bool, bool]:
    """(the listing states the thing, what it states is what the constraint names)."""
    if constraint.kind == "category":
        path = {fold(level) for level in product.category}
        return bool(path), not path.isdisjoint(constraint.values)
    if constraint.kind == "brand":
        return bool(product.brand), fold(product.brand) in constraint.values
    if constraint.kind == "price":
        return product.price is not None, budget_signal(constraint, product.price) > 0
    if constraint.kind == "stock":
        return product.stock is not None, product.in_stock
    assert constraint.test is not None
    return _judge_attribute(constraint.test, product)


def _judge_attribute(test: AttributeTest, product: Product) -> tuple[bool, bool]:
    value = next((v for name, v in product.attributes.items() if fold(name) == fold(test.attribute)), None)
    if value is None:
        return False, False
    if isinstance(value, bool):
        return True, test.flag is not None and value == test.flag
    if isinstance(value, Quantity):
        amount, base = to_base(value.value, value.unit)
        low = -np.inf if test.low is None else to_base(test.low, test.unit)[0]
        high = np.inf if test.high is None else to_base(test.high, test.unit)[0]
        bounded = test.low is not None or test.high is not None
        slack = 1e-6 * abs(amount)
        fits = bounded and base == to_base(0.0, test.unit)[1] and low - slack <= amount <= high + slack
        return True, bool(fits)
    if isinstance(value, str):
        return True, fold(value) in test.any_of
    named = any(fold(item) in test.any_of for item in value)
    return named, named  # a list names examples: what it leaves out it does not deny


def budget_signal(constraint: Constraint, price: float | None) -> float:
    """1 inside the range, `UNSTATED` without a price; outside from -0.5 down to -3, so that where nothing fits a
    budget the products nearest to it come first.
    """
    if price is None:
        return UNSTATED
    low, high = constraint.low, constraint.high
    over = (price - high) / high if high is not None and price > high else 0.0
    under = (low - price) / low if low is not None and price < low else 0.0
    off = max(over, under)
    return 1.0 if off <= 1e-9 else -(0.5 + 2.5 * off / (1 + off))


def rating_signal(rating: float, count: int, mean: float) -> float:
    """Stars above or below the shop's mean, pulled to the mean while few people have rated; -1 to 1.

    The Bayesian average (mean * PRIOR_RATINGS + rating * count) / (PRIOR_RATINGS + count), less the mean.
    """
    damped = (mean * PRIOR_RATINGS + rating * count) / (PRIOR_RATINGS + count)
    return float(np.clip(damped - mean, -1, 1))


def _typical_taste(hits: Sequence[Hit], context: Context) -> float:
    """Mean likeness of the candidates to the past: all tents resemble a tent bought, which singles out none."""
    if context.taste is None or not context.vectors:
        return 0.0
    known = [context.vectors[h.product.id] for h in hits if h.product.id in context.vectors]
    return float(np.mean(np.stack(known) @ context.taste)) if known else 0.0
