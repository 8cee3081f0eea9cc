"""The commands `storeclerk users add|list|password|role|remove`: who may sign in to the desks. Heavy imports inside.

They open the conversations' database alone, so they work while the shop is served.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant.console import common, print_result

if TYPE_CHECKING:
    from assistant.accounts import Accounts

_stdin = click.option("--password-stdin", is_flag=True, help="Read the password from one line of standard input.")


@click.group()
def users() -> None:
    """Who may sign in to the desks."""


@users.command()
@click.argument("name")
@click.option("--role", required=True, metavar="ROLE", help="agent, reviewer or admin.")
@_stdin
@common
def add(name: str, role: str, password_stdin: bool, data_dir: Path | None, as_json: bool) -> None:
    """Make an account; asks for its password."""
    from assistant.accounts import checked_name, checked_role

    checked_name(name)  # before anybody types a password for nothing
    checked_role(role)
    with _opened(data_dir) as accounts:
        made = accounts.add(name, role, _password(password_stdin))
    print_result(asdict(made), [f"{made.name} may sign in at /signin, with the role {made.role}."], as_json)


@users.command("list")
@common
def list_(data_dir: Path | None, as_json: bool) -> None:
    """Every account with its role, and how often it is signed in."""
    with _opened(data_dir) as accounts:
        found, signed_in = accounts.all(), accounts.signed_in()
    lines = [
        f"{a.name:<20}  {a.role:<8}  since {_day(a.created)}  signed in: {signed_in.get(a.name, 0)}" for a in found
    ]
    result = {"users": [{**asdict(a), "signed_in": signed_in.get(a.name, 0)} for a in found]}
    print_result(result, lines or ["There is no account yet: storeclerk users add NAME --role agent"], as_json)


@users.command()
@click.argument("name")
@_stdin
@common
def password(name: str, password_stdin: bool, data_dir: Path | None, as_json: bool) -> None:
    """Give an account a new password; whoever is signed in with the old one is signed out."""
    with _opened(data_dir) as accounts:
        accounts.get(name)
        changed = accounts.set_password(name, _password(password_stdin))
    print_result(asdict(changed), [f"{changed.name} has a new password."], as_json)


@users.command()
@click.argument("name")
@click.argument("role")
@common
def role(name: str, role: str, data_dir: Path | None, as_json: bool) -> None:
    """Give an account another role: agent, reviewer or admin."""
    with _opened(data_dir) as accounts:
        changed = accounts.set_role(name, role)
    print_result(asdict(changed), [f"{changed.name} has the role {changed.role} now."], as_json)


@users.command()
@click.argument("name")
@common
def remove(name: str, data_dir: Path | None, as_json: bool) -> None:
    """Delete an account and end its sign-ins; what it answered and judged stays."""
    with _opened(data_dir) as accounts:
        removed = accounts.get(name)
        accounts.remove(name)
    print_result(asdict(removed), [f"{removed.name} cannot sign in any more."], as_json)


def _password(from_stdin: bool) -> str:
    """Asked for twice without echo, or one line of standard input without its line end."""
    if from_stdin:
        line = sys.stdin.buffer.readline()
        return line.decode("utf-8", "surrogateescape").rstrip("\r\n")  # what is no UTF-8 is refused with a line
    asked: str = click.prompt("Password", hide_input=True, confirmation_prompt="The same again", err=True)
    return asked


@contextmanager
def _opened(data_dir: Path | None) -> Iterator[Accounts]:
    from assistant.accounts import Accounts
    from assistant.database import open_database
    from assistant.settings import load_settings
    from retrieval.errors import IndexMissing

    folder = load_settings(data_dir).data_dir
    if not folder.is_dir():
        raise IndexMissing(
            f"There is no shop in {folder}: `storeclerk index FILE` makes one, or name it with --data-dir."
        )
    engine = open_database(folder)
    try:
        yield Accounts(engine)
    finally:
        engine.dispose()


def _day(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).strftime("%Y-%m-%d")
