"""What in a listing came near the request: parts of its text are taken away and the rest is scored again.

The drop, times the weight of the signal, is what the part contributes; "Understanding Neural Networks through
Representation Erasure" (Li, Monroe and Jurafsky, 2016). The meaning of a product alone is no reason; the part that
carries most of it is. Texts without a part do not depend on the request, so their vectors are remembered.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.quotable import LONGEST, is_clean, is_quotable
from assistant.ranking import WEIGHTS, Ranked
from assistant.types import Reason
from assistant.wording import shown
from assistant.wordings import text_of
from retrieval.documents import LONGEST_MEANING, for_meaning
from retrieval.search import Searcher, query_vector
from retrieval.text import STOP_WORDS, fold, stem, words
from retrieval.types import Product

MOST_PARTS = 8
"""Parts of one product taken away."""

MOST_TEXTS = 9
"""The same over all products of an answer, as cards are due within a second: a full text takes the bundled encoder
15 to 35 ms on one core."""

NEAR = 0.30
"""Cosine to the request that a part must have by itself, and no less than the parts beside the title have on average.
Taking any words away shifts a vector a little: without its colour a kettle can be 0.03 further from "cheap kettle",
which is no reason to tell (unrelated texts lie around 0.1, loosely related ones above 0.3)."""

_LONGEST_VALUE = 60  # characters of an attribute that still reads as one fact
_SENTENCES = re.compile(r"(?<=[.!?])\s+")


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a listing: its title, its category, one attribute, or one sentence of its description."""

    field: str
    """ "title", "category", "description", or the attribute's name as the listing writes it."""
    value: str


@dataclass(frozen=True, slots=True)
class Carried:
    """A part with what it contributes, in score."""

    part: Part
    contribution: float
    alone: float
    """Cosine of the part by itself to the request."""


def part_reasons(
    searcher: Searcher,
    query: str,
    products: Sequence[Ranked],
    *,
    told: Sequence[str] = (),
    least: float,
    history: Sequence[str] = (),
) -> dict[str, Reason]:
    """Product id -> the reason made of the part that carries most; nothing for a product without such a part.

    `told` are fields (folded) that a wish speaks of already; `least` is the smallest contribution worth telling.
    """
    reasons: dict[str, Reason] = {}
    for ranked, (carried, is_all) in zip(products, carry(searcher, query, products, history=history), strict=True):
        ordered = sorted(carried, key=lambda c: -c.contribution)
        # A title says little as a reason, for it stands above, and so does the category that was asked for: they
        # are named only where nothing else carries enough.
        others = [c.alone for c in carried if c.part.field != "title"]
        near = max(NEAR, sum(others) / max(len(others), 1) - 1e-6)
        enough = [c for c in ordered if c.contribution >= least and (c.alone >= near or c.part.field == "title")]
        fit = [c for c in enough if _is_sayable(c.part, ranked.product, told)]
        weak = {"title"} | {field for field in told if field == "category"}
        best = next((c for c in fit if c.part.field not in weak), fit[0] if fit else None)
        if best is not None:
            reasons[ranked.product.id] = _reason(ranked, best, most=is_all and best is ordered[0])
    return reasons


def carry(
    searcher: Searcher, query: str, products: Sequence[Ranked], *, history: Sequence[str] = ()
) -> list[tuple[list[Carried], bool]]:
    """For each product what its parts contribute, and whether they are all of its text. One batch for all of them.

    Against the reranker's relevance where the product has one, else against the encoder's meaning.
    """
    if not products:
        return []
    room = min(MOST_PARTS, MOST_TEXTS // len(products))
    parts = [_likely(parts_of(r.product), query, room) for r in products]
    texts = [without(r.product, part) for r, chosen in zip(products, parts, strict=True) for part in chosen]
    owners = [r for r, chosen in zip(products, parts, strict=True) for _ in chosen]
    alone_texts = [f"{part.field}: {part.value}" for chosen in parts for part in chosen]
    searcher.encode_all([*texts, *alone_texts])  # one batch; what follows finds them remembered
    after = iter(contributions_of(searcher, query, owners, texts, history=history))
    alone = iter(searcher.encode_all(alone_texts) @ searcher.encode(query))
    return [
        (
            [Carried(part, r.contributions[signal_of(r)] - next(after), float(next(alone))) for part in chosen],
            len(chosen) == len(parts_of(r.product)),
        )
        for r, chosen in zip(products, parts, strict=True)
    ]


def signal_of(ranked: Ranked) -> str:
    """Where the product's text was read last: by the reranker, or by the encoder alone."""
    return "relevance" if "relevance" in ranked.contributions else "meaning"


def contributions_of(
    searcher: Searcher, query: str, owners: Sequence[Ranked], texts: Sequence[str], *, history: Sequence[str] = ()
) -> list[float]:
    """What each text would contribute in place of its owner's, by the signal of `signal_of`; 0 for an empty text."""
    result = [0.0] * len(texts)
    read = [i for i, r in enumerate(owners) if texts[i] and signal_of(r) == "relevance"]
    if read and searcher.reranker is not None:
        for i, score in zip(read, searcher.reranker.score(query, [texts[i] for i in read]), strict=True):
            result[i] = WEIGHTS["relevance"] * score
    meant = [i for i, r in enumerate(owners) if texts[i] and signal_of(r) == "meaning"]
    vector = query_vector(searcher, query, history) if meant else None
    if vector is not None:
        for i, cosine in zip(meant, searcher.encode_all([texts[i] for i in meant]) @ vector, strict=True):
            result[i] = WEIGHTS["meaning"] * float(cosine)
    return result


def parts_of(product: Product) -> list[Part]:
    """The parts of the text that is encoded, in its order; what lies behind its limit was never read."""
    text = for_meaning(product)
    parts = [Part("title", product.title)]
    if product.category:
        parts.append(Part("category", ", ".join(product.category)))
    for name, value in product.attributes.items():
        fact = name if value is True else f"{name}: {', '.join(value) if isinstance(value, tuple) else value}"
        if value is not False and fact in text:
            parts.append(Part(name, shown(value)))
    sentences = [s for s in _SENTENCES.split(product.description[:LONGEST_MEANING].strip()) if s]
    if len(product.description) > LONGEST_MEANING:
        sentences = sentences[:-1]  # cut in the middle
    parts.extend(Part("description", s) for s in dict.fromkeys(sentences) if s in text)
    return parts


def without(product: Product, part: Part) -> str:
    """The product's text as it would be without the part; "" if nothing is left."""
    if part.field == "title":
        # The brand stays: it is a part of its own that the title may only have repeated.
        return for_meaning(replace(product, title="")).lstrip(". ")
    if part.field == "category":
        return for_meaning(replace(product, category=()))
    if part.field == "description" and part.value in product.description:
        rest = product.description.replace(part.value, " ")
        return for_meaning(replace(product, description=" ".join(rest.split())))
    return for_meaning(replace(product, attributes={n: v for n, v in product.attributes.items() if n != part.field}))


def _likely(parts: Sequence[Part], query: str, room: int) -> list[Part]:
    """As many parts as there is room for: the title, then those that share words with the request, then in order."""
    asked = {stem(w) for w in words(query) if w not in STOP_WORDS}
    shared = [len(asked & {stem(w) for w in words(f"{p.field} {p.value}")}) for p in parts]
    order = sorted(range(len(parts)), key=lambda i: (parts[i].field != "title", -shared[i], i))
    return [parts[i] for i in order[:room]]


def _is_sayable(part: Part, product: Product, told: Sequence[str]) -> bool:
    if part.field == "title":
        return True  # named, not repeated
    if part.field == "description":
        return is_quotable(part.value, product)
    if fold(part.field) in told and part.field != "category":
        return False
    return len(part.value) <= (LONGEST if part.field == "category" else _LONGEST_VALUE) and is_clean(
        f"{part.field} {part.value}"
    )


def _reason(ranked: Ranked, carried: Carried, *, most: bool) -> Reason:
    """The part as a sentence; that it comes closest is said only where every part was tried and none carries more."""
    part = carried.part
    closeness = "is what comes closest to your request" if most else "comes close to your request"
    if part.field == "title":
        form, blanks = "near.title", {}
    elif part.field == "category":
        form, blanks = "near.category", {"where": ranked.product.category[-1]}
    elif part.field == "description":
        form, blanks = "quote", {"quote": f"“{part.value}”"}
    elif part.value == "yes":
        form, blanks = "near.names", {"label": f"“{part.field}”"}
    else:
        form, blanks = "near", {"name": part.field, "value": part.value}
    if form != "quote":
        blanks = {**blanks, "closeness": closeness}
    return Reason(
        "",
        "relevance",
        ranked.product.id,
        signal_of(ranked),
        part.field,
        part.value,
        text_of(form, blanks),
        carried.contribution,
        form,
        blanks,
    )
