"""The state of one conversation and how a request changes it. Pure functions over a frozen value.

Knows what was asked and shown; nothing of searching, ranking or wording.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from assistant.constraints import category_constraint, joined_price
from assistant.types import Constraint, PastItem
from assistant.understand import Request
from assistant.wording import amount as worded_amount
from assistant.wording import money
from retrieval.facets import Facets
from retrieval.text import fold
from retrieval.types import AttributeTest, Filter, Product, Quantity
from retrieval.units import to_base


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


def apply(dialogue: Dialogue, request: Request, last: Sequence[Product], facets: Facets, currency: str) -> Dialogue:
    """The next state; `last` are the products of the last page, in order."""
    if request.intent == "start_over":
        return Dialogue(history=dialogue.history, variety=dialogue.variety)
    if request.intent == "more":
        return replace(dialogue, exclude_shown=True)
    if request.intent == "search" and not _goes_on(dialogue, request):
        return Dialogue(
            words=request.text,
            extra=request.extra,
            constraints=request.constraints,
            history=dialogue.history,
            variety=dialogue.variety,
        )
    if request.intent not in ("search", "refine"):
        return dialogue

    new = list(request.constraints)
    words, extra, like = dialogue.words, dialogue.extra, dialogue.like
    referenced = [] if _is_other_kind(dialogue, request) else _referenced(last, request.ordinal)
    if request.ordinal is not None and referenced:
        # "the second one, but bigger": its kind and name join the wish.
        product = referenced[0]
        if product.category and not any(c.kind == "category" for c in new):
            new.append(category_constraint(facets, frozenset({fold(product.category[-1])}), product.category[-1]))
        like = product.title
    for attributes, direction in request.comparatives:
        constraint = _relative(attributes, direction, referenced, currency)
        if constraint is not None:
            new.append(constraint)

    constraints = merged(dialogue.constraints, new)
    replaced = {c.key for c in dialogue.constraints} - {c.key for c in constraints if c in dialogue.constraints}
    extra = f"{extra} {request.extra}".strip()
    words = composed(constraints, extra) if replaced else f"{words} {request.text}".strip()
    # "More like the first" must not bring the first again; "the first, but bigger" cannot.
    only_like = request.ordinal is not None and request.others and not request.comparatives
    return replace(dialogue, words=words, extra=extra, like=like, constraints=constraints, exclude_shown=only_like)


def without(dialogue: Dialogue, key: str) -> Dialogue:
    """The state with one chip taken off."""
    constraints = tuple(c for c in dialogue.constraints if c.key != key)
    words = composed(constraints, dialogue.extra)
    return replace(dialogue, constraints=constraints, words=words, like="", exclude_shown=False)


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


def _is_other_kind(dialogue: Dialogue, request: Request) -> bool:
    """Whether the message names another kind of thing than the page shows: kettles measure no tent."""
    old = next((c.values for c in dialogue.constraints if c.kind == "category"), None)
    new = next((c.values for c in request.constraints if c.kind == "category"), None)
    return new is not None and old is not None and new != old


def _goes_on(dialogue: Dialogue, request: Request) -> bool:
    """Whether a request that could stand alone goes on with the same kind of thing: tents, then "a green tent"."""
    old = next((c for c in dialogue.constraints if c.kind == "category"), None)
    new = next((c for c in request.constraints if c.kind == "category"), None)
    return old is not None and new is not None and set(new.values) == set(old.values) and not request.extra


def _referenced(last: Sequence[Product], ordinal: int | None) -> list[Product]:
    """The product an ordinal names, or the whole last page where none is named."""
    if ordinal is None:
        return list(last)
    return [last[ordinal]] if -len(last) <= ordinal < len(last) else []


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
