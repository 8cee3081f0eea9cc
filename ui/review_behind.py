"""What lies behind an item (`/review/items/ID/trace`), for those who have judged it: before, it would not be blind."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import Response

from assistant.clerk import Clerk
from assistant.review_trace import trace
from assistant.review_types import Item, Judged, Judgement
from ui.desks import error_response, render, signed_in
from ui.review import item_or_404
from ui.review_forms import Group, form_of, given_of

_WIDE = 120.0  # units of a bar's drawing, zero in the middle


def add_behind(app: FastAPI, clerk: Clerk) -> None:
    """The page of one item."""
    reviews = clerk.reviews

    @app.get("/items/{item}/trace")
    def behind(request: Request, item: int) -> Response:
        signed, known = signed_in(request), item_or_404(reviews, item)
        admin = signed.may("admin")
        # Shown again, it is to be judged anew: then what was said the first time opens nothing.
        if not admin and reviews.said(signed.name, item, reviews.round_for(signed.name, item)) is None:
            line = f"What lies behind item {item} is shown to those who have judged it: it would tell what wrote it."
            return error_response(request, 403, line)
        found = trace(known, clerk.searcher.index.catalog.get)
        largest = max((abs(s.contribution) for s in found.signals), default=0.0) or 1.0
        said = [each for each in reviews.judgements(item) if admin or each.account == signed.name]
        decision = reviews.adjudication(item)
        return render(
            request, "review_trace.html",
            item=known, title=known.snapshot.recommendation(known.product_id).product.title, trace=found,
            bars=[(s, *bar(s.contribution / largest)) for s in found.signals],
            judgements=[(each, lines_of(known, each.judgement)) for each in said],
            decision=None if decision is None else (decision[0] if admin else "", lines_of(known, decision[1])),
            admin=admin,
        )  # fmt: skip


def bar(share: float) -> tuple[float, float]:
    """(left, width) of a bar for a share from -1 to 1, in units of its drawing."""
    half = _WIDE / 2
    return (half if share >= 0 else half + share * half), abs(share) * half


def lines_of(item: Item, judgement: Judgement) -> list[tuple[str, str]]:
    """(question, answer) of a judgement, as they were put."""
    form = form_of(item, given_of(item, judgement))
    asked = [(group, _answer(group)) for group in form.groups]
    texts = [("note", form.note), ("corrected text", form.corrected)]
    return [(group.says, answer) for group, answer in asked] + [(name, text) for name, text in texts if text]


def beside(item: Item, judged: list[Judged]) -> list[tuple[str, list[str], bool]]:
    """(question, each one's answer, whether they differ) of several judgements of one item."""
    forms = [form_of(item, given_of(item, each.judgement)) for each in judged]
    rows = []
    for place, group in enumerate(forms[0].groups if forms else []):
        answers = [_answer(form.groups[place]) for form in forms]
        rows.append((group.says, answers, len(set(answers)) > 1))
    for name in ("note", "corrected"):
        texts = [str(getattr(form, name)) for form in forms]
        if any(texts):
            rows.append((name, texts, False))
    return rows


def _answer(group: Group) -> str:
    return next((choice.label for choice in group.choices if choice.chosen), "–")
