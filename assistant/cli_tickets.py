"""The commands `storeclerk tickets list|show|close`: what shoppers want a person for. Heavy imports inside."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assistant.console import common, print_result

if TYPE_CHECKING:
    from assistant.tickets import Ticket, Tickets


@click.group()
def tickets() -> None:
    """Conversations handed over to a person."""


@tickets.command("list")
@click.option("--closed", is_flag=True, help="Those that are closed, too.")
@common
def list_(closed: bool, data_dir: Path | None, as_json: bool) -> None:
    """The open tickets, oldest first."""
    with _opened(data_dir) as kept:
        found = kept.all(closed=closed)
    lines = [f"{t.number}  {_time(t.opened)}  {'closed' if t.closed else 'open  '}  {t.why}" for t in found]
    print_result({"tickets": [asdict(t) for t in found]}, lines or ["No ticket is open."], as_json)


@tickets.command()
@click.argument("number")
@common
def show(number: str, data_dir: Path | None, as_json: bool) -> None:
    """One ticket, with the summary of its conversation."""
    with _opened(data_dir) as kept:
        found = kept.get(number)
    _print(found, [*_head(found), "", found.summary], as_json)


@tickets.command()
@click.argument("number")
@common
def close(number: str, data_dir: Path | None, as_json: bool) -> None:
    """Mark a ticket as dealt with."""
    with _opened(data_dir) as kept:
        found = kept.close(number)
    _print(found, [f"{found.number} is closed."], as_json)


@contextmanager
def _opened(data_dir: Path | None) -> Iterator[Tickets]:
    from assistant.database import open_database
    from assistant.settings import load_settings
    from assistant.tickets import Tickets
    from retrieval.errors import IndexMissing

    folder = load_settings(data_dir).data_dir
    if not (folder / "conversations.db").is_file():
        raise IndexMissing(f"{folder} holds no conversations yet: `storeclerk serve` or `storeclerk ask` starts them.")
    engine = open_database(folder)
    try:
        yield Tickets(engine)
    finally:
        engine.dispose()


def _print(ticket: Ticket, lines: list[str], as_json: bool) -> None:
    result: dict[str, Any] = asdict(ticket)
    print_result(result, lines, as_json)


def _head(ticket: Ticket) -> list[str]:
    state = f"closed {_time(ticket.closed)}" if ticket.closed else "open"
    return [f"{ticket.number}, opened {_time(ticket.opened)}, {state}", f"Conversation {ticket.session}"]


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).strftime("%Y-%m-%d %H:%M")
