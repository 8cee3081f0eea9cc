"""Two products as a row of numbers: what a classifier of relations reads. Every number is a fact of the pair.

Knows no labels and no weights. The rows are symmetric: what A is to B, B is to A.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping

import numpy as np
from rapidfuzz import fuzz

from retrieval.comparison import model_key, relation
from retrieval.goods import Goods
from retrieval.graph import Graph
from retrieval.marks import Marks
from retrieval.text import STOP_WORDS, fold, name_key, stem, words
from retrieval.types import Product, Quantity, Vectors
from retrieval.units import to_base

FEATURES = (
    "cosine",  # of the two vectors
    "same model",  # brand, and title up to its first comma
    "titles",  # token-sort ratio, 0 to 1
    "title words",  # share of the words that say most, by how rare they are
    "same brand",
    "same category",  # the narrowest
    "other category",  # both have one, and not the same
    "same department",  # widest category
    "same goods",  # one kind by `retrieval.goods`
    "like goods",  # kinds that do the same job
    "goods go together",
    "other goods",  # both known, and none of these
    "attributes shared",  # of the names, by how rare they are: a kind of thing where there is no category
    "facts agree",  # share of the facts both state that say the same, by how telling they are
    "facts differ",
    "kept facts differ",  # the same without what varies within a model: colour, size, length
    "sizes apart",  # mean |log ratio| of amounts of one name
    "title sizes apart",  # the largest |log ratio| of what a title names: "60 Pieces", "Six-Person", "40 cm"
    "price apart",  # |log ratio|
    "taken together",  # log(1 + shoppers who took both)
    "kinds taken together",  # log lift of the two kinds
    "names the other",  # one listing's list of what it is for names the other's model
    "fits the same",  # both say what they are for, and share of that is the same
    "fits another",  # both say what they are for, and none of it is the same
    "made to fit, nothing in common",  # kinds that are listed by what they fit (toner, batteries), and no device shared
    "made to fit, another brand",
    "fits the same, other colour",  # inks of one printer go together
    "fitting differs",  # connector, interface, socket, form factor, platform
    "plugs differ",  # the titles name other ones: LC, ST, SATA, PCIe
    "uses shared",  # of lists such as "use"
    "for whom differs",  # gender, age: one states another than the other
    "colours differ",
    "other model, same goods",  # a model code of its own in each title
)

VARYING = frozenset(
    """colour color size length width height depth diameter weight capacity quantity pack packs count pieces volume
    flavour flavor scent pattern edition language layout finish shade""".split()
)
"""Words of the names of what varies within a model."""

_FITTING = re.compile(
    r"\bconnector(?! contacts|s plating)\b|\binterface\b|\bsocket\b|\bslot\b|form factor|\bplatform\b|\bmount\b"
)
_WHOM = frozenset(["gender", "recommended gender", "age group"])
_EVERYBODY = frozenset(["unisex", "boy/girl", "both", "all", "adults", "any"])
_SCARCE = 3.0
"""Added to the listings of a kind, so that one of one proves nothing of the kind."""

_MOST_APART = 3.0
"""Cap of a log ratio: twenty times as long is as far apart as a hundred times."""


class PairReader:
    """Rows of `FEATURES` for pairs of one catalogue's products."""

    def __init__(self, products: Iterable[Product], graph: Graph, goods: Goods, goods_of: Mapping[str, str]) -> None:
        """`goods_of` says of each product which of the kinds of `goods` it is."""
        names: Counter[str] = Counter()
        stems: Counter[str] = Counter()
        fitted: Counter[str] = Counter()
        count = 0
        for product in products:
            count += 1
            fitted[goods_of.get(product.id, "")] += bool(Marks(product, "").fits)
            names.update({name_key(n) for n in product.attributes})
            stems.update({stem(w) for w in words(product.title) if w not in STOP_WORDS})
        self.graph = graph
        self._goods = goods
        self._goods_of = goods_of
        sizes = Counter(goods_of.values())
        self._fitted = {kind: found / (sizes[kind] + _SCARCE) for kind, found in fitted.items() if kind}
        self._names = {name: math.log((count + 1) / seen) for name, seen in names.items()}
        self._stems = {s: math.log((count + 1) / seen) for s, seen in stems.items()}
        self._rarest = math.log(count + 1)

    def rows(self, product: Product, others: Iterable[tuple[Product, float]]) -> Vectors:
        """Shape (n, len(FEATURES)), of the product with each of (other, cosine of the two)."""
        mine = Marks(product, self._goods_of.get(product.id, ""))
        rows = [self._row(mine, Marks(other, self._goods_of.get(other.id, "")), cosine) for other, cosine in others]
        return np.asarray(rows, dtype=np.float32).reshape(len(rows), len(FEATURES))

    def kind_of(self, id: str) -> str:
        """Its kind of goods, else its folded category; "" if neither is known."""
        return self._goods_of.get(id, "") or self.graph.kind_of.get(id, "")

    def used_together(self, one: str, other: str) -> tuple[str, str] | None:
        """The kinds of goods of two ids, if such things are used together; None if not, or not known."""
        kinds = self._goods_of.get(one, ""), self._goods_of.get(other, "")
        return kinds if self._goods.tie(*kinds) == "with" else None

    def _row(self, a: Marks, b: Marks, cosine: float) -> list[float]:
        one, other = a.product, b.product
        agree, differ, kept = self._facts(a, b)
        mean_gap, title_gap = _gaps(a, b)
        kinds = self.graph.kind_of.get(one.id), self.graph.kind_of.get(other.id)
        known = None not in kinds
        same_kind = known and kinds[0] == kinds[1]
        tie = self._goods.tie(a.goods, b.goods)
        colours = bool(a.colours and b.colours and not a.colours & b.colours)
        fitted = max(self._fitted.get(a.goods, 0.0), self._fitted.get(b.goods, 0.0))
        shared = len(a.fits & b.fits) / min(len(a.fits), len(b.fits)) if a.fits and b.fits else 0.0
        return [
            cosine,
            float(model_key(one) == model_key(other)),
            fuzz.token_sort_ratio(a.title, b.title) / 100,
            _weighed(a.stems, b.stems, self._stems, self._rarest),
            float(bool(fold(one.brand)) and fold(one.brand) == fold(other.brand)),
            float(same_kind),
            float(known and not same_kind),
            float(bool(one.category and other.category) and fold(one.category[0]) == fold(other.category[0])),
            float(tie == "same"),
            float(tie == "like"),
            float(tie == "with"),
            float(tie == "other"),
            _weighed(frozenset(a.facts), frozenset(b.facts), self._names, self._rarest),
            agree,
            differ,
            kept,
            mean_gap,
            title_gap,
            _price_gap(one, other),
            math.log1p(self.graph.taken_with(one.id).get(other.id, 0)),
            self.graph.kinds_together.get((kinds[0] or "", kinds[1] or ""), 0.0),
            float(bool(a.codes & b.fits or b.codes & a.fits)),
            shared,
            float(bool(a.fits and b.fits) and not a.fits & b.fits),
            fitted * float(shared == 0),
            fitted * float(fold(one.brand) != fold(other.brand)),
            shared * colours,
            _fitting(a, b),
            float(bool(a.plugs and b.plugs) and a.plugs != b.plugs),
            _lists(a, b),
            _whom(a, b),
            float(colours),
            float(tie == "same" and bool(a.codes - b.codes) and bool(b.codes - a.codes)),
        ]

    def _facts(self, a: Marks, b: Marks) -> tuple[float, float, float]:
        """Weighted shares, of the facts both state, of those that agree, that differ, that differ and do not vary
        within a model.
        """
        total = agree = differ = kept = 0.0
        for name, fact in a.facts.items():
            theirs = b.facts.get(name)
            if theirs is None:
                continue
            weight = self._names.get(name, self._rarest)
            total += weight
            how = relation(fact, theirs)
            if how == "same":
                agree += weight
            elif how == "different":
                differ += weight
                kept += 0.0 if VARYING & set(words(name)) else weight
        return (agree / total, differ / total, kept / total) if total else (0.0, 0.0, 0.0)


def _weighed(a: frozenset[str], b: frozenset[str], weights: Mapping[str, float], rarest: float) -> float:
    """Weighted Jaccard of two sets of words."""
    both = sum(weights.get(w, rarest) for w in a & b)
    either = sum(weights.get(w, rarest) for w in a | b)
    return both / either if either else 0.0


def _gaps(a: Marks, b: Marks) -> tuple[float, float]:
    """(mean |log ratio| of all amounts both state, the largest of those that a title names)."""
    every, named = [], [0.0]
    for name, fact in a.facts.items():
        theirs = b.facts.get(name)
        if theirs is None or not (isinstance(fact.value, Quantity) and isinstance(theirs.value, Quantity)):
            continue
        x, base = to_base(fact.value.value, fact.value.unit)
        y, other_base = to_base(theirs.value.value, theirs.value.unit)
        if base == other_base and base != "kelvin" and 0 < x < math.inf and 0 < y < math.inf:
            every.append(min(abs(math.log(x) - math.log(y)), _MOST_APART))
            said = f"{fact.value.value:g}" in a.title_numbers or f"{theirs.value.value:g}" in b.title_numbers
            if said or name in ("capacity", "size"):
                named.append(every[-1])
    return (sum(every) / len(every) if every else 0.0), max(named)


def _price_gap(one: Product, other: Product) -> float:
    if not one.price or not other.price or one.currency != other.currency:
        return 0.0
    return min(abs(math.log(one.price) - math.log(other.price)), _MOST_APART)


def _lists(a: Marks, b: Marks) -> float:
    both = [name for name in a.lists if name in b.lists]
    shares = [
        len(a.lists[n] & b.lists[n]) / min(len(a.lists[n]), len(b.lists[n])) for n in both if a.lists[n] and b.lists[n]
    ]
    return max(shares, default=0.0)


def _whom(a: Marks, b: Marks) -> float:
    """What is for everybody is for women and for men."""
    both = _WHOM & a.facts.keys() & b.facts.keys()
    stated = [(fold(str(a.facts[n].value)), fold(str(b.facts[n].value))) for n in both]
    return float(any(one != other and not {one, other} & _EVERYBODY for one, other in stated))


def _fitting(a: Marks, b: Marks) -> float:
    names = [n for n in a.facts if n in b.facts and _FITTING.search(n)]
    return float(any(relation(a.facts[n], b.facts[n]) == "different" for n in names))
