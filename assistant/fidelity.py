"""Are the reasons true to the ranking? Each shown reason's signal is taken away, and all is ranked again.

Removal as in the faithfulness tests of explanations (comprehensiveness and sufficiency: DeYoung et al., "ERASER: A
Benchmark to Evaluate Rationalized NLP Models", ACL 2020), with a control: a signal that no reason names. Knows nothing
of files or of how results are shown.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from assistant.candidates import query_of
from assistant.clerk import Clerk
from assistant.dialogue import without as unasked
from assistant.occlusion import Part, contributions_of, without
from assistant.ranking import Ranked, one_a_model, signal_of
from assistant.recommending import Shown, candidates_for, shown_for
from assistant.types import Constraint, Reason, Recommendation
from retrieval.comparison import model_key
from retrieval.errors import StoreclerkError
from retrieval.index import Progress, no_progress
from retrieval.measures import RESAMPLES, Interval, interval
from retrieval.requests import make_requests

T = TypeVar("T")

BASE = ("meaning", "relevance")
"""What every candidate of a search stands on; never drawn as the control, since it outweighs all else."""

_LEAST = 1e-9  # scores are ordered after rounding to nine digits


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a product stands among the candidates."""

    score: float
    place: int
    """1 is first; of each other model only the best variant counts. One more than there are, for no candidate."""
    margin: float | None
    """Score less that of the best product not on the page; None where all candidates are shown."""
    on_page: bool


@dataclass(frozen=True, slots=True)
class Trial:
    """One signal of one shown product taken away."""

    request: str
    product_id: str
    kind: str
    """The reason's kind ("relevance" told apart into words and part); "control" for a signal without a reason."""
    signal: str
    contribution: float
    text: str
    before: Standing
    after: Standing
    taken_back: Standing | None = None
    """Where it would stand had the shopper not asked for it at all, the wish's words left out of the search, too;
    None for a reason that comes from no wish."""

    @property
    def lowers(self) -> bool:
        """The product's own score falls; for a trade-off, rises."""
        change = self.after.score - self.before.score
        return change > _LEAST if self._speaks_against else change < -_LEAST

    @property
    def moves(self) -> bool:
        """The place gets worse or the lead over the best product not shown shrinks; for a trade-off the other way."""
        sign = -1 if self._speaks_against else 1
        if (self.after.place - self.before.place) * sign > 0:
            return True
        before, after = self.before.margin, self.after.margin
        if before is None or after is None:
            return before is None and after is not None and sign > 0  # what the filter kept out now competes
        return (before - after) * sign > _LEAST

    @property
    def leaves(self) -> bool:
        """The product is no longer on the page."""
        return not self.after.on_page

    @property
    def falls_without_wish(self) -> bool | None:
        """The place gets worse if the wish is taken back (better, for a trade-off); None without a wish."""
        if self.taken_back is None:
            return None
        change = self.taken_back.place - self.before.place
        return change < 0 if self._speaks_against else change > 0

    @property
    def _speaks_against(self) -> bool:
        return self.contribution < 0 and self.kind != "control"


@dataclass(frozen=True, slots=True)
class Kept:
    """Whether a product stays on the page when only the signals of its reasons count."""

    with_base: bool
    alone: bool
    """Without the base signals, unless a reason names one."""


@dataclass(frozen=True, slots=True)
class Fidelity:
    """All trials, with shares (means over requests of the share among a request's reasons) and their intervals."""

    requests: int
    answered: int
    products: int
    bare: int
    """Products shown without a reason in their favour."""
    seed: int
    trials: tuple[Trial, ...]
    controls: tuple[Trial, ...]
    shares: Mapping[str, Mapping[str, Interval]]
    """Group ("all", a kind, "control") -> measure ("score lowers", ...) -> its share."""
    counts: Mapping[str, int]
    """Group -> how many trials."""
    sufficiency: Mapping[str, Interval]


MEASURES: Mapping[str, Callable[[Trial], bool | None]] = {
    "score lowers": lambda trial: trial.lowers,
    "falls or loses margin": lambda trial: trial.moves,
    "leaves the page": lambda trial: trial.leaves,
    "falls without the wish": lambda trial: trial.falls_without_wish,
}


def made_queries(clerk: Clerk, count: int, seed: int) -> list[str]:
    """Requests made out of the catalogue, the same for the same seed. Raises StoreclerkError if nothing has a title."""
    requests = make_requests(sorted(clerk.searcher.index.catalog.all(), key=lambda p: p.id), count, seed)
    if not requests:
        raise StoreclerkError("No title of the catalogue has a word to ask for: name requests with --queries.")
    return [request.text for request in requests]


def measure(
    clerk: Clerk,
    queries: Sequence[str],
    *,
    seed: int = 7,
    resamples: int = RESAMPLES,
    progress: Progress = no_progress,
) -> Fidelity:
    """Tests every reason of every page. Raises StoreclerkError if no request brings a product with a reason."""
    draw = random.Random(seed)
    trials: list[list[Trial]] = []
    controls: list[list[Trial]] = []
    kept: list[list[Kept]] = []
    products = bare = 0
    for done, query in enumerate(queries, start=1):
        shown = shown_for(clerk, query)
        if shown is not None:
            bench = _Bench(clerk, query, shown)
            products += len(shown.recommendations)
            bare += sum(all(reason.contribution < 0 for reason in r.reasons) for r in shown.recommendations)
            trials.append([bench.trial(r, reason) for r in shown.recommendations for reason in r.reasons])
            controls.append([t for r in shown.recommendations if (t := bench.control(r, draw)) is not None])
            kept.append([bench.kept(r) for r in shown.recommendations if r.reasons])
        progress("reasons", done, len(queries))
    if not any(trials):
        raise StoreclerkError(
            f"None of the {len(queries):,} requests brings a product with a reason, the first {queries[0]!r}: "
            "name others with --queries."
        )
    groups: dict[str, list[list[Trial]]] = {"all": trials}
    for kind in sorted({t.kind for some in trials for t in some}):
        groups[kind] = [[t for t in some if t.kind == kind] for some in trials]
    groups["control"] = controls
    shares = {
        group: {name: i for name, test in MEASURES.items() if (i := _share(some, test, seed, resamples)) is not None}
        for group, some in groups.items()
    }
    sufficiency = {
        "reasons and meaning": _share(kept, lambda k: k.with_base, seed, resamples),
        "reasons alone": _share(kept, lambda k: k.alone, seed, resamples),
    }
    return Fidelity(
        requests=len(queries),
        answered=len(trials),
        products=products,
        bare=bare,
        seed=seed,
        trials=tuple(t for some in trials for t in some),
        controls=tuple(t for some in controls for t in some),
        shares=shares,
        counts={group: sum(map(len, some)) for group, some in groups.items()},
        sufficiency={name: value for name, value in sufficiency.items() if value is not None},
    )


class _Bench:
    """One answered request, ranked again without this or that."""

    def __init__(self, clerk: Clerk, query: str, shown: Shown) -> None:
        self._clerk, self._query, self._shown = clerk, query, shown
        lifted = {r.product.id: r for r in shown.page}  # with what variety gave them
        self._candidates = _ordered([lifted.get(r.product.id, r) for r in shown.candidates])
        self._models = {model_key(r.product) for r in shown.page}
        self._wider: dict[str, list[Ranked]] = {}
        self._unasked: dict[str, list[Ranked]] = {}

    def trial(self, recommendation: Recommendation, reason: Reason) -> Trial:
        """What a reason's signal does: taken from all candidates; a part of the text from its own product."""
        if reason.signal in BASE:
            return self._trial(recommendation, _kind(reason), reason, self._without_part(recommendation, reason))
        return self._trial(recommendation, _kind(reason), reason, self._without(reason.signal))

    def control(self, recommendation: Recommendation, draw: random.Random) -> Trial | None:
        """The same for a random signal of the product that no reason of it names, held to the same test as one in
        its favour; None if there is none.
        """
        named = {reason.signal for reason in recommendation.reasons} | set(BASE)
        others = sorted(set(recommendation.contributions) - named)
        if not others:
            return None
        signal = draw.choice(others)
        contribution = recommendation.contributions[signal]
        reason = Reason("", "policy", recommendation.product.id, signal, "", "", "", contribution)
        return self._trial(recommendation, "control", reason, self._without(signal))

    def kept(self, recommendation: Recommendation) -> Kept:
        """Sufficiency, over the same candidates: only the signals of the product's reasons count, for all of them."""
        named = {reason.signal for reason in recommendation.reasons}

        def stays(signals: set[str]) -> bool:
            ranked = _ordered([_only(r, signals) for r in self._candidates])
            return self._standing(recommendation.product.id, ranked).on_page

        return Kept(with_base=stays(named | set(BASE)), alone=stays(named))

    def _trial(self, recommendation: Recommendation, kind: str, reason: Reason, after: Sequence[Ranked]) -> Trial:
        id = recommendation.product.id
        own = recommendation.score - recommendation.contributions.get(reason.signal, 0.0)
        return Trial(
            request=self._query,
            product_id=id,
            kind=kind,
            signal=reason.signal,
            contribution=reason.contribution,
            text=reason.text,
            before=self._standing(id, self._candidates),
            after=self._standing(id, after, score=own),
            taken_back=None if kind == "control" else self._taken_back(id, reason),
        )

    def _taken_back(self, id: str, reason: Reason) -> Standing | None:
        dialogue = self._shown.dialogue
        wish = next((c for c in dialogue.constraints if _says(c, reason.signal)), None)
        if wish is None:
            return None
        if wish.key not in self._unasked:
            self._unasked[wish.key] = candidates_for(self._clerk, unasked(dialogue, wish.key))
        return self._standing(id, self._unasked[wish.key])

    def _without(self, signal: str) -> list[Ranked]:
        wish = next((c for c in self._shown.dialogue.constraints if c.hard and _filter_signal(c) == signal), None)
        candidates = self._candidates if wish is None else self._found_without(wish)
        return _ordered([_only(r, r.contributions.keys() - {signal}) for r in candidates])

    def _found_without(self, wish: Constraint) -> list[Ranked]:
        """The candidates with the wish's filter lifted, so that what it kept out competes; other signals as before."""
        if wish.key not in self._wider:
            dialogue = self._shown.dialogue
            searched = replace(dialogue, constraints=tuple(c for c in dialogue.constraints if c != wish))
            lifted = {r.product.id: r for r in self._shown.page}
            found = candidates_for(self._clerk, dialogue, searched=searched)
            self._wider[wish.key] = [lifted.get(r.product.id, r) for r in found]
        return self._wider[wish.key]

    def _without_part(self, recommendation: Recommendation, reason: Reason) -> list[Ranked]:
        """The part is taken out of the product's document, and that is scored again."""
        own = next(r for r in self._candidates if r.product.id == recommendation.product.id)
        text = without(own.product, Part(reason.field, reason.value))
        [score] = contributions_of(self._clerk.searcher, query_of(self._shown.dialogue), [own], [text])
        changed = replace(own, contributions={**own.contributions, reason.signal: score})
        return _ordered([changed if r is own else r for r in self._candidates])

    def _standing(self, id: str, ranked: Sequence[Ranked], *, score: float = 0.0) -> Standing:
        """`ranked` is in order; `score` counts for a product that is no candidate any more."""
        best: dict[tuple[str, str], Ranked] = {}
        for r in ranked:
            best.setdefault(model_key(r.product), r)
        own = next((r for r in ranked if r.product.id == id), None)
        score = score if own is None else own.score
        rivals = [r.score for key, r in best.items() if key not in self._models]
        better = 0 if own is not None else len(best)
        for r in best.values() if own is not None else ():
            if r is own:
                break
            better += 1
        page = one_a_model(ranked, len(self._shown.page))
        return Standing(
            score=score,
            place=better + 1,
            margin=score - max(rivals) if rivals else None,
            on_page=any(r.product.id == id for r in page),
        )


def _kind(reason: Reason) -> str:
    if reason.kind != "relevance":
        return reason.kind
    return "relevance: part" if reason.signal in BASE else "relevance: words"


def _says(wish: Constraint, signal: str) -> bool:
    return signal in ("budget", "low price") if wish.kind == "price" else signal_of(wish) == signal


def _filter_signal(wish: Constraint) -> str:
    return "budget" if wish.kind == "price" else signal_of(wish)


def _only(ranked: Ranked, signals: Collection[str]) -> Ranked:
    return replace(ranked, contributions={name: c for name, c in ranked.contributions.items() if name in signals})


def _ordered(ranked: Sequence[Ranked]) -> list[Ranked]:
    return sorted(ranked, key=lambda r: (-round(r.score, 9), r.product.id))


def _share(
    groups: Sequence[Sequence[T]], test: Callable[[T], bool | None], seed: int, resamples: int
) -> Interval | None:
    """The mean over requests of the share that passes, so that a long page counts no more than a short one; what the
    test does not apply to (None) is left out.
    """
    results = [[passed for item in some if (passed := test(item)) is not None] for some in groups]
    return interval([sum(some) / len(some) for some in results if some], seed=seed, resamples=resamples)
