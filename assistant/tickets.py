"""Tickets: a conversation handed over, taken by an agent, answered, noted and closed.

A ticket belongs to its conversation: it is deleted with it, notes and answers included, when the shopper is forgotten,
or when nobody has touched the conversation for a month. What a message says of e-mail addresses, phone and card numbers
does not get into its summary; what an agent writes is kept as written. Knows nothing of who may sign in.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    RowMapping,
    and_,
    exists,
    func,
    insert,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.exc import IntegrityError

from assistant.database import Sessions, add_answer
from assistant.errors import SessionError, TicketError
from assistant.handing_over import SEEN
from assistant.privacy import redacted
from assistant.tables import ticket_notes, tickets
from assistant.types import Answer

_LATER = "\n\nLater:\n"
FIRST_NUMBER = 1001  # four digits, as people expect of a ticket

LONGEST_TEXT = 4_000
"""Characters of a note or an answer: a long mail."""

State = Literal["open", "free", "taken", "mine", "closed", "all"]
"""Which tickets to list; of the open ones all, those that nobody holds, that somebody holds, or one account's."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """One conversation handed over."""

    number: str
    """ "H-1001"."""
    session: str
    why: str
    """What it is about, in a line; a later request of the same conversation is joined on."""
    summary: str
    opened: float
    """Seconds since 1970."""
    closed: float | None = None
    taken_by: str | None = None
    """The account that is dealing with it, or dealt with it."""
    taken: float | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """What an agent wrote on a ticket."""

    kind: Literal["note", "answer"]
    """For colleagues, or for the shopper."""
    author: str
    text: str
    time: float
    """Seconds since 1970."""


class Tickets:
    """The tickets of a shop, in the conversations' database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def open(self, session: str, why: str, summary: str) -> str:
        """The number of the session's ticket. There is one open at a time: a second request is added to it.

        Both texts are redacted. Raises TicketError for a session that is not there.
        """
        why, summary, now = redacted(why), redacted(summary), time.time()
        with self._engine.begin() as db:
            query = select(tickets).where(tickets.c.session == session, tickets.c.closed.is_(None))
            row = db.execute(query).first()
            if row is not None:
                whys = row.why if why in row.why.split("; ") else f"{row.why}; {why}"
                both = f"{row.summary.split(_LATER)[0]}{_LATER}{summary}"  # how it began, and how it stands now
                db.execute(update(tickets).where(tickets.c.id == row.id).values(why=whys, summary=both))
                return _number(row.id)
            values = {"session": session, "why": why, "summary": summary, "opened": now}
            try:
                return _number(db.execute(insert(tickets).values(**values).returning(tickets.c.id)).scalar_one())
            except IntegrityError as error:
                raise TicketError(f"There is no conversation {session[:40]!r} to hand over.") from error

    def all(
        self, state: State = "open", *, account: str = "", limit: int | None = None, offset: int = 0
    ) -> list[Ticket]:
        """The tickets in a state, oldest first; of the closed ones those closed last first. "mine" is `account`'s."""
        order = (tickets.c.closed.desc(), tickets.c.id.desc()) if state == "closed" else (tickets.c.id,)
        query = select(tickets).where(_in_state(state, account)).order_by(*order).limit(limit).offset(offset)
        with self._engine.connect() as db:
            return [_ticket(row) for row in db.execute(query).mappings()]

    def count(self, state: State = "open", *, account: str = "") -> int:
        """How many `all` would give without a limit."""
        with self._engine.connect() as db:
            query = select(func.count()).select_from(tickets).where(_in_state(state, account))
            return int(db.execute(query).scalar_one())

    def is_open(self, session: str) -> bool:
        """Whether a conversation has an open ticket: then an answer may still come."""
        query = select(tickets.c.id).where(tickets.c.session == session, tickets.c.closed.is_(None))
        with self._engine.connect() as db:
            return db.execute(query).first() is not None

    def get(self, number: str) -> Ticket:
        """Raises TicketError for a number that is not there."""
        with self._engine.connect() as db:
            return _found(db, number)

    def take(self, number: str, account: str) -> Ticket:
        """Makes it the account's; whoever holds it already keeps it. Of two who try at once one gets it, the other
        TicketError, as everybody does for a closed ticket.
        """
        free = and_(tickets.c.taken_by.is_(None), tickets.c.closed.is_(None))
        with self._engine.begin() as db:
            if not _change(db, number, free, {"taken_by": account, "taken": time.time()}):
                ticket = _found(db, number)
                _refuse_closed(ticket)
                if ticket.taken_by != account:
                    raise TicketError(_taken(ticket))
            return _found(db, number)

    def release(self, number: str, account: str, *, admin: bool = False) -> Ticket:
        """Gives it back, for anyone to take; only by who holds it, or an admin. Raises TicketError."""
        with self._engine.begin() as db:
            mine = true() if admin else tickets.c.taken_by == account
            if not _change(db, number, and_(mine, tickets.c.closed.is_(None)), {"taken_by": None, "taken": None}):
                _refuse(_found(db, number), "given back")
            return _found(db, number)

    def note(self, number: str, account: str, text: str) -> Ticket:
        """Keeps a note for colleagues, as it is written; on a closed ticket, too. Raises TicketError."""
        text = _checked(text, "note")
        with self._engine.begin() as db:
            ticket = _found(db, number)
            _write(db, number, "note", account, text)
            return ticket

    def answer(self, number: str, account: str, text: str) -> Answer:
        """What the shopper will read, as it is written, in the conversation as of the account; only by who holds the
        ticket. Raises TicketError.
        """
        text = _checked(text, "answer")
        with self._engine.begin() as db:
            # The change that changes nothing takes the write lock: nobody can close or give it back in between.
            mine = and_(tickets.c.taken_by == account, tickets.c.closed.is_(None))
            if not _change(db, number, mine, {"taken_by": account}):
                _refuse(_found(db, number), "answered")
            ticket = _found(db, number)
            said = Answer(
                secrets.token_hex(8), ticket.session, "", "handover", (), text, ticket=ticket.number, by=account
            )
            try:
                add_answer(db, said)
            except SessionError as error:
                raise TicketError(f"{ticket.number} cannot be answered: its conversation was deleted.") from error
            _write(db, number, "answer", account, text)
            return said

    def close(self, number: str, *, by: str | None = None) -> Ticket:
        """Marks it as dealt with; one that is closed stays as it was. `by` an account: not one that another holds.
        Raises TicketError.
        """
        free = true() if by is None else or_(tickets.c.taken_by.is_(None), tickets.c.taken_by == by)
        with self._engine.begin() as db:
            changed = _change(db, number, and_(tickets.c.closed.is_(None), free), {"closed": time.time()})
            ticket = _found(db, number)
            if not changed and ticket.closed is None:
                raise TicketError(f"{ticket.number} is {ticket.taken_by}'s to close: ask for it to be released.")
            return ticket

    def reopen(self, number: str) -> Ticket:
        """Makes a closed ticket open again, for anyone to take. Raises TicketError, also where its conversation has
        another one open by now.
        """
        other = tickets.alias()
        another = exists().where(other.c.session == tickets.c.session, other.c.closed.is_(None))
        values = {"closed": None, "taken_by": None, "taken": None}
        with self._engine.begin() as db:
            if not _change(db, number, and_(tickets.c.closed.is_not(None), ~another), values):
                ticket = _found(db, number)
                if ticket.closed is not None:
                    raise TicketError(f"{ticket.number} stays closed: its conversation has another ticket open.")
            return _found(db, number)

    def notes(self, number: str) -> list[Note]:
        """Everything agents wrote on it, oldest first. Raises TicketError."""
        query = select(ticket_notes).where(ticket_notes.c.ticket == _id(number)).order_by(ticket_notes.c.id)
        with self._engine.connect() as db:
            _found(db, number)
            rows = db.execute(query).mappings()
            return [Note(row["kind"], row["author"], row["text"], row["time"]) for row in rows]

    def seen_products(self, ticket: Ticket) -> list[str]:
        """The ids of the products that the conversation showed or spoke of last, the latest answer's first."""
        seen: dict[str, None] = {}
        for answer in reversed(Sessions(self._engine).answers(ticket.session)):
            compared = answer.comparison.product_ids if answer.comparison is not None else ()
            shown = [each.product.id for each in answer.recommendations]
            seen |= dict.fromkeys([*answer.refers, *compared, *shown])
            if len(seen) >= SEEN:
                break
        return list(seen)[:SEEN]


_UNKNOWN = "There is no ticket {!r} (any more): `storeclerk tickets list` names those that are open."


def _number(id: int) -> str:
    return f"H-{id + FIRST_NUMBER - 1}"


def _id(number: str) -> int:
    """H-1001 -> 1. Raises TicketError for what is no number of a ticket."""
    match = re.fullmatch(r"(?:[Hh]-?)?(\d{4,12})", number.strip())
    if match is None:
        raise TicketError(_UNKNOWN.format(number[:40]))
    return int(match[1]) - FIRST_NUMBER + 1


def _ticket(row: RowMapping) -> Ticket:
    names = ("session", "why", "summary", "opened", "closed", "taken_by", "taken")
    return Ticket(_number(row["id"]), *(row[name] for name in names))


def _found(db: Connection, number: str) -> Ticket:
    row = db.execute(select(tickets).where(tickets.c.id == _id(number))).mappings().first()
    if row is None:
        raise TicketError(_UNKNOWN.format(number[:40]))
    return _ticket(row)


def _change(db: Connection, number: str, if_it_is: ColumnElement[bool], values: Mapping[str, object]) -> bool:
    """Whether the ticket was as it had to be, and now has the values: one statement, so that no two can do it."""
    statement = update(tickets).where(tickets.c.id == _id(number), if_it_is).values(**values)
    return db.execute(statement).rowcount > 0


def _in_state(state: State, account: str) -> ColumnElement[bool]:
    is_open = tickets.c.closed.is_(None)
    return {
        "open": is_open,
        "free": and_(is_open, tickets.c.taken_by.is_(None)),
        "taken": and_(is_open, tickets.c.taken_by.is_not(None)),
        "mine": and_(is_open, tickets.c.taken_by == account),
        "closed": tickets.c.closed.is_not(None),
        "all": true(),
    }[state]


def _write(db: Connection, number: str, kind: str, author: str, text: str) -> None:
    values = {"ticket": _id(number), "kind": kind, "author": author, "text": text, "time": time.time()}
    db.execute(insert(ticket_notes).values(**values))


def _checked(text: str, what: str) -> str:
    # As forms send line breaks; and a terminal in another encoding hands over halves of characters.
    text = text.replace("\r\n", "\n").encode("utf-8", "replace").decode("utf-8").strip()
    if not text:
        raise TicketError(f"The {what} is empty: write something.")
    if len(text) > LONGEST_TEXT:
        raise TicketError(f"The {what} has {len(text):,} characters: {LONGEST_TEXT:,} are the most.")
    return text


def _refuse_closed(ticket: Ticket) -> None:
    if ticket.closed is not None:
        raise TicketError(f"{ticket.number} was closed {_when(ticket.closed)}: reopen it first.")


def _refuse(ticket: Ticket, what: str) -> None:
    """Says why the ticket could not be answered or given back by this account."""
    _refuse_closed(ticket)
    if ticket.taken_by is None:
        raise TicketError(f"{ticket.number} has to be taken before it can be {what}.")
    raise TicketError(_taken(ticket))


def _taken(ticket: Ticket) -> str:
    return f"{ticket.number} was taken by {ticket.taken_by} {_when(ticket.taken or ticket.opened)}."


def _when(seconds: float) -> str:
    """ "at 10:42"; with the day, if that is another."""
    then = datetime.fromtimestamp(seconds)
    day = "" if then.date() == datetime.now().date() else f"on {then:%Y-%m-%d} "
    return f"{day}at {then:%H:%M}"
