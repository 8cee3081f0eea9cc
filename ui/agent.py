"""The support desk: a product, what may take its place, and a reply ready to paste.

    GET  /agent                       search, open tickets, what was looked up lately
    GET  /agent?product=...           the product by whatever was pasted (`Asked`: all that the address may say)
    POST /agent/reply                 the reply's text: the page with it, or {"text", "address"} for a script
    POST /agent/sent                  keeps what was sent beside what was suggested
    POST /agent/compare               -> the address that sets the chosen side by side
    GET  /agent/alternatives.json     what `storeclerk alternatives --json` prints
    /agent/tickets...                 `ui.agent_tickets`

Whoever gets here has the role (`ui.door`). Every page works without its script, which adds keys and saves reloads.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from threading import Lock
from typing import Annotated, Any

from fastapi import FastAPI, Form, Query, Request
from fastapi.responses import JSONResponse, Response
from markupsafe import Markup
from starlette.background import BackgroundTask

from assistant.accounts import Signed
from assistant.agent_patterns import TONES
from assistant.agent_replies import MOST, REASONS, reply
from assistant.alternative_types import Alternatives
from assistant.alternatives import alternatives
from assistant.clerk import Clerk
from assistant.cli_alternatives import alternatives_json, id_meant, set_aside
from assistant.comparing import compared_for
from assistant.errors import ReplyError, TicketError
from assistant.lookup import Found, look_up
from assistant.matters import check_pins
from assistant.tickets import Ticket
from retrieval.types import Product
from ui.agent_asked import NO_REASON, Asked, ReplyForm
from ui.agent_keeping import keep_sent, known
from ui.agent_tickets import add_tickets
from ui.agent_view import FACTS, chosen_of, other_facts, shelves, stock, unknown_pins
from ui.comparison import comparison_table
from ui.desks import desk_app, render, see, signed_in, wants_json
from ui.markup import picture_url

log = logging.getLogger(__name__)

OLDEST = 8
"""Open tickets on the first page, those that wait longest."""

_LATELY = 8  # products remembered of a sign-in
_SIGNINS = 200  # whose products are remembered; a process that restarts forgets them, and nothing is lost by it


def agent_app(clerk: Clerk) -> FastAPI:
    """The desk's app; it touches nothing of the catalogue before somebody asks."""
    app = desk_app(clerk, "agent")
    lately = Lately()

    @app.get("/")
    def desk(request: Request, asked: Annotated[Asked, Query()]) -> Response:
        if not asked.said:
            page = start_page(clerk, request, asked, lately)
            # Counting the catalogue takes a second, once. It is done when an agent has come, after the answer: a
            # shop without a desk never pays for it, and the first product asked for finds it done.
            page.background = BackgroundTask(_warm, clerk)
            return page
        found = look_up(clerk, asked.said)
        if found.exact is None:
            return found_page(clerk, request, asked, found)
        lately.add(signed_in(request), found.exact.id)
        return product_page(clerk, request, asked, found.exact, note=found.note)

    @app.post("/reply")
    def make_reply(request: Request, form: Annotated[ReplyForm, Form()]) -> Response:
        asked, product = form.asked(), known(clerk, form.product)
        if wants_json(request):
            found = found_for(clerk, asked, product)
            text = reply_text(clerk, request, asked, found, form.customer)
            return JSONResponse({"text": text, "address": asked.address()})
        return product_page(clerk, request, asked, product, customer=form.customer)

    @app.post("/sent")
    def sent(request: Request, form: Annotated[ReplyForm, Form()]) -> Response:
        kept = keep_sent(clerk, signed_in(request), form, ticket_of(clerk, form))
        if wants_json(request):
            return JSONResponse({"kept": kept})
        product = known(clerk, form.product)
        return product_page(clerk, request, form.asked(), product, customer=form.customer, sent=form)

    @app.post("/compare")
    def compare(form: Annotated[ReplyForm, Form()]) -> Response:
        return see(f"{form.asked().address(compare=True)}#compare")

    @app.get("/alternatives.json")
    def as_json(asked: Annotated[Asked, Query()]) -> dict[str, Any]:
        found = alternatives(clerk, id_meant(clerk, asked.product), asked.wish(), worded=asked.worded)
        check_pins(found.matters, asked.keep)  # a page can say it beside the rest; a program would take it as kept
        return alternatives_json(found)

    add_tickets(app, clerk)
    return app


class Lately:
    """The products looked up by each sign-in, the last first; in memory, for as long as the process runs."""

    def __init__(self) -> None:
        self._ids: OrderedDict[str, list[str]] = OrderedDict()
        self._lock = Lock()

    def add(self, signed: Signed, product_id: str) -> None:
        with self._lock:
            before = self._ids.pop(signed.form_token, [])
            self._ids[signed.form_token] = [product_id, *(id for id in before if id != product_id)][:_LATELY]
            while len(self._ids) > _SIGNINS:
                self._ids.popitem(last=False)

    def of(self, signed: Signed) -> list[str]:
        with self._lock:
            return list(self._ids.get(signed.form_token, ()))


# -- pages -----------------------------------------------------------------------------------------------------


def start_page(clerk: Clerk, request: Request, asked: Asked, lately: Lately) -> Response:
    """One field, and what may be waiting."""
    ids = lately.of(signed_in(request))
    products = clerk.searcher.index.catalog.get(ids)
    return render(
        request,
        "agent.html",
        first=True,
        asked=asked,
        ticket=ticket_of(clerk, asked),
        tickets=clerk.tickets.all("open", limit=OLDEST),
        open_tickets=clerk.tickets.count("open"),
        lately=[products[id] for id in ids if id in products],
        stock=stock,
    )


def found_page(clerk: Clerk, request: Request, asked: Asked, found: Found) -> Response:
    """Several products it may mean, or none."""
    return render(
        request,
        "agent_found.html",
        asked=asked,
        ticket=ticket_of(clerk, asked),
        found=found,
        stock=stock,
        picture=lambda product: picture_url(product.image_url, clerk.settings.images_dir is not None),
    )


def product_page(
    clerk: Clerk,
    request: Request,
    asked: Asked,
    product: Product,
    *,
    note: str = "",
    customer: str = "",
    sent: ReplyForm | None = None,
) -> Response:
    """The product, its alternatives, and the reply as far as it is chosen. `sent` is a reply that was just kept, which
    stands there again as it was.
    """
    asked = asked.model_copy(update={"product": product.id})  # an address that means the same tomorrow
    found = found_for(clerk, asked, product)
    chosen, _missing = chosen_of(found, asked.chosen)
    suggested, text, line = (sent.suggested, sent.sent, "") if sent else ("", "", "")
    if asked.choose and sent is None:
        try:
            suggested = text = reply_text(clerk, request, asked, found, customer)
        except ReplyError as error:
            line = str(error)
    reason = asked.because(product)
    return render(
        request,
        "agent_product.html",
        asked=asked,
        ticket=ticket_of(clerk, asked),
        product=product,
        found=found,
        notes=[each for each in (note, *found.notes, *unknown_pins(found, asked.keep)) if each],
        aside=set_aside(found),
        pins=(found.matters[:FACTS], found.matters[FACTS:]),
        facts=other_facts(found),
        shelves=shelves(found, clerk.settings.images_dir is not None),
        stock=stock(product),
        picture=picture_url(product.image_url, clerk.settings.images_dir is not None),
        link=picture_url(product.url, False),  # the same care: http(s) alone
        chosen=[each.product for each in chosen],
        most=MOST,
        tones=TONES,
        reasons=REASONS,
        no_reason=NO_REASON,
        reason=reason,
        own="" if reason in REASONS else reason,
        customer=customer,
        suggested=suggested,
        text=text,
        kept=sent is not None,
        line=line,
        can_word=clerk.generator is not None,
        comparison=side_by_side(clerk, product, [each.product for each in chosen]) if asked.compare else "",
    )


def side_by_side(clerk: Clerk, product: Product, chosen: list[Product]) -> Markup:
    """The table of the product and the chosen; "" where nothing is chosen."""
    shown = [product, *chosen[:MOST]]
    comparison = compared_for(shown, (), clerk.facets.mean_rating).comparison
    # The table's values are escaped where it is made, as on the shopper's page.
    return Markup("") if comparison is None else Markup(comparison_table(comparison, {p.id: p for p in shown}))


# -- its parts -------------------------------------------------------------------------------------------------


def found_for(clerk: Clerk, asked: Asked, product: Product) -> Alternatives:
    """The alternatives that were asked for."""
    return alternatives(clerk, product.id, asked.wish(), worded=asked.worded)


def reply_text(clerk: Clerk, request: Request, asked: Asked, found: Alternatives, customer: str) -> str:
    """The reply to the customer. Raises ReplyError for a choice that cannot be made."""
    chosen, missing = chosen_of(found, asked.chosen)
    if missing:
        raise ReplyError(
            f"{missing[0][:60]} is not among these alternatives: let more show, unpin a fact, or choose another."
        )
    return reply(
        found,
        chosen,
        tone=asked.tone,  # type: ignore[arg-type]  # reply() refuses what is none
        reason=asked.because(found.product),
        customer=customer,
        shop_name=clerk.settings.shop_name,
        agent=signed_in(request).name,
    )


def ticket_of(clerk: Clerk, asked: Asked) -> Ticket | None:
    """The ticket that an address carries along, if there is one (any more)."""
    try:
        return clerk.tickets.get(asked.ticket) if asked.ticket else None
    except TicketError:
        return None


def _warm(clerk: Clerk) -> None:
    try:
        clerk.lookup()
        clerk.neighbours.ready()
    except Exception:  # the agent's first product meets it again, and says so where it is seen
        log.exception("the catalogue could not be counted ahead")
