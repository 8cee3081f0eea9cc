"""The review desk's pages (`/review`): people judge explanations of real answers, blind to what wrote them.

    /review                    my progress, what waits
    /review/next               -> /review/items/ID, kept for who asked
    /review/items/ID           one explanation with its request and the facts as they were; the form
    /review/items/ID/trace     everything behind it, once it is judged            (ui/review_behind.py)
    /review/undo               takes back the last save
    /review/figures            what all judgements come to                        (ui/review_figures.py)
    /review/disagreements, /sample, /export, /import          for admins          (ui/review_admin.py, review_files.py)

No page needs a script; ui/desk/review.js lets all of it be done by keyboard.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, defaultdict, deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from assistant.clerk import Clerk
from assistant.errors import ReviewError
from assistant.review_facts import shown_text
from assistant.review_queue import LEASE_SECONDS
from assistant.review_rows import MOST_ID
from assistant.review_trace import facts_of_listing
from assistant.review_types import Item
from assistant.reviews import Reviews
from ui.desks import desk_app, render, see, signed_in
from ui.review_forms import Given, form_of, given_of, judgement_of, sides

_REMEMBERED = 10_000  # pages shown and not yet saved: a hundred reviewers who each opened a hundred
_LEFT = 50  # items a reviewer put off; more than a sitting leaves


@dataclass(slots=True)
class Sittings:
    """What the server knows of reviewers at work: since when they look at an item, and which they put off. In memory;
    after a restart the first save counts no time.
    """

    shown: OrderedDict[tuple[str, int], float] = field(default_factory=OrderedDict)
    left: dict[str, deque[int]] = field(default_factory=lambda: defaultdict(lambda: deque(maxlen=_LEFT)))
    lock: threading.Lock = field(default_factory=threading.Lock)

    def show(self, account: str, item: int) -> None:
        """Starts the clock, unless it runs; one that ran longer than a lease was forgotten over something else."""
        now = time.monotonic()
        with self.lock:
            started = self.shown.get((account, item), 0.0)
            if not started or now - started > LEASE_SECONDS:
                self.shown[account, item] = now
                self.shown.move_to_end((account, item))
            while len(self.shown) > _REMEMBERED:
                self.shown.popitem(last=False)

    def seconds(self, account: str, item: int) -> float:
        """Since it was shown; 0 where that is not known."""
        with self.lock:
            started = self.shown.get((account, item))
        return 0.0 if started is None else time.monotonic() - started

    def done(self, account: str, item: int) -> None:
        """It is judged: its clock stops, and it is put off no longer."""
        with self.lock:
            self.shown.pop((account, item), None)
            if item in self.left[account]:
                self.left[account].remove(item)

    def skip(self, account: str, item: int) -> None:
        with self.lock:
            if item not in self.left[account]:
                self.left[account].append(item)

    def skipped(self, account: str) -> tuple[int, ...]:
        with self.lock:
            return tuple(self.left.get(account, ()))


async def entered(request: Request) -> FormData:
    """The form that was sent; the door has checked its token."""
    return await request.form()


Entered = Annotated[FormData, Depends(entered)]


def given_in(form: FormData) -> dict[str, str]:
    """Its fields as text."""
    return {name: value for name, value in form.items() if isinstance(value, str)}


def item_or_404(reviews: Reviews, item: int) -> Item:
    """Raises HTTPException 404 for one that is not there (any more)."""
    try:
        return reviews.get(item)
    except ReviewError as error:
        raise HTTPException(404, f"There is no item {str(item)[:20]} (any more).") from error


def review_app(clerk: Clerk) -> FastAPI:
    """The desk, for reviewers and admins."""
    from ui.review_admin import add_admin
    from ui.review_behind import add_behind
    from ui.review_figures import add_figures
    from ui.review_files import add_files

    app, sittings = desk_app(clerk, "reviewer"), Sittings()
    _add_start(app, clerk.reviews, sittings)
    _add_judging(app, clerk.reviews, sittings)
    add_behind(app, clerk)
    add_figures(app, clerk)
    add_admin(app, clerk)
    add_files(app, clerk)
    return app


def _add_start(app: FastAPI, reviews: Reviews, sittings: Sittings) -> None:
    @app.get("/")
    def start(request: Request, saved: int = 0) -> Response:
        signed = signed_in(request)
        progress = reviews.progress(signed.name)
        recent = reviews.mine(signed.name, limit=8)
        return render(
            request, "review_home.html", progress=progress, today=_today(progress.per_day), saved=saved, recent=recent,
            admin=signed.may("admin"), left=len(sittings.skipped(signed.name)),
        )  # fmt: skip

    @app.get("/progress.json")
    def progress_json(request: Request) -> dict[str, Any]:
        progress = reviews.progress(signed_in(request).name)
        return {**asdict(progress), "today": _today(progress.per_day)}


def _today(per_day: Mapping[str, int]) -> int:
    return per_day.get(datetime.now().strftime("%Y-%m-%d"), 0)


def _add_judging(app: FastAPI, reviews: Reviews, sittings: Sittings) -> None:
    def onward(account: str, saved: int = 0) -> Response:
        """To the next item, those that were put off last; to the start if nothing waits."""
        item = reviews.next(account, skip=sittings.skipped(account)) or reviews.next(account)
        told = f"?saved={saved}" if saved else ""
        return see(f"/review{told}" if item is None else f"/review/items/{item.id}{told}")

    def page(request: Request, item: Item, round: int, given: Given, *, status: int = 200, **told: Any) -> Response:
        own = item.snapshot.recommendation(item.product_id)
        facts = facts_of_listing(own.product)
        others = [r.product for r in item.snapshot.answer.recommendations if r is not own]
        values: dict[str, Any] = {
            "item": item.id,
            "round": round,
            "title": own.product.title,
            "message": item.snapshot.answer.message,
            "chips": item.snapshot.answer.constraints,
            "history": item.snapshot.history,
            "facts": facts,
            "others": [(product.title, facts_of_listing(product)[1:]) for product in others],
            "sides": sides(item),
            "judged": "right" if item.other is not None and item.other.flipped else "left",
            "shown": shown_text(item),
            "form": form_of(item, given, facts),
            "line": "",
            "saved": 0,
            "undone": False,
            "again": False,
        }
        return render(request, "review_item.html", status=status, **(values | told))

    @app.get("/next")
    def next_(request: Request, skip: int = 0) -> Response:
        account = signed_in(request).name
        if 0 < skip <= MOST_ID:  # a longer number names no item, and would be asked of the database ever after
            sittings.skip(account, skip)
        return onward(account)

    @app.get("/items/{item}")
    def show(request: Request, item: int, saved: int = 0, undone: bool = False) -> Response:
        account, known = signed_in(request).name, item_or_404(reviews, item)
        round = reviews.round_for(account, item)
        said = reviews.said(account, item, round)
        before = said or reviews.undone(account, item, round)
        sittings.show(account, item)
        given = given_of(known, before) if before is not None else {}
        told = {"saved": saved, "undone": undone and before is not None, "again": said is not None}
        return page(request, known, round, given, **told)

    @app.post("/items/{item}")
    def save(request: Request, item: int, form: Entered) -> Response:
        account, known, given = signed_in(request).name, item_or_404(reviews, item), given_in(form)
        # The round that was shown: the place kept for this reviewer may have run out since.
        round = 2 if given.get("round") == "2" else 1
        try:
            reviews.save(account, item, round, judgement_of(known, given), sittings.seconds(account, item))
        except ReviewError as error:
            return page(request, known, round, given, status=422, line=str(error))
        sittings.done(account, item)
        return onward(account, saved=item)

    @app.post("/undo")
    def undo(request: Request) -> Response:
        item = reviews.undo(signed_in(request).name)
        return see("/review" if item is None else f"/review/items/{item.id}?undone=1")
