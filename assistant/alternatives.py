"""PATH 3, top to bottom: a product -> candidates -> what each is to it -> what must be kept -> groups -> reasons.

For the support desk: what can take a product's place, and in what it differs. The order within a group is a sum of
named contributions, as on a shopper's page, so a reason names a fact that really moved the alternative up.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from assistant.alternative_reasons import changed, goes_with, justified
from assistant.alternative_scores import failing, is_cheaper, place, price_ratio, scored
from assistant.alternative_types import GROUPS, Alternative, Alternatives, Group, GroupKind, Matter
from assistant.clerk import Clerk
from assistant.matters import matters_of
from assistant.neighbours import Candidate
from retrieval.comparison import model_key
from retrieval.similar import product_of
from retrieval.types import Product

LITTLE_MORE = 1.35
"""How many times dearer an upgrade may be: "a little more" of $100 is $135 at most."""

_OF_A_KIND = 2
"""A tent wants a sleeping bag, a pad and a stove rather than five sleeping bags."""

TELLING = 0.85
"""Weight from which a fact is what the thing is bought by: a tent for two is no better tent for six."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What an agent wants of the alternatives."""

    keep: tuple[str, ...] = ()
    """Names of facts that must stay as they are; one that the product does not state pins nothing
    (`assistant.matters.check_pins` says so)."""
    cheaper: bool = False
    in_stock: bool = False
    each: int = 5
    """How many a group shows."""


def alternatives(clerk: Clerk, product_id: str, wish: Wish = Wish(), *, worded: bool = False) -> Alternatives:
    """What can take a product's place, in groups. `worded` has the generator put the reasons into words.

    Raises UnknownProduct.
    """
    # 1) The product, and what matters about it.
    product = product_of(clerk.searcher.index, product_id)
    candidates = clerk.neighbours.of(product)
    matters = matters_of(product, candidates, wish.keep)

    # 2) What must be kept: a candidate that states otherwise, or does not state it, is set aside and counted.
    kept = [m.field for m in matters if m.kept]
    stand_ins = [c for c in candidates if c.relation in ("variant", "substitute")]
    lost = {c.product.id: failing(product, c.product, kept) for c in stand_ins}
    fitting = [c for c in stand_ins if not lost[c.product.id]]
    aside = Counter(fields[0] for fields in lost.values() if len(fields) == 1)

    # 3) What was asked for besides.
    asked = [c for c in fitting if _is_asked(product, c.product, wish)]
    together = [c for c in candidates if c.relation == "complement" and (c.product.in_stock or not wish.in_stock)]

    # 4) Ordered, grouped, compared, justified.
    mean = clerk.facets.mean_rating
    ranked = sorted((scored(product, c, matters, mean) for c in (*asked, *together)), key=place)
    kinds = {c.product.id: c.kind for c in together}
    groups = [Group(kind, _few(items, wish.each, kinds)) for kind, items in _groups(product, ranked, matters, mean)]
    chosen = {a.product.id: a for group in groups for a in group.items}
    why = {c.product.id: tuple(goes_with(product, c)) for c in together if c.product.id in chosen}
    said = justified(clerk, product, list(chosen.values()), matters, why, worded=worded)
    found = tuple(Group(g.kind, tuple(said[a.product.id] for a in g.items)) for g in groups if g.items)
    notes = tuple(_notes(product, wish, stand_ins, fitting, asked))
    return Alternatives(product, found, tuple(matters), dict(aside), notes)


def _is_asked(product: Product, other: Product, wish: Wish) -> bool:
    return (other.in_stock or not wish.in_stock) and (not wish.cheaper or is_cheaper(product, other))


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
        "cheaper": [a for a in stand_ins if is_cheaper(product, a.product)],
        "in_stock": [a for a in stand_ins if a.product.in_stock] if some_gone else [],
        "complement": [a for a in ranked if a.relation == "complement"],
    }
    for kind in GROUPS:
        yield kind, members[kind]


def _is_upgrade(product: Product, other: Product, matters: Sequence[Matter], mean: float) -> bool:
    """A little dearer, in stock, better in more facts than it is worse in, and as it is in what matters most."""
    ratio = price_ratio(product, other)
    if ratio is None or not 1 < ratio <= LITTLE_MORE or not other.in_stock:
        return False
    if failing(product, other, [m.field for m in matters if m.weight >= TELLING]):
        return False
    # That it can be had is no merit of the thing: of what is sold out, everything would be an upgrade.
    judged = [c.better for c in changed(product, other, mean) if c.field not in ("price", "stock")]
    return judged.count(True) > judged.count(False)


def _few(ranked: Sequence[Alternative], count: int, kinds: Mapping[str, str]) -> tuple[Alternative, ...]:
    """The best few; of the models of substitutes one each, since three colours of one tent are one choice. Of each of
    the `kinds` of what goes with it at most two, as long as there are others.
    """
    taken: dict[tuple[str, str] | str, Alternative] = {}
    for each in ranked:
        taken.setdefault(each.product.id if each.relation == "variant" else model_key(each.product), each)
    seen: Counter[str] = Counter()
    first: list[Alternative] = []
    more: list[Alternative] = []
    for each in taken.values():
        kind = kinds.get(each.product.id, "")
        seen[kind] += 1
        (more if kind and seen[kind] > _OF_A_KIND else first).append(each)
    return tuple([*first, *more][:count])


def _notes(
    product: Product,
    wish: Wish,
    stand_ins: Sequence[Candidate],
    fitting: Sequence[Candidate],
    asked: Sequence[Candidate],
) -> Iterator[str]:
    if not product.attributes:
        yield "Its listing states no attributes, so alternatives rest on its title, category and description."
    if not stand_ins:
        yield "Nothing in the catalogue is known to do the same job."
    elif not fitting:
        yield f"None of the alternatives ({len(stand_ins):,}) keeps everything that is pinned."
    elif wish.cheaper and not product.price:
        yield "Its price is not stated, so nothing can be said to be cheaper."
    elif not asked:
        yield f"None of the alternatives ({len(fitting):,}) is left by what was asked for besides."
    elif not any(c.product.in_stock for c in asked):
        yield "Every alternative is out of stock."
