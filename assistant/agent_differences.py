"""In what an alternative differs from a product, as an agent says it: "costs $12.00 more, weighs 400 g less".

Each clause is made of the two listings, and then held against them again as if somebody else had written it: its
numbers must be theirs or their difference, its comparison must be the way round that the values are.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from assistant.agent_patterns import reply_patterns, said
from assistant.alternative_types import Alternative
from assistant.comparing import difference
from assistant.fact_lines import LONGEST_VALUE
from assistant.facts import AMOUNT
from assistant.promises import check_line
from assistant.reasons import stated
from assistant.wording import is_adjective, listed, money, rated, shown
from assistant.wordings import filled, load_wordings
from retrieval.comparison import Fact, facts_of
from retrieval.text import fold
from retrieval.types import AttributeValue, Product, Quantity
from retrieval.units import to_base

_ELSEWHERE = frozenset(["stock", "availability", "in stock", "title", "id", "url", "seller"])
"""Fields that a reply tells in sentences of their own, or not at all."""

_MORE = ("more", "heavier", "louder", "longer", "wider", "taller", "thicker", "brighter", "larger", "bigger")
_LESS = ("less", "lighter", "quieter", "shorter", "narrower", "lower", "thinner", "dimmer", "smaller")

_NO_THING = re.compile(r"^\w+ing$|\b(?:dry|baggage|induction)$")  # "has a tumble dry" is no English

_NEAR = 0.006  # differences are told to two decimals


@dataclass(frozen=True, slots=True)
class Clause:
    """One difference in words."""

    field: str
    """Folded."""
    text: str
    """What follows "it"."""


def clauses_for(product: Product, alternative: Alternative, most: int) -> list[Clause]:
    """What the alternative has otherwise, the price first, then in the order found; at most `most` clauses.

    A value that either listing leaves out is not spoken of, nor one that is a paragraph.
    """
    other = alternative.product
    fields = sorted((fold(c.field) for c in alternative.differences), key=lambda name: name != "price")
    found = (clause for name in dict.fromkeys(fields) if (clause := _clause(name, product, other)) is not None)
    sound = (clause for clause in found if not check(f"It {clause.text}.", product, other, about=clause.field))
    return list(islice(sound, most))  # a listing may differ in a hundred facts, and a check reads both whole


def check(sentence: str, product: Product, other: Product, *, about: str = "") -> str:
    """Why a sentence about `other`, set against `product`, may not be said; "" if it may.

    `about` is the folded field that it compares, if it compares one.
    """
    # 1) Every number is one of the two listings', or the difference of a fact they both state.
    if wrong := strange_number(sentence, product, other):
        return f"number of neither product: “{wrong}”"
    # 2) What is not their data promises nothing, praises nothing, compares only the way round that the values are.
    bare = sentence
    for data in sorted(_data(product, other), key=len, reverse=True):
        bare = re.sub(rf"(?<!\w){re.escape(data)}(?!\w)", "that", bare)
    return check_line(bare, _numbers(product, other), _directions(about, product, other))


def strange_number(sentence: str, product: Product, other: Product) -> str:
    """The first number in the sentence that is neither product's nor their difference; "" if there is none."""
    known = _numbers(product, other)
    for match in re.finditer(AMOUNT, sentence):
        value = _read(match.group())
        if not any(abs(value - number) < _NEAR for number in known):
            return match.group()
    return ""


def joined(clauses: Sequence[Clause]) -> str:
    """ "costs $12.00 more, weighs 400 g less and has no porch"; semicolons where a clause has commas of its own."""
    texts = [clause.text for clause in clauses]
    if len(texts) > 1 and any("," in text or " and " in text for text in texts):
        return "; ".join([*texts[:-1], f"and it {texts[-1]}"])
    return listed(texts)


def _clause(name: str, product: Product, other: Product) -> Clause | None:
    if name in _ELSEWHERE:
        return None
    if name == "rating":
        before, after = _stars(product), _stars(other)
        return Clause(name, said("differences", "rating", after=after, before=before)) if before and after else None
    if name == "price":
        gap = _price_gap(product, other)
        key = "price.more" if gap and gap > 0 else "price.less"
        return Clause(name, said("differences", key, gap=money(abs(gap), other.currency))) if gap else None
    own, theirs = facts_of(product).get(name), facts_of(other).get(name)
    if own is None or theirs is None or own.value == theirs.value:
        return None
    text = _in_words(name, own, theirs)
    return Clause(name, text) if text else None


def _in_words(name: str, own: Fact, theirs: Fact) -> str:
    a, b = own.value, theirs.value
    if isinstance(a, float) or isinstance(b, float):
        return ""  # an attribute of the feed's that is called price
    if isinstance(a, bool) or isinstance(b, bool):
        return _verb(theirs.name, b) if isinstance(a, bool) and isinstance(b, bool) else ""
    if isinstance(a, Quantity) and isinstance(b, Quantity):
        key = f"{name}.{'more' if to_base(b.value, b.unit)[0] > to_base(a.value, a.unit)[0] else 'less'}"
        gap = difference(b, a)
        if gap is not None and key in reply_patterns()["differences"]:
            return said("differences", key, gap=gap)
    before, after = shown(a), shown(b)
    if not before or not after or max(len(before), len(after)) > LONGEST_VALUE:
        return ""
    if name in ("brand", "category"):
        return said("differences", name, after=after, before=before)
    return said("differences", "instead", said=_verb(theirs.name, b), before=before)


def _price_gap(product: Product, other: Product) -> float | None:
    """How much more the other costs; None where that is not known."""
    if product.price is None or other.price is None or product.currency != other.currency:
        return None
    return round(other.price - product.price, 2)


def _verb(name: str, value: AttributeValue) -> str:
    """The alternative's fact as it follows "it", in the words that reasons have: "comes in navy blue"."""
    if isinstance(value, bool) and not is_adjective(name) and _NO_THING.search(name):
        return said("differences", "flag", name=name, after=shown(value))
    form, blanks = stated(name, value)
    patterns = load_wordings().shapes(form, "v")
    return filled(patterns[0], blanks)


def _stars(product: Product) -> str:
    if product.rating is None or not product.rating_count:
        return ""
    return rated(product.rating, product.rating_count)


def _read(number: str) -> float:
    return float(number.replace(",", "") or 0)


def _data(product: Product, other: Product) -> set[str]:
    """Every stretch of text that the two listings hold, and the names of their facts."""
    found: set[str] = set()
    for each in (product, other):
        found |= {each.id, each.title, each.title.split(",")[0].strip(), each.brand, each.url, *each.category}
        for name, value in each.attributes.items():
            found |= {name, shown(value), *(value if isinstance(value, tuple) else ())}
    return {data for data in (" ".join(text.split()) for text in found) if len(data) > 1}


def _numbers(product: Product, other: Product) -> set[float]:
    """The numbers that the two listings state, and by how much facts of one name differ."""
    found: set[float] = {5.0} if product.rating is not None and other.rating is not None else set()  # "out of 5"
    for each in (product, other):
        stated_ones = [each.price, each.rating, each.stock, each.rating_count]
        found |= {float(number) for number in stated_ones if number is not None}
        texts = [each.id, each.title, each.brand, each.url, *each.category]
        texts += [text for name, value in each.attributes.items() for text in (name, shown(value))]
        found |= {_read(match.group()) for text in texts for match in re.finditer(AMOUNT, text)}
    return found | set(_gaps(product, other))


def _gaps(product: Product, other: Product) -> Iterator[float]:
    """How far the two are apart in price and in each measure, in the unit of either and in grams."""
    if (gap := _price_gap(product, other)) is not None:
        yield abs(gap)
    theirs = {fold(name): value for name, value in other.attributes.items()}
    for name, a in product.attributes.items():
        b = theirs.get(fold(name))
        if not isinstance(a, Quantity) or not isinstance(b, Quantity):
            continue
        (left, base), (right, other_base) = to_base(a.value, a.unit), to_base(b.value, b.unit)
        if base != other_base:
            continue
        apart = abs(left - right)
        units = [to_base(1.0, unit)[0] - to_base(0.0, unit)[0] for unit in (a.unit, b.unit)]
        yield from (apart / unit for unit in (*units, *([0.001] if base == "kilogram" else [])) if unit)


def _directions(about: str, product: Product, other: Product) -> Collection[str]:
    """The comparing words that may be said of `other` in one field: those of its side, and of no other."""
    if about == "price":
        gap = _price_gap(product, other)
        return () if not gap else _MORE if gap > 0 else _LESS
    own, theirs = facts_of(product).get(about), facts_of(other).get(about)
    if own is None or theirs is None:
        return ()
    a, b = own.value, theirs.value
    if isinstance(a, Quantity) and isinstance(b, Quantity):
        (left, base), (right, other_base) = to_base(a.value, a.unit), to_base(b.value, b.unit)
        if base == other_base and left != right:
            return _MORE if right > left else _LESS
    return ()
