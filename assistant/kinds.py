"""The kind of thing a wish is for, where it is not named: by what the search finds for its words.

"Lights without cables for our driveway" names no shelf, yet nearly all that comes near it stands on one. A wish read
within its kind is read better: what is big, cheap or usual differs from shelf to shelf.
"""

from __future__ import annotations

from collections import Counter

from assistant.clerk import Clerk
from assistant.constraints import category_constraint
from assistant.types import Constraint
from retrieval.search import search
from retrieval.text import fold

VOTERS = 12
"""Products, the best first, that vote by where they stand."""

NEARLY_ALL, MOST = 10, 8
"""Votes that settle it, if two words of the wish are found, or four."""

NEAR = 0.38
"""Cosine that the nearest of them must have: a printer (0.45 to a notebook) has its words against it, a gift for dad
(0.29) is near nothing."""


def voted_kind(clerk: Clerk, text: str) -> Constraint | None:
    """The category that nearly all of the best hits share, as a wish; None where they differ or lie far."""
    hits = search(clerk.searcher, text, k=3 * VOTERS)[:VOTERS]
    if len(hits) < VOTERS or max(hit.meaning for hit in hits) < NEAR:
        return None
    found = max(len(hit.matched_words) for hit in hits)
    counts = Counter(fold(hit.product.category[-1]) for hit in hits if hit.product.category)
    if not counts:
        return None
    kind, votes = counts.most_common(1)[0]
    if not ((votes >= NEARLY_ALL and found > 1) or (votes >= MOST and found > 3)):
        return None
    return category_constraint(clerk.facets, frozenset({kind}), kind)
