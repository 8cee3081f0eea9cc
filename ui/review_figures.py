"""What all judgements come to (`/review/figures`): by version and more, agreement, two versions compared, pictures.

Reviewers see versions as A, B, C in the order they came up, and other reviewers not at all: who reads "new prompt:
91 %" in the morning judges its sentences by that in the afternoon. Admins see names.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, get_args

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import Response

from assistant.accounts import Signed
from assistant.agreement import Agreement, Consistency, PairAgreement, agreement, consistency, pairwise
from assistant.clerk import Clerk
from assistant.review_facts import vocabulary_of
from assistant.review_figures import Figures, figures
from assistant.review_history import decisions, first_seen
from assistant.review_plots import Plot, plot_agreement, plot_versions, plot_weeks
from assistant.review_types import QUESTIONS, Judged
from assistant.review_versions import Alarm, Comparison, Preference, alarms, compare, preferences
from assistant.vocabulary import Vocabulary
from ui.desks import render, signed_in

By = Literal["version", "category", "week", "strategy"]

_KEPT = 16  # reports in memory: a few groupings and comparisons for reviewers and admins; each is some kilobytes
_DARK = "<style>svg{color:#2a2520}@media (prefers-color-scheme:dark){svg{color:#f1eae0}}</style>"


@dataclass(frozen=True, slots=True)
class Report:
    """Everything the page of figures shows."""

    by: By
    alarms: Sequence[Alarm]
    groups: Sequence[Figures]
    versions: Sequence[str]
    agreement: Sequence[Agreement]
    consistency: Sequence[Consistency]
    pairs: Sequence[PairAgreement]
    """Empty for reviewers."""
    preferences: Sequence[Preference]
    comparison: Comparison | None
    plots: Mapping[str, Plot]
    """Name of the picture -> it."""


Key = tuple[tuple[int, int], bool, By, str, str]


def add_figures(app: FastAPI, clerk: Clerk) -> None:
    """The page, its pictures, and the same as JSON."""
    known: OrderedDict[Key, Report] = OrderedDict()
    lock = threading.Lock()

    def report(signed: Signed, by: By = "version", one: str = "", other: str = "") -> Report:
        """Made once for each state of the judgements; one at a time, since it reads all of them. Another grouping or
        comparison of the same state takes over what depends on neither: agreement alone draws a thousand resamples.
        """
        key = (clerk.reviews.revision(), signed.may("admin"), by, one, other)
        with lock:
            if key not in known:
                alike = next((made for asked, made in known.items() if asked[:2] == key[:2]), None)
                known[key] = _report(clerk, named=key[1], by=by, one=one, other=other, alike=alike)
            known.move_to_end(key)
            while len(known) > _KEPT:
                known.popitem(last=False)
            found = known[key]
        if signed.may("admin"):
            return found
        own = [each for each in found.consistency if each.account == signed.name]
        return replace(found, consistency=own)

    @app.get("/figures")
    def page(request: Request, by: By = "version", one: str = "", other: str = "") -> Response:
        signed = signed_in(request)
        found = report(signed, by, one[:300], other[:300])
        values: dict[str, Any] = {"one": one, "other": other, "questions": QUESTIONS, "admin": signed.may("admin")}
        return render(request, "review_figures.html", report=found, by=by, groupings=get_args(By), **values)

    @app.get("/figures.json")
    def as_json(request: Request, by: By = "version", one: str = "", other: str = "") -> dict[str, Any]:
        told = asdict(report(signed_in(request), by, one[:300], other[:300]))
        return {name: value for name, value in told.items() if name != "plots"}

    @app.get("/figures/{name}.svg")
    def picture(request: Request, name: str) -> Response:
        plot = report(signed_in(request)).plots.get(name)
        if plot is None:
            raise HTTPException(404, "There is no such picture (yet).")
        return Response(_whole(plot.svg), media_type="image/svg+xml")


def _whole(svg: str) -> str:
    """A picture to stand in a page as a file of its own: its text takes a colour that can be read there."""
    head, rest = svg.split(">", 1)
    return f"{head}>{_DARK}{rest}"


def _report(clerk: Clerk, *, named: bool, by: By, one: str, other: str, alike: Report | None) -> Report:
    """`alike` is a report of the same judgements under the same names, by another grouping or comparison."""
    judged = list(clerk.reviews.all_judged())
    decided, known = decisions(clerk.reviews.engine), first_seen(clerk.reviews.engine)
    seen = {each.item.version for each in judged}
    order = [version for version in known if version in seen]
    if not named:
        labels = _labels(known, judged)
        judged, order = [_labelled(each, labels) for each in judged], [labels[name] for name in order]
    asked = one in order and other in order and one != other
    comparison = compare(judged, one, other, decided=decided) if asked else None
    if alike is not None and alike.by == by:
        return replace(alike, comparison=comparison)
    groups = figures(judged, by, decided=decided, vocabulary=_vocabulary(clerk, judged))
    if alike is not None:
        return replace(alike, by=by, groups=groups, comparison=comparison)
    of_versions = groups if by == "version" else figures(judged, "version", decided=decided)
    agree = agreement(judged)
    plots = {
        "support": plot_versions(of_versions),
        "weeks": plot_weeks(figures(judged, "week", decided=decided)),
        "agreement": plot_agreement(agree),
    }
    return Report(
        by=by,
        alarms=alarms(judged, floor=clerk.settings.review.floor, order=order, decided=decided),
        groups=groups,
        versions=order,
        agreement=agree,
        consistency=consistency(judged),
        pairs=pairwise(judged) if named else (),
        preferences=preferences(judged),
        comparison=comparison,
        plots={name: plot for name, plot in plots.items() if plot is not None},
    )


def _vocabulary(clerk: Clerk, judged: Sequence[Judged]) -> Vocabulary:
    """The shop's words; anew, some seconds for a large shop, only where a product that was judged has left it."""
    answers = {each.item.snapshot.answer.id: each.item.snapshot.answer for each in judged}
    ids = {r.product.id for answer in answers.values() for r in answer.recommendations}
    catalog = clerk.searcher.index.catalog
    if ids <= catalog.get(sorted(ids)).keys():
        return clerk.vocabulary
    return vocabulary_of({each.item.id: each.item for each in judged}.values(), catalog.all())


def _labels(order: Sequence[str], judged: Sequence[Judged]) -> dict[str, str]:
    """Version -> A, B, ..., Z, A2, ...; those that only stood beside another come last."""
    beside = {each.item.other.version for each in judged if each.item.other is not None}
    names = [*order, *sorted(beside - set(order))]
    return {name: chr(65 + n % 26) + (str(n // 26 + 1) if n >= 26 else "") for n, name in enumerate(names)}


def _labelled(each: Judged, labels: Mapping[str, str]) -> Judged:
    item = replace(each.item, version=labels[each.item.version])
    if item.other is not None:
        item = replace(item, other=replace(item.other, version=labels[item.other.version]))
    return replace(each, item=item)
