"""The state of one conversation and how a request changes it. Pure functions over a frozen value.

Knows what was asked and shown; nothing of searching, ranking or wording.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from assistant.constraints import Scope, brand_constraint, category_constraint, joined_price, kind_of, value_constraint
from assistant.order_turns import OrderAsk
from assistant.steering import is_widening
from assistant.types import Constraint, Intent, PastItem
from assistant.understand import Request
from assistant.vocabulary import Meaning
from assistant.wording import amount as worded_amount
from assistant.wording import money
from retrieval.facets import Facets
from retrieval.text import fold
from retrieval.types import AttributeTest, Filter, Product, Quantity
from retrieval.units import to_base


@dataclass(frozen=True, slots=True)
class Wish:
    """One of several things asked for at once."""

    name: str
    """The category's label: "sleeping bags"."""
    words: str = ""
    extra: str = ""
    count: int = 1
    """How many of it: "two sleeping bags"."""


@dataclass(frozen=True, slots=True)
class Dialogue:
    """What stands in a conversation. The chips always equal `constraints`."""

    words: str = ""
    """The text searched for."""
    extra: str = ""
    """Its part that no constraint stands for; what is left of it when a chip goes."""
    like: str = ""
    """Title of a product the shopper pointed at ("more like the first"): searched for beside the words."""
    constraints: tuple[Constraint, ...] = ()
    last: tuple[str, ...] = ()
    """Product ids of the last page, in order: what "the second one" counts over."""
    shown: tuple[str, ...] = ()
    """All product ids shown for this wish: what "something else" leaves out."""
    history: tuple[PastItem, ...] = ()
    """What the shopper viewed or bought before, oldest first."""
    exclude_shown: bool = False
    variety: float | None = None
    """How varied the page is to be, 0 to 1; None until the shopper says so: what the shop has set."""
    nearest: bool = False
    """Whether the last page was offered as "the nearest" to something not sold, and so was not varied."""
    focus: tuple[str, ...] = ()
    """Ids of the products last spoken of: what "it" and "those two" mean."""
    refused: tuple[str, ...] = ()
    """Ids the shopper does not want to see again for this wish."""
    plan: tuple[Wish, ...] = ()
    """Several things asked for at once; their constraints carry the names of these as `item`."""
    open_question: str = ""
    """A question that waits for the product it is about: "the second" then answers it."""
    questioned: tuple[str, ...] = ()
    """Facets that this wish was already asked about."""
    misses: int = 0
    """Messages not understood in a row."""
    language: str = ""
    """The other language that the shopper was last told what is understood of."""
    order: OrderAsk = field(default_factory=OrderAsk)
    """What is still needed to look up an order."""


def apply(
    dialogue: Dialogue,
    request: Request,
    last: Sequence[Product],
    facets: Facets,
    currency: str,
) -> Dialogue:
    """The next state; `last` are the products of the last page, in order."""
    if request.intent == "start_over":
        return Dialogue(history=dialogue.history, variety=dialogue.variety)
    if request.intent == "more":
        return replace(dialogue, exclude_shown=True, like="")
    if request.intent not in ("search", "refine", "relax", "similar"):
        return dialogue
    if _is_new_wish(dialogue, request, facets):
        return _new_wish(dialogue, request)

    steering = request.steering
    new = list(request.constraints)
    words, extra, like = dialogue.words, dialogue.extra, dialogue.like
    pointed = _pointed(dialogue, last, request)
    if request.ordinal is not None and pointed and not steering.refuses and not steering.traits:
        # "the second one, but bigger": its kind and name join the wish.
        product = pointed[0]
        if product.category and not any(c.kind == "category" for c in (*new, *dialogue.constraints)):
            new.append(category_constraint(facets, frozenset({fold(product.category[-1])}), product.category[-1]))
        like = product.title
    new.extend(c for attribute, wanted in steering.traits for c in _trait(facets, pointed[:1], attribute, wanted))
    for attributes, direction in request.comparatives:
        constraint = _relative(attributes, direction, pointed, currency)
        if constraint is not None:
            new.append(constraint)

    standing = tuple(c for c in dialogue.constraints if c.key not in steering.dropped)
    constraints = merged(standing, new)
    replaced = {c.key for c in dialogue.constraints} - {c.key for c in constraints if c in dialogue.constraints}
    extra = f"{extra} {request.extra}".strip()
    words = composed(constraints, extra) if replaced else f"{words} {request.text}".strip()
    # "More like the first" must not bring the first again; "the first, but bigger" cannot.
    only_like = request.ordinal is not None and request.others and not request.comparatives
    gone = tuple(p.id for p in pointed) if steering.refuses and request.ordinal is not None else ()
    return replace(
        dialogue,
        words=words,
        extra=extra,
        like=like,
        constraints=constraints,
        exclude_shown=only_like,
        refused=tuple(dict.fromkeys((*dialogue.refused, *gone))),
    )


def _is_new_wish(dialogue: Dialogue, request: Request, facets: Facets) -> bool:
    """Whether a message starts over with another thing, or goes on with what stands."""
    if request.intent == "search":
        return not _goes_on(dialogue, request)
    old = kind_of(dialogue.constraints)
    new = kind_of(request.constraints)
    return old is not None and new is not None and not _overlap(facets, old, new)


def _overlap(facets: Facets, one: Constraint, other: Constraint) -> bool:
    """Whether some product is of both kinds: a part of a department, or the department of a part."""
    inside = facets.mask(Filter(categories=frozenset(one.values)))
    return bool((inside & facets.mask(Filter(categories=frozenset(other.values)))).any())


def _new_wish(dialogue: Dialogue, request: Request) -> Dialogue:
    """The wish of this message alone; a correction keeps the budget, "the same for" what it names."""
    kept = [
        c
        for c in dialogue.constraints
        if not c.item and (c.key in request.steering.carried or (request.steering.corrects and c.kind == "price"))
    ]
    carried = [c for c in kept if c.key not in {new.key for new in request.constraints}]
    constraints = (*request.constraints, *carried)
    return Dialogue(
        words=composed(constraints, request.extra) if carried else request.text,
        extra=request.extra,
        constraints=constraints,
        history=dialogue.history,
        variety=dialogue.variety,
    )


def change_made(before: Dialogue, after: Dialogue, request: Request) -> Intent:
    """What a message that refines has really done: added, taken back, or put in another's place."""
    if request.intent == "search" and not (request.steering.corrects and before.constraints):
        return "search"
    old, new = {c.key: c for c in before.constraints}, {c.key: c for c in after.constraints}
    altered = [(old[key], c) for key, c in new.items() if key in old and c != old[key]]
    limits = [pair for pair in altered if pair[1].kind in ("price", "total") and not request.comparatives]
    if any(pair not in limits and pair[1].kind not in ("price", "total") for pair in altered):
        return "replace"
    if request.steering.corrects and request.constraints:
        return "replace"
    if limits and all(is_widening(*pair) for pair in limits):
        return "relax"
    gone, added = old.keys() - new.keys(), new.keys() - old.keys()
    if gone and added and not request.steering.dropped:
        return "replace"
    return "relax" if gone and not added else "refine"


def without(dialogue: Dialogue, key: str) -> Dialogue:
    """The state with one chip taken off; the kind of one of several things takes the whole thing with it."""
    gone = next((c for c in dialogue.constraints if c.key == key), None)
    if gone is not None and gone.item and gone.kind == "category" and not gone.negated:
        return _without_thing(dialogue, gone.item)
    constraints = tuple(c for c in dialogue.constraints if c.key != key)
    plan = tuple(
        replace(wish, words=composed([c for c in constraints if c.item == wish.name], wish.extra))
        if gone is not None and gone.item == wish.name
        else wish
        for wish in dialogue.plan
    )
    words = " ".join(wish.words for wish in plan) if plan else composed(constraints, dialogue.extra)
    return replace(dialogue, constraints=constraints, words=words, plan=plan, like="", exclude_shown=False)


def _without_thing(dialogue: Dialogue, item: str) -> Dialogue:
    """A plan with one of its things less. Of the last one, asked for once, a plain wish is left, with the sum as its
    budget: a sum of one is a price.
    """
    plan = tuple(wish for wish in dialogue.plan if wish.name != item)
    standing = tuple(c for c in dialogue.constraints if c.item != item and (plan or c.kind != "total"))
    dialogue = replace(dialogue, constraints=standing, plan=plan, like="", exclude_shown=False)
    if len(plan) != 1 or plan[0].count > 1:
        return replace(dialogue, words=" ".join(wish.words for wish in plan))
    own = [replace(c, key=c.key.removeprefix(f"{c.item}/"), item="") for c in standing if c.item]
    budget = [_as_price(c) for c in standing if c.kind == "total"]
    constraints = merged(own, [b for b in budget if not _within(own, b)])
    words = composed(constraints, plan[0].extra)
    return replace(dialogue, constraints=constraints, words=words, extra=plan[0].extra, plan=())


def _as_price(total: Constraint) -> Constraint:
    """ "$600 in all" or "under $600 in all" as the budget of one thing."""
    amount = total.label.removesuffix(" in all").removeprefix("under ")
    return Constraint("price", "price", f"under {amount}", low=total.low, high=total.high)


def _within(constraints: Iterable[Constraint], budget: Constraint) -> bool:
    """Whether a price that stands is as narrow as the budget already."""
    limits = [c.high for c in constraints if c.kind == "price" and c.high is not None]
    return budget.high is not None and any(high <= budget.high for high in limits)


def with_variety(dialogue: Dialogue, value: float) -> Dialogue:
    """The state with the slider at `value`, brought into 0 to 1.

    What is on the page may come again: the wish is the same, only its products are chosen anew.
    """
    value = min(max(value, 0.0), 1.0) if value == value else 0.0  # NaN is no wish
    return replace(before_page(dialogue), variety=value)


def before_page(dialogue: Dialogue) -> Dialogue:
    """The state that the last page was made from: its own products do not count as shown yet."""
    return replace(dialogue, shown=tuple(id for id in dialogue.shown if id not in dialogue.last))


def variety_wish(old: float, new: float) -> str:
    """What moving the slider says, as a line of the conversation."""
    return "More varied, please" if new > old else "More alike, please"


def with_page(dialogue: Dialogue, ids: Sequence[str]) -> Dialogue:
    """The state after these products were shown."""
    if not ids:
        return dialogue
    shown = tuple(dict.fromkeys((*dialogue.shown, *ids)))
    return replace(dialogue, last=tuple(ids), shown=shown)


def merged(old: Sequence[Constraint], new: Iterable[Constraint]) -> tuple[Constraint, ...]:
    """New constraints replace old ones of the same key, and old ones they contradict."""
    stood = {c.key: c for c in old}
    new = tuple({c.key: _with_bound(stood.get(c.key), c) for c in new}.values())
    keys = {c.key for c in new}
    kept = [c for c in old if c.key not in keys and not any(_contradict(c, n) for n in new)]
    return (*kept, *new)


def _with_bound(old: Constraint | None, new: Constraint) -> Constraint:
    """ "under $200", then "over $150": the first bound still stands."""
    if old is None or new.kind != "price" or old.note:
        return new
    if old.low is not None and old.high is not None and old.low > old.high:
        return new  # two limits that could not both hold: this is which of them it is to be
    if new.label in old.label.split(", "):
        return old  # said again
    return joined_price(old, new) or new


def _contradict(old: Constraint, new: Constraint) -> bool:
    """ "blue" against "not blue", or one brand against its exclusion."""
    if old.negated == new.negated or old.kind != new.kind:
        return False
    if old.test is not None and new.test is not None:
        return old.test.attribute == new.test.attribute and bool(old.test.any_of & new.test.any_of)
    return bool(set(old.values) & set(new.values))


def composed(constraints: Iterable[Constraint], extra: str) -> str:
    """Search words for a set of wishes: what is wanted by name, then the free words."""
    named = [c.label for c in constraints if not c.negated and c.kind in ("brand", "attribute", "category")]
    return " ".join(part for part in (*named, extra) if part)


def as_filter(constraints: Iterable[Constraint], exclude_ids: Iterable[str] = ()) -> Filter:
    """The hard constraints as one filter."""
    hard = [c for c in constraints if c.hard]

    def names(kind: str, negated: bool) -> frozenset[str]:
        return frozenset(v for c in hard if c.kind == kind and c.negated == negated for v in c.values)

    price = next((c for c in hard if c.kind == "price"), None)
    return Filter(
        price_min=price.low if price else None,
        price_max=price.high if price else None,
        in_stock=any(c.kind == "stock" for c in hard),
        categories=names("category", False),
        not_categories=names("category", True),
        brands=names("brand", False),
        not_brands=names("brand", True),
        attributes=tuple(c.test for c in hard if c.test is not None),
        exclude_ids=frozenset(exclude_ids),
    )


def _goes_on(dialogue: Dialogue, request: Request) -> bool:
    """Whether a request that could stand alone goes on with the same kind of thing: tents, then "a green tent"."""
    old = next((c for c in dialogue.constraints if c.kind == "category"), None)
    new = next((c for c in request.constraints if c.kind == "category"), None)
    return old is not None and new is not None and set(new.values) == set(old.values) and not request.extra


def _pointed(dialogue: Dialogue, last: Sequence[Product], request: Request) -> list[Product]:
    """The product an ordinal names; for what "that brand" is, the one last spoken of; else the whole last page."""
    if request.ordinal is not None:
        return [last[request.ordinal]] if -len(last) <= request.ordinal < len(last) else []
    spoken_of = [p for p in last if p.id in dialogue.focus]
    return spoken_of if spoken_of and request.steering.traits else list(last)


def _trait(facets: Facets, pointed: Sequence[Product], attribute: str, wanted: bool) -> list[Constraint]:
    """ "Not that brand", "the same colour", as a wish; nothing where the product does not state it."""
    for product in pointed:
        if attribute == "brand" and product.brand:
            return [brand_constraint(facets, frozenset({fold(product.brand)}), negated=not wanted)]
        value = product.attributes.get(attribute)
        if isinstance(value, str):
            scope = Scope.of(facets, None)
            meaning = Meaning("value", frozenset({fold(value)}), attribute)
            return [value_constraint(scope, meaning, fold(value), negated=not wanted, softened=False)]
    return []


def _relative(
    attributes: tuple[str, ...], direction: int, referenced: Sequence[Product], currency: str
) -> Constraint | None:
    """ "cheaper", "bigger": beyond every product referred to, so that what comes is new to the shopper."""
    pick = min if direction < 0 else max
    if attributes == ("price",):
        prices = [p.price for p in referenced if p.price is not None]
        if not prices:
            return None
        edge = pick(prices)
        low, high = (edge + 0.01, None) if direction > 0 else (None, edge - 0.01)
        label = f"{'over' if direction > 0 else 'under'} {money(edge, currency)}"
        return Constraint("price", "price", label, low=low, high=high)
    for attribute in attributes:
        stated = [v for p in referenced if isinstance(v := p.attributes.get(attribute), Quantity)]
        if not stated:
            continue
        edge_value = pick(stated, key=lambda q: to_base(q.value, q.unit)[0])
        step = abs(edge_value.value) * 1e-3 * direction  # strictly beyond, whatever the rounding
        low, high = (edge_value.value + step, None) if direction > 0 else (None, edge_value.value + step)
        label = f"{attribute} {'over' if direction > 0 else 'under'} {worded_amount(edge_value.value, edge_value.unit)}"
        test = AttributeTest(attribute, low=low, high=high, unit=edge_value.unit)
        return Constraint(f"attribute:{attribute}", "attribute", label, low=low, high=high, test=test)
    return None
