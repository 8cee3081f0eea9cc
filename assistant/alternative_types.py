"""The values of the support desk: a product, what may stand in for it, and how each differs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from assistant.types import Reason, Sentence
from retrieval.relations import Relation
from retrieval.types import Product

GroupKind = Literal["variant", "substitute", "upgrade", "cheaper", "in_stock", "complement"]

GROUPS: Mapping[GroupKind, str] = {
    "variant": "The same thing, in another colour, size or listing",
    "substitute": "Does the same job",
    "upgrade": "Better for a little more",
    "cheaper": "Cheaper",
    "in_stock": "In stock now",
    "complement": "Goes with it (no replacement)",
}
"""In the order they are shown. "upgrade", "cheaper" and "in_stock" are views of variants and substitutes."""


@dataclass(frozen=True, slots=True)
class Changed:
    """One fact in which an alternative differs from the product."""

    field: str
    before: str
    """The product's value as people read it; "" if its listing does not state it."""
    after: str
    """The alternative's, likewise."""
    better: bool | None
    """Whether the alternative's is better; None where nobody can say."""


@dataclass(frozen=True, slots=True)
class Matter:
    """A fact of the product that an agent may pin: "must be duplex"."""

    field: str
    value: str
    weight: float
    """How much it is thought to matter for this kind of thing, 0 to 1."""
    kept: bool = False
    """Whether it is pinned."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """One candidate, classified and compared."""

    product: Product
    relation: Relation
    confidence: float
    """Of the relation, 0 to 1."""
    score: float
    """What it is ordered by within its group: the sum of `contributions`."""
    contributions: Mapping[str, float]
    differences: tuple[Changed, ...]
    """What an agent should read first comes first; the price among them, if it differs."""
    reasons: tuple[Reason, ...]
    sentences: tuple[Sentence, ...]
    """The justification; each sentence was checked or is made of the fact it states."""


@dataclass(frozen=True, slots=True)
class Group:
    """Alternatives of one kind, best first. One alternative may stand in several groups."""

    kind: GroupKind
    items: tuple[Alternative, ...]


@dataclass(frozen=True, slots=True)
class Alternatives:
    """Everything that was found for one product."""

    product: Product
    groups: tuple[Group, ...]
    """In the order of `GROUPS`; an empty one is left out."""
    matters: tuple[Matter, ...]
    """The product's facts, those that matter most first."""
    set_aside: Mapping[str, int]
    """Pinned fact -> how many substitutes it alone kept out; "(not stated)" is added where the listing is silent."""
    notes: tuple[str, ...] = ()
    """What an agent has to know: "No listing of this kind states duplex.", "Everything is out of stock."."""

    def group(self, kind: GroupKind) -> tuple[Alternative, ...]:
        return next((group.items for group in self.groups if group.kind == kind), ())
