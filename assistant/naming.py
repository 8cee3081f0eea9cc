"""Which product a shopper means: by number on the page, by id, or by part of its title, brand, or a stated value.

Reads the catalogue, the page shown and the pages before it; knows nothing of why it was asked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from assistant.dialogue import Dialogue, as_filter
from assistant.questions import is_pointing, ordinal_in
from assistant.reading import Token, mend_spelling
from assistant.wording import shorten
from retrieval.comparison import model_key
from retrieval.text import STOP_WORDS, TOKEN, fold, index_terms, stem, words
from retrieval.types import Filter, Product

if TYPE_CHECKING:
    from assistant.clerk import Clerk  # which finds products by name, among other things

LOOKED_THROUGH = 200
"""Listings that the word search offers for a name: a brand's whole range, not its whole shop."""

LONGEST_NAME = 60
"""Characters of an unknown name that a reply repeats."""

_EARLIER = re.compile(r"\b(?:before|earlier|previous|you showed|(?:first|last|previous|other) page)\b")
_POINTING_WORDS = frozenset(["one", "ones", "product", "item", "no", "number", "you", "showed"])


@dataclass(frozen=True, slots=True)
class Named:
    """What a name came to: one product; or the reason why not."""

    said: str
    product: Product | None = None
    problem: Literal["", "unknown", "ambiguous", "out_of_range", "gone"] = ""
    several: tuple[Product, ...] = ()
    """For "ambiguous" those it fits, one a model; for one product its other versions that the name fits as well."""
    proven: bool = False
    """For "unknown": a word of the name is in no title, brand or category of the shop."""


def named(clerk: Clerk, session: str, dialogue: Dialogue, text: str, *, pointing: int = 0) -> Named:
    """The product that the text names; `pointing` is the place on the page of "this", and of no name at all."""
    said = shorten(" ".join(TOKEN.findall(fold(text).removeprefix("the ").removesuffix(" one"))), LONGEST_NAME)
    # 1) By its place on the page, or on the page before.
    place = pointing if not text or is_pointing(text) else ordinal_in(text)
    if place is not None:
        page = _page_before(clerk, session, dialogue) if _EARLIER.search(text) else dialogue.last
        if not -len(page) <= place < len(page):
            return Named(said, problem="out_of_range")
        product = clerk.searcher.index.catalog.get([page[place]]).get(page[place])
        return Named(said, product) if product is not None else Named(said, problem="gone")
    # 2) By its id.
    by_id = clerk.searcher.index.catalog.get(list(dict.fromkeys(_spellings(text))))
    if by_id:
        return Named(said, next(iter(by_id.values())))
    # 3) By words: on the page, then among the kind of thing asked for, then anywhere.
    found = _by_words(clerk, dialogue, words(text))
    if not found:
        tokens = [Token(m.group(), m.start(), m.end()) for m in TOKEN.finditer(fold(text))]
        mended, changes = mend_spelling(tokens, clerk.reader)
        found = _by_words(clerk, dialogue, [t.text for t in mended]) if changes else []
    if not found:
        proven = any(stem(w) not in clerk.facets.named for w in words(said) if w not in STOP_WORDS)
        return Named(said, problem="unknown", proven=proven)
    models = {model_key(p): p for p in reversed(found)}
    if len(models) > 1:
        return Named(said, problem="ambiguous", several=tuple(reversed(models.values())))
    return Named(said, found[0], several=tuple(found[1:]))


def _spellings(text: str) -> list[str]:
    bare = text.strip().removeprefix("the ")
    return [bare, bare.upper(), bare.lower()]


def _page_before(clerk: Clerk, session: str, dialogue: Dialogue) -> tuple[str, ...]:
    """The ids of the page before the one that stands; that one itself if it is the first."""
    pages = [tuple(r.product.id for r in a.recommendations) for a in clerk.sessions.answers(session)]
    before = [page for page in pages if page and page != dialogue.last]
    return before[-1] if before else dialogue.last


def _by_words(clerk: Clerk, dialogue: Dialogue, said: Sequence[str]) -> list[Product]:
    """Products whose name holds every word, in the order of the page or else of the word search."""
    wanted = [w for w in said if w not in STOP_WORDS and w not in _POINTING_WORDS]
    if not wanted:
        return []
    catalog, index = clerk.searcher.index.catalog, clerk.searcher.index
    known = catalog.get(dialogue.last)
    page = [p for id in dialogue.last if (p := known.get(id)) is not None]
    on_page = [p for p in page if holds(p, wanted)]
    if on_page:
        return on_page
    kinds = [c for c in dialogue.constraints if c.kind == "category" and not c.negated]
    query = " ".join(wanted)
    for filter in dict.fromkeys([as_filter(kinds), Filter()]):
        mask = None if filter.is_empty else clerk.facets.mask(filter)
        ids = [id for id, _score in index.words.search(query, LOOKED_THROUGH, mask)]
        found = list(catalog.get(ids).values())
        place = {id: number for number, id in enumerate(ids)}
        found = sorted((p for p in found if holds(p, wanted)), key=lambda p: place[p.id])
        exact = [p for p in found if fold(query) in (fold(p.title), fold(p.title.split(",")[0]))]
        by_name = [p for p in found if holds(replace(p, attributes={}, category=()), wanted)]
        if found:
            return exact or by_name or found
    return []


def holds(product: Product, wanted: Sequence[str]) -> bool:
    """Whether id, title, brand, category or a value in words has every one of the words."""
    values = [
        v if isinstance(v, str) else " ".join(v) for v in product.attributes.values() if isinstance(v, str | tuple)
    ]
    text = " . ".join((product.id, product.title, product.brand, *product.category, *values))
    terms = {*index_terms(text), *(stem(w) for w in words(text))}
    return all(stem(w) in terms for w in wanted)
