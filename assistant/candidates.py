"""The candidates of one state of a conversation: found under its wishes, ranked, and chosen for the page.

Answering makes a page with these; a counterfactual is the same, run again on a changed state.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.clerk import Clerk
from assistant.dialogue import Dialogue, as_filter
from assistant.ranking import Context, Ranked, rank
from assistant.reasons import asks_well_rated
from assistant.types import Constraint
from assistant.variety import varied
from retrieval.search import CANDIDATES, search, taste_vector
from retrieval.text import words
from retrieval.types import Hit

FAR = 0.30
"""Cosine below which the nearest product has nothing to do with the request (all-MiniLM-L6-v2; unrelated
texts lie around 0.1, loosely related ones above 0.3)."""

FAR_UNHEARD = 0.42
"""The same where every word of the request stands in no listing at all: a violin (0.33) is not offered a
sweater; what is nearer ("microwave oven" to a microwave-safe set, 0.46) is offered, openly."""


@dataclass(frozen=True, slots=True)
class Page:
    """What a search gave: every candidate of the page, not yet ranked."""

    hits: Sequence[Hit]
    given_up: tuple[Constraint, ...] = ()
    """Hard wishes that had to be let go, because nothing fits them all."""
    fitting: int = 0
    """How many products meet every hard wish."""
    sold_out: tuple[str, ...] = ()
    """Ids of those that do, where not one of them is left; the page then shows what is."""


def find(clerk: Clerk, dialogue: Dialogue, *, k: int = CANDIDATES) -> Page:
    """The hits under all hard wishes; failing that, under as many as can be kept, and in stock."""
    kept = list(dialogue.constraints)
    exclude = (*dialogue.refused, *(dialogue.shown if dialogue.exclude_shown else ()))
    fitting = clerk.facets.mask(as_filter(kept, exclude))
    count = int(fitting.sum())
    if count == 0 and dialogue.exclude_shown and not dialogue.like:
        return Page(())  # "something else", and there is nothing else: that is the answer
    sold_out = _sold_out(clerk, kept, exclude)
    given_up: list[Constraint] = []
    left = count if not sold_out else 0
    while left == 0:
        # Another kind of thing is no answer: what a thing is is never given up for what it is to be like.
        hard = [c for c in kept if c.hard and (c.kind != "category" or c.negated)]
        hard = [c for c in hard if c.kind != "stock"] or hard
        if not hard:
            return Page((), sold_out=sold_out)
        room = {c.key: _room(clerk, [k for k in kept if k != c], exclude, bool(sold_out)) for c in hard}
        victim = max(hard, key=lambda c: (room[c.key] > 0, _yielding(c), room[c.key]))
        kept.remove(victim)
        given_up.append(victim)
        left = room[victim.key]
    wanted = as_filter(kept, exclude)
    hits = search(
        clerk.searcher,
        query_of(dialogue),
        filter=replace(wanted, in_stock=True) if sold_out else wanted,
        history=history_of(dialogue),
        k=k,
    )
    return Page(hits, tuple(given_up), count, sold_out)


def _sold_out(clerk: Clerk, wishes: Sequence[Constraint], exclude: Sequence[str]) -> tuple[str, ...]:
    """Ids of what meets every wish, if all of it is gone."""
    fitting = clerk.facets.mask(as_filter([c for c in wishes if c.kind != "stock"], exclude))
    if not fitting.any() or (fitting & clerk.facets.in_stock).any():
        return ()
    return tuple(clerk.facets.ids[row] for row in fitting.nonzero()[0])


def _room(clerk: Clerk, wishes: Sequence[Constraint], exclude: Sequence[str], in_stock: bool) -> int:
    """How many products meet the wishes."""
    fitting = clerk.facets.mask(as_filter(wishes, exclude))
    return int((fitting & clerk.facets.in_stock).sum() if in_stock else fitting.sum())


def _yielding(constraint: Constraint) -> int:
    """Which wish is let go first, highest first: a colour before a budget, a budget before what it is at all."""
    if constraint.negated:
        return 1  # "not wool" may be an allergy
    return {"attribute": 4, "brand": 4, "stock": 3, "price": 2, "total": 2, "category": 0}[constraint.kind]


def is_unheard_of(clerk: Clerk, page: Page, dialogue: Dialogue, absent: Sequence[str]) -> bool:
    """Whether the request names nothing this shop has and nothing comes near it in meaning."""
    named = any(c.kind in ("category", "brand", "attribute") and not c.negated for c in dialogue.constraints)
    if named or not dialogue.words:
        return False
    # Against the request alone: the search itself also leans towards the shopper's past.
    vectors = clerk.searcher.index.store.vectors([hit.product.id for hit in page.hits])
    request = clerk.searcher.encode(dialogue.words)
    far = FAR_UNHEARD if absent and len(absent) >= len(dialogue.extra.split()) else FAR
    return max(float(vector @ request) for vector in vectors.values()) < far


def ranked_hits(clerk: Clerk, dialogue: Dialogue, hits: Sequence[Hit]) -> list[Ranked]:
    """The hits by score, best first: what the shopper said and what they did before, counted."""
    taste = taste_vector(clerk.searcher, history_of(dialogue)) if dialogue.history else None
    vectors = clerk.searcher.index.store.vectors([h.product.id for h in hits]) if taste is not None else None
    spoken = set(words(dialogue.words))  # a product pointed at brings words that the shopper never said
    hits = [replace(h, matched_words=tuple(w for w in h.matched_words if w in spoken)) for h in hits]
    context = Context(
        dialogue.constraints,
        clerk.facets.mean_rating,
        taste,
        vectors,
        well_rated=asks_well_rated(dialogue.words),
    )
    return rank(hits, context)


def chosen(clerk: Clerk, dialogue: Dialogue, page: Page, ranked: Sequence[Ranked]) -> list[Ranked]:
    """The products of the page, by score. Where the reply says "the nearest", it must be the nearest, however
    varied the shopper likes it.
    """
    return varied(
        ranked,
        clerk.settings.cards,
        dialogue.constraints,
        variety=0.0 if page.given_up or dialogue.nearest else variety_of(clerk, dialogue),
        method=clerk.settings.variety_method,
        vectors_of=clerk.searcher.index.store.vectors,
    )


def variety_of(clerk: Clerk, dialogue: Dialogue) -> float:
    """Where the slider stands: the shopper's own choice, or the shop's."""
    return clerk.settings.variety if dialogue.variety is None else dialogue.variety


def query_of(dialogue: Dialogue) -> str:
    """What is searched for: the words, and the name of a product that the shopper pointed at."""
    return f"{dialogue.words} {dialogue.like}".strip()


def history_of(dialogue: Dialogue) -> list[str]:
    """Ids of what the shopper looked at before."""
    return [item.product_id for item in dialogue.history]
