"""From ranked candidates to what stands on the cards: the products of the page with the reasons for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.apart import kept_out, moved_by, rivals_of
from assistant.candidates import chosen, find, history_of, query_of, ranked_hits
from assistant.clerk import Clerk
from assistant.dialogue import Dialogue, apply
from assistant.extremes import comparison_reason
from assistant.facts import Facts
from assistant.occlusion import part_reasons
from assistant.profile import nearest_past
from assistant.ranking import Ranked
from assistant.reasons import SMALLEST, Past, needs_part, numbered, reasons_for
from assistant.types import Recommendation
from assistant.understand import understand
from assistant.variety import variety_reason
from retrieval.search import CANDIDATES


@dataclass(frozen=True, slots=True)
class Shown:
    """What one message outside any conversation brings to the page, before any wording."""

    dialogue: Dialogue
    candidates: Sequence[Ranked]
    """All that were ranked, best first."""
    page: Sequence[Ranked]
    recommendations: tuple[Recommendation, ...]


def ranked_for(clerk: Clerk, message: str, k: int) -> list[Ranked]:
    """One message outside any conversation, understood, searched and ranked as `answer` does; the best `k`."""
    dialogue = _alone(clerk, message)
    return [] if dialogue is None else candidates_for(clerk, dialogue, k=max(k, CANDIDATES))[:k]


def shown_for(clerk: Clerk, message: str) -> Shown | None:
    """The page that `answer` gives to a message, with its reasons; None if it asks for no product or finds none."""
    dialogue = _alone(clerk, message)
    if dialogue is None:
        return None
    found = find(clerk, dialogue)
    candidates = ranked_hits(clerk, dialogue, found.hits)
    if not candidates:
        return None
    page = chosen(clerk, dialogue, found, candidates)
    return Shown(dialogue, candidates, page, recommendations(clerk, dialogue, page, candidates))


def candidates_for(
    clerk: Clerk, dialogue: Dialogue, *, searched: Dialogue | None = None, k: int = CANDIDATES
) -> list[Ranked]:
    """The candidates of a state of the conversation, ranked; found under the wishes of `searched`, if that is given."""
    return ranked_hits(clerk, dialogue, find(clerk, searched or dialogue, k=k).hits)


def recommendations(
    clerk: Clerk, dialogue: Dialogue, page: Sequence[Ranked], candidates: Sequence[Ranked]
) -> tuple[Recommendation, ...]:
    """The products of the page, each with its reasons; `candidates` are those it was chosen from."""
    wishes, past = dialogue.constraints, _past_of(clerk, dialogue, page)
    rivals, shares = rivals_of(page, candidates), kept_out(clerk.facets, dialogue)
    moved = {r.product.id: moved_by(r, rivals, shares) for r in page}
    bare = [r for r in page if needs_part(r, wishes, past=past.get(r.product.id), moved=moved[r.product.id])]
    parts = part_reasons(
        clerk.searcher,
        query_of(dialogue),
        bare if dialogue.words else (),
        told=[c.test.attribute if c.test is not None else c.kind for c in wishes],
        least=SMALLEST,
        history=history_of(dialogue),
    )
    groups = numbered(
        [
            reasons_for(
                r,
                wishes,
                past=past.get(r.product.id),
                variety=variety_reason(r, page),
                comparison=comparison_reason(r, page, wishes),
                part=parts.get(r.product.id),
                moved=moved[r.product.id],
            )
            for r in page
        ]
    )
    return tuple(
        Recommendation(r.product, r.score, r.contributions, reasons) for r, reasons in zip(page, groups, strict=True)
    )


def facts_of(dialogue: Dialogue, page: Sequence[Recommendation]) -> list[Facts]:
    """What may be said of each product of the page."""
    return [
        Facts(
            r.product,
            r.reasons,
            dialogue.constraints,
            dialogue.words,
            past_titles=tuple(reason.value for reason in r.reasons if reason.kind == "taste"),
            page=[other.product for other in page if other is not r],
        )
        for r in page
    ]


def _alone(clerk: Clerk, message: str) -> Dialogue | None:
    """The state after one message outside any conversation; None if it asks for no product."""
    request = understand(message, clerk.reader)
    if request.intent not in ("search", "refine"):
        return None
    return apply(Dialogue(), request, (), clerk.facets, clerk.settings.currency)


def _past_of(clerk: Clerk, dialogue: Dialogue, ranked: Sequence[Ranked]) -> Mapping[str, Past]:
    """For each product the one of the shopper's past it resembles most."""
    if not dialogue.history:
        return {}
    verbs = {item.product_id: item.verb for item in dialogue.history}
    known = clerk.searcher.index.catalog.get(list(verbs))
    vectors = clerk.searcher.index.store.vectors([*known, *(r.product.id for r in ranked)])
    found: dict[str, Past] = {}
    for r in ranked:
        nearest = nearest_past(r.product, list(known), vectors)
        if nearest is not None:
            found[r.product.id] = Past(known[nearest], verbs[nearest])
    return found
