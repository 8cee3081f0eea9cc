"""What a simulated shopper can know of a product: its facts, and whether another product has them."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks import shopper_words as say
from retrieval.text import fold, stem, words
from retrieval.types import AttributeValue, Product, Quantity
from retrieval.units import same_amount, to_base


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that the wanted product states; of a list, one item."""

    name: str
    value: AttributeValue

    @property
    def said(self) -> str:
        return say.phrase(self.name, self.value)


def facts_of(product: Product) -> list[Fact]:
    """What could be asked for of a listing, in the order of its names; of a list the first item."""
    facts = []
    for name, value in sorted(product.attributes.items()):
        one: AttributeValue = value[0] if isinstance(value, tuple) and value else value
        if say.spoken(name, one):
            facts.append(Fact(name, one))
    return facts


def meets(product: Product, fact: Fact) -> bool:
    """Whether a listing says that it is so: a number within a tenth, counts exactly, a text with all the words."""
    if fold(fact.name) == "brand":
        return fold(product.brand) == fold(str(fact.value))
    value = next((v for name, v in product.attributes.items() if fold(name) == fold(fact.name)), None)
    if isinstance(fact.value, Quantity):
        if not isinstance(value, Quantity):
            return False
        share = 0.001 if fact.value.unit in ("persons", "pieces") else 0.1
        return same_amount(value.value, value.unit, fact.value.value, fact.value.unit, tolerance=share)
    if isinstance(fact.value, bool) or value is None or isinstance(value, bool | Quantity):
        return value is fact.value
    wanted = _stems(str(fact.value))
    return any(wanted <= _stems(text) for text in ((value,) if isinstance(value, str) else value))


def _stems(text: str) -> set[str]:
    return {stem(word) for word in words(text)}


def amount_of(product: Product, name: str) -> float | None:
    """A measure in its base unit, or the price; None if the listing does not say."""
    if name == "price":
        return product.price
    value = next((v for key, v in product.attributes.items() if fold(key) == name), None)
    return to_base(value.value, value.unit)[0] if isinstance(value, Quantity) else None


def colour_of(product: Product) -> str:
    """The first colour stated; "" if none is."""
    value = next((v for key, v in product.attributes.items() if fold(key) == "colour"), "")
    return value[0] if isinstance(value, tuple) and value else value if isinstance(value, str) else ""
