"""The tickets at the support desk: what was handed over, who holds it, and what is answered.

    GET  /agent/tickets?state=open|mine|closed&page=1      GET /agent/tickets.json
    GET  /agent/tickets/H-1001
    POST /agent/tickets/H-1001/take  release  note  answer  close  reopen
    POST /agent/tickets/H-1001/draft                       a reply made at the desk, to be sent as the answer

What cannot be done is said on the ticket's own page, with what was written still in its field.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import FastAPI, Form, Query, Request
from fastapi.responses import JSONResponse, Response
from markupsafe import Markup

from assistant.clerk import Clerk
from assistant.errors import TicketError
from assistant.tickets import LONGEST_TEXT, Ticket
from ui.agent_asked import Asked, ReplyForm
from ui.agent_keeping import keep_sent
from ui.desks import render, see, signed_in, wants_json
from ui.markup import prose

EACH = 25
"""Tickets of a page."""

Listed = Literal["open", "mine", "closed"]
TABS: Mapping[Listed, str] = {"open": "Open", "mine": "Mine", "closed": "Closed"}

Act = Literal["take", "release", "note", "answer", "close", "reopen"]
DONE: Mapping[str, str] = {
    "take": "The ticket is yours.",
    "release": "The ticket is free again.",
    "note": "The note is kept.",
    "answer": "The answer stands in the shopper's conversation.",
    "close": "The ticket is closed.",
    "reopen": "The ticket is open again.",
}


def add_tickets(app: FastAPI, clerk: Clerk) -> None:
    """Adds the tickets to the desk."""

    @app.get("/tickets")
    def tickets(
        request: Request, state: Listed = "open", page: Annotated[int, Query(ge=1, le=100_000)] = 1
    ) -> Response:
        name = signed_in(request).name
        counts = {each: clerk.tickets.count(each, account=name) for each in TABS}
        pages = max(1, -(-counts[state] // EACH))
        return render(
            request,
            "agent_tickets.html",
            asked=Asked(),
            ticket=None,
            state=state,
            tabs=TABS,
            counts=counts,
            tickets=clerk.tickets.all(state, account=name, limit=EACH, offset=(page - 1) * EACH),
            page=page,
            pages=pages,
        )

    @app.get("/tickets.json")
    def tickets_json(
        request: Request, state: Listed = "open", page: Annotated[int, Query(ge=1, le=100_000)] = 1
    ) -> dict[str, Any]:
        name = signed_in(request).name
        found = clerk.tickets.all(state, account=name, limit=EACH, offset=(page - 1) * EACH)
        return {"count": clerk.tickets.count(state, account=name), "tickets": [_as_json(each) for each in found]}

    @app.get("/tickets/{number}")
    def ticket(request: Request, number: str, done: str = "") -> Response:
        return ticket_page(clerk, request, clerk.tickets.get(number), notice=DONE.get(done, ""))

    @app.post("/tickets/{number}/draft")
    def draft(request: Request, number: str, form: Annotated[ReplyForm, Form()]) -> Response:
        found = clerk.tickets.get(number)
        keep_sent(clerk, signed_in(request), form, found)
        return ticket_page(clerk, request, found, answer=form.sent)

    @app.post("/tickets/{number}/{act}")
    def do(request: Request, number: str, act: Act, text: Annotated[str, Form()] = "") -> Response:
        found = clerk.tickets.get(number)  # one that is gone has no page to say so on
        try:
            changed = _do(clerk, request, found, act, text)
        except TicketError as error:
            if wants_json(request):
                return JSONResponse({"error": str(error)}, 409)
            kept = {act: text} if act in ("note", "answer") else {}
            return ticket_page(clerk, request, clerk.tickets.get(number), line=str(error), status=409, **kept)
        if wants_json(request):
            return JSONResponse({"ticket": _as_json(changed)})
        return see(f"/agent/tickets/{changed.number}?done={act}")


def _do(clerk: Clerk, request: Request, ticket: Ticket, act: Act, text: str) -> Ticket:
    """The ticket as it is afterwards. Raises TicketError."""
    signed, kept = signed_in(request), clerk.tickets
    admin = signed.may("admin")
    if act == "take":
        return kept.take(ticket.number, signed.name)
    if act == "release":
        return kept.release(ticket.number, signed.name, admin=admin)
    if act == "note":
        return kept.note(ticket.number, signed.name, text)
    if act == "reopen":
        return kept.reopen(ticket.number)
    if act == "answer":
        kept.answer(ticket.number, signed.name, text)
        return kept.get(ticket.number)
    return kept.close(ticket.number, by=None if admin else signed.name)


def ticket_page(
    clerk: Clerk,
    request: Request,
    ticket: Ticket,
    *,
    notice: str = "",
    line: str = "",
    note: str = "",
    answer: str = "",
    status: int = 200,
) -> Response:
    """One ticket: what it is about, the conversation as it went, what was seen, what colleagues wrote."""
    signed = signed_in(request)
    seen = clerk.tickets.seen_products(ticket)
    products = clerk.searcher.index.catalog.get(seen)
    return render(
        request,
        "agent_ticket.html",
        status=status,
        asked=Asked(ticket=ticket.number),
        ticket=ticket,
        conversation=clerk.sessions.answers(ticket.session),
        prose=_prose,
        seen=[(id, products.get(id)) for id in seen],
        notes=clerk.tickets.notes(ticket.number),
        mine=ticket.taken_by == signed.name,
        admin=signed.may("admin"),
        longest=LONGEST_TEXT,
        notice=notice,
        line=line,
        note=note,
        answer=answer,
    )


def _prose(markdown: str) -> Markup:
    """A reply of the clerk as it was shown; `ui.markup` lets nothing through but what it makes itself."""
    return Markup(prose(markdown))


def _as_json(ticket: Ticket) -> dict[str, Any]:
    """Without the conversation's id, which is all that a shopper signs in with."""
    names = ("number", "why", "summary", "opened", "closed", "taken_by", "taken")
    return {name: getattr(ticket, name) for name in names}
