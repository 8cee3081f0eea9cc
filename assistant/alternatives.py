"""PATH 3, top to bottom: a product -> candidates -> what each is to it -> what must be kept -> groups -> reasons.

For the support desk: what can take a product's place, and in what it differs. The order within a group is a sum of
named contributions, as on a shopper's page, so a reason names a fact that really moved the alternative up.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from assistant.alternative_types import GROUPS, Alternative, Alternatives, Changed, Group, GroupKind, Matter
from assistant.clerk import Clerk
from assistant.comparing import BETTER, compared_rows
from assistant.contrast_facts import called, capital
from assistant.explain import explain
from assistant.fact_lines import LONGEST_VALUE
from assistant.facts import Facts
from assistant.matters import matters_of
from assistant.neighbours import Candidate
from assistant.ranking import rating_signal
from assistant.reasons import stated
from assistant.types import Reason, Sentence
from assistant.wording import listed, plural, shorten, shown, with_article
from assistant.wordings import text_of
from retrieval.comparison import Fact, model_key, relation
from retrieval.errors import UnknownProduct
from retrieval.pairs import common_fit, stated_fit
from retrieval.similar import unknown_id
from retrieval.text import fold
from retrieval.types import Product, Quantity
from retrieval.units import to_base

WEIGHTS: Mapping[str, float] = {
    "same job": 1.0,  # the chance that it is what its group says
    "meaning": 0.5,  # a cosine
    "fact": 0.8,  # all facts of the product together, each by how much it matters
    "price": 0.3,  # an alternative at three times the price is seldom one
    "rating": 0.12,  # as on a shopper's page
    "stock": 0.6,  # only ever negative: what is sold out helps nobody today
    "taken together": 0.25,  # of what goes with it: log(1 + shoppers who took both)
}

AGREEMENT: Mapping[str, float] = {"same": 1.0, "neither": 0.4, "unstated": 0.0, "different": -0.5}
"""Signal of one fact, by how the two listings stand: nearly the same counts a little, silence not at all."""

LITTLE_MORE = 1.35
"""How many times dearer an upgrade may be: "a little more" of $100 is $135 at most."""

MATTERING = 20
"""Facts that count, those that matter most: a feed may state a hundred, each of which would then move nothing."""

TELLING = 0.85
"""Weight from which a fact is what the thing is bought by: a tent for two is no better tent for six."""

_CHEAPER = 0.99  # a cent less is not cheaper
_REASONS = 3  # facts a justification names
_DEVICES = 3  # that a sentence names
_SMALLEST = 0.02  # contribution below which a fact moves nothing past another


@dataclass(frozen=True, slots=True)
class Wish:
    """What an agent wants of the alternatives."""

    keep: tuple[str, ...] = ()
    """Names of facts that must stay as they are."""
    cheaper: bool = False
    in_stock: bool = False
    each: int = 5
    """How many a group shows."""


def alternatives(clerk: Clerk, product_id: str, wish: Wish = Wish(), *, worded: bool = False) -> Alternatives:
    """What can take a product's place, in groups. `worded` has the generator put the reasons into words.

    Raises UnknownProduct.
    """
    # 1) The product, and what matters about it.
    product = clerk.searcher.index.catalog.get([product_id]).get(product_id)
    if product is None:
        raise UnknownProduct(unknown_id(product_id, clerk.searcher.index.ids))
    candidates = clerk.neighbours.of(product)
    matters = matters_of(product, candidates, wish.keep)

    # 2) What must be kept: a candidate that states otherwise, or does not state it, is set aside and counted.
    kept = [m.field for m in matters if m.kept]
    stand_ins = [c for c in candidates if c.relation in ("variant", "substitute")]
    failing = {c.product.id: _failing(product, c.product, kept) for c in stand_ins}
    fitting = [c for c in stand_ins if not failing[c.product.id]]
    aside = Counter(fields[0] for fields in failing.values() if len(fields) == 1)

    # 3) What was asked for besides.
    asked = [c for c in fitting if _is_asked(product, c.product, wish)]
    together = [c for c in candidates if c.relation == "complement" and (c.product.in_stock or not wish.in_stock)]

    # 4) Ordered, grouped, compared, justified.
    mean = clerk.facets.mean_rating
    ranked = sorted((_scored(product, c, matters, mean) for c in (*asked, *together)), key=_place)
    groups = [Group(kind, _few(items, wish.each)) for kind, items in _groups(product, ranked, matters, mean)]
    chosen = {a.product.id: a for group in groups for a in group.items}
    why = {c.product.id: tuple(_goes_with(clerk, product, c)) for c in together if c.product.id in chosen}
    said = _justified(clerk, product, list(chosen.values()), matters, why, worded=worded)
    found = tuple(Group(g.kind, tuple(said[a.product.id] for a in g.items)) for g in groups if g.items)
    notes = tuple(_notes(product, stand_ins, fitting, asked, candidates))
    return Alternatives(product, found, tuple(matters), dict(aside), notes)


def _failing(product: Product, other: Product, kept: Sequence[str]) -> list[str]:
    """The facts to be kept that the other does not keep; "(not stated)" where its listing is silent."""
    found = []
    for name in kept:
        theirs = _stated(other, name)
        if theirs is None:
            found.append(f"{name} (not stated)")
        elif not keeps(_stated(product, name), theirs):
            found.append(name)
    return found


def keeps(own: Fact | None, theirs: Fact) -> bool:
    """Whether a fact is kept: the same, or an amount that is better the way everyone counts it (more battery life)."""
    if own is None or relation(own, theirs) == "same":
        return True
    if isinstance(own.value, tuple) and isinstance(theirs.value, tuple):
        return {fold(v) for v in own.value} <= {fold(v) for v in theirs.value}
    if isinstance(own.value, Quantity) and isinstance(theirs.value, Quantity):
        (mine, base), (other, other_base) = (to_base(q.value, q.unit) for q in (own.value, theirs.value))
        return base == other_base and (other - mine) * BETTER.get(fold(own.name), 0) > 0
    return False


def _stated(product: Product, name: str) -> Fact | None:
    if fold(name) == "brand":
        return Fact("brand", product.brand) if product.brand else None
    return next((Fact(n, v) for n, v in product.attributes.items() if fold(n) == fold(name)), None)


def _is_asked(product: Product, other: Product, wish: Wish) -> bool:
    return (other.in_stock or not wish.in_stock) and (not wish.cheaper or _is_cheaper(product, other))


def _is_cheaper(product: Product, other: Product) -> bool:
    ratio = _price_ratio(product, other)
    return ratio is not None and ratio < _CHEAPER


def _price_ratio(product: Product, other: Product) -> float | None:
    """How many times the product's price the other costs; None if that cannot be said."""
    if not product.price or other.price is None or product.currency != other.currency:
        return None
    return other.price / product.price


def _scored(product: Product, candidate: Candidate, matters: Sequence[Matter], mean: float) -> Alternative:
    other = candidate.product
    contributions = {
        "same job" if candidate.relation != "complement" else "goes with it": WEIGHTS["same job"] * candidate.chance,
        "meaning": WEIGHTS["meaning"] * candidate.cosine,
    }
    if candidate.relation == "complement":
        if candidate.taken:
            contributions["taken together"] = WEIGHTS["taken together"] * math.log1p(candidate.taken)
    else:
        counted = matters[:MATTERING]
        total = sum(m.weight for m in counted) or 1.0
        for matter in counted:
            own, theirs = _stated(product, matter.field), _stated(other, matter.field)
            how = "unstated" if own is None or theirs is None else relation(own, theirs)
            if AGREEMENT[how]:
                contributions[f"fact:{matter.field}"] = WEIGHTS["fact"] * AGREEMENT[how] * matter.weight / total
        ratio = _price_ratio(product, other)
        if ratio:
            contributions["price"] = -WEIGHTS["price"] * min(abs(math.log(ratio)), 1.5)
    if other.rating is not None and other.rating_count:
        contributions["rating"] = WEIGHTS["rating"] * rating_signal(other.rating, other.rating_count, mean)
    if not other.in_stock:
        contributions["stock"] = -WEIGHTS["stock"]
    score = sum(contributions.values())
    return Alternative(other, candidate.relation, candidate.chance, score, contributions, (), (), ())


def _place(alternative: Alternative) -> tuple[float, str]:
    return -round(alternative.score, 9), alternative.product.id


def _groups(
    product: Product, ranked: Sequence[Alternative], matters: Sequence[Matter], mean: float
) -> Iterator[tuple[GroupKind, Sequence[Alternative]]]:
    """Each kind of group with its members, best first, in the order of `GROUPS`."""
    stand_ins = [a for a in ranked if a.relation != "complement"]
    substitutes = [a for a in stand_ins if a.relation == "substitute"]
    some_gone = not product.in_stock or any(not a.product.in_stock for a in stand_ins)
    members: Mapping[GroupKind, Sequence[Alternative]] = {
        "variant": [a for a in stand_ins if a.relation == "variant"],
        "substitute": substitutes,
        "upgrade": [a for a in substitutes if _is_upgrade(product, a.product, matters, mean)],
        "cheaper": [a for a in stand_ins if _is_cheaper(product, a.product)],
        "in_stock": [a for a in stand_ins if a.product.in_stock] if some_gone else [],
        "complement": [a for a in ranked if a.relation == "complement"],
    }
    for kind in GROUPS:
        yield kind, members[kind]


def _is_upgrade(product: Product, other: Product, matters: Sequence[Matter], mean: float) -> bool:
    """A little dearer, in stock, better in more facts than it is worse in, and as it is in what matters most."""
    ratio = _price_ratio(product, other)
    if ratio is None or not 1 < ratio <= LITTLE_MORE or not other.in_stock:
        return False
    if _failing(product, other, [m.field for m in matters if m.weight >= TELLING]):
        return False
    judged = [c.better for c in changed(product, other, mean) if c.field != "price"]
    return judged.count(True) > judged.count(False)


def _few(ranked: Sequence[Alternative], count: int) -> tuple[Alternative, ...]:
    """The best few; of the models of substitutes one each, since three colours of one tent are one choice."""
    taken: dict[tuple[str, str] | str, Alternative] = {}
    for each in ranked:
        taken.setdefault(each.product.id if each.relation == "variant" else model_key(each.product), each)
    return tuple(list(taken.values())[:count])


def changed(product: Product, other: Product, mean_rating: float) -> list[Changed]:
    """In what the other differs: what can be judged and what both state first."""
    rows = compared_rows((product, other), (), mean_rating, common_only=False)
    found = []
    for row in rows:
        if row.differs:
            better = None if len(row.better) != 1 else row.better[0] == 1
            found.append(Changed(row.field, row.values[0], row.values[1], better))
    return found


def _compared(product: Product, alternative: Alternative, mean_rating: float) -> Alternative:
    return replace(alternative, differences=tuple(changed(product, alternative.product, mean_rating)))


def _justified(
    clerk: Clerk,
    product: Product,
    chosen: Sequence[Alternative],
    matters: Sequence[Matter],
    why: Mapping[str, tuple[Reason, ...]],
    *,
    worded: bool,
) -> dict[str, Alternative]:
    """The same alternatives by id, with their differences, reasons and sentences; `why` has what goes with it."""
    mean = clerk.facets.mean_rating
    compared = [a if a.relation == "complement" else _compared(product, a, mean) for a in chosen]
    reasons = [why[a.product.id] if a.relation == "complement" else tuple(_reasons(a, matters)) for a in compared]
    start = 0
    subjects = []
    for place, (alternative, own) in enumerate(zip(compared, reasons, strict=True)):
        numbered = tuple(replace(r, id=f"r{start + n}") for n, r in enumerate(own, start=1))
        start += len(own)
        compared[place] = replace(alternative, reasons=numbered)
        subjects.append(Facts(alternative.product, numbered, (), ""))
    generator = clerk.generator if worded else None
    seconds, voice = clerk.settings.generator.seconds, clerk.settings.voice
    said: dict[str, list[Sentence]] = {a.product.id: [] for a in compared}
    for result in explain(subjects, generator, clerk.vocabulary, seconds=seconds, voice=voice, gate=clerk.gate):
        if isinstance(result, Sentence):
            said[result.product_id].append(result)
    return {a.product.id: replace(a, sentences=tuple(said[a.product.id])) for a in compared}


def _reasons(alternative: Alternative, matters: Sequence[Matter]) -> Iterator[Reason]:
    """The facts it shares with the product that moved it up most, the pinned ones first."""
    pinned = {m.field for m in matters if m.kept}
    signals = {s: c for s, c in alternative.contributions.items() if s.startswith("fact:") and c > _SMALLEST}
    # That neither is machine washable convinces nobody; pinned, it does.
    flags = {f"fact:{m.field}" for m in matters if m.value == "no" and not m.kept}
    order = sorted(signals.keys() - flags, key=lambda s: (s.removeprefix("fact:") not in pinned, -signals[s], s))
    for signal in order[:_REASONS]:
        fact = _stated(alternative.product, signal.removeprefix("fact:"))
        assert fact is not None and not isinstance(fact.value, float)  # it agreed, so it is stated
        if fact.name == "brand":
            form, blanks = "brand", {"brand": str(fact.value)}
        else:
            form, blanks = stated(fact.name, fact.value)
        text = text_of(form, blanks)
        yield Reason(
            "",
            "comparison",
            alternative.product.id,
            signal,
            fact.name,
            shown(fact.value),
            text,
            signals[signal],
            form,
            blanks,
        )


def _goes_with(clerk: Clerk, product: Product, candidate: Candidate) -> Iterator[Reason]:
    """What is known of two things going together: what a listing states, what shoppers did. Nothing else is said."""
    other = candidate.product

    def reason(signal: str, field: str, value: str, text: str, contribution: float) -> Reason:
        return Reason("", "relevance", other.id, signal, field, value, text, contribution)

    chance = WEIGHTS["same job"] * candidate.chance
    fit, common = None, list[str]()
    for one, its in ((other, "Its listing"), (product, f"The listing of {called(product)}")):
        fit = stated_fit(one, product if one is other else other)
        if fit is not None:
            name, value = fit
            text = f"{its} gives under {name}: “{shorten(value, LONGEST_VALUE)}”."
            yield reason("goes with it", name, value, text, chance)
            break
    else:
        common = common_fit(product, other)
        if common:
            text = f"Both listings name {listed(common[:_DEVICES])} as what they are for."
            yield reason("goes with it", "compatibility", listed(common[:_DEVICES]), text, chance)
    if candidate.taken:
        text = f"{plural(candidate.taken, 'shopper')} took both."
        moved = WEIGHTS["taken together"] * math.log1p(candidate.taken)
        yield reason("taken together", "", str(candidate.taken), text, moved)
    elif candidate.lift > 0 and product.category and other.category:
        text = (
            f"Shoppers took {other.category[-1]} together with {product.category[-1]} more often than chance would "
            "have it."
        )
        yield reason("goes with it", "category", other.category[-1], text, chance)
    elif candidate.goods is not None and fit is None and not common:
        its, own = map(with_article, reversed(candidate.goods))
        text = f"{capital(its)} is commonly used with {own}; neither listing says so."
        yield reason("goes with it", "", candidate.goods[1], text, chance)


def _notes(
    product: Product,
    stand_ins: Sequence[Candidate],
    fitting: Sequence[Candidate],
    asked: Sequence[Candidate],
    candidates: Sequence[Candidate],
) -> Iterator[str]:
    if not product.attributes:
        yield "Its listing states no attributes, so alternatives rest on its title, category and description."
    if not stand_ins:
        yield "Nothing in the catalogue does the same job."
    elif not fitting:
        yield f"None of the {plural(len(stand_ins), 'alternative')} keeps everything that is pinned."
    elif not asked:
        yield f"None of the {plural(len(fitting), 'alternative')} is left by what was asked for besides."
    elif not any(c.product.in_stock for c in asked):
        yield "Every alternative is out of stock."
