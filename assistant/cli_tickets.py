"""The commands `storeclerk tickets ...`: what shoppers want a person for, and working on it. Heavy imports inside."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from assistant.console import common, conversations, print_result

if TYPE_CHECKING:
    from assistant.tickets import Note, Ticket, Tickets

F = TypeVar("F", bound=Callable[..., Any])


def _as(command: F) -> F:
    """Who is at work; whoever may use the command line may work in anybody's name."""
    return click.option(
        "--as", "account", required=True, metavar="NAME", callback=_storable, help="The agent who does it."
    )(command)


def _storable(_context: click.Context, _option: click.Parameter, name: str) -> str:
    """Without the halves of characters that a terminal in another encoding hands over."""
    return name.encode("utf-8", "replace").decode("utf-8")


@click.group()
def tickets() -> None:
    """Conversations handed over to a person."""


@tickets.command("list")
@click.option("--closed", is_flag=True, help="Those that are closed, too.")
@common
def list_(closed: bool, data_dir: Path | None, as_json: bool) -> None:
    """The open tickets, oldest first."""
    with _opened(data_dir) as kept:
        found = kept.all("all" if closed else "open")
    lines = [f"{t.number}  {_time(t.opened)}  {_state(t)}  {t.why}" for t in found]
    print_result({"tickets": [asdict(t) for t in found]}, lines or ["No ticket is open."], as_json)


@tickets.command()
@click.argument("number")
@common
def show(number: str, data_dir: Path | None, as_json: bool) -> None:
    """One ticket, with the summary of its conversation and what was written on it."""
    with _opened(data_dir) as kept:
        found, notes = kept.get(number), kept.notes(number)
    result = asdict(found) | {"notes": [asdict(note) for note in notes]}
    print_result(result, [*_head(found), "", found.summary, *map(_note, notes)], as_json)


@tickets.command()
@click.argument("number")
@_as
@common
def take(number: str, account: str, data_dir: Path | None, as_json: bool) -> None:
    """Make a ticket one's own, so that nobody else works on it."""
    with _opened(data_dir) as kept:
        found = kept.take(number, account)
    _print(found, [f"{found.number} is {account}'s."], as_json)


@tickets.command()
@click.argument("number")
@_as
@common
def release(number: str, account: str, data_dir: Path | None, as_json: bool) -> None:
    """Give a ticket back, for anyone to take."""
    with _opened(data_dir) as kept:
        found = kept.release(number, account)
    _print(found, [f"{found.number} can be taken again."], as_json)


@tickets.command()
@click.argument("number")
@click.argument("text")
@_as
@common
def note(number: str, text: str, account: str, data_dir: Path | None, as_json: bool) -> None:
    """Keep a note for colleagues; the shopper does not see it."""
    with _opened(data_dir) as kept:
        found = kept.note(number, account, text)
    _print(found, [f"Noted on {found.number}."], as_json)


@tickets.command()
@click.argument("number")
@click.argument("text")
@_as
@common
def answer(number: str, text: str, account: str, data_dir: Path | None, as_json: bool) -> None:
    """Answer the shopper, in the conversation; the ticket has to be taken first."""
    with _opened(data_dir) as kept:
        kept.answer(number, account, text)
        found = kept.get(number)
    _print(found, [f"Answered in the conversation of {found.number}."], as_json)


@tickets.command()
@click.argument("number")
@common
def close(number: str, data_dir: Path | None, as_json: bool) -> None:
    """Mark a ticket as dealt with."""
    with _opened(data_dir) as kept:
        found = kept.close(number)
    _print(found, [f"{found.number} is closed."], as_json)


@tickets.command()
@click.argument("number")
@common
def reopen(number: str, data_dir: Path | None, as_json: bool) -> None:
    """Take up a closed ticket again."""
    with _opened(data_dir) as kept:
        found = kept.reopen(number)
    _print(found, [f"{found.number} is open."], as_json)


@contextmanager
def _opened(data_dir: Path | None) -> Iterator[Tickets]:
    from assistant.tickets import Tickets

    with conversations(data_dir) as engine:
        yield Tickets(engine)


def _print(ticket: Ticket, lines: list[str], as_json: bool) -> None:
    result: dict[str, Any] = asdict(ticket)
    print_result(result, lines, as_json)


def _head(ticket: Ticket) -> list[str]:
    state = f"closed {_time(ticket.closed)}" if ticket.closed else "open"
    held = f", taken by {ticket.taken_by} {_time(ticket.taken)}" if ticket.taken_by and ticket.taken else ""
    return [f"{ticket.number}, opened {_time(ticket.opened)}, {state}{held}", f"Conversation {ticket.session}"]


def _state(ticket: Ticket) -> str:
    if ticket.closed:
        return "closed"
    return f"taken by {ticket.taken_by}" if ticket.taken_by else "open  "


def _note(note: Note) -> str:
    what = "answered the shopper" if note.kind == "answer" else "noted"
    return f"\n{_time(note.time)}  {note.author} {what}:\n{note.text}"


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).strftime("%Y-%m-%d %H:%M")
