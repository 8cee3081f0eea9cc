"""How far each signal sets a shown product apart from what is not shown: what a choice of reasons goes by.

A signal that lifts every candidate alike moves nothing, however large it is. Knows nothing of wording.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from assistant.dialogue import Dialogue, as_filter
from assistant.ranking import Ranked, signal_of
from retrieval.comparison import model_key
from retrieval.facets import Facets


def rivals_of(page: Sequence[Ranked], candidates: Sequence[Ranked]) -> list[Ranked]:
    """The candidates of models that are not on the page; variants of what is shown compete for nothing."""
    shown = {model_key(r.product) for r in page}
    return [r for r in candidates if model_key(r.product) not in shown]


def moved_by(ranked: Ranked, rivals: Sequence[Ranked], kept_out: Mapping[str, float]) -> dict[str, float]:
    """Signal -> how much of the product's lead over the best rival is lost if nobody had that signal, in score.

    A hard wish has done its work before the ranking, by what its filter kept out: it counts for that share of its
    contribution, if that is more. Without a rival every signal counts in full: there is nothing to hold it against.
    """
    best = max((r.score for r in rivals), default=0.0)
    moved: dict[str, float] = {}
    for signal, contribution in ranked.contributions.items():
        after = max((r.score - r.contributions.get(signal, 0.0) for r in rivals), default=0.0)
        moved[signal] = max(contribution + after - best, contribution * kept_out.get(signal, 0.0))
    return moved


def kept_out(facets: Facets, dialogue: Dialogue) -> dict[str, float]:
    """Signal of each hard wish -> the share of the products fitting all other wishes that it alone rules out.

    Empty where nothing fits all wishes, for then the page was found without some of them.
    """
    exclude = dialogue.shown if dialogue.exclude_shown else ()
    fitting = int(facets.mask(as_filter(dialogue.constraints, exclude)).sum())
    shares: dict[str, float] = {}
    for wish in dialogue.constraints if fitting else ():
        if wish.hard and wish.kind != "stock":
            others = [c for c in dialogue.constraints if c != wish]
            wider = int(facets.mask(as_filter(others, exclude)).sum())
            shares["budget" if wish.kind == "price" else signal_of(wish)] = 1 - fitting / wider
    return shares
