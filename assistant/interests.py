"""What a shopper seems to like, told from their past: only what is more than chance, each with its evidence.

A value (a brand, a colour, the dear third of the prices) is said to be liked where the shopper turned to it more
often than anybody would who took products of the same kinds blindly. Knows nothing of files or pages.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from assistant.profile import Step, nearest_past, shopper_of, strength
from retrieval.comparison import facts_of, model_key
from retrieval.search import CANDIDATES, HISTORY_DECAY, Searcher, search
from retrieval.text import fold
from retrieval.types import AttributeValue, Filter, Product, Quantity
from retrieval.units import to_base

LEAST = 3
"""Models that must have a value before it is spoken of: two may always be one errand."""

LEAST_LIFT = 1.5
"""Times as often as usual, smoothed: below that a liking is too faint to act upon."""

CHANCE = 0.01
"""How likely it may be that a value is as frequent by chance. Measured on the demo shop: of 280 shoppers who took
blindly from the kinds of its real ones, 2 would be told a liking; of 13 likings for brands, colours and sizes told of
the real ones, 12 are those they were invented with. At 0.05 it is 34 shoppers, and 66 likings of 91. It is the chance
of each value by itself: where many values are frequent, more blind shoppers are told one (5 of 40 on the tests'
shelves, where some 13 values are)."""

PRIOR = 2.0
"""Models at the usual share that are added to the shopper's own (add-k smoothing of the lift)."""

REMEMBERED = 60
"""Models of the past that are looked at, the latest: what is older weighs nothing, and robots look at everything."""

DISLIKED = 2.0
"""Stars up to which a rating says that the shopper was not pleased; such a product speaks for nothing."""

_LONGEST_VALUE = 60  # longer texts are sentences (as in retrieval.facets)
_THIRDS = ("cheapest third", "middle third", "dearest third")

Trait = tuple[str, str]
"""(field, value), folded; an amount in its base unit."""


@dataclass(frozen=True, slots=True)
class Interest:
    """One value that a shopper turns to more often than by chance."""

    field: str
    """ "category", "brand", "price", or an attribute as the listings write it."""
    value: str
    count: int
    """Models of the past that have it."""
    of: int
    """Models of the past that state the field at all."""
    events: Mapping[str, int]
    """view, add_to_cart, buy, rate -> how often, of the models counted."""
    kinds: Mapping[str, int]
    """Kind -> models counted, the most first."""
    share: float
    """Of what they looked at, 0 to 1; the later and the stronger a step, the more it weighs."""
    usual_share: float
    """The same for whoever takes products of the same kinds blindly."""
    lift: float
    chance: float
    """How likely so many would be by chance."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What one shopper's past says."""

    shopper: str
    events: int
    products: int
    """Different products of the catalogue among them."""
    models: int
    """What is left to judge by: one of each model, none that displeased, the latest sixty."""
    unknown_products: int
    """Products of the events that the catalogue does not hold."""
    interests: tuple[Interest, ...]
    """The highest lift first; never of the price."""
    price_level: tuple[Interest, ...]


@dataclass(frozen=True, slots=True)
class Usual:
    """How the catalogue's products are spread over the values, kind by kind."""

    counts: Counter[tuple[str, Trait]]
    """(kind, trait) -> products."""
    stating: Counter[tuple[str, str]]
    """(kind, field) -> products that state the field."""
    thirds: Mapping[tuple[str, str], tuple[float, float]]
    """(kind, currency) -> the prices that part the cheapest third from the middle one, and that from the dearest."""

    def share(self, product: Product, trait: Trait) -> float:
        """Of the products of its kind that state the field, those with this value; of a category, of all products."""
        kind = _among(product, trait[0])
        return self.counts[kind, trait] / max(1, self.stating[kind, trait[0]])


@dataclass(frozen=True, slots=True)
class _Past:
    """One model of a shopper's past."""

    product: Product
    weight: float
    events: Counter[str]
    traits: Mapping[Trait, tuple[str, str]]
    """As `traits_of` gives them."""


def usual_of(products: Iterable[Product]) -> Usual:
    """One pass over the catalogue for the prices, one for the values."""
    products = list(products)
    prices: dict[tuple[str, str], list[float]] = defaultdict(list)
    for product in products:
        if product.price is not None:
            prices[kind_of(product), product.currency].append(product.price)
    low_high = {key: np.quantile(found, (1 / 3, 2 / 3)) for key, found in prices.items()}
    thirds = {key: (float(low), float(high)) for key, (low, high) in low_high.items() if low < high}
    usual = Usual(Counter(), Counter(), thirds)
    for product in products:
        found = traits_of(product, usual)
        usual.counts.update((_among(product, trait[0]), trait) for trait in found)
        usual.stating.update((_among(product, name), name) for name in {name for name, _value in found})
    return usual


def profile_of(shopper: str, steps: Sequence[Step], products: Mapping[str, Product], usual: Usual) -> Profile:
    """A shopper's steps, in any order -> what they seem to like.

    A model's variants count once, by the latest, with all that was done with any of them: who compares the colours
    of one tent has not chosen its brand four times. With the models i = 1..n that state a field, the latest first,

        w_i = (1 + strength_i) * HISTORY_DECAY ** steps back        share = sum(w_i [i has the value]) / sum(w_i)
        q_i = share of the value in i's kind, in the catalogue      usual = sum(w_i q_i) / sum(w_i)
        m = sum(w_i)² / sum(w_i²)  (models that the weights are worth: Kish, Survey Sampling, 1965)
        lift = (m share + PRIOR usual) / ((m + PRIOR) usual)

    It is told where at least LEAST models have the value, lift >= LEAST_LIFT, and n blind draws, of chances q_i and
    unweighted, would give as many in less than CHANCE of cases: then it is a liking, and not one that has faded.
    """
    past = _past(steps, products, usual)
    seen = Counter(trait for each in past for trait in each.traits)
    found = [_interest(trait, past, usual) for trait, n in seen.items() if n >= LEAST]
    told = sorted((each for each in found if each is not None), key=lambda i: (-i.lift, i.field, i.value))
    met = {step.product_id for step in steps}
    known = met & products.keys()
    return Profile(
        shopper=shopper,
        events=len(steps),
        products=len(known),
        models=len(past),
        unknown_products=len(met - known),
        interests=tuple(each for each in told if each.field != "price"),
        price_level=tuple(each for each in told if each.field == "price"),
    )


def suggestions(
    searcher: Searcher, steps: Sequence[Step], products: Mapping[str, Product], k: int
) -> list[tuple[Product, str | None]]:
    """What the search would put first for their taste alone: (product in stock, the product of the past it resembles).

    The taste is that of `retrieval.search.search` without a request, over the dozen products that a conversation
    remembers. What they own is left out, and so is what they have seen, with all variants of both: nothing is nearer
    to a taste than what it was made of. Of each other model the nearest variant stands for all.
    """
    known = _in_order(steps, products)
    history = [item.product_id for item in shopper_of("", known, products).history]
    if not history or k < 1:
        return []
    models = {model_key(products[id]) for _time, _event, id in known}
    had = frozenset(product.id for product in products.values() if model_key(product) in models)
    hits = search(searcher, "", filter=Filter(in_stock=True, exclude_ids=had), history=history, k=k + CANDIDATES)
    nearest: dict[tuple[str, str], Product] = {}
    for hit in hits:
        nearest.setdefault(model_key(hit.product), hit.product)
    found = list(nearest.values())[:k]
    vectors = searcher.index.store.vectors([*history, *(product.id for product in found)])
    return [(product, nearest_past(product, history, vectors)) for product in found]


def kind_of(product: Product) -> str:
    """Its folded narrowest category; "" without one."""
    return fold(product.category[-1]) if product.category else ""


def traits_of(product: Product, usual: Usual) -> dict[Trait, tuple[str, str]]:
    """Trait -> (field, value) as the listing writes them; an item of a list is a value of its own."""
    found: dict[Trait, tuple[str, str]] = {}
    for name, fact in facts_of(product).items():
        if name == "price":
            continue
        for value in fact.value if isinstance(fact.value, tuple) else (fact.value,):
            said, key = _said(value)
            if said and len(said) <= _LONGEST_VALUE:
                found.setdefault((name, key), (fact.name, said))
    limits = usual.thirds.get((kind_of(product), product.currency))
    if product.price is not None and limits is not None:
        third = _THIRDS[(product.price > limits[0]) + (product.price >= limits[1])]
        found["price", third] = ("price", third)
    return found


def _said(value: AttributeValue | float) -> tuple[str, str]:
    """(as the listing writes it, what it is counted under)."""
    if isinstance(value, bool):
        said = "yes" if value else "no"
        return said, said
    if isinstance(value, Quantity):
        amount, unit = to_base(value.value, value.unit)
        return str(value), f"{amount:.6g} {unit}"
    return str(value), fold(str(value))


def _among(product: Product, field: str) -> str:
    """The kind among whose products a field is counted: a category among all, whatever their kind."""
    return "" if field == "category" else kind_of(product)


def _in_order(steps: Sequence[Step], known: Container[str]) -> list[tuple[str, str, str]]:
    return sorted((s.time, s.event, s.product_id) for s in steps if s.product_id in known)


def _past(steps: Sequence[Step], products: Mapping[str, Product], usual: Usual) -> list[_Past]:
    """The models of the steps, the latest first, at most REMEMBERED."""
    stars = {s.product_id: s.stars for s in sorted(steps, key=lambda s: s.time) if s.stars is not None}
    latest: dict[tuple[str, str], Product] = {}
    events: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for _time, event, id in reversed(_in_order(steps, products)):
        if stars.get(id, 5.0) > DISLIKED:
            latest.setdefault(model_key(products[id]), products[id])
            events[model_key(products[id])][event] += 1
    return [
        _Past(
            product,
            (1 + max(map(strength, events[model]))) * HISTORY_DECAY**back,
            events[model],
            traits_of(product, usual),
        )
        for back, (model, product) in enumerate(list(latest.items())[:REMEMBERED])
    ]


def _interest(trait: Trait, past: Sequence[_Past], usual: Usual) -> Interest | None:
    """The trait as an interest, if `profile_of` says that it is one."""
    asked = [each for each in past if any(name == trait[0] for name, _value in each.traits)]
    having = [each for each in asked if trait in each.traits]
    weights = np.array([each.weight for each in asked])
    usually = np.array([usual.share(each.product, trait) for each in asked])
    share = float(weights @ np.array([trait in each.traits for each in asked]) / weights.sum())
    expected = float(weights @ usually / weights.sum())
    worth = float(weights.sum() ** 2 / (weights**2).sum())
    lift = (worth * share + PRIOR * expected) / ((worth + PRIOR) * expected)
    chance = by_chance(len(having), usually.tolist())
    if lift < LEAST_LIFT or chance >= CHANCE:
        return None
    name, value = having[0].traits[trait]
    kinds = Counter(each.product.category[-1] for each in having if each.product.category)
    return Interest(
        field=name,
        value=value,
        count=len(having),
        of=len(asked),
        events=dict(
            sorted(sum((each.events for each in having), Counter()).items(), key=lambda item: strength(item[0]))
        ),
        kinds=dict(kinds.most_common()),
        share=share,
        usual_share=expected,
        lift=lift,
        chance=chance,
    )


def by_chance(least: int, chances: Sequence[float]) -> float:
    """How likely at least `least` of independent draws with these chances succeed (the Poisson binomial's tail)."""
    spread = np.ones(1)
    for chance in chances:
        spread = np.convolve(spread, (1 - chance, chance))
    return float(spread[least:].sum())
