"""Tickets: what a person at the shop reads when a conversation is handed over. Plain text, no model.

A ticket belongs to its conversation: it is deleted with it when the shopper is forgotten, or when nobody has touched
the conversation for a month. What a message says of e-mail addresses, phone and card numbers does not get into it.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Engine, RowMapping, insert, select, update
from sqlalchemy.exc import IntegrityError

from assistant.dialogue import Dialogue
from assistant.errors import TicketError
from assistant.order_turns import contact_section
from assistant.policies import PolicyPages
from assistant.policy_pages import passages
from assistant.privacy import redacted
from assistant.tables import tickets
from assistant.types import Answer
from assistant.wording import shorten
from retrieval.types import Encoder

_LATER = "\n\nLater:\n"
FIRST_NUMBER = 1001  # four digits, as people expect of a ticket
_SAID = 6  # messages a summary ends with: what led to the request, and no more of what was said than that
_SEEN = 8  # products a summary names
_LONGEST = 300  # characters of one message
_HOURS = re.compile(
    r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b|\bweekdays\b|\bbusiness days?\b|[ap]\.m\.|\d ?[ap]m\b|营业",
    re.IGNORECASE,
)


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

    def all(self, *, closed: bool = False) -> list[Ticket]:
        """The open tickets, oldest first; with `closed` those that are closed, too."""
        query = select(tickets).order_by(tickets.c.id)
        with self._engine.connect() as db:
            rows = db.execute(query if closed else query.where(tickets.c.closed.is_(None)))
            return [_ticket(row) for row in rows.mappings()]

    def get(self, number: str) -> Ticket:
        """Raises TicketError for a number that is not there."""
        with self._engine.connect() as db:
            row = db.execute(select(tickets).where(tickets.c.id == _id(number))).mappings().first()
        if row is None:
            raise TicketError(_UNKNOWN.format(number[:40]))
        return _ticket(row)

    def close(self, number: str) -> Ticket:
        """Marks it as dealt with; one that is closed stays as it was. Raises TicketError."""
        ticket = self.get(number)
        if ticket.closed is None:
            with self._engine.begin() as db:
                db.execute(update(tickets).where(tickets.c.id == _id(number)).values(closed=time.time()))
        return self.get(number)


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
    return Ticket(_number(row["id"]), row["session"], row["why"], row["summary"], row["opened"], row["closed"])


def summary_of(
    dialogue: Dialogue,
    answers: Sequence[Answer],
    message: str,
    why: str,
    *,
    matter: str = "",
    titles: Callable[[Sequence[str]], Sequence[str]] | None = None,
) -> str:
    """The conversation as a person at the shop should find it: what is wanted, seen, set aside, and said last.

    `answers` are the stored ones, oldest first, `message` the one that asks for a person, `matter` an order or a policy
    it is about; `titles` gives the titles of products that are on none of the answers.
    """
    wanted = ", ".join(c.label for c in dialogue.constraints) or dialogue.words
    names = {r.product.id: r.product.title for answer in answers for r in answer.recommendations}
    shown = [r.product.id for answer in answers for r in answer.recommendations]
    seen = list(dict.fromkeys([*reversed(dialogue.last), *reversed(shown)]))[:_SEEN]
    if titles is not None:
        unknown = [id for id in seen if id not in names]
        names |= dict(zip(unknown, titles(unknown), strict=False))
    rejected = [id for id in dict.fromkeys(shown) if dialogue.exclude_shown and id not in dialogue.last]
    sections = list(dict.fromkeys(answer.section for answer in answers if answer.section))
    lines = [f"Why: {why}"]
    if matter:
        lines.append(f"Matter: {matter}")
    if wanted:
        lines.append(f"Looking for: {shorten(wanted, _LONGEST)}")
    if seen:
        lines.append("Seen last: " + "; ".join(_named(id, names) for id in seen))
    if rejected:
        lines.append("Asked for something else than: " + "; ".join(_named(id, names) for id in rejected[-_SEEN:]))
    if sections:
        lines.append(f"Policies quoted: {', '.join(sections)}")
    said = [answer.message for answer in answers[1 - _SAID :] if answer.message.strip()] if _SAID > 1 else []
    lines.append("Said last:")
    lines += [f"- {shorten(' '.join(redacted(text).split()), _LONGEST)}" for text in [*said, message]]
    return "\n".join(lines)


def _named(id: str, names: dict[str, str]) -> str:
    return f"{names[id]} ({id})" if names.get(id) else id


def handed_over(number: str, pages: PolicyPages, encoder: Encoder, *, again: bool = False) -> str:
    """The reply to a shopper who asked for a person: what happens next, and that the chat goes on."""
    start = "I have added this to your ticket" if again else "I have written this down for a person at the shop: ticket"
    section = contact_section(pages, encoder)
    hours = [passage for passage in passages(section.text) if _HOURS.search(passage)] if section is not None else []
    reach = ""
    if section is not None:
        quote = "\n\n".join(hours[:2]) or pages.excerpt(section, "contact", encoder)
        link = f"[Read it on our page]({section.link})"
        reach = f"\n\nTo reach them, our page says, under **{section.title}**:\n\n{quote}\n\n{link}"
    return (
        f"{start} **{number}**. It says what you are looking for and what was said here, without e-mail addresses, "
        f"phone or card numbers, so please name the ticket when you contact them.{reach}\n\n"
        "Meanwhile I am still here: just go on asking."
    )
