"""A product -> the texts its indexes read: one for meaning (the encoder), one for words (BM25)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from retrieval.text import index_terms
from retrieval.types import AttributeValue, Product

VERSION = "2"
"""Goes up whenever a text below is worded differently, so that indexes made of the old wording are redone."""

# The bundled encoder reads 256 word pieces; technical English takes about one for four characters, and what
# lies behind the limit is lost, so the parts share about 800 characters (200 pieces).
LONGEST_MEANING = 800
_LONGEST_FACTS = 320
_LONGEST_FACT = 80  # a list of all Windows versions says less about a product than its colour

_TITLE_WEIGHT = 2  # a word of the title says what the product is; one of the description what it may go with


def for_meaning(product: Product) -> str:
    """What is embedded: title, brand, category, the first attributes, description; about 200 word pieces.

    Attributes keep the feed's order, which mostly puts what matters first. A true flag reads as its name; a
    false one is left out, because an encoder hears "waterproof: no" as being about waterproof things.
    """
    head = [product.title]
    if product.brand and product.brand.casefold() not in product.title.casefold():
        head.append(product.brand)
    if product.category:
        head.append(", ".join(product.category))
    text = ". ".join(head)
    facts = ""
    for fact in _facts(product):
        if len(fact) <= _LONGEST_FACT and len(facts) + len(fact) + 2 <= _LONGEST_FACTS:
            facts = f"{facts}; {fact}" if facts else fact
    for part in (facts, product.description):
        if part:
            text = f"{text}. {part}"
    return _cut(text, LONGEST_MEANING)


def for_words(product: Product) -> list[str]:
    """Terms for BM25: the title twice, then brand, category, the values of all attributes, description.

    Without the attributes' names: a phone that states its "rear camera type" is no camera. A flag is its name.
    """
    terms = index_terms(product.title) * _TITLE_WEIGHT
    values = [name if value is True else _said(value) for name, value in product.attributes.items()]
    for text in (product.brand, *product.category, *values, product.description):
        terms.extend(index_terms(text))
    return terms


def stated_words(product: Product, terms: Iterable[str]) -> frozenset[str]:
    """Every term of the listing, the names of stated attributes too: what a shopper's word can be found in.

    `terms` are those of `for_words`, which the caller has: making them takes longer than all else in a search.
    """
    names = (term for name, value in product.attributes.items() if value is not False for term in index_terms(name))
    return frozenset([*terms, *names])


def _facts(product: Product) -> Iterator[str]:
    """Such as "colour: black, silver", "weight: 1.2 kg", "waterproof"; nothing for a flag that is not set."""
    for name, value in product.attributes.items():
        if value is True:
            yield name
        elif value is not False:
            yield f"{name}: {_said(value)}"


def _said(value: AttributeValue) -> str:
    if value is False:
        return ""
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[:length].rsplit(" ", 1)[0]
