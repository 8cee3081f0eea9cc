"""The review desk for admins: filling the queue, looking through it, deciding where reviewers contradict each other."""

from __future__ import annotations

from typing import Annotated, Any, get_args

from fastapi import FastAPI, Form, Query, Request
from fastapi.responses import Response

from assistant.clerk import Clerk
from assistant.errors import ReviewError
from assistant.review_facts import shown_text
from assistant.review_sampling import MOST_REVIEWERS, Sampled, sample
from assistant.review_trace import facts_of_listing
from assistant.review_types import Item, Strategy
from assistant.reviews import Reviews, State
from ui.desks import render, see, signed_in
from ui.review import Entered, given_in, item_or_404
from ui.review_behind import beside
from ui.review_forms import Given, agreed, form_of, judgement_of, sides

MOST_AT_ONCE = 500
"""Explanations a page adds while somebody waits, some seconds; more is for the command line, which shows progress."""
DISPUTES = 5  # a page: each has a form of its own
LISTED = 50  # items of the queue a page

STRATEGIES: dict[Strategy, str] = {
    "random": "random: all alike, what the figures rest on",
    "stratified": "stratified: of each category and intent in turn",
    "risky": "risky: what looks doubtful first; left out of figures",
}


def add_admin(app: FastAPI, clerk: Clerk) -> None:
    """The addresses that only admins may use."""
    _add_disagreements(app, clerk.reviews)
    _add_sampling(app, clerk)
    _add_queue(app, clerk.reviews)


def _add_disagreements(app: FastAPI, reviews: Reviews) -> None:
    def dispute(item: Item, given: Given | None = None) -> dict[str, Any]:
        """One case: what each said beside the others, and a form with what they agree on filled in."""
        judged = [each for each in reviews.judgements(item.id) if each.round == 1]
        own = item.snapshot.recommendation(item.product_id)
        return {
            "item": item,
            "title": own.product.title,
            "message": item.snapshot.answer.message,
            "facts": facts_of_listing(own.product),
            "sides": sides(item),
            "shown": shown_text(item),
            "accounts": [each.account for each in judged],
            "rows": beside(item, judged),
            "form": form_of(item, agreed(item, [each.judgement for each in judged]) if given is None else given),
        }

    @app.get("/disagreements")
    def disagreements(
        request: Request, page: Annotated[int, Query(ge=1, le=100_000)] = 1, decided: int = 0
    ) -> Response:
        account = signed_in(request, "admin").name
        total = reviews.progress(account).disputed
        found = reviews.disagreements(limit=DISPUTES, offset=(page - 1) * DISPUTES)
        return render(
            request, "review_disagreements.html", cases=[dispute(item) for item in found], total=total, page=page,
            pages=max(1, -(-total // DISPUTES)), decided=decided, line="", one=False,
        )  # fmt: skip

    @app.post("/disagreements/{item}")
    def decide(request: Request, item: int, form: Entered) -> Response:
        account, known, given = signed_in(request, "admin").name, item_or_404(reviews, item), given_in(form)
        try:
            reviews.adjudicate(account, item, judgement_of(known, given))
        except ReviewError as error:
            return render(
                request, "review_disagreements.html", status=422, cases=[dispute(known, given)], total=1, page=1,
                pages=1, decided=0, line=str(error), one=True,
            )  # fmt: skip
        return see(f"/review/disagreements?decided={item}")


def _add_sampling(app: FastAPI, clerk: Clerk) -> None:
    def page(request: Request, given: dict[str, Any], *, status: int = 200, line: str = "", done: Sampled | None = None
    ) -> Response:  # fmt: skip
        return render(
            request, "review_sample.html", status=status, given=given, line=line, done=done, strategies=STRATEGIES,
            most=MOST_AT_ONCE, reviewers=MOST_REVIEWERS, progress=clerk.reviews.progress(signed_in(request).name),
        )  # fmt: skip

    @app.get("/sample")
    def ask(request: Request) -> Response:
        signed_in(request, "admin")
        return page(request, {"strategy": "random", "count": "50", "needed": "2", "pairs": "0"})

    @app.post("/sample")
    def fill(
        request: Request,
        strategy: Annotated[str, Form()] = "",
        count: Annotated[str, Form()] = "",
        needed: Annotated[str, Form()] = "",
        pairs: Annotated[str, Form()] = "",
    ) -> Response:
        signed_in(request, "admin")
        given = {"strategy": strategy, "count": count, "needed": needed, "pairs": pairs}
        try:
            if strategy not in STRATEGIES:
                raise ReviewError(f"There is no strategy {strategy[:20]!r}: choose {', '.join(STRATEGIES)}.")
            single, double = _number("count", count), _number("pairs", pairs)
            if (asked := single + double) > MOST_AT_ONCE:
                raise ReviewError(
                    f"{asked:,} are too many for a page to wait for: up to {MOST_AT_ONCE} here, "
                    f"more with `storeclerk reviews sample --count {single}`, while the shop is open."
                )
            catalog = clerk.searcher.index.catalog
            done = sample(
                clerk.reviews.engine,
                strategy=strategy,
                count=single,
                needed=_number("needed", needed),
                pairs=double,
                titles=lambda ids: {product.id: product.title for product in catalog.get(ids).values()},
            )
        except ReviewError as error:
            return page(request, given, status=422, line=str(error))
        return page(request, given, done=done)


def _number(name: str, text: str) -> int:
    plain = text.strip()
    if not (plain.isascii() and plain.isdigit() and len(plain) < 10):
        raise ReviewError(f"{name} is {text[:20]!r}: give a whole number.")
    return int(plain)


def _add_queue(app: FastAPI, reviews: Reviews) -> None:
    @app.get("/queue")
    def queue(request: Request, state: State = "all", page: Annotated[int, Query(ge=1, le=100_000)] = 1) -> Response:
        signed_in(request, "admin")
        # One more than is shown says whether there is another page, without counting the queue.
        found = reviews.queue(state, limit=LISTED + 1, offset=(page - 1) * LISTED)
        rows = [(each, each.item.snapshot.recommendation(each.item.product_id).product.title) for each in found]
        return render(
            request, "review_queue.html", rows=rows[:LISTED], state=state, page=page, more=len(found) > LISTED,
            states=get_args(State),
        )  # fmt: skip
