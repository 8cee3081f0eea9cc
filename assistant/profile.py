"""A shopper's past: reading events, and the product a taste reason refers to."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import SettingsError
from assistant.types import PastItem
from retrieval.types import Product, Vectors

_MOST_HISTORY = 12  # older steps weigh under 2 % each (search.HISTORY_DECAY)
_VERBS = {"buy": "bought", "rate": "bought", "add_to_cart": "put in your cart", "view": "viewed"}
_STRENGTH = {"viewed": 0, "put in your cart": 1, "bought": 2}


@dataclass(frozen=True, slots=True)
class Shopper:
    """One shopper of the events file, for the picker of the demo."""

    id: str
    label: str
    history: tuple[PastItem, ...]
    """Oldest first, the most recent dozen."""


@dataclass(frozen=True, slots=True)
class Step:
    """One row of the events file."""

    time: str
    event: str
    """view, add_to_cart, buy or rate."""
    product_id: str
    stars: float | None = None
    """0 to 5, where the row gives a rating."""


@dataclass(frozen=True, slots=True)
class Log:
    """An events file."""

    steps: Mapping[str, Sequence[Step]]
    """Shopper -> steps in the order of the file."""
    unread: int
    """Rows that say no shopper, time or product, or an event that is none of the four."""


def read_shoppers(path: Path, products: Mapping[str, Product]) -> list[Shopper]:
    """Shoppers of an events CSV (shopper, time, event, product_id, rating); unknown products are left out.

    Raises SettingsError if the file cannot be read or lacks a column.
    """
    events = read_steps(path, products)
    return [shopper_of(id, sorted(steps), products) for id, steps in sorted(events.items())]


def read_steps(path: Path, known: Container[str]) -> dict[str, list[tuple[str, str, str]]]:
    """Shopper -> (time, event, product id) as the file has them; products that are not `known` are left out.

    Raises SettingsError as `read_shoppers` does.
    """
    events: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for shopper, steps in read_log(path).steps.items():
        for step in steps:
            if step.product_id in known:
                events[shopper].append((step.time, step.event, step.product_id))
    return events


def read_baskets(path: Path, known: Container[str]) -> list[list[str]]:
    """What each shopper took, not only looked at: ids of `known` products. Raises as `read_shoppers` does."""
    return [[id for _time, event, id in steps if event != "view"] for steps in read_steps(path, known).values()]


def read_log(path: Path) -> Log:
    """Everything an events file tells, products unknown to the catalogue included. Raises as `read_shoppers` does."""
    wanted = {"shopper", "time", "event", "product_id"}
    steps: dict[str, list[Step]] = defaultdict(list)
    unread = 0
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            missing = wanted - set(rows.fieldnames or ())
            if missing:
                raise SettingsError(f"The events file {path} has no column {', '.join(sorted(missing))}.")
            for row in rows:
                if row["event"] in _VERBS and row["shopper"] and row["time"] and row["product_id"]:
                    step = Step(row["time"], row["event"], row["product_id"], _stars(row.get("rating")))
                    steps[row["shopper"]].append(step)
                else:
                    unread += 1
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise SettingsError(f"The events file {path} cannot be read: {error}.") from error
    return Log(steps, unread)


def _stars(text: str | None) -> float | None:
    try:
        stars = float(text or "")
    except ValueError:
        return None
    return stars if 0 <= stars <= 5 else None  # a NaN compares false


def bought(event: str) -> bool:
    """Whether an event says that the shopper owns the product."""
    return _VERBS[event] == "bought"


def strength(event: str) -> int:
    """How much an event says beside a mere look: 0 viewed, 1 put in the cart, 2 bought or rated."""
    return _STRENGTH[_VERBS[event]]


def shopper_of(id: str, steps: Sequence[tuple[str, str, str]], products: Mapping[str, Product]) -> Shopper:
    """A shopper with what the search remembers of the (time, event, product id) `steps`, oldest first, all known."""
    verbs: dict[str, str] = {}
    for _time, event, product_id in steps:
        verb = _VERBS[event]
        if _STRENGTH[verb] >= _STRENGTH.get(verbs.get(product_id, "viewed"), 0):
            verbs[product_id] = verb
    recent = tuple(dict.fromkeys(product_id for *_, product_id in reversed(steps)))[:_MOST_HISTORY][::-1]
    liked = Counter(products[i].category[-1] for i in verbs if products[i].category)
    interests = ", ".join(name.lower() for name, _ in liked.most_common(2))
    history = tuple(PastItem(product_id, verbs[product_id]) for product_id in recent)
    return Shopper(id, f"{id}: {interests}" if interests else id, history)


def nearest_past(
    product: Product, history: Sequence[str], vectors: Mapping[str, Vectors], least: float = 0.45
) -> str | None:
    """The product of the history most like this one (cosine of at least `least`); the product itself if it is there."""
    if product.id not in vectors:
        return None
    if product.id in history:
        return product.id
    likeness = {id: float(vectors[id] @ vectors[product.id]) for id in history if id in vectors}
    best = max(likeness, key=lambda id: likeness[id], default=None)
    return best if best is not None and likeness[best] >= least else None
