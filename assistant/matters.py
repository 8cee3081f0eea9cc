"""Which facts of a product matter for its kind of thing: the guess that an agent starts from when pinning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from assistant.alternative_types import Matter
from assistant.errors import UnknownFact
from assistant.neighbours import Candidate
from assistant.wording import shorten, shown
from retrieval.comparison import Fact, relation
from retrieval.marks import RECORDS
from retrieval.text import fold, name_key, words
from retrieval.types import Product

_PEERS = 60  # nearest stand-ins that the shares are counted over; more change the second digit
_TITLE = 1.6  # what stands in the title is what the thing is bought by: "Six-Person", "A4", "Noise-Cancelling"
_LOOKS = frozenset("colour color pattern finish shade flavour flavor scent edition".split())
_MEASURES = frozenset("weight width height depth thickness packed".split())
_OF_LOOKS, _OF_MEASURES = 0.35, 0.5  # these differ within a model, and are seldom insisted on, unlike a size
_PRIOR = 2.0  # peers added on either side, so that two peers that agree prove little
_LONGEST = 60  # characters of an unknown name that are repeated
_BRAND = 0.15  # somebody who cannot have a product seldom insists on its brand


def matters_of(product: Product, candidates: Sequence[Candidate], keep: Sequence[str] = ()) -> list[Matter]:
    """The product's facts, those that matter most first; `keep` names the pinned ones.

    weight = coverage * (1 + share of the peers that state something else) / 2, more if the title says it, less if it
    is its looks or how large it is; scaled so that the largest is 1. Coverage is the share of the peers (what does
    the same job) that state it: what every listing of a kind states is what the kind is sold by.
    """
    pinned = {fold(name) for name in keep}
    near = [c.product for c in candidates if c.relation in ("variant", "substitute")][:_PEERS]
    peers = [{name_key(n): Fact(n, v) for n, v in peer.attributes.items()} for peer in near]
    facts: dict[str, Fact] = {}
    for name, value in product.attributes.items():
        if fold(name) not in RECORDS and not (fold(name) == "brand" and product.brand):
            facts.setdefault(fold(name), Fact(name, value))
    weights = {fact.name: _weight(product, fact, peers) for fact in facts.values()}
    most = max(weights.values(), default=1.0)
    if product.brand:
        weights["brand"] = _BRAND * most
    stated = {n: shown(v) for n, v in product.attributes.items()} | {"brand": product.brand}
    found = [Matter(n, stated[n], round(w / most, 3), fold(n) in pinned) for n, w in weights.items()]
    return sorted(found, key=lambda m: (-m.weight, m.field))


def check_pins(matters: Sequence[Matter], keep: Sequence[str]) -> None:
    """Raises UnknownFact for a name among `keep` that the product states no such fact for, with those it does state."""
    known = {fold(m.field) for m in matters}
    unknown = next((name for name in keep if fold(name) not in known), None)
    if unknown is not None:
        named = ", ".join(m.field for m in matters) or "nothing that could be kept"
        raise UnknownFact(f"The listing states no {shorten(unknown, _LONGEST)!r} to keep. It states {named}.")


def _weight(product: Product, fact: Fact, peers: Sequence[Mapping[str, Fact]]) -> float:
    theirs = [found for peer in peers if (found := peer.get(name_key(fact.name))) is not None]
    coverage = (len(theirs) + _PRIOR / 2) / (len(peers) + _PRIOR)
    other = (sum(relation(fact, each) == "different" for each in theirs) + _PRIOR / 2) / (len(theirs) + _PRIOR)
    weight = coverage * (1 + other) / 2
    title = set(words(product.title))
    assert not isinstance(fact.value, float)  # the price is no attribute
    if isinstance(fact.value, bool):
        said = fact.value and set(words(fact.name)) <= title
    else:
        said = bool({w for w in words(shown(fact.value)) if len(w) > 1 or w.isdigit()} & title)
    named = set(words(fact.name))
    if named & _LOOKS:
        return weight * _OF_LOOKS
    return weight * (_TITLE if said else 1.0) * (_OF_MEASURES if named & _MEASURES else 1.0)
